//! The one interface to where a cluster's objects stand: the folder of a file cluster, or an API server.
//!
//! Whoever plans, compares, writes or prunes goes through it, so that both kinds of clusters meet the same order and the same
//! inventory.

use super::change::{Action, Change, Changes, Payload};
use super::folder::Folder;
use super::held;
use super::live::{Expect, Live};
use super::plan::PlannedCluster;
use super::secret::{PlannedSecret, SecretData};
use crate::pure::manifest::{ClusterManifests, Inventory, Object, ObjectKey};

/// What a user allows beyond the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Take fields back that other managers hold.
    pub force_conflicts: bool,
    /// Take another primary than the recorded one.
    pub move_primary: bool,
    /// Let an older version of this program replace a newer one.
    pub allow_downgrade: bool,
    /// Make the remotes' reader accounts anew: every token that pilot holds is worth nothing from then on.
    pub revoke_credentials: bool,
}

/// Where one cluster's objects stand.
#[derive(Debug, Clone)]
pub(super) enum Backend {
    /// `FOLDER/meshctl/` of a file cluster.
    Folder(Folder),
    /// An API server that answers.
    Live(Box<Live>),
}

/// Why an inventory could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    /// The sentence that stops the cluster.
    pub(super) why: String,
    /// The cluster itself did not answer: more questions would only take more time.
    pub(super) is_silence: bool,
}

impl Unread {
    /// Something that was read, and is no inventory of ours.
    pub(super) fn other(why: String) -> Self {
        Self { why, is_silence: false }
    }
}

impl From<Unread> for String {
    fn from(unread: Unread) -> Self {
        unread.why
    }
}

/// A cluster, compared with its plan.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    /// What is applied: the plan, less what others have there already.
    pub(super) manifests: ClusterManifests,
    /// The way there.
    pub(super) changes: Changes,
}

impl Compared {
    /// Leaves nothing but Secrets and what lists them; a folder holds none.
    pub(super) fn only_secrets(&mut self, backend: &Backend, old: Option<&Inventory>) {
        match backend {
            Backend::Live(_) => self.changes.only_secrets(),
            Backend::Folder(_) => self.changes.nothing(),
        }
        // one that came with the manifests, by other hands, knows no UID, and is theirs to write
        let listed = |old: &Inventory| Inventory { uid: old.uid.clone(), ..self.manifests.inventory.clone() } == *old;
        if old.is_some_and(listed) {
            self.changes.inventory.action = Action::Unchanged;
            self.changes.inventory.conflicts.clear();
            self.changes.ahead = None;
        }
        let left: Vec<&ObjectKey> = self.changes.objects.iter().map(|c| &c.key).collect();
        self.manifests.objects.retain(|o| left.contains(&&o.key));
    }
}

impl Backend {
    /// The inventory that stands; `None` where there is none.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(super) async fn inventory(&self, namespace: &str) -> Result<Option<Inventory>, Unread> {
        match self {
            Backend::Folder(folder) => folder.inventory(namespace).map_err(Unread::other),
            Backend::Live(live) => live.inventory(namespace).await,
        }
    }

    /// What the Secret of the CA holds; `None` where there is none, as in every folder.
    ///
    /// # Errors
    /// Why nobody knows.
    pub(super) async fn held(&self) -> Result<Option<SecretData>, String> {
        match self {
            Backend::Folder(_) => Ok(None),
            Backend::Live(live) => held::read(live).await,
        }
    }

    /// Compares what stands with the plan, and with what an earlier run left in its inventory. Writes nothing.
    ///
    /// # Errors
    /// The sentence that stops the cluster.
    pub(super) async fn compare(
        &self,
        planned: &PlannedCluster,
        secrets: &[PlannedSecret],
        old: Option<Inventory>,
    ) -> Result<Compared, String> {
        match self {
            Backend::Live(live) => live.compare(&planned.manifests, secrets, old).await,
            Backend::Folder(folder) => {
                let mut notes = Vec::new();
                let mut manifests = match planned.place.folder() {
                    Some(whole) => folder.without_others(whole, &planned.manifests, &mut notes)?,
                    None => planned.manifests.clone(),
                };
                let mut changes = folder.compare(&mut manifests)?;
                notes.append(&mut changes.notes);
                changes.notes = notes;
                Ok(Compared { manifests, changes })
            }
        }
    }

    /// Writes one object as its change says.
    ///
    /// # Errors
    /// Why it was not written; a sentence that names the object.
    pub(super) async fn put(&self, change: &Change, consent: Consent) -> Result<(), String> {
        match (self, &change.payload) {
            (Backend::Live(live), payload) => {
                if change.anew {
                    live.remove(change).await?;
                }
                let expect = match (change.anew || change.action == Action::Created, change.uid.as_str()) {
                    (true, _) => Expect::Absent,
                    (false, "") => Expect::Anything,
                    (false, uid) => Expect::Same(uid),
                };
                live.put(payload, expect, consent).await
            }
            (Backend::Folder(folder), Payload::Object(object)) => folder.put(object),
            // a folder holds no Secret
            (Backend::Folder(_), Payload::Secret(_) | Payload::Nothing) => Ok(()),
        }
    }

    /// Writes the inventory, if nobody has since it was read.
    ///
    /// # Errors
    /// As [`Backend::put`].
    pub(super) async fn put_inventory(&self, inventory: &Object, consent: Consent) -> Result<(), String> {
        match self {
            Backend::Live(live) => live.put_inventory(inventory, consent).await,
            Backend::Folder(folder) => folder.put(inventory),
        }
    }

    /// Removes what stands of one object, and only that: not one that took its place since.
    ///
    /// # Errors
    /// As [`Backend::put`].
    pub(super) async fn remove(&self, change: &Change) -> Result<(), String> {
        match self {
            Backend::Live(live) => live.remove(change).await,
            Backend::Folder(folder) => folder.remove(&change.key),
        }
    }

    /// Whether the inventory can stand before the namespace does.
    pub(super) fn inventory_stands_alone(&self) -> bool {
        matches!(self, Backend::Folder(_))
    }

    /// How many objects are written at a time.
    pub(super) fn width(&self) -> usize {
        match self {
            Backend::Folder(_) => 1,
            Backend::Live(_) => super::live::WIDTH,
        }
    }
}
