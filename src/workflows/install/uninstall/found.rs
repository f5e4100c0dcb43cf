//! What stands of us in a cluster: what of it goes, in which order, and what stays, and why.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde_json::Value;

use super::{Kept, Leave};
use crate::adapters::k8s::{K8sError, get_all_metadata};
use crate::data::model::ClusterRole;
use crate::pure::manifest::{Inventory, Object, ObjectKey, Stage, is_taken_over, run_time};
use crate::workflows::install::backend::Backend;
use crate::workflows::install::change::{Action, Change, Payload};
use crate::workflows::install::folder::Folder;
use crate::workflows::install::input::PlanCluster;
use crate::workflows::install::live::{DEADLINE, Live, WIDTH, sentence, uid};
use crate::workflows::install::plan::NAMESPACE;
use crate::workflows::install::{rights, standing, verify};

/// The Secret of the CA.
const CA_SECRET: &str = "cacerts";
/// What the injector puts on every pod that it gives a sidecar.
const INJECTED: &str = "?labelSelector=security.istio.io%2FtlsMode";
/// So many of those pods are named.
const NAMED: usize = 5;

/// Why what stands under a name of ours stays.
const NOT_OURS: &str = "it does not carry our label";
const TAKEN_OVER: &str = "it was a stub, and has a selector by now";

/// What stands of us in a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// What goes, in its order; the inventory is the last but a namespace.
    pub(super) go: Vec<Change>,
    /// What stays, and why.
    pub(super) kept: Vec<Kept>,
    /// What the inventory lists and this version knows no kind of: it stays, and with it the inventory that alone knows of it.
    unknown: Vec<ObjectKey>,
    /// The UIDs of what goes, and of all that it owns; `None` where the namespace goes whatever it holds.
    ours: Option<BTreeSet<String>>,
}

impl Backend {
    /// Looks at what stands of us. `notes` hears what cannot be known, also where the cluster is refused.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(super) async fn found(
        &self,
        cluster: &PlanCluster,
        inventory: Option<&Inventory>,
        leave: &Leave,
        notes: &mut Vec<String>,
    ) -> Result<Found, String> {
        if let Some(other) = inventory.filter(|i| i.cluster != cluster.id.as_str()) {
            return Err(format!("its inventory is that of cluster {}", other.cluster));
        }
        match self {
            Backend::Live(live) => live.found(inventory, leave, notes).await,
            Backend::Folder(folder) => Found::in_folder(folder, inventory),
        }
    }
}

fn key(kind: &str, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey { group: String::new(), kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
}

fn home() -> ObjectKey {
    key("Namespace", "", NAMESPACE)
}

fn ca() -> ObjectKey {
    key("Secret", NAMESPACE, CA_SECRET)
}

/// Why an object stays; `None` where it goes.
fn why_it_stays(object: &Object, leave: &Leave) -> Option<&'static str> {
    match () {
        () if !object.is_owned() => Some(NOT_OURS),
        () if is_taken_over(object) => Some(TAKEN_OVER),
        () if object.key == ca() && !leave.purge => Some("the CA outlives an installation; --purge removes it"),
        () if object.key.stage() == Stage::Definitions && !leave.purge => {
            Some("objects of others depend on it; --purge removes it")
        }
        () => None,
    }
}

impl Found {
    fn in_folder(folder: &Folder, inventory: Option<&Inventory>) -> Result<Self, String> {
        let Some(inventory) = inventory else { return Ok(Self::default()) };
        folder.is_no_link()?;
        let mut found = Self::default();
        let files = standing::read(&folder.dir, NAMESPACE, inventory.objects.iter())?.files;
        for key in &inventory.objects {
            let Some(file) = files.get(&key.file_name()) else { continue };
            match file.object.as_ref().filter(|_| file.is(key)) {
                Some(object) if is_taken_over(object) => found.keep(key, TAKEN_OVER),
                Some(_) => found.go(key, String::new()),
                None => found.keep(key, NOT_OURS),
            }
        }
        found.sort();
        found.go(&Inventory::key(NAMESPACE), String::new());
        Ok(found)
    }

    fn go(&mut self, key: &ObjectKey, uid: String) {
        let change = Change::new(key.clone(), Action::Pruned, Payload::Nothing, String::new(), String::new());
        self.go.push(Change { uid, ..change });
    }

    fn keep(&mut self, key: &ObjectKey, why: &str) {
        self.kept.push(Kept { object: key.to_string(), why: why.to_owned() });
    }

    /// Keeps what another version put there, and the inventory, whose version is told: that one can remove it. Whether there is
    /// any.
    fn keep_unknown(&mut self, inventory: &Inventory) -> bool {
        self.unknown = inventory.objects.iter().filter(|key| key.resource().is_none()).cloned().collect();
        if self.unknown.is_empty() {
            return false;
        }
        let why = format!("meshctl {} does not know its kind", env!("CARGO_PKG_VERSION"));
        for key in self.unknown.clone() {
            self.keep(&key, &why);
        }
        self.keep(&Inventory::key(NAMESPACE), &format!("it lists what stays; meshctl {} wrote it", inventory.version));
        true
    }

    /// Why a cluster is not left although everything went that was to go.
    pub(super) fn unknown(&self) -> Option<String> {
        let names: Vec<String> = self.unknown.iter().map(ToString::to_string).collect();
        let version = env!("CARGO_PKG_VERSION");
        (!names.is_empty()).then(|| format!("meshctl {version} does not know what stays: {}", names.join(", ")))
    }

    /// Webhooks first: none may point at a server that has gone.
    fn sort(&mut self) {
        self.go.sort_by(|a, b| b.key.stage().cmp(&a.key.stage()).then_with(|| a.key.cmp(&b.key)));
    }

