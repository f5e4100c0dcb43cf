//! Routes of a dump → rows; and how routes are described in one line.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::Value;

use super::dump::{Element, Group};
use super::filter::{Filter, wants};
use super::rows::Rows;
use super::view::{IstioMetadata, dash, origin};
use crate::data::model::Row;

/// Domains that are shown of a virtual host.
const DOMAINS: usize = 2;

/// Envoy's `RoutesConfigDump.DynamicRouteConfig` and `StaticRouteConfig`.
#[derive(Deserialize)]
struct Entry {
    #[serde(default, alias = "versionInfo")]
    version_info: String,
    #[serde(alias = "routeConfig")]
    route_config: RouteConfig,
}

/// What is shown of Envoy's `RouteConfiguration`.
#[derive(Deserialize, Default)]
pub(super) struct RouteConfig {
    #[serde(default)]
    name: String,
    #[serde(default, alias = "virtualHosts")]
    virtual_hosts: Vec<VirtualHost>,
}

#[derive(Deserialize)]
struct VirtualHost {
    #[serde(default)]
    name: String,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    routes: Vec<Route>,
}

#[derive(Deserialize, Default)]
struct Route {
    #[serde(default, rename = "match")]
    matches: Match,
    #[serde(default)]
    route: Option<Action>,
    #[serde(default)]
    redirect: Option<Value>,
    #[serde(default, alias = "directResponse")]
    direct_response: Option<DirectResponse>,
    #[serde(default)]
    metadata: IstioMetadata,
}

#[derive(Deserialize, Default)]
struct Match {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    path: String,
    #[serde(default, alias = "pathSeparatedPrefix")]
    path_separated_prefix: String,
    #[serde(default, alias = "safeRegex")]
    safe_regex: Option<Regex>,
    #[serde(default)]
    headers: Vec<Named>,
    #[serde(default, alias = "queryParameters")]
    query_parameters: Vec<Named>,
}

#[derive(Deserialize)]
struct Regex {
    #[serde(default)]
    regex: String,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Action {
    #[serde(default)]
    cluster: String,
    #[serde(default, alias = "clusterHeader")]
    cluster_header: String,
    #[serde(default, alias = "weightedClusters")]
    weighted_clusters: Option<WeightedClusters>,
}

/// Envoy's `WeightedCluster`, of routes and of TCP proxies.
#[derive(Deserialize)]
pub(super) struct WeightedClusters {
    #[serde(default)]
    clusters: Vec<WeightedCluster>,
}

#[derive(Deserialize)]
struct WeightedCluster {
    #[serde(default)]
    name: String,
    #[serde(default)]
    weight: u32,
}

#[derive(Deserialize)]
struct DirectResponse {
    #[serde(default)]
    status: u32,
}

impl std::fmt::Display for WeightedClusters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total = self.clusters.iter().map(|c| u64::from(c.weight)).sum::<u64>().max(1);
        for (i, c) in self.clusters.iter().enumerate() {
            write!(f, "{}{} {}%", if i == 0 { "" } else { ", " }, c.name, u64::from(c.weight) * 100 / total)?;
        }
        Ok(())
    }
}

impl Match {
    /// The path's part of a match, as istioctl writes it.
    fn path(&self) -> String {
        match self {
            Match { safe_regex: Some(r), .. } => format!("regex {}", r.regex),
            Match { path, .. } if !path.is_empty() => path.clone(),
            Match { path_separated_prefix: p, .. } if !p.is_empty() => format!("PathPrefix:{p}"),
            Match { prefix, .. } => format!("{prefix}*"),
        }
    }

    /// The rest of a match, which istioctl does not show: the names of headers and query parameters.
    fn conditions(&self) -> String {
        let headers = self.headers.iter().map(|h| h.name.clone());
        let queries = self.query_parameters.iter().map(|q| format!("?{}", q.name));
        headers.chain(queries).collect::<Vec<_>>().join(",")
    }
}

