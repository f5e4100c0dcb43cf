//! A server's connections: each is served until it ends, is no longer used, or the server ends.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinSet;
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::codegen::Service;
use tonic::transport::server::Connected;

use super::ServeError;
use super::conn::Conn;

/// Whoever is told to go has this long to end what is under way; then its connection is cut.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// A request's head in HTTP/2 is no larger.
const MAX_HEADERS: u32 = 16 << 10;

/// HTTP/1.1 and HTTP/2, with the timers that limits on slow heads and the pings of HTTP/2 need: two pings in each idle time.
pub(super) fn protocols(idle: Duration) -> auto::Builder<TokioExecutor> {
    let mut protocols = auto::Builder::new(TokioExecutor::new());
    protocols.http1().timer(TokioTimer::new());
    let mut http2 = protocols.http2();
    http2.timer(TokioTimer::new()).keep_alive_interval(idle / 2).max_header_list_size(MAX_HEADERS);
    protocols
}

/// What serves connections.
pub(super) struct Server {
    /// `gRPC` or `HTTP`.
    pub(super) what: &'static str,
    pub(super) protocols: auto::Builder<TokioExecutor>,
    pub(super) router: Router,
    /// A connection ends when nothing has been under way on it for so long, or no byte came or went.
    pub(super) idle: Duration,
}

/// A connection, with its place among those that the server holds.
pub(super) type Held<IO> = (IO, Option<OwnedSemaphorePermit>);

impl Server {
    /// Serves until `stop`: then connections are told to go, and those that have not gone within [`GRACE`] are cut.
    ///
    /// # Errors
    /// Where no connections come any more before that.
    pub(super) async fn run<I, IO>(self, incoming: I, stop: CancellationToken) -> Result<(), ServeError>
    where
        I: Stream<Item = io::Result<Held<IO>>> + Send,
        IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
    {
        let leave = CancellationToken::new();
        // those that are left end with the set, also where this future is dropped
        let mut connections = JoinSet::new();
        {
            // the listener goes before the connections do: nobody is kept waiting by it
            let mut incoming = pin!(incoming);
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    next = incoming.next() => match next {
                        Some(Ok(held)) => drop(connections.spawn(self.connection(held, leave.clone()))),
                        Some(Err(e)) => tracing::debug!("a connection did not come about: {e}"),
                        None => break,
                    },
                    Some(_) = connections.join_next() => {}
                }
            }
        }
        leave.cancel();
        let all = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, all).await;
        connections.shutdown().await;
        match stop.is_cancelled() {
            true => Ok(()),
            false => Err(ServeError::Serve { what: self.what, why: "its listener has ended".to_owned() }),
        }
    }

    /// Serves a connection to its end. Whoever has not used it for a while is told to go, as it is when the server ends; a
    /// request that came at that moment is answered first.
    fn connection<IO>(&self, (io, slot): Held<IO>, leave: CancellationToken) -> impl Future<Output = ()> + use<IO>
    where
        IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
    {
        let (protocols, router, idle) = (self.protocols.clone(), self.router.clone(), self.idle);
        async move {
            let (info, uses) = (io.connect_info(), Uses::default());
            let of_service = uses.clone();
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(info.clone());
                let (under_way, answer) = (of_service.begin(), router.clone().call(request));
                async move {
                    let answer: Response<Body> = answer.await?;
                    Ok::<_, Infallible>(answer.map(|body| Answer { body, rest: Bytes::new(), _under_way: under_way }))
                }
            });
            let conn = Conn::new(io, idle, slot);
            let mut serving = pin!(protocols.serve_connection(TokioIo::new(conn), service));
            tokio::select! {
                ended = serving.as_mut() => return note(ended),
                () = uses.none_for(idle) => {}
                () = leave.cancelled() => {}
            }
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                ended = serving => note(ended),
                () = uses.none_for(GRACE) => {}
            }
        }
    }
}

/// Peers end connections as they like.
fn note(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(e) = ended {
        tracing::debug!("serving a connection failed: {e}");
    }
}

/// How many requests are under way on a connection, streams among them.
#[derive(Clone, Default)]
struct Uses(watch::Sender<usize>);

impl Uses {
    fn begin(&self) -> UnderWay {
        self.0.send_modify(|count| *count += 1);
        UnderWay(self.clone())
    }

    /// Waits until none has been under way for so long at a stretch.
    async fn none_for(&self, time: Duration) {
        let mut count = self.0.subscribe();
        loop {
            // it cannot end: one that counts is here
            let none = count.wait_for(|count| *count == 0).await.is_ok();
            if none && tokio::time::timeout(time, count.changed()).await.is_err() {
                return;
            }
        }
    }
}

/// A request that is under way.
struct UnderWay(Uses);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// How much of an answer is handed to the transport at once, in bytes.
const PART: usize = 64 << 10;

/// An answer: its request is under way until its last part is taken, or it is given up. A transport takes no part before it
/// has room for it: an answer of one large piece would be taken at once, and sent for minutes with nothing under way.
struct Answer {
    body: Body,
    /// What the body gave and was not taken yet.
    rest: Bytes,
    _under_way: UnderWay,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                end => return Poll::Ready(end),
            }
        }
        let part = self.rest.len().min(PART);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(part)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, of_body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower().saturating_add(rest));
        if let Some(upper) = of_body.upper().and_then(|upper| upper.checked_add(rest)) {
            hint.set_upper(upper);
        }
        hint
    }
}
