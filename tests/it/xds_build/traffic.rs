//! Calls through a running Envoy, with the built resources in a static bootstrap: endpoints inline, listeners bound.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use meshctl::data::model::{AppProtocol, MeshSettings, OutboundPolicy, ServiceKind, ServicePort};
use meshctl::pure::mesh::{InboundPort, Service};
use meshctl::pure::xds::build::{self, Binding, Built, Families};
use meshctl_proto::envoy::config::bootstrap::v3::Bootstrap;
use meshctl_proto::envoy::config::cluster::v3::{Cluster, cluster};
use meshctl_proto::envoy::config::core::v3::{Address, SocketAddress, address, socket_address};
use meshctl_proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use meshctl_proto::envoy::config::listener::v3::{Listener, ListenerFilter, listener_filter};
use meshctl_proto::google::protobuf::Any;

use super::{
    HOST, boot, cluster_id, decode, endpoint, inbound_port, inline_routes, ip, port, scope, service, static_cluster,
    write,
};
use crate::envoy::{Running, envoys};

/// Starts Envoy and waits until `port` is open.
fn start(envoy: &Path, boot: &Path, port: u16) -> Running {
    start_at(envoy, boot, SocketAddr::new(ip("127.0.0.1"), port))
}

pub(super) fn start_at(envoy: &Path, boot: &Path, address: SocketAddr) -> Running {
    let running = Running::start(envoy, boot, &[]);
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < deadline, "{address} is not open after 30 s:\n{}", running.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// A server that answers HTTP with `name` (with its caller's address, if that is "caller"), echoes anything else, and says `banner` first if there is one.
fn backend(name: &'static str, banner: Option<&'static str>) -> SocketAddr {
    backend_at("127.0.0.1:0".parse().unwrap(), name, banner)
}

pub(super) fn backend_at(address: SocketAddr, name: &'static str, banner: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind(address).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, name, banner));
        }
    });
    address
}

fn serve(mut stream: TcpStream, name: &str, banner: Option<&str>) -> std::io::Result<()> {
    stream.write_all(banner.unwrap_or_default().as_bytes())?;
    let caller = stream.peer_addr()?.ip().to_string();
    let name = if name == "caller" { &caller } else { name };
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        if buffer.starts_with(b"GET ") {
            let length = name.len();
            write!(stream, "HTTP/1.1 200 OK\r\nserver: app\r\ncontent-length: {length}\r\n\r\n{name}")?;
        } else {
            stream.write_all(&buffer[..n])?;
        }
    }
}

pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Sends `bytes` and reads until `until` has come; all that came, where it has not within 20 s.
fn talk(port: u16, bytes: &[u8], until: &str) -> String {
    talk_to(SocketAddr::new(ip("127.0.0.1"), port), bytes, until)
}

pub(super) fn talk_to(address: SocketAddr, bytes: &[u8], until: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&got).contains(until) {
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => got.extend_from_slice(&buffer[..n]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&got).into_owned()
}

fn get(port: u16, version: &str, host: &str, until: &str) -> String {
    talk(port, format!("GET / HTTP/{version}\r\nhost: {host}\r\n\r\n").as_bytes(), until)
}

/// A service port and its parts for a static bootstrap: service, port, cluster with endpoints.
fn served(protocol: AppProtocol, backend: SocketAddr) -> (Service, ServicePort, Cluster) {
    let settings = MeshSettings::default();
    let port = port(free_port(), protocol);
    let service = service(ServiceKind::ClusterIp, std::slice::from_ref(&port), &[endpoint("gke", backend, "")]);
    let cluster = build::outbound(&settings, &service, &port).unwrap();
    let endpoints = build::load_assignment(&settings, &service, &port, &scope());
    (service, port, static_cluster(&cluster, &endpoints))
}

