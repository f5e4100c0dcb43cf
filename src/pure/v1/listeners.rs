//! `/v1/listeners`: what a sidecar takes, from its pod and for it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::clusters::{Carried, Outbound, inbound_name, outbound_ports, protocol_word};
use super::node::{Api, Proxy, V1Error};
use super::routes::to_cluster;
use super::types::{
    AccessLog, Empty, Filter, FilterConfig, HttpConfig, HttpFilter, Listener, Listeners, MongoConfig, Rds, RouteConfig,
    TcpConfig, TcpRoute, TcpRoutes, Tracing, VirtualHost,
};
use crate::data::model::{AppProtocol, ClusterId, PortId, ProxyRole, parse_hostname};
use crate::pure::mesh::{InboundPort, Mesh};

/// All addresses. v1 listeners knew IPv4 only.
const WILDCARD: &str = "0.0.0.0";
/// The port to which iptables redirects what a pod sends and gets.
const VIRTUAL: u16 = 15001;
/// The talk's mesh asked for routes once a second (`refreshInterval: 1s`, values-istio-multicluster.yaml@b5c2377c96a).
const RDS_REFRESH_MS: u64 = 1000;
/// What a MongoDB port's name begins with, and the mark of its listener.
const MONGO: &str = "mongo";

/// The listeners of a node, by address; of two at the same address the first of inbound, TCP and HTTP stays. Gateways had
/// none here.
///
/// # Errors
/// [`V1Error::Node`] for what is no node id.
pub fn listeners(mesh: &Mesh, node: &str) -> Result<Listeners, V1Error> {
    let proxy = Proxy::read(mesh, node, Api::Lds)?;
    let mut all = Vec::new();
    if proxy.role == ProxyRole::Sidecar {
        let outbound = outbound_ports(mesh, &proxy.cluster);
        let (http, tcp): (Vec<_>, Vec<_>) = outbound.iter().partition(|o| o.carried == Carried::Http);
        all.extend(proxy.inbound(mesh).iter().map(|p| inbound(p, proxy.address(), is_mongo(mesh, &proxy.cluster, p))));
        all.extend(tcp.into_iter().map(outbound_tcp));
        all.extend(http.into_iter().map(|o| outbound_http(o.port.number)));
        all.push(virtual_listener());
    }
    let mut by_address: BTreeMap<String, Listener> = BTreeMap::new();
    for listener in all {
        by_address.entry(listener.address.clone()).or_insert(listener);
    }
    Ok(Listeners { listeners: by_address.into_values().collect() })
}

/// Takes everything that iptables redirects, and hands it to the listener of its destination.
fn virtual_listener() -> Listener {
    Listener {
        name: "virtual".to_owned(),
        bind_to_port: true,
        use_original_dst: true,
        ..bound("", WILDCARD, VIRTUAL, Vec::new())
    }
}

fn bound(prefix: &str, host: &str, port: u16, filters: Vec<Filter>) -> Listener {
    let address = if host.contains(':') { format!("tcp://[{host}]:{port}") } else { format!("tcp://{host}:{port}") };
    Listener { address, name: format!("{prefix}_{host}_{port}"), filters, bind_to_port: false, use_original_dst: false }
}

/// Whether the service port that leads here is named `mongo`.
fn is_mongo(mesh: &Mesh, cluster: &ClusterId, port: &InboundPort) -> bool {
    port.hosts.first().is_some_and(|(host, number)| {
        let service = parse_hostname(host).and_then(|(name, namespace)| mesh.service_in(cluster, namespace, name));
        service.and_then(|s| s.port(PortId::tcp(*number))).is_some_and(|p| protocol_word(p) == MONGO)
    })
}

fn inbound(port: &InboundPort, address: IpAddr, mongo: bool) -> Listener {
    let (host, cluster) = (address.to_string(), inbound_name(port.port));
    match port.protocol {
        AppProtocol::Http | AppProtocol::Http2 => {
            let virtual_host = VirtualHost {
                name: format!("inbound|{}", port.port),
                domains: vec!["*".to_owned()],
                routes: vec![to_cluster(cluster)],
            };
            let routes = RouteConfig { validate_clusters: true, virtual_hosts: vec![virtual_host] };
            bound("http", &host, port.port, vec![http_filter("ingress", Some(routes), None)])
        }
        AppProtocol::Tcp | AppProtocol::Detect => tcp(&host, port.port, tcp_filter(cluster, Some(address)), mongo),
    }
}

fn outbound_http(port: u16) -> Listener {
    let rds = Rds { cluster: "rds", route_config_name: port.to_string(), refresh_delay_ms: RDS_REFRESH_MS };
    bound("http", WILDCARD, port, vec![http_filter("egress", None, Some(rds))])
}

fn outbound_tcp(outbound: &Outbound<'_>) -> Listener {
    let vip = match outbound.carried {
        Carried::Tcp { vip } => Some(vip),
        Carried::Http | Carried::OriginalDst => None,
    };
    let host = vip.map_or(WILDCARD.to_owned(), |ip| ip.to_string());
    tcp(&host, outbound.port.number, tcp_filter(outbound.cluster_name(), vip), protocol_word(outbound.port) == MONGO)
}

/// A TCP listener; before MongoDB stands a filter that only looks on.
fn tcp(host: &str, port: u16, filter: Filter, mongo: bool) -> Listener {
    if !mongo {
        return bound("tcp", host, port, vec![filter]);
    }
    let config = FilterConfig::Mongo(MongoConfig { stat_prefix: MONGO });
    bound(MONGO, host, port, vec![Filter { kind: "both", name: "mongo_proxy", config }, filter])
}

fn tcp_filter(cluster: String, destination: Option<IpAddr>) -> Filter {
    let whole = |ip: IpAddr| format!("{ip}/{}", if ip.is_ipv4() { 32 } else { 128 });
    let route = TcpRoute { cluster, destination_ip_list: destination.map(whole).into_iter().collect() };
    let config = TcpConfig { stat_prefix: "tcp", route_config: TcpRoutes { routes: vec![route] } };
    Filter { kind: "read", name: "tcp_proxy", config: FilterConfig::Tcp(config) }
}

fn http_filter(operation_name: &'static str, route_config: Option<RouteConfig>, rds: Option<Rds>) -> Filter {
    let config = HttpConfig {
        codec_type: "auto",
        stat_prefix: "http",
        generate_request_id: true,
        tracing: Tracing { operation_name },
        route_config,
        rds,
        filters: vec![
            HttpFilter { kind: "", name: "cors", config: Empty {} },
            HttpFilter { kind: "decoder", name: "router", config: Empty {} },
        ],
        access_log: vec![AccessLog { path: "/dev/stdout" }],
    };
    Filter { kind: "read", name: "http_connection_manager", config: FilterConfig::Http(Box::new(config)) }
}
