//! Clusters that go away for a while: what discovery knew of them stays, marked, and nothing that stayed there ever leaves
//! a real Envoy.
//!
//! Envoy's `membership_change` is the witness: it counts every change of a cluster's endpoints, however short.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::live::pilot;
use crate::objects::in_both;
use crate::pair::{Pair, alone, shared};
use crate::pilot::{LONG, Pilot, get};
use crate::sidecar::{Members, Sidecar};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::lost::a_restarted_api_server_loses_nothing", a_restarted_api_server_loses_nothing),
        shared("api::lost::what_vanished_while_it_was_away_is_gone", what_vanished_is_gone),
        shared("api::lost::a_partition_at_the_start_delays_nobody", a_partition_at_the_start_delays_nobody),
        shared("api::lost::a_restarted_discovery_holds_what_it_cannot_know", the_restart_hold),
        shared("api::lost::a_kubeconfig_that_broke_before_a_restart_is_waited_for", a_broken_kubeconfig_is_waited_for),
    ]
}

async fn a_restarted_api_server_loses_nothing(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "restarted").await;
    let host = gke.host("reviews");
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    let pilot = pilot(&pair).await;
    let envoy = Sidecar::start(pilot.address("grpc"), &gke.namespace).await;
    let members = witness(envoy.as_ref(), &host, 2).await;

    pair.on_prem.stop();
    let row = pilot.cluster_is("on-prem", "stale").await;
    assert!(row["reason"].as_str().unwrap().contains("cannot be reached"), "{row}");
    assert!(row["staleSeconds"].is_u64(), "{row}");
    let found = pilot.endpoints(&host).await;
    assert_eq!(found.iter().map(|e| e["staleSeconds"].is_u64()).collect::<Vec<_>>(), [false, true], "{found:?}");
    assert_eq!(pilot.addresses(&host).await, ["10.1.0.1", "10.2.0.1"]);
    pair.on_prem.start().await.unwrap();
    pilot.cluster_is("on-prem", "synced").await;
    let found = pilot.endpoints(&host).await;
    assert!(found.len() == 2 && found.iter().all(|e| e["staleSeconds"] == Value::Null), "{found:?}");
    assert_eq!(witness(envoy.as_ref(), &host, 2).await, members, "an endpoint left Envoy");

    // and it is followed again
    on_prem.serve("reviews", &["10.2.0.2"]).await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.2"]).await;
    if let Some(envoy) = &envoy {
        envoy.has(&host, &["10.1.0.1", "10.2.0.2"]).await;
        envoy.rejected_nothing().await;
    }
}

/// What Envoy counts of a host, once it has so many endpoints.
async fn witness(envoy: Option<&Sidecar>, host: &str, total: u64) -> Option<Members> {
    let envoy = envoy?;
    eventually(&format!("Envoy counts {total}"), LONG, async || {
        if envoy.addresses(host).await.is_empty() {
            return Err("the cluster is not there".to_owned());
        }
        match envoy.members(host).await {
            members if members.total == total => Ok(Some(members)),
            members => Err(format!("{members:?}")),
        }
    })
    .await
}

async fn what_vanished_is_gone(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "vanished").await;
    let (host, kept, moved) = (gke.host("reviews"), gke.host("kept"), gke.host("moved"));
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    on_prem.serve("kept", &["10.2.0.7"]).await;
    on_prem.serve("moved", &["10.2.0.8"]).await;
    let line = pair.on_prem.proxy();
    let remote = pair.on_prem.kubeconfig_at(line.address());
    let pilot = Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig()), ("on-prem.yaml", &remote)]).await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let envoy = Sidecar::start(pilot.address("grpc"), &gke.namespace).await;
    witness(envoy.as_ref(), &host, 2).await;
    let members = witness(envoy.as_ref(), &kept, 1).await;

    line.cut();
    on_prem.delete_slice("reviews", "1").await;
    on_prem.serve("moved", &["10.2.0.9"]).await;
    pilot.cluster_is("on-prem", "stale").await;
    assert_eq!(pilot.addresses(&host).await, ["10.1.0.1", "10.2.0.1"], "nobody can know that it has gone");
    line.restore();
    pilot.has(&host, &["10.1.0.1"]).await;
    pilot.has(&moved, &["10.2.0.9"]).await;
    pilot.cluster_is("on-prem", "synced").await;
    if let Some(envoy) = &envoy {
        envoy.has(&host, &["10.1.0.1"]).await;
        envoy.has(&moved, &["10.2.0.9"]).await;
        envoy.rejected_nothing().await;
    }
    assert_eq!(witness(envoy.as_ref(), &kept, 1).await, members, "what stayed has left Envoy meanwhile");
}

