//! A proxy, by what it says of itself, and the view that the mesh makes of it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use meshctl_proto::envoy::config::core::v3 as core;
use meshctl_proto::google::protobuf::{Struct, value::Kind};

use super::build::{Binding, Families};
use super::types::View;
use crate::data::model::{ClusterId, Locality, Name, NameError, NetworkId, NodeId, ProxyRole, SpiffeId, WorkloadId};
use crate::pure::mesh::{InboundTarget, Mesh};

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
            network: text(metadata, "NETWORK").filter(|n| !n.is_empty()).map(|n| NetworkId(n.into())),
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

    /// The cluster it runs in: the one it names, if that is registered; else the one that has its pod; else the primary.
    pub fn cluster(&self, mesh: &Mesh) -> ClusterId {
        if let Some(named) = self.cluster.as_ref().filter(|c| mesh.clusters.contains_key(*c)) {
            return named.clone();
        }
        let ordered = mesh.settings.ordered();
        let has_pod = |cluster: &&&ClusterId| mesh.workloads.contains_key(&self.workload((**cluster).clone()));
        let found = ordered.iter().find(has_pod).or_else(|| ordered.first()).map(|c| (*c).clone());
        found.or_else(|| self.cluster.clone()).unwrap_or_default()
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

/// At most 256 labels: more than any pod needs, fewer than hurt.
fn labels(metadata: &Struct) -> BTreeMap<Name, Name> {
    let Some(Kind::StructValue(labels)) = metadata.fields.get("LABELS").and_then(|v| v.kind.as_ref()) else {
        return BTreeMap::new();
    };
    let all = labels.fields.keys().filter_map(|key| Some((key.as_str().into(), text(labels, key)?.into())));
    all.take(256).collect()
}

fn locality(locality: &core::Locality) -> Locality {
    Locality {
        region: locality.region.as_str().into(),
        zone: locality.zone.as_str().into(),
        sub_zone: locality.sub_zone.as_str().into(),
    }
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
