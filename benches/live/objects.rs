//! The objects, written through the API server, many at once.

use futures::StreamExt;
use k8s_openapi::api::core::v1::{Namespace, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::{ENDPOINTS, SERVICES};

pub const NAMESPACE: &str = "bench";
const AT_ONCE: usize = 24;

pub fn name(service: usize) -> String {
    format!("svc-{service:05}")
}

fn address(network: usize, service: usize, endpoint: usize) -> String {
    let n = service * ENDPOINTS + endpoint;
    format!("10.{}.{}.{}", network + n / 62_500, n / 250 % 250, n % 250 + 1)
}

/// The endpoints of a service; with `moved` the first is elsewhere.
pub fn endpoints(network: usize, service: usize, moved: Option<usize>) -> Value {
    let mut all: Vec<Value> = (0..ENDPOINTS).map(|e| json!({"addresses": [address(network, service, e)]})).collect();
    if let Some(n) = moved {
        all[0] = json!({"addresses": [format!("10.200.{}.{}", n / 250, n % 250 + 1)]});
    }
    json!(all)
}

/// Creates all services and slices.
pub async fn fill(cluster: &Cluster, network: usize) {
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    let namespaces: Api<Namespace> = Api::all(cluster.client());
    namespaces.patch(NAMESPACE, &PatchParams::apply("bench"), &Patch::Apply(object)).await.unwrap();
    let services: Api<Service> = Api::namespaced(cluster.client(), NAMESPACE);
    let slices: Api<EndpointSlice> = Api::namespaced(cluster.client(), NAMESPACE);
    let each = futures::stream::iter(0..SERVICES).map(|s| {
        let (services, slices) = (services.clone(), slices.clone());
        async move {
            let service = json!({"metadata": {"name": name(s)}, "spec": {"selector": {"app": name(s)}, "ports": [{"name": "http", "port": 9080}]}});
            let slice = json!({"addressType": "IPv4", "ports": [{"name": "http", "port": 9080}],
                "metadata": {"name": format!("{}-1", name(s)), "labels": {"kubernetes.io/service-name": name(s)}},
                "endpoints": endpoints(network, s, None)});
            services.create(&PostParams::default(), &serde_json::from_value(service).unwrap()).await.unwrap();
            slices.create(&PostParams::default(), &serde_json::from_value(slice).unwrap()).await.unwrap();
        }
    });
    each.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// Creates pods; no service leads to them.
pub async fn pods(cluster: &Cluster, count: usize) {
    let pods: Api<Pod> = Api::namespaced(cluster.client(), NAMESPACE);
    let each = futures::stream::iter(0..count).map(|n| {
        let pods = pods.clone();
        async move {
            let labels = json!({"app": "batch", "version": "v1", "pod-template-hash": "5d8f9b7c6"});
            let pod = json!({"metadata": {"name": format!("batch-{n}"), "labels": labels},
                "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "none", "ports": [{"containerPort": 9080}]}]}});
            pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
        }
    });
    each.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// Lists what discovery lists, and looks at nothing of it: what any watcher of these clusters has to wait for.
pub async fn list_all(cluster: &Cluster) {
    let client = cluster.client();
    let lists = ["api/v1/services", "apis/discovery.k8s.io/v1/endpointslices", "api/v1/pods", "api/v1/nodes"];
    futures::future::join_all(lists.iter().map(|path| {
        let client = client.clone();
        async move {
            let mut next = String::new();
            loop {
                let uri = format!("/{path}?limit=500&continue={next}");
                let text = client.request_text(http::Request::get(uri).body(Vec::new()).unwrap()).await.unwrap();
                // the token stands in the list's metadata, at the beginning, and needs no escaping
                let head = &text[..text.len().min(2000)];
                next = head
                    .split("\"continue\":\"")
                    .nth(1)
                    .and_then(|t| t.split('"').next())
                    .unwrap_or_default()
                    .to_owned();
                if next.is_empty() {
                    break;
                }
            }
        }
    }))
    .await;
}
