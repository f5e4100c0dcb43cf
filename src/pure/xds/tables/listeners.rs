//! What services give to the listeners of a view, and how a listener is put together from it.
//!
//! With iptables every address of a service has a listener of its own, and HTTP services share one of all addresses. Without
//! them ([`Binding::Port`]) a listener binds its port on loopback, where all services of a port meet: Envoy refuses two
//! listeners of one address, and with them the whole of a response. So the row, and the listener, is that of the bound
//! address: whoever has it, it is one listener that changes, and never a new one beside the old.

use std::collections::{BTreeMap, BTreeSet};

use super::super::build::{self, Binding, Built, ExternalHost, Families, Unclaimed};
use super::super::hosts::Hosts;
use super::{Bound, Named, Share, TableKey};
use crate::data::model::{
    AppProtocol, ClusterId, ClusterName, MeshSettings, Name, OutboundPolicy, ServiceKind, ServicePort,
};
use crate::pure::mesh::{Mesh, Service};

/// What a service's port gives to listeners.
pub(super) fn shares(
    service: &Service,
    port: &ServicePort,
    cluster: &ClusterId,
    binding: Binding,
    families: Families,
) -> Vec<(Name, Share)> {
    let shared = || Name::from(build::listener_name(build::at_any(families, binding), port.number));
    match (&service.kind, port.protocol) {
        (_, AppProtocol::Http | AppProtocol::Http2) => vec![(shared(), Share::Http(port.number))],
        (ServiceKind::Headless, _) => match build::headless_chains(service, port, cluster) {
            chains if chains.is_empty() || binding == Binding::Port => Vec::new(),
            chains => vec![(shared(), Share::Chains(port.number, chains))],
        },
        (ServiceKind::ExternalName(host), _) => match ExternalHost::of(service, host) {
            Some(host) => external(service, port, &host, binding, families).into_iter().collect(),
            None => Vec::new(),
        },
        (ServiceKind::ClusterIp, protocol) => {
            let vips = service.vips(cluster).iter().filter(|ip| families.reach(**ip));
            let build = |ip: &std::net::IpAddr| {
                let built = match protocol {
                    AppProtocol::Tcp => build::tcp_listener(*ip, service, port, binding),
                    _ => build::detect_listener(*ip, service, port, binding),
                };
                let share = match binding {
                    Binding::Redirect => Share::Whole(built),
                    Binding::Port => Share::Bound(Bound::of(service, port, false, built)),
                };
                (Name::from(build::listener_name(build::at(*ip, binding), port.number)), share)
            };
            vips.map(build).collect()
        }
    }
}

/// The TCP port of an ExternalName. A host that is an address has its own listener; of a name nobody knows the addresses, so
/// it is all that is left of the port.
fn external(
    service: &Service,
    port: &ServicePort,
    host: &ExternalHost,
    binding: Binding,
    families: Families,
) -> Option<(Name, Share)> {
    let cluster = || Name::from(ClusterName::outbound(port.number, &service.hostname).to_string());
    let ip = host.address();
    if ip.is_some_and(|ip| !families.reach(ip)) {
        return None;
    }
    let address = match ip {
        Some(ip) => build::at(ip, binding),
        None => build::at_any(families, binding),
    };
    let share = match (ip, binding) {
        (Some(ip), Binding::Redirect) => Share::ExternalAddress(build::tcp_listener(ip, service, port, binding)),
        (None, Binding::Redirect) => Share::ExternalName(port.number, cluster()),
        (Some(ip), Binding::Port) => {
            Share::Bound(Bound::of(service, port, true, build::tcp_listener(ip, service, port, binding)))
        }
        (None, Binding::Port) => {
            let all = Unclaimed::Cluster(cluster());
            let alone = build::shared_tcp_listener(port.number, &[], all, binding, families);
            Share::Bound(Bound::of(service, port, true, alone))
        }
    };
    Some((build::listener_name(address, port.number).into(), share))
}

