//! The mesh, as one proxy sees it, as Envoy's resources; and the protocol that carries them, as a value.
//!
//! [`build`] makes one resource from the facts it names. [`Catalog`] keeps the resources of all views in line with the mesh,
//! and publishes [`Snapshot`]s. [`Session`] is one stream: requests in, responses out.

pub mod build;

mod catalog;
mod dump;
mod hosts;
mod proxy;
mod request;
mod response;
mod session;
mod snapshot;
mod subscription;
mod tables;
mod types;

pub use build::{Binding, CrowdedPort, ExternalHost, Families, HEADLESS_CHAINS, crowded_ports};
pub use catalog::{Attaching, Catalog, Update};
pub use dump::{any_json, config_dump, config_dump_of, config_dump_sent, to_json};
pub use proxy::Proxy;
pub use request::{DeltaRequest, Request, SotwRequest};
pub use response::Response;
pub use session::{HOLD, Interest, Reject, Session, Touched, TypeStatus};
pub use snapshot::{Snapshot, TableId, ViewId};
pub use subscription::Nack;
pub use tables::{PortConflict, port_conflicts};
pub use types::{Entry, Key, Part, Rid, Type, View};
