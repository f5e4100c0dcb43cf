//! `meshctl endpoints`: the merged endpoints of a service, and where each of them runs.

use std::collections::BTreeSet;

use serde::Serialize;

use super::near::{Near, alike};
use super::unread::Unread;
use crate::data::model::{LegacyKey, Name, Readiness, Report, ServicePort, Table, hostname, parse_hostname};
use crate::pure::mesh::{Endpoint, Mesh, Service, SyncState};

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

/// The two hosts of a query: its name and namespace, and its port.
fn take_apart(query: &EndpointQuery) -> (String, Option<String>, Option<String>) {
    let (host, port) = if query.text.contains('|') || query.text.starts_with("out.") {
        let key = LegacyKey::parse(&query.text);
        key.map(|k| (k.host.to_string(), Some(k.port.to_string()))).unwrap_or_else(|| (query.text.clone(), None))
    } else {
        match query.text.rsplit_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port.to_owned())),
            None => (query.text.clone(), None),
        }
    };
    let port = port.filter(|p| !p.is_empty());
    match parse_hostname(&host) {
        Some((name, namespace)) => (name.to_owned(), Some(namespace.to_owned()), port),
        None => (host, None, port),
    }
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

/// The ports of a service that a query means.
fn ports<'s>(service: &'s Service, wanted: Option<&str>) -> Result<Vec<&'s ServicePort>, EndpointError> {
    let Some(wanted) = wanted else { return Ok(service.ports.iter().collect()) };
    let found: Vec<_> = service.ports.iter().filter(|p| p.name == *wanted || p.number.to_string() == wanted).collect();
    if found.is_empty() {
        let paste = |p: &ServicePort| format!("{}:{}", service.hostname, p.number);
        let known = service.ports.iter().map(paste).collect();
        return Err(EndpointError::NoPort { service: service.hostname.to_string(), port: wanted.to_owned(), known });
    }
    Ok(found)
}

/// The endpoints that a query means, in the mesh's order, each with its service and port.
pub(super) fn select<'m>(
    mesh: &'m Mesh,
    query: &EndpointQuery,
) -> Result<Vec<(&'m Service, &'m ServicePort, &'m Endpoint)>, EndpointError> {
    if let Some(cluster) = query.cluster.as_ref().filter(|c| !mesh.clusters.keys().any(|k| k.as_str() == *c)) {
        let known = mesh.clusters.keys().map(ToString::to_string).collect();
        return Err(EndpointError::NoCluster { cluster: cluster.clone(), known });
    }
    let (name, namespace, port) = take_apart(query);
    if name.is_empty() {
        return Err(EndpointError::Empty);
    }
    let mut all = Vec::new();
    for service in services(mesh, query, &name, namespace.as_deref())? {
        for port in ports(service, port.as_deref())? {
            let of_cluster = |e: &&Endpoint| query.cluster.as_ref().is_none_or(|c| e.cluster.as_str() == c);
            all.extend(service.endpoints(port.id()).iter().filter(of_cluster).map(|e| (service, port, e)));
        }
    }
    Ok(all)
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
    let found = select(mesh, query).map_err(|e| e.without(unread))?;
    report(&found.into_iter().map(|(s, p, e)| row(mesh, s, p, e)).collect::<Vec<_>>(), unread)
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

/// The talk's answer to `/v1/registration/KEY` (pilot 0.7): `{"hosts":[{"ip_address","port","tags":{"az"}}]}`, ready ones
/// only, laid out as Go's `MarshalIndent(v, " ", " ")` does.
///
/// # Errors
/// As [`endpoint_rows`].
pub fn endpoint_v1(mesh: &Mesh, query: &EndpointQuery) -> Result<String, EndpointError> {
    let hosts = select(mesh, query)?.into_iter().filter(|(.., e)| e.readiness == Readiness::Ready).map(|(_, _, e)| {
        let az = format!("{}/{}", e.locality.region, e.locality.zone);
        let tags = (az != "/").then_some(Tags { az });
        Host { ip_address: e.address.to_string(), port: e.port, tags }
    });
    go_json(&Hosts { hosts: hosts.collect() }).map_err(|e| EndpointError::Json(e.to_string()))
}

#[derive(Serialize)]
struct Hosts {
    hosts: Vec<Host>,
}

#[derive(Serialize)]
struct Host {
    ip_address: String,
    port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
}

#[derive(Serialize)]
struct Tags {
    az: String,
}

/// JSON as Go's `MarshalIndent(v, " ", " ")` lays it out: every line but the first starts with one more blank.
fn go_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(String::from_utf8_lossy(&bytes).replace('\n', "\n ") + "\n")
}

/// The host of a query, for messages: `reviews.default.svc.cluster.local`, or the name alone.
pub fn query_host(query: &EndpointQuery) -> String {
    match take_apart(query) {
        (name, Some(namespace), _) => hostname(&name, &namespace).to_string(),
        (name, None, _) => name,
    }
}
