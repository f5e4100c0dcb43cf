//! Writes as discovery makes them: one request, one answer, a deadline. Bodies may hold credentials: no error quotes them.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{K8sError, within};
use crate::data::model::Secret;

/// How a patch is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 7396; with `metadata.resourceVersion` in it, only onto that version.
    Merge,
    /// Server-side apply, which takes fields from whoever holds them.
    Apply,
}

/// Reads an object.
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub async fn read(client: &kube::Client, path: &str, deadline: Duration) -> Result<Value, K8sError> {
    send(client, Method::GET, path, "application/json", &Value::Null, deadline).await
}

/// Creates an object in its collection.
///
/// # Errors
/// As [`read`]; 409 where it is there already.
pub async fn post(client: &kube::Client, path: &str, body: &Value, deadline: Duration) -> Result<Value, K8sError> {
    send(client, Method::POST, path, "application/json", body, deadline).await
}

/// Replaces an object; with `metadata.resourceVersion` in it, only that version.
///
/// # Errors
/// As [`read`]; 409 where it has another version.
pub async fn put(client: &kube::Client, path: &str, body: &Value, deadline: Duration) -> Result<Value, K8sError> {
    send(client, Method::PUT, path, "application/json", body, deadline).await
}

/// Patches an object as a field manager.
///
/// # Errors
/// As [`read`]; 409 where a version was named and it has another.
pub async fn patch(
    client: &kube::Client,
    path: &str,
    kind: PatchKind,
    manager: &str,
    body: &Value,
    deadline: Duration,
) -> Result<Value, K8sError> {
    let (media, force) = match kind {
        PatchKind::Merge => ("application/merge-patch+json", ""),
        PatchKind::Apply => ("application/apply-patch+yaml", "&force=true"),
    };
    send(client, Method::PATCH, &format!("{path}?fieldManager={manager}{force}"), media, body, deadline).await
}

/// Asks for a token of a service account (TokenRequest), for the API server itself.
///
/// # Errors
/// As [`read`].
pub async fn mint(
    client: &kube::Client,
    namespace: &str,
    account: &str,
    life: Duration,
    deadline: Duration,
) -> Result<Secret<String>, K8sError> {
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
    let body = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": life.as_secs()},
    });
    let answer = post(client, &path, &body, deadline).await?;
    match answer.pointer("/status/token").and_then(Value::as_str) {
        Some(token) if !token.is_empty() => Ok(Secret::new(token.to_owned())),
        _ => Err(K8sError::Protocol("a TokenRequest's answer holds no token")),
    }
}

async fn send(
    client: &kube::Client,
    method: Method,
    path: &str,
    media: &str,
    body: &Value,
    deadline: Duration,
) -> Result<Value, K8sError> {
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header(http::header::ACCEPT, "application/json")
        .header(http::header::CONTENT_TYPE, media)
        .body(bytes)
        .map_err(|_| K8sError::Protocol("the request's path is no path"))?;
    within(deadline, async { Ok(client.request::<Value>(request).await?) }).await
}
