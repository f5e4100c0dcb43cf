//! Objects of many clusters in, one mesh out: the rules of merging, generations, relists and staleness.

use std::collections::{BTreeMap, BTreeSet};

use meshctl::data::model::{
    AppProtocol, Gateway, Kind, Locality, Name, NetworkId, OutboundPolicy, PortId, Readiness, ServiceId, ServiceKind,
    ServicePort, ServiceScope, SpiffeId, TargetPort, Timestamp, Transport, WorkloadId,
};
use meshctl::pure::mesh::{BuiltFrom, Change, Endpoint, LocalService, Mesh, Service, SyncState, Workload};
use serde_json::json;

use crate::world::{Obj, World, cid, ep, feed, mesh_config, node, pod, settings, slice, svc, system_namespace, wid};

fn found<'a>(mesh: &'a Mesh, namespace: &str, name: &str) -> &'a Service {
    mesh.services
        .get(&ServiceId::mesh(namespace, name))
        .unwrap_or_else(|| panic!("{namespace}/{name} is no service of the mesh"))
}

/// `cluster address:port` of a service's port.
fn endpoints(mesh: &Mesh, name: &str, port: u16) -> Vec<String> {
    found(mesh, "n", name)
        .endpoints(PortId::tcp(port))
        .iter()
        .map(|e| format!("{} {}:{}", e.cluster, e.address, e.port))
        .collect()
}

/// A service x with one endpoint that has a pod.
fn x(vip: &str, address: &str) -> Vec<Obj> {
    vec![
        svc("n", "x", vip, &[("http", 80)]),
        pod("n", "x-0", address, "x", "k0").set("/spec/serviceAccountName", json!("sa-x")),
        slice("n", "x-1", "x", &[("http", 8080)], &[ep(address, "x-0")]),
    ]
}

#[test]
fn a_service_of_two_clusters_is_one() {
    let near = [x("10.9.0.1", "10.0.0.1"), vec![node("k0", "r", "z")]].concat();
    let far =
        [x("10.8.0.1", "10.1.0.1"), vec![slice("n", "x-2", "x", &[("http", 8080)], &[ep("10.1.0.0", "")])]].concat();
    let mesh = World::of(&[("primary", near), ("away", far)]).mesh();

    let http = ServicePort {
        name: "http".into(),
        number: 80,
        target: TargetPort::Number(80),
        transport: Transport::Tcp,
        protocol: AppProtocol::Http,
    };
    let local = |vip: &str| LocalService {
        kind: ServiceKind::ClusterIp,
        vips: vec![vip.parse().unwrap()],
        ports: vec![http.clone()],
        selector: [("app".into(), "x".into())].into(),
        stub: false,
    };
    let account = SpiffeId("spiffe://cluster.local/ns/n/sa/sa-x".into());
    let labels: BTreeMap<Name, Name> = [("app".into(), "x".into())].into();
    let locality = Locality { region: "r".into(), zone: "z".into(), sub_zone: "".into() };
    let of_pod = |cluster: &str, address: &str, locality: Locality| Endpoint {
        cluster: cid(cluster),
        address: address.parse().unwrap(),
        port: 8080,
        readiness: Readiness::Ready,
        network: NetworkId::default(),
        locality,
        node: "k0".into(),
        workload: Some(wid(cluster, "n", "x-0")),
        labels: labels.clone().into(),
        account: Some(account.clone()),
        sidecar: false,
    };
    let without_pod = Endpoint {
        address: "10.1.0.0".parse().unwrap(),
        node: "".into(),
        workload: None,
        labels: Default::default(),
        account: None,
        ..of_pod("away", "10.1.0.0", Locality::default())
    };
    // the primary first, although its name is the last; then by address
    let all = vec![
        of_pod("primary", "10.0.0.1", locality.clone()),
        without_pod,
        of_pod("away", "10.1.0.1", Locality::default()),
    ];
    let expected = Service {
        id: ServiceId::mesh("n", "x"),
        hostname: "x.n.svc.cluster.local".into(),
        defined_by: cid("primary"),
        kind: ServiceKind::ClusterIp,
        ports: vec![http.clone()],
        local: [(cid("primary"), local("10.9.0.1")), (cid("away"), local("10.8.0.1"))].into(),
        endpoints: [(PortId::tcp(80), all.into())].into(),
        accounts: [account.clone()].into(),
        conflicts: vec![],
    };
    assert_eq!(found(&mesh, "n", "x"), &expected);
    assert_eq!(mesh.services.len(), 1);
    let workload = Workload {
        id: wid("primary", "n", "x-0"),
        addresses: vec!["10.0.0.1".parse().unwrap()],
        labels: labels.into(),
        account,
        node: "k0".into(),
        locality,
        network: NetworkId::default(),
        ports: vec![],
        ready: true,
        host_network: false,
        sidecar: false,
        owner: None,
    };
    assert_eq!(**mesh.workloads.get(&wid("primary", "n", "x-0")).unwrap(), workload);
    assert_eq!((mesh.workloads.len(), mesh.warnings.len()), (2, 0));
}

