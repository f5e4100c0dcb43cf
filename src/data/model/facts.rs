//! Facts: what the mesh keeps of a Kubernetes object. An object becomes a fact on its feed's task; the index holds nothing else.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::Serialize;

use super::{Locality, Name, NetworkId};

/// The kinds of objects that the mesh watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Kind {
    /// v1 Node: localities.
    Node,
    /// v1 Namespace: networks.
    Namespace,
    /// v1 ConfigMap `istio` of the system namespace: mesh settings; the primary's counts.
    MeshConfig,
    /// v1 Pod: labels, accounts, nodes.
    Pod,
    /// v1 Service.
    Service,
    /// discovery.k8s.io/v1 EndpointSlice.
    EndpointSlice,
}

impl Kind {
    /// All kinds, in the order in which their facts are put in.
    pub const ALL: [Kind; 6] =
        [Kind::Node, Kind::Namespace, Kind::MeshConfig, Kind::Pod, Kind::Service, Kind::EndpointSlice];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Node => "Node",
            Kind::Namespace => "Namespace",
            Kind::MeshConfig => "ConfigMap",
            Kind::Pod => "Pod",
            Kind::Service => "Service",
            Kind::EndpointSlice => "EndpointSlice",
        })
    }
}

/// The identity of a fact within its cluster: that of its object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FactKey {
    /// The object's kind.
    pub kind: Kind,
    /// Its namespace; empty for cluster-scoped kinds.
    pub namespace: Name,
    /// Its name.
    pub name: Name,
}

impl FactKey {
    /// The key of an object.
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{}/{}", self.kind, self.name)
        } else {
            write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// What is wrong with an object or a merge of objects; shown by `check` and `/debug`, never a reason to stop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Warning {
    /// Which field, e.g. `ports[0].appProtocol`; empty for the whole object.
    pub field: Name,
    /// What is wrong and what is done instead, in one sentence without a full stop.
    pub reason: Name,
}

impl Warning {
    /// A warning about a field.
    pub fn new(field: impl Into<Name>, reason: impl Into<Name>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// What the mesh keeps of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which object.
    pub key: FactKey,
    /// What it says. `None`: the object counts for nothing, for the reasons in `warnings`.
    pub body: Option<FactBody>,
    /// What is wrong with it.
    pub warnings: Vec<Warning>,
}

/// The part of a fact that its kind decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactBody {
    /// A Service.
    Service(ServiceFact),
    /// An EndpointSlice.
    Slice(SliceFact),
    /// A Pod.
    Workload(WorkloadFact),
    /// A Node.
    Node(NodeFact),
    /// A Namespace.
    Namespace(NamespaceFact),
    /// The mesh settings of a ConfigMap `istio`: its `data.mesh`, decoded.
    MeshConfig(BTreeMap<Name, Name>),
}

/// How a service is reached inside its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum ServiceKind {
    /// By virtual addresses (ClusterIP, NodePort, LoadBalancer).
    ClusterIp,
    /// By the addresses of its pods: `clusterIP: None`.
    Headless,
    /// By another DNS name.
    ExternalName(Name),
}

/// Layer 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP: carried by no listener.
    Udp,
    /// SCTP: carried by no listener.
    Sctp,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Transport::Tcp => "TCP",
            Transport::Udp => "UDP",
            Transport::Sctp => "SCTP",
        })
    }
}

/// Which port of a service: a number may be there once for each transport, as DNS has 53 of UDP and 53 of TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PortId {
    /// Its number.
    pub number: u16,
    /// Layer 4.
    pub transport: Transport,
}

impl PortId {
    /// The TCP port of this number: the one that listeners carry.
    pub fn tcp(number: u16) -> Self {
        Self { number, transport: Transport::Tcp }
    }
}

/// What is spoken on a port, by `appProtocol` first, then by the port's name up to its first dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum AppProtocol {
    /// HTTP/1.1.
    Http,
    /// HTTP/2 in plain text, gRPC included.
    Http2,
    /// Plain bytes: `tcp`, `tls`, `https`, `mongo`, `mysql`, `redis`, `postgres`, …
    Tcp,
    /// Not named: the proxy looks at the first bytes.
    Detect,
}

