//! A pilot as a source: what it gives its proxies, and the talk's v1 REST.

use std::collections::BTreeSet;

use serde_json::Value;

use super::source::{Dump, Holds, Http, Origin, Part, SourceError};
use super::target::{Candidate, Target, TargetError, TargetQuery, Targets, resolve_among};
use crate::data::model::{ClusterId, Name, NodeId, ProxyRole, WorkloadId};

/// A pilot's plain HTTP port: 8080 of its pod, in the talk 15003 before it.
pub struct Pilot {
    http: Http,
}

impl Pilot {
    /// A pilot at a URL; `http://` may be missing.
    ///
    /// # Errors
    /// Where it is no HTTP address.
    pub fn new(url: &str) -> Result<Self, SourceError> {
        Ok(Self { http: Http::new(url, Origin::Pilot)? })
    }

    /// Where it is.
    pub fn origin(&self) -> &Origin {
        &self.http.origin
    }

    /// The proxies that a query means, of those that are connected. A whole `pod.namespace` that is not connected is taken
    /// as it stands: pilot computes what that pod would get.
    ///
    /// # Errors
    /// Where pilot does not answer; and within, where no proxy is meant, or several.
    pub async fn resolve(&self, query: &TargetQuery) -> Result<Result<Targets, TargetError>, SourceError> {
        let text = self.http.text("/debug/syncz", &[]).await?;
        let answer = |why: String| SourceError::Answer {
            origin: self.http.origin.clone(),
            path: "/debug/syncz".to_owned(),
            why,
        };
        let proxies: Value = serde_json::from_str(&text).map_err(|e| answer(e.to_string()))?;
        let list = proxies.as_array().or_else(|| proxies.get("proxies").and_then(Value::as_array));
        let list = list.ok_or_else(|| answer("it is no list of proxies".to_owned()))?;
        let resolved = resolve_among(list.iter().filter_map(candidate).collect(), query);
        Ok(match resolved {
            Err(TargetError::NotFound { .. }) if unconnected(query).is_some() => {
                Ok(Targets { chosen: unconnected(query).into_iter().collect(), of: 1 })
            }
            other => other,
        })
    }

    /// What pilot gives a proxy, in the shape of an Envoy's config dump.
    ///
    /// # Errors
    /// Where pilot does not answer or does not know the proxy.
    pub async fn config_dump(&self, target: &Target) -> Result<Dump, SourceError> {
        let id = format!("{}.{}", target.id.name, target.id.namespace);
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

/// A connected proxy of `/debug/syncz`, istiod's or ours: `{"proxy":"POD.NS","cluster_id":…}`.
fn candidate(entry: &Value) -> Option<Candidate> {
    let text = |keys: &[&str]| keys.iter().find_map(|k| entry.get(*k)).and_then(Value::as_str);
    let (pod, namespace) = text(&["proxy", "proxyID"])?.rsplit_once('.')?;
    let cluster =
        text(&["cluster_id", "clusterID", "cluster"]).and_then(|c| ClusterId::parse(c).ok()).unwrap_or_default();
    let address = text(&["address", "ip"]).and_then(|a| a.parse().ok());
    let id = WorkloadId { cluster, namespace: namespace.into(), name: pod.into() };
    Some(Candidate {
        target: Target { id, address, ready: true },
        owner: owner(pod).map(|name| ("Deployment".into(), name)),
        apps: BTreeSet::new(),
        services: BTreeSet::new(),
        rank: 0,
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
