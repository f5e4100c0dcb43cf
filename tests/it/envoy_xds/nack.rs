//! A rejection: shown with proxy, type and reason; the last good state goes on, and so does everything else.
//!
//! Envoy rejects a listener whose port it has already, and a cluster or a route that needs an extension which it was built
//! without. A set of endpoints it rejects for a malformed address, a port beyond 65,535, a priority beyond 128 or weights
//! that overflow, and none of these can be said to discovery: addresses and ports are typed where objects are read, there
//! are no more priorities than localities of one kind, and weights count endpoints. So no rejection of EDS can be provoked
//! with a real Envoy; what the session makes of one is tested there, for every type alike (X1).

use std::path::Path;

use serde_json::json;

use super::backends::{answering, call, free_port, greeting, http, tcp};
use super::mesh::{Mesh, Port, cluster_name, registry_only, service, slice};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, eventually, on_every_envoy};

#[test]
fn a_rejected_listener_costs_itself_only() {
    on_every_envoy(rejected);
}

/// A listener of the proxy's own: ours of the same port is a duplicate, which Envoy rejects.
pub(super) fn own_listener(port: u16) -> serde_json::Value {
    let config = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": "own", "cluster": "xds",
    });
    json!([{
        "name": "own",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": config}]}],
    }])
}

