//! All pilots of a mesh as one source: what each knows is merged, and a proxy is asked about where it is connected.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;

use super::near::Near;
use super::pilot::Pilot;
use super::reach::Reach;
use super::source::SourceError;
use super::target::{Candidate, Target, TargetError, TargetQuery, Targets, candidates, resolve_among};
use crate::adapters::registry::Registry;
use crate::data::model::{ClusterId, WorkloadId};
use crate::engine::{Loaded, load_pods};

/// How long the search for pilot's pods may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// The app label of pilot's pods.
const APP: &str = "istio-pilot";

/// The pilots of a mesh.
pub struct Pilots {
    all: Vec<Known>,
    silent: Vec<SourceError>,
}

/// A pilot, and the pods whose proxies are connected to it.
struct Known {
    pilot: Pilot,
    connected: Vec<WorkloadId>,
}

impl Pilots {
    /// The one pilot at a URL.
    ///
    /// # Errors
    /// Where it is no HTTP address.
    pub fn at(url: &str) -> Result<Self, SourceError> {
        Ok(Self { all: vec![Known { pilot: Pilot::new(url)?, connected: Vec::new() }], silent: Vec::new() })
    }

    /// The pilots that run in the primary of a registry, by port-forward.
    ///
    /// # Errors
    /// [`SourceError::NoPilot`] with the reason, where none runs there or its API server does not say.
    pub async fn of_registry(registry: &Registry, reach: &Reach) -> Result<Self, SourceError> {
        let none = |why: String| SourceError::NoPilot(why);
        let primary = registry.primary.as_ref().map(|p| p.id.clone());
        let primary = primary.ok_or_else(|| none("the registry has no primary cluster".to_owned()))?;
        if !reach.is_live(&primary) {
            return Err(none(format!("the primary {primary} is a folder of files, where nothing runs")));
        }
        let namespace = registry.settings().system_namespace;
        let Loaded { mesh, failed, .. } = load_pods(registry, Some(&primary), Some(&namespace), DEADLINE).await;
        if let Some(why) = failed.get(&primary) {
            return Err(none(format!("reading the primary {primary} failed: {why}")));
        }
        let pods = candidates(&mesh).into_iter().filter(|c| c.target.ready && c.apps.contains(APP));
        let mut pilots = Self { all: Vec::new(), silent: Vec::new() };
        for pod in pods {
            let pilot = Pilot::of_pod(reach.pilot(&pod.target).await?);
            pilots.all.push(Known { pilot, connected: Vec::new() });
        }
        if pilots.all.is_empty() {
            return Err(none(format!("no pod of {APP} in {primary}/{namespace} is ready")));
        }
        Ok(pilots)
    }

    /// Why some did not answer.
    pub fn silent(&self) -> &[SourceError] {
        &self.silent
    }

    /// The ones that have answered so far, or have not been asked.
    pub fn iter(&self) -> impl Iterator<Item = &Pilot> {
        self.all.iter().map(|k| &k.pilot)
    }

    /// The clusters of the mesh as the pilots know them; empty where none of them says.
    pub async fn clusters(&self) -> BTreeSet<String> {
        let all = join_all(self.all.iter().map(|k| k.pilot.clusters())).await;
        all.into_iter().flatten().flatten().collect()
    }

    /// The proxies that a query means: of the pods that the pilots know, and of those that are connected. A whole
    /// `pod.namespace` that is neither is taken as it stands. A pilot that does not answer is left out from here on.
    ///
    /// # Errors
    /// Where no pilot answers; and within, where no proxy is meant, or several.
    pub async fn resolve(&mut self, query: &TargetQuery) -> Result<Result<Targets, TargetError>, SourceError> {
        let answers = join_all(self.all.iter().map(|k| k.pilot.known())).await;
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut known = Vec::new();
        for (was, answer) in std::mem::take(&mut self.all).into_iter().zip(answers) {
            match answer {
                Ok((connected, pods)) => {
                    let ids = connected.iter().map(|c| c.target.id.clone()).collect();
                    known.push(Known { pilot: was.pilot, connected: ids });
                    // what a pilot knows of a pod is more than what its stream says
                    for candidate in pods.into_iter().chain(connected) {
                        if !candidates.iter().any(|c| same_pod(&c.target.id, &candidate.target.id)) {
                            candidates.push(candidate);
                        }
                    }
                }
                Err(error) => self.silent.push(error),
            }
        }
        self.all = known;
        if self.all.is_empty() {
            return Err(self.silent.pop().unwrap_or_else(|| SourceError::NoPilot("there is none".to_owned())));
        }
        if let Some(error) = self.unknown_cluster(&candidates, query) {
            return Ok(Err(error));
        }
        Ok(match resolve_among(candidates, query) {
            Err(TargetError::NotFound { .. }) if unconnected(query).is_some() => {
                Ok(Targets { chosen: unconnected(query).into_iter().collect(), of: 1 })
            }
            // the registry's clusters were not asked
            Err(TargetError::NotFound { query, within, near: Near::There(names, _) }) if names.is_empty() => {
                Err(TargetError::NotFound { query, within, near: Near::Unconnected })
            }
            other => other,
        })
    }

    /// Whether the proxy of a pod is connected to a pilot that has answered.
    pub fn is_connected(&self, target: &Target) -> bool {
        self.all.iter().any(|k| k.connected.iter().any(|id| same_pod(id, &target.id)))
    }

    /// The pilot to ask about a proxy: the one that it is connected to, else any.
    ///
    /// # Errors
    /// [`SourceError::NoPilot`] where none is left.
    pub fn of(&self, target: &Target) -> Result<&Pilot, SourceError> {
        let its = self.all.iter().find(|k| k.connected.iter().any(|id| same_pod(id, &target.id)));
        let any = its.or(self.all.first()).map(|k| &k.pilot);
        any.ok_or_else(|| SourceError::NoPilot("none has answered".to_owned()))
    }

    /// A cluster that is named and of which our pilot, which knows every pod, has none.
    fn unknown_cluster(&self, candidates: &[Candidate], query: &TargetQuery) -> Option<TargetError> {
        let named = query.text.split_once('/').filter(|(_, pod)| pod.contains('/')).map(|(cluster, _)| cluster);
        let known: BTreeSet<&str> = candidates.iter().map(|c| c.target.id.cluster.as_str()).collect();
        let cluster = [query.cluster.as_deref(), named].into_iter().flatten().find(|c| !known.contains(c))?;
        let ours = self.iter().any(Pilot::is_ours) && !known.is_empty();
        let known = known.into_iter().filter(|c| !c.is_empty()).map(str::to_owned).collect();
        ours.then(|| TargetError::NoCluster { cluster: cluster.to_owned(), known })
    }
}

/// Whether two lists mean the same pod; a proxy that names no cluster may be of any.
fn same_pod(a: &WorkloadId, b: &WorkloadId) -> bool {
    let any = a.cluster == b.cluster || a.cluster.as_str().is_empty() || b.cluster.as_str().is_empty();
    any && a.namespace == b.namespace && a.name == b.name
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
