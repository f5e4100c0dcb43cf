//! A proxy, by what it says of itself, and the view that the mesh makes of it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use meshctl_proto::envoy::config::core::v3 as core;
use meshctl_proto::google::protobuf::{Struct, value::Kind};

use super::build::{Binding, Families};
use super::types::View;
use crate::data::model::{ClusterId, Locality, Name, NameError, NetworkId, NodeId, ProxyRole, SpiffeId, WorkloadId};
use crate::pure::mesh::{InboundTarget, Mesh};

/// How long what a proxy says of itself may be, in bytes: Kubernetes gives a label's key 317 and its value 63, and what names
/// a network or a locality stands in labels too. What is longer is nobody's, and left out.
const MAX_KEY: usize = 317;
const MAX_VALUE: usize = 63;

/// What a proxy says of itself in the first request of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its node id.
    pub node: NodeId,
    /// `CLUSTER_ID`
    pub cluster: Option<ClusterId>,
    /// `NETWORK`
    pub network: Option<NetworkId>,
    /// `LABELS`
    pub labels: BTreeMap<Name, Name>,
    /// `INTERCEPTION_MODE`: `NONE` means no iptables.
    pub binding: Binding,
    /// `INSTANCE_IPS`, with the node id's own address first.
    pub addresses: Vec<IpAddr>,
    /// Where it says it runs.
    pub locality: Locality,
    /// Its build's version, as people write it.
    pub version: Name,
    /// Who its certificate says it is.
    pub principal: Option<SpiffeId>,
}

impl Proxy {
    /// A proxy of which only the node id is known: a pod, as the registry sees it.
    pub fn of_node(node: NodeId, cluster: Option<ClusterId>) -> Self {
        Self {
            addresses: vec![node.address],
            node,
            cluster,
            network: None,
            labels: BTreeMap::new(),
            binding: Binding::Redirect,
            locality: Locality::default(),
            version: Name::default(),
            principal: None,
        }
    }

    /// Reads Envoy's node.
    ///
    /// # Errors
    /// [`NameError`] where its id is none.
    pub fn read(node: &core::Node) -> Result<Self, NameError> {
        let id = NodeId::parse(&node.id)?;
        let empty = Struct::default();
        let metadata = node.metadata.as_ref().unwrap_or(&empty);
        let mut addresses = vec![id.address];
        for ip in text(metadata, "INSTANCE_IPS").unwrap_or_default().split(',').filter_map(|ip| ip.trim().parse().ok())
        {
            if !addresses.contains(&ip) && addresses.len() < 16 {
                addresses.push(ip);
            }
        }
        Ok(Self {
            node: id,
            cluster: text(metadata, "CLUSTER_ID").and_then(|c| ClusterId::parse(c).ok()),
            network: text(metadata, "NETWORK")
                .filter(|n| !n.is_empty() && n.len() <= MAX_VALUE)
                .map(|n| NetworkId(n.into())),
            labels: labels(metadata),
            binding: match text(metadata, "INTERCEPTION_MODE") {
                Some("NONE") => Binding::Port,
                _ => Binding::Redirect,
            },
            addresses,
            locality: node.locality.as_ref().map(locality).unwrap_or_default(),
            version: version(node),
            principal: None,
        })
    }

    /// The cluster it runs in: the one it names, in the registry or not: another one's addresses mean nothing to it. One that
    /// names none is in the one that has its pod; else in the primary.
    pub fn cluster(&self, mesh: &Mesh) -> ClusterId {
        if let Some(named) = &self.cluster {
            return named.clone();
        }
        let ordered = mesh.settings.ordered();
        let has_pod = |cluster: &&&ClusterId| mesh.workloads.contains_key(&self.workload((**cluster).clone()));
        ordered.iter().find(has_pod).or_else(|| ordered.first()).map(|c| (*c).clone()).unwrap_or_default()
    }

    /// The cluster that it names and the registry does not have (any more).
    pub fn unregistered_cluster(&self, mesh: &Mesh) -> Option<&ClusterId> {
        self.cluster.as_ref().filter(|named| !mesh.clusters.contains_key(*named))
    }

    /// Whether a proxy that was taken for one of `cluster` stays that, although the registry does not have the cluster (any
    /// more): it names it, or names none, and nowhere else is a pod of its name and address.
    pub fn stays_in(&self, cluster: &ClusterId, mesh: &Mesh) -> bool {
        let moved = || {
            let pod = mesh.workloads.get(&self.workload(self.cluster(mesh)));
            pod.is_some_and(|pod| pod.addresses.contains(&self.node.address))
        };
        // one that came before any cluster was known was taken for one of none
        let known_once = *cluster != ClusterId::default();
        known_once
            && !mesh.clusters.contains_key(cluster)
            && self.cluster.as_ref().map_or_else(|| !moved(), |named| named == cluster)
    }