#[test]
fn an_address_stands_once_in_a_cluster_and_once_in_each() {
    let near = vec![
        svc("n", "x", "10.9.0.1", &[("http", 80)]),
        slice(
            "n",
            "s0",
            "x",
            &[("http", 80)],
            &[json!({"addresses": ["10.0.0.1"], "conditions": {"ready": false}}), ep("10.0.0.2", "")],
        ),
        slice("n", "s1", "x", &[("http", 80)], &[ep("10.0.0.1", "")]),
        // another port is another endpoint
        slice("n", "s2", "x", &[("http", 81)], &[ep("10.0.0.1", "")]),
    ];
    let far =
        vec![svc("n", "x", "10.8.0.1", &[("http", 80)]), slice("n", "s0", "x", &[("http", 80)], &[ep("10.0.0.1", "")])];
    let mesh = World::of(&[("a", near), ("b", far)]).mesh();
    assert_eq!(endpoints(&mesh, "x", 80), ["a 10.0.0.1:80", "a 10.0.0.1:81", "a 10.0.0.2:80", "b 10.0.0.1:80"]);
    // while it moves between slices the better readiness counts: never a moment without it
    assert_eq!(found(&mesh, "n", "x").endpoints(PortId::tcp(80))[0].readiness, Readiness::Ready);
}

#[test]
fn only_the_settings_that_resources_are_built_from_build_them_anew() {
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1")), ("b", vec![])]);
    let changed = |world: &mut World, settings| {
        let dirty = world.index.configure(settings);
        (dirty.settings, dirty.built_from, dirty.services.len(), dirty.clusters.len())
    };
    let nothing = BuiltFrom::default();
    // a cluster comes and goes: it has said nothing
    assert_eq!(changed(&mut world, settings(&["a", "b", "c"])), (true, nothing, 0, 1));
    assert_eq!(changed(&mut world, settings(&["a", "b"])), (true, nothing, 0, 1));
    // another primary, another trust domain, more that never merges: what that makes of services, and no more
    assert_eq!(changed(&mut world, settings(&["b", "a"])), (true, nothing, 0, 2));
    let mut other = settings(&["b", "a"]);
    other.trust_domain = "else".into();
    assert_eq!(changed(&mut world, other.clone()), (true, nothing, 1, 0), "the account of x");
    other.cluster_local.insert("x.n.svc.cluster.local".into());
    assert_eq!(changed(&mut world, other.clone()), (true, nothing, 2, 0), "x of the mesh, and x of a");
    other.networks.insert(NetworkId("far".into()), vec![Gateway { address: "20.0.0.1".into(), port: 15443 }]);
    let networks = BuiltFrom { networks: true, ..nothing };
    assert_eq!(changed(&mut world, other.clone()), (true, networks, 0, 0));
    other.outbound = OutboundPolicy::RegistryOnly;
    let outbound = BuiltFrom { outbound: true, ..nothing };
    assert_eq!(changed(&mut world, other.clone()), (true, outbound, 0, 0));
    other.connect_timeout *= 2;
    let connect_timeout = BuiltFrom { connect_timeout: true, ..nothing };
    assert_eq!(changed(&mut world, other.clone()), (true, connect_timeout, 0, 0));
    assert_eq!(changed(&mut world, other), (false, nothing, 0, 0));
}

