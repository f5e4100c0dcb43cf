//! Objects of many clusters → facts → one merged [`Mesh`].
//!
//! [`ingest`] turns an object into a fact on its feed's task. [`Index`] holds the facts of every feed and derives the
//! merged services from them; [`Index::apply`] says what became dirty, and [`Index::mesh`] is an O(1) clone.

mod change;
mod derive;
mod held;
mod inbound;
mod index;
mod ingest;
mod merged;
mod settings;

pub use change::{Aspects, BuiltFrom, Change, Dirty};
pub use inbound::{InboundPort, InboundTarget, inbound_ports};
pub use index::Index;
pub use ingest::ingest;
pub use merged::{ClusterState, Endpoint, LocalService, Mesh, Missing, Service, SyncState, Workload};
