//! `mesh.yaml`: settings of the whole mesh.

use std::net::IpAddr;

use super::read::text;
use super::shape::{MESH, check, without_nulls};
use crate::data::kinds::MeshFile;
use crate::data::model::ClusterId;
use crate::data::yaml;

/// Its name in the registry.
pub(super) const NAME: &str = "mesh.yaml";

/// Reads it.
///
/// # Errors
/// Everything that is wrong with it, each as the end of a sentence that names the file.
pub(super) fn parse(bytes: &[u8]) -> Result<MeshFile, Vec<String>> {
    let one = |reason: &str| vec![reason.to_owned()];
    let text = text(bytes).map_err(|e| vec![e])?;
    let mut documents = yaml::documents(text).map_err(|e| vec![e.redacted()])?;
    let value = match (documents.pop(), documents.is_empty()) {
        (Some(value), true) => value,
        (Some(_), false) => return Err(one("it holds more than one document")),
        (None, _) => return Err(one("it is empty")),
    };
    let mut found = Vec::new();
    check(&value, &MESH, "", &mut found);
    if !found.is_empty() {
        return Err(found);
    }
    let mesh: MeshFile = serde_json::from_value(without_nulls(value))
        .map_err(|_| one("one of its keys is missing or has the wrong type"))?;
    if mesh.kind != "Mesh" || mesh.api_version != "meshctl/v1" {
        return Err(one("it is not apiVersion meshctl/v1, kind Mesh"));
    }
    let found = values(&mesh);
    if found.is_empty() { Ok(mesh) } else { Err(found) }
}

/// What the types do not say.
fn values(mesh: &MeshFile) -> Vec<String> {
    let mut found = Vec::new();
    for (name, network) in &mesh.networks {
        for (i, gateway) in network.gateways.iter().enumerate() {
            if gateway.address.parse::<IpAddr>().is_err() {
                found.push(format!("networks.{name}.gateways[{i}].address is no IP address"));
            }
        }
    }
    for id in mesh.clusters.keys().filter(|id| ClusterId::parse(id).is_err()) {
        found.push(format!("clusters.{id} is no cluster's id"));
    }
    if mesh.primary.as_deref().is_some_and(|id| ClusterId::parse(id).is_err()) {
        found.push("primary is no cluster's id".into());
    }
    found
}
