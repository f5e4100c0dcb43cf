//! The xDS types that are served, what a proxy is to them, and the keys of resources.

use std::net::IpAddr;
use std::sync::Arc;

use super::build::{Binding, Families, Rope};
use crate::data::model::{ClusterId, Locality, Name, NetworkId, ProxyRole, ServiceScope, SpiffeId, WorkloadId};
use crate::pure::mesh::InboundTarget;

/// A type of resource. The order is the order in which they are pushed: make before break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// CDS
    Cluster,
    /// EDS
    Endpoint,
    /// LDS
    Listener,
    /// RDS
    Route,
}

impl Type {
    /// All types, in push order.
    pub const ALL: [Type; 4] = [Type::Cluster, Type::Endpoint, Type::Listener, Type::Route];

    /// Its type URL.
    pub fn url(self) -> &'static str {
        match self {
            Type::Cluster => "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            Type::Endpoint => "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
            Type::Listener => "type.googleapis.com/envoy.config.listener.v3.Listener",
            Type::Route => "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        }
    }

    /// The type of a URL; `None` where it is not served here.
    pub fn from_url(url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.url() == url)
    }

    /// The three letters by which people call it.
    pub fn short(self) -> &'static str {
        match self {
            Type::Cluster => "CDS",
            Type::Endpoint => "EDS",
            Type::Listener => "LDS",
            Type::Route => "RDS",
        }
    }

    /// Whether an empty subscription means all (xDS: "How the client specifies what resources to return").
    pub fn is_wildcard_by_default(self) -> bool {
        matches!(self, Type::Cluster | Type::Listener)
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// What a proxy is to the mesh: equal views get equal resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View {
    /// Sidecar or router.
    pub role: ProxyRole,
    /// Its cluster: whose VIPs and cluster-local services it uses.
    pub cluster: ClusterId,
    /// Its network: which endpoints it reaches directly.
    pub network: NetworkId,
    /// Where it runs.
    pub locality: Locality,
    /// Its namespace: which short names it uses.
    pub namespace: Name,
    /// The IP families it speaks.
    pub families: Families,
    /// How calls get to its listeners.
    pub binding: Binding,
    /// Its pod, for what is inbound; none for a router.
    pub inbound: Option<InboundTarget>,
    /// Who its certificate says it is, where it showed one.
    pub principal: Option<SpiffeId>,
}

impl View {
    /// Its pod.
    pub fn workload(&self) -> Option<&WorkloadId> {
        self.inbound.as_ref().map(|t| &t.workload)
    }

    /// Its address.
    pub fn address(&self) -> Option<IpAddr> {
        self.inbound.as_ref().map(|t| t.address)
    }
}

/// Just what a resource's bytes depend on, besides the facts it names. Everything else of a view is shared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Part {
    /// The cluster, for what is cluster-local or carries VIPs.
    pub cluster: Option<ClusterId>,
    /// The network, for endpoints.
    pub network: Option<NetworkId>,
    /// The families, for addresses.
    pub families: Option<Families>,
    /// The namespace, for domains.
    pub namespace: Option<Name>,
    /// The binding, for listeners.
    pub binding: Option<Binding>,
    /// The workload, for what is inbound.
    pub inbound: Option<InboundTarget>,
}

impl Part {
    /// The part of a cluster-local service's resource, or of one that is the same for everybody.
    pub(super) fn of_scope(scope: &ServiceScope) -> Self {
        match scope {
            ServiceScope::Mesh => Self::default(),
            ServiceScope::Cluster(cluster) => Self { cluster: Some(cluster.clone()), ..Self::default() },
        }
    }
}

/// The key of a resource: two views that need the same bytes have the same key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its type.
    pub ty: Type,
    /// Its name on the wire.
    pub name: Name,
    /// What its bytes depend on.
    pub part: Part,
}

/// A key's number: interned, and never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rid(pub(super) std::num::NonZeroU32);

/// A resource, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name on the wire.
    pub name: Name,
    /// xxh3-128 of the body: the same on any machine, in any run.
    pub version: u128,
    /// The encoded message, in shared pieces.
    pub body: Rope,
    /// Clusters: the endpoint set they owe. Listeners: the routes they name.
    pub refs: Arc<[Name]>,
    /// The one cluster that everything in it comes from; nothing where any cluster may feed it, as far as is known. Only
    /// endpoint sets of cluster-local services say so: what else they have comes from the registry, while a cluster's, a
    /// listener's or a route's bytes also depend on the primary's ConfigMap, or on services of the whole mesh.
    pub own: Option<ClusterId>,
}

impl Entry {
    /// Wraps what a builder made.
    pub(super) fn new(key: &Key, built: super::build::Built) -> Self {
        let super::build::Built { rope, refs } = built;
        let own = key.part.cluster.clone().filter(|_| key.ty == Type::Endpoint);
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        for piece in rope.iter() {
            hash.update(piece);
        }
        Self { name: key.name.clone(), version: hash.digest128(), body: rope, refs: refs.into(), own }
    }

    /// The length of the body in bytes.
    pub fn len(&self) -> usize {
        self.body.iter().map(bytes::Bytes::len).sum()
    }

    /// Whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The version as it goes over the wire.
    pub fn version_text(&self) -> String {
        format!("{:032x}", self.version)
    }

    /// Whether two have equal bytes, however they are cut. Sharing compares bytes, not hashes.
    pub(super) fn same_bytes(&self, other: &Self) -> bool {
        fn all(entry: &Entry) -> impl Iterator<Item = &u8> {
            entry.body.iter().flat_map(|b| b.iter())
        }
        self.version == other.version && self.refs == other.refs && self.len() == other.len() && {
            let cut_alike = self.body.len() == other.body.len()
                && self.body.iter().zip(other.body.iter()).all(|(a, b)| a.len() == b.len());
            if cut_alike { self.body == other.body } else { all(self).eq(all(other)) }
        }
    }
}
