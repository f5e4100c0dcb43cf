//! The index: the facts of every feed, and the mesh that follows from them; `follow` brings the one in line with the other.

mod follow;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::{Change, Dirty};
use super::held::Held;
use super::merged::{Mesh, SyncState};
use crate::data::model::{ClusterId, FeedId, MeshSettings, PMap};

/// A feed's facts on their way in: invisible until the feed has said everything once.
#[derive(Debug, Default)]
struct Source {
    generation: u32,
    held: Held,
}

/// What is known of one registered cluster.
#[derive(Debug)]
struct ClusterFacts {
    /// The generation whose facts are visible.
    live: Option<Source>,
    /// A newer generation that has not synced yet.
    next: Option<Source>,
    sync: SyncState,
    /// The live generation has left: its facts stand until the next one has synced, and change no more.
    left: bool,
}

/// Holds the facts of every feed, and derives the merged mesh from them as they change.
#[derive(Debug)]
pub struct Index {
    base: MeshSettings,
    clusters: BTreeMap<ClusterId, ClusterFacts>,
    /// Generations up to this one say nothing new any more. It outlives the cluster: a cluster that comes back to the registry
    /// must not hear what its former source still had on the way.
    over: BTreeMap<ClusterId, u32>,
    mesh: Mesh,
}

impl Index {
    /// An index of these clusters, none of which has said anything yet.
    pub fn new(settings: MeshSettings) -> Self {
        let mut index = Self {
            base: MeshSettings::default(),
            clusters: BTreeMap::new(),
            over: BTreeMap::new(),
            mesh: Mesh {
                settings: Arc::new(MeshSettings::default()),
                clusters: PMap::new(),
                services: PMap::new(),
                workloads: PMap::new(),
                warnings: PMap::new(),
            },
        };
        index.configure(settings);
        index
    }

    /// The mesh as it stands: an O(1) clone.
    pub fn mesh(&self) -> Mesh {
        self.mesh.clone()
    }

    /// Takes the registry's settings: clusters that it does not name any more leave with their facts.
    pub fn configure(&mut self, settings: MeshSettings) -> Dirty {
        let mut dirty = Dirty::default();
        let mut before = self.mesh.clusters.clone();
        let gone: Vec<ClusterId> =
            self.clusters.keys().filter(|id| !settings.clusters.contains_key(*id)).cloned().collect();
        for id in &gone {
            let known = self.clusters.get(id).into_iter().flat_map(|c| [&c.live, &c.next]);
            let newest = known.flatten().map(|s| s.generation).max();
            self.end(id, newest);
            dirty.merge(self.forget(id));
            self.clusters.remove(id);
            if let Some(last) = self.mesh.clusters.remove(id) {
                before.insert(id.clone(), last);
            }
            dirty.clusters.insert(id.clone());
        }
        for id in settings.clusters.keys() {
            self.clusters.entry(id.clone()).or_insert_with(|| ClusterFacts {
                live: None,
                next: None,
                sync: SyncState::Syncing,
                left: false,
            });
        }
        if self.base != settings {
            self.base = settings;
            dirty.merge(self.resettle(&before));
        }
        dirty
    }

    /// Takes what a feed says. Clusters that are not registered and generations that are over change nothing.
    pub fn apply(&mut self, from: &FeedId, change: Change) -> Dirty {
        let Some(cluster) = self.clusters.get_mut(&from.cluster) else { return Dirty::default() };
        let live = cluster.live.as_ref().map(|s| s.generation);
        if live == Some(from.generation) {
            return if cluster.left { Dirty::default() } else { self.apply_live(from, change) };
        }
        let over = self.over.get(&from.cluster).copied().max(live);
        if over.is_some_and(|over| from.generation <= over) {
            return Dirty::default();
        }
        self.apply_next(from, change)
    }

