//! Outbound listeners: one that takes everything, and one for each port or address that services have.

use std::collections::BTreeSet;
use std::net::IpAddr;

use meshctl_proto::envoy::config::core::v3::TrafficDirection;
use meshctl_proto::envoy::config::listener::v3::{FilterChain, FilterChainMatch, Listener};

use super::address::{address, boolean, bracketed, only, seconds, uint};
use super::cluster::{BLACK_HOLE, PASSTHROUGH};
use super::tcp::{chain, inspectors, plain_http, tcp_proxy};
use super::{Binding, Built, Families, detected_route_name, http};
use crate::data::model::{
    AppProtocol, ClusterId, ClusterName, Name, OutboundPolicy, ServiceKind, ServicePort, Transport,
};
use crate::pure::mesh::Service;

/// The port that iptables send a pod's outgoing connections to.
const PORT: u16 = 15001;
/// How many pods of one headless service a listener tells apart. Calls to others go where unknown calls go.
pub const HEADLESS_CHAINS: usize = 1_000;
/// How many seconds a connection's first bytes are waited for before it is taken for plain bytes. Istio waits for ever, and
/// a protocol in which the server speaks first hangs; as in Istio 1.4 it is only slow here.
pub(super) const DETECTION_TIMEOUT: u64 = 5;

/// Where a listener that many services share sends what none of them claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclaimed {
    /// Where the policy for unknown calls says.
    Policy(OutboundPolicy),
    /// To this cluster: that of an ExternalName, whose addresses nobody knows beforehand; on a bound port, that of whoever has
    /// what is not HTTP of it.
    Cluster(Name),
}

impl From<OutboundPolicy> for Unclaimed {
    fn from(policy: OutboundPolicy) -> Self {
        Unclaimed::Policy(policy)
    }
}

/// A filter chain of plain bytes to one address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TcpChain {
    /// The address called.
    pub address: IpAddr,
    /// The cluster that the bytes go to.
    pub cluster: Name,
}

/// The listener of everything that goes out, `virtualOutbound` on 15001: hands a connection to the listener of its original
/// destination, and what has none to where unknown calls go. Calls to 15001 itself end, or they would go round for ever.
pub fn virtual_outbound(policy: OutboundPolicy, families: Families) -> Built {
    let own = FilterChainMatch { destination_port: uint(PORT.into()), ..Default::default() };
    let listener = Listener {
        name: "virtualOutbound".to_owned(),
        address: Some(address(families.unspecified(), PORT)),
        additional_addresses: families.additional(PORT),
        use_original_dst: boolean(true),
        filter_chains: vec![chain("virtualOutbound-blackhole", Some(own), tcp_proxy(BLACK_HOLE))],
        default_filter_chain: Some(unknown("virtualOutbound-catchall-tcp", policy, Binding::Redirect)),
        traffic_direction: TrafficDirection::Outbound.into(),
        ..Default::default()
    };
    Built::of(&listener, Vec::new())
}

/// The listener of a port that HTTP services share, `0.0.0.0_PORT` (bound: `127.0.0.1_PORT`), routed by the configuration named `PORT`.
///
/// What is no plain-text HTTP goes where `unclaimed` says. `tcp_chains` are the addresses of headless TCP services of the
/// same port (with [`Binding::Port`] there are none: such calls never pass the proxy).
pub fn http_listener(
    port: u16,
    tcp_chains: &[TcpChain],
    unclaimed: impl Into<Unclaimed>,
    binding: Binding,
    families: Families,
) -> Built {
    let name = listener_name(at_any(families, binding), port);
    let route = port.to_string();
    let http = http::connection_manager(format!("outbound_{name}"), http::Routes::Named(route.clone()));
    let mut chains = match binding {
        Binding::Redirect => address_chains(tcp_chains),
        Binding::Port => Vec::new(),
    };
    // an HTTP connection may wait before its first request; a server that speaks first must not be waited for
    let unclaimed = unclaimed.into();
    let others = !chains.is_empty() || matches!(unclaimed, Unclaimed::Cluster(_));
    let timeout = if others { DETECTION_TIMEOUT } else { 0 };
    chains.push(chain(&format!("{name}-http"), Some(plain_http(FilterChainMatch::default())), http));
    let listener = Listener {
        filter_chains: chains,
        default_filter_chain: Some(rest(unclaimed, binding)),
        ..detecting(for_all(port, binding, families), timeout)
    };
    Built::of(&listener, vec![route.into()])
}

