//! Which proxies a word means: `productpage`, `pod.ns`, `kind/name.ns`, `cluster/ns/pod`.

mod word;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use super::near::{Near, alike};
use crate::data::model::{ClusterId, Name, WorkloadId};
use crate::pure::mesh::Mesh;
use word::Word;

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetQuery {
    /// The word itself.
    pub text: String,
    /// Only in this namespace.
    pub namespace: Option<String>,
    /// Only in this cluster.
    pub cluster: Option<String>,
    /// All matches, of whatever workloads.
    pub all: bool,
}

impl TargetQuery {
    /// The cluster and the namespace to which the query is bound, as far as they are certain: nobody else need be asked.
    pub fn place(&self) -> (Option<&str>, Option<&str>) {
        let mut parts = self.text.split('/');
        let whole = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(cluster), Some(namespace), Some(_), None) => Some((cluster, namespace)),
            _ => None,
        };
        (
            self.cluster.as_deref().or(whole.map(|(cluster, _)| cluster)),
            self.namespace.as_deref().or(whole.map(|(_, namespace)| namespace)),
        )
    }
}

/// A pod whose proxy is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The pod.
    pub id: WorkloadId,
    /// Its first address, where known.
    pub address: Option<IpAddr>,
    /// Whether it is Ready.
    pub ready: bool,
}

/// The pods that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// The ones to look into: the first match, or with `all` every one.
    pub chosen: Vec<Target>,
    /// How many match.
    pub of: usize,
}

/// Why no proxy is meant, or too many.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing matches.
    #[error("no pod, app label, workload or service matches \"{query}\"{within}")]
    NotFound {
        /// The word.
        query: String,
        /// Where it was looked for, with a blank before it; may be empty.
        within: String,
        /// Workloads to paste instead.
        near: Near,
    },
    /// Pods of different workloads match.
    #[error("\"{query}\" matches {} different workloads", candidates.len())]
    Ambiguous {
        /// The word.
        query: String,
        /// The workloads, to paste.
        candidates: Vec<String>,
    },
    /// There is no such cluster.
    #[error("the mesh has no cluster \"{cluster}\"")]
    NoCluster {
        /// The cluster.
        cluster: String,
        /// Those that are.
        known: Vec<String>,
    },
    /// `kind/name` with an unknown kind.
    #[error("\"{0}\" is no kind that has pods")]
    Kind(String),
    /// No word at all.
    #[error("no pod was named")]
    Empty,
}

/// A pod with everything it may be called by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The pod.
    pub target: Target,
    /// Its workload: kind and name.
    pub owner: Option<(Name, Name)>,
    /// Its app labels.
    pub apps: BTreeSet<Name>,
    /// The services that lead to it.
    pub services: BTreeSet<Name>,
    /// Its cluster's place: the primary first.
    pub rank: usize,
}

impl Candidate {
    /// Its workload, the same in all clusters: namespace, kind, name.
    fn workload(&self) -> (Name, Name, Name) {
        let namespace = self.target.id.namespace.clone();
        match (&self.owner, self.apps.first()) {
            (Some((kind, name)), _) => (namespace, kind.clone(), name.clone()),
            (None, Some(app)) => (namespace, "app".into(), app.clone()),
            (None, None) => (namespace, "pod".into(), self.target.id.name.clone()),
        }
    }
}

/// The pods of a mesh.
pub fn candidates(mesh: &Mesh) -> Vec<Candidate> {
    let order = mesh.settings.ordered();
    let services = mesh.services_of_workloads();
    let app_labels = ["app", "app.kubernetes.io/name"];
    let candidate = |(id, w): (&WorkloadId, &std::sync::Arc<crate::pure::mesh::Workload>)| Candidate {
        target: Target { id: id.clone(), address: w.addresses.first().copied(), ready: w.ready },
        owner: w.owner.clone(),
        apps: app_labels.iter().filter_map(|l| w.labels.get(*l).cloned()).collect(),
        services: services.get(id).into_iter().flatten().map(|name| (*name).clone()).collect(),
        rank: order.iter().position(|c| **c == id.cluster).unwrap_or(usize::MAX),
    };
    mesh.workloads.iter().map(candidate).collect()
}

/// The pods of a mesh that a query means.
///
/// # Errors
/// [`TargetError`], with candidates to paste.
pub fn resolve(mesh: &Mesh, query: &TargetQuery) -> Result<Targets, TargetError> {
    let named = query.text.split_once('/').filter(|(_, pod)| pod.contains('/')).map(|(cluster, _)| cluster);
    for cluster in [query.cluster.as_deref(), named].into_iter().flatten() {
        if !mesh.clusters.keys().any(|c| c.as_str() == cluster) {
            let known = mesh.clusters.keys().map(ClusterId::to_string).collect();
            return Err(TargetError::NoCluster { cluster: cluster.to_owned(), known });
        }
    }
    resolve_among(candidates(mesh), query)
}

