//! A server on loopback as a role runs it, and a client that speaks just enough HTTP/2 to see whether it is let in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshctl::adapters::grpc::{AdsService, Peer, Requests, Responses, Streams, Variant, XdsRequest};
use meshctl::adapters::serve::{ConnectionLimit, ServeError, TlsFiles, TlsIdentity, bind, grpc, tls_incoming};
use prometheus_client::metrics::counter::Counter;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::service::Routes;

use super::pki::{Ca, Leaf};

/// Long enough for a machine that is busy with other tests; nothing here measures speed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Hands over who opened a stream, and holds the stream until its client ends it.
pub(crate) struct Seen(mpsc::UnboundedSender<(Peer, XdsRequest)>);

impl Streams for Seen {
    async fn serve(&self, _: Variant, peer: Peer, mut requests: Requests, _responses: Responses) {
        while let Ok(Some(request)) = requests.next().await {
            let _ = self.0.send((peer.clone(), request));
        }
    }
}

/// As many connections as there are.
pub(crate) fn no_limit() -> ConnectionLimit {
    ConnectionLimit::new(usize::MAX, Counter::default())
}

/// The ADS service, and what it sees.
pub(crate) fn ads() -> (Routes, mpsc::UnboundedReceiver<(Peer, XdsRequest)>) {
    let (seen, streams) = mpsc::unbounded_channel();
    (Routes::new(AdsService::server(Arc::new(Seen(seen)), true)), streams)
}

/// A gRPC server over mutual TLS that follows its files; ends with the value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) identity: Arc<TlsIdentity>,
    pub(crate) streams: mpsc::UnboundedReceiver<(Peer, XdsRequest)>,
    pub(crate) task: JoinHandle<Result<(), ServeError>>,
    pub(crate) stop: CancellationToken,
    _stop: DropGuard,
}

impl Server {
    pub(crate) async fn start(files: TlsFiles) -> Self {
        let identity = Arc::new(TlsIdentity::load(files).unwrap());
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(identity.clone().watch(stop.clone()));
        let (routes, streams) = ads();
        let incoming = tls_incoming(listener, identity.clone(), stop.clone());
        let task = tokio::spawn(grpc(routes, incoming, no_limit(), stop.clone()));
        Self { address, identity, streams, task, stop: stop.clone(), _stop: stop.drop_guard() }
    }

    pub(crate) async fn connect(&self, root: &Ca, client: Option<&Leaf>) -> Result<Link, String> {
        connect(self.address, root, client, rustls::ALL_VERSIONS).await
    }

    /// The leaf certificate that the next handshake is answered with.
    pub(crate) async fn leaf(&self, root: &Ca, client: &Leaf) -> Result<Vec<u8>, String> {
        Ok(self.connect(root, Some(client)).await?.leaf)
    }
}

/// A connection that the server has let in: it has answered with an HTTP/2 frame.
pub(crate) struct Link {
    stream: TlsStream<TcpStream>,
    pub(crate) leaf: Vec<u8>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link")
    }
}

/// Connects, and waits for the server's first frame: under TLS 1.3 a client learns of its refusal only by reading.
pub(crate) async fn connect(
    address: SocketAddr,
    root: &Ca,
    client: Option<&Leaf>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Link, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let config = config.with_root_certificates(root.store());
    let mut config = match client {
        Some(leaf) => config.with_client_auth_cert(leaf.chain.clone(), leaf.key_der()).unwrap(),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let link = async {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await?;
        let leaf = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
        let mut link = Link { stream, leaf };
        link.frame().await?;
        Ok::<_, std::io::Error>(link)
    };
    tokio::time::timeout(DEADLINE, link).await.expect("an answer to a handshake").map_err(|e| e.to_string())
}

impl Link {
    /// The type of the next frame.
    async fn frame(&mut self) -> std::io::Result<u8> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await?;
        let mut body = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        self.stream.read_exact(&mut body).await?;
        Ok(head[3])
    }

    /// Whether the connection still carries frames both ways.
    pub(crate) async fn ping(&mut self) -> Result<(), String> {
        const PING: u8 = 6;
        let answered = async {
            self.stream.write_all(b"\0\0\x08\x06\0\0\0\0\0meshctl!").await?;
            while self.frame().await? != PING {}
            Ok::<_, std::io::Error>(())
        };
        tokio::time::timeout(DEADLINE, answered).await.expect("an answer to a ping").map_err(|e| e.to_string())
    }
}

/// Waits until `probe` gives something, with the last thing it gave instead in the failure.
pub(crate) async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match probe().await {
            Ok(done) => return done,
            Err(last) if start.elapsed() > DEADLINE => panic!("{what}: not within {DEADLINE:?}; last: {last}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
