//! What the builders make, put before a real Envoy: it must take every resource, and calls must reach the right endpoint.

mod inbound_v6;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use meshctl::data::model::{
    AppProtocol, ClusterId, Gateway, Locality, MeshSettings, Name, NetworkId, OutboundPolicy, Readiness, ServiceId,
    ServiceKind, ServicePort, TargetPort, Transport,
};
use meshctl::pure::mesh::{Endpoint, InboundPort, LocalService, Service};
use meshctl::pure::xds::build::{self, Binding, Built, EndpointScope, Families};
use meshctl_proto::envoy::config::bootstrap::v3::{Bootstrap, bootstrap};
use meshctl_proto::envoy::config::cluster::v3::{Cluster, cluster};
use meshctl_proto::envoy::config::core::v3::{
    ApiConfigSource, ApiVersion, GrpcService, Node, api_config_source, grpc_service,
};
use meshctl_proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use meshctl_proto::envoy::config::listener::v3::{Listener, filter};
use meshctl_proto::envoy::config::route::v3::RouteConfiguration;
use meshctl_proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, http_connection_manager::RouteSpecifier,
};
use prost::Message;

use crate::envoy::envoys;

const HOST: &str = "reviews.default.svc.cluster.local";

fn cluster_id(id: &str) -> ClusterId {
    ClusterId::parse(id).unwrap()
}

fn ip(s: &str) -> IpAddr {
    s.parse().unwrap()
}

fn port(number: u16, protocol: AppProtocol) -> ServicePort {
    let target = TargetPort::Number(number);
    ServicePort { name: "p".into(), number, target, transport: Transport::Tcp, protocol }
}

fn endpoint(cluster: &str, address: SocketAddr, network: &str) -> Endpoint {
    Endpoint {
        cluster: cluster_id(cluster),
        address: address.ip(),
        port: address.port(),
        readiness: Readiness::Ready,
        network: NetworkId(network.into()),
        locality: Locality { region: "r".into(), zone: cluster.into(), sub_zone: Name::default() },
        node: Name::default(),
        workload: None,
        labels: Arc::new(BTreeMap::new()),
        account: None,
        sidecar: false,
    }
}

fn service(kind: ServiceKind, ports: &[ServicePort], endpoints: &[Endpoint]) -> Service {
    let local = LocalService {
        kind: kind.clone(),
        vips: vec![ip("10.96.0.7"), ip("fd00::7")],
        ports: ports.to_vec(),
        selector: BTreeMap::new(),
        stub: false,
    };
    Service {
        id: ServiceId::mesh("default", "reviews"),
        hostname: HOST.into(),
        defined_by: cluster_id("gke"),
        kind,
        ports: ports.to_vec(),
        local: [(cluster_id("gke"), local)].into(),
        endpoints: ports.iter().map(|p| (p.id(), endpoints.into())).collect(),
        accounts: BTreeSet::new(),
        conflicts: Vec::new(),
    }
}

fn inbound_port(port: u16, protocol: AppProtocol) -> InboundPort {
    InboundPort { port, protocol, hosts: vec![(HOST.into(), port)] }
}

fn scope() -> EndpointScope {
    EndpointScope { network: NetworkId::default(), families: Families::DUAL }
}

fn decode<M: Message + Default>(built: &Built) -> M {
    M::decode(built.rope.concat().as_slice()).unwrap()
}

/// A bootstrap whose ADS server nobody runs, with these resources.
fn boot(clusters: Vec<Cluster>, listeners: Vec<Listener>) -> Bootstrap {
    let mut clusters = clusters;
    clusters.push(Cluster { name: "xds".into(), ..Default::default() });
    let envoy = grpc_service::EnvoyGrpc { cluster_name: "xds".into(), ..Default::default() };
    let ads = ApiConfigSource {
        api_type: api_config_source::ApiType::DeltaGrpc.into(),
        transport_api_version: ApiVersion::V3.into(),
        grpc_services: vec![GrpcService {
            target_specifier: Some(grpc_service::TargetSpecifier::EnvoyGrpc(envoy)),
            ..Default::default()
        }],
        ..Default::default()
    };
    Bootstrap {
        node: Some(Node { id: "test".into(), cluster: "test".into(), ..Default::default() }),
        static_resources: Some(bootstrap::StaticResources { clusters, listeners, ..Default::default() }),
        dynamic_resources: Some(bootstrap::DynamicResources { ads_config: Some(ads), ..Default::default() }),
        ..Default::default()
    }
}