/// The listener of a TCP port of a service at one of its addresses, `VIP_PORT` (bound: `127.0.0.1_PORT`, `[::1]_PORT`).
pub fn tcp_listener(vip: IpAddr, service: &Service, port: &ServicePort, binding: Binding) -> Built {
    let filter = tcp_proxy(&cluster_of(service, port));
    let listener =
        Listener { filter_chains: vec![chain("tcp", None, filter)], ..for_address(vip, port.number, binding) };
    Built::of(&listener, Vec::new())
}

/// The listener of a service's port whose protocol nobody named, named as [`tcp_listener`]'s: HTTP is routed by `HOST:PORT`, everything else
/// goes to the service as it is.
pub fn detect_listener(vip: IpAddr, service: &Service, port: &ServicePort, binding: Binding) -> Built {
    let name = listener_name(at(vip, binding), port.number);
    let route = detected_route_name(service, port);
    let http = http::connection_manager(format!("outbound_{name}"), http::Routes::Named(route.to_string()));
    let listener = Listener {
        filter_chains: vec![chain("http", Some(plain_http(FilterChainMatch::default())), http)],
        default_filter_chain: Some(chain("tcp", None, tcp_proxy(&cluster_of(service, port)))),
        ..detecting(for_address(vip, port.number, binding), DETECTION_TIMEOUT)
    };
    Built::of(&listener, vec![route])
}

/// The listener of a port that no HTTP service has, `0.0.0.0_PORT`: a filter chain for each address of headless TCP
/// services, which are none with [`Binding::Port`].
pub fn shared_tcp_listener(
    port: u16,
    chains: &[TcpChain],
    unclaimed: impl Into<Unclaimed>,
    binding: Binding,
    families: Families,
) -> Built {
    let chains = match binding {
        Binding::Redirect => address_chains(chains),
        Binding::Port => Vec::new(),
    };
    let listener = Listener {
        filter_chains: chains,
        default_filter_chain: Some(rest(unclaimed.into(), binding)),
        ..for_all(port, binding, families)
    };
    Built::of(&listener, Vec::new())
}

/// The filter chains of a headless service's port: one for each address of its endpoints in `cluster`, in order, at most
/// [`HEADLESS_CHAINS`]. Nothing for other services, nor for UDP and SCTP.
///
/// Endpoints count whether they are ready or not: peers of a StatefulSet call each other before they are, and a listener
/// that changes with every readiness would drain connections for nothing.
pub fn headless_chains(service: &Service, port: &ServicePort, cluster: &ClusterId) -> Vec<TcpChain> {
    if service.kind != ServiceKind::Headless || port.transport != Transport::Tcp {
        return Vec::new();
    }
    let name: Name = cluster_of(service, port).into();
    addresses_in(service, port, cluster)
        .into_iter()
        .take(HEADLESS_CHAINS)
        .map(|address| TcpChain { address, cluster: name.clone() })
        .collect()
}

/// The addresses of a port's endpoints in a cluster.
fn addresses_in(service: &Service, port: &ServicePort, cluster: &ClusterId) -> BTreeSet<IpAddr> {
    let local = service.endpoints(port.id()).iter().filter(|e| e.cluster == *cluster);
    local.map(|e| e.address).collect()
}

/// A port of a headless service that has more addresses in a cluster than [`HEADLESS_CHAINS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrowdedPort {
    /// The service's port.
    pub port: u16,
    /// The cluster, whose proxies do not know all of them.
    pub cluster: ClusterId,
    /// How many addresses it has there.
    pub addresses: usize,
}

/// The ports of which [`headless_chains`] leaves addresses out. HTTP is told apart by its names, however many there are.
pub fn crowded_ports(service: &Service) -> Vec<CrowdedPort> {
    let told_apart = |p: &&ServicePort| {
        p.transport == Transport::Tcp && !matches!(p.protocol, AppProtocol::Http | AppProtocol::Http2)
    };
    let ports = service.ports.iter().filter(|p| service.kind == ServiceKind::Headless && told_apart(p));
    let of_port = |port: &ServicePort| {
        let clusters = service.local.keys().map(|cluster| CrowdedPort {
            port: port.number,
            cluster: cluster.clone(),
            addresses: addresses_in(service, port, cluster).len(),
        });
        clusters.filter(|c| c.addresses > HEADLESS_CHAINS).collect::<Vec<_>>()
    };
    ports.flat_map(of_port).collect()
}

