//! Proxies, services and sources that cannot be found or asked, and what to do about it.

use super::CliError;
use crate::adapters::k8s::K8sError;
use crate::workflows::proxies::{EndpointError, NO_HTTP, Origin, SourceError, TargetError};

/// Where pilot's pages are.
const PILOT_PORTS: &str = "pilot serves that on 8080 of its pod: PILOT_URL=127.0.0.1:8080; 15014 and 9093 are for metrics, \
                           15010 and 15012 for proxies";

/// How a pilot is reached, or done without.
const NO_PILOT: &str = "is it there? kubectl -n istio-system port-forward deploy/istio-pilot 8080; proxy-config --from \
                        registry needs no pilot";

/// The clusters that there are.
fn clusters_hint(known: &[String]) -> String {
    match known {
        [] => "look at the clusters: meshctl cluster list".to_owned(),
        _ => format!("the clusters are {}", known.join(", ")),
    }
}

impl From<TargetError> for CliError {
    fn from(e: TargetError) -> Self {
        let error = CliError::usage(format!("finding the proxy failed: {e}"));
        let hints = match e {
            TargetError::NotFound { near, .. } => near.hints(),
            TargetError::Ambiguous { candidates, .. } => candidates,
            TargetError::NoCluster { known, .. } => vec![clusters_hint(&known)],
            TargetError::Kind(_) => vec!["pod, svc, deploy, sts, ds, rs, job or app, then /NAME".to_owned()],
            TargetError::Empty => vec!["name a pod, an app label, a workload or a service".to_owned()],
        };
        hints.into_iter().fold(error, CliError::hint)
    }
}

impl From<EndpointError> for CliError {
    fn from(e: EndpointError) -> Self {
        let error = CliError::usage(format!("finding the endpoints failed: {e}"));
        let hints = match e {
            EndpointError::NotFound { unread, .. } if !unread.is_empty() => {
                vec!["look at each cluster: meshctl cluster list".to_owned()]
            }
            EndpointError::NotFound { near, .. } => near.hints(),
            EndpointError::Ambiguous { candidates, .. } => candidates,
            EndpointError::NoPort { known, .. } => known.into_iter().map(|n| format!("perhaps {n}")).collect(),
            EndpointError::NoCluster { known, .. } => vec![clusters_hint(&known)],
            EndpointError::Empty => vec!["NAME, NAME.NS or HOST, each with :PORT; or HOST|PORTNAME".to_owned()],
            EndpointError::Labels(_) => vec!["HOST|PORTNAME without labels; without --compare they select".to_owned()],
            EndpointError::NotCarried(_) => vec!["without --compare they are shown".to_owned()],
            EndpointError::Json(_) => Vec::new(),
        };
        hints.into_iter().fold(error, CliError::hint)
    }
}

impl From<SourceError> for CliError {
    fn from(e: SourceError) -> Self {
        let error = CliError::usage(e.to_string());
        match e {
            SourceError::Unreachable { origin: Origin::Pilot(_), ref why, .. } if why == NO_HTTP => {
                error.hint(PILOT_PORTS)
            }
            SourceError::Unreachable { origin: Origin::Pilot(_), .. } => error.hint(NO_PILOT),
            SourceError::Forward { ref origin, ref why, .. } => match (why, origin) {
                (K8sError::Forbidden(_), _) => {
                    error.hint("it takes get and create of pods/portforward in that namespace")
                }
                (K8sError::Peer { .. }, Origin::EnvoyPod(_)) => {
                    error.hint("has the pod a sidecar? --from registry computes what its proxy would get")
                }
                (K8sError::NotFound, _) => error.hint("is the pod still there? kubectl get pods -A"),
                _ => error.hint("look at the cluster: meshctl cluster list"),
            },
            SourceError::NoWay { .. } => {
                error.hint("proxy-config --from registry computes here what its proxy would get")
            }
            SourceError::NoPilot(_) => error
                .hint("name one: PILOT_URL=127.0.0.1:8080; proxy-config --from registry needs none")
                .hint("meshctl discovery serves one here, over the same registry"),
            SourceError::Unreachable { .. } => error.hint("is it there? kubectl port-forward POD 15000"),
            SourceError::Url { .. } => error.hint("HOST:PORT, with or without http://"),
            SourceError::Status { status: 404, ref path, ref body, .. }
                if path.starts_with("/v1/") && body.contains("service-node") =>
            {
                error.hint("meshctl proxy-status lists the proxies that pilot knows")
            }
            // 503 is a route that is none; of a node that is none it is 404
            SourceError::Status { status: 503, ref path, .. } if path.starts_with("/v1/routes/") => {
                error.hint("the talk's routes are ports: meshctl proxy-config routes s 9080 productpage -o v1")
            }
            SourceError::Status { origin: Origin::Pilot(_) | Origin::PilotPod(_), status: 404, ref path, .. }
                if path.starts_with("/debug/") || path.starts_with("/v1/") =>
            {
                error.hint(PILOT_PORTS)
            }
            SourceError::Status { .. } | SourceError::Answer { .. } => error.hint("is that the right port?"),
            SourceError::NoAddress { .. } => error.hint("wait until it has one, or name another pod"),
        }
    }
}
