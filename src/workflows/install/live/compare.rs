//! What an API server would make of a plan: each object read and applied as a dry run, several at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use super::standing::{managers, terminating, text};
use super::{Live, sentence};
use crate::adapters::k8s::identity;
use crate::data::model::INSTALL;
use crate::pure::manifest::{ClusterManifests, Inventory, Object, ObjectKey};
use crate::workflows::install::backend::Compared;
use crate::workflows::install::change::{Action, Change, Changes, Payload};
use crate::workflows::install::foreign;
use crate::workflows::install::preflight::unpinned;
use crate::workflows::install::secret::PlannedSecret;

mod gone;
mod object;

use gone::Gone;
use object::Asked;

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
        let (uid, home) = self.home(&namespace).await?;
        same_cluster(planned.cluster.as_str(), old.as_ref(), uid.as_deref())?;
        manifests.inventory.uid = uid.or_else(|| old.as_ref().map(|o| o.uid.clone())).unwrap_or_default();
        old.iter().for_each(|old| manifests.inventory.keep_unknown(old));
        let mut notes = Vec::new();
        if let Some(standing) = &home {
            terminating(standing)?;
            if !standing.is_owned() {
                notes.push(format!("{} was there before, and is left as it is", standing.key));
                manifests = manifests.without(&standing.key);
            }
        }
        // an object of a kind that another mesh has, too, may be one of ours that lost its label
        let ours = |o: &Object| {
            old.as_ref().is_some_and(|i| i.objects.contains(&o.key)) && managers(&o.value).contains(&INSTALL)
        };
        foreign::check(self, home.is_some(), ours).await?;
        let deploys = planned.objects.iter().any(|o| o.key.kind == "Deployment");
        let scaled = if home.is_some() && deploys { self.scaled().await } else { BTreeSet::new() };
        let ground = Ground { live: self, old, namespace: &namespace, scaled, home, services: Mutex::default() };
        let objects = ground.objects(&manifests, secrets).await?;
        let gone = ground.gone(&mut manifests).await?;
        let (inventory, ahead) = ground.inventory(&manifests).await?;
        // what is printed is what is applied
        manifests.objects = objects
            .iter()
            .filter_map(|c| match &c.payload {
                Payload::Object(object) => Some(object.clone()),
                Payload::Secret(_) | Payload::Nothing => None,
            })
            .collect();
        let Gone { pruned, notes: kept, warnings } = gone;
        notes.extend(kept);
        let objects = objects.into_iter().chain(pruned).collect();
        Ok(Compared { manifests, changes: Changes { objects, inventory, ahead, notes, warnings } })
    }

    /// The UID of the cluster, where it may be read, and the control plane's namespace as it stands.
    async fn home(&self, namespace: &str) -> Result<(Option<String>, Option<Object>), String> {
        let home = ObjectKey {
            group: String::new(),
            kind: "Namespace".into(),
            namespace: String::new(),
            name: namespace.to_owned(),
        };
        let (uid, standing) = tokio::join!(identity(&self.client, super::DEADLINE), self.get(&home));
        let uid = uid.map_err(|e| format!("asking which cluster it is failed: {e}"))?;
        Ok((uid, standing.map_err(|e| sentence("reading", &home, e))?))
    }

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

impl Ground<'_> {
    /// Whether the namespace of an object is not there yet.
    fn is_new(&self, key: &ObjectKey) -> bool {
        self.home.is_none() && key.namespace == self.namespace
    }

    fn created(&self, key: &ObjectKey, payload: Payload, after: String, not_checked: Option<String>) -> Change {
        let change = Change::new(key.clone(), Action::Created, payload, String::new(), after);
        Change { not_checked, ..change }
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
