//! A mesh on the pair, as its operator makes it by the README's how-to.

use std::path::PathBuf;

use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, ListParams};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::harness::{Meshctl, Ran};
use crate::image::HUB;
use crate::objects::{LONG, addresses, rolled_out};
use crate::pair::Pair;
use crate::wait::eventually;

/// The control plane's namespace.
pub const SYSTEM: &str = "istio-system";
/// The label of pilot's pods.
pub const PILOT: &str = "istio=pilot";

/// An operator with a registry of both clusters.
pub struct Operator {
    meshctl: Meshctl,
}

impl Operator {
    /// Nothing yet but a folder: the README's how-to fills it.
    pub fn new() -> Self {
        Self { meshctl: Meshctl::new() }
    }

    /// The operator's folder, and how to run commands there.
    pub fn meshctl(&self) -> &Meshctl {
        &self.meshctl
    }

    /// Adds a cluster to the registry, from the operator's own kubeconfig.
    pub fn add(&self, cluster: &Cluster) {
        self.run(&format!("cluster add {0} --context {0}", cluster.name())).exits(0);
    }

    /// Where a file of the operator's home is.
    pub fn file(&self, name: &str) -> PathBuf {
        self.meshctl.home().join(name)
    }

    /// Runs a command to its end.
    pub fn run(&self, line: &str) -> Ran {
        let words = line.split_whitespace();
        tokio::task::block_in_place(|| self.meshctl.run(words))
    }

    /// Installs a tag of our image; what the report says.
    pub fn install(&self, tag: &str) -> Value {
        let line = format!("install {} --yes -o json", wanted(tag));
        serde_json::from_str(&self.run(&line).exits(0).stdout).unwrap()
    }

    /// What installing that tag would change.
    pub fn diff(&self, tag: &str) -> Ran {
        self.run(&format!("diff {}", wanted(tag)))
    }
}

/// What the operator wants: the settings are in `mesh.yaml`, another image is named.
fn wanted(tag: &str) -> String {
    format!("--hub {HUB} --tag {tag}")
}

/// Waits until all of pilot's pods are ready and the remote's slice has just their addresses, which it returns.
pub async fn pilot_is_known_everywhere(pair: &Pair) -> Vec<String> {
    rolled_out(&pair.gke, SYSTEM, "istio-pilot").await;
    eventually("the remote's slice is where pilot is", LONG, async || {
        let (pods, slice) = (addresses(&pair.gke, SYSTEM, PILOT).await, slice_of_pilot(&pair.on_prem).await);
        if pods == slice && !pods.is_empty() { Ok(pods) } else { Err(format!("pods {pods:?}, slice {slice:?}")) }
    })
    .await
}

/// The addresses in a remote's slices of pilot, sorted.
pub async fn slice_of_pilot(remote: &Cluster) -> Vec<String> {
    let slices: Api<EndpointSlice> = Api::namespaced(remote.client(), SYSTEM);
    let of_pilot = ListParams::default().labels("kubernetes.io/service-name=istio-pilot");
    let all = slices.list(&of_pilot).await.unwrap().items;
    let mut found: Vec<String> =
        all.into_iter().flat_map(|s| s.endpoints.into_iter().flatten()).flat_map(|e| e.addresses).collect();
    found.sort();
    found
}

/// What an install report has that is not `unchanged`: clusters and objects.
pub fn moved(report: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut moved = Vec::new();
    for cluster in list(&report["clusters"]) {
        if cluster["state"] != "unchanged" {
            moved.push(format!("{}: {}", cluster["cluster"], cluster["state"]));
        }
        let objects = list(&cluster["objects"]).into_iter().filter(|o| o["action"] != "unchanged");
        moved.extend(objects.map(|o| format!("{} {} {}: {}", cluster["cluster"], o["kind"], o["name"], o["action"])));
    }
    moved
}
