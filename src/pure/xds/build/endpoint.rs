//! Endpoint sets: a service's port as one proxy reaches it, one shared piece for each locality.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use bytes::Bytes;
use meshctl_proto::envoy::config::core::v3::{HealthStatus, Locality as ProtoLocality, Metadata};
use meshctl_proto::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;
use meshctl_proto::envoy::config::endpoint::v3::{
    ClusterLoadAssignment, Endpoint as ProtoEndpoint, LbEndpoint, LocalityLbEndpoints,
};

use super::address::{address, uint};
use super::{Built, Families, encode, field, metadata};
use crate::data::model::{ClusterId, ClusterName, Locality, MeshSettings, NetworkId, Readiness, ServicePort};
use crate::pure::mesh::{Endpoint, Service};

/// The number of `ClusterLoadAssignment.endpoints`.
const ENDPOINTS: u32 = 2;
/// The greatest factor by which weights grow so that gateways share theirs evenly. More gateways than this share roughly.
const MOST_SCALE: u32 = 1_000;

/// Which proxies share an endpoint set of one service's port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointScope {
    /// Their network: endpoints of others are reached by gateways.
    pub network: NetworkId,
    /// Their IP families: addresses of others are left out.
    pub families: Families,
}

/// One address in the set, before weights are scaled.
struct Target {
    address: IpAddr,
    port: u16,
    health: HealthStatus,
    metadata: Metadata,
    /// How many endpoints it stands for, divided among how many gateways. An endpoint itself: 1 of 1.
    share: (u32, u32),
}

/// One locality's addresses.
#[derive(Default)]
struct Group {
    targets: Vec<Target>,
    /// The endpoints that take calls, here or behind gateways.
    ready: u32,
}

/// The endpoints of a service's port, `outbound|PORT||HOST`, by locality.
///
/// Ready endpoints and those that drain; none is an empty set, not a missing one. Endpoints of another network become that
/// network's gateways, which stand where most of the endpoints behind them do and share their number as weight; a network
/// without a gateway is left out. An address and port stands once in the set, at the first place in the service's order:
/// Envoy ignores repetitions and gRPC refuses them. Every locality has a weight, the number of its endpoints, because gRPC
/// ignores localities without one.
pub fn load_assignment(settings: &MeshSettings, service: &Service, port: &ServicePort, scope: &EndpointScope) -> Built {
    let name = ClusterName::outbound(port.number, &service.hostname).to_string();
    let mut groups: BTreeMap<&Locality, Group> = BTreeMap::new();
    let mut remote: BTreeMap<&NetworkId, Vec<&Endpoint>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for endpoint in service.endpoints(port.number) {
        if endpoint.network != scope.network {
            if endpoint.readiness == Readiness::Ready {
                remote.entry(&endpoint.network).or_default().push(endpoint);
            }
        } else if scope.families.reach(endpoint.address) && endpoint.readiness != Readiness::NotReady {
            if seen.insert((endpoint.address, endpoint.port)) {
                groups.entry(&endpoint.locality).or_default().push(endpoint);
            }
        }
    }
    for (network, behind) in remote {
        let mut gateways = gateways(settings, network, scope.families);
        gateways.retain(|g| seen.insert(*g));
        if let (false, Some(locality)) = (gateways.is_empty(), most_common(&behind)) {
            groups.entry(locality).or_default().push_gateways(&gateways, &behind, scope.families);
        }
    }
    let head = encode(&ClusterLoadAssignment { cluster_name: name.clone(), ..Default::default() });
    let groups = groups.into_iter().map(|(locality, group)| group.encode(locality));
    let pieces: Vec<Bytes> = [head].into_iter().chain(groups).collect();
    Built { rope: pieces.into(), refs: Vec::new() }
}

impl Group {
    fn push(&mut self, endpoint: &Endpoint) {
        let ready = endpoint.readiness == Readiness::Ready;
        self.ready += u32::from(ready);
        self.targets.push(Target {
            address: endpoint.address,
            port: endpoint.port,
            health: if ready { HealthStatus::Healthy } else { HealthStatus::Draining },
            metadata: metadata::workload(endpoint),
            share: (1, 1),
        });
    }

    /// A pod with addresses of both families is behind a gateway twice: where endpoints of the proxy's families are there,
    /// those alone are counted.
    fn push_gateways(&mut self, gateways: &[(IpAddr, u16)], behind: &[&Endpoint], families: Families) {
        let reached = behind.iter().filter(|e| families.reach(e.address)).count();
        let count = count(if reached > 0 { reached } else { behind.len() });
        let clusters: BTreeSet<&ClusterId> = behind.iter().map(|e| &e.cluster).collect();
        let cluster = clusters.first().filter(|_| clusters.len() == 1).copied();
        self.ready = self.ready.saturating_add(count);
        self.targets.extend(gateways.iter().map(|&(address, port)| Target {
            address,
            port,
            health: HealthStatus::Healthy,
            metadata: metadata::gateway(cluster),
            share: (count, self::count(gateways.len())),
        }));
    }

    fn encode(self, locality: &Locality) -> Bytes {
        let scale = self.targets.iter().map(|t| t.share.1).fold(1, common_multiple);
        let Locality { region, zone, sub_zone } = locality;
        let group = LocalityLbEndpoints {
            locality: Some(ProtoLocality {
                region: region.to_string(),
                zone: zone.to_string(),
                sub_zone: sub_zone.to_string(),
            }),
            load_balancing_weight: uint(self.ready.max(1)),
            lb_endpoints: self.targets.into_iter().map(|t| t.encode(scale)).collect(),
            ..Default::default()
        };
        field(ENDPOINTS, &group)
    }
}

impl Target {
    /// The endpoint, with its weight times `scale`.
    fn encode(self, scale: u32) -> LbEndpoint {
        let (count, among) = self.share;
        let endpoint = ProtoEndpoint { address: Some(address(self.address, self.port)), ..Default::default() };
        LbEndpoint {
            health_status: self.health.into(),
            metadata: Some(self.metadata),
            load_balancing_weight: uint((count.saturating_mul(scale) / among).max(1)),
            host_identifier: Some(HostIdentifier::Endpoint(endpoint)),
        }
    }
}

/// A network's gateways that a proxy of `families` reaches, each once, in their order.
fn gateways(settings: &MeshSettings, network: &NetworkId, families: Families) -> Vec<(IpAddr, u16)> {
    let all = settings.networks.get(network).into_iter().flatten();
    let known = all.filter_map(|g| Some((g.address.parse::<IpAddr>().ok()?, g.port)));
    known.filter(|(ip, _)| families.reach(*ip)).collect()
}

/// The locality of most of these endpoints; of equals the first in order.
fn most_common<'a>(endpoints: &[&'a Endpoint]) -> Option<&'a Locality> {
    let mut counts: BTreeMap<&Locality, usize> = BTreeMap::new();
    for endpoint in endpoints {
        *counts.entry(&endpoint.locality).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, n)| *n).map(|(locality, _)| locality)
}

/// The least common multiple, if it is a usable scale; else the first.
fn common_multiple(a: u32, b: u32) -> u32 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    let multiple = u64::from(a) * u64::from(b) / u64::from(x.max(1));
    u32::try_from(multiple).ok().filter(|m| *m <= MOST_SCALE).unwrap_or(a)
}

/// A number of endpoints as a weight.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
