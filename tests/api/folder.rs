//! The registry's folder changes while discovery runs: a kubeconfig comes, breaks, is mended, rotated and removed.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::objects::in_both;
use crate::pair::{Pair, shared};
use crate::pilot::{LONG, Pilot};
use crate::proxy::BlackHole;
use crate::sidecar::Sidecar;
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::folder::kubeconfigs_come_break_rotate_and_go", kubeconfigs_come_break_rotate_and_go),
        shared("api::folder::a_descriptor_that_breaks_changes_nothing", a_descriptor_that_breaks_changes_nothing),
        shared("api::folder::one_api_server_under_two_names_is_one_cluster", one_api_server_under_two_names),
    ]
}

/// Waits until a cluster's row is as wanted, and gives it.
async fn row(pilot: &Pilot, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, LONG, async || match pilot.cluster("on-prem").await {
        Some(row) if so(&row) => Ok(row),
        other => Err(format!("{other:?}")),
    })
    .await
}

async fn kubeconfigs_come_break_rotate_and_go(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "folder").await;
    let host = gke.host("reviews");
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    let pilot = Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig())]).await;
    pilot.has(&host, &["10.1.0.1"]).await;
    let Some(envoy) = Sidecar::start(pilot.address("grpc"), &gke.namespace).await else { return };
    envoy.has(&host, &["10.1.0.1"]).await;

    // it comes
    let kubeconfig = pair.on_prem.kubeconfig();
    pilot.write("on-prem.yaml", &kubeconfig);
    envoy.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let first = pilot.cluster_is("on-prem", "synced").await;
    let members = envoy.members(&host).await;

    // it breaks: cut off in the middle, empty, and something else
    for broken in [&kubeconfig[..kubeconfig.len() / 2], "", "kind: Nonsense\n"] {
        pilot.write("on-prem.yaml", broken);
        let now = row(&pilot, "the problem is shown", |r| r["problem"].is_string()).await;
        assert_eq!((&now["state"], &now["generation"]), (&"synced".into(), &first["generation"]), "{now}");
        let page = pilot.debug("clusterz").await;
        assert!(page["problems"].as_array().unwrap().iter().any(|p| p["file"] == "on-prem.yaml"), "{page}");
        assert!(!page.to_string().contains("LS0tLS1"), "the file's contents are shown");
        pilot.write("on-prem.yaml", &kubeconfig);
        let now = row(&pilot, "the problem has gone", |r| r["problem"].is_null()).await;
        assert_eq!(now["generation"], first["generation"], "the same file is no other source: {now}");
    }
    // a broken file's cluster is still followed
    pilot.write("on-prem.yaml", &kubeconfig[..kubeconfig.len() / 2]);
    row(&pilot, "the problem is shown", |r| r["problem"].is_string()).await;
    on_prem.serve("later", &["10.2.0.5"]).await;
    envoy.has(&gke.host("later"), &["10.2.0.5"]).await;

    // it is mended by one that leads nowhere: the old source goes on until the new one has said everything
    let hole = BlackHole::new();
    pilot.write("on-prem.yaml", &pair.on_prem.kubeconfig_at(hole.address()));
    eventually("the black hole is asked", LONG, async || hole.was_called().then_some(()).ok_or("not yet")).await;
    on_prem.serve("later", &["10.2.0.6"]).await;
    envoy.has(&gke.host("later"), &["10.2.0.6"]).await;
    assert_eq!(envoy.members(&host).await, members, "an endpoint left Envoy");

    // it is rotated: another certificate, another address of the same server
    let line = pair.on_prem.proxy();
    pilot.write("on-prem.yaml", &pair.on_prem.other_kubeconfig_at(line.address()));
    let generation = first["generation"].as_u64().unwrap();
    let now = row(&pilot, "the new source has taken over", |r| {
        r["generation"].as_u64() > Some(generation) && r["state"] == "synced"
    })
    .await;
    assert!(now["problem"].is_null() && line.accepted() > 0, "{now}");
    on_prem.serve("later", &["10.2.0.7"]).await;
    envoy.has(&gke.host("later"), &["10.2.0.7"]).await;
    assert_eq!(envoy.members(&host).await, members, "an endpoint left Envoy");
    assert_eq!(pilot.addresses(&host).await, ["10.1.0.1", "10.2.0.1"]);

    // the old source is really gone: without the new one's line nothing comes any more
    line.cut();
    pilot.cluster_is("on-prem", "stale").await;
    line.restore();
    pilot.cluster_is("on-prem", "synced").await;
    assert_eq!(envoy.members(&host).await, members, "an endpoint left Envoy");

    // it goes
    pilot.remove("on-prem.yaml");
    envoy.has(&host, &["10.1.0.1"]).await;
    eventually("its row has gone", LONG, async || {
        pilot.cluster("on-prem").await.is_none().then_some(()).ok_or("not yet")
    })
    .await;
    envoy.rejected_nothing().await;
}

