//! Facts of all clusters about one name → the services of that name.
//!
//! A function of the facts that stand at the moment, and of nothing else: so an incremental change and a rebuild agree, and
//! the order in which feeds spoke leaves no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::held::{Held, Named};
use super::merged::{ClusterState, Endpoint, LocalService, Service, Workload};
use super::settings::is_cluster_local;
use crate::data::model::{
    ClusterId, EndpointFact, Locality, MeshSettings, NetworkId, PMap, PortId, Readiness, ServiceFact, ServiceId,
    ServiceKind, ServicePort, ServiceScope, SpiffeId, Warning, WorkloadId,
};

/// A cluster whose facts are visible.
pub(super) struct Visible<'a> {
    pub(super) id: &'a ClusterId,
    pub(super) state: &'a ClusterState,
    pub(super) held: &'a Held,
}

/// The services of a namespace and name. `clusters` come in the order in which they count: the primary first, then by id;
/// `registered` are all of them, visible or not.
pub(super) fn services(
    settings: &MeshSettings,
    registered: &PMap<ClusterId, ClusterState>,
    clusters: &[Visible<'_>],
    workloads: &PMap<WorkloadId, Arc<Workload>>,
    named: &Named,
) -> Vec<Service> {
    let (mut merged, mut stubs) = (Vec::new(), Vec::new());
    let mut out = Vec::new();
    for cluster in clusters {
        let Some(fact) = cluster.held.service(named) else { continue };
        if fact.stub {
            stubs.push((cluster.id.clone(), local(fact)));
        } else if is_cluster_local(settings, &named.0, &named.1, fact.ours) {
            let scope = ServiceScope::Cluster(cluster.id.clone());
            out.push(merge(scope, named, &[(cluster, fact)], workloads));
        } else {
            merged.push((cluster, fact));
        }
    }
    if !merged.is_empty() {
        // a stub gives its cluster's proxies an address to call, and says nothing of the service
        let mut service = merge(ServiceScope::Mesh, named, &merged, workloads);
        service.local.extend(stubs);
        out.push(service);
    }
    for service in &mut out {
        let cut_off = unreachable(settings, registered, service);
        service.conflicts.extend(cut_off);
    }
    out
}

/// The networks with endpoints that some clusters' proxies cannot reach, for want of a gateway (DESIGN §4, Merging: a warning,
/// and the endpoints are left out). It says the same whether the endpoints are ready or not.
fn unreachable(settings: &MeshSettings, registered: &PMap<ClusterId, ClusterState>, service: &Service) -> Vec<Warning> {
    let calls = |id: &ClusterId| match &service.id.scope {
        ServiceScope::Mesh => true,
        ServiceScope::Cluster(own) => own == id,
    };
    let networks: BTreeSet<&NetworkId> =
        service.endpoints.values().flat_map(|list| list.iter()).map(|e| &e.network).collect();
    let closed = networks.into_iter().filter(|n| settings.networks.get(*n).is_none_or(Vec::is_empty));
    closed
        .filter_map(|network| {
            let outside = registered.iter().filter(|(id, state)| calls(id) && state.network != *network).count();
            let of = if outside == 1 { "one cluster".to_owned() } else { format!("{outside} clusters") };
            let name = if *network == NetworkId::default() {
                "the default network".to_owned()
            } else {
                format!("network {network}")
            };
            let reason = format!(
                "its endpoints in {name} are left out for the proxies of {of} in other networks: {name} has no gateway"
            );
            (outside > 0).then(|| Warning::new("endpoints", reason))
        })
        .collect()
}

fn merge(
    scope: ServiceScope,
    named: &Named,
    definitions: &[(&Visible<'_>, &ServiceFact)],
    workloads: &PMap<WorkloadId, Arc<Workload>>,
) -> Service {
    let id = ServiceId { namespace: named.0.clone(), name: named.1.clone(), scope };
    let (first, winner) = definitions[0];
    let mut endpoints: BTreeMap<PortId, Vec<Endpoint>> = winner.ports.iter().map(|p| (p.id(), Vec::new())).collect();
    let mut conflicts = Vec::new();
    for (cluster, fact) in definitions {
        if cluster.id != first.id {
            compare(first.id, winner, cluster.id, fact, &mut conflicts);
        }
        for port in &winner.ports {
            let Some(own) = counterpart(port, &winner.ports, &fact.ports) else { continue };
            if let Some(list) = endpoints.get_mut(&port.id()) {
                list.extend(cluster_endpoints(cluster, named, own, fact.publish_not_ready, workloads));
            }
        }
    }
    let accounts = endpoints.values().flatten().filter_map(|e| e.account.clone()).collect::<BTreeSet<SpiffeId>>();
    Service {
        hostname: id.hostname(),
        id,
        defined_by: first.id.clone(),
        kind: winner.kind.clone(),
        ports: winner.ports.clone(),
        local: definitions.iter().map(|(c, f)| (c.id.clone(), local(f))).collect(),
        endpoints: endpoints.into_iter().map(|(port, list)| (port, list.into())).collect(),
        accounts,
        conflicts,
    }
}

fn local(fact: &ServiceFact) -> LocalService {
    let ServiceFact { kind, vips, ports, selector, ours: _, stub, publish_not_ready: _ } = fact;
    let (kind, vips, ports, selector) = (kind.clone(), vips.clone(), ports.clone(), selector.clone());
    LocalService { kind, vips, ports, selector, stub: *stub }
}

/// The port of another definition that means the same as `port` of `ports`: by name, else by number where the names differ. A
/// port that is meant by name is not meant by its number too; and two unnamed ports of different numbers are different ports:
/// calls never go to the wrong one.
pub(super) fn counterpart<'a>(
    port: &ServicePort,
    ports: &[ServicePort],
    others: &'a [ServicePort],
) -> Option<&'a ServicePort> {
    let same = |o: &ServicePort| o.transport == port.transport;
    let named = |o: &ServicePort, p: &ServicePort| !p.name.is_empty() && o.name == p.name && o.transport == p.transport;
    let taken = |o: &ServicePort| ports.iter().any(|p| named(o, p));
    let by_name = others.iter().find(|o| named(o, port));
    by_name.or_else(|| others.iter().find(|o| same(o) && o.number == port.number && !taken(o)))
}

/// Where a cluster's definition differs from the one that counts (fault F27: an error line, not a debug log).
fn compare(first: &ClusterId, winner: &ServiceFact, other: &ClusterId, fact: &ServiceFact, out: &mut Vec<Warning>) {
    if std::mem::discriminant(&winner.kind) != std::mem::discriminant(&fact.kind) {
        let word = |k: &ServiceKind| match k {
            ServiceKind::ClusterIp => "a ClusterIP service",
            ServiceKind::Headless => "headless",
            ServiceKind::ExternalName(_) => "an ExternalName",
        };
        let reason = format!(
            "it is {} in {first} and {} in {other}; {first}'s definition counts",
            word(&winner.kind),
            word(&fact.kind)
        );
        out.push(Warning::new("spec.type", reason));
    }
    let mut met: BTreeSet<&ServicePort> = BTreeSet::new();
    for port in &winner.ports {
        let label = if port.name.is_empty() { port.number.to_string() } else { port.name.to_string() };
        let Some(own) = counterpart(port, &winner.ports, &fact.ports) else {
            let reason = format!("port {label} of {first} does not exist in {other}, whose endpoints do not serve it");
            out.push(Warning::new("spec.ports", reason));
            continue;
        };
        met.insert(own);
        if own.number != port.number {
            let reason = format!(
                "port {label} is {} in {first} and {} in {other}; {first}'s number counts",
                port.number, own.number
            );
            out.push(Warning::new("spec.ports", reason));
        }
        if own.protocol != port.protocol {
            let reason = format!(
                "port {label} speaks {:?} in {first} and {:?} in {other}; {first}'s counts",
                port.protocol, own.protocol
            );
            out.push(Warning::new("spec.ports", reason));
        }
    }
    for own in fact.ports.iter().filter(|own| !met.contains(own)) {
        let reason = format!("port {} of {other} does not exist in {first} and is left out", own.number);
        out.push(Warning::new("spec.ports", reason));
    }
}

/// One cluster's endpoints of a port, by address. Slices may list an address twice while it moves between them: the better
/// readiness counts.
fn cluster_endpoints(
    cluster: &Visible<'_>,
    named: &Named,
    own: &ServicePort,
    publish_not_ready: bool,
    workloads: &PMap<WorkloadId, Arc<Workload>>,
) -> Vec<Endpoint> {
    let mut found: BTreeMap<(IpAddr, u16), Endpoint> = BTreeMap::new();
    for slice in cluster.held.slices(named) {
        for port in slice.ports.iter().filter(|p| p.name == own.name) {
            for fact in &slice.endpoints {
                let Some(mut endpoint) = resolve(cluster, named, fact, port.number, workloads) else { continue };
                if publish_not_ready {
                    endpoint.readiness = Readiness::Ready;
                }
                let key = (endpoint.address, endpoint.port);
                if found.get(&key).is_none_or(|old| rank(old.readiness) > rank(endpoint.readiness)) {
                    found.insert(key, endpoint);
                }
            }
        }
    }
    found.into_values().collect()
}

fn rank(readiness: Readiness) -> u8 {
    match readiness {
        Readiness::Ready => 0,
        Readiness::Draining => 1,
        Readiness::NotReady => 2,
    }
}

/// Adds what pod and node say. An endpoint whose pod is not known yet is held back: without it there is no identity.
fn resolve(
    cluster: &Visible<'_>,
    named: &Named,
    fact: &EndpointFact,
    port: u16,
    workloads: &PMap<WorkloadId, Arc<Workload>>,
) -> Option<Endpoint> {
    let workload = match &fact.pod {
        None => None,
        Some(pod) => {
            let id = WorkloadId { cluster: cluster.id.clone(), namespace: named.0.clone(), name: pod.clone() };
            Some(workloads.get(&id)?)
        }
    };
    let node = fact.node.clone().or_else(|| workload.map(|w| w.node.clone())).unwrap_or_default();
    let locality = match cluster.held.node(&node) {
        Some(node) => node.locality.clone(),
        None => Locality { zone: fact.zone.clone().unwrap_or_default(), ..Locality::default() },
    };
    Some(Endpoint {
        cluster: cluster.id.clone(),
        address: fact.address,
        port,
        readiness: fact.readiness,
        network: workload.map_or(&cluster.state.network, |w| &w.network).clone(),
        locality,
        node,
        workload: workload.map(|w| w.id.clone()),
        labels: workload.map(|w| w.labels.clone()).unwrap_or_default(),
        account: workload.map(|w| w.account.clone()),
        sidecar: workload.is_some_and(|w| w.sidecar),
    })
}

/// A pod as the mesh knows it.
pub(super) fn workload(settings: &MeshSettings, cluster: &Visible<'_>, named: &Named) -> Option<Workload> {
    let fact = cluster.held.pod(&named.0, &named.1)?;
    let node = cluster.held.node(&fact.node);
    Some(Workload {
        id: WorkloadId { cluster: cluster.id.clone(), namespace: named.0.clone(), name: named.1.clone() },
        addresses: fact.addresses.clone(),
        labels: Arc::new(fact.labels.clone()),
        account: SpiffeId::of_account(&settings.trust_domain, &named.0, &fact.account),
        node: fact.node.clone(),
        locality: node.map(|n| n.locality.clone()).unwrap_or_default(),
        network: fact.network.clone().unwrap_or_else(|| cluster.state.network.clone()),
        ports: fact.ports.clone(),
        ready: fact.ready,
        host_network: fact.host_network,
        sidecar: fact.sidecar,
        owner: fact.owner.clone(),
    })
}
