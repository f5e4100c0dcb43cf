//! discovery.k8s.io/v1 EndpointSlice.

use serde::Deserialize;

use super::meta::{Meta, null_is_empty};
use crate::data::model::Name;

/// discovery.k8s.io/v1 EndpointSlice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    /// `metadata`
    pub metadata: Meta,
    /// `addressType`: `IPv4`, `IPv6`, `FQDN`
    pub address_type: Name,
    /// `endpoints`
    #[serde(deserialize_with = "null_is_empty")]
    pub endpoints: Vec<Endpoint>,
    /// `ports`
    #[serde(deserialize_with = "null_is_empty")]
    pub ports: Vec<EndpointPort>,
}

/// An endpoint of a slice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// `addresses`; only the first counts (API documentation of v1)
    #[serde(deserialize_with = "null_is_empty")]
    pub addresses: Vec<Name>,
    /// `conditions`
    pub conditions: EndpointConditions,
    /// `targetRef`
    pub target_ref: Option<ObjectReference>,
    /// `nodeName`
    pub node_name: Option<Name>,
    /// `zone`
    pub zone: Option<Name>,
}

/// An endpoint's `conditions`; each may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EndpointConditions {
    /// `ready`; missing means true
    pub ready: Option<bool>,
    /// `serving`; missing means the same as `ready`
    pub serving: Option<bool>,
    /// `terminating`; missing means false
    pub terminating: Option<bool>,
}

/// An endpoint's `targetRef`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ObjectReference {
    /// `kind`
    pub kind: Name,
    /// `name`
    pub name: Name,
    /// `namespace`
    pub namespace: Name,
}

/// A port of a slice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointPort {
    /// `name`; empty for the unnamed one
    #[serde(deserialize_with = "null_is_empty")]
    pub name: Name,
    /// `port`; missing means all ports
    pub port: Option<i64>,
    /// `protocol`; empty means TCP
    #[serde(deserialize_with = "null_is_empty")]
    pub protocol: Name,
    /// `appProtocol`
    pub app_protocol: Option<Name>,
}
