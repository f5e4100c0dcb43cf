//! One cluster's way to its plan, step by step, and how far it has come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::StreamExt;

use super::backend::{Backend, Compared, Consent};
use super::change::{Action, Change, Changes};
use super::farewell::is_of_pilot;
use super::plan::{NAMESPACE, PlannedCluster};
use super::report::{ClusterReport, ObjectReport, State, Warning};
use super::run::Waiting;
use super::secret::PlannedSecret;
use super::verify;
use crate::pure::manifest::{ObjectKey, Stage};

/// Every stage in its order.
pub(super) const STAGES: [Stage; 10] = [
    Stage::Namespace,
    Stage::Secrets,
    Stage::Definitions,
    Stage::Rights,
    Stage::Bindings,
    Stage::Config,
    Stage::Services,
    Stage::Slices,
    Stage::Workloads,
    Stage::Webhooks,
];

/// One cluster on its way.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) planned: PlannedCluster,
    pub(super) secrets: Vec<PlannedSecret>,
    pub(super) consent: Consent,
    /// Where its objects stand and what must happen there, or why nothing may.
    pub(super) compared: Result<(Backend, Compared), String>,
    progress: Mutex<Progress>,
}

/// How far a cluster has come.
#[derive(Debug, Clone, Default)]
struct Progress {
    /// What was written or removed.
    done: Vec<ObjectKey>,
    /// What is being written.
    underway: Vec<ObjectKey>,
    /// It is through.
    finished: bool,
    /// Whether it works is still to be found out.
    unverified: bool,
    /// Something was written that is no object of the plan.
    touched: bool,
    /// A slice that is no longer wanted stays: pilot has not filled the one that is.
    waits_for_pilot: bool,
    /// The pod that looks for pilot, or may stand; its UID, once the API server has said it.
    probe: Option<(ObjectKey, Option<String>)>,
    error: Option<String>,
    hint: Option<String>,
    notes: Vec<String>,
    warnings: Vec<Warning>,
    /// What would happen besides the changes of objects.
    foreseen: Vec<String>,
}

