//! Single objects by their path, as JSON: read, listed, created, deleted.

use std::time::Duration;

use kube::core::Status;
use serde_json::Value;

use super::K8sError;
use super::list::{PAGE, escape};
use super::pages::pages;
use super::request::{MAX_OBJECT, ask, read_all, within};

/// How often a request is sent again that the server was too busy for.
const TRIES: u32 = 4;
/// What is read of one page.
const MAX_PAGE: usize = 64 << 20;
/// How long to wait before a list is begun anew that the server has forgotten.
const ANEW: Duration = Duration::from_millis(200);
/// Every object without its contents: names, labels, owners (API concepts, "Resource versions and metadata-only fetches").
const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// A request that may turn out to be none.
type Request = Result<http::Request<Vec<u8>>, http::Error>;

/// Sends a request that can be sent twice without harm, again where the server is too busy; the whole takes `deadline` at most.
///
/// # Errors
/// That no answer came, or none that makes sense; the inner error is the server's.
pub(super) async fn send(
    client: &kube::Client,
    deadline: Duration,
    request: impl Fn() -> Request,
) -> Result<Result<Value, Box<Status>>, K8sError> {
    within(deadline, send_capped(client, deadline, MAX_OBJECT, request)).await
}

async fn send_capped(
    client: &kube::Client,
    idle: Duration,
    max: usize,
    request: impl Fn() -> Request,
) -> Result<Result<Value, Box<Status>>, K8sError> {
    let mut wait = Duration::from_millis(100);
    for _ in 1..TRIES {
        match exchange(client, idle, max, request()).await? {
            Err(status) if matches!(status.code, 429 | 503) => {}
            answer => return Ok(answer),
        }
        tokio::time::sleep(wait).await;
        wait *= 3;
    }
    exchange(client, idle, max, request()).await
}

/// Sends a request once.
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub(super) async fn once(client: &kube::Client, deadline: Duration, request: Request) -> Result<Value, K8sError> {
    within(deadline, exchange(client, deadline, MAX_OBJECT, request)).await?.map_err(|s| K8sError::of_status(&s))
}

/// One request and its answer, of which `max` bytes are read at most.
async fn exchange(
    client: &kube::Client,
    idle: Duration,
    max: usize,
    request: Request,
) -> Result<Result<Value, Box<Status>>, K8sError> {
    let request = request.map_err(|_| K8sError::Protocol("the request's path is no path"))?;
    let mut body = match ask(client, request).await? {
        Ok(body) => body,
        Err(status) => return Ok(Err(status)),
    };
    let bytes = read_all(&mut body, max, idle).await?;
    // the parser's own words may quote a Secret
    serde_json::from_slice(&bytes).map(Ok).map_err(|_| K8sError::Protocol("it is no JSON"))
}

/// An object; `None` where there is none.
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub async fn get(client: &kube::Client, path: &str, deadline: Duration) -> Result<Option<Value>, K8sError> {
    let answer = send(client, deadline, || http::Request::get(path).body(Vec::new())).await?;
    match answer.map_err(|s| K8sError::of_status(&s)) {
        Ok(object) => Ok(Some(object)),
        Err(K8sError::NotFound) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The objects of a collection, by its path and query: `/api/v1/pods?labelSelector=app%3Dx`. They come in pages, all of them
/// within `deadline`. Not for collections without a bound.
///
/// # Errors
/// As [`get`]; [`K8sError::TooLarge`] where a page is, [`K8sError::ListExpired`] where the server forgets them.
pub async fn get_all(client: &kube::Client, path: &str, deadline: Duration) -> Result<Vec<Value>, K8sError> {
    all(client, path, "application/json", deadline).await
}

/// The metadata of the objects of a collection, as objects that hold nothing else: no Secret is read where a name will do.
///
/// # Errors
/// As [`get_all`].
pub async fn get_all_metadata(client: &kube::Client, path: &str, deadline: Duration) -> Result<Vec<Value>, K8sError> {
    all(client, path, METADATA, deadline).await
}

async fn all(client: &kube::Client, path: &str, accept: &str, deadline: Duration) -> Result<Vec<Value>, K8sError> {
    let page = |next: String| async move {
        let more = if path.contains('?') { '&' } else { '?' };
        let mut query = format!("{path}{more}limit={PAGE}");
        if !next.is_empty() {
            query.push_str("&continue=");
            query.push_str(&escape(&next));
        }
        let request = || http::Request::get(&query).header(http::header::ACCEPT, accept).body(Vec::new());
        let answer = send_capped(client, deadline, MAX_PAGE, request).await?;
        items(answer.map_err(|s| K8sError::of_status(&s))?)
    };
    let all = within(deadline, pages(|times| ANEW * times, page)).await?;
    Ok(all.into_iter().flatten().collect())
}

/// The objects of a page, and the token of the next one.
fn items(page: Value) -> Result<(Vec<Value>, String), K8sError> {
    let next = page.pointer("/metadata/continue").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Value::Object(mut list) = page else { return Err(K8sError::Protocol("a list is no list")) };
    match list.remove("items") {
        Some(Value::Array(items)) => Ok((items, next)),
        Some(Value::Null) | None => Ok((Vec::new(), next)),
        Some(_) => Err(K8sError::Protocol("a list is no list")),
    }
}

/// Posts to a collection: what is made there is the answer. It is sent once.
///
/// # Errors
/// As [`get`].
pub async fn create(client: &kube::Client, path: &str, object: &Value, deadline: Duration) -> Result<Value, K8sError> {
    let request = http::Request::post(path)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(object.to_string().into_bytes());
    once(client, deadline, request).await
}

/// Who wrote an object, by its managed fields.
pub fn managers(value: &Value) -> Vec<&str> {
    let fields = value.pointer("/metadata/managedFields").and_then(Value::as_array);
    let mut names: Vec<&str> = fields.into_iter().flatten().filter_map(|f| f.get("manager")?.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Replaces an object; where it names `metadata.resourceVersion`, only that version. It is sent once.
///
/// # Errors
/// As [`get`]; [`K8sError::NotFound`] where it is not there, a status of 409 where its version is another.
pub async fn replace(client: &kube::Client, path: &str, object: &Value, deadline: Duration) -> Result<Value, K8sError> {
    let request = http::Request::put(path)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(object.to_string().into_bytes());
    once(client, deadline, request).await
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
    match answer.map_err(|s| K8sError::of_status(&s)) {
        Ok(_) => Ok(true),
        Err(K8sError::NotFound) => Ok(false),
        Err(e) => Err(e),
    }
}
