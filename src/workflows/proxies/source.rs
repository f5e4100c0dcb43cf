//! Where a dump comes from: an answer over HTTP, a file, or a computation.

use std::fmt;
use std::io::Read;

use super::agreement::PilotAsked;
use super::status::place;
use crate::adapters::k8s::K8sError;

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
    /// A pilot's pod, through its API server.
    PilotPod(String),
    /// A pod's Envoy, through its API server.
    EnvoyPod(String),
    /// An Envoy's admin address.
    Admin(String),
    /// A file, by its path.
    File(String),
    /// Computed from a registry.
    Registry(String),
}

impl Origin {
    /// Whether it is an Envoy that was asked for a part of what it holds.
    pub fn is_envoy(&self) -> bool {
        matches!(self, Origin::Admin(_) | Origin::EnvoyPod(_))
    }
}

impl SourceError {
    /// A pilot that did not answer, for a report.
    pub fn unanswered(&self) -> PilotAsked {
        let origin = match self {
            SourceError::Unreachable { origin, .. }
            | SourceError::Forward { origin, .. }
            | SourceError::Status { origin, .. }
            | SourceError::Answer { origin, .. } => place(origin),
            SourceError::NoWay { target, .. } | SourceError::NoAddress { target } => target.clone(),
            SourceError::Url { url, .. } => url.clone(),
            SourceError::NoPilot(_) => "-".to_owned(),
        };
        PilotAsked { pilot: origin, reason: Some(self.to_string()) }
    }
}

/// What a peer said beside its status, where it said something.
fn ending(body: &str) -> String {
    if body.is_empty() { String::new() } else { format!(": {body}") }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Pilot(url) => write!(f, "the pilot at {url}"),
            Origin::PilotPod(pod) => write!(f, "the pilot {pod}"),
            Origin::EnvoyPod(pod) => write!(f, "the Envoy of {pod}"),
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
    /// A pod that port-forwarding does not reach.
    #[error("asking {origin} for {path} by port-forward failed: {why}")]
    Forward {
        /// Whom.
        origin: Origin,
        /// For what.
        path: String,
        /// Why.
        why: K8sError,
    },
    /// A pod of a cluster that nothing can be forwarded from.
    #[error("the proxy of {target} cannot be reached: {why}")]
    NoWay {
        /// The pod.
        target: String,
        /// Why.
        why: String,
    },
    /// No pilot can be found.
    #[error("no pilot can be asked: {0}")]
    NoPilot(String),
    /// An answer that is none.
    #[error("{origin} answers {status} to {path}{}", ending(.body))]
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
