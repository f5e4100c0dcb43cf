//! An ADS client in the place of an Envoy: takes everything that a sidecar takes, and keeps it as a config dump in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::service::discovery::v3::DeltaDiscoveryRequest;
use meshctl_proto::google::protobuf::{Struct, Value, value::Kind};
use serde_json::Value as Json;
use tokio::task::JoinHandle;

use super::ProxyError;
use crate::adapters::files;
use crate::adapters::grpc::{AdsClient, Received};
use crate::pure::xds::{Type, any_json, config_dump_of};
use crate::workflows::demo::story;
use crate::workflows::proxies::{Dump, Holds, Origin, Part};

/// What others see of the client.
#[derive(Default)]
struct Seen {
    /// Its config dump.
    dump: Bytes,
    /// Why it is connected no more.
    lost: Option<String>,
}

/// A running client; it ends with the value.
pub(in crate::workflows::demo) struct Client {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
    /// The file that holds its config dump, always the newest.
    pub(super) file: PathBuf,
}

impl Client {
    pub(super) async fn start(pilot: SocketAddr, file: PathBuf) -> Result<Self, ProxyError> {
        let stream = AdsClient::connect(&pilot.to_string(), node()).await?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut held = Held::default();
        held.publish(&file, &seen)?;
        let (out, to) = (file.clone(), seen.clone());
        let task = tokio::spawn(async move {
            let Err(why) = held.follow(stream, &out, &to).await;
            to.lock().unwrap_or_else(PoisonError::into_inner).lost = Some(why.to_string());
        });
        Ok(Self { seen, task, file })
    }

    /// What it holds.
    pub(super) fn dump(&self) -> Result<Dump, ProxyError> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &seen.lost {
            return Err(ProxyError::Lost(why.clone()));
        }
        let part = Part { bytes: Box::new(Cursor::new(seen.dump.clone())), holds: Holds::Dump };
        Ok(Dump { parts: vec![part], origin: Origin::File(self.file.display().to_string()) })
    }

    pub(super) async fn end(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What productpage's sidecar says of itself.
fn node() -> Node {
    let text = |s: &str| Value { kind: Some(Kind::StringValue(s.to_owned())) };
    let metadata = Struct { fields: [("CLUSTER_ID".to_owned(), text(story::CLUSTERS[0]))].into() };
    Node {
        id: story::NODE.to_owned(),
        cluster: "productpage.istio-system".to_owned(),
        metadata: Some(metadata),
        ..Node::default()
    }
}

/// Resources by name, each with its version.
type Resources = BTreeMap<String, (String, Bytes)>;

/// What the client holds, and what it has asked for by name.
#[derive(Default)]
struct Held {
    resources: BTreeMap<Type, Resources>,
    asked: BTreeMap<Type, BTreeSet<String>>,
}

impl Held {
    /// Takes what comes, for ever.
    async fn follow(
        &mut self,
        mut stream: AdsClient,
        file: &std::path::Path,
        seen: &Mutex<Seen>,
    ) -> Result<std::convert::Infallible, ProxyError> {
        stream.subscribe(Type::Cluster.url(), Vec::new()).await?;
        stream.subscribe(Type::Listener.url(), Vec::new()).await?;
        loop {
            let received = stream.receive().await?;
            stream.ack(&received).await?;
            self.take(received);
            for (of, by) in [(Type::Endpoint, Type::Cluster), (Type::Route, Type::Listener)] {
                if let Some(request) = self.ask(of, by) {
                    stream.send(request).await?;
                }
            }
            self.publish(file, seen)?;
        }
    }

    fn take(&mut self, received: Received) {
        let Some(ty) = Type::from_url(&received.type_url) else { return };
        let resources = self.resources.entry(ty).or_default();
        resources.extend(received.resources);
        for name in received.removed {
            resources.remove(&name);
        }
    }

    /// What must be asked for, or not any more, of a type whose names another type's resources give.
    fn ask(&mut self, of: Type, by: Type) -> Option<DeltaDiscoveryRequest> {
        let bodies = self.resources.get(&by).into_iter().flat_map(|r| r.values());
        let mut wanted = BTreeSet::new();
        for json in bodies.filter_map(|(_, body)| any_json(by.url(), body)) {
            names(&json, of, &mut wanted);
        }
        let asked = self.asked.entry(of).or_default();
        let new: Vec<String> = wanted.difference(asked).cloned().collect();
        let gone: Vec<String> = asked.difference(&wanted).cloned().collect();
        if let Some(resources) = self.resources.get_mut(&of) {
            gone.iter().for_each(|name| drop(resources.remove(name)));
        }
        *asked = wanted;
        (!new.is_empty() || !gone.is_empty()).then(|| DeltaDiscoveryRequest {
            type_url: of.url().to_owned(),
            resource_names_subscribe: new,
            resource_names_unsubscribe: gone,
            ..Default::default()
        })
    }

    /// Writes the dump, and then shows it: who sees it finds it in the file, too.
    fn publish(&self, file: &std::path::Path, seen: &Mutex<Seen>) -> Result<(), ProxyError> {
        let none = Resources::new();
        let of = |ty| {
            let resources = self.resources.get(&ty).unwrap_or(&none);
            resources.iter().map(|(name, (version, body))| (name.as_str(), version.as_str(), body))
        };
        let dump = Bytes::from(config_dump_of(of).to_string());
        files::write_public(file, &dump)?;
        seen.lock().unwrap_or_else(PoisonError::into_inner).dump = dump;
        Ok(())
    }
}

/// The names of resources of a type that a resource refers to.
fn names(json: &Json, of: Type, out: &mut BTreeSet<String>) {
    let text = |value: Option<&Json>| value.and_then(Json::as_str).filter(|s| !s.is_empty()).map(str::to_owned);
    match of {
        Type::Endpoint if json.get("type").and_then(Json::as_str) == Some("EDS") => {
            out.extend(text(json.pointer("/eds_cluster_config/service_name")).or_else(|| text(json.get("name"))));
        }
        Type::Route => {
            out.extend(text(json.pointer("/rds/route_config_name")));
            match json {
                Json::Object(fields) => fields.values().for_each(|v| names(v, of, out)),
                Json::Array(items) => items.iter().for_each(|v| names(v, of, out)),
                _ => {}
            }
        }
        _ => {}
    }
}
