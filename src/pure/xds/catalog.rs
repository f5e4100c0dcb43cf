//! The resources of all views, kept in line with the mesh: a change costs work for what it touches, and nothing else.
//!
//! Here are the views and their tables; `attach` builds what a new view needs, `services` has what services give to tables, `rows` the resources themselves, and
//! `fragments` the encoded pieces that many of them share.

mod attach;
mod fragments;
mod rows;
mod services;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

pub use attach::Attaching;
use fragments::Fragments;

use super::hosts::Hosts;
use super::session::Touched;
use super::snapshot::{Snapshot, TableId, ViewId};
use super::tables::{Named, OwnRows, Share, TableKey};
use super::types::{Key, Rid, View};
use crate::data::model::{ClusterId, Name, PMap, WorkloadId, take_from_set};
use crate::pure::mesh::{BuiltFrom, Dirty, Mesh};

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
    /// Every service has given what it gives.
    whole: bool,
    /// The rows that each service gives.
    given: BTreeMap<Named, BTreeSet<Name>>,
    /// What services give to rows that they may share.
    shares: BTreeMap<Name, BTreeMap<Named, Share>>,
    /// Of an inbound table: the services that led to its workload when it was last built.
    led_by: BTreeSet<Named>,
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
    fragments: Fragments,
    hosts: Hosts,
    snapshot: Snapshot,
}

impl Catalog {
    /// An empty catalog over a mesh.
    pub fn new(mesh: &Mesh) -> Self {
        let mut catalog = Self::default();
        catalog.snapshot.missing = Arc::new(mesh.missing());
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
        if self.snapshot.unregistered.contains(&id) {
            Arc::make_mut(&mut self.snapshot.unregistered).remove(&id);
        }
        for key in &keys {
            self.release_table(key);
        }
    }

    /// Brings all tables in line with the mesh. Returns the rows whose bytes changed, in order.
    pub fn update(&mut self, mesh: &Mesh, dirty: &Dirty) -> Vec<Update> {
        let mut pass = Pass::new(mesh, false);
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
        if dirty.built_from.any() {
            self.refresh_all(dirty.built_from, &mut pass);
        }
        if !dirty.clusters.is_empty() || dirty.settings {
            let missing = mesh.missing();
            if *self.snapshot.missing != missing {
                self.snapshot.missing = Arc::new(missing);
            }
            self.note_unregistered(mesh);
        }
        let mut updates = pass.updates;
        updates.sort();
        updates.dedup();
        self.snapshot.sequence += 1;
        updates
    }

    /// Notes which views are of clusters that the registry does not have.
    fn note_unregistered(&mut self, mesh: &Mesh) {
        let strange = self.view_of.iter().filter(|(_, view)| !mesh.clusters.contains_key(&view.cluster));
        let strange: BTreeSet<ViewId> = strange.map(|(id, _)| *id).collect();
        if *self.snapshot.unregistered != strange {
            self.snapshot.unregistered = Arc::new(strange);
        }
    }

    fn number(&mut self) -> u32 {
        self.counter += 1;
        self.counter
    }

    /// Counts one view more on a table. Returns whether it stands: else whoever asks must fill it.
    fn use_table(&mut self, key: &TableKey) -> bool {
        if let Some(table) = self.tables.get_mut(key) {
            table.views += 1;
            return table.whole;
        }
        let id = TableId(self.number());
        self.snapshot.tables.insert(id, PMap::new());
        self.table_types.insert(id, key.ty());
        let table = Table {
            id,
            views: 1,
            whole: false,
            given: BTreeMap::new(),
            shares: BTreeMap::new(),
            led_by: BTreeSet::new(),
        };
        self.tables.insert(key.clone(), table);
        if let Some(target) = key.target() {
            let place = (target.workload.cluster.clone(), target.workload.namespace.clone());
            self.inbound.entry(place).or_default().insert(key.clone());
            self.by_workload.entry(target.workload.clone()).or_default().insert(key.clone());
            let address = (target.workload.cluster.clone(), target.address);
            self.by_address.entry(address).or_default().insert(key.clone());
        }
        false
    }

    fn release_table(&mut self, key: &TableKey) {
        let Some(table) = self.tables.get_mut(key) else { return };
        table.views = table.views.saturating_sub(1);
        if table.views > 0 {
            return;
        }
        let (id, led_by) = (table.id, std::mem::take(&mut table.led_by));
        self.tables.remove(key);
        if let Some(target) = key.target() {
            let place = (target.workload.cluster.clone(), target.workload.namespace.clone());
            take_from_set(&mut self.inbound, &place, key);
            take_from_set(&mut self.by_workload, &target.workload, key);
            take_from_set(&mut self.by_address, &(target.workload.cluster.clone(), target.address), key);
            led_by.iter().for_each(|service| take_from_set(&mut self.leads, service, key));
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

    /// All tables that read what changed of the settings.
    fn refresh_all(&mut self, changed: BuiltFrom, pass: &mut Pass<'_>) {
        let keys: Vec<TableKey> = self.tables.keys().filter(|key| key.reads(changed)).cloned().collect();
        for key in &keys {
            self.fill(key, pass);
        }
    }

    /// The rows that no service gives.
    fn refresh_own(&mut self, key: &TableKey, pass: &mut Pass<'_>) {
        let OwnRows { rows, services } = key.own_rows(pass.mesh);
        let names: BTreeSet<Name> = rows.iter().map(|(name, _)| name.clone()).collect();
        if key.target().is_some()
            && let Some(table) = self.tables.get_mut(key)
        {
            for service in table.led_by.difference(&services) {
                take_from_set(&mut self.leads, service, key);
            }
            for service in services.difference(&table.led_by) {
                self.leads.entry(service.clone()).or_default().insert(key.clone());
            }
            table.led_by = services;
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
}