/// A listener of all addresses of a port, with iptables.
pub(super) fn shared(settings: &MeshSettings, shares: &BTreeMap<Named, Share>, families: Families) -> Option<Built> {
    let mut chains = Vec::new();
    let (mut http, mut number, mut external) = (false, None, None);
    // where unknown calls pass, those of an ExternalName pass too: taking the whole port for it would mislead all others
    let claims = settings.outbound == OutboundPolicy::RegistryOnly;
    for share in shares.values() {
        match share {
            Share::Http(port) => (http, number) = (true, Some(*port)),
            Share::Chains(port, more) => {
                number = number.or(Some(*port));
                chains.extend(more.iter().cloned());
            }
            Share::ExternalName(port, cluster) if claims => {
                number = number.or(Some(*port));
                external = external.or_else(|| Some(cluster.clone()));
            }
            Share::ExternalName(..)
            | Share::ExternalAddress(_)
            | Share::Whole(_)
            | Share::Bound(_)
            | Share::Host(_) => {}
        }
    }
    let number = number?;
    let unclaimed = external.map_or(Unclaimed::Policy(settings.outbound), Unclaimed::Cluster);
    Some(if http {
        build::http_listener(number, &chains, unclaimed, Binding::Redirect, families)
    } else {
        build::shared_tcp_listener(number, &chains, unclaimed, Binding::Redirect, families)
    })
}

/// The one listener of a bound port.
pub(super) fn bound(settings: &MeshSettings, shares: &BTreeMap<Named, Share>, families: Families) -> Option<Built> {
    let Contest { http, holder, losers: _ } = Contest::of(shares);
    let Some(number) = http else { return holder.map(|(_, bound)| bound.alone.clone()) };
    let rest = holder.map_or(Unclaimed::Policy(settings.outbound), |(_, b)| Unclaimed::Cluster(b.cluster.clone()));
    Some(build::http_listener(number, &[], rest, Binding::Port, families))
}

/// Which services have a bound port. HTTP services share it: their routes tell them apart. Of the others one has it, or what
/// is not HTTP of it: services before ExternalNames, and of these the first by namespace and name. Istio takes the oldest; but
/// a service of several clusters has several ages, and a folder's has none, while names are the same to everybody.
struct Contest<'a> {
    /// The port, where HTTP services share it.
    http: Option<u16>,
    holder: Option<(&'a Named, &'a Bound)>,
    losers: Vec<(&'a Named, &'a Bound)>,
}

impl<'a> Contest<'a> {
    fn of(shares: &'a BTreeMap<Named, Share>) -> Self {
        let http = shares.values().find_map(|share| match share {
            Share::Http(port) => Some(*port),
            _ => None,
        });
        let bound = shares.iter().filter_map(|(named, share)| match share {
            Share::Bound(bound) => Some((named, bound)),
            _ => None,
        });
        let mut rivals: Vec<_> = bound.collect();
        rivals.sort_by_key(|(named, bound)| (bound.external, *named));
        let mut rivals = rivals.into_iter();
        Self { http, holder: rivals.next(), losers: rivals.collect() }
    }
}

impl Bound {
    fn of(service: &Service, port: &ServicePort, external: bool, alone: Built) -> Self {
        let cluster = ClusterName::outbound(port.number, &service.hostname).to_string().into();
        Self { port: port.number, cluster, external, alone }
    }
}

/// A service that proxies without iptables do not get, or not all of it, since its port on loopback is another's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortConflict {
    /// The service's namespace and name.
    pub service: (Name, Name),
    /// Its port.
    pub port: u16,
    /// The name of the listener: the bound address and port.
    pub listener: Name,
    /// The service that has the port; `None`: HTTP services have what is HTTP, and this one only the rest.
    pub holder: Option<(Name, Name)>,
}

/// Where services of a cluster contend for a bound port, as a sidecar of these families sees it that has no iptables.
pub fn port_conflicts(mesh: &Mesh, cluster: &ClusterId, families: Families) -> BTreeSet<PortConflict> {
    let mut rows: BTreeMap<Name, BTreeMap<Named, Share>> = BTreeMap::new();
    // as the table itself: a service that it takes nothing from contends for nothing
    let table = TableKey::Listeners { cluster: cluster.clone(), binding: Binding::Port, families };
    let mut hosts = Hosts::default();
    for service in mesh.visible_services(cluster) {
        for (row, share) in table.shares(service, &mut hosts) {
            let named = (service.id.namespace.clone(), service.id.name.clone());
            rows.entry(row).or_default().insert(named, share);
        }
    }
    let of_row = |(listener, shares): (&Name, &BTreeMap<Named, Share>)| {
        let Contest { http, holder, losers } = Contest::of(shares);
        let row = |named: &Named, bound: &Bound, holder: Option<&Named>| PortConflict {
            service: named.clone(),
            port: bound.port,
            listener: listener.clone(),
            holder: holder.cloned(),
        };
        let rest = holder.filter(|_| http.is_some()).map(|(named, bound)| row(named, bound, None));
        let lost = losers.into_iter().map(|(named, bound)| row(named, bound, holder.map(|(h, _)| h)));
        rest.into_iter().chain(lost).collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).collect()
}
