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
use tonic::transport::Server;
use tonic::transport::server::Connected;

use super::ServeError;
use super::conn::Conn;
use super::grpc::end_within_grace;

/// Nothing that these pages are asked is larger.
const MAX_BODY: usize = 1 << 20;
const MAX_HEADERS: u32 = 16 << 10;
/// Connections at a time; more wait.
const MAX_CONNECTIONS: usize = 512;
/// No byte in either direction for this long ends a connection.
const IDLE: Duration = Duration::from_secs(60);

/// Serves HTTP/1.1 and HTTP/2 over any incoming connections until `stop`; requests under way get five seconds more.
///
/// A peer that sends a request's head slower than 30 seconds, or nothing at all for 60, is let go. One that trickles a
/// body is not: it holds one of 512 connections.
///
/// # Errors
/// Where the transport gives up by itself.
pub async fn http<I, IO>(router: Router, incoming: I, stop: CancellationToken) -> Result<(), ServeError>
where
    I: Stream<Item = io::Result<IO>> + Send,
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    let cut = CancellationToken::new();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let ends = cut.clone();
    let incoming = incoming.then(move |io| {
        let (slots, ends) = (slots.clone(), ends.clone());
        async move {
            let slot = slots.acquire_owned().await.ok();
            io::Result::Ok(Conn::new(io?, ends).bounded(IDLE, slot))
        }
    });
    // tonic's server is hyper's with the timer that hyper's limit on slow heads needs; axum::serve sets none
    let server = Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(IDLE / 2))
        .http2_max_header_list_size(MAX_HEADERS)
        .serve_with_incoming_shutdown(
            router.layer(DefaultBodyLimit::max(MAX_BODY)),
            incoming,
            stop.clone().cancelled_owned(),
        );
    end_within_grace(server, stop, cut).await.map_err(|e| ServeError::Serve { what: "HTTP", why: e.to_string() })
}
