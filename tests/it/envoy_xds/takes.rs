//! A proxy takes everything, and holds just what the mesh says.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::backends::{free_port, http, tcp};
use super::mesh::{Mesh, Port, cluster_name, pod, service, slice};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, on_every_envoy, on_newest_envoy};
use crate::serve::pki::{Ca, Leaf};

#[test]
fn everything_is_taken_and_nothing_else_is_there() {
    on_every_envoy(|envoy, mode| takes(envoy, mode, Calls::Bound));
}

/// As in every injected pod.
#[test]
fn everything_is_taken_where_iptables_lead_calls() {
    on_every_envoy(|envoy, mode| takes(envoy, mode, Calls::Redirected));
}

/// The port of the cluster's proxies: what it takes is the same, and its account is known.
#[test]
fn everything_is_taken_over_mutual_tls() {
    on_newest_envoy(|envoy, mode| takes(envoy, mode, Calls::RedirectedOverTls));
}

/// The account of a proxy that shows a certificate.
const ACCOUNT: &str = "spiffe://cluster.local/ns/default/sa/client";

/// How calls come to the proxy's listeners, and its configuration to the proxy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calls {
    Bound,
    Redirected,
    RedirectedOverTls,
}

/// A discovery, and a proxy of it.
fn start(envoy: &Path, mode: Mode, calls: Calls, mesh: &Mesh) -> (Pilot, Proxy) {
    if calls != Calls::RedirectedOverTls {
        let pilot = Pilot::start(mesh, 0);
        let proxy = match calls {
            Calls::Bound => Proxy::start(envoy, mode, "client", pilot.xds(), mesh.home()),
            _ => Proxy::redirected(envoy, mode, "client", pilot.xds(), mesh.home()),
        };
        return (pilot, proxy);
    }
    let root = Ca::root("root");
    let issuer = root.intermediate("issuer", Some(0));
    let files = |leaf: Leaf, who: &str| {
        let folder = mesh.home().join(who);
        std::fs::create_dir(&folder).unwrap();
        leaf.write(&root, &folder)
    };
    let day = time::Duration::hours(24);
    let client = issuer.leaf(&[ACCOUNT], day);
    let (server, client) =
        (files(issuer.leaf(&[], day), "certificates-of-pilot"), files(client, "certificates-of-client"));
    let pilot = Pilot::secure(mesh, &server);
    let proxy = Proxy::over_tls(envoy, mode, "client", pilot.secure_xds(), mesh.home(), &client);
    (pilot, proxy)
}

