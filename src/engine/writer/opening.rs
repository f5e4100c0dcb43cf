//! Streams that wait for a view: one that stands is theirs at once, others are built one after another, in slices.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::mailbox::Mailbox;
use super::super::subscribers::StreamId;
use super::Writer;
use crate::adapters::serve;
use crate::pure::xds::{Attaching, Proxy, View, ViewId};

/// How many services or rows are built between two looks at the clock.
const STEP: usize = 8;

/// The streams that wait, first come, first served.
#[derive(Default)]
pub(super) struct Openings(VecDeque<Opening>);

impl Openings {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A stream that waits for a view.
struct Opening {
    id: StreamId,
    reply: oneshot::Sender<ViewId>,
    attaching: Attaching,
    /// Of a stream that is new: who it is. Of one that was asked to look at itself again: nothing.
    new: Option<(Box<Proxy>, Arc<Mailbox>)>,
}

impl Writer {
    /// A stream comes.
    pub(super) fn open(
        &mut self,
        id: StreamId,
        proxy: Box<Proxy>,
        mailbox: Arc<Mailbox>,
        reply: oneshot::Sender<ViewId>,
    ) {
        let view = proxy.view(&self.index.mesh());
        self.wait(id, view, Some((proxy, mailbox)), reply);
    }

    /// The view that a stream's proxy has by now: mostly the one it had.
    pub(super) fn review(&mut self, id: StreamId, reply: oneshot::Sender<ViewId>) {
        let Some((view, current)) = self.proxies.get(&id).zip(self.subscribers.view(id)).map(|(proxy, current)| {
            let mesh = self.index.mesh();
            // a proxy whose cluster has left the registry keeps the view it had, of which it is told nothing
            let was = self.catalog.view(current);
            let stays = was.filter(|was| proxy.stays_in(&was.cluster, &mesh)).cloned();
            (stays.unwrap_or_else(|| proxy.view(&mesh)), current)
        }) else {
            return;
        };
        if self.catalog.view(current) == Some(&view) {
            // whoever asked may be gone
            let _ = reply.send(current);
        } else {
            self.wait(id, view, None, reply);
        }
    }

    fn wait(
        &mut self,
        id: StreamId,
        view: View,
        new: Option<(Box<Proxy>, Arc<Mailbox>)>,
        reply: oneshot::Sender<ViewId>,
    ) {
        let standing = self.catalog.attach_standing(&view);
        let opening = Opening { id, reply, attaching: self.catalog.begin(view), new };
        match standing {
            Some(view) => self.opened(view, opening),
            None => self.openings.0.push_back(opening),
        }
    }

    /// Builds views that streams wait for, for about as long as `slice`: at least one step.
    pub(super) fn build(&mut self, slice: Duration) {
        let end = serve::instant() + slice;
        while let Some(mut opening) = self.openings.0.pop_front() {
            // whoever asked is gone
            if opening.reply.is_closed() {
                self.catalog.abandon(opening.attaching);
                continue;
            }
            match self.catalog.go_on(&self.index.mesh(), &mut opening.attaching, STEP) {
                Some(view) => self.opened(view, opening),
                None => self.openings.0.push_front(opening),
            }
            if serve::instant() >= end {
                return;
            }
        }
    }

