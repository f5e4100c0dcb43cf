//! Settings of the whole mesh, as `mesh.yaml`, flags and the ConfigMap `istio` give them once they are merged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use super::{ClusterId, Name, NetworkId};

/// A point in time: seconds since the Unix epoch. Pure rooms get it as an argument; they know no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// How long before `now` this was; zero if it lies ahead.
    pub fn age(self, now: Timestamp) -> Duration {
        Duration::from_secs(now.0.saturating_sub(self.0))
    }
}

/// What a cluster is to the mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterRole {
    /// Runs the whole control plane; its definitions win and its policies count.
    Primary,
    /// Is served by the primary's pilot.
    Remote,
}

impl std::fmt::Display for ClusterRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            ClusterRole::Primary => "primary",
            ClusterRole::Remote => "remote",
        })
    }
}

/// Where calls go that match no service of the mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub enum OutboundPolicy {
    /// To where they were going: `ALLOW_ANY`.
    #[default]
    AllowAny,
    /// Nowhere: `REGISTRY_ONLY`.
    RegistryOnly,
}

/// What the mesh knows of a registered cluster before it has said anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSettings {
    /// Primary or remote.
    pub role: ClusterRole,
    /// The network of its pods, where neither pod nor namespace says otherwise.
    pub network: NetworkId,
}

/// A way into a network from outside of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Gateway {
    /// An IP address.
    pub address: Name,
    /// Its port, usually 15443.
    pub port: u16,
}

/// Everything about the mesh that no object of a cluster says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeshSettings {
    /// The registered clusters.
    pub clusters: BTreeMap<ClusterId, ClusterSettings>,
    /// Files of the registry that nobody can read, and that may say more of the mesh than what stands here: `mesh.yaml`, or a
    /// cluster whose id only its file could tell. While there are any, what a resuming proxy holds stands.
    pub unread: BTreeSet<Name>,
    /// The SPIFFE trust domain.
    pub trust_domain: Name,
    /// The control plane's namespace, `istio-system`.
    pub system_namespace: Name,
    /// Namespaces that merge although they are cluster-local by default.
    pub open_namespaces: BTreeSet<Name>,
    /// More hosts that never merge: `name.namespace.svc.cluster.local`, or `*.namespace.svc.cluster.local`.
    pub cluster_local: BTreeSet<Name>,
    /// Ways into the networks.
    pub networks: BTreeMap<NetworkId, Vec<Gateway>>,
    /// Calls to unknown hosts; the ConfigMap `istio` of the primary may say otherwise.
    pub outbound: OutboundPolicy,
    /// TCP connect timeout of outbound clusters.
    pub connect_timeout: Duration,
}

impl Default for MeshSettings {
    fn default() -> Self {
        Self {
            clusters: BTreeMap::new(),
            unread: BTreeSet::new(),
            trust_domain: "cluster.local".into(),
            system_namespace: "istio-system".into(),
            open_namespaces: BTreeSet::new(),
            cluster_local: BTreeSet::new(),
            networks: BTreeMap::new(),
            outbound: OutboundPolicy::AllowAny,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

impl MeshSettings {
    /// The primary cluster, where one is registered.
    pub fn primary(&self) -> Option<&ClusterId> {
        self.clusters.iter().find(|(_, c)| c.role == ClusterRole::Primary).map(|(id, _)| id)
    }

    /// The clusters in the order in which their facts count: the primary first, then by id.
    pub fn ordered(&self) -> Vec<&ClusterId> {
        let mut ids: Vec<_> = self.clusters.iter().map(|(id, c)| (c.role, id)).collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }
}
