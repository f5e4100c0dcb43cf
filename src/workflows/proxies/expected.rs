//! The endpoints of a service as the API servers have them, as pilot pushes them, and as proxies hold them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::admin::Envoy;
use super::agreement::{Agreement, EndpointComparison, PilotAsked};
use super::compare::{resources, sent, withheld};
use super::endpoints::{EndpointError, EndpointQuery, has_labels, meant, of_port};
use super::pilots::Pilots;
use super::registry::computed_dump;
use super::source::SourceError;
use super::status::place;
use super::target::Target;
use crate::data::model::{ClusterName, Direction, NetworkId, ServiceScope, Transport};
use crate::pure::inspect::{Filter, Resources, Section};
use crate::pure::mesh::Mesh;

/// A set of endpoints: an xDS cluster, and the cluster of the mesh whose proxies alone are given it. Two clusters may both
/// have a service of their own of one name, and its xDS cluster is then called the same in both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    scope: Option<String>,
}

/// Sets of `ADDRESS:PORT`.
type Sets = BTreeMap<Key, BTreeSet<String>>;

/// What a pilot pushes.
struct Pushed {
    by: String,
    sets: Sets,
}

/// What the registry's clusters give, and where each endpoint runs.
#[derive(Default)]
struct Expected {
    /// A set for each port of the service, also where nothing is in it: a pilot may push what nobody has any more.
    sets: Sets,
    /// Cluster and network of an endpoint of a set.
    places: BTreeMap<(Key, String), (String, NetworkId)>,
    /// The service's hosts.
    hosts: BTreeSet<String>,
    /// The ports that are asked for; none: all.
    ports: Option<BTreeSet<u16>>,
}

impl Expected {
    fn of(mesh: &Mesh, query: &EndpointQuery) -> Result<Self, EndpointError> {
        if has_labels(query) {
            return Err(EndpointError::Labels(query.text.clone()));
        }
        let mut found = Self::default();
        let meant = meant(mesh, query)?;
        // nobody is given what no proxy carries
        let carried: Vec<_> =
            meant.ports.iter().filter(|(_, port)| port.transport == Transport::Tcp).copied().collect();
        if let (Some((service, _)), true) = (meant.ports.first(), carried.is_empty()) {
            return Err(EndpointError::NotCarried(service.hostname.to_string()));
        }
        if meant.by_port {
            found.ports = Some(carried.iter().map(|(_, port)| port.number).collect());
        }
        for (service, port) in carried {
            let scope = match &service.id.scope {
                ServiceScope::Mesh => None,
                ServiceScope::Cluster(cluster) => Some(cluster.to_string()),
            };
            let key = Key { name: ClusterName::outbound(port.number, &service.hostname).to_string(), scope };
            found.hosts.insert(service.hostname.to_string());
            let set = found.sets.entry(key.clone()).or_default();
            for endpoint in of_port(service, port, query, "") {
                let address = std::net::SocketAddr::new(endpoint.address, endpoint.port).to_string();
                set.insert(address.clone());
                let place = || (endpoint.cluster.to_string(), endpoint.network.clone());
                // of an address that two clusters have, the first in the mesh's order
                found.places.entry((key.clone(), address)).or_insert_with(place);
            }
        }
        Ok(found)
    }

    /// Whether an xDS cluster is of the service, and of the ports that are asked for: a service has more ports than those, and
    /// whoever is asked may have a port that the registry has no longer.
    fn wants(&self, name: &str) -> bool {
        ClusterName::parse(name).is_some_and(|c| {
            let whole = c.direction == Direction::Outbound && c.subset.is_empty();
            whole && self.hosts.contains(c.host.as_str()) && self.ports.as_ref().is_none_or(|p| p.contains(&c.port))
        })
    }

