//! What an API server would make of a plan: each object read and applied as a dry run, several at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::run_time::{keep_endpoints, leave_replicas, owned_by_service};
use super::standing::{cleaned, managers, terminating, text, uid};
use super::{Live, WIDTH, sentence};
use crate::adapters::k8s::{ApplyError, K8sError, identity};
use crate::data::model::INSTALL;
use crate::data::yaml;
use crate::pure::manifest::{ClusterManifests, Inventory, Object, ObjectKey, is_taken_over};
use crate::workflows::install::backend::Compared;
use crate::workflows::install::change::{Action, Change, Changes, Payload, TAKEN_OVER};
use crate::workflows::install::foreign;
use crate::workflows::install::preflight::unpinned;
use crate::workflows::install::secret::PlannedSecret;

/// What the comparison of every object looks at.
struct Ground<'a> {
    live: &'a Live,
    /// What an earlier run put there.
    old: Option<Inventory>,
    /// The control plane's namespace.
    namespace: &'a str,
    /// That namespace as it stands.
    home: Option<Object>,
    /// The Deployments whose replicas an autoscaler decides.
    scaled: BTreeSet<String>,
    /// The Services that were read.
    services: Mutex<BTreeMap<ObjectKey, Arc<OnceCell<Option<Object>>>>>,
}

impl Live {
    /// Compares what stands with a plan.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(in crate::workflows::install) async fn compare(
        &self,
        planned: &ClusterManifests,
        secrets: &[PlannedSecret],
        old: Option<Inventory>,
    ) -> Result<Compared, String> {
        let mut manifests = planned.clone();
        let namespace = planned.namespace.clone();
        let home = ObjectKey {
            group: String::new(),
            kind: "Namespace".into(),
            namespace: String::new(),
            name: namespace.clone(),
        };
        let (uid, standing) = tokio::join!(
            async {
                identity(&self.client, super::DEADLINE)
                    .await
                    .map_err(|e| format!("asking which cluster it is failed: {e}"))
            },
            async { self.get(&home).await.map_err(|e| sentence("reading", &home, e)) },
        );
        let (uid, standing) = (uid?, standing?);
        same_cluster(planned.cluster.as_str(), old.as_ref(), uid.as_deref())?;
        manifests.inventory.uid = uid.or_else(|| old.as_ref().map(|o| o.uid.clone())).unwrap_or_default();
        let mut notes = Vec::new();
        if let Some(standing) = &standing {
            terminating(standing)?;
            if !standing.is_owned() {
                notes.push(format!("{home} was there before, and is left as it is"));
                manifests = manifests.without(&home);
            }
        }
        // an object of a kind that another mesh has, too, may be one of ours that lost its label
        let ours = |o: &Object| {
            old.as_ref().is_some_and(|i| i.objects.contains(&o.key)) && managers(&o.value).contains(&INSTALL)
        };
        foreign::check(self, standing.is_some(), ours).await?;
        let ground = Ground {
            live: self,
            old,
            namespace: &namespace,
            scaled: if standing.is_some() && planned.objects.iter().any(|o| o.key.kind == "Deployment") {
                self.scaled().await
            } else {
                BTreeSet::new()
            },
            home: standing,
            services: Mutex::default(),
        };
        let objects = ground.objects(&manifests, secrets).await?;
        let pruned = ground.pruned(&mut manifests, &mut notes).await?;
        let (inventory, ahead) = ground.inventory(&manifests).await?;
        // what is printed is what is applied
        manifests.objects = objects
            .iter()
            .filter_map(|c| match &c.payload {
                Payload::Object(object) => Some(object.clone()),
                Payload::Secret(_) | Payload::Nothing => None,
            })
            .collect();
        let objects = objects.into_iter().chain(pruned).collect();
        Ok(Compared { manifests, changes: Changes { objects, inventory, ahead, notes } })
    }
}

impl Live {
    /// Whether this is the cluster that an inventory is of. Gives the sentence that says so where nobody knows.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(in crate::workflows::install) async fn is_the_same(
        &self,
        inventory: &Inventory,
    ) -> Result<Option<String>, String> {
        let uid = identity(&self.client, super::DEADLINE).await;
        let uid = uid.map_err(|e| format!("asking which cluster it is failed: {e}"))?;
        same_cluster(&inventory.cluster, Some(inventory), uid.as_deref())?;
        Ok(uid.is_none().then(|| unpinned(Some(inventory))))
    }
}

