//! Requests of both variants, reduced to what the protocol reads.

use std::collections::BTreeMap;

use meshctl_proto::envoy::service::discovery::v3 as discovery;

/// A request of the state-of-the-world variant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SotwRequest {
    /// The type's URL.
    pub type_url: String,
    /// The version the client has.
    pub version: String,
    /// The nonce of the response that is answered; empty for none.
    pub nonce: String,
    /// Why that response was rejected.
    pub error: Option<String>,
    /// All names subscribed to.
    pub names: Vec<String>,
}

/// A request of the incremental variant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeltaRequest {
    /// The type's URL.
    pub type_url: String,
    /// The nonce of the response that is answered; empty for none.
    pub nonce: String,
    /// Why that response was rejected.
    pub error: Option<String>,
    /// Names to subscribe to.
    pub subscribe: Vec<String>,
    /// Names to unsubscribe from.
    pub unsubscribe: Vec<String>,
    /// What the client holds, name → version; in a stream's first request of a type.
    pub initial: BTreeMap<String, String>,
}

/// A request of either variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// State of the world.
    Sotw(SotwRequest),
    /// Incremental.
    Delta(DeltaRequest),
}

impl Request {
    /// The type's URL.
    pub fn type_url(&self) -> &str {
        match self {
            Request::Sotw(r) => &r.type_url,
            Request::Delta(r) => &r.type_url,
        }
    }

    /// Every name that it gives, in whatever place.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (asked, dropped, held) = match self {
            Request::Sotw(r) => (&r.names[..], &[][..], None),
            Request::Delta(r) => (&r.subscribe[..], &r.unsubscribe[..], Some(r.initial.keys())),
        };
        asked.iter().chain(dropped).chain(held.into_iter().flatten()).map(String::as_str)
    }

    /// The reason of a rejection.
    pub fn error(&self) -> Option<&str> {
        match self {
            Request::Sotw(r) => r.error.as_deref(),
            Request::Delta(r) => r.error.as_deref(),
        }
    }
}

impl From<discovery::DiscoveryRequest> for Request {
    fn from(r: discovery::DiscoveryRequest) -> Self {
        Request::Sotw(SotwRequest {
            type_url: r.type_url,
            version: r.version_info,
            nonce: r.response_nonce,
            error: r.error_detail.map(|e| e.message),
            names: r.resource_names,
        })
    }
}

impl From<discovery::DeltaDiscoveryRequest> for Request {
    fn from(r: discovery::DeltaDiscoveryRequest) -> Self {
        Request::Delta(DeltaRequest {
            type_url: r.type_url,
            nonce: r.response_nonce,
            error: r.error_detail.map(|e| e.message),
            subscribe: r.resource_names_subscribe,
            unsubscribe: r.resource_names_unsubscribe,
            initial: r.initial_resource_versions,
        })
    }
}
