//! HTTP and plain gRPC: what is served, how it ends.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use meshctl::adapters::grpc::{AdsClient, ClientError, XdsRequest};
use meshctl::adapters::serve::{ConnectionLimit, Metrics, ServeError, bind, grpc, http, plain_incoming};
use meshctl_proto::envoy::config::core::v3::Node;
use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::wire::{DEADLINE, ads, no_limit};

#[tokio::test]
async fn metrics_are_served_as_openmetrics() {
    let metrics = Metrics::new();
    let pushes: Counter = metrics.register("meshctl_pushes", "Responses sent", Counter::default());
    pushes.inc_by(7);
    let (url, stop, _) = start(metrics.route()).await;
    let answer = reqwest::get(format!("{url}/metrics")).await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert_eq!(figure(&text, "meshctl_pushes_total"), 7.0);
    assert!(figure(&text, "process_start_time_seconds") > 1.7e9, "{text}");
    if cfg!(target_os = "linux") {
        assert!(figure(&text, "process_resident_memory_bytes") > 1e6, "{text}");
        assert!(figure(&text, "process_open_fds") > 3.0, "{text}");
        assert!(figure(&text, "process_cpu_seconds_total") >= 0.0, "{text}");
    }
    stop.cancel();
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_a_stop() {
    let (begun, mut under_way) = tokio::sync::mpsc::channel(1);
    let slow = Router::new().route(
        "/slow",
        get(move || async move {
            begun.send(()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        }),
    );
    let (url, stop, task) = start(slow).await;
    let address = url.trim_start_matches("http://").to_owned();
    let request = tokio::spawn(reqwest::get(format!("{url}/slow")));
    under_way.recv().await.unwrap();
    stop.cancel();
    assert_eq!(request.await.unwrap().unwrap().text().await.unwrap(), "done");
    tokio::time::timeout(DEADLINE, task).await.expect("an end").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the listener is still there");
}

#[tokio::test]
async fn bodies_and_heads_have_limits() {
    let echo = Router::new().route("/", post(|body: Bytes| async move { body.len().to_string() }));
    let (url, stop, _) = start(echo).await;
    let client = reqwest::Client::new();
    let send = async |size: usize| client.post(&url).body(vec![b'x'; size]).send().await.unwrap();
    assert_eq!(send(1 << 20).await.text().await.unwrap(), (1 << 20).to_string());
    assert_eq!(send((1 << 20) + 1).await.status(), 413);

    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("an answer");
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{:?}", String::from_utf8_lossy(&answer));
    stop.cancel();
}

#[tokio::test]
async fn a_plain_stream_has_an_address_and_no_certificate() {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let (routes, mut streams) = ads();
    let task = tokio::spawn(grpc(routes, plain_incoming(listener, stop.clone()), no_limit(), stop.clone()));

    let opened = tokio::spawn(async move {
        let node = Node { id: "sidecar~10.0.0.1~a.b~b".into(), ..Node::default() };
        let mut client = meshctl::adapters::grpc::AdsClient::connect(&address.to_string(), node).await.unwrap();
        client.subscribe("type.googleapis.com/envoy.config.cluster.v3.Cluster", Vec::new()).await.unwrap();
        client
    });
    let (peer, _) = tokio::time::timeout(DEADLINE, streams.recv()).await.unwrap().unwrap();
    assert!(peer.certificates.is_empty());
    assert!(peer.address.is_some_and(|a| a.ip().is_loopback()));
    drop(opened.await.unwrap());
    stop.cancel();
    tokio::time::timeout(DEADLINE, task).await.expect("an end").unwrap().unwrap();
}

/// One that never sends HTTP/2's first bytes must not keep a proxy out; a proxy that has nothing to say answers pings.
#[tokio::test]
async fn who_never_speaks_loses_its_place_and_who_answers_pings_keeps_it() {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, idle) = (CancellationToken::new(), Duration::from_secs(3));
    let (routes, mut streams) = ads();
    let limit = ConnectionLimit::new(2, Counter::default()).silent_for(idle);
    let task = tokio::spawn(grpc(routes, plain_incoming(listener, stop.clone()), limit, stop.clone()));
    let connect = async || {
        let node = Node { id: "sidecar~10.0.0.1~a.b~b".into(), ..Node::default() };
        let mut client = AdsClient::connect(&address.to_string(), node).await?;
        client.subscribe("type.googleapis.com/envoy.config.cluster.v3.Cluster", Vec::new()).await?;
        Ok::<_, ClientError>(client)
    };
    let mut quiet = connect().await.unwrap();
    tokio::time::timeout(DEADLINE, streams.recv()).await.unwrap().unwrap();

    let start = std::time::Instant::now();
    let mut mute = TcpStream::connect(address).await.unwrap();
    let end = tokio::time::timeout(DEADLINE, mute.read_to_end(&mut Vec::new())).await.expect("it is let go");
    assert!(start.elapsed() >= idle / 2, "{end:?} at once");
    super::wire::eventually("its place is free", async || connect().await.map(drop).map_err(|e| e.to_string())).await;

    // the stream on which nothing was said has outlived the bound, and does so again
    tokio::time::sleep(idle + idle / 2).await;
    while let Ok(seen) = streams.try_recv() {
        drop(seen);
    }
    quiet.subscribe("type.googleapis.com/envoy.config.listener.v3.Listener", Vec::new()).await.unwrap();
    let (_, request) = tokio::time::timeout(DEADLINE, streams.recv()).await.unwrap().unwrap();
    let XdsRequest::Delta(request) = request else { panic!("{request:?}") };
    assert!(request.type_url.ends_with("Listener"), "{request:?}");
    stop.cancel();
    tokio::time::timeout(DEADLINE, task).await.expect("an end").unwrap().unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(address).await.unwrap_err();
    assert!(matches!(error, ServeError::Bind { .. }));
    assert!(error.to_string().starts_with(&format!("listening on {address} failed: ")), "{error}");
}

type Task = tokio::task::JoinHandle<Result<(), ServeError>>;

async fn start(router: Router) -> (String, CancellationToken, Task) {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    (url, stop.clone(), tokio::spawn(http(router, plain_incoming(listener, stop.clone()), stop)))
}

fn figure(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
}
