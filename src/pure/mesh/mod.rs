//! Objects of many clusters → facts → one merged [`Mesh`].

mod inbound;
mod merged;

pub use inbound::{InboundPort, InboundTarget};
pub use merged::{ClusterState, Endpoint, LocalService, Mesh, Service, SyncState, Workload};
