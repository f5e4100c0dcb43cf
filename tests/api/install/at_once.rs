//! Two runs at once: neither forgets what the other has written, nor takes away what it needs.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::Patch;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, cluster, listing, probes, put};
use super::line::{Line, Rule};
use crate::pair::{Pair, alone};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::two_runs_at_once_forget_nothing", two_runs_at_once_forget_nothing),
        alone("api::install::two_runs_at_once_look_for_pilot", two_runs_at_once_look_for_pilot),
    ]
}

async fn two_runs_at_once_forget_nothing(pair: Arc<Pair>) {
    let inventory = format!("PATCH /api/v1/namespaces/{SYSTEM}/configmaps/meshctl-inventory?");
    let labelled = |name: &str, more: Value| {
        let mut labels = json!({"meshctl.io/owned": "true", "app.kubernetes.io/managed-by": "meshctl"});
        labels.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": SYSTEM, "labels": labels}})
    };
    let bench = Bench::new(Arc::clone(&pair)).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    let stopped = async || {
        let (report, ran) = bench.report(&[]).await;
        assert_eq!(ran.code, 1, "{report}");
        let error = cluster(&report, "gke")["error"].as_str().unwrap().to_owned();
        let wanted = format!("applying ConfigMap/{SYSTEM}/meshctl-inventory failed: another run is under way");
        assert!(error.contains(&wanted), "{error}");
    };
    // the other one's first words come between the look and the first words of this one
    line.rule(&inventory, Rule::First(labelled("meshctl-inventory", json!({}))));
    stopped().await;
    let listing = listing(&bench.pair.gke).await;
    assert!(!listing.contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")), "it went on");
    line.obey();
    let maps: kube::Api<ConfigMap> = kube::Api::namespaced(bench.pair.gke.client(), SYSTEM);
    maps.delete("meshctl-inventory", &Default::default()).await.unwrap();
    // an object of ours that came meanwhile is no stranger's
    line.rule(
        &format!("PATCH /api/v1/namespaces/{SYSTEM}/configmaps/istio?"),
        Rule::First(labelled("istio", json!({}))),
    );
    bench.install(&[]).await.exits(0);
    line.obey();

    // and between the look and the last words
    let mut grown = labelled("meshctl-inventory", json!({}));
    let text = maps.get("meshctl-inventory").await.unwrap().data.unwrap()["inventory.yaml"].clone();
    let entry = format!("objects:\n- group: ''\n  kind: ConfigMap\n  namespace: {SYSTEM}\n  name: gone\n");
    assert!(text.contains("objects:\n- group:"), "{text}");
    grown["data"] = json!({"inventory.yaml": text.replace("objects:\n", &entry)});
    put(&bench.pair.gke, "meshctl", grown).await;
    line.rule(&inventory, Rule::First(labelled("meshctl-inventory", json!({"run": "other"}))));
    stopped().await;
    line.obey();
    bench.install(&[]).await.exits(0);
}

/// Each has a pod of its own, and leaves that of the other alone.
async fn two_runs_at_once_look_for_pilot(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.install(&[]).await.exits(0);
    let _line = super::verified::without_pilot(&bench).await;
    let on_prem = &pair.on_prem;
    let of_them = async |count: usize| {
        eventually("their pods", Duration::from_secs(60), async || {
            let names: Vec<String> = probes(on_prem).await.into_iter().filter_map(|pod| pod.metadata.name).collect();
            if names.len() == count { Ok(names) } else { Err(format!("{names:?}")) }
        })
        .await
    };
    let pods: kube::Api<Pod> = kube::Api::namespaced(on_prem.client(), SYSTEM);
    let ends = async |name: &str| {
        let done = Patch::Merge(json!({"status": {"phase": "Succeeded"}}));
        pods.patch_status(name, &Default::default(), &done).await.unwrap();
    };
    let kubelet = async {
        let both = of_them(2).await;
        ends(&both[0]).await;
        assert_eq!(of_them(1).await, both[1..], "the one that has ended goes, and no other");
        ends(&both[1]).await;
    };
    let verify = ["install", "--tag", "dev", "--yes", "--clusters", "on-prem", "--verify"];
    let (one, other, ()) = tokio::join!(bench.run(&verify), bench.run(&verify), kubelet);
    one.exits(0);
    other.exits(0);
    of_them(0).await;
}
