//! What services give to tables: whole rows, or shares of rows that many services make up.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tables::{Named, Share, TableKey};
use super::super::types::Key;
use super::{Catalog, Pass};
use crate::data::model::{ClusterId, Name, ServiceKind};
use crate::pure::mesh::{Aspects, Mesh, Service};

impl Catalog {
    pub(super) fn refresh_service(&mut self, named: &Named, aspects: Aspects, pass: &mut Pass<'_>) {
        // the tables of workloads, one or two for each proxy, come last
        let outbound = self.tables.keys().take_while(|k| k.target().is_none());
        let keys: Vec<TableKey> = outbound.filter(|k| k.services_of().is_some()).cloned().collect();
        for key in &keys {
            let Some(cluster) = key.services_of() else { continue };
            let service = pass.mesh.service_in(cluster, &named.0, &named.1);
            if concerns(key, aspects, service.map(|s| &**s)) {
                let rows = self.take_service(key, named, pass);
                if !rows.is_empty() {
                    pass.shared.entry(key.clone()).or_default().extend(rows);
                }
            }
        }
        if aspects.spec {
            let there = self.inbound.iter().filter(|((_, namespace), _)| *namespace == named.0);
            pass.inbound.extend(there.flat_map(|(_, keys)| keys.iter().cloned()));
        } else if aspects.endpoints {
            pass.inbound.extend(self.led_to(named, pass.mesh));
        }
    }

    /// The inbound tables that the endpoints of a service can change: those of workloads that it leads to, or has led to, by
    /// its slices. A service with a selector leads by that alone.
    fn led_to(&self, named: &Named, mesh: &Mesh) -> BTreeSet<TableKey> {
        let mut keys: BTreeSet<TableKey> = self.leads.get(named).cloned().unwrap_or_default();
        let clusters: BTreeSet<&ClusterId> = self.inbound.keys().map(|(cluster, _)| cluster).collect();
        for cluster in clusters {
            let Some(service) = mesh.service_in(cluster, &named.0, &named.1) else { continue };
            if service.local.get(cluster).is_none_or(|local| !local.selector.is_empty()) {
                continue;
            }
            let own = service.endpoints.values().flat_map(|list| list.iter()).filter(|e| e.cluster == *cluster);
            for endpoint in own {
                keys.extend(self.by_address.get(&(cluster.clone(), endpoint.address)).into_iter().flatten().cloned());
            }
        }
        keys
    }

    /// Takes what a service gives to a table. Returns the shared rows that must be put together again.
    pub(super) fn take_service(&mut self, key: &TableKey, named: &Named, pass: &mut Pass<'_>) -> BTreeSet<Name> {
        let Some(cluster) = key.services_of() else { return BTreeSet::new() };
        let service = pass.mesh.service_in(cluster, &named.0, &named.1).cloned();
        if key.is_keyed_by_service() {
            self.take_keyed(key, named, service.as_deref(), pass);
            return BTreeSet::new();
        }
        let shares: BTreeMap<Name, Share> = service.iter().flat_map(|s| key.shares(s)).collect();
        let Some(table) = self.tables.get_mut(key) else { return BTreeSet::new() };
        let old = table.given.remove(named).unwrap_or_default();
        let mut rows = BTreeSet::new();
        for name in old.iter().filter(|n| !shares.contains_key(*n)) {
            if let Some(given) = table.shares.get_mut(name) {
                given.remove(named);
            }
            rows.insert(name.clone());
        }
        if !shares.is_empty() {
            table.given.insert(named.clone(), shares.keys().cloned().collect());
        }
        for (name, share) in shares {
            let share = match share {
                // equal in every namespace but the service's own
                Share::Host { hostname, port, domains, bytes } => {
                    Share::Host { hostname, port, domains, bytes: self.fragments.share(bytes) }
                }
                share => share,
            };
            let given = table.shares.entry(name.clone()).or_default();
            if given.get(named) != Some(&share) {
                given.insert(named.clone(), share);
                rows.insert(name);
            } else if pass.mesh.settings.outbound != Default::default() || !pass.attach {
                // what unknown calls meet is part of shared rows
                rows.insert(name);
            }
        }
        rows
    }

    fn take_keyed(&mut self, key: &TableKey, named: &Named, service: Option<&Service>, pass: &mut Pass<'_>) {
        let names = service.map(|s| key.names(s)).unwrap_or_default();
        let Some(table) = self.tables.get_mut(key) else { return };
        let id = table.id;
        let old = table.given.remove(named).unwrap_or_default();
        let mut now = BTreeSet::new();
        for (name, port) in names {
            let Some(service) = service else { continue };
            let part = key.part(Some(service));
            let whole = Key { ty: key.ty(), name: name.clone(), part };
            let standing = self.keys.get(&whole).map(|i| i.rid);
            let current = pass.attach || pass.built.contains(&whole);
            match standing.filter(|_| current) {
                Some(rid) => self.point_row(id, &whole, rid, pass),
                None => match key.build(&pass.mesh.settings, service, port) {
                    Some(built) => self.put_row(key, name.clone(), whole.part.clone(), built, pass),
                    None => continue,
                },
            }
            pass.built.insert(whole);
            now.insert(name);
        }
        for name in old.difference(&now) {
            self.remove_row(id, key, name, pass);
        }
        if !now.is_empty()
            && let Some(table) = self.tables.get_mut(key)
        {
            table.given.insert(named.clone(), now);
        }
    }

    pub(super) fn assemble(&mut self, key: &TableKey, rows: &BTreeSet<Name>, pass: &mut Pass<'_>) {
        for name in rows {
            let Some(table) = self.tables.get_mut(key) else { return };
            let id = table.id;
            if table.shares.get(name).is_some_and(BTreeMap::is_empty) {
                table.shares.remove(name);
            }
            let built = table.shares.get(name).and_then(|shares| key.assemble(&pass.mesh.settings, name, shares));
            match built {
                Some(built) => self.put_row(key, name.clone(), key.part(None), built, pass),
                None => self.remove_row(id, key, name, pass),
            }
        }
    }
}

/// Whether a change of a service can change rows of a table.
fn concerns(key: &TableKey, aspects: Aspects, service: Option<&Service>) -> bool {
    let headless = service.is_some_and(|s| s.kind == ServiceKind::Headless);
    match key {
        TableKey::Clusters { .. } => aspects.spec,
        TableKey::Endpoints { .. } => aspects.spec || aspects.endpoints,
        // the addresses of headless services stand in listeners, and the names of their pods in routes
        TableKey::Listeners { .. } | TableKey::Routes { .. } => aspects.spec || (headless && aspects.endpoints),
        TableKey::Builtin | TableKey::InboundClusters { .. } | TableKey::InboundListener { .. } => false,
    }
}
