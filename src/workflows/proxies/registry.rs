//! The source that needs no server: what pilot would give a proxy, computed here from the merged mesh.

use std::io::Cursor;

use super::source::{Dump, Holds, Origin, Part, SourceError};
use super::target::Target;
use crate::data::model::{NodeId, ProxyRole};
use crate::pure::mesh::Mesh;
use crate::pure::v1;
use crate::pure::xds::{Catalog, Proxy, config_dump};

/// The node id that the sidecar of a pod has, or would have.
fn node(target: &Target) -> Result<NodeId, SourceError> {
    let address = target.address.ok_or_else(|| SourceError::NoAddress { target: target.to_string() })?;
    let (pod, namespace) = (target.id.name.clone(), target.id.namespace.clone());
    Ok(NodeId { role: ProxyRole::Sidecar, address, pod, namespace })
}

/// What pilot would give a proxy, in the shape of an Envoy's config dump.
///
/// # Errors
/// [`SourceError::NoAddress`] where the pod has no address yet.
pub fn computed_dump(mesh: &Mesh, registry: &str, target: &Target) -> Result<Dump, SourceError> {
    let mut proxy = Proxy::of_node(node(target)?, Some(target.id.cluster.clone()));
    if let Some(pod) = mesh.workloads.get(&target.id) {
        proxy.addresses.clone_from(&pod.addresses);
    }
    let mut catalog = Catalog::new(mesh);
    let view = catalog.attach(mesh, proxy.view(mesh));
    let dump = config_dump(&catalog.snapshot(), view).to_string();
    let part = Part { bytes: Box::new(Cursor::new(dump.into_bytes())), holds: Holds::Dump };
    Ok(Dump { parts: vec![part], origin: Origin::Registry(registry.to_owned()) })
}

/// The same in the talk's JSON: the answer of `/v1/clusters/…`, `/v1/listeners/…`, `/v1/routes/…` by `path`.
///
/// # Errors
/// [`SourceError`]: no address, or what the talk's pilot would have answered instead.
pub fn computed_v1(mesh: &Mesh, registry: &str, target: &Target, path: &str) -> Result<String, SourceError> {
    let node = node(target)?.to_string();
    let origin = || Origin::Registry(registry.to_owned());
    let refused = |e: v1::V1Error| SourceError::Status {
        origin: origin(),
        path: format!("/v1/{path}"),
        status: e.status(),
        body: e.to_string(),
    };
    let text = match path.split_once('/') {
        Some(("routes", name)) => v1::text(&v1::routes(mesh, name, &node).map_err(refused)?),
        _ if path == "clusters" => v1::text(&v1::clusters(mesh, &node).map_err(refused)?),
        _ => v1::text(&v1::listeners(mesh, &node).map_err(refused)?),
    };
    text.map_err(|e| SourceError::Answer { origin: origin(), path: format!("/v1/{path}"), why: e.to_string() })
}
