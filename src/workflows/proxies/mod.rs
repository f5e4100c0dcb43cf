//! From a word to a proxy, in any cluster; and the sources of what a proxy knows.

mod admin;
mod endpoints;
mod pilot;
mod registry;
mod source;
mod target;

pub use admin::admin_dump;
pub use endpoints::{EndpointError, EndpointQuery, endpoint_rows, endpoint_v1, query_host};
pub use pilot::{Pilot, no_json};
pub use registry::{computed_dump, computed_v1};
pub use source::{Dump, Holds, Origin, Part, SourceError};
pub use target::{Candidate, Target, TargetError, TargetQuery, Targets, candidates, resolve, resolve_among};
