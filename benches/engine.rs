//! What the engine costs, without any IO: endpoint sets, a change on its way to a frame, a proxy's first configuration,
//! ingest. Each case prints the median of its runs, with its ratio and a verdict where there is a figure to reach.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

mod figures;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use figures::{at_most, built, ms, percentile, times};
use meshctl::data::kinds::{self, Object};
use meshctl::data::model::{
    ClusterId, ClusterRole, ClusterSettings, FeedId, Gateway, Kind, MeshSettings, NetworkId, NodeId, OutboundPolicy,
};
use meshctl::pure::mesh::{Change, Dirty, Index, ingest};
use meshctl::pure::xds::{Catalog, DeltaRequest, Proxy, Request, Session, Touched, Type, build};
use serde_json::json;

fn main() {
    println!("{}", built());
    endpoint_sets();
    ingest_pods();
    let mesh = World::new(1000, 10);
    first_config(&mesh);
    new_settings();
    change_to_frame(mesh);
}

fn timed<T>(runs: usize, f: impl FnMut() -> T) -> Duration {
    percentile(&mut times(runs, f), 50)
}

fn object(value: serde_json::Value) -> Object {
    kinds::decode(value).unwrap().unwrap()
}

fn service(name: &str, vip: usize) -> Object {
    object(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "bench"},
        "spec": {"clusterIP": format!("10.96.{}.{}", vip / 250, vip % 250 + 1), "ports": [{"name": "http", "port": 9080}]}}))
}

fn slice(name: &str, at: usize, endpoints: usize, moved: usize) -> Object {
    let address = |i: usize| {
        format!(
            "10.{}.{}.{}",
            (at * endpoints + i) / 62_500,
            (at * endpoints + i) / 250 % 250,
            (at * endpoints + i) % 250 + 1
        )
    };
    let mut all: Vec<_> = (0..endpoints).map(|i| json!({"addresses": [address(i)]})).collect();
    if moved > 0 {
        all[0] = json!({"addresses": [format!("10.200.{}.{}", moved / 250, moved % 250 + 1)]});
    }
    object(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": format!("{name}-1"), "namespace": "bench", "labels": {"kubernetes.io/service-name": name}},
        "ports": [{"name": "http", "port": 9080}], "endpoints": all}))
}

struct World {
    index: Index,
    feed: FeedId,
    services: usize,
    endpoints: usize,
}

impl World {
    fn new(services: usize, endpoints: usize) -> Self {
        let id = ClusterId::parse("one").unwrap();
        let settings = ClusterSettings { role: ClusterRole::Primary, network: NetworkId::default() };
        let clusters = [(id.clone(), settings)].into();
        let mut index = Index::new(MeshSettings { clusters, ..MeshSettings::default() });
        let feed = FeedId { cluster: id, generation: 1 };
        let names: Vec<String> = (0..services).map(|i| format!("svc-{i:05}")).collect();
        let facts = names.iter().enumerate().map(|(i, n)| ingest(&service(n, i))).collect();
        index.apply(&feed, Change::Replace(Kind::Service, facts));
        let facts = names.iter().enumerate().map(|(i, n)| ingest(&slice(n, i, endpoints, 0))).collect();
        index.apply(&feed, Change::Replace(Kind::EndpointSlice, facts));
        index.apply(&feed, Change::Synced);
        Self { index, feed, services, endpoints }
    }

    fn change(&mut self, at: usize, moved: usize) -> Dirty {
        let object = slice(&format!("svc-{at:05}"), at, self.endpoints, moved);
        self.index.apply(&self.feed, Change::Put(ingest(&object)))
    }
}

fn proxy() -> Proxy {
    Proxy::of_node(NodeId::parse("sidecar~10.1.1.1~client.bench~bench.svc.cluster.local").unwrap(), None)
}

/// The cases of the peer's own benchmark: endpoints per service / services. The ratio is to one set of a thousand, where an
/// endpoint costs least.
fn endpoint_sets() {
    let mut rows = Vec::new();
    for (endpoints, services) in [(1, 100), (10, 10), (100, 10), (1000, 1)] {
        let world = World::new(services, endpoints);
        let mesh = world.index.mesh();
        let scope = build::EndpointScope { network: NetworkId::default(), families: build::Families::V4 };
        let time = timed(50, || {
            let sets = mesh.services.values();
            sets.map(|s| build::load_assignment(&mesh.settings, s, &s.ports[0], &scope).rope.len()).sum::<usize>()
        });
        rows.push((endpoints, services, time, time.as_nanos() as f64 / (endpoints * services) as f64));
    }
    let least = rows.last().map_or(1.0, |row| row.3);
    for (endpoints, services, time, each) in rows {
        println!(
            "endpoint sets  {endpoints:>4} endpoints x {services:>3} services: {time:>9.1?}, {each:.0} ns an endpoint ({:.2}x)",
            each / least
        );
    }
}

fn ingest_pods() {
    let pods: Vec<Vec<u8>> = (0..10_000)
        .map(|i| {
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("pod-{i}"), "namespace": "bench",
                "labels": {"app": "svc", "version": "v1", "pod-template-hash": "abc"}, "managedFields": [{"manager": "kubelet"}]},
                "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 9080}]}]},
                "status": {"podIPs": [{"ip": format!("10.{}.{}.{}", i / 62_500, i / 250 % 250, i % 250 + 1)}]}})
            .to_string()
            .into_bytes()
        })
        .collect();
    let decode = kinds::watched(Kind::Pod).decode;
    let time = timed(5, || pods.iter().filter(|p| ingest(&decode(p).unwrap()).body.is_some()).count());
    println!("ingest         10,000 pods, bytes to facts: {time:.1?}, {:.1} us a pod", ms(time) / 10.0);
}

