//! Objects of the tests: pods of the tests' own server, and any other as JSON.

use std::fmt::Debug;
use std::net::IpAddr;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams, Patch, PatchParams};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::app;
use crate::cluster::Cluster;
use crate::image;
use crate::wait::eventually;

/// What a kubelet does may take this long on a busy machine.
pub const LONG: Duration = Duration::from_secs(90);

/// Creates an object of a namespace, or makes it so.
pub async fn put<K>(cluster: &Cluster, namespace: &str, object: &Value)
where
    K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let api: Api<K> = Api::namespaced(cluster.client(), namespace);
    let name = object["metadata"]["name"].as_str().unwrap();
    api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(object)).await.unwrap();
}

/// The template of a pod of the tests' own server.
pub fn template(cluster: &Cluster, service: &str, version: &str) -> Value {
    let pod = json!({"fieldRef": {"fieldPath": "metadata.name"}});
    json!({
        "metadata": {"labels": {"app": service, "version": version}},
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "containers": [{
                "name": "app", "image": image::APP, "imagePullPolicy": "Never",
                "ports": [{"name": "http", "containerPort": app::PORT}],
                "env": [
                    {"name": "SERVICE", "value": service}, {"name": "VERSION", "value": version},
                    {"name": "CLUSTER", "value": cluster.name()}, {"name": "POD", "valueFrom": pod},
                ],
                "readinessProbe": {"httpGet": {"path": "/health", "port": app::PORT}, "periodSeconds": 1},
            }],
        },
    })
}

/// A ready pod of the tests' own server, which this process can reach.
pub struct Server {
    pub address: IpAddr,
    pub port: u16,
}

impl Server {
    /// Starts one and waits until it is ready.
    pub async fn start(cluster: &Cluster, namespace: &str, name: &str) -> Self {
        let mut pod = template(cluster, name, "v1");
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        pod["metadata"]["name"] = json!(name);
        put::<Pod>(cluster, namespace, &pod).await;
        Self { address: ready(cluster, namespace, name).await, port: app::PORT }
    }

    /// What it answers.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<String, String> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let mut url = reqwest::Url::parse(&format!("http://{}:{}{path}", self.address, self.port)).unwrap();
        url.query_pairs_mut().extend_pairs(query);
        let answer = client.get(url).send().await.map_err(|e| format!("{e:?}"))?;
        let (status, text) = (answer.status(), answer.text().await.map_err(|e| e.to_string())?);
        if status.is_success() { Ok(text) } else { Err(format!("{status}: {text}")) }
    }
}

/// Waits until a Deployment has all its pods, of its newest template, and no others.
pub async fn rolled_out(cluster: &Cluster, namespace: &str, name: &str) {
    let deployments: Api<Deployment> = Api::namespaced(cluster.client(), namespace);
    eventually(&format!("Deployment {name} of {} is rolled out", cluster.name()), LONG, async || {
        let deployment = deployments.get(name).await.map_err(|e| e.to_string())?;
        let want = deployment.spec.replicas.unwrap_or(1);
        let status = deployment.status.clone().unwrap_or_default();
        let seen = status.observed_generation >= deployment.metadata.generation;
        let counts = [status.updated_replicas, status.available_replicas, status.replicas].map(|n| n.unwrap_or(0));
        if seen && counts.iter().all(|n| *n == want) {
            Ok(())
        } else {
            Err(format!("{} {}", serde_json::to_string(&status).unwrap(), pods(cluster, namespace).await))
        }
    })
    .await;
}

/// How the pods of a namespace are, for messages.
async fn pods(cluster: &Cluster, namespace: &str) -> String {
    let pods: Api<Pod> = Api::namespaced(cluster.client(), namespace);
    let all = pods.list(&ListParams::default()).await.map(|list| list.items).unwrap_or_default();
    let states = all.into_iter().map(|p| (p.metadata.name, p.status.and_then(|s| s.container_statuses)));
    serde_json::to_string(&states.collect::<Vec<_>>()).unwrap()
}

/// The addresses of the ready pods with a label, sorted.
pub async fn addresses(cluster: &Cluster, namespace: &str, label: &str) -> Vec<String> {
    let pods: Api<Pod> = Api::namespaced(cluster.client(), namespace);
    let all = pods.list(&ListParams::default().labels(label)).await.unwrap().items;
    let live = all.into_iter().filter(|p| p.metadata.deletion_timestamp.is_none());
    let ready = live
        .filter_map(|p| p.status)
        .filter(|status| status.conditions.iter().flatten().any(|c| c.type_ == "Ready" && c.status == "True"));
    let mut found: Vec<String> = ready.filter_map(|s| s.pod_ip).collect();
    found.sort();
    found
}

/// Waits until a pod is ready; its address.
pub async fn ready(cluster: &Cluster, namespace: &str, name: &str) -> IpAddr {
    let pods: Api<Pod> = Api::namespaced(cluster.client(), namespace);
    eventually(&format!("pod {name} of {} is ready", cluster.name()), LONG, async || {
        let status = pods.get(name).await.map_err(|e| e.to_string())?.status.unwrap_or_default();
        let conditions = status.conditions.iter().flatten();
        match conditions.into_iter().find(|c| c.type_ == "Ready" && c.status == "True") {
            Some(_) => status.pod_ip.unwrap_or_default().parse().map_err(|_| "it has no address".to_owned()),
            None => Err(serde_json::to_string(&status).unwrap()),
        }
    })
    .await
}
