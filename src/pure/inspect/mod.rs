//! Dumps of proxies → rows and JSON: any Envoy, any control plane, any size.

mod bootstrap;
mod clusters;
mod diff;
mod dump;
mod endpoints;
mod filter;
mod held;
mod kind;
mod listeners;
mod routes;
mod rows;
mod scan;
mod summary;
mod unsaid;
mod view;
mod walk;

pub use diff::{Difference, Resources, differences};
pub use dump::{Element, Group, Section, Visit};
pub use filter::{ClusterPattern, Filter, Glob};
pub use held::Held;
pub use kind::Kind;
pub use rows::{Form, Rows};
pub use summary::{DumpError, Problem, Summary, in_words};
pub use unsaid::Unsaid;
pub use view::{join_cluster_ids, read_json, read_rows, table};
pub use walk::walk;
