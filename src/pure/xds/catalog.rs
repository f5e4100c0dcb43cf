//! The resources of all views, kept in line with the mesh: a change costs work for what it touches, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::build::Built;
use super::session::Touched;
use super::snapshot::{Snapshot, TableId, ViewId, ViewTables};
use super::tables::{Named, OwnRows, Share, TableKey};
use super::types::{Entry, Key, Part, Rid, View};
use crate::data::model::{ClusterId, Name, PMap, ServiceKind, WorkloadId, take_from_set};
use crate::pure::mesh::{Aspects, Dirty, Mesh, Service};

/// A row of a table that changed, appeared or vanished.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Update {
    /// The table: whoever subscribes to its rows may want to know.
    pub table: TableId,
    /// The row.
    pub touched: Touched,
}

/// A table's bookkeeping; its rows stand in the snapshot.
#[derive(Debug)]
struct Table {
    id: TableId,
    /// How many views use it.
    views: usize,
    /// The rows that each service gives.
    given: BTreeMap<Named, BTreeSet<Name>>,
    /// What services give to rows that they may share.
    shares: BTreeMap<Name, BTreeMap<Named, Share>>,
}

/// A key's number, and the tables that have a row of it.
#[derive(Debug)]
struct Interned {
    rid: Rid,
    tables: BTreeSet<TableId>,
}

#[derive(Debug)]
struct AttachedView {
    id: ViewId,
    streams: usize,
    tables: Vec<TableKey>,
}

/// One pass over tables: what was built in it is not built again for another table.
struct Pass<'a> {
    mesh: &'a Mesh,
    /// Entries that stand are current: a new table only points at them.
    attach: bool,
    built: BTreeSet<Key>,
    /// Shared rows to put together, once every service has given what it gives.
    shared: BTreeMap<TableKey, BTreeSet<Name>>,
    /// Tables of workloads to look at, once.
    inbound: BTreeSet<TableKey>,
    updates: Vec<Update>,
}

impl<'a> Pass<'a> {
    fn new(mesh: &'a Mesh, attach: bool) -> Self {
        Self {
            mesh,
            attach,
            built: BTreeSet::new(),
            shared: BTreeMap::new(),
            inbound: BTreeSet::new(),
            updates: Vec::new(),
        }
    }
}

/// Builds and keeps the resources of the views that streams have.
#[derive(Debug, Default)]
pub struct Catalog {
    keys: BTreeMap<Key, Interned>,
    tables: BTreeMap<TableKey, Table>,
    table_types: BTreeMap<TableId, super::types::Type>,
    inbound: BTreeMap<(ClusterId, Name), BTreeSet<TableKey>>,
    by_workload: BTreeMap<WorkloadId, BTreeSet<TableKey>>,
    by_address: BTreeMap<(ClusterId, IpAddr), BTreeSet<TableKey>>,
    /// The inbound tables that a service led to when they were last built.
    leads: BTreeMap<Named, BTreeSet<TableKey>>,
    views: BTreeMap<View, AttachedView>,
    view_of: BTreeMap<ViewId, View>,
    counter: u32,
    snapshot: Snapshot,
}

impl Catalog {
    /// An empty catalog over a mesh.
    pub fn new(mesh: &Mesh) -> Self {
        let mut catalog = Self::default();
        catalog.snapshot.missing = Arc::new(mesh.missing_clusters());
        catalog
    }

    /// What stands: an O(1) clone.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// The view of a number.
    pub fn view(&self, id: ViewId) -> Option<&View> {
        self.view_of.get(&id)
    }

    /// The views that streams have.
    pub fn views(&self) -> impl Iterator<Item = (ViewId, &View)> {
        self.view_of.iter().map(|(id, view)| (*id, view))
    }

    /// Builds what a view needs and does not stand yet. Each attachment ends with a [`Catalog::detach`].
    pub fn attach(&mut self, mesh: &Mesh, view: View) -> ViewId {
        if let Some(attached) = self.views.get_mut(&view) {
            attached.streams += 1;
            return attached.id;
        }
        let keys = TableKey::of_view(&view);
        let mut tables = ViewTables::default();
        for key in &keys {
            tables.0[key.ty().index()].push(self.use_table(mesh, key));
        }
        let id = ViewId(self.number());
        self.snapshot.views.insert(id, Arc::new(tables));
        self.view_of.insert(id, view.clone());
        self.views.insert(view, AttachedView { id, streams: 1, tables: keys });
        id
    }