    /// Leaves what a proxy of a cluster sees: its cluster's own service, where there is one. The scope of all that is left.
    fn seen_from(&mut self, cluster: &str) -> Option<String> {
        let own = self.sets.keys().any(|key| key.scope.as_deref() == Some(cluster)).then(|| cluster.to_owned());
        self.sets.retain(|key, _| key.scope == own);
        own
    }
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
    let expected = match Expected::of(mesh, query) {
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
            Ok(rows) => all.push(Pushed { by, sets: sorted(&expected, rows.into_iter().flatten()) }),
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
        let gateways = settings.networks.iter().find(|(name, _)| name.to_string() == row.network).map(|(_, g)| g);
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
    let mut known = match Expected::of(mesh, query) {
        Ok(expected) => expected,
        Err(error) => return Ok(Err(error)),
    };
    let scope = known.seen_from(target.id.cluster.as_str());
    let pilot = pilots.of(target)?;
    let should = resources(computed_dump(mesh, "", target)?).await?;
    let pushed = sent(pilot, target).await?;
    let held = resources(envoy.dump(&Section::ALL, &Filter::default(), false).await?).await?;
    let unsaid = pushed.unsaid().of(Section::Endpoints, |name| known.wants(name));
    let said = |name: &str| !unsaid.covers(Section::Endpoints, name);
    known.sets.retain(|key, _| said(&key.name));
    let sets = |of: &Resources| -> Sets {
        let names = of.names(Section::Endpoints).filter(|name| known.wants(name) && said(name));
        names.map(|name| (Key { name: name.to_owned(), scope: scope.clone() }, of.endpoints(name))).collect()
    };
    let by = place(pilot.origin());
    let pushed = [Pushed { by: by.clone(), sets: sets(&pushed) }];
    let items = rows(&known, Some(target), &sets(&should), &pushed, Some(&sets(&held)));
    let reason = withheld(pilot.origin(), &unsaid);
    Ok(Ok(EndpointComparison { pilots: vec![PilotAsked { pilot: by, reason }], items, ..Default::default() }))
}

/// A row of pilot's `/debug/endpointz`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    name: String,
    /// Whose proxies are given it; none: the pilot does not say.
    scope: Option<Option<String>>,
    endpoints: BTreeSet<String>,
}

impl Merged {
    /// Reads the page, `[{"cluster": NAME, "scope": [CLUSTER/]NAMESPACE/NAME, "endpoints": [{"address": …, "port": …}]}]`.
    /// What cannot be read would look like an endpoint that is not pushed: why, where anything cannot be.
    pub(super) fn read(page: &Value) -> Result<Vec<Self>, &'static str> {
        let rows = page.as_array().ok_or("it is no list of endpoints")?;
        // a port that no proxy carries has no xDS cluster, and says so
        let rows = rows.iter().filter(|row| row.get("cluster") != Some(&Value::Null));
        rows.map(|row| Self::row(row).ok_or("one of its rows is no set of endpoints")).collect()
    }

    fn row(row: &Value) -> Option<Self> {
        let address = |e: &Value| {
            let ip = e.get("address").and_then(Value::as_str)?.parse().ok()?;
            let port = u16::try_from(e.get("port").and_then(Value::as_u64)?).ok()?;
            Some(std::net::SocketAddr::new(ip, port).to_string())
        };
        let scope = row.get("scope").and_then(Value::as_str).map(|scope| {
            let cluster = scope.split_once('/').filter(|(_, rest)| rest.contains('/'));
            cluster.map(|(cluster, _)| cluster.to_owned())
        });
        Some(Self {
            name: row.get("cluster").and_then(Value::as_str)?.to_owned(),
            scope,
            endpoints: row.get("endpoints")?.as_array()?.iter().map(address).collect::<Option<_>>()?,
        })
    }
}