fn takes(envoy: &Path, mode: Mode, calls: Calls) {
    let [web, db, any, far, both] = [(); 5].map(|()| free_port());
    let [http_port, tcp_port] = [(web, "http"), (db, "tcp")].map(|(number, p)| Port { number, protocol: Some(p) });
    let (here, there, bytes) = (http("here"), http("there"), tcp("bytes"));
    let mut external = service("external", "", Port { number: far, ..http_port });
    external["spec"]["type"] = "ExternalName".into();
    external["spec"]["externalName"] = "192.0.2.1".into();
    let mut udp = service("udp", "10.96.0.9", Port { number: far, protocol: None });
    udp["spec"]["ports"][0]["protocol"] = json!("UDP");
    // as kube-dns: the same number of UDP, first, and of TCP
    let [mut dns, mut dns_slice] =
        [service("dns", "10.96.0.10", Port { number: both, protocol: None }), slice("dns", "v1", bytes)];
    dns["spec"]["ports"] = json!([
        {"name": "dns", "port": both, "protocol": "UDP"},
        {"name": "dns-tcp", "port": both, "protocol": "TCP", "appProtocol": "tcp"},
    ]);
    dns_slice["ports"] = json!([{"name": "dns", "port": 5353}, {"name": "dns-tcp", "port": bytes.port()}]);
    let mesh = Mesh::of(&[
        ("gke/reviews", [vec![service("reviews", "10.96.0.1", http_port)], pod("reviews", "v1", here)].concat()),
        ("on-prem/reviews", [vec![service("reviews", "10.112.0.1", http_port)], pod("reviews", "v3", there)].concat()),
        ("on-prem/ratings", vec![service("ratings", "10.112.0.2", http_port), slice("ratings", "v1", there)]),
        ("gke/mongo", vec![service("mongo", "10.96.0.2", tcp_port), slice("mongo", "v1", bytes)]),
        ("gke/any", vec![service("any", "10.96.0.3", Port { number: any, protocol: None }), slice("any", "v1", here)]),
        ("gke/peers", vec![service("peers", "None", tcp_port), slice("peers", "0", bytes)]),
        ("gke/empty", vec![service("empty", "10.96.0.4", http_port)]),
        ("gke/external", vec![external]),
        ("gke/udp", vec![udp]),
        ("gke/dns", vec![dns, dns_slice]),
    ]);
    let (pilot, proxy) = start(envoy, mode, calls, &mesh);
    pilot.synced(&proxy.id);
    proxy.rejected_nothing();
    let principal = Some(ACCOUNT).filter(|_| calls == Calls::RedirectedOverTls);
    assert_eq!(pilot.stream(&proxy.id).unwrap()["principal"], json!(principal));
    assert_eq!(proxy.stat("cluster_manager.warming_clusters"), 0);
    assert_eq!(proxy.stat("listener_manager.total_listeners_warming"), 0);

    let dump = proxy.dump();
    let services = [
        ("reviews", web),
        ("ratings", web),
        ("mongo", db),
        ("any", any),
        ("peers", db),
        ("empty", web),
        ("dns", both),
        ("external", far),
    ];
    let clusters: BTreeSet<String> = services.iter().map(|(name, port)| cluster_name(name, *port)).collect();
    let builtin = ["BlackHoleCluster", "InboundPassthroughCluster", "PassthroughCluster"].map(String::from);
    let names = |versions: super::proxy::Versions| versions.into_keys().collect::<BTreeSet<_>>();
    assert_eq!(names(dump.clusters()), clusters.into_iter().chain(builtin).collect());
    let listeners = match calls {
        Calls::Bound => [web, db, any, far, both].map(|port| format!("127.0.0.1_{port}")).into(),
        // HTTP and headless services share the addresses of a port; others have one for each of theirs
        _ => BTreeSet::from([
            format!("0.0.0.0_{web}"),
            format!("0.0.0.0_{far}"),
            format!("0.0.0.0_{db}"),
            format!("10.96.0.2_{db}"),
            format!("10.96.0.3_{any}"),
            format!("10.96.0.10_{both}"),
            "virtualInbound".to_owned(),
            "virtualOutbound".to_owned(),
        ]),
    };
    assert_eq!(names(dump.listeners()), listeners);
    let routes = [web.to_string(), far.to_string(), format!("any.default.svc.cluster.local:{any}")];
    assert_eq!(names(dump.routes()), routes.into());
    let mut endpoints = dump.endpoints();
    endpoints.retain(|name, _| services[..7].iter().any(|(s, p)| cluster_name(s, *p) == *name && *s != "peers"));
    let of = |addresses: &[std::net::SocketAddr]| addresses.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let want = [
        ("reviews", web, of(&[here, there])),
        ("ratings", web, of(&[there])),
        ("mongo", db, of(&[bytes])),
        ("any", any, of(&[here])),
        ("empty", web, of(&[])),
        ("dns", both, of(&[bytes])),
    ];
    assert_eq!(endpoints, want.into_iter().map(|(name, port, set)| (cluster_name(name, port), set)).collect());

    let pilots = || super::proxy::Dump(pilot.debug(&format!("config_dump?proxyID={}", proxy.id)));
    let told = pilots();
    assert_eq!(told.endpoints(), endpoints, "discovery's dump holds the same");
    assert_eq!(names(told.clusters()), names(dump.clusters()));
    assert_eq!(names(told.listeners()), names(dump.listeners()));
    assert_eq!(names(told.routes()), names(dump.routes()));
    // the whole has one version in the state of the world: each resource has its own only here
    if mode == Mode::Delta {
        assert_eq!(told.clusters(), dump.clusters());
        assert_eq!(told.listeners(), dump.listeners());
        assert_eq!(told.routes(), dump.routes());
    }

    // and it stays so
    let other = Port { number: web, protocol: Some("kubernetes.io/h2c") };
    mesh.put("gke/empty", &[service("empty", "10.96.0.5", other)]);
    mesh.put("gke/late", &[service("late", "10.96.0.6", http_port), slice("late", "v1", here)]);
    becomes("the dumps are the same again", true, || {
        let (told, dump) = (pilots(), proxy.dump());
        let same = mode == Mode::Sotw || (told.clusters(), told.routes()) == (dump.clusters(), dump.routes());
        same && dump.clusters().contains_key(&cluster_name("late", web))
            && names(told.clusters()) == names(dump.clusters())
    });
    pilot.synced(&proxy.id);
    proxy.rejected_nothing();
}