#[test]
fn ports_of_one_number_have_their_own_endpoints() {
    let service = svc("n", "x", "10.9.0.1", &[]).set(
        "/spec/ports",
        json!([{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]),
    );
    let near = vec![service.clone(), slice("n", "s", "x", &[("dns", 5353), ("dns-tcp", 1053)], &[ep("10.0.0.1", "")])];
    // its UDP port has another name: it meets by number and transport, and never the TCP one
    let far = vec![
        service.set("/spec/ports/0/name", json!("udp")),
        slice("n", "s", "x", &[("udp", 99), ("dns-tcp", 1053)], &[ep("10.1.0.1", "")]),
    ];
    let mesh = World::of(&[("a", near), ("b", far)]).mesh();
    assert_eq!(endpoints(&mesh, "x", 53), ["a 10.0.0.1:1053", "b 10.1.0.1:1053"]);
    let udp = found(&mesh, "n", "x").endpoints(PortId { number: 53, transport: Transport::Udp });
    let udp: Vec<String> = udp.iter().map(|e| format!("{} {}:{}", e.cluster, e.address, e.port)).collect();
    assert_eq!(udp, ["a 10.0.0.1:5353", "b 10.1.0.1:99"]);
}

#[test]
fn an_endpoint_waits_for_its_pod() {
    let [service, pod, slice] = x("10.9.0.1", "10.0.0.1").try_into().unwrap();
    let mut world = World::of(&[("a", vec![service, slice])]);
    assert_eq!(endpoints(&world.mesh(), "x", 80), [] as [&str; 0]);
    world.put("a", &pod);
    assert_eq!(endpoints(&world.mesh(), "x", 80), ["a 10.0.0.1:8080"]);
    // a pod that has ended is none
    world.put("a", &pod.clone().set("/status/phase", json!("Succeeded")));
    assert_eq!(endpoints(&world.mesh(), "x", 80), [] as [&str; 0]);
    world.put("a", &pod);
    world.remove("a", &pod);
    assert_eq!(endpoints(&world.mesh(), "x", 80), [] as [&str; 0]);
    // a pod of the same name in another namespace or cluster is another one
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1")), ("b", vec![])]);
    world.remove("a", &pod);
    world.put("a", &pod.clone().set("/metadata/namespace", json!("other")));
    world.put("b", &pod);
    assert_eq!(endpoints(&world.mesh(), "x", 80), [] as [&str; 0]);
}

#[test]
fn our_own_slices_count_for_nothing() {
    let ours = slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.0.1", "")])
        .label("endpointslice.kubernetes.io/managed-by", "meshctl");
    let mesh = World::of(&[("a", vec![svc("n", "x", "10.9.0.1", &[("http", 80)]), ours])]).mesh();
    assert_eq!(endpoints(&mesh, "x", 80), [] as [&str; 0]);
    assert!(mesh.warnings.is_empty());
}

fn ids(mesh: &Mesh) -> Vec<String> {
    mesh.services.keys().map(|id| id.to_string()).collect()
}

#[test]
fn what_is_cluster_local_never_merges() {
    let objects = || {
        let of = |ns: &str, name: &str| svc(ns, name, "10.9.0.1", &[("http", 80)]);
        let pilot = of("istio-system", "istio-pilot").label("app.kubernetes.io/managed-by", "meshctl");
        vec![
            of("default", "kubernetes"),
            of("kube-system", "dns"),
            of("istio-system", "reviews"),
            pilot,
            of("n", "x"),
            of("n", "y"),
            of("m", "x"),
        ]
    };
    let clusters = [("a", objects()), ("b", objects())];
    let mesh = World::of(&clusters).mesh();
    let local = |name: &str| [format!("a/{name}"), format!("b/{name}")];
    let expected = [
        local("default/kubernetes").to_vec(),
        local("istio-system/istio-pilot").to_vec(),
        local("istio-system/reviews").to_vec(),
        local("kube-system/dns").to_vec(),
        vec!["m/x".into(), "n/x".into(), "n/y".into()],
    ];
    assert_eq!(ids(&mesh), expected.concat());

    let mut open = settings(&["a", "b"]);
    open.open_namespaces.insert("istio-system".into());
    open.cluster_local = BTreeSet::from(["x.n.svc.cluster.local".into(), "*.m.svc.cluster.local".into()]);
    let mut world = World::with(open, &clusters);
    let expected = [
        local("default/kubernetes").to_vec(),
        local("istio-system/istio-pilot").to_vec(),
        vec!["istio-system/reviews".into()],
        local("kube-system/dns").to_vec(),
        local("m/x").to_vec(),
        local("n/x").to_vec(),
        vec!["n/y".into()],
    ];
    assert_eq!(ids(&world.mesh()), expected.concat());
    // each cluster sees its own, with its own endpoints
    world.put("b", &slice("default", "kubernetes", "kubernetes", &[("http", 6443)], &[ep("172.16.0.2", "")]));
    let mesh = world.mesh();
    let count = |cluster: &str| {
        mesh.service_in(&cid(cluster), "default", "kubernetes").unwrap().endpoints(PortId::tcp(80)).len()
    };
    assert_eq!((count("a"), count("b")), (0, 1));
    let seen: Vec<_> = mesh.visible_services(&cid("b")).map(|s| s.id.to_string()).collect();
    assert_eq!(
        seen,
        [
            "b/default/kubernetes",
            "b/istio-system/istio-pilot",
            "istio-system/reviews",
            "b/kube-system/dns",
            "b/m/x",
            "b/n/x",
            "n/y"
        ]
    );
    // and back again
    world.configure(settings(&["a", "b"]));
    assert!(ids(&world.mesh()).contains(&"n/x".to_owned()));
}

fn conflicts(near: Obj, far: Obj) -> Vec<String> {
    let mesh = World::of(&[("a", vec![near]), ("b", vec![far])]).mesh();
    found(&mesh, "n", "x").conflicts.iter().map(|w| format!("{}: {}", w.field, w.reason)).collect()
}

#[test]
fn conflicting_definitions_are_said_and_the_primary_counts() {
    let of = |ports: &[(&str, u16)]| svc("n", "x", "10.9.0.1", ports);
    let same = of(&[("http", 80)]);
    assert_eq!(conflicts(same.clone(), same.clone()), [] as [&str; 0]);
    // another selector, VIP or target port is no conflict
    let other = svc("n", "x", "10.8.0.1", &[("http", 80)])
        .set("/spec/selector", json!({}))
        .set("/spec/ports/0/targetPort", json!(99));
    assert_eq!(conflicts(same.clone(), other), [] as [&str; 0]);
    assert_eq!(
        conflicts(same.clone(), of(&[("http", 81)])),
        ["spec.ports: port http is 80 in a and 81 in b; a's number counts"]
    );
    assert_eq!(
        conflicts(same.clone(), of(&[("web", 81)])),
        [
            "spec.ports: port http of a does not exist in b, whose endpoints do not serve it",
            "spec.ports: port 81 of b does not exist in a and is left out"
        ]
    );
    assert_eq!(
        conflicts(same.clone(), of(&[("tcp", 80)])),
        ["spec.ports: port http speaks Http in a and Tcp in b; a's counts"]
    );
    assert_eq!(
        conflicts(
            same.clone(),
            same.clone().set("/spec/ports/0/appProtocol", json!("tcp")).set("/spec/ports/0/port", json!(81))
        )
        .len(),
        2,
        "number and protocol are two conflicts"
    );
    assert_eq!(
        conflicts(same.clone(), same.clone().set("/spec/ports/0/protocol", json!("UDP"))).len(),
        2,
        "a port of another transport is another port"
    );
    assert_eq!(
        conflicts(same.clone(), same.clone().set("/spec/clusterIP", json!("None"))),
        ["spec.type: it is a ClusterIP service in a and headless in b; a's definition counts"]
    );
    let external =
        same.clone().set("/spec/type", json!("ExternalName")).set("/spec/externalName", json!("example.com"));
    assert_eq!(
        conflicts(same, external),
        ["spec.type: it is a ClusterIP service in a and an ExternalName in b; a's definition counts"]
    );
}

#[test]
fn ports_merge_by_name_and_never_to_a_wrong_one() {
    // b's http is 8080, which is what a calls web: a's web has nothing in b
    let near = [svc("n", "x", "10.9.0.1", &[("http", 80), ("web", 8080)])].to_vec();
    let far = vec![
        svc("n", "x", "10.8.0.1", &[("http", 8080), ("other", 9)]),
        slice("n", "x-1", "x", &[("http", 3000), ("other", 9)], &[ep("10.1.0.1", "")]),
    ];
    let mesh = World::of(&[("a", near), ("b", far)]).mesh();
    assert_eq!(endpoints(&mesh, "x", 80), ["b 10.1.0.1:3000"]);
    assert_eq!(endpoints(&mesh, "x", 8080), [] as [&str; 0]);
    // names that differ meet by number
    let near = vec![svc("n", "x", "10.9.0.1", &[("http", 80)])];
    let far =
        vec![svc("n", "x", "10.8.0.1", &[("", 80)]), slice("n", "x-1", "x", &[("", 3000)], &[ep("10.1.0.1", "")])];
    assert_eq!(endpoints(&World::of(&[("a", near), ("b", far)]).mesh(), "x", 80), ["b 10.1.0.1:3000"]);
}

#[test]
fn a_service_of_the_other_cluster_alone_is_there_without_a_vip_here() {
    let mesh = World::of(&[("a", vec![]), ("b", x("10.8.0.1", "10.1.0.1"))]).mesh();
    let service = found(&mesh, "n", "x");
    assert_eq!(
        (service.defined_by.clone(), service.vips(&cid("a")).len(), service.vips(&cid("b")).len()),
        (cid("b"), 0, 1)
    );
    assert_eq!(endpoints(&mesh, "x", 80), ["b 10.1.0.1:8080"]);
    assert!(mesh.service_in(&cid("a"), "n", "x").is_some());
}

#[test]
fn every_kind_of_service_is_kept() {
    let external = svc("n", "out", "", &[("http", 80)])
        .set("/spec/type", json!("ExternalName"))
        .set("/spec/externalName", json!("example.com."));
    let headless = svc("n", "head", "None", &[("tcp-db", 90)]);
    let manual = svc("n", "manual", "10.9.0.2", &[("http", 80)]).set("/spec/selector", json!(null));
    let objects = vec![
        external,
        headless,
        slice("n", "head-1", "head", &[("tcp-db", 90)], &[ep("10.0.0.1", "")]),
        manual,
        slice("n", "manual-1", "manual", &[("http", 80)], &[ep("192.170.228.84", "")]),
        svc("n", "empty", "10.9.0.3", &[("http", 80)]),
        // a slice without its service is nothing
        slice("n", "lost-1", "lost", &[("http", 80)], &[ep("10.0.0.1", "")]),
    ];
    let mesh = World::of(&[("a", objects)]).mesh();
    assert_eq!(ids(&mesh), ["n/empty", "n/head", "n/manual", "n/out"]);
    assert_eq!(found(&mesh, "n", "out").kind, ServiceKind::ExternalName("example.com".into()));
    let head = found(&mesh, "n", "head");
    assert_eq!(
        (&head.kind, head.vips(&cid("a")).len(), head.endpoints(PortId::tcp(90)).len()),
        (&ServiceKind::Headless, 0, 1)
    );
    assert!(found(&mesh, "n", "manual").local[&cid("a")].selector.is_empty());
    assert_eq!(endpoints(&mesh, "manual", 80), ["a 192.170.228.84:80"], "public addresses are used privately");
    // an empty service has a port with nothing behind it, not no port
    assert_eq!(found(&mesh, "n", "empty").endpoints.get(&PortId::tcp(80)).map(|e| e.len()), Some(0));
}

#[test]
fn not_ready_addresses_count_where_the_service_says_so() {
    let slice =
        slice("n", "x-1", "x", &[("http", 80)], &[json!({"addresses": ["10.0.0.1"], "conditions": {"ready": false}})]);
    let of = |publish: bool| {
        let service = svc("n", "x", "10.9.0.1", &[("http", 80)]).set("/spec/publishNotReadyAddresses", json!(publish));
        let mesh = World::of(&[("a", vec![service, slice.clone()])]).mesh();
        found(&mesh, "n", "x").endpoints(PortId::tcp(80))[0].readiness
    };
    assert_eq!((of(false), of(true)), (Readiness::NotReady, Readiness::Ready));
}

#[test]
fn nothing_of_a_cluster_is_seen_before_it_has_said_everything() {
    let mut world = World::new(settings(&["a", "b"]));
    let empty = world.mesh();
    for object in x("10.9.0.1", "10.0.0.1") {
        world.put("a", &object);
    }
    world.put("a", &slice("n", "bad", "", &[], &[]));
    assert_eq!(world.mesh(), empty);
    assert_eq!(empty.missing_clusters(), [cid("a"), cid("b")].into());
    // a cluster that is dead at the start has not said anything
    world.stale("a", 7);
    assert_eq!(world.mesh(), empty);
    world.apply(&feed("a", 1), Change::Synced);
    let mesh = world.mesh();
    assert_eq!(endpoints(&mesh, "x", 80), ["a 10.0.0.1:8080"]);
    assert_eq!((mesh.missing_clusters(), mesh.warnings.len()), ([cid("b")].into(), 1));
}

#[test]
fn a_new_generation_is_invisible_until_it_has_synced() {
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1")), ("b", vec![])]);
    let before = world.mesh();
    for object in x("10.9.0.1", "10.0.0.2") {
        world.apply(&feed("a", 2), Change::Put(object.fact()));
    }
    assert_eq!(world.mesh(), before);
    // the old one goes on meanwhile
    world.put("a", &slice("n", "x-2", "x", &[("http", 8080)], &[ep("10.0.0.7", "")]));
    assert_eq!(endpoints(&world.mesh(), "x", 80), ["a 10.0.0.1:8080", "a 10.0.0.7:8080"]);
    // it leaves before the new one is there: nothing is lost (fault F29)
    world.apply(&feed("a", 1), Change::Retired);
    world.put("a", &slice("n", "x-3", "x", &[("http", 8080)], &[ep("10.0.0.8", "")]));
    assert_eq!(endpoints(&world.mesh(), "x", 80), ["a 10.0.0.1:8080", "a 10.0.0.7:8080"]);
    world.apply(&feed("a", 2), Change::Synced);
    let swapped = world.mesh();
    assert_eq!(endpoints(&swapped, "x", 80), ["a 10.0.0.2:8080"]);
    // a generation that is over changes nothing, whatever it says
    world.put("a", &slice("n", "x-2", "x", &[("http", 8080)], &[ep("10.0.0.7", "")]));
    for change in
        [Change::Synced, Change::Stale { since: Timestamp(1) }, Change::Replace(Kind::Service, vec![]), Change::Retired]
    {
        world.apply(&feed("a", 1), change);
    }
    assert_eq!(world.mesh(), swapped);
}

#[test]
fn a_swap_with_equal_content_changes_no_resource() {
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1"))]);
    world.attach(crate::world::view("a", "n"));
    let objects = x("10.9.0.1", "10.0.0.1");
    for object in &objects {
        world.apply(&feed("a", 2), Change::Put(object.fact()));
    }
    assert_eq!(world.apply(&feed("a", 2), Change::Synced), []);
}

#[test]
fn a_source_that_never_synced_takes_nothing_with_it() {
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1"))]);
    let before = world.mesh();
    // replaced twice: the second was wrong
    world.apply(&feed("a", 2), Change::Put(svc("n", "wrong", "10.9.0.9", &[]).fact()));
    world.apply(&feed("a", 2), Change::Retired);
    assert_eq!(world.mesh(), before);
    world.apply(&feed("a", 2), Change::Synced);
    assert_eq!(world.mesh(), before);
    // the first is still heard
    world.put("a", &slice("n", "x-2", "x", &[("http", 8080)], &[ep("10.0.0.7", "")]));
    assert_eq!(endpoints(&world.mesh(), "x", 80), ["a 10.0.0.1:8080", "a 10.0.0.7:8080"]);
    world.load("a", 3, &x("10.9.0.1", "10.0.0.3"));
    assert_eq!(endpoints(&world.mesh(), "x", 80), ["a 10.0.0.3:8080"]);
}

#[test]
fn the_last_source_of_a_cluster_takes_its_facts() {
    let mut world = World::of(&[("a", vec![]), ("b", x("10.8.0.1", "10.1.0.1"))]);
    world.apply(&feed("b", 1), Change::Retired);
    let mesh = world.mesh();
    assert_eq!((mesh.services.len(), mesh.workloads.len(), mesh.missing_clusters()), (0, 0, [cid("b")].into()));
}

#[test]
fn a_relist_is_atomic_and_deletes_what_it_does_not_name() {
    let two = slice("n", "x-2", "x", &[("http", 8080)], &[ep("10.0.0.5", "")]);
    let mut world = World::of(&[("a", [x("10.9.0.1", "10.0.0.1"), vec![two.clone()]].concat())]);
    let bad = slice("n", "bad", "", &[], &[]);
    world.put("a", &bad);
    assert_eq!(world.mesh().warnings.len(), 1);
    world.apply(&feed("a", 1), Change::Replace(Kind::EndpointSlice, vec![two.fact()]));
    let mesh = world.mesh();
    assert_eq!(endpoints(&mesh, "x", 80), ["a 10.0.0.5:8080"]);
    assert_eq!(
        (mesh.workloads.len(), mesh.warnings.len()),
        (1, 0),
        "other kinds stand, and a warning goes with its object"
    );
    // the same again is no change at all
    let dirty = world.index.apply(&feed("a", 1), Change::Replace(Kind::EndpointSlice, vec![two.fact()]));
    assert!(dirty.is_empty());
}

#[test]
fn a_cluster_that_is_lost_keeps_its_facts() {
    let mut world = World::of(&[("a", vec![]), ("b", x("10.8.0.1", "10.1.0.1"))]);
    world.stale("b", 42);
    let mesh = world.mesh();
    assert_eq!(mesh.clusters.get(&cid("b")).unwrap().sync, SyncState::Stale { since: Timestamp(42) });
    assert_eq!(endpoints(&mesh, "x", 80), ["b 10.1.0.1:8080"]);
    assert!(mesh.missing_clusters().is_empty(), "it has said everything once");
    world.apply(&feed("b", 1), Change::Synced);
    assert_eq!(world.mesh().clusters.get(&cid("b")).unwrap().sync, SyncState::Synced);
}

#[test]
fn a_cluster_that_leaves_takes_exactly_its_own() {
    let near = [x("10.9.0.1", "10.0.0.1"), vec![slice("n", "bad", "", &[], &[])]].concat();
    let far =
        [x("10.8.0.1", "10.1.0.1"), vec![svc("n", "y", "10.8.0.2", &[("http", 80)]), slice("n", "bad", "", &[], &[])]]
            .concat();
    let mut world = World::of(&[("a", near.clone()), ("b", far.clone())]);
    world.configure(settings(&["a"]));
    assert_eq!(world.mesh(), World::of(&[("a", near)]).mesh());
    // and when it comes back, what its first source still had on the way is not heard
    world.configure(settings(&["a", "b"]));
    world.put("b", &svc("n", "late", "10.8.0.3", &[("http", 80)]));
    world.apply(&feed("b", 1), Change::Synced);
    assert_eq!(world.mesh().missing_clusters(), [cid("b")].into());
    world.load("b", 2, &far);
    assert_eq!(ids(&world.mesh()), ["n/x", "n/y"]);
    // clusters that nobody registered are not heard either
    assert!(world.index.apply(&feed("stranger", 1), Change::Synced).is_empty());
}

#[test]
fn the_primary_of_the_day_defines() {
    let far = svc("n", "x", "10.8.0.1", &[("http", 81)]);
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1")), ("b", vec![far])]);
    assert_eq!(found(&world.mesh(), "n", "x").ports[0].number, 80);
    world.configure(settings(&["b", "a"]));
    let mesh = world.mesh();
    assert_eq!((found(&mesh, "n", "x").ports[0].number, found(&mesh, "n", "x").defined_by.clone()), (81, cid("b")));
    assert_eq!(endpoints(&mesh, "x", 81), ["a 10.0.0.1:8080"]);
}

#[test]
fn the_primarys_config_map_is_in_force() {
    let mut world = World::of(&[("a", vec![]), ("b", vec![])]);
    let base = world.mesh();
    // a remote's counts for nothing, and so does one of another namespace or of no sense
    world.put("b", &mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"));
    world.put("a", &mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}").set("/metadata/namespace", json!("n")));
    assert_eq!(world.mesh(), base);
    world.put("a", &mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}\nconnectTimeout: 3s"));
    let settings = world.mesh().settings;
    assert_eq!((settings.outbound, settings.connect_timeout.as_secs()), (OutboundPolicy::RegistryOnly, 3));
    world.put("a", &mesh_config("{"));
    assert_eq!((world.mesh().settings, world.mesh().warnings.len()), (base.settings.clone(), 1));
    world.remove("a", &mesh_config("{"));
    assert_eq!(world.mesh(), base);
}

#[test]
fn networks_come_from_the_registry_then_the_namespace_then_the_pod() {
    let network = |mesh: &Mesh| found(mesh, "n", "x").endpoints(PortId::tcp(80))[0].network.to_string();
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1"))]);
    assert_eq!(network(&world.mesh()), "");
    world.put("a", &system_namespace("net1"));
    assert_eq!(network(&world.mesh()), "net1");
    assert_eq!(world.mesh().workloads.get(&wid("a", "n", "x-0")).unwrap().network.to_string(), "net1");
    let labelled = x("10.9.0.1", "10.0.0.1")[1].clone().label("topology.istio.io/network", "net2");
    world.put("a", &labelled);
    assert_eq!(network(&world.mesh()), "net2");
    world.put("a", &x("10.9.0.1", "10.0.0.1")[1]);
    let mut named = settings(&["a"]);
    named.clusters.get_mut(&cid("a")).unwrap().network = NetworkId("net3".into());
    world.configure(named);
    assert_eq!(network(&world.mesh()), "net3");
    world.configure(settings(&["a"]));
    world.remove("a", &system_namespace("net1"));
    assert_eq!(network(&world.mesh()), "");
    // a new source of another network: facts that did not change mean something else
    for object in x("10.9.0.1", "10.0.0.1").iter().chain(&[system_namespace("net4")]) {
        world.apply(&feed("a", 2), Change::Put(object.fact()));
    }
    world.apply(&feed("a", 2), Change::Synced);
    assert_eq!(network(&world.mesh()), "net4");
}

#[test]
fn a_network_without_a_gateway_is_said_where_somebody_is_cut_off() {
    let said = |world: &World| {
        let mesh = world.mesh();
        found(&mesh, "n", "x").conflicts.iter().map(|w| format!("{}: {}", w.field, w.reason)).collect::<Vec<_>>()
    };
    let of_network = |network: &str, whom: &str| {
        format!(
            "endpoints: its endpoints in {network} are left out for the proxies of {whom} in other networks: {network} has no gateway"
        )
    };
    let gateway = || vec![Gateway { address: "192.0.2.1".into(), port: 15443 }];
    // c has nothing of x, and is not even heard yet: its proxies call x too
    let mut apart = settings(&["a", "b", "c"]);
    apart.clusters.get_mut(&cid("b")).unwrap().network = NetworkId("dc".into());
    let mut world = World::new(apart.clone());
    world.load("a", 1, &x("10.9.0.1", "10.0.0.1"));
    assert_eq!(said(&world), [of_network("the default network", "one cluster")]);
    world.load("b", 1, &x("10.8.0.1", "10.1.0.1"));
    let both = [of_network("the default network", "one cluster"), of_network("network dc", "2 clusters")];
    assert_eq!(said(&world), both);
    // an empty list of gateways is none
    apart.networks.insert(NetworkId("dc".into()), vec![]);
    world.configure(apart.clone());
    assert_eq!(said(&world), both);
    apart.networks.insert(NetworkId("dc".into()), gateway());
    world.configure(apart.clone());
    assert_eq!(said(&world), both[..1]);
    apart.networks.insert(NetworkId::default(), gateway());
    world.configure(apart.clone());
    assert_eq!(said(&world), [] as [&str; 0]);
    // everybody in one network needs none, and one label moves a cluster out of it
    world.configure(settings(&["a", "b", "c"]));
    assert_eq!(said(&world), [] as [&str; 0]);
    world.load("c", 1, &[system_namespace("far")]);
    assert_eq!(said(&world), [of_network("the default network", "one cluster")]);
}

#[test]
fn localities_follow_the_nodes() {
    let zone = |mesh: &Mesh| found(mesh, "n", "x").endpoints(PortId::tcp(80))[0].locality.to_string();
    let mut world = World::of(&[("a", x("10.9.0.1", "10.0.0.1"))]);
    assert_eq!(zone(&world.mesh()), "");
    world.put("a", &node("k0", "us-west1", "us-west1-a"));
    assert_eq!(zone(&world.mesh()), "us-west1/us-west1-a");
    assert_eq!(world.mesh().workloads.get(&wid("a", "n", "x-0")).unwrap().locality.to_string(), "us-west1/us-west1-a");
    world.put("a", &node("k0", "us-west1", "us-west1-b"));
    assert_eq!(zone(&world.mesh()), "us-west1/us-west1-b");
    world.remove("a", &node("k0", "", ""));
    assert_eq!(zone(&world.mesh()), "");
    // a node that the slice names, for an endpoint without a pod; and the slice's own zone where the node is unknown
    let mut bare = ep("10.0.0.1", "");
    bare["nodeName"] = json!("k1");
    bare["zone"] = json!("own");
    world.put("a", &slice("n", "x-1", "x", &[("http", 8080)], &[bare]));
    assert_eq!(zone(&world.mesh()), "/own");
    world.put("a", &node("k1", "r", "z"));
    assert_eq!(zone(&world.mesh()), "r/z");
    // the other cluster's node of the same name is another one
    world.configure(settings(&["a", "b"]));
    world.load("b", 1, &[node("k1", "far", "away")]);
    assert_eq!(zone(&world.mesh()), "r/z");
}

#[test]
fn a_bad_object_is_a_warning_of_its_own() {
    let bad = svc("n", "x", "10.9.0.1", &[("http", 80), ("tcp", 81)]).set("/spec/ports/1/port", json!(70_000));
    let mesh = World::of(&[("a", vec![bad.clone(), svc("n", "y", "10.9.0.2", &[("http", 80)])])]).mesh();
    assert_eq!(found(&mesh, "n", "x").ports.len(), 1);
    let warnings: Vec<_> =
        mesh.warnings.iter().map(|((cluster, key), w)| format!("{cluster} {key} {}", w[0].field)).collect();
    assert_eq!(warnings, ["a Service/n/x spec.ports[1]"]);
    let id = ServiceId { namespace: "n".into(), name: "y".into(), scope: ServiceScope::Mesh };
    assert!(mesh.services.contains_key(&id));
    assert_eq!(WorkloadId { cluster: cid("a"), namespace: "n".into(), name: "p".into() }, wid("a", "n", "p"));
}

#[test]
fn a_stub_gives_an_address_and_defines_nothing() {
    let stub = |ports: &[(&str, u16)]| {
        svc("n", "x", "10.7.0.1", ports)
            .set("/spec/selector", json!({}))
            .label("app.kubernetes.io/managed-by", "meshctl")
            .label("meshctl.io/owned", "true")
            .label("meshctl.io/stub", "true")
    };
    let away = vec![("away", x("10.8.0.1", "10.1.0.1"))];
    // the primary's word counts, but a stub is none: not its ports, not its place
    let world = [vec![("primary", vec![stub(&[("other", 81)])])], away.clone()].concat();
    let mesh = World::of(&world).mesh();
    let service = found(&mesh, "n", "x");
    assert_eq!((service.defined_by.as_str(), service.conflicts.len()), ("away", 0));
    assert_eq!(service.ports.iter().map(|p| p.number).collect::<Vec<_>>(), [80]);
    assert_eq!(service.vips(&cid("primary")), ["10.7.0.1".parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!(endpoints(&mesh, "x", 80), ["away 10.1.0.1:8080"]);
    // alone it is no service at all
    let mesh = World::of(&[("primary", vec![stub(&[("http", 80)])])]).mesh();
    assert!(mesh.services.is_empty());
    // with a selector it is somebody's own, and the primary's word
    let own = stub(&[("http", 80)]).set("/spec/selector", json!({"app": "x"}));
    let mesh = World::of(&[vec![("primary", vec![own])], away].concat()).mesh();
    assert_eq!(found(&mesh, "n", "x").defined_by.as_str(), "primary");
}
