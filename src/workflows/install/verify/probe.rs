//! The way to pilot by its name: a short-lived pod in a remote goes it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::{PAUSE, PROBE_PATIENCE, Verify};
use crate::adapters::k8s::{K8sError, create, delete};
use crate::pure::manifest::{Object, ObjectKey};
use crate::workflows::install::backend::Backend;
use crate::workflows::install::change::{Action, Change, Payload};
use crate::workflows::install::live::{DEADLINE, Live, managers, sentence, uid};
use crate::workflows::install::plan::{NAMESPACE, Plan};
use crate::workflows::install::steps::Way;
use crate::workflows::install::words::{self, Rollout};

/// The pod that looks for pilot. One name: what a killed run left behind is found.
const PROBE: &str = "meshctl-verify";

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
    let found = tokio::time::timeout(patience, probe(live, &pod(plan, patience), way, &last)).await;
    take_back(live, way).await;
    match found {
        Ok(Ok(())) => {}
        Ok(Err(Unproven::Refused(why))) => {
            let why = format!("whether pilot is found by its name was not verified: {why}");
            if verify == Verify::All { way.fail(why) } else { way.note(why) }
        }
        Ok(Err(Unproven::Failed(why))) => way.fail(format!("a pod in it that looks for pilot by name failed: {why}")),
        Err(_) => {
            let last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = patience.as_secs();
            way.fail(format!("a pod in it that looks for pilot by name did not end within {waited} s: {last}"));
        }
    }
}

pub(in crate::workflows::install) fn key() -> ObjectKey {
    ObjectKey { group: String::new(), kind: "Pod".into(), namespace: NAMESPACE.into(), name: PROBE.into() }
}

/// Removes the pod, whichever run of ours left it there.
///
/// # Errors
/// The sentence that says why not; one of somebody else is not touched.
async fn remove(live: &Live) -> Result<(), String> {
    let standing = live.get(&key()).await.map_err(|e| sentence("reading", &key(), e))?;
    let Some(pod) = standing else { return Ok(()) };
    if !pod.is_owned() {
        let by = managers(&pod.value).join(", ");
        let by = if by.is_empty() { String::new() } else { format!("; it was written by {by}") };
        return Err(format!("{} stands there already, and meshctl did not make it{by}", key()));
    }
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{PROBE}");
    let removed = delete(&live.client, &path, &uid(&pod), DEADLINE).await;
    removed.map(|_| ()).map_err(|e| sentence("removing", &key(), e))
}

/// The pod, where a run of ours that was killed has left it: it goes as what is no longer wanted does. Where it may not be looked
/// for, nobody knows.
///
/// # Errors
/// The sentence that says why the API server does not tell.
pub(in crate::workflows::install) async fn left_behind(live: &Live) -> Result<Option<Change>, String> {
    let standing = match live.get(&key()).await {
        Err(K8sError::Forbidden(_)) => None,
        answer => answer.map_err(|e| sentence("reading", &key(), e))?,
    };
    let change = |pod: Object| Change {
        uid: uid(&pod),
        ..Change::new(key(), Action::Pruned, Payload::Nothing, String::new(), String::new())
    };
    Ok(standing.filter(Object::is_owned).map(change))
}

/// Removes the pod that this run has made, and no other.
pub(in crate::workflows::install) async fn take_back(live: &Live, way: &Way) {
    let Some(uid) = way.probe() else { return };
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{PROBE}");
    // where it stays it ends by itself, and the next run removes it
    let _ = delete(&live.client, &path, &uid, DEADLINE).await;
}

/// Makes the pod and follows it to its end; `last` hears how it is.
async fn probe(live: &Live, pod: &Value, way: &Way, last: &Mutex<String>) -> Result<(), Unproven> {
    let tell = |text: String| *last.lock().unwrap_or_else(PoisonError::into_inner) = text;
    let ours = made(live, pod, &tell).await?;
    way.probes(ours.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default());
    loop {
        match live.get(&key()).await {
            // a server that is away for a moment is waited for, too
            Err(e) if e.is_unreachable() => tell(e.to_string()),
            Err(e) => return Err(Unproven::Failed(sentence("reading", &key(), e))),
            Ok(None) => return Err(Unproven::Failed("somebody has removed it".to_owned())),
            Ok(Some(now)) if now.value.pointer("/metadata/uid") != ours.pointer("/metadata/uid") => {
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

/// Creates the pod, in the place of one that an earlier run has left.
async fn made(live: &Live, pod: &Value, tell: &(dyn Fn(String) + Sync)) -> Result<Value, Unproven> {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods");
    loop {
        remove(live).await.map_err(Unproven::Failed)?;
        match create(&live.client, &path, pod, DEADLINE).await {
            Ok(made) => return Ok(made),
            // the one that was removed is still going, or another has come
            Err(e @ K8sError::Status { code: 409, .. }) => tell(sentence("creating", &key(), e)),
            Err(e @ K8sError::Forbidden(_)) => return Err(Unproven::Refused(sentence("creating", &key(), e))),
            Err(e) => return Err(Unproven::Failed(sentence("creating", &key(), e))),
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

/// It runs our own image, has no token, and ends by itself.
fn pod(plan: &Plan, patience: Duration) -> Value {
    let bare = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": PROBE,
            "namespace": NAMESPACE,
            "labels": {"app": PROBE, "sidecar.istio.io/inject": "false"},
        },
        "spec": {
            "restartPolicy": "Never",
            // it ends by itself where nobody can take it back, and not before it is asked how it is
            "activeDeadlineSeconds": patience.as_secs() + 15,
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
    Object { key: key(), value: bare }.owned().value
}
