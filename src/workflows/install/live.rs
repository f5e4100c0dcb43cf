//! An API server as the place where objects stand: read, asked by dry run what would come of ours, and written by server-side
//! apply under our own field manager.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::Consent;
use super::backend::Unread;
use super::change::{Change, Payload};
use crate::adapters::k8s::{Apply, ApplyError, K8sError, apply, delete, get};
use crate::data::model::{DISCOVERY, INSTALL, Secret};
use crate::pure::manifest::{Inventory, Object, ObjectKey, Resource};

mod compare;
mod run_time;
mod standing;

use run_time::owned_by_service;
pub(super) use standing::{managers, uid};

/// How long one request may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);
/// How many requests one API server has from us at a time.
pub(super) const WIDTH: usize = 8;

/// A cluster behind an API server.
#[derive(Clone)]
pub struct Live {
    /// Talks to it.
    pub client: kube::Client,
    /// Its address, as the kubeconfig has it.
    pub server: String,
    /// The version of the inventory, as it was read or written last; `None`: there was none.
    recorded: Arc<Mutex<Option<String>>>,
    /// The UIDs of the Services that this run has applied: what they own need not ask for them.
    applied: Arc<Mutex<BTreeMap<ObjectKey, String>>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("server", &self.server).finish_non_exhaustive()
    }
}

/// What must stand where an object is put: it was looked at, and somebody may have been there since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect<'a> {
    /// Nothing.
    Absent,
    /// The object with this UID.
    Same(&'a str),
    /// The object in this version.
    Version(&'a str),
    /// Whatever there is.
    Anything,
}

impl Expect<'_> {
    /// The object with what makes an API server see that it is not so. Server-side apply has no word for "make it": but a
    /// resource version that no object has (etcd's first revision holds none) is compared with that of an object that stands, and
    /// with nothing where none does.
    fn of(self, value: &Value) -> Value {
        let mut out = value.clone();
        if let Some(metadata) = out.get_mut("metadata").and_then(Value::as_object_mut) {
            match self {
                Self::Absent => drop(metadata.insert("resourceVersion".to_owned(), "1".into())),
                Self::Same(uid) => drop(metadata.insert("uid".to_owned(), uid.into())),
                Self::Version(version) => drop(metadata.insert("resourceVersion".to_owned(), version.into())),
                Self::Anything => {}
            }
        }
        out
    }

    /// What it means that the API server refused it so, and that this stands there now; `None`: nobody knows more than the
    /// server says.
    fn broken(self, now: Option<&Object>) -> Option<&'static str> {
        let Some(now) = now else {
            return (!matches!(self, Self::Absent | Self::Anything)).then_some("it has gone since it was looked at");
        };
        match self {
            Self::Absent if !now.is_owned() => Some("somebody has put one there since it was looked for"),
            Self::Absent if now.value.pointer("/metadata/deletionTimestamp").is_some() => {
                Some("the one that stood there is still going away")
            }
            Self::Same(was) if uid(now) != was => Some("it is no longer the one that was looked at"),
            Self::Version(was) if version(&now.value) != was => Some(ANOTHER_RUN),
            _ => None,
        }
    }
}

/// Who writes the inventory is a run of ours.
const ANOTHER_RUN: &str =
    "another run is under way, and has written it since this one read it; run this again once that is done";

fn version(value: &Value) -> &str {
    value.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default()
}

/// A sentence about an object.
pub(super) fn sentence(doing: &str, key: &ObjectKey, why: impl std::fmt::Display) -> String {
    format!("{doing} {key} failed: {why}")
}

impl Live {
    /// A cluster of which nothing has been read.
    pub fn new(client: kube::Client, server: String) -> Self {
        Self { client, server, recorded: Arc::default(), applied: Arc::default() }
    }

    fn recorded(&self, object: Option<&Value>) {
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = object.map(|o| version(o).to_owned());
    }

