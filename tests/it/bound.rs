//! The listeners of a proxy without iptables, which bind their ports on loopback: one for each address and port, whoever
//! contends for it.

use std::collections::BTreeMap;

use meshctl::data::model::ClusterId;
use meshctl::pure::xds::{Binding, Families, PortConflict, Type, View, ViewId, port_conflicts};
use meshctl_proto::envoy::config::core::v3::{Address, address, socket_address};
use meshctl_proto::envoy::config::listener::v3::{FilterChain, Listener, filter};
use meshctl_proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, http_connection_manager::RouteSpecifier,
};
use meshctl_proto::envoy::extensions::filters::network::tcp_proxy::v3::{TcpProxy, tcp_proxy};
use prost::Message;
use serde_json::json;

use crate::world::{Obj, World, cid, svc, view};

fn attach(world: &mut World, families: Families) -> ViewId {
    world.attach(View { binding: Binding::Port, families, ..view("a", "n") })
}

fn socket(address: &Option<Address>) -> String {
    let Some(address::Address::SocketAddress(socket)) = address.as_ref().and_then(|a| a.address.as_ref()) else {
        panic!("{address:?}")
    };
    let Some(socket_address::PortSpecifier::PortValue(port)) = socket.port_specifier else { panic!("{socket:?}") };
    format!("{} {port}", socket.address)
}

/// Where a chain leads: a route, or a service.
fn end(chain: &FilterChain) -> String {
    let Some(filter::ConfigType::TypedConfig(any)) = &chain.filters.last().unwrap().config_type else { panic!() };
    if any.type_url.ends_with(".TcpProxy") {
        let Some(tcp_proxy::ClusterSpecifier::Cluster(name)) =
            TcpProxy::decode(any.value.clone()).unwrap().cluster_specifier
        else {
            panic!()
        };
        return name.split("||").nth(1).map_or(name.clone(), |host| host.split('.').next().unwrap().to_owned());
    }
    match HttpConnectionManager::decode(any.value.clone()).unwrap().route_specifier {
        Some(RouteSpecifier::Rds(rds)) => format!("route {}", rds.route_config_name),
        other => panic!("{other:?}"),
    }
}

/// The listeners of a view by what they bind, each with where it leads to. No two bind the same, and each is named by it.
fn listeners(world: &World, id: ViewId) -> BTreeMap<String, Vec<String>> {
    let mut out = BTreeMap::new();
    for entry in world.snapshot().all(id, Type::Listener) {
        let listener = Listener::decode(entry.body.concat().as_slice()).unwrap();
        let at = socket(&listener.address);
        assert_eq!(listener.additional_addresses, [], "{at}");
        let (ip, port) = at.split_once(' ').unwrap();
        let named = if ip.contains(':') { format!("[{ip}]_{port}") } else { format!("{ip}_{port}") };
        assert_eq!((listener.name.as_str(), &*entry.name), (named.as_str(), named.as_str()));
        let chains = listener.filter_chains.iter().chain(&listener.default_filter_chain).map(end).collect();
        assert!(out.insert(at.clone(), chains).is_none(), "two listeners bind {at}");
    }
    out
}

/// The service, its port, the listener and its holder.
fn conflicts(world: &World, cluster: &ClusterId, families: Families) -> Vec<String> {
    let row = |PortConflict { service, port, listener, holder }: PortConflict| {
        let holder = holder.map_or("HTTP".to_owned(), |h| h.1.to_string());
        format!("{} {port} {listener} {holder}", service.1)
    };
    port_conflicts(&world.index.mesh(), cluster, families).into_iter().map(row).collect()
}

fn external(name: &str, host: &str, port: (&str, u16)) -> Obj {
    svc("n", name, "", &[port]).set(
        "/spec",
        json!({"type": "ExternalName", "externalName": host,
        "ports": [{"name": port.0, "port": port.1}]}),
    )
}

