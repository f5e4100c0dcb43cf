//! A line to an API server that breaks or falls silent after so many requests, or is slow: it speaks plain HTTP to the command, hands each request on as the
//! administrator, and counts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use meshctl::pure::manifest::Resource;
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// What the line does with requests.
struct Shared {
    client: kube::Client,
    /// What it counts.
    counts: Counts,
    /// So many of them are handed on; the answer to the last is lost with the line.
    last: usize,
    end: End,
    seen: AtomicUsize,
    /// Whether the last was handed on, and has done what it does.
    ended: AtomicBool,
    /// How long each request is on its way.
    delay: Duration,
    /// Requests by path.
    paths: Mutex<BTreeMap<String, usize>>,
    /// What came: verb and the rest of the request.
    requests: Mutex<Vec<Seen>>,
    /// What of that was answered by the server, and its answer passed on.
    answered: Mutex<Vec<Seen>>,
    /// The rights that were asked for.
    asked: Mutex<Vec<Value>>,
    /// Whether the user is no administrator, as far as reviews of rights say.
    humble: AtomicBool,
    /// The rights, verb and resource, to which reviews say no.
    denied: Mutex<Vec<[String; 2]>>,
    /// What is done to requests whose line holds these words.
    rules: Mutex<Vec<(String, Rule)>>,
}

/// What is done to a request.
#[derive(Debug, Clone)]
pub enum Rule {
    /// It is forbidden.
    Forbid,
    /// It is never answered.
    Stall,
    /// It is so long on its way.
    Slow(Duration),
    /// Before it is handed on, this is applied by somebody else.
    First(Value),
    /// Before it is handed on, somebody else puts this in the place of the one that stands.
    Instead(Value),
    /// It is handed on half a second after a request came whose line holds these words.
    After(String),
    /// It is forbidden once a request came whose line holds these words.
    ForbidAfter(String),
    /// It is handed on, and its answer is lost so.
    Lose(End),
    /// It is handed on, and its answer has the second words where it had the first.
    Retell(String, String),
}

/// What a line counts before it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Requests that write.
    Writes,
    /// All requests.
    Requests,
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Connections break.
    Breaks,
    /// Nothing is heard any more.
    Silence,
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
}

impl Seen {
    /// `DELETE /api/v1/…?…`
    fn line(&self) -> String {
        format!("{} {}?{}", self.method, self.path, self.query)
    }
}

/// A line; it ends when it is dropped.
pub struct Line {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Line {
    /// One that breaks after so many.
    pub async fn breaking_after(cluster: &Cluster, counts: Counts, last: usize) -> Self {
        Self::new(cluster, (counts, last, End::Breaks), Duration::ZERO).await
    }

    /// One on which so many writes come through, and then nothing: not even the answer to the last.
    pub async fn silent_after(cluster: &Cluster, last: usize) -> Self {
        Self::new(cluster, (Counts::Writes, last, End::Silence), Duration::ZERO).await
    }

    /// One that only counts writes.
    pub async fn counting(cluster: &Cluster) -> Self {
        Self::slow(cluster, Duration::ZERO).await
    }

    /// One on which each request takes that much longer.
    pub async fn slow(cluster: &Cluster, delay: Duration) -> Self {
        Self::new(cluster, (Counts::Writes, usize::MAX, End::Breaks), delay).await
    }

    async fn new(cluster: &Cluster, (counts, last, end): (Counts, usize, End), delay: Duration) -> Self {
        let client = cluster.client();
        let shared = Arc::new(Shared {
            client,
            counts,
            last,
            end,
            seen: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
            delay,
            paths: Mutex::default(),
            requests: Mutex::default(),
            answered: Mutex::default(),
            asked: Mutex::default(),
            humble: AtomicBool::new(false),
            denied: Mutex::default(),
            rules: Mutex::default(),
        });
        let app = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, shared, server }
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