    /// Ends one attachment; what no view needs any more goes.
    pub fn detach(&mut self, id: ViewId) {
        let Some(view) = self.view_of.get(&id) else { return };
        let Some(attached) = self.views.get_mut(view) else { return };
        attached.streams = attached.streams.saturating_sub(1);
        if attached.streams > 0 {
            return;
        }
        let keys = std::mem::take(&mut attached.tables);
        self.views.remove(&view.clone());
        self.view_of.remove(&id);
        self.snapshot.views.remove(&id);
        for key in &keys {
            self.release_table(key);
        }
    }

    /// Brings all tables in line with the mesh. Returns the rows whose bytes changed, in order.
    pub fn update(&mut self, mesh: &Mesh, dirty: &Dirty) -> Vec<Update> {
        let mut pass = Pass::new(mesh, false);
        if dirty.settings {
            self.refresh_all(&mut pass);
        } else {
            for (id, aspects) in &dirty.services {
                let named: Named = (id.namespace.clone(), id.name.clone());
                self.refresh_service(&named, *aspects, &mut pass);
            }
            pass.inbound.extend(dirty.workloads.iter().filter_map(|w| self.by_workload.get(w)).flatten().cloned());
            for (key, rows) in std::mem::take(&mut pass.shared) {
                self.assemble(&key, &rows, &mut pass);
            }
            for key in std::mem::take(&mut pass.inbound) {
                self.refresh_own(&key, &mut pass);
            }
        }
        if !dirty.clusters.is_empty() || dirty.settings {
            let missing = mesh.missing_clusters();
            if *self.snapshot.missing != missing {
                self.snapshot.missing = Arc::new(missing);
            }
        }
        let mut updates = pass.updates;
        updates.sort();
        updates.dedup();
        self.snapshot.sequence += 1;
        updates
    }

    fn number(&mut self) -> u32 {
        self.counter += 1;
        self.counter
    }

    fn use_table(&mut self, mesh: &Mesh, key: &TableKey) -> TableId {
        if let Some(table) = self.tables.get_mut(key) {
            table.views += 1;
            return table.id;
        }
        let id = TableId(self.number());
        self.snapshot.tables.insert(id, PMap::new());
        self.table_types.insert(id, key.ty());
        let table = Table { id, views: 1, given: BTreeMap::new(), shares: BTreeMap::new() };
        self.tables.insert(key.clone(), table);
        if let Some(target) = key.target() {
            let place = (target.workload.cluster.clone(), target.workload.namespace.clone());
            self.inbound.entry(place).or_default().insert(key.clone());
            self.by_workload.entry(target.workload.clone()).or_default().insert(key.clone());
            let address = (target.workload.cluster.clone(), target.address);
            self.by_address.entry(address).or_default().insert(key.clone());
        }
        let mut pass = Pass::new(mesh, true);
        self.fill(key, &mut pass);
        id
    }

    fn release_table(&mut self, key: &TableKey) {
        let Some(table) = self.tables.get_mut(key) else { return };
        table.views = table.views.saturating_sub(1);
        if table.views > 0 {
            return;
        }
        let id = table.id;
        self.tables.remove(key);
        if let Some(target) = key.target() {
            let place = (target.workload.cluster.clone(), target.workload.namespace.clone());
            take_from_set(&mut self.inbound, &place, key);
            take_from_set(&mut self.by_workload, &target.workload, key);
            take_from_set(&mut self.by_address, &(target.workload.cluster.clone(), target.address), key);
            self.leads.retain(|_, keys| {
                keys.remove(key);
                !keys.is_empty()
            });
        }
        let rows = self.snapshot.tables.remove(&id).unwrap_or_default();
        for rid in rows.values() {
            self.release_entry(id, *rid);
        }
        self.table_types.remove(&id);
    }

    /// All rows of a table.
    fn fill(&mut self, key: &TableKey, pass: &mut Pass<'_>) {
        self.refresh_own(key, pass);
        let Some(cluster) = key.services_of() else { return };
        let standing = self.tables.get(key).into_iter().flat_map(|t| t.given.keys().cloned());
        let visible = pass.mesh.visible_services(cluster).map(|s| (s.id.namespace.clone(), s.id.name.clone()));
        let names: BTreeSet<Named> = standing.chain(visible).collect();
        let mut rows = BTreeSet::new();
        for named in &names {
            rows.extend(self.take_service(key, named, pass));
        }
        self.assemble(key, &rows, pass);
    }

    fn refresh_all(&mut self, pass: &mut Pass<'_>) {
        let keys: Vec<TableKey> = self.tables.keys().cloned().collect();
        for key in &keys {
            self.fill(key, pass);
        }
    }