impl Way {
    pub(super) fn new(
        planned: PlannedCluster,
        secrets: Vec<PlannedSecret>,
        consent: Consent,
        compared: Result<(Backend, Compared), String>,
    ) -> Self {
        let progress = Progress { error: compared.as_ref().err().cloned(), ..Progress::default() };
        Self { planned, secrets, consent, compared, progress: Mutex::new(progress) }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The backend and the changes, where nothing has failed yet.
    pub(super) fn open(&self) -> Option<(&Backend, &Compared)> {
        let open = self.progress().error.is_none();
        self.compared.as_ref().ok().filter(|_| open).map(|(backend, compared)| (backend, compared))
    }

    /// Whether nothing would be written.
    pub(super) fn is_settled(&self) -> bool {
        self.compared.as_ref().is_ok_and(|(_, c)| c.changes.is_settled())
    }

    /// Why it stopped.
    pub(super) fn error(&self) -> Option<String> {
        self.progress().error.clone()
    }

    /// Stops the cluster here; the first reason stays.
    pub(super) fn fail(&self, why: impl Into<String>) {
        self.progress().error.get_or_insert(why.into());
    }

    /// Stops the cluster here; where it has stopped already this is told beside the first reason.
    pub(super) fn fail_too(&self, why: String) {
        let mut progress = self.progress();
        if progress.error.is_some() {
            progress.notes.push(why);
        } else {
            progress.error = Some(why);
        }
    }

    /// Something to tell while nothing has been written.
    pub(super) fn foresee(&self, text: impl Into<String>) {
        self.progress().foreseen.push(text.into());
    }

    /// The next command, where the cluster has stopped.
    pub(super) fn hint(&self, text: &str) {
        self.progress().hint.get_or_insert(text.to_owned());
    }

    /// Something to tell.
    pub(super) fn note(&self, text: impl Into<String>) {
        self.progress().notes.push(text.into());
    }

    /// Something that is not in order, and stops nothing.
    pub(super) fn warn(&self, warning: Warning) {
        self.progress().warnings.push(warning);
    }

    /// Something that is no object of the plan was written, and is to be told.
    pub(super) fn touch(&self, text: impl Into<String>) {
        self.progress().touched = true;
        self.note(text);
    }

    /// Puts an object of the plan there again that was removed for that, also where the cluster has stopped meanwhile.
    ///
    /// # Errors
    /// As [`Backend::put`]; where the plan has no such object.
    pub(super) async fn put_again(&self, key: &ObjectKey) -> Result<(), String> {
        let (backend, compared) = self.compared.as_ref().map_err(Clone::clone)?;
        let change = compared.changes.objects.iter().find(|c| c.key == *key);
        let change = change.ok_or_else(|| format!("{key} is not planned"))?;
        // it was removed a moment ago
        backend.put(&Change { action: Action::Created, ..change.clone() }, self.consent).await
    }

    /// The inventory ahead of what it lists, and the namespace ahead of that where it must be.
    pub(super) async fn begin(&self) {
        let Some((backend, compared)) = self.open() else { return };
        if compared.changes.is_settled() {
            return;
        }
        if !backend.inventory_stands_alone() {
            self.stage(Stage::Namespace).await;
        }
        if self.open().is_some()
            && let Some(ahead) = &compared.changes.ahead
            && let Err(why) = backend.put_inventory(ahead, self.consent).await
        {
            self.fail(why);
        }
    }

    /// Writes the objects of a stage, several at a time; all of them are tried.
    pub(super) async fn stage(&self, stage: Stage) {
        let Some((backend, compared)) = self.open() else { return };
        let open = |change: &&Change| !self.progress().done.contains(&change.key);
        let changes: Vec<&Change> = compared.changes.of_stage(stage).filter(open).collect();
        let written =
            futures::stream::iter(changes).map(|change| self.write(backend, change)).buffered(backend.width());
        let results: Vec<Result<(), String>> = written.collect().await;
        results.into_iter().filter_map(Result::err).for_each(|why| self.fail(why));
    }

    /// Writes one object. It is noted at once: whoever is interrupted tells what was written, and what may have been.
    async fn write(&self, backend: &Backend, change: &Change) -> Result<(), String> {
        let result = self.underway(&change.key, backend.put(change, self.consent)).await;
        if result.is_ok() {
            self.progress().done.push(change.key.clone());
        }
        result
    }

    /// Does something that an interrupt leaves done or not: then that is told of the object.
    pub(super) async fn underway<T>(&self, key: &ObjectKey, what: impl Future<Output = T>) -> T {
        self.progress().underway.push(key.clone());
        let done = what.await;
        self.progress().underway.retain(|other| other != key);
        done
    }

    /// Waits until what it runs is ready.
    pub(super) async fn wait(&self, waiting: Waiting) {
        let (Some((Backend::Live(live), compared)), Waiting::Until(deadline)) = (self.open(), waiting) else { return };
        if let Err(why) = super::wait::ready(live, &compared.manifests, deadline).await {
            self.fail(why);
            let id = &self.planned.id;
            self.hint(&format!(
                "kubectl --namespace {NAMESPACE} describe pods, in the cluster {id}, says more; --timeout waits longer"
            ));
        }
    }

    /// Whether this run has written something here.
    pub(super) fn wrote(&self) -> bool {
        !self.progress().done.is_empty()
    }

    /// Whether all that is planned stands here.
    pub(super) fn is_finished(&self) -> bool {
        self.progress().finished
    }

    /// Whether something that points at the primary is yet to be written in a cluster that runs. A folder runs nothing.
    pub(super) fn points_anew(&self) -> bool {
        let Some((Backend::Live(_), compared)) = self.open() else { return false };
        [Stage::Services, Stage::Slices, Stage::Workloads, Stage::Webhooks]
            .into_iter()
            .any(|stage| compared.changes.of_stage(stage).next().is_some())
    }

    /// Whether something of ours runs in it; in a folder nothing runs.
    pub(super) fn runs_workloads(&self) -> bool {
        let Ok((Backend::Live(_), compared)) = &self.compared else { return false };
        compared.manifests.objects.iter().any(|o| o.key.kind == "Deployment")
    }

    /// The workload of pilot that is removed here: this is the former primary.
    pub(super) fn former_pilot(&self) -> Option<&ObjectKey> {
        let (_, compared) = self.compared.as_ref().ok()?;
        compared.changes.pruned().map(|change| &change.key).find(|key| key.kind == "Deployment")
    }

    /// Notes whether it is still to be found out that what was written works: until then nothing is well.
    pub(super) fn mark_unverified(&self, so: bool) {
        self.progress().unverified = so;
    }

    /// A pod is about to be made that looks for pilot, or was: with a `uid`. It is removed in the end.
    pub(super) fn probes(&self, pod: &ObjectKey, uid: Option<String>) {
        self.progress().probe = Some((pod.clone(), uid));
    }

    /// The pod that this run has made, or may have made, and its UID where that is known.
    pub(super) fn probe(&self) -> Option<(ObjectKey, Option<String>)> {
        self.progress().probe.clone()
    }

    /// That pod is gone, or what is to be said of it was said.
    pub(super) fn forget_probe(&self) {
        self.progress().probe = None;
    }

    /// Whether a slice that is no longer wanted was left for now.
    pub(super) fn waits_for_pilot(&self) -> bool {
        self.progress().waits_for_pilot
    }

    /// Removes what is no longer wanted, and shrinks the inventory. `needed`: why pilot and what it needs must stay for now.
    pub(super) async fn finish(&self, waiting: Waiting, needed: Option<&str>) {
        let Some((backend, compared)) = self.open() else { return };
        match self.prune(backend, compared, waiting, needed).await {
            Ok(stays) => match self.shrink(backend, compared, stays).await {
                Ok(()) => self.progress().finished = true,
                Err(why) => self.fail(why),
            },
            Err(why) => self.fail(why),
        }
    }

    /// Removes what is no longer wanted; gives what stays for now.
    async fn prune(
        &self,
        backend: &Backend,
        compared: &Compared,
        waiting: Waiting,
        needed: Option<&str>,
    ) -> Result<Vec<ObjectKey>, String> {
        let mut stays = Vec::new();
        if let (Some(why), Some(pilot)) = (needed, self.former_pilot()) {
            self.note(format!("{pilot} and what it needs stay for now: {why}; the next install removes them"));
        }
        for change in compared.changes.pruned() {
            if needed.is_some() && is_of_pilot(&change.key) {
                stays.push(change.key.clone());
                continue;
            }
            let hold = match backend {
                Backend::Live(live) => live.holds(compared, change, waiting).await?,
                Backend::Folder(_) => None,
            };
            if let Some(why) = hold {
                self.note(format!("{} stays for now: {why}; the next install removes it", change.key));
                stays.push(change.key.clone());
                self.progress().waits_for_pilot |= change.key.kind == "EndpointSlice";
                continue;
            }
            let refused = match backend {
                Backend::Live(live) if verify::is_probe(&change.key) => {
                    verify::clear(live, &self.planned.id, change).await?
                }
                _ => backend.remove(change).await.map(|()| None)?,
            };
            match refused {
                None => self.progress().done.push(change.key.clone()),
                Some(warning) => self.warn(warning),
            }
        }
        Ok(stays)
    }

    /// The inventory as it shall be in the end, with what stays for now.
    async fn shrink(&self, backend: &Backend, compared: &Compared, stays: Vec<ObjectKey>) -> Result<(), String> {
        let Changes { inventory, ahead, .. } = &compared.changes;
        if inventory.action == Action::Unchanged && ahead.is_none() {
            return Ok(());
        }
        let mut last = compared.manifests.inventory.clone();
        last.objects.extend(stays);
        last.objects.sort();
        let last = last
            .to_object(&compared.manifests.namespace)
            .map_err(|e| format!("writing {} failed: {e}", inventory.key))?;
        if ahead.as_ref() != Some(&last) {
            backend.put_inventory(&last, self.consent).await?;
        }
        self.progress().done.push(inventory.key.clone());
        Ok(())
    }

    /// What happened, or with `planned` what would.
    pub(super) fn report(&self, planned: bool) -> ClusterReport {
        let progress = self.progress().clone();
        let compared = self.compared.as_ref().ok().map(|(_, compared)| compared);
        let all = compared.and_then(|c| c.manifests.all().ok()).filter(|_| planned);
        let shown =
            |change: &&Change| planned || change.action == Action::Unchanged || progress.done.contains(&change.key);
        let changes = compared.iter().flat_map(|c| c.changes.objects.iter().chain([&c.changes.inventory]));
        let objects: Vec<ObjectReport> = changes
            .filter(shown)
            .map(|c| ObjectReport::of(c, all.as_deref(), self.planned.place.folder().is_some()))
            .collect();
        let state = match (&progress.error, planned) {
            (Some(_), _) => State::Failed,
            (None, true) => State::Planned,
            (None, false) if !progress.finished || progress.unverified => State::Failed,
            (None, false) if !progress.touched && objects.iter().all(|o| o.action == Action::Unchanged) => {
                State::Unchanged
            }
            (None, false) => State::Written,
        };
        let error = match (&progress.error, state) {
            (None, State::Failed) if progress.finished => Some("it was interrupted before it was verified".to_owned()),
            (None, State::Failed) => Some("it was interrupted".to_owned()),
            (error, _) => error.clone(),
        };
        // the same command alone would look no more
        let unverified = progress.finished && progress.unverified && progress.error.is_none();
        let hint = progress.hint.or_else(|| unverified.then(|| verify::AGAIN.to_owned()));
        let underway: Vec<String> = progress.underway.iter().map(ToString::to_string).collect();
        let underway = (state == State::Failed && !underway.is_empty())
            .then(|| format!("it was interrupted while it wrote {}: that stands, or does not", underway.join(", ")));
        let mut notes: Vec<String> = compared.iter().flat_map(|c| c.changes.notes.iter().cloned()).collect();
        notes.extend(progress.notes);
        notes.extend(underway);
        notes.extend(progress.foreseen.into_iter().filter(|_| planned));
        let mut warnings: Vec<Warning> = compared.iter().flat_map(|c| c.changes.warnings.iter().cloned()).collect();
        warnings.extend(progress.warnings);
        ClusterReport {
            cluster: self.planned.id.to_string(),
            role: self.planned.role.to_string(),
            folder: self.planned.place.ours().map(|f| f.display().to_string()),
            server: self.planned.place.server().map(str::to_owned),
            state,
            objects,
            secrets: self.secrets.iter().map(|s| s.report.clone()).collect(),
            notes,
            warnings,
            error,
            hint,
        }
    }
}
