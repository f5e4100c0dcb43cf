//! The way to pilot by its name: a short-lived pod in a remote goes it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{AGAIN, PAUSE, PROBE_PATIENCE, Verify};
use crate::adapters::k8s::{K8sError, create, delete, get_all};
use crate::data::model::{ClusterId, Timestamp};
use crate::pure::manifest::{Object, ObjectKey};
use crate::workflows::install::backend::Backend;
use crate::workflows::install::change::{Action, Change, Payload};
use crate::workflows::install::live::{DEADLINE, Live, sentence, uid};
use crate::workflows::install::plan::{NAMESPACE, Plan};
use crate::workflows::install::report::Warning;
use crate::workflows::install::rights::PODS;
use crate::workflows::install::steps::Way;
use crate::workflows::install::words::{self, Rollout};

/// The label of the pods that look for pilot, and how their names begin: each run draws its own end, so that two at once have a
/// pod each. No inventory lists them, since a run that changes nothing writes none: their label finds them.
const PROBE: &str = "meshctl-verify";
/// So much longer than its run waits may a pod run: it must not end before it is asked how it is.
const GRACE: Duration = Duration::from_secs(15);
/// So much may the clock here be ahead of the API server's, which says when a pod was made: what seems older than it may run by
/// no more than this may be of a run that is under way.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// How often a pod is looked for of which no answer said that it was made, where it is to be removed: the request for it may still
/// be on its way.
const LOOKS: usize = 8;

/// Why nobody knows that pilot is found.
enum Unproven {
    /// The API server takes no such pod: a quota, a policy, a right that is missing.
    Refused(String),
    /// It is not found, or the pod does not run.
    Failed(String),
}

/// Starts a short-lived pod in a remote that reaches pilot by its name. It has as long as the user waits: the remote may have to
/// pull the image first. Where no such pod is allowed nothing is known of the way, which is a failure only for who asked for it.
pub(in crate::workflows::install) async fn the_way_to_pilot(
    plan: &Plan,
    way: &Way,
    verify: Verify,
    deadline: Duration,
) {
    let Some((Backend::Live(live), _)) = way.open() else { return };
    let patience = deadline.max(PROBE_PATIENCE);
    let last = Mutex::new("nothing was heard of it".to_owned());
    let found = tokio::time::timeout(patience, probe(live, &pod(plan, patience, &name()), way, &last)).await;
    take_back(live, way).await;
    match found {
        Ok(Ok(())) => {}
        Ok(Err(Unproven::Refused(why))) => {
            let why = format!("whether pilot is found by its name was not verified: {why}");
            if verify == Verify::All { way.fail(why) } else { way.note(why) }
        }
        Ok(Err(Unproven::Failed(why))) => not_found(way, &format!("failed: {why}")),
        Err(_) => {
            let last = last.lock().unwrap_or_else(PoisonError::into_inner);
            not_found(way, &format!("did not end within {} s: {last}", patience.as_secs()));
        }
    }
}

/// Stops a cluster in which pilot is not found.
fn not_found(way: &Way, how: &str) {
    way.fail(format!("a pod in it that looks for pilot by name {how}"));
    let slices = format!("kubectl --namespace {NAMESPACE} get endpointslices");
    way.hint(&format!("{slices}, in the cluster {}, shows where the name leads; {AGAIN}", way.planned.id));
}

fn key(name: &str) -> ObjectKey {
    ObjectKey { group: String::new(), kind: "Pod".into(), namespace: NAMESPACE.into(), name: name.to_owned() }
}

/// Whether it is a pod that looks for pilot: install removes no other.
pub(in crate::workflows::install) fn is_probe(key: &ObjectKey) -> bool {
    key.group.is_empty() && key.kind == "Pod"
}

/// The pods of a cluster that look for pilot, or did, whichever run made them; and those of others under the same label.
///
/// # Errors
/// [`K8sError`].
pub(in crate::workflows::install) async fn probes(live: &Live) -> Result<Vec<Object>, K8sError> {
    let found = get_all(&live.client, &format!("{}?labelSelector=app%3D{PROBE}", PODS.path()), DEADLINE).await?;
    let name = |pod: &Value| pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(found.into_iter().map(|value| Object { key: key(&name(&value)), value }).collect())
}

/// The pods that runs of ours which were killed have left: they go as what is no longer wanted does. One that is young may be of
/// a run that is under way, and is left to it. Where they may not be looked for, nobody knows.
///
/// # Errors
/// The sentence that says why the API server does not tell.
pub(in crate::workflows::install) async fn left_behind(live: &Live, now: Timestamp) -> Result<Vec<Change>, String> {
    let found = match probes(live).await {
        Err(K8sError::Forbidden(_)) => Vec::new(),
        found => found.map_err(|e| format!("looking for pods that earlier runs left in {NAMESPACE} failed: {e}"))?,
    };
    let change = |pod: Object| {
        let uid = uid(&pod);
        Change { uid, ..Change::new(pod.key, Action::Pruned, Payload::Nothing, String::new(), String::new()) }
    };
    Ok(found.into_iter().filter(|pod| pod.is_owned() && is_over(&pod.value, now)).map(change).collect())
}

