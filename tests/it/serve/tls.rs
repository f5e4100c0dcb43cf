//! Who gets through mutual TLS.

use std::net::SocketAddr;
use std::time::Instant;

use meshctl::adapters::grpc::XdsRequest;
use meshctl::adapters::serve::spiffe_id;
use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use super::pki::{Ca, Leaf, REVIEWS};
use super::wire::{DEADLINE, Server, connect};

const DELTA: &str = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

pub(crate) async fn channel(address: SocketAddr, root: &Ca, client: &Leaf) -> Channel {
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(root.pem()))
        .identity(Identity::from_pem(client.chain_pem(), client.key_pem()))
        .domain_name("localhost");
    let endpoint = Endpoint::from_shared(format!("https://{address}")).unwrap();
    endpoint.tls_config(tls).unwrap().connect().await.unwrap()
}

/// Opens an incremental stream with one request.
pub(super) async fn open(channel: Channel) -> tonic::Streaming<DeltaDiscoveryResponse> {
    let node = Node { id: "sidecar~10.0.0.1~reviews.default~default.svc.cluster.local".into(), ..Node::default() };
    let request = DeltaDiscoveryRequest { node: Some(node), ..DeltaDiscoveryRequest::default() };
    let requests = tokio_stream::StreamExt::chain(tokio_stream::once(request), tokio_stream::pending());
    let codec = tonic_prost::ProstCodec::<DeltaDiscoveryRequest, DeltaDiscoveryResponse>::default();
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    // the headers of the answer come at once, the stream stays open
    grpc.streaming(tonic::Request::new(requests), PathAndQuery::from_static(DELTA), codec).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_stream_knows_its_peers_certificate() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let issuer = root.intermediate("issuer", Some(0));
    let client = issuer.good();
    let mut server = Server::start(issuer.good().write(&root, dir.path())).await;

    let _stream = open(channel(server.address, &root, &client).await).await;
    let (peer, request) = tokio::time::timeout(DEADLINE, server.streams.recv()).await.unwrap().unwrap();
    assert_eq!(peer.certificates.first().map(Vec::as_slice), Some(client.der()));
    assert_eq!(peer.certificates.first().and_then(|c| spiffe_id(c)).unwrap().0, REVIEWS);
    assert!(peer.address.is_some_and(|a| a.ip().is_loopback()));
    let XdsRequest::Delta(request) = request else { panic!("{request:?}") };
    assert!(request.node.is_some_and(|n| n.id.starts_with("sidecar~")));
}

#[tokio::test]
async fn only_certificates_of_the_root_get_through() {
    let (root, foreign, dir) = (Ca::root("root"), Ca::root("root"), tempfile::tempdir().unwrap());
    let issuer = root.intermediate("issuer", Some(0));
    let server = Server::start(issuer.good().write(&root, dir.path())).await;
    let good = issuer.good();
    let expired = issuer.leaf(&[REVIEWS], Duration::minutes(30));
    let too_deep = issuer.intermediate("below pathlen 0", None).good();
    // as deep, and allowed: it is the path length that is refused
    let deep = root.intermediate("issuer of issuers", Some(1)).intermediate("issuer", Some(0)).good();
    server.connect(&root, Some(&deep)).await.unwrap();

    let cases: [(&str, Option<&Leaf>, &str); 4] = [
        ("no certificate", None, "CertificateRequired"),
        // the same name as our root's, another key
        ("a foreign root's", Some(&foreign.good()), "DecryptError|UnknownCA|BadCertificate"),
        ("an expired one", Some(&expired), "CertificateExpired"),
        ("one below a path length of 0", Some(&too_deep), "CertificateUnknown"),
    ];
    for (what, client, alert) in cases {
        let refused = server.connect(&root, client).await.expect_err(what);
        assert!(alert.split('|').any(|a| refused.contains(a)), "{what}: {refused}");
        // the listener goes on
        server.connect(&root, Some(&good)).await.unwrap().ping().await.unwrap();
    }
}

#[tokio::test]
async fn both_tls_versions_are_spoken_and_plain_text_is_not() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let server = Server::start(root.good().write(&root, dir.path())).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut link = connect(server.address, &root, Some(&root.good()), &[version]).await.unwrap();
        link.ping().await.unwrap();
    }
    // under 1.2 the refusal comes within the handshake
    assert!(connect(server.address, &root, None, &[&rustls::version::TLS12]).await.is_err());

    let mut plain = TcpStream::connect(server.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(DEADLINE, plain.read_to_end(&mut answer)).await.expect("to be let go");
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    server.connect(&root, Some(&root.good())).await.unwrap();
}

#[tokio::test]
async fn who_stalls_in_a_handshake_is_let_go_and_delays_nobody() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let server = Server::start(root.good().write(&root, dir.path())).await;
    let start = Instant::now();
    let mut stalled = Vec::new();
    for _ in 0..20 {
        stalled.push(TcpStream::connect(server.address).await.unwrap());
    }
    server.connect(&root, Some(&root.good())).await.unwrap().ping().await.unwrap();
    // none of them has been let go yet: the good one did not wait for them
    let mut byte = [0];
    assert!(stalled[0].try_read(&mut byte).is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock));
    for mut stream in stalled {
        let end = tokio::time::timeout(DEADLINE, stream.read(&mut byte)).await.expect("to be let go");
        assert!(!matches!(end, Ok(1..)), "{end:?}");
    }
    assert!(start.elapsed() >= std::time::Duration::from_secs(4), "let go early: {:?}", start.elapsed());
}

#[tokio::test]
async fn a_stop_lets_streams_end_and_then_ends_them() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let mut server = Server::start(root.good().write(&root, dir.path())).await;
    let mut stream = open(channel(server.address, &root, &root.good()).await).await;
    tokio::time::timeout(DEADLINE, server.streams.recv()).await.unwrap().unwrap();

    server.stop.cancel();
    // this service never ends a stream by itself
    tokio::time::timeout(DEADLINE, &mut server.task).await.expect("an end").unwrap().unwrap();
    let end = tokio::time::timeout(DEADLINE, stream.message()).await.expect("the end of the stream");
    assert!(!matches!(end, Ok(Some(_))), "{end:?}");
    assert!(TcpStream::connect(server.address).await.is_err(), "the listener is still there");
}

#[test]
fn a_spiffe_id_is_the_only_uri() {
    let root = Ca::root("root");
    let id = |uris: &[&str]| spiffe_id(root.leaf(uris, Duration::hours(24)).der()).map(|id| id.0.to_string());
    assert_eq!(id(&[REVIEWS]).as_deref(), Some(REVIEWS));
    assert_eq!(id(&[]), None);
    assert_eq!(id(&[REVIEWS, "https://example.org/"]), None);
    assert_eq!(id(&["https://example.org/"]), None);
    assert_eq!(id(&["spiffe:///ns/a/sa/b"]), None);
    assert_eq!(spiffe_id(b"\x30\x82\xff\xff"), None);
}
