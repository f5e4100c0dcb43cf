//! From a plan to clusters that hold it: everything that can be checked is checked before the first write; then the clusters go
//! side by side, in the order that holds between them.

use std::path::Path;

use futures::future::join_all;

use super::backend::{Backend, Consent};
use super::credentials::{Credentials, Wanted};
use super::error::InstallError;
use super::folder::Folder;
use super::input::{Place, PlanInput};
use super::live::Live;
use super::plan::{Options, Plan, PlannedCluster};
use super::ready::{self, Look};
use super::report::InstallReport;
use super::steps::{STAGES, Way};
use super::trust;
use crate::data::model::{ClusterId, ClusterRole, Timestamp};
use crate::pure::manifest::Stage;

/// A plan with its way: nothing is written yet.
#[derive(Debug)]
pub struct Prepared {
    /// The plan.
    pub plan: Plan,
    ways: Vec<Way>,
    /// What pilot needs to watch the remotes; `None` where the primary is no live cluster that answers.
    credentials: Option<Credentials>,
    consent: Consent,
}

/// Plans, and compares with what stands in every cluster.
///
/// # Errors
/// [`InstallError`] for what stops everything. What stops one cluster is in its row of the report.
pub async fn prepare(
    input: &PlanInput,
    options: &Options,
    ca: Option<&Path>,
    consent: Consent,
) -> Result<Prepared, InstallError> {
    let plan = Plan::of(input, options)?;
    let namespace = plan.clusters.first().map(|c| c.manifests.namespace.clone()).unwrap_or_default();
    // also those that are not asked for now: they know the primary
    let backends = join_all(input.clusters.iter().map(|c| async { (&c.id, connect(&c.place).await) })).await;
    if !consent.move_primary {
        recorded_primary(&backends, &plan, &namespace).await?;
    }
    let wanted: Vec<_> = plan.clusters.iter().map(|c| (&c.id, c.manifests.inventory.secrets.as_slice())).collect();
    let mut secrets = trust::check(input, ca, &wanted)?;
    let look = ready::look(input, &plan.clusters, &backends, &secrets, consent).await;
    let look = &look;
    let ways = plan.clusters.iter().map(|planned| {
        let secrets = secrets.remove(&planned.id).unwrap_or_default();
        let backend = backends.iter().find(|(id, _)| **id == planned.id).map(|(_, backend)| backend.clone());
        async move {
            let stops = look.stops(&planned.id);
            let compared = match backend {
                _ if stops.is_some() => Err(stops.iter().map(|(why, _)| why.clone()).collect()),
                Some(Ok(backend)) => {
                    backend.compare(planned, &secrets, consent).await.map(|compared| (backend, compared))
                }
                Some(Err(why)) => Err(why),
                None => Err("it is not in the registry".to_owned()),
            };
            let way = Way::new(planned.clone(), secrets, consent, compared);
            look.warnings(&planned.id).for_each(|warning| way.note(warning));
            stops.into_iter().flat_map(|(_, hints)| hints).for_each(|hint| way.note(format!("hint: {hint}")));
            way
        }
    });
    let ways = join_all(ways).await;
    let credentials = credentials(input, &plan, &backends, look, &ways, consent, options.now).await;
    Ok(Prepared { plan, ways, credentials, consent })
}

/// What must happen to the credentials of the remotes that are asked for.
async fn credentials(
    input: &PlanInput,
    plan: &Plan,
    backends: &[(&ClusterId, Result<Backend, String>)],
    look: &Look,
    ways: &[Way],
    consent: Consent,
    now: Timestamp,
) -> Option<Credentials> {
    let primary = backends.iter().find(|(id, _)| **id == plan.primary).and_then(|(_, backend)| backend.as_ref().ok());
    let Some(Backend::Live(primary)) = primary else { return None };
    let remotes: Vec<&Way> = ways.iter().filter(|w| w.planned.role == ClusterRole::Remote).collect();
    let wanted = remotes.iter().filter_map(|way| {
        let (Backend::Live(live), _) = way.open()? else { return None };
        let source = &input.clusters.iter().find(|c| c.id == way.planned.id)?.source;
        Some(Wanted { id: &way.planned.id, live, source, reach: look.reaches.get(&way.planned.id)? })
    });
    match Credentials::plan(primary, wanted.collect(), consent.revoke_credentials, now).await {
        Ok(credentials) => {
            for remote in &credentials.remotes {
                let way = remotes.iter().find(|w| w.planned.id == remote.id);
                way.into_iter().for_each(|way| remote.plan_text().into_iter().for_each(|text| way.foresee(text)));
            }
            Some(credentials)
        }
        Err(why) => {
            remotes.iter().filter(|w| w.planned.place.server().is_some()).for_each(|way| way.fail(why.clone()));
            None
        }
    }
}

