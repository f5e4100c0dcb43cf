//! What a workload's own proxy does with calls to it: the listener behind iptables, and the clusters it sends to.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use meshctl_proto::envoy::config::cluster::v3::Cluster;
use meshctl_proto::envoy::config::core::v3::{BindConfig, ExtraSourceAddress, TrafficDirection};
use meshctl_proto::envoy::config::listener::v3::listener_filter_chain_match_predicate::{MatchSet, Rule};
use meshctl_proto::envoy::config::listener::v3::{
    Filter, FilterChain, FilterChainMatch, Listener, ListenerFilterChainMatchPredicate,
};
use meshctl_proto::envoy::config::route::v3::RouteConfiguration;
use meshctl_proto::envoy::extensions::filters::listener::original_dst::v3::OriginalDst;
use meshctl_proto::envoy::r#type::v3::Int32Range;

use super::address::{address, boolean, seconds, socket, uint};
use super::cluster::{BLACK_HOLE, INBOUND_PASSTHROUGH, original_destination, unlimited};
use super::listener::DETECTION_TIMEOUT;
use super::tcp::{chain, inspectors, listener_filter, plain_http, tcp_proxy};
use super::{Built, Families, http, metadata};
use crate::data::model::{AppProtocol, ClusterName};
use crate::pure::mesh::InboundPort;

/// The port that iptables send a pod's incoming connections to.
const PORT: u16 = 15006;
/// A proxy's calls to its own workload come from here, so that iptables let them pass (Istio's `InboundPassthroughBindIpv4`).
const OWN_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 6));
/// The same over IPv6, `::6`: an address that the pod's set-up adds to its loopback interface.
const OWN_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 6));

/// The cluster of a workload's own port, `inbound|PORT||`: to where the call was going, which is the workload, from
/// `127.0.0.6`. Of `address` only the family counts.
pub fn inbound(port: &InboundPort, address: IpAddr) -> Built {
    let name = ClusterName::inbound(port.port).to_string();
    let cluster = Cluster {
        alt_stat_name: format!("{name};"),
        name,
        connect_timeout: seconds(10),
        circuit_breakers: unlimited(),
        typed_extension_protocol_options: http::upstream_protocol(port.protocol),
        metadata: Some(metadata::services(port.hosts.iter().map(|(host, _)| host))),
        upstream_bind_config: Some(own_calls(address)),
        ..Default::default()
    };
    Built::of(&original_destination(cluster), Vec::new())
}

/// The listener of everything that comes in, `virtualInbound` on 15006: a filter chain for each port that services lead to;
/// calls to other ports go to the workload as they are; calls to 15006 itself end, or they would go round for ever.
///
/// Of two entries of one port the first counts: Envoy refuses a listener with two chains of one match.
pub fn virtual_inbound(ports: &[InboundPort], families: Families) -> Built {
    let mut by_port = BTreeMap::new();
    for port in ports.iter().filter(|p| p.port != PORT) {
        by_port.entry(port.port).or_insert(port);
    }
    let ports: Vec<&InboundPort> = by_port.into_values().collect();
    let mut chains = vec![chain("virtualInbound-blackhole", Some(to_port(PORT)), tcp_proxy(BLACK_HOLE))];
    chains.extend(ports.iter().flat_map(|p| port_chains(p)));
    let mut filters = vec![listener_filter("envoy.filters.listener.original_dst", &OriginalDst::default(), None)];
    let detected: Vec<u16> = ports.iter().filter(|p| p.protocol == AppProtocol::Detect).map(|p| p.port).collect();
    if !detected.is_empty() {
        filters.extend(inspectors(Some(all_but(&detected))));
    }
    let listener = Listener {
        name: "virtualInbound".to_owned(),
        address: Some(address(families.unspecified(), PORT)),
        additional_addresses: families.additional(PORT),
        filter_chains: chains,
        default_filter_chain: Some(chain("virtualInbound", None, tcp_proxy(INBOUND_PASSTHROUGH))),
        listener_filters: filters,
        listener_filters_timeout: seconds(DETECTION_TIMEOUT),
        continue_on_listener_filters_timeout: true,
        traffic_direction: TrafficDirection::Inbound.into(),
        ..Default::default()
    };
    Built::of(&listener, Vec::new())
}

/// The source of calls to the workload, in any family.
pub(super) fn own_calls_any() -> BindConfig {
    let v6 = ExtraSourceAddress { address: Some(socket(&OWN_V6.to_string(), 0)), ..Default::default() };
    BindConfig { extra_source_addresses: vec![v6], ..own_calls(OWN_V4) }
}

/// The source of calls to the workload at `address`.
fn own_calls(address: IpAddr) -> BindConfig {
    let own = if address.is_ipv4() { OWN_V4 } else { OWN_V6 };
    BindConfig { source_address: Some(socket(&own.to_string(), 0)), ..Default::default() }
}

fn to_port(port: u16) -> FilterChainMatch {
    FilterChainMatch { destination_port: uint(port.into()), ..Default::default() }
}

/// The chains of one port.
///
/// Envoy's matching does not come back: once "raw_buffer" is found, only chains that name it are looked at. So a detected
/// port names every transport that it means.
fn port_chains(port: &InboundPort) -> Vec<FilterChain> {
    let cluster = ClusterName::inbound(port.port).to_string();
    let transport = |t: &str| FilterChainMatch { transport_protocol: t.to_owned(), ..to_port(port.port) };
    let name = |kind: &str| format!("{cluster}{kind}");
    match port.protocol {
        AppProtocol::Http | AppProtocol::Http2 => {
            vec![chain(&name("http"), Some(to_port(port.port)), routed(port, &cluster))]
        }
        AppProtocol::Tcp => vec![chain(&name("tcp"), Some(to_port(port.port)), tcp_proxy(&cluster))],
        AppProtocol::Detect => vec![
            chain(&name("http"), Some(plain_http(to_port(port.port))), routed(port, &cluster)),
            chain(&name("tcp"), Some(transport("raw_buffer")), tcp_proxy(&cluster)),
            chain(&name("tls"), Some(transport("tls")), tcp_proxy(&cluster)),
        ],
    }
}

/// HTTP to the workload: every host is meant for it.
fn routed(port: &InboundPort, cluster: &str) -> Filter {
    let name = format!("inbound|http|{}", port.port);
    let routes = RouteConfiguration {
        virtual_hosts: vec![http::virtual_host(name.clone(), vec!["*".to_owned()], cluster, None)],
        name,
        validate_clusters: boolean(false),
        ..Default::default()
    };
    http::connection_manager(format!("inbound_{}", port.port), http::Routes::Inline(routes))
}

/// "Every port but these": waiting for a first byte would hang protocols in which the server speaks first.
fn all_but(ports: &[u16]) -> ListenerFilterChainMatchPredicate {
    let rule = |rule| ListenerFilterChainMatchPredicate { rule: Some(rule) };
    let mut rules: Vec<_> = ports
        .iter()
        .map(|&p| rule(Rule::DestinationPortRange(Int32Range { start: p.into(), end: i32::from(p) + 1 })))
        .collect();
    // a set has at least two members
    let any = match (rules.len(), rules.pop()) {
        (1, Some(single)) => single,
        (_, last) => {
            rules.extend(last);
            rule(Rule::OrMatch(MatchSet { rules }))
        }
    };
    rule(Rule::NotMatch(Box::new(any)))
}
