//! From a plan to clusters that hold it: they go side by side, in the order that holds between them.

use std::time::Duration;

use futures::future::join_all;

use super::backend::{Backend, Consent};
use super::credentials::Credentials;
use super::error::InstallError;
use super::live::Live;
use super::plan::{Plan, PlannedCluster};
use super::report::{ClusterReport, InstallReport, Warning};
use super::skew::{self, VERSION};
use super::steps::{STAGES, Way};
use super::verify::{self, Verify};
use crate::data::model::{ClusterId, ClusterRole};
use crate::pure::manifest::{Inventory, Stage};

/// A plan with its way: nothing is written yet.
#[derive(Debug)]
pub struct Prepared {
    /// The plan.
    pub plan: Plan,
    pub(super) ways: Vec<Way>,
    /// What pilot needs to watch the remotes; `None` where the primary is no live cluster that answers.
    pub(super) credentials: Option<Credentials>,
    pub(super) consent: Consent,
    /// Whether an older version of this program installed in a cluster that is asked for.
    pub(super) upgrade: bool,
    /// The clusters that are not asked for, with what is recorded in them.
    pub(super) elsewhere: Vec<(ClusterId, Result<Option<Inventory>, String>)>,
    /// The remotes, asked for or not, in which a newer version of this program is recorded, and which.
    pub(super) newer: Vec<(ClusterId, String)>,
    pub(super) only_secrets: bool,
    /// The primary, asked for or not: its pilot is asked in the end.
    pub(super) pilot: Option<Live>,
}

/// How long to wait for what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Not at all: what was written is done.
    No,
    /// Until it is ready, so long for each cluster.
    Until(Duration),
}

impl Prepared {
    fn report(&self, planned: bool) -> InstallReport {
        let mut clusters: Vec<ClusterReport> = self.ways.iter().map(|way| way.report(planned)).collect();
        let left = self.left_newer(planned);
        let primary = clusters.iter_mut().find(|c| c.cluster == self.plan.primary.as_str());
        primary.into_iter().zip(left).for_each(|(primary, warning)| primary.warnings.push(warning));
        InstallReport {
            primary: self.plan.primary.to_string(),
            primary_reason: self.plan.primary_reason.clone(),
            image: self.plan.image.clone(),
            dry_run: planned,
            clusters,
        }
    }

    /// What is said of the primary where this version comes to it, or stands there, while newer ones stay in its remotes: those
    /// that were not asked for, and those that stopped.
    fn left_newer(&self, planned: bool) -> Option<Warning> {
        let way = |id: &ClusterId| self.ways.iter().find(|way| way.planned.id == *id);
        let primary = way(&self.plan.primary)?;
        if primary.error().is_some() && !primary.wrote() {
            return None;
        }
        let follows = |way: &Way| if planned { way.error().is_none() } else { way.is_finished() };
        let stays = |id: &ClusterId| !way(id).is_some_and(follows);
        let left: Vec<_> = self.newer.iter().filter(|(id, _)| stays(id)).cloned().collect();
        skew::left_newer(&left, VERSION)
    }

    /// What would happen, with the objects and the lines that change. Writes nothing.
    pub fn dry_run(&self) -> InstallReport {
        self.report(true)
    }

    /// What has happened so far.
    pub fn so_far(&self) -> InstallReport {
        self.report(false)
    }

    /// Whether nothing would be written anywhere.
    pub fn is_settled(&self) -> bool {
        self.ways.iter().all(Way::is_settled) && self.credentials.as_ref().is_none_or(Credentials::is_settled)
    }

    /// Whether every cluster could be compared with its plan.
    pub fn was_asked(&self) -> bool {
        self.ways.iter().all(|way| way.compared.is_ok())
    }

    /// The clusters with their addresses, for a question.
    pub fn clusters(&self) -> impl Iterator<Item = &PlannedCluster> {
        self.ways.iter().map(|way| &way.planned)
    }

    /// Exactly what is applied, as one stream of documents; a cluster that cannot be installed has no part in it.
    ///
    /// # Errors
    /// Where an object does not serialise.
    pub fn stream(&self) -> Result<String, InstallError> {
        let compared = self.ways.iter().filter_map(|way| way.compared.as_ref().ok());
        if self.only_secrets {
            return super::generate::secrets_stream(compared.map(|(_, compared)| compared));
        }
        super::generate::stream(compared.map(|(_, compared)| &compared.manifests))
    }