/// The name of the listener of an address: `10.125.59.136_27017`, `0.0.0.0_9080`, `[::]_9080`.
pub fn listener_name(address: IpAddr, port: u16) -> String {
    format!("{}_{port}", bracketed(address))
}

fn cluster_of(service: &Service, port: &ServicePort) -> String {
    ClusterName::outbound(port.number, &service.hostname).to_string()
}

/// A chain for each address, the first where one stands twice: Envoy refuses a listener with two chains of one match.
fn address_chains(chains: &[TcpChain]) -> Vec<FilterChain> {
    let mut seen = BTreeSet::new();
    let unique = chains.iter().filter(|c| seen.insert(c.address));
    unique
        .map(|c| {
            let to = FilterChainMatch { prefix_ranges: vec![only(c.address)], ..Default::default() };
            chain(&c.address.to_string(), Some(to), tcp_proxy(&c.cluster))
        })
        .collect()
}

/// The chain of what no chain of a shared listener matches.
fn rest(unclaimed: Unclaimed, binding: Binding) -> FilterChain {
    match unclaimed {
        Unclaimed::Policy(policy) => unknown("PassthroughFilterChain", policy, binding),
        Unclaimed::Cluster(cluster) => chain("external", None, tcp_proxy(&cluster)),
    }
}

/// The chain of what no service claims. Without iptables there is no original destination to pass it on to.
fn unknown(name: &str, policy: OutboundPolicy, binding: Binding) -> FilterChain {
    let cluster = match (policy, binding) {
        (OutboundPolicy::AllowAny, Binding::Redirect) => PASSTHROUGH,
        (OutboundPolicy::RegistryOnly, _) | (_, Binding::Port) => BLACK_HOLE,
    };
    chain(name, None, tcp_proxy(cluster))
}

/// The address of a listener of a port at every address: without iptables loopback alone.
pub fn at_any(families: Families, binding: Binding) -> IpAddr {
    match binding {
        Binding::Redirect => families.unspecified(),
        Binding::Port => families.loopback(),
    }
}

/// The address of a listener of a service's address: without iptables loopback, of the same family.
pub fn at(vip: IpAddr, binding: Binding) -> IpAddr {
    match binding {
        Binding::Redirect => vip,
        Binding::Port => Families::of([&vip]).loopback(),
    }
}

/// A listener of a port at every address.
fn for_all(port: u16, binding: Binding, families: Families) -> Listener {
    let additional_addresses = match binding {
        Binding::Redirect => families.additional(port),
        Binding::Port => Vec::new(),
    };
    Listener { additional_addresses, ..bare(at_any(families, binding), port, binding) }
}

/// A listener of a port at one address.
fn for_address(vip: IpAddr, port: u16, binding: Binding) -> Listener {
    bare(at(vip, binding), port, binding)
}

fn bare(at: IpAddr, port: u16, binding: Binding) -> Listener {
    Listener {
        name: listener_name(at, port),
        address: Some(address(at, port)),
        bind_to_port: boolean(binding == Binding::Port),
        traffic_direction: TrafficDirection::Outbound.into(),
        ..Default::default()
    }
}

