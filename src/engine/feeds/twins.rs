//! Two entries that are one cluster: the same API server under two addresses (DESIGN §2), which only the UID of its namespace
//! `kube-system` tells. Merged, it would count twice. The earlier entry in the registry's order serves, and the later one is a
//! problem.
//!
//! A feed only notes what it has read. A source that turns out to be a twin never takes over; an entry that serves already
//! leaves when the earlier one has taken over, by the one task that brings the feeds in line with the registry: nobody else
//! tells the writer which clusters there are (invariant 2), and no endpoint is away in between.

use std::collections::BTreeMap;

use super::State;
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

    /// The entry before this one, in the registry's order, that serves the same API server.
    pub(super) fn twin_of(&self, entry: &Entry) -> Option<&Entry> {
        let seen = self.identities.get(&entry.id).filter(|seen| seen.fingerprint == entry.fingerprint)?;
        let before = self.order.iter().take_while(|id| **id != entry.id);
        let mut serving = before.filter_map(|id| self.running.get(id));
        serving.find(|running| running.uid.as_ref() == Some(&seen.uid)).map(|running| &running.entry)
    }

    /// The twins of a registry, whose order must be in force already, each with what is wrong.
    pub(super) fn twins(&self, registry: &Registry) -> BTreeMap<ClusterId, Problem> {
        let twin = |entry: &Entry| {
            let first = self.twin_of(entry)?;
            let uid = self.running.get(&first.id)?.uid.clone()?;
            let reason = format!(
                "it is the same cluster as {} ({}): kube-system has the UID {uid} in both",
                first.id,
                shown_path(&first.file)
            );
            Some((entry.id.clone(), Problem { file: entry.file.clone(), reason, install_only: false }))
        };
        registry.entries.iter().filter_map(twin).collect()
    }

    /// Whether what serves of this entry is itself the twin, as opposed to a source that was to replace it.
    pub(super) fn is_twin_itself(&self, id: &ClusterId) -> bool {
        let judged = self.identities.get(id).map(|seen| &seen.uid);
        self.running.get(id).is_none_or(|running| running.replaces.is_none() || running.uid.as_ref() == judged)
    }
}
