//! `meshctl endpoints`: the merged endpoints of a service, and where each of them runs.

use std::collections::BTreeSet;

use serde::Serialize;

use super::near::{Near, alike};
use super::unread::Unread;
use crate::data::model::{ClusterId, LegacyKey, Name, Readiness, Report, ServicePort, Table, hostname, parse_hostname};
use crate::pure::mesh::{Endpoint, Mesh, Service, SyncState};
use crate::pure::v1;

/// Which endpoints are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointQuery {
    /// The service: name, `name.namespace`, host, with `:9080`, or the talk's `HOST|http`.
    pub text: String,
    /// Only in this namespace.
    pub namespace: Option<String>,
    /// Only endpoints of this cluster.
    pub cluster: Option<String>,
}

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No word at all.
    #[error("no service was named")]
    Empty,
    /// No such service.
    #[error("{}", not_found(.query, .namespace.as_deref(), .unread))]
    NotFound {
        /// What was asked for.
        query: String,
        /// The namespace that was named beside it.
        namespace: Option<String>,
        /// Services to paste instead.
        near: Near,
        /// The clusters and files that could not be asked, in words; empty: all could.
        unread: String,
    },
    /// Services of that name in several namespaces.
    #[error("\"{query}\" is a service in {} namespaces", candidates.len())]
    Ambiguous {
        /// What was asked for.
        query: String,
        /// The services, to paste.
        candidates: Vec<String>,
    },
    /// The service has no such port.
    #[error("the service {service} has no port \"{port}\"")]
    NoPort {
        /// The service.
        service: String,
        /// The port.
        port: String,
        /// Those it has, to paste.
        known: Vec<String>,
    },
    /// No such cluster.
    #[error("the mesh has no cluster \"{cluster}\"")]
    NoCluster {
        /// What was asked for.
        cluster: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A key with labels, where sets of endpoints are compared.
    #[error("\"{0}\" selects endpoints by labels, and what pilot pushes are the endpoints of a whole port")]
    Labels(String),
    /// Ports that are not TCP alone, where sets of endpoints are compared.
    #[error("no proxy carries what is not TCP, so that nobody is given these endpoints of {0}")]
    NotCarried(String),
    /// The rows do not serialise.
    #[error("{0}")]
    Json(String),
}

/// That nobody has a service is known only where everybody was asked.
fn not_found(query: &str, namespace: Option<&str>, unread: &str) -> String {
    let within = namespace.map(|n| format!(" in the namespace {n}")).unwrap_or_default();
    match unread {
        "" => format!("no cluster has a service \"{query}\"{within}"),
        _ => format!("none of the clusters that could be asked has a service \"{query}\"{within}; not asked: {unread}"),
    }
}

impl EndpointError {
    /// The error of a mesh that was read without somebody, who may have what was not found.
    #[must_use]
    pub fn without(self, missing: &Unread) -> Self {
        match self {
            EndpointError::NotFound { query, namespace, near, unread: _ } => {
                EndpointError::NotFound { query, namespace, near, unread: missing.names() }
            }
            other => other,
        }
    }
}

/// One endpoint, as `-o json` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    service: Name,
    service_port: u16,
    transport: String,
    address: String,
    port: u16,
    cluster: String,
    network: String,
    region: Name,
    zone: Name,
    sub_zone: Name,
    pod: Option<String>,
    node: Name,
    version: Name,
    health: &'static str,
    stale: bool,
}

#[derive(Serialize)]
struct Items<'a> {
    items: &'a [Row],
    #[serde(flatten)]
    unread: &'a Unread,
}

/// A query, taken apart.
struct Words {
    name: String,
    namespace: Option<String>,
    /// Names or numbers; none: all ports.
    ports: Vec<String>,
    /// The labels of a key, as they stand there.
    labels: String,
}

/// Whether a query is one of the talk's keys.
fn is_key(query: &EndpointQuery) -> bool {
    query.text.contains('|') || query.text.starts_with("out.")
}

fn take_apart(query: &EndpointQuery) -> Words {
    let key = LegacyKey::parse(&query.text).filter(|_| is_key(query));
    let (host, ports, labels) = match (key, query.text.rsplit_once(':')) {
        (Some(LegacyKey { host, port, labels }), _) => (host.to_string(), port.to_string(), labels.to_string()),
        (None, Some((host, port))) => (host.to_owned(), port.to_owned(), String::new()),
        (None, None) => (query.text.clone(), String::new(), String::new()),
    };
    let ports = ports.split(',').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    let (name, namespace) = match parse_hostname(&host) {
        Some((name, namespace)) => (name.to_owned(), Some(namespace.to_owned())),
        None => (host, None),
    };
    Words { name, namespace, ports, labels }
}

/// Whether a query selects endpoints by their labels.
pub(super) fn has_labels(query: &EndpointQuery) -> bool {
    !take_apart(query).labels.is_empty()
}