/// Whether a pod is older than it may become, by the clock here: the run that made it asks for it no more.
fn is_over(pod: &Value, now: Timestamp) -> bool {
    let text = pod.pointer("/metadata/creationTimestamp").and_then(Value::as_str).unwrap_or_default();
    let made = OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|at| u64::try_from(at.unix_timestamp()).ok());
    let lasts = pod.pointer("/spec/activeDeadlineSeconds").and_then(Value::as_u64).unwrap_or_default();
    made.is_some_and(|made| Timestamp(made).age(now) > Duration::from_secs(lasts).saturating_add(SKEW))
}

/// Removes a pod that an earlier run has left. Where nobody may, that is what is told: it does nobody harm, whether it ran and
/// ended or waits for a node, and is no reason not to install.
///
/// # Errors
/// The sentence that says why it was not removed.
pub(in crate::workflows::install) async fn clear(
    live: &Live,
    cluster: &ClusterId,
    pod: &Change,
) -> Result<Option<Warning>, String> {
    match delete(&live.client, &path(&pod.key), &pod.uid, DEADLINE).await {
        Ok(_) => Ok(None),
        Err(e @ K8sError::Forbidden(_)) => Ok(Some(stays(cluster, &pod.key, &e))),
        Err(e) => Err(sentence("removing", &pod.key, e)),
    }
}

fn path(key: &ObjectKey) -> String {
    format!("{}/{}", PODS.path(), key.name)
}

/// What is told of a pod that may not be removed.
fn stays(cluster: &ClusterId, key: &ObjectKey, why: &K8sError) -> Warning {
    let delete = format!("kubectl --namespace {} delete pod {}", key.namespace, key.name);
    Warning {
        text: format!("{}; it looked for pilot, and stays", sentence("removing", key, why)),
        hint: format!("somebody who may delete pods in the cluster {cluster} removes it: {delete}"),
    }
}

/// Removes the pod that this run has made, or may have made, and no other. What is said of it is said once.
pub(in crate::workflows::install) async fn take_back(live: &Live, way: &Way) {
    let Some((key, uid)) = way.probe() else { return };
    let stood = uid.is_some();
    match remove(live, &key, uid).await {
        Ok(()) => way.forget_probe(),
        Err(e @ K8sError::Forbidden(_)) => {
            way.forget_probe();
            let mut warning = stays(&way.planned.id, &key, &e);
            if !stood {
                warning.text = format!("whether {key} stands, which was to look for pilot, cannot be known: {e}");
            }
            way.warn(warning);
        }
        // a later run finds it by its label
        Err(_) => {}
    }
}

/// Removes a pod of this run by its name; only the one with this UID, where that is known.
async fn remove(live: &Live, key: &ObjectKey, made: Option<String>) -> Result<(), K8sError> {
    let uid = match made {
        Some(uid) => Some(uid),
        None => unanswered(live, key).await?,
    };
    match uid {
        Some(uid) => delete(&live.client, &path(key), &uid, DEADLINE).await.map(|_| ()),
        None => Ok(()),
    }
}

