//! The ADS service: accepts streams of both variants, and hands them to whoever serves them.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::codec::Frame;

#[allow(missing_docs, unreachable_pub, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/envoy.service.discovery.v3.AggregatedDiscoveryService.rs"));
}

use generated::aggregated_discovery_service_server::{AggregatedDiscoveryService, AggregatedDiscoveryServiceServer};

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

/// The ADS service over a [`Streams`].
pub struct AdsService<S>(Arc<S>);

impl<S: Streams> AdsService<S> {
    /// The service as tonic serves it. `trusted` for listeners that ask for certificates.
    pub fn server(streams: Arc<S>, trusted: bool) -> AggregatedDiscoveryServiceServer<Self> {
        let limit = if trusted { MAX_TRUSTED_REQUEST } else { MAX_REQUEST };
        AggregatedDiscoveryServiceServer::new(Self(streams)).max_decoding_message_size(limit)
    }

    fn open(&self, variant: Variant, peer: Peer, requests: Requests) -> Response<Outgoing> {
        // one response may wait for the transport: the next is made from what is newest by then
        let (responses, out) = mpsc::channel(1);
        let streams = self.0.clone();
        tokio::spawn(async move { streams.serve(variant, peer, requests, responses).await });
        Response::new(Box::pin(ReceiverStream::new(out)))
    }
}

type Outgoing = Pin<Box<dyn Stream<Item = Result<Frame, Status>> + Send>>;

fn peer<T>(request: &Request<T>) -> Peer {
    let certificates = request.peer_certs().map(|c| c.iter().map(|c| c.as_ref().to_vec()).collect());
    Peer { address: request.remote_addr(), certificates: certificates.unwrap_or_default() }
}

#[tonic::async_trait]
impl<S: Streams> AggregatedDiscoveryService for AdsService<S> {
    type StreamAggregatedResourcesStream = Outgoing;
    type DeltaAggregatedResourcesStream = Outgoing;

    async fn stream_aggregated_resources(
        &self,
        request: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Outgoing>, Status> {
        let peer = peer(&request);
        Ok(self.open(Variant::Sotw, peer, Requests(Incoming::Sotw(request.into_inner()))))
    }

    async fn delta_aggregated_resources(
        &self,
        request: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Outgoing>, Status> {
        let peer = peer(&request);
        Ok(self.open(Variant::Delta, peer, Requests(Incoming::Delta(request.into_inner()))))
    }
}
