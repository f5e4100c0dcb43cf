//! Changing some fields of an object and no others, as a JSON merge patch.

use std::time::Duration;

use serde_json::Value;

use super::K8sError;
use super::object::once;

/// Changes what a JSON merge patch (RFC 7386) names; where it names `metadata.resourceVersion`, only onto that version. It
/// is sent once, and no error quotes it: it may hold credentials.
///
/// # Errors
/// [`K8sError`]; [`K8sError::NotFound`] where the object is not there, a status of 409 where its version is another.
pub async fn merge(
    client: &kube::Client,
    path: &str,
    manager: &str,
    patch: &Value,
    deadline: Duration,
) -> Result<Value, K8sError> {
    let request = http::Request::patch(format!("{path}?fieldManager={manager}"))
        .header(http::header::CONTENT_TYPE, "application/merge-patch+json")
        .body(patch.to_string().into_bytes());
    once(client, deadline, request).await
}
