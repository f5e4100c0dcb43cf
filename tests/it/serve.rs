//! Listeners over real sockets: mutual TLS and who it lets in, certificates that change under it, HTTP, metrics, signals.

mod descriptors;
mod http;
mod load;
pub(crate) mod pki;
mod rotation;
mod signals;
mod tls;
mod wire;
