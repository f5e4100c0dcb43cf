//! HTTP in plain text to a pilot's debug port or an Envoy's admin port: at an address, or of a pod by port-forward.

use std::io::Read;
use std::time::Duration;

use bytes::{Buf, Bytes};

use super::source::{Origin, SourceError};
use crate::adapters::k8s::{self, PodHttp, forward};

/// The longest text that is read whole, in bytes.
const MAX_TEXT: usize = 64 << 20;
/// How long a peer may take to accept.
const CONNECT: Duration = Duration::from_secs(5);
/// Why a peer that is there gives no answer: the port is one for something else.
pub const NO_HTTP: &str = "what answers there speaks no HTTP/1: is it a port for gRPC or TLS?";
/// How long a peer may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// A port of a pod.
#[derive(Clone)]
pub(super) struct PodPort {
    /// A client of the pod's cluster.
    pub(super) client: kube::Client,
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) port: u16,
}

/// How a peer is reached.
#[derive(Clone)]
enum Way {
    Address { client: reqwest::Client, base: String },
    Pod(PodPort),
}

/// A peer that speaks HTTP.
#[derive(Clone)]
pub(super) struct Http {
    way: Way,
    pub(super) origin: Origin,
}

impl Http {
    /// A peer at a URL; `http://` may be missing. No proxy is asked: these ports are on loopback or inside the cluster.
    pub(super) fn new(url: &str, origin: fn(String) -> Origin) -> Result<Self, SourceError> {
        let full = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let base = full.trim_end_matches('/').to_owned();
        let bad = |why: String| SourceError::Url { url: url.to_owned(), why };
        let parsed: reqwest::Url = base.parse().map_err(|e| bad(format!("{e}")))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(bad("want http://HOST:PORT".to_owned()));
        }
        let client = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT).read_timeout(SILENCE).build();
        let client = client.map_err(|e| bad(e.to_string()))?;
        Ok(Self { origin: origin(base.clone()), way: Way::Address { client, base } })
    }

    /// A peer in a pod.
    pub(super) fn of_pod(pod: PodPort, origin: Origin) -> Self {
        Self { way: Way::Pod(pod), origin }
    }

    /// The answer as a stream.
    pub(super) async fn stream(&self, path: &str, query: &[(&str, &str)]) -> Result<Box<dyn Read + Send>, SourceError> {
        let answer = self.good(path, self.ask(http::Method::GET, path, query).await?).await?;
        Ok(Box::new(Body { answer, chunk: Bytes::new(), runtime: tokio::runtime::Handle::current() }))
    }

    /// The answer as a text.
    pub(super) async fn text(&self, path: &str, query: &[(&str, &str)]) -> Result<String, SourceError> {
        let answer = self.ask(http::Method::GET, path, query).await?;
        self.whole(path, answer).await
    }

    /// Tells the peer to do something; the answer as a text.
    pub(super) async fn post(&self, path: &str, query: &[(&str, &str)]) -> Result<String, SourceError> {
        let answer = self.ask(http::Method::POST, path, query).await?;
        self.whole(path, answer).await
    }

    /// Asks for a path with its query.
    async fn ask(&self, method: http::Method, path: &str, query: &[(&str, &str)]) -> Result<Answer, SourceError> {
        match &self.way {
            Way::Address { client, base } => {
                let url = url(base, path, query)?;
                let answer = client.request(method, url).send().await.map_err(|e| SourceError::Unreachable {
                    origin: self.origin.clone(),
                    path: path.to_owned(),
                    why: root(&e),
                })?;
                Ok(Answer::Address(answer))
            }
            Way::Pod(to) => {
                let url = url("http://localhost", path, query)?;
                let target = &target_of(&url);
                let exchange = async {
                    let stream = forward(&to.client, &to.namespace, &to.pod, to.port, CONNECT).await?;
                    let mut pod = PodHttp::over(stream, SILENCE).await?;
                    if method == http::Method::POST { pod.post(target, "").await } else { pod.get(target).await }
                };
                let answer = exchange.await.map_err(|why| SourceError::Forward {
                    origin: self.origin.clone(),
                    path: path.to_owned(),
                    why,
                })?;
                Ok(Answer::Pod(answer))
            }
        }
    }

    /// An answer that says yes.
    async fn good(&self, path: &str, mut answer: Answer) -> Result<Answer, SourceError> {
        let status = answer.status();
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let first = answer.chunk().await.ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&first);
        let body: String =
            text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        Err(SourceError::Status { origin: self.origin.clone(), path: path.to_owned(), status, body })
    }

    async fn whole(&self, path: &str, answer: Answer) -> Result<String, SourceError> {
        let mut answer = self.good(path, answer).await?;
        let fail = |why: String| SourceError::Answer { origin: self.origin.clone(), path: path.to_owned(), why };
        let mut all = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|why| fail(why.clone()))? {
            if all.len() + chunk.len() > MAX_TEXT {
                return Err(fail(format!("it is larger than {} MiB", MAX_TEXT >> 20)));
            }
            all.extend_from_slice(&chunk);
        }
        String::from_utf8(all).map_err(|_| fail("it is no text".to_owned()))
    }
}

fn url(base: &str, path: &str, query: &[(&str, &str)]) -> Result<reqwest::Url, SourceError> {
    let bad = |why: String| SourceError::Url { url: base.to_owned(), why };
    let mut url = reqwest::Url::parse(&format!("{base}{path}")).map_err(|e| bad(e.to_string()))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Path and query of a URL.
fn target_of(url: &reqwest::Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// An answer, by either way.
enum Answer {
    Address(reqwest::Response),
    Pod(k8s::Answer),
}

impl Answer {
    fn status(&self) -> u16 {
        match self {
            Answer::Address(answer) => answer.status().as_u16(),
            Answer::Pod(answer) => answer.status,
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, String> {
        match self {
            Answer::Address(answer) => answer.chunk().await.map_err(|e| root(&e)),
            Answer::Pod(answer) => answer.chunk().await.map_err(|e| e.to_string()),
        }
    }
}

/// The first cause of an error: the part that helps.
fn root(e: &dyn std::error::Error) -> String {
    let mut at = e;
    while let Some(inner) = at.source() {
        at = inner;
    }
    let text = at.to_string();
    // hyper's words, whose types reqwest does not show
    let strange = ["received unexpected message from connection", "invalid HTTP version parsed", "invalid HTTP header"];
    if strange.iter().any(|words| text.starts_with(words)) { NO_HTTP.to_owned() } else { text }
}

/// An answer's body as a reader, for threads that may block.
struct Body {
    answer: Answer,
    chunk: Bytes,
    runtime: tokio::runtime::Handle,
}

impl Read for Body {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.answer.chunk()) {
                Ok(Some(chunk)) => self.chunk = chunk,
                Ok(None) => return Ok(0),
                Err(why) => return Err(std::io::Error::other(why)),
            }
        }
        let n = self.chunk.len().min(out.len());
        self.chunk.copy_to_slice(out.get_mut(..n).unwrap_or_default());
        Ok(n)
    }
}
