//! The endpoints of a service as the API servers have them, as pilot pushes them, and as proxies hold them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::admin::Envoy;
use super::compare::{resources, withheld};
use super::endpoints::{EndpointError, EndpointQuery, select};
use super::pilots::Pilots;
use super::registry::computed_dump;
use super::source::SourceError;
use super::status::place;
use super::target::Target;
use super::unread::Unread;
use crate::data::model::{ClusterName, NetworkId, Report, Table, Transport};
use crate::pure::inspect::{Filter, Section, Unsaid};
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
    /// Every pilot that was asked pushes it; of its merged mesh: to the proxies of its own network.
    pub pushed: bool,
    /// The pilots that push it.
    pub pushed_by: Vec<String>,
    /// The pilots that do not.
    pub not_pushed_by: Vec<String>,
    /// Its network; empty: the default one.
    pub network: String,
    /// What proxies of other networks are given in its place: the gateways of its network. None where the mesh has one network,
    /// or where a proxy was asked.
    pub elsewhere: Option<Vec<String>>,
    /// The proxy holds it; none where no proxy was asked.
    pub held: Option<bool>,
}

impl Agreement {
    /// What differs; nothing where all agree.
    fn difference(&self) -> String {
        let by_some = !self.pushed_by.is_empty();
        match (self.expected, by_some, self.held) {
            (true, false, _) => "not pushed".to_owned(),
            (true, true, _) if !self.pushed => format!("not pushed by {}", self.not_pushed_by.join(", ")),
            (false, true, _) => "pushed, not expected".to_owned(),
            (true, true, Some(false)) => "pushed, not held".to_owned(),
            (false, false, _) => "held, not pushed".to_owned(),
            (true, true, _) => String::new(),
        }
    }

    /// Whether and to whom it is pushed.
    fn pushed_cell(&self) -> String {
        let pushed = match (self.pushed, self.pushed_by.is_empty()) {
            (true, _) => "yes",
            (false, true) => return "no".to_owned(),
            (false, false) => "by some",
        };
        match self.elsewhere.as_deref() {
            None => pushed.to_owned(),
            Some([]) => format!("{pushed}, in its network alone"),
            Some(gateways) => format!("{pushed}, elsewhere {}", gateways.join(" ")),
        }
    }
}

/// A pilot that was to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PilotAsked {
    /// Where it is.
    pub pilot: String,
    /// Why it did not answer; none where it did.
    pub reason: Option<String>,
}

/// A comparison, and by whose word it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EndpointComparison {
    /// The pilots that were to be asked.
    pub pilots: Vec<PilotAsked>,
    /// What the registry's mesh was read without: what it has looks pushed and not expected.
    #[serde(flatten)]
    pub unread: Unread,
    /// The endpoints that anybody has, by xDS cluster and proxy.
    pub items: Vec<Agreement>,
}

/// Sets of `ADDRESS:PORT`, by xDS cluster.
type Sets = BTreeMap<String, BTreeSet<String>>;

/// What a pilot pushes.
struct Pushed {
    by: String,
    sets: Sets,
}

/// What the registry's clusters give, and where each endpoint runs.
struct Expected {
    sets: Sets,
    clusters: BTreeMap<String, String>,
    /// By endpoint, as the registry knows it.
    networks: BTreeMap<String, NetworkId>,
    /// The service's hosts.
    hosts: BTreeSet<String>,
}

fn expected(mesh: &Mesh, query: &EndpointQuery) -> Result<Expected, EndpointError> {
    let mut found =
        Expected { sets: Sets::new(), clusters: BTreeMap::new(), networks: BTreeMap::new(), hosts: BTreeSet::new() };
    for (service, port, endpoint) in select(mesh, query)? {
        // nobody is given what no proxy carries
        if port.transport != Transport::Tcp {
            continue;
        }
        let address = std::net::SocketAddr::new(endpoint.address, endpoint.port).to_string();
        let name = ClusterName::outbound(port.number, &service.hostname).to_string();
        found.clusters.insert(address.clone(), endpoint.cluster.to_string());
        found.networks.insert(address.clone(), endpoint.network.clone());
        found.hosts.insert(service.hostname.to_string());
        found.sets.entry(name).or_default().insert(address);
    }
    Ok(found)
}