    /// A stream's view stands.
    fn opened(&mut self, view: ViewId, opening: Opening) {
        let Opening { id, reply, attaching, new } = opening;
        let fresh = new.is_some();
        match new {
            Some((proxy, mailbox)) => {
                self.subscribers.open(id, view, mailbox);
                self.follow(id, &proxy);
                self.proxies.insert(id, *proxy);
            }
            None => {
                let snapshot = self.catalog.snapshot();
                // a stream that has ended meanwhile has none
                let old = self.subscribers.move_to(id, view, &snapshot).unwrap_or(view);
                self.catalog.detach(old);
            }
        }
        self.show();
        // the mesh went on while the view was built: the proxy may be another by now
        let now = self.proxies.get(&id).map(|proxy| proxy.view(&self.index.mesh()));
        if now.is_some_and(|now| now != *attaching.view()) {
            self.subscribers.review(id);
        }
        // whoever asked for a new stream is gone, and will never say so
        if reply.send(view).is_err() && fresh {
            self.stream(super::Command::Close(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::published::Options;
    use super::super::Command;
    use super::*;
    use crate::data::kinds;
    use crate::data::model::{ClusterId, ClusterRole, ClusterSettings, FeedId, MeshSettings, NetworkId, NodeId};
    use crate::pure::mesh::{Change, ingest};
    use crate::pure::xds::Type;

    fn cluster() -> ClusterId {
        ClusterId::parse("a").unwrap()
    }

    fn put(writer: &mut Writer, name: &str, vip: &str) {
        let service = serde_json::json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "n"},
            "spec": {"clusterIP": vip, "ports": [{"name": "http", "port": 80}]},
        });
        let fact = ingest(&kinds::decode(service).unwrap().unwrap());
        say(writer, Command::Change(feed(), Box::new(Change::Put(fact))));
    }

    fn feed() -> FeedId {
        FeedId { cluster: cluster(), generation: 1 }
    }

    fn say(writer: &mut Writer, command: Command) {
        let (_, mut nothing_more) = tokio::sync::mpsc::channel(1);
        writer.round(command, &mut nothing_more);
    }

    fn open(writer: &mut Writer, id: StreamId, namespace: &str) -> oneshot::Receiver<ViewId> {
        let node = NodeId::parse(&format!("sidecar~10.0.0.1~p.{namespace}~x.svc.cluster.local")).unwrap();
        let (reply, view) = oneshot::channel();
        let proxy = Box::new(Proxy::of_node(node, None));
        say(writer, Command::Open { id, proxy, mailbox: Arc::default(), reply });
        view
    }

    fn writer(services: usize) -> Writer {
        let known = ClusterSettings { role: ClusterRole::Primary, network: NetworkId::default() };
        let clusters = BTreeMap::from([(cluster(), known)]);
        let mut writer = Writer::new(MeshSettings { clusters, ..MeshSettings::default() }, Options::default());
        for n in 0..services {
            put(&mut writer, &format!("s{n}"), &format!("10.96.{}.{}", n / 200, n % 200 + 1));
        }
        say(&mut writer, Command::Change(feed(), Box::new(Change::Synced)));
        writer
    }

    /// Builds whatever waits.
    fn built(writer: &mut Writer) {
        while !writer.openings.is_empty() {
            writer.build(Duration::from_secs(1));
        }
    }

    fn with(clusters: &[&str]) -> Command {
        let of = |(at, id): (usize, &&str)| {
            let role = if at == 0 { ClusterRole::Primary } else { ClusterRole::Remote };
            (ClusterId::parse(id).unwrap(), ClusterSettings { role, network: NetworkId::default() })
        };
        let clusters = clusters.iter().enumerate().map(of).collect();
        Command::Configure(Box::new(MeshSettings { clusters, ..MeshSettings::default() }))
    }

    /// The view that a stream is told when it asks, and whether anything was published for it.
    fn reviewed(writer: &mut Writer, id: StreamId) -> (ViewId, bool) {
        let before = writer.published.load_full();
        let (reply, mut view) = oneshot::channel();
        say(writer, Command::Review { id, reply });
        let at_once = view.try_recv().ok();
        built(writer);
        (at_once.unwrap_or_else(|| view.try_recv().unwrap()), !Arc::ptr_eq(&before, &writer.published.load_full()))
    }

    #[tokio::test]
    async fn whoever_has_the_same_view_is_told_so_at_once() {
        let mut writer = writer(3);
        let mailbox = Arc::<Mailbox>::default();
        let node = NodeId::parse("sidecar~10.0.0.1~p.n~x.svc.cluster.local").unwrap();
        let (reply, mut view) = oneshot::channel();
        let proxy = Box::new(Proxy::of_node(node, None));
        say(&mut writer, Command::Open { id: 1, proxy, mailbox: mailbox.clone(), reply });
        built(&mut writer);
        let first = view.try_recv().unwrap();
        assert_eq!(reviewed(&mut writer, 1), (first, false), "nothing is linked, detached or published");

        // a cluster comes: what the proxy is may change
        say(&mut writer, with(&["a", "b"]));
        let news = mailbox.take().await;
        assert!(news.clusters && news.review, "{news:?}");
        assert_eq!(reviewed(&mut writer, 1), (first, false));
        // it has been heard: what was held back goes, and the proxy is the same
        let b = FeedId { cluster: ClusterId::parse("b").unwrap(), generation: 1 };
        say(&mut writer, Command::Change(b.clone(), Box::new(Change::Synced)));
        let news = mailbox.take().await;
        assert!(news.clusters && !news.review, "{news:?}");

        // its pod is seen there: it has another view, and the one it had goes
        let pod = serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"},
            "spec": {"containers": [{"name": "app"}]}, "status": {"phase": "Running", "podIP": "10.0.0.1"}});
        let fact = ingest(&kinds::decode(pod).unwrap().unwrap());
        say(&mut writer, Command::Change(b, Box::new(Change::Put(fact))));
        assert!(mailbox.take().await.review);
        let (second, published) = reviewed(&mut writer, 1);
        assert!(second != first && published);
        assert_eq!(writer.catalog.view(second).unwrap().cluster.as_str(), "b");
        assert_eq!(writer.catalog.view(first), None);

