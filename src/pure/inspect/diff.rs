//! What a pilot sent and what an Envoy holds, compared resource by resource.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde_json::Value;

use super::dump::{Group, Section, Visit};
use super::endpoints::Member;
use super::held::Held;
use super::summary::{DumpError, Summary};
use super::unsaid::Unsaid;
use super::view::resource;
use super::walk::walk;

/// The sections that are compared, in the order in which differences are told.
const SECTIONS: [Section; 4] = [Section::Clusters, Section::Endpoints, Section::Listeners, Section::Routes];

/// How many resources are held of a dump, and how many bytes of them: two dumps of a large mesh, and no more than a machine has.
const MAX_RESOURCES: usize = 250_000;
const MAX_BYTES: usize = 128 << 20;

/// The resources of a dump that came from a control plane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    of: BTreeMap<(Section, String), Value>,
    /// Received, and not in use: why.
    idle: BTreeMap<(Section, String), Difference>,
    /// What the dump says nothing of.
    unsaid: Unsaid,
    /// A pilot computed them, and sent nothing.
    computed: bool,
}

/// A difference of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It was sent, and is not held.
    OnlySent,
    /// It was sent, and is held, but not in use yet.
    Warming,
    /// It was sent, and rejected: why.
    Rejected(String),
    /// It is held, and was not sent.
    OnlyHeld,
    /// Both have it, with other contents: where.
    Differs(String),
}

impl Resources {
    /// Reads the resources of a dump; static ones are the proxy's own and do not count. What is more than can be held is a
    /// problem that loses.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn read(input: &mut dyn Read) -> Result<(Self, Summary), DumpError> {
        Self::read_within(input, Held::new("resources", MAX_RESOURCES, MAX_BYTES))
    }

    fn read_within(input: &mut dyn Read, mut held: Held) -> Result<(Self, Summary), DumpError> {
        let mut found = Self::default();
        let summary = walk(input, &SECTIONS, &mut |element| {
            let section = element.section;
            if element.group == Group::Static {
                return Visit::Done;
            }
            if let Some(limit) = held.take(1, element.json.len()) {
                return Visit::Full(limit);
            }
            let Ok(entry) = serde_json::from_slice::<Value>(element.json) else {
                return Visit::Bad("it is no valid JSON".to_owned());
            };
            let waits = section == Section::Listeners
                && ["active_state", "activeState"].iter().all(|k| entry.get(*k).is_none());
            let refused = ["error_state", "errorState"].iter().find_map(|k| entry.get(*k));
            let why = refused.map(|e| e.get("details").and_then(Value::as_str).unwrap_or_default().to_owned());
            let body = resource(section, entry);
            let name =
                ["name", "cluster_name", "clusterName"].iter().find_map(|k| body.get(*k)).and_then(Value::as_str);
            let key = (section, name.unwrap_or_default().to_owned());
            // a listener that was accepted before and is rejected now goes on as it was
            match why {
                Some(why) if waits => drop(found.idle.insert(key, Difference::Rejected(why))),
                None if waits || element.group == Group::Warming => drop(found.idle.insert(key, Difference::Warming)),
                _ => drop(found.of.insert(key, body)),
            }
            Visit::Done
        })?;
        found.unsaid = summary.unsaid.clone();
        found.computed = summary.computed;
        Ok((found, summary))
    }

    /// What the dump says nothing of, so that its lack means nothing.
    pub fn unsaid(&self) -> &Unsaid {
        &self.unsaid
    }

    /// Whether a pilot computed them for a proxy that is not connected to it.
    pub fn is_computed(&self) -> bool {
        self.computed
    }

    /// The names of a section's resources.
    pub fn names(&self, section: Section) -> impl Iterator<Item = &str> {
        self.of.keys().filter(move |(s, _)| *s == section).map(|(_, name)| name.as_str())
    }

    /// How many resources of a section there are.
    pub fn count(&self, section: Section) -> usize {
        self.names(section).count()
    }

    /// The endpoints of a cluster, as `ADDRESS:PORT`; none of a cluster that finds them by other means than EDS.
    pub fn endpoints(&self, cluster: &str) -> BTreeSet<String> {
        let other = self.of.contains_key(&(Section::Clusters, cluster.to_owned())) && !self.is_eds(cluster);
        let set = self.of.get(&(Section::Endpoints, cluster.to_owned())).filter(|_| !other);
        set.map(|set| Member::all(set).into_keys().collect()).unwrap_or_default()
    }

    /// Whether a set of endpoints came by EDS: Envoy lists those of every other cluster too.
    fn is_eds(&self, name: &str) -> bool {
        let cluster = self.of.get(&(Section::Clusters, name.to_owned()));
        cluster.and_then(|c| c.get("type")).and_then(Value::as_str) == Some("EDS")
    }
}