/// The UID of a pod of this run for which no answer came; `None` where none was made.
async fn unanswered(live: &Live, key: &ObjectKey) -> Result<Option<String>, K8sError> {
    for _ in 1..LOOKS {
        match live.get(key).await {
            Ok(Some(found)) if found.is_owned() => return Ok(Some(uid(&found))),
            // what kept the answer away may keep this one away, too
            Err(e) if !e.is_unreachable() => return Err(e),
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
    Ok(live.get(key).await?.filter(Object::is_owned).as_ref().map(uid))
}

/// Makes the pod and follows it to its end; `last` hears how it is.
async fn probe(live: &Live, pod: &Object, way: &Way, last: &Mutex<String>) -> Result<(), Unproven> {
    let tell = |text: String| *last.lock().unwrap_or_else(PoisonError::into_inner) = text;
    // ahead of the request: whoever is interrupted before its answer knows what may stand
    way.probes(&pod.key, None);
    let ours = made(live, pod, way, &tell).await?;
    way.probes(&ours.key, Some(uid(&ours)));
    loop {
        match live.get(&ours.key).await {
            // a server that is away for a moment is waited for, too
            Err(e) if e.is_unreachable() => tell(e.to_string()),
            Err(e) => return Err(Unproven::Failed(sentence("reading", &ours.key, e))),
            Ok(None) => return Err(Unproven::Failed("somebody has removed it".to_owned())),
            Ok(Some(now)) if uid(&now) != uid(&ours) => {
                return Err(Unproven::Failed("somebody has put another one in its place".to_owned()));
            }
            Ok(Some(now)) => match ended(&now.value) {
                Some(end) => return end.map_err(Unproven::Failed),
                None => match words::pod(&now.value) {
                    Rollout::Stuck(why) => return Err(Unproven::Failed(why)),
                    Rollout::Waiting(why) => tell(why),
                    Rollout::Ready => tell("it still looks for it".to_owned()),
                },
            },
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Creates the pod. Where no answer comes, or one that says that it stands, it is looked for: nobody else knows its name.
async fn made(live: &Live, pod: &Object, way: &Way, tell: &(dyn Fn(String) + Sync)) -> Result<Object, Unproven> {
    let mut was_lost = false;
    loop {
        let why = match create(&live.client, &PODS.path(), &pod.value, DEADLINE).await {
            Ok(value) => return Ok(Object { key: pod.key.clone(), value }),
            Err(why) => why,
        };
        // it was made, and the answer was lost; or a quota that somebody else counts at the moment
        let may_stand = why.is_unreachable() || matches!(why, K8sError::Status { code: 409, .. });
        let is_refused = matches!(why, K8sError::Forbidden(_));
        let why = sentence("creating", &pod.key, why);
        match () {
            () if is_refused => {
                if !was_lost {
                    way.forget_probe();
                }
                return Err(Unproven::Refused(why));
            }
            () if !may_stand => return Err(Unproven::Failed(why)),
            () => tell(why),
        }
        was_lost = true;
        if let Ok(Some(stands)) = live.get(&pod.key).await
            && stands.is_owned()
        {
            return Ok(stands);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// How the pod has ended; `None` while it has not.
fn ended(pod: &Value) -> Option<Result<(), String>> {
    match pod.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default() {
        "Succeeded" => Some(Ok(())),
        "Failed" => {
            let said = pod.pointer("/status/containerStatuses/0/state/terminated/message").and_then(Value::as_str);
            let why = pod.pointer("/status/message").and_then(Value::as_str);
            Some(Err(words::line(said.or(why).unwrap_or("it says nothing"))))
        }
        _ => None,
    }
}

/// The name of this run's pod in a cluster. Two runs at once, on any machines, draw different ones.
fn name() -> String {
    format!("{PROBE}-{:016x}", RandomState::new().build_hasher().finish())
}

/// It runs our own image, has no token, and ends by itself once it runs.
fn pod(plan: &Plan, patience: Duration, name: &str) -> Object {
    let bare = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": {"app": PROBE, "sidecar.istio.io/inject": "false"},
        },
        "spec": {
            "restartPolicy": "Never",
            // once it runs it ends by itself, where nobody can take it back; counted from when a node has it
            "activeDeadlineSeconds": (patience + GRACE).as_secs(),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 0,
            "imagePullSecrets": plan.pull_secrets.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 1337, "runAsGroup": 1337, "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [{
                "name": "probe",
                "image": plan.image,
                "imagePullPolicy": plan.pull_policy,
                "args": ["probe", format!("http://istio-pilot.{NAMESPACE}:15014/ready"), "--timeout", "30s"],
                // little, and said: a quota may demand both
                "resources": {
                    "requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"},
                },
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "securityContext": {
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    });
    Object { key: key(name), value: bare }.owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_left_over_some_minutes_after_its_own_deadline() {
        let pod = |made: &str, lasts: u64| {
            let spec = json!({"activeDeadlineSeconds": lasts});
            json!({"metadata": {"creationTimestamp": made}, "spec": spec})
        };
        // 2026-01-01T00:00:00Z
        let midnight = 1_767_225_600;
        let young = pod("2026-01-01T00:00:00Z", 25);
        // 300 s more: another clock may be ahead
        for (after, over) in [(0, false), (26, false), (325, false), (326, true)] {
            assert_eq!(is_over(&young, Timestamp(midnight + after)), over, "after {after} s");
        }
        assert!(!is_over(&young, Timestamp(midnight - 60)), "a clock that is behind");
        assert!(!is_over(&pod("yesterday", 1), Timestamp(midnight)), "nobody knows how old it is");
        // whoever waits longer has longer
        assert!(!is_over(&pod("2026-01-01T00:00:00Z", 615), Timestamp(midnight + 900)));
    }

    #[test]
    fn each_run_draws_the_name_of_its_pod() {
        let (one, other) = (name(), name());
        assert_ne!(one, other);
        for name in [one, other] {
            let end = name.strip_prefix("meshctl-verify-").unwrap();
            assert!(end.len() == 16 && end.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()), "{name}");
        }
    }
}
