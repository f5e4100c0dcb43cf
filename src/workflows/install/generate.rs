//! The manifests into a folder of the user's choice, a folder per cluster; or as one stream.

use std::path::Path;

use super::backend::{Backend, Compared, Consent};
use super::change::{Action, Payload};
use super::error::InstallError;
use super::folder::Folder;
use super::input::Place;
use super::plan::{Plan, PlannedCluster};
use super::report::{ClusterReport, InstallReport};
use super::run::Waiting;
use super::standing;
use super::steps::{STAGES, Way};
use crate::adapters::files::{Entry, FilesError, list_dir_if_there, stat};
use crate::data::yaml;
use crate::pure::manifest::ClusterManifests;

/// Writes every cluster's objects to `out/<cluster>/`, one file each, and removes those of an earlier run that are no longer
/// rendered.
///
/// # Errors
/// [`InstallError::ForeignFolder`] where `out` holds what we did not write. A cluster's own failure is in its row.
pub async fn generate(plan: &Plan, out: &Path) -> Result<InstallReport, InstallError> {
    let namespace = plan.clusters.first().map(|c| c.manifests.namespace.as_str()).unwrap_or_default();
    let read = |e: FilesError| InstallError::Read { path: out.display().to_string(), why: e.reason() };
    if stat(out).is_ok_and(|there| !there.is_dir) {
        return Err(InstallError::NotAFolder(out.display().to_string()));
    }
    for entry in list_dir_if_there(out).map_err(read)?.into_iter().filter(|e| !e.is_hidden()) {
        let empty = || entry.is_dir && list_dir_if_there(&entry.path).is_ok_and(|e| e.iter().all(Entry::is_hidden));
        if !matches!(standing::inventory(&entry.path, namespace), Ok(Some(_))) && !empty() {
            return Err(InstallError::ForeignFolder {
                dir: out.display().to_string(),
                entry: entry.path.display().to_string(),
            });
        }
    }
    let mut clusters: Vec<ClusterReport> = Vec::new();
    for cluster in &plan.clusters {
        let way = way(cluster, out);
        way.begin().await;
        for stage in STAGES {
            way.stage(stage).await;
        }
        way.finish(Waiting::No, None).await;
        clusters.push(way.report(false));
    }
    Ok(InstallReport {
        primary: plan.primary.to_string(),
        primary_reason: plan.primary_reason.clone(),
        image: plan.image.clone(),
        dry_run: false,
        clusters,
    })
}

/// The way of one cluster's folder, which nobody else writes to.
fn way(cluster: &PlannedCluster, out: &Path) -> Way {
    let folder = Folder { dir: out.join(cluster.id.as_str()) };
    let mut manifests = cluster.manifests.clone();
    let compared = folder.compare(&mut manifests).map(|changes| Compared { manifests, changes });
    let place = Place::Folder { whole: folder.dir.clone(), ours: folder.dir.clone() };
    let planned = PlannedCluster { place, ..cluster.clone() };
    Way::new(planned, Vec::new(), Consent::default(), compared.map(|c| (Backend::Folder(folder), c)))
}

/// What is placed where only Secrets are: these by their names alone, the namespace where it is new, and the inventory where
/// it changes. A cluster that needs nothing has no part in it.
///
/// # Errors
/// As [`stream`].
pub(super) fn secrets_stream<'a>(clusters: impl IntoIterator<Item = &'a Compared>) -> Result<String, InstallError> {
    let mut out = String::new();
    for Compared { manifests, changes } in clusters {
        let open = changes.objects.iter().chain([&changes.inventory]).filter(|c| c.action != Action::Unchanged);
        let (mut named, mut objects) = (Vec::new(), Vec::new());
        for change in open {
            match &change.payload {
                Payload::Object(object) => objects.push(&object.value),
                Payload::Secret(secret) => named.push((&change.key, &secret.report.keys)),
                Payload::Nothing => {}
            }
        }
        if named.is_empty() && objects.is_empty() {
            continue;
        }
        out.push_str(&format!("---\n# cluster: {}\n", manifests.cluster));
        out.extend(named.iter().map(|(key, keys)| format!("# {key} is placed, with {}\n", keys.join(", "))));
        out.push_str(&yaml::to_documents(objects)?);
    }
    Ok(out)
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
