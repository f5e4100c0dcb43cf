//! Rows and the resources that they lead to: each is there once, however many tables show it, and goes with the last.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::super::build::Built;
use super::super::session::Touched;
use super::super::snapshot::TableId;
use super::super::tables::TableKey;
use super::super::types::{Entry, Key, Part, Rid, Type};
use super::{Catalog, Interned, Pass, Update};
use crate::data::model::Name;

impl Catalog {
    pub(super) fn put_row(&mut self, key: &TableKey, name: Name, part: Part, built: Built, pass: &mut Pass<'_>) {
        let Some(id) = self.tables.get(key).map(|t| t.id) else { return };
        let whole = Key { ty: key.ty(), name, part };
        let built = match key.ty() {
            // a locality's endpoints are the same for proxies that differ in something else
            Type::Endpoint => Built { rope: self.fragments.share_rope(built.rope), ..built },
            _ => built,
        };
        let entry = Entry::new(&whole, built);
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
            self.snapshot.entries.insert(rid, Arc::new(entry));
            let holders = self.keys.get(&whole).into_iter().flat_map(|i| &i.tables);
            let touched = Touched { ty: whole.ty, name: whole.name.clone() };
            pass.updates.extend(holders.map(|table| Update { table: *table, touched: touched.clone() }));
        }
        self.point_row(id, &whole, rid, pass);
    }

    /// Makes a table's row lead to an entry.
    pub(super) fn point_row(&mut self, id: TableId, whole: &Key, rid: Rid, pass: &mut Pass<'_>) {
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

    pub(super) fn remove_row(&mut self, id: TableId, key: &TableKey, name: &Name, pass: &mut Pass<'_>) {
        let Some(rows) = self.snapshot.tables.get(&id) else { return };
        let mut rows = rows.clone();
        let Some(rid) = rows.remove(name) else { return };
        self.snapshot.tables.insert(id, rows);
        pass.updates.push(Update { table: id, touched: Touched { ty: key.ty(), name: name.clone() } });
        self.release_entry(id, rid);
    }

    /// A table let go of an entry; one that no table holds goes.
    pub(super) fn release_entry(&mut self, id: TableId, rid: Rid) {
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
