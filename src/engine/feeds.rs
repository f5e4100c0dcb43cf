//! The feeds: one per cluster of the registry, started, rotated and ended as the registry changes.
//!
//! A rotated source is a new generation, which takes over once it has said everything; until then the old one goes on. One
//! that is rotated in its turn before that never takes over: it ends at once, and the old one goes on for its successor. A
//! file that breaks keeps the cluster's last good source.

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::published::{Engine, EngineStopped, Feeder};
use crate::adapters::registry::{self, Entry, Event, Problem, Registry, Subject};
use crate::data::model::{ClusterId, ClusterRole, ClusterSettings, Fact, FeedId, MeshSettings, Timestamp, Warning};
use crate::pure::mesh::{Change, ingest};

/// How many events of one source may wait.
const QUEUE: usize = 256;

/// How a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// It has not said everything once yet.
    Syncing,
    /// What it said is current.
    Synced,
    /// It does not answer; what it said stands.
    Stale,
    /// It does not answer, and never has.
    Unreachable,
}

/// What is known of a cluster's feed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FeedStatus {
    /// The cluster.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// Its file in the registry.
    pub file: PathBuf,
    /// How many sources the cluster has had in this process.
    pub generation: u32,
    /// How the source is.
    pub state: FeedState,
    /// Why it is not in order.
    pub reason: Option<String>,
    /// When a lost source was last heard, in seconds since the epoch.
    pub heard: Option<Timestamp>,
    /// What is wrong with its entry in the registry, while its last good source goes on.
    pub problem: Option<String>,
    /// Files of a file cluster that are bad.
    pub bad_files: BTreeMap<PathBuf, String>,
}

struct Running {
    entry: Entry,
    generation: u32,
    stop: CancellationToken,
    /// It has said everything once: its facts serve.
    serves: bool,
    /// The source that serves until this one does.
    replaces: Option<CancellationToken>,
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
    settings: MeshSettings,
}

/// The feeds of a registry.
#[derive(Clone)]
pub struct Feeds {
    engine: Engine,
    state: Arc<Mutex<State>>,
    stop: CancellationToken,
}

impl State {
    /// Makes an entry's source the newest of its cluster.
    fn start(&mut self, entry: &Entry, stop: CancellationToken) -> Start {
        let generation = self.generations.get(&entry.id).map_or(1, |g| g + 1);
        self.generations.insert(entry.id.clone(), generation);
        let replaces = match self.running.remove(&entry.id) {
            Some(old) if old.serves => Some(old.stop),
            // it will never serve: what serves until now does so until the newest can
            Some(old) => {
                old.stop.cancel();
                old.replaces
            }
            None => None,
        };
        // of a source that serves, the status stands until the new one has taken over
        if replaces.is_none() {
            let known = self.status.entry(entry.id.clone()).or_insert_with(|| status(entry, generation));
            known.generation = generation;
        }
        let running = Running { entry: entry.clone(), generation, stop: stop.clone(), serves: false, replaces };
        self.running.insert(entry.id.clone(), running);
        Start { entry: entry.clone(), generation, stop }
    }
}

