//! Listeners of a dump → rows: a row for each filter chain.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::Value;

use super::dump::{Element, Group};
use super::endpoints::Address;
use super::filter::{Filter, wants};
use super::routes::{RouteConfig, WeightedClusters, cluster_cell};
use super::rows::Rows;
use super::view::dash;
use crate::data::model::Row;

/// Envoy's `ListenersConfigDump.DynamicListener` and `StaticListener`.
#[derive(Deserialize, Default)]
struct Entry {
    #[serde(default)]
    name: String,
    #[serde(default, alias = "activeState")]
    active_state: Option<State>,
    #[serde(default, alias = "warmingState")]
    warming_state: Option<State>,
    #[serde(default, alias = "drainingState")]
    draining_state: Option<State>,
    #[serde(default, alias = "errorState")]
    error_state: Option<Failure>,
    #[serde(default)]
    listener: Option<Listener>,
}

#[derive(Deserialize)]
struct State {
    #[serde(default, alias = "versionInfo")]
    version_info: String,
    #[serde(default)]
    listener: Option<Listener>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    details: String,
    #[serde(default, alias = "versionInfo")]
    version_info: String,
}

#[derive(Deserialize)]
struct Listener {
    #[serde(default)]
    name: String,
    #[serde(default)]
    address: Address,
    #[serde(default, alias = "additionalAddresses")]
    additional_addresses: Vec<Additional>,
    #[serde(default, alias = "filterChains")]
    filter_chains: Vec<Chain>,
    #[serde(default, alias = "defaultFilterChain")]
    default_filter_chain: Option<Chain>,
    #[serde(default, alias = "trafficDirection")]
    traffic_direction: String,
}

#[derive(Deserialize)]
struct Additional {
    #[serde(default)]
    address: Address,
}

#[derive(Deserialize)]
struct Chain {
    #[serde(default)]
    name: String,
    #[serde(default, alias = "filterChainMatch")]
    filter_chain_match: Match,
    #[serde(default)]
    filters: Vec<NetworkFilter>,
}

#[derive(Deserialize, Default)]
struct Match {
    #[serde(default, alias = "destinationPort")]
    destination_port: Option<u32>,
    #[serde(default, alias = "prefixRanges")]
    prefix_ranges: Vec<Range>,
    #[serde(default, alias = "serverNames")]
    server_names: Vec<String>,
    #[serde(default, alias = "transportProtocol")]
    transport_protocol: String,
    #[serde(default, alias = "applicationProtocols")]
    application_protocols: Vec<String>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default, alias = "addressPrefix")]
    address_prefix: String,
    #[serde(default, alias = "prefixLen")]
    prefix_len: u32,
}

#[derive(Deserialize)]
struct NetworkFilter {
    #[serde(default)]
    name: String,
    #[serde(default, alias = "typedConfig")]
    typed_config: Config,
}

/// What is read of a filter's settings; values, for other filters use the same names for other things.
#[derive(Deserialize, Default)]
struct Config {
    #[serde(default, rename = "@type")]
    ty: Value,
    #[serde(default)]
    rds: Value,
    #[serde(default, alias = "routeConfig")]
    route_config: Value,
    #[serde(default)]
    cluster: Value,
    #[serde(default, alias = "weightedClusters")]
    weighted_clusters: Value,
}

const BLACK_HOLE: &str = "BlackHoleCluster";

/// Lists of protocols that istioctl abbreviates.
const ABBREVIATIONS: [(&str, &[&str]); 4] = [
    ("HTTP TLS", &["http/1.0", "http/1.1", "h2c", "istio-http/1.0", "istio-http/1.1", "istio-h2"]),
    ("Istio HTTP Plain", &["istio", "istio-http/1.0", "istio-http/1.1", "istio-h2"]),
    ("TCP TLS", &["istio-peer-exchange", "istio"]),
    ("HTTP", &["http/1.0", "http/1.1", "h2c"]),
];

impl NetworkFilter {
    fn is(&self, name: &str, message: &str) -> bool {
        self.name == name || self.typed_config.ty.as_str().is_some_and(|t| t.ends_with(message))
    }

    fn is_http(&self) -> bool {
        self.is("envoy.filters.network.http_connection_manager", ".HttpConnectionManager")
    }

    /// A TCP proxy that leads somewhere.
    fn is_tcp(&self) -> bool {
        self.is("envoy.filters.network.tcp_proxy", ".TcpProxy")
            && self.typed_config.cluster.as_str() != Some(BLACK_HOLE)
    }

    fn destination(&self) -> Option<String> {
        let config = &self.typed_config;
        if self.is_http() {
            if let Ok(Some(inline)) = Option::<RouteConfig>::deserialize(&config.route_config) {
                return Some(inline.describe());
            }
            let name = config.rds.get("route_config_name").or_else(|| config.rds.get("routeConfigName"));
            return Some(name.and_then(Value::as_str).map_or("HTTP".to_owned(), |n| format!("Route: {n}")));
        }
        if !self.is_tcp() {
            return None;
        }
        match Option::<WeightedClusters>::deserialize(&config.weighted_clusters) {
            Ok(Some(weighted)) => Some(format!("Cluster: {weighted}")),
            _ => Some(cluster_cell(config.cluster.as_str().unwrap_or_default())),
        }
    }
}

