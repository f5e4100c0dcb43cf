//! Talking to API servers: clients from kubeconfigs, plain requests, lists in pages and watches line by line, and one
//! error type whose words are safe to print.
#![allow(
    clippy::disallowed_methods,
    reason = "credential plugins are processes, and failures are remembered for a moment"
)]

mod client;
mod credentials;
mod error;
mod list;
mod plugin;
mod request;
mod spacing;
mod watch;

pub use client::{Connector, Plugins};
pub use error::K8sError;
pub use list::{BadObject, PAGE, Page, list, path};
pub use request::{identity, version, within};
pub use watch::{Line, Watch};
