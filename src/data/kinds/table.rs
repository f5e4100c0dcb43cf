//! The table of watched kinds: what a feed lists and watches, and how its bytes become an object. Code walks it.

use super::{ConfigMap, EndpointSlice, Namespace, Node, Pod, Service};
use crate::data::model::{FactKey, Kind};

/// Group, version, kind and plural of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gvk {
    /// `apps`; empty for the core group
    pub group: &'static str,
    /// `v1`
    pub version: &'static str,
    /// `Service`
    pub kind: &'static str,
    /// `services`
    pub plural: &'static str,
}

/// A decoded object of a watched kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// v1 Node
    Node(Node),
    /// v1 Namespace
    Namespace(Namespace),
    /// v1 ConfigMap
    ConfigMap(ConfigMap),
    /// v1 Pod
    Pod(Pod),
    /// v1 Service
    Service(Service),
    /// discovery.k8s.io/v1 EndpointSlice
    EndpointSlice(EndpointSlice),
}

impl Object {
    /// Its kind and name.
    pub fn key(&self) -> FactKey {
        let (kind, meta) = match self {
            Object::Node(o) => (Kind::Node, &o.metadata),
            Object::Namespace(o) => (Kind::Namespace, &o.metadata),
            Object::ConfigMap(o) => (Kind::MeshConfig, &o.metadata),
            Object::Pod(o) => (Kind::Pod, &o.metadata),
            Object::Service(o) => (Kind::Service, &o.metadata),
            Object::EndpointSlice(o) => (Kind::EndpointSlice, &o.metadata),
        };
        FactKey { kind, namespace: meta.namespace.clone(), name: meta.name.clone() }
    }
}

/// A row of the table.
pub struct Watched {
    /// Its kind as the mesh names it.
    pub kind: Kind,
    /// Its kind as Kubernetes names it.
    pub gvk: Gvk,
    /// Whether it lives in namespaces.
    pub namespaced: bool,
    /// A cluster may not know it: then it counts as empty, not as lost.
    pub optional_crd: bool,
    /// Watch one object of the system namespace only, by name: the rights allow no more.
    pub only: Option<&'static str>,
    /// Bytes of one object, as JSON, to the object.
    pub decode: fn(&[u8]) -> Result<Object, serde_json::Error>,
}

macro_rules! decoder {
    ($kind:ident) => {
        |bytes| serde_json::from_slice(bytes).map(Object::$kind)
    };
}

/// The watched kinds, in the order in which a feed lists them.
pub static WATCHED: [Watched; 6] = [
    Watched {
        kind: Kind::Node,
        gvk: Gvk { group: "", version: "v1", kind: "Node", plural: "nodes" },
        namespaced: false,
        optional_crd: false,
        only: None,
        decode: decoder!(Node),
    },
    Watched {
        kind: Kind::Namespace,
        gvk: Gvk { group: "", version: "v1", kind: "Namespace", plural: "namespaces" },
        namespaced: false,
        optional_crd: false,
        only: None,
        decode: decoder!(Namespace),
    },
    Watched {
        kind: Kind::MeshConfig,
        gvk: Gvk { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps" },
        namespaced: true,
        optional_crd: false,
        only: Some("istio"),
        decode: decoder!(ConfigMap),
    },
    Watched {
        kind: Kind::Pod,
        gvk: Gvk { group: "", version: "v1", kind: "Pod", plural: "pods" },
        namespaced: true,
        optional_crd: false,
        only: None,
        decode: decoder!(Pod),
    },
    Watched {
        kind: Kind::Service,
        gvk: Gvk { group: "", version: "v1", kind: "Service", plural: "services" },
        namespaced: true,
        optional_crd: false,
        only: None,
        decode: decoder!(Service),
    },
    Watched {
        kind: Kind::EndpointSlice,
        gvk: Gvk { group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices" },
        namespaced: true,
        optional_crd: false,
        only: None,
        decode: decoder!(EndpointSlice),
    },
];

/// The row of a kind.
pub fn watched(kind: Kind) -> &'static Watched {
    match kind {
        Kind::Node => &WATCHED[0],
        Kind::Namespace => &WATCHED[1],
        Kind::MeshConfig => &WATCHED[2],
        Kind::Pod => &WATCHED[3],
        Kind::Service => &WATCHED[4],
        Kind::EndpointSlice => &WATCHED[5],
    }
}

/// Decodes an object of any watched kind from its parsed form; `None` where `apiVersion` and `kind` name no watched one.
///
/// # Errors
/// Where a field has the wrong type.
pub fn decode(value: serde_json::Value) -> Option<Result<Object, serde_json::Error>> {
    let (api_version, kind) = (value.get("apiVersion")?.as_str()?, value.get("kind")?.as_str()?);
    let row = WATCHED.iter().find(|w| {
        w.gvk.kind == kind
            && match w.gvk.group {
                "" => api_version == w.gvk.version,
                group => api_version.strip_prefix(group).and_then(|v| v.strip_prefix('/')) == Some(w.gvk.version),
            }
    })?;
    Some(match row.kind {
        Kind::Node => serde_json::from_value(value).map(Object::Node),
        Kind::Namespace => serde_json::from_value(value).map(Object::Namespace),
        Kind::MeshConfig => serde_json::from_value(value).map(Object::ConfigMap),
        Kind::Pod => serde_json::from_value(value).map(Object::Pod),
        Kind::Service => serde_json::from_value(value).map(Object::Service),
        Kind::EndpointSlice => serde_json::from_value(value).map(Object::EndpointSlice),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_kind_once_at_its_place() {
        for kind in Kind::ALL {
            assert_eq!(watched(kind).kind, kind);
        }
        assert_eq!(WATCHED.iter().map(|w| w.kind).collect::<Vec<_>>(), Kind::ALL);
    }

    #[test]
    fn decode_keeps_what_is_read_and_drops_the_rest() {
        let value = serde_json::json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "a", "namespace": "b", "managedFields": []},
            "addressType": "IPv4", "endpoints": null, "ports": [{"name": null, "port": 80}]});
        let Some(Ok(Object::EndpointSlice(slice))) = decode(value) else { panic!("an EndpointSlice decodes") };
        assert_eq!((slice.metadata.name.as_str(), slice.endpoints.len(), slice.ports[0].port), ("a", 0, Some(80)));
        assert!(decode(serde_json::json!({"apiVersion": "v2", "kind": "Service"})).is_none());
        assert!(matches!(decode(serde_json::json!({"apiVersion": "v1", "kind": "Service", "spec": 3})), Some(Err(_))));
    }
}
