//! From a pod to the peers in it: the clients of live clusters, kept while a command lasts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::http::{Http, PodPort};
use super::source::{Origin, SourceError};
use super::target::Target;
use crate::adapters::k8s::{Connector, within};
use crate::adapters::registry::Registry;
use crate::data::model::ClusterId;

/// How long making a client may take: a credential plugin may have to ask somebody.
const DEADLINE: Duration = Duration::from_secs(15);
/// The port of an Envoy's admin pages in a pod.
const ADMIN: u16 = 15000;
/// The port of a pilot's debug pages in its pod.
const DEBUG: u16 = 8080;

/// The ways into the pods of a registry's live clusters.
pub struct Reach {
    /// Of a file cluster there is no connector.
    clusters: BTreeMap<ClusterId, Option<Arc<Connector>>>,
}

impl Reach {
    /// The ways of a registry; nobody is asked yet.
    pub fn new(registry: &Registry) -> Self {
        Self { clusters: registry.entries.iter().map(|e| (e.id.clone(), e.source.connector())).collect() }
    }

    /// Whether pods of this cluster can be reached: it is live.
    pub fn is_live(&self, cluster: &ClusterId) -> bool {
        matches!(self.clusters.get(cluster), Some(Some(_)))
    }

    /// The Envoy of a pod.
    ///
    /// # Errors
    /// [`SourceError::NoWay`] where the pod's cluster has no API server, or makes no client.
    pub(super) async fn envoy(&self, target: &Target) -> Result<Http, SourceError> {
        let pod = self.port(target, ADMIN).await?;
        Ok(Http::of_pod(pod, Origin::EnvoyPod(target.to_string())))
    }

    /// The pilot in a pod.
    ///
    /// # Errors
    /// As [`Reach::envoy`].
    pub(super) async fn pilot(&self, target: &Target) -> Result<Http, SourceError> {
        let pod = self.port(target, DEBUG).await?;
        Ok(Http::of_pod(pod, Origin::PilotPod(target.to_string())))
    }

    async fn port(&self, target: &Target, port: u16) -> Result<PodPort, SourceError> {
        let id = &target.id;
        let no_way = |why: String| SourceError::NoWay { target: target.to_string(), why };
        let connector = match self.clusters.get(&id.cluster) {
            Some(Some(connector)) => connector,
            Some(None) => return Err(no_way(format!("the cluster {} is a folder of files", id.cluster))),
            None => return Err(no_way(format!("the cluster {} is not in the registry", id.cluster))),
        };
        let (_, client) = within(DEADLINE, connector.client()).await.map_err(|e| no_way(e.to_string()))?;
        Ok(PodPort { client, namespace: id.namespace.to_string(), pod: id.name.to_string(), port })
    }
}
