//! Talking to API servers: clients from kubeconfigs, plain requests, lists in pages and watches line by line, streams to
//! ports of pods, and one error type whose words are safe to print.

mod access;
mod apply;
mod certificate;
mod client;
mod credentials;
mod error;
mod follow;
mod forward;
mod http;
mod lease;
mod list;
mod object;
mod pages;
mod patch;
mod plugin;
mod request;
mod served;
mod spacing;
mod watch;

pub use access::{Access, Token, may, token};
pub use apply::{Apply, ApplyError, FieldConflict, apply};
pub use certificate::{ServedNames, served_names};
pub use client::{Connector, Plugins};
pub use error::K8sError;
pub use follow::{Followed, follow};
pub use forward::{Forwarded, forward};
pub use http::{Answer, PodHttp, http_get};
pub use lease::{LeaseName, LeaseState, hold, micro_time};
pub use list::{BadObject, PAGE, Page, list, path};
pub use object::{create, delete, get, get_all, get_all_metadata, managers, replace};
pub use pages::pages;
pub use patch::merge;
pub use request::{identity, version, within};
pub use served::{Served, served};
pub use watch::{Line, Watch};