fn write(dir: &Path, boot: &Bootstrap) -> PathBuf {
    let path = dir.join("boot.pb");
    std::fs::write(&path, boot.encode_to_vec()).unwrap();
    path
}

/// Fails with Envoy's own words where one of the Envoys refuses the bootstrap.
fn validate(what: &str, boot: &Bootstrap) {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), boot);
    for envoy in envoys() {
        let out = Command::new(&envoy)
            .args(["--mode", "validate", "--log-level", "warning", "-c"])
            .arg(&path)
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{} refuses {what}:\n{log}", envoy.display());
        assert!(!log.contains("deprecated"), "{} warns of {what}:\n{log}", envoy.display());
    }
}

/// The listener with its Rds replaced by the routes themselves: a static bootstrap has no server to ask.
fn inline_routes(mut listener: Listener, routes: &RouteConfiguration) -> Listener {
    for chain in &mut listener.filter_chains {
        for filter in &mut chain.filters {
            let Some(filter::ConfigType::TypedConfig(config)) = &mut filter.config_type else { continue };
            if config.type_url.ends_with("HttpConnectionManager") {
                let mut manager = HttpConnectionManager::decode(config.value.as_ref()).unwrap();
                assert!(
                    matches!(&manager.route_specifier, Some(RouteSpecifier::Rds(rds)) if rds.route_config_name == routes.name)
                );
                manager.route_specifier = Some(RouteSpecifier::RouteConfig(routes.clone()));
                config.value = manager.encode_to_vec().into();
            }
        }
    }
    listener
}

/// The EDS cluster with its endpoints in it.
fn static_cluster(built: &Built, endpoints: &Built) -> Cluster {
    let cluster: Cluster = decode(built);
    let assignment: ClusterLoadAssignment = decode(endpoints);
    let service_name = cluster.eds_cluster_config.as_ref().map(|c| c.service_name.as_str());
    assert_eq!(service_name, Some(assignment.cluster_name.as_str()));
    Cluster {
        eds_cluster_config: None,
        cluster_discovery_type: Some(cluster::ClusterDiscoveryType::Type(cluster::DiscoveryType::Static.into())),
        load_assignment: Some(assignment),
        ..cluster
    }
}

#[test]
fn envoy_takes_every_cluster() {
    let settings = MeshSettings::default();
    let external = ServiceKind::ExternalName("db.example.com".into());
    let mut clusters: Vec<Cluster> = build::builtin().iter().map(|(_, b)| decode(b)).collect();
    let protocols = [AppProtocol::Http, AppProtocol::Http2, AppProtocol::Tcp, AppProtocol::Detect];
    for (n, kind) in [ServiceKind::ClusterIp, ServiceKind::Headless, external].into_iter().enumerate() {
        for (m, protocol) in protocols.into_iter().enumerate() {
            let port = port(9000 + 10 * n as u16 + m as u16, protocol);
            let service = service(kind.clone(), std::slice::from_ref(&port), &[]);
            clusters.push(decode(&build::outbound(&settings, &service, &port).unwrap()));
        }
    }
    for (m, protocol) in protocols.into_iter().enumerate() {
        clusters.push(decode(&build::inbound(&inbound_port(8000 + m as u16, protocol), ip("10.0.0.1"))));
        clusters.push(decode(&build::inbound(&inbound_port(8100 + m as u16, protocol), ip("fd00::1"))));
    }
    assert_eq!(clusters.len(), 3 + 12 + 8);
    validate("the clusters", &boot(clusters, Vec::new()));
}

#[test]
fn envoy_takes_every_endpoint_set() {
    let mut settings = MeshSettings::default();
    let gateway = |a: &str| Gateway { address: a.into(), port: 15443 };
    settings.networks.insert(NetworkId("far".into()), vec![gateway("192.0.2.1"), gateway("192.0.2.2")]);
    let port = port(9080, AppProtocol::Http);
    let far = |n: u8| endpoint("onprem", SocketAddr::new(ip(&format!("10.2.0.{n}")), 9080), "far");
    let mut draining = endpoint("gke", "10.1.0.2:9080".parse().unwrap(), "");
    draining.readiness = Readiness::Draining;
    let endpoints = [
        endpoint("gke", "10.1.0.1:9080".parse().unwrap(), ""),
        draining,
        endpoint("gke", "[fd00::9]:9080".parse().unwrap(), ""),
        far(1),
        far(2),
        far(3),
    ];
    let full = service(ServiceKind::ClusterIp, std::slice::from_ref(&port), &endpoints);
    let empty = service(ServiceKind::ClusterIp, std::slice::from_ref(&port), &[]);
    for service in [full, empty] {
        let cluster = build::outbound(&settings, &service, &port).unwrap();
        let endpoints = build::load_assignment(&settings, &service, &port, &scope());
        validate("an endpoint set", &boot(vec![static_cluster(&cluster, &endpoints)], Vec::new()));
    }
}