        // that cluster leaves the registry: the proxy stays what it was, and is told nothing of it
        say(&mut writer, with(&["a"]));
        assert!(mailbox.take().await.review);
        assert_eq!(reviewed(&mut writer, 1), (second, false));
        assert!(writer.published.load().snapshot.is_unregistered(second));
        say(&mut writer, Command::Close(1));
        assert!(writer.published.load().snapshot.is_empty());
    }

    #[test]
    fn changes_go_on_while_a_view_is_built() {
        let mut writer = writer(100);
        let mut view = open(&mut writer, 1, "n");
        writer.build(Duration::ZERO);
        assert!(view.try_recv().is_err() && !writer.openings.is_empty(), "it takes more than a step");
        // a change of what is built, one of what is not yet, a new one: published before the view stands
        for (name, vip) in [("s0", "10.99.0.1"), ("s99", "10.99.0.2"), ("t", "10.99.0.3")] {
            put(&mut writer, name, vip);
        }
        let mesh = writer.published.load().mesh.clone();
        assert!(mesh.service_in(&cluster(), "n", "t").is_some());
        // a second proxy of the same view, and one of another, wait for their turn
        let (mut same, gone) = (open(&mut writer, 2, "n"), open(&mut writer, 3, "m"));
        drop(gone);
        let mut steps = 0;
        while !writer.openings.is_empty() {
            writer.build(Duration::ZERO);
            steps += 1;
        }
        assert!(steps > 10, "{steps}");
        let (view, same) = (view.try_recv().unwrap(), same.try_recv().unwrap());
        assert_eq!(view, same);

        let snapshot = writer.published.load().snapshot.clone();
        let mut fresh = crate::pure::xds::Catalog::new(&mesh);
        let of = fresh.attach(&mesh, writer.proxies[&1].view(&mesh));
        for ty in Type::ALL {
            let all = |snapshot: &crate::pure::xds::Snapshot, view| snapshot.all(view, ty).cloned().collect::<Vec<_>>();
            assert_eq!(all(&snapshot, view), all(&fresh.snapshot(), of), "{ty:?}");
        }
        assert_eq!(snapshot.len(), fresh.snapshot().len(), "nothing is left of the one that went");
        for id in [1, 2] {
            say(&mut writer, Command::Close(id));
        }
        assert!(writer.published.load().snapshot.is_empty());
    }
}
