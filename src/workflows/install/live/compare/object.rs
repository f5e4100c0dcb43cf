//! What an API server would make of each object of a plan, and of each Secret: asked by a dry run, beside what stands.

use std::sync::PoisonError;

use futures::StreamExt;
use serde_json::Value;

use super::Ground;
use crate::adapters::k8s::{ApplyError, K8sError};
use crate::data::model::INSTALL;
use crate::data::yaml;
use crate::pure::manifest::{ClusterManifests, Object, ObjectKey};
use crate::workflows::install::change::{Action, Change, Payload};
use crate::workflows::install::live::run_time::{keep_endpoints, leave_replicas, owned_by_service};
use crate::workflows::install::live::standing::{cleaned, managers, text, uid};
use crate::workflows::install::live::{WIDTH, sentence};
use crate::workflows::install::secret::PlannedSecret;

/// What an API server said to an object.
pub(super) struct Asked {
    /// What it would be.
    pub(super) answer: Result<Value, ApplyError>,
    /// Fields of it that others hold with other values: the ends of sentences.
    pub(super) conflicts: Vec<String>,
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

impl Ground<'_> {
    /// Every planned object's change, in the order of the plan; all that stops the cluster is said at once.
    pub(super) async fn objects(
        &self,
        manifests: &ClusterManifests,
        secrets: &[PlannedSecret],
    ) -> Result<Vec<Change>, String> {
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

    /// An object as it stands. A Service is read once, for itself and for the slices that it owns.
    async fn standing(&self, key: &ObjectKey) -> Result<Option<Object>, String> {
        let read = async || self.live.get(key).await.map_err(|e| sentence("reading", key, e));
        if key.kind != "Service" {
            return read().await;
        }
        let cell = self.services.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone();
        cell.get_or_try_init(read).await.cloned()
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
    pub(super) async fn ask(&self, key: &ObjectKey, value: &Value) -> Asked {
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
}
