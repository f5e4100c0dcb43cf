//! Small requests about single objects, as values: for commands that need a field of this and a key of that.

use std::time::Duration;

use serde_json::Value;

use super::K8sError;
use super::request::{read_all, within};

/// More than one object or a small list of them, in bytes.
const MAX_ANSWER: usize = 32 << 20;
/// Who changes objects on behalf of install.
const FIELD_MANAGER: &str = "meshctl";

/// Reads an object or a list; `None` where there is none.
///
/// # Errors
/// [`K8sError`] but never [`K8sError::NotFound`]; [`K8sError::Deadline`] after the deadline.
pub async fn get(client: &kube::Client, path: &str, deadline: Duration) -> Result<Option<Value>, K8sError> {
    match send(client, http::Request::get(path), None, deadline).await {
        Ok(value) => Ok(Some(value)),
        Err(K8sError::NotFound) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Posts a value: creates an object, or asks a review.
///
/// # Errors
/// [`K8sError`]; a name that is taken is a status of 409.
pub async fn post(client: &kube::Client, path: &str, value: &Value, deadline: Duration) -> Result<Value, K8sError> {
    let path = format!("{path}?fieldManager={FIELD_MANAGER}");
    send(client, http::Request::post(path), Some(("application/json", value)), deadline).await
}

/// Changes what a JSON merge patch (RFC 7386) names, and nothing else.
///
/// # Errors
/// [`K8sError`]; [`K8sError::NotFound`] where the object is not there.
pub async fn merge(client: &kube::Client, path: &str, patch: &Value, deadline: Duration) -> Result<Value, K8sError> {
    let path = format!("{path}?fieldManager={FIELD_MANAGER}");
    send(client, http::Request::patch(path), Some(("application/merge-patch+json", patch)), deadline).await
}

/// Deletes an object of this UID; one that is not there is deleted already.
///
/// # Errors
/// [`K8sError`]; a status of 409 where another object has the name by now.
pub async fn delete(client: &kube::Client, path: &str, uid: &str, deadline: Duration) -> Result<(), K8sError> {
    let options = serde_json::json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
        "preconditions": {"uid": uid}});
    match send(client, http::Request::delete(path), Some(("application/json", &options)), deadline).await {
        Ok(_) | Err(K8sError::NotFound) => Ok(()),
        Err(e) => Err(e),
    }
}

async fn send(
    client: &kube::Client,
    request: http::request::Builder,
    body: Option<(&str, &Value)>,
    deadline: Duration,
) -> Result<Value, K8sError> {
    let mut request = request.header(http::header::ACCEPT, "application/json");
    let mut bytes = Vec::new();
    if let Some((kind, value)) = body {
        request = request.header(http::header::CONTENT_TYPE, kind);
        bytes = serde_json::to_vec(value).map_err(|_| K8sError::Protocol("the request does not serialise"))?;
    }
    let request = request.body(bytes).map_err(|_| K8sError::Protocol("the request's path is no path"))?;
    within(deadline, async {
        let mut answer = Box::pin(client.request_stream(request).await?);
        let bytes = read_all(&mut answer, MAX_ANSWER, deadline).await?;
        serde_json::from_slice(&bytes).map_err(|_| K8sError::Protocol("it is no JSON"))
    })
    .await
}
