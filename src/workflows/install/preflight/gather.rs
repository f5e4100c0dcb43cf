//! What the checks look at, asked from one live cluster: some dozen requests side by side, each within a deadline of its own.

use std::net::IpAddr;

use serde_json::Value;

use super::super::live::{DEADLINE, Live};
use super::super::rights::{self, OWN_SLICES, Work};
use super::{Facts, FromInside, Own, is_loopback};
use crate::adapters::k8s::{K8sError, get_all, identity, version};
use crate::adapters::registry::{PilotAccess, Source};
use crate::pure::manifest::{ClusterManifests, Inventory};

/// A cluster that is asked.
pub(in super::super) struct Asked<'a> {
    /// Its API server.
    pub(in super::super) live: &'a Live,
    /// The entry of the registry.
    pub(in super::super) source: &'a Source,
    /// What will be put there.
    pub(in super::super) planned: &'a ClusterManifests,
    /// What an earlier run left there.
    pub(in super::super) inventory: Option<&'a Inventory>,
    /// What its kubeconfig says.
    pub(in super::super) own: &'a Own,
    /// What `mesh.yaml` says.
    pub(in super::super) said: &'a PilotAccess,
    /// What is about to be done.
    pub(in super::super) work: Work,
}

/// Gathers.
///
/// # Errors
/// Why the cluster does not answer.
pub(in super::super) async fn gather(asked: &Asked<'_>) -> Result<Facts, String> {
    let client = &asked.live.client;
    let loopback = is_loopback(&asked.own.server) && asked.said.server.is_none();
    let wanted = rights::to_install(asked.planned, asked.inventory, Work { loopback, ..asked.work });
    // one that is not there at all says so once
    let version = told("asking for its version", version(client, DEADLINE)).await?;
    let (uid, denied) = futures::try_join!(
        told("asking which cluster it is", identity(client, DEADLINE)),
        told("asking what the kubeconfig's user may do", rights::denied(client, wanted)),
    )?;
    let inside = if loopback { Some(inside(asked).await) } else { None };
    Ok(Facts { version, uid, inventory: asked.inventory.cloned(), denied, inside })
}

/// The sentence that says what was asked where there is no answer.
async fn told<T>(doing: &str, asked: impl Future<Output = Result<T, K8sError>>) -> Result<T, String> {
    asked.await.map_err(|e| format!("{doing} failed: {e}"))
}

/// What may not be read is not there; the rights say so themselves.
async fn read_all(client: &kube::Client, path: &str) -> Result<Vec<Value>, K8sError> {
    match get_all(client, path, DEADLINE).await {
        Err(K8sError::Forbidden(_) | K8sError::NotFound) => Ok(Vec::new()),
        answer => answer,
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Where the cluster's own pods find its API server, and for whom its certificate is.
async fn inside(asked: &Asked<'_>) -> FromInside {
    let slices = format!("{}?labelSelector=kubernetes.io/service-name%3Dkubernetes", OWN_SLICES.path());
    let slices = read_all(&asked.live.client, &slices).await.unwrap_or_default();
    let names = asked.source.served_names(DEADLINE).await.map_err(|e| e.to_string());
    FromInside { endpoints: slices.iter().flat_map(endpoints).collect(), names }
}

/// The addresses of a slice with its port for TLS.
fn endpoints(slice: &Value) -> Vec<(IpAddr, u16)> {
    let list = |pointer: &str| slice.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let ports = list("/ports");
    let port = ports.iter().find(|p| text(p, "/name") == "https").or(ports.first());
    let Some(port) = port.and_then(|p| p.get("port")?.as_u64()).and_then(|p| u16::try_from(p).ok()) else {
        return Vec::new();
    };
    let addresses = list("/endpoints").into_iter().filter_map(|e| e.get("addresses").cloned());
    let texts = addresses.flat_map(|a| a.as_array().cloned().unwrap_or_default());
    texts.filter_map(|a| Some((a.as_str()?.parse().ok()?, port))).collect()
}
