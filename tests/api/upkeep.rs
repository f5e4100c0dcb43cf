//! What discovery in a cluster says of its upkeep, and when: a remote that is just coming is no trouble, and an Event of one holder of
//! the Lease goes on with the next.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::events::v1::Event;
use kube::api::{Api, Patch, PatchParams};
use libtest_mimic::Trial;
use serde_json::json;

use crate::pair::{Pair, shared};
use crate::pilot::LONG;
use crate::stretched::Mesh;
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::upkeep::a_slice_that_is_yet_to_come_is_no_trouble", a_slice_that_is_yet_to_come_is_no_trouble),
        shared("api::upkeep::the_next_holder_counts_an_event_on", the_next_holder_counts_an_event_on),
    ]
}

fn of(pair: &Pair) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], pair.on_prem.port()))
}

/// Install places the credential and makes the slice at the same time.
async fn a_slice_that_is_yet_to_come_is_no_trouble(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "early", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.delete_slice().await;
    let began = Instant::now();
    let pilot = mesh.pilot("pilot-1", &[]).await;
    let waits = json!({"state": "WAITING", "reason": "istio-pilot-gke-v4 is not there yet; meshctl install makes it"});
    eventually("the page says what it waits for", LONG, async || match pilot.cluster("on-prem").await {
        Some(row) if row["pilotSlices"] == waits => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    // one that comes later has been told, and this one has not
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    mesh.event("RemoteKeyBroken", &["istio-remote-clusters/broken"]).await;
    let (told, log) = (mesh.events("RemoteSliceNotKept").await, pilot.log());
    // on a machine that is busy all that may have taken longer than pilot waits
    if began.elapsed() < Duration::from_secs(60) {
        assert!(told.is_empty() && !log.contains("RemoteSliceNotKept"), "{told:?} {log}");
    }
    // it comes, and is filled
    mesh.restore_slice().await;
    mesh.slice_is(&["10.1.0.1"]).await;
    // one that was there was taken away
    mesh.delete_slice().await;
    let words = ["on-prem", "istio-pilot-gke-v4 is not there; meshctl install makes it"];
    mesh.event("RemoteSliceNotKept", &words).await;
}

async fn the_next_holder_counts_an_event_on(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "counts", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    let mut first = mesh.pilot("pilot-1", &[]).await;
    let reason = "RemoteKeyBroken";
    let event = mesh.event(reason, &["istio-remote-clusters/broken"]).await;
    mesh.held_by("pilot-1").await;
    // it has told it for hours
    let events: Api<Event> = Api::namespaced(mesh.client("gke"), &mesh.namespace);
    let series = json!({"series": {"count": 41, "lastObservedTime": "2026-01-01T00:00:00.000000Z"}});
    let name = event.metadata.name.unwrap();
    events.patch(&name, &PatchParams::default(), &Patch::Merge(series)).await.unwrap();
    first.terminate();
    first.says(&["the Lease istio-pilot is released"]).await;
    let second = mesh.pilot("pilot-2", &[]).await;
    eventually("the second has counted it on", LONG, async || {
        let all = mesh.events(reason).await;
        let counts: Vec<_> = all.iter().map(|e| e.series.as_ref().map(|s| s.count)).collect();
        if counts == [Some(42)] { Ok(()) } else { Err(format!("{counts:?}: {}", second.log())) }
    })
    .await;
}