#[test]
fn calls_reach_their_endpoints() {
    for envoy in envoys() {
        let (http_service, http, http_cluster) = served(AppProtocol::Http, backend("shared", None));
        let (tcp_service, tcp, tcp_cluster) = served(AppProtocol::Tcp, backend("tcp", Some("banner\n")));
        let (detect_service, detect, detect_cluster) = served(AppProtocol::Detect, backend("detected", None));
        let (first_service, first, first_cluster) = served(AppProtocol::Detect, backend("first", Some("banner\n")));
        let (policy, vip) = (OutboundPolicy::RegistryOnly, ip("10.96.0.7"));
        let hosts = [build::virtual_host(&http_service, &http, "default", &cluster_id("gke"))];
        let shared = decode(&build::route_configuration(&http.number.to_string(), &hosts, policy));
        let detected = |service, port| {
            let listener = decode(&build::detect_listener(vip, service, port, Binding::Port));
            inline_routes(listener, &decode(&build::detected_route(service, port)))
        };
        let listeners = vec![
            inline_routes(
                decode(&build::http_listener(http.number, &[], policy, Binding::Port, Families::V4)),
                &shared,
            ),
            decode(&build::tcp_listener(vip, &tcp_service, &tcp, Binding::Port)),
            detected(&detect_service, &detect),
            detected(&first_service, &first),
        ];
        let mut clusters: Vec<Cluster> = build::builtin().iter().map(|(_, b)| decode(b)).collect();
        clusters.extend([http_cluster, tcp_cluster, detect_cluster, first_cluster]);
        let dir = tempfile::tempdir().unwrap();
        let boot = Bootstrap { dynamic_resources: None, ..boot(clusters, listeners) };
        let _envoy = start(&envoy, &write(dir.path(), &boot), first.number);

        let known =
            ["reviews", "reviews.default", "reviews.default.svc", HOST, "reviews:1", "10.96.0.7", "[fd00::7]:1"];
        for host in known {
            let answer = get(http.number, "1.1", host, "shared");
            assert!(answer.ends_with("shared") && answer.contains("server: app"), "{host}: {answer}");
        }
        assert!(get(http.number, "1.0", "reviews", "shared").ends_with("shared"));
        assert!(get(http.number, "1.1", "example.com", "\r\n").starts_with("HTTP/1.1 502"));
        assert_eq!(talk(http.number, b"\x16\x03\x01no http", "x"), "", "the black hole closes");
        assert_eq!(talk(tcp.number, b"hello", "hello"), "banner\nhello");
        assert!(get(detect.number, "1.1", "any.host", "detected").ends_with("detected"));
        assert_eq!(talk(detect.number, b"\0hello", "hello"), "\0hello");
        assert_eq!(talk(first.number, b"", "banner\n"), "banner\n", "a server that speaks first is only slow");
    }
}

/// The listener, bound to a port of its own: without iptables a connection's own address is its original destination.
fn bound(listener: Listener, port: u16) -> Listener {
    let socket = SocketAddress {
        address: "0.0.0.0".into(),
        port_specifier: Some(socket_address::PortSpecifier::PortValue(port.into())),
        ..Default::default()
    };
    let address = Some(Address { address: Some(address::Address::SocketAddress(socket)) });
    Listener { name: format!("{} at {port}", listener.name), address, bind_to_port: None, ..listener }
}

/// The cluster of a workload's port, with the workload's address in it.
fn to_workload(port: &InboundPort, workload: SocketAddr) -> Cluster {
    let settings = MeshSettings::default();
    let service_port = self::port(port.port, port.protocol);
    let service =
        service(ServiceKind::ClusterIp, std::slice::from_ref(&service_port), &[endpoint("gke", workload, "")]);
    let endpoints: ClusterLoadAssignment =
        decode(&build::load_assignment(&settings, &service, &service_port, &scope()));
    let cluster: Cluster = decode(&build::inbound(port, workload.ip()));
    Cluster {
        cluster_discovery_type: Some(cluster::ClusterDiscoveryType::Type(cluster::DiscoveryType::Static.into())),
        lb_policy: cluster::LbPolicy::RoundRobin.into(),
        load_assignment: Some(ClusterLoadAssignment { cluster_name: cluster.name.clone(), ..endpoints }),
        ..cluster
    }
}

