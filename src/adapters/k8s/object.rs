//! Single objects by their path, as JSON: read, listed, created, deleted.

use std::time::Duration;

use serde_json::Value;

use super::K8sError;
use super::request::within;

/// How often a request is sent again that the server was too busy for.
const TRIES: u32 = 4;

/// Sends a request that can be sent twice without harm, again where the server is too busy; the whole takes `deadline` at most.
///
/// # Errors
/// kube's own, or that the time is over.
pub(super) async fn send(
    client: &kube::Client,
    deadline: Duration,
    request: impl Fn() -> Result<http::Request<Vec<u8>>, http::Error>,
) -> Result<Result<Value, kube::Error>, K8sError> {
    within(deadline, async {
        let mut wait = Duration::from_millis(100);
        for tries in 1.. {
            let request = request().map_err(|_| K8sError::Protocol("the request's path is no path"))?;
            let answer = client.request::<Value>(request).await;
            let busy = matches!(&answer, Err(kube::Error::Api(status)) if matches!(status.code, 429 | 503));
            if !busy || tries == TRIES {
                return Ok(answer);
            }
            tokio::time::sleep(wait).await;
            wait *= 3;
        }
        Err(K8sError::Protocol("it was never asked"))
    })
    .await
}

/// An object; `None` where there is none.
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub async fn get(client: &kube::Client, path: &str, deadline: Duration) -> Result<Option<Value>, K8sError> {
    let answer = send(client, deadline, || http::Request::get(path).body(Vec::new())).await?;
    match answer.map_err(K8sError::from) {
        Ok(object) => Ok(Some(object)),
        Err(K8sError::NotFound) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The objects of a collection, by its path and query: `/api/v1/pods?labelSelector=app%3Dx`. Not for collections without a bound.
///
/// # Errors
/// As [`get`].
pub async fn get_all(client: &kube::Client, path: &str, deadline: Duration) -> Result<Vec<Value>, K8sError> {
    let answer = send(client, deadline, || http::Request::get(path).body(Vec::new())).await?;
    match answer.map_err(K8sError::from)? {
        Value::Object(mut list) => match list.remove("items") {
            Some(Value::Array(items)) => Ok(items),
            Some(Value::Null) | None => Ok(Vec::new()),
            Some(_) => Err(K8sError::Protocol("a list is no list")),
        },
        _ => Err(K8sError::Protocol("a list is no list")),
    }
}

/// Posts to a collection: what is made there is the answer. It is sent once.
///
/// # Errors
/// As [`get`].
pub async fn create(client: &kube::Client, path: &str, object: &Value, deadline: Duration) -> Result<Value, K8sError> {
    let request = http::Request::post(path)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(object.to_string().into_bytes())
        .map_err(|_| K8sError::Protocol("the request's path is no path"))?;
    within(deadline, async { Ok(client.request::<Value>(request).await?) }).await
}

/// Deletes an object, only if it is still the one with this UID; in the background, as kubectl does. `false` where there was
/// none any more.
///
/// # Errors
/// As [`get`]; [`K8sError::Status`] with 409 where another one has taken its place.
pub async fn delete(client: &kube::Client, path: &str, uid: &str, deadline: Duration) -> Result<bool, K8sError> {
    let options = serde_json::json!({
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Background",
        "preconditions": {"uid": uid},
    })
    .to_string();
    let answer = send(client, deadline, || {
        http::Request::delete(path)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(options.clone().into_bytes())
    })
    .await?;
    match answer.map_err(K8sError::from) {
        Ok(_) => Ok(true),
        Err(K8sError::NotFound) => Ok(false),
        Err(e) => Err(e),
    }
}
