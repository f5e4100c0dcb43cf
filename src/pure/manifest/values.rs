//! The values of the templates: one typed struct, whose defaults are also the list of the keys that exist.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that a user may set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Values {
    /// The control plane's image.
    pub image: ImageValues,
    /// Pilot.
    pub discovery: DiscoveryValues,
    /// What the ConfigMap `istio` tells pilot.
    pub mesh: MeshValues,
}

/// `image`: where the control plane's image comes from, and how it is pulled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageValues {
    /// Registry and path, without the image's name.
    pub hub: String,
    /// The tag.
    pub tag: String,
    /// `sha256:…`; wins over the tag.
    pub digest: String,
    /// Names of Secrets in the system namespace.
    pub pull_secrets: Vec<String>,
    /// `IfNotPresent`, `Always` or `Never`.
    pub pull_policy: PullPolicy,
}

impl Default for ImageValues {
    fn default() -> Self {
        Self {
            hub: String::new(),
            tag: String::new(),
            digest: String::new(),
            pull_secrets: Vec::new(),
            pull_policy: PullPolicy::IfNotPresent,
        }
    }
}

/// When the kubelet pulls an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullPolicy {
    /// Where the node has it not.
    IfNotPresent,
    /// At every start.
    Always,
    /// Never: it was loaded onto the nodes.
    Never,
}

/// `discovery`: pilot's Deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscoveryValues {
    /// Number of pods.
    pub replicas: u16,
    /// Seconds that a pod has to hand its proxies over.
    pub termination_grace_period_seconds: u16,
    /// Ports that stay on loopback, or closed, until they are opened here.
    pub open_ports: OpenPorts,
    /// The certificate for mutual TLS.
    pub tls: TlsValues,
    /// Address families of the slices that point a remote at pilot: `IPv4`, `IPv6`.
    pub families: Vec<Family>,
    /// Annotations of the pods.
    pub pod_annotations: BTreeMap<String, String>,
    /// Labels that a node must have.
    pub node_selector: BTreeMap<String, String>,
    /// Tolerations of the pods, as in the API.
    pub tolerations: Vec<Value>,
    /// Resource requests and limits, as in the API.
    pub resources: Resources,
}

impl Default for DiscoveryValues {
    fn default() -> Self {
        let quantities =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Self {
            replicas: 2,
            termination_grace_period_seconds: 45,
            open_ports: OpenPorts::default(),
            tls: TlsValues::default(),
            families: vec![Family::IPv4],
            pod_annotations: BTreeMap::new(),
            node_selector: BTreeMap::new(),
            tolerations: Vec::new(),
            resources: Resources {
                requests: quantities(&[("cpu", "100m"), ("memory", "128Mi")]),
                limits: quantities(&[("memory", "1Gi")]),
            },
        }
    }
}

impl DiscoveryValues {
    /// Whether pilot has a certificate to serve mutual TLS with.
    pub fn has_certificate(&self) -> bool {
        !self.tls.secret_name.is_empty()
    }
}

/// `discovery.tls`: 15005, 15011 and 15012 are served where pilot has a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsValues {
    /// A Secret of the system namespace with `tls.crt`, `tls.key` and `ca.crt`; empty: there is none.
    pub secret_name: String,
}

/// `discovery.openPorts`: ports in plain text that the pod's address serves only when asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenPorts {
    /// 15010: xDS in plain text.
    pub xds: bool,
    /// 8080, 15003 and 15007: the v1 REST in plain text.
    pub rest: bool,
    /// 9093: the old port of the metrics; 15014 is always there.
    pub monitoring: bool,
}

/// An IP address family, as the API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Family {
    /// `IPv4`
    IPv4,
    /// `IPv6`
    IPv6,
}

impl Family {
    /// The last part of a slice's name: `v4`, `v6`.
    pub fn suffix(self) -> &'static str {
        match self {
            Family::IPv4 => "v4",
            Family::IPv6 => "v6",
        }
    }
}

/// Requests and limits of a container.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// What the scheduler sets aside.
    pub requests: BTreeMap<String, String>,
    /// What the kubelet enforces.
    pub limits: BTreeMap<String, String>,
}

/// `mesh`: the ConfigMap `istio`, in the names of Istio's `MeshConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeshValues {
    /// Calls to hosts that the mesh does not know.
    pub outbound_traffic_policy: OutboundTrafficPolicy,
    /// TCP connect timeout of outbound clusters: `10s`.
    pub connect_timeout: String,
}

impl Default for MeshValues {
    fn default() -> Self {
        Self {
            outbound_traffic_policy: OutboundTrafficPolicy { mode: OutboundMode::AllowAny },
            connect_timeout: "10s".into(),
        }
    }
}

/// `mesh.outboundTrafficPolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundTrafficPolicy {
    /// `ALLOW_ANY` or `REGISTRY_ONLY`.
    pub mode: OutboundMode,
}

/// Where calls to unknown hosts go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OutboundMode {
    /// To where they were going.
    AllowAny,
    /// Nowhere.
    RegistryOnly,
}

/// Maps whose keys are the user's own; everywhere else an unknown key is an error.
pub(super) const FREE_MAPS: [&str; 4] = [
    "discovery.podAnnotations",
    "discovery.nodeSelector",
    "discovery.resources.requests",
    "discovery.resources.limits",
];
