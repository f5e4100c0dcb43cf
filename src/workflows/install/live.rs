//! An API server as the place where objects stand: read, asked by dry run what would come of ours, and written by server-side
//! apply under our own field manager.

use std::time::Duration;

use serde_json::Value;

use super::Consent;
use super::change::{Change, Payload};
use crate::adapters::k8s::{Apply, ApplyError, K8sError, apply, delete, get};
use crate::data::model::{DISCOVERY, INSTALL, Secret};
use crate::pure::manifest::{Inventory, Object, ObjectKey, Resource};

mod compare;
mod run_time;
mod standing;

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
                Self::Anything => {}
            }
        }
        out
    }

    /// What it means that the API server found it otherwise.
    fn broken(self) -> Option<&'static str> {
        match self {
            Self::Absent => Some("somebody has put one there since it was looked for"),
            Self::Same(_) => Some("it is no longer the one that was looked at"),
            Self::Anything => None,
        }
    }
}

/// A sentence about an object.
pub(super) fn sentence(doing: &str, key: &ObjectKey, why: impl std::fmt::Display) -> String {
    format!("{doing} {key} failed: {why}")
}

impl Live {
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
    pub(super) async fn inventory(&self, namespace: &str) -> Result<Option<Inventory>, String> {
        let key = Inventory::key(namespace);
        let Some(object) = self.get(&key).await.map_err(|e| sentence("reading", &key, e))? else { return Ok(None) };
        Inventory::of_object(&object).map(Some).map_err(|e| sentence("reading", &key, e))
    }

    pub(super) async fn put(&self, payload: &Payload, expect: Expect<'_>, consent: Consent) -> Result<(), String> {
        let (key, applied) = match payload {
            Payload::Nothing => return Ok(()),
            Payload::Object(object) => {
                let value = self.owned_by_service(object.without_run_time_fields()).await?;
                let value = expect.of(&value.value);
                (object.key.clone(), self.apply(&object.key, &value, false, consent.force_conflicts).await)
            }
            Payload::Secret(secret) => {
                let (key, Some(object)) = (secret.key(), secret.object()) else { return Ok(()) };
                let object = Secret::new(expect.of(object.expose()));
                let applied = self.apply(&key, object.expose(), false, consent.force_conflicts).await;
                (key, applied)
            }
        };
        applied.map(|_| ()).map_err(|e| match (&e, expect.broken()) {
            (ApplyError::Api(K8sError::Status { code: 409, .. }), Some(why)) => sentence("applying", &key, why),
            _ => sentence("applying", &key, e),
        })
    }

    pub(super) async fn remove(&self, change: &Change) -> Result<(), String> {
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
