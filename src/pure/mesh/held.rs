//! The facts of one feed, with the reverse look-ups that say what a fact touches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::data::model::{
    Fact, FactBody, FactKey, Kind, Name, NodeFact, ServiceFact, SliceFact, WorkloadFact, take_from_set,
};

/// An object's name within a kind: namespace and name.
pub(super) type Named = (Name, Name);

/// A fact before and after a change.
pub(super) struct Changed {
    pub(super) key: FactKey,
    pub(super) old: Option<Arc<Fact>>,
    pub(super) new: Option<Arc<Fact>>,
}

impl Changed {
    /// The bodies on both sides.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &FactBody> {
        [&self.old, &self.new].into_iter().flatten().filter_map(|f| f.body.as_ref())
    }
}

/// The facts of one feed.
#[derive(Debug, Default)]
pub(super) struct Held {
    facts: BTreeMap<FactKey, Arc<Fact>>,
    slices_of: BTreeMap<Named, BTreeSet<Name>>,
    slices_by_pod: BTreeMap<Named, BTreeSet<Name>>,
    slices_by_node: BTreeMap<Name, BTreeSet<Named>>,
    pods_by_node: BTreeMap<Name, BTreeSet<Named>>,
}

impl Held {
    /// Puts a fact; `None` where it was there already, equal.
    pub(super) fn put(&mut self, fact: Fact) -> Option<Changed> {
        let old = self.facts.get(&fact.key).cloned();
        if old.as_deref() == Some(&fact) {
            return None;
        }
        if let Some(old) = &old {
            self.unlink(old);
        }
        let new = Arc::new(fact);
        self.link(&new);
        self.facts.insert(new.key.clone(), new.clone());
        Some(Changed { key: new.key.clone(), old, new: Some(new) })
    }

    /// Removes a fact; `None` where there was none.
    pub(super) fn remove(&mut self, key: &FactKey) -> Option<Changed> {
        let old = self.facts.remove(key)?;
        self.unlink(&old);
        Some(Changed { key: key.clone(), old: Some(old), new: None })
    }

    /// Replaces all facts of a kind.
    pub(super) fn replace(&mut self, kind: Kind, facts: Vec<Fact>) -> Vec<Changed> {
        let named: BTreeSet<&FactKey> = facts.iter().map(|f| &f.key).collect();
        let gone: Vec<FactKey> = self.keys(kind).filter(|k| !named.contains(k)).cloned().collect();
        let mut changed: Vec<Changed> = gone.iter().filter_map(|key| self.remove(key)).collect();
        changed.extend(facts.into_iter().filter(|f| f.key.kind == kind).filter_map(|fact| self.put(fact)));
        changed
    }

    /// What differs from `before`.
    pub(super) fn since(&self, before: &Held) -> Vec<Changed> {
        let gone = before.facts.iter().filter(|(key, _)| !self.facts.contains_key(*key));
        let gone = gone.map(|(key, old)| Changed { key: key.clone(), old: Some(old.clone()), new: None });
        let put = self.facts.iter().filter_map(|(key, new)| {
            let old = before.facts.get(key);
            (old != Some(new)).then(|| Changed { key: key.clone(), old: old.cloned(), new: Some(new.clone()) })
        });
        gone.chain(put).collect()
    }

    /// The keys of a kind.
    pub(super) fn keys(&self, kind: Kind) -> impl Iterator<Item = &FactKey> {
        let first = FactKey { kind, namespace: Name::default(), name: Name::default() };
        self.facts.range(first..).map(|(key, _)| key).take_while(move |key| key.kind == kind)
    }

    fn body(&self, kind: Kind, namespace: &Name, name: &Name) -> Option<&FactBody> {
        self.facts.get(&FactKey { kind, namespace: namespace.clone(), name: name.clone() })?.body.as_ref()
    }

    pub(super) fn service(&self, (namespace, name): &Named) -> Option<&ServiceFact> {
        match self.body(Kind::Service, namespace, name)? {
            FactBody::Service(fact) => Some(fact),
            _ => None,
        }
    }