/// Whether an API server refuses a change of a field that never changes: `clusterIP`, `roleRef`, a selector. Its messages are
/// those of `k8s.io/apimachinery/pkg/api/validation` and of the kinds' own.
fn is_immutable(message: &str) -> bool {
    ["may not change once set", "field is immutable", "cannot change roleRef"]
        .iter()
        .any(|words| message.contains(words))
}

/// Whether a Service turns from headless to one with an address of its own, or back, or into a name: what the API server filled
/// in for the one does not fit the other.
fn turns(wanted: &Value, standing: &Value) -> bool {
    let sort = |v: &Value| {
        let text = |pointer: &str| v.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        (text("/spec/type").as_deref() == Some("ExternalName"), text("/spec/clusterIP").as_deref() == Some("None"))
    };
    wanted["kind"] == "Service" && sort(wanted) != sort(standing)
}

/// The cluster that the inventory names must be this one.
fn same_cluster(planned: &str, old: Option<&Inventory>, uid: Option<&str>) -> Result<(), String> {
    let Some(old) = old else { return Ok(()) };
    if old.cluster != planned {
        return Err(format!("its inventory is that of cluster {}", old.cluster));
    }
    match uid {
        Some(uid) if !old.uid.is_empty() && old.uid != uid => Err(format!(
            "it is another cluster than the one that was installed: the UID of its namespace kube-system is {uid}, and was {}",
            old.uid
        )),
        _ => Ok(()),
    }
}

/// What an API server said to an object.
struct Asked {
    /// What it would be.
    answer: Result<Value, ApplyError>,
    /// Fields of it that others hold with other values: the ends of sentences.
    conflicts: Vec<String>,
}

