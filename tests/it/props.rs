//! Two properties of the core, over three clusters: following changes equals a rebuild, and the order in which feeds speak
//! leaves no trace. And: another process makes the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use meshctl::data::model::{
    ClusterId, ClusterRole, Fact, FactKey, FeedId, Gateway, Kind, MANAGED_BY, MeshSettings, NetworkId, OutboundPolicy,
    ProxyRole, STUB, Timestamp,
};
use meshctl::pure::mesh::{Change, Dirty, Index, Mesh, Missing, SyncState};
use meshctl::pure::xds::{
    Attaching, Binding, Catalog, DeltaRequest, Entry, Families, HOLD, Request, Response, Session, Snapshot,
    SotwRequest, Type, Update, View, ViewId,
};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{
    self, Obj, cid, ep, feed, mesh_config, node, pod, settings, slice, svc, system_namespace, view, view_of_pod,
};

const CLUSTERS: [&str; 3] = ["a", "b", "c"];
/// Namespaces and names, so few that everything collides.
const NAMED: [(&str, &str); 5] = [("n", "x"), ("n", "y"), ("m", "x"), ("istio-system", "x"), ("default", "kubernetes")];
const ADDRESSES: [&str; 4] = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::4"];
const PODS: [&str; 3] = ["p0", "p1", ""];
const NODES: [&str; 3] = ["k0", "k1", ""];

fn udp(name: &str, number: u16) -> serde_json::Value {
    json!({"name": name, "port": number, "protocol": "UDP"})
}

fn tcp(name: &str, number: u16) -> serde_json::Value {
    json!({"name": name, "port": number, "protocol": "TCP"})
}

/// How many kinds of services there are.
const VARIANTS: usize = 13;

/// An object of the small universe, from a few digits.
fn service(named: usize, variant: usize, vip: usize) -> Obj {
    let (ns, name) = NAMED[named];
    let vip = ["10.9.0.1", "10.9.0.2"][vip];
    match variant {
        0 => svc(ns, name, vip, &[("http", 80)]),
        1 => svc(ns, name, vip, &[("http", 8080), ("tcp-db", 90)]),
        2 => svc(ns, name, vip, &[("web", 80), ("http", 90)]),
        3 => svc(ns, name, "None", &[("tcp-db", 90)]),
        4 => svc(ns, name, "None", &[("http", 80)]).set("/spec/selector", json!({})),
        5 => svc(ns, name, vip, &[("http", 80), ("tcp-db", 90)]).set("/spec/selector", json!({})),
        6 => svc(ns, name, "", &[("http", 80), ("tcp-db", 90)])
            .set("/spec/type", json!("ExternalName"))
            // of a name, or of an address that services claim too
            .set("/spec/externalName", json!(if vip == "10.9.0.1" { "example.com" } else { vip })),
        7 => svc(ns, name, vip, &[("http", 80)]).label("app.kubernetes.io/managed-by", "meshctl"),
        8 => svc(ns, name, vip, &[("http", 80)]).set("/spec/publishNotReadyAddresses", json!(true)),
        // a number of two transports, and the one that nobody carries first; or no other
        9 => svc(ns, name, vip, &[]).set("/spec/ports", json!([udp("web", 80), tcp("http", 80), tcp("tcp-db", 90)])),
        10 => svc(ns, name, vip, &[]).set("/spec/ports", json!([udp("http", 80), udp("tcp-db", 90), tcp("web", 90)])),
        // a stub
        11 => svc(ns, name, vip, &[("http", 80)])
            .set("/spec/selector", json!({}))
            .label(MANAGED_BY.0, MANAGED_BY.1)
            .label(STUB.0, STUB.1),
        _ => svc(ns, name, vip, &[("http", 80)]).set("/spec/ports/0/targetPort", json!("named")),
    }
}

fn endpoint() -> impl Strategy<Value = serde_json::Value> {
    (0..ADDRESSES.len(), 0..PODS.len(), 0..NODES.len(), 0..3usize, 0..3usize).prop_map(
        |(address, pod, node, ready, zone)| {
            let mut e = ep(ADDRESSES[address], PODS[pod]);
            if !NODES[node].is_empty() {
                e["nodeName"] = NODES[node].into();
            }
            if zone > 0 {
                e["zone"] = ["", "z1", "z9"][zone].into();
            }
            e["conditions"] =
                [json!({}), json!({"ready": false}), json!({"ready": false, "serving": true, "terminating": true})]
                    [ready]
                    .clone();
            e
        },
    )
}

