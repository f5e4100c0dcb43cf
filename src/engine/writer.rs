//! The writer: the one thread that changes anything. It drains what feeds said, applies it, brings the catalog in line,
//! publishes, and wakes whoever is concerned.
//!
//! There is no fixed debounce: a quiet change leaves at once, and under load changes gather while the previous
//! publication is made. Views of proxies that come are built in slices of a few milliseconds between two such rounds, so
//! that no change waits for one. What stands is brought in line in one round, even where somebody edits a setting that most
//! resources are built from: others see it, and half of it under the old settings would follow from no mesh that is published.

mod opening;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use opening::Openings;

use super::mailbox::Mailbox;
use super::published::{Options, Published};
use super::subscribers::{StreamId, Subscribers};
use crate::data::model::{ClusterId, ClusterRole, FeedId, MeshSettings, Name, NetworkId, take_from_set};
use crate::pure::mesh::{Change, Dirty, Index, Mesh};
use crate::pure::xds::{Catalog, Interest, Proxy, Snapshot, ViewId};

/// How long views are built before the next look at what feeds and streams say.
const SLICE: Duration = Duration::from_millis(3);

/// How many messages are taken before the catalog is brought in line: bounds how long a stream waits for its view.
const BATCH: usize = 1024;

/// What the writer is told.
pub(super) enum Command {
    Change(FeedId, Box<Change>),
    Configure(Box<MeshSettings>),
    Open { id: StreamId, proxy: Box<Proxy>, mailbox: Arc<Mailbox>, reply: oneshot::Sender<ViewId> },
    Interest { id: StreamId, interests: Vec<Interest>, seen: u64 },
    Review { id: StreamId, reply: oneshot::Sender<ViewId> },
    Close(StreamId),
}

struct Writer {
    index: Index,
    catalog: Catalog,
    subscribers: Subscribers,
    proxies: BTreeMap<StreamId, Proxy>,
    openings: Openings,
    /// The streams of a pod, whatever cluster it turns out to be in: namespace and name.
    by_pod: BTreeMap<(Name, Name), BTreeSet<StreamId>>,
    options: Options,
    published: Arc<ArcSwap<Published>>,
}

/// Starts the writer's thread. It ends when nobody can tell it anything any more.
pub(super) fn start(
    settings: MeshSettings,
    options: Options,
    mut inbox: mpsc::Receiver<Command>,
) -> std::io::Result<Arc<ArcSwap<Published>>> {
    let mut writer = Writer::new(settings, options);
    let published = writer.published.clone();
    std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        while let Some(next) = writer.next(&mut inbox) {
            if let Some(first) = next {
                writer.round(first, &mut inbox);
            }
            writer.build(SLICE);
        }
    })?;
    Ok(published)
}

/// What a cluster means to the views of its proxies.
fn place(mesh: &Mesh, cluster: &ClusterId) -> Option<(ClusterRole, NetworkId)> {
    mesh.clusters.get(cluster).map(|c| (c.role, c.network.clone()))
}

/// Without the restart hold no cluster counts as missing.
fn shown(mut snapshot: Snapshot, options: Options) -> Snapshot {
    if !options.hold {
        snapshot.missing = Arc::default();
    }
    snapshot
}

impl Writer {
    fn new(settings: MeshSettings, options: Options) -> Self {
        let index = Index::new(settings);
        let catalog = Catalog::new(&index.mesh());
        let first = Published { mesh: index.mesh(), snapshot: shown(catalog.snapshot(), options) };
        Self {
            index,
            catalog,
            subscribers: Subscribers::default(),
            proxies: BTreeMap::new(),
            openings: Openings::default(),
            by_pod: BTreeMap::new(),
            options,
            published: Arc::new(ArcSwap::from_pointee(first)),
        }
    }