    pub(super) fn pod(&self, namespace: &Name, name: &Name) -> Option<&WorkloadFact> {
        match self.body(Kind::Pod, namespace, name)? {
            FactBody::Workload(fact) => Some(fact),
            _ => None,
        }
    }

    pub(super) fn node(&self, name: &Name) -> Option<&NodeFact> {
        match self.body(Kind::Node, &Name::default(), name)? {
            FactBody::Node(fact) => Some(fact),
            _ => None,
        }
    }

    pub(super) fn namespace(&self, name: &Name) -> Option<&FactBody> {
        self.body(Kind::Namespace, &Name::default(), name)
    }

    pub(super) fn mesh_config(&self, namespace: &Name) -> Option<&BTreeMap<Name, Name>> {
        match self.body(Kind::MeshConfig, namespace, &"istio".into())? {
            FactBody::MeshConfig(values) => Some(values),
            _ => None,
        }
    }

    /// The slices of a service, in the order of their names.
    pub(super) fn slices<'a>(&'a self, service: &'a Named) -> impl Iterator<Item = &'a SliceFact> {
        let names = self.slices_of.get(service).into_iter().flatten();
        names.filter_map(|name| match self.body(Kind::EndpointSlice, &service.0, name)? {
            FactBody::Slice(fact) => Some(fact),
            _ => None,
        })
    }

    /// The services that a pod's slices belong to.
    pub(super) fn services_of_pod(&self, pod: &Named) -> Vec<Named> {
        let slices = self.slices_by_pod.get(pod).into_iter().flatten();
        slices.filter_map(|slice| self.service_of_slice(&(pod.0.clone(), slice.clone()))).collect()
    }

    /// The pods on a node.
    pub(super) fn pods_on(&self, node: &Name) -> Vec<Named> {
        self.pods_by_node.get(node).into_iter().flatten().cloned().collect()
    }

    /// The services whose slices name a node.
    pub(super) fn services_on(&self, node: &Name) -> Vec<Named> {
        let slices = self.slices_by_node.get(node).into_iter().flatten();
        slices.filter_map(|slice| self.service_of_slice(slice)).collect()
    }

    fn service_of_slice(&self, slice: &Named) -> Option<Named> {
        match self.body(Kind::EndpointSlice, &slice.0, &slice.1)? {
            FactBody::Slice(fact) => Some((slice.0.clone(), fact.service.clone())),
            _ => None,
        }
    }

    fn link(&mut self, fact: &Fact) {
        let (namespace, name) = (&fact.key.namespace, &fact.key.name);
        match &fact.body {
            Some(FactBody::Slice(slice)) => {
                self.slices_of.entry((namespace.clone(), slice.service.clone())).or_default().insert(name.clone());
                for endpoint in &slice.endpoints {
                    if let Some(pod) = &endpoint.pod {
                        self.slices_by_pod.entry((namespace.clone(), pod.clone())).or_default().insert(name.clone());
                    }
                    if let Some(node) = &endpoint.node {
                        let named = (namespace.clone(), name.clone());
                        self.slices_by_node.entry(node.clone()).or_default().insert(named);
                    }
                }
            }
            Some(FactBody::Workload(pod)) => {
                self.pods_by_node.entry(pod.node.clone()).or_default().insert((namespace.clone(), name.clone()));
            }
            _ => {}
        }
    }

    fn unlink(&mut self, fact: &Fact) {
        let named: Named = (fact.key.namespace.clone(), fact.key.name.clone());
        match &fact.body {
            Some(FactBody::Slice(slice)) => {
                take_from_set(&mut self.slices_of, &(named.0.clone(), slice.service.clone()), &named.1);
                for endpoint in &slice.endpoints {
                    if let Some(pod) = &endpoint.pod {
                        take_from_set(&mut self.slices_by_pod, &(named.0.clone(), pod.clone()), &named.1);
                    }
                    if let Some(node) = &endpoint.node {
                        take_from_set(&mut self.slices_by_node, node, &named);
                    }
                }
            }
            Some(FactBody::Workload(pod)) => take_from_set(&mut self.pods_by_node, &pod.node, &named),
            _ => {}
        }
    }
}
