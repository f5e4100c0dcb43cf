//! Who asks: a node id, and the pod that it means. What is said to those who mean none.

use std::fmt;

use crate::data::model::{ClusterId, Name, NameError, NodeId, ProxyRole, WorkloadId};
use crate::pure::mesh::{InboundPort, InboundTarget, Mesh, Workload, inbound_ports};

/// Which of pilot's interfaces was asked; errors begin with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `/v1/clusters/…`
    Cds,
    /// `/v1/listeners/…`
    Lds,
    /// `/v1/routes/…`
    Rds,
    /// `/v1/az/…`
    AvailabilityZone,
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Api::Cds => "CDS",
            Api::Lds => "LDS",
            Api::Rds => "RDS",
            Api::AvailabilityZone => "AvailabilityZone",
        })
    }
}

/// Why there is no answer: the texts of 2018, sent as plain text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum V1Error {
    /// The node id is none. (The two blanks are those of go-multierror's `Prefix` after a prefix that ends with one.)
    #[error("{api} unexpected service-node:  {reason}")]
    Node {
        /// Who was asked.
        api: Api,
        /// What is wrong with it.
        reason: String,
    },
    /// No service leads to the node.
    #[error("AvailabilityZone couldn't find the given cluster node")]
    UnknownNode,
    /// There are no such routes.
    #[error("RDS {0}")]
    Routes(String),
}

impl V1Error {
    /// The HTTP status. 503 told Envoy to keep what it had.
    pub fn status(&self) -> u16 {
        match self {
            V1Error::Node { .. } | V1Error::UnknownNode => 404,
            V1Error::Routes(_) => 503,
        }
    }
}

/// A proxy: where it stands in the mesh, and what it answers for.
pub(super) struct Proxy<'a> {
    pub(super) role: ProxyRole,
    pub(super) namespace: Name,
    /// The cluster whose services and virtual addresses are its own.
    pub(super) cluster: ClusterId,
    target: InboundTarget,
    workload: Option<&'a Workload>,
}

impl<'a> Proxy<'a> {
    /// Reads a node id, and finds its pod: by name and address in any cluster, the primary first. A pod that is not known
    /// counts as one of the primary, where pilot runs.
    pub(super) fn read(mesh: &'a Mesh, node: &str, api: Api) -> Result<Self, V1Error> {
        let id = NodeId::parse(node).map_err(|e| V1Error::Node { api, reason: reason(&e) })?;
        let own = |cluster: &ClusterId| WorkloadId {
            cluster: cluster.clone(),
            namespace: id.namespace.clone(),
            name: id.pod.clone(),
        };
        let ordered = mesh.settings.ordered();
        let pods = || ordered.iter().filter_map(|cluster| mesh.workloads.get(&own(cluster)));
        let workload = pods().find(|w| w.addresses.contains(&id.address)).map(|w| &**w);
        let nowhere = || V1Error::Node { api, reason: "no cluster is registered".to_owned() };
        let cluster = match workload {
            Some(workload) => workload.id.cluster.clone(),
            None => (*ordered.first().ok_or_else(nowhere)?).clone(),
        };
        let target = InboundTarget { workload: own(&cluster), address: id.address, labels: Default::default() };
        Ok(Self { role: id.role, namespace: id.namespace, cluster, target, workload })
    }

    /// The address on which its own ports are called.
    pub(super) fn address(&self) -> std::net::IpAddr {
        self.target.address
    }

    /// Its ports that services reach. Gateways answer for none.
    pub(super) fn inbound(&self, mesh: &Mesh) -> Vec<InboundPort> {
        match self.role {
            ProxyRole::Sidecar => inbound_ports(mesh, &self.target),
            ProxyRole::Router => Vec::new(),
        }
    }
}

/// `region/zone` of a node's pod, as text; empty where its node has no labels.
///
/// # Errors
/// [`V1Error::Node`] for what is no node id, [`V1Error::UnknownNode`] where no service leads to it.
pub fn availability_zone(mesh: &Mesh, node: &str) -> Result<String, V1Error> {
    let proxy = Proxy::read(mesh, node, Api::AvailabilityZone)?;
    let workload = proxy.workload.ok_or(V1Error::UnknownNode)?;
    if inbound_ports(mesh, &proxy.target).is_empty() {
        return Err(V1Error::UnknownNode);
    }
    Ok(super::registration::zone(&workload.locality).unwrap_or_default())
}

/// What pilot said (`pilot/pkg/model/context.go@0.8.0`); the missing bracket is its own.
fn reason(error: &NameError) -> String {
    match error {
        NameError::NodeParts(node) => format!("missing parts in the service node {node:?}"),
        NameError::NodeRole(node) => {
            format!("invalid node type (valid types: ingress, sidecar, router in the service node {node:?}")
        }
        NameError::NodeAddress(node) => {
            let address = node.split('~').nth(1).unwrap_or_default();
            format!("invalid IP address {address:?} in the service node {node:?}")
        }
        other => other.to_string(),
    }
}
