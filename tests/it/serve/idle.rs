//! Connections that nobody uses give their places back, whatever their peers answer; those that are used stay.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use meshctl::adapters::grpc::AdsClient;
use meshctl::adapters::serve::{ConnectionLimit, bind, grpc, http_within, plain_incoming};
use meshctl_proto::envoy::config::core::v3::Node;
use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

use super::wire::{DEADLINE, ads, eventually};

/// After so long nobody counts on a connection any more: twice the time between two pings.
const IDLE: Duration = Duration::from_secs(6);

// frames of HTTP/2 (RFC 9113 §6), and the flag that makes one an answer
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;

/// Speaks HTTP/2, answers what must be answered and opens no stream, until the server ends that: the frames it was sent, and
/// how long it took. A deaf one answers nothing more once it was told to go.
async fn unused(address: SocketAddr, deaf: bool) -> (Vec<u8>, Duration) {
    let (start, mut frames) = (Instant::now(), Vec::new());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let talk = async {
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await?;
            let mut body = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
            stream.read_exact(&mut body).await?;
            frames.push(head[3]);
            let asks = matches!(head[3], SETTINGS | PING) && head[4] & ACK == 0;
            if asks && !(deaf && frames.contains(&GOAWAY)) {
                // settings are answered with nothing, a ping with what it said
                let said = if head[3] == PING { body } else { Vec::new() };
                let answer = [0, 0, u8::try_from(said.len()).unwrap(), head[3], ACK, 0, 0, 0, 0];
                stream.write_all(&[&answer[..], &said].concat()).await?;
            }
        }
    };
    let end: std::io::Result<()> = tokio::time::timeout(DEADLINE, talk).await.expect("it is let go");
    assert!(end.is_err());
    (frames, start.elapsed())
}

/// It was pinged before it was told to go, and its time was over.
fn let_go_in_words((frames, took): (Vec<u8>, Duration)) {
    let first = |frame: u8| frames.iter().position(|f| *f == frame);
    assert!(first(GOAWAY).is_some(), "cut without a word: {frames:?}");
    assert!(first(PING).is_some() && first(PING) < first(GOAWAY), "{frames:?}");
    assert!(took >= IDLE, "{took:?}: {frames:?}");
}

#[tokio::test]
async fn who_opens_no_stream_gives_a_grpc_listeners_place_back() {
    for deaf in [false, true] {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let (routes, _streams) = ads();
        // its place is the only one
        let limit = ConnectionLimit::new(1, Counter::default()).silent_for(IDLE);
        let task = tokio::spawn(grpc(routes, plain_incoming(listener, stop.clone()), limit, stop.clone()));
        let_go_in_words(unused(address, deaf).await);
        eventually("its place is free", async || {
            let node = Node { id: "sidecar~10.0.0.1~a.b~b".into(), ..Node::default() };
            AdsClient::connect(&address.to_string(), node).await.map(drop).map_err(|e| e.to_string())
        })
        .await;
        stop.cancel();
        tokio::time::timeout(DEADLINE, task).await.expect("an end").unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_asks_for_nothing_is_let_go_and_who_waits_for_an_answer_is_not() {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let slow = get(|| async {
        tokio::time::sleep(IDLE + IDLE / 2).await;
        "done"
    });
    let router = Router::new().route("/slow", slow);
    let task = tokio::spawn(http_within(IDLE, router, plain_incoming(listener, stop.clone()), stop.clone()));
    let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
    let answer = async { client.get(format!("http://{address}/slow")).send().await.unwrap().text().await.unwrap() };
    let (answer, polite, deaf) = tokio::join!(answer, unused(address, false), unused(address, true));
    assert_eq!(answer, "done");
    let_go_in_words(polite);
    let_go_in_words(deaf);
    stop.cancel();
    tokio::time::timeout(DEADLINE, task).await.expect("an end").unwrap().unwrap();
}

/// A peer that takes an answer slower than the server makes it, and longer than anybody may do nothing.
#[tokio::test]
async fn who_takes_a_large_answer_slowly_gets_all_of_it() {
    // more than the kernel takes from the server ahead of the reader, by far
    const LARGE: usize = 24 << 20;
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let router = Router::new().route("/large", get(|| async { vec![b'x'; LARGE] }));
    let task = tokio::spawn(http_within(IDLE, router, plain_incoming(listener, stop.clone()), stop.clone()));
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let (start, pause) = (Instant::now(), Duration::from_millis(50));
    let rounds = usize::try_from((2 * IDLE + Duration::from_secs(3)).as_millis() / pause.as_millis()).unwrap();
    let (mut part, mut taken) = (vec![0; LARGE / rounds], 0);
    loop {
        match stream.read(&mut part).await.unwrap() {
            0 => break,
            some => taken += some,
        }
        // no faster than all of it in that time
        if taken * rounds / LARGE > (start.elapsed().as_millis() / pause.as_millis()) as usize {
            tokio::time::sleep(pause).await;
        }
    }
    assert!(taken > LARGE, "{taken} bytes with the head, after {:?}", start.elapsed());
    assert!(start.elapsed() > 2 * IDLE, "{:?} is too fast to show anything", start.elapsed());
    stop.cancel();
    tokio::time::timeout(DEADLINE, task).await.expect("an end").unwrap().unwrap();
}