    /// What it counts that came, also what found the line broken.
    pub fn seen(&self) -> usize {
        self.shared.seen.load(Ordering::SeqCst)
    }

    /// Whether the last that it hands on stands in the cluster.
    pub fn has_ended(&self) -> bool {
        self.shared.ended.load(Ordering::SeqCst)
    }

    /// From now on a review says no to everything at once, and yes to each single right.
    pub fn be_humble(&self) {
        self.shared.humble.store(true, Ordering::SeqCst);
    }

    /// From now on a review says no to this right, too. What the user does all the same is handed on.
    pub fn deny(&self, verb: &str, resource: &str) {
        self.be_humble();
        self.shared.denied.lock().unwrap().push([verb, resource].map(str::to_owned));
    }

    /// Treats requests so whose line, `DELETE /api/v1/…?…`, holds these words.
    pub fn rule(&self, words: &str, rule: Rule) {
        self.shared.rules.lock().unwrap().push((words.to_owned(), rule));
    }

    /// Forgets the rules.
    pub fn obey(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// What came since somebody asked last.
    pub fn take_requests(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap())
    }

    /// What came since somebody took it last.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// What came and was answered by the server, once the line has passed the answer on.
    pub fn answered(&self) -> Vec<Seen> {
        self.shared.answered.lock().unwrap().clone()
    }

