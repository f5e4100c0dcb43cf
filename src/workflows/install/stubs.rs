//! Stub Services: in each cluster one for every service of the mesh that it lacks, so that DNS answers there (the talk's
//! `ratings`). Opt-in, and remembered by the inventory; each run finds anew which there shall be, and prunes the others.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::backend::Backend;
use super::input::PlanInput;
use super::live::DEADLINE;
use super::plan::PlannedCluster;
use super::report::Warning;
use super::rights::NAMESPACES;
use super::standing;
use crate::adapters::k8s::get_all_metadata;
use crate::adapters::registry::load_folder;
use crate::data::model::{ClusterId, ServiceId, ServiceKind, ServiceScope};
use crate::engine::load_once;
use crate::pure::manifest::{Inventory, Object, ObjectKey, stub};
use crate::pure::mesh::Mesh;

/// How long the objects of one cluster may take.
const LOAD: Duration = Duration::from_secs(20);

/// Every stub that a cluster shall have, by the services that the clusters define. Only services with a cluster IP: what
/// stands for a headless service must answer with its pods, and no stub has any.
fn wanted(mesh: &Mesh, cluster: &ClusterId) -> Vec<Object> {
    let own = |id: &ServiceId| ServiceId { scope: ServiceScope::Cluster(cluster.clone()), ..id.clone() };
    let lacking = mesh.services.values().filter(|service| {
        service.id.scope == ServiceScope::Mesh
            && service.kind == ServiceKind::ClusterIp
            && service.local.get(cluster).is_none_or(|local| local.stub)
            && !mesh.services.contains_key(&own(&service.id))
    });
    lacking.filter_map(|s| stub(&s.id.namespace, &s.id.name, &s.ports)).collect()
}

/// What is told where nobody can decide.
pub(super) fn undecided() -> Warning {
    Warning {
        text: "whether it gets stub Services stays open, since the primary, with which it goes, cannot be read"
            .to_owned(),
        hint: "--stub-services or --no-stub-services decides; else the next install does that reads the primary"
            .to_owned(),
    }
}

/// A cluster that is to have stubs.
pub(super) struct Place<'a> {
    pub(super) id: &'a ClusterId,
    pub(super) backend: Option<&'a Backend>,
    /// What an earlier run put there.
    pub(super) old: Option<&'a Inventory>,
    /// Whether it is known what that is.
    pub(super) is_read: bool,
    /// It did not answer when it was asked last.
    pub(super) is_silent: bool,
}

/// What is recorded in the primary.
#[derive(Debug, Clone, Copy)]
enum Primary<'a> {
    /// This; `None` where nothing is.
    Read(Option<&'a Inventory>),
    /// Nobody knows.
    Unread,
}

/// Whether a cluster shall have stubs, and what is to be told of that: nothing where the command itself says so. A cluster that
/// is new goes with the primary; while nobody knows what that has, it stays open (`None`), which is a warning of its own.
fn decide(
    said: Option<bool>,
    mesh: Option<bool>,
    old: Option<&Inventory>,
    primary: Primary<'_>,
) -> (Option<bool>, Option<&'static str>) {
    let decided = |i: &&Inventory| i.installed().is_some() && !i.stubs_undecided;
    let own = old.filter(decided).map(|i| i.stubs);
    let of_primary = match primary {
        Primary::Read(inventory) => inventory.filter(decided).map(|i| i.stubs),
        Primary::Unread => None,
    };
    let goes = |why| (Some(false), (own == Some(true)).then_some(why));
    match (said, mesh) {
        (Some(true), _) => (Some(true), None),
        (Some(false), _) => goes("its stub Services are not wanted any more: --no-stub-services says so"),
        (None, Some(true)) => (Some(true), Some("with stub Services: stubServices of mesh.yaml says so")),
        (None, Some(false)) => goes("its stub Services are not wanted any more: stubServices of mesh.yaml says so"),
        (None, None) => match (own, of_primary) {
            (Some(true), _) => {
                (Some(true), Some("with stub Services, as it was installed; --no-stub-services removes them"))
            }
            (Some(false), _) => (Some(false), None),
            (None, Some(true)) => (Some(true), Some("with stub Services, as the primary was installed")),
            (None, _) if matches!(primary, Primary::Unread) => (None, None),
            (None, _) => (Some(false), None),
        },
    }
}

