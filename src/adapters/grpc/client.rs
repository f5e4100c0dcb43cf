//! An ADS client: what a proxy does on a stream, without a proxy. Speaks the incremental variant.

use std::collections::BTreeMap;

use bytes::Bytes;
use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DeltaDiscoveryResponse};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};

const PATH: &str = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

/// Why a stream could not be opened or went on no longer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is none.
    #[error("\"{0}\" is no address of an xDS server")]
    Address(String),
    /// Nobody answers there.
    #[error("connecting to the xDS server at {address} failed: {reason}")]
    Connect {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// The server ended the stream.
    #[error("the xDS server ended the stream: {0}")]
    Ended(String),
}

/// A response, with its resources' bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The type's URL.
    pub type_url: String,
    /// The nonce that answers it.
    pub nonce: String,
    /// Name → version and encoded message.
    pub resources: BTreeMap<String, (String, Bytes)>,
    /// Names that do not exist (any more).
    pub removed: Vec<String>,
}

/// One incremental stream.
pub struct AdsClient {
    node: Option<Node>,
    out: mpsc::Sender<DeltaDiscoveryRequest>,
    responses: Streaming<DeltaDiscoveryResponse>,
}

impl AdsClient {
    /// Opens a stream to `host:port`, in plain text.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn connect(address: &str, node: Node) -> Result<Self, ClientError> {
        let endpoint =
            Endpoint::from_shared(format!("http://{address}")).map_err(|_| ClientError::Address(address.to_owned()))?;
        let failed = |reason: String| ClientError::Connect { address: address.to_owned(), reason };
        let channel: Channel = endpoint.connect().await.map_err(|e| failed(source(&e)))?;
        let (out, requests) = mpsc::channel(16);
        let mut grpc = tonic::client::Grpc::new(channel).max_decoding_message_size(256 << 20);
        grpc.ready().await.map_err(|e| failed(source(&e)))?;
        let codec = tonic_prost::ProstCodec::<DeltaDiscoveryRequest, DeltaDiscoveryResponse>::default();
        let path = PathAndQuery::from_static(PATH);
        let request = tonic::Request::new(ReceiverStream::new(requests));
        let response = grpc.streaming(request, path, codec).await.map_err(|e| failed(e.message().to_owned()))?;
        Ok(Self { node: Some(node), out, responses: response.into_inner() })
    }

    /// Subscribes to names of a type; no names means everything.
    ///
    /// # Errors
    /// [`ClientError::Ended`].
    pub async fn subscribe(&mut self, type_url: &str, names: Vec<String>) -> Result<(), ClientError> {
        let request = DeltaDiscoveryRequest {
            type_url: type_url.to_owned(),
            resource_names_subscribe: names,
            ..Default::default()
        };
        self.send(request).await
    }

    /// Accepts a response.
    ///
    /// # Errors
    /// [`ClientError::Ended`].
    pub async fn ack(&mut self, received: &Received) -> Result<(), ClientError> {
        let request = DeltaDiscoveryRequest {
            type_url: received.type_url.clone(),
            response_nonce: received.nonce.clone(),
            ..Default::default()
        };
        self.send(request).await
    }

    /// Sends any request; the first carries the node.
    ///
    /// # Errors
    /// [`ClientError::Ended`].
    pub async fn send(&mut self, mut request: DeltaDiscoveryRequest) -> Result<(), ClientError> {
        if let Some(node) = self.node.take() {
            request.node = Some(node);
        }
        self.out.send(request).await.map_err(|_| ClientError::Ended("it does not read any more".to_owned()))
    }

    /// Waits for the next response.
    ///
    /// # Errors
    /// [`ClientError::Ended`].
    pub async fn receive(&mut self) -> Result<Received, ClientError> {
        let ended = |status: tonic::Status| ClientError::Ended(status.message().to_owned());
        let response = self.responses.message().await.map_err(ended)?;
        let response = response.ok_or_else(|| ClientError::Ended("without a reason".to_owned()))?;
        let resources = response.resources.into_iter();
        Ok(Received {
            type_url: response.type_url,
            nonce: response.nonce,
            resources: resources
                .map(|r| (r.name, (r.version, r.resource.map(|a| a.value).unwrap_or_default())))
                .collect(),
            removed: response.removed_resources,
        })
    }
}

/// The last cause is what people understand.
fn source(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}
