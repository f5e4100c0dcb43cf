//! The ADS service of a running discovery over real connections, by a client that says whatever a test wants: both variants,
//! in plain text and over mutual TLS.

mod abuse;
mod identity;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use bytes::Bytes;
use meshctl::pure::xds::Type;
use meshctl::roles::discovery::Listen;
use meshctl_proto::envoy::config::cluster::v3::Cluster;
use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use meshctl_proto::envoy::config::listener::v3::Listener;
use meshctl_proto::envoy::config::route::v3::RouteConfiguration;
use meshctl_proto::envoy::service::discovery::v3::{
    DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest, DiscoveryResponse,
};
use meshctl_proto::google::rpc::Status as Rejection;
use prost::Message;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Status, Streaming};

use crate::discovery::{DEADLINE, Pilot, write};

const BOTH: [bool; 2] = [true, false];
/// A proxy whose pod nobody knows.
const NODE: &str = "sidecar~10.0.9.9~client.default~default.svc.cluster.local";
const X: &str = "outbound|80||x.default.svc.cluster.local";
const Y: &str = "outbound|80||y.default.svc.cluster.local";
const Z: &str = "outbound|80||z.default.svc.cluster.local";

/// A service of `default`, with one endpoint.
fn service(name: &str, vip: &str, address: &str) -> Vec<Value> {
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": format!("{name}-1"), "namespace": "default", "labels": {"kubernetes.io/service-name": name}},
        "ports": [{"name": "http", "port": 80}], "endpoints": [{"addresses": [address]}]});
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"},
        "spec": {"clusterIP": vip, "ports": [{"name": "http", "port": 80}]}});
    vec![service, slice]
}

fn x() -> Vec<Value> {
    service("x", "10.96.0.1", "10.0.0.1")
}

/// The same service with another endpoint.
fn x_at(address: &str) -> Vec<Value> {
    service("x", "10.96.0.1", address)
}

fn y() -> Vec<Value> {
    service("y", "10.96.0.2", "10.0.0.2")
}

