//! Make before break: what comes is whole before anything leads to it, and what goes is not led to any more.

use std::path::Path;

use super::backends::{Load, answering, call, free_port, http};
use super::mesh::{Mesh, Port, cluster_name, registry_only, service, slice};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, eventually, on_every_envoy};

#[test]
fn services_come_and_go_without_a_gap() {
    on_every_envoy(come_and_go);
}

fn come_and_go(envoy: &Path, mode: Mode) {
    let [web, own] = [(); 2].map(|()| free_port());
    let on = |number| Port { number, protocol: Some("http") };
    let mesh = Mesh::of(&[
        // a host that no route has is answered 502; one whose cluster is missing or empty, 503
        ("gke/istio", vec![registry_only()]),
        ("gke/reviews", vec![service("reviews", "10.96.0.1", on(web)), slice("reviews", "v1", http("v1"))]),
        ("gke/ratings-endpoints", vec![slice("ratings", "v1", http("stars"))]),
        ("gke/details-endpoints", vec![slice("details", "v1", http("details"))]),
    ]);
    let pilot = Pilot::start(&mesh, 0);
    let proxy = Proxy::start(envoy, mode, "client", pilot.xds(), mesh.home());
    pilot.synced(&proxy.id);
    assert_eq!(call(web, "ratings").map(|a| a.0), Ok(502));
    let others = Load::start(web, "reviews");
    let cluster = cluster_name("ratings", web);
    for round in 0..4 {
        let coming = Load::start(web, "ratings");
        mesh.put("gke/ratings", &[service("ratings", "10.96.0.2", on(web))]);
        eventually("the service has come", || match call(web, "ratings") {
            Ok((200, _)) => Ok(()),
            other => Err(format!("{other:?}")),
        });
        mesh.remove("gke/ratings");
        becomes("the service has gone", Ok(502), || call(web, "ratings").map(|a| a.0));
        becomes("its cluster too", false, || proxy.dump().clusters().contains_key(&cluster));
        let mut steps: Vec<String> = coming.end().iter().map(|a| format!("{:?}", a.as_ref().map(|a| a.0))).collect();
        steps.dedup();
        // the first 502s may have been overtaken
        let steps = steps.strip_prefix(&["Ok(502)".to_owned()]).unwrap_or(&steps);
        assert_eq!(steps, ["Ok(200)", "Ok(502)"], "round {round}");
    }
    // with a listener of its own
    mesh.put("gke/details", &[service("details", "10.96.0.3", on(own))]);
    becomes("the listener answers", Ok(["details".to_owned()].into()), || answering(own, "details"));
    mesh.remove("gke/details");
    becomes("the listener has gone", false, || proxy.dump().listeners().contains_key(&format!("127.0.0.1_{own}")));
    becomes("its cluster too", false, || proxy.dump().clusters().contains_key(&cluster_name("details", own)));
    assert_eq!(others.all_well(), ["v1".to_owned()].into());
    pilot.synced(&proxy.id);
    assert_eq!(pilot.stream(&proxy.id).unwrap()["expiredWaits"], 0, "nothing went on without its answer");
    proxy.rejected_nothing();
}