impl Feeds {
    /// No feeds yet.
    pub fn new(engine: Engine, stop: CancellationToken) -> Self {
        Self { engine, state: Arc::default(), stop }
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

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the feeds in line with the registry.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn take(&self, registry: &Registry) -> Result<(), EngineStopped> {
        let (settings, retired, started) = self.plan(registry);
        // a cluster is registered before its feed speaks, and its facts go before its registration does
        for feed in retired {
            self.engine.feeder(feed).send(Change::Retired).await?;
        }
        self.engine.configure(settings).await?;
        for Start { entry, generation, stop } in started {
            tokio::spawn(self.feed(&entry.id, generation).run(entry, stop));
        }
        Ok(())
    }

    fn feed(&self, cluster: &ClusterId, generation: u32) -> Feed {
        let feed = FeedId { cluster: cluster.clone(), generation };
        Feed { feeds: self.clone(), feed: feed.clone(), feeder: self.engine.feeder(feed), synced: false }
    }

    /// What changes, decided under the lock.
    fn plan(&self, registry: &Registry) -> (MeshSettings, Vec<FeedId>, Vec<Start>) {
        let mut guard = self.lock();
        let state = &mut *guard;
        let mut settings = registry.settings();
        if registry.problems.iter().any(|p| p.file.as_os_str() == "mesh.yaml") && !state.settings.clusters.is_empty() {
            // what the broken file said before stands
            settings = MeshSettings { clusters: settings.clusters, ..state.settings.clone() };
        }
        let mut retired = Vec::new();
        let mut started = Vec::new();
        let known: Vec<ClusterId> = state.running.keys().cloned().collect();
        for id in known.iter().filter(|id| registry.entry(id).is_none()) {
            let Some(running) = state.running.get(id) else { continue };
            if let Some(problem) = problem_of(&registry.problems, &running.entry) {
                let network = state.settings.clusters.get(id).map(|c| c.network.clone()).unwrap_or_default();
                settings.clusters.insert(id.clone(), ClusterSettings { role: running.entry.role, network });
                let reason = problem.reason.clone();
                if let Some(status) = state.status.get_mut(id) {
                    status.problem = Some(reason);
                }
                continue;
            }
            running.end();
            retired.push(FeedId { cluster: id.clone(), generation: running.generation });
            state.running.remove(id);
            state.status.remove(id);
        }
        for entry in &registry.entries {
            if let Some(status) = state.status.get_mut(&entry.id) {
                // an entry whose file is broken is the last good one
                status.problem = problem_of(&registry.problems, entry).map(|p| p.reason.clone());
                status.role = entry.role;
            }
            if state.running.get(&entry.id).is_some_and(|r| r.entry.fingerprint == entry.fingerprint) {
                continue;
            }
            let stop = self.stop.child_token();
            started.push(state.start(entry, stop));
        }
        for problem in registry.problems.iter().filter(|p| !state.problems.contains(p)) {
            tracing::warn!("{problem}");
        }
        state.problems = registry.problems.clone();
        state.settings = settings.clone();
        (settings, retired, started)
    }

    /// Lets a source that has said everything take over, if it still is the newest of its cluster: `say` tells the writer so.
    ///
    /// All under one lock: of two sources, the writer hears of the takeover of one before it hears a word of its successor.
    /// Else it would drop the facts of the former for those of the latter, while the one that serves is ended.
    fn take_over(&self, feed: &FeedId, say: impl FnOnce()) -> bool {
        let mut guard = self.lock();
        let state = &mut *guard;
        let newest = state.running.get_mut(&feed.cluster).filter(|r| r.generation == feed.generation);
        let Some(running) = newest else { return false };
        running.serves = true;
        say();
        if let Some(old) = running.replaces.take() {
            old.cancel();
        }
        // what kept it from taking over is over
        if let Some(status) = state.status.get_mut(&feed.cluster) {
            status.problem = problem_of(&state.problems, &running.entry).map(|p| p.reason.clone());
        }
        true
    }

    fn note(&self, feed: &FeedId, entry: &Entry, change: impl FnOnce(&mut FeedStatus)) {
        let mut state = self.lock();
        let newest = state.running.get(&feed.cluster).map(|r| r.generation);
        // a cluster that has left has no status
        if newest.is_none() {
            return;
        }
        let known = state.status.entry(feed.cluster.clone()).or_insert_with(|| status(entry, feed.generation));
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

fn status(entry: &Entry, generation: u32) -> FeedStatus {
    FeedStatus {
        id: entry.id.clone(),
        role: entry.role,
        file: entry.file.clone(),
        generation,
        state: FeedState::Syncing,
        reason: None,
        heard: None,
        problem: None,
        bad_files: BTreeMap::new(),
    }
}

/// One running source.
struct Feed {
    feeds: Feeds,
    feed: FeedId,
    feeder: Feeder,
    /// It has said everything once.
    synced: bool,
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
                tracing::warn!("in the cluster {}, {}: {reason}", self.feed.cluster, file.display());
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
        } else if self.feeds.take_over(&self.feed, || place.say(Change::Synced)) {
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
