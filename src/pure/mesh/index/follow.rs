//! From changed facts, settings and clusters to the mesh: what they touch is derived anew, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::change::{Aspects, BuiltFrom, Dirty};
use super::super::derive::{self, Visible};
use super::super::held::{Changed, Held, Named};
use super::super::merged::{ClusterState, Service};
use super::super::settings::{effective, mean_the_same};
use super::Index;
use crate::data::model::{ClusterId, FactBody, Kind, NetworkId, PMap, ServiceId, ServiceScope, Warning, WorkloadId};

impl Index {
    /// Brings the mesh in line with changed facts of one cluster.
    pub(super) fn settle(&mut self, cluster: &ClusterId, changed: Vec<Changed>) -> Dirty {
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
            let before = self.mesh.clusters.clone();
            dirty.merge(self.resettle(&before));
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

    /// Derives anew what the settings in force and the clusters, which were `before`, ask for.
    pub(super) fn resettle(&mut self, before: &PMap<ClusterId, ClusterState>) -> Dirty {
        let config =
            self.base.primary().and_then(|p| self.held(p)).and_then(|h| h.mesh_config(&self.base.system_namespace));
        let settings = effective(&self.base, config);
        let mut dirty = self.refresh_clusters();
        let mut all = false;
        if *self.mesh.settings != settings {
            all = !mean_the_same(&self.mesh.settings, &settings);
            dirty.built_from = BuiltFrom::between(&self.mesh.settings, &settings);
            self.mesh.settings = Arc::new(settings);
            dirty.settings = true;
        }
        // the role of a cluster decides whose definitions count, and its network is part of its pods and endpoints
        let place = |state: &ClusterState| (state.role, state.network.clone());
        let moved = |(id, old): (&ClusterId, &ClusterState)| {
            self.mesh.clusters.get(id).is_some_and(|now| place(now) != place(old))
        };
        if all || before.iter().any(moved) {
            dirty.merge(self.rederive());
            return dirty;
        }
        // one that came has said nothing, and the facts of one that went are gone already: there is only who cannot reach whom
        let now = &self.mesh.clusters;
        let came = now.iter().filter(|(id, _)| !before.contains_key(*id));
        let went = before.iter().filter(|(id, _)| !now.contains_key(*id));
        let networks: BTreeSet<NetworkId> = came.chain(went).map(|(_, state)| state.network.clone()).collect();
        let apart = |s: &Service| {
            let endpoints = || s.endpoints.values().flat_map(|list| list.iter());
            networks.iter().any(|network| endpoints().any(|e| e.network != *network))
        };
        let apart = self.mesh.services.iter().filter(|(_, service)| apart(service));
        let names: BTreeSet<Named> = apart.map(|(id, _)| (id.namespace.clone(), id.name.clone())).collect();
        for named in &names {
            self.derive_service(named, &mut dirty);
        }
        dirty
    }

    /// Derives every pod and service anew; what comes out the same is not dirty.
    pub(super) fn rederive(&mut self) -> Dirty {
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
            derive::services(&self.mesh.settings, &self.mesh.clusters, &self.visible(), &self.mesh.workloads, named)
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
            let aspects = self.mesh.services.get(&id).map_or(Aspects::ALL, |old| Aspects::between(old, &service));
            if aspects.any() {
                self.mesh.services.insert(id.clone(), Arc::new(service));
                dirty.service(id, aspects);
            }
        }
    }

    /// Brings roles, networks and sync states of the clusters up to date.
    pub(super) fn refresh_clusters(&mut self) -> Dirty {
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
