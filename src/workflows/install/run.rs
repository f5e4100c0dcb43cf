//! From a plan to written folders: everything that can be checked is checked before the first write.

use std::path::{Path, PathBuf};

use super::apply;
use super::diff::{self, Action, Change, Changes};
use super::error::InstallError;
use super::input::PlanInput;
use super::plan::{Options, Plan, PlannedCluster};
use super::report::{ClusterReport, InstallReport, ObjectReport, SecretReport, State};
use super::standing;
use super::trust;
use crate::adapters::files::link_target;
use crate::pure::manifest::{ClusterManifests, Object};

/// A plan with its way: nothing is written yet.
#[derive(Debug)]
pub struct Prepared {
    /// The plan.
    pub plan: Plan,
    clusters: Vec<Way>,
}

/// One cluster's way to its plan.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) dir: PathBuf,
    pub(super) manifests: ClusterManifests,
    pub(super) secrets: Vec<SecretReport>,
    pub(super) notes: Vec<String>,
    pub(super) changes: Result<Changes, String>,
}

/// Plans, and compares with what stands in every cluster's folder.
///
/// # Errors
/// [`InstallError`] for what stops everything. What stops one cluster is in its row of the report.
pub fn prepare(
    input: &PlanInput,
    options: &Options,
    ca: Option<&Path>,
    move_primary: bool,
) -> Result<Prepared, InstallError> {
    let plan = Plan::of(input, options)?;
    let live: Vec<&str> = plan.clusters.iter().filter(|c| c.folder.is_none()).map(|c| c.id.as_str()).collect();
    if !live.is_empty() {
        return Err(InstallError::Live(live.join(", ")));
    }
    if !move_primary {
        recorded_primary(input, &plan)?;
    }
    let wanted: Vec<_> = plan.clusters.iter().map(|c| (&c.id, c.manifests.inventory.secrets.as_slice())).collect();
    let mut secrets = trust::check(input, ca, &wanted)?;
    let clusters = plan
        .clusters
        .iter()
        .filter_map(|c| Some(way(c, c.folder.as_deref()?, secrets.remove(&c.id).unwrap_or_default())))
        .collect();
    Ok(Prepared { plan, clusters })
}

/// Once installed, the primary is recorded in every cluster, also in those that are not asked for now.
fn recorded_primary(input: &PlanInput, plan: &Plan) -> Result<(), InstallError> {
    for cluster in &input.clusters {
        let Some(folder) = &cluster.folder else { continue };
        let namespace = plan.clusters.first().map(|c| c.manifests.namespace.as_str()).unwrap_or_default();
        // an inventory that cannot be read stops its own cluster, later
        let Ok(Some(inventory)) = standing::inventory(&folder.join("meshctl"), namespace) else { continue };
        if inventory.primary != plan.primary.as_str() {
            return Err(InstallError::PrimaryMoves {
                cluster: cluster.id.clone(),
                recorded: inventory.primary,
                chosen: plan.primary.clone(),
                reason: plan.primary_reason.clone(),
            });
        }
    }
    Ok(())
}

fn way(cluster: &PlannedCluster, folder: &Path, secrets: Vec<SecretReport>) -> Way {
    let dir = folder.join("meshctl");
    let (mut manifests, mut notes, mut blocked) = (cluster.manifests.clone(), Vec::new(), None);
    if let Some(to) = link_target(&dir) {
        // what it leads to is not ours to write, nor to prune
        blocked = Some(format!("{} is a symbolic link to {}, and must be a folder", dir.display(), to.display()));
    }
    let keys: Vec<_> = cluster.manifests.objects.iter().map(|o| &o.key).collect();
    for (key, path) in standing::others(folder, &dir, &keys) {
        if key.kind == "Namespace" {
            // a namespace may hold more than us: whose it is, it stays
            notes.push(format!("{key} is left to {}", path.display()));
            manifests = manifests.without(key);
        } else {
            blocked
                .get_or_insert_with(|| format!("{key} is defined in {}, which meshctl did not write", path.display()));
        }
    }
    let changes = match blocked {
        Some(why) => Err(why),
        None => compare(&dir, &manifests),
    };
    Way { dir, manifests, secrets, notes, changes }
}

