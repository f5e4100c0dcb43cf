//! What every server of ours stands on: listeners, TLS that rotates, HTTP and gRPC over them, metrics, an orderly end,
//! backoff, and the one clock.
//!
//! A server is `bind` → an incoming (plain, or mutual TLS) → [`grpc()`] or [`http()`], all ended by one token that
//! [`on_signals`] fires.

mod backoff;
mod clock;
mod conn;
mod connections;
mod error;
mod expiry;
mod fault;
mod grpc;
mod handshake;
mod http;
mod listen;
mod metrics;
mod peer;
mod process;
mod shutdown;
mod tls;
mod watch;

pub use backoff::Backoff;
pub use clock::{instant, now};
pub use error::ServeError;
pub use expiry::until;
pub use fault::TlsFault;
pub use grpc::{ConnectionLimit, grpc};
pub use handshake::tls_incoming;
pub use http::{http, http_within};
pub use listen::{bind, plain_incoming};
pub use metrics::Metrics;
pub use peer::{not_after, spiffe_id};
pub use shutdown::on_signals;
pub use tls::{TlsFiles, TlsIdentity};
