//! Endpoints of a dump → rows: from EDS, or from the hosts of `/clusters?format=json`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::dump::{Element, Group};
use super::filter::{Filter, wants};
use super::rows::Rows;
use super::view::{IstioMetadata, dash};
use crate::data::model::Row;

/// Envoy's `EndpointsConfigDump.DynamicEndpointConfig`.
#[derive(Deserialize)]
struct Entry {
    #[serde(alias = "endpointConfig")]
    endpoint_config: Cluster,
}

/// Envoy's `ClusterLoadAssignment`, or its `ClusterStatus`.
#[derive(Deserialize)]
struct Cluster {
    #[serde(default, alias = "clusterName", alias = "name")]
    cluster_name: String,
    #[serde(default)]
    endpoints: Vec<LocalityEndpoints>,
    #[serde(default, alias = "hostStatuses")]
    host_statuses: Vec<Host>,
}

#[derive(Deserialize)]
struct LocalityEndpoints {
    #[serde(default)]
    locality: Place,
    #[serde(default, alias = "lbEndpoints")]
    lb_endpoints: Vec<LbEndpoint>,
    #[serde(default)]
    priority: u32,
}

#[derive(Deserialize)]
struct LbEndpoint {
    #[serde(default)]
    endpoint: Inner,
    #[serde(default, alias = "healthStatus")]
    health_status: String,
    #[serde(default, alias = "loadBalancingWeight")]
    load_balancing_weight: Option<u32>,
    #[serde(default)]
    metadata: IstioMetadata,
}

#[derive(Deserialize, Default)]
struct Inner {
    #[serde(default)]
    address: Address,
}

#[derive(Deserialize)]
struct Host {
    #[serde(default)]
    address: Address,
    #[serde(default, alias = "healthStatus")]
    health_status: HostHealth,
    #[serde(default)]
    weight: Option<u32>,
    #[serde(default)]
    locality: Place,
    #[serde(default)]
    priority: u32,
}

#[derive(Deserialize, Default)]
struct HostHealth {
    #[serde(default, alias = "edsHealthStatus")]
    eds_health_status: String,
    /// `failed_outlier_check`, `failed_active_health_check`, …
    #[serde(flatten)]
    flags: serde_json::Map<String, Value>,
}

/// Envoy's `Address`, of the kinds that endpoints and listeners have.
#[derive(Deserialize, Default, Debug)]
pub(super) struct Address {
    #[serde(default, alias = "socketAddress")]
    socket_address: Option<Socket>,
    #[serde(default)]
    pipe: Option<Pipe>,
    #[serde(default, alias = "envoyInternalAddress")]
    envoy_internal_address: Option<Internal>,
}

#[derive(Deserialize, Default, Debug)]
struct Socket {
    #[serde(default)]
    address: String,
    #[serde(default, alias = "portValue")]
    port_value: u32,
}

#[derive(Deserialize, Default, Debug)]
struct Pipe {
    #[serde(default)]
    path: String,
}

#[derive(Deserialize, Default, Debug)]
struct Internal {
    #[serde(default, alias = "serverListenerName")]
    server_listener_name: String,
    #[serde(default, alias = "endpointId")]
    endpoint_id: String,
}

impl Address {
    /// The address without its port.
    pub(super) fn host(&self) -> String {
        match self {
            Address { socket_address: Some(s), .. } => s.address.clone(),
            Address { pipe: Some(p), .. } => format!("unix://{}", p.path),
            Address { envoy_internal_address: Some(i), .. } if i.endpoint_id.is_empty() => {
                format!("envoy://{}", i.server_listener_name)
            }
            Address { envoy_internal_address: Some(i), .. } => {
                format!("envoy://{}/{}", i.server_listener_name, i.endpoint_id)
            }
            _ => String::new(),
        }
    }

    /// The port; 0 where there is none.
    pub(super) fn port(&self) -> u32 {
        self.socket_address.as_ref().map_or(0, |s| s.port_value)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host(), self.port()) {
            (host, 0) => f.pad(&host),
            (host, port) if host.contains(':') => f.pad(&format!("[{host}]:{port}")),
            (host, port) => f.pad(&format!("{host}:{port}")),
        }
    }
}

/// Envoy's `Locality`.
#[derive(Deserialize, Default, Debug)]
pub(super) struct Place {
    #[serde(default)]
    region: String,
    #[serde(default)]
    zone: String,
    #[serde(default, alias = "subZone")]
    sub_zone: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}/{}/{}", self.region, self.zone, self.sub_zone);
        f.pad(text.trim_end_matches('/'))
    }
}

/// Envoy takes an endpoint whose health is not told for a healthy one, and so says `/clusters`.
fn health(told: &str) -> &str {
    if told.is_empty() || told == "UNKNOWN" { "HEALTHY" } else { told }
}

/// Whether a filter wants an endpoint.
fn wanted(filter: &Filter, address: &Address, status: &str) -> bool {
    wants(&filter.address, &address.host())
        && wants(&filter.port, &address.port().to_string())
        && wants(&filter.status, health(status))
}

