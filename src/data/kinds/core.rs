//! Kinds of the group `v1`: Service, Pod, Node, Namespace, ConfigMap.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::meta::{Meta, null_is_empty};
use crate::data::model::Name;

/// v1 Service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Service {
    /// `metadata`
    pub metadata: Meta,
    /// `spec`
    pub spec: ServiceSpec,
}

/// A Service's `spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    /// `type`; empty means ClusterIP
    #[serde(rename = "type")]
    pub kind: Name,
    /// `clusterIP`; `None` (the word) for headless
    #[serde(rename = "clusterIP")]
    pub cluster_ip: Name,
    /// `clusterIPs`
    #[serde(rename = "clusterIPs", deserialize_with = "null_is_empty")]
    pub cluster_ips: Vec<Name>,
    /// `externalName`
    pub external_name: Name,
    /// `selector`
    #[serde(deserialize_with = "null_is_empty")]
    pub selector: BTreeMap<Name, Name>,
    /// `publishNotReadyAddresses`
    pub publish_not_ready_addresses: bool,
    /// `ports`
    #[serde(deserialize_with = "null_is_empty")]
    pub ports: Vec<ServicePort>,
}

/// An entry of a Service's `ports`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    /// `name`
    pub name: Name,
    /// `port`, 1 to 65535
    pub port: i64,
    /// `targetPort`; absent: the same as `port`
    pub target_port: Option<IntOrName>,
    /// `protocol`; empty means TCP
    pub protocol: Name,
    /// `appProtocol`
    pub app_protocol: Option<Name>,
}

/// Kubernetes' IntOrString.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum IntOrName {
    /// A number.
    Int(i64),
    /// A name.
    Name(Name),
}

/// v1 Pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// `metadata`
    pub metadata: Meta,
    /// `spec`
    pub spec: PodSpec,
    /// `status`
    pub status: PodStatus,
}

/// A Pod's `spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// `nodeName`
    pub node_name: Name,
    /// `serviceAccountName`; empty means `default`
    pub service_account_name: Name,
    /// `hostNetwork`
    pub host_network: bool,
    /// `containers`
    #[serde(deserialize_with = "null_is_empty")]
    pub containers: Vec<Container>,
    /// `initContainers`: a sidecar stands here too
    #[serde(deserialize_with = "null_is_empty")]
    pub init_containers: Vec<Container>,
}

/// A container, as far as anybody reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Container {
    /// `name`
    pub name: Name,
    /// `ports`
    #[serde(deserialize_with = "null_is_empty")]
    pub ports: Vec<ContainerPort>,
}

/// A container's port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerPort {
    /// `name`
    pub name: Name,
    /// `containerPort`
    pub container_port: i64,
}

/// A Pod's `status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// `phase`
    pub phase: Name,
    /// `podIP`
    #[serde(rename = "podIP")]
    pub pod_ip: Name,
    /// `podIPs`
    #[serde(rename = "podIPs", deserialize_with = "null_is_empty")]
    pub pod_ips: Vec<PodIp>,
    /// `conditions`
    #[serde(deserialize_with = "null_is_empty")]
    pub conditions: Vec<PodCondition>,
}

/// An entry of `podIPs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PodIp {
    /// `ip`
    pub ip: Name,
}

/// A Pod's condition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PodCondition {
    /// `type`, e.g. `Ready`
    #[serde(rename = "type")]
    pub kind: Name,
    /// `status`: `True`, `False`, `Unknown`
    pub status: Name,
}

/// v1 Node: its labels are what counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Node {
    /// `metadata`
    pub metadata: Meta,
}

/// v1 Namespace: its labels are what counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// `metadata`
    pub metadata: Meta,
}

/// v1 ConfigMap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ConfigMap {
    /// `metadata`
    pub metadata: Meta,
    /// `data`
    #[serde(deserialize_with = "null_is_empty")]
    pub data: BTreeMap<Name, Name>,
}
