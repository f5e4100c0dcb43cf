//! Which tables a view consists of, and what each service gives to them; `listeners` has what it gives to those of listeners.

mod listeners;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::build::{self, Binding, Built, EndpointScope, ExternalHost, Families, TcpChain};
use super::hosts::{Host, Hosts};
use super::types::{Part, Type, View};
use crate::data::model::{
    AppProtocol, ClusterId, ClusterName, MeshSettings, Name, NetworkId, ProxyRole, ServiceKind, ServicePort, Transport,
    parse_hostname,
};
use crate::pure::mesh::{BuiltFrom, InboundPort, InboundTarget, Mesh, Service, inbound_ports};

/// A service's namespace and name.
pub(super) type Named = (Name, Name);

/// A table: rows that all views with this key share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TableKey {
    /// The clusters that every proxy has.
    Builtin,
    /// Outbound clusters.
    Clusters { cluster: ClusterId },
    /// Endpoint sets.
    Endpoints { cluster: ClusterId, network: NetworkId, families: Families },
    /// Outbound listeners.
    Listeners { cluster: ClusterId, binding: Binding, families: Families },
    /// Outbound routes.
    Routes { cluster: ClusterId, namespace: Name },
    /// A workload's own clusters.
    InboundClusters { target: InboundTarget },
    /// A workload's own listener.
    InboundListener { target: InboundTarget, families: Families },
}

/// What one service gives to one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Share {
    /// The row is this service's alone; of two that claim it, the first counts.
    Whole(Built),
    /// A listener of a port that HTTP services share.
    Http(u16),
    /// A TCP port of an ExternalName whose host is an address: its listener, unless a service has that address.
    ExternalAddress(Built),
    /// A TCP port of an ExternalName whose host is a name, and the cluster of it.
    ExternalName(u16, Name),
    /// A port that a proxy without iptables listens on itself, and of several services only one has.
    Bound(Bound),
    /// Addresses of a headless service on a shared port.
    Chains(u16, Vec<TcpChain>),
    /// A virtual host of a shared route.
    Host(Arc<Host>),
}

/// What a service whose port is not HTTP by name gives to the one listener of a bound port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    /// Its port.
    port: u16,
    /// Where its bytes go.
    cluster: Name,
    /// An ExternalName: whoever may write one must not take a service's port.
    external: bool,
    /// The listener, where it has the port to itself.
    alone: Built,
}

/// The rows of a table that no service gives.
pub(super) struct OwnRows {
    pub(super) rows: Vec<(Name, Built)>,
    /// Inbound: the services that lead to the workload.
    pub(super) services: BTreeSet<Named>,
}

/// The services that lead to ports.
fn leading(ports: &[InboundPort]) -> BTreeSet<Named> {
    let hosts = ports.iter().flat_map(|p| p.hosts.iter());
    hosts.filter_map(|(host, _)| parse_hostname(host).map(|(name, ns)| (ns.into(), name.into()))).collect()
}

pub use listeners::{PortConflict, port_conflicts};

impl TableKey {
    /// The tables of a view.
    pub(super) fn of_view(view: &View) -> Vec<TableKey> {
        let View { role, cluster, network, locality: _, namespace, families, binding, inbound, principal: _ } = view;
        let (cluster, families, binding) = (cluster.clone(), *families, *binding);
        let mut keys = vec![
            TableKey::Builtin,
            TableKey::Clusters { cluster: cluster.clone() },
            TableKey::Endpoints { cluster: cluster.clone(), network: network.clone(), families },
        ];
        // a router listens where a Gateway says so, and to nothing else
        if *role == ProxyRole::Sidecar {
            keys.push(TableKey::Listeners { cluster: cluster.clone(), binding, families });
            keys.push(TableKey::Routes { cluster, namespace: namespace.clone() });
            if let Some(target) = inbound {
                keys.push(TableKey::InboundClusters { target: target.clone() });
                // without iptables nothing is led to the proxy
                if binding == Binding::Redirect {
                    keys.push(TableKey::InboundListener { target: target.clone(), families });
                }
            }
        }
        keys
    }

    pub(super) fn ty(&self) -> Type {
        match self {
            TableKey::Builtin | TableKey::Clusters { .. } | TableKey::InboundClusters { .. } => Type::Cluster,
            TableKey::Endpoints { .. } => Type::Endpoint,
            TableKey::Listeners { .. } | TableKey::InboundListener { .. } => Type::Listener,
            TableKey::Routes { .. } => Type::Route,
        }
    }

