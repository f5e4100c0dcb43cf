//! A pilot as a source: what it gives its proxies, and the talk's v1 REST.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::source::{Dump, Holds, Http, Origin, Part, SourceError};
use super::target::{Candidate, Target, TargetError, TargetQuery, Targets, resolve_among};
use crate::data::model::{ClusterId, Name, NodeId, ProxyRole, WorkloadId};

/// A pilot's plain HTTP port: 8080 of its pod, in the talk 15003 before it.
pub struct Pilot {
    http: Http,
    /// It answers as ours does.
    ours: AtomicBool,
}

impl Pilot {
    /// A pilot at a URL; `http://` may be missing.
    ///
    /// # Errors
    /// Where it is no HTTP address.
    pub fn new(url: &str) -> Result<Self, SourceError> {
        Ok(Self { http: Http::new(url, Origin::Pilot)?, ours: AtomicBool::new(false) })
    }

    /// Where it is.
    pub fn origin(&self) -> &Origin {
        &self.http.origin
    }

    /// The proxies that a query means: of the pods that pilot knows, and of those that are connected. A whole
    /// `pod.namespace` that is neither is taken as it stands.
    ///
    /// # Errors
    /// Where pilot does not answer; and within, where no proxy is meant, or several.
    pub async fn resolve(&self, query: &TargetQuery) -> Result<Result<Targets, TargetError>, SourceError> {
        let connected = self.list("/debug/syncz").await?;
        let mut candidates = match self.list("/debug/workloadz").await {
            Ok(pods) => {
                self.ours.store(true, Ordering::Relaxed);
                pods
            }
            // a pilot of somebody else's knows its connected proxies only
            Err(SourceError::Status { status: 404, .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        for connected in connected {
            if !candidates.iter().any(|c| same_pod(&c.target.id, &connected.target.id)) {
                candidates.push(connected);
            }
        }
        if let Some(error) = self.unknown_cluster(&candidates, query) {
            return Ok(Err(error));
        }
        Ok(match resolve_among(candidates, query) {
            Err(TargetError::NotFound { .. }) if unconnected(query).is_some() => {
                Ok(Targets { chosen: unconnected(query).into_iter().collect(), of: 1 })
            }
            other => other,
        })
    }

    /// A cluster that is named and of which our pilot, which knows every pod, has none.
    fn unknown_cluster(&self, candidates: &[Candidate], query: &TargetQuery) -> Option<TargetError> {
        let named = query.text.split_once('/').filter(|(_, pod)| pod.contains('/')).map(|(cluster, _)| cluster);
        let known: BTreeSet<&str> = candidates.iter().map(|c| c.target.id.cluster.as_str()).collect();
        let cluster = [query.cluster.as_deref(), named].into_iter().flatten().find(|c| !known.contains(c))?;
        let ours = self.ours.load(Ordering::Relaxed) && !known.is_empty();
        let known = known.into_iter().filter(|c| !c.is_empty()).map(str::to_owned).collect();
        ours.then(|| TargetError::NoCluster { cluster: cluster.to_owned(), known })
    }

    /// One of pilot's lists of proxies or pods.
    async fn list(&self, path: &str) -> Result<Vec<Candidate>, SourceError> {
        let text = self.http.text(path, &[]).await?;
        let answer = |why: String| SourceError::Answer { origin: self.http.origin.clone(), path: path.to_owned(), why };
        let all: Value = serde_json::from_str(&text).map_err(|_| answer(no_json(&text).to_owned()))?;
        let list = all.as_array().or_else(|| all.get("proxies").and_then(Value::as_array));
        let list = list.ok_or_else(|| answer("it is no list of proxies".to_owned()))?;
        Ok(list.iter().filter_map(candidate).collect())
    }

    /// What pilot gives a proxy, in the shape of an Envoy's config dump.
    ///
    /// # Errors
    /// Where pilot does not answer or does not know the proxy.
    pub async fn config_dump(&self, target: &Target) -> Result<Dump, SourceError> {
        let pod = format!("{}.{}", target.id.name, target.id.namespace);
        // only ours knows pods of several clusters apart
        let id = match target.id.cluster.as_str() {
            cluster if !cluster.is_empty() && self.ours.load(Ordering::Relaxed) => format!("{cluster}/{pod}"),
            _ => pod,
        };
        let bytes = self.http.stream("/debug/config_dump", &[("proxyID", &id)]).await?;
        Ok(Dump { parts: vec![Part { bytes, holds: Holds::Dump }], origin: self.http.origin.clone() })
    }

    /// The talk's REST, verbatim: `clusters`, `listeners`, `routes/9080` of a proxy.
    ///
    /// # Errors
    /// As [`Pilot::config_dump`].
    pub async fn v1(&self, path: &str, target: &Target) -> Result<String, SourceError> {
        let unknown = std::net::IpAddr::from([0, 0, 0, 0]);
        let node = NodeId {
            role: ProxyRole::Sidecar,
            address: target.address.unwrap_or(unknown),
            pod: target.id.name.clone(),
            namespace: target.id.namespace.clone(),
        };
        self.http.text(&format!("/v1/{path}/istio-proxy/{node}"), &[]).await
    }

    /// The talk's endpoints of a service, verbatim: `/v1/registration/KEY`.
    ///
    /// # Errors
    /// Where pilot does not answer.
    pub async fn registration(&self, key: &str) -> Result<String, SourceError> {
        self.http.text(&format!("/v1/registration/{}", key.replace('|', "%7C")), &[]).await
    }
}

/// Why a text that should be JSON is none.
pub fn no_json(text: &str) -> &'static str {
    match text.trim_start().chars().next() {
        None => "it is empty",
        Some('<') => "it is a web page, so no pilot answers there",
        Some(_) => "it is no JSON",
    }
}

/// Whether two lists mean the same pod; a proxy that names no cluster may be of any.
fn same_pod(a: &WorkloadId, b: &WorkloadId) -> bool {
    let any = a.cluster == b.cluster || a.cluster.as_str().is_empty() || b.cluster.as_str().is_empty();
    any && a.namespace == b.namespace && a.name == b.name
}

/// A row of `/debug/workloadz`, or a connected proxy of `/debug/syncz`, istiod's or ours: `{"proxy":"POD.NS","cluster_id":…}`.
fn candidate(entry: &Value) -> Option<Candidate> {
    let text = |keys: &[&str]| keys.iter().find_map(|k| entry.get(*k)).and_then(Value::as_str);
    let (pod, namespace) = text(&["proxy", "proxyID"])?.rsplit_once('.')?;
    let cluster =
        text(&["cluster_id", "clusterID", "cluster"]).and_then(|c| ClusterId::parse(c).ok()).unwrap_or_default();
    let address = text(&["address", "ip"]).and_then(|a| a.parse().ok());
    let id = WorkloadId { cluster, namespace: namespace.into(), name: pod.into() };
    let part = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).map(Name::from);
    let known = part("/owner/kind").zip(part("/owner/name"));
    let rank = entry.get("rank").and_then(Value::as_u64).and_then(|r| usize::try_from(r).ok());
    let services = entry.get("services").and_then(Value::as_array).into_iter().flatten();
    Some(Candidate {
        target: Target { id, address, ready: entry.get("ready").and_then(Value::as_bool).unwrap_or(true) },
        owner: known.or_else(|| owner(pod).map(|name| ("Deployment".into(), name))),
        apps: ["/labels/app", "/labels/app.kubernetes.io~1name"].iter().filter_map(|l| part(l)).collect(),
        services: services.filter_map(Value::as_str).map(Name::from).collect(),
        rank: rank.unwrap_or_default(),
    })
}

/// The Deployment of a pod by its name, `NAME-HASH-RANDOM`. Kubernetes draws both without vowels.
fn owner(pod: &str) -> Option<Name> {
    let (rest, random) = pod.rsplit_once('-')?;
    let (name, hash) = rest.rsplit_once('-')?;
    let drawn = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || (b.is_ascii_lowercase() && !b"aeiou".contains(&b)));
    (random.len() == 5 && drawn(random) && (6..=10).contains(&hash.len()) && drawn(hash)).then(|| name.into())
}

/// A whole pod name of a query, which then need not be connected: `pod.namespace`, `cluster/namespace/pod`, `pod` with `-n`.
fn unconnected(query: &TargetQuery) -> Option<Target> {
    let target = |cluster: &str, namespace: &str, pod: &str| Target {
        id: WorkloadId {
            cluster: ClusterId::parse(cluster).unwrap_or_default(),
            namespace: namespace.into(),
            name: pod.into(),
        },
        address: None,
        ready: false,
    };
    let parts: Vec<_> = query.text.split('/').collect();
    match parts[..] {
        [cluster, namespace, pod] => Some(target(cluster, namespace, pod)),
        [pod] | ["pod" | "po" | "pods", pod] => match (&query.namespace, pod.rsplit_once('.')) {
            (Some(namespace), _) => Some(target("", namespace, pod)),
            (None, Some((pod, namespace))) if !pod.contains('.') => Some(target("", namespace, pod)),
            _ => None,
        },
        _ => None,
    }
}
