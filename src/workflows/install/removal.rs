//! Taking one cluster out of the mesh: its credential, the slices that lead to it and its entries in inventories go from every
//! other cluster, and are looked for again afterwards; the cluster itself is uninstalled, unless it is dead.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::join_all;

use super::backend::Backend;
use super::error::InstallError;
use super::input::{PlanCluster, PlanInput};
use super::plan::NAMESPACE;
use super::prepare::connect;
use super::uninstall::{Leave, LeftCluster, UNPLANNED, Uninstall, prepare_uninstall};
use crate::data::model::ClusterId;

mod report;
mod traces;

pub use report::{Cleared, RemovalReport};
use traces::Traces;
pub(super) use traces::slices;

/// A removal with everything read: nothing is removed yet.
#[derive(Debug)]
pub struct Removal {
    id: ClusterId,
    others: Vec<Other>,
    itself: Option<Uninstall>,
}

/// A cluster that stays.
#[derive(Debug)]
struct Other {
    id: ClusterId,
    /// What cannot be known of it.
    notes: Vec<String>,
    /// Where it stands and what is there of the cluster that goes; `Err`: why nobody knows.
    found: Result<(Backend, Traces), String>,
    done: Mutex<Done>,
}

/// How far the removal is in one cluster.
#[derive(Debug, Default)]
struct Done {
    /// What has gone.
    removed: Vec<String>,
    /// The end.
    cleared: Option<Cleared>,
}

/// Looks in every other cluster for what it holds of this one.
///
/// # Errors
/// Where the registry has problems, where nobody knows the cluster, and where it is the primary.
pub async fn prepare_removal(input: &PlanInput, name: &str, leave: Removing) -> Result<Removal, InstallError> {
    // what an installation alone reads does not keep a cluster in the mesh
    let input = input.clone().known()?;
    let id = named(&input, name)?;
    let stay: Vec<&PlanCluster> = input.clusters.iter().filter(|c| c.id != id).collect();
    let others = join_all(stay.into_iter().map(|cluster| async {
        let mut notes = Vec::new();
        let found = match connect(&cluster.place).await {
            Ok(backend) => Traces::read(&backend, &cluster.id, &id, &mut notes).await.map(|traces| (backend, traces)),
            Err(why) => Err(why),
        };
        Other { id: cluster.id.clone(), notes, found, done: Mutex::default() }
    }))
    .await;
    let traces = || others.iter().filter_map(|o| o.found.as_ref().ok()).map(|(_, traces)| traces);
    let itself = input.clusters.iter().find(|c| c.id == id);
    // the others may have lost their inventories, or not answer
    let own = match itself {
        Some(cluster) if !leave.dead => own_primary(cluster).await,
        _ => None,
    };
    if own.as_deref() == Some(id.as_str()) || traces().any(|t| t.primary.as_deref() == Some(id.as_str())) {
        return Err(InstallError::RemovesPrimary(id));
    }
    let in_registry = itself.is_some();
    // a cluster that could not be asked may know it
    if !in_registry && others.iter().all(|o| o.found.is_ok()) && traces().all(Traces::is_empty) {
        return Err(unknown(&input, name, traces().flat_map(|t| t.known.clone())));
    }
    let itself = match in_registry && !leave.dead {
        true => {
            let only = Leave { only: vec![id.to_string()], purge: false, force: leave.force };
            Some(prepare_uninstall(&input, &only).await?)
        }
        false => None,
    };
    Ok(Removal { id, others, itself })
}

/// The report of a removal that was interrupted while it was prepared.
///
/// # Errors
/// Where the registry has problems, and where the name is no cluster's.
pub fn unplanned_removal(
    input: &PlanInput,
    name: &str,
    leave: Removing,
    dry_run: bool,
) -> Result<RemovalReport, InstallError> {
    let input = input.clone().known()?;
    let id = named(&input, name)?;
    let stay = input.clusters.iter().filter(|c| c.id != id);
    let itself = input.clusters.iter().find(|c| c.id == id).filter(|_| !leave.dead);
    Ok(RemovalReport {
        name: id.to_string(),
        dry_run,
        others: stay.map(|c| Cleared::failed(&c.id, UNPLANNED)).collect(),
        itself: itself.map(LeftCluster::unplanned),
        files: Vec::new(),
    })
}

/// The id that a user names, in the registry or not.
fn named(input: &PlanInput, name: &str) -> Result<ClusterId, InstallError> {
    ClusterId::parse(name).map_err(|_| unknown(input, name, std::iter::empty()))
}

/// Nobody knows a cluster of this name; known are those of the registry, and `more`.
fn unknown(input: &PlanInput, name: &str, more: impl Iterator<Item = String>) -> InstallError {
    let mut known: Vec<String> = input.clusters.iter().map(|c| c.id.to_string()).chain(more).collect();
    known.sort();
    known.dedup();
    InstallError::UnknownCluster { name: name.to_owned(), known: known.join(", ") }
}

