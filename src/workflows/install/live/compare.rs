//! What an API server would make of a plan: each object read and applied as a dry run, several at a time.

use futures::StreamExt;
use serde_json::Value;

use super::{Live, WIDTH, sentence};
use crate::adapters::k8s::{ApplyError, K8sError, identity};
use crate::data::yaml;
use crate::pure::manifest::{ClusterManifests, Inventory, Object, ObjectKey};
use crate::workflows::install::backend::{Compared, Consent};
use crate::workflows::install::change::{Action, Change, Changes, Payload};
use crate::workflows::install::secret::PlannedSecret;

/// What the comparison of every object looks at.
struct Ground<'a> {
    live: &'a Live,
    consent: Consent,
    /// What an earlier run put there.
    old: Option<Inventory>,
    /// The control plane's namespace.
    namespace: &'a str,
    /// Whether it stands.
    stands: bool,
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
        consent: Consent,
    ) -> Result<Compared, String> {
        let mut manifests = planned.clone();
        let namespace = planned.namespace.clone();
        let home = ObjectKey {
            group: String::new(),
            kind: "Namespace".into(),
            namespace: String::new(),
            name: namespace.clone(),
        };
        let (uid, old, standing) = tokio::join!(
            async {
                identity(&self.client, super::DEADLINE)
                    .await
                    .map_err(|e| format!("asking which cluster it is failed: {e}"))
            },
            self.inventory(&namespace),
            async { self.get(&home).await.map_err(|e| sentence("reading", &home, e)) },
        );
        let (uid, old, standing) = (uid?, old?, standing?);
        same_cluster(planned, old.as_ref(), uid.as_deref())?;
        manifests.inventory.uid = uid.or_else(|| old.as_ref().map(|o| o.uid.clone())).unwrap_or_default();
        let mut notes = Vec::new();
        if let Some(standing) = &standing {
            terminating(standing)?;
            if !standing.is_owned() {
                notes.push(format!("{home} was there before, and is left as it is"));
                manifests = manifests.without(&home);
            }
        }
        let ground = Ground { live: self, consent, old, namespace: &namespace, stands: standing.is_some() };
        let objects = ground.objects(&manifests, secrets).await?;
        let pruned = ground.pruned(&manifests, &mut notes).await?;
        let (inventory, ahead) = ground.inventory(&manifests).await?;
        let objects = objects.into_iter().chain(pruned).collect();
        Ok(Compared { manifests, changes: Changes { objects, inventory, ahead, notes } })
    }
}

