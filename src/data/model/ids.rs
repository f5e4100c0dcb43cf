//! Ids: newtypes over shared strings, so that a copy is a reference count and two ids are never mixed up.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::shown;

/// Why a string is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a DNS-1123 label (RFC 1123 §2.1 as Kubernetes reads it).
    #[error(
        "\"{}\" is not a DNS-1123 label: 1 to 63 lower-case letters, digits and '-', starting and ending with a letter or digit",
        shown(.0)
    )]
    NotALabel(String),
}

/// A shared, immutable string: names of objects, hosts, resources.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Name(Arc<str>);

impl Name {
    /// Whether both share their bytes in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The name as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Name {
    fn from(s: &str) -> Self {
        Self(s.into())
    }
}

impl From<String> for Name {
    fn from(s: String) -> Self {
        Self(s.into())
    }
}

impl std::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// Whether `s` is a DNS-1123 label.
pub(super) fn is_label(s: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    !s.is_empty()
        && s.len() <= 63
        && s.bytes().all(|b| inner(b) || b == b'-')
        && s.bytes().next().is_some_and(inner)
        && s.bytes().last().is_some_and(inner)
}

/// The id of a cluster: a DNS-1123 label, taken from its file's name or its descriptor's `metadata.name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
#[serde(transparent)]
pub struct ClusterId(Name);

impl ClusterId {
    /// Checks that `s` is a DNS-1123 label.
    ///
    /// # Errors
    /// [`IdError::NotALabel`] where it is not.
    pub fn parse(s: &str) -> Result<Self, IdError> {
        if is_label(s) { Ok(Self(s.into())) } else { Err(IdError::NotALabel(s.to_owned())) }
    }

    /// The id as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a name.
    pub fn name(&self) -> &Name {
        &self.0
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The id of a network: endpoints of the same network reach each other directly. Empty is the default network.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct NetworkId(pub Name);

impl fmt::Display for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Where facts come from: one connection to one cluster. A rotated kubeconfig or a restarted source is a new generation;
/// a retired generation can change nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId {
    /// The cluster.
    pub cluster: ClusterId,
    /// Counts up with every new source of that cluster within one process.
    pub generation: u32,
}

/// Whether a service is one over all clusters, or one cluster's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum ServiceScope {
    /// Same namespace and name in any cluster is this service.
    Mesh,
    /// Never merged: visible to the proxies of this cluster only.
    Cluster(ClusterId),
}

/// The identity of a service of the mesh.
///
/// Ordered by namespace, then name, so that a range is a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ServiceId {
    /// Its namespace.
    pub namespace: Name,
    /// Its name.
    pub name: Name,
    /// Which clusters it spans.
    pub scope: ServiceScope,
}

impl ServiceId {
    /// A service that spans all clusters.
    pub fn mesh(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into(), scope: ServiceScope::Mesh }
    }

    /// Whether a proxy of `cluster` sees this service.
    pub fn visible_in(&self, cluster: &ClusterId) -> bool {
        match &self.scope {
            ServiceScope::Mesh => true,
            ServiceScope::Cluster(own) => own == cluster,
        }
    }

    /// `name.namespace.svc.cluster.local`.
    pub fn hostname(&self) -> Name {
        super::hostname(&self.name, &self.namespace)
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            ServiceScope::Mesh => write!(f, "{}/{}", self.namespace, self.name),
            ServiceScope::Cluster(c) => write!(f, "{c}/{}/{}", self.namespace, self.name),
        }
    }
}

/// The identity of a workload instance: a pod of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WorkloadId {
    /// Its cluster.
    pub cluster: ClusterId,
    /// Its namespace.
    pub namespace: Name,
    /// The pod's name.
    pub name: Name,
}

impl fmt::Display for WorkloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cluster, self.namespace, self.name)
    }
}

/// A SPIFFE id, `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SpiffeId(pub Name);

impl SpiffeId {
    /// The id of a Kubernetes service account.
    pub fn of_account(trust_domain: &str, namespace: &str, account: &str) -> Self {
        Self(format!("spiffe://{trust_domain}/ns/{namespace}/sa/{account}").into())
    }

    /// The namespace and service account that the id names, where it has that shape.
    pub fn account(&self) -> Option<(&str, &str)> {
        let mut parts = self.0.strip_prefix("spiffe://")?.split('/');
        let (_, ns, namespace, sa, account) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (ns == "ns" && sa == "sa" && parts.next().is_none()).then_some((namespace, account))
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cluster_ids_are_dns_labels() {
        assert!(ClusterId::parse("on-prem").is_ok());
        for bad in ["", "On", "a.b", "-a", "a-", "a_b", &"a".repeat(64)] {
            assert_eq!(ClusterId::parse(bad), Err(IdError::NotALabel(bad.to_owned())));
        }
    }

    #[test]
    fn what_is_no_id_is_shown_short_and_harmless() {
        let said = |bad: &str| ClusterId::parse(bad).map_err(|e| e.to_string());
        let Err(why) = said("a\u{1b}]0;x\u{7}\nb") else { panic!("no label") };
        assert!(why.starts_with("\"a\\u{1b}]0;x\\u{7}\\nb\" is not a DNS-1123 label"), "{why}");
        let Err(why) = said(&"x".repeat(1 << 20)) else { panic!("no label") };
        assert!(why.len() < 400, "{} bytes", why.len());
    }

    #[test]
    fn spiffe_ids_name_an_account() {
        let id = SpiffeId::of_account("cluster.local", "default", "reviews");
        assert_eq!(id.0, "spiffe://cluster.local/ns/default/sa/reviews");
        assert_eq!(id.account(), Some(("default", "reviews")));
        assert_eq!(SpiffeId("spiffe://td/ns/a".into()).account(), None);
    }
}
