//! Taking one cluster out of the mesh: its credential, the slices that lead to it and its entries in inventories go from every
//! other cluster, and are looked for again afterwards; the cluster itself is uninstalled, unless it is dead.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use serde::Serialize;
use serde_json::{Value, json};

use super::backend::{Backend, Consent};
use super::error::InstallError;
use super::input::{PlanCluster, PlanInput};
use super::installed::path;
use super::live::{DEADLINE, Live, uid};
use super::plan::NAMESPACE;
use super::prepare::connect;
use super::standing;
use super::uninstall::{Leave, LeftCluster, Uninstall, prepare_uninstall};
use crate::adapters::k8s::{delete, get, merge};
use crate::data::model::{ClusterId, INSTALL, REMOTES, Report, Table};
use crate::pure::manifest::{Inventory, Object, ObjectKey};

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

/// What stands in one cluster of another.
#[derive(Debug, Default)]
struct Traces {
    /// Where its key stands in the Secret of pilot's credentials: the Secret's UID.
    credential: Option<String>,
    /// Slices that lead to it, with their UIDs.
    slices: Vec<(ObjectKey, String)>,
    /// The inventory, where it lists such slices.
    listed: Option<Inventory>,
    /// What else the cluster knows: the primary, and the ids under which it holds credentials.
    primary: Option<String>,
    known: Vec<String>,
}

/// What a removal did, or would do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovalReport {
    /// The cluster that goes.
    pub name: String,
    /// Whether nothing was removed.
    pub dry_run: bool,
    /// The clusters that stay: the primary first, then by id.
    pub others: Vec<Cleared>,
    /// The cluster itself; `None` where it is dead, or not in the registry.
    pub itself: Option<LeftCluster>,
    /// Files of the registry that are set aside.
    pub files: Vec<String>,
}

/// A cluster that stays.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cleared {
    /// Its id.
    pub cluster: String,
    /// What would be removed there, where nothing was.
    pub planned: Vec<String>,
    /// What was removed there.
    pub removed: Vec<String>,
    /// Whether a look afterwards found nothing of the cluster that goes.
    pub clear: bool,
    /// Why that is not so.
    pub error: Option<String>,
}

/// The slices of a remote that lead to a primary of this id.
pub(super) fn slices(id: &ClusterId) -> [ObjectKey; 2] {
    ["v4", "v6"].map(|family| ObjectKey {
        group: "discovery.k8s.io".into(),
        kind: "EndpointSlice".into(),
        namespace: NAMESPACE.into(),
        name: format!("istio-pilot-{id}-{family}"),
    })
}

