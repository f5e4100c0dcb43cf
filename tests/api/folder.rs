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
    vec![shared("api::folder::kubeconfigs_come_break_rotate_and_go", kubeconfigs_come_break_rotate_and_go)]
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
