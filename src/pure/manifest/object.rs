//! An object of a cluster in its generic form, and the key that tells it from all others.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::data::model::{MANAGED_BY, OWNED};
use crate::data::yaml;

/// What tells an object from all others of its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for objects of the whole cluster.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// `<kind>-<namespace>-<name>.yaml`, without the namespace where there is none. Colons, which cluster roles may have in
    /// their names and some file systems forbid, become underscores.
    pub fn file_name(&self) -> String {
        let parts: Vec<&str> =
            [self.kind.as_str(), &self.namespace, &self.name].into_iter().filter(|p| !p.is_empty()).collect();
        format!("{}.yaml", parts.join("-").to_ascii_lowercase().replace([':', '/'], "_"))
    }
}

impl std::fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{}/{}", self.kind, self.name),
            namespace => write!(f, "{}/{namespace}/{}", self.kind, self.name),
        }
    }
}

/// An object of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its key.
    pub key: ObjectKey,
    /// All of it.
    pub value: Value,
}

impl Object {
    /// Reads the key from an object's `apiVersion`, `kind` and `metadata`; `None` where one is missing.
    pub fn of(value: Value) -> Option<Self> {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let api_version = text("/apiVersion")?;
        let key = ObjectKey {
            group: api_version.rsplit_once('/').map_or(String::new(), |(group, _)| group.to_owned()),
            kind: text("/kind")?,
            namespace: text("/metadata/namespace").unwrap_or_default(),
            name: text("/metadata/name")?,
        };
        Some(Self { key, value })
    }

    /// Whether the object carries our owner label.
    pub fn is_owned(&self) -> bool {
        let label = self.value.pointer("/metadata/labels").and_then(|l| l.get(OWNED.0));
        label.and_then(Value::as_str) == Some(OWNED.1)
    }

    /// Puts our labels on the object.
    #[must_use]
    pub fn owned(mut self) -> Self {
        let Some(metadata) = self.value.get_mut("metadata").and_then(Value::as_object_mut) else { return self };
        let labels = metadata.entry("labels").or_insert(Value::Null);
        if !labels.is_object() {
            *labels = Value::Object(Map::new());
        }
        if let Some(labels) = labels.as_object_mut() {
            for (key, value) in [MANAGED_BY, OWNED] {
                labels.insert(key.to_owned(), value.into());
            }
        }
        self
    }

    /// The object as YAML: what is written, and what is printed.
    ///
    /// # Errors
    /// Where the value does not serialise.
    pub fn to_yaml(&self) -> Result<String, yaml::YamlError> {
        yaml::to_string(&self.value)
    }

    /// This desired object without the run-time fields, as an API server gets it: the endpoints of a slice that we render
    /// without any are discovery's.
    #[must_use]
    pub fn without_run_time_fields(&self) -> Self {
        let mut out = self.clone();
        let ours = out.value.get("endpoints").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if self.key.kind == "EndpointSlice"
            && ours
            && let Some(object) = out.value.as_object_mut()
        {
            object.remove("endpoints");
        }
        out
    }

    /// This desired object with the run-time fields of `current`, which install never applies: the endpoints of a slice that
    /// we render without any are discovery's.
    #[must_use]
    pub fn with_run_time_fields(&self, current: &Value) -> Self {
        let mut out = self.clone();
        let ours = out.value.get("endpoints").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if self.key.kind == "EndpointSlice"
            && ours
            && let (Some(theirs), Some(object)) = (current.get("endpoints"), out.value.as_object_mut())
        {
            object.insert("endpoints".to_owned(), theirs.clone());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_and_file_names() {
        let role = Object::of(
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a:b"}}),
        );
        let role = role.map(|o| o.key);
        assert_eq!(
            role.as_ref().map(|k| (k.group.as_str(), k.file_name())),
            Some(("rbac.authorization.k8s.io", "clusterrole-a_b.yaml".into()))
        );
        let service =
            Object::of(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b", "namespace": "a"}}));
        let service = service.map(|o| o.key);
        assert_eq!(service.as_ref().map(|k| (k.group.as_str(), k.file_name())), Some(("", "service-a-b.yaml".into())));
        assert_eq!(service.map(|k| k.to_string()), Some("Service/a/b".into()));
        assert!(Object::of(json!({"kind": "Service"})).is_none());
    }

    #[test]
    fn discoverys_endpoints_are_kept() {
        let slice = |endpoints: Value| json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "x"}, "endpoints": endpoints});
        let filled = slice(json!([{"addresses": ["10.0.0.1"]}]));
        let desired = Object::of(slice(json!([])));
        assert_eq!(desired.map(|d| d.with_run_time_fields(&filled).value), Some(filled.clone()));
        let fixed = slice(json!([{"addresses": ["10.0.0.2"]}]));
        assert_eq!(Object::of(fixed.clone()).map(|d| d.with_run_time_fields(&filled).value), Some(fixed));
    }
}
