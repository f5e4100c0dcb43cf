//! The folder of a file cluster as the place where objects stand: a file each.

use std::path::{Path, PathBuf};

use super::change::{Action, Change, Changes, Payload, TAKEN_OVER};
use super::standing::{self, Standing, StandingFile};
use crate::adapters::files::{create_public_dir, link_target, remove_file, write_public};
use crate::data::yaml::YamlError;
use crate::pure::manifest::{ClusterManifests, Inventory, Object, ObjectKey, is_taken_over};

/// Why a folder must not be touched.
#[derive(Debug, thiserror::Error)]
pub(super) enum Conflict {
    /// A file of somebody else stands where ours would.
    #[error("the file {0} stands where meshctl would write, and meshctl did not write it")]
    Foreign(String),
    /// The folder is another cluster's.
    #[error("its inventory is that of cluster {0}")]
    OtherCluster(String),
    /// An object does not serialise.
    #[error("writing an object as YAML failed: {0}")]
    Yaml(#[from] YamlError),
}

/// A folder of ours.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// The folder.
    pub(super) dir: PathBuf,
}

impl Folder {
    /// A folder of ours is one: what a link leads to is not ours to write, nor to remove.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(super) fn is_no_link(&self) -> Result<(), String> {
        match link_target(&self.dir) {
            Some(to) => {
                Err(format!("{} is a symbolic link to {}, and must be a folder", self.dir.display(), to.display()))
            }
            None => Ok(()),
        }
    }

    /// Its inventory; `None` where there is none.
    pub(super) fn inventory(&self, namespace: &str) -> Result<Option<Inventory>, String> {
        standing::inventory(&self.dir, namespace)
    }

    /// These manifests without what others of the file cluster define already.
    ///
    /// # Errors
    /// The sentence that stops the cluster: somebody else defines an object of ours.
    pub(super) fn without_others(
        &self,
        folder: &Path,
        manifests: &ClusterManifests,
        notes: &mut Vec<String>,
    ) -> Result<ClusterManifests, String> {
        self.is_no_link()?;
        let mut out = manifests.clone();
        let keys: Vec<_> = manifests.objects.iter().map(|o| &o.key).collect();
        for (key, path) in standing::others(folder, &self.dir, &keys) {
            if key.kind != "Namespace" {
                return Err(format!("{key} is defined in {}, which meshctl did not write", path.display()));
            }
            // a namespace may hold more than us: whose it is, it stays
            notes.push(format!("{key} is left to {}", path.display()));
            out = out.without(key);
        }
        Ok(out)
    }

    /// Compares the folder with what it shall hold.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(super) fn compare(&self, manifests: &mut ClusterManifests) -> Result<Changes, String> {
        let standing = standing::read(&self.dir, &manifests.namespace, manifests.objects.iter().map(|o| &o.key))?;
        changes(manifests, &standing).map_err(|e| format!("{}: {e}", self.dir.display()))
    }

    /// Writes an object to its file.
    pub(super) fn put(&self, object: &Object) -> Result<(), String> {
        let text = object.to_yaml().map_err(|e| Conflict::from(e).to_string())?;
        create_public_dir(&self.dir)
            .and_then(|()| write_public(&self.dir.join(object.key.file_name()), text.as_bytes()))
            .map_err(|e| e.to_string())
    }

    /// Removes an object's file; one that holds anything else by now stays.
    ///
    /// # Errors
    /// The sentence that says why it was not removed.
    pub(super) fn remove(&self, key: &ObjectKey) -> Result<(), String> {
        self.is_no_link()?;
        let path = self.dir.join(key.file_name());
        match standing::file(&path)? {
            Some(file) if !file.is(key) => {
                Err(format!("removing {} failed: it does not hold {key} with our label", path.display()))
            }
            Some(_) => remove_file(&path).map_err(|e| e.to_string()),
            None => Ok(()),
        }
    }
}

/// Compares. A stub that somebody has taken over stays listed. Pure.
fn changes(planned: &mut ClusterManifests, standing: &Standing) -> Result<Changes, Conflict> {
    let old = standing.inventory.as_ref();
    if let Some(other) = old.filter(|i| i.cluster != planned.cluster.as_str()) {
        return Err(Conflict::OtherCluster(other.cluster.clone()));
    }
    old.into_iter().for_each(|old| planned.inventory.keep_unknown(old));
    let listed = |key: &ObjectKey| old.is_some_and(|i| i.objects.contains(key));
    let mut objects = Vec::new();
    for object in &planned.objects {
        let file = object.key.file_name();
        let current = standing.files.get(&file);
        let ours = |f: &StandingFile| listed(&object.key) || f.is(&object.key);
        if current.is_some_and(|f| !ours(f)) {
            return Err(Conflict::Foreign(file));
        }
        objects.push(change(object, current)?);
    }
    let mut notes = Vec::new();
    let gone = old.iter().flat_map(|i| &i.objects).filter(|k| !planned.inventory.objects.contains(k));
    for key in gone.collect::<Vec<_>>() {
        let file = key.file_name();
        match standing.files.get(&file) {
            None => {}
            Some(f) if f.object.as_ref().is_some_and(is_taken_over) => {
                notes.push(TAKEN_OVER.replace("{}", &file));
                planned.keep_listed(key.clone());
            }
            Some(f) if f.is(key) => {
                objects.push(Change::new(key.clone(), Action::Pruned, Payload::Nothing, f.text.clone(), String::new()))
            }
            Some(_) => notes.push(format!("{file} is no longer needed, and was kept: it does not carry our label")),
        }
    }
    let inventory =
        change(&planned.inventory.to_object(&planned.namespace)?, inventory_file(planned, standing)?.as_ref())?;
    let ahead = old.map_or_else(|| planned.inventory.clone(), |old| planned.inventory.ahead(old));
    let ahead = ahead.to_object(&planned.namespace)?;
    let ahead = (ahead.to_yaml()? != inventory.before).then_some(ahead);
    Ok(Changes { objects, inventory, ahead, notes, warnings: Vec::new() })
}

/// The inventory as a file that stands, in our own form.
fn inventory_file(planned: &ClusterManifests, standing: &Standing) -> Result<Option<StandingFile>, YamlError> {
    let Some(inventory) = &standing.inventory else { return Ok(None) };
    let object = inventory.to_object(&planned.namespace)?;
    Ok(Some(StandingFile { text: object.to_yaml()?, object: Some(object) }))
}

fn change(desired: &Object, current: Option<&StandingFile>) -> Result<Change, YamlError> {
    let now = current.and_then(|f| f.object.as_ref());
    let desired = now.map_or_else(|| desired.clone(), |now| desired.with_run_time_fields(&now.value));
    let action = match (current, now) {
        (None, _) => Action::Created,
        (Some(_), Some(now)) if now.value == desired.value => Action::Unchanged,
        _ => Action::Changed,
    };
    let before = current.map(|f| f.text.clone()).unwrap_or_default();
    let (key, after) = (desired.key.clone(), desired.to_yaml()?);
    Ok(Change::new(key, action, Payload::Object(desired), before, after))
}