impl Chain {
    fn destination(&self) -> String {
        self.filters.iter().find_map(NetworkFilter::destination).unwrap_or_else(|| "Non-HTTP/Non-TCP".to_owned())
    }
}

impl Match {
    /// What a chain matches, in istioctl's order and words.
    fn describe(&self) -> String {
        let mut parts = Vec::new();
        if !self.server_names.is_empty() {
            parts.push(format!("SNI: {}", self.server_names.join(",")));
        }
        if !self.transport_protocol.is_empty() {
            parts.push(format!("Trans: {}", self.transport_protocol));
        }
        if !self.application_protocols.is_empty() {
            let short = ABBREVIATIONS
                .iter()
                .find(|(_, list)| self.application_protocols == *list)
                .map(|(name, _)| (*name).to_owned());
            parts.push(format!("App: {}", short.unwrap_or_else(|| self.application_protocols.join(","))));
        }
        let port = self.destination_port.map(|p| format!(":{p}"));
        let ranges: Vec<_> =
            self.prefix_ranges.iter().map(|r| format!("{}/{}", r.address_prefix, r.prefix_len)).collect();
        match (ranges.is_empty(), port) {
            (false, port) => parts.push(format!("Addr: {}{}", ranges.join(","), port.unwrap_or_default())),
            (true, Some(port)) => parts.push(format!("Addr: *{port}")),
            (true, None) => {}
        }
        if parts.is_empty() { "ALL".to_owned() } else { parts.join("; ") }
    }
}

impl Listener {
    fn chains(&self) -> impl Iterator<Item = &Chain> {
        self.filter_chains.iter().chain(&self.default_filter_chain)
    }

    /// `HTTP`, `TCP`, `HTTP+TCP` or `UNKNOWN`, as istioctl tells them apart.
    fn kind(&self) -> &'static str {
        let any = |test: fn(&NetworkFilter) -> bool| self.chains().flat_map(|c| &c.filters).any(test);
        match (any(NetworkFilter::is_http), any(NetworkFilter::is_tcp)) {
            (true, true) => "HTTP+TCP",
            (true, false) => "HTTP",
            (false, true) => "TCP",
            (false, false) => "UNKNOWN",
        }
    }

    fn addresses(&self) -> Vec<String> {
        let more = self.additional_addresses.iter().map(|a| a.address.host());
        std::iter::once(self.address.host()).chain(more).collect()
    }

    fn wanted(&self, filter: &Filter) -> bool {
        self.addresses().iter().any(|a| wants(&filter.address, a))
            && wants(&filter.port, &self.address.port().to_string())
            && wants(&filter.kind, self.kind())
    }

    fn add(&self, state: &str, version: &str, rows: &mut Rows) {
        let mut chains: Vec<_> = self.chains().map(|c| (c.destination(), c)).collect();
        chains.sort_by(|a, b| b.0.cmp(&a.0));
        rows.named(&self.name);
        for (destination, chain) in chains {
            rows.add(&self.name, || {
                [
                    self.addresses().join(","),
                    self.address.port().to_string(),
                    chain.filter_chain_match.describe(),
                    destination,
                    self.kind().to_owned(),
                    state.to_owned(),
                    dash(&self.traffic_direction.to_ascii_lowercase()),
                    dash(&self.name),
                    dash(&chain.name),
                    dash(version),
                ]
            });
        }
    }
}

/// Adds the rows of an element.
pub(super) fn rows(element: &Element<'_>, filter: &Filter, rows: &mut Rows) -> Result<(), serde_json::Error> {
    let entry = match element.group {
        Group::Bare => Entry { listener: Some(serde_json::from_slice(element.json)?), ..Entry::default() },
        _ => serde_json::from_slice(element.json)?,
    };
    let Entry { name, active_state, warming_state, draining_state, error_state, listener } = entry;
    if let Some(listener) = listener.filter(|l| l.wanted(filter)) {
        listener.add(if element.group == Group::Static { "static" } else { "-" }, "", rows);
    }
    let states = [("active", active_state), ("warming", warming_state), ("draining", draining_state)];
    for (state, of) in states.into_iter().filter_map(|(state, of)| Some((state, of?))) {
        let Some(listener) = of.listener.filter(|l| l.wanted(filter)) else { continue };
        if state == "active" || rows.wide() {
            listener.add(state, &of.version_info, rows);
        } else {
            rows.hidden += 1;
        }
    }
    if let Some(failure) = error_state.filter(|_| *filter == Filter::default()) {
        if !rows.wide() {
            rows.hidden += 1;
            return Ok(());
        }
        rows.add(&name, || {
            let dash = || "-".to_owned();
            [
                dash(),
                dash(),
                dash(),
                failure.details,
                dash(),
                "error".to_owned(),
                dash(),
                name.clone(),
                dash(),
                failure.version_info,
            ]
        });
    }
    Ok(())
}

/// By port and address; the chains keep their order.
pub(super) fn order(a: Row<'_>, b: Row<'_>) -> Ordering {
    let port = |row: Row<'_>| row.cell(1).parse::<u32>().unwrap_or_default();
    port(a).cmp(&port(b)).then_with(|| a.cell(0).cmp(b.cell(0)))
}
