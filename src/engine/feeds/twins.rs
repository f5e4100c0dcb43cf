//! Two entries that are one cluster: the same API server under two addresses (DESIGN §2), which only the UID of its namespace
//! `kube-system` tells. Merged, it would count twice. One of them serves, and the other one is a problem.
//!
//! Who serves stays: proxies name the entry (CLUSTER_ID), and a new name of their cluster must not have them refused. Between
//! entries that one reading of the registry brought, as a start does, its order decides, and not who answers first: so the same
//! registry always starts in the same way. And the primary, which moves only where somebody says so, is kept out by nobody: the
//! mesh would be without its settings.
//!
//! A feed only notes what it has read. A source that is to give way never takes over; an entry that serves already leaves when
//! the other one has taken over, by the one task that brings the feeds in line with the registry: nobody else tells the writer
//! which clusters there are (invariant 2), and no endpoint is away in between.

use std::collections::BTreeMap;

use super::state::{Running, State};
use crate::adapters::registry::{Entry, Event, Problem, Registry, Source};
use crate::data::kinds::Object;
use crate::data::model::{ClusterId, Kind, Name, shown_path};

/// Which API server a source has turned out to be.
pub(super) struct Identity {
    /// Of the source.
    pub(super) fingerprint: u128,
    /// Of the API server's namespace `kube-system`.
    pub(super) uid: Name,
}

/// The API server that serves under an entry's name.
pub(super) struct Serving {
    /// Of its namespace `kube-system`.
    pub(super) uid: Name,
    /// The reading of the registry that brought it under this name.
    pub(super) came: u64,
}

impl Serving {
    /// What serves from now on, which came with a reading; unless it is what served `before`, at another address or with other
    /// credentials: that has been there for longer.
    pub(super) fn next(before: Option<Self>, uid: Option<&Name>, came: u64) -> Option<Self> {
        let uid = uid?;
        Some(before.filter(|b| b.uid == *uid).unwrap_or_else(|| Self { uid: uid.clone(), came }))
    }
}

/// Takes note of the UID that an event tells, of an API server: a folder may hold a copy of another cluster's manifests.
pub(super) fn note(entry: &Entry, event: &Event, uid: &mut Option<Name>) {
    let of = |object: &Object| match object {
        Object::Namespace(o) if o.metadata.name == "kube-system" => {
            Some(o.metadata.uid.clone()).filter(|uid| !uid.is_empty())
        }
        _ => None,
    };
    match (&entry.source, event) {
        (Source::Live { .. }, Event::Put(object)) => *uid = of(object).or_else(|| uid.take()),
        (Source::Live { .. }, Event::Replace(Kind::Namespace, all)) => {
            *uid = all.iter().find_map(of);
        }
        _ => {}
    }
}

impl State {
    /// Takes note of the API server that an entry's newest source is; whether that concerns another entry.
    pub(super) fn identify(&mut self, entry: &Entry, uid: Option<&Name>) -> bool {
        let fingerprint = entry.fingerprint;
        let before = match uid.cloned() {
            Some(uid) => self.identities.insert(entry.id.clone(), Identity { fingerprint, uid }),
            None => self.identities.remove(&entry.id),
        };
        let concerns = |seen: &Identity| Some(&seen.uid) == uid || before.as_ref().is_some_and(|b| b.uid == seen.uid);
        self.identities.iter().any(|(id, seen)| *id != entry.id && concerns(seen))
    }

    /// The entry that an entry gives way to: it serves the same API server.
    pub(super) fn twin_of(&self, entry: &Entry) -> Option<&Entry> {
        let seen = self.seen(entry)?;
        let (holder, serving) = self.holder(&seen.uid)?;
        (holder.entry.id != entry.id && self.keeps_out(holder, serving, entry)).then_some(&holder.entry)
    }

    /// The twins of a registry, which must be in force already, each with what is wrong.
    pub(super) fn twins(&self, registry: &Registry) -> BTreeMap<ClusterId, Problem> {
        let twin = |entry: &Entry| {
            let (other, seen) = (self.twin_of(entry)?, self.seen(entry)?);
            let reason = format!(
                "it is the same cluster as {} ({}): kube-system has the UID {} in both",
                other.id,
                shown_path(&other.file),
                seen.uid
            );
            Some((entry.id.clone(), Problem { file: entry.file.clone(), reason, install_only: false }))
        };
        registry.entries.iter().filter_map(twin).collect()
    }

    /// Whether what serves of this entry is itself the twin, as opposed to a source that was to replace it.
    pub(super) fn is_twin_itself(&self, id: &ClusterId) -> bool {
        let Some(running) = self.running.get(id) else { return true };
        match &running.serving {
            Some(serving) => self.holder(&serving.uid).is_some_and(|(holder, _)| holder.entry.id != *id),
            // nobody knows which API server that is
            None => !running.is_served(),
        }
    }

    /// What an entry's source has turned out to be.
    fn seen(&self, entry: &Entry) -> Option<&Identity> {
        self.identities.get(&entry.id).filter(|seen| seen.fingerprint == entry.fingerprint)
    }

    /// What the source of an entry has turned out to be, where that is not what serves under its name: it has its last good one.
    fn leads_elsewhere(&self, running: &Running) -> Option<&Identity> {
        let serving = running.serving.as_ref()?;
        self.seen(&running.entry).filter(|seen| seen.uid != serving.uid)
    }

    /// Whose an API server is, of those that serve it: the primary's, else whose it has been for longest, else the first one's in
    /// the registry's order. One whose file leads elsewhere by now comes after all of these.
    fn holder(&self, uid: &Name) -> Option<(&Running, &Serving)> {
        let running = self.order.iter().filter_map(|id| self.running.get(id));
        let serving = running.filter_map(|r| Some((r, r.serving.as_ref().filter(|s| s.uid == *uid)?)));
        serving.min_by_key(|(running, serving)| {
            let primary = self.is_primary(&running.entry);
            (self.leads_elsewhere(running).is_some(), !primary, serving.came)
        })
    }

    /// Whether an entry gives way to the one whose API server it has turned out to have.
    fn keeps_out(&self, holder: &Running, serving: &Serving, entry: &Entry) -> bool {
        // it has left before, and stays out; unless it has been made the primary since
        let Some(other) = self.running.get(&entry.id) else { return !self.is_primary(entry) };
        if other.serving.as_ref().is_some_and(|s| s.uid == serving.uid) {
            return true;
        }
        if self.change_places(holder, entry) || (self.is_primary(entry) && !other.is_served()) {
            return false;
        }
        let place = |of: &Entry| self.order.iter().position(|id| *id == of.id);
        other.refused || other.came != serving.came || place(&holder.entry) < place(entry)
    }

    /// Whether the one who holds an API server waits for what serves of this entry, itself or by way of others: each of them
    /// would wait for ever.
    fn change_places(&self, holder: &Running, entry: &Entry) -> bool {
        let waits_for = std::iter::successors(self.waits_for(holder), |at| self.waits_for(at));
        // a ring has no more members than there are entries
        waits_for.take(self.order.len()).any(|at| at.entry.id == entry.id)
    }

    /// Who holds the API server that an entry's file leads to, and something else serves of.
    fn waits_for(&self, running: &Running) -> Option<&Running> {
        let seen = self.leads_elsewhere(running)?;
        self.holder(&seen.uid).map(|(holder, _)| holder)
    }

    fn is_primary(&self, entry: &Entry) -> bool {
        self.primary.as_ref() == Some(&entry.id)
    }
}
