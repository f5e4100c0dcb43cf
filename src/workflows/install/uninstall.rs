//! Uninstall: from every cluster goes what the inventory lists and our label marks, webhooks first; what may be somebody else's
//! stays, and is named.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::join_all;

use super::backend::{Backend, Unread};
use super::error::InstallError;
use super::input::{PlanCluster, PlanInput};
use super::plan::{self, NAMESPACE};
use super::prepare::connect;

mod found;
mod needed;
mod others;
mod report;

use found::Found;
use needed::Leads;
pub(super) use report::UNPLANNED;
pub use report::{Kept, Left, LeftCluster, UninstallReport};

/// What a user allows an uninstallation.
#[derive(Debug, Clone, Default)]
pub struct Leave {
    /// Only these clusters; empty: all.
    pub only: Vec<String>,
    /// Definitions, the CA's Secret and the namespace go, too.
    pub purge: bool,
    /// Even while pods with a sidecar run, in this cluster or in one whose pilot is here.
    pub force: bool,
}

/// An uninstallation with everything read: nothing is removed yet.
#[derive(Debug)]
pub struct Uninstall {
    leaving: Vec<Leaving>,
}

/// One cluster on its way out.
#[derive(Debug)]
struct Leaving {
    cluster: PlanCluster,
    leads: Leads,
    /// It did not answer when it was asked first.
    is_silent: bool,
    /// What cannot be known of it.
    notes: Vec<String>,
    found: Result<(Backend, Found), String>,
    progress: Mutex<Progress>,
}

#[derive(Debug, Clone, Default)]
struct Progress {
    removed: Vec<String>,
    /// What stays although it was to go, and why.
    kept: Vec<Kept>,
    finished: bool,
    error: Option<String>,
    hint: Option<String>,
}

/// Reads what stands of us in every cluster.
///
/// # Errors
/// Where the registry has problems, or a name is none of its clusters.
pub async fn prepare_uninstall(input: &PlanInput, leave: &Leave) -> Result<Uninstall, InstallError> {
    let input = input.clone().known()?;
    let clusters = plan::selected(&input, &leave.only)?;
    let mut leaving = join_all(clusters.into_iter().map(|cluster| Leaving::of(cluster, leave))).await;
    if !leave.force {
        needed::hold(&input, &mut leaving).await;
    }
    Ok(Uninstall { leaving })
}

/// The report of an uninstallation that was interrupted while it was prepared.
///
/// # Errors
/// As [`prepare_uninstall`].
pub fn unplanned_uninstall(input: &PlanInput, leave: &Leave, dry_run: bool) -> Result<UninstallReport, InstallError> {
    let input = input.clone().known()?;
    let clusters = plan::selected(&input, &leave.only)?.into_iter().map(LeftCluster::unplanned).collect();
    Ok(UninstallReport { dry_run, clusters })
}

impl Leaving {
    /// Looks at what stands in a cluster.
    async fn of(cluster: &PlanCluster, leave: &Leave) -> Self {
        let connected = connect(&cluster.place).await;
        let inventory = match &connected {
            Ok(backend) => backend.inventory(NAMESPACE).await,
            Err(why) => Err(Unread::other(why.clone())),
        };
        let is_silent = inventory.as_ref().is_err_and(|unread| unread.is_silence);
        let inventory = inventory.map_err(String::from);
        let leads = Leads::of(&cluster.id, &inventory);
        let mut notes = Vec::new();
        let found = match (connected, inventory) {
            (Ok(backend), Ok(inventory)) => {
                let found = backend.found(cluster, inventory.as_ref(), leave, &mut notes).await;
                found.map(|found| (backend, found))
            }
            (Err(why), _) | (_, Err(why)) => Err(why),
        };
        let progress = Progress { error: found.as_ref().err().cloned(), ..Progress::default() };
        Self { cluster: cluster.clone(), leads, is_silent, notes, found, progress: Mutex::new(progress) }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes, one after the other; stops at the first failure, with the inventory still there.
    async fn leave(&self) {
        let Ok((backend, found)) = &self.found else { return };
        for change in &found.go {
            if let Some(why) = found.comes_between(backend, change).await {
                self.progress().kept.push(Kept { object: change.key.to_string(), why });
                continue;
            }
            match backend.remove(change).await {
                Ok(()) => self.progress().removed.push(change.key.to_string()),
                Err(why) => {
                    self.progress().error = Some(why);
                    return;
                }
            }
        }
        match found.unknown() {
            None => self.progress().finished = true,
            Some(why) => self.progress().error = Some(why),
        }
    }

    fn report(&self, planned: bool) -> LeftCluster {
        let progress = self.progress().clone();
        let found = self.found.as_ref().map(|(_, found)| found.clone()).unwrap_or_default();
        let state = match (&progress.error, planned) {
            (Some(_), _) => Left::Failed,
            (None, _) if found.go.is_empty() => Left::Absent,
            (None, true) => Left::Planned,
            (None, false) if progress.finished => Left::Removed,
            (None, false) => Left::Failed,
        };
        let interrupted = (state == Left::Failed).then(|| "it was interrupted".to_owned());
        LeftCluster {
            cluster: self.cluster.id.to_string(),
            place: self.cluster.place.to_string(),
            state,
            planned: found.go.iter().filter(|_| planned).map(|c| c.key.to_string()).collect(),
            removed: progress.removed,
            kept: found.kept.into_iter().chain(progress.kept).collect(),
            notes: self.notes.clone(),
            error: progress.error.or(interrupted),
            hint: progress.hint,
        }
    }
}

impl Uninstall {
    fn report(&self, planned: bool) -> UninstallReport {
        UninstallReport { dry_run: planned, clusters: self.leaving.iter().map(|l| l.report(planned)).collect() }
    }

    /// Whether a cluster is not to be left, or could not be looked at.
    pub fn is_refused(&self) -> bool {
        self.leaving.iter().any(|leaving| leaving.found.is_err())
    }

    /// Whether a cluster did not answer.
    pub(super) fn is_silent(&self) -> bool {
        self.leaving.iter().any(|leaving| leaving.is_silent)
    }

    /// What would go, and what would stay.
    pub fn dry_run(&self) -> UninstallReport {
        self.report(true)
    }

    /// What has gone so far.
    pub fn so_far(&self) -> UninstallReport {
        self.report(false)
    }

    /// Removes it, in all clusters side by side. One that fails never hides the rest.
    pub async fn leave(&self) -> UninstallReport {
        join_all(self.leaving.iter().map(Leaving::leave)).await;
        self.report(false)
    }
}