    /// The cluster whose services the table shows; `None` where it shows no services.
    pub(super) fn services_of(&self) -> Option<&ClusterId> {
        match self {
            TableKey::Clusters { cluster }
            | TableKey::Endpoints { cluster, .. }
            | TableKey::Listeners { cluster, .. }
            | TableKey::Routes { cluster, .. } => Some(cluster),
            TableKey::Builtin | TableKey::InboundClusters { .. } | TableKey::InboundListener { .. } => None,
        }
    }

    /// Whether a change of settings changes rows of the table, however its services stand.
    pub(super) fn reads(&self, changed: BuiltFrom) -> bool {
        let BuiltFrom { networks, outbound, connect_timeout } = changed;
        match self {
            TableKey::Clusters { .. } => connect_timeout,
            TableKey::Endpoints { .. } => networks,
            TableKey::Listeners { .. } | TableKey::Routes { .. } => outbound,
            TableKey::Builtin | TableKey::InboundClusters { .. } | TableKey::InboundListener { .. } => false,
        }
    }

    /// The workload whose own ports the table shows.
    pub(super) fn target(&self) -> Option<&InboundTarget> {
        match self {
            TableKey::InboundClusters { target } | TableKey::InboundListener { target, .. } => Some(target),
            _ => None,
        }
    }

    /// What the bytes of a row of `service` depend on.
    pub(super) fn part(&self, service: Option<&Service>) -> Part {
        let scope = service.map(|s| Part::of_scope(&s.id.scope)).unwrap_or_default();
        match self.clone() {
            TableKey::Builtin => Part::default(),
            TableKey::Clusters { .. } => scope,
            TableKey::Endpoints { network, families, .. } => {
                Part { network: Some(network), families: Some(families), ..scope }
            }
            TableKey::Listeners { cluster, binding, families } => {
                Part { cluster: Some(cluster), binding: Some(binding), families: Some(families), ..Part::default() }
            }
            TableKey::Routes { cluster, namespace } => {
                Part { cluster: Some(cluster), namespace: Some(namespace), ..Part::default() }
            }
            TableKey::InboundClusters { target } => Part { inbound: Some(target), ..Part::default() },
            TableKey::InboundListener { target, families } => {
                Part { inbound: Some(target), families: Some(families), ..Part::default() }
            }
        }
    }

    /// Whether a row is one service's alone, so that its key says all, and several tables share its bytes.
    pub(super) fn is_keyed_by_service(&self) -> bool {
        matches!(self, TableKey::Clusters { .. } | TableKey::Endpoints { .. })
    }

    /// The rows that no service gives.
    pub(super) fn own_rows(&self, mesh: &Mesh) -> OwnRows {
        let rows = match self {
            TableKey::Builtin => build::builtin(),
            TableKey::Listeners { binding: Binding::Redirect, families, .. } => {
                vec![("virtualOutbound".into(), build::virtual_outbound(mesh.settings.outbound, *families))]
            }
            TableKey::InboundClusters { target } => {
                let ports = inbound_ports(mesh, target);
                let name = |port| Name::from(ClusterName::inbound(port).to_string());
                let rows = ports.iter().map(|p| (name(p.port), build::inbound(p, target.address))).collect();
                return OwnRows { rows, services: leading(&ports) };
            }
            TableKey::InboundListener { target, families } => {
                let ports = inbound_ports(mesh, target);
                let rows = vec![("virtualInbound".into(), build::virtual_inbound(&ports, *families))];
                return OwnRows { rows, services: leading(&ports) };
            }
            _ => Vec::new(),
        };
        OwnRows { rows, services: BTreeSet::new() }
    }