    fn workload(&self, cluster: ClusterId) -> WorkloadId {
        WorkloadId { cluster, namespace: self.node.namespace.clone(), name: self.node.pod.clone() }
    }

    /// What the mesh shows it. What its pod says counts over what it says itself, once the pod has been seen.
    pub fn view(&self, mesh: &Mesh) -> View {
        let cluster = self.cluster(mesh);
        let id = self.workload(cluster.clone());
        let pod = mesh.workloads.get(&id);
        let network = pod
            .map(|w| w.network.clone())
            .or_else(|| self.network.clone())
            .or_else(|| mesh.clusters.get(&cluster).map(|c| c.network.clone()))
            .unwrap_or_default();
        View {
            role: self.node.role,
            cluster,
            network,
            locality: pod.map_or(&self.locality, |w| &w.locality).clone(),
            namespace: self.node.namespace.clone(),
            families: Families::of(&self.addresses),
            binding: self.binding,
            inbound: (self.node.role == ProxyRole::Sidecar).then(|| InboundTarget {
                workload: id,
                address: self.node.address,
                // what it claims does not count once the pod has been seen
                labels: if pod.is_some() { BTreeMap::new() } else { self.labels.clone() },
            }),
            principal: self.principal.clone(),
        }
    }
}

fn text<'a>(metadata: &'a Struct, key: &str) -> Option<&'a str> {
    match metadata.fields.get(key)?.kind.as_ref()? {
        Kind::StringValue(text) => Some(text),
        _ => None,
    }
}

/// At most 256 labels: more than any pod needs, fewer than hurt. What is too long for a label is none.
fn labels(metadata: &Struct) -> BTreeMap<Name, Name> {
    let Some(Kind::StructValue(labels)) = metadata.fields.get("LABELS").and_then(|v| v.kind.as_ref()) else {
        return BTreeMap::new();
    };
    let all = labels.fields.keys().filter_map(|key| Some((key, text(labels, key)?)));
    let whole = all.filter(|(key, value)| key.len() <= MAX_KEY && value.len() <= MAX_VALUE);
    whole.take(256).map(|(key, value)| (key.as_str().into(), value.into())).collect()
}

fn locality(locality: &core::Locality) -> Locality {
    let part = |text: &str| Name::from(if text.len() <= MAX_VALUE { text } else { "" });
    Locality { region: part(&locality.region), zone: part(&locality.zone), sub_zone: part(&locality.sub_zone) }
}

fn version(node: &core::Node) -> Name {
    match &node.user_agent_version_type {
        Some(core::node::UserAgentVersionType::UserAgentVersion(v)) => v.chars().take(64).collect::<String>().into(),
        Some(core::node::UserAgentVersionType::UserAgentBuildVersion(build)) => match &build.version {
            Some(v) => format!("{}.{}.{}", v.major_number, v.minor_number, v.patch).into(),
            None => Name::default(),
        },
        None => Name::default(),
    }
}

#[cfg(test)]
mod tests {
    use meshctl_proto::google::protobuf::Value;

    use super::*;

    fn value(text: &str) -> Value {
        Value { kind: Some(Kind::StringValue(text.to_owned())) }
    }

    fn node(id: &str, fields: Vec<(&str, Value)>) -> core::Node {
        let fields = fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        core::Node { id: id.to_owned(), metadata: Some(Struct { fields }), ..core::Node::default() }
    }

    const ID: &str = "sidecar~10.0.0.1~p.n~n.svc.cluster.local";

    #[test]
    fn what_is_longer_than_anything_is_left_out() {
        let long = "l".repeat(64);
        let labels = [("app", "x"), ("good", &long[1..]), ("bad", &long[..])];
        let key = "k".repeat(318);
        let labels = labels.iter().map(|(k, v)| ((*k).to_owned(), value(v))).chain([(key, value("v"))]);
        let labels = Value { kind: Some(Kind::StructValue(Struct { fields: labels.collect() })) };
        let fields = vec![("LABELS", labels), ("NETWORK", value(&long)), ("CLUSTER_ID", value(&"c".repeat(1 << 20)))];
        let mut node = node(ID, fields);
        node.locality = Some(core::Locality { region: long.clone(), zone: "z".into(), sub_zone: String::new() });
        let proxy = Proxy::read(&node).unwrap();
        assert_eq!(proxy.labels.keys().map(Name::as_str).collect::<Vec<_>>(), ["app", "good"]);
        assert_eq!((proxy.network, proxy.cluster), (None, None));
        assert_eq!((proxy.locality.region.as_str(), proxy.locality.zone.as_str()), ("", "z"));
    }

    #[test]
    fn a_refusal_does_not_repeat_what_is_long() {
        for id in [format!("{ID}{}", "x".repeat(1 << 20)), "~".repeat(1 << 20), "x".repeat(511)] {
            let error = Proxy::read(&node(&id, Vec::new())).unwrap_err().to_string();
            assert!(error.len() < 700, "{} bytes", error.len());
        }
    }
}
