//! The endpoints of a service as the API servers have them, as pilot pushes them, and as proxies hold them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::admin::Envoy;
use super::compare::resources;
use super::endpoints::{EndpointError, EndpointQuery, select};
use super::pilots::Pilots;
use super::registry::computed_dump;
use super::source::SourceError;
use super::target::Target;
use crate::data::model::{ClusterName, Report, Table};
use crate::pure::inspect::{Filter, Section};
use crate::pure::mesh::Mesh;

/// An endpoint of a service's port, and who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// `ADDRESS:PORT`
    pub endpoint: String,
    /// The cluster of the mesh that it runs in; empty where the registry does not know it.
    pub cluster: String,
    /// The xDS cluster.
    pub xds_cluster: String,
    /// The proxy that was asked, `CLUSTER/NAMESPACE/POD`; none: pilot's merged mesh alone was.
    pub proxy: Option<String>,
    /// The registry's clusters give it.
    pub expected: bool,
    /// Pilot pushes it.
    pub pushed: bool,
    /// The proxy holds it; none where no proxy was asked.
    pub held: Option<bool>,
}

impl Agreement {
    /// What differs; nothing where all agree.
    fn difference(&self) -> &'static str {
        match (self.expected, self.pushed, self.held) {
            (true, false, _) => "not pushed",
            (false, true, _) => "pushed, not expected",
            (true, true, Some(false)) => "pushed, not held",
            (false, false, _) => "held, not pushed",
            (true, true, _) => "",
        }
    }
}

/// Sets of `ADDRESS:PORT`, by xDS cluster.
type Sets = BTreeMap<String, BTreeSet<String>>;

/// What the registry's clusters give, and where each endpoint runs.
struct Expected {
    sets: Sets,
    clusters: BTreeMap<String, String>,
    /// The service's hosts.
    hosts: BTreeSet<String>,
}

fn expected(mesh: &Mesh, query: &EndpointQuery) -> Result<Expected, EndpointError> {
    let mut found = Expected { sets: Sets::new(), clusters: BTreeMap::new(), hosts: BTreeSet::new() };
    for (service, port, endpoint) in select(mesh, query)? {
        let address = std::net::SocketAddr::new(endpoint.address, endpoint.port).to_string();
        let name = ClusterName::outbound(port.number, &service.hostname).to_string();
        found.clusters.insert(address.clone(), endpoint.cluster.to_string());
        found.hosts.insert(service.hostname.to_string());
        found.sets.entry(name).or_default().insert(address);
    }
    Ok(found)
}

/// Compares what is expected with what the first pilot that answers has merged.
///
/// # Errors
/// Where no pilot answers; and within, where no service is meant.
pub async fn compare_mesh(
    mesh: &Mesh,
    query: &EndpointQuery,
    pilots: &Pilots,
) -> Result<Result<Vec<Agreement>, EndpointError>, SourceError> {
    let expected = match expected(mesh, query) {
        Ok(expected) => expected,
        Err(error) => return Ok(Err(error)),
    };
    let pilot = pilots.iter().next().ok_or_else(|| SourceError::NoPilot("there is none".to_owned()))?;
    let mut pushed = Sets::new();
    for host in &expected.hosts {
        pushed.extend(merged(&pilot.endpoints(host).await?));
    }
    // a service has more ports than were asked for
    pushed.retain(|name, _| expected.sets.contains_key(name));
    Ok(Ok(rows(&expected, None, &expected.sets, &pushed, None)))
}

/// Compares what a proxy should be given, what its pilot gives it, and what its Envoy holds.
///
/// # Errors
/// Where one of them does not answer; and within, where no service is meant.
pub async fn compare_proxy(
    mesh: &Mesh,
    query: &EndpointQuery,
    pilots: &Pilots,
    target: &Target,
    envoy: &Envoy,
) -> Result<Result<Vec<Agreement>, EndpointError>, SourceError> {
    let known = match expected(mesh, query) {
        Ok(expected) => expected,
        Err(error) => return Ok(Err(error)),
    };
    let should = resources(computed_dump(mesh, "", target)?).await?;
    let pushed = resources(pilots.of(target)?.config_dump(target).await?).await?;
    let held = resources(envoy.dump(&Section::ALL, &Filter::default(), false).await?).await?;
    let sets = |of: &crate::pure::inspect::Resources| -> Sets {
        known.sets.keys().map(|name| (name.clone(), of.endpoints(name))).collect()
    };
    Ok(Ok(rows(&known, Some(target), &sets(&should), &sets(&pushed), Some(&sets(&held)))))
}

