//! Plain HTTP/1.1 to a port of a pod, over a forwarded stream: every wait has a deadline, every text a bound.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;

use super::K8sError;
use super::forward::{Forwarded, Reason, forward};

/// A connection to an HTTP server in a pod. One exchange at a time; it stays open for the next.
pub struct PodHttp {
    sender: SendRequest<Full<Bytes>>,
    reason: Reason,
    silence: Duration,
    connection: Arc<AbortOnDropHandle<()>>,
}

/// An answer, whose body has yet to be read.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    body: hyper::body::Incoming,
    reason: Reason,
    silence: Duration,
    /// the connection lives as long as somebody reads from it
    _connection: Arc<AbortOnDropHandle<()>>,
}

impl PodHttp {
    /// Speaks HTTP over a forwarded stream. The peer may say nothing for `silence`, within an answer too.
    ///
    /// # Errors
    /// [`K8sError::Peer`] where the stream is broken already.
    pub async fn over(stream: Forwarded, silence: Duration) -> Result<Self, K8sError> {
        let reason = stream.reason();
        Self::on(stream, reason, silence).await
    }

    async fn on(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        reason: Reason,
        silence: Duration,
    ) -> Result<Self, K8sError> {
        let (sender, connection) = match handshake(TokioIo::new(stream)).await {
            Ok(both) => both,
            Err(e) => return Err(reason.error(words(&e)).await),
        };
        // its error comes out of the exchange that it breaks
        let task = tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, reason, silence, connection: Arc::new(AbortOnDropHandle::new(task)) })
    }

    /// Whether the peer has not closed it, as far as that is known.
    pub fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends a GET. `path` may carry a query.
    ///
    /// # Errors
    /// [`K8sError::Peer`] where nobody listens, nothing comes, or what comes is no HTTP. A status is no error.
    pub async fn get(&mut self, path: &str) -> Result<Answer, K8sError> {
        self.exchange(http::Method::GET, path, Bytes::new()).await
    }

    /// Sends a POST. `path` may carry a query.
    ///
    /// # Errors
    /// As [`PodHttp::get`].
    pub async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Result<Answer, K8sError> {
        self.exchange(http::Method::POST, path, body.into()).await
    }

    async fn exchange(&mut self, method: http::Method, path: &str, body: Bytes) -> Result<Answer, K8sError> {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::HOST, "localhost")
            .body(Full::new(body))
            .map_err(|_| K8sError::Protocol("the request's path is no path"))?;
        let exchange = async {
            // what is left of the answer before must be gone
            self.sender.ready().await?;
            self.sender.send_request(request).await
        };
        let answer = match tokio::time::timeout(self.silence, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(e)) if e.is_incomplete_message() => {
                return Err(self.reason.error("it closed the connection without an answer").await);
            }
            Ok(Err(e)) => return Err(self.reason.error(words(&e)).await),
            Err(_) => return Err(self.reason.error(&late(self.silence)).await),
        };
        let (head, body) = answer.into_parts();
        let (reason, silence, connection) = (self.reason.clone(), self.silence, self.connection.clone());
        Ok(Answer { status: head.status.as_u16(), body, reason, silence, _connection: connection })
    }
}

impl Answer {
    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// [`K8sError::Peer`] where it breaks off or nothing comes.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, K8sError> {
        loop {
            match tokio::time::timeout(self.silence, self.body.frame()).await {
                Ok(None) => return Ok(None),
                // trailers are no data
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Ok(Some(data)),
                    _ => {}
                },
                Ok(Some(Err(e))) => return Err(self.reason.error(words(&e)).await),
                Err(_) => return Err(self.reason.error(&late(self.silence)).await),
            }
        }
    }

    /// The whole body, at most `max` bytes.
    ///
    /// # Errors
    /// As [`Answer::chunk`], and where it is larger.
    pub async fn whole(mut self, max: usize) -> Result<Vec<u8>, K8sError> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if all.len() + chunk.len() > max {
                return Err(self.reason.error(&format!("its answer is larger than {max} bytes")).await);
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }
}

/// One GET to a port of a pod: status and body, at most `max` bytes, all within `deadline`.
///
/// # Errors
/// As [`forward`], [`PodHttp::get`] and [`Answer::whole`].
pub async fn http_get(
    client: &kube::Client,
    (namespace, pod, port): (&str, &str, u16),
    path: &str,
    deadline: Duration,
    max: usize,
) -> Result<(u16, Vec<u8>), K8sError> {
    let all = async {
        let stream = forward(client, namespace, pod, port, deadline).await?;
        let answer = PodHttp::over(stream, deadline).await?.get(path).await?;
        Ok((answer.status, answer.whole(max).await?))
    };
    let late = || K8sError::Peer { peer: format!("port {port} of the pod {namespace}/{pod}"), reason: late(deadline) };
    tokio::time::timeout(deadline, all).await.unwrap_or_else(|_| Err(late()))
}

