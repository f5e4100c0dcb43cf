//! Which ports of a workload the mesh's services reach.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::derive::counterpart;
use super::merged::{LocalService, Mesh, Service};
use crate::data::model::{
    AppProtocol, Name, ServicePort, ServiceScope, TargetPort, Transport, WorkloadId, WorkloadPort,
};

/// Whose inbound ports: a pod, with what its proxy says of it for as long as the pod has not been seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InboundTarget {
    /// The pod.
    pub workload: WorkloadId,
    /// The proxy's address.
    pub address: IpAddr,
    /// The labels that the proxy's metadata claims.
    pub labels: BTreeMap<Name, Name>,
}

/// A port of a workload that services of its own cluster reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboundPort {
    /// The port on the workload.
    pub port: u16,
    /// What is spoken there.
    pub protocol: AppProtocol,
    /// The hosts and service ports that lead here, in order.
    pub hosts: Vec<(Name, u16)>,
}

/// The ports of a workload, by number. A service leads to it by its selector; one without a selector, by a slice that names
/// its address.
///
/// Once the pod has been seen, its labels count, and what the proxy claims does not. Where two services disagree on what a
/// port speaks, the first by name counts.
pub fn inbound_ports(mesh: &Mesh, target: &InboundTarget) -> Vec<InboundPort> {
    let pod = mesh.workloads.get(&target.workload);
    let labels = pod.map_or(&target.labels, |p| &p.labels);
    let named: &[WorkloadPort] = pod.map_or(&[], |p| &p.ports);
    let mut ports: BTreeMap<u16, InboundPort> = BTreeMap::new();
    for service in namespace_services(mesh, target) {
        let Some(local) = service.local.get(&target.workload.cluster) else { continue };
        for port in local.ports.iter().filter(|p| p.transport == Transport::Tcp) {
            for number in reached(service, local, port, target, labels, named) {
                let entry = ports.entry(number).or_insert_with(|| InboundPort {
                    port: number,
                    protocol: port.protocol,
                    hosts: Vec::new(),
                });
                entry.hosts.push((service.hostname.clone(), port.number));
            }
        }
    }
    ports.into_values().collect()
}

/// The services of the workload's namespace that its cluster sees.
fn namespace_services<'a>(mesh: &'a Mesh, target: &'a InboundTarget) -> impl Iterator<Item = &'a Service> {
    let namespace = &target.workload.namespace;
    let first = crate::data::model::ServiceId {
        namespace: namespace.clone(),
        name: Name::default(),
        scope: ServiceScope::Mesh,
    };
    mesh.services
        .range(first..)
        .take_while(move |(id, _)| id.namespace == *namespace)
        .filter(|(id, _)| id.visible_in(&target.workload.cluster))
        .map(|(_, service)| &**service)
}

/// The workload's ports that one port of a service leads to: usually one or none.
fn reached(
    service: &Service,
    local: &LocalService,
    port: &ServicePort,
    target: &InboundTarget,
    labels: &BTreeMap<Name, Name>,
    named: &[WorkloadPort],
) -> Vec<u16> {
    if !local.selector.is_empty() {
        if !local.selector.iter().all(|(k, v)| labels.get(k) == Some(v)) {
            return Vec::new();
        }
        return match &port.target {
            TargetPort::Number(number) => vec![*number],
            TargetPort::Name(name) => named.iter().find(|p| p.name == *name).map(|p| p.number).into_iter().collect(),
        };
    }
    // endpoints stand under the numbers of the definition that counts, which may be another cluster's
    let meant = service.ports.iter().filter(|p| counterpart(p, &service.ports, &local.ports) == Some(port));
    let own = |e: &&super::Endpoint| e.cluster == target.workload.cluster && e.address == target.address;
    meant
        .flat_map(|p| service.endpoints(p.id()))
        .filter(own)
        .map(|e| e.port)
        .collect::<BTreeSet<u16>>()
        .into_iter()
        .collect()
}