/// The services that a query means: one, or one cluster-local one per cluster.
fn services<'m>(
    mesh: &'m Mesh,
    query: &EndpointQuery,
    name: &str,
    namespace: Option<&str>,
) -> Result<Vec<&'m Service>, EndpointError> {
    let namespace = namespace.or(query.namespace.as_deref());
    let found: Vec<&Service> = mesh
        .services
        .values()
        .map(|s| &**s)
        .filter(|s| s.id.name == *name && namespace.is_none_or(|n| s.id.namespace == *n))
        .collect();
    let hosts: BTreeSet<_> = found.iter().map(|s| &s.hostname).collect();
    match hosts.len() {
        1 => Ok(found),
        0 => {
            let all = |wanted: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
                let wanted = mesh.services.keys().filter(|id| wanted(&id.name));
                wanted.map(|id| format!("{}.{}", id.name, id.namespace)).collect()
            };
            let near = Near::of(all(&|other| alike(name, other)), all(&|_| true));
            Err(EndpointError::NotFound {
                query: query.text.clone(),
                namespace: query.namespace.clone(),
                near,
                unread: String::new(),
            })
        }
        _ => Err(EndpointError::Ambiguous {
            query: query.text.clone(),
            candidates: hosts.into_iter().map(Name::to_string).collect(),
        }),
    }
}

/// What a query means: the ports of one service, or of one cluster-local one per cluster.
pub(super) struct Meant<'m> {
    pub(super) ports: Vec<(&'m Service, &'m ServicePort)>,
    /// The query names ports.
    pub(super) by_port: bool,
}

/// Refuses a cluster that the mesh does not have.
fn known_cluster(mesh: &Mesh, query: &EndpointQuery) -> Result<(), EndpointError> {
    match query.cluster.as_ref().filter(|c| !mesh.clusters.keys().any(|k| k.as_str() == *c)) {
        Some(cluster) => {
            let known = mesh.clusters.keys().map(ToString::to_string).collect();
            Err(EndpointError::NoCluster { cluster: cluster.clone(), known })
        }
        None => Ok(()),
    }
}

/// The ports that a query means, in the mesh's order.
pub(super) fn meant<'m>(mesh: &'m Mesh, query: &EndpointQuery) -> Result<Meant<'m>, EndpointError> {
    known_cluster(mesh, query)?;
    let Words { name, namespace, ports: wanted, labels: _ } = take_apart(query);
    if name.is_empty() {
        return Err(EndpointError::Empty);
    }
    let services = services(mesh, query, &name, namespace.as_deref())?;
    let of_service = |s: &&'m Service| -> Vec<(&'m Service, &'m ServicePort)> {
        let service = *s;
        let named = |p: &&ServicePort| wanted.iter().any(|w| p.name == **w || p.number.to_string() == *w);
        service.ports.iter().filter(|p| wanted.is_empty() || named(p)).map(|p| (service, p)).collect()
    };
    let ports: Vec<_> = services.iter().flat_map(of_service).collect();
    if let Some(service) = services.first().filter(|_| ports.is_empty() && !wanted.is_empty()) {
        let paste = |p: &ServicePort| format!("{}:{}", service.hostname, p.number);
        return Err(EndpointError::NoPort {
            service: service.hostname.to_string(),
            port: wanted.join(","),
            known: services
                .iter()
                .flat_map(|s| s.ports.iter().map(paste))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        });
    }
    Ok(Meant { ports, by_port: !wanted.is_empty() })
}

/// The endpoints of a port that a query means: of its cluster, and with these labels, as a key writes them.
pub(super) fn of_port<'m>(
    service: &'m Service,
    port: &ServicePort,
    query: &EndpointQuery,
    labels: &str,
) -> impl Iterator<Item = &'m Endpoint> {
    let of_cluster = move |e: &&Endpoint| query.cluster.as_ref().is_none_or(|c| e.cluster.as_str() == c);
    service.endpoints(port.id()).iter().filter(of_cluster).filter(move |e| v1::selected(e, labels))
}

fn row(mesh: &Mesh, service: &Service, port: &ServicePort, e: &Endpoint) -> Row {
    let Endpoint {
        cluster,
        address,
        port: number,
        readiness,
        network,
        locality,
        node,
        workload,
        labels,
        account: _,
        sidecar: _,
    } = e;
    let version = ["version", "app.kubernetes.io/version"].iter().find_map(|l| labels.get(*l)).cloned();
    Row {
        service: service.hostname.clone(),
        service_port: port.number,
        transport: port.transport.to_string(),
        address: address.to_string(),
        port: *number,
        cluster: cluster.to_string(),
        network: network.to_string(),
        region: locality.region.clone(),
        zone: locality.zone.clone(),
        sub_zone: locality.sub_zone.clone(),
        pod: workload.as_ref().map(|w| format!("{}.{}", w.name, w.namespace)),
        node: node.clone(),
        version: version.unwrap_or_default(),
        health: match readiness {
            Readiness::Ready => "HEALTHY",
            Readiness::NotReady => "UNHEALTHY",
            Readiness::Draining => "DRAINING",
        },
        stale: mesh.clusters.get(cluster).is_some_and(|c| matches!(c.sync, SyncState::Stale { .. })),
    }
}

