//! What clients do that no proxy does (F20 of the list of faults): each ends its own stream, or nothing, and disturbs nobody.

use meshctl_proto::google::protobuf::{Struct, Value as ProtoValue, value::Kind};
use time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::Code;

use super::identity::{OURS, over_tls, secure};
use super::*;

/// Names that fill so many bytes of a request, or a little more.
fn filling(bytes: usize) -> Vec<String> {
    const LEN: usize = 1_000;
    (0..bytes / LEN + 1).map(|i| format!("{i:0LEN$}")).collect()
}

/// A request of endpoints by these names.
async fn asks(s: &mut Stream, subscribe: Vec<String>) {
    s.ask(Ask { subscribe, ..of(Type::Endpoint) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_have_limits_and_a_certificate_raises_them() {
    const MIB: usize = 1 << 20;
    let (pilot, root, _dir) = over_tls().await;
    let leaf = root.leaf(&[OURS], Duration::hours(24));
    for delta in BOTH {
        // of its names alone a stream holds half of the larger limit
        for (trusted, taken, most) in [(false, 4 * MIB - MIB / 8, 4 * MIB), (true, 15 * MIB, 32 * MIB)] {
            let channel = async || match trusted {
                true => secure(&pilot, &root, &leaf).await,
                false => plain(&pilot).await,
            };
            let mut s = Stream::open(channel().await, delta, Some(NODE)).await;
            asks(&mut s, filling(taken)).await;
            s.subscribe(Type::Cluster, &[X]).await;
            let mut next = s.said().await;
            // delta: each name that does not exist is answered first
            while next.url != Type::Cluster.url() {
                s.answer(&next, None, &[]).await;
                next = s.said().await;
            }
            assert_eq!(next.short(), "CDS +x", "delta {delta}, trusted {trusted}: it is taken");
            let mut s = Stream::open(channel().await, delta, Some(NODE)).await;
            asks(&mut s, filling(most + MIB / 8)).await;
            let status = s.ended().await;
            assert_eq!(status.code(), Code::OutOfRange, "delta {delta}, trusted {trusted}: {status:?}");
            assert!(status.message().contains(&most.to_string()), "{status:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn abuse_ends_the_stream_that_does_it_and_no_other() {
    let pilot = pilot(Listen::default()).await;
    for delta in BOTH {
        pilot.write("gke/x.yaml", &x());
        let mut good = Stream::open(plain(&pilot).await, delta, Some(NODE)).await;
        good.subscribe(Type::Endpoint, &[X]).await;
        assert_eq!(good.takes().await, "EDS +x");

        // more names than anybody needs
        let mut s = Stream::open(plain(&pilot).await, delta, Some(NODE)).await;
        asks(&mut s, (0..=100_000).map(|i| format!("n{i}")).collect()).await;
        let status = s.ended().await;
        assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
        assert!(status.message().contains("100000 names of EDS"), "{status:?}");
        // a node as large as nobody's
        let text = ProtoValue { kind: Some(Kind::StringValue("x".repeat(10 << 20))) };
        let metadata = Some(Struct { fields: [("LABELS".to_owned(), text)].into() });
        let node = Node { id: NODE.to_owned(), metadata, ..Node::default() };
        let mut s = Stream::of_node(plain(&pilot).await, delta, Some(node)).await;
        s.subscribe(Type::Cluster, &[]).await;
        assert_eq!(s.ended().await.code(), Code::OutOfRange);
        // types and nonces that nobody knows are passed over
        let mut s = Stream::open(plain(&pilot).await, delta, Some(NODE)).await;
        for url in ["", "x", "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig"] {
            s.ask(Ask { url: url.to_owned(), subscribe: owned(&["a"]), ..Ask::default() }).await;
        }
        s.subscribe(Type::Cluster, &[X]).await;
        assert_eq!(s.takes().await, "CDS +x");
        for nonce in ["18446744073709551616", "-1", "\u{7f}"] {
            s.ask(Ask { nonce: nonce.to_owned(), subscribe: owned(&[X]), ..of(Type::Cluster) }).await;
        }
        s.subscribe(Type::Endpoint, &[Y]).await;
        let mut last = s.takes().await;
        while last == "CDS +x" {
            last = s.takes().await;
        }
        assert_eq!(last, "EDS +y");

        pilot.write("gke/x.yaml", &x_at("10.0.0.9"));
        assert_eq!(good.takes().await, "EDS +x", "delta {delta}: the good one goes on");
    }
    // a thousand streams, on ten connections of a hundred, the most that one may carry
    let mut many = Vec::new();
    for _ in 0..10 {
        let channel = plain(&pilot).await;
        for i in 0..100 {
            let mut s = Stream::open(channel.clone(), i % 2 == 0, Some(NODE)).await;
            s.subscribe(Type::Endpoint, &[Y]).await;
            many.push(s);
        }
    }
    for s in &mut many {
        assert_eq!(s.takes().await, "EDS +y");
    }
    let mut good = Stream::open(plain(&pilot).await, true, Some(NODE)).await;
    good.subscribe(Type::Endpoint, &[X]).await;
    assert_eq!(good.takes().await, "EDS +x");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_spoken_is_refused_in_grpcs_terms() {
    let pilot = pilot(Listen::default()).await;
    let compressed = |method: &'static str, encoding| {
        let pilot = &pilot;
        async move {
            let opened = raw::<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(plain(pilot).await, method, encoding);
            opened.await.map(drop)
        }
    };
    for method in ["DeltaAggregatedResources", "StreamAggregatedResources"] {
        let status = compressed(method, Some("gzip")).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Unimplemented, "compressed requests are not taken"));
        compressed(method, Some("identity")).await.unwrap();
    }
    let status = compressed("Fetch", None).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented, "{status:?}");
    // a message of another type: it begins with a number where a node is wanted
    let (out, mut said) =
        raw::<Rejection, DeltaDiscoveryResponse>(plain(&pilot).await, "DeltaAggregatedResources", None).await.unwrap();
    out.send(Rejection { code: 7, ..Rejection::default() }).await.unwrap();
    let status = said.message().await.unwrap_err();
    assert!(matches!(status.code(), Code::Internal | Code::InvalidArgument), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_let_go() {
    let pilot = pilot(Listen::default()).await;
    let mut streams = Vec::new();
    for delta in BOTH {
        streams.push(Stream::open(plain(&pilot).await, delta, None).await);
    }
    for s in &mut streams {
        // it takes most of what a test waits for anything
        let status = tokio::time::timeout(2 * DEADLINE, s.ended()).await.expect("an end");
        assert_eq!((status.code(), status.message()), (Code::DeadlineExceeded, "no first request came"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_frame_holds_nobody_up() {
    let pilot = pilot(Listen::default()).await;
    let mut half = tokio::net::TcpStream::connect(pilot.discovery.address("grpc").unwrap()).await.unwrap();
    half.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\xff\x01").await.unwrap();
    let mut first = [0; 9];
    tokio::time::timeout(DEADLINE, half.read_exact(&mut first)).await.expect("the server's own settings").unwrap();
    let mut s = Stream::open(plain(&pilot).await, true, Some(NODE)).await;
    s.subscribe(Type::Endpoint, &[X]).await;
    assert_eq!(s.takes().await, "EDS +x");
    // and something that is no HTTP/2 at all is let go
    let mut other = tokio::net::TcpStream::connect(pilot.discovery.address("grpc").unwrap()).await.unwrap();
    other.write_all(&[b'x'; 4096]).await.unwrap();
    let end = tokio::time::timeout(DEADLINE, other.read_to_end(&mut Vec::new())).await.expect("an end");
    drop(end);
}