#[test]
fn envoy_takes_every_listener_and_route() {
    let gke = cluster_id("gke");
    let [http, tcp, detect] =
        [port(9080, AppProtocol::Http), port(27017, AppProtocol::Tcp), port(7070, AppProtocol::Detect)];
    let ports = [http.clone(), tcp.clone(), detect.clone()];
    let endpoints = [
        endpoint("gke", "10.1.0.1:1".parse().unwrap(), ""),
        endpoint("gke", "[fd00::9]:1".parse().unwrap(), ""),
        endpoint("gke", "10.1.0.1:2".parse().unwrap(), ""),
    ];
    let svc = service(ServiceKind::ClusterIp, &ports, &endpoints);
    let headless = service(ServiceKind::Headless, &ports, &endpoints);
    let chains = build::headless_chains(&headless, &tcp, &gke);
    assert_eq!(chains.len(), 2);
    let twice = [chains.clone(), chains].concat();
    for policy in [OutboundPolicy::AllowAny, OutboundPolicy::RegistryOnly] {
        for families in [Families::V4, Families::V6, Families::DUAL] {
            let hosts = [build::virtual_host(&svc, &http, "default", &gke)];
            let shared: RouteConfiguration = decode(&build::route_configuration("9080", &hosts, policy));
            let detected: RouteConfiguration = decode(&build::detected_route(&svc, &detect));
            let mut inbound: Vec<_> = [AppProtocol::Http, AppProtocol::Tcp, AppProtocol::Detect, AppProtocol::Detect]
                .iter()
                .enumerate()
                .map(|(n, p)| inbound_port(8000 + n as u16, *p))
                .collect();
            inbound.extend([inbound_port(8000, AppProtocol::Tcp), inbound_port(15006, AppProtocol::Http)]);
            let listeners = vec![
                decode(&build::virtual_outbound(policy, families)),
                decode(&build::virtual_inbound(&inbound, families)),
                inline_routes(
                    decode(&build::http_listener(9080, &twice, policy, Binding::Redirect, families)),
                    &shared,
                ),
                decode(&build::shared_tcp_listener(27018, &twice, policy, Binding::Redirect, families)),
                decode(&build::tcp_listener(ip("10.96.0.7"), &svc, &tcp, Binding::Redirect)),
                decode(&build::tcp_listener(ip("fd00::7"), &svc, &tcp, Binding::Redirect)),
                inline_routes(
                    decode(&build::detect_listener(ip("10.96.0.7"), &svc, &detect, Binding::Redirect)),
                    &detected,
                ),
                inline_routes(decode(&build::detect_listener(ip("fd00::7"), &svc, &detect, Binding::Port)), &detected),
            ];
            validate("the listeners with routes", &boot(Vec::new(), listeners));
        }
    }
    // as they are sent: with Rds
    let listeners = vec![
        decode(&build::http_listener(9080, &[], OutboundPolicy::AllowAny, Binding::Redirect, Families::V4)),
        decode(&build::detect_listener(ip("10.96.0.7"), &svc, &detect, Binding::Redirect)),
    ];
    validate("the listeners with Rds", &boot(Vec::new(), listeners));
}

#[test]
fn envoy_refuses_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let mut listener: Listener = decode(&build::virtual_inbound(&[inbound_port(8000, AppProtocol::Tcp)], Families::V4));
    let chain = listener.filter_chains[1].clone();
    listener.filter_chains.push(chain);
    let path = write(dir.path(), &boot(Vec::new(), vec![listener]));
    for envoy in envoys() {
        let out = Command::new(&envoy).args(["--mode", "validate", "-c"]).arg(&path).output().unwrap();
        assert!(!out.status.success(), "{} takes two chains of one match", envoy.display());
    }
}
