//! Route configurations: ropes of virtual hosts that many of them share.

use std::collections::BTreeSet;

use bytes::Bytes;
use meshctl_proto::envoy::config::route::v3::{DirectResponseAction, RouteConfiguration, VirtualHost, route};

use super::address::{boolean, bracketed};
use super::cluster::PASSTHROUGH;
use super::{Built, encode, field, http};
use crate::data::model::{ClusterId, ClusterName, Name, OutboundPolicy, ServiceKind, ServicePort};
use crate::pure::mesh::Service;

/// The number of `RouteConfiguration.virtual_hosts`.
const VIRTUAL_HOSTS: u32 = 2;

/// One element of `virtual_hosts`, encoded: a service's port, for a client in `namespace` of `cluster`.
pub fn virtual_host(service: &Service, port: &ServicePort, namespace: &str, cluster: &ClusterId) -> Bytes {
    virtual_host_of(service, port, &virtual_host_domains(service, namespace, cluster))
}

/// The same with the domains given, for the case that another service of the route has one of them already: Envoy refuses
/// a whole route configuration in which a domain stands twice.
pub fn virtual_host_of(service: &Service, port: &ServicePort, domains: &[Name]) -> Bytes {
    virtual_host_named(&service.hostname, port.number, domains)
}

/// The same by the service's host name and the port's number.
pub fn virtual_host_named(hostname: &str, port: u16, domains: &[Name]) -> Bytes {
    let domains = domains.iter().map(|d| d.to_string()).collect();
    let cluster = ClusterName::outbound(port, hostname).to_string();
    field(VIRTUAL_HOSTS, &http::virtual_host(format!("{hostname}:{port}"), domains, &cluster, Some(http::retries())))
}

/// The names by which a client in `namespace` of `cluster` calls a service, each once: the host in every length that its
/// resolver completes, and the service's virtual addresses in that cluster. A headless service also has a name for each of
/// its pods.
pub fn virtual_host_domains(service: &Service, namespace: &str, cluster: &ClusterId) -> Vec<Name> {
    let (name, own) = (&service.id.name, &service.id.namespace);
    let mut hosts = vec![service.hostname.to_string(), format!("{}.", service.hostname)];
    if *own == namespace {
        hosts.push(name.to_string());
    }
    hosts.extend([format!("{name}.{own}"), format!("{name}.{own}.svc")]);
    if service.kind == ServiceKind::Headless {
        hosts.extend(hosts.clone().iter().map(|h| format!("*.{h}")));
    }
    hosts.extend(service.vips(cluster).iter().map(|ip| bracketed(*ip)));
    let mut seen = BTreeSet::new();
    hosts.into_iter().filter(|h| seen.insert(h.clone())).map(Name::from).collect()
}

/// The route configuration of a shared HTTP port: these virtual hosts, then what becomes of every other host.
pub fn route_configuration(name: &str, virtual_hosts: &[Bytes], policy: OutboundPolicy) -> Built {
    let head = encode(&RouteConfiguration { name: name.to_owned(), ..Default::default() });
    let tail = encode(&RouteConfiguration { virtual_hosts: vec![unknown_hosts(policy)], ..settings() });
    let pieces: Vec<Bytes> = [head].into_iter().chain(virtual_hosts.iter().cloned()).chain([tail]).collect();
    Built { rope: pieces.into(), refs: Vec::new() }
}

/// The name of the route configuration of a port whose protocol is detected: `HOST:PORT`.
pub fn detected_route_name(service: &Service, port: &ServicePort) -> Name {
    format!("{}:{}", service.hostname, port.number).into()
}

/// The route configuration of a port whose protocol is detected. Its listener has the service's own address, so every
/// `Host` is meant for it.
pub fn detected_route(service: &Service, port: &ServicePort) -> Built {
    let name = detected_route_name(service, port).to_string();
    let cluster = ClusterName::outbound(port.number, &service.hostname).to_string();
    let host = http::virtual_host(name.clone(), vec!["*".to_owned()], &cluster, Some(http::retries()));
    Built::of(&RouteConfiguration { name, virtual_hosts: vec![host], ..settings() }, Vec::new())
}

/// What all route configurations say. Clusters are not validated: routes may come before their clusters.
fn settings() -> RouteConfiguration {
    RouteConfiguration { validate_clusters: boolean(false), ignore_port_in_host_matching: true, ..Default::default() }
}

/// The last virtual host: calls to hosts that no service has go on as they came, or are answered 502.
fn unknown_hosts(policy: OutboundPolicy) -> VirtualHost {
    let domains = vec!["*".to_owned()];
    match policy {
        OutboundPolicy::AllowAny => http::virtual_host("allow_any".to_owned(), domains, PASSTHROUGH, None),
        OutboundPolicy::RegistryOnly => {
            let refuse = DirectResponseAction { status: 502, ..Default::default() };
            VirtualHost {
                name: "block_all".to_owned(),
                domains,
                routes: vec![http::everything(route::Action::DirectResponse(refuse))],
                ..Default::default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cluster, decode, service};
    use super::*;
    use crate::data::model::AppProtocol;

    fn domains(kind: ServiceKind, namespace: &str, of: &str) -> Vec<Name> {
        virtual_host_domains(&service(kind, AppProtocol::Http, &[]), namespace, &cluster(of))
    }

    #[test]
    fn domains_depend_on_the_clients_namespace_and_cluster() {
        let host = "reviews.default.svc.cluster.local";
        let full = format!("{host}.");
        assert_eq!(
            domains(ServiceKind::ClusterIp, "default", "gke"),
            [host, &full, "reviews", "reviews.default", "reviews.default.svc", "10.96.0.7", "[fd00::7]"]
        );
        assert_eq!(
            domains(ServiceKind::ClusterIp, "other", "onprem"),
            [host, &full, "reviews.default", "reviews.default.svc"],
            "no short name, and no address where the cluster does not define the service"
        );
        let pods = domains(ServiceKind::Headless, "other", "onprem");
        assert!(pods.contains(&"*.reviews.default.svc.cluster.local".into()), "{pods:?}");
    }

    #[test]
    fn a_route_shares_its_hosts_and_ends_with_the_policy() {
        let service = service(ServiceKind::ClusterIp, AppProtocol::Http, &[]);
        let host = virtual_host(&service, &service.ports[0], "default", &cluster("gke"));
        let built = |policy| route_configuration("9080", std::slice::from_ref(&host), policy);
        let allow = built(OutboundPolicy::AllowAny);
        assert_eq!(allow.rope[1].as_ptr(), host.as_ptr(), "shared, not copied");
        for (policy, last) in [(OutboundPolicy::AllowAny, "allow_any"), (OutboundPolicy::RegistryOnly, "block_all")] {
            let route: RouteConfiguration = decode(&built(policy));
            let names: Vec<_> = route.virtual_hosts.iter().map(|h| h.name.as_str()).collect();
            assert_eq!(names, ["reviews.default.svc.cluster.local:9080", last]);
            assert!(route.ignore_port_in_host_matching);
            assert_eq!((route.name.as_str(), route.validate_clusters), ("9080", boolean(false)));
        }
    }

    #[test]
    fn a_detected_route_takes_every_host() {
        let service = service(ServiceKind::ClusterIp, AppProtocol::Detect, &[]);
        let route: RouteConfiguration = decode(&detected_route(&service, &service.ports[0]));
        assert_eq!(route.name, "reviews.default.svc.cluster.local:9080");
        assert_eq!(route.virtual_hosts.len(), 1);
        assert_eq!(route.virtual_hosts[0].domains, ["*"]);
    }
}