/// The cluster that the inventory names must be this one.
fn same_cluster(planned: &ClusterManifests, old: Option<&Inventory>, uid: Option<&str>) -> Result<(), String> {
    let Some(old) = old else { return Ok(()) };
    if old.cluster != planned.cluster.as_str() {
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

/// A namespace that is going away takes nothing new.
fn terminating(namespace: &Object) -> Result<(), String> {
    let text = |pointer: &str| namespace.value.pointer(pointer).and_then(Value::as_str);
    let Some(since) = text("/metadata/deletionTimestamp") else { return Ok(()) };
    let conditions = namespace.value.pointer("/status/conditions").and_then(Value::as_array);
    let reasons: Vec<&str> = conditions
        .into_iter()
        .flatten()
        .filter(|c| c["status"] == "True")
        .filter_map(|c| c.get("message").and_then(Value::as_str))
        .collect();
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    Err(format!("the namespace {} has been terminating since {since}{why}", namespace.key.name))
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
        if bad.is_empty() { Ok(good) } else { Err(bad.join("; ")) }
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
        !self.stands && key.namespace == self.namespace
    }

    fn created(&self, key: &ObjectKey, payload: Payload, after: String, not_checked: Option<String>) -> Change {
        let key = key.clone();
        Change { key, action: Action::Created, payload, before: String::new(), after, uid: String::new(), not_checked }
    }

    async fn object(&self, object: Object) -> Result<Change, String> {
        let key = object.key.clone();
        let applied = object.without_run_time_fields();
        let own = || text(&applied.value);
        if self.is_new(&key) {
            let why = format!("the namespace {} is new", key.namespace);
            return Ok(self.created(&key, Payload::Object(applied.clone()), own()?, Some(why)));
        }
        let standing = self.live.get(&key).await.map_err(|e| sentence("reading", &key, e))?;
        if let Some(standing) = &standing {
            self.ours(standing)?;
        }
        let answer = self.live.apply(&key, &applied.value, true, self.consent.force_conflicts).await;
        match (answer, standing) {
            (Ok(value), None) => Ok(self.created(&key, Payload::Object(applied), text(&cleaned(&value))?, None)),
            (Ok(value), Some(standing)) => {
                let (before, after) = (cleaned(&standing.value), cleaned(&value));
                let action = if before == after { Action::Unchanged } else { Action::Changed };
                let (before, after) = (text(&before)?, text(&after)?);
                let uid = uid(&standing);
                Ok(Change { key, action, payload: Payload::Object(applied), before, after, uid, not_checked: None })
            }
            // its kind, or what it refers to, comes with this very run
            (Err(ApplyError::Api(K8sError::NotFound)), None) => {
                let own = own()?;
                Ok(self.created(&key, Payload::Object(applied), own, Some("what it needs is new".to_owned())))
            }
            (Err(why), _) => Err(sentence("applying", &key, why)),
        }
    }

    async fn secret(&self, secret: PlannedSecret) -> Result<Change, String> {
        let key = secret.key();
        let hashes = yaml::to_string(&secret.report.sha256).map_err(|e| sentence("writing", &key, e))?;
        if self.is_new(&key) {
            let why = format!("the namespace {} is new", key.namespace);
            return Ok(self.created(&key, Payload::Secret(secret), hashes, Some(why)));
        }
        match self.live.get(&key).await.map_err(|e| sentence("reading", &key, e))? {
            None => Ok(self.created(&key, Payload::Secret(secret), hashes, None)),
            Some(standing) => {
                let same = secret.is(&standing.value);
                if !same {
                    self.ours(&standing)?;
                }
                let action = if same { Action::Unchanged } else { Action::Changed };
                let before = if same { hashes.clone() } else { String::new() };
                let uid = uid(&standing);
                Ok(Change {
                    key,
                    action,
                    payload: Payload::Secret(secret),
                    before,
                    after: hashes,
                    uid,
                    not_checked: None,
                })
            }
        }
    }

    /// An object that stands under a name of ours must be ours.
    fn ours(&self, standing: &Object) -> Result<(), String> {
        let listed = self.old.as_ref().is_some_and(|i| i.objects.contains(&standing.key));
        if standing.is_owned() || (listed && managers(&standing.value).contains(&super::MANAGER)) {
            return Ok(());
        }
        let by = managers(&standing.value).join(", ");
        let by = if by.is_empty() { String::new() } else { format!("; it was written by {by}") };
        Err(format!("{} stands there already, and meshctl did not make it{by}", standing.key))
    }

    /// What the inventory lists and nobody plans any more.
    async fn pruned(&self, manifests: &ClusterManifests, notes: &mut Vec<String>) -> Result<Vec<Change>, String> {
        let planned = &manifests.inventory.objects;
        let mut gone: Vec<ObjectKey> =
            self.old.iter().flat_map(|i| &i.objects).filter(|k| !planned.contains(k)).cloned().collect();
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
            let (before, uid) = (text(&cleaned(&standing.value))?, uid(&standing));
            let (action, after) = (Action::Pruned, String::new());
            out.push(Change { key, action, payload: Payload::Nothing, before, after, uid, not_checked: None });
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
            let why = self.is_new(&key).then(|| format!("the namespace {} is new", key.namespace));
            return Ok((self.created(&key, payload, after, why), Some(object(&manifests.inventory)?)));
        };
        let standing = object(old)?;
        let ahead = object(&manifests.inventory.with(old))?;
        let action = if *old == manifests.inventory { Action::Unchanged } else { Action::Changed };
        let ahead = (ahead != standing).then_some(ahead);
        let before = text(&standing.value)?;
        let change = Change { key, action, payload, before, after, uid: String::new(), not_checked: None };
        Ok((change, ahead))
    }
}

/// Who wrote an object, by its managed fields.
fn managers(value: &Value) -> Vec<&str> {
    let fields = value.pointer("/metadata/managedFields").and_then(Value::as_array);
    let mut names: Vec<&str> = fields.into_iter().flatten().filter_map(|f| f.get("manager")?.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn uid(object: &Object) -> String {
    object.value.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// An object without what the server adds and nobody applies.
fn cleaned(value: &Value) -> Value {
    let mut out = value.clone();
    if let Some(object) = out.as_object_mut() {
        object.remove("status");
    }
    if let Some(metadata) = out.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"] {
            metadata.remove(field);
        }
    }
    out
}

fn text(value: &Value) -> Result<String, String> {
    yaml::to_string(value).map_err(|e| format!("writing an object as YAML failed: {e}"))
}
