//! Types that two or more rooms name: ids, facts of clusters, endpoints, names and their grammars, secrets, reports.
//!
//! All of them are plain data with `Eq`: change detection, snapshots and tests fall out of equality.

mod cells;
mod facts;
mod ids;
mod locality;
mod names;
mod ours;
mod plain;
mod pmap;
mod report;
mod secret;
mod sets;
mod settings;
mod shown;
mod time;

pub use cells::{Cells, Row};
pub use facts::{
    AppProtocol, EndpointFact, Fact, FactBody, FactKey, Kind, NamespaceFact, NodeFact, PortFact, PortId, Readiness,
    ServiceFact, ServiceKind, ServicePort, SliceFact, TargetPort, Transport, Warning, WorkloadFact, WorkloadPort,
};
pub use ids::{ClusterId, FeedId, IdError, Name, NetworkId, ServiceId, ServiceScope, SpiffeId, WorkloadId};
pub use locality::Locality;
pub use names::{ClusterName, Direction, LegacyKey, NameError, NodeId, ProxyRole, hostname, parse_hostname};
pub use ours::{DISCOVERY, INSTALL, LEASE, MANAGED_BY, OWNED, REMOTES, SLICE_CONTROLLER, SLICE_KEEPER, STUB};
pub use plain::{plain, plain_lines};
pub use pmap::PMap;
pub use report::{Align, Column, Report, Table};
pub use secret::Secret;
pub use sets::take_from_set;
pub use settings::{ClusterRole, ClusterSettings, Gateway, MeshSettings, OutboundPolicy, Timestamp};
pub use shown::{shown, shown_path};
pub use time::parse_duration;