/// The same among pods that somebody else knows.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_among(candidates: Vec<Candidate>, query: &TargetQuery) -> Result<Targets, TargetError> {
    let readings = Word::readings(&query.text)?;
    let (mut candidates, outside): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| {
        let id = &c.target.id;
        query.cluster.as_ref().is_none_or(|x| id.cluster.as_str() == x)
            && query.namespace.as_ref().is_none_or(|x| id.namespace == **x)
    });
    candidates.sort_by(|a, b| (!a.target.ready, a.rank, &a.target.id).cmp(&(!b.target.ready, b.rank, &b.target.id)));
    // a pod's whole name beats everything; a workload's name beats the start of a pod's
    let tests: [fn(&Word, &Candidate) -> bool; 3] = [Word::is_pod, Word::is_group, Word::is_prefix];
    for test in tests {
        for word in &readings {
            let found: Vec<_> = candidates.iter().filter(|c| word.within(c) && test(word, c)).collect();
            if !found.is_empty() {
                return choose(&found, query);
            }
        }
    }
    let named = |c: &&Candidate| readings.iter().any(|word| word.within(c) && tests.iter().any(|test| test(word, c)));
    let elsewhere: BTreeSet<_> = outside.iter().filter(named).map(|c| paste(&c.workload())).collect();
    Err(not_found(&candidates, elsewhere, query))
}

fn choose(found: &[&Candidate], query: &TargetQuery) -> Result<Targets, TargetError> {
    let workloads: BTreeSet<_> = found.iter().map(|c| c.workload()).collect();
    if workloads.len() > 1 && !query.all {
        let candidates = workloads.iter().map(paste).collect();
        return Err(TargetError::Ambiguous { query: query.text.clone(), candidates });
    }
    let take = if query.all { found.len() } else { 1 };
    Ok(Targets { chosen: found.iter().take(take).map(|c| c.target.clone()).collect(), of: found.len() })
}

fn paste((namespace, kind, name): &(Name, Name, Name)) -> String {
    format!("{}/{name}.{namespace}", kind.to_ascii_lowercase())
}

/// Says what has a similar name, or what there is. `elsewhere` is what the word names outside of where it was looked for.
fn not_found(candidates: &[Candidate], elsewhere: BTreeSet<String>, query: &TargetQuery) -> TargetError {
    let word =
        query.text.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_ascii_lowercase();
    let alike = |c: &&Candidate| {
        let owner = c.owner.iter().map(|(_, name)| name);
        let mut names = std::iter::once(&c.target.id.name).chain(owner).chain(&c.apps).chain(&c.services);
        names.any(|name| alike(&word, name))
    };
    let all = |wanted: &dyn Fn(&&Candidate) -> bool| -> BTreeSet<String> {
        candidates.iter().filter(wanted).map(|c| paste(&c.workload())).collect()
    };
    let narrowed = query.namespace.is_some() || query.cluster.is_some();
    let near = if elsewhere.is_empty() && candidates.is_empty() && narrowed {
        Near::Narrowed
    } else if elsewhere.is_empty() {
        Near::of(all(&alike), all(&|_| true))
    } else {
        Near::Elsewhere(elsewhere.into_iter().take(5).collect())
    };
    let mut within = String::new();
    if let Some(namespace) = &query.namespace {
        within.push_str(&format!(" in the namespace {namespace}"));
    }
    if let Some(cluster) = &query.cluster {
        within.push_str(&format!(" in the cluster {cluster}"));
    }
    TargetError::NotFound { query: query.text.clone(), within, near }
}

