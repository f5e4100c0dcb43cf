//! The feeds: one per cluster of the registry, started, rotated and ended as the registry changes.
//!
//! A rotated source is a new generation, which takes over once it has said everything; until then the old one goes on. One
//! that is rotated in its turn before that never takes over: it ends at once, and the old one goes on for its successor. A
//! file that breaks keeps the cluster's last good source: the registry keeps its entry. One that was broken from the start has
//! no source, and is registered all the same: the restart hold waits for it.

mod status;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod twins;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

pub use status::{FeedState, FeedStatus};
use twins::Identity;

use super::published::{Engine, EngineStopped, Feeder};
use crate::adapters::registry::{self, Entry, Event, Problem, Registry, Subject};
use crate::data::model::{ClusterId, Fact, FeedId, MeshSettings, Name, Timestamp, Warning, shown_path};
use crate::pure::mesh::{Change, ingest};

/// How many events of one source may wait.
const QUEUE: usize = 256;

struct Running {
    entry: Entry,
    generation: u32,
    stop: CancellationToken,
    /// It has said everything once: its facts serve.
    serves: bool,
    /// The source that serves until this one does.
    replaces: Option<CancellationToken>,
    /// The API server that serves, where that is known.
    uid: Option<Name>,
    /// It has said everything, and turned out to be another entry's cluster: it has ended.
    refused: bool,
}

impl Running {
    /// Ends it, and whatever still serves in its place.
    fn end(&self) {
        self.stop.cancel();
        if let Some(old) = &self.replaces {
            old.cancel();
        }
    }
}

/// A source that is to start.
struct Start {
    entry: Entry,
    generation: u32,
    stop: CancellationToken,
}

#[derive(Default)]
struct State {
    running: BTreeMap<ClusterId, Running>,
    status: BTreeMap<ClusterId, FeedStatus>,
    problems: Vec<Problem>,
    generations: BTreeMap<ClusterId, u32>,
    /// The clusters in the registry's order.
    order: Vec<ClusterId>,
    /// What each cluster's newest source that said everything has turned out to be.
    identities: BTreeMap<ClusterId, Identity>,
}

/// The feeds of a registry.
#[derive(Clone)]
pub struct Feeds {
    engine: Engine,
    state: Arc<Mutex<State>>,
    /// Whose API server is whose has changed.
    disputed: Arc<Notify>,
    stop: CancellationToken,
}

impl State {
    /// Makes an entry's source the newest of its cluster.
    fn start(&mut self, entry: &Entry, stop: CancellationToken) -> Start {
        let generation = self.generations.get(&entry.id).map_or(1, |g| g + 1);
        self.generations.insert(entry.id.clone(), generation);
        let (replaces, uid) = match self.running.remove(&entry.id) {
            Some(old) if old.serves => (Some(old.stop), old.uid),
            // it will never serve: what serves until now does so until the newest can
            Some(old) => {
                old.stop.cancel();
                (old.replaces, old.uid)
            }
            None => (None, None),
        };
        // of a source that serves, the status stands until the new one has taken over
        if replaces.is_none() {
            let known = self.status.entry(entry.id.clone()).or_insert_with(|| FeedStatus::new(entry, generation));
            known.generation = generation;
        }
        let (serves, refused) = (false, false);
        let running = Running { entry: entry.clone(), generation, stop: stop.clone(), serves, replaces, uid, refused };
        self.running.insert(entry.id.clone(), running);
        Start { entry: entry.clone(), generation, stop }
    }

