//! What a caller may do, and tokens of service accounts.

use std::time::Duration;

use serde_json::{Value, json};

use super::K8sError;
use super::object::create;
use crate::data::model::Secret;

/// Something that may be allowed or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// `get`, `patch`, `create`, …
    pub verb: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The resource: `pods`, `serviceaccounts/token`.
    pub resource: String,
    /// The namespace; empty for all, or for what has none.
    pub namespace: String,
    /// The object's name; empty for any.
    pub name: String,
}

/// Whether the caller may do something (SelfSubjectAccessReview).
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub async fn may(client: &kube::Client, access: &Access, deadline: Duration) -> Result<bool, K8sError> {
    let (resource, subresource) = access.resource.split_once('/').unwrap_or((&access.resource, ""));
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": access.verb, "group": access.group, "resource": resource, "subresource": subresource,
            "namespace": access.namespace, "name": access.name,
        }},
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = create(client, path, &review, deadline).await?;
    answer
        .pointer("/status/allowed")
        .and_then(Value::as_bool)
        .ok_or(K8sError::Protocol("a review of rights says neither yes nor no"))
}

/// A token of a service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub token: Secret<String>,
    /// When it ends, as the server says: RFC 3339.
    pub expires: String,
}

/// Asks for a token of a service account (TokenRequest) that lives for `lifetime`; the server may grant another one.
///
/// # Errors
/// As [`may`].
pub async fn token(
    client: &kube::Client,
    namespace: &str,
    account: &str,
    lifetime: Duration,
    deadline: Duration,
) -> Result<Token, K8sError> {
    let request = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": lifetime.as_secs()},
    });
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
    let answer = create(client, &path, &request, deadline).await?;
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).filter(|t| !t.is_empty());
    match (text("/status/token"), text("/status/expirationTimestamp")) {
        (Some(token), Some(expires)) => Ok(Token { token: Secret::new(token.to_owned()), expires: expires.to_owned() }),
        _ => Err(K8sError::Protocol("the answer to a request for a token holds none")),
    }
}