/// Compares a folder of ours with what it shall hold.
pub(super) fn compare(dir: &Path, manifests: &ClusterManifests) -> Result<Changes, String> {
    let standing = standing::read(dir, &manifests.namespace, manifests.objects.iter().map(|o| &o.key))?;
    diff::changes(manifests, &standing).map_err(|e| format!("{}: {e}", dir.display()))
}

impl Way {
    fn report(
        &self,
        state: State,
        done: &[&Change],
        planned: Option<&[Object]>,
        error: Option<String>,
    ) -> ClusterReport {
        let mut notes = self.notes.clone();
        notes.extend(self.changes.iter().flat_map(|c| c.notes.iter().cloned()));
        ClusterReport {
            cluster: self.manifests.cluster.to_string(),
            role: self.manifests.role.to_string(),
            folder: self.dir.display().to_string(),
            state,
            objects: done.iter().map(|c| ObjectReport::of(c, planned)).collect(),
            secrets: self.secrets.clone(),
            notes,
            error,
        }
    }

    /// Says what would happen.
    fn planned(&self) -> Result<ClusterReport, InstallError> {
        let all = self.manifests.all()?;
        Ok(match &self.changes {
            Err(why) => self.report(State::Failed, &[], None, Some(why.clone())),
            Ok(changes) => {
                let done: Vec<&Change> = changes.objects.iter().chain([&changes.inventory]).collect();
                self.report(State::Planned, &done, Some(&all), None)
            }
        })
    }

    /// Makes it happen.
    pub(super) fn apply(&self) -> ClusterReport {
        let changes = match &self.changes {
            Ok(changes) => changes,
            Err(why) => return self.report(State::Failed, &[], None, Some(why.clone())),
        };
        let (done, error) = apply::apply(&self.dir, changes);
        let state = match &error {
            Some(_) => State::Failed,
            None if done.iter().all(|c| c.action == Action::Unchanged) => State::Unchanged,
            None => State::Written,
        };
        self.report(state, &done, None, error)
    }
}

impl Prepared {
    fn report(&self, dry_run: bool, clusters: Vec<ClusterReport>) -> InstallReport {
        InstallReport {
            primary: self.plan.primary.to_string(),
            primary_reason: self.plan.primary_reason.clone(),
            image: self.plan.image.clone(),
            dry_run,
            clusters,
        }
    }

    /// What would happen, with the objects and the lines that change. Writes nothing.
    ///
    /// # Errors
    /// Where an object does not serialise.
    pub fn dry_run(&self) -> Result<InstallReport, InstallError> {
        let clusters = self.clusters.iter().map(Way::planned).collect::<Result<Vec<_>, _>>()?;
        Ok(self.report(true, clusters))
    }

    /// Whether anything would be written.
    pub fn is_settled(&self) -> bool {
        let settled = |c: &Changes| c.objects.iter().chain([&c.inventory]).all(|c| c.action == Action::Unchanged);
        self.clusters.iter().all(|c| c.changes.as_ref().is_ok_and(settled))
    }

    /// Exactly what is applied, as one stream of documents; a cluster that cannot be installed has no part in it.
    ///
    /// # Errors
    /// Where an object does not serialise.
    pub fn stream(&self) -> Result<String, InstallError> {
        super::generate::stream(self.clusters.iter().filter(|c| c.changes.is_ok()).map(|c| &c.manifests))
    }

    /// Writes. One cluster that fails never hides the rest.
    pub fn apply(&self) -> InstallReport {
        self.report(false, self.clusters.iter().map(Way::apply).collect())
    }
}