impl fmt::Display for Target {
    /// `cluster/namespace/pod`, or `pod.namespace` where the cluster is not known: to paste.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.id.cluster.as_str().is_empty() {
            return write!(f, "{}.{}", self.id.name, self.id.namespace);
        }
        fmt::Display::fmt(&self.id, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pod(rank: usize, id: &str, owner: Option<&str>, app: &str, ready: bool) -> Candidate {
        let [cluster, namespace, name] = id.split('/').collect::<Vec<_>>()[..] else { panic!("{id}") };
        let id =
            WorkloadId { cluster: ClusterId::parse(cluster).unwrap(), namespace: namespace.into(), name: name.into() };
        Candidate {
            target: Target { id, address: None, ready },
            owner: owner.map(|o| ("Deployment".into(), o.into())),
            apps: std::iter::once(app.into()).filter(|a: &Name| !a.is_empty()).collect(),
            services: std::iter::once(app.into()).filter(|a: &Name| !a.is_empty()).collect(),
            rank,
        }
    }

    fn mesh() -> Vec<Candidate> {
        vec![
            pod(1, "alpha/default/web-7f-aaaaa", Some("web"), "web", true),
            pod(0, "main/default/web-7f-bbbbb", Some("web"), "web", false),
            pod(0, "main/default/web-7f-ccccc", Some("web"), "web", true),
            pod(0, "main/default/reviews-v1-1", Some("reviews-v1"), "reviews", true),
            pod(0, "main/default/reviews-v2-1", Some("reviews-v2"), "reviews", true),
            pod(0, "main/other/web", None, "", true),
            pod(0, "main/kube-system/etcd-node.example.com", None, "", true),
        ]
    }

    fn ask(text: &str) -> Result<Vec<String>, TargetError> {
        ask_with(TargetQuery { text: text.into(), ..TargetQuery::default() })
    }

    fn ask_with(query: TargetQuery) -> Result<Vec<String>, TargetError> {
        resolve_among(mesh(), &query).map(|t| {
            let of = t.of;
            t.chosen.into_iter().map(|t| format!("{t} of {of}")).collect()
        })
    }

    #[test]
    fn an_exact_pod_name_wins_over_a_workload_of_that_name() {
        assert_eq!(ask("web").unwrap(), ["main/other/web of 1"]);
        assert_eq!(ask("etcd-node.example.com").unwrap(), ["main/kube-system/etcd-node.example.com of 1"]);
    }

    #[test]
    fn of_a_workload_in_two_clusters_the_primarys_ready_pod_is_taken() {
        for text in [
            "web.default",
            "deploy/web",
            "deployment/web.default",
            "svc/web",
            "app/web",
            "web.default.svc.cluster.local",
        ] {
            assert_eq!(ask(text).unwrap(), ["main/default/web-7f-ccccc of 3"], "{text}");
        }
        let all = TargetQuery { text: "svc/web".into(), all: true, ..TargetQuery::default() };
        assert_eq!(ask_with(all).unwrap().len(), 3);
    }

    #[test]
    fn cluster_and_namespace_narrow() {
        let narrow = TargetQuery { text: "web".into(), cluster: Some("alpha".into()), ..TargetQuery::default() };
        assert_eq!(ask_with(narrow).unwrap(), ["alpha/default/web-7f-aaaaa of 1"]);
        let narrow = TargetQuery { text: "web".into(), namespace: Some("default".into()), ..TargetQuery::default() };
        assert_eq!(ask_with(narrow).unwrap(), ["main/default/web-7f-ccccc of 3"]);
        assert_eq!(ask("main/default/web-7f-bbbbb").unwrap(), ["main/default/web-7f-bbbbb of 1"]);
    }

    #[test]
    fn different_workloads_are_candidates_to_paste() {
        let candidates = vec!["deployment/reviews-v1.default".to_owned(), "deployment/reviews-v2.default".to_owned()];
        assert_eq!(
            ask("reviews"),
            Err(TargetError::Ambiguous { query: "reviews".into(), candidates: candidates.clone() })
        );
        for text in candidates {
            assert_eq!(ask(&text).unwrap().len(), 1);
        }
    }

    #[test]
    fn the_start_of_a_pods_name_is_enough_as_in_the_talk() {
        assert_eq!(ask("reviews-v2-1").unwrap(), ["main/default/reviews-v2-1 of 1"]);
        assert_eq!(ask("web-7f.default").unwrap(), ["main/default/web-7f-ccccc of 3"]);
        assert!(matches!(ask("we"), Err(TargetError::NotFound { .. })));
    }

    #[test]
    fn words_that_mean_nothing_say_why() {
        assert_eq!(ask("secret/x"), Err(TargetError::Kind("secret".into())));
        assert_eq!(ask(""), Err(TargetError::Empty));
        let Err(TargetError::NotFound { near, .. }) = ask("review") else { panic!() };
        let reviews = ["deployment/reviews-v1.default", "deployment/reviews-v2.default"].map(str::to_owned);
        assert_eq!(near, Near::Alike(reviews.into()));
        let near = |text: &str, namespace: Option<&str>| {
            let namespace = namespace.map(str::to_owned);
            match ask_with(TargetQuery { text: text.into(), namespace, ..TargetQuery::default() }) {
                Err(TargetError::NotFound { near, .. }) => near.hints(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(near("revews", None)[0], "perhaps deployment/reviews-v1.default");
        assert_eq!(near("reviews-v1", Some("other")), ["elsewhere there is deployment/reviews-v1.default"]);
        assert!(near("zzz", None)[0].starts_with("there is deployment/reviews-v1.default, "), "what there is");
        assert!(near("zzz", Some("nowhere"))[0].starts_with("there is none at all there; without -n"));
    }
}