    /// The rights that were asked for since somebody asked last: `resourceAttributes` of reviews.
    pub fn take_asked(&self) -> Vec<Value> {
        std::mem::take(&mut *self.shared.asked.lock().unwrap())
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

impl Shared {
    /// Waits until a request came whose line holds these words.
    async fn came(&self, words: &str) {
        while !self.requests.lock().unwrap().iter().any(|seen| seen.line().contains(words)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Takes a review of rights in, and answers it where the line knows better than the server.
    fn review(&self, said: &str, body: &[u8]) -> Option<Response> {
        if !said.starts_with("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews") {
            return None;
        }
        let mut review: Value = serde_json::from_slice(body).unwrap();
        let right = review["spec"]["resourceAttributes"].clone();
        let all = right["verb"] == "*";
        let is_it = |[verb, resource]: &[String; 2]| right["verb"] == **verb && right["resource"] == **resource;
        let denied = all || self.denied.lock().unwrap().iter().any(is_it);
        self.asked.lock().unwrap().push(right);
        if !self.humble.load(Ordering::SeqCst) {
            return None;
        }
        review["status"] = json!({"allowed": !denied});
        Some(answer(201, &review))
    }
}

fn answer(code: u16, body: &Value) -> Response {
    let response = Response::builder().status(code).header(http::header::CONTENT_TYPE, "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}

fn status(code: u16, message: &str) -> Response {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": code,
        "message": message, "reason": "Forbidden"});
    answer(code, &body)
}

/// Applies an object as somebody else.
async fn first(client: &kube::Client, object: Value, anew: bool) {
    let text = |p: &str| object.pointer(p).and_then(Value::as_str).unwrap_or_default().to_owned();
    let group = text("/apiVersion").rsplit_once('/').map_or(String::new(), |(g, _)| g.to_owned());
    let row = Resource::of(&group, &text("/kind")).unwrap();
    let path = row.path(&text("/metadata/namespace"), &text("/metadata/name"));
    if anew {
        client.request::<Value>(http::Request::delete(&path).body(Vec::new()).unwrap()).await.unwrap();
    }
    let request = http::Request::patch(format!("{path}?fieldManager=somebody&force=true"))
        .header(http::header::CONTENT_TYPE, "application/apply-patch+yaml")
        .body(object.to_string().into_bytes());
    client.request::<Value>(request.unwrap()).await.unwrap();
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let dry = parts.uri.query().is_some_and(|q| q.contains("dryRun"));
    // a review of rights and a token are asked for by POST, and write nothing
    let asks = parts.uri.path().ends_with("reviews") || parts.uri.path().ends_with("/token");
    *shared.paths.lock().unwrap().entry(parts.uri.path().to_owned()).or_default() += 1;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let seen = Seen { method: parts.method.to_string(), path: parts.uri.path().to_owned(), query };
    let said = seen.line();
    shared.requests.lock().unwrap().push(seen.clone());
    let body = to_bytes(body, 16 << 20).await.unwrap();
    let rule =
        shared.rules.lock().unwrap().iter().find(|(words, _)| said.contains(words)).map(|(_, rule)| rule.clone());
    let (mut lost, mut retold) = (None, None);
    match rule {
        Some(Rule::Forbid) => return status(403, "forbidden: the line says no"),
        Some(Rule::Stall) => std::future::pending().await,
        Some(Rule::Slow(delay)) => tokio::time::sleep(delay).await,
        Some(Rule::First(object)) => first(&shared.client, object, false).await,
        Some(Rule::Instead(object)) => first(&shared.client, object, true).await,
        Some(Rule::After(words)) => {
            shared.came(&words).await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Some(Rule::ForbidAfter(words)) => {
            shared.came(&words).await;
            return status(403, "forbidden: the line says no");
        }
        Some(Rule::Lose(end)) => lost = Some(end),
        Some(Rule::Retell(from, to)) => retold = Some((from, to)),
        None => {}
    }
    if let Some(answer) = shared.review(&said, &body) {
        return answer;
    }
    let write = parts.method != http::Method::GET && !dry && !asks;
    let counted = write || shared.counts == Counts::Requests;
    let number =
        if counted { shared.seen.fetch_add(1, Ordering::SeqCst) + 1 } else { shared.seen.load(Ordering::SeqCst) };
    if number > shared.last || (!counted && number >= shared.last) {
        return shared.end.answer().await;
    }
    tokio::time::sleep(shared.delay).await;
    let answer = hand_on(&shared.client, parts, body.to_vec()).await;
    if counted && number == shared.last {
        shared.ended.store(true, Ordering::SeqCst);
        return shared.end.answer().await;
    }
    if let Some(end) = lost {
        return end.answer().await;
    }
    let answer = pass_on(answer, retold).await;
    shared.answered.lock().unwrap().push(seen);
    answer
}

/// Asks the server.
async fn hand_on(
    client: &kube::Client,
    parts: http::request::Parts,
    body: Vec<u8>,
) -> http::Response<kube::client::Body> {
    let mut out = http::Request::builder().method(parts.method).uri(parts.uri.path_and_query().unwrap().as_str());
    for name in [http::header::CONTENT_TYPE, http::header::ACCEPT] {
        if let Some(value) = parts.headers.get(&name) {
            out = out.header(name, value);
        }
    }
    client.send(out.body(kube::client::Body::from(body)).unwrap()).await.unwrap()
}

/// The server's answer, with the second of these words where it had the first.
async fn pass_on(answer: http::Response<kube::client::Body>, retold: Option<(String, String)>) -> Response {
    let (head, body) = answer.into_parts();
    let mut bytes = to_bytes(Body::new(body), 64 << 20).await.unwrap().to_vec();
    if let Some((from, to)) = retold {
        bytes = String::from_utf8(bytes).unwrap().replace(&from, &to).into_bytes();
    }
    let mut response = Response::builder().status(head.status);
    if let Some(kind) = head.headers.get(http::header::CONTENT_TYPE) {
        response = response.header(http::header::CONTENT_TYPE, kind);
    }
    response.body(Body::from(bytes)).unwrap()
}

impl End {
    async fn answer(self) -> Response {
        match self {
            Self::Breaks => broken(),
            Self::Silence => std::future::pending().await,
        }
    }
}

/// An answer that ends before it is whole, as where a connection breaks.
fn broken() -> Response {
    let cut = futures::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("the line is cut")) });
    Response::builder().header(http::header::CONTENT_LENGTH, "10").body(Body::from_stream(cut)).unwrap()
}