/// Looks in every other cluster for what it holds of this one.
///
/// # Errors
/// Where the registry has problems, where nobody knows the cluster, and where it is the primary.
pub async fn prepare_removal(input: &PlanInput, name: &str, leave: Removing) -> Result<Removal, InstallError> {
    let input = input.clone().sound()?;
    let unknown = |known: Vec<String>| InstallError::UnknownCluster { name: name.to_owned(), known: known.join(", ") };
    let registered: Vec<String> = input.clusters.iter().map(|c| c.id.to_string()).collect();
    let Ok(id) = ClusterId::parse(name) else { return Err(unknown(registered)) };
    let stay: Vec<&PlanCluster> = input.clusters.iter().filter(|c| c.id != id).collect();
    let others = join_all(stay.into_iter().map(|cluster| async {
        let found = match connect(&cluster.place).await {
            Ok(backend) => Traces::read(&backend, &cluster.id, &id).await.map(|traces| (backend, traces)),
            Err(why) => Err(why),
        };
        Other { id: cluster.id.clone(), found, done: Mutex::default() }
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
        let mut known: Vec<String> = registered.into_iter().chain(traces().flat_map(|t| t.known.clone())).collect();
        known.sort();
        known.dedup();
        return Err(unknown(known));
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

impl Traces {
    async fn read(backend: &Backend, of: &ClusterId, id: &ClusterId) -> Result<Self, String> {
        let inventory = backend.inventory(NAMESPACE).await?;
        if let Some(inventory) = &inventory {
            // a kubeconfig may lead to another cluster than the one that was installed
            if inventory.cluster != of.as_str() {
                return Err(format!("its inventory is that of cluster {}", inventory.cluster));
            }
            if let Backend::Live(live) = backend {
                live.is_the_same(inventory).await?;
            }
        }
        let mut traces = Self { primary: inventory.as_ref().map(|i| i.primary.clone()), ..Self::default() };
        let keys = slices(id);
        match backend {
            Backend::Live(live) => {
                for key in &keys {
                    let object = live.get(key).await.map_err(|e| format!("reading {key} failed: {e}"))?;
                    if let Some(object) = object.filter(Object::is_owned) {
                        traces.slices.push((key.clone(), uid(&object)));
                    }
                }
                let (secret, held) = credentials(live).await?;
                traces.credential = Some(secret).filter(|_| held.iter().any(|held| held == id.as_str()));
                traces.known = held;
            }
            Backend::Folder(folder) => {
                folder.is_no_link()?;
                let files = standing::read(&folder.dir, NAMESPACE, keys.iter())?.files;
                let listed = inventory.iter().flat_map(|i| &i.objects).filter(|k| keys.contains(k));
                let ours = listed.filter(|k| files.get(&k.file_name()).is_some_and(|file| file.is(k)));
                traces.slices = ours.map(|k| (k.clone(), String::new())).collect();
            }
        }
        traces.listed = inventory.filter(|i| i.objects.iter().any(|k| keys.contains(k)));
        Ok(traces)
    }

    fn is_empty(&self) -> bool {
        self.credential.is_none() && self.slices.is_empty() && self.listed.is_none()
    }

    /// What goes, for people.
    fn texts(&self, id: &ClusterId) -> Vec<String> {
        let credential = self.credential.as_ref().map(|_| credential_text(id));
        let listed = self.listed.as_ref().map(|_| entries_text());
        credential.into_iter().chain(self.slices.iter().map(|(key, _)| key.to_string())).chain(listed).collect()
    }
}

fn credential_text(id: &ClusterId) -> String {
    format!("Secret/{NAMESPACE}/{REMOTES}, key {id}")
}

fn entries_text() -> String {
    format!("entries of {}", Inventory::key(NAMESPACE))
}

/// The UID of the Secret in which a cluster holds credentials of ours, and their ids.
async fn credentials(live: &Live) -> Result<(String, Vec<String>), String> {
    let failed = |e| format!("reading Secret/{NAMESPACE}/{REMOTES} failed: {e}");
    let secret = get(&live.client, &path("/api/v1", "secrets", REMOTES), DEADLINE).await.map_err(failed)?;
    let secret = secret.and_then(Object::of).filter(Object::is_owned);
    let keys = secret.as_ref().and_then(|s| s.value.get("data")).and_then(Value::as_object);
    let uid = secret.as_ref().map(uid).unwrap_or_default();
    Ok((uid, keys.into_iter().flatten().map(|(key, _)| key.clone()).collect()))
}

impl Other {
    /// Removes, and looks again.
    async fn clear(&self, id: &ClusterId) -> Cleared {
        let gone = |text: String| self.done().removed.push(text);
        let error = match &self.found {
            Ok((backend, traces)) => take(backend, traces, id, &gone).await.err(),
            Err(why) => Some(why.clone()),
        };
        let mut removed = self.done().removed.clone();
        let left = match (&self.found, &error) {
            (Ok((backend, _)), None) => Traces::read(backend, &self.id, id).await.map(|left| left.texts(id)),
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
        let cleared =
            Cleared { cluster: self.id.to_string(), planned: Vec::new(), removed, clear: error.is_none(), error };
        self.done().cleared = Some(cleared.clone());
        cleared
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has gone so far.
    fn so_far(&self) -> Cleared {
        let done = self.done();
        let error = Some("it was interrupted".to_owned());
        let (cluster, removed) = (self.id.to_string(), done.removed.clone());
        done.cleared.clone().unwrap_or(Cleared { cluster, planned: Vec::new(), removed, clear: false, error })
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
        Cleared { cluster: self.id.to_string(), planned, removed: Vec::new(), clear, error }
    }
}

/// Takes the traces out: the credential first, so that pilot lets go of the cluster. `gone` hears of each that has gone, also where
/// it ends in the middle.
async fn take(
    backend: &Backend,
    traces: &Traces,
    id: &ClusterId,
    gone: &(dyn Fn(String) + Sync),
) -> Result<(), String> {
    if let (Backend::Live(live), Some(uid)) = (backend, &traces.credential) {
        // of that Secret, and of none that took its place
        let nothing = json!({"metadata": {"uid": uid}, "data": {id.as_str(): null}});
        let merged = merge(&live.client, &path("/api/v1", "secrets", REMOTES), INSTALL, &nothing, DEADLINE).await;
        merged
            .map_err(|e| format!("removing the key {id} of Secret/{NAMESPACE}/{REMOTES} failed: {}", e.of_secret()))?;
        gone(credential_text(id));
    }
    for (key, uid) in &traces.slices {
        match backend {
            Backend::Live(live) => {
                let Some(row) = key.resource() else { continue };
                let deleted = delete(&live.client, &row.path(&key.namespace, &key.name), uid, DEADLINE).await;
                deleted.map_err(|e| format!("removing {key} failed: {e}"))?;
            }
            Backend::Folder(folder) => folder.remove(key)?,
        }
        gone(key.to_string());
    }
    if let Some(inventory) = &traces.listed {
        let mut without = inventory.clone();
        without.objects.retain(|k| !slices(id).contains(k));
        let object = without.to_object(NAMESPACE).map_err(|e| format!("writing the inventory failed: {e}"))?;
        backend.put_inventory(&object, Consent::default()).await?;
        gone(entries_text());
    }
    Ok(())
}

impl Removal {
    fn report(&self, dry_run: bool, others: Vec<Cleared>, itself: Option<LeftCluster>) -> RemovalReport {
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

impl RemovalReport {
    /// Whether something of the cluster is left somewhere, or nobody knows.
    pub fn failed(&self) -> bool {
        self.others.iter().any(|o| o.error.is_some()) || self.itself.as_ref().is_some_and(|i| i.error.is_some())
    }

    /// The report in the forms of the command line.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self) -> Result<Report, serde_json::Error> {
        let removed = if self.dry_run { "WOULD GO" } else { "REMOVED" };
        let mut table = Table::new(&["CLUSTER", removed, "CLEAR"], &[]);
        let clear = |so: bool| if so { "yes" } else { "no" }.to_owned();
        for other in &self.others {
            let goes = other.planned.len() + other.removed.len();
            table.row([other.cluster.clone(), goes.to_string(), clear(other.clear)]);
        }
        if let Some(itself) = &self.itself {
            let gone = itself.error.is_none() && !self.dry_run;
            table.row([itself.cluster.clone(), itself.goes().len().to_string(), clear(gone)]);
        }
        let report = Report::of_kind("ClusterRemoved", self, table)?;
        Ok(Report { names: vec![self.name.clone()], ..report })
    }

    /// For people: what goes, in each cluster.
    pub fn plan_text(&self) -> String {
        let mut out = String::new();
        let rows = self.others.iter().map(|o| (&o.cluster, o.planned.as_slice(), &o.error));
        let itself = self.itself.iter().map(|i| (&i.cluster, i.goes(), &i.error));
        for (cluster, goes, error) in rows.chain(itself) {
            out.push_str(&format!("{cluster}\n"));
            out.extend(goes.iter().map(|text| format!("  - {text}\n")));
            out.extend(error.iter().map(|why| format!("  error: {why}\n")));
            if goes.is_empty() && error.is_none() {
                out.push_str(&format!("  nothing of {} is there\n", self.name));
            }
        }
        if !self.files.is_empty() {
            out.push_str("the registry\n");
            out.extend(self.files.iter().map(|file| format!("  - {file}, set aside as a hidden file beside it\n")));
        }
        out
    }
}
