//! Plain requests, and the bodies of their answers.

use std::pin::Pin;
use std::time::Duration;

use futures::TryStreamExt;
use futures::io::{AsyncBufRead, AsyncBufReadExt};
use http_body_util::BodyExt;
use kube::core::Status;

use super::K8sError;

/// What is read of an answer that is one object: etcd takes objects of 1.5 MiB, and JSON makes no tenfold of them.
pub(super) const MAX_OBJECT: usize = 16 << 20;
/// What is read of an error: a conflict names each field that others hold.
const MAX_STATUS: usize = 1 << 20;
/// Each part of an error's text must come within this.
const STATUS_IDLE: Duration = Duration::from_secs(10);

/// The body of an answer.
pub(super) type Body = Pin<Box<dyn AsyncBufRead + Send>>;

/// Runs a future with a deadline.
///
/// # Errors
/// [`K8sError::Deadline`] where the time is over, else the future's own error.
pub async fn within<T>(deadline: Duration, future: impl Future<Output = Result<T, K8sError>>) -> Result<T, K8sError> {
    tokio::time::timeout(deadline, future).await.unwrap_or(Err(K8sError::Deadline(deadline)))
}

/// The API server's version, `v1.35.0`.
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub async fn version(client: &kube::Client, deadline: Duration) -> Result<String, K8sError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Info {
        git_version: String,
    }
    within(deadline, async {
        let mut body = open(client, "/version", false).await?;
        let text = read_all(&mut body, MAX_OBJECT, deadline).await?;
        let info: Info = serde_json::from_slice(&text).map_err(|_| K8sError::Protocol("/version names no version"))?;
        Ok(info.git_version)
    })
    .await
}

/// What tells the cluster from every other: the UID of its namespace `kube-system`. `None` where it may not be read.
///
/// # Errors
/// [`K8sError`], [`K8sError::Deadline`] after the deadline.
pub async fn identity(client: &kube::Client, deadline: Duration) -> Result<Option<String>, K8sError> {
    #[derive(serde::Deserialize)]
    struct Named {
        metadata: crate::data::kinds::Meta,
    }
    within(deadline, async {
        let mut body = match open(client, "/api/v1/namespaces/kube-system", false).await {
            Ok(body) => body,
            Err(K8sError::Forbidden(_) | K8sError::NotFound) => return Ok(None),
            Err(e) => return Err(e),
        };
        let text = read_all(&mut body, MAX_OBJECT, deadline).await?;
        let named: Option<Named> = serde_json::from_slice(&text).ok();
        Ok(named.map(|n| n.metadata.uid.to_string()).filter(|uid| !uid.is_empty()))
    })
    .await
}

/// Sends a GET and gives the answer's body, once the server has said yes.
pub(super) async fn open(client: &kube::Client, path: &str, plain: bool) -> Result<Body, K8sError> {
    let mut request = http::Request::get(path).header(http::header::ACCEPT, "application/json");
    if plain {
        // a compressed watch holds lines back
        request = request.header(http::header::ACCEPT_ENCODING, "identity");
    }
    let request = request.body(Vec::new()).map_err(|_| K8sError::Protocol("the request's path is no path"))?;
    ask(client, request).await?.map_err(|status| K8sError::of_status(&status))
}

/// Sends a request, and gives the body of an answer that says yes, or the server's status. kube's own functions read answers
/// without a bound, and log what they do not understand: a Secret, too.
pub(super) async fn ask(
    client: &kube::Client,
    request: http::Request<Vec<u8>>,
) -> Result<Result<Body, Box<Status>>, K8sError> {
    let answer = client.send(request.map(kube::client::Body::from)).await?;
    let code = answer.status();
    let bytes = answer.into_body().into_data_stream().map_err(std::io::Error::other);
    let mut body: Body = Box::pin(bytes.into_async_read());
    if !code.is_client_error() && !code.is_server_error() {
        return Ok(Ok(body));
    }
    let said = match read_all(&mut body, MAX_STATUS, STATUS_IDLE).await {
        Err(too_large @ K8sError::TooLarge(_)) => too_large.to_string().into_bytes(),
        said => said?,
    };
    // a proxy in between speaks no JSON
    let status: Option<Status> = serde_json::from_slice(&said).ok().filter(|status: &Status| status.code != 0);
    let status = status
        .unwrap_or_else(|| Status::failure(String::from_utf8_lossy(&said).trim(), "Unknown").with_code(code.as_u16()));
    Ok(Err(status.boxed()))
}

/// Reads a whole body, at most `max` bytes, each part of which must come within `idle`.
pub(super) async fn read_all(
    body: &mut (impl AsyncBufRead + Unpin + ?Sized),
    max: usize,
    idle: Duration,
) -> Result<Vec<u8>, K8sError> {
    let mut all = Vec::new();
    loop {
        let part = fill(body, idle).await?;
        if part.is_empty() {
            return Ok(all);
        }
        if all.len() + part.len() > max {
            return Err(K8sError::TooLarge(max));
        }
        all.extend_from_slice(part);
        let taken = part.len();
        body.consume_unpin(taken);
    }
}

/// Reads a line without its end into `line`; false at the end of the body.
pub(super) async fn read_line(
    body: &mut (impl AsyncBufRead + Unpin + ?Sized),
    line: &mut Vec<u8>,
    max: usize,
    idle: Duration,
) -> Result<bool, K8sError> {
    line.clear();
    loop {
        let part = fill(body, idle).await?;
        if part.is_empty() {
            // a line without an end was cut off: the next watch brings it again
            return Ok(false);
        }
        let end = part.iter().position(|b| *b == b'\n');
        let text = &part[..end.unwrap_or(part.len())];
        if line.len() + text.len() > max {
            return Err(K8sError::TooLarge(max));
        }
        line.extend_from_slice(text);
        let taken = end.map_or(part.len(), |e| e + 1);
        body.consume_unpin(taken);
        if end.is_some() {
            return Ok(true);
        }
    }
}

async fn fill(body: &mut (impl AsyncBufRead + Unpin + ?Sized), idle: Duration) -> Result<&[u8], K8sError> {
    tokio::time::timeout(idle, body.fill_buf())
        .await
        .map_err(|_| K8sError::Deadline(idle))?
        .map_err(|e| K8sError::from_io(&e))
}
