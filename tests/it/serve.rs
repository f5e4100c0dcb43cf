//! Listeners over real sockets: mutual TLS and who it lets in, certificates that change under it, HTTP, metrics, signals.

mod descriptors;
mod expiry;
mod http;
mod idle;
mod load;
mod pilot;
pub(crate) mod pki;
mod rotation;
mod signals;
pub(crate) mod tls;
pub(crate) mod wire;
mod words;
