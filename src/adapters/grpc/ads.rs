//! The ADS service: accepts streams of both variants, and hands them to whoever serves them.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use prost::Message;
use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::metadata::GRPC_CONTENT_TYPE;
use tonic::server::NamedService;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;

use super::frame::{Frame, Outgoing};

/// A request's message: of a peer that has shown no certificate, larger ones are refused unread.
const MAX_REQUEST: usize = 4 << 20;
/// With a certificate: a proxy of 100,000 resources resumes with 15 MB.
const MAX_TRUSTED_REQUEST: usize = 32 << 20;

/// Which variant a stream speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// State of the world.
    Sotw,
    /// Incremental.
    Delta,
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// Its address, where the transport knows it.
    pub address: Option<SocketAddr>,
    /// The certificates it showed, leaf first, DER; verified by the listener.
    pub certificates: Vec<Vec<u8>>,
}

/// A request of either variant.
#[derive(Debug, Clone, PartialEq)]
pub enum XdsRequest {
    /// State of the world.
    Sotw(Box<DiscoveryRequest>),
    /// Incremental.
    Delta(Box<DeltaDiscoveryRequest>),
}

impl XdsRequest {
    /// Who the proxy says it is: in a stream's first request.
    pub fn node(&self) -> Option<&Node> {
        match self {
            XdsRequest::Sotw(r) => r.node.as_ref(),
            XdsRequest::Delta(r) => r.node.as_ref(),
        }
    }
}

/// The requests of a stream.
pub struct Requests(Incoming);

enum Incoming {
    Sotw(Streaming<DiscoveryRequest>),
    Delta(Streaming<DeltaDiscoveryRequest>),
}

impl Requests {
    /// The next request; `None` where the client has ended the stream. Cancelling the wait loses nothing.
    ///
    /// # Errors
    /// The stream's own, or that of a message that does not decode.
    pub async fn next(&mut self) -> Result<Option<XdsRequest>, Status> {
        Ok(match &mut self.0 {
            Incoming::Sotw(stream) => stream.message().await?.map(|r| XdsRequest::Sotw(Box::new(r))),
            Incoming::Delta(stream) => stream.message().await?.map(|r| XdsRequest::Delta(Box::new(r))),
        })
    }
}

/// The way out of a stream: one response at a time.
pub type Responses = mpsc::Sender<Result<Frame, Status>>;

/// Whoever serves streams.
pub trait Streams: Send + Sync + 'static {
    /// Serves a stream to its end.
    fn serve(
        &self,
        variant: Variant,
        peer: Peer,
        requests: Requests,
        responses: Responses,
    ) -> impl Future<Output = ()> + Send;
}

/// The ADS service over a [`Streams`], as tonic routes to it.
///
/// It is written out instead of generated, because generated services own the encoding of what they send.
pub struct AdsService<S> {
    streams: Arc<S>,
    limit: usize,
}

impl<S> Clone for AdsService<S> {
    fn clone(&self) -> Self {
        Self { streams: self.streams.clone(), limit: self.limit }
    }
}

impl<S> NamedService for AdsService<S> {
    const NAME: &'static str = "envoy.service.discovery.v3.AggregatedDiscoveryService";
}

impl<S: Streams> AdsService<S> {
    /// The service. `trusted` for listeners that ask for certificates.
    pub fn server(streams: Arc<S>, trusted: bool) -> Self {
        Self { streams, limit: if trusted { MAX_TRUSTED_REQUEST } else { MAX_REQUEST } }
    }

    fn open(&self, variant: Variant, peer: Peer, requests: Requests) -> http::Response<Body> {
        // one response may wait for the transport: the next is made from what is newest by then
        let (responses, out) = mpsc::channel(1);
        let streams = self.streams.clone();
        tokio::spawn(async move { streams.serve(variant, peer, requests, responses).await });
        let mut response = http::Response::new(Body::new(Outgoing::new(out)));
        response.headers_mut().insert(http::header::CONTENT_TYPE, GRPC_CONTENT_TYPE);
        response
    }

    fn requests<M: Message + Default + Send + 'static>(&self, body: Body) -> Streaming<M> {
        Streaming::new_request(ProstCodec::<M, M>::raw_decoder(Default::default()), body, None, Some(self.limit))
    }

    fn answer(&self, request: http::Request<Body>) -> http::Response<Body> {
        let (head, body) = request.into_parts();
        let identity = |v: &http::HeaderValue| v == "identity";
        if !head.headers.get("grpc-encoding").is_none_or(identity) {
            return Status::unimplemented("compressed requests are not taken").into_http();
        }
        let method = head.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        let mut of = Request::new(());
        *of.extensions_mut() = head.extensions;
        let peer = peer(&of);
        match method.as_str() {
            "StreamAggregatedResources" => {
                self.open(Variant::Sotw, peer, Requests(Incoming::Sotw(self.requests::<DiscoveryRequest>(body))))
            }
            "DeltaAggregatedResources" => {
                self.open(Variant::Delta, peer, Requests(Incoming::Delta(self.requests::<DeltaDiscoveryRequest>(body))))
            }
            _ => Status::unimplemented("the service has no such method").into_http(),
        }
    }
}

impl<S: Streams> Service<http::Request<Body>> for AdsService<S> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        ready(Ok(self.answer(request)))
    }
}

fn peer<T>(request: &Request<T>) -> Peer {
    let certificates = request.peer_certs().map(|c| c.iter().map(|c| c.as_ref().to_vec()).collect());
    Peer { address: request.remote_addr(), certificates: certificates.unwrap_or_default() }
}