/// What differs between what was sent and what is held, sorted by section and name; without what the sender does not know.
pub fn differences(sent: &Resources, held: &Resources) -> Vec<(Section, String, Difference)> {
    let mut found = Vec::new();
    for section in SECTIONS {
        let names: BTreeSet<&String> =
            sent.of.keys().chain(held.of.keys()).filter(|(s, _)| *s == section).map(|(_, name)| name).collect();
        for name in names.into_iter().filter(|name| !sent.unsaid.covers(section, name)) {
            let key = (section, name.clone());
            let difference = match (sent.of.get(&key), held.of.get(&key)) {
                (Some(a), Some(b)) if section == Section::Endpoints => members(a, b).map(Difference::Differs),
                (Some(a), Some(b)) => unlike(a, b, "").map(Difference::Differs),
                (Some(_), None) => Some(held.idle.get(&key).cloned().unwrap_or(Difference::OnlySent)),
                (None, _) if section == Section::Endpoints && !held.is_eds(name) => None,
                (None, _) => Some(Difference::OnlyHeld),
            };
            found.extend(difference.map(|d| (section, name.clone(), d)));
        }
    }
    found
}

/// How two sets of endpoints differ. What Envoy adds to each endpoint on its own does not count.
fn members(sent: &Value, held: &Value) -> Option<String> {
    let (sent, held) = (Member::all(sent), Member::all(held));
    let list = |what: &str, names: Vec<&String>| {
        let shown: Vec<&str> = names.iter().take(3).map(|n| n.as_str()).collect();
        let more = if names.len() > 3 { format!(" and {} more", names.len() - 3) } else { String::new() };
        (!names.is_empty()).then(|| format!("{what} {}{more}", shown.join(", ")))
    };
    let parts = [
        list("not held:", sent.keys().filter(|k| !held.contains_key(*k)).collect()),
        list("not sent:", held.keys().filter(|k| !sent.contains_key(*k)).collect()),
        list(
            "health, weight, priority or locality of",
            sent.iter().filter(|(k, v)| held.get(*k).is_some_and(|h| h != *v)).map(|(k, _)| k).collect(),
        ),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The first place where two values differ. A field that is left out has its default, and 64-bit numbers may be texts.
fn unlike(a: &Value, b: &Value, path: &str) -> Option<String> {
    let at = || if path.is_empty() { "the whole".to_owned() } else { path.to_owned() };
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let keys: BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let null = Value::Null;
            keys.into_iter()
                .find_map(|key| unlike(x.get(key).unwrap_or(&null), y.get(key).unwrap_or(&null), &below(key)))
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).enumerate().find_map(|(i, (x, y))| unlike(x, y, &format!("{path}[{i}]")))
        }
        (Value::String(text), Value::Number(number)) | (Value::Number(number), Value::String(text)) => {
            (number.to_string() != *text).then(at)
        }
        (Value::Number(x), Value::Number(y)) => (x.as_f64() != y.as_f64()).then(at),
        _ => (a != b && !(is_default(a) && is_default(b))).then(at),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !b,
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::String(s) => s.is_empty(),
        Value::Array(a) => a.is_empty(),
        // a message that is there and empty is not one that is missing
        Value::Object(_) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(configs: Value) -> Resources {
        let text = json!({"configs": configs}).to_string();
        Resources::read(&mut text.as_bytes()).unwrap().0
    }

    fn clusters(bodies: Value) -> Value {
        let entries: Vec<Value> = bodies.as_array().unwrap().iter().map(|b| json!({"cluster": b})).collect();
        json!({"@type": "x/envoy.admin.v3.ClustersConfigDump", "dynamic_active_clusters": entries})
    }

    fn eds(name: &str, addresses: &[&str]) -> Value {
        let all: Vec<Value> = addresses
            .iter()
            .map(|a| json!({"endpoint": {"address": {"socket_address": {"address": a, "port_value": 1}}}}))
            .collect();
        json!({"@type": "x/envoy.admin.v3.EndpointsConfigDump", "dynamic_endpoint_configs":
            [{"endpoint_config": {"cluster_name": name, "endpoints": [{"lb_endpoints": all}]}}]})
    }

    #[test]
    fn defaults_and_spellings_of_numbers_are_no_differences() {
        let sent = read(json!([clusters(json!([{"name": "a", "type": "EDS", "n": "7", "zero": 0, "x": 0.5}]))]));
        let held = read(json!([clusters(json!([{"name": "a", "type": "EDS", "n": 7, "off": false, "x": 0.5}]))]));
        assert_eq!(differences(&sent, &held), []);
    }

    #[test]
    fn every_kind_of_difference_is_told() {
        let sent = read(json!([
            clusters(json!([{"name": "a", "type": "EDS", "b": {"c": [1, 2]}}, {"name": "s"}, {"name": "w"}])),
            eds("a", &["1.1.1.1", "2.2.2.2"])
        ]));
        let held = read(json!([
            clusters(json!([{"name": "a", "type": "EDS", "b": {"c": [1, 3]}}, {"name": "h", "type": "STATIC"}])),
            {"@type": "x/envoy.admin.v3.ClustersConfigDump", "dynamic_warming_clusters": [{"cluster": {"name": "w"}}],
             "static_clusters": [{"cluster": {"name": "own"}}]},
            eds("a", &["2.2.2.2", "3.3.3.3"]), eds("h", &["4.4.4.4"])
        ]));
        let told: Vec<_> = differences(&sent, &held).into_iter().map(|(s, n, d)| format!("{s} {n} {d:?}")).collect();
        assert_eq!(
            told,
            [
                "clusters a Differs(\"b.c[1]\")",
                "clusters h OnlyHeld",
                "clusters s OnlySent",
                "clusters w Warming",
                "endpoints a Differs(\"not held: 1.1.1.1:1; not sent: 3.3.3.3:1\")",
            ]
        );
        assert_eq!(held.endpoints("a").len(), 2);
    }

    #[test]
    fn a_dump_without_an_end_is_given_up_and_says_why() {
        let start = r#"{"configs":[{"dynamic_active_clusters":["#;
        let read = |max_count, max_bytes| {
            let mut endless = super::super::held::Endless::of(start, r#"{"cluster":{"name":"a"}}"#);
            let summary = Resources::read_within(&mut endless, Held::new("resources", max_count, max_bytes)).unwrap().1;
            assert!(summary.problems.iter().all(|p| p.loses()));
            summary.problems.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let said = |limit: &str| {
            vec![format!("the dump holds more than {limit}: reading it ended in the middle of dynamic_active_clusters")]
        };
        assert_eq!(read(1000, 1 << 20), said("1000 resources"));
        assert_eq!(read(usize::MAX, 1 << 20), said("1 MiB of resources"));
    }

    #[test]
    fn what_the_pilot_does_not_know_is_no_difference() {
        let held = read(json!([
            clusters(json!([{"name": "a", "type": "EDS"}, {"name": "b", "type": "EDS"}])),
            eds("a", &["1.1.1.1"]),
            eds("b", &["2.2.2.2"])
        ]));
        let sent = |more: Value| {
            let mut dump = json!({"configs": [eds("a", &["1.1.1.1"])]});
            dump.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Resources::read(&mut dump.to_string().as_bytes()).unwrap()
        };
        assert_eq!(differences(&sent(json!({})).0, &held).len(), 3);
        let unsaid = json!({"unknown": ["CDS"], "claimed": {"EDS": ["b"]}});
        let (known, summary) = sent(unsaid);
        assert_eq!((differences(&known, &held), summary.problems), (vec![], vec![]));
        assert_eq!(known.unsaid().in_words(), "all clusters, 1 of the endpoints");
        // a claim covers its name alone
        let told = differences(&sent(json!({"unknown": ["CDS"], "claimed": {"EDS": ["a"]}})).0, &held);
        assert_eq!(told, [(Section::Endpoints, "b".to_owned(), Difference::OnlyHeld)]);
        for bad in [json!({"unknown": ["XDS"]}), json!({"unknown": 7}), json!({"claimed": ["b"]})] {
            assert!(sent(bad.clone()).1.problems[0].loses(), "{bad}");
        }
    }
}