    /// Why an object must not go after all, looked at right before: somebody may have put something into the namespace since
    /// the first look, which was before a question.
    pub(super) async fn comes_between(&self, backend: &Backend, change: &Change) -> Option<String> {
        match (backend, &self.ours) {
            (Backend::Live(live), Some(ours)) if change.key == home() => {
                let keys: Vec<&ObjectKey> = self.go.iter().map(|c| &c.key).collect();
                live.holds_others(&keys, &mut ours.clone()).await
            }
            _ => None,
        }
    }
}

impl Live {
    async fn found(
        &self,
        inventory: Option<&Inventory>,
        leave: &Leave,
        notes: &mut Vec<String>,
    ) -> Result<Found, String> {
        if let Some(inventory) = inventory {
            notes.extend(self.is_the_same(inventory).await?);
        }
        let mut standing = self.standing(inventory, leave, notes).await?;
        if !leave.force && standing.keys().any(|k| *k != home() && *k != ca()) {
            self.nobody_is_injected().await?;
        }
        let namespace = standing.remove(&home());
        let ledger = standing.remove(&Inventory::key(NAMESPACE)).filter(|_| inventory.is_some());
        let mut found = Found::default();
        for (key, object) in &standing {
            match why_it_stays(object, leave) {
                Some(why) => found.keep(key, why),
                None => found.go(key, uid(object)),
            }
        }
        found.sort();
        match (inventory, ledger) {
            (Some(inventory), Some(_)) if found.keep_unknown(inventory) => {}
            (_, ledger) => ledger.iter().for_each(|object| found.go(&object.key, uid(object))),
        }
        if let Some(namespace) = namespace {
            self.namespace(&namespace, &mut found, leave).await;
        }
        Ok(found)
    }

    /// What stands under every name of ours, the namespace and the inventory too. Nothing is begun that could not be ended.
    async fn standing(
        &self,
        inventory: Option<&Inventory>,
        leave: &Leave,
        notes: &mut Vec<String>,
    ) -> Result<BTreeMap<ObjectKey, Object>, String> {
        let probes = self.probes(notes).await?;
        let mut keys: BTreeSet<ObjectKey> = inventory.iter().flat_map(|i| i.objects.iter().cloned()).collect();
        // an inventory of another version, or one that somebody took away, lists none of these
        keys.extend(run_time(ClusterRole::Primary, NAMESPACE));
        keys.extend([home(), ca(), Inventory::key(NAMESPACE)]);
        // what has no row was put there by another version, and is kept
        keys.retain(|key| key.resource().is_some());
        if inventory.is_some() {
            let pods = probes.iter().any(Object::is_owned);
            let wanted = rights::to_uninstall(keys.iter(), pods, !leave.force);
            if let Some(why) = rights::lacking(&self.client, wanted).await? {
                return Err(why);
            }
        }
        let read: Vec<_> = futures::stream::iter(keys)
            .map(|key| async move { (self.get(&key).await, key) })
            .buffered(WIDTH)
            .collect()
            .await;
        let mut standing = BTreeMap::new();
        for (object, key) in read {
            if let Some(object) = object.map_err(|e| sentence("reading", &key, e))? {
                standing.insert(key, object);
            }
        }
        standing.extend(probes.into_iter().map(|pod| (pod.key.clone(), pod)));
        Ok(standing)
    }

    /// The pods that look for pilot, which no inventory lists. Each ends by itself: where they may not be looked for, that is told.
    async fn probes(&self, notes: &mut Vec<String>) -> Result<Vec<Object>, String> {
        match verify::probes(self).await {
            Err(e @ K8sError::Forbidden(_)) => {
                notes.push(format!("whether a pod of install that looked for pilot still stands cannot be known: {e}"));
                Ok(Vec::new())
            }
            found => found.map_err(|e| format!("looking for pods of install failed: {e}")),
        }
    }

    async fn nobody_is_injected(&self) -> Result<(), String> {
        let path = format!("{}{INJECTED}", rights::ALL_PODS.path());
        let pods = get_all_metadata(&self.client, &path, DEADLINE)
            .await
            .map_err(|e| format!("looking for sidecars failed: {e}"))?;
        let text =
            |pod: &Value, pointer: &str| pod.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut names: Vec<String> =
            pods.iter().map(|p| format!("{}/{}", text(p, "/metadata/namespace"), text(p, "/metadata/name"))).collect();
        names.sort();
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        names.truncate(NAMED);
        match names.is_empty() {
            true => Ok(()),
            false => Err(format!("pods with a sidecar still run in it: {}{more}", names.join(", "))),
        }
    }

    /// Says whether the namespace goes, the last of all.
    async fn namespace(&self, namespace: &Object, found: &mut Found, leave: &Leave) {
        if !namespace.is_owned() {
            return found.keep(&namespace.key, "it was there before");
        }
        if !found.unknown.is_empty() {
            return found.keep(&namespace.key, &format!("it holds {}", Inventory::key(NAMESPACE)));
        }
        if !leave.purge {
            if let Some(kept) = found.kept.iter().find(|k| k.object.contains(&format!("/{NAMESPACE}/"))) {
                let why = format!("it holds {}", kept.object);
                return found.keep(&namespace.key, &why);
            }
            let mut ours: BTreeSet<String> = found.go.iter().map(|c| c.uid.clone()).collect();
            let keys: Vec<ObjectKey> = found.go.iter().map(|c| c.key.clone()).collect();
            if let Some(why) = self.holds_others(&keys.iter().collect::<Vec<_>>(), &mut ours).await {
                return found.keep(&namespace.key, &why);
            }
            found.ours = Some(ours);
        }
        found.go(&namespace.key, uid(namespace));
    }
}
