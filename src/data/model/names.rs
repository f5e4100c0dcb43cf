//! The grammars of names: hosts, xDS clusters, the talk's keys, node ids. Each parses what it prints.

use std::fmt;
use std::net::IpAddr;

use serde::Serialize;

use super::Name;

/// The DNS suffix of Kubernetes services.
const SUFFIX: &str = ".svc.cluster.local";

/// How long a node id may be, in bytes: an address, a pod's name of at most 253, and its namespace of at most 63, twice.
const MAX_NODE_ID: usize = 512;

/// Why a string is no name of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A node id is longer than any can be; it is not repeated.
    #[error("the node id has {0} bytes, more than {MAX_NODE_ID}")]
    NodeLength(usize),
    /// A node id has not the four parts `role~ip~pod.ns~ns.svc.cluster.local`.
    #[error("missing parts in the node id \"{0}\", want role~ip~pod.namespace~domain")]
    NodeParts(String),
    /// A node id starts with an unknown role.
    #[error("unknown role in the node id \"{0}\", want sidecar or router")]
    NodeRole(String),
    /// A node id's second part is no IP address.
    #[error("no IP address in the node id \"{0}\"")]
    NodeAddress(String),
    /// A node id's third part is not `pod.namespace`.
    #[error("no pod and namespace in the node id \"{0}\"")]
    NodeWorkload(String),
}

/// `name.namespace.svc.cluster.local`
pub fn hostname(name: &str, namespace: &str) -> Name {
    format!("{name}.{namespace}{SUFFIX}").into()
}

/// Name and namespace of `name.namespace.svc.cluster.local`, `name.namespace.svc` or `name.namespace`.
pub fn parse_hostname(host: &str) -> Option<(&str, &str)> {
    let short = host.strip_suffix(SUFFIX).or_else(|| host.strip_suffix(".svc")).unwrap_or(host);
    let (name, namespace) = short.split_once('.')?;
    (!name.is_empty() && !namespace.is_empty() && !namespace.contains('.')).then_some((name, namespace))
}

/// Which way calls of a cluster flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the workload to the mesh.
    Outbound,
    /// From the mesh to the workload.
    Inbound,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Direction::Outbound => "outbound",
            Direction::Inbound => "inbound",
        })
    }
}

/// The name of an xDS cluster that stands for a service's port: `outbound|9080|v1|reviews.default.svc.cluster.local`,
/// `inbound|9080||`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterName {
    /// Outbound or inbound.
    pub direction: Direction,
    /// The service's port; inbound the workload's.
    pub port: u16,
    /// The subset; empty for all.
    pub subset: Name,
    /// The host; empty for inbound.
    pub host: Name,
}

impl ClusterName {
    /// The cluster of all endpoints of a service's port.
    pub fn outbound(port: u16, host: &str) -> Self {
        Self { direction: Direction::Outbound, port, subset: Name::default(), host: host.into() }
    }

    /// The cluster of a workload's own port.
    pub fn inbound(port: u16) -> Self {
        Self { direction: Direction::Inbound, port, subset: Name::default(), host: Name::default() }
    }

    /// Reads a name; `None` for every other name, such as `PassthroughCluster`.
    pub fn parse(s: &str) -> Option<Self> {
        let mut parts = s.split('|');
        let (direction, port, subset, host) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let direction = match direction {
            "outbound" => Direction::Outbound,
            "inbound" => Direction::Inbound,
            _ => return None,
        };
        (parts.next().is_none()).then_some(())?;
        Some(Self { direction, port: port.parse().ok()?, subset: subset.into(), host: host.into() })
    }

    /// The SNI of calls to this cluster: `outbound_.9080_.v1_.reviews.default.svc.cluster.local`.
    pub fn sni(&self) -> String {
        format!("{}_.{}_.{}_.{}", self.direction, self.port, self.subset, self.host)
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { direction, port, subset, host } = self;
        write!(f, "{direction}|{port}|{subset}|{host}")
    }
}

/// The talk's name of a service's port (`bin/istio-proxy-cfg`, pilot 0.7): `reviews.default.svc.cluster.local|http`,
/// with `out.` before it as the name of a cluster. A port without a name is the host alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegacyKey {
    /// The host.
    pub host: Name,
    /// The port's name; empty for an unnamed one.
    pub port: Name,
    /// Labels after the second bar, as they stand there (`version=v1`).
    pub labels: Name,
}

impl LegacyKey {
    /// Reads a key, with or without `out.`.
    pub fn parse(s: &str) -> Option<Self> {
        let s = s.strip_prefix("out.").unwrap_or(s);
        let mut parts = s.splitn(3, '|');
        let host = parts.next().filter(|h| !h.is_empty())?;
        Some(Self {
            host: host.into(),
            port: parts.next().unwrap_or_default().into(),
            labels: parts.next().unwrap_or_default().into(),
        })
    }
}

impl fmt::Display for LegacyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, labels } = self;
        match (port.is_empty(), labels.is_empty()) {
            (true, true) => write!(f, "{host}"),
            (false, true) => write!(f, "{host}|{port}"),
            (_, false) => write!(f, "{host}|{port}|{labels}"),
        }
    }
}