impl Ground<'_> {
    /// Every planned object's change, in the order of the plan; all that stops the cluster is said at once.
    async fn objects(&self, manifests: &ClusterManifests, secrets: &[PlannedSecret]) -> Result<Vec<Change>, String> {
        let secrets = secrets.iter().filter(|s| s.data.is_some()).map(|s| Payload::Secret(s.clone()));
        let mut payloads: Vec<Payload> =
            manifests.objects.iter().map(|o| Payload::Object(o.clone())).chain(secrets).collect();
        payloads.sort_by_key(|p| match p {
            Payload::Object(o) => o.key.stage(),
            Payload::Secret(s) => s.key().stage(),
            Payload::Nothing => crate::pure::manifest::Stage::Webhooks,
        });
        let changes: Vec<Result<Change, String>> =
            futures::stream::iter(payloads).map(|p| self.change(p)).buffered(WIDTH).collect().await;
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for change in changes {
            match change {
                Ok(change) => good.push(change),
                Err(why) => bad.push(why),
            }
        }
        // a dead server says the same of everything
        bad.dedup_by_key(|why| why.split_once(" failed: ").map_or(why.clone(), |(_, w)| w.to_owned()));
        if !bad.is_empty() {
            return Err(bad.join("; "));
        }
        // a slice whose Service is made anew gets the new one as its owner; as that of the old one it may be collected meanwhile
        if good.iter().any(|c| c.anew && c.key.kind == "Service") {
            for slice in good.iter_mut().filter(|c| c.key.kind == "EndpointSlice" && c.action != Action::Created) {
                slice.action = Action::Changed;
                slice.uid = String::new();
            }
        }
        Ok(good)
    }

    async fn change(&self, payload: Payload) -> Result<Change, String> {
        match payload {
            Payload::Object(object) => self.object(object).await,
            Payload::Secret(secret) => self.secret(secret).await,
            Payload::Nothing => Err("nothing was planned".to_owned()),
        }
    }

    /// Whether the namespace of an object is not there yet.
    fn is_new(&self, key: &ObjectKey) -> bool {
        self.home.is_none() && key.namespace == self.namespace
    }

    /// An object as it stands. A Service is read once, for itself and for the slices that it owns.
    async fn standing(&self, key: &ObjectKey) -> Result<Option<Object>, String> {
        let read = async || self.live.get(key).await.map_err(|e| sentence("reading", key, e));
        if key.kind != "Service" {
            return read().await;
        }
        let cell = self.services.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone();
        cell.get_or_try_init(read).await.cloned()
    }

    fn created(&self, key: &ObjectKey, payload: Payload, after: String, not_checked: Option<String>) -> Change {
        let change = Change::new(key.clone(), Action::Created, payload, String::new(), after);
        Change { not_checked, ..change }
    }

    async fn object(&self, object: Object) -> Result<Change, String> {
        let key = object.key.clone();
        let applied = object.without_run_time_fields();
        let own = || text(&applied.value);
        if self.is_new(&key) {
            let why = format!("the namespace {} is new", key.namespace);
            return Ok(self.created(&key, Payload::Object(applied.clone()), own()?, Some(why)));
        }
        let standing = match &self.home {
            Some(home) if home.key == key => Some(home.clone()),
            _ => self.standing(&key).await?,
        };
        let uid_of = async |service: &ObjectKey| Ok(self.standing(service).await?.as_ref().map(uid));
        let mut applied = owned_by_service(applied, uid_of).await?;
        if let Some(standing) = &standing {
            self.ours(standing)?;
            if applied.key.kind == "Deployment" && self.scaled.contains(&applied.key.name) {
                leave_replicas(&mut applied, standing);
            }
            if applied.key.kind == "EndpointSlice" {
                keep_endpoints(&mut applied, standing);
            }
        }
        let own = || text(&applied.value);
        let Asked { answer, conflicts } = self.ask(&key, &applied.value).await;
        match (answer, standing) {
            (Ok(value), None) => Ok(self.created(&key, Payload::Object(applied), text(&cleaned(&value))?, None)),
            (Ok(value), Some(standing)) => {
                let (before, after) = (cleaned(&standing.value), cleaned(&value));
                let action = if before == after { Action::Unchanged } else { Action::Changed };
                let (before, after) = (text(&before)?, text(&after)?);
                let uid = uid(&standing);
                let change = Change::new(key, action, Payload::Object(applied), before, after);
                Ok(Change { uid, conflicts, ..change })
            }
            // its kind, or what it refers to, comes with this very run
            (Err(ApplyError::Api(K8sError::NotFound)), None) => {
                let own = own()?;
                Ok(self.created(&key, Payload::Object(applied), own, Some("what it needs is new".to_owned())))
            }
            (Err(ApplyError::Api(K8sError::Status { code: 422, message })), Some(standing))
                if is_immutable(&message) || turns(&applied.value, &standing.value) =>
            {
                let (before, after) = (text(&cleaned(&standing.value))?, own()?);
                let change = Change::new(key, Action::Changed, Payload::Object(applied), before, after);
                let why = "the API lets nobody change it so: it is made anew".to_owned();
                Ok(Change { uid: uid(&standing), anew: true, not_checked: Some(why), ..change })
            }
            (Err(why), _) => Err(sentence("applying", &key, why)),
        }
    }

    /// Asks by a dry run what would come of an object. Where others hold fields of it, what it would be without them is asked, too.
    async fn ask(&self, key: &ObjectKey, value: &Value) -> Asked {
        let answer = self.live.apply(key, value, true, false).await;
        let Err(ApplyError::Conflict(found)) = &answer else { return Asked { answer, conflicts: Vec::new() } };
        let mut conflicts: Vec<String> =
            found.iter().map(|c| format!("its field {} is held by {}", c.field, c.manager)).collect();
        conflicts.sort();
        Asked { answer: self.live.apply(key, value, true, true).await, conflicts }
    }

    async fn secret(&self, secret: PlannedSecret) -> Result<Change, String> {
        let key = secret.key();
        let hashes = yaml::to_string(&secret.report.sha256).map_err(|e| sentence("writing", &key, e))?;
        if self.is_new(&key) {
            let why = format!("the namespace {} is new", key.namespace);
            return Ok(self.created(&key, Payload::Secret(secret), hashes, Some(why)));
        }
        let standing = self.live.get(&key).await.map_err(|e| sentence("reading", &key, e))?;
        let uid = standing.as_ref().map(uid).unwrap_or_default();
        if standing.as_ref().is_some_and(|standing| secret.is(&standing.value)) {
            let same = Change::new(key, Action::Unchanged, Payload::Secret(secret), hashes.clone(), hashes);
            return Ok(Change { uid, ..same });
        }
        if let Some(standing) = &standing {
            self.ours(standing)?;
        }
        let Some(object) = secret.object() else { return Err(sentence("applying", &key, "nothing of it is known")) };
        let Asked { answer, conflicts } = self.ask(&key, object.expose()).await;
        // what it would be is a Secret: nobody looks at it
        answer.map(drop).map_err(|e| sentence("applying", &key, e))?;
        let action = if standing.is_some() { Action::Changed } else { Action::Created };
        let change = Change::new(key, action, Payload::Secret(secret), String::new(), hashes);
        Ok(Change { uid, conflicts, ..change })
    }

    /// An object that stands under a name of ours must be ours.
    fn ours(&self, standing: &Object) -> Result<(), String> {
        let listed = self.old.as_ref().is_some_and(|i| i.objects.contains(&standing.key));
        if standing.is_owned() || (listed && managers(&standing.value).contains(&INSTALL)) {
            return Ok(());
        }
        let by = managers(&standing.value).join(", ");
        let by = if by.is_empty() { String::new() } else { format!("; it was written by {by}") };
        Err(format!("{} stands there already, and meshctl did not make it{by}", standing.key))
    }

    /// What the inventory lists and nobody plans any more.
    async fn pruned(&self, manifests: &mut ClusterManifests, notes: &mut Vec<String>) -> Result<Vec<Change>, String> {
        let planned = &manifests.inventory.objects;
        let listed = self.old.iter().flat_map(|i| i.listed(self.namespace));
        let mut gone: Vec<ObjectKey> = listed.filter(|k| !planned.contains(k)).collect();
        // what was applied last goes first
        gone.sort_by(|a, b| b.stage().cmp(&a.stage()).then_with(|| a.cmp(b)));
        let read: Vec<_> = futures::stream::iter(gone)
            .map(|key| async move { (self.live.get(&key).await, key) })
            .buffered(WIDTH)
            .collect()
            .await;
        let mut out = Vec::new();
        for (standing, key) in read {
            let Some(standing) = standing.map_err(|e| sentence("reading", &key, e))? else { continue };
            if !standing.is_owned() {
                notes.push(format!("{key} is no longer needed, and was kept: it does not carry our label"));
                continue;
            }
            if is_taken_over(&standing) {
                notes.push(TAKEN_OVER.replace("{}", &key.to_string()));
                // it is a stub again once the selector goes
                manifests.keep_listed(key);
                continue;
            }
            // what a Secret holds is nobody's to see
            let before = if key.kind == "Secret" { String::new() } else { text(&cleaned(&standing.value))? };
            let uid = uid(&standing);
            out.push(Change { uid, ..Change::new(key, Action::Pruned, Payload::Nothing, before, String::new()) });
        }
        Ok(out)
    }

    /// The inventory's own change, and what is written ahead of everything.
    async fn inventory(&self, manifests: &ClusterManifests) -> Result<(Change, Option<Object>), String> {
        let object = |inventory: &Inventory| {
            inventory.to_object(&manifests.namespace).map_err(|e| format!("writing the inventory failed: {e}"))
        };
        let last = object(&manifests.inventory)?;
        let after = text(&last.value)?;
        let key = last.key.clone();
        let payload = Payload::Object(last);
        let Some(old) = &self.old else {
            let ahead = object(&manifests.inventory)?;
            if self.is_new(&key) {
                let why = format!("the namespace {} is new", key.namespace);
                return Ok((self.created(&key, payload, after, Some(why)), Some(ahead)));
            }
            let conflicts = self.would_take(&ahead).await?;
            let created = self.created(&key, payload, after, None);
            return Ok((Change { conflicts, ..created }, Some(ahead)));
        };
        let standing = object(old)?;
        let ahead = object(&manifests.inventory.ahead(old))?;
        let action = if *old == manifests.inventory { Action::Unchanged } else { Action::Changed };
        let ahead = (ahead != standing).then_some(ahead);
        let before = text(&standing.value)?;
        // what is written first, where anything is
        let conflicts = match (&ahead, &payload) {
            (Some(first), _) => self.would_take(first).await?,
            (None, Payload::Object(last)) if action != Action::Unchanged => self.would_take(last).await?,
            _ => Vec::new(),
        };
        let change = Change::new(key, action, payload, before, after);
        Ok((Change { conflicts, ..change }, ahead))
    }

    /// Whether the API server would take an inventory: the fields of it that others hold.
    async fn would_take(&self, inventory: &Object) -> Result<Vec<String>, String> {
        let Asked { answer, conflicts } = self.ask(&inventory.key, &inventory.value).await;
        answer.map_err(|e| sentence("applying", &inventory.key, e))?;
        Ok(conflicts)
    }
}
