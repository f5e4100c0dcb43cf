//! `/v1/routes`: which `Host` means which service, on one port.

use super::clusters::{Carried, key, outbound_ports, vip};
use super::node::{Api, Proxy, V1Error};
use super::types::{Decorator, HttpRoute, RouteConfig, VirtualHost};
use crate::data::model::{ClusterId, ProxyRole, ServicePort};
use crate::pure::mesh::{Mesh, Service};

/// The routes of a port, by the services' keys. A port of no service has none, and is no error.
///
/// # Errors
/// [`V1Error::Node`] for what is no node id; [`V1Error::Routes`] for a name that is no number, and for gateways.
pub fn routes(mesh: &Mesh, name: &str, node: &str) -> Result<RouteConfig, V1Error> {
    let proxy = Proxy::read(mesh, node, Api::Rds)?;
    if proxy.role != ProxyRole::Sidecar {
        return Err(V1Error::Routes("unrecognized node type".to_owned()));
    }
    // strconv.Atoi's words
    let number = |_| V1Error::Routes(format!("strconv.Atoi: parsing {name:?}: invalid syntax"));
    let number: i64 = name.parse().map_err(number)?;
    let outbound = outbound_ports(mesh, &proxy.cluster);
    let http = outbound.iter().filter(|o| o.carried == Carried::Http && i64::from(o.port.number) == number);
    let mut virtual_hosts: Vec<VirtualHost> = http
        .map(|o| VirtualHost {
            name: key(o.service, o.port),
            domains: domains(o.service, o.port, &proxy.namespace, &proxy.cluster),
            routes: vec![to_cluster(o.cluster_name())],
        })
        .collect();
    virtual_hosts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(RouteConfig { validate_clusters: true, virtual_hosts })
}

/// The route of everything to one cluster.
pub(super) fn to_cluster(cluster: String) -> HttpRoute {
    HttpRoute { prefix: "/", cluster, timeout_ms: 0, decorator: Decorator { operation: "default-route" } }
}

/// The host in every length that a resolver in `namespace` completes, then the virtual address; each with the port first,
/// then without.
fn domains(service: &Service, port: &ServicePort, namespace: &str, cluster: &ClusterId) -> Vec<String> {
    let (name, own) = (&service.id.name, &service.id.namespace);
    let short = (*own == namespace).then(|| name.to_string());
    let longer = ["", ".svc", ".svc.cluster", ".svc.cluster.local"].map(|end| format!("{name}.{own}{end}"));
    let address = vip(service, cluster).map(|ip| ip.to_string());
    let hosts = short.into_iter().chain(longer).chain(address);
    hosts.flat_map(|host| [format!("{host}:{}", port.number), host]).collect()
}
