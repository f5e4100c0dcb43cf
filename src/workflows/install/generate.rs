//! The manifests into a folder of the user's choice, a folder per cluster; or as one stream.

use std::path::Path;

use super::error::InstallError;
use super::plan::Plan;
use super::report::{ClusterReport, InstallReport};
use super::run::{Way, compare};
use super::standing;
use crate::adapters::files::{Entry, FilesError, list_dir_if_there};
use crate::data::yaml;
use crate::pure::manifest::ClusterManifests;

/// Writes every cluster's objects to `out/<cluster>/`, one file each, and removes those of an earlier run that are no longer
/// rendered.
///
/// # Errors
/// [`InstallError::ForeignFolder`] where `out` holds what we did not write. A cluster's own failure is in its row.
pub fn generate(plan: &Plan, out: &Path) -> Result<InstallReport, InstallError> {
    let namespace = plan.clusters.first().map(|c| c.manifests.namespace.as_str()).unwrap_or_default();
    let read = |e: FilesError| InstallError::Read { path: out.display().to_string(), why: e.reason() };
    for entry in list_dir_if_there(out).map_err(read)?.into_iter().filter(|e| !e.is_hidden()) {
        let empty = || entry.is_dir && list_dir_if_there(&entry.path).is_ok_and(|e| e.iter().all(Entry::is_hidden));
        if !matches!(standing::inventory(&entry.path, namespace), Ok(Some(_))) && !empty() {
            return Err(InstallError::ForeignFolder {
                dir: out.display().to_string(),
                entry: entry.path.display().to_string(),
            });
        }
    }
    let clusters: Vec<ClusterReport> = plan
        .clusters
        .iter()
        .map(|cluster| {
            let (dir, manifests) = (out.join(cluster.id.as_str()), cluster.manifests.clone());
            let changes = compare(&dir, &manifests);
            Way { dir, manifests, secrets: Vec::new(), notes: Vec::new(), changes }.apply()
        })
        .collect();
    Ok(InstallReport {
        primary: plan.primary.to_string(),
        primary_reason: plan.primary_reason.clone(),
        image: plan.image.clone(),
        dry_run: false,
        clusters,
    })
}

/// All objects in the order in which they are applied, each cluster's first document led by `# cluster: ID`.
///
/// # Errors
/// Where an object does not serialise.
pub fn stream<'a>(clusters: impl IntoIterator<Item = &'a ClusterManifests>) -> Result<String, InstallError> {
    let mut out = String::new();
    for cluster in clusters {
        let objects = cluster.all()?;
        let text = yaml::to_documents(objects.iter().map(|o| &o.value))?;
        out.push_str(&format!("---\n# cluster: {}\n{text}", cluster.cluster));
    }
    Ok(out)
}
