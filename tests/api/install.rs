//! `meshctl install` on two real API servers.

#[path = "install/bench.rs"]
mod bench;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::json;

use crate::pair::{Pair, alone};
use bench::{Bench, SYSTEM, actions, cluster, ours, put, versions};

pub fn trials() -> Vec<Trial> {
    vec![alone("api::install::a_second_run_moves_nothing", a_second_run_moves_nothing)]
}

async fn a_second_run_moves_nothing(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let before = bench.listings().await;

    let (plan, ran) = bench.report(&["--dry-run"]).await;
    assert_eq!(ran.code, 0, "{plan}");
    let new = "the namespace istio-system is new";
    let row = cluster(&plan, "gke")["objects"].as_array().unwrap();
    assert!(row.iter().all(|o| o["namespace"] != SYSTEM || o["notChecked"] == new), "{plan}");
    assert!(row.iter().any(|o| o["kind"] == "ClusterRole" && o["notChecked"].is_null()), "{plan}");
    assert_eq!(bench.listings().await, before, "a dry run writes nothing");

    let (first, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for (id, listing) in ["gke", "on-prem"].into_iter().zip(bench.listings().await) {
        assert_eq!(cluster(&first, id)["state"], "written", "{first}");
        assert!(actions(&first, id).iter().all(|a| a.starts_with("created ")), "{first}");
        let inventory = &listing[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")];
        assert!(inventory["data"]["inventory.yaml"].as_str().unwrap().contains("uid: "), "{inventory}");
        assert!(listing.contains_key(&format!("Secret/{SYSTEM}/cacerts")));
        let reported = cluster(&first, id)["objects"].as_array().unwrap().len();
        assert_eq!(ours(&listing).len(), reported, "{:?}", ours(&listing));
    }

    // discovery fills its slices meanwhile
    put(
        &bench.pair.on_prem,
        "meshctl-discovery",
        json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "istio-pilot-gke-v4", "namespace": SYSTEM}, "addressType": "IPv4",
            "endpoints": [{"addresses": ["10.1.0.9"], "conditions": {"ready": true}}],
        }),
    )
    .await;
    let before = bench.listings().await;
    let (second, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for id in ["gke", "on-prem"] {
        assert_eq!(cluster(&second, id)["state"], "unchanged", "{second}");
        assert!(actions(&second, id).iter().all(|a| a.starts_with("unchanged ")), "{second}");
    }
    let after = bench.listings().await;
    assert_eq!(after.each_ref().map(versions), before.each_ref().map(versions));
}