    /// An object as it stands; `None` where there is none.
    ///
    /// # Errors
    /// [`K8sError`].
    pub async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, K8sError> {
        let row = key.resource().ok_or(K8sError::NotFound)?;
        let value = get(&self.client, &row.path(&key.namespace, &key.name), DEADLINE).await?;
        Ok(value.map(|value| Object { key: key.clone(), value }))
    }

    /// Applies an object, or asks what would come of it.
    ///
    /// # Errors
    /// [`ApplyError`].
    pub async fn apply(&self, key: &ObjectKey, value: &Value, dry_run: bool, force: bool) -> Result<Value, ApplyError> {
        let row = key.resource().ok_or(K8sError::NotFound)?;
        let path = row.path(&key.namespace, &key.name);
        let send = async |force| {
            let how = Apply { manager: INSTALL, dry_run, force };
            apply(&self.client, &path, value, how, DEADLINE).await
        };
        match send(force).await {
            // the endpoints are discovery's until mesh.yaml fixes pilot's address: then they are ours, and it lets them be
            Err(ApplyError::Conflict(found))
                if key.kind == "EndpointSlice" && found.iter().all(|c| c.manager == DISCOVERY) =>
            {
                send(true).await
            }
            Err(ApplyError::Api(error)) if key.kind == "Secret" => Err(ApplyError::Api(error.of_secret())),
            other => other,
        }
    }

    /// The inventory that stands; `None` where there is none.
    pub(super) async fn inventory(&self, namespace: &str) -> Result<Option<Inventory>, Unread> {
        let key = Inventory::key(namespace);
        let object = self.get(&key).await;
        let object =
            object.map_err(|e| Unread { is_silence: e.is_unreachable(), why: sentence("reading", &key, e) })?;
        self.recorded(object.as_ref().map(|o| &o.value));
        let Some(object) = object else { return Ok(None) };
        Inventory::of_object(&object).map(Some).map_err(|e| Unread::other(sentence("reading", &key, e)))
    }

    /// Writes the inventory, if it is still as this run knows it: two runs at once would each forget what the other lists.
    ///
    /// # Errors
    /// Why not; a sentence.
    pub(super) async fn put_inventory(&self, inventory: &Object, consent: Consent) -> Result<(), String> {
        let key = &inventory.key;
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let expect = recorded.as_deref().map_or(Expect::Absent, Expect::Version);
        let applied = match self.apply(key, &expect.of(&inventory.value), false, consent.force_conflicts).await {
            Err(error @ ApplyError::Api(K8sError::Status { code: 409, .. })) => {
                let now = self.get(key).await.ok().flatten();
                match now {
                    // it was sent twice, since no answer came to the first
                    Some(now) if now.is_owned() && now.value.get("data") == inventory.value.get("data") => now.value,
                    Some(now) if expect == Expect::Absent && now.is_owned() => {
                        return Err(sentence("applying", key, ANOTHER_RUN));
                    }
                    now => {
                        let why = expect.broken(now.as_ref()).map_or_else(|| error.to_string(), str::to_owned);
                        return Err(sentence("applying", key, why));
                    }
                }
            }
            applied => applied.map_err(|e| sentence("applying", key, e))?,
        };
        self.recorded(Some(&applied));
        Ok(())
    }

