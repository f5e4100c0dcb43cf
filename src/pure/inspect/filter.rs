//! Which rows are wanted. Every field matches exactly, letter case aside; `*` stands for any text.

use super::dump::Section;
use crate::data::model::LegacyKey;

/// An exact text, or one with `*` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// A pattern.
    pub fn new(pattern: &str) -> Self {
        Self(pattern.to_ascii_lowercase())
    }

    /// Whether it is a text without `*`: the text then, in lower case.
    pub fn exact(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(&self.0)
    }

    /// The same as a regular expression (RE2), letter case not told.
    fn regex(&self) -> String {
        let literal = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\{c}") };
        self.0.chars().map(|c| if c == '*' { ".*".to_owned() } else { literal(c) }).collect()
    }

    /// Whether `text` is meant.
    pub fn matches(&self, text: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('*') else { return self.0.eq_ignore_ascii_case(text) };
        let text = text.to_ascii_lowercase();
        let Some(mut text) = text.strip_prefix(head) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let tail = parts.pop().unwrap_or_default();
        for part in parts {
            match text.find(part) {
                Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
                None => return false,
            }
        }
        text.ends_with(tail)
    }
}

/// An xDS cluster, as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterPattern {
    /// Its whole name, `outbound|9080||reviews.default.svc.cluster.local`, or its host.
    Name(Glob),
    /// The talk's name of it, `out.reviews.default.svc.cluster.local|http|version=v1`. A dump does not name ports: a port's
    /// name matches any port of the host.
    Legacy {
        /// The host.
        host: Glob,
        /// The port, where the key gives a number.
        port: Option<String>,
        /// The subset, where the key has labels: the value of its `version`.
        subset: String,
    },
}

impl ClusterPattern {
    /// Reads a pattern.
    pub fn new(text: &str) -> Self {
        let (bars, host) = (text.matches('|').count(), text.split('|').next().unwrap_or_default());
        let legacy = text.starts_with("out.") || ((1..=2).contains(&bars) && host.contains('.'));
        match LegacyKey::parse(text).filter(|_| legacy) {
            Some(key) => ClusterPattern::Legacy {
                host: Glob::new(&key.host),
                port: key.port.parse::<u16>().ok().map(|p| p.to_string()),
                subset: key.labels.split(',').find_map(|l| l.strip_prefix("version=")).unwrap_or_default().to_owned(),
            },
            None => ClusterPattern::Name(Glob::new(text)),
        }
    }

    /// Whether the cluster of this name is meant.
    pub fn matches(&self, name: &str) -> bool {
        let parts = NameParts::of(name);
        match self {
            ClusterPattern::Name(glob) => glob.matches(name) || (!parts.host.is_empty() && glob.matches(parts.host)),
            ClusterPattern::Legacy { host, port, subset } => {
                parts.direction == "outbound"
                    && host.matches(parts.host)
                    && port.as_ref().is_none_or(|p| p == parts.port)
                    && subset == parts.subset
            }
        }
    }
}

/// The parts of a cluster's name, `direction|port|subset|host`; for any other name, the name as the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameParts<'a> {
    pub(super) direction: &'a str,
    pub(super) port: &'a str,
    pub(super) subset: &'a str,
    pub(super) host: &'a str,
}

impl<'a> NameParts<'a> {
    /// Takes a name apart.
    pub(super) fn of(name: &'a str) -> Self {
        let mut parts = name.split('|');
        match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(direction), Some(port), Some(subset), Some(host), None) => Self { direction, port, subset, host },
            _ => Self { direction: "", port: "", subset: "", host: name },
        }
    }
}

/// Which rows are wanted: each view heeds its own fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Clusters: the host.
    pub fqdn: Option<Glob>,
    /// Clusters, listeners, endpoints: the port.
    pub port: Option<Glob>,
    /// Clusters: `outbound`, `inbound`.
    pub direction: Option<Glob>,
    /// Clusters: the subset.
    pub subset: Option<Glob>,
    /// Listeners, endpoints: the address.
    pub address: Option<Glob>,
    /// Listeners: `HTTP`, `TCP`, `HTTP+TCP`, `UNKNOWN`.
    pub kind: Option<Glob>,
    /// Routes: the name.
    pub name: Option<Glob>,
    /// Clusters, endpoints: the cluster.
    pub cluster: Option<ClusterPattern>,
    /// Endpoints: the health, such as `healthy`.
    pub status: Option<Glob>,
}