/// One port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ServicePort {
    /// Its name; empty where it is the only one and has none.
    pub name: Name,
    /// Its number.
    pub number: u16,
    /// The pods' port.
    pub target: TargetPort,
    /// Layer 4.
    pub transport: Transport,
    /// What is spoken.
    pub protocol: AppProtocol,
}

impl ServicePort {
    /// Which port of its service it is.
    pub fn id(&self) -> PortId {
        PortId { number: self.number, transport: self.transport }
    }
}

/// A Service's `targetPort`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum TargetPort {
    /// A number.
    Number(u16),
    /// The name of a container's port.
    Name(Name),
}

/// What is kept of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFact {
    /// How it is reached.
    pub kind: ServiceKind,
    /// Its virtual addresses, in the object's order; none for headless and ExternalName.
    pub vips: Vec<IpAddr>,
    /// Its ports, in the object's order.
    pub ports: Vec<ServicePort>,
    /// The labels its pods carry; empty: selectorless.
    pub selector: BTreeMap<Name, Name>,
    /// It carries our owner label: it stays cluster-local even in an opened namespace.
    pub ours: bool,
    /// It is a stub that install made: an address here for a service of other clusters, which it does not define.
    pub stub: bool,
    /// `publishNotReadyAddresses`
    pub publish_not_ready: bool,
}

/// What is kept of an EndpointSlice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceFact {
    /// The Service it belongs to (`kubernetes.io/service-name`), in the slice's namespace.
    pub service: Name,
    /// Its ports.
    pub ports: Vec<PortFact>,
    /// Its endpoints, in the object's order.
    pub endpoints: Vec<EndpointFact>,
}

/// One port of an EndpointSlice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortFact {
    /// Matches the Service's port by name; empty for the unnamed one.
    pub name: Name,
    /// The number on the endpoints.
    pub number: u16,
}

/// Whether an endpoint takes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Readiness {
    /// It does. A missing condition means ready (Kubernetes API, EndpointConditions).
    Ready,
    /// It does not, or not any more.
    NotReady,
    /// It is going, and still serves.
    Draining,
}

/// One address of an EndpointSlice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointFact {
    /// Its address, canonical.
    pub address: IpAddr,
    /// Whether it takes calls.
    pub readiness: Readiness,
    /// The pod behind it, in the slice's namespace, where the slice names one.
    pub pod: Option<Name>,
    /// The node it runs on, where the slice names one.
    pub node: Option<Name>,
    /// The zone that the slice names, used where the node is unknown.
    pub zone: Option<Name>,
}

/// What is kept of a Pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadFact {
    /// Its addresses, in the object's order.
    pub addresses: Vec<IpAddr>,
    /// Its labels.
    pub labels: BTreeMap<Name, Name>,
    /// Its service account.
    pub account: Name,
    /// The node it runs on.
    pub node: Name,
    /// Its containers' named ports.
    pub ports: Vec<WorkloadPort>,
    /// Whether it is Ready.
    pub ready: bool,
    /// Whether it runs in the host's network: its address then is the node's, and no identity of its own.
    pub host_network: bool,
    /// Whether a sidecar was injected.
    pub sidecar: bool,
    /// The network it says it is in (`topology.istio.io/network`).
    pub network: Option<NetworkId>,
    /// Who made it: kind and name of the workload (`Deployment`, `reviews-v1`), as far as names tell.
    pub owner: Option<(Name, Name)>,
}

/// A container's port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadPort {
    /// Its name; may be empty.
    pub name: Name,
    /// Its number.
    pub number: u16,
}

/// What is kept of a Node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFact {
    /// Where it is.
    pub locality: Locality,
}

/// What is kept of a Namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceFact {
    /// The network of its cluster's pods, where this is the system namespace (`topology.istio.io/network`).
    pub network: Option<NetworkId>,
}