/// What a proxy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyRole {
    /// Beside a workload.
    Sidecar,
    /// On its own: a gateway.
    Router,
}

impl fmt::Display for ProxyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ProxyRole::Sidecar => "sidecar",
            ProxyRole::Router => "router",
        })
    }
}

/// A proxy's node id, `sidecar~IP~POD.NS~NS.svc.cluster.local`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// What it is.
    pub role: ProxyRole,
    /// Its address.
    pub address: IpAddr,
    /// Its pod.
    pub pod: Name,
    /// Its pod's namespace.
    pub namespace: Name,
}

impl NodeId {
    /// Reads a node id. `ingress`, the role's name of 2018, is a router.
    ///
    /// # Errors
    /// [`NameError`], naming the part that is wrong.
    pub fn parse(s: &str) -> Result<Self, NameError> {
        if s.len() > MAX_NODE_ID {
            return Err(NameError::NodeLength(s.len()));
        }
        let parts: Vec<_> = s.split('~').collect();
        let [role, address, workload, _domain] = parts[..] else { return Err(NameError::NodeParts(s.to_owned())) };
        let role = match role {
            "sidecar" => ProxyRole::Sidecar,
            "router" | "ingress" => ProxyRole::Router,
            _ => return Err(NameError::NodeRole(s.to_owned())),
        };
        let address = address.parse().map_err(|_| NameError::NodeAddress(s.to_owned()))?;
        let (pod, namespace) = workload
            .rsplit_once('.')
            .filter(|(pod, ns)| !pod.is_empty() && !ns.is_empty())
            .ok_or_else(|| NameError::NodeWorkload(s.to_owned()))?;
        Ok(Self { role, address, pod: pod.into(), namespace: namespace.into() })
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, address, pod, namespace } = self;
        write!(f, "{role}~{address}~{pod}.{namespace}~{namespace}{SUFFIX}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for s in [
            "outbound|9080||reviews.default.svc.cluster.local",
            "outbound|9080|v2|reviews.default.svc.cluster.local",
            "inbound|9080||",
        ] {
            assert_eq!(ClusterName::parse(s).map(|n| n.to_string()).as_deref(), Some(s));
        }
        for s in ["PassthroughCluster", "outbound|x||h", "outbound|1||h|more", "inbound-vip|8000|http|h"] {
            assert_eq!(ClusterName::parse(s), None);
        }
        for s in [
            "reviews.istio-system.svc.cluster.local|http",
            "mongodb.istio-system.svc.cluster.local",
            "a.b|http|version=v1",
        ] {
            assert_eq!(LegacyKey::parse(s).map(|n| n.to_string()).as_deref(), Some(s));
            assert_eq!(LegacyKey::parse(&format!("out.{s}")).map(|n| n.to_string()).as_deref(), Some(s));
        }
        let s = "sidecar~10.124.2.29~productpage-v1-597789bc47-ssmls.istio-system~istio-system.svc.cluster.local";
        assert_eq!(NodeId::parse(s).map(|n| n.to_string()).as_deref(), Ok(s));
    }

    #[test]
    fn bad_node_ids_name_the_part() {
        assert_eq!(NodeId::parse("x"), Err(NameError::NodeParts("x".into())));
        assert_eq!(NodeId::parse("egress~1.1.1.1~a.b~d"), Err(NameError::NodeRole("egress~1.1.1.1~a.b~d".into())));
        assert_eq!(NodeId::parse("sidecar~x~a.b~d"), Err(NameError::NodeAddress("sidecar~x~a.b~d".into())));
        assert_eq!(NodeId::parse("sidecar~::1~ab~d"), Err(NameError::NodeWorkload("sidecar~::1~ab~d".into())));
        let longest = format!(
            "sidecar~{}~{}.{ns}~{ns}.svc.cluster.local",
            "f:".repeat(7) + "f",
            "p".repeat(253),
            ns = "n".repeat(63)
        );
        assert_eq!(NodeId::parse(&longest).map(|n| n.to_string()).as_deref(), Ok(longest.as_str()));
        let longer = longest.replace("~p", &format!("~{}", "p".repeat(200)));
        assert_eq!(NodeId::parse(&longer), Err(NameError::NodeLength(longer.len())));
        assert!(!NameError::NodeLength(longer.len()).to_string().contains("pp"));
    }

    #[test]
    fn hostnames_parse_in_every_length() {
        for s in ["reviews.default.svc.cluster.local", "reviews.default.svc", "reviews.default"] {
            assert_eq!(parse_hostname(s), Some(("reviews", "default")));
        }
        assert_eq!(parse_hostname("reviews"), None);
        assert_eq!(parse_hostname("a.b.example.com"), None);
    }

    #[test]
    fn sni_is_the_names_other_form() {
        let name = ClusterName::outbound(9080, "reviews.default.svc.cluster.local");
        assert_eq!(name.sni(), "outbound_.9080_._.reviews.default.svc.cluster.local");
    }
}
