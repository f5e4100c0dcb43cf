//! HTTP in plain text to a pilot's debug port or an Envoy's admin port: at an address, or of a pod by port-forward.

use std::io::Read;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::time::Sleep;

use super::source::{Origin, SourceError};
use crate::adapters::k8s::{self, K8sError, PodHttp, forward};

/// The longest text that is read whole, in bytes.
const MAX_TEXT: usize = 64 << 20;
/// How long a peer may take to accept.
const CONNECT: Duration = Duration::from_secs(5);
/// Why a peer that is there gives no answer: the port is one for something else.
pub const NO_HTTP: &str = "what answers there speaks no HTTP/1: is it a port for gRPC or TLS?";
/// How long a peer may say nothing.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an answer may take in all: one that never ends says something all the time.
const LONGEST: Duration = Duration::from_secs(300);
/// How much of a refusal is read, in bytes.
const MAX_REFUSAL: usize = 4 << 10;

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
    Pod(PodPort, Idle),
}

/// A forwarded connection whose last answer has been read to its end: the next request goes over it, too.
type Idle = Arc<Mutex<Option<PodHttp>>>;

fn idle(of: &Idle) -> std::sync::MutexGuard<'_, Option<PodHttp>> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A peer that speaks HTTP.
#[derive(Clone)]
pub(super) struct Http {
    way: Way,
    pub(super) origin: Origin,
    longest: Duration,
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
        Ok(Self { origin: origin(base.clone()), way: Way::Address { client, base }, longest: LONGEST })
    }

    /// A peer in a pod.
    pub(super) fn of_pod(pod: PodPort, origin: Origin) -> Self {
        Self { way: Way::Pod(pod, Idle::default()), origin, longest: LONGEST }
    }

    /// The answer as a stream.
    pub(super) async fn stream(&self, path: &str, query: &[(&str, &str)]) -> Result<Box<dyn Read + Send>, SourceError> {
        let answer = self.good(path, self.ask(http::Method::GET, path, query).await?).await?;
        Ok(Box::new(Reader { answer, chunk: Bytes::new(), runtime: tokio::runtime::Handle::current() }))
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
        let from = match &self.way {
            Way::Address { client, base } => {
                let url = url(base, path, query)?;
                let answer = client.request(method, url).send().await.map_err(|e| SourceError::Unreachable {
                    origin: self.origin.clone(),
                    path: path.to_owned(),
                    why: root(&e),
                })?;
                Body::Address(answer)
            }
            Way::Pod(to, kept) => {
                let url = url("http://localhost", path, query)?;
                let exchanged = to.exchange(kept, &method, &target_of(&url)).await;
                let (pod, answer) = exchanged.map_err(|why| SourceError::Forward {
                    origin: self.origin.clone(),
                    path: path.to_owned(),
                    why,
                })?;
                Body::Pod { answer, pod: Some(pod), idle: Arc::clone(kept) }
            }
        };
        Ok(Answer { from, end: Box::pin(tokio::time::sleep(self.longest)), longest: self.longest })
    }

    /// An answer that says yes.
    async fn good(&self, path: &str, mut answer: Answer) -> Result<Answer, SourceError> {
        let status = answer.status();
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let mut said = Vec::new();
        while said.len() < MAX_REFUSAL
            && let Ok(Some(chunk)) = answer.chunk().await
        {
            said.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&said);
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

impl PodPort {
    /// Asks over the connection that was kept, else over a new one.
    async fn exchange(
        &self,
        kept: &Idle,
        method: &http::Method,
        target: &str,
    ) -> Result<(PodHttp, k8s::Answer), K8sError> {
        let before = idle(kept).take().filter(PodHttp::is_open);
        if let Some(mut pod) = before
            && let Ok(answer) = send(&mut pod, method, target).await
        {
            return Ok((pod, answer));
        }
        // none was kept, or the peer has just closed it
        let stream = forward(&self.client, &self.namespace, &self.pod, self.port, CONNECT).await?;
        let mut pod = PodHttp::over(stream, SILENCE).await?;
        let answer = send(&mut pod, method, target).await?;
        Ok((pod, answer))
    }
}

async fn send(pod: &mut PodHttp, method: &http::Method, target: &str) -> Result<k8s::Answer, K8sError> {
    if *method == http::Method::POST { pod.post(target, "").await } else { pod.get(target).await }
}

/// An answer, with the time until which it must have ended.
struct Answer {
    from: Body,
    end: Pin<Box<Sleep>>,
    longest: Duration,
}

/// An answer's body, by either way.
enum Body {
    Address(reqwest::Response),
    Pod { answer: k8s::Answer, pod: Option<PodHttp>, idle: Idle },
}

impl Answer {
    fn status(&self) -> u16 {
        match &self.from {
            Body::Address(answer) => answer.status().as_u16(),
            Body::Pod { answer, .. } => answer.status,
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, String> {
        tokio::select! {
            biased;
            () = &mut self.end => Err(format!("it did not end within {} s", self.longest.as_secs_f32())),
            chunk = self.from.chunk() => chunk,
        }
    }
}

impl Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, String> {
        match self {
            Body::Address(answer) => answer.chunk().await.map_err(|e| root(&e)),
            Body::Pod { answer, pod, idle: kept } => {
                let chunk = answer.chunk().await.map_err(|e| e.to_string())?;
                if chunk.is_none()
                    && let Some(pod) = pod.take()
                {
                    *idle(kept) = Some(pod);
                }
                Ok(chunk)
            }
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
struct Reader {
    answer: Answer,
    chunk: Bytes,
    runtime: tokio::runtime::Handle,
}

impl Read for Reader {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// A peer that says something all the time and never ends.
    async fn endless() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 1024]).await;
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
                    while stream.write_all(b"1\r\n[\r\n").await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                });
            }
        });
        address
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_answer_that_never_ends_is_given_up() {
        let http = Http { longest: Duration::from_millis(300), ..Http::new(&endless().await, Origin::Admin).unwrap() };
        let error = http.text("/logging", &[]).await.unwrap_err().to_string();
        assert!(error.ends_with("cannot be used: it did not end within 0.3 s"), "{error}");
        let mut body = http.stream("/config_dump", &[]).await.unwrap();
        let read = tokio::task::spawn_blocking(move || std::io::copy(&mut body, &mut std::io::sink()));
        assert_eq!(read.await.unwrap().unwrap_err().to_string(), "it did not end within 0.3 s");
    }
}
