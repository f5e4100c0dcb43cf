//! The ground that the other tests stand on: nodes run pods, pods of both clusters reach each other, and DNS answers.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::app;
use crate::objects::{LONG, Server, put};
use crate::pair::{Pair, shared};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("e2e::nodes::pods_of_both_clusters_reach_each_other", pods_of_both_clusters_reach_each_other),
        shared(
            "e2e::nodes::a_headless_service_without_selector_has_names",
            a_headless_service_without_selector_has_names,
        ),
    ]
}

async fn pods_of_both_clusters_reach_each_other(pair: Arc<Pair>) {
    pair.namespace("reach").await;
    let (here, there) =
        tokio::join!(Server::start(&pair.gke, "reach", "here"), Server::start(&pair.on_prem, "reach", "there"));
    for (from, to, cluster) in [(&here, &there, "on-prem"), (&there, &here, "gke")] {
        let url = format!("http://{}:{}/health", to.address, app::PORT);
        let answer = eventually("a pod answers a pod of the other cluster", LONG, async || {
            from.get("/fetch", &[("url", &url)]).await
        })
        .await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["cluster"], cluster, "{answer}");
    }
    // a pod reaches its own API server by the service's address, as pilot will
    let url = "https://kubernetes.default.svc/version";
    let version =
        eventually("the API server is reached by name", LONG, async || here.get("/fetch", &[("url", url)]).await).await;
    assert!(version.contains("gitVersion"), "{version}");
}

/// What remotes find the primary's pilot by.
async fn a_headless_service_without_selector_has_names(pair: Arc<Pair>) {
    let cluster = &pair.on_prem;
    cluster.namespace("names").await;
    let pod = Server::start(cluster, "names", "asker").await;
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "pilot"},
        "spec": {"clusterIP": "None", "ports": [{"name": "grpc", "port": 15010}]}});
    put::<Service>(cluster, "names", &service).await;
    let slice = |addresses: &[&str]| {
        let endpoints: Vec<Value> = addresses.iter().map(|a| json!({"addresses": [a]})).collect();
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "pilot-by-hand", "labels": {"kubernetes.io/service-name": "pilot"}},
            "addressType": "IPv4", "ports": [{"name": "grpc", "port": 15010}], "endpoints": endpoints})
    };
    for addresses in [&["10.244.1.200"][..], &["10.244.1.201", "10.244.1.202"]] {
        put::<EndpointSlice>(cluster, "names", &slice(addresses)).await;
        let want = json!(addresses).to_string();
        for name in ["pilot", "pilot.names.svc.cluster.local"] {
            eventually(&format!("{name} is {want}"), LONG, async || {
                let answer = pod.get("/resolve", &[("name", name)]).await?;
                if answer == want { Ok(()) } else { Err(answer) }
            })
            .await;
        }
    }
}