    fn refresh_service(&mut self, named: &Named, aspects: Aspects, pass: &mut Pass<'_>) {
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

    /// The rows that no service gives.
    fn refresh_own(&mut self, key: &TableKey, pass: &mut Pass<'_>) {
        let OwnRows { rows, services } = key.own_rows(pass.mesh);
        let names: BTreeSet<Name> = rows.iter().map(|(name, _)| name.clone()).collect();
        if key.target().is_some() {
            self.leads.retain(|service, keys| {
                if !services.contains(service) {
                    keys.remove(key);
                }
                !keys.is_empty()
            });
            for service in services {
                self.leads.entry(service).or_default().insert(key.clone());
            }
        }
        // the rows of an inbound table are all its own
        if key.target().is_some()
            && let Some(id) = self.tables.get(key).map(|t| t.id)
        {
            let standing = self.snapshot.tables.get(&id).cloned().unwrap_or_default();
            for name in standing.keys().filter(|n| !names.contains(*n)) {
                self.remove_row(id, key, name, pass);
            }
        }
        for (name, built) in rows {
            self.put_row(key, name, key.part(None), built, pass);
        }
    }

    /// Takes what a service gives to a table. Returns the shared rows that must be put together again.
    fn take_service(&mut self, key: &TableKey, named: &Named, pass: &mut Pass<'_>) -> BTreeSet<Name> {
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

    fn assemble(&mut self, key: &TableKey, rows: &BTreeSet<Name>, pass: &mut Pass<'_>) {
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

    fn put_row(&mut self, key: &TableKey, name: Name, part: Part, built: Built, pass: &mut Pass<'_>) {
        let Some(id) = self.tables.get(key).map(|t| t.id) else { return };
        let whole = Key { ty: key.ty(), name: name.clone(), part };
        let entry = Entry::new(name, built);
        let rid = match self.keys.get(&whole) {
            Some(interned) => interned.rid,
            None => {
                let Some(number) = NonZeroU32::new(self.number()) else { return };
                self.keys.insert(whole.clone(), Interned { rid: Rid(number), tables: BTreeSet::new() });
                Rid(number)
            }
        };
        // equal bytes stay where they are, so that everybody goes on sharing them
        let same = self.snapshot.entries.get(&rid).is_some_and(|old| old.same_bytes(&entry));
        if !same {
            self.snapshot.entries.insert(rid, entry);
            let holders = self.keys.get(&whole).into_iter().flat_map(|i| &i.tables);
            let touched = Touched { ty: whole.ty, name: whole.name.clone() };
            pass.updates.extend(holders.map(|table| Update { table: *table, touched: touched.clone() }));
        }
        self.point_row(id, &whole, rid, pass);
    }

    /// Makes a table's row lead to an entry.
    fn point_row(&mut self, id: TableId, whole: &Key, rid: Rid, pass: &mut Pass<'_>) {
        if let Some(interned) = self.keys.get_mut(whole) {
            interned.tables.insert(id);
        }
        let Some(rows) = self.snapshot.tables.get(&id) else { return };
        let old = rows.get(&whole.name).copied();
        if old == Some(rid) {
            return;
        }
        let mut rows = rows.clone();
        rows.insert(whole.name.clone(), rid);
        self.snapshot.tables.insert(id, rows);
        // the row led elsewhere: a service that became cluster-local, or the mesh's; its bytes may be the same
        let entry = |rid: Rid| self.snapshot.entries.get(&rid);
        let same = old.and_then(entry).zip(entry(rid)).is_some_and(|(old, new)| old.same_bytes(new));
        if !same {
            pass.updates.push(Update { table: id, touched: Touched { ty: whole.ty, name: whole.name.clone() } });
        }
        if let Some(old) = old {
            self.release_entry(id, old);
        }
    }

    fn remove_row(&mut self, id: TableId, key: &TableKey, name: &Name, pass: &mut Pass<'_>) {
        let Some(rows) = self.snapshot.tables.get(&id) else { return };
        let mut rows = rows.clone();
        let Some(rid) = rows.remove(name) else { return };
        self.snapshot.tables.insert(id, rows);
        pass.updates.push(Update { table: id, touched: Touched { ty: key.ty(), name: name.clone() } });
        self.release_entry(id, rid);
    }

    /// A table let go of an entry; one that no table holds goes.
    fn release_entry(&mut self, id: TableId, rid: Rid) {
        let Some(name) = self.snapshot.entries.get(&rid).map(|e| e.name.clone()) else { return };
        let Some(ty) = self.table_types.get(&id).copied() else { return };
        let first = Key { ty, name: name.clone(), part: Part::default() };
        let found = self
            .keys
            .range(first..)
            .take_while(|(key, _)| key.ty == ty && key.name == name)
            .find(|(_, interned)| interned.rid == rid)
            .map(|(key, _)| key.clone());
        let Some(key) = found else { return };
        let Some(interned) = self.keys.get_mut(&key) else { return };
        interned.tables.remove(&id);
        if interned.tables.is_empty() {
            self.keys.remove(&key);
            self.snapshot.entries.remove(&rid);
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
