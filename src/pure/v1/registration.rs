//! `/v1/registration`: the endpoints of services, from all clusters.

use super::clusters::key;
use super::types::{Host, Hosts, KeyAndHosts, Tags};
use crate::data::model::{
    ClusterId, LegacyKey, Locality, Name, NetworkId, PortId, Readiness, ServiceKind, parse_hostname,
};
use crate::pure::mesh::{Endpoint, Mesh, Service};

/// Every port of every service that `cluster`, where pilot runs, sees, by key. ExternalNames have no endpoints.
pub fn registration(mesh: &Mesh, cluster: &ClusterId) -> Vec<KeyAndHosts> {
    let network = network(mesh, cluster);
    let mut all: Vec<KeyAndHosts> = mesh
        .visible_services(cluster)
        .filter(|s| !is_external(s))
        .flat_map(|s| s.ports.iter().map(move |p| (s, p)))
        .map(|(s, p)| KeyAndHosts { service_key: key(s, p), hosts: hosts(s, p.id(), |e| Some(&e.network) == network) })
        .collect();
    all.sort_by(|a, b| a.service_key.cmp(&b.service_key));
    all
}

/// The endpoints of a key: `HOST|PORT[,PORT…][|label=v,label=v[;…]]`. An unknown service has none, and is no error.
pub fn endpoints(mesh: &Mesh, cluster: &ClusterId, key: &LegacyKey) -> Hosts {
    endpoints_where(mesh, cluster, key, |_| true)
}

/// The same, of the endpoints that are wanted.
pub fn endpoints_where(mesh: &Mesh, cluster: &ClusterId, key: &LegacyKey, wanted: impl Fn(&Endpoint) -> bool) -> Hosts {
    let network = network(mesh, cluster);
    let service = parse_hostname(&key.host)
        .and_then(|(name, namespace)| mesh.service_in(cluster, namespace, name))
        .filter(|s| s.hostname == key.host && !is_external(s));
    let Some(service) = service else { return Hosts { hosts: Vec::new() } };
    let names: Vec<&str> = key.port.split(',').collect();
    let ports = service.ports.iter().filter(|p| names.contains(&p.name.as_str()));
    let reachable = |e: &Endpoint| Some(&e.network) == network && selected(e, &key.labels) && wanted(e);
    Hosts { hosts: ports.flat_map(|p| hosts(service, p.id(), reachable)).collect() }
}

/// `region/zone`; pilot wanted both.
pub(super) fn zone(locality: &Locality) -> Option<String> {
    let Locality { region, zone, sub_zone: _ } = locality;
    (!region.is_empty() && !zone.is_empty()).then(|| format!("{region}/{zone}"))
}

fn is_external(service: &Service) -> bool {
    matches!(service.kind, ServiceKind::ExternalName(_))
}

/// The network of pilot's cluster. v1 knows no gateways: an endpoint in another network is left out rather than shown at an
/// address that means another pod here.
fn network<'a>(mesh: &'a Mesh, cluster: &ClusterId) -> Option<&'a NetworkId> {
    mesh.clusters.get(cluster).map(|c| &c.network)
}

/// Endpoints that are not ready were never shown.
fn hosts(service: &Service, port: PortId, wanted: impl Fn(&Endpoint) -> bool) -> Vec<Host> {
    let ready = service.endpoints(port).iter().filter(|e| e.readiness == Readiness::Ready && wanted(e));
    ready
        .map(|e| Host {
            ip_address: e.address.to_string(),
            port: e.port,
            tags: zone(&e.locality).map(|az| Tags { az }),
        })
        .collect()
}

/// Whether the endpoint has all labels of one of the sets of a key, `a=b,c=d;e=f`; no set takes all.
pub fn selected(endpoint: &Endpoint, sets: &str) -> bool {
    let holds = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        endpoint.labels.get(&Name::from(name)).is_some_and(|v| *v == value)
    };
    sets.is_empty() || sets.split(';').any(|set| set.split(',').all(holds))
}