/// Decides for each cluster, and gives what is to be told of that.
fn decide_each(
    input: &PlanInput,
    planned: &mut [PlannedCluster],
    places: &[Place<'_>],
    said: Option<bool>,
) -> Vec<(ClusterId, String)> {
    let place = |id: &ClusterId| places.iter().find(|p| p.id == id);
    let mut told = Vec::new();
    for cluster in planned {
        let primary = match place(&input.primary) {
            // a primary that cannot be read itself stops for that
            Some(primary) if !primary.is_read && *primary.id != cluster.id => Primary::Unread,
            primary => Primary::Read(primary.and_then(|p| p.old)),
        };
        let old = place(&cluster.id).and_then(|p| p.old);
        let (wanted, why) = decide(said, input.mesh.stub_services, old, primary);
        cluster.manifests.inventory.stubs = wanted.unwrap_or_default();
        cluster.manifests.inventory.stubs_undecided = wanted.is_none();
        told.extend(why.map(|why| (cluster.id.clone(), why.to_owned())));
    }
    told
}

/// Adds the stubs to what is planned, and gives what is to be told of each cluster.
pub(super) async fn add(
    input: &PlanInput,
    planned: &mut [PlannedCluster],
    places: &[Place<'_>],
    said: Option<bool>,
) -> Vec<(ClusterId, String)> {
    let Some(registry) = &input.registry else { return Vec::new() };
    let mut told = decide_each(input, planned, places, said);
    let planned: Vec<_> = planned.iter_mut().filter(|c| c.manifests.inventory.stubs).collect();
    if planned.is_empty() {
        return told;
    }
    if let Some(dead) = places.iter().find(|p| p.is_silent) {
        told.extend(planned.into_iter().map(|planned| stay(planned, places, dead.id)));
        return told;
    }
    // through the same clients as everything else: no plugin runs twice
    let loaded = load_once(registry, LOAD).await;
    let rows = planned.into_iter().map(|planned| async {
        let place = places.iter().find(|p| *p.id == planned.id)?;
        if let Some((dead, _)) = loaded.failed.iter().next() {
            return Some(stay(planned, places, dead));
        }
        let Some(namespaces) = namespaces(planned, place.backend?).await else {
            keep(planned, place.old);
            let why = "stub Services stay as they are: its namespaces cannot be listed";
            return Some((planned.id.clone(), why.to_owned()));
        };
        let mut wanted = wanted(&loaded.mesh, &planned.id);
        // in a folder the real one may stand beside the stub of an earlier run
        if let (Some(folder), Some(ours)) = (planned.place.folder(), planned.place.ours()) {
            let keys: Vec<ObjectKey> = wanted.iter().map(|o| o.key.clone()).collect();
            let real = standing::others(folder, ours, &keys.iter().collect::<Vec<_>>());
            wanted.retain(|o| real.iter().all(|(key, _)| **key != o.key));
        }
        let (there, absent): (Vec<Object>, Vec<Object>) =
            wanted.into_iter().partition(|o| namespaces.contains(&o.key.namespace));
        planned.manifests.inventory.objects.extend(there.iter().map(|o| o.key.clone()));
        planned.manifests.inventory.objects.sort();
        planned.manifests.objects.extend(there);
        planned.manifests.objects.sort_by_key(|o| o.key.stage());
        let absent: BTreeSet<String> = absent.into_iter().map(|o| o.key.namespace).collect();
        let names: Vec<String> = absent.into_iter().collect();
        let text = format!("no stub Services in the namespaces that it does not have: {}", names.join(", "));
        (!names.is_empty()).then(|| (planned.id.clone(), text))
    });
    told.extend(join_all(rows).await.into_iter().flatten());
    told
}

/// What the others define is not known: nothing comes, and nothing goes.
fn stay(planned: &mut PlannedCluster, places: &[Place<'_>], dead: &ClusterId) -> (ClusterId, String) {
    keep(planned, places.iter().find(|p| *p.id == planned.id).and_then(|p| p.old));
    (planned.id.clone(), format!("stub Services stay as they are: the cluster {dead} cannot be read"))
}

/// Keeps the stubs of an earlier run in the inventory: Services that are not planned, but for pilot's own, are nothing else.
fn keep(planned: &mut PlannedCluster, old: Option<&Inventory>) {
    let home = planned.manifests.namespace.clone();
    let is_pilot = |key: &ObjectKey| key.namespace == home && key.name == "istio-pilot";
    let is_stub = |key: &&ObjectKey| key.group.is_empty() && key.kind == "Service" && !is_pilot(key);
    let objects = &mut planned.manifests.inventory.objects;
    objects.extend(old.iter().flat_map(|i| &i.objects).filter(is_stub).cloned());
    objects.sort();
    objects.dedup();
}

/// The namespaces of a cluster, with those that this run makes; a folder has those that its objects name. `None` where they
/// cannot be listed.
async fn namespaces(planned: &PlannedCluster, backend: &Backend) -> Option<BTreeSet<String>> {
    let made = planned.manifests.objects.iter().filter(|o| o.key.kind == "Namespace").map(|o| o.key.name.clone());
    let mut all: BTreeSet<String> = made.collect();
    match (backend, planned.place.folder()) {
        (Backend::Live(live), _) => {
            let there = get_all_metadata(&live.client, &NAMESPACES.path(), DEADLINE).await.ok()?;
            let alive = there.iter().filter(|n| n.pointer("/metadata/deletionTimestamp").is_none());
            all.extend(alive.filter_map(|n| n.pointer("/metadata/name").and_then(Value::as_str)).map(str::to_owned));
        }
        (Backend::Folder(_), Some(folder)) => all.extend(of_folder(folder)),
        (Backend::Folder(_), None) => {}
    }
    Some(all)
}

fn of_folder(folder: &Path) -> BTreeSet<String> {
    let objects = load_folder(folder).map(|f| f.objects).unwrap_or_default();
    let named = objects.keys().map(|key| match key.namespace.is_empty() {
        true => key.name.to_string(),
        false => key.namespace.to_string(),
    });
    named.chain(["default".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::model::ClusterRole;

    #[test]
    fn the_flag_wins_over_the_file_and_that_over_what_was_installed() {
        let id = ClusterId::default();
        let new = Inventory::new(&id, ClusterRole::Remote, &id, &[], Vec::new());
        let with = Inventory { stubs: true, ..new.clone() };
        let open = Inventory { stubs_undecided: true, ..new.clone() };
        // Secrets alone are no installation
        let secrets = Inventory { version: String::new(), ..new.clone() };
        let (yes, no, unread) = (Some(true), Some(false), Primary::Unread);
        let (nothing, primary_new, primary_with) =
            (Primary::Read(None), Primary::Read(Some(&new)), Primary::Read(Some(&with)));
        for (said, mesh, old, primary, wanted, words) in [
            (None, None, None, nothing, no, ""),
            (yes, no, Some(&new), nothing, yes, ""),
            (no, yes, Some(&with), nothing, no, "--no-stub-services says so"),
            (no, None, Some(&new), primary_with, no, ""),
            (None, yes, Some(&new), nothing, yes, "stubServices of mesh.yaml says so"),
            (None, no, Some(&with), primary_with, no, "stubServices of mesh.yaml says so"),
            (None, None, Some(&with), primary_new, yes, "as it was installed"),
            (None, None, Some(&new), primary_with, no, ""),
            (None, None, Some(&secrets), primary_with, yes, "as the primary was installed"),
            (None, None, None, primary_with, yes, "as the primary was installed"),
            // nobody knows what the primary has: a cluster that is new waits, and no other
            (None, None, None, unread, None, ""),
            (None, None, Some(&open), unread, None, ""),
            (None, None, Some(&open), primary_with, yes, "as the primary was installed"),
            (None, None, Some(&open), primary_new, no, ""),
            (None, None, Some(&new), unread, no, ""),
            (None, None, Some(&with), unread, yes, "as it was installed"),
            (no, None, None, unread, no, ""),
            (None, yes, None, unread, yes, "stubServices of mesh.yaml says so"),
        ] {
            let (so, why) = decide(said, mesh, old, primary);
            let told = why.unwrap_or_default();
            assert!(
                so == wanted && told.contains(words) && told.is_empty() == words.is_empty(),
                "{said:?} {mesh:?}: {told}"
            );
        }
    }
}
