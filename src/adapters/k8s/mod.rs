//! Talking to API servers: clients from kubeconfigs, plain requests, lists in pages and watches line by line, and one
//! error type whose words are safe to print.

mod client;
mod error;
mod list;
mod plugin;
mod request;
mod watch;

pub use client::{Connector, Plugins};
pub use error::K8sError;
pub use list::{BadObject, PAGE, Page, list, path};
pub use request::{version, within};
pub use watch::{Line, Watch};
