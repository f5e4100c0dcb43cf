//! What one cluster holds of another that leaves the mesh: the credential by which pilot reads it, the slices that lead to it,
//! and entries of the inventory; and how that is taken out.

use serde_json::{Value, json};

use crate::adapters::k8s::{delete, get, merge};
use crate::data::model::{ClusterId, INSTALL, REMOTES};
use crate::pure::manifest::{Inventory, Object, ObjectKey};
use crate::workflows::install::backend::{Backend, Consent};
use crate::workflows::install::installed::path;
use crate::workflows::install::live::{DEADLINE, Live, uid};
use crate::workflows::install::plan::NAMESPACE;
use crate::workflows::install::standing;

/// What stands in one cluster of another.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Where its key stands in the Secret of pilot's credentials: the Secret's UID.
    credential: Option<String>,
    /// Slices that lead to it, with their UIDs.
    slices: Vec<(ObjectKey, String)>,
    /// The inventory, where it lists such slices.
    listed: Option<Inventory>,
    /// What else the cluster knows: the primary, and the ids under which it holds credentials.
    pub(super) primary: Option<String>,
    pub(super) known: Vec<String>,
}

/// The slices of a remote that lead to a primary of this id.
pub(in crate::workflows::install) fn slices(id: &ClusterId) -> [ObjectKey; 2] {
    ["v4", "v6"].map(|family| ObjectKey {
        group: "discovery.k8s.io".into(),
        kind: "EndpointSlice".into(),
        namespace: NAMESPACE.into(),
        name: format!("istio-pilot-{id}-{family}"),
    })
}

impl Traces {
    /// Looks in the cluster `of` for what it holds of `id`. `notes` hears what cannot be known.
    ///
    /// # Errors
    /// The sentence that says why nobody knows what it holds.
    pub(super) async fn read(
        backend: &Backend,
        of: &ClusterId,
        id: &ClusterId,
        notes: &mut Vec<String>,
    ) -> Result<Self, String> {
        let inventory = backend.inventory(NAMESPACE).await?;
        if let Some(inventory) = &inventory {
            // a kubeconfig may lead to another cluster than the one that was installed
            if inventory.cluster != of.as_str() {
                return Err(format!("its inventory is that of cluster {}", inventory.cluster));
            }
            if let Backend::Live(live) = backend {
                notes.extend(live.is_the_same(inventory).await?);
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

    pub(super) fn is_empty(&self) -> bool {
        self.credential.is_none() && self.slices.is_empty() && self.listed.is_none()
    }

    /// What goes, for people.
    pub(super) fn texts(&self, id: &ClusterId) -> Vec<String> {
        let credential = self.credential.as_ref().map(|_| credential_text(id));
        let listed = self.listed.as_ref().map(|_| entries_text());
        credential.into_iter().chain(self.slices.iter().map(|(key, _)| key.to_string())).chain(listed).collect()
    }

    /// Takes them out: the credential first, so that pilot lets go of the cluster. `gone` hears of each that has gone, also where
    /// it ends in the middle.
    ///
    /// # Errors
    /// The sentence that says what could not be removed.
    pub(super) async fn take(
        &self,
        backend: &Backend,
        id: &ClusterId,
        gone: &(dyn Fn(String) + Sync),
    ) -> Result<(), String> {
        if let (Backend::Live(live), Some(uid)) = (backend, &self.credential) {
            forget(live, uid, id).await?;
            gone(credential_text(id));
        }
        for (key, uid) in &self.slices {
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
        if let Some(inventory) = &self.listed {
            let mut without = inventory.clone();
            without.objects.retain(|k| !slices(id).contains(k));
            let object = without.to_object(NAMESPACE).map_err(|e| format!("writing the inventory failed: {e}"))?;
            backend.put_inventory(&object, Consent::default()).await?;
            gone(entries_text());
        }
        Ok(())
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

/// Takes a cluster's key out of the Secret with this UID, and of none that took its place.
async fn forget(live: &Live, uid: &str, id: &ClusterId) -> Result<(), String> {
    let nothing = json!({"metadata": {"uid": uid}, "data": {id.as_str(): null}});
    let merged = merge(&live.client, &path("/api/v1", "secrets", REMOTES), INSTALL, &nothing, DEADLINE).await;
    let merged = merged.map(|_| ());
    merged.map_err(|e| format!("removing the key {id} of Secret/{NAMESPACE}/{REMOTES} failed: {}", e.of_secret()))
}