/// The backend of a cluster, where it can be reached at all.
async fn connect(place: &Place) -> Result<Backend, String> {
    match place {
        Place::Folder { ours, .. } => Ok(Backend::Folder(Folder { dir: ours.clone() })),
        Place::Live { server, connector } => match connector.client().await {
            Ok((_, client)) => Ok(Backend::Live(Box::new(Live { client, server: server.clone() }))),
            Err(why) => Err(format!("making a client for {server} failed: {why}")),
        },
    }
}

/// Once installed, the primary is recorded in every cluster, also in those that are not asked for now.
async fn recorded_primary(
    backends: &[(&ClusterId, Result<Backend, String>)],
    plan: &Plan,
    namespace: &str,
) -> Result<(), InstallError> {
    let asked = backends.iter().map(|(id, backend)| async move {
        // an inventory that cannot be read stops its own cluster, later
        let inventory = backend.as_ref().ok()?.inventory(namespace).await.ok()??;
        Some((*id, inventory))
    });
    let found = join_all(asked).await.into_iter().flatten();
    match found.into_iter().find(|(_, inventory)| inventory.primary != plan.primary.as_str()) {
        None => Ok(()),
        Some((cluster, inventory)) => Err(InstallError::PrimaryMoves {
            cluster: cluster.clone(),
            recorded: inventory.primary,
            chosen: plan.primary.clone(),
            reason: plan.primary_reason.clone(),
        }),
    }
}

impl Prepared {
    fn report(&self, planned: bool) -> InstallReport {
        InstallReport {
            primary: self.plan.primary.to_string(),
            primary_reason: self.plan.primary_reason.clone(),
            image: self.plan.image.clone(),
            dry_run: planned,
            clusters: self.ways.iter().map(|way| way.report(planned)).collect(),
        }
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
        super::generate::stream(compared.map(|(_, compared)| &compared.manifests))
    }

    /// Writes. One cluster that fails never hides the rest. Dropped half way, [`Prepared::so_far`] says what was done.
    pub async fn apply(&self) -> InstallReport {
        let all: Vec<&Way> = self.ways.iter().collect();
        let of_role = |role| self.ways.iter().filter(move |w| w.planned.role == role).collect::<Vec<_>>();
        let (primaries, remotes) = (of_role(ClusterRole::Primary), of_role(ClusterRole::Remote));
        // the CA everywhere first: a workload that started without it would have to be made anew
        join_all(all.iter().map(|w| async {
            w.begin().await;
            stages(w, Stage::Namespace, Stage::Secrets).await;
        }))
        .await;
        join_all(all.iter().map(|w| stages(w, Stage::Definitions, Stage::Config))).await;
        // what points at the primary comes after it
        join_all(primaries.iter().map(|w| stages(w, Stage::Services, Stage::Webhooks))).await;
        join_all(remotes.iter().map(|w| stages(w, Stage::Services, Stage::Webhooks))).await;
        if let Some(credentials) = &self.credentials {
            credentials.place(&remotes, self.consent.revoke_credentials).await;
        }
        join_all(all.iter().map(|w| w.finish())).await;
        self.report(false)
    }
}

async fn stages(way: &Way, first: Stage, last: Stage) {
    for stage in STAGES.into_iter().filter(|s| (first..=last).contains(s)) {
        way.stage(stage).await;
    }
}
