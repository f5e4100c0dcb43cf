//! A cluster that changes while its endpoints do not is in use at once: Envoy would wait 15 s for endpoints that do not come.

use std::path::Path;
use std::time::{Duration, Instant};

use super::backends::{Load, free_port, http};
use super::mesh::{Mesh, Port, cluster_name, service, slice};
use super::pilot::Pilot;
use super::proxy::{Dump, Proxy};
use super::{DEADLINE, Mode, on_every_envoy};

#[test]
fn a_changed_cluster_does_not_stay_warming() {
    on_every_envoy(changed);
}

fn changed(envoy: &Path, mode: Mode) {
    let web = free_port();
    let speaks = |protocol| service("reviews", "10.96.0.1", Port { number: web, protocol: Some(protocol) });
    let mesh = Mesh::of(&[
        ("gke/reviews", vec![speaks("http")]),
        ("gke/v1", vec![slice("reviews", "v1", http("v1")), slice("reviews", "v2", http("v2"))]),
    ]);
    let pilot = Pilot::start(&mesh, 0);
    let proxy = Proxy::start(envoy, mode, "client", pilot.xds(), mesh.home());
    pilot.synced(&proxy.id);
    let load = Load::start(web, "reviews");
    let name = cluster_name("reviews", web);
    for protocol in ["kubernetes.io/h2c", "http", "h2c"] {
        mesh.put("gke/reviews", &[speaks(protocol)]);
        // far less than Envoy's own patience
        let deadline = Instant::now() + DEADLINE / 4;
        loop {
            let warming = proxy.stat("cluster_manager.warming_clusters");
            let http2 = proxy.dump().cluster(&name).to_string().contains("http2_protocol_options");
            if warming == 0 && http2 == (protocol != "http") {
                break;
            }
            assert!(Instant::now() < deadline, "{protocol}: {warming} clusters are warming");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    assert_eq!(load.all_well(), ["v1".to_owned(), "v2".to_owned()].into());
    pilot.synced(&proxy.id);
    let told = Dump(pilot.debug(&format!("config_dump?proxyID={}", proxy.id)));
    if mode == Mode::Delta {
        assert_eq!(told.clusters()[&name], proxy.dump().clusters()[&name]);
    }
    proxy.rejected_nothing();
}
