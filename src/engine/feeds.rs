//! The feeds: one per cluster of the registry, started, rotated and ended as the registry changes.
//!
//! A rotated source is a new generation, which takes over once it has said everything; until then the old one goes on. One
//! that is rotated in its turn before that never takes over: it ends at once, and the old one goes on for its successor. A
//! file that breaks keeps the cluster's last good source: the registry keeps its entry. One that was broken from the start has
//! no source, and is registered all the same: the restart hold waits for it.

mod source;
mod state;
mod status;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod twins;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use source::Feed;
use state::{Start, State, problem_of};
pub use status::{FeedState, FeedStatus};
use twins::Serving;

use super::published::{Engine, EngineStopped};
use crate::adapters::registry::{Entry, Problem, Registry};
use crate::data::model::{ClusterId, FeedId, MeshSettings, Name};
use crate::pure::mesh::Change;

/// The feeds of a registry.
#[derive(Clone)]
pub struct Feeds {
    engine: Engine,
    state: Arc<Mutex<State>>,
    /// Whose API server is whose has changed.
    disputed: Arc<Notify>,
    stop: CancellationToken,
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
        Feed::new(self.clone(), FeedId { cluster: cluster.clone(), generation })
    }

    /// What changes, decided under the lock.
    fn plan(&self, registry: &Registry) -> (MeshSettings, Vec<FeedId>, Vec<Start>) {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.read(registry);
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
    /// entries that are one cluster, the one that is to give way never takes over.
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
        running.serving = Serving::next(running.serving.take(), uid, running.came);
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
        let newest = state.running.get_mut(&feed.cluster).filter(|r| r.generation == feed.generation && r.serves);
        let Some(running) = newest.filter(|r| r.serving.as_ref().map(|s| &s.uid) != uid) else { return };
        running.serving = Serving::next(running.serving.take(), uid, state.reading);
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
