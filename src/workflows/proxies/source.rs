//! Where a dump comes from: an answer over HTTP, a file, or a computation.

use std::fmt;
use std::io::Read;
use std::time::Duration;

/// A dump that has not been read yet, in one or more texts that follow one another.
pub struct Dump {
    /// The texts.
    pub parts: Vec<Part>,
    /// Where they come from.
    pub origin: Origin,
}

/// One text of a dump.
pub struct Part {
    /// The bytes. Reading may wait for a peer: it belongs on a thread that may block.
    pub bytes: Box<dyn Read + Send>,
    /// What it holds beside what it says itself.
    pub holds: Holds,
}

/// What a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A dump, which speaks for itself.
    Dump,
    /// Warming clusters: Envoy's answer to `?resource=` does not tell them from active ones.
    Warming,
    /// EDS, for what `/clusters` does not say of endpoints.
    Detail,
}

/// Where a dump comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A pilot, by its URL.
    Pilot(String),
    /// An Envoy's admin address.
    Admin(String),
    /// A file, by its path.
    File(String),
    /// Computed from a registry.
    Registry(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Pilot(url) => write!(f, "the pilot at {url}"),
            Origin::Admin(url) => write!(f, "the Envoy at {url}"),
            Origin::File(path) if path == "-" => f.write_str("standard input"),
            Origin::File(path) => write!(f, "the file {path}"),
            Origin::Registry(dir) => write!(f, "the registry {dir}"),
        }
    }
}

/// Why there is no dump.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nobody answers.
    #[error("asking {origin} for {path} failed: {why}")]
    Unreachable {
        /// Whom.
        origin: Origin,
        /// For what.
        path: String,
        /// Why, down to the first cause.
        why: String,
    },
    /// An answer that is none.
    #[error("{origin} answers {status} to {path}: {body}")]
    Status {
        /// Who.
        origin: Origin,
        /// To what.
        path: String,
        /// The HTTP status.
        status: u16,
        /// The first line of the answer.
        body: String,
    },
    /// An answer of the wrong kind.
    #[error("the answer of {origin} to {path} cannot be used: {why}")]
    Answer {
        /// Who.
        origin: Origin,
        /// To what.
        path: String,
        /// Why.
        why: String,
    },
    /// No HTTP address.
    #[error("\"{url}\" is no HTTP address: {why}")]
    Url {
        /// What was given.
        url: String,
        /// Why.
        why: String,
    },
    /// A pod that has no address: no proxy of it can be named.
    #[error("the pod {target} has no address yet, so nothing can be computed for its proxy")]
    NoAddress {
        /// The pod.
        target: String,
    },
}

/// The longest text that is read whole, in bytes.
const MAX_TEXT: usize = 64 << 20;
/// How long a peer may take to accept.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a peer may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// A peer that speaks HTTP in plain text: a pilot's debug port, an Envoy's admin port.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    base: String,
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
        Ok(Self { client, origin: origin(base.clone()), base })
    }

    /// Asks for a path with its query.
    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<reqwest::Response, SourceError> {
        let unreachable = |e: reqwest::Error| SourceError::Unreachable {
            origin: self.origin.clone(),
            path: path.to_owned(),
            why: root(&e),
        };
        let bad = |why: String| SourceError::Url { url: self.base.clone(), why };
        let mut url = reqwest::Url::parse(&format!("{}{path}", self.base)).map_err(|e| bad(e.to_string()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.client.get(url).send().await.map_err(unreachable)
    }

    /// The answer as a stream.
    pub(super) async fn stream(&self, path: &str, query: &[(&str, &str)]) -> Result<Box<dyn Read + Send>, SourceError> {
        let answer = self.ask(path, query).await?;
        if !answer.status().is_success() {
            return Err(self.refused(path, answer).await);
        }
        Ok(Box::new(Body { answer, chunk: bytes::Bytes::new(), runtime: tokio::runtime::Handle::current() }))
    }

    /// The answer as a text.
    pub(super) async fn text(&self, path: &str, query: &[(&str, &str)]) -> Result<String, SourceError> {
        let mut answer = self.ask(path, query).await?;
        if !answer.status().is_success() {
            return Err(self.refused(path, answer).await);
        }
        let fail = |why: String| SourceError::Answer { origin: self.origin.clone(), path: path.to_owned(), why };
        let mut all = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| fail(root(&e)))? {
            if all.len() + chunk.len() > MAX_TEXT {
                return Err(fail(format!("it is larger than {} MiB", MAX_TEXT >> 20)));
            }
            all.extend_from_slice(&chunk);
        }
        String::from_utf8(all).map_err(|_| fail("it is no text".to_owned()))
    }

    async fn refused(&self, path: &str, mut answer: reqwest::Response) -> SourceError {
        let status = answer.status().as_u16();
        let first = answer.chunk().await.ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&first);
        let body: String =
            text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        SourceError::Status { origin: self.origin.clone(), path: path.to_owned(), status, body }
    }
}

/// The first cause of an error: the part that helps.
fn root(e: &dyn std::error::Error) -> String {
    let mut at = e;
    while let Some(inner) = at.source() {
        at = inner;
    }
    at.to_string()
}

/// An answer's body as a reader, for threads that may block.
struct Body {
    answer: reqwest::Response,
    chunk: bytes::Bytes,
    runtime: tokio::runtime::Handle,
}

impl Read for Body {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        use bytes::Buf;
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.answer.chunk()) {
                Ok(Some(chunk)) => self.chunk = chunk,
                Ok(None) => return Ok(0),
                Err(e) => return Err(std::io::Error::other(root(&e))),
            }
        }
        let n = self.chunk.len().min(out.len());
        self.chunk.copy_to_slice(out.get_mut(..n).unwrap_or_default());
        Ok(n)
    }
}