    /// Writes, and waits where that is wanted. One cluster that fails never hides the rest. `say` hears what is being done.
    /// Dropped half way, [`Prepared::so_far`] says what was done.
    pub async fn apply(&self, waiting: Waiting, verify: Verify, say: &(dyn Fn(&str) + Sync)) -> InstallReport {
        let quiet = self.is_settled();
        let step = |text: &str| {
            if !quiet {
                say(text);
            }
        };
        let verifies = waiting != Waiting::No && verify != Verify::No;
        // from now on: whoever is interrupted in the midst knows of none that it works
        let live = || self.ways.iter().filter(|w| w.planned.place.server().is_some());
        live().for_each(|w| w.mark_unverified(verifies));
        match self.upgrade {
            true => self.one_by_one(waiting, &step).await,
            false => self.side_by_side(waiting, &step).await,
        }
        if let Waiting::Until(deadline) = waiting
            && verifies
        {
            // in a folder nothing works yet; and where nothing was written it takes its time, too
            if live().any(|w| w.open().is_some()) {
                say("verifying that it works");
            }
            self.verify(verify, deadline).await;
        }
        self.report(false)
    }

    /// Every cluster at once, in the order that holds between them.
    async fn side_by_side(&self, waiting: Waiting, say: &(dyn Fn(&str) + Sync)) {
        let all: Vec<&Way> = self.ways.iter().collect();
        let of_role = |role| self.ways.iter().filter(move |w| w.planned.role == role).collect::<Vec<_>>();
        let (primaries, remotes) = (of_role(ClusterRole::Primary), of_role(ClusterRole::Remote));
        // the CA everywhere first: a workload that started without it would have to be made anew
        say("namespaces and the CA");
        join_all(all.iter().map(|w| async {
            w.begin().await;
            stages(w, Stage::Namespace, Stage::Secrets).await;
        }))
        .await;
        say("rights and settings");
        join_all(all.iter().map(|w| stages(w, Stage::Definitions, Stage::Config))).await;
        // what points at the primary comes after it
        say(&format!("the control plane in {}", self.plan.primary));
        join_all(primaries.iter().map(|w| async {
            stages(w, Stage::Services, Stage::Workloads).await;
            w.wait(waiting).await;
            stages(w, Stage::Webhooks, Stage::Webhooks).await;
        }))
        .await;
        if let Some(why) = primaries.iter().find_map(|w| w.error()) {
            for remote in remotes.iter().filter(|r| r.points_anew()) {
                remote.fail(format!("what points at the primary {} waits until that stands: {why}", self.plan.primary));
            }
        }
        say("the remotes");
        // the readers' accounts and rights are there; for the slices, which come at the same time, pilot waits a while
        let credentials = async {
            let Some(credentials) = &self.credentials else { return Vec::new() };
            if primaries.iter().all(|w| w.open().is_some()) {
                return credentials.place(&remotes, self.consent.revoke_credentials).await;
            }
            // nothing more is written where something has failed
            credentials.put_off(&remotes, &self.plan.primary);
            Vec::new()
        };
        let stages_of_all = join_all(remotes.iter().map(|w| stages(w, Stage::Services, Stage::Workloads)));
        let (unplaced, _) = futures::join!(credentials, stages_of_all);
        // only now: what a remote's pods need there does not wait for what pilot needs
        unplaced.into_iter().for_each(|(way, why)| way.fail_too(why));
        join_all(remotes.iter().map(|w| async {
            w.wait(waiting).await;
            stages(w, Stage::Webhooks, Stage::Webhooks).await;
        }))
        .await;
        let (former, others): (Vec<&Way>, Vec<&Way>) = all.iter().partition(|w| w.former_pilot().is_some());
        join_all(others.iter().map(|w| w.finish(waiting, None))).await;
        self.farewell(&former, waiting).await;
    }

    /// Removes what an interrupted run made for itself alone.
    pub async fn clean_up(&self) {
        join_all(self.ways.iter().map(|way| async {
            if let Ok((Backend::Live(live), _)) = &way.compared {
                verify::take_back(live, way).await;
            }
        }))
        .await;
    }
}

/// Writes these stages, one after the other.
pub(super) async fn stages(way: &Way, first: Stage, last: Stage) {
    for stage in STAGES.into_iter().filter(|s| (first..=last).contains(s)) {
        way.stage(stage).await;
    }
}
