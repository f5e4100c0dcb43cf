//! How a workload comes up, in the API server's and the kubelet's own words. Pure.

use serde_json::Value;

/// How far a workload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rollout {
    /// All its pods are new and ready.
    Ready,
    /// Not yet, and what is missing.
    Waiting(String),
    /// It will not come by waiting.
    Stuck(String),
}

fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// A condition of an object that holds, with its message.
fn condition<'a>(value: &'a Value, name: &str, status: &str) -> Option<&'a Value> {
    items(value, "/status/conditions").find(|c| text(c, "/type") == name && text(c, "/status") == status)
}

/// Whether its controller has given a Deployment up: of which version is not said.
pub(super) fn is_given_up(value: &Value) -> bool {
    condition(value, "Progressing", "False").is_some()
}

/// Whether a Deployment's controller has seen its newest version: until then its status tells of an older one.
pub(super) fn is_seen(value: &Value) -> bool {
    number(value, "/status/observedGeneration") >= number(value, "/metadata/generation")
}

/// A Deployment, by the rule of `kubectl rollout status`: nothing is read of a status that is of an older version. Pods that
/// cannot be made (`ReplicaFailure`: a quota, say) are tried again and again, so that alone ends nothing.
pub(super) fn deployment(value: &Value) -> Rollout {
    let wanted = value.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    let (all, updated) = (number(value, "/status/replicas"), number(value, "/status/updatedReplicas"));
    let available = number(value, "/status/availableReplicas");
    let missing = match () {
        () if !is_seen(value) => return Rollout::Waiting("no controller has looked at it yet".to_owned()),
        () if updated < wanted => format!("{updated} of {wanted} pods are of the new version"),
        () if all - updated == 1 => "one pod of the old version is still there".to_owned(),
        () if all > updated => format!("{} pods of the old version are still there", all - updated),
        () if available < wanted => format!("{available} of {wanted} pods are available"),
        () => return Rollout::Ready,
    };
    let failure = condition(value, "ReplicaFailure", "True").map(|c| line(text(c, "/message")));
    let missing = failure.map_or(missing.clone(), |why| format!("{missing}; {why}"));
    match condition(value, "Progressing", "False") {
        Some(late) => Rollout::Stuck(format!("{}; {missing}", line(text(late, "/message")))),
        None => Rollout::Waiting(missing),
    }
}

/// How often the containers of a pod were started again.
pub(super) fn restarts(pod: &Value) -> i64 {
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    containers.iter().flat_map(|list| items(pod, list)).map(|c| number(c, "/restartCount")).sum()
}

/// Reasons for which a container waits, and that time alone does not mend.
const STUCK: [&str; 6] = [
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
];

/// What keeps a pod from being ready: the kubelet's reason and message, or the scheduler's.
pub(super) fn pod(value: &Value) -> Rollout {
    let name = text(value, "/metadata/name");
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    for container in containers.iter().flat_map(|list| items(value, list)) {
        let (reason, message) = (text(container, "/state/waiting/reason"), text(container, "/state/waiting/message"));
        if reason.is_empty() || reason == "ContainerCreating" || reason == "PodInitializing" {
            continue;
        }
        let ended = text(container, "/lastState/terminated/message");
        let code = container.pointer("/lastState/terminated/exitCode").and_then(Value::as_i64);
        let ended = match (code, ended) {
            (None, _) => String::new(),
            (Some(code), "") => format!("; it ended with {code}"),
            (Some(code), said) => format!("; it ended with {code}: {}", line(said)),
        };
        let why = if message.is_empty() { String::new() } else { format!(": {}", line(message)) };
        let said = format!("pod {name}: container {}: {reason}{why}{ended}", text(container, "/name"));
        return if STUCK.contains(&reason) { Rollout::Stuck(said) } else { Rollout::Waiting(said) };
    }
    for kind in ["PodScheduled", "Initialized", "ContainersReady", "Ready"] {
        if let Some(not) = condition(value, kind, "False") {
            let why = match text(not, "/message") {
                "" => text(not, "/reason"),
                message => message,
            };
            return Rollout::Waiting(format!("pod {name}: {}", line(why)));
        }
    }
    match condition(value, "Ready", "True") {
        Some(_) => Rollout::Ready,
        None => Rollout::Waiting(format!("pod {name}: it is {}", text(value, "/status/phase").to_lowercase())),
    }
}

/// One line of bounded length: it comes from a peer.
pub(super) fn line(message: &str) -> String {
    let one: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    one.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_is_ready_when_all_its_new_pods_are() {
        let of = |status: Value| {
            deployment(&json!({"metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": status}))
        };
        let waiting = |text: &str| Rollout::Waiting(text.to_owned());
        assert_eq!(of(json!({})), waiting("no controller has looked at it yet"));
        let seen = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 1, "availableReplicas": 3});
        assert_eq!(of(seen), waiting("1 of 2 pods are of the new version"));
        let old = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 2});
        assert_eq!(of(old), waiting("one pod of the old version is still there"));
        let some = json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1});
        assert_eq!(of(some), waiting("1 of 2 pods are available"));
        let all = json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        assert_eq!(of(all), Rollout::Ready);
        // the controller of replica sets goes on trying: somebody may raise the quota
        let failure = json!({"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: q."});
        let quota = json!({"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "conditions": [failure]});
        assert_eq!(of(quota), waiting("1 of 2 pods are of the new version; exceeded quota: q"));
        let late = json!({"type": "Progressing", "status": "False", "message": "it has timed out progressing."});
        let given_up = json!({"observedGeneration": 2, "conditions": [late, failure]});
        let words = "it has timed out progressing; 0 of 2 pods are of the new version; exceeded quota: q";
        assert_eq!(of(given_up.clone()), Rollout::Stuck(words.into()));
        // of the version before
        let mut older = given_up;
        older["observedGeneration"] = 1.into();
        assert_eq!(of(older), waiting("no controller has looked at it yet"));
    }

    #[test]
    fn a_pod_says_why_in_the_kubelets_words() {
        let waiting = |reason: &str, message: &str| {
            json!({"metadata": {"name": "p"}, "status": {"phase": "Pending", "containerStatuses": [
                {"name": "discovery", "state": {"waiting": {"reason": reason, "message": message}}}]}})
        };
        assert_eq!(
            pod(&waiting("ImagePullBackOff", "Back-off pulling image \"x:1\"")),
            Rollout::Stuck("pod p: container discovery: ImagePullBackOff: Back-off pulling image \"x:1\"".into())
        );
        assert!(matches!(pod(&waiting("ErrImagePull", "not found")), Rollout::Waiting(s) if s.contains("not found")));
        let wordless = Rollout::Stuck("pod p: container discovery: ErrImageNeverPull".into());
        assert_eq!(pod(&waiting("ErrImageNeverPull", "")), wordless);
        let mut crashed = waiting("CrashLoopBackOff", "back-off 10s");
        crashed["status"]["containerStatuses"][0]["lastState"] =
            json!({"terminated": {"exitCode": 2, "message": "error:\nx"}});
        assert_eq!(
            pod(&crashed),
            Rollout::Stuck(
                "pod p: container discovery: CrashLoopBackOff: back-off 10s; it ended with 2: error: x".into()
            )
        );
        let unscheduled = json!({"metadata": {"name": "p"}, "status": {"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available."}]}});
        assert_eq!(pod(&unscheduled), Rollout::Waiting("pod p: 0/1 nodes are available".into()));
        let ready = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}});
        assert_eq!(pod(&ready), Rollout::Ready);
    }
}
