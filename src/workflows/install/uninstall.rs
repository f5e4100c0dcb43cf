//! Uninstall: from every cluster goes what the inventory lists and our label marks, webhooks first; what may be somebody else's
//! stays, and is named.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::StreamExt;
use futures::future::join_all;

use super::backend::Backend;
use super::change::{Action, Change, Payload};
use super::error::InstallError;
use super::input::{PlanCluster, PlanInput};
use super::live::{DEADLINE, Live, WIDTH, sentence};
use super::plan::{self, NAMESPACE};
use super::run::connect;
use super::standing;
use crate::adapters::k8s::get_all;
use crate::data::model::ClusterRole;
use crate::pure::manifest::{Inventory, Object, ObjectKey, Stage, is_taken_over, run_time};

mod report;

pub use report::{Kept, Left, LeftCluster, UninstallReport};

/// What a user allows an uninstallation.
#[derive(Debug, Clone, Default)]
pub struct Leave {
    /// Only these clusters; empty: all.
    pub only: Vec<String>,
    /// Definitions, the CA's Secret and the namespace go, too.
    pub purge: bool,
    /// Even while pods with a sidecar run.
    pub force: bool,
}

/// The Secret of the CA.
const CA_SECRET: &str = "cacerts";
/// What the injector puts on every pod that it gives a sidecar.
const INJECTED: &str = "/api/v1/pods?labelSelector=security.istio.io%2FtlsMode&limit=5";
/// What stands in every namespace by itself.
const BY_ITSELF: [&str; 3] = ["kube-root-ca.crt", "istio-ca-root-cert", "default"];

/// An uninstallation with everything read: nothing is removed yet.
#[derive(Debug)]
pub struct Uninstall {
    leaving: Vec<Leaving>,
}

/// One cluster on its way out.
#[derive(Debug)]
struct Leaving {
    cluster: PlanCluster,
    found: Result<(Backend, Found), String>,
    progress: Mutex<Progress>,
}

/// What stands of us in a cluster.
#[derive(Debug, Clone, Default)]
struct Found {
    /// What goes, in its order; the inventory is the last but a namespace.
    go: Vec<Change>,
    /// What stays, and why.
    kept: Vec<Kept>,
}

#[derive(Debug, Clone, Default)]
struct Progress {
    removed: Vec<String>,
    finished: bool,
    error: Option<String>,
}

/// Reads what stands of us in every cluster.
///
/// # Errors
/// Where the registry has problems, or a name is none of its clusters.
pub async fn prepare_uninstall(input: &PlanInput, leave: &Leave) -> Result<Uninstall, InstallError> {
    let input = input.clone().sound()?;
    let clusters = plan::selected(&input, &leave.only)?;
    let leaving = join_all(clusters.into_iter().map(|cluster| async {
        let found = match connect(&cluster.place).await {
            Ok(backend) => backend.found(cluster, leave).await.map(|found| (backend, found)),
            Err(why) => Err(why),
        };
        let progress = Progress { error: found.as_ref().err().cloned(), ..Progress::default() };
        Leaving { cluster: cluster.clone(), found, progress: Mutex::new(progress) }
    }))
    .await;
    Ok(Uninstall { leaving })
}

impl Backend {
    async fn found(&self, cluster: &PlanCluster, leave: &Leave) -> Result<Found, String> {
        let inventory = self.inventory(NAMESPACE).await?;
        if let Some(other) = inventory.as_ref().filter(|i| i.cluster != cluster.id.as_str()) {
            return Err(format!("its inventory is that of cluster {}", other.cluster));
        }
        match self {
            Backend::Live(live) => live.found(inventory.as_ref(), leave).await,
            Backend::Folder(folder) => {
                let keys = inventory.iter().flat_map(|i| i.objects.clone()).collect::<Vec<_>>();
                let mut found = Found::default();
                let files = standing::read(&folder.dir, NAMESPACE, keys.iter())?.files;
                for key in keys {
                    let Some(file) = files.get(&key.file_name()) else { continue };
                    match file.object.as_ref().filter(|o| o.is_owned() && o.key == key) {
                        Some(_) => found.go(&key, String::new()),
                        None => found.keep(&key, "it does not carry our label"),
                    }
                }
                found.sort();
                inventory.iter().for_each(|_| found.go(&Inventory::key(NAMESPACE), String::new()));
                Ok(found)
            }
        }
    }
}

