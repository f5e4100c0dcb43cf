//! Connections over mutual TLS: every peer has a certificate that verifies up to the root, or does not get through.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

use super::TlsIdentity;
use super::expiry::Expiring;
use super::fault::refusal;
use super::listen::Acceptor;
use super::peer::not_after;

/// Who has not finished by then is not going to.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Handshakes under way; more wait in the listener's backlog.
const MAX_HANDSHAKES: usize = 256;

/// The connections of a listener whose handshake succeeded, until `stop`. Each handshake uses the identity of its moment;
/// one that fails or stalls costs its own connection only. A connection ends soon after its client's certificate does.
pub fn tls_incoming(
    listener: TcpListener,
    identity: Arc<TlsIdentity>,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<impl AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static>> + Send {
    let (ready, incoming) = mpsc::channel(64);
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = ready.closed() => {}
            () = accept(Acceptor::new(listener), identity, ready.clone()) => {}
        }
    });
    ReceiverStream::new(incoming).map(Ok)
}

type Ready = mpsc::Sender<Expiring<TlsStream<TcpStream>>>;

async fn accept(mut acceptor: Acceptor, identity: Arc<TlsIdentity>, ready: Ready) {
    let slots = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        let stream = acceptor.next().await;
        let tls = TlsAcceptor::from(identity.config());
        tokio::spawn(handshake(tls, stream, ready.clone(), slot));
    }
}

async fn handshake(tls: TlsAcceptor, stream: TcpStream, ready: Ready, slot: OwnedSemaphorePermit) {
    let peer = stream.peer_addr().map_or_else(|_| "a peer that is gone".to_owned(), |a| a.to_string());
    let outcome = tokio::select! {
        outcome = tokio::time::timeout(HANDSHAKE, tls.accept(stream)) => outcome,
        () = ready.closed() => return,
    };
    drop(slot);
    match outcome {
        Ok(Ok(stream)) => {
            // nobody takes connections any more: the server is ending
            let leaf = stream.get_ref().1.peer_certificates().and_then(|c| c.first());
            let end = leaf.and_then(|leaf| not_after(leaf));
            let _ = ready.send(Expiring::new(stream, end)).await;
        }
        Ok(Err(e)) => tracing::debug!("the TLS handshake with {peer} failed: {}", refusal(&e)),
        Err(_) => tracing::debug!("the TLS handshake with {peer} did not end within {HANDSHAKE:?}"),
    }
}
