//! What is known of the feeds: the newest source of each cluster, what serves until it does, and how each is.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::twins::{Identity, Serving};
use super::{FeedState, FeedStatus};
use crate::adapters::registry::{Entry, Problem, Registry};
use crate::data::model::{ClusterId, FeedId};

/// The newest source of a cluster.
pub(super) struct Running {
    pub(super) entry: Entry,
    pub(super) generation: u32,
    /// The reading of the registry that brought it.
    pub(super) came: u64,
    pub(super) stop: CancellationToken,
    /// It has said everything once: its facts serve.
    pub(super) serves: bool,
    /// The source that serves until this one does.
    pub(super) replaces: Option<CancellationToken>,
    /// The API server that serves, where that is known.
    pub(super) serving: Option<Serving>,
    /// It has said everything, and turned out to be another entry's cluster: it has ended.
    pub(super) refused: bool,
}

impl Running {
    /// Whether something of the cluster serves: it itself, or what it is to replace.
    pub(super) fn is_served(&self) -> bool {
        self.serves || self.replaces.is_some()
    }

    /// Ends it, and whatever still serves in its place.
    fn end(&self) {
        self.stop.cancel();
        if let Some(old) = &self.replaces {
            old.cancel();
        }
    }
}

/// A source that is to start.
pub(super) struct Start {
    pub(super) entry: Entry,
    pub(super) generation: u32,
    pub(super) stop: CancellationToken,
}

/// Everything that is known of the feeds.
#[derive(Default)]
pub(super) struct State {
    pub(super) running: BTreeMap<ClusterId, Running>,
    pub(super) status: BTreeMap<ClusterId, FeedStatus>,
    pub(super) problems: Vec<Problem>,
    generations: BTreeMap<ClusterId, u32>,
    /// How often the registry has been taken.
    pub(super) reading: u64,
    /// The clusters in the registry's order.
    pub(super) order: Vec<ClusterId>,
    /// The primary, where it has an entry.
    pub(super) primary: Option<ClusterId>,
    /// What each cluster's newest source that said everything has turned out to be.
    pub(super) identities: BTreeMap<ClusterId, Identity>,
}

impl State {
    /// Takes note of a registry that is to be followed from now on.
    pub(super) fn read(&mut self, registry: &Registry) {
        self.reading += 1;
        self.order = registry.entries.iter().map(|entry| entry.id.clone()).collect();
        self.primary = registry.primary_entry().map(|entry| entry.id.clone());
        self.identities.retain(|id, _| registry.entry(id).is_some());
    }

    /// Makes an entry's source the newest of its cluster.
    pub(super) fn start(&mut self, entry: &Entry, stop: CancellationToken) -> Start {
        let generation = self.generations.get(&entry.id).map_or(1, |g| g + 1);
        self.generations.insert(entry.id.clone(), generation);
        let (replaces, serving) = match self.running.remove(&entry.id) {
            Some(old) if old.serves => (Some(old.stop), old.serving),
            // it will never serve: what serves until now does so until the newest can
            Some(old) => {
                old.stop.cancel();
                (old.replaces, old.serving)
            }
            None => (None, None),
        };
        // of a source that serves, the status stands until the new one has taken over
        if replaces.is_none() {
            let known = self.status.entry(entry.id.clone()).or_insert_with(|| FeedStatus::new(entry, generation));
            known.generation = generation;
        }
        let running = Running {
            entry: entry.clone(),
            generation,
            came: self.reading,
            stop: stop.clone(),
            serves: false,
            replaces,
            serving,
            refused: false,
        };
        self.running.insert(entry.id.clone(), running);
        Start { entry: entry.clone(), generation, stop }
    }

    /// Ends the clusters that are none of these any more; gives the feeds that have left.
    pub(super) fn retire(&mut self, stays: impl Fn(&ClusterId) -> bool) -> Vec<FeedId> {
        let gone = |(id, running): (&ClusterId, &Running)| {
            running.end();
            FeedId { cluster: id.clone(), generation: running.generation }
        };
        let retired: Vec<FeedId> = self.running.iter().filter(|(id, _)| !stays(id)).map(gone).collect();
        self.running.retain(|id, _| stays(id));
        let running = &self.running;
        self.status.retain(|id, _| running.contains_key(id));
        retired
    }

    /// Whether the entry's source has to be started.
    pub(super) fn is_due(&self, entry: &Entry, twin: bool) -> bool {
        match self.running.get(&entry.id) {
            Some(running) if running.entry.fingerprint == entry.fingerprint => running.refused && !twin,
            _ => true,
        }
    }

    /// The rows of what is registered and has no source: what cannot be read, and what is another entry's cluster.
    pub(super) fn without_source(&mut self, registry: &Registry, twins: &BTreeMap<ClusterId, Problem>) {
        let unread = registry.unread.iter().filter_map(|u| {
            let id = u.id.as_ref()?;
            Some((id, u.file.clone(), FeedState::Syncing, &u.problem))
        });
        let twins = twins.iter().filter(|(id, _)| !self.running.contains_key(*id));
        let twins = twins.map(|(id, problem)| (id, problem.file.clone(), FeedState::Duplicate, problem));
        let rows = unread.chain(twins).map(|(id, file, state, problem)| {
            (id.clone(), FeedStatus::without_source(id, registry.role(id), file, state, problem))
        });
        let rows: Vec<_> = rows.collect();
        self.status.extend(rows);
    }
}

/// What is wrong with the files of an entry.
pub(super) fn problem_of<'a>(problems: &'a [Problem], entry: &Entry) -> Option<&'a Problem> {
    let files = [Some(&entry.file), entry.named.as_ref()];
    problems.iter().find(|p| files.contains(&Some(&p.file)))
}