/// A discovery over gke with the services x and y.
async fn pilot(listen: Listen) -> Pilot {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\n");
    for (file, objects) in [("gke/x.yaml", x()), ("gke/y.yaml", y())] {
        write(dir.path(), file, &objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n"));
    }
    Pilot::over(dir, listen).await
}

/// A connection in plain text.
async fn plain(pilot: &Pilot) -> Channel {
    let address = pilot.discovery.address("grpc").unwrap();
    Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

/// A request, in the words of both variants. SotW: `subscribe` is all that is wanted.
#[derive(Debug, Clone, Default)]
struct Ask {
    url: String,
    subscribe: Vec<String>,
    unsubscribe: Vec<String>,
    nonce: String,
    version: String,
    error: Option<String>,
    initial: BTreeMap<String, String>,
}

fn of(ty: Type) -> Ask {
    Ask { url: ty.url().to_owned(), ..Ask::default() }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

/// A response of either variant.
#[derive(Debug, Clone)]
struct Said {
    url: String,
    nonce: String,
    /// SotW: of the whole.
    version: String,
    /// Name → version (delta) and bytes.
    resources: BTreeMap<String, (String, Bytes)>,
    removed: Vec<String>,
    /// A resource came with an end of its life.
    ttl: bool,
}

impl Said {
    /// `CDS +x -y`: services by name, without the clusters and listeners that everybody has.
    fn short(&self) -> String {
        let builtin = [
            "BlackHoleCluster",
            "InboundPassthroughCluster",
            "PassthroughCluster",
            "virtualOutbound",
            "virtualInbound",
        ];
        let name = |n: &str| n.split("||").nth(1).map_or(n.to_owned(), |h| h.split('.').next().unwrap_or(h).to_owned());
        let mut out = Type::from_url(&self.url).unwrap().short().to_owned();
        for resource in self.resources.keys().filter(|n| !builtin.contains(&n.as_str())) {
            out.push_str(&format!(" +{}", name(resource)));
        }
        for removed in &self.removed {
            out.push_str(&format!(" -{}", name(removed)));
        }
        out
    }

    /// The versions, for a resume.
    fn versions(&self) -> BTreeMap<String, String> {
        self.resources.iter().map(|(name, (version, _))| (name.clone(), version.clone())).collect()
    }
}

impl From<DeltaDiscoveryResponse> for Said {
    fn from(r: DeltaDiscoveryResponse) -> Self {
        let ttl = r.resources.iter().any(|resource| resource.ttl.is_some());
        let of = |r: meshctl_proto::envoy::service::discovery::v3::Resource| {
            (r.name, (r.version, r.resource.map(|a| a.value).unwrap_or_default()))
        };
        let resources = r.resources.into_iter().map(of).collect();
        Self { url: r.type_url, nonce: r.nonce, version: String::new(), resources, removed: r.removed_resources, ttl }
    }
}

impl From<DiscoveryResponse> for Said {
    fn from(r: DiscoveryResponse) -> Self {
        let name = |value: &[u8]| match Type::from_url(&r.type_url).unwrap() {
            Type::Cluster => Cluster::decode(value).unwrap().name,
            Type::Endpoint => ClusterLoadAssignment::decode(value).unwrap().cluster_name,
            Type::Listener => Listener::decode(value).unwrap().name,
            Type::Route => RouteConfiguration::decode(value).unwrap().name,
        };
        // a resource with an end of its life comes in a wrapper of another type
        let ttl = r.resources.iter().any(|any| any.type_url != r.type_url);
        let count = r.resources.len();
        let resources: BTreeMap<_, _> =
            r.resources.iter().map(|any| (name(&any.value), (String::new(), any.value.clone()))).collect();
        assert_eq!(resources.len(), count, "X9: a name comes twice");
        Self { url: r.type_url, nonce: r.nonce, version: r.version_info, resources, removed: Vec::new(), ttl }
    }
}

enum Ends {
    Sotw(mpsc::Sender<DiscoveryRequest>, Streaming<DiscoveryResponse>),
    Delta(mpsc::Sender<DeltaDiscoveryRequest>, Streaming<DeltaDiscoveryResponse>),
}

/// One stream.
struct Stream {
    ends: Ends,
    /// What the next request carries.
    node: Option<Node>,
    /// SotW repeats what it wants.
    wanted: BTreeMap<String, BTreeSet<String>>,
}

const SERVICE: &str = "/envoy.service.discovery.v3.AggregatedDiscoveryService";

/// Opens a stream of raw messages, with this encoding where one is named.
async fn raw<Q, R>(
    channel: Channel,
    method: &str,
    encoding: Option<&'static str>,
) -> Result<(mpsc::Sender<Q>, Streaming<R>), Status>
where
    Q: Message + 'static,
    R: Message + Default + 'static,
{
    let (out, requests) = mpsc::channel(16);
    let mut grpc = tonic::client::Grpc::new(channel).max_decoding_message_size(256 << 20);
    grpc.ready().await.unwrap();
    let mut request = tonic::Request::new(ReceiverStream::new(requests));
    if let Some(encoding) = encoding {
        request.metadata_mut().insert("grpc-encoding", encoding.parse().unwrap());
    }
    let path = PathAndQuery::try_from(format!("{SERVICE}/{method}")).unwrap();
    let codec = tonic_prost::ProstCodec::<Q, R>::default();
    let response = tokio::time::timeout(DEADLINE, grpc.streaming(request, path, codec)).await.expect("an answer")?;
    Ok((out, response.into_inner()))
}

impl Stream {
    async fn open(channel: Channel, delta: bool, node: Option<&str>) -> Self {
        Self::of_node(channel, delta, node.map(|id| Node { id: id.to_owned(), ..Node::default() })).await
    }

    async fn of_node(channel: Channel, delta: bool, node: Option<Node>) -> Self {
        let ends = if delta {
            let (out, said) = raw(channel, "DeltaAggregatedResources", None).await.unwrap();
            Ends::Delta(out, said)
        } else {
            let (out, said) = raw(channel, "StreamAggregatedResources", None).await.unwrap();
            Ends::Sotw(out, said)
        };
        Self { ends, node, wanted: BTreeMap::new() }
    }

    /// Sends any request. One that the stream does not take any more is lost: its end says why.
    async fn ask(&mut self, ask: Ask) {
        let node = self.node.take();
        let error_detail = ask.error.map(|message| Rejection { code: 13, message, ..Rejection::default() });
        match &self.ends {
            Ends::Delta(out, _) => {
                let request = DeltaDiscoveryRequest {
                    node,
                    type_url: ask.url,
                    resource_names_subscribe: ask.subscribe,
                    resource_names_unsubscribe: ask.unsubscribe,
                    initial_resource_versions: ask.initial,
                    response_nonce: ask.nonce,
                    error_detail,
                    ..Default::default()
                };
                let _ = out.send(request).await;
            }
            Ends::Sotw(out, _) => {
                let request = DiscoveryRequest {
                    node,
                    type_url: ask.url,
                    resource_names: ask.subscribe,
                    version_info: ask.version,
                    response_nonce: ask.nonce,
                    error_detail,
                    ..Default::default()
                };
                let _ = out.send(request).await;
            }
        }
    }

    /// What is wanted of a type, with more names.
    fn more(&mut self, url: &str, names: &[&str]) -> Vec<String> {
        let wanted = self.wanted.entry(url.to_owned()).or_default();
        wanted.extend(owned(names));
        match self.ends {
            Ends::Delta(..) => owned(names),
            Ends::Sotw(..) => wanted.iter().cloned().collect(),
        }
    }

    /// Subscribes to more names; the first time to none means everything, where the type has that.
    async fn subscribe(&mut self, ty: Type, names: &[&str]) {
        let subscribe = self.more(ty.url(), names);
        self.ask(Ask { subscribe, ..of(ty) }).await;
    }

    /// Answers a response, and wants more names from now on.
    async fn answer(&mut self, said: &Said, error: Option<&str>, more: &[&str]) {
        let subscribe = self.more(&said.url, more);
        let (nonce, version, url) = (said.nonce.clone(), said.version.clone(), said.url.clone());
        self.ask(Ask { url, subscribe, nonce, version, error: error.map(str::to_owned), ..Ask::default() }).await;
    }

    async fn next(&mut self) -> Result<Option<Said>, Status> {
        let next = async {
            Ok(match &mut self.ends {
                Ends::Delta(_, said) => said.message().await?.map(Said::from),
                Ends::Sotw(_, said) => said.message().await?.map(Said::from),
            })
        };
        tokio::time::timeout(DEADLINE, next).await.expect("a response or an end in time")
    }

    /// The next response.
    async fn said(&mut self) -> Said {
        self.next().await.unwrap().expect("the stream goes on")
    }

    /// The next response in short, which is accepted.
    async fn takes(&mut self) -> String {
        let said = self.said().await;
        self.answer(&said, None, &[]).await;
        said.short()
    }

    /// How it ends, whatever else it is told before.
    async fn ended(&mut self) -> Status {
        loop {
            match self.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("it ended without a reason"),
                Err(status) => return status,
            }
        }
    }
}

impl Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}