/// The talk's format: `local` is the kubeconfig of gke, the primary, and no cluster of its own.
fn descriptor(id: &str, primary: bool, kubeconfig: &str) -> String {
    format!(
        "apiVersion: clusterregistry.k8s.io/v1alpha1\nkind: Cluster\nmetadata:\n  name: {id}\n  annotations:\n    \
         config.istio.io/platform: Kubernetes\n    config.istio.io/pilotCfgStore: {primary}\n    \
         config.istio.io/accessConfigFile: {kubeconfig}\n"
    )
}

async fn a_descriptor_that_breaks_changes_nothing(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "descriptor").await;
    let host = gke.host("reviews");
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    let (first, second) = (descriptor("gke", true, "local"), descriptor("on-prem", false, "remote.kube.conf"));
    let files = [
        ("gke.yaml", first.as_str()),
        ("on-prem.yaml", &second),
        ("local", &pair.gke.kubeconfig()),
        ("remote.kube.conf", &pair.on_prem.kubeconfig()),
    ];
    let pilot = Pilot::start(&files).await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let before = pilot.cluster_is("gke", "synced").await;
    assert_eq!(before["role"], "primary", "{before}");
    for broken in [&first[..first.len() / 2], ""] {
        pilot.write("gke.yaml", broken);
        let what = "the problem is shown";
        let row = eventually(what, LONG, async || match pilot.cluster("gke").await {
            Some(row) if row["problem"].is_string() => Ok(row),
            other => Err(format!("{other:?}")),
        })
        .await;
        assert_eq!((&row["role"], &row["generation"]), (&before["role"], &before["generation"]), "{row}");
        let page = pilot.debug("clusterz").await;
        let ids: Vec<_> = page["clusters"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        assert_eq!(ids, ["gke", "on-prem"], "{page}");
        assert_eq!(pilot.addresses(&host).await, ["10.1.0.1", "10.2.0.1"]);
        pilot.write("gke.yaml", &first);
        eventually("the problem has gone", LONG, async || match pilot.cluster("gke").await {
            Some(row) if row["problem"].is_null() => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
    }
}

async fn one_api_server_under_two_names(pair: Arc<Pair>) {
    let (gke, _) = in_both(&pair, "twins").await;
    let host = gke.host("reviews");
    gke.serve("reviews", &["10.1.0.1"]).await;
    // the same server at two addresses: nothing but its UID tells
    let line = pair.gke.proxy();
    let other = pair.gke.kubeconfig_at(line.address());
    let pilot = Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig()), ("other.yaml", &other)]).await;
    let row = pilot.cluster_is("other", "duplicate").await;
    let why = row["problem"].as_str().unwrap();
    assert!(why.starts_with("it is the same cluster as gke (gke.yaml): kube-system has the UID "), "{row}");
    pilot.cluster_is("gke", "synced").await;
    pilot.has(&host, &["10.1.0.1"]).await;
    let page = pilot.debug("clusterz").await;
    assert!(page["problems"].as_array().unwrap().iter().any(|p| p["file"] == "other.yaml"), "{page}");
    assert_eq!(page["restartHold"]["waitsFor"], serde_json::json!([]), "nobody waits for it");
    assert_eq!(pilot.endpoints(&host).await[0]["cluster"], "gke");

    // the other one leaves, and it serves
    pilot.remove("gke.yaml");
    let row = pilot.cluster_is("other", "synced").await;
    assert!(row["problem"].is_null(), "{row}");
    pilot.has(&host, &["10.1.0.1"]).await;
    assert_eq!(pilot.endpoints(&host).await[0]["cluster"], "other");
    // and it comes back: the other one is the primary by now, which does not move
    pilot.write("gke.yaml", &pair.gke.kubeconfig());
    pilot.cluster_is("gke", "duplicate").await;
    assert_eq!(pilot.addresses(&host).await, ["10.1.0.1"]);
    assert_eq!(pilot.endpoints(&host).await[0]["cluster"], "other");
}
