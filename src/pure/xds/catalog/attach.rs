//! Views on their way: what a view needs and does not stand yet is built a few services at a time, so that a change never
//! waits for a whole view.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::super::snapshot::{ViewId, ViewTables};
use super::super::tables::{Named, TableKey};
use super::super::types::View;
use super::{AttachedView, Catalog, Pass};
use crate::data::model::Name;
use crate::pure::mesh::Mesh;

/// A view that is being attached. It ends with its number, or with [`Catalog::abandon`].
///
/// Between two steps the catalog may follow the mesh: the tables under way are kept in line like all others.
#[derive(Debug)]
pub struct Attaching {
    view: View,
    keys: Vec<TableKey>,
    /// How many of the tables stand.
    done: usize,
    under_way: Option<UnderWay>,
}

impl Attaching {
    /// The view.
    pub fn view(&self) -> &View {
        &self.view
    }
}

/// A table of which a part stands.
#[derive(Debug)]
struct UnderWay {
    services: VecDeque<Named>,
    /// Shared rows to put together, once every service has given what it gives.
    rows: BTreeSet<Name>,
}

impl Catalog {
    /// Builds what a view needs and does not stand yet. Each attachment ends with a [`Catalog::detach`].
    pub fn attach(&mut self, mesh: &Mesh, view: View) -> ViewId {
        let mut attaching = self.begin(view);
        loop {
            if let Some(id) = self.go_on(mesh, &mut attaching, usize::MAX) {
                return id;
            }
        }
    }

    /// Attaches a view that stands, where it does.
    pub fn attach_standing(&mut self, view: &View) -> Option<ViewId> {
        let attached = self.views.get_mut(view)?;
        attached.streams += 1;
        Some(attached.id)
    }

    /// Begins to attach a view. Nothing is built yet.
    pub fn begin(&self, view: View) -> Attaching {
        Attaching { keys: TableKey::of_view(&view), view, done: 0, under_way: None }
    }

    /// Goes on by at most `most` services and rows. The view's number, once it stands.
    pub fn go_on(&mut self, mesh: &Mesh, attaching: &mut Attaching, most: usize) -> Option<ViewId> {
        let mut left = most;
        let mut pass = Pass::new(mesh, true);
        while let Some(key) = attaching.keys.get(attaching.done).cloned() {
            let mut under_way = match attaching.under_way.take() {
                Some(under_way) => under_way,
                None if self.use_table(&key) => {
                    attaching.done += 1;
                    continue;
                }
                None => self.first_of(&key, &mut pass),
            };
            while left > 0
                && let Some(named) = under_way.services.pop_front()
            {
                under_way.rows.extend(self.take_service(&key, &named, &mut pass));
                left -= 1;
            }
            while left > 0
                && let Some(name) = under_way.rows.pop_first()
            {
                self.assemble(&key, &[name].into(), &mut pass);
                left -= 1;
            }
            if !under_way.services.is_empty() || !under_way.rows.is_empty() {
                attaching.under_way = Some(under_way);
                return None;
            }
            if let Some(table) = self.tables.get_mut(&key) {
                table.whole = true;
            }
            attaching.done += 1;
        }
        Some(self.attached(mesh, attaching))
    }

    /// Ends an attachment before the view stands.
    pub fn abandon(&mut self, attaching: Attaching) {
        let Attaching { keys, done, under_way, .. } = attaching;
        for key in keys.iter().take(done + usize::from(under_way.is_some())) {
            self.release_table(key);
        }
    }

    /// What there is to do for a table: its own rows stand by then.
    fn first_of(&mut self, key: &TableKey, pass: &mut Pass<'_>) -> UnderWay {
        self.refresh_own(key, pass);
        let services = match key.services_of() {
            Some(cluster) => {
                let visible = pass.mesh.visible_services(cluster);
                visible.map(|s| (s.id.namespace.clone(), s.id.name.clone())).collect()
            }
            None => VecDeque::new(),
        };
        UnderWay { services, rows: BTreeSet::new() }
    }

    /// Gives the view its number: all its tables stand.
    fn attached(&mut self, mesh: &Mesh, attaching: &mut Attaching) -> ViewId {
        let keys = std::mem::take(&mut attaching.keys);
        if let Some(id) = self.attach_standing(&attaching.view) {
            // it was attached meanwhile, and holds its tables once
            keys.iter().for_each(|key| self.release_table(key));
            return id;
        }
        let mut tables = ViewTables { cluster: attaching.view.cluster.clone(), ..ViewTables::default() };
        for (key, table) in keys.iter().filter_map(|key| Some((key, self.tables.get(key)?))) {
            tables.tables[key.ty().index()].push(table.id);
        }
        let (id, view) = (ViewId(self.number()), attaching.view.clone());
        self.snapshot.views.insert(id, Arc::new(tables));
        if !mesh.clusters.contains_key(&view.cluster) {
            Arc::make_mut(&mut self.snapshot.unregistered).insert(id);
        }
        self.view_of.insert(id, view.clone());
        self.views.insert(view, AttachedView { id, streams: 1, tables: keys });
        id
    }
}
