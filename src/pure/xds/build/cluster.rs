//! Clusters: one for each service's port, and the three that stand for no service.

use meshctl_proto::envoy::config::cluster::v3::circuit_breakers::Thresholds;
use meshctl_proto::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, CommonLbConfig, DiscoveryType, DnsLookupFamily, EdsClusterConfig, LbPolicy,
};
use meshctl_proto::envoy::config::cluster::v3::{CircuitBreakers, Cluster};
use meshctl_proto::envoy::config::core::v3::{Address, address};
use meshctl_proto::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;
use meshctl_proto::envoy::config::endpoint::v3::{ClusterLoadAssignment, Endpoint, LbEndpoint, LocalityLbEndpoints};

use super::address::{ads, duration, seconds, socket, uint};
use super::{Built, ExternalHost, http, inbound, metadata};
use crate::data::model::{ClusterName, MeshSettings, Name, ServiceKind, ServicePort, Transport};
use crate::pure::mesh::Service;

/// Takes calls out of the mesh to where they were going.
pub const PASSTHROUGH: &str = "PassthroughCluster";
/// Has no endpoints: calls end here.
pub const BLACK_HOLE: &str = "BlackHoleCluster";
/// Takes calls for ports that no service names to the workload.
pub const INBOUND_PASSTHROUGH: &str = "InboundPassthroughCluster";

/// The cluster of a service's port, `outbound|PORT||HOST`: plain text so far, no `transport_socket_matches`.
///
/// `None` for what no listener carries (UDP, SCTP) and for an ExternalName that [`ExternalHost`] refuses.
pub fn outbound(settings: &MeshSettings, service: &Service, port: &ServicePort) -> Option<Built> {
    if port.transport != Transport::Tcp {
        return None;
    }
    let name = ClusterName::outbound(port.number, &service.hostname).to_string();
    let base = Cluster {
        name: name.clone(),
        // statistics end a cluster's name with `;`, because it holds dots of its own (Istio's tag rules expect it)
        alt_stat_name: format!("{name};"),
        connect_timeout: duration(settings.connect_timeout),
        circuit_breakers: unlimited(),
        typed_extension_protocol_options: http::upstream_protocol(port.protocol),
        metadata: Some(metadata::services([&service.hostname])),
        ..Default::default()
    };
    Some(match &service.kind {
        ServiceKind::ClusterIp => {
            let eds = EdsClusterConfig { eds_config: Some(ads()), service_name: name.clone() };
            let cluster = Cluster {
                cluster_discovery_type: kind(DiscoveryType::Eds),
                eds_cluster_config: Some(eds),
                lb_policy: LbPolicy::LeastRequest.into(),
                common_lb_config: Some(CommonLbConfig::default()),
                ..base
            };
            Built::of(&cluster, vec![name.into()])
        }
        ServiceKind::Headless => Built::of(&original_destination(base), Vec::new()),
        ServiceKind::ExternalName(host) => {
            let host = ExternalHost::of(service, host)?;
            Built::of(&by_dns(base, host.as_str(), port.number), Vec::new())
        }
    })
}

/// The clusters that every proxy has: [`BLACK_HOLE`], [`INBOUND_PASSTHROUGH`], [`PASSTHROUGH`].
pub fn builtin() -> Vec<(Name, Built)> {
    let base = |name: &str| Cluster {
        name: name.to_owned(),
        connect_timeout: seconds(10),
        circuit_breakers: unlimited(),
        // what is spoken is not known; a connection that is silent for 5 minutes is not kept for another call
        typed_extension_protocol_options: http::as_downstream(Some(300)),
        ..Default::default()
    };
    let black_hole = Cluster {
        name: BLACK_HOLE.to_owned(),
        connect_timeout: seconds(10),
        cluster_discovery_type: kind(DiscoveryType::Static),
        ..Default::default()
    };
    let inbound = Cluster {
        upstream_bind_config: Some(inbound::own_calls_any()),
        ..original_destination(base(INBOUND_PASSTHROUGH))
    };
    [black_hole, inbound, original_destination(base(PASSTHROUGH))]
        .map(|c| (c.name.as_str().into(), Built::of(&c, Vec::new())))
        .into()
}

/// The cluster with each call going to where its connection was going.
pub(super) fn original_destination(base: Cluster) -> Cluster {
    Cluster {
        cluster_discovery_type: kind(DiscoveryType::OriginalDst),
        lb_policy: LbPolicy::ClusterProvided.into(),
        // an address is forgotten after this long without a call; Envoy's 5 seconds churn connections
        cleanup_interval: seconds(60),
        ..base
    }
}

/// The cluster with the addresses of a DNS name, IPv4 where it has some.
fn by_dns(base: Cluster, host: &str, port: u16) -> Cluster {
    let address = Address { address: Some(address::Address::SocketAddress(socket(host, port))) };
    let endpoint = Endpoint { address: Some(address), ..Default::default() };
    let endpoint = LbEndpoint { host_identifier: Some(HostIdentifier::Endpoint(endpoint)), ..Default::default() };
    Cluster {
        cluster_discovery_type: kind(DiscoveryType::StrictDns),
        dns_lookup_family: DnsLookupFamily::V4Preferred.into(),
        lb_policy: LbPolicy::LeastRequest.into(),
        load_assignment: Some(ClusterLoadAssignment {
            cluster_name: base.name.clone(),
            endpoints: vec![LocalityLbEndpoints { lb_endpoints: vec![endpoint], ..Default::default() }],
            ..Default::default()
        }),
        ..base
    }
}

fn kind(kind: DiscoveryType) -> Option<ClusterDiscoveryType> {
    Some(ClusterDiscoveryType::Type(kind.into()))
}

/// Circuit breakers that never open: Envoy's own limit of 1,024 would, and unannounced. Policies set them.
pub(super) fn unlimited() -> Option<CircuitBreakers> {
    let thresholds = Thresholds {
        max_connections: uint(u32::MAX),
        max_pending_requests: uint(u32::MAX),
        max_requests: uint(u32::MAX),
        max_retries: uint(u32::MAX),
        track_remaining: true,
        ..Default::default()
    };
    Some(CircuitBreakers { thresholds: vec![thresholds], ..Default::default() })
}