    /// The names of the rows that a service gives alone, and their ports.
    pub(super) fn names<'a>(&self, service: &'a Service) -> Vec<(Name, &'a ServicePort)> {
        let carried = |p: &&ServicePort| match self {
            TableKey::Clusters { .. } => p.transport == Transport::Tcp,
            TableKey::Endpoints { .. } => p.transport == Transport::Tcp && service.kind == ServiceKind::ClusterIp,
            _ => false,
        };
        let name = |p: &ServicePort| Name::from(ClusterName::outbound(p.number, &service.hostname).to_string());
        service.ports.iter().filter(carried).map(|p| (name(p), p)).collect()
    }

    /// Builds a row that a service gives alone.
    pub(super) fn build(&self, settings: &MeshSettings, service: &Service, port: &ServicePort) -> Option<Built> {
        match self {
            TableKey::Clusters { .. } => build::outbound(settings, service, port),
            TableKey::Endpoints { network, families, .. } => {
                let scope = EndpointScope { network: network.clone(), families: *families };
                Some(build::load_assignment(settings, service, port, &scope))
            }
            _ => None,
        }
    }

    /// What a service gives to rows that it may share with others.
    pub(super) fn shares(&self, service: &Service, hosts: &mut Hosts) -> Vec<(Name, Share)> {
        let ports = service.ports.iter().filter(|p| p.transport == Transport::Tcp);
        // an ExternalName that is refused has no cluster, so nothing may lead to it: its calls are unknown ones
        if let ServiceKind::ExternalName(host) = &service.kind
            && ExternalHost::of(service, host).is_none()
        {
            return Vec::new();
        }
        match self {
            TableKey::Listeners { cluster, binding, families } => {
                ports.flat_map(|p| listeners::shares(service, p, cluster, *binding, *families)).collect()
            }
            TableKey::Routes { cluster, namespace } => {
                ports.filter_map(|p| route_share(service, p, cluster, namespace, hosts)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Puts a row together from what services give to it, in the order of the services.
    pub(super) fn assemble(
        &self,
        settings: &MeshSettings,
        name: &Name,
        shares: &BTreeMap<Named, Share>,
    ) -> Option<Built> {
        if let TableKey::Listeners { binding: Binding::Port, families, .. } = self {
            return listeners::bound(settings, shares, *families);
        }
        let whole = |s: &Share| match s {
            Share::Whole(built) => Some(built.clone()),
            _ => None,
        };
        // whoever may write an ExternalName must not take a service's address
        let external = |s: &Share| match s {
            Share::ExternalAddress(built) => Some(built.clone()),
            _ => None,
        };
        let alone = shares.values().find_map(whole).or_else(|| shares.values().find_map(external));
        if alone.is_some() {
            return alone;
        }
        match self {
            TableKey::Listeners { families, .. } => listeners::shared(settings, shares, *families),
            TableKey::Routes { .. } => {
                Some(build::route_configuration(name, &distinct_hosts(shares), settings.outbound))
            }
            _ => None,
        }
    }
}

fn route_share(
    service: &Service,
    port: &ServicePort,
    cluster: &ClusterId,
    namespace: &Name,
    hosts: &mut Hosts,
) -> Option<(Name, Share)> {
    match port.protocol {
        AppProtocol::Http | AppProtocol::Http2 => {
            let domains = build::virtual_host_domains(service, namespace, cluster);
            let host = hosts.of(&service.hostname, port.number, domains);
            Some((port.number.to_string().into(), Share::Host(host)))
        }
        AppProtocol::Detect if !service.vips(cluster).is_empty() => {
            Some((build::detected_route_name(service, port), Share::Whole(build::detected_route(service, port))))
        }
        AppProtocol::Detect | AppProtocol::Tcp => None,
    }
}

/// The virtual hosts of a route. Envoy refuses the whole of a route in which a domain stands twice, upper and lower case
/// being the same: the first service keeps a domain that two claim (an address that was freed and given again; in a folder,
/// names that no API server would take), and the second its others.
fn distinct_hosts(shares: &BTreeMap<Named, Share>) -> Vec<Bytes> {
    let mut taken = std::collections::BTreeSet::new();
    let mut hosts = Vec::new();
    for share in shares.values() {
        let Share::Host(host) = share else { continue };
        let Host { hostname, port, domains, bytes } = &**host;
        let lower = |d: &Name| d.to_ascii_lowercase();
        let own: Vec<Name> = domains.iter().filter(|d| !taken.contains(&lower(d))).cloned().collect();
        taken.extend(domains.iter().map(lower));
        if own.len() == domains.len() {
            hosts.push(bytes.clone());
        } else if !own.is_empty() {
            hosts.push(build::virtual_host_named(hostname, *port, &own));
        }
    }
    hosts
}
