//! HTTP for people, scrapers and probes: metrics, debug pages, the talk's REST.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

use super::ServeError;
use super::connections::{Server, protocols};

/// Nothing that these pages are asked is larger.
const MAX_BODY: usize = 1 << 20;
/// Connections at a time; more wait.
const MAX_CONNECTIONS: usize = 512;
/// No byte in either direction for this long ends a connection, and no request.
const IDLE: Duration = Duration::from_secs(60);

/// Serves HTTP/1.1 and HTTP/2 over any incoming connections until `stop`; requests under way get five seconds more.
///
/// A peer that takes longer than 30 seconds for the head of its first or its next request of HTTP/1, or has asked for nothing
/// for 60, is let go, and so is one that moves nothing for 60.
///
/// # Errors
/// Where no connections come any more.
pub async fn http<I, IO>(router: Router, incoming: I, stop: CancellationToken) -> Result<(), ServeError>
where
    I: Stream<Item = io::Result<IO>> + Send,
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    http_within(IDLE, router, incoming, stop).await
}

/// The same, with another time than a minute after which a peer that asks for nothing is let go.
///
/// # Errors
/// As [`http`](http()).
pub async fn http_within<I, IO>(
    idle: Duration,
    router: Router,
    incoming: I,
    stop: CancellationToken,
) -> Result<(), ServeError>
where
    I: Stream<Item = io::Result<IO>> + Send,
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let incoming = incoming.then(move |io| {
        let slots = slots.clone();
        async move {
            let slot = slots.acquire_owned().await.ok();
            io::Result::Ok((io?, slot))
        }
    });
    let router = router.layer(DefaultBodyLimit::max(MAX_BODY));
    Server { what: "HTTP", protocols: protocols(idle), router, idle }.run(incoming, stop).await
}
