//! The source that needs no server: the mesh is read from the registry and computed here.

use std::path::Path;

use super::source::{Dump, SourceError};
use super::target::Target;
use crate::pure::mesh::Mesh;

/// Reads the merged mesh of a registry.
///
/// # Errors
/// Where the registry cannot be read.
pub async fn load_mesh(registry: &Path) -> Result<Mesh, SourceError> {
    Err(SourceError::NotBuilt { what: format!("reading the mesh of the registry {}", registry.display()) })
}

/// What pilot would give a proxy, in the shape of an Envoy's config dump.
///
/// # Errors
/// Where it cannot be computed.
pub async fn computed_dump(_mesh: &Mesh, target: &Target) -> Result<Dump, SourceError> {
    Err(SourceError::NotBuilt { what: format!("computing the configuration of {target}") })
}

/// The same in the talk's JSON: the answer of `/v1/clusters/…`, `/v1/listeners/…`, `/v1/routes/…` by `path`.
///
/// # Errors
/// As [`computed_dump`].
pub async fn computed_v1(_mesh: &Mesh, target: &Target, path: &str) -> Result<String, SourceError> {
    Err(SourceError::NotBuilt { what: format!("computing /v1/{path} of {target}") })
}