    /// Ends the clusters that are none of these any more; gives the feeds that have left.
    fn retire(&mut self, stays: impl Fn(&ClusterId) -> bool) -> Vec<FeedId> {
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
    fn is_due(&self, entry: &Entry, twin: bool) -> bool {
        match self.running.get(&entry.id) {
            Some(running) if running.entry.fingerprint == entry.fingerprint => running.refused && !twin,
            _ => true,
        }
    }

    /// The rows of what is registered and has no source: what cannot be read, and what is another entry's cluster.
    fn without_source(&mut self, registry: &Registry, twins: &BTreeMap<ClusterId, Problem>) {
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

impl Feeds {
    /// No feeds yet.
    pub fn new(engine: Engine, stop: CancellationToken) -> Self {
        Self { engine, state: Arc::default(), disputed: Arc::default(), stop }
    }

    /// These problems of the registry have been told already: they are not logged again.
    pub fn told(&self, problems: &[Problem]) {
        self.lock().problems = problems.to_vec();
    }

    /// How the feeds are, by cluster.
    pub fn status(&self) -> Vec<FeedStatus> {
        self.lock().status.values().cloned().collect()
    }

    /// What is wrong with the registry.
    pub fn problems(&self) -> Vec<Problem> {
        self.lock().problems.clone()
    }

    /// Waits until some API server has turned out to be that of two entries, or not to be any more: then the registry in force
    /// is to be taken again. Cancelling the wait loses nothing.
    pub async fn disputed(&self) {
        self.disputed.notified().await;
    }

    /// The registry without the entries that are the clusters of others.
    pub fn distinct(&self, registry: &Registry) -> Registry {
        let mut distinct = registry.clone();
        let state = self.lock();
        let twin = |id: &ClusterId| state.status.get(id).is_some_and(|s| s.state == FeedState::Duplicate);
        distinct.entries.retain(|entry| !twin(&entry.id));
        distinct
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the feeds in line with the registry. One task alone does so.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn take(&self, registry: &Registry) -> Result<(), EngineStopped> {
        let (settings, retired, started) = self.plan(registry);
        // a cluster is registered before its feed speaks; and it leaves with its facts in one step, so that nobody sees it without
        // them: its proxies keep what they have, and would else be told that all of it has gone
        self.engine.configure(settings).await?;
        for feed in retired {
            self.engine.feeder(feed).send(Change::Retired).await?;
        }
        for Start { entry, generation, stop } in started {
            tokio::spawn(self.feed(&entry.id, generation).run(entry, stop));
        }
        Ok(())
    }

    fn feed(&self, cluster: &ClusterId, generation: u32) -> Feed {
        let feed = FeedId { cluster: cluster.clone(), generation };
        Feed { feeds: self.clone(), feed: feed.clone(), feeder: self.engine.feeder(feed), synced: false, uid: None }
    }

    /// What changes, decided under the lock.
    fn plan(&self, registry: &Registry) -> (MeshSettings, Vec<FeedId>, Vec<Start>) {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.order = registry.entries.iter().map(|entry| entry.id.clone()).collect();
        state.identities.retain(|id, _| registry.entry(id).is_some());
        let twins = state.twins(registry);
        let mut problems = registry.problems.clone();
        problems.extend(twins.values().cloned());
        // whose last good source is another cluster keeps that, as where a file breaks
        let leaves = |id: &ClusterId| twins.contains_key(id) && state.is_twin_itself(id);
        let left: Vec<ClusterId> = twins.keys().filter(|id| leaves(id)).cloned().collect();
        let stays = |id: &ClusterId| registry.entry(id).is_some() && !left.contains(id);
        let mut settings = registry.settings();
        settings.clusters.retain(|id, _| !left.contains(id));
        let retired = state.retire(stays);
        let mut started = Vec::new();
        for entry in registry.entries.iter().filter(|entry| stays(&entry.id)) {
            if let Some(status) = state.status.get_mut(&entry.id) {
                // an entry whose file is broken is the last good one
                status.problem = problem_of(&problems, entry).map(|p| p.reason.clone());
                status.role = entry.role;
            }
            if state.is_due(entry, twins.contains_key(&entry.id)) {
                started.push(state.start(entry, self.stop.child_token()));
            }
        }
        state.without_source(registry, &twins);
        for problem in problems.iter().filter(|p| !state.problems.contains(p)) {
            tracing::warn!("{problem}");
        }
        state.problems = problems;
        (settings, retired, started)
    }

    /// Lets a source that has said everything take over, if it still is the newest of its cluster: `say` tells the writer so.
    ///
    /// All under one lock: of two sources, the writer hears of the takeover of one before it hears a word of its successor.
    /// Else it would drop the facts of the former for those of the latter, while the one that serves is ended. And of two
    /// entries that are one cluster, the later one never takes over once the earlier one has.
    fn take_over(&self, feed: &FeedId, uid: Option<&Name>, say: impl FnOnce()) -> bool {
        let mut guard = self.lock();
        let state = &mut *guard;
        let newest = state.running.get(&feed.cluster).filter(|r| r.generation == feed.generation);
        let Some(entry) = newest.map(|running| running.entry.clone()) else { return false };
        if state.identify(&entry, uid) {
            self.disputed.notify_one();
        }
        let twin = state.twin_of(&entry).is_some();
        let Some(running) = state.running.get_mut(&feed.cluster) else { return false };
        if twin {
            running.refused = true;
            running.stop.cancel();
            self.disputed.notify_one();
            return false;
        }
        running.serves = true;
        running.uid = uid.cloned();
        say();
        if let Some(old) = running.replaces.take() {
            old.cancel();
        }
        // what kept it from taking over is over
        if let Some(status) = state.status.get_mut(&feed.cluster) {
            status.problem = problem_of(&state.problems, &entry).map(|p| p.reason.clone());
        }
        true
    }

    /// A source that serves has said everything again: behind its address there may be another cluster by now.
    fn seen_again(&self, feed: &FeedId, uid: Option<&Name>) {
        let mut guard = self.lock();
        let state = &mut *guard;
        let serving = state.running.get_mut(&feed.cluster).filter(|r| r.generation == feed.generation && r.serves);
        let Some(running) = serving.filter(|running| running.uid.as_ref() != uid) else { return };
        running.uid = uid.cloned();
        let entry = running.entry.clone();
        if state.identify(&entry, uid) {
            self.disputed.notify_one();
        }
    }

    fn note(&self, feed: &FeedId, entry: &Entry, change: impl FnOnce(&mut FeedStatus)) {
        let mut state = self.lock();
        let newest = state.running.get(&feed.cluster).map(|r| r.generation);
        // a cluster that has left has no status
        if newest.is_none() {
            return;
        }
        let known = state.status.entry(feed.cluster.clone()).or_insert_with(|| FeedStatus::new(entry, feed.generation));
        // one that was replaced before it took over has nothing to say, nor has one that was taken over from
        let counts = feed.generation == known.generation || Some(feed.generation) == newest;
        if feed.generation >= known.generation && counts {
            change(known);
        }
    }
}

/// What is wrong with the files of an entry.
fn problem_of<'a>(problems: &'a [Problem], entry: &Entry) -> Option<&'a Problem> {
    let files = [Some(&entry.file), entry.named.as_ref()];
    problems.iter().find(|p| files.contains(&Some(&p.file)))
}

/// One running source.
struct Feed {
    feeds: Feeds,
    feed: FeedId,
    feeder: Feeder,
    /// It has said everything once.
    synced: bool,
    /// The API server that it reads.
    uid: Option<Name>,
}

impl Feed {
    async fn run(mut self, entry: Entry, stop: CancellationToken) {
        let (out, mut events) = mpsc::channel(QUEUE);
        let source = entry.clone();
        let follow = tokio::spawn(async move { registry::follow(&source, out, stop).await });
        while let Some(event) = events.recv().await {
            if self.take(&entry, event).await.is_err() {
                break;
            }
        }
        follow.abort();
    }

    async fn take(&mut self, entry: &Entry, event: Event) -> Result<(), EngineStopped> {
        twins::note(entry, &event, &mut self.uid);
        match event {
            Event::Put(object) => self.feeder.send(Change::Put(ingest(&object))).await,
            Event::Remove(key) => self.feeder.send(Change::Remove(key)).await,
            Event::Replace(kind, objects) => {
                self.feeder.send(Change::Replace(kind, objects.iter().map(ingest).collect())).await
            }
            Event::Synced => self.said_everything(entry).await,
            Event::Lost { reason, heard } => self.lost(entry, reason, heard).await,
            Event::Bad { subject: Subject::Object(key), reason } => {
                let warnings = vec![Warning::new("", reason)];
                self.feeder.send(Change::Put(Fact { key, body: None, warnings })).await
            }
            Event::Bad { subject: Subject::File(file), reason } => {
                tracing::warn!("in the cluster {}, {}: {reason}", self.feed.cluster, shown_path(&file));
                self.feeds.note(&self.feed, entry, |s| drop(s.bad_files.insert(file, reason)));
                Ok(())
            }
            Event::Mended(Subject::File(file)) => {
                self.feeds.note(&self.feed, entry, |s| drop(s.bad_files.remove(&file)));
                Ok(())
            }
            Event::Mended(Subject::Object(_)) => Ok(()),
        }
    }

    async fn said_everything(&mut self, entry: &Entry) -> Result<(), EngineStopped> {
        let place = self.feeder.reserve().await?;
        if self.synced {
            place.say(Change::Synced);
            self.feeds.seen_again(&self.feed, self.uid.as_ref());
        } else if self.feeds.take_over(&self.feed, self.uid.as_ref(), || place.say(Change::Synced)) {
            self.synced = true;
        } else {
            return Ok(());
        }
        tracing::info!("the cluster {} has been read", self.feed.cluster);
        let generation = self.feed.generation;
        self.feeds.note(&self.feed, entry, |status| {
            *status = FeedStatus { generation, state: FeedState::Synced, reason: None, heard: None, ..status.clone() };
        });
        Ok(())
    }

    async fn lost(&self, entry: &Entry, reason: String, heard: Option<Timestamp>) -> Result<(), EngineStopped> {
        if let Some(since) = heard {
            self.feeder.send(Change::Stale { since }).await?;
        }
        tracing::warn!("the cluster {} does not answer: {reason}", self.feed.cluster);
        let synced = self.synced;
        let generation = self.feed.generation;
        self.feeds.note(&self.feed, entry, |status| {
            // a source that has not taken over yet says nothing about the one that serves
            if status.generation < generation {
                status.problem = Some(reason);
                return;
            }
            status.state = if synced { FeedState::Stale } else { FeedState::Unreachable };
            status.reason = Some(reason);
            status.heard = heard;
        });
        Ok(())
    }
}