fn rejected(envoy: &Path, mode: Mode) {
    let [web, taken, free] = [(); 3].map(|()| free_port());
    let on = |number| Port { number, protocol: Some("http") };
    let (v1, v2) = (http("v1"), http("v2"));
    let mesh = Mesh::of(&[
        ("gke/reviews", vec![service("reviews", "10.96.0.1", on(web))]),
        ("gke/endpoints", vec![slice("reviews", "v1", v1)]),
    ]);
    let pilot = Pilot::start(&mesh, 0);
    let proxy = Proxy::with_listeners(envoy, mode, "client", pilot.xds(), mesh.home(), own_listener(taken));
    pilot.synced(&proxy.id);
    let answers = |names: &[&str]| Ok(names.iter().map(|n| (*n).to_owned()).collect());
    assert_eq!(answering(web, "reviews"), answers(&["v1"]));

    mesh.put("gke/ratings", &[service("ratings", "10.96.0.2", on(taken)), slice("ratings", "v1", http("stars"))]);
    let nack = eventually("the rejection is shown", || {
        let listeners = pilot.stream(&proxy.id)?["types"]["LDS"].clone();
        if listeners["state"] == "NACK" { Ok(listeners["nack"].clone()) } else { Err(listeners.to_string()) }
    });
    assert!(nack["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{nack}");
    assert!(nack["nonce"].as_u64().is_some_and(|nonce| nonce > 0), "{nack}");
    assert!(proxy.stat("listener_manager.lds.update_rejected") > 0);
    assert_eq!(pilot.counted("rejections")["LDS"], 1);

    // the other types are not held up, and the last good state goes on
    let responses = pilot.counted("responses");
    assert_eq!(answering(web, "reviews"), answers(&["v1"]));
    mesh.put("gke/endpoints", &[slice("reviews", "v1", v1), slice("reviews", "v2", v2)]);
    becomes("endpoints still arrive", answers(&["v1", "v2"]), || answering(web, "reviews"));
    mesh.put("gke/details", &[service("details", "10.96.0.3", on(web)), slice("details", "v1", http("details"))]);
    becomes("routes and clusters still arrive", answers(&["details"]), || answering(web, "details"));
    assert!(proxy.dump().clusters().contains_key(&cluster_name("ratings", taken)));
    for ty in ["CDS", "EDS", "RDS"] {
        becomes("the other types are in sync", "SYNCED".to_owned(), || pilot.states(&proxy.id)[ty].clone());
    }
    // three changes later: what was rejected was not sent again
    assert_eq!(pilot.counted("responses")["LDS"], responses["LDS"], "sent in a loop");
    assert_eq!(pilot.counted("rejections")["LDS"], 1);
    assert_eq!(pilot.states(&proxy.id)["LDS"], "NACK", "it is shown until it is mended");

    mesh.put("gke/ratings", &[service("ratings", "10.96.0.2", on(free)), slice("ratings", "v1", http("stars"))]);
    becomes("the mended listener serves", answers(&["stars"]), || answering(free, "ratings"));
    pilot.synced(&proxy.id);
    assert_eq!(pilot.stream(&proxy.id).unwrap()["types"]["LDS"]["nack"], json!(null));
    assert_eq!(answering(web, "reviews"), answers(&["v1", "v2"]));
}

/// The rejection of a type, once it is shown.
#[track_caller]
fn shown(pilot: &Pilot, proxy: &Proxy, ty: &str, reason: &str) {
    let nack = eventually("the rejection is shown", || {
        let stream = pilot.stream(&proxy.id)?["types"][ty].clone();
        if stream["state"] == "NACK" { Ok(stream["nack"].clone()) } else { Err(stream.to_string()) }
    });
    assert!(nack["reason"].as_str().is_some_and(|said| said.contains(reason)), "{nack}");
    assert!(pilot.counted("rejections")[ty] >= 1);
}

/// Envoy says so of an extension that it does not have.
const MISSING: &str = "Didn't find a registered";

#[test]
fn a_rejected_cluster_costs_itself_only() {
    on_every_envoy(rejected_cluster);
}

fn rejected_cluster(envoy: &Path, mode: Mode) {
    let [web, far] = [(); 2].map(|()| free_port());
    let on = |number| Port { number, protocol: Some("http") };
    let (v1, v2) = (http("v1"), http("v2"));
    let mesh = Mesh::of(&[
        ("gke/reviews", vec![service("reviews", "10.96.0.1", on(web))]),
        ("gke/endpoints", vec![slice("reviews", "v1", v1)]),
    ]);
    let pilot = Pilot::start(&mesh, 0);
    let strict_dns = "envoy.clusters/envoy.cluster.strict_dns";
    let proxy = Proxy::without(envoy, mode, "client", pilot.xds(), mesh.home(), strict_dns);
    pilot.synced(&proxy.id);
    let answers = |names: &[&str]| Ok(names.iter().map(|n| (*n).to_owned()).collect());
    assert_eq!(answering(web, "reviews"), answers(&["v1"]));

    let mut external = service("external", "", on(far));
    external["spec"]["type"] = "ExternalName".into();
    external["spec"]["externalName"] = "example.com".into();
    mesh.put("gke/external", &[external]);
    shown(&pilot, &proxy, "CDS", MISSING);
    assert!(proxy.stat("cluster_manager.cds.update_rejected") > 0);
    let rejections = pilot.counted("rejections")["CDS"];

    // endpoints go on, and so does what comes later of the same type
    mesh.put("gke/endpoints", &[slice("reviews", "v1", v1), slice("reviews", "v2", v2)]);
    becomes("endpoints still arrive", answers(&["v1", "v2"]), || answering(web, "reviews"));
    assert_eq!(pilot.counted("rejections")["CDS"], rejections, "it is not sent in a loop");
    for ty in ["EDS", "LDS", "RDS"] {
        becomes("the other types are in sync", "SYNCED".to_owned(), || pilot.states(&proxy.id)[ty].clone());
    }
    // nothing was said since, so it is shown still
    assert_eq!(pilot.states(&proxy.id)["CDS"], "NACK");
    mesh.remove("gke/external");
    pilot.synced(&proxy.id);
    assert_eq!(pilot.stream(&proxy.id).unwrap()["types"]["CDS"]["nack"], json!(null));
    mesh.put("gke/details", &[service("details", "10.96.0.3", on(web)), slice("details", "v1", http("details"))]);
    becomes("clusters arrive again", answers(&["details"]), || answering(web, "details"));
    assert_eq!(answering(web, "reviews"), answers(&["v1", "v2"]));
}

#[test]
fn a_rejected_route_costs_itself_only() {
    on_every_envoy(rejected_route);
}

fn rejected_route(envoy: &Path, mode: Mode) {
    let [db, web] = [(); 2].map(|()| free_port());
    let on = |number, protocol| Port { number, protocol: Some(protocol) };
    let mongo = |backend| vec![service("mongo", "10.96.0.2", on(db, "tcp")), slice("mongo", "v1", backend)];
    let mesh = Mesh::of(&[("gke/istio", vec![registry_only()]), ("gke/mongo", mongo(tcp("bytes")))]);
    let pilot = Pilot::start(&mesh, 0);
    let predicate = "envoy.retry_host_predicates/envoy.retry_host_predicates.previous_hosts";
    let proxy = Proxy::without(envoy, mode, "client", pilot.xds(), mesh.home(), predicate);
    becomes("plain bytes arrive", Ok("bytes".to_owned()), || greeting(db));

    mesh.put("gke/reviews", &[service("reviews", "10.96.0.1", on(web, "http")), slice("reviews", "v1", http("v1"))]);
    shown(&pilot, &proxy, "RDS", MISSING);
    let rejections = pilot.counted("rejections")["RDS"];
    // the listener is there, and waits for its routes no longer than Envoy does
    assert!(call(web, "reviews").map(|a| a.0) != Ok(200), "its routes were rejected");

    // everything else goes on
    mesh.put("gke/mongo", &mongo(tcp("more")));
    becomes("endpoints still arrive", Ok("more".to_owned()), || greeting(db));
    becomes("clusters too", true, || proxy.dump().clusters().contains_key(&cluster_name("reviews", web)));
    for ty in ["CDS", "EDS"] {
        becomes("the other types are in sync", "SYNCED".to_owned(), || pilot.states(&proxy.id)[ty].clone());
    }
    assert_eq!(pilot.counted("rejections")["RDS"], rejections, "it is not sent in a loop");
    assert_eq!(pilot.states(&proxy.id)["RDS"], "NACK");
    mesh.remove("gke/reviews");
    becomes("its listener goes", false, || proxy.dump().listeners().contains_key(&format!("127.0.0.1_{web}")));
    assert_eq!(greeting(db), Ok("more".to_owned()));
}
