//! The merged mesh: what all clusters together say, as plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::data::model::{
    ClusterId, ClusterRole, FactKey, Locality, MeshSettings, Name, NetworkId, PMap, PortId, Readiness, ServiceId,
    ServiceKind, ServicePort, ServiceScope, SpiffeId, Timestamp, Warning, WorkloadId, WorkloadPort,
};

/// Everything that is known, at one moment. A clone is O(1), and none ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mesh {
    /// The settings in force: the registry's, with the primary's ConfigMap `istio` over them.
    pub settings: Arc<MeshSettings>,
    /// The registered clusters.
    pub clusters: PMap<ClusterId, ClusterState>,
    /// The services: merged ones once, cluster-local ones once per cluster.
    pub services: PMap<ServiceId, Arc<Service>>,
    /// The pods.
    pub workloads: PMap<WorkloadId, Arc<Workload>>,
    /// What is wrong with objects, each tied to its object.
    pub warnings: PMap<(ClusterId, FactKey), Arc<[Warning]>>,
}

impl Mesh {
    /// The service that a proxy of `cluster` means by this namespace and name: its own cluster-local one, else the mesh's.
    pub fn service_in(&self, cluster: &ClusterId, namespace: &str, name: &str) -> Option<&Arc<Service>> {
        let id = |scope| ServiceId { namespace: namespace.into(), name: name.into(), scope };
        self.services
            .get(&id(ServiceScope::Cluster(cluster.clone())))
            .or_else(|| self.services.get(&id(ServiceScope::Mesh)))
    }

    /// The services that proxies of `cluster` see, in the order of their ids: of a cluster-local one and the mesh's of the
    /// same name, its own.
    pub fn visible_services<'a>(&'a self, cluster: &'a ClusterId) -> impl Iterator<Item = &'a Arc<Service>> + 'a {
        let own = |s: &Service| ServiceId { scope: ServiceScope::Cluster(cluster.clone()), ..s.id.clone() };
        self.services.values().filter(move |s| match &s.id.scope {
            ServiceScope::Mesh => !self.services.contains_key(&own(s)),
            ServiceScope::Cluster(id) => id == cluster,
        })
    }

    /// The names of the services that lead to each pod.
    pub fn services_of_workloads(&self) -> BTreeMap<&WorkloadId, BTreeSet<&Name>> {
        let mut services: BTreeMap<&WorkloadId, BTreeSet<&Name>> = BTreeMap::new();
        for service in self.services.values() {
            for id in service.endpoints.values().flat_map(|list| list.iter()).filter_map(|e| e.workload.as_ref()) {
                services.entry(id).or_default().insert(&service.id.name);
            }
        }
        services
    }

    /// The clusters that have not said everything once yet.
    pub fn missing_clusters(&self) -> BTreeSet<ClusterId> {
        self.clusters.iter().filter(|(_, c)| c.sync == SyncState::Syncing).map(|(id, _)| id.clone()).collect()
    }

    /// What nobody knows yet.
    pub fn missing(&self) -> Missing {
        Missing { clusters: self.missing_clusters(), files: self.settings.unread.clone() }
    }
}

/// What nobody knows yet. While there is anything, a proxy that resumes is told of no removal (DESIGN §4, the restart hold).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// The clusters that have not said everything once.
    pub clusters: BTreeSet<ClusterId>,
    /// The files of the registry that cannot be read: what they say may be in any resource.
    pub files: BTreeSet<Name>,
}

impl Missing {
    /// Whether everything is known.
    pub fn is_empty(&self) -> bool {
        let Self { clusters, files } = self;
        clusters.is_empty() && files.is_empty()
    }

    /// All of it, by name.
    pub fn names(&self) -> BTreeSet<Name> {
        let Self { clusters, files } = self;
        clusters.iter().map(|id| id.name().clone()).chain(files.iter().cloned()).collect()
    }

    /// Whether it may have a part in a resource that only one cluster feeds; `None`: any cluster may.
    pub fn may_feed(&self, own: Option<&ClusterId>) -> bool {
        !self.files.is_empty() || own.is_none_or(|own| self.clusters.contains(own))
    }
}

