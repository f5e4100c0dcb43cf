//! Discovery fed by two live clusters: what is written through their API servers reaches its pages, the commands, and a
//! real Envoy.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::harness::Meshctl;
use crate::objects::{Writer, in_both, of_pod};
use crate::pair::{Pair, alone, shared};
use crate::pilot::{LONG, Pilot};
use crate::sidecar::Sidecar;
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::live::endpoints_of_both_clusters_are_merged", endpoints_are_merged),
        shared("api::live::changes_reach_envoy", changes_reach_envoy),
        shared("api::live::commands_read_live_clusters", commands_read_live_clusters),
        alone("api::live::the_mesh_config_takes_effect", the_mesh_config_takes_effect),
    ]
}

/// Discovery over both clusters; gke is the primary, as the first by name.
pub async fn pilot(pair: &Pair) -> Pilot {
    let pilot =
        Pilot::start(&[("gke.yaml", &pair.gke.kubeconfig()), ("on-prem.yaml", &pair.on_prem.kubeconfig())]).await;
    pilot.cluster_is("gke", "synced").await;
    pilot.cluster_is("on-prem", "synced").await;
    pilot
}

/// `reviews` in both clusters, with a pod and a node each.
async fn reviews(gke: &Writer, on_prem: &Writer) -> [String; 2] {
    let nodes = [format!("{}-gke", gke.namespace), format!("{}-on-prem", gke.namespace)];
    gke.node(&nodes[0], "us-west1", "us-west1-a").await;
    on_prem.node(&nodes[1], "us-west1", "us-west1-b").await;
    for (writer, pod, address, node) in
        [(gke, "reviews-v1", "10.1.0.1", &nodes[0]), (on_prem, "reviews-v3", "10.2.0.1", &nodes[1])]
    {
        writer.service("reviews").await;
        writer.slice("reviews", "1", &[of_pod(pod, address, node)]).await;
    }
    nodes
}

async fn endpoints_are_merged(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "merged").await;
    let host = gke.host("reviews");
    let nodes = reviews(&gke, &on_prem).await;
    on_prem.serve("ratings", &["10.2.0.9"]).await;
    let pilot = pilot(&pair).await;
    // an endpoint whose pod is not known yet is held back
    pilot.has(&gke.host("ratings"), &["10.2.0.9"]).await;
    assert_eq!(pilot.addresses(&host).await, [""; 0]);

    on_prem.pod("reviews-v3", "10.2.0.1", &nodes[1], "bookinfo").await;
    pilot.has(&host, &["10.2.0.1"]).await;
    gke.pod("reviews-v1", "10.1.0.1", &nodes[0], "bookinfo").await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let found = pilot.endpoints(&host).await;
    let account = format!("spiffe://cluster.local/ns/{}/sa/bookinfo", gke.namespace);
    let row =
        |e: &Value| json!([e["cluster"], e["pod"], e["node"], e["locality"], e["serviceAccount"], e["staleSeconds"]]);
    assert_eq!(row(&found[0]), json!(["gke", "reviews-v1", nodes[0], "us-west1/us-west1-a", account, null]));
    assert_eq!(row(&found[1]), json!(["on-prem", "reviews-v3", nodes[1], "us-west1/us-west1-b", account, null]));

    let Some(envoy) = Sidecar::start(pilot.address("grpc"), &gke.namespace).await else { return };
    envoy.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    let groups = json!({"us-west1/us-west1-a": ["10.1.0.1"], "us-west1/us-west1-b": ["10.2.0.1"]});
    assert_eq!(json!(envoy.endpoints(&host).await), groups);
    envoy.has(&gke.host("ratings"), &["10.2.0.9"]).await;
    envoy.rejected_nothing().await;

    // a node that moves takes its endpoints along
    on_prem.node(&nodes[1], "us-west1", "us-west1-c").await;
    eventually("the locality of the moved node", LONG, async || {
        let groups = envoy.endpoints(&host).await.unwrap_or_default();
        if groups.contains_key("us-west1/us-west1-c") { Ok(()) } else { Err(format!("{groups:?}")) }
    })
    .await;
    envoy.rejected_nothing().await;
}

