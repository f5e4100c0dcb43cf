//! An Envoy's own admin pages: of a dump only what is needed, for a whole dump blocks a large proxy for seconds; loggers.

use futures::future::join_all;

use super::http::Http;
use super::reach::Reach;
use super::source::{Dump, Holds, Origin, Part, SourceError};
use super::target::Target;
use crate::pure::inspect::{Filter, Section};

/// What Envoy says to a mask of arrays that no section of it has.
const NO_SUCH_MASK: &str = "could not be successfully applied to any configs";

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

    /// The elements of these arrays whose names match, in one answer: Envoy leaves out every other name before it builds
    /// anything, and then every section that has none of these arrays.
    fn named(arrays: &[&str], regex: String) -> Self {
        let mut ask = Self::new("/config_dump", Holds::Dump);
        ask.query = vec![("name_regex", regex), ("mask", arrays.join(","))];
        ask
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
    // without names to look for, a whole dump would be built of which a part is wanted
    let all = |arrays: &[&'static str], regex: Option<String>| match regex {
        Some(regex) => vec![Ask::named(arrays, regex)],
        None => arrays.iter().map(|array| Ask::resource(array, None)).collect(),
    };
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

/// An Envoy, by its admin pages.
#[derive(Clone)]
pub struct Envoy {
    http: Http,
}

impl Envoy {
    /// The Envoy at an admin address; `http://` may be missing.
    ///
    /// # Errors
    /// Where it is no HTTP address.
    pub fn at(url: &str) -> Result<Self, SourceError> {
        Ok(Self { http: Http::new(url, Origin::Admin)? })
    }

    /// The Envoy of a pod of a live cluster, by port-forward.
    ///
    /// # Errors
    /// Where the pod's cluster has no API server, or its kubeconfig makes no client.
    pub async fn of_pod(reach: &Reach, target: &Target) -> Result<Self, SourceError> {
        Ok(Self { http: reach.envoy(target).await? })
    }

    /// Where it is.
    pub fn origin(&self) -> &Origin {
        &self.http.origin
    }

    /// Asks for the sections of a view, side by side.
    ///
    /// # Errors
    /// Where it does not answer, or is no Envoy.
    pub async fn dump(&self, sections: &[Section], filter: &Filter, wide: bool) -> Result<Dump, SourceError> {
        let asked = asks(sections, filter, wide).into_iter().map(|ask| async move {
            let query: Vec<_> = ask.query.iter().map(|(k, v)| (*k, v.as_str())).collect();
            (self.http.stream(ask.path, &query).await, ask.holds)
        });
        let mut parts = Vec::new();
        for (answer, holds) in join_all(asked).await {
            match answer {
                Ok(bytes) => parts.push(Part { bytes, holds }),
                // an Envoy without routes or listeners has no such section, and says so
                Err(SourceError::Status { status: 404, body, .. }) if body.contains("not found in config dump") => {}
                Err(SourceError::Status { status: 400, body, .. }) if body.contains(NO_SUCH_MASK) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(Dump { parts, origin: self.http.origin.clone() })
    }

    /// Its loggers and their levels, in its own order.
    ///
    /// # Errors
    /// Where it does not answer, or is no Envoy.
    pub async fn loggers(&self) -> Result<Vec<(String, String)>, SourceError> {
        self.logging(&[]).await
    }

    /// Sets the level of one logger, or of all; gives all as they then are.
    ///
    /// # Errors
    /// As [`Envoy::loggers`]; an unknown logger or level is a refusal with Envoy's words.
    pub async fn set_level(&self, logger: Option<&str>, level: &str) -> Result<Vec<(String, String)>, SourceError> {
        self.logging(&[(logger.unwrap_or("level"), level)]).await
    }

    async fn logging(&self, query: &[(&str, &str)]) -> Result<Vec<(String, String)>, SourceError> {
        let text = self.http.post(LOGGING, query).await?;
        let of = |line: &str| {
            let (name, level) = line.trim().split_once(": ")?;
            Some((name.to_owned(), level.to_owned()))
        };
        let found: Vec<_> = text.lines().filter_map(of).collect();
        if found.is_empty() {
            let why = "it names no logger".to_owned();
            return Err(SourceError::Answer { origin: self.http.origin.clone(), path: LOGGING.to_owned(), why });
        }
        Ok(found)
    }
}

/// Envoy's page of loggers; it takes POST alone, for reading too.
const LOGGING: &str = "/logging";