/// The primary as the cluster that goes has it, where it says anything; why it does not is told when it is uninstalled.
async fn own_primary(cluster: &PlanCluster) -> Option<String> {
    let backend = connect(&cluster.place).await.ok()?;
    let inventory = backend.inventory(NAMESPACE).await.ok()??;
    (inventory.cluster == cluster.id.as_str()).then_some(inventory.primary)
}

/// What a user says of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removing {
    /// The cluster does not answer and never will.
    pub dead: bool,
    /// Even while pods with a sidecar run in it.
    pub force: bool,
}

impl Other {
    /// Removes, and looks again.
    async fn clear(&self, id: &ClusterId) -> Cleared {
        let gone = |text: String| self.done().removed.push(text);
        let error = match &self.found {
            Ok((backend, traces)) => traces.take(backend, id, &gone).await.err(),
            Err(why) => Some(why.clone()),
        };
        let mut removed = self.done().removed.clone();
        let left = match (&self.found, &error) {
            // what cannot be known was told by the first look
            (Ok((backend, _)), None) => {
                Traces::read(backend, &self.id, id, &mut Vec::new()).await.map(|left| left.texts(id))
            }
            (_, error) => Err(error.clone().unwrap_or_default()),
        };
        let error = match left {
            Ok(left) if left.is_empty() => None,
            Ok(left) => {
                removed.retain(|text| !left.contains(text));
                Some(format!("it is still there: {}", left.join(", ")))
            }
            Err(why) => Some(why),
        };
        let cleared = Cleared { removed, clear: error.is_none(), error, ..self.cleared() };
        self.done().cleared = Some(cleared.clone());
        cleared
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has gone so far.
    fn so_far(&self) -> Cleared {
        let done = self.done();
        let half = || Cleared {
            removed: done.removed.clone(),
            error: Some("it was interrupted".to_owned()),
            ..self.cleared()
        };
        done.cleared.clone().unwrap_or_else(half)
    }

    /// One of which nothing has gone yet.
    fn cleared(&self) -> Cleared {
        let (cluster, notes) = (self.id.to_string(), self.notes.clone());
        Cleared { cluster, planned: Vec::new(), removed: Vec::new(), notes, clear: false, error: None }
    }

    /// As it stands, since the cluster itself cannot be left.
    fn held(&self, id: &ClusterId) -> Cleared {
        let planned = self.planned(id);
        let why = || format!("it was kept, since {id} itself stays: {}", planned.planned.join(", "));
        let error = planned.error.clone().or_else(|| (!planned.clear).then(why));
        Cleared { planned: Vec::new(), error, ..planned }
    }

    fn planned(&self, id: &ClusterId) -> Cleared {
        let (planned, error) = match &self.found {
            Ok((_, traces)) => (traces.texts(id), None),
            Err(why) => (Vec::new(), Some(why.clone())),
        };
        let clear = error.is_none() && planned.is_empty();
        Cleared { planned, clear, error, ..self.cleared() }
    }
}

impl Removal {
    fn report(&self, dry_run: bool, others: Vec<Cleared>, itself: Option<LeftCluster>) -> RemovalReport {
        let is_silent = self.itself.as_ref().is_some_and(Uninstall::is_silent);
        let dead =
            is_silent.then(|| format!("if it will never answer again: meshctl cluster remove {} --dead", self.id));
        let itself = itself.map(|itself| LeftCluster { hint: itself.hint.or(dead), ..itself });
        RemovalReport { name: self.id.to_string(), dry_run, others, itself, files: Vec::new() }
    }

    /// What would go.
    pub fn dry_run(&self) -> RemovalReport {
        let itself = self.itself.as_ref().and_then(|u| u.dry_run().clusters.into_iter().next());
        self.report(true, self.others.iter().map(|o| o.planned(&self.id)).collect(), itself)
    }

    /// What has gone so far: dropped half way, that is all that is known.
    pub fn so_far(&self) -> RemovalReport {
        let itself = self.itself.as_ref().and_then(|u| u.so_far().clusters.into_iter().next());
        self.report(false, self.others.iter().map(Other::so_far).collect(), itself)
    }

    /// Removes it: from the others first, side by side, then the cluster itself. One that fails never hides the rest. Where the
    /// cluster itself may not be left, nothing is touched: its sidecars need pilot to know it.
    pub async fn carry_out(&self) -> RemovalReport {
        if let Some(uninstall) = self.itself.as_ref().filter(|u| u.is_refused()) {
            let itself = uninstall.dry_run().clusters.into_iter().next();
            let others = self.others.iter().map(|o| o.held(&self.id)).collect();
            return self.report(false, others, itself);
        }
        let others = join_all(self.others.iter().map(|other| other.clear(&self.id))).await;
        let itself = match &self.itself {
            Some(uninstall) => uninstall.leave().await.clusters.into_iter().next(),
            None => None,
        };
        self.report(false, others, itself)
    }
}