    pub(super) async fn put(&self, payload: &Payload, expect: Expect<'_>, consent: Consent) -> Result<(), String> {
        let (key, value) = match payload {
            Payload::Nothing => return Ok(()),
            Payload::Object(object) => {
                let object = owned_by_service(object.without_run_time_fields(), async |key| self.service(key).await);
                let object = object.await?;
                (object.key, Secret::new(object.value))
            }
            Payload::Secret(secret) => {
                let (key, Some(object)) = (secret.key(), secret.object()) else { return Ok(()) };
                (key, Secret::new(object.expose().clone()))
            }
        };
        let send = async |expect: Expect<'_>| {
            let object = Secret::new(expect.of(value.expose()));
            self.apply(&key, object.expose(), false, consent.force_conflicts).await
        };
        let error = match send(expect).await {
            Ok(answer) => {
                self.has_applied(&key, &answer);
                return Ok(());
            }
            Err(error) => error,
        };
        let refused = match &error {
            ApplyError::Api(K8sError::Status { code: 409, .. }) => expect != Expect::Anything,
            // a UID that is not that of the object is a field that never changes
            ApplyError::Api(K8sError::Status { code: 422, .. }) => matches!(expect, Expect::Same(_)),
            _ => false,
        };
        if !refused {
            return Err(sentence("applying", &key, error));
        }
        // that has many causes: what stands there now tells them apart, where it can be read
        let Ok(now) = self.get(&key).await else { return Err(sentence("applying", &key, error)) };
        match (expect.broken(now.as_ref()), &now) {
            (Some(why), _) => Err(sentence("applying", &key, why)),
            // it was sent twice, since no answer came to the first; or another run of ours was quicker
            (None, Some(now)) if expect == Expect::Absent => {
                let again = send(Expect::Same(&uid(now))).await;
                again.map(|answer| self.has_applied(&key, &answer)).map_err(|e| sentence("applying", &key, e))
            }
            (None, _) => Err(sentence("applying", &key, error)),
        }
    }

    /// Remembers a Service that this run has applied.
    fn has_applied(&self, key: &ObjectKey, answer: &Value) {
        let uid = answer.pointer("/metadata/uid").and_then(Value::as_str);
        if let Some(uid) = uid.filter(|_| key.kind == "Service") {
            self.applied.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), uid.to_owned());
        }
    }

    /// The UID of a Service: of the one that this run has applied, else of the one that stands now; `None` where there is none.
    async fn service(&self, key: &ObjectKey) -> Result<Option<String>, String> {
        let applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        match applied {
            Some(uid) => Ok(Some(uid)),
            None => {
                let standing = self.get(key).await.map_err(|e| sentence("reading", key, e))?;
                Ok(standing.as_ref().map(uid))
            }
        }
    }

    pub(super) async fn remove(&self, change: &Change) -> Result<(), String> {
        self.applied.lock().unwrap_or_else(PoisonError::into_inner).remove(&change.key);
        let Some(row) = Resource::of(&change.key.group, &change.key.kind) else { return Ok(()) };
        let path = row.path(&change.key.namespace, &change.key.name);
        let removed = delete(&self.client, &path, &change.uid, DEADLINE).await;
        removed.map(|_| ()).map_err(|e| {
            // what a webhook says of a Secret may quote it
            let e = if change.key.kind == "Secret" { e.of_secret() } else { e };
            sentence("removing", &change.key, e)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_means_what_stands_there_says() {
        let object = |metadata: Value| {
            Object::of(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}))
                .unwrap_or_else(|| unreachable!())
        };
        let foreign = object(json!({"name": "a", "namespace": "n", "uid": "2"}));
        let ours = foreign.clone().owned();
        let mut going = ours.clone();
        going.value["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        // a quota, or somebody who was there for a moment: the server says what it was
        assert_eq!(Expect::Absent.broken(None), None);
        assert_eq!(Expect::Absent.broken(Some(&ours)), None, "a write that was sent twice");
        assert_eq!(Expect::Absent.broken(Some(&foreign)), Some("somebody has put one there since it was looked for"));
        assert_eq!(Expect::Absent.broken(Some(&going)), Some("the one that stood there is still going away"));
        assert_eq!(Expect::Same("2").broken(Some(&ours)), None);
        assert_eq!(Expect::Same("1").broken(Some(&ours)), Some("it is no longer the one that was looked at"));
        assert_eq!(Expect::Same("1").broken(None), Some("it has gone since it was looked at"));
    }
}
