//! A dump from an Envoy's own admin address: only what is needed, for a whole dump blocks a large proxy for seconds.

use super::source::{Dump, Holds, Http, Origin, Part, SourceError};
use crate::pure::inspect::{Filter, Section};

/// One request that a view needs.
struct Ask {
    path: &'static str,
    query: Vec<(&'static str, String)>,
    holds: Holds,
}

impl Ask {
    fn new(path: &'static str, holds: Holds) -> Self {
        Self { path, query: Vec::new(), holds }
    }

    fn resource(name: &'static str, regex: Option<String>) -> Self {
        let holds = if name == "dynamic_warming_clusters" { Holds::Warming } else { Holds::Dump };
        let mut ask = Self::new("/config_dump", holds);
        ask.query.push(("resource", name.to_owned()));
        ask.query.extend(regex.map(|r| ("name_regex", r)));
        ask
    }
}

/// The requests for sections. Health and weights of endpoints are what `/clusters` says; the clusters they run in, EDS.
fn asks(sections: &[Section], filter: &Filter, wide: bool) -> Vec<Ask> {
    let all =
        |names: &[&'static str], regex: Option<String>| names.iter().map(|n| Ask::resource(n, regex.clone())).collect();
    match sections {
        [Section::Clusters] => {
            all(&["static_clusters", "dynamic_active_clusters", "dynamic_warming_clusters"], filter.cluster_regex())
        }
        [Section::Listeners] => all(&["static_listeners", "dynamic_listeners"], None),
        [Section::Routes] => all(&["static_route_configs", "dynamic_route_configs"], filter.route_regex()),
        [Section::Bootstrap] => {
            let mut ask = Ask::new("/config_dump", Holds::Dump);
            ask.query.push(("mask", "bootstrap".to_owned()));
            vec![ask]
        }
        [Section::Endpoints] => {
            let mut hosts = Ask::new("/clusters", Holds::Dump);
            hosts.query.push(("format", "json".to_owned()));
            hosts.query.extend(filter.cluster_regex().map(|r| ("filter", r)));
            let mut asks = vec![hosts];
            if wide {
                let mut eds = Ask::resource("dynamic_endpoint_configs", filter.cluster_regex());
                eds.query.push(("include_eds", String::new()));
                eds.holds = Holds::Detail;
                asks.push(eds);
            }
            asks
        }
        _ => {
            let mut whole = Ask::new("/config_dump", Holds::Dump);
            whole.query.push(("include_eds", String::new()));
            vec![whole]
        }
    }
}

/// Asks an Envoy for the sections of a view.
///
/// # Errors
/// Where it does not answer, or is no Envoy.
pub async fn admin_dump(url: &str, sections: &[Section], filter: &Filter, wide: bool) -> Result<Dump, SourceError> {
    let envoy = Http::new(url, Origin::Admin)?;
    let mut parts = Vec::new();
    for ask in asks(sections, filter, wide) {
        let query: Vec<_> = ask.query.iter().map(|(k, v)| (*k, v.as_str())).collect();
        match envoy.stream(ask.path, &query).await {
            Ok(bytes) => parts.push(Part { bytes, holds: ask.holds }),
            // an Envoy without routes or listeners has no such section, and says so with 404
            Err(SourceError::Status { status: 404, body, .. }) if body.contains("not found in config dump") => {}
            Err(e) => return Err(e),
        }
    }
    Ok(Dump { parts, origin: envoy.origin })
}