fn late(silence: Duration) -> String {
    format!("it did not answer within {} s", silence.as_secs_f32())
}

/// What an error of the exchange means; the library's own words stay out.
fn words(e: &hyper::Error) -> &'static str {
    if e.is_parse() {
        "what it answers is no HTTP"
    } else if e.is_incomplete_message() {
        "it closed the connection in the middle of an answer"
    } else {
        "the connection broke"
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    /// A connection, and the peer's end of it.
    async fn pair(silence: Duration) -> (PodHttp, DuplexStream) {
        let (ours, theirs) = duplex(1 << 16);
        (PodHttp::on(ours, Reason::unknown("port 1 of the pod a/b"), silence).await.unwrap(), theirs)
    }

    /// Reads a request to the end of its head, and answers it.
    async fn answer(peer: &mut DuplexStream, with: &str) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(peer.read_u8().await.unwrap());
        }
        peer.write_all(with.as_bytes()).await.unwrap();
        String::from_utf8(head).unwrap()
    }

    fn peer_error(result: Result<impl Sized, K8sError>) -> String {
        match result {
            Err(error @ K8sError::Peer { .. }) => error.to_string(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("an answer"),
        }
    }

    #[tokio::test]
    async fn one_connection_carries_one_exchange_after_another() {
        let (mut http, mut peer) = pair(Duration::from_secs(30)).await;
        let server = tokio::spawn(async move {
            let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
            let first = answer(&mut peer, chunked).await;
            let second = answer(&mut peer, "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno").await;
            (first, second)
        });
        let first = http.get("/config_dump?resource=a").await.unwrap();
        assert_eq!((first.status, first.whole(5).await.unwrap()), (200, b"abcde".to_vec()));
        let second = http.post("/logging?level=debug", "").await.unwrap();
        assert_eq!((second.status, second.whole(5).await.unwrap()), (404, b"no".to_vec()));
        let (get, post) = server.await.unwrap();
        assert!(get.starts_with("GET /config_dump?resource=a HTTP/1.1\r\nhost: localhost\r\n"), "{get}");
        assert!(post.starts_with("POST /logging?level=debug HTTP/1.1\r\n"), "{post}");
    }

    #[tokio::test]
    async fn a_body_is_bounded() {
        let (mut http, mut peer) = pair(Duration::from_secs(30)).await;
        let server =
            tokio::spawn(async move { answer(&mut peer, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc").await });
        let body = http.get("/").await.unwrap().whole(2).await;
        assert_eq!(peer_error(body), "port 1 of the pod a/b cannot be used: its answer is larger than 2 bytes");
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_peer_that_is_silent_breaks_off_or_speaks_something_else_is_named() {
        let (mut http, _peer) = pair(SOON).await;
        assert!(peer_error(http.get("/").await).ends_with("it did not answer within 0.2 s"));

        let (mut http, mut peer) = pair(SOON).await;
        tokio::spawn(async move {
            answer(&mut peer, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await;
            // and stays, and says nothing
            std::future::pending::<()>().await;
        });
        let mut body = http.get("/").await.unwrap();
        assert_eq!(body.chunk().await.unwrap().unwrap(), "abc");
        assert!(peer_error(body.chunk().await).ends_with("it did not answer within 0.2 s"));

        let (mut http, mut peer) = pair(Duration::from_secs(30)).await;
        tokio::spawn(async move { answer(&mut peer, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await });
        let body = http.get("/").await.unwrap().whole(99).await;
        let broken = peer_error(body);
        assert!(broken.ends_with("in the middle of an answer") || broken.ends_with("the connection broke"), "{broken}");

        let (mut http, mut peer) = pair(Duration::from_secs(30)).await;
        tokio::spawn(async move {
            answer(&mut peer, "SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
            std::future::pending::<()>().await;
        });
        let foreign = peer_error(http.get("/").await);
        assert!(foreign.ends_with("what it answers is no HTTP"), "{foreign}");
    }

    #[tokio::test]
    async fn a_path_that_is_none_is_refused() {
        let (mut http, _peer) = pair(SOON).await;
        assert!(matches!(http.get("/ b").await, Err(K8sError::Protocol(_))));
    }
}
