//! Who wants to know which rows: by table, and by table and name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::mailbox::{Mailbox, News};
use crate::data::model::{Name, take_from_set};
use crate::pure::xds::{Interest, Snapshot, TableId, Touched, Type, Update, ViewId};

/// A stream's number within one process.
pub(super) type StreamId = u64;

struct Stream {
    view: ViewId,
    mailbox: Arc<Mailbox>,
    wild: BTreeSet<Type>,
    names: BTreeMap<Type, BTreeSet<Name>>,
}

/// The streams and their interests.
#[derive(Default)]
pub(super) struct Subscribers {
    streams: BTreeMap<StreamId, Stream>,
    wild: BTreeMap<TableId, BTreeSet<StreamId>>,
    named: BTreeMap<TableId, BTreeMap<Name, BTreeSet<StreamId>>>,
}

impl Subscribers {
    pub(super) fn open(&mut self, id: StreamId, view: ViewId, mailbox: Arc<Mailbox>) {
        let stream = Stream { view, mailbox, wild: BTreeSet::new(), names: BTreeMap::new() };
        self.streams.insert(id, stream);
    }

    /// Forgets a stream, and returns its view.
    pub(super) fn close(&mut self, id: StreamId, snapshot: &Snapshot) -> Option<ViewId> {
        self.unlink_all(id, snapshot);
        self.streams.remove(&id).map(|s| s.view)
    }

    /// Gives a stream another view, and returns the one it had.
    pub(super) fn move_to(&mut self, id: StreamId, view: ViewId, snapshot: &Snapshot) -> Option<ViewId> {
        self.unlink_all(id, snapshot);
        let stream = self.streams.get_mut(&id)?;
        let old = std::mem::replace(&mut stream.view, view);
        let wild: Vec<Type> = stream.wild.iter().copied().collect();
        let names: Vec<(Type, Vec<Name>)> =
            stream.names.iter().map(|(ty, names)| (*ty, names.iter().cloned().collect())).collect();
        for ty in wild {
            self.interested(id, Interest::All(ty), snapshot);
        }
        for (ty, names) in names {
            self.interested(id, Interest::Names(ty, names), snapshot);
        }
        Some(old)
    }

    /// Takes an interest, or the end of one.
    pub(super) fn interested(&mut self, id: StreamId, interest: Interest, snapshot: &Snapshot) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        match interest {
            Interest::All(ty) => {
                stream.wild.insert(ty);
                for table in snapshot.tables(stream.view, ty) {
                    self.wild.entry(*table).or_default().insert(id);
                }
            }
            Interest::NotAll(ty) => {
                stream.wild.remove(&ty);
                for table in snapshot.tables(stream.view, ty) {
                    take_from_set(&mut self.wild, table, &id);
                }
            }
            Interest::Names(ty, names) => {
                let mut names = names;
                for table in snapshot.tables(stream.view, ty) {
                    let rows = self.named.entry(*table).or_default();
                    for name in &mut names {
                        // the first stream's copy of a name serves all that follow
                        if let Some((first, _)) = rows.get_key_value(name) {
                            *name = first.clone();
                        }
                        rows.entry(name.clone()).or_default().insert(id);
                    }
                }
                stream.names.entry(ty).or_default().extend(names);
            }
            Interest::NotNames(ty, names) => {
                let held = stream.names.entry(ty).or_default();
                for name in &names {
                    held.remove(name);
                }
                for table in snapshot.tables(stream.view, ty) {
                    self.unname(*table, &names, id);
                }
            }
        }
    }

    /// Tells whoever is interested. Nobody else is woken.
    pub(super) fn tell(&self, updates: &[Update]) {
        let mut news: BTreeMap<StreamId, BTreeSet<Touched>> = BTreeMap::new();
        for Update { table, touched } in updates {
            let wild = self.wild.get(table).into_iter().flatten();
            let named = self.named.get(table).and_then(|rows| rows.get(&touched.name)).into_iter().flatten();
            for id in wild.chain(named) {
                news.entry(*id).or_default().insert(touched.clone());
            }
        }
        for (id, touched) in news {
            if let Some(stream) = self.streams.get(&id) {
                stream.mailbox.put(News { touched, ..News::default() });
            }
        }
    }

    /// The view of a stream.
    pub(super) fn view(&self, id: StreamId) -> Option<ViewId> {
        self.streams.get(&id).map(|s| s.view)
    }

    /// Tells every stream that the clusters changed: which of them are missing, and where they `moved`, what that makes of it.
    pub(super) fn clusters_changed(&self, moved: bool) {
        for stream in self.streams.values() {
            stream.mailbox.put(News { clusters: true, review: moved, ..News::default() });
        }
    }

    /// Tells one stream that what is known of its proxy changed.
    pub(super) fn review(&self, id: StreamId) {
        if let Some(stream) = self.streams.get(&id) {
            stream.mailbox.put(News { review: true, ..News::default() });
        }
    }

    /// Tells a stream to look at types again.
    pub(super) fn recheck(&self, id: StreamId, types: BTreeSet<Type>) {
        if let Some(stream) = self.streams.get(&id) {
            stream.mailbox.put(News { types, ..News::default() });
        }
    }

    fn unlink_all(&mut self, id: StreamId, snapshot: &Snapshot) {
        let Some(stream) = self.streams.get(&id) else { return };
        let (view, names) = (stream.view, stream.names.clone());
        for ty in Type::ALL {
            for table in snapshot.tables(view, ty) {
                take_from_set(&mut self.wild, table, &id);
                if let Some(names) = names.get(&ty) {
                    let names: Vec<Name> = names.iter().cloned().collect();
                    self.unname(*table, &names, id);
                }
            }
        }
    }

    fn unname(&mut self, table: TableId, names: &[Name], id: StreamId) {
        let Some(rows) = self.named.get_mut(&table) else { return };
        for name in names {
            take_from_set(rows, name, &id);
        }
        if rows.is_empty() {
            self.named.remove(&table);
        }
    }
}
