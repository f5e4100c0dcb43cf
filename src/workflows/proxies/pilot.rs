//! A pilot as a source: what it gives its proxies, and the talk's v1 REST.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join;
use serde_json::Value;

use super::expected::Merged;
use super::http::Http;
use super::source::{Dump, Holds, Origin, Part, SourceError};
use super::target::{Candidate, Target};
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

    /// The pilot in a pod, by port-forward.
    pub(super) fn of_pod(http: Http) -> Self {
        Self { http, ours: AtomicBool::new(false) }
    }

    /// Whether it answers as ours does, which knows every pod of the mesh; known once it was asked.
    pub(super) fn is_ours(&self) -> bool {
        self.ours.load(Ordering::Relaxed)
    }

    /// The proxies that are connected to it, and the pods that it knows.
    pub(super) async fn known(&self) -> Result<(Vec<Candidate>, Vec<Candidate>), SourceError> {
        let (connected, pods) = join(self.list("/debug/syncz"), self.list("/debug/workloadz")).await;
        let connected = connected?;
        let pods = match pods {
            Ok(pods) => {
                self.ours.store(true, Ordering::Relaxed);
                pods
            }
            // a pilot of somebody else's knows its connected proxies only
            Err(SourceError::Status { status: 404, .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok((connected, pods))
    }

    /// What it says of its streams, one by one.
    pub(super) async fn streams(&self) -> Result<Vec<Value>, SourceError> {
        self.rows("/debug/syncz").await
    }

    /// The endpoints that it has of a host.
    pub(super) async fn endpoints(&self, host: &str) -> Result<Vec<Merged>, SourceError> {
        let path = "/debug/endpointz";
        Merged::read(&self.json(path, &[("service", host)]).await?).map_err(|why| self.answer(path, why))
    }

    /// The clusters that it watches; `None` where it does not say, as a pilot of somebody else's.
    pub(super) async fn clusters(&self) -> Option<Vec<String>> {
        let page = self.json("/debug/clusterz", &[]).await.ok()?;
        let rows = page.get("clusters")?.as_array()?;
        Some(rows.iter().filter_map(|row| Some(row.get("id")?.as_str()?.to_owned())).collect())
    }

    async fn json(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, SourceError> {
        let text = self.http.text(path, query).await?;
        serde_json::from_str(&text).map_err(|_| self.answer(path, no_json(&text)))
    }

    fn answer(&self, path: &str, why: &str) -> SourceError {
        SourceError::Answer { origin: self.http.origin.clone(), path: path.to_owned(), why: why.to_owned() }
    }

    /// One of pilot's lists of proxies or pods: bare, or as `proxies` of an object.
    async fn rows(&self, path: &str) -> Result<Vec<Value>, SourceError> {
        let mut all = self.json(path, &[]).await?;
        let list = if all.is_array() { Some(&mut all) } else { all.get_mut("proxies") };
        match list.map(Value::take) {
            Some(Value::Array(rows)) => Ok(rows),
            _ => Err(self.answer(path, "it is no list of proxies")),
        }
    }

    /// The same, of those that can be named.
    async fn list(&self, path: &str) -> Result<Vec<Candidate>, SourceError> {
        Ok(self.rows(path).await?.iter().filter_map(candidate).collect())
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