    /// What is said next: waits for it, unless there are views to build. `None` where nobody is left to say anything.
    fn next(&self, inbox: &mut mpsc::Receiver<Command>) -> Option<Option<Command>> {
        if self.openings.is_empty() {
            return inbox.blocking_recv().map(Some);
        }
        match inbox.try_recv() {
            Ok(command) => Some(Some(command)),
            Err(mpsc::error::TryRecvError::Empty) => Some(None),
            Err(mpsc::error::TryRecvError::Disconnected) => None,
        }
    }

    /// One round: everything that waits, at most a batch; changes first gather, and are published once.
    fn round(&mut self, first: Command, inbox: &mut mpsc::Receiver<Command>) {
        let mut dirty = Dirty::default();
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(command) = next {
            match command {
                Command::Change(feed, change) => dirty.merge(self.index.apply(&feed, *change)),
                Command::Configure(settings) => dirty.merge(self.index.configure(*settings)),
                other => {
                    // a stream must see what was said before it came
                    self.publish(&mut dirty);
                    self.stream(other);
                }
            }
            taken += 1;
            next = if taken < BATCH { inbox.try_recv().ok() } else { None };
        }
        self.publish(&mut dirty);
    }

    /// Brings the catalog in line and shows it, then wakes whoever is concerned.
    fn publish(&mut self, dirty: &mut Dirty) {
        if dirty.is_empty() {
            return;
        }
        let dirty = std::mem::take(dirty);
        let mesh = self.index.mesh();
        let missing_before = self.catalog.snapshot().missing;
        let mesh_before = self.published.load().mesh.clone();
        let updates = self.catalog.update(&mesh, &dirty);
        self.show();
        self.subscribers.tell(&updates);
        // proxies whose cluster or network changed may have another view; what was held back for a missing cluster is the same
        // view's
        let moved = dirty.clusters.iter().any(|c| place(&mesh_before, c) != place(&mesh, c));
        if moved || self.catalog.snapshot().missing != missing_before {
            self.subscribers.clusters_changed(moved);
        }
        if !moved {
            let pods = dirty.workloads.iter().map(|w| (w.namespace.clone(), w.name.clone()));
            for id in pods.filter_map(|pod| self.by_pod.get(&pod)).flatten() {
                self.subscribers.review(*id);
            }
        }
    }

    fn show(&self) {
        let snapshot = shown(self.catalog.snapshot(), self.options);
        self.published.store(Arc::new(Published { mesh: self.index.mesh(), snapshot }));
    }

    /// What a stream says.
    fn stream(&mut self, command: Command) {
        match command {
            Command::Open { id, proxy, mailbox, reply } => self.open(id, proxy, mailbox, reply),
            Command::Interest { id, interests, seen } => {
                let snapshot = self.catalog.snapshot();
                let types = interests.iter().map(Interest::ty).collect();
                for interest in interests {
                    self.subscribers.interested(id, interest, &snapshot);
                }
                // something may have changed between what the stream saw and now
                if snapshot.sequence > seen {
                    self.subscribers.recheck(id, types);
                }
            }
            Command::Review { id, reply } => self.review(id, reply),
            Command::Close(id) => {
                let snapshot = self.catalog.snapshot();
                if let Some(view) = self.subscribers.close(id, &snapshot) {
                    self.catalog.detach(view);
                    self.show();
                }
                self.unfollow(id);
                self.proxies.remove(&id);
            }
            Command::Change(..) | Command::Configure(_) => {}
        }
    }

    fn follow(&mut self, id: StreamId, proxy: &Proxy) {
        self.by_pod.entry(pod(proxy)).or_default().insert(id);
    }

    fn unfollow(&mut self, id: StreamId) {
        if let Some(proxy) = self.proxies.get(&id) {
            take_from_set(&mut self.by_pod, &pod(proxy), &id);
        }
    }
}

/// The pod of a proxy: namespace and name.
fn pod(proxy: &Proxy) -> (Name, Name) {
    (proxy.node.namespace.clone(), proxy.node.pod.clone())
}
