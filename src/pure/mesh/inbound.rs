//! Which ports of a workload the mesh's services reach.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::data::model::{AppProtocol, ClusterId, Name, WorkloadId};

/// Whose inbound ports: a pod, with what its proxy says of it for as long as the pod has not been seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InboundTarget {
    /// The pod.
    pub workload: WorkloadId,
    /// The proxy's address.
    pub address: IpAddr,
    /// The labels that the proxy's metadata claims.
    pub labels: BTreeMap<Name, Name>,
}

/// A port of a workload that services of its own cluster reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboundPort {
    /// The port on the workload.
    pub port: u16,
    /// What is spoken there.
    pub protocol: AppProtocol,
    /// The hosts whose services lead here, in order.
    pub hosts: Vec<(Name, u16)>,
    /// The workload's cluster.
    pub cluster: ClusterId,
}