async fn changes_reach_envoy(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "changes").await;
    let host = gke.host("reviews");
    gke.serve("reviews", &["10.1.0.1"]).await;
    gke.serve("kept", &["10.1.0.7"]).await;
    on_prem.serve("reviews", &["10.2.0.1", "10.2.0.2"]).await;
    let pilot = pilot(&pair).await;
    let Some(envoy) = Sidecar::start(pilot.address("grpc"), &gke.namespace).await else { return };
    envoy.has(&host, &["10.1.0.1", "10.2.0.1", "10.2.0.2"]).await;
    let kept = envoy.members(&gke.host("kept")).await;
    assert_eq!(kept.total, 1);

    on_prem.slice("reviews", "1", &[json!({"addresses": ["10.2.0.3"]})]).await;
    envoy.has(&host, &["10.1.0.1", "10.2.0.3"]).await;
    on_prem.slice("reviews", "2", &[json!({"addresses": ["10.2.0.4"]})]).await;
    envoy.has(&host, &["10.1.0.1", "10.2.0.3", "10.2.0.4"]).await;
    let unready = json!({"addresses": ["10.2.0.4"], "conditions": {"ready": false, "serving": false}});
    on_prem.slice("reviews", "2", &[unready]).await;
    eventually("the unready endpoint is out of the service's way", LONG, async || {
        let found = pilot.endpoints(&host).await;
        let unready = found.iter().find(|e| e["address"] == "10.2.0.4");
        match unready {
            Some(e) if e["health"] == found[0]["health"] => Err(e.to_string()),
            _ => Ok(()),
        }
    })
    .await;
    on_prem.delete_slice("reviews", "2").await;
    on_prem.delete_slice("reviews", "1").await;
    envoy.has(&host, &["10.1.0.1"]).await;
    // the definition of the primary goes, that of the remote stays, and so do its endpoints
    on_prem.slice("reviews", "1", &[json!({"addresses": ["10.2.0.5"]})]).await;
    envoy.has(&host, &["10.1.0.1", "10.2.0.5"]).await;
    gke.delete_service("reviews").await;
    envoy.has(&host, &["10.2.0.5"]).await;
    on_prem.delete_service("reviews").await;
    eventually("Envoy has the service no more", LONG, async || {
        let dump = envoy.dump().await;
        if dump.contains(&host) { Err(format!("{host} is in its dump")) } else { Ok(()) }
    })
    .await;
    // nothing of this was any news for a neighbour
    assert_eq!(envoy.members(&gke.host("kept")).await, kept);
    envoy.rejected_nothing().await;
}

async fn commands_read_live_clusters(pair: Arc<Pair>) {
    let (gke, on_prem) = in_both(&pair, "commands").await;
    let nodes = reviews(&gke, &on_prem).await;
    gke.pod("reviews-v1", "10.1.0.1", &nodes[0], "bookinfo").await;
    on_prem.pod("reviews-v3", "10.2.0.1", &nodes[1], "bookinfo").await;
    let meshctl = Meshctl::new();
    meshctl.file("kubeconf/gke.yaml", &pair.gke.kubeconfig());
    meshctl.file("kubeconf/on-prem.yaml", &pair.on_prem.kubeconfig());
    let (namespace, host) = (gke.namespace.clone(), gke.host("reviews"));
    let (endpoints, clusters) = tokio::task::spawn_blocking(move || {
        let endpoints = meshctl.run(["endpoints", "reviews", "-n", &namespace, "--registry", "kubeconf"]).exits(0);
        let pod = format!("reviews-v1.{namespace}");
        let args = ["proxy-config", "clusters", &pod, "--from", "registry", "--registry", "kubeconf"];
        (endpoints, meshctl.run(args).exits(0))
    })
    .await
    .unwrap();
    let rows: Vec<Vec<&str>> = endpoints.stdout.lines().map(|l| l.split_whitespace().collect()).collect();
    let column = |name: &str| rows[0].iter().position(|c| *c == name).unwrap();
    for (row, want) in rows[1..].iter().zip([["10.1.0.1", "gke"], ["10.2.0.1", "on-prem"]]) {
        assert_eq!([row[column("ADDRESS")], row[column("CLUSTER")]], want, "{}", endpoints.stdout);
    }
    assert_eq!(rows.len(), 3, "{}", endpoints.stdout);
    assert!(endpoints.stdout.contains("us-west1/us-west1-b") && endpoints.stdout.contains("reviews-v3"));
    let outbound = clusters.stdout.lines().filter(|l| l.starts_with(&host) && l.contains("outbound"));
    assert_eq!(outbound.count(), 1, "{}", clusters.stdout);
}

async fn the_mesh_config_takes_effect(pair: Arc<Pair>) {
    let (gke, _) = in_both(&pair, "config").await;
    gke.serve("reviews", &["10.1.0.1"]).await;
    let system = Writer::new(&pair.gke, "istio-system").await;
    let pilot = pilot(&pair).await;
    let Some(envoy) = Sidecar::start(pilot.address("grpc"), &gke.namespace).await else { return };
    // what a host that no service has is sent to
    let unknown = async |want: &str| {
        eventually(&format!("unknown hosts are {want}"), LONG, async || {
            let dump: Value = serde_json::from_str(&envoy.dump().await).unwrap();
            let routes =
                dump["configs"].as_array().unwrap().iter().filter_map(|s| s["dynamic_route_configs"].as_array());
            let all: Vec<Value> = routes.flatten().map(|r| r["route_config"].clone()).collect();
            let of_port = all.iter().find(|r| r["name"] == "9080").cloned().unwrap_or_default().to_string();
            let (allowed, blocked) = (of_port.contains("PassthroughCluster"), of_port.contains("502"));
            match (want, allowed, blocked) {
                ("allowed", true, false) | ("blocked", false, true) => Ok(()),
                _ => Err(of_port),
            }
        })
        .await;
    };
    unknown("allowed").await;
    system.mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}").await;
    unknown("blocked").await;
    system.delete_mesh_config().await;
    unknown("allowed").await;
    envoy.rejected_nothing().await;
}
