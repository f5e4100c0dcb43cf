//! A line to an API server that breaks after so many writes: it speaks plain HTTP to the command, hands each request on as the
//! administrator, and counts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;

use crate::cluster::Cluster;

/// What the line does with requests.
struct Shared {
    client: kube::Client,
    /// Writes that are handed on; the answer to the last of them is lost with the line.
    writes: usize,
    seen: AtomicUsize,
    /// Requests by path.
    paths: Mutex<BTreeMap<String, usize>>,
}

/// A line; it ends when it is dropped.
pub struct Line {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Line {
    /// One that breaks after `writes` writes.
    pub async fn breaking_after(cluster: &Cluster, writes: usize) -> Self {
        let client = cluster.client();
        let shared = Shared { client, writes, seen: AtomicUsize::new(0), paths: Mutex::default() };
        let shared = Arc::new(shared);
        let app = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, shared, server }
    }

    /// One that only counts.
    pub async fn counting(cluster: &Cluster) -> Self {
        Self::breaking_after(cluster, usize::MAX).await
    }

    /// A kubeconfig that leads here.
    pub fn kubeconfig(&self) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
             clusters:\n- name: a\n  cluster: {{server: \"http://{}\"}}\n\
             users:\n- name: a\n  user: {{token: none}}\n\
             contexts:\n- name: a\n  context: {{cluster: a, user: a}}\n",
            self.address
        )
    }

    /// Writes that came, also those that found the line broken.
    pub fn writes(&self) -> usize {
        self.shared.seen.load(Ordering::SeqCst)
    }

    /// Requests by path since somebody asked last.
    pub fn take_paths(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.shared.paths.lock().unwrap())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let dry = parts.uri.query().is_some_and(|q| q.contains("dryRun"));
    // a review of rights and a token are asked for by POST, and write nothing
    let asks = parts.uri.path().ends_with("reviews") || parts.uri.path().ends_with("/token");
    *shared.paths.lock().unwrap().entry(parts.uri.path().to_owned()).or_default() += 1;
    let write = parts.method != http::Method::GET && !dry && !asks;
    let number =
        if write { shared.seen.fetch_add(1, Ordering::SeqCst) + 1 } else { shared.seen.load(Ordering::SeqCst) };
    if number > shared.writes || (!write && number >= shared.writes) {
        return broken();
    }
    let body = to_bytes(body, 16 << 20).await.unwrap();
    let mut out = http::Request::builder().method(parts.method).uri(parts.uri.path_and_query().unwrap().as_str());
    for name in [http::header::CONTENT_TYPE, http::header::ACCEPT] {
        if let Some(value) = parts.headers.get(&name) {
            out = out.header(name, value);
        }
    }
    let answer = shared.client.send(out.body(kube::client::Body::from(body.to_vec())).unwrap()).await.unwrap();
    if write && number == shared.writes {
        return broken();
    }
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(Body::new(body), 64 << 20).await.unwrap();
    let mut response = Response::builder().status(head.status);
    if let Some(kind) = head.headers.get(http::header::CONTENT_TYPE) {
        response = response.header(http::header::CONTENT_TYPE, kind);
    }
    response.body(Body::from(bytes)).unwrap()
}

/// An answer that ends before it is whole, as where a connection breaks.
fn broken() -> Response {
    let cut = futures::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("the line is cut")) });
    Response::builder().header(http::header::CONTENT_LENGTH, "10").body(Body::from_stream(cut)).unwrap()
}
