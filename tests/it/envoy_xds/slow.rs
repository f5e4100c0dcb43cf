//! A proxy that does not read holds nobody up, and is sent the newest state, not every state.

use std::path::Path;

use serde_json::{Value, json};

use super::backends::free_port;
use super::mesh::{Mesh, Port, cluster_name, service, slice_of};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, on_newest_envoy};

/// How often the endpoints change while one proxy stands still.
const CHANGES: usize = 500;

#[test]
fn a_proxy_that_stands_still_holds_nobody_up() {
    on_newest_envoy(stands_still);
}

/// 100 endpoints of a generation, and one that tells it.
fn endpoints(generation: usize) -> Vec<Value> {
    let told = format!("10.99.{}.{}", generation / 250, generation % 250 + 1);
    let others = (1..=100).map(|n| format!("10.1.0.{n}"));
    let all = others.chain([told]).map(|address| json!({"addresses": [address]})).collect();
    vec![slice_of("reviews", "v1", 80, all)]
}

fn stands_still(envoy: &Path, mode: Mode) {
    let web = free_port();
    let port = Port { number: web, protocol: Some("http") };
    let mesh =
        Mesh::of(&[("gke/reviews", vec![service("reviews", "10.96.0.1", port)]), ("gke/endpoints", endpoints(0))]);
    let pilot = Pilot::start(&mesh, 0);
    let [stopped, other] = ["stopped", "other"].map(|pod| Proxy::start(envoy, mode, pod, pilot.xds(), mesh.home()));
    let cluster = cluster_name("reviews", web);
    pilot.synced(&stopped.id);
    pilot.synced(&other.id);
    let responses = |proxy: &Proxy| pilot.stream(&proxy.id).unwrap()["types"]["EDS"]["sentNonce"].as_u64().unwrap();
    let before = responses(&stopped);
    stopped.signal("STOP");
    for generation in 1..=CHANGES {
        mesh.put("gke/endpoints", &endpoints(generation));
        // a publication each, as far as the folder is read: it is read when it is quiet
        std::thread::sleep(std::time::Duration::from_millis(if generation % 10 == 0 { 150 } else { 1 }));
    }
    let last = format!("10.99.{}.{}:80", CHANGES / 250, CHANGES % 250 + 1);
    becomes("the other has the last state", true, || other.endpoints(&cluster).contains(&last));
    let while_stopped = responses(&stopped) - before;
    stopped.signal("CONT");
    becomes("so has the one that stood still", true, || stopped.endpoints(&cluster).contains(&last));
    pilot.synced(&stopped.id);
    assert_eq!(stopped.endpoints(&cluster), other.endpoints(&cluster));
    let after = responses(&stopped) - before;
    eprintln!("{while_stopped} responses while it stood still, {after} in all, {} to the other", responses(&other));
    assert!(after < 20, "{after} responses for one state");
    stopped.rejected_nothing();
    other.rejected_nothing();
    // nor does it hold up the end of discovery
    stopped.signal("STOP");
    pilot.interrupt();
}