/// Pilot's `/debug/endpointz`: `[{"cluster": NAME, "endpoints": [{"address": …, "port": …}]}]`.
fn merged(answer: &Value) -> Sets {
    let of = |row: &Value| {
        let all = row.get("endpoints").and_then(Value::as_array).into_iter().flatten();
        let address = |e: &Value| {
            let ip = e.get("address").and_then(Value::as_str)?.parse().ok()?;
            let port = u16::try_from(e.get("port").and_then(Value::as_u64)?).ok()?;
            Some(std::net::SocketAddr::new(ip, port).to_string())
        };
        Some((row.get("cluster").and_then(Value::as_str)?.to_owned(), all.filter_map(address).collect()))
    };
    answer.as_array().into_iter().flatten().filter_map(of).collect()
}

fn rows(known: &Expected, proxy: Option<&Target>, should: &Sets, pushed: &Sets, held: Option<&Sets>) -> Vec<Agreement> {
    let none = BTreeSet::new();
    let mut all = Vec::new();
    for name in known.sets.keys() {
        let (should, pushed) = (should.get(name).unwrap_or(&none), pushed.get(name).unwrap_or(&none));
        let held = held.map(|h| h.get(name).unwrap_or(&none));
        let addresses: BTreeSet<&String> = should.iter().chain(pushed).chain(held.into_iter().flatten()).collect();
        for address in addresses {
            all.push(Agreement {
                endpoint: address.clone(),
                cluster: known.clusters.get(address).cloned().unwrap_or_default(),
                xds_cluster: name.clone(),
                proxy: proxy.map(ToString::to_string),
                expected: should.contains(address),
                pushed: pushed.contains(address),
                held: held.map(|h| h.contains(address)),
            });
        }
    }
    all
}

/// Whether everybody agrees.
pub fn agree(rows: &[Agreement]) -> bool {
    rows.iter().all(|row| row.difference().is_empty())
}

/// The comparison as a report of kind `EndpointComparison`.
///
/// # Errors
/// Where it does not serialise.
pub fn comparison_report(rows: &[Agreement]) -> Result<Report, serde_json::Error> {
    let columns = ["ENDPOINT", "CLUSTER", "XDS CLUSTER", "PROXY", "EXPECTED", "PUSHED", "HELD", "DIFFERENCE"];
    let mut table = Table::new(&columns, &[]);
    let yes = |is: bool| if is { "yes" } else { "no" };
    for row in rows {
        let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        table.row([
            row.endpoint.clone(),
            dash(&row.cluster),
            row.xds_cluster.clone(),
            dash(row.proxy.as_deref().unwrap_or_default()),
            yes(row.expected).to_owned(),
            yes(row.pushed).to_owned(),
            row.held.map_or("-", yes).to_owned(),
            row.difference().to_owned(),
        ]);
    }
    let mut report = Report::of_kind("EndpointComparison", &serde_json::to_value(rows)?, table)?;
    report.names = rows.iter().filter(|r| !r.difference().is_empty()).map(|r| r.endpoint.clone()).collect();
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_disagree_has_its_word() {
        let row = |expected, pushed, held| Agreement {
            endpoint: "10.0.0.1:80".into(),
            cluster: String::new(),
            xds_cluster: "outbound|80||a.b.svc.cluster.local".into(),
            proxy: None,
            expected,
            pushed,
            held,
        };
        for (row, word) in [
            (row(true, true, None), ""),
            (row(true, true, Some(true)), ""),
            (row(true, false, None), "not pushed"),
            (row(false, true, Some(true)), "pushed, not expected"),
            (row(true, true, Some(false)), "pushed, not held"),
            (row(false, false, Some(true)), "held, not pushed"),
        ] {
            assert_eq!(row.difference(), word);
            assert_eq!(agree(&[row]), word.is_empty());
        }
    }

    #[test]
    fn pilots_page_is_read() {
        let page =
            serde_json::json!([{"cluster": "c", "endpoints": [{"address": "10.0.0.1", "port": 80}, {"address": 7}]}]);
        assert_eq!(merged(&page), Sets::from([("c".to_owned(), BTreeSet::from(["10.0.0.1:80".to_owned()]))]));
    }
}