#[test]
fn calls_come_in() {
    for envoy in envoys() {
        let [http, tcp, detect, first] =
            [AppProtocol::Http, AppProtocol::Tcp, AppProtocol::Detect, AppProtocol::Detect]
                .map(|p| inbound_port(free_port(), p));
        let ports = [http, tcp, detect, first];
        let listener: Listener = decode(&build::virtual_inbound(&ports, Families::V4));
        let mut listeners: Vec<Listener> = ports.iter().map(|p| bound(listener.clone(), p.port)).collect();
        // for ever: a port that does not have to be detected is not waited for at all
        listeners[1].listener_filters_timeout = Some(Default::default());
        let [http, tcp, detect, first] = &ports;
        let mut clusters: Vec<Cluster> = build::builtin().iter().map(|(_, b)| decode(b)).collect();
        clusters.push(to_workload(http, backend("workload", None)));
        clusters.push(to_workload(tcp, backend("tcp", Some("banner\n"))));
        clusters.push(to_workload(detect, backend("detected", None)));
        clusters.push(to_workload(first, backend("first", Some("banner\n"))));
        let dir = tempfile::tempdir().unwrap();
        let boot = Bootstrap { dynamic_resources: None, ..boot(clusters, listeners) };
        let _envoy = start(&envoy, &write(dir.path(), &boot), first.port);

        assert!(get(http.port, "1.1", "any.host", "workload").ends_with("workload"));
        assert_eq!(talk(tcp.port, b"", "banner\n"), "banner\n", "a TCP port does not wait for the client");
        assert!(get(detect.port, "1.1", "any.host", "detected").ends_with("detected"));
        assert_eq!(talk(detect.port, b"\0hello", "hello"), "\0hello");
        assert_eq!(talk(first.port, b"", "banner\n"), "banner\n");
    }
}

#[test]
fn headless_addresses_have_their_own_chain() {
    for envoy in envoys() {
        let (http_service, http, http_cluster) = served(AppProtocol::Http, backend("shared", None));
        let tcp = port(http.number, AppProtocol::Tcp);
        let mut headless = service(
            ServiceKind::Headless,
            std::slice::from_ref(&tcp),
            &[
                endpoint("gke", "127.0.0.2:1".parse().unwrap(), ""),
                endpoint("onprem", "127.0.0.3:1".parse().unwrap(), ""),
            ],
        );
        headless.hostname = "mongo.default.svc.cluster.local".into();
        let chains = build::headless_chains(&headless, &tcp, &cluster_id("gke"));
        let by_address = to_workload(&inbound_port(1, AppProtocol::Tcp), backend("mongo", None));
        let by_address = Cluster { name: chains[0].cluster.to_string(), ..by_address };
        let policy = OutboundPolicy::RegistryOnly;
        let hosts = [build::virtual_host(&http_service, &http, "default", &cluster_id("gke"))];
        let shared = decode(&build::route_configuration(&http.number.to_string(), &hosts, policy));
        let listener = decode(&build::http_listener(http.number, &chains, policy, Binding::Redirect, Families::V4));
        let listeners = vec![bound(inline_routes(listener, &shared), http.number)];
        let mut clusters: Vec<Cluster> = build::builtin().iter().map(|(_, b)| decode(b)).collect();
        clusters.extend([http_cluster, by_address]);
        let dir = tempfile::tempdir().unwrap();
        let boot = Bootstrap { dynamic_resources: None, ..boot(clusters, listeners) };
        let _envoy = start(&envoy, &write(dir.path(), &boot), http.number);

        let at = |host: &str| SocketAddr::new(ip(host), http.number);
        assert_eq!(talk_to(at("127.0.0.2"), b"\0hello", "hello"), "\0hello", "the pod's own chain");
        assert_eq!(talk_to(at("127.0.0.3"), b"\0hello", "hello"), "", "another cluster's pod has none here");
        assert!(get(http.number, "1.1", "reviews", "shared").ends_with("shared"));
    }
}

/// The listener of what iptables redirect, bound to `port`; a PROXY header tells it the original destination, as the kernel
/// would.
pub(super) fn redirected(built: &Built, port: u16) -> Listener {
    let mut listener = bound(decode(built), port);
    let config = Any {
        type_url: "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol".into(),
        ..Default::default()
    };
    let filter = ListenerFilter {
        name: "envoy.filters.listener.proxy_protocol".into(),
        config_type: Some(listener_filter::ConfigType::TypedConfig(config)),
        ..Default::default()
    };
    // behind original_dst, before the inspectors
    let at = listener.listener_filters.len().min(1);
    listener.listener_filters.insert(at, filter);
    listener
}