/// Compares what is expected with what every pilot has merged. What a pilot has of a network, it pushes to that network's proxies;
/// others get the network's gateways, or nothing.
///
/// # Errors
/// Where no pilot answers; and within, where no service is meant.
pub async fn compare_mesh(
    mesh: &Mesh,
    query: &EndpointQuery,
    pilots: &Pilots,
) -> Result<Result<EndpointComparison, EndpointError>, SourceError> {
    let expected = match expected(mesh, query) {
        Ok(expected) => expected,
        Err(error) => return Ok(Err(error)),
    };
    let asked = pilots.iter().map(|pilot| async {
        let hosts = expected.hosts.iter().map(|host| pilot.endpoints(host));
        (pilot.origin(), futures::future::try_join_all(hosts).await)
    });
    let (mut comparison, mut all, mut silent) = (EndpointComparison::default(), Vec::new(), None);
    for (origin, answers) in futures::future::join_all(asked).await {
        let by = place(origin);
        comparison
            .pilots
            .push(PilotAsked { pilot: by.clone(), reason: answers.as_ref().err().map(ToString::to_string) });
        match answers {
            Ok(answers) => {
                let mut sets: Sets = answers.iter().flat_map(merged).collect();
                // a service has more ports than were asked for
                sets.retain(|name, _| expected.sets.contains_key(name));
                all.push(Pushed { by, sets });
            }
            Err(error) => silent = Some(error),
        }
    }
    if all.is_empty() {
        return Err(silent.unwrap_or_else(|| SourceError::NoPilot("there is none".to_owned())));
    }
    comparison.items = rows(&expected, None, &expected.sets, &all, None);
    let settings = &mesh.settings;
    let networks: BTreeSet<&NetworkId> = settings.clusters.values().map(|c| &c.network).collect();
    for row in comparison.items.iter_mut().filter(|_| networks.len() > 1) {
        let gateways = expected.networks.get(&row.endpoint).and_then(|n| settings.networks.get(n));
        let shown = gateways.into_iter().flatten().map(|g| format!("{}:{}", g.address, g.port));
        row.elsewhere = Some(shown.collect());
    }
    Ok(Ok(comparison))
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
) -> Result<Result<EndpointComparison, EndpointError>, SourceError> {
    let mut known = match expected(mesh, query) {
        Ok(expected) => expected,
        Err(error) => return Ok(Err(error)),
    };
    let pilot = pilots.of(target)?;
    let should = resources(computed_dump(mesh, "", target)?).await?;
    let pushed = resources(pilot.config_dump(target).await?).await?;
    let held = resources(envoy.dump(&Section::ALL, &Filter::default(), false).await?).await?;
    let unsaid = of_sets(pushed.unsaid(), known.sets.keys());
    known.sets.retain(|name, _| !unsaid.covers(Section::Endpoints, name));
    let sets = |of: &crate::pure::inspect::Resources| -> Sets {
        known.sets.keys().map(|name| (name.clone(), of.endpoints(name))).collect()
    };
    let by = place(pilot.origin());
    let pushed = [Pushed { by: by.clone(), sets: sets(&pushed) }];
    let items = rows(&known, Some(target), &sets(&should), &pushed, Some(&sets(&held)));
    let reason = withheld(pilot, &unsaid);
    Ok(Ok(EndpointComparison { pilots: vec![PilotAsked { pilot: by, reason }], items, ..Default::default() }))
}

