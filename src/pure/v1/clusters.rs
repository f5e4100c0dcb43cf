//! `/v1/clusters`: where a proxy's calls may go.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::node::{Api, Proxy, V1Error};
use super::sha1;
use super::types::{Cluster, ClusterHost, Clusters};
use crate::data::model::{AppProtocol, ClusterId, LegacyKey, ServiceKind, ServicePort, Transport};
use crate::pure::mesh::{Mesh, Service};
use crate::pure::xds::ExternalHost;

/// Envoy of 2018 took names up to here (`MaxClusterNameLength`).
const MAX_NAME: usize = 189;
/// Hexadecimal digits of a SHA-1.
const DIGEST: usize = 40;
/// The cluster of all headless TCP services: calls go to where they were going.
pub(super) const ORIGINAL_DST: &str = "out.orig-dst-cluster-tcp";

/// The clusters of a node, by name: `in.PORT` for its own ports, `out.KEY` for the ports of services.
///
/// # Errors
/// [`V1Error::Node`] for what is no node id.
pub fn clusters(mesh: &Mesh, node: &str) -> Result<Clusters, V1Error> {
    let proxy = Proxy::read(mesh, node, Api::Cds)?;
    let timeout = u64::try_from(mesh.settings.connect_timeout.as_millis()).unwrap_or(u64::MAX);
    let inbound = proxy.inbound(mesh).into_iter().map(|p| Cluster {
        name: inbound_name(p.port),
        service_name: String::new(),
        connect_timeout_ms: timeout,
        kind: "static",
        lb_type: "round_robin",
        hosts: vec![ClusterHost { url: format!("tcp://127.0.0.1:{}", p.port) }],
        features: features(p.protocol),
    });
    let outbound = outbound_ports(mesh, &proxy.cluster).into_iter().map(|o| outbound_cluster(&o, timeout));
    let by_name: BTreeMap<String, Cluster> = inbound.chain(outbound).map(|c| (c.name.clone(), c)).collect();
    Ok(Clusters { clusters: by_name.into_values().collect() })
}

/// The name of a cluster, shortened where it is too long: its first 149 bytes and the SHA-1 of the whole.
pub fn cluster_name(key: &str) -> String {
    let name = format!("out.{key}");
    match name.get(..MAX_NAME - DIGEST) {
        Some(prefix) if name.len() > MAX_NAME => format!("{prefix}{}", sha1::hex(name.as_bytes())),
        _ => name,
    }
}

pub(super) fn inbound_name(port: u16) -> String {
    format!("in.{port}")
}

/// The key of a service's port: `reviews.default.svc.cluster.local|http`.
pub(super) fn key(service: &Service, port: &ServicePort) -> String {
    LegacyKey { host: service.hostname.clone(), port: port.name.clone(), labels: Default::default() }.to_string()
}

/// How calls to a service's port were carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// By `Host`, on the wildcard listener of the port.
    Http,
    /// By address, on a listener of the service's own.
    Tcp {
        /// The virtual address: that of the proxy's cluster, else that of the defining one.
        vip: IpAddr,
    },
    /// Without a virtual address: to where they were going, on the wildcard listener of the port.
    OriginalDst,
}

/// A service's port that a proxy may call.
pub(super) struct Outbound<'a> {
    pub(super) service: &'a Service,
    pub(super) port: &'a ServicePort,
    pub(super) carried: Carried,
}

impl Outbound<'_> {
    /// The cluster of its calls.
    pub(super) fn cluster_name(&self) -> String {
        match self.carried {
            Carried::OriginalDst => ORIGINAL_DST.to_owned(),
            _ => cluster_name(&key(self.service, self.port)),
        }
    }
}

/// What the proxies of a cluster may call, by host and in the order of each service's ports.
///
/// Ports without a protocol's name were TCP; UDP was carried by nothing; of ExternalNames only HTTP, and `https`, which was
/// sent in plain text; a name that no proxy should be sent to is left out.
pub(super) fn outbound_ports<'a>(mesh: &'a Mesh, cluster: &'a ClusterId) -> Vec<Outbound<'a>> {
    let mut services: Vec<&Service> = mesh.visible_services(cluster).map(|s| &**s).collect();
    services.sort_by(|a, b| a.hostname.cmp(&b.hostname));
    let ports = services.into_iter().flat_map(|service| service.ports.iter().map(move |port| (service, port)));
    ports
        .filter_map(|(service, port)| Some(Outbound { service, port, carried: carried(service, port, cluster)? }))
        .collect()
}

fn carried(service: &Service, port: &ServicePort, cluster: &ClusterId) -> Option<Carried> {
    if port.transport != Transport::Tcp {
        return None;
    }
    let http = matches!(port.protocol, AppProtocol::Http | AppProtocol::Http2);
    if let ServiceKind::ExternalName(host) = &service.kind {
        ExternalHost::of(service, host)?;
        return (http || protocol_word(port) == "https").then_some(Carried::Http);
    }
    Some(match vip(service, cluster) {
        _ if http => Carried::Http,
        Some(vip) => Carried::Tcp { vip },
        None => Carried::OriginalDst,
    })
}

/// The virtual address by which a cluster calls a service: its own, else that of the definition that counts
/// (`6f9f4376cee`, istio/istio #4694).
pub(super) fn vip(service: &Service, cluster: &ClusterId) -> Option<IpAddr> {
    service.vips(cluster).first().or_else(|| service.vips(&service.defined_by).first()).copied()
}

/// The protocol as the port's name says it: the part before the first dash.
pub(super) fn protocol_word(port: &ServicePort) -> &str {
    port.name.split('-').next().unwrap_or_default()
}

fn features(protocol: AppProtocol) -> &'static str {
    if protocol == AppProtocol::Http2 { "http2" } else { "" }
}

fn outbound_cluster(outbound: &Outbound<'_>, connect_timeout_ms: u64) -> Cluster {
    let Outbound { service, port, carried } = outbound;
    let name = outbound.cluster_name();
    if *carried == Carried::OriginalDst {
        let (kind, lb_type) = ("original_dst", "original_dst_lb");
        return Cluster {
            name,
            service_name: String::new(),
            connect_timeout_ms,
            kind,
            lb_type,
            hosts: Vec::new(),
            features: "",
        };
    }
    let external = matches!(service.kind, ServiceKind::ExternalName(_));
    let url = format!("tcp://{}:{}", service.hostname, port.number);
    Cluster {
        name,
        service_name: key(service, port),
        connect_timeout_ms,
        kind: if external { "strict_dns" } else { "sds" },
        lb_type: "round_robin",
        hosts: if external { vec![ClusterHost { url }] } else { Vec::new() },
        features: features(port.protocol),
    }
}
