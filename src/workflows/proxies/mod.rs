//! From a word to a proxy, in any cluster; and the sources of what a proxy knows.

mod admin;
mod agreement;
mod compare;
mod endpoints;
mod expected;
mod http;
mod near;
mod pilot;
mod pilots;
mod reach;
mod registry;
mod source;
mod status;
mod target;
mod unread;

pub use admin::Envoy;
pub use agreement::{Agreement, EndpointComparison, PilotAsked};
pub use compare::{AGAIN, Comparison, compare, withheld};
pub use endpoints::{EndpointError, EndpointQuery, endpoint_rows, endpoint_v1, no_endpoints, query_host};
pub use expected::{compare_mesh, compare_proxy};
pub use http::NO_HTTP;
pub use near::{Near, alike};
pub use pilot::{Pilot, no_json};
pub use pilots::Pilots;
pub use reach::Reach;
pub use registry::{computed_dump, computed_v1};
pub use source::{Dump, Holds, Origin, Part, SourceError};
pub use status::{ProxyState, State, TYPES, TypeState, proxy_states, status_report};
pub use target::{Candidate, Target, TargetError, TargetQuery, Targets, candidates, resolve, resolve_among};
pub use unread::{BadFile, NotAsked, Unread};