fn object() -> impl Strategy<Value = Obj> {
    prop_oneof![
        4 => (0..NAMED.len(), 0..VARIANTS, 0..2usize).prop_map(|(named, variant, vip)| service(named, variant, vip)),
        6 => (0..NAMED.len(), 0..2usize, 0..3usize, prop::collection::vec(endpoint(), 0..4)).prop_map(|(named, which, ports, endpoints)| {
            let (ns, name) = NAMED[named];
            let ports: &[(&str, u16)] = [&[("http", 80)][..], &[("http", 8081), ("tcp-db", 90)], &[("web", 80)]][ports];
            slice(ns, &format!("s{which}"), name, ports, &endpoints)
        }),
        4 => (0..3usize, 0..2usize, 0..ADDRESSES.len(), 0..2usize, 0..NODES.len(), 0..4usize).prop_map(|(ns, name, address, app, node, variant)| {
            let pod = pod(["n", "m", "istio-system"][ns], PODS[name], ADDRESSES[address], ["x", "y"][app], NODES[node]);
            match variant {
                0 => pod.label("topology.istio.io/network", "net1"),
                1 => pod.set("/spec/serviceAccountName", json!("account")),
                2 => pod.set("/spec/containers/0/ports", json!([{"name": "named", "containerPort": 7000}])),
                _ => pod,
            }
        }),
        2 => (0..2usize, 0..3usize).prop_map(|(name, zone)| node(NODES[name], ["", "r", "r"][zone], ["", "z1", "z2"][zone])),
        1 => (0..2usize).prop_map(|network| system_namespace(["", "net1"][network])),
        1 => (0..3usize).prop_map(|mode| mesh_config(["", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}", "connectTimeout: 3s"][mode])),
    ]
}

/// What a feed says.
#[derive(Debug, Clone)]
enum Said {
    Put(Obj),
    Remove(Obj),
    Replace(Kind, Vec<Obj>),
    Synced,
    Stale(u64),
    Retired,
}

impl Said {
    fn change(&self) -> Change {
        match self {
            Said::Put(o) => Change::Put(o.fact()),
            Said::Remove(o) => Change::Remove(o.fact().key),
            Said::Replace(kind, objects) => Change::Replace(*kind, of_kind(*kind, objects)),
            Said::Synced => Change::Synced,
            Said::Stale(since) => Change::Stale { since: Timestamp(*since) },
            Said::Retired => Change::Retired,
        }
    }
}

/// The facts of a kind, each object once, as a list has them.
fn of_kind(kind: Kind, objects: &[Obj]) -> Vec<Fact> {
    let facts: BTreeMap<FactKey, Fact> = objects.iter().map(Obj::fact).map(|f| (f.key.clone(), f)).collect();
    facts.into_values().filter(|f| f.key.kind == kind).collect()
}

fn said_of_objects() -> impl Strategy<Value = Said> {
    prop_oneof![
        8 => object().prop_map(Said::Put),
        3 => object().prop_map(Said::Remove),
        2 => (0..Kind::ALL.len(), prop::collection::vec(object(), 0..5)).prop_map(|(kind, objects)| Said::Replace(Kind::ALL[kind], objects)),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    /// The newest generation of a cluster speaks, or the one before it.
    Say {
        cluster: usize,
        before: bool,
        said: Said,
    },
    /// A cluster's source is replaced.
    Renew(usize),
    Configure(usize),
    Attach(usize),
    Detach(usize),
    /// The catalog follows what has gathered.
    Publish,
}

fn step() -> impl Strategy<Value = Step> {
    let said = prop_oneof![
        12 => said_of_objects(),
        3 => Just(Said::Synced),
        1 => (0..3u64).prop_map(Said::Stale),
        1 => Just(Said::Retired),
    ];
    prop_oneof![
        20 => (0..3usize, prop::bool::weighted(0.2), said).prop_map(|(cluster, before, said)| Step::Say { cluster, before, said }),
        1 => (0..3usize).prop_map(Step::Renew),
        1 => (0..CONFIGS).prop_map(Step::Configure),
        1 => (0..views().len()).prop_map(Step::Attach),
        1 => (0..views().len()).prop_map(Step::Detach),
        8 => Just(Step::Publish),
    ]
}

const CONFIGS: usize = 9;

fn config(which: usize) -> MeshSettings {
    let mut s = settings(&CLUSTERS);
    let set_role = |s: &mut MeshSettings, id: &str, role| s.clusters.get_mut(&cid(id)).unwrap().role = role;
    match which {
        1 => drop(s.open_namespaces.insert("istio-system".into())),
        2 => {
            s.clusters.get_mut(&cid("b")).unwrap().network = NetworkId("net1".into());
            s.networks.insert(NetworkId("net1".into()), vec![Gateway { address: "20.0.0.1".into(), port: 15443 }]);
        }
        3 => drop(s.clusters.remove(&cid("c"))),
        4 => {
            set_role(&mut s, "a", ClusterRole::Remote);
            set_role(&mut s, "b", ClusterRole::Primary);
        }
        5 => drop(s.cluster_local.insert("*.n.svc.cluster.local".into())),
        6 => s.outbound = OutboundPolicy::RegistryOnly,
        7 => drop(s.clusters.remove(&cid("b"))),
        8 => drop(s.unread.insert("mesh.yaml".into())),
        _ => {}
    }
    s
}

fn views() -> Vec<View> {
    vec![
        view("a", "n"),
        View { families: Families::DUAL, ..view_of_pod("b", "n", "p0", "10.0.0.1", "x") },
        View { binding: Binding::Port, ..view("c", "m") },
        View { network: NetworkId("net1".into()), ..view_of_pod("c", "n", "p1", "10.0.0.2", "y") },
        View { role: ProxyRole::Router, ..view("a", "istio-system") },
        view_of_pod("a", "istio-system", "p1", "10.0.0.3", "nothing"),
    ]
}

/// What must stand in the end, kept in the plainest way.
#[derive(Default)]
struct Expected {
    live: Option<(u32, BTreeMap<FactKey, Fact>)>,
    /// The live generation has left; its facts stand until the next one has synced.
    left: bool,
    next: Option<(u32, BTreeMap<FactKey, Fact>)>,
    stale: Option<u64>,
    /// No generation up to this one says anything new.
    over: u32,
}

impl Expected {
    fn take(&mut self, generation: u32, said: &Said) {
        let live = self.live.as_ref().map(|l| l.0) == Some(generation);
        if live && self.left
            || !live && (generation <= self.over || self.live.as_ref().is_some_and(|l| generation < l.0))
        {
            return;
        }
        if !live && self.next.as_ref().is_none_or(|n| n.0 < generation) {
            self.next = Some((generation, BTreeMap::new()));
        }
        if !live && self.next.as_ref().map(|n| n.0) != Some(generation) {
            return;
        }
        let facts = if live { &mut self.live } else { &mut self.next };
        let facts = &mut facts.as_mut().unwrap().1;
        match said {
            Said::Put(o) => drop(facts.insert(o.fact().key, o.fact())),
            Said::Remove(o) => drop(facts.remove(&o.fact().key)),
            Said::Replace(kind, objects) => {
                facts.retain(|key, _| key.kind != *kind);
                facts.extend(of_kind(*kind, objects).into_iter().map(|f| (f.key.clone(), f)));
            }
            Said::Synced => {
                if !live {
                    self.live = self.next.take();
                    self.left = false;
                }
                self.stale = None;
            }
            Said::Stale(since) if live => self.stale = Some(*since),
            Said::Stale(_) => {}
            Said::Retired => {
                self.over = self.over.max(generation);
                if live && self.next.is_some() {
                    self.left = true;
                } else if live {
                    *self = Expected { over: self.over, ..Expected::default() };
                } else {
                    self.next = None;
                    if self.left {
                        *self = Expected { over: self.over, ..Expected::default() };
                    }
                }
            }
        }
    }
}

/// What every cluster starts with, or nothing: changes of what stands find more than changes of nothing.
fn start() -> Vec<Said> {
    let mut out = Vec::new();
    for (ns, name) in &NAMED[..3] {
        let endpoints = [ep(ADDRESSES[0], "p0"), ep(ADDRESSES[1], "")];
        out.push(Said::Put(svc(ns, name, "10.9.0.1", &[("http", 80)])));
        out.push(Said::Put(slice(ns, "s0", name, &[("http", 80)], &endpoints)));
        out.push(Said::Put(pod(ns, "p0", ADDRESSES[0], name, "k0")));
    }
    out.push(Said::Synced);
    out
}

type Resources = BTreeMap<(ViewId, Type, String), Vec<u8>>;

fn resources(snapshot: &Snapshot, ids: impl IntoIterator<Item = ViewId>) -> Resources {
    let mut out = Resources::new();
    for id in ids {
        for ty in Type::ALL {
            for entry in snapshot.all(id, ty) {
                let mut bytes = entry.body.concat();
                bytes.extend(format!("{:?}{}", entry.refs, entry.version).into_bytes());
                assert_eq!(out.insert((id, ty, entry.name.to_string()), bytes), None, "{} stands twice", entry.name);
            }
        }
    }
    out
}

/// The same by the view instead of its number.
fn by_view(catalog: &Catalog) -> BTreeMap<(View, Type, String), Vec<u8>> {
    let of = |((id, ty, name), bytes)| (catalog.view(id).unwrap().clone(), ty, name, bytes);
    let ids: Vec<ViewId> = catalog.views().map(|(id, _)| id).collect();
    resources(&catalog.snapshot(), ids)
        .into_iter()
        .map(of)
        .map(|(view, ty, name, bytes)| ((view, ty, name), bytes))
        .collect()
}

/// What `updates` says of these views.
fn reported(snapshot: &Snapshot, ids: &[ViewId], updates: &[Update]) -> BTreeSet<(ViewId, Type, String)> {
    let concerns = |u: &Update| {
        let (ty, name) = (u.touched.ty, u.touched.name.to_string());
        let table = u.table;
        ids.iter().filter(move |id| snapshot.tables(**id, ty).contains(&table)).map(move |id| (*id, ty, name.clone()))
    };
    updates.iter().flat_map(concerns).collect()
}

/// An index and a catalog that follow steps, and what is expected of them.
struct Run {
    index: Index,
    catalog: Catalog,
    gathered: Dirty,
    settings: MeshSettings,
    generations: [u32; 3],
    over: BTreeMap<ClusterId, u32>,
    expected: BTreeMap<ClusterId, Expected>,
    attached: BTreeMap<usize, ViewId>,
    /// Views of which a part is built.
    coming: BTreeMap<usize, Attaching>,
}

impl Run {
    fn new() -> Self {
        let index = Index::new(config(0));
        let catalog = Catalog::new(&index.mesh());
        let expected = CLUSTERS.iter().map(|id| (cid(id), Expected::default())).collect();
        let mut run = Self {
            index,
            catalog,
            gathered: Dirty::default(),
            settings: config(0),
            generations: [2; 3],
            over: BTreeMap::new(),
            expected,
            attached: BTreeMap::new(),
            coming: BTreeMap::new(),
        };
        for which in [0, 1, 3] {
            run.attach(which);
        }
        run
    }

    fn attach(&mut self, which: usize) {
        let view = views()[which].clone();
        let mesh = self.index.mesh();
        let id = self.catalog.attach(&mesh, view);
        self.attached.insert(which, id);
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Say { cluster, before, said } => {
                let generation = self.generations[*cluster].saturating_sub(u32::from(*before));
                self.gathered.merge(self.index.apply(&feed(CLUSTERS[*cluster], generation), said.change()));
                if let Some(expected) = self.expected.get_mut(&cid(CLUSTERS[*cluster])) {
                    expected.take(generation, said);
                }
            }
            Step::Renew(cluster) => self.generations[*cluster] += 1,
            Step::Configure(which) => {
                self.settings = config(*which);
                let gone: Vec<ClusterId> =
                    self.expected.keys().filter(|id| !self.settings.clusters.contains_key(*id)).cloned().collect();
                for id in gone {
                    // what its sources still have on the way counts for nothing when it comes back
                    let of = self.expected.remove(&id).unwrap_or_default();
                    let known = [of.live.map(|l| l.0), of.next.map(|n| n.0), Some(of.over)];
                    self.over.insert(id, known.into_iter().flatten().max().unwrap_or(0));
                }
                for (at, id) in CLUSTERS.iter().enumerate() {
                    if self.settings.clusters.contains_key(&cid(id)) && !self.expected.contains_key(&cid(id)) {
                        // a cluster that comes back has a new source
                        self.generations[at] += 1;
                        let over = self.over.get(&cid(id)).copied().unwrap_or(0);
                        self.expected.insert(cid(id), Expected { over, ..Expected::default() });
                    }
                }
                self.gathered.merge(self.index.configure(self.settings.clone()));
            }
            // a view is attached to what has been published, a part with each publication
            Step::Attach(which) if !self.attached.contains_key(which) && !self.coming.contains_key(which) => {
                self.coming.insert(*which, self.catalog.begin(views()[*which].clone()));
                self.publish()?;
            }
            Step::Detach(which) => {
                if let Some(coming) = self.coming.remove(which) {
                    self.catalog.abandon(coming);
                }
                if let Some(id) = self.attached.remove(which) {
                    self.catalog.detach(id);
                }
            }
            Step::Attach(_) => {}
            Step::Publish => self.publish()?,
        }
        Ok(())
    }

    /// The catalog follows, and reports just what changed.
    fn publish(&mut self) -> Result<(), TestCaseError> {
        let ids: Vec<ViewId> = self.attached.values().copied().collect();
        let before = resources(&self.catalog.snapshot(), ids.clone());
        let updates = self.catalog.update(&self.index.mesh(), &std::mem::take(&mut self.gathered));
        let snapshot = self.catalog.snapshot();
        let after = resources(&snapshot, ids.clone());
        let names: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
        let changed: BTreeSet<_> = names.into_iter().filter(|name| before.get(name) != after.get(name)).collect();
        let reported = reported(&snapshot, &ids, &updates);
        let silent: Vec<_> = changed.difference(&reported).collect();
        prop_assert!(silent.is_empty(), "changed and not reported: {silent:?}");
        let idle: Vec<_> = reported.difference(&changed).collect();
        prop_assert!(idle.is_empty(), "reported and not changed: {idle:?}");
        self.build(2);
        Ok(())
    }

    /// Builds more of the views that are coming.
    fn build(&mut self, most: usize) {
        for (which, mut coming) in std::mem::take(&mut self.coming) {
            match self.catalog.go_on(&self.index.mesh(), &mut coming, most) {
                Some(id) => drop(self.attached.insert(which, id)),
                None => drop(self.coming.insert(which, coming)),
            }
        }
    }

    /// What an index and a catalog make that never saw anything but the end.
    fn rebuilt(&self) -> (Mesh, Catalog) {
        let mut index = Index::new(self.settings.clone());
        for (id, expected) in &self.expected {
            let from = FeedId { cluster: id.clone(), generation: 1 };
            let Some((_, facts)) = &expected.live else { continue };
            for fact in facts.values() {
                index.apply(&from, Change::Put(fact.clone()));
            }
            index.apply(&from, Change::Synced);
            if let Some(since) = expected.stale {
                index.apply(&from, Change::Stale { since: Timestamp(since) });
            }
        }
        let mut catalog = Catalog::new(&index.mesh());
        for which in self.attached.keys() {
            catalog.attach(&index.mesh(), views()[*which].clone());
        }
        (index.mesh(), catalog)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    /// Invariant 6: `update(dirty)` equals a rebuild, and says what it changed.
    #[test]
    fn following_changes_equals_a_rebuild(started in any::<bool>(), steps in prop::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for (cluster, said) in (0..3).flat_map(|c| start().into_iter().map(move |said| (c, said))).filter(|_| started) {
            run.step(&Step::Say { cluster, before: false, said })?;
        }
        run.publish()?;
        for step in &steps {
            run.step(step)?;
        }
        run.publish()?;
        run.build(usize::MAX);
        let (mesh, catalog) = run.rebuilt();
        prop_assert_eq!(run.index.mesh(), mesh);
        prop_assert_eq!(&run.catalog.snapshot().missing, &catalog.snapshot().missing);
        let unregistered = |catalog: &Catalog| {
            let snapshot = catalog.snapshot();
            let of = catalog.views().filter(|(id, _)| snapshot.is_unregistered(*id)).map(|(_, view)| view.clone());
            of.collect::<BTreeSet<View>>()
        };
        prop_assert_eq!(unregistered(&run.catalog), unregistered(&catalog));
        same(&by_view(&run.catalog), &by_view(&catalog))?;
        prop_assert_eq!(run.catalog.snapshot().len(), catalog.snapshot().len(), "entries that nobody uses are left");
    }

    /// Invariant 6: any interleaving of feeds gives the same bytes.
    #[test]
    fn the_order_of_feeds_leaves_no_trace(
        feeds in prop::collection::vec(prop::collection::vec(said_of_objects(), 0..12), 4),
        synced in prop::collection::vec(0..20usize, 4),
        order in prop::collection::vec(0..4usize, 0..100),
    ) {
        // the fourth feed is a second generation of the third cluster
        let ids = [feed("a", 1), feed("b", 1), feed("c", 1), feed("c", 2)];
        let said = |said: &Vec<Said>| start().iter().chain(said).map(Said::change).collect();
        let mut queues: Vec<Vec<Change>> = feeds.iter().map(said).collect();
        for (queue, at) in queues.iter_mut().zip(&synced) {
            queue.retain(|c| *c != Change::Synced);
            queue.insert((*at).min(queue.len()), Change::Synced);
        }
        queues[2].push(Change::Retired);
        let one_after_the_other = (0..4).flat_map(|f| vec![f; queues[f].len()]).collect::<Vec<_>>();
        let mixed: Vec<usize> = order.into_iter().chain(one_after_the_other.iter().copied()).collect();
        let first = interleave(&ids, &queues, &one_after_the_other);
        let second = interleave(&ids, &queues, &mixed);
        prop_assert_eq!(first.0, second.0);
        same(&first.1, &second.1)?;
    }
}

/// A client as Envoy is one: it names the endpoint sets of its clusters and the routes of its listeners.
struct Client {
    view: ViewId,
    cluster: ClusterId,
    session: Session,
    delta: bool,
    now: Instant,
    held: BTreeMap<Type, BTreeMap<String, Arc<Entry>>>,
    named: BTreeMap<Type, BTreeSet<String>>,
    last: BTreeMap<Type, (String, String)>,
    /// What it came with, while a cluster that it waits for has not been heard since: none of it goes, and only what no such
    /// cluster can feed changes.
    claims: BTreeMap<(Type, String), u128>,
    /// It waits for its own cluster alone, which was not registered for a time.
    of_own: bool,
    /// Its cluster is not registered: it is told nothing.
    frozen: bool,
}

impl Client {
    fn new(view: ViewId, cluster: ClusterId, delta: bool) -> Self {
        let (held, named) = Type::ALL.map(|ty| ((ty, BTreeMap::new()), (ty, BTreeSet::new()))).into_iter().unzip();
        let mut client = Self {
            view,
            cluster,
            session: Session::new(view, delta),
            delta,
            now: Instant::now(),
            held,
            named,
            last: BTreeMap::new(),
            claims: BTreeMap::new(),
            of_own: true,
            frozen: false,
        };
        for ty in [Type::Cluster, Type::Listener] {
            client.ask(ty, &[], &[]);
        }
        client
    }

    fn ask(&mut self, ty: Type, subscribe: &[String], unsubscribe: &[String]) {
        let (nonce, version) = self.last.get(&ty).cloned().unwrap_or_default();
        let type_url = ty.url().to_owned();
        let request = if self.delta {
            let (subscribe, unsubscribe) = (subscribe.to_vec(), unsubscribe.to_vec());
            Request::Delta(DeltaRequest { type_url, nonce, subscribe, unsubscribe, ..Default::default() })
        } else {
            let names = self.named[&ty].iter().cloned().collect();
            Request::Sotw(SotwRequest { type_url, nonce, version, names, ..Default::default() })
        };
        self.session.handle(request, self.now).unwrap();
    }

    /// Comes again, with what it has: Envoy names what it wants, and nothing that it does not.
    fn resume(&mut self, snapshot: &Snapshot) {
        self.session = Session::new(self.view, self.delta);
        // who comes with nothing waits for nobody
        self.of_own = self.held.values().all(BTreeMap::is_empty);
        self.claim(snapshot);
        for ty in Type::ALL {
            // nonces are of the stream that is over
            self.last.entry(ty).or_default().0.clear();
            if self.named[&ty].is_empty() && !matches!(ty, Type::Cluster | Type::Listener) {
                continue;
            }
            if !self.delta {
                self.ask(ty, &[], &[]);
                continue;
            }
            let initial = self.held[&ty].iter().map(|(name, e)| (name.clone(), e.version_text())).collect();
            let subscribe = self.named[&ty].iter().cloned().collect();
            let request = DeltaRequest { type_url: ty.url().to_owned(), subscribe, initial, ..Default::default() };
            self.session.handle(Request::Delta(request), self.now).unwrap();
        }
    }

    /// What it has counts as what it came with.
    fn claim(&mut self, snapshot: &Snapshot) {
        let waits = !self.missing(snapshot).is_empty();
        let all = self.held.iter().flat_map(|(ty, held)| held.iter().map(move |(n, e)| ((*ty, n.clone()), e.version)));
        self.claims = all.filter(|_| waits).collect();
    }

    /// What is missing of what it waits for.
    fn missing(&self, snapshot: &Snapshot) -> Missing {
        let mut missing = Missing::clone(&snapshot.missing);
        if self.of_own {
            missing.clusters.retain(|id| *id == self.cluster);
            missing.files.clear();
        }
        missing
    }

    /// Takes what is said until nothing is; answers one response after the other, or not at once.
    fn flush(&mut self, snapshot: &Snapshot, lazy: bool) {
        if snapshot.is_unregistered(self.view) {
            self.frozen = true;
            assert_eq!(self.session.next(snapshot, self.now), None, "delta {}: its cluster is not there", self.delta);
            return;
        }
        if std::mem::take(&mut self.frozen) {
            self.claim(snapshot);
        }
        let missing = self.missing(snapshot);
        if missing.is_empty() {
            self.claims.clear();
            self.of_own = true;
        }
        let mut said = 0;
        while let Some(response) = self.session.next(snapshot, self.now) {
            said += 1;
            assert!(said < 1_000, "it never ends");
            self.take(&response, lazy);
            for ((ty, name), version) in &self.claims {
                let entry = self.held[ty].get(name);
                let own = |e: &Arc<Entry>| !missing.may_feed(e.own.as_ref());
                let stands = entry.is_some_and(|e| e.version == *version || own(e));
                assert!(stands, "delta {}: {ty:?} {name} while {missing:?} are missing", self.delta);
            }
        }
    }

    fn take(&mut self, response: &Response, lazy: bool) {
        let ty = response.ty;
        let held = self.held.get_mut(&ty).unwrap();
        if !self.delta && matches!(ty, Type::Cluster | Type::Listener) {
            held.clear();
        }
        held.extend(response.resources.iter().map(|e| (e.name.to_string(), e.clone())));
        for name in &response.removed {
            held.remove(name.as_str());
        }
        let refs: BTreeSet<String> = held.values().flat_map(|e| e.refs.iter()).map(|n| n.to_string()).collect();
        self.last.insert(ty, (response.nonce.to_string(), response.version.clone()));
        if !lazy {
            self.ask(ty, &[], &[]);
        }
        let of = match ty {
            Type::Cluster => Type::Endpoint,
            Type::Listener => Type::Route,
            _ => return,
        };
        let gone: Vec<String> = self.named[&of].difference(&refs).cloned().collect();
        let new: Vec<String> = refs.difference(&self.named[&of]).cloned().collect();
        if gone.is_empty() && new.is_empty() {
            return;
        }
        self.held.get_mut(&of).unwrap().retain(|name, _| !gone.contains(name));
        self.named.insert(of, refs);
        self.ask(of, &new, &gone);
    }

    /// Whether it holds what stands.
    fn check(&self, snapshot: &Snapshot) -> Result<(), TestCaseError> {
        for ty in Type::ALL {
            let stands: BTreeMap<String, u128> = match ty {
                Type::Cluster | Type::Listener => {
                    snapshot.all(self.view, ty).map(|e| (e.name.to_string(), e.version)).collect()
                }
                _ => self.named[&ty]
                    .iter()
                    .filter_map(|n| Some((n.clone(), snapshot.find(self.view, ty, n)?.version)))
                    .collect(),
            };
            let mut held: BTreeMap<String, u128> =
                self.held[&ty].iter().map(|(name, e)| (name.clone(), e.version)).collect();
            if !self.delta {
                // state of the world says nothing of endpoint sets and routes that are gone
                held.retain(|name, _| matches!(ty, Type::Cluster | Type::Listener) || stands.contains_key(name));
            }
            prop_assert_eq!(held, stands, "delta {}, {:?}", self.delta, ty);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 2, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    /// Whatever happens, however slowly it answers, and however often it comes again: a client holds in the end what stands. And
    /// while a cluster is missing, what it came with is not taken from it.
    #[test]
    fn a_client_holds_in_the_end_what_stands(
        steps in prop::collection::vec((step(), 0..4usize, any::<bool>(), prop::bool::weighted(0.2)), 1..50),
    ) {
        let mut run = Run::new();
        for (cluster, said) in (0..3).flat_map(|c| start().into_iter().map(move |said| (c, said))) {
            run.step(&Step::Say { cluster, before: false, said })?;
        }
        run.publish()?;
        let of = |which: usize, delta| Client::new(run.attached[&which], views()[which].cluster.clone(), delta);
        let mut clients: Vec<Client> = [0, 1].iter().flat_map(|which| BOTH.map(|delta| of(*which, delta))).collect();
        for (step, which, lazy, again) in steps {
            if !matches!(step, Step::Publish | Step::Detach(_) | Step::Attach(_)) {
                run.step(&step)?;
                continue;
            }
            let updates = run.catalog.update(&run.index.mesh(), &std::mem::take(&mut run.gathered));
            let snapshot = run.catalog.snapshot();
            for client in &mut clients {
                let mine = updates.iter().filter(|u| snapshot.tables(client.view, u.touched.ty).contains(&u.table));
                client.session.touched(mine.map(|u| &u.touched));
            }
            if again {
                clients[which].resume(&snapshot);
            }
            clients[which].flush(&snapshot, lazy);
        }
        // everybody is registered, and is heard
        run.step(&Step::Configure(0))?;
        let missing = |run: &Run| run.index.mesh().missing_clusters();
        let waiting: Vec<usize> = (0..3).filter(|c| missing(&run).contains(&cid(CLUSTERS[*c]))).collect();
        for cluster in waiting {
            run.step(&Step::Renew(cluster))?;
            run.step(&Step::Say { cluster, before: false, said: Said::Synced })?;
        }
        prop_assert_eq!(missing(&run), BTreeSet::new());
        let updates = run.catalog.update(&run.index.mesh(), &std::mem::take(&mut run.gathered));
        let snapshot = run.catalog.snapshot();
        for client in &mut clients {
            let mine = updates.iter().filter(|u| snapshot.tables(client.view, u.touched.ty).contains(&u.table));
            client.session.touched(mine.map(|u| &u.touched));
            // whatever waits has waited long enough
            for _ in 0..4 {
                client.flush(&snapshot, false);
                client.now += HOLD;
            }
            client.check(&snapshot)?;
        }
    }
}

const BOTH: [bool; 2] = [true, false];

/// More with `MESHCTL_CASES`.
fn cases() -> u32 {
    std::env::var("MESHCTL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(128)
}

type ByView = BTreeMap<(View, Type, String), Vec<u8>>;

fn same(one: &ByView, other: &ByView) -> Result<(), TestCaseError> {
    let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let differ: Vec<_> = names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name))
        .map(|(view, ty, name)| format!("{} {}: {ty:?} {name}", view.cluster, view.namespace))
        .collect();
    prop_assert!(differ.is_empty(), "differ: {differ:#?}");
    Ok(())
}

fn interleave(ids: &[FeedId], queues: &[Vec<Change>], order: &[usize]) -> (Mesh, ByView) {
    let mut world = world::World::new(config(1));
    for view in views() {
        world.attach(view);
    }
    let mut at = vec![0; queues.len()];
    for which in order {
        if let Some(change) = queues[*which].get(at[*which]) {
            world.apply(&ids[*which], change.clone());
            at[*which] += 1;
        }
    }
    let mesh = world.mesh();
    assert!(mesh.clusters.values().all(|c| c.sync == SyncState::Synced));
    (mesh, by_view(&world.catalog))
}

/// A digest of all bytes of a world in which many things meet.
fn digest() -> String {
    let mut world = world::World::new(config(1));
    for which in views() {
        world.attach(which);
    }
    for (at, cluster) in CLUSTERS.iter().enumerate() {
        for variant in 0..VARIANTS {
            world.put(cluster, &service((variant + at) % NAMED.len(), variant, at % 2));
        }
        for said in start() {
            world.apply(&feed(cluster, 1), said.change());
        }
    }
    let all = by_view(&world.catalog);
    assert!(all.len() > 50, "{} resources are no proof", all.len());
    let bytes: Vec<u8> = all
        .iter()
        .flat_map(|((view, ty, name), bytes)| [format!("{view:?}{ty:?}{name}").into_bytes(), bytes.clone()])
        .flatten()
        .collect();
    format!("{} bytes, xxh3 {:032x}", bytes.len(), xxhash_rust::xxh3::xxh3_128(&bytes))
}

/// Where another process writes its digest to.
const DIGEST_FILE: &str = "MESHCTL_TEST_DIGEST_FILE";

/// Invariant 5: equal inputs give equal bytes in any run.
#[test]
fn another_process_makes_the_same_bytes() {
    if let Some(file) = std::env::var_os(DIGEST_FILE) {
        std::fs::write(file, digest()).unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let digests = [0, 1].map(|n| {
        let file = dir.path().join(n.to_string());
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "props::another_process_makes_the_same_bytes"]).env(DIGEST_FILE, &file);
        assert!(command.output().unwrap().status.success());
        std::fs::read_to_string(file).unwrap()
    });
    assert_eq!(digests, [digest(), digest()]);
}
