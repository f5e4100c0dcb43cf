//! The index: the facts of every feed, and the mesh that follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::{Aspects, Change, Dirty};
use super::derive::{self, Visible};
use super::held::{Changed, Held, Named};
use super::merged::{ClusterState, Mesh, Service, SyncState};
use super::settings::effective;
use crate::data::model::{
    ClusterId, FactBody, FeedId, Kind, MeshSettings, NetworkId, PMap, ServiceId, ServiceScope, Warning, WorkloadId,
};

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
        let gone: Vec<ClusterId> =
            self.clusters.keys().filter(|id| !settings.clusters.contains_key(*id)).cloned().collect();
        for id in &gone {
            let known = self.clusters.get(id).into_iter().flat_map(|c| [&c.live, &c.next]);
            let newest = known.flatten().map(|s| s.generation).max();
            self.end(id, newest);
            dirty.merge(self.forget(id));
            self.clusters.remove(id);
            self.mesh.clusters.remove(id);
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
            dirty.merge(self.resettle());
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

    /// Brings the mesh in line with changed facts of one cluster.
    fn settle(&mut self, cluster: &ClusterId, changed: Vec<Changed>) -> Dirty {
        if changed.is_empty() {
            return Dirty::default();
        }
        let touches_settings = changed.iter().any(|c| matches!(c.key.kind, Kind::MeshConfig | Kind::Namespace));
        self.note_warnings(cluster, &changed);
        let mut dirty = Dirty::default();
        let (pods, services) = self.touched(cluster, &changed);
        for pod in &pods {
            self.derive_workload(cluster, pod, &mut dirty);
        }
        for service in &services {
            self.derive_service(service, &mut dirty);
        }
        // a namespace's label or the ConfigMap may change what everything else means
        if touches_settings {
            dirty.merge(self.resettle());
        }
        dirty
    }

    /// Which pods and services follow from changed facts.
    fn touched(&self, cluster: &ClusterId, changed: &[Changed]) -> (BTreeSet<Named>, BTreeSet<Named>) {
        let empty = Held::default();
        let held = self.held(cluster).unwrap_or(&empty);
        let (mut pods, mut services) = (BTreeSet::new(), BTreeSet::new());
        for change in changed {
            let named: Named = (change.key.namespace.clone(), change.key.name.clone());
            match change.key.kind {
                Kind::Service => {
                    services.insert(named);
                }
                Kind::EndpointSlice => services.extend(change.bodies().filter_map(|body| match body {
                    FactBody::Slice(slice) => Some((named.0.clone(), slice.service.clone())),
                    _ => None,
                })),
                Kind::Pod => {
                    services.extend(held.services_of_pod(&named));
                    pods.insert(named);
                }
                Kind::Node => {
                    services.extend(held.services_on(&named.1));
                    for pod in held.pods_on(&named.1) {
                        services.extend(held.services_of_pod(&pod));
                        pods.insert(pod);
                    }
                }
                Kind::Namespace | Kind::MeshConfig => {}
            }
        }
        (pods, services)
    }

    /// Derives everything anew where the settings in force or a cluster's state ask for it.
    fn resettle(&mut self) -> Dirty {
        let config =
            self.base.primary().and_then(|p| self.held(p)).and_then(|h| h.mesh_config(&self.base.system_namespace));
        let settings = effective(&self.base, config);
        let mut dirty = self.refresh_clusters();
        if *self.mesh.settings != settings {
            self.mesh.settings = Arc::new(settings);
            dirty.settings = true;
        }
        // the network of a cluster is part of its pods and endpoints
        if dirty.settings || !dirty.clusters.is_empty() {
            dirty.merge(self.rederive());
        }
        dirty
    }

    /// Derives every pod and service anew; what comes out the same is not dirty.
    fn rederive(&mut self) -> Dirty {
        let mut dirty = Dirty::default();
        let mut names: BTreeSet<Named> =
            self.mesh.services.keys().map(|id| (id.namespace.clone(), id.name.clone())).collect();
        let mut pods: BTreeSet<(ClusterId, Named)> = BTreeSet::new();
        for (id, cluster) in &self.clusters {
            let Some(source) = &cluster.live else { continue };
            let of = |kind| source.held.keys(kind).map(|k| (k.namespace.clone(), k.name.clone()));
            names.extend(of(Kind::Service));
            pods.extend(of(Kind::Pod).map(|named| (id.clone(), named)));
        }
        for (cluster, pod) in &pods {
            self.derive_workload(cluster, pod, &mut dirty);
        }
        for named in &names {
            self.derive_service(named, &mut dirty);
        }
        dirty
    }

    fn held(&self, cluster: &ClusterId) -> Option<&Held> {
        self.clusters.get(cluster)?.live.as_ref().map(|s| &s.held)
    }

    /// The clusters whose facts are visible, in the order in which they count.
    fn visible(&self) -> Vec<Visible<'_>> {
        let ordered = self.base.ordered();
        ordered
            .into_iter()
            .filter_map(|id| Some(Visible { id, state: self.mesh.clusters.get(id)?, held: self.held(id)? }))
            .collect()
    }

    fn derive_workload(&mut self, cluster: &ClusterId, named: &Named, dirty: &mut Dirty) {
        let id = WorkloadId { cluster: cluster.clone(), namespace: named.0.clone(), name: named.1.clone() };
        let derived = match (self.mesh.clusters.get(cluster), self.held(cluster)) {
            (Some(state), Some(held)) => {
                derive::workload(&self.mesh.settings, &Visible { id: cluster, state, held }, named)
            }
            _ => None,
        };
        let old = self.mesh.workloads.get(&id);
        if old.map(|w| &**w) == derived.as_ref() {
            return;
        }
        match derived {
            Some(workload) => drop(self.mesh.workloads.insert(id.clone(), Arc::new(workload))),
            None => drop(self.mesh.workloads.remove(&id)),
        }
        dirty.workloads.insert(id);
    }

    fn derive_service(&mut self, named: &Named, dirty: &mut Dirty) {
        let mut derived: BTreeMap<ServiceId, Service> =
            derive::services(&self.mesh.settings, &self.visible(), &self.mesh.workloads, named)
                .into_iter()
                .map(|s| (s.id.clone(), s))
                .collect();
        let id = |scope| ServiceId { namespace: named.0.clone(), name: named.1.clone(), scope };
        let first = id(ServiceScope::Mesh);
        let standing: Vec<ServiceId> = self
            .mesh
            .services
            .range(first..)
            .map(|(id, _)| id)
            .take_while(|id| id.namespace == named.0 && id.name == named.1)
            .cloned()
            .collect();
        for id in standing {
            if !derived.contains_key(&id) {
                self.mesh.services.remove(&id);
                dirty.service(id, Aspects::ALL);
            }
        }
        while let Some((id, service)) = derived.pop_first() {
            let aspects = self.mesh.services.get(&id).map_or(Aspects::ALL, |old| difference(old, &service));
            if aspects.any() {
                self.mesh.services.insert(id.clone(), Arc::new(service));
                dirty.service(id, aspects);
            }
        }
    }

    /// Brings roles, networks and sync states of the clusters up to date.
    fn refresh_clusters(&mut self) -> Dirty {
        let mut dirty = Dirty::default();
        for (id, settings) in &self.base.clusters {
            let Some(cluster) = self.clusters.get(id) else { continue };
            let label = || match self.held(id)?.namespace(&self.base.system_namespace)? {
                FactBody::Namespace(fact) => fact.network.clone(),
                _ => None,
            };
            let network = if settings.network == NetworkId::default() {
                label().unwrap_or_default()
            } else {
                settings.network.clone()
            };
            let state = ClusterState { role: settings.role, network, sync: cluster.sync };
            if self.mesh.clusters.get(id) != Some(&state) {
                self.mesh.clusters.insert(id.clone(), state);
                dirty.clusters.insert(id.clone());
            }
        }
        dirty
    }

    fn note_warnings(&mut self, cluster: &ClusterId, changed: &[Changed]) {
        for change in changed {
            let key = (cluster.clone(), change.key.clone());
            match change.new.as_ref().map(|f| &f.warnings).filter(|w| !w.is_empty()) {
                Some(warnings) => drop(self.mesh.warnings.insert(key, Arc::<[Warning]>::from(warnings.as_slice()))),
                None => drop(self.mesh.warnings.remove(&key)),
            }
        }
    }
}

/// Which parts of two versions of a service differ.
fn difference(old: &Service, new: &Service) -> Aspects {
    let Service { id: _, hostname: _, defined_by, kind, ports, local, endpoints, accounts, conflicts } = new;
    Aspects {
        spec: old.defined_by != *defined_by
            || old.kind != *kind
            || old.ports != *ports
            || old.local != *local
            || old.conflicts != *conflicts,
        endpoints: old.endpoints != *endpoints,
        accounts: old.accounts != *accounts,
    }
}
