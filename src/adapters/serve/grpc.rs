//! gRPC services over any incoming connections.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::Connected;

use super::ServeError;
use super::conn::Conn;

/// A proxy whose machine is gone is noticed within the sum of both.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(10);
/// A proxy has one ADS stream, and a few more while it reconnects.
const MAX_STREAMS: u32 = 100;
const MAX_HEADERS: u32 = 16 << 10;
/// After `stop`, streams get this long to end by themselves; then their connections are cut.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Serves gRPC until `stop`: then connections are told to go, and those that have not gone after five seconds are cut.
/// `Request::peer_certs` and `remote_addr` work over the incomings of this room.
///
/// # Errors
/// Where the transport gives up by itself.
pub async fn grpc<I, IO>(routes: Routes, incoming: I, stop: CancellationToken) -> Result<(), ServeError>
where
    I: Stream<Item = io::Result<IO>> + Send,
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    let cut = CancellationToken::new();
    let ends = cut.clone();
    let incoming = incoming.map(move |io| io.map(|io| Conn::new(io, ends.clone())));
    let server = Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_ANSWER))
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_HEADERS)
        .serve_with_incoming_shutdown(routes.prepare(), incoming, stop.clone().cancelled_owned());
    end_within_grace(server, stop, cut).await.map_err(|e| ServeError::Serve { what: "gRPC", why: e.to_string() })
}

/// Runs a server to its end; once `stop` is fired, it has [`GRACE`] until its connections are cut.
pub(super) async fn end_within_grace<E>(
    server: impl Future<Output = Result<(), E>>,
    stop: CancellationToken,
    cut: CancellationToken,
) -> Result<(), E> {
    // cut whatever is left also where this future is dropped
    let _cut = cut.clone().drop_guard();
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
        cut.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        outcome = server => outcome,
        () = late => Ok(()),
    }
}
