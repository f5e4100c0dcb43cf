//! A rejection: shown with proxy, type and reason; the last good state goes on, and so does everything else.

use std::path::Path;

use serde_json::json;

use super::backends::{answering, free_port, http};
use super::mesh::{Mesh, Port, cluster_name, service, slice};
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