/// The merged endpoints of a service, as a report of kind `EndpointList`; `unread` is what the mesh was read without.
///
/// # Errors
/// [`EndpointError`], with what to type instead.
pub fn endpoint_rows(mesh: &Mesh, query: &EndpointQuery, unread: &Unread) -> Result<Report, EndpointError> {
    let found = meant(mesh, query).map_err(|e| e.without(unread))?.ports;
    let labels = take_apart(query).labels;
    let rows = found.into_iter().flat_map(|(s, p)| of_port(s, p, query, &labels).map(move |e| row(mesh, s, p, e)));
    report(&rows.collect::<Vec<_>>(), unread)
}

/// The report of a search that found nothing, for programs that want to know who was not asked.
///
/// # Errors
/// Where it does not serialise.
pub fn no_endpoints(unread: &Unread) -> Result<Report, EndpointError> {
    report(&[], unread)
}

fn report(rows: &[Row], unread: &Unread) -> Result<Report, EndpointError> {
    let columns = ["ADDRESS", "PORT", "CLUSTER", "NETWORK", "LOCALITY", "POD", "NODE", "VERSION", "HEALTH"];
    let mut table = Table::new(&columns, &["SERVICE", "SERVICE PORT"]);
    let dash = |s: &str| if s.is_empty() { "-".to_owned() } else { s.to_owned() };
    for r in rows {
        let locality = format!("{}/{}/{}", r.region, r.zone, r.sub_zone);
        let health = if r.stale { format!("{} (stale)", r.health) } else { r.health.to_owned() };
        table.row([
            r.address.clone(),
            r.port.to_string(),
            r.cluster.clone(),
            dash(&r.network),
            dash(locality.trim_end_matches('/')),
            dash(r.pod.as_deref().unwrap_or_default()),
            dash(&r.node),
            dash(&r.version),
            health,
            r.service.to_string(),
            if r.transport == "TCP" {
                r.service_port.to_string()
            } else {
                format!("{}/{}", r.service_port, r.transport)
            },
        ]);
    }
    let mut report = Report::of_kind("EndpointList", &Items { items: rows, unread }, table)
        .map_err(|e| EndpointError::Json(e.to_string()))?;
    report.names = rows.iter().map(|r| format!("{}:{}", r.address, r.port)).collect();
    Ok(report)
}

/// The talk's answer to `/v1/registration/KEY` (pilot 0.7), as a pilot of the primary gives it: endpoints that are ready and in
/// its network. A key that names nothing has none, and is no error; a word that names no service is one. With a cluster: what a
/// pilot there would say of that cluster's own endpoints.
///
/// # Errors
/// As [`endpoint_rows`].
pub fn endpoint_v1(mesh: &Mesh, query: &EndpointQuery) -> Result<String, EndpointError> {
    let key = legacy_key(mesh, query)?;
    let home = match &query.cluster {
        Some(cluster) => ClusterId::parse(cluster).ok(),
        None => mesh.settings.primary().cloned(),
    };
    let wanted = |e: &Endpoint| query.cluster.as_ref().is_none_or(|c| e.cluster.as_str() == c);
    let hosts = v1::endpoints_where(mesh, &home.unwrap_or_default(), &key, wanted);
    let mut text = v1::text(&hosts).map_err(|e| EndpointError::Json(e.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// The key of a query: as it stands there, or of the service and ports that words mean.
fn legacy_key(mesh: &Mesh, query: &EndpointQuery) -> Result<LegacyKey, EndpointError> {
    known_cluster(mesh, query)?;
    if let Some(key) = LegacyKey::parse(&query.text).filter(|key| is_key(query) && key.host.contains(".svc")) {
        return Ok(key);
    }
    let ports = meant(mesh, query)?.ports;
    let host = ports.first().map(|(service, _)| service.hostname.clone()).unwrap_or_default();
    let names: BTreeSet<&str> = ports.iter().map(|(_, port)| port.name.as_str()).collect();
    let port = names.into_iter().collect::<Vec<_>>().join(",").into();
    Ok(LegacyKey { host, port, labels: take_apart(query).labels.into() })
}

/// The host of a query, for messages: `reviews.default.svc.cluster.local`, or the name alone.
pub fn query_host(query: &EndpointQuery) -> String {
    match take_apart(query) {
        Words { name, namespace: Some(namespace), .. } => hostname(&name, &namespace).to_string(),
        Words { name, namespace: None, .. } => name,
    }
}
