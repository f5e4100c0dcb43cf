//! Calls by the proxy's listeners reach just the endpoints that the mesh says.

use std::collections::BTreeSet;
use std::path::Path;

use super::backends::{answering, call, free_port, greeting, http, tcp};
use super::mesh::{Mesh, Port, cluster_name, pod, registry_only, service, slice};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, eventually, on_every_envoy};

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn calls_reach_the_endpoints_of_the_mesh() {
    on_every_envoy(calls);
}

fn calls(envoy: &Path, mode: Mode) {
    let [web, db, any] = [(); 3].map(|()| free_port());
    let [http_port, tcp_port] = [(web, "http"), (db, "tcp")].map(|(number, p)| Port { number, protocol: Some(p) });
    let (v1, v2, v3) = (http("v1"), http("v2"), http("v3"));
    let reviews = service("reviews", "10.96.0.1", http_port);
    let mesh = Mesh::of(&[
        ("gke/istio", vec![registry_only()]),
        ("gke/reviews", vec![reviews]),
        ("gke/v1", pod("reviews", "v1", v1)),
        ("on-prem/reviews", vec![service("reviews", "10.112.0.1", http_port)]),
        ("on-prem/v3", pod("reviews", "v3", v3)),
        ("on-prem/ratings", vec![service("ratings", "10.112.0.2", http_port), slice("ratings", "v1", http("stars"))]),
        ("gke/mongo", vec![service("mongo", "10.96.0.2", tcp_port), slice("mongo", "v1", tcp("bytes"))]),
        ("gke/any", vec![service("any", "10.96.0.3", Port { number: any, protocol: None }), slice("any", "v1", v1)]),
    ]);
    let pilot = Pilot::start(&mesh, 0);
    let proxy = Proxy::start(envoy, mode, "client", pilot.xds(), mesh.home());
    pilot.synced(&proxy.id);
    let host = "reviews.default.svc.cluster.local";
    let with_port = format!("{host}:{web}");
    for name in
        ["reviews", "reviews.default", "reviews.default.svc", host, &format!("{host}."), &with_port, "10.96.0.1"]
    {
        assert_eq!(answering(web, name), Ok(set(&["v1", "v3"])), "{name}");
    }
    assert_eq!(answering(web, "ratings.default"), Ok(set(&["stars"])), "a service of the other cluster only");
    assert_eq!(call(web, "10.112.0.1").map(|a| a.0), Ok(502), "the other cluster's address is none here");
    assert_eq!(call(web, "example.com").map(|a| a.0), Ok(502));
    assert_eq!(greeting(db), Ok("bytes".to_owned()));
    assert_eq!(answering(any, "any.host.at.all"), Ok(set(&["v1"])));

    // one arrives
    mesh.put("gke/v2", &pod("reviews", "v2", v2));
    becomes("the new endpoint answers too", Ok(set(&["v1", "v2", "v3"])), || answering(web, "reviews"));
    // one leaves, in the other cluster
    mesh.remove("on-prem/v3");
    becomes("the endpoint that left does not answer", Ok(set(&["v1", "v2"])), || answering(web, "reviews"));
    // a change that was made later has arrived: what left is gone for good
    mesh.put("gke/mongo", &[service("mongo", "10.96.0.2", tcp_port), slice("mongo", "v1", tcp("more"))]);
    becomes("the sentinel", Ok("more".to_owned()), || greeting(db));
    assert_eq!(answering(web, "reviews"), Ok(set(&["v1", "v2"])));
    assert!(!proxy.endpoints(&cluster_name("reviews", web)).contains(&v3.to_string()));
    // it comes back
    mesh.put("on-prem/v3", &pod("reviews", "v3", v3));
    becomes("it answers again", Ok(set(&["v1", "v2", "v3"])), || answering(web, "reviews"));
    // a pod that is not known yet does not answer: its slice alone is not enough
    let late = pod("reviews", "late", http("late"));
    mesh.put("gke/late-slice", &late[1..]);
    mesh.put("gke/mongo", &[service("mongo", "10.96.0.2", tcp_port), slice("mongo", "v1", tcp("most"))]);
    becomes("the sentinel", Ok("most".to_owned()), || greeting(db));
    assert_eq!(answering(web, "reviews"), Ok(set(&["v1", "v2", "v3"])));
    mesh.put("gke/late-pod", &late[..1]);
    eventually("it answers once its pod is known", || match answering(web, "reviews") {
        Ok(names) if names.contains("late") => Ok(()),
        other => Err(format!("{other:?}")),
    });
    proxy.rejected_nothing();
}