#[test]
fn one_address_and_port_has_one_listener() {
    let objects = vec![
        // TCP alone, with another of the same port
        svc("n", "b", "10.9.0.2", &[("tcp-x", 443)]),
        svc("n", "c", "10.9.0.3", &[("tcp-x", 443)]),
        // a detected port first, then TCP
        svc("n", "d", "10.9.0.4", &[("x", 90)]),
        svc("n", "e", "10.9.0.5", &[("tcp-x", 90)]),
        // HTTP services share; of the others one has what is not HTTP
        svc("n", "f", "10.9.0.6", &[("tcp-x", 80)]),
        svc("n", "g", "10.9.0.7", &[("tcp-x", 80)]),
        svc("n", "h", "10.9.0.8", &[("http", 80)]),
        svc("n", "i", "10.9.0.9", &[("http", 80)]),
        // whoever may write an ExternalName takes no service's port
        external("a-thief", "192.0.2.1", ("tcp-x", 443)),
        external("another", "example.com", ("tcp-x", 443)),
        external("alone", "example.com", ("tcp-x", 91)),
        // one that is refused contends for nothing, not even where HTTP is shared
        external("refused", "127.0.0.1", ("tcp-x", 443)),
        external("refused-too", "169.254.169.254", ("http", 80)),
        // nothing leads to a headless service's pods without iptables
        svc("n", "a-headless", "None", &[("tcp-x", 443)]),
    ];
    let mut world = World::of(&[("a", objects)]);
    let id = attach(&mut world, Families::V4);
    let of = |chains: &[&str]| chains.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    let want = [
        ("127.0.0.1 443", of(&["b"])),
        ("127.0.0.1 80", of(&["route 80", "f"])),
        ("127.0.0.1 90", of(&["route d.n.svc.cluster.local:90", "d"])),
        ("127.0.0.1 91", of(&["alone"])),
    ];
    assert_eq!(listeners(&world, id), want.map(|(at, chains)| (at.to_owned(), chains)).into());
    let told = [
        "a-thief 443 127.0.0.1_443 b",
        "another 443 127.0.0.1_443 b",
        "c 443 127.0.0.1_443 b",
        "e 90 127.0.0.1_90 d",
        "f 80 127.0.0.1_80 HTTP",
        "g 80 127.0.0.1_80 f",
    ];
    assert_eq!(conflicts(&world, &cid("a"), Families::V4), told);
    // with iptables each has its address
    let redirected = world.attach(view("a", "n"));
    let names: Vec<_> = world.snapshot().all(redirected, Type::Listener).map(|e| e.name.to_string()).collect();
    assert!(["10.9.0.2_443", "10.9.0.3_443"].iter().all(|n| names.contains(&(*n).to_owned())), "{names:?}");

    // the holder goes, a service comes before it, HTTP comes to the port and goes: it is one listener that changes
    for (change, put, chains) in [
        (svc("n", "b", "10.9.0.2", &[("tcp-x", 443)]), false, of(&["c"])),
        (svc("m", "z", "10.9.0.1", &[("tcp-x", 443)]), true, of(&["z"])),
        (svc("n", "w", "10.9.0.20", &[("http", 443)]), true, of(&["route 443", "z"])),
        (svc("n", "w", "10.9.0.20", &[("http", 443)]), false, of(&["z"])),
    ] {
        let updates = if put { world.put("a", &change) } else { world.remove("a", &change) };
        let mine = world.snapshot().tables(id, Type::Listener).to_vec();
        let changed: Vec<_> =
            updates.iter().filter(|u| mine.contains(&u.table)).map(|u| u.touched.name.to_string()).collect();
        assert_eq!(changed, ["127.0.0.1_443"]);
        assert_eq!(listeners(&world, id)["127.0.0.1 443"], chains);
    }
}

#[test]
fn the_families_of_loopback_are_apart() {
    let dual =
        |name: &str, v4: &str, v6: &str, port| svc("n", name, v4, &[port]).set("/spec/clusterIPs", json!([v4, v6]));
    let objects = vec![
        dual("a", "10.9.0.1", "fd00::1", ("tcp-x", 80)),
        dual("b", "10.9.0.2", "fd00::2", ("tcp-x", 80)),
        svc("n", "c", "10.9.0.3", &[("http", 80)]),
        svc("n", "d", "fd00::4", &[("tcp-x", 90)]),
        svc("n", "e", "10.9.0.5", &[("tcp-x", 90)]),
    ];
    let mut world = World::of(&[("a", objects)]);
    let id = attach(&mut world, Families::DUAL);
    let all = listeners(&world, id);
    assert_eq!(all["127.0.0.1 80"], ["route 80", "a"]);
    assert_eq!(
        (&all["::1 80"][..], &all["::1 90"][..], &all["127.0.0.1 90"][..]),
        (&["a".to_owned()][..], &["d".to_owned()][..], &["e".to_owned()][..])
    );
    assert_eq!(
        conflicts(&world, &cid("a"), Families::DUAL),
        ["a 80 127.0.0.1_80 HTTP", "b 80 127.0.0.1_80 a", "b 80 [::1]_80 a"]
    );
    assert_eq!(conflicts(&world, &cid("a"), Families::V4), ["a 80 127.0.0.1_80 HTTP", "b 80 127.0.0.1_80 a"]);
}
