//! The word that names a proxy, and which pods it fits.

use super::{Candidate, TargetError};
use crate::data::model::parse_hostname;

/// Kinds with pods: what people type, and the kind.
const KINDS: [(&[&str], &str); 8] = [
    (&["pod", "pods", "po"], "Pod"),
    (&["service", "services", "svc"], "Service"),
    (&["deployment", "deployments", "deploy"], "Deployment"),
    (&["statefulset", "statefulsets", "sts"], "StatefulSet"),
    (&["daemonset", "daemonsets", "ds"], "DaemonSet"),
    (&["replicaset", "replicasets", "rs"], "ReplicaSet"),
    (&["job", "jobs"], "Job"),
    (&["app"], "app"),
];

/// A word, taken apart.
pub(super) struct Word {
    cluster: Option<String>,
    namespace: Option<String>,
    kind: Option<&'static str>,
    name: String,
}

impl Word {
    /// The readings of a word, the likelier first: a name may hold dots, and a dot may stand before a namespace.
    pub(super) fn readings(text: &str) -> Result<Vec<Word>, TargetError> {
        let plain = |kind, name: &str, namespace: Option<&str>| Word {
            cluster: None,
            namespace: namespace.map(str::to_owned),
            kind,
            name: name.to_owned(),
        };
        let parts: Vec<&str> = text.split('/').collect();
        let (kind, name) = match parts[..] {
            [""] => return Err(TargetError::Empty),
            [name] => (None, name),
            [kind, name] => {
                let lower = kind.to_ascii_lowercase();
                let known = KINDS.iter().find(|(words, _)| words.contains(&lower.as_str()));
                (Some(known.map(|(_, kind)| *kind).ok_or_else(|| TargetError::Kind(kind.to_owned()))?), name)
            }
            [cluster, namespace, pod] => {
                let mut word = plain(Some("Pod"), pod, Some(namespace));
                word.cluster = Some(cluster.to_owned());
                return Ok(vec![word]);
            }
            _ => return Err(TargetError::Kind(text.to_owned())),
        };
        let mut readings = vec![plain(kind, name, None)];
        if let Some((service, namespace)) = parse_hostname(name).filter(|_| name.contains(".svc")) {
            readings.push(plain(Some("Service"), service, Some(namespace)));
        } else if let Some((name, namespace)) = name.rsplit_once('.') {
            readings.push(plain(kind, name, Some(namespace)));
        }
        Ok(readings)
    }

    pub(super) fn within(&self, c: &Candidate) -> bool {
        let id = &c.target.id;
        self.cluster.as_ref().is_none_or(|x| id.cluster.as_str() == x)
            && self.namespace.as_ref().is_none_or(|x| id.namespace == **x)
    }

    /// Whether a pod has this very name.
    pub(super) fn is_pod(&self, c: &Candidate) -> bool {
        matches!(self.kind, None | Some("Pod")) && c.target.id.name == *self.name
    }

    /// Whether a pod's workload, app label or service has this name.
    pub(super) fn is_group(&self, c: &Candidate) -> bool {
        let name = self.name.as_str();
        let owned = |kind: Option<&str>| {
            c.owner.as_ref().is_some_and(|(k, n)| *n == *name && kind.is_none_or(|want| *k == *want))
        };
        match self.kind {
            None => owned(None) || c.apps.contains(name) || c.services.contains(name),
            Some("Pod") => false,
            Some("app") => c.apps.contains(name),
            Some("Service") => c.services.contains(name),
            Some(kind) => owned(Some(kind)),
        }
    }

    /// Whether a pod's name starts with this one, as the talk's `istio-proxy-cfg` took it.
    pub(super) fn is_prefix(&self, c: &Candidate) -> bool {
        self.kind.is_none()
            && c.target.id.name.strip_prefix(self.name.as_str()).is_some_and(|rest| rest.starts_with('-'))
    }
}