    /// No generation of a cluster up to this one says anything new from now on.
    fn end(&mut self, cluster: &ClusterId, generation: Option<u32>) {
        let Some(generation) = generation else { return };
        let over = self.over.entry(cluster.clone()).or_insert(generation);
        *over = generation.max(*over);
    }

    fn apply_live(&mut self, from: &FeedId, change: Change) -> Dirty {
        let Some(cluster) = self.clusters.get_mut(&from.cluster) else { return Dirty::default() };
        let Some(source) = cluster.live.as_mut() else { return Dirty::default() };
        let changed = match change {
            Change::Put(fact) => source.held.put(fact).into_iter().collect(),
            Change::Remove(key) => source.held.remove(&key).into_iter().collect(),
            Change::Replace(kind, facts) => source.held.replace(kind, facts),
            Change::Synced => return self.set_sync(&from.cluster, SyncState::Synced),
            Change::Stale { since } => return self.set_sync(&from.cluster, SyncState::Stale { since }),
            Change::Retired => {
                // a newer source is on its way in: the facts stand until it has synced
                cluster.left = cluster.next.is_some();
                let stands = cluster.left;
                self.end(&from.cluster, Some(from.generation));
                return if stands { Dirty::default() } else { self.lose(&from.cluster) };
            }
        };
        self.settle(&from.cluster, changed)
    }

    fn apply_next(&mut self, from: &FeedId, change: Change) -> Dirty {
        let Some(cluster) = self.clusters.get_mut(&from.cluster) else { return Dirty::default() };
        if cluster.next.as_ref().is_none_or(|n| n.generation < from.generation) {
            cluster.next = Some(Source { generation: from.generation, held: Held::default() });
        }
        let Some(next) = cluster.next.as_mut().filter(|n| n.generation == from.generation) else {
            return Dirty::default();
        };
        match change {
            Change::Put(fact) => drop(next.held.put(fact)),
            Change::Remove(key) => drop(next.held.remove(&key)),
            Change::Replace(kind, facts) => drop(next.held.replace(kind, facts)),
            // it has not said everything: what stood before it stands on
            Change::Stale { .. } => {}
            Change::Retired => {
                cluster.next = None;
                // the generation before it goes on, unless it has left and was only kept for this one
                let left = cluster.left;
                self.end(&from.cluster, Some(from.generation));
                return if left { self.lose(&from.cluster) } else { Dirty::default() };
            }
            Change::Synced => {
                let before = cluster.live.take().map(|s| s.held).unwrap_or_default();
                cluster.live = cluster.next.take();
                cluster.left = false;
                let changed = cluster.live.as_ref().map(|s| s.held.since(&before)).unwrap_or_default();
                let network = |index: &Self| index.mesh.clusters.get(&from.cluster).map(|c| c.network.clone());
                let network_before = network(self);
                let mut dirty = self.set_sync(&from.cluster, SyncState::Synced);
                dirty.merge(self.settle(&from.cluster, changed));
                // facts that did not change mean something else in another network
                if network(self) != network_before {
                    dirty.merge(self.rederive());
                }
                return dirty;
            }
        }
        Dirty::default()
    }

    /// A cluster's last source has left.
    fn lose(&mut self, id: &ClusterId) -> Dirty {
        let mut dirty = self.forget(id);
        dirty.merge(self.set_sync(id, SyncState::Syncing));
        dirty
    }

    /// Drops a cluster's facts, with everything that follows from them.
    fn forget(&mut self, id: &ClusterId) -> Dirty {
        let Some(cluster) = self.clusters.get_mut(id) else { return Dirty::default() };
        cluster.next = None;
        cluster.left = false;
        let Some(before) = cluster.live.take() else { return Dirty::default() };
        let changed = Held::default().since(&before.held);
        self.settle(id, changed)
    }

    fn set_sync(&mut self, id: &ClusterId, sync: SyncState) -> Dirty {
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.sync = sync;
        }
        self.refresh_clusters()
    }
}