/// What of the unknown is of these sets of endpoints.
fn of_sets<'a>(unsaid: &Unsaid, names: impl Iterator<Item = &'a String>) -> Unsaid {
    let names = names.filter(|name| unsaid.covers(Section::Endpoints, name));
    Unsaid {
        sections: unsaid.sections.iter().copied().filter(|s| *s == Section::Endpoints).collect(),
        resources: names.map(|name| (Section::Endpoints, name.clone())).collect(),
    }
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

fn rows(
    known: &Expected,
    proxy: Option<&Target>,
    should: &Sets,
    pushed: &[Pushed],
    held: Option<&Sets>,
) -> Vec<Agreement> {
    let none = BTreeSet::new();
    let mut all = Vec::new();
    for name in known.sets.keys() {
        let should = should.get(name).unwrap_or(&none);
        let pushed: Vec<_> = pushed.iter().map(|p| (&p.by, p.sets.get(name).unwrap_or(&none))).collect();
        let held = held.map(|h| h.get(name).unwrap_or(&none));
        let anybody = pushed.iter().flat_map(|(_, set)| *set);
        let addresses: BTreeSet<&String> = should.iter().chain(anybody).chain(held.into_iter().flatten()).collect();
        for address in addresses {
            let by = |has: bool| {
                let pilots = pushed.iter().filter(|(_, set)| set.contains(address) == has);
                pilots.map(|(by, _)| (*by).clone()).collect::<Vec<String>>()
            };
            let (pushed_by, not_pushed_by) = (by(true), by(false));
            all.push(Agreement {
                endpoint: address.clone(),
                cluster: known.clusters.get(address).cloned().unwrap_or_default(),
                xds_cluster: name.clone(),
                proxy: proxy.map(ToString::to_string),
                expected: should.contains(address),
                pushed: !pushed_by.is_empty() && not_pushed_by.is_empty(),
                pushed_by,
                not_pushed_by,
                network: known.networks.get(address).map(ToString::to_string).unwrap_or_default(),
                elsewhere: None,
                held: held.map(|h| h.contains(address)),
            });
        }
    }
    all
}

impl EndpointComparison {
    /// Takes in another comparison of the same mesh.
    pub fn extend(&mut self, other: Self) {
        let Self { pilots, unread: _, items } = other;
        self.pilots.extend(pilots.into_iter().filter(|p| !self.pilots.contains(p)).collect::<Vec<_>>());
        self.items.extend(items);
    }

    /// Whether everybody agrees.
    pub fn agrees(&self) -> bool {
        self.items.iter().all(|row| row.difference().is_empty())
    }

    /// Whether everybody who has a say could be asked.
    pub fn is_whole(&self) -> bool {
        self.unread.is_empty() && self.pilots.iter().all(|p| p.reason.is_none())
    }

    /// The comparison as a report of kind `EndpointComparison`.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self) -> Result<Report, serde_json::Error> {
        let columns = ["ENDPOINT", "CLUSTER", "XDS CLUSTER", "PROXY", "EXPECTED", "PUSHED", "HELD", "DIFFERENCE"];
        let mut table = Table::new(&columns, &["NETWORK"]);
        let yes = |is: bool| if is { "yes" } else { "no" };
        let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        for row in &self.items {
            table.row([
                row.endpoint.clone(),
                dash(&row.cluster),
                row.xds_cluster.clone(),
                dash(row.proxy.as_deref().unwrap_or_default()),
                yes(row.expected).to_owned(),
                row.pushed_cell(),
                row.held.map_or("-", yes).to_owned(),
                row.difference(),
                dash(&row.network),
            ]);
        }
        let mut report = Report::of_kind("EndpointComparison", self, table)?;
        let differing = self.items.iter().filter(|r| !r.difference().is_empty());
        report.names = differing.map(|r| r.endpoint.clone()).collect();
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(expected: bool, by: (&[&str], &[&str]), held: Option<bool>) -> Agreement {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Agreement {
            endpoint: "10.0.0.1:80".into(),
            cluster: String::new(),
            xds_cluster: "outbound|80||a.b.svc.cluster.local".into(),
            proxy: None,
            expected,
            pushed: by.1.is_empty() && !by.0.is_empty(),
            pushed_by: names(by.0),
            not_pushed_by: names(by.1),
            network: String::new(),
            elsewhere: None,
            held,
        }
    }

    #[test]
    fn each_way_to_disagree_has_its_word() {
        let (all, none, some): (_, _, (&[&str], &[&str])) =
            ((&["p"][..], &[][..]), (&[][..], &["p"][..]), (&["p"], &["q"]));
        for (row, word) in [
            (row(true, all, None), ""),
            (row(true, all, Some(true)), ""),
            (row(true, none, None), "not pushed"),
            (row(true, some, None), "not pushed by q"),
            (row(false, some, None), "pushed, not expected"),
            (row(false, all, Some(true)), "pushed, not expected"),
            (row(true, all, Some(false)), "pushed, not held"),
            (row(false, none, Some(true)), "held, not pushed"),
        ] {
            assert_eq!(row.difference(), word);
            let comparison = EndpointComparison { items: vec![row], ..EndpointComparison::default() };
            assert_eq!(comparison.agrees(), word.is_empty());
        }
    }

    #[test]
    fn to_whom_it_is_pushed_is_said() {
        let of = |elsewhere: Option<&[&str]>| {
            let elsewhere = elsewhere.map(|all| all.iter().map(|g| (*g).to_owned()).collect());
            Agreement { elsewhere, ..row(true, (&["p"], &[]), None) }.pushed_cell()
        };
        assert_eq!(of(None), "yes");
        assert_eq!(of(Some(&[])), "yes, in its network alone");
        assert_eq!(of(Some(&["1.2.3.4:15443"])), "yes, elsewhere 1.2.3.4:15443");
    }

    #[test]
    fn pilots_page_is_read() {
        let page =
            serde_json::json!([{"cluster": "c", "endpoints": [{"address": "10.0.0.1", "port": 80}, {"address": 7}]}]);
        assert_eq!(merged(&page), Sets::from([("c".to_owned(), BTreeSet::from(["10.0.0.1:80".to_owned()]))]));
    }
}