/// A pilot's rows as sets. Several rows may be of one set. Where a pilot does not say whose a row is, its endpoints are of
/// those that are expected to have them, else of the first of that name.
fn sorted(expected: &Expected, rows: impl Iterator<Item = Merged>) -> Sets {
    let mut sets = Sets::new();
    for Merged { name, scope, endpoints } in rows.filter(|row| expected.wants(&row.name)) {
        if let Some(scope) = scope {
            sets.entry(Key { name, scope }).or_default().extend(endpoints);
            continue;
        }
        let of_name: Vec<_> = expected.sets.iter().filter(|(key, _)| key.name == name).collect();
        for address in endpoints {
            let mut owners: Vec<&Key> =
                of_name.iter().filter(|(_, set)| set.contains(&address)).map(|(k, _)| *k).collect();
            if owners.is_empty() {
                owners.extend(of_name.first().map(|(key, _)| *key));
            }
            let unknown = Key { name: name.clone(), scope: None };
            let owners = if owners.is_empty() { vec![&unknown] } else { owners };
            for key in owners {
                sets.entry(key.clone()).or_default().insert(address.clone());
            }
        }
    }
    sets
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
    let others = pushed.iter().map(|p| &p.sets).chain(held).chain([should]);
    let keys: BTreeSet<&Key> = known.sets.keys().chain(others.flat_map(BTreeMap::keys)).collect();
    for key in keys {
        let should = should.get(key).unwrap_or(&none);
        let pushed: Vec<_> = pushed.iter().map(|p| (&p.by, p.sets.get(key).unwrap_or(&none))).collect();
        let held = held.map(|h| h.get(key).unwrap_or(&none));
        let anybody = pushed.iter().flat_map(|(_, set)| *set);
        let addresses: BTreeSet<&String> = should.iter().chain(anybody).chain(held.into_iter().flatten()).collect();
        for address in addresses {
            let by = |has: bool| {
                let pilots = pushed.iter().filter(|(_, set)| set.contains(address) == has);
                pilots.map(|(by, _)| (*by).clone()).collect::<Vec<String>>()
            };
            let (pushed_by, not_pushed_by) = (by(true), by(false));
            let place = known.places.get(&(key.clone(), address.clone()));
            all.push(Agreement {
                endpoint: address.clone(),
                cluster: place.map(|(cluster, _)| cluster.clone()).unwrap_or_default(),
                xds_cluster: key.name.clone(),
                scope: key.scope.clone(),
                proxy: proxy.map(ToString::to_string),
                expected: should.contains(address),
                pushed: !pushed_by.is_empty() && not_pushed_by.is_empty(),
                pushed_by,
                not_pushed_by,
                network: place.map(|(_, network)| network.to_string()).unwrap_or_default(),
                elsewhere: None,
                held: held.map(|h| h.contains(address)),
            });
        }
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    const NAME: &str = "outbound|53||dns.kube-system.svc.cluster.local";

    fn set(addresses: &[&str]) -> BTreeSet<String> {
        addresses.iter().map(|a| (*a).to_owned()).collect()
    }

    fn key(scope: Option<&str>) -> Key {
        Key { name: NAME.to_owned(), scope: scope.map(str::to_owned) }
    }

    fn page(rows: &[(Option<&str>, &str)]) -> Value {
        let row = |(scope, address): &(Option<&str>, &str)| json!({"cluster": NAME, "scope": scope, "endpoints": [{"address": address, "port": 53}]});
        rows.iter().map(row).collect()
    }

    #[test]
    fn rows_of_one_name_are_of_the_clusters_that_they_name() {
        let known = Expected {
            sets: [(key(Some("a")), set(&["10.0.0.1:53"])), (key(Some("b")), set(&["10.0.0.2:53"]))].into(),
            hosts: ["dns.kube-system.svc.cluster.local".to_owned()].into(),
            ..Expected::default()
        };
        let told = page(&[(Some("a/kube-system/dns"), "10.0.0.1"), (Some("b/kube-system/dns"), "10.0.0.2")]);
        let rows = |page: &Value| sorted(&known, Merged::read(page).unwrap().into_iter());
        assert_eq!(rows(&told), known.sets);
        // a pilot that does not say whose a row is
        assert_eq!(rows(&page(&[(None, "10.0.0.1"), (None, "10.0.0.2")])), known.sets);
        let mut more = known.sets.clone();
        more.entry(key(Some("a"))).or_default().insert("10.0.0.3:53".to_owned());
        assert_eq!(rows(&page(&[(None, "10.0.0.1"), (None, "10.0.0.2"), (None, "10.0.0.3")])), more);
        // of the mesh's, where the registry has only clusters' own
        let of_all = page(&[(Some("kube-system/dns"), "10.0.0.1")]);
        assert_eq!(rows(&of_all), Sets::from([(key(None), set(&["10.0.0.1:53"]))]));
    }

    #[test]
    fn a_port_without_an_xds_cluster_is_no_set() {
        let udp =
            json!([{"cluster": null, "scope": "kube-system/dns", "endpoints": [{"address": "10.0.0.1", "port": 53}]}]);
        assert_eq!(Merged::read(&udp), Ok(Vec::new()));
    }

    #[test]
    fn a_page_that_cannot_be_read_whole_is_none() {
        for bad in
            [json!({}), json!([7]), json!([{"cluster": "c"}]), json!([{"cluster": "c", "endpoints": [{"address": 7}]}])]
        {
            assert!(Merged::read(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_of_the_service_is_known_by_host_and_port() {
        let mut known = Expected { hosts: ["a.b.svc.cluster.local".to_owned()].into(), ..Expected::default() };
        assert!(known.wants("outbound|80||a.b.svc.cluster.local") && known.wants("outbound|81||a.b.svc.cluster.local"));
        for other in ["outbound|80|v1|a.b.svc.cluster.local", "outbound|80||c.b.svc.cluster.local", "inbound|80||", "x"]
        {
            assert!(!known.wants(other), "{other}");
        }
        known.ports = Some([80].into());
        assert!(!known.wants("outbound|81||a.b.svc.cluster.local"));
    }
}
