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
    for endpoint in service.endpoints(port.id()) {
        if endpoint.network != scope.network {
            if endpoint.readiness == Readiness::Ready {
                remote.entry(&endpoint.network).or_default().push(endpoint);
            }
        } else if scope.families.reach(endpoint.address)
            && endpoint.readiness != Readiness::NotReady
            && seen.insert((endpoint.address, endpoint.port))
        {
            groups.entry(&endpoint.locality).or_default().push(endpoint);
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

#[cfg(test)]
mod tests {
    use super::super::testing::{decode, endpoint, ip, pod, service};
    use super::*;
    use crate::data::model::{AppProtocol, Gateway, ServiceKind};

    const DUAL: Families = Families::DUAL;

    fn build(settings: &MeshSettings, families: Families, endpoints: &[Endpoint]) -> Built {
        let service = service(ServiceKind::ClusterIp, AppProtocol::Http, endpoints);
        let scope = EndpointScope { network: NetworkId::default(), families };
        load_assignment(settings, &service, &service.ports[0], &scope)
    }

    /// `(zone, weight, [address*weight])`, and `!` before an address that drains.
    fn shape(built: &Built) -> Vec<(String, u32, Vec<String>)> {
        let set: ClusterLoadAssignment = decode(built);
        assert_eq!(set.cluster_name, "outbound|9080||reviews.default.svc.cluster.local");
        let groups = set.endpoints.iter().map(|group| {
            let targets = group.lb_endpoints.iter().map(|e| {
                let Some(HostIdentifier::Endpoint(endpoint)) = &e.host_identifier else { panic!("no endpoint") };
                let socket = format!("{:?}", endpoint.address);
                let address = socket.split("address: \"").nth(1).and_then(|s| s.split('"').next()).unwrap_or("?");
                let mark = if e.health_status() == HealthStatus::Draining { "!" } else { "" };
                format!("{mark}{address}*{}", e.load_balancing_weight.map_or(0, |w| w.value))
            });
            let zone = group.locality.as_ref().map(|l| l.zone.clone()).unwrap_or_default();
            (zone, group.load_balancing_weight.map_or(0, |w| w.value), targets.collect())
        });
        groups.collect()
    }

    fn group(zone: &str, weight: u32, targets: &[&str]) -> (String, u32, Vec<String>) {
        (zone.to_owned(), weight, targets.iter().map(|t| (*t).to_owned()).collect())
    }

    fn far(mut endpoint: Endpoint) -> Endpoint {
        endpoint.network = NetworkId("far".into());
        endpoint
    }

    fn with_gateways(addresses: &[&str]) -> MeshSettings {
        let gateways = addresses.iter().map(|a| Gateway { address: (*a).into(), port: 15443 }).collect();
        MeshSettings { networks: [(NetworkId("far".into()), gateways)].into(), ..Default::default() }
    }

    #[test]
    fn groups_follow_the_localities_and_endpoints_the_service() {
        let mut draining = endpoint("gke", "10.0.0.1", "b");
        draining.readiness = Readiness::Draining;
        let mut gone = endpoint("gke", "10.0.0.2", "b");
        gone.readiness = Readiness::NotReady;
        let endpoints = [
            endpoint("gke", "10.0.0.9", "b"),
            draining,
            gone,
            endpoint("onprem", "10.1.0.1", "a"),
            endpoint("onprem", "10.0.0.9", "a"),
            endpoint("onprem", "fd00::1", "a"),
        ];
        let settings = MeshSettings::default();
        let b = group("b", 1, &["10.0.0.9*1", "!10.0.0.1*1"]);
        let dual = build(&settings, DUAL, &endpoints);
        assert_eq!(shape(&dual), [group("a", 2, &["10.1.0.1*1", "fd00::1*1"]), b.clone()]);
        assert_eq!(dual.rope.len(), 3, "a head and a piece for each group");
        assert_eq!(shape(&build(&settings, Families::V4, &endpoints)), [group("a", 1, &["10.1.0.1*1"]), b]);
    }

    #[test]
    fn no_endpoints_are_an_empty_set() {
        let built = build(&MeshSettings::default(), DUAL, &[]);
        assert_eq!(shape(&built), []);
        assert!(!built.rope.concat().is_empty());
    }

    #[test]
    fn another_network_is_its_gateways() {
        let endpoints = [
            endpoint("gke", "10.0.0.1", "a"),
            far(endpoint("onprem", "10.0.0.1", "z")),
            far(endpoint("onprem", "10.0.0.2", "z")),
            far(endpoint("onprem", "10.0.0.3", "a")),
        ];
        let near = group("a", 1, &["10.0.0.1*1"]);
        let two = with_gateways(&["192.0.2.1", "192.0.2.2", "192.0.2.2", "no address", "fd00::2"]);
        let shapes = shape(&build(&two, Families::V4, &endpoints));
        assert_eq!(shapes, [near.clone(), group("z", 3, &["192.0.2.1*3", "192.0.2.2*3"])]);
        let none = shape(&build(&with_gateways(&[]), DUAL, &endpoints));
        assert_eq!(none, [near], "never leaked");
    }

    #[test]
    fn gateways_share_evenly_beside_endpoints_of_their_locality() {
        let endpoints = [
            endpoint("gke", "10.0.0.1", "a"),
            far(endpoint("x", "10.9.0.1", "a")),
            far(endpoint("x", "10.9.0.2", "a")),
        ];
        let three = with_gateways(&["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
        let weights = ["10.0.0.1*3", "192.0.2.1*2", "192.0.2.2*2", "192.0.2.3*2"];
        assert_eq!(shape(&build(&three, DUAL, &endpoints)), [group("a", 3, &weights)]);
    }

    #[test]
    fn a_dual_stack_pod_behind_a_gateway_counts_once() {
        let endpoints = [far(endpoint("x", "10.9.0.1", "a")), far(endpoint("x", "fd00::1", "a"))];
        let one = with_gateways(&["192.0.2.1"]);
        assert_eq!(shape(&build(&one, Families::V4, &endpoints)), [group("a", 1, &["192.0.2.1*1"])]);
        assert_eq!(shape(&build(&one, Families::V4, &endpoints[1..])), [group("a", 1, &["192.0.2.1*1"])]);
    }

    #[test]
    fn an_unchanged_group_has_the_same_bytes() {
        let (a, b) = (endpoint("gke", "10.0.0.1", "a"), endpoint("gke", "10.0.0.2", "b"));
        let build = |endpoints: &[Endpoint]| build(&MeshSettings::default(), DUAL, endpoints);
        let (one, two) = (build(std::slice::from_ref(&a)), build(&[b, a.clone()]));
        assert_eq!(one.rope[..], two.rope[..2]);
    }

    #[test]
    fn metadata_names_the_workload_and_the_cluster() {
        let plain = endpoint("onprem", "10.0.0.1", "a");
        let deployment = [("pod-template-hash", "5b9b"), ("app", "reviews"), ("version", "v1")];
        let cases = [
            (plain.clone(), ";;;;onprem"),
            (pod(plain.clone(), "reviews-v1-5b9b-abcde", &deployment), "reviews-v1;default;reviews;v1;onprem"),
            (
                pod(plain.clone(), "db-0", &[("statefulset.kubernetes.io/pod-name", "db-0")]),
                "db;default;db;latest;onprem",
            ),
            (
                pod(plain.clone(), "agent-x7f2p", &[("controller-revision-hash", "77")]),
                "agent;default;agent;latest;onprem",
            ),
            (pod(plain, "bare-pod", &[("pod-template-hash", "other")]), "bare-pod;default;bare-pod;latest;onprem"),
        ];
        for (endpoint, want) in cases {
            let built = metadata::workload(&endpoint);
            let text = format!("{:?}", built.filter_metadata["istio"].fields["workload"]);
            assert!(text.contains(&format!("\"{want}\"")), "{text} is not {want}");
            assert_eq!(endpoint.address, ip("10.0.0.1"));
        }
    }
}