impl Route {
    fn destination(&self) -> String {
        match self {
            Route { route: Some(Action { weighted_clusters: Some(w), .. }), .. } => w.to_string(),
            Route { route: Some(a), .. } if !a.cluster.is_empty() => a.cluster.clone(),
            Route { route: Some(a), .. } => format!("header {}", a.cluster_header),
            Route { redirect: Some(_), .. } => "redirect".to_owned(),
            Route { direct_response: Some(d), .. } => d.status.to_string(),
            _ => "-".to_owned(),
        }
    }

    fn passes_through(&self) -> bool {
        self.route.as_ref().is_some_and(|a| a.cluster == "PassthroughCluster")
    }
}

impl RouteConfig {
    /// One line: the one cluster that everything goes to, or what is matched.
    pub(super) fn describe(&self) -> String {
        if let [VirtualHost { domains, routes, .. }] = &self.virtual_hosts[..]
            && let ([domain], [route]) = (&domains[..], &routes[..])
            && domain == "*"
            && route.matches.prefix == "/"
            && let Some(Action { cluster, .. }) = &route.route
            && !cluster.is_empty()
        {
            return cluster_cell(cluster);
        }
        let hosts = self.virtual_hosts.iter().map(|host| {
            let paths: Vec<_> = host.routes.iter().map(|r| r.matches.path()).collect();
            let domains = if host.domains == ["*"] { String::new() } else { format!("{} ", host.domains.join("/")) };
            format!("{domains}{}", paths.join(", "))
        });
        format!("Inline Route: {}", hosts.collect::<Vec<_>>().join("; "))
    }
}

/// A cluster as a destination: istioctl prints Istio's own by their bare names.
pub(super) fn cluster_cell(name: &str) -> String {
    if name.contains("Cluster") { name.to_owned() } else { format!("Cluster: {name}") }
}

/// The first domains, and how many more.
fn domains(all: &[String]) -> String {
    match all.len().saturating_sub(DOMAINS) {
        0 => all.join(", "),
        more => format!("{} + {more} more...", all.get(..DOMAINS).unwrap_or_default().join(", ")),
    }
}

/// Adds the rows of an element.
pub(super) fn rows(element: &Element<'_>, filter: &Filter, rows: &mut Rows) -> Result<(), serde_json::Error> {
    let entry: Entry = match element.group {
        Group::Bare => Entry { version_info: String::new(), route_config: serde_json::from_slice(element.json)? },
        _ => serde_json::from_slice(element.json)?,
    };
    let config = &entry.route_config;
    if !wants(&filter.name, &config.name) {
        return Ok(());
    }
    let state = match element.group {
        Group::Static => "static",
        Group::Bare => "-",
        _ => "dynamic",
    };
    // a virtual host without routes answers 404 to everything
    let nothing = Route::default();
    for host in &config.virtual_hosts {
        let routes = if host.routes.is_empty() { std::slice::from_ref(&nothing) } else { &host.routes[..] };
        for route in routes {
            if route.passes_through() && !rows.wide() {
                rows.hidden += 1;
                rows.named(&config.name);
                continue;
            }
            let empty = host.routes.is_empty();
            rows.add(&config.name, || {
                let (path, policy) = if empty {
                    ("/*".to_owned(), "404".to_owned())
                } else {
                    (route.matches.path(), origin(&route.metadata))
                };
                [
                    config.name.clone(),
                    host.name.clone(),
                    domains(&host.domains),
                    path,
                    policy,
                    route.destination(),
                    dash(&route.matches.conditions()),
                    state.to_owned(),
                    dash(&entry.version_info),
                ]
            });
        }
    }
    if config.virtual_hosts.is_empty() {
        rows.named(&config.name);
    }
    Ok(())
}

/// By name: numbers first, by value. The virtual hosts keep their order.
pub(super) fn order(a: Row<'_>, b: Row<'_>) -> Ordering {
    let number = |row: Row<'_>| row.cell(0).parse::<u32>().unwrap_or(u32::MAX);
    number(a).cmp(&number(b)).then_with(|| a.cell(0).cmp(b.cell(0)))
}