/// The listener with inspectors that give up after `timeout` seconds (0: never) and go on with what they know.
fn detecting(base: Listener, timeout: u64) -> Listener {
    Listener {
        listener_filters: inspectors(None),
        listener_filters_timeout: seconds(timeout),
        continue_on_listener_filters_timeout: true,
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cluster, decode, endpoint, ip, service};
    use super::*;
    use crate::data::model::ServiceKind;
    use std::net::Ipv4Addr;

    const ALLOW: OutboundPolicy = OutboundPolicy::AllowAny;

    #[test]
    fn listeners_are_named_by_their_address() {
        let svc = service(ServiceKind::ClusterIp, AppProtocol::Detect, &[]);
        let port = &svc.ports[0];
        let name = |built: Built| decode::<Listener>(&built).name;
        assert_eq!(name(http_listener(9080, &[], ALLOW, Binding::Redirect, Families::DUAL)), "0.0.0.0_9080");
        assert_eq!(name(http_listener(9080, &[], ALLOW, Binding::Port, Families::V6)), "[::1]_9080");
        assert_eq!(name(shared_tcp_listener(9080, &[], ALLOW, Binding::Redirect, Families::V4)), "0.0.0.0_9080");
        assert_eq!(name(tcp_listener(ip("10.96.0.7"), &svc, port, Binding::Redirect)), "10.96.0.7_9080");
        assert_eq!(name(detect_listener(ip("fd00::7"), &svc, port, Binding::Port)), "[::1]_9080");
        assert_eq!(name(virtual_outbound(ALLOW, Families::V4)), "virtualOutbound");
    }

    #[test]
    fn listeners_refer_to_the_routes_they_use() {
        let svc = service(ServiceKind::ClusterIp, AppProtocol::Detect, &[]);
        let vip = ip("10.96.0.7");
        assert_eq!(http_listener(9080, &[], ALLOW, Binding::Redirect, Families::V4).refs, [Name::from("9080")]);
        let detected = detect_listener(vip, &svc, &svc.ports[0], Binding::Redirect).refs;
        assert_eq!(detected, [Name::from("reviews.default.svc.cluster.local:9080")]);
        assert!(tcp_listener(vip, &svc, &svc.ports[0], Binding::Redirect).refs.is_empty());
        assert!(virtual_outbound(ALLOW, Families::V4).refs.is_empty());
    }

    #[test]
    fn only_a_bound_listener_binds_and_only_loopback() {
        for (binding, address) in [(Binding::Redirect, "0.0.0.0"), (Binding::Port, "127.0.0.1")] {
            let listener: Listener = decode(&http_listener(9080, &[], ALLOW, binding, Families::V4));
            assert_eq!(listener.bind_to_port, boolean(binding == Binding::Port));
            assert_eq!(listener.address, Some(super::address(ip(address), 9080)));
        }
        let dual: Listener = decode(&http_listener(9080, &[], ALLOW, Binding::Port, Families::DUAL));
        assert_eq!(dual.additional_addresses, [], "loopback alone");
    }

    #[test]
    fn headless_chains_are_local_unique_ordered_and_capped() {
        let address = |n: u32| Ipv4Addr::from(0x0a00_0000 + n).to_string();
        let mut endpoints: Vec<_> = (0..1_500).rev().map(|n| endpoint("gke", &address(n), "a")).collect();
        endpoints.push(endpoint("gke", &address(7), "a"));
        endpoints.push(endpoint("onprem", "10.99.0.1", "a"));
        let svc = service(ServiceKind::Headless, AppProtocol::Tcp, &endpoints);
        let chains = headless_chains(&svc, &svc.ports[0], &cluster("gke"));
        assert_eq!(chains.len(), HEADLESS_CHAINS);
        assert!(chains.windows(2).all(|w| w[0].address < w[1].address));
        assert_eq!(headless_chains(&svc, &svc.ports[0], &cluster("onprem")).len(), 1);
        let other = service(ServiceKind::ClusterIp, AppProtocol::Tcp, &endpoints);
        assert_eq!(headless_chains(&other, &other.ports[0], &cluster("gke")), []);
        // and what is left out is told
        let crowded = CrowdedPort { port: 9080, cluster: cluster("gke"), addresses: 1_500 };
        assert_eq!(crowded_ports(&svc), [crowded]);
        let just = service(ServiceKind::Headless, AppProtocol::Tcp, &endpoints[..HEADLESS_CHAINS]);
        let http = service(ServiceKind::Headless, AppProtocol::Http, &endpoints);
        assert_eq!([&just, &http, &other].map(crowded_ports), [[], [], []]);
    }

    #[test]
    fn one_address_has_one_chain() {
        let to = |cluster: &str| TcpChain { address: ip("10.0.0.1"), cluster: cluster.into() };
        let listener: Listener =
            decode(&shared_tcp_listener(1, &[to("first"), to("second")], ALLOW, Binding::Redirect, Families::V4));
        assert_eq!(listener.filter_chains, address_chains(&[to("first")]));
    }
}
