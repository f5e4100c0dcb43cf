//! What is published: every resource of every view, at one moment. A clone is O(1), and none ever changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::types::{Entry, Rid, Type};
use crate::data::model::{ClusterId, Name, PMap};
use crate::pure::mesh::Missing;

/// A view's number within one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(pub(super) u32);

/// A table's number within one process: the rows that several views share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub(super) u32);

/// A view's cluster, and its tables by type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ViewTables {
    pub(super) cluster: ClusterId,
    pub(super) tables: [Vec<TableId>; 4],
}

/// A published state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Counts up with every change of the mesh; views that come and go do not count.
    pub sequence: u64,
    pub(super) entries: PMap<Rid, Arc<Entry>>,
    pub(super) tables: PMap<TableId, PMap<Name, Rid>>,
    pub(super) views: PMap<ViewId, Arc<ViewTables>>,
    /// What nobody knows yet: while there is anything, what a resuming proxy holds stands.
    pub missing: Arc<Missing>,
    /// The views of clusters that the registry does not have (any more): what stands of them is not what their proxies need.
    pub(super) unregistered: Arc<BTreeSet<ViewId>>,
}

impl Snapshot {
    /// The tables of a view's type.
    pub fn tables(&self, view: ViewId, ty: Type) -> &[TableId] {
        self.views.get(&view).map_or(&[], |v| &v.tables[ty.index()])
    }

    /// A resource of a view.
    pub fn find(&self, view: ViewId, ty: Type, name: &str) -> Option<&Arc<Entry>> {
        self.tables(view, ty).iter().find_map(|t| self.entries.get(self.tables.get(t)?.get(name)?))
    }

    /// All resources of a view's type, in the order of their tables and names.
    pub fn all(&self, view: ViewId, ty: Type) -> impl Iterator<Item = &Arc<Entry>> {
        let tables = self.tables(view, ty).iter().filter_map(|t| self.tables.get(t));
        tables.flat_map(|rows| rows.values()).filter_map(|rid| self.entries.get(rid))
    }

    /// Whether a view's cluster is not in the registry (any more): its proxies keep what they have.
    pub fn is_unregistered(&self, view: ViewId) -> bool {
        self.unregistered.contains(&view)
    }

    /// What nobody knows yet of a view's own cluster: the cluster, or nothing.
    pub fn missing_of_own(&self, view: ViewId) -> Missing {
        let own = self.views.get(&view).map(|v| &v.cluster).filter(|own| self.missing.clusters.contains(*own));
        Missing { clusters: own.cloned().into_iter().collect(), ..Missing::default() }
    }

    /// Whether the own cluster of a view is in the registry and has not been heard.
    pub fn awaits_own(&self, view: ViewId) -> bool {
        self.views.get(&view).is_some_and(|v| self.missing.clusters.contains(&v.cluster))
    }

    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
