//! Dumps of proxies → rows and JSON: any Envoy, any control plane, any size.

mod bootstrap;
mod clusters;
mod dump;
mod endpoints;
mod filter;
mod listeners;
mod routes;
mod scan;
mod view;

pub use dump::{DumpError, Element, Group, Problem, Section, Summary, Visit, walk};
pub use filter::{ClusterPattern, Filter, Glob};
pub use view::{Rows, join_cluster_ids, read_json, read_rows, table};