impl Found {
    fn go(&mut self, key: &ObjectKey, uid: String) {
        let change = Change::new(key.clone(), Action::Pruned, Payload::Nothing, String::new(), String::new());
        self.go.push(Change { uid, ..change });
    }

    fn keep(&mut self, key: &ObjectKey, why: &str) {
        self.kept.push(Kept { object: key.to_string(), why: why.to_owned() });
    }

    /// Webhooks first: none may point at a server that has gone.
    fn sort(&mut self) {
        self.go.sort_by(|a, b| b.key.stage().cmp(&a.key.stage()).then_with(|| a.key.cmp(&b.key)));
    }
}

impl Live {
    async fn found(&self, inventory: Option<&Inventory>, leave: &Leave) -> Result<Found, String> {
        if let Some(inventory) = inventory {
            self.is_the_same(inventory).await?;
        }
        let key = |group: &str, kind: &str, namespace: &str, name: &str| ObjectKey {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let home = key("", "Namespace", "", NAMESPACE);
        let ca = key("", "Secret", NAMESPACE, CA_SECRET);
        let mut keys: Vec<ObjectKey> = inventory.map(|i| i.objects.clone()).unwrap_or_default();
        // an inventory of another version, or one that somebody took away, lists none of these
        keys.extend(run_time(ClusterRole::Primary, NAMESPACE));
        keys.extend([home.clone(), ca.clone(), super::verify::key()]);
        keys.sort();
        keys.dedup();
        let read: Vec<_> = futures::stream::iter(keys)
            .map(|key| async move { (self.get(&key).await, key) })
            .buffered(WIDTH)
            .collect()
            .await;
        let mut standing: BTreeMap<ObjectKey, Object> = BTreeMap::new();
        for (object, key) in read {
            if let Some(object) = object.map_err(|e| sentence("reading", &key, e))? {
                standing.insert(key, object);
            }
        }
        let mut found = Found::default();
        if !leave.force && standing.keys().any(|k| *k != home && *k != ca) {
            self.nobody_is_injected().await?;
        }
        let namespace = standing.remove(&home);
        for (key, object) in &standing {
            let kept = match () {
                () if !object.is_owned() => Some("it does not carry our label"),
                () if is_taken_over(object) => Some("it was a stub, and has a selector by now"),
                () if *key == ca && !leave.purge => Some("the CA outlives an installation; --purge removes it"),
                () if key.stage() == Stage::Definitions && !leave.purge => {
                    Some("objects of others depend on it; --purge removes it")
                }
                () => None,
            };
            match kept {
                Some(why) => found.keep(key, why),
                None => found.go(key, super::live::uid(object)),
            }
        }
        found.sort();
        if let (Some(_), Some(object)) =
            (inventory, self.get(&Inventory::key(NAMESPACE)).await.map_err(|e| e.to_string())?)
        {
            found.go(&Inventory::key(NAMESPACE), super::live::uid(&object));
        }
        if let Some(namespace) = namespace {
            match self.why_namespace_stays(&namespace, &found, leave).await? {
                Some(why) => found.keep(&home, &why),
                None => found.go(&home, super::live::uid(&namespace)),
            }
        }
        Ok(found)
    }

    async fn nobody_is_injected(&self) -> Result<(), String> {
        let pods =
            get_all(&self.client, INJECTED, DEADLINE).await.map_err(|e| format!("looking for sidecars failed: {e}"))?;
        let text = |pod: &serde_json::Value, pointer: &str| {
            pod.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        let mut names: Vec<String> =
            pods.iter().map(|p| format!("{}/{}", text(p, "/metadata/namespace"), text(p, "/metadata/name"))).collect();
        names.sort();
        match names.is_empty() {
            true => Ok(()),
            false => Err(format!("pods with a sidecar still run in it: {}", names.join(", "))),
        }
    }

    /// Why the namespace stays; `None` where it goes.
    async fn why_namespace_stays(
        &self,
        namespace: &Object,
        found: &Found,
        leave: &Leave,
    ) -> Result<Option<String>, String> {
        if !namespace.is_owned() {
            return Ok(Some("it was there before".to_owned()));
        }
        if leave.purge {
            return Ok(None);
        }
        if let Some(kept) = found.kept.iter().find(|k| k.object.contains(&format!("/{NAMESPACE}/"))) {
            return Ok(Some(format!("it holds {}", kept.object)));
        }
        let kinds = [
            ("Pod", "/api/v1/namespaces/{}/pods"),
            ("Deployment", "/apis/apps/v1/namespaces/{}/deployments"),
            ("StatefulSet", "/apis/apps/v1/namespaces/{}/statefulsets"),
            ("DaemonSet", "/apis/apps/v1/namespaces/{}/daemonsets"),
            ("Service", "/api/v1/namespaces/{}/services"),
            ("ConfigMap", "/api/v1/namespaces/{}/configmaps"),
            ("Secret", "/api/v1/namespaces/{}/secrets"),
            ("ServiceAccount", "/api/v1/namespaces/{}/serviceaccounts"),
            ("Job", "/apis/batch/v1/namespaces/{}/jobs"),
            ("CronJob", "/apis/batch/v1/namespaces/{}/cronjobs"),
            ("Ingress", "/apis/networking.k8s.io/v1/namespaces/{}/ingresses"),
            ("NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies"),
            ("Role", "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles"),
            ("RoleBinding", "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings"),
            ("PersistentVolumeClaim", "/api/v1/namespaces/{}/persistentvolumeclaims"),
        ];
        let looks = kinds.iter().map(|(kind, path)| async move {
            (kind, get_all(&self.client, &path.replace("{}", NAMESPACE), DEADLINE).await)
        });
        for (kind, objects) in join_all(looks).await {
            // what may not be read may be there
            let objects = match objects {
                Ok(objects) => objects,
                Err(e) => return Ok(Some(format!("what else is in it cannot be seen: {e}"))),
            };
            for value in objects {
                let name =
                    value.pointer("/metadata/name").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
                // a pod of ours goes with its Deployment
                let owners = value.pointer("/metadata/ownerReferences").and_then(serde_json::Value::as_array);
                let of_ours = owners.into_iter().flatten().filter_map(|o| o["name"].as_str()).any(|owner| {
                    let ours = |c: &Change| owner == c.key.name || owner.starts_with(&format!("{}-", c.key.name));
                    found.go.iter().any(ours)
                });
                let key =
                    ObjectKey { group: String::new(), kind: (*kind).to_owned(), namespace: NAMESPACE.into(), name };
                let object = Object { key, value };
                if !object.is_owned() && !of_ours && !BY_ITSELF.contains(&object.key.name.as_str()) {
                    return Ok(Some(format!("it holds {}, which is not ours", object.key)));
                }
            }
        }
        Ok(None)
    }
}

impl Leaving {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes, one after the other; stops at the first failure, with the inventory still there.
    async fn leave(&self) {
        let Ok((backend, found)) = &self.found else { return };
        for change in &found.go {
            match backend.remove(change).await {
                Ok(()) => self.progress().removed.push(change.key.to_string()),
                Err(why) => {
                    self.progress().error = Some(why);
                    return;
                }
            }
        }
        self.progress().finished = true;
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
            removed: match planned {
                true => found.go.iter().map(|c| c.key.to_string()).collect(),
                false => progress.removed,
            },
            kept: found.kept,
            error: progress.error.or(interrupted),
        }
    }
}

impl Uninstall {
    fn report(&self, planned: bool) -> UninstallReport {
        UninstallReport { dry_run: planned, clusters: self.leaving.iter().map(|l| l.report(planned)).collect() }
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
