//! From a registry to a plan whose every cluster has been looked at and compared: all that can be checked before the first write
//! is checked here.

use futures::future::join_all;

use super::asked::{Asked, ask, grounds, places, trusting};
use super::backend::{Backend, Compared, Consent};
use super::credentials::{Credentials, Wanted};
use super::error::InstallError;
use super::folder::Folder;
use super::input::{Place, PlanInput};
use super::live::Live;
use super::plan::{Options, Plan, PlannedCluster};
use super::ready::{self, Look};
use super::report::{ClusterReport, InstallReport, State};
use super::rights;
use super::run::Prepared;
use super::secret::PlannedSecret;
use super::skew::{self, VERSION};
use super::steps::Way;
use super::stubs;
use super::trust::{self, CaAt, Trusted};
use super::verify;
use crate::data::model::{ClusterId, ClusterRole};
use crate::pure::manifest::Inventory;

/// Plans, and compares with what stands in every cluster.
///
/// # Errors
/// [`InstallError`] for what stops everything. What stops one cluster is in its row of the report.
pub async fn prepare(
    input: &PlanInput,
    options: &Options,
    ca: CaAt<'_>,
    consent: Consent,
) -> Result<Prepared, InstallError> {
    let mut plan = Plan::of(input, options)?;
    let namespace = plan.clusters.first().map(|c| c.manifests.namespace.clone()).unwrap_or_default();
    // also those that are not asked for now: they know the primary
    let asked = join_all(input.clusters.iter().map(|c| ask(&c.id, &c.place, &namespace))).await;
    if !consent.move_primary {
        recorded_primary(&asked, &plan)?;
    }
    // before anything else is asked of the clusters: what is wrong with the CA stops everything
    let Trusted { mut secrets, notes } = trust::check(input, ca, &trusting(input, &asked, &plan))?;
    // Secrets alone need no stubs
    let mut told = match options.only_secrets {
        true => Vec::new(),
        false => stubs::add(input, &mut plan.clusters, &places(&asked), options.stub_services).await,
    };
    told.extend(notes);
    let look = &ready::look(input, &plan.clusters, &grounds(&asked), consent, options).await;
    let ways = plan.clusters.iter().map(|planned| {
        let secrets = secrets.remove(&planned.id).unwrap_or_else(|| Ok(Vec::new()));
        let asked = asked.iter().find(|a| *a.id == planned.id);
        compare(planned, asked, secrets, look, consent, options)
    });
    let ways = join_all(ways).await;
    for (id, text) in told {
        ways.iter().filter(|way| way.planned.id == id).for_each(|way| way.note(text.clone()));
    }
    let open = ways.iter().filter(|way| way.planned.manifests.inventory.stubs_undecided);
    open.for_each(|way| way.warn(stubs::undecided()));
    if !options.only_secrets {
        primary_first(&ways, &asked, &plan);
    }
    let credentials = credentials(input, &plan, &asked, look, &ways, consent, options).await;
    let is_planned = |a: &&Asked<'_>| plan.clusters.iter().any(|c| c.id == *a.id);
    // Secrets are of no version
    let upgrade = !options.only_secrets && asked.iter().filter(is_planned).any(|a| a.recorded().is_some_and(is_older));
    let elsewhere = asked.iter().filter(|a| !is_planned(a));
    let elsewhere = elsewhere.map(|a| (a.id.clone(), a.inventory.clone().map_err(String::from))).collect();
    let pilot = asked.iter().find(|a| *a.id == plan.primary).and_then(|a| match &a.backend {
        Ok(Backend::Live(live)) => Some(live.as_ref().clone()),
        _ => None,
    });
    let newer = if options.only_secrets { Vec::new() } else { newer(&asked, &plan.primary) };
    let only_secrets = options.only_secrets;
    Ok(Prepared { plan, ways, credentials, consent, upgrade, elsewhere, newer, only_secrets, pilot })
}