async fn a_partition_at_the_start_delays_nobody(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "partition").await;
    let host = gke.host("reviews");
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    let line = pair.on_prem.proxy();
    line.silence();
    let remote = pair.on_prem.kubeconfig_at(line.address());
    let start = Instant::now();
    let pilot = Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig()), ("on-prem.yaml", &remote)]).await;
    pilot.has(&host, &["10.1.0.1"]).await;
    let served = start.elapsed();
    assert_eq!(pilot.cluster("on-prem").await.unwrap()["state"], "syncing", "its connection is not given up yet");
    assert!(served < Duration::from_secs(5), "served after {served:?} only, as if it had waited for the dead cluster");
    eventually("ready", LONG, || get(pilot.address("monitoring"), "/ready")).await;
    let envoy = Sidecar::start(pilot.address("grpc"), &gke.namespace).await;
    witness(envoy.as_ref(), &host, 1).await;
    assert_eq!(pilot.debug("clusterz").await["restartHold"]["waitsFor"], serde_json::json!(["on-prem"]));
    let row = pilot.cluster_is("on-prem", "unreachable").await;
    assert!(row["reason"].is_string(), "{row}");

    line.restore();
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    pilot.cluster_is("on-prem", "synced").await;
    assert_eq!(pilot.debug("clusterz").await["restartHold"]["waitsFor"], serde_json::json!([]));
    if let Some(envoy) = &envoy {
        envoy.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
        envoy.rejected_nothing().await;
    }
}

/// Waits until the Envoy of a namespace has come back to a restarted discovery, which holds back what it cannot know.
async fn comes_back_held(pilot: &Pilot, namespace: &str) {
    eventually("Envoy has come back, and is held", LONG, async || {
        let streams = pilot.debug("syncz").await;
        let mine = format!("client.{namespace}");
        match streams.as_array().unwrap().iter().find(|s| s["proxy"] == mine) {
            Some(s) if s["heldBack"] == true => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

async fn the_restart_hold(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "hold").await;
    let (host, only) = (gke.host("reviews"), gke.host("ratings"));
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    on_prem.serve("ratings", &["10.2.0.9"]).await;
    let line = pair.on_prem.proxy();
    let remote = pair.on_prem.kubeconfig_at(line.address());
    let mut pilot = Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig()), ("on-prem.yaml", &remote)]).await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let Some(envoy) = Sidecar::start(pilot.address("grpc"), &gke.namespace).await else { return };
    let before = (witness(Some(&envoy), &host, 2).await, witness(Some(&envoy), &only, 1).await);

    pilot.kill();
    line.silence();
    // nobody sees this change before the new discovery does
    gke.serve("reviews", &["10.1.0.2"]).await;
    pilot.run().await;
    pilot.has(&host, &["10.1.0.2"]).await;
    comes_back_held(&pilot, &gke.namespace).await;
    // fresh news of others come through meanwhile
    gke.slice("fresh", "1", &[serde_json::json!({"addresses": ["10.1.0.5"]})]).await;
    gke.service("fresh").await;
    envoy.has(&gke.host("fresh"), &["10.1.0.5"]).await;
    let held = (witness(Some(&envoy), &host, 2).await, witness(Some(&envoy), &only, 1).await);
    assert_eq!(held, before, "a resuming proxy keeps what the missing cluster may know");
    assert_eq!(pilot.debug("clusterz").await["restartHold"]["waitsFor"], serde_json::json!(["on-prem"]));

    line.restore();
    envoy.has(&host, &["10.1.0.2", "10.2.0.1"]).await;
    assert_eq!(witness(Some(&envoy), &only, 1).await, before.1, "the other service never changed");
    assert_eq!(pilot.debug("clusterz").await["restartHold"]["waitsFor"], serde_json::json!([]));
    envoy.rejected_nothing().await;
}

async fn a_broken_kubeconfig_is_waited_for(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "cut").await;
    let (host, only) = (gke.host("reviews"), gke.host("ratings"));
    gke.serve("reviews", &["10.1.0.1"]).await;
    on_prem.serve("reviews", &["10.2.0.1"]).await;
    on_prem.serve("ratings", &["10.2.0.9"]).await;
    let remote = pair.on_prem.kubeconfig();
    let mut pilot = Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig()), ("on-prem.yaml", &remote)]).await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let Some(envoy) = Sidecar::start(pilot.address("grpc"), &gke.namespace).await else { return };
    let before = (witness(Some(&envoy), &host, 2).await, witness(Some(&envoy), &only, 1).await);

    pilot.kill();
    pilot.write("on-prem.yaml", &remote[..remote.len() / 2]);
    pilot.run().await;
    pilot.has(&host, &["10.1.0.1"]).await;
    comes_back_held(&pilot, &gke.namespace).await;
    let page = pilot.debug("clusterz").await;
    assert_eq!(page["restartHold"]["waitsFor"], serde_json::json!(["on-prem"]), "{page}");
    assert!(pilot.cluster("on-prem").await.unwrap()["problem"].is_string(), "{page}");
    let held = (witness(Some(&envoy), &host, 2).await, witness(Some(&envoy), &only, 1).await);
    assert_eq!(held, before, "a resuming proxy keeps what the broken file's cluster may know");

    // mended, the cluster is read, and nothing has changed meanwhile
    pilot.write("on-prem.yaml", &remote);
    pilot.cluster_is("on-prem", "synced").await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    assert_eq!(pilot.debug("clusterz").await["restartHold"]["waitsFor"], serde_json::json!([]));
    let after = (witness(Some(&envoy), &host, 2).await, witness(Some(&envoy), &only, 1).await);
    assert_eq!(after, before, "no endpoint ever left Envoy");
    envoy.rejected_nothing().await;
}
