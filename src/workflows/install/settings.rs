//! What pilot must know of `mesh.yaml`: the key `meshctl` of the ConfigMap `istio`.

use serde_json::{Map, Value, json};

use super::input::PlanInput;
use crate::data::kinds::MeshFile;

/// What pilot must know of `mesh.yaml`, as a `mesh.yaml`; what is not said there is left out.
pub(super) fn settings(input: &PlanInput) -> Value {
    let MeshFile { trust_domain, open_namespaces, cluster_local, networks, .. } = &input.mesh;
    let networks: Map<String, Value> = networks
        .iter()
        .map(|(name, network)| {
            let gateways: Vec<Value> =
                network.gateways.iter().map(|g| json!({"address": g.address, "port": g.port})).collect();
            (name.clone(), json!({"gateways": gateways}))
        })
        .collect();
    let clusters: Map<String, Value> = input
        .clusters
        .iter()
        .map(|c| {
            (
                c.id.to_string(),
                filled(json!({"network": c.overrides.network, "pilotAddress": c.overrides.pilot_address})),
            )
        })
        .filter(|(_, said)| is_said(said))
        .collect();
    filled(json!({
        "apiVersion": "meshctl/v1",
        "kind": "Mesh",
        "primary": input.primary,
        "trustDomain": trust_domain,
        "openNamespaces": open_namespaces,
        "clusterLocal": cluster_local,
        "networks": networks,
        "clusters": clusters,
    }))
}

/// A map without what is empty.
fn filled(mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.retain(|_, v| is_said(v));
    }
    value
}

fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}
