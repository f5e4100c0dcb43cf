//! Listening sockets, and accepting from them without ever spinning.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;

use super::{Backoff, ServeError};

/// Listens on an address; port 0 takes a free one, which the listener then knows.
///
/// # Errors
/// Where it is taken, not this machine's, or not allowed.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })
}

/// The connections of a listener, until `stop`.
pub fn plain_incoming(
    listener: TcpListener,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<TcpStream>> + Send {
    futures::stream::unfold(Acceptor::new(listener), move |mut acceptor| {
        let stop = stop.clone();
        async move {
            let stream = stop.run_until_cancelled(acceptor.next()).await?;
            Some((Ok(stream), acceptor))
        }
    })
}

/// A listener whose errors cost time, never connections.
pub(super) struct Acceptor {
    listener: TcpListener,
    backoff: Backoff,
}

impl Acceptor {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, backoff: Backoff::new(Duration::from_millis(10), Duration::from_secs(1)) }
    }

    /// The next connection. Cancelling the wait loses none.
    pub(super) async fn next(&mut self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    self.backoff.reset();
                    // one that is already gone says so when it is read
                    let _ = stream.set_nodelay(true);
                    return stream;
                }
                // the peer went before it was accepted: nothing is wrong with the listener
                Err(e) if is_the_peers(&e) => {}
                // no file descriptors, no memory: the same call would fail the same way at once
                Err(e) => {
                    let wait = self.backoff.wait();
                    tracing::warn!("accepting a connection failed, trying again in {wait:?}: {e}");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}

fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