/// What comes back through `via` of a call to `to`.
fn call(via: u16, to: SocketAddr, bytes: &str, until: &str) -> String {
    let header = format!("PROXY TCP4 10.9.9.9 {} 40000 {}\r\n", to.ip(), to.port());
    talk(via, format!("{header}{bytes}").as_bytes(), until)
}

#[test]
fn redirected_calls_arrive() {
    for envoy in envoys() {
        let (policy, families, vip) = (OutboundPolicy::AllowAny, Families::V4, ip("10.96.0.7"));
        let [shared, elsewhere, own, bare, pod] =
            ["shared", "elsewhere", "caller", "caller", "pod"].map(|n| backend(n, None));
        let (http_service, mut http, _) = served(AppProtocol::Http, shared);
        let (tcp_service, tcp, tcp_cluster) = served(AppProtocol::Tcp, backend("tcp", Some("banner\n")));
        // the mesh's HTTP port is the one where a server outside of the mesh listens
        http.number = elsewhere.port();
        let endpoints = [endpoint("gke", shared, "")];
        let http_service = Service { endpoints: [(http.id(), endpoints.as_slice().into())].into(), ..http_service };
        let settings = MeshSettings::default();
        let assignment = build::load_assignment(&settings, &http_service, &http, &scope());
        let http_cluster = static_cluster(&build::outbound(&settings, &http_service, &http).unwrap(), &assignment);
        let headless_port = port(pod.port(), AppProtocol::Tcp);
        let headless =
            service(ServiceKind::Headless, std::slice::from_ref(&headless_port), &[endpoint("gke", pod, "")]);
        let chains = build::headless_chains(&headless, &headless_port, &cluster_id("gke"));
        let hosts = [build::virtual_host(&http_service, &http, "default", &cluster_id("gke"))];
        let routes = decode(&build::route_configuration(&http.number.to_string(), &hosts, policy));
        let http_listener = build::http_listener(http.number, &[], policy, Binding::Redirect, families);
        let inbound = inbound_port(own.port(), AppProtocol::Http);
        let (out, back) = (free_port(), free_port());
        let listeners = vec![
            inline_routes(decode(&http_listener), &routes),
            decode(&build::tcp_listener(vip, &tcp_service, &tcp, Binding::Redirect)),
            decode(&build::shared_tcp_listener(
                pod.port(),
                &chains,
                OutboundPolicy::RegistryOnly,
                Binding::Redirect,
                families,
            )),
            redirected(&build::virtual_outbound(policy, families), out),
            redirected(&build::virtual_inbound(std::slice::from_ref(&inbound), families), back),
        ];
        let mut clusters: Vec<Cluster> = build::builtin().iter().map(|(_, b)| decode(b)).collect();
        let headless_cluster = decode(&build::outbound(&settings, &headless, &headless_port).unwrap());
        let inbound_cluster = decode(&build::inbound(&inbound, own.ip()));
        clusters.extend([http_cluster, tcp_cluster, headless_cluster, inbound_cluster]);
        let dir = tempfile::tempdir().unwrap();
        let boot = Bootstrap { dynamic_resources: None, ..boot(clusters, listeners) };
        let _envoy = start(&envoy, &write(dir.path(), &boot), back);

        let get = |host: &str| format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n");
        let at = |port: u16| SocketAddr::new(vip, port);
        let ends = |got: String, want: &str| assert!(got.ends_with(want), "{got:?} does not end with {want:?}");
        ends(call(out, at(http.number), &get("reviews"), "shared"), "shared");
        ends(call(out, elsewhere, &get("example.com"), "elsewhere"), "elsewhere");
        ends(call(out, elsewhere, "\0hello", "hello"), "\0hello");
        ends(call(out, bare, &get("unknown.port"), "127.0.0.1"), "127.0.0.1");
        ends(call(out, at(tcp.number), "", "banner\n"), "banner\n");
        ends(call(out, pod, "\0hello", "hello"), "\0hello");
        assert_eq!(call(out, "127.0.0.9:1".parse().unwrap(), "", "x"), "", "refused by nobody's port");
        assert_eq!(call(out, at(15001), "\0hello", "x"), "", "no loop");
        ends(call(back, own, &get("any.host"), "127.0.0.6"), "127.0.0.6");
        ends(call(back, bare, &get("any.host"), "127.0.0.6"), "127.0.0.6");
        assert_eq!(call(back, at(15006), "\0hello", "x"), "", "no loop");
    }
}