/// Adds the rows of an element.
pub(super) fn rows(element: &Element<'_>, filter: &Filter, rows: &mut Rows) -> Result<(), serde_json::Error> {
    let cluster: Cluster = match element.group {
        Group::Bare => serde_json::from_slice(element.json)?,
        _ => serde_json::from_slice::<Entry>(element.json)?.endpoint_config,
    };
    if filter.cluster.as_ref().is_some_and(|c| !c.matches(&cluster.cluster_name)) {
        return Ok(());
    }
    let name = &cluster.cluster_name;
    for group in &cluster.endpoints {
        for e in group.lb_endpoints.iter().filter(|e| wanted(filter, &e.endpoint.address, &e.health_status)) {
            rows.add(name, || {
                let address = e.endpoint.address.to_string();
                let (weight, id) = (e.load_balancing_weight.unwrap_or(1), e.metadata.cluster_id());
                let place = dash(&group.locality.to_string());
                // EDS does not know what the proxy found out about the endpoint
                [
                    address,
                    health(&e.health_status).to_owned(),
                    "-".to_owned(),
                    name.clone(),
                    place,
                    weight.to_string(),
                    group.priority.to_string(),
                    dash(id),
                    "-".to_owned(),
                ]
            });
        }
    }
    for h in cluster.host_statuses.iter().filter(|h| wanted(filter, &h.address, &h.health_status.eds_health_status)) {
        rows.add(name, || {
            let flags = h.health_status.flags();
            let outlier = if h.health_status.failed_outlier() { "FAILED" } else { "OK" };
            [
                h.address.to_string(),
                health(&h.health_status.eds_health_status).to_owned(),
                outlier.to_owned(),
                name.clone(),
                dash(&h.locality.to_string()),
                h.weight.unwrap_or(1).to_string(),
                h.priority.to_string(),
                "-".to_owned(),
                dash(&flags),
            ]
        });
    }
    Ok(())
}

/// An endpoint of a set, as far as two sets are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    health: String,
    weight: u32,
    priority: u32,
    place: String,
}

impl Member {
    /// The endpoints of a `ClusterLoadAssignment`, by `ADDRESS:PORT`; none where it is no such thing.
    pub(super) fn all(set: &Value) -> BTreeMap<String, Member> {
        let set = Cluster::deserialize(set).map(|c| c.endpoints).unwrap_or_default();
        let of_group = |group: LocalityEndpoints| {
            let (place, priority) = (group.locality.to_string(), group.priority);
            group.lb_endpoints.into_iter().map(move |e| {
                let member = Member {
                    health: health(&e.health_status).to_owned(),
                    weight: e.load_balancing_weight.unwrap_or(1),
                    priority,
                    place: place.clone(),
                };
                (e.endpoint.address.to_string(), member)
            })
        };
        set.into_iter().flat_map(of_group).collect()
    }
}

impl HostHealth {
    fn set(&self, snake: &str, camel: &str) -> bool {
        self.flags.get(snake).or_else(|| self.flags.get(camel)).and_then(Value::as_bool).unwrap_or(false)
    }

    fn failed_outlier(&self) -> bool {
        self.set("failed_outlier_check", "failedOutlierCheck")
    }

    /// The flags that are set, by their names in Envoy's text form of `/clusters`.
    fn flags(&self) -> String {
        let set = self.flags.iter().filter(|(_, v)| v.as_bool() == Some(true));
        set.map(|(k, _)| k.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// By address, port, cluster.
pub(super) fn order(a: Row<'_>, b: Row<'_>) -> Ordering {
    fn place(row: Row<'_>) -> (&str, u32) {
        let (host, port) = row.cell(0).rsplit_once(':').unwrap_or((row.cell(0), ""));
        (host, port.parse().unwrap_or_default())
    }
    place(a).cmp(&place(b)).then_with(|| a.cell(3).cmp(b.cell(3)))
}

/// Takes the endpoints that a filter does not want out of a resource.
pub(super) fn keep_wanted(resource: &mut Value, filter: &Filter) {
    let status = |v: &Value, snake: &str, camel: &str| {
        v.get(snake).or_else(|| v.get(camel)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let address = |v: Option<&Value>| v.and_then(|v| Address::deserialize(v).ok()).unwrap_or_default();
    let groups = resource.get_mut("endpoints").and_then(Value::as_array_mut);
    for group in groups.into_iter().flatten() {
        for key in ["lb_endpoints", "lbEndpoints"] {
            if let Some(list) = group.get_mut(key).and_then(Value::as_array_mut) {
                list.retain(|e| {
                    let inner = e.get("endpoint").and_then(|e| e.get("address"));
                    wanted(filter, &address(inner), &status(e, "health_status", "healthStatus"))
                });
            }
        }
    }
    for key in ["host_statuses", "hostStatuses"] {
        if let Some(list) = resource.get_mut(key).and_then(Value::as_array_mut) {
            list.retain(|h| {
                let health = h.get("health_status").or_else(|| h.get("healthStatus")).unwrap_or(&Value::Null);
                wanted(filter, &address(h.get("address")), &status(health, "eds_health_status", "edsHealthStatus"))
            });
        }
    }
}