/// The whole first configuration of one proxy: clusters, endpoint sets, listeners, routes.
fn first_config(world: &World) {
    let mesh = world.index.mesh();
    let view = proxy().view(&mesh);
    let build = timed(5, || {
        let mut catalog = Catalog::new(&mesh);
        catalog.attach(&mesh, view.clone())
    });
    let mut catalog = Catalog::new(&mesh);
    let id = catalog.attach(&mesh, view);
    let snapshot = catalog.snapshot();
    let mut bytes = 0;
    let serve = timed(11, || {
        let mut session = Session::new(id, true);
        let sent = configure(&mut session, &snapshot);
        bytes = sent;
        sent
    });
    println!(
        "first config   {} services x {}: {build:.1?} to build a new kind of view; {bytes} bytes for each proxy of it",
        world.services, world.endpoints
    );
    println!("  {}", at_most("for each proxy of it", ms(serve), 10.0, "ms"));
}

/// Settings that resources are built from change: what reads them is built anew in one pass, while which no change is taken.
fn new_settings() {
    for namespaces in [1, 50] {
        let mut world = World::new(1000, 10);
        let mut catalog = Catalog::new(&world.index.mesh());
        for n in 0..namespaces {
            let node = format!("sidecar~10.1.{n}.1~client.ns-{n}~ns-{n}.svc.cluster.local");
            let mesh = world.index.mesh();
            catalog.attach(&mesh, Proxy::of_node(NodeId::parse(&node).unwrap(), None).view(&mesh));
        }
        let gateway = Gateway { address: "192.0.2.1".into(), port: 15443 };
        let networks = BTreeMap::from([(NetworkId("far".into()), vec![gateway])]);
        let clusters = world.index.mesh().settings.clusters.clone();
        let of = |n: usize| MeshSettings { clusters: clusters.clone(), ..settings(n, &networks) };
        for (n, what) in ["networks", "outbound calls", "connect timeout"].into_iter().enumerate() {
            let mut at = 0;
            let time = timed(5, || {
                at += 1;
                let dirty = world.index.configure(of(if at % 2 == 1 { n + 1 } else { 0 }));
                catalog.update(&world.index.mesh(), &dirty).len()
            });
            println!(
                "settings       {what} of 1000 services x 10, {namespaces} namespaces of proxies: {time:.1?} for all"
            );
        }
    }
}

/// The default settings, but for one of those that resources are built from: the first, second or third.
fn settings(changed: usize, networks: &BTreeMap<NetworkId, Vec<Gateway>>) -> MeshSettings {
    let mut settings = MeshSettings::default();
    match changed {
        1 => settings.networks = networks.clone(),
        2 => settings.outbound = OutboundPolicy::RegistryOnly,
        3 => settings.connect_timeout = Duration::from_secs(3),
        _ => {}
    }
    settings
}

/// Accepts a response.
fn answer(ty: Type, nonce: u64) -> Request {
    let nonce = nonce.to_string();
    Request::Delta(DeltaRequest { type_url: ty.url().into(), nonce, ..DeltaRequest::default() })
}

/// Subscribes to everything, and takes all that is sent; returns its bytes.
fn configure(session: &mut Session, snapshot: &meshctl::pure::xds::Snapshot) -> usize {
    let now = Instant::now();
    let ask = |ty: Type, names: Vec<String>| {
        Request::Delta(DeltaRequest { type_url: ty.url().into(), subscribe: names, ..DeltaRequest::default() })
    };
    let view = session.view();
    let names = |ty: Type| snapshot.all(view, ty).map(|e| e.name.to_string()).collect::<Vec<_>>();
    let mut bytes = 0;
    for (ty, wanted) in [
        (Type::Cluster, Vec::new()),
        (Type::Endpoint, names(Type::Endpoint)),
        (Type::Listener, Vec::new()),
        (Type::Route, names(Type::Route)),
    ] {
        session.handle(ask(ty, wanted), now).unwrap();
        while let Some(response) = session.next(snapshot, now) {
            bytes += response.to_bytes().len();
            session.handle(answer(response.ty, response.nonce), now).unwrap();
        }
    }
    bytes
}

/// One endpoint changes: object → fact → mesh → catalog → session → frame.
fn change_to_frame(mut world: World) {
    let mesh = world.index.mesh();
    let mut catalog = Catalog::new(&mesh);
    let id = catalog.attach(&mesh, proxy().view(&mesh));
    let mut session = Session::new(id, true);
    configure(&mut session, &catalog.snapshot());
    let mut at = 0;
    let mut bytes = 0;
    let time = timed(501, || {
        at += 1;
        let dirty = world.change(at * 7 % world.services, at);
        let updates = catalog.update(&world.index.mesh(), &dirty);
        let touched: Vec<Touched> = updates.into_iter().map(|u| u.touched).collect();
        session.touched(&touched);
        let response = session.next(&catalog.snapshot(), Instant::now()).expect("the change is sent");
        assert_eq!(response.resources.len(), 1);
        bytes = response.to_bytes().len();
        // a change of its own accord waits for the answer to the one before
        session.handle(answer(response.ty, response.nonce), Instant::now()).unwrap();
    });
    println!("change → frame one endpoint among {} x {}: {time:.1?} ({bytes} bytes)", world.services, world.endpoints);
    println!("  {}", at_most("of what a change may take from the API server to an Envoy's ACK", ms(time), 4.0, "ms"));
}