/// How much of a cluster is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncState {
    /// It has not said everything once yet; none of its facts is visible.
    Syncing,
    /// Its facts are current.
    Synced,
    /// It does not answer: its last facts stand, and are as old as this.
    Stale {
        /// When it was last heard.
        since: Timestamp,
    },
}

/// A registered cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterState {
    /// Primary or remote.
    pub role: ClusterRole,
    /// The network of its pods: the registry's word, else its system namespace's label, else the default.
    pub network: NetworkId,
    /// How much is known.
    pub sync: SyncState,
}

/// A service: one over all clusters, or one cluster's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its identity.
    pub id: ServiceId,
    /// `name.namespace.svc.cluster.local`
    pub hostname: Name,
    /// The cluster whose definition counts: the primary, else the first by id that defines it.
    pub defined_by: ClusterId,
    /// How it is reached, by that definition.
    pub kind: ServiceKind,
    /// Its ports, by that definition, in its order.
    pub ports: Vec<ServicePort>,
    /// What each cluster says of it.
    pub local: BTreeMap<ClusterId, LocalService>,
    /// Its endpoints by service port: primary first, then by cluster, then by address. One per cluster, address and port.
    pub endpoints: BTreeMap<PortId, Arc<[Endpoint]>>,
    /// The identities behind it, in all clusters.
    pub accounts: BTreeSet<SpiffeId>,
    /// Where the clusters' definitions disagree, and what was done about it; and endpoints that some clusters cannot reach.
    pub conflicts: Vec<Warning>,
}

impl Service {
    /// The virtual addresses that calls from `cluster` use; none where that cluster does not define the service.
    pub fn vips(&self, cluster: &ClusterId) -> &[IpAddr] {
        self.local.get(cluster).map_or(&[], |l| &l.vips)
    }

    /// The port of this number and transport.
    pub fn port(&self, id: PortId) -> Option<&ServicePort> {
        self.ports.iter().find(|p| p.id() == id)
    }

    /// The endpoints of a port.
    pub fn endpoints(&self, port: PortId) -> &[Endpoint] {
        self.endpoints.get(&port).map_or(&[], |e| e)
    }
}

/// One cluster's definition of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalService {
    /// How it is reached there.
    pub kind: ServiceKind,
    /// Its virtual addresses there.
    pub vips: Vec<IpAddr>,
    /// Its ports there.
    pub ports: Vec<ServicePort>,
    /// Its selector there; empty: selectorless.
    pub selector: BTreeMap<Name, Name>,
    /// It is a stub of ours, so that DNS answers there: it gives addresses to call, and defines nothing.
    pub stub: bool,
}

/// One address and port behind a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its cluster.
    pub cluster: ClusterId,
    /// Its address.
    pub address: IpAddr,
    /// The port on that address.
    pub port: u16,
    /// Whether it takes calls.
    pub readiness: Readiness,
    /// Its network.
    pub network: NetworkId,
    /// Where it runs.
    pub locality: Locality,
    /// The node it runs on; empty where unknown.
    pub node: Name,
    /// The pod behind it, where there is one.
    pub workload: Option<WorkloadId>,
    /// Its pod's labels.
    pub labels: Arc<BTreeMap<Name, Name>>,
    /// Its pod's identity.
    pub account: Option<SpiffeId>,
    /// Whether its pod has a sidecar.
    pub sidecar: bool,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Its identity.
    pub id: WorkloadId,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its labels.
    pub labels: Arc<BTreeMap<Name, Name>>,
    /// The SPIFFE id of its service account.
    pub account: SpiffeId,
    /// Its node.
    pub node: Name,
    /// Its node's locality.
    pub locality: Locality,
    /// Its network.
    pub network: NetworkId,
    /// Its containers' ports.
    pub ports: Vec<WorkloadPort>,
    /// Whether it is Ready.
    pub ready: bool,
    /// Whether it uses the host's network.
    pub host_network: bool,
    /// Whether it has a sidecar.
    pub sidecar: bool,
    /// Who made it: kind and name.
    pub owner: Option<(Name, Name)>,
}