impl Filter {
    /// Whether a resource of this name may be wanted; what only its contents say is taken for a yes.
    pub fn may_want(&self, section: Section, name: &str) -> bool {
        match section {
            Section::Clusters => self.wants_cluster(name),
            Section::Endpoints => self.cluster.as_ref().is_none_or(|c| c.matches(name)),
            Section::Routes => wants(&self.name, name),
            Section::Listeners | Section::Bootstrap => true,
        }
    }

    /// Whether the cluster of this name is wanted.
    pub(super) fn wants_cluster(&self, name: &str) -> bool {
        let parts = NameParts::of(name);
        wants(&self.fqdn, parts.host)
            && wants(&self.port, parts.port)
            && wants(&self.direction, parts.direction)
            && wants(&self.subset, parts.subset)
            && self.cluster.as_ref().is_none_or(|c| c.matches(name))
    }

    /// Whether everything is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A regular expression (RE2, whole names) that every wanted cluster's name matches, so that an Envoy can leave out
    /// most of the others; `None` where nothing can be said.
    pub fn cluster_regex(&self) -> Option<String> {
        let any = |glob: &Option<Glob>| glob.as_ref().map_or(".*".to_owned(), Glob::regex);
        let parts = [&self.direction, &self.port, &self.subset].iter().any(|g| g.is_some());
        let regex = match (&self.cluster, &self.fqdn) {
            (Some(ClusterPattern::Name(glob)), _) => format!("(.*\\|)?{}", glob.regex()),
            (Some(ClusterPattern::Legacy { host, .. }), _) => format!(".*\\|{}", host.regex()),
            (None, fqdn) if parts => {
                format!("{}\\|{}\\|{}\\|{}", any(&self.direction), any(&self.port), any(&self.subset), any(fqdn))
            }
            (None, Some(fqdn)) => format!("(.*\\|)?{}", fqdn.regex()),
            (None, None) => return None,
        };
        Some(format!("(?i){regex}"))
    }

    /// The same for the names of routes.
    pub fn route_regex(&self) -> Option<String> {
        self.name.as_ref().map(|name| format!("(?i){}", name.regex()))
    }
}

/// Whether `text` is wanted by a field of a filter.
pub(super) fn wants(glob: &Option<Glob>, text: &str) -> bool {
    glob.as_ref().is_none_or(|g| g.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_exactly_but_for_stars() {
        for (pattern, text, yes) in [
            ("v1", "v1", true),
            ("v1", "api-v1", false),
            ("*v1", "api-v1", true),
            ("rev*.default.*", "reviews.default.svc", true),
            ("a*a", "a", false),
            ("*", "", true),
            ("HTTP", "http", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), yes, "{pattern} {text}");
        }
    }

    #[test]
    fn regular_expressions_say_the_same() {
        let regex = |f: Filter| f.cluster_regex();
        let host = Some(Glob::new("reviews.*"));
        assert_eq!(regex(Filter::default()), None);
        assert_eq!(
            regex(Filter { fqdn: host.clone(), ..Filter::default() }).as_deref(),
            Some(r"(?i)(.*\|)?reviews\..*")
        );
        let port = Some(Glob::new("9080"));
        assert_eq!(
            regex(Filter { fqdn: host, port, ..Filter::default() }).as_deref(),
            Some(r"(?i).*\|9080\|.*\|reviews\..*")
        );
        let cluster = Some(ClusterPattern::new("out.a.b|http"));
        assert_eq!(regex(Filter { cluster, ..Filter::default() }).as_deref(), Some(r"(?i).*\|a\.b"));
    }

    #[test]
    fn clusters_go_by_name_by_host_and_by_the_talks_keys() {
        let name = "outbound|9080||reviews.default.svc.cluster.local";
        for pattern in [
            name,
            "reviews.default.svc.cluster.local",
            "out.reviews.default.svc.cluster.local|http",
            "reviews.default.svc.cluster.local|9080",
            "outbound|9080|*",
        ] {
            assert!(ClusterPattern::new(pattern).matches(name), "{pattern}");
        }
        for pattern in
            ["reviews", "out.reviews.default.svc.cluster.local|http|version=v1", "reviews.default.svc.cluster.local|80"]
        {
            assert!(!ClusterPattern::new(pattern).matches(name), "{pattern}");
        }
        let subset = ClusterPattern::new("out.reviews.default.svc.cluster.local|http|version=v1");
        assert!(subset.matches("outbound|9080|v1|reviews.default.svc.cluster.local"));
    }
}
