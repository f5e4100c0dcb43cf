//! The registry format of the talk: `kind: Cluster` of `clusterregistry.k8s.io/v1alpha1`, annotated `config.istio.io/*`
//! (`pilot/pkg/config/clusterregistry/conversion.go@f444f24e5d6`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::meta::null_is_empty;

/// A descriptor of a cluster. Only `metadata` counts: `spec` was parsed and never used in 2018, and is ignored here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterDescriptor {
    /// `kind`, which must be `Cluster`
    pub kind: String,
    /// `metadata`
    pub metadata: DescriptorMeta,
}

/// A descriptor's `metadata`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DescriptorMeta {
    /// `name`: the cluster's id
    pub name: String,
    /// `annotations`; any scalar is taken as text, since `pilotCfgStore: true` stands unquoted in the published examples
    #[serde(deserialize_with = "scalars")]
    pub annotations: BTreeMap<String, String>,
}

/// The annotations that count, by their names without the prefix `config.istio.io/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescriptorAnnotations {
    /// `accessConfigFile`: the kubeconfig, relative to the registry's directory
    pub access_config_file: Option<String>,
    /// `pilotCfgStore`: marks the primary; `Err` holds a text that is no boolean of Go's `ParseBool`
    pub primary: Result<bool, String>,
    /// `platform`: `Kubernetes` or absent; `Err` holds another
    pub platform: Result<(), String>,
}

impl ClusterDescriptor {
    /// Reads the annotations.
    pub fn annotations(&self) -> DescriptorAnnotations {
        let get = |name: &str| self.metadata.annotations.get(&format!("config.istio.io/{name}")).map(String::as_str);
        DescriptorAnnotations {
            access_config_file: get("accessConfigFile").filter(|f| !f.is_empty()).map(str::to_owned),
            primary: match get("pilotCfgStore") {
                None | Some("0" | "f" | "F" | "false" | "False" | "FALSE") => Ok(false),
                Some("1" | "t" | "T" | "true" | "True" | "TRUE") => Ok(true),
                Some(other) => Err(other.to_owned()),
            },
            platform: match get("platform") {
                None | Some("" | "Kubernetes") => Ok(()),
                Some(other) => Err(other.to_owned()),
            },
        }
    }
}

fn scalars<'de, D: serde::Deserializer<'de>>(d: D) -> Result<BTreeMap<String, String>, D::Error> {
    let raw: BTreeMap<String, serde_json::Value> = null_is_empty(d)?;
    raw.into_iter()
        .map(|(key, value)| match value {
            serde_json::Value::String(s) => Ok((key, s)),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Ok((key, value.to_string())),
            serde_json::Value::Null => Ok((key, String::new())),
            _ => Err(serde::de::Error::custom(format!("the annotation {key} is no scalar"))),
        })
        .collect()
}
