//! gRPC services over any incoming connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::server::Connected;

use super::ServeError;
use super::connections::{Server, protocols};

/// No byte in either direction for this long ends a connection, and no stream: whoever never begins to speak HTTP/2, and whoever
/// does and then asks for nothing, holds its place no longer. A proxy has its stream, and with nothing to say answers pings, of
/// which there are two in that time.
const IDLE: Duration = Duration::from_secs(60);
/// A proxy whose machine is gone is noticed this long after a ping.
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(10);
/// A proxy has one ADS stream, and a few more while it reconnects.
const MAX_STREAMS: u32 = 100;

/// An HTTP/2 server's first frame, empty SETTINGS, and GOAWAY: no stream was taken, ENHANCE_YOUR_CALM (RFC 9113 §6.5, §6.8).
const REFUSAL: &[u8] = b"\0\0\0\x04\0\0\0\0\0\
    \0\0\x37\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0bthis server holds as many connections as it may";
/// A refused peer that does not take the refusal within this time is dropped without it.
const REFUSE: Duration = Duration::from_secs(1);
/// A peer that says more after it was refused is not listened to.
const MAX_UNREAD: u64 = 64 << 10;
/// Refusals under way; beyond them a connection is dropped without a word.
const MAX_REFUSALS: usize = 64;

/// How many connections a server holds at a time, and for how long silent ones. One that is too many is told so and closed at
/// once, before it can ask anything: its peer tries again later, or elsewhere.
#[derive(Debug, Clone)]
pub struct ConnectionLimit {
    idle: Duration,
    slots: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    refused: Counter,
}

impl ConnectionLimit {
    /// At most `most` connections; the others are counted in `refused`.
    pub fn new(most: usize, refused: Counter) -> Self {
        let most = most.min(Semaphore::MAX_PERMITS);
        let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
        Self { idle: IDLE, slots: Arc::new(Semaphore::new(most)), refusals, refused }
    }

    /// Ends connections on which nothing moves, or no stream is open, for `idle`, instead of a minute.
    #[must_use]
    pub fn silent_for(self, idle: Duration) -> Self {
        Self { idle, ..self }
    }

    /// The connection with its slot; `None` where there is none, and it has been refused.
    fn admit<IO>(&self, mut io: IO) -> Option<(IO, OwnedSemaphorePermit)>
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Some((io, slot));
        }
        self.refused.inc();
        if let Ok(turn) = self.refusals.clone().try_acquire_owned() {
            tokio::spawn(async move {
                let _turn = turn;
                // whether it reads that or not, it is let go
                let told = async {
                    io.write_all(REFUSAL).await?;
                    io.shutdown().await?;
                    // what it has said is read, or closing would reset the connection and lose what it was told
                    tokio::io::copy(&mut io.take(MAX_UNREAD), &mut tokio::io::sink()).await
                };
                let _ = tokio::time::timeout(REFUSE, told).await;
            });
        }
        None
    }
}

/// Serves gRPC until `stop`: then connections are told to go, and those that have not gone after five seconds are cut.
/// A connection on which nothing moves, pings included, is ended, and so is one that has carried no stream for as long.
/// `Request::peer_certs` and `remote_addr` work over the incomings of this room.
///
/// # Errors
/// Where no connections come any more.
pub async fn grpc<I, IO>(
    routes: Routes,
    incoming: I,
    limit: ConnectionLimit,
    stop: CancellationToken,
) -> Result<(), ServeError>
where
    I: Stream<Item = io::Result<IO>> + Send,
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    let idle = limit.idle;
    let mut protocols = protocols(idle).http2_only();
    protocols.http2().max_concurrent_streams(MAX_STREAMS).keep_alive_timeout(KEEPALIVE_ANSWER);
    let incoming = incoming.filter_map(move |io| match io {
        Ok(io) => limit.admit(io).map(|(io, slot)| Ok((io, Some(slot)))),
        Err(error) => Some(Err(error)),
    });
    let router = routes.prepare().into_axum_router();
    Server { what: "gRPC", protocols, router, idle }.run(incoming, stop).await
}