/// The remotes in which a newer version of this program is recorded, and which.
fn newer(asked: &[Asked<'_>], primary: &ClusterId) -> Vec<(ClusterId, String)> {
    let remotes = asked.iter().filter(|a| a.id != primary).filter_map(|a| Some((a.id, a.recorded()?)));
    let newer = remotes.filter(|(_, old)| skew::step(&old.version, VERSION) == skew::Step::Downgrade);
    newer.map(|(id, old)| (id.clone(), old.version.clone())).collect()
}

/// The report of a run that was interrupted while it was prepared.
///
/// # Errors
/// As [`Plan::of`].
pub fn unplanned(input: &PlanInput, options: &Options, dry_run: bool) -> Result<InstallReport, InstallError> {
    let plan = Plan::of(input, options)?;
    let clusters = plan.clusters.into_iter().map(|planned| ClusterReport {
        cluster: planned.id.to_string(),
        role: planned.role.to_string(),
        folder: planned.place.ours().map(|f| f.display().to_string()),
        server: planned.place.server().map(str::to_owned),
        state: State::Failed,
        objects: Vec::new(),
        secrets: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        error: Some("it was interrupted while it was planned; nothing was written".to_owned()),
        hint: None,
    });
    Ok(InstallReport {
        primary: plan.primary.to_string(),
        primary_reason: plan.primary_reason,
        image: plan.image,
        dry_run,
        clusters: clusters.collect(),
    })
}

/// Whether an older version of this program wrote it.
fn is_older(inventory: &Inventory) -> bool {
    skew::step(&inventory.version, VERSION) == skew::Step::Upgrade
}

/// Whether this version comes to a cluster with this run.
fn is_new(asked: Option<&Asked<'_>>) -> bool {
    // where nothing but Secrets was placed, nothing of any version stands
    let installed = asked.and_then(Asked::recorded).filter(|inventory| inventory.installed().is_some());
    installed.is_none_or(is_older)
}

/// Stops the remotes to which this version must not come yet: an upgrade goes primary first, and a primary that is not asked for
/// stays as it is.
fn primary_first(ways: &[Way], asked: &[Asked<'_>], plan: &Plan) {
    let of = |id: &ClusterId| asked.iter().find(|a| a.id == id);
    if ways.iter().any(|way| way.planned.id == plan.primary) {
        return;
    }
    let Some(old) = of(&plan.primary).and_then(Asked::recorded).filter(|inventory| is_older(inventory)) else { return };
    for way in ways.iter().filter(|way| is_new(of(&way.planned.id))) {
        way.fail(skew::primary_first(&plan.primary, &old.version, VERSION));
        way.hint(&format!("upgrade the primary first: leave --clusters out, or name {} there, too", plan.primary));
    }
}

/// Compares what stands in a cluster with what it shall hold: the cluster at the start of its way, or stopped before it.
async fn compare(
    planned: &PlannedCluster,
    asked: Option<&Asked<'_>>,
    secrets: Result<Vec<PlannedSecret>, String>,
    look: &Look,
    consent: Consent,
    options: &Options,
) -> Way {
    let (secrets, unknown) = secrets.map_or_else(|why| (Vec::new(), Some(why)), |secrets| (secrets, None));
    let compared = match look.stops(&planned.id).or(unknown) {
        Some(why) => Err(why),
        None => changes(planned, asked, &secrets, options).await,
    };
    let way = Way::new(planned.clone(), secrets, consent, compared);
    look.tell(&way);
    if !consent.force_conflicts
        && let Some(why) = way.open().and_then(|(_, compared)| compared.changes.conflicts())
    {
        way.fail(why);
        way.hint("meshctl diff shows them; --force-conflicts takes these fields back");
    }
    if options.only_secrets && planned.place.server().is_none() {
        way.note("a folder holds no Secret: nothing is placed there");
    }
    way
}

/// Where a cluster's objects stand, and what must happen there.
async fn changes(
    planned: &PlannedCluster,
    asked: Option<&Asked<'_>>,
    secrets: &[PlannedSecret],
    options: &Options,
) -> Result<(Backend, Compared), String> {
    let asked = asked.ok_or_else(|| "it is not in the registry".to_owned())?;
    let (backend, old) = (asked.backend.clone()?, asked.inventory.clone()?);
    if !options.only_secrets {
        let left = async {
            match &backend {
                // also in the primary: it may have been a remote when a run was killed there
                Backend::Live(live) => verify::left_behind(live, options.now).await,
                Backend::Folder(_) => Ok(Vec::new()),
            }
        };
        let (compared, left) = futures::join!(backend.compare(planned, secrets, old), left);
        let mut compared = compared?;
        compared.changes.objects.extend(left?);
        return Ok((backend, compared));
    }
    let narrow = planned.secrets_only(old.as_ref());
    let mut compared = backend.compare(&narrow, secrets, old.clone()).await?;
    compared.only_secrets(&backend, old.as_ref());
    Ok((backend, compared))
}

/// What must happen to the credentials of the remotes that are asked for.
async fn credentials(
    input: &PlanInput,
    plan: &Plan,
    asked: &[Asked<'_>],
    look: &Look,
    ways: &[Way],
    consent: Consent,
    options: &Options,
) -> Option<Credentials> {
    let remotes: Vec<&Way> = ways.iter().filter(|w| w.planned.role == ClusterRole::Remote).collect();
    let live = || remotes.iter().filter(|w| w.planned.place.server().is_some());
    let asked = asked.iter().find(|a| *a.id == plan.primary)?;
    if let Some(primary) = ways.iter().find(|w| w.planned.id == plan.primary) {
        // what stopped the primary stops every write there, and is told in its own row
        if primary.open().is_none() {
            live()
                .for_each(|w| w.note(format!("pilot's credential for it was not looked at: {} was stopped", asked.id)));
            return None;
        }
    } else {
        match is_the_primary(asked, options.only_secrets).await {
            Ok(unknown) => unknown.iter().for_each(|text| live().for_each(|w| w.note(format!("{}: {text}", asked.id)))),
            Err(why) => {
                let why = format!("placing pilot's credential in the primary {} failed: {why}", asked.id);
                live().for_each(|w| w.fail(why.clone()));
                return None;
            }
        }
    }
    let Ok(Backend::Live(primary)) = &asked.backend else { return None };
    let wanted = remotes.iter().filter_map(|way| {
        let (Backend::Live(live), _) = way.open()? else { return None };
        let source = &input.clusters.iter().find(|c| c.id == way.planned.id)?.source;
        Some(Wanted { id: &way.planned.id, live, source, reach: look.reaches.get(&way.planned.id)? })
    });
    match Credentials::plan(primary, wanted.collect(), consent.revoke_credentials, options).await {
        Ok(credentials) => {
            if ways.iter().all(|w| w.planned.id != plan.primary) {
                may_be_placed(primary, asked.id, &credentials, &remotes).await;
            }
            for remote in &credentials.remotes {
                let way = remotes.iter().find(|w| w.planned.id == remote.id && w.open().is_some());
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

/// Stops the remotes whose credentials the user may not place in a primary that is not installed into now: nothing else asks what
/// is allowed there.
async fn may_be_placed(primary: &Live, id: &ClusterId, credentials: &Credentials, remotes: &[&Way]) {
    if credentials.is_settled() {
        return;
    }
    let wanted = rights::to_place_credentials();
    let why = match rights::lacking(&primary.client, wanted).await {
        Ok(None) => return,
        Ok(Some(why)) | Err(why) => why,
    };
    let open = credentials.remotes.iter().filter(|remote| remote.plan_text().is_some());
    for way in open.filter_map(|remote| remotes.iter().find(|way| way.planned.id == remote.id)) {
        way.fail(format!("placing pilot's credential in the primary {id} failed: {why}"));
        way.hint(rights::HINT);
    }
}

/// Whether a primary that is not installed into now may hold pilot's credentials: it is the cluster that was installed. Gives
/// what cannot be known of that.
///
/// # Errors
/// The reason why not.
async fn is_the_primary(asked: &Asked<'_>, only_secrets: bool) -> Result<Option<String>, String> {
    let Backend::Live(live) = asked.backend.as_ref().map_err(Clone::clone)? else { return Ok(None) };
    match asked.inventory.as_ref().map_err(Clone::clone)? {
        None => Err("nothing is installed there".to_owned()),
        Some(inventory) if !only_secrets && inventory.installed().is_none() => {
            Err("nothing but Secrets was placed there".to_owned())
        }
        Some(inventory) if inventory.cluster != asked.id.as_str() => {
            Err(format!("its inventory is that of cluster {}", inventory.cluster))
        }
        Some(inventory) => live.is_the_same(inventory).await,
    }
}

/// The backend of a cluster. Nothing is asked of an API server yet.
///
/// # Errors
/// The sentence that stops the cluster: its kubeconfig makes no client.
pub(super) async fn connect(place: &Place) -> Result<Backend, String> {
    match place {
        Place::Folder { ours, .. } => Ok(Backend::Folder(Folder { dir: ours.clone() })),
        Place::Live { server, connector } => match connector.client().await {
            Ok((_, client)) => Ok(Backend::Live(Box::new(Live::new(client, server.clone())))),
            Err(why) => Err(format!("making a client for {server} failed: {why}")),
        },
    }
}

/// Once installed, the primary is recorded in every cluster, also in those that are not asked for now. An inventory that cannot
/// be read stops its own cluster, later.
fn recorded_primary(asked: &[Asked<'_>], plan: &Plan) -> Result<(), InstallError> {
    let recorded = asked.iter().filter_map(|a| Some((a.id, a.recorded()?)));
    match recorded.into_iter().find(|(_, inventory)| inventory.primary != plan.primary.as_str()) {
        None => Ok(()),
        Some((cluster, inventory)) => Err(InstallError::PrimaryMoves {
            cluster: cluster.clone(),
            recorded: inventory.primary.clone(),
            chosen: plan.primary.clone(),
            reason: plan.primary_reason.clone(),
        }),
    }
}
