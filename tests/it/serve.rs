//! Listeners over real sockets: mutual TLS and who it lets in, certificates that change under it, HTTP, metrics, signals.

mod pki;
mod rotation;
mod tls;
mod wire;
