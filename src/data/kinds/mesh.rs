//! `mesh.yaml`: `apiVersion: meshctl/v1`, `kind: Mesh`. Unknown keys are errors.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The file `mesh.yaml` of a registry.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MeshFile {
    /// `meshctl/v1`
    pub api_version: String,
    /// `Mesh`
    pub kind: String,
    /// The primary's id
    pub primary: Option<String>,
    /// The SPIFFE trust domain; absent: `cluster.local`
    pub trust_domain: Option<String>,
    /// The CA folder, relative to this file
    pub ca_dir: Option<String>,
    /// The control plane's image
    pub image: ImageSettings,
    /// Namespaces that merge although they are cluster-local by default
    pub open_namespaces: Vec<String>,
    /// More hosts that never merge
    pub cluster_local: Vec<String>,
    /// Networks and their gateways, by name
    pub networks: BTreeMap<String, NetworkEntry>,
    /// What differs per cluster, by id
    pub clusters: BTreeMap<String, ClusterOverride>,
    /// Whether to make stub Services where a service of the mesh is missing; absent: as it was installed
    pub stub_services: Option<bool>,
    /// Values of the templates
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// Where the control plane's image comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ImageSettings {
    /// Registry and path, without the image's name
    pub hub: String,
    /// The tag
    pub tag: String,
    /// `sha256:…`; wins over the tag
    pub digest: String,
    /// Names of Secrets in the system namespace
    pub pull_secrets: Vec<String>,
}

/// A network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NetworkEntry {
    /// Its gateways
    pub gateways: Vec<GatewayAddress>,
}

/// A gateway of a network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewayAddress {
    /// An IP address
    pub address: String,
    /// Its port; absent: 15443
    #[serde(default = "gateway_port")]
    pub port: u16,
}

fn gateway_port() -> u16 {
    15443
}

/// What pilot must use for a cluster instead of the user's own address, and what the cluster must use for pilot.
///
/// `server`, `tlsServerName` and `caFile` are for pilot in the cluster alone: they go into the credentials that install writes for
/// it. Whatever reads the registry itself, on a terminal or in a pod, reaches a cluster as its kubeconfig says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ClusterOverride {
    /// The network of its pods
    pub network: String,
    /// The API server's URL as pilot reaches it: `https`, no credentials, no query
    pub server: String,
    /// The name in the API server's certificate, where it is not the URL's host
    pub tls_server_name: String,
    /// A PEM file with the API server's CA, relative to this file
    pub ca_file: String,
    /// The address of pilot as this cluster reaches it
    pub pilot_address: String,
}
