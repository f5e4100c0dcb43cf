//! What a view holds, in the shape of Envoy's own config dump: for pilots asked about a proxy, and for a proxy that is
//! computed without any server.

use std::sync::{Arc, LazyLock};

use bytes::{Buf, Bytes};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Map, Value, json};

use super::build::Rope;
use super::snapshot::{Snapshot, ViewId};
use super::types::{Entry, Type};

/// Every type that is served, and every type that may stand in an `Any` of one.
static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(meshctl_proto::DESCRIPTORS).ok());

/// A resource's bytes as protobuf's JSON, with field names as Envoy writes them. `None` where the bytes are no message of
/// the type, which our own always are.
pub fn to_json(ty: Type, body: &Rope) -> Option<Value> {
    any_json(ty.url(), &joined(body))
}

/// As [`to_json`], of bytes in one piece.
pub fn any_json(type_url: &str, bytes: &[u8]) -> Option<Value> {
    let name = type_url.rsplit('/').next()?;
    let descriptor = POOL.as_ref()?.get_message_by_name(name)?;
    let message = DynamicMessage::decode(descriptor, bytes).ok()?;
    let options = SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(true);
    let mut json = message.serialize_with_options(serde_json::value::Serializer, &options).ok()?;
    if let Value::Object(fields) = &mut json {
        let mut typed = Map::new();
        typed.insert("@type".to_owned(), type_url.into());
        typed.append(fields);
        return Some(Value::Object(typed));
    }
    Some(json)
}

fn joined(body: &Rope) -> Bytes {
    match &body[..] {
        [one] => one.clone(),
        pieces => {
            let mut all = Vec::with_capacity(pieces.iter().map(Bytes::remaining).sum());
            for piece in pieces {
                all.extend_from_slice(piece);
            }
            all.into()
        }
    }
}

/// The config dump of a view: clusters, listeners, routes and endpoints, in Envoy's order of sections.
pub fn config_dump(snapshot: &Snapshot, view: ViewId) -> Value {
    config_dump_sent(|ty| snapshot.all(view, ty))
}

/// The config dump of resources of each type: of those that a proxy was sent.
pub fn config_dump_sent<'a, I>(resources: impl Fn(Type) -> I) -> Value
where
    I: IntoIterator<Item = &'a Arc<Entry>>,
{
    assemble(|ty| {
        resources(ty)
            .into_iter()
            .filter_map(|e| Some(shaped(ty, &e.name, &e.version_text(), to_json(ty, &e.body)?)))
            .collect()
    })
}

/// The config dump of resources that came over the wire: for each type, name → version and encoded message.
pub fn config_dump_of<'a, I>(resources: impl Fn(Type) -> I) -> Value
where
    I: Iterator<Item = (&'a str, &'a str, &'a Bytes)>,
{
    assemble(|ty| {
        resources(ty)
            .filter_map(|(name, version, body)| Some(shaped(ty, name, version, any_json(ty.url(), body)?)))
            .collect()
    })
}

fn assemble(of: impl Fn(Type) -> Vec<Value>) -> Value {
    let url = |name: &str| format!("type.googleapis.com/envoy.admin.v3.{name}");
    json!({"configs": [
        {"@type": url("ClustersConfigDump"), "dynamic_active_clusters": of(Type::Cluster)},
        {"@type": url("ListenersConfigDump"), "dynamic_listeners": of(Type::Listener)},
        {"@type": url("RoutesConfigDump"), "dynamic_route_configs": of(Type::Route)},
        {"@type": url("EndpointsConfigDump"), "dynamic_endpoint_configs": of(Type::Endpoint)},
    ]})
}

/// An element of a section, as `envoy.admin.v3` has it.
fn shaped(ty: Type, name: &str, version: &str, resource: Value) -> Value {
    match ty {
        Type::Cluster => json!({"version_info": version, "cluster": resource}),
        Type::Listener => {
            json!({"name": name, "active_state": {"version_info": version, "listener": resource}})
        }
        Type::Route => json!({"version_info": version, "route_config": resource}),
        Type::Endpoint => json!({"version_info": version, "endpoint_config": resource}),
    }
}
