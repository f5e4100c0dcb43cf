//! Whether what was installed works: pilot's own view of every cluster, and from each remote the way to pilot by its name.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use super::backend::Backend;
use super::change::{Action, Change, Payload};
use super::farewell::PILOTS;
use super::live::{DEADLINE, Live, sentence};
use super::plan::{NAMESPACE, Plan};
use super::rights::PODS;
use super::steps::Way;
use super::words::{self, Rollout};
use crate::adapters::k8s::{K8sError, PodHttp, create, delete, forward, get_all};
use crate::pure::manifest::{Object, ObjectKey};

/// What is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Nothing.
    No,
    /// Pilot's view of every cluster; the way to pilot from the remotes in which this run wrote something.
    #[default]
    Changed,
    /// Both, of every cluster.
    All,
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Pilot has so long to see every cluster; a remote's pod has so long to start and reach it.
const PATIENCE: Duration = Duration::from_secs(45);
/// The pod that looks for pilot. One name: what a killed run left behind is found.
pub(super) const PROBE: &str = "meshctl-verify";
/// Larger than any page of clusters.
const MAX_PAGE: usize = 8 << 20;

/// Asks pilot in the primary what it sees of each cluster, until it sees all of them.
pub(super) async fn pilots_view(primary: &Way, ways: &[&Way]) {
    let Some((Backend::Live(live), _)) = primary.open() else { return };
    let mut last: Result<BTreeMap<String, String>, K8sError> = Err(K8sError::NotFound);
    let all_seen = async {
        loop {
            last = seen(live).await;
            match &last {
                // more patience gives no right
                Err(K8sError::Forbidden(_)) => return,
                Ok(seen) if ways.iter().all(|w| seen.get(w.planned.id.as_str()).is_some_and(|s| s == "synced")) => {
                    return;
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    let _ = tokio::time::timeout(PATIENCE, all_seen).await;
    match last {
        Err(K8sError::Forbidden(why)) => primary.note(format!("what pilot sees was not verified: {why}")),
        Err(why) => primary.fail(format!("asking pilot which clusters it sees failed: {why}")),
        Ok(seen) => {
            for way in ways {
                let said = seen.get(way.planned.id.as_str()).map_or("it does not know it", String::as_str);
                if said != "synced" {
                    way.fail(format!("pilot in {} does not see it: {said}", primary.planned.id));
                }
            }
        }
    }
}

/// The state of each cluster in the eyes of a pilot that is ready.
async fn seen(live: &Live) -> Result<BTreeMap<String, String>, K8sError> {
    let path = format!("{}?labelSelector={PILOTS}", PODS.path());
    let pods = get_all(&live.client, &path, DEADLINE).await?;
    let name = |pod: &Value| pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let ready =
        |pod: &&Value| pod.pointer("/metadata/deletionTimestamp").is_none() && words::pod(pod) == Rollout::Ready;
    let pod = pods.iter().find(ready).map(name).ok_or(K8sError::Protocol("no pod of pilot is ready"))?;
    let stream = forward(&live.client, NAMESPACE, &pod, 8080, DEADLINE).await?;
    let answer = PodHttp::over(stream, DEADLINE).await?.get("/debug/clusterz").await?;
    let page: Value = serde_json::from_slice(&answer.whole(MAX_PAGE).await?)
        .map_err(|_| K8sError::Protocol("pilot's page of clusters is no JSON"))?;
    Ok(states(&page))
}

/// `synced`, or the state and its reason, by cluster.
fn states(page: &Value) -> BTreeMap<String, String> {
    let rows = page.get("clusters").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let state = match text("reason") {
            "" => text("state").to_owned(),
            reason => format!("{}: {}", text("state"), words::line(reason)),
        };
        (text("id").to_owned(), state)
    })
    .collect()
}

/// Starts a short-lived pod in each remote that reaches pilot by its name.
pub(super) async fn the_way_to_pilot(plan: &Plan, remotes: &[&Way]) {
    join_all(remotes.iter().map(|way| async {
        let Some((Backend::Live(live), _)) = way.open() else { return };
        let found = tokio::time::timeout(PATIENCE, probe(live, plan, way)).await;
        take_back(live, way).await;
        match found {
            Ok(Ok(())) => {}
            Ok(Err(why)) => way.fail(format!("a pod in it that looks for pilot by name failed: {why}")),
            Err(_) => way
                .fail(format!("a pod in it that looks for pilot by name did not end within {} s", PATIENCE.as_secs())),
        }
    }))
    .await;
}

pub(super) fn key() -> ObjectKey {
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
        let by = super::live::managers(&pod.value).join(", ");
        let by = if by.is_empty() { String::new() } else { format!("; it was written by {by}") };
        return Err(format!("{} stands there already, and meshctl did not make it{by}", key()));
    }
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{PROBE}");
    let removed = delete(&live.client, &path, &super::live::uid(&pod), DEADLINE).await;
    removed.map(|_| ()).map_err(|e| sentence("removing", &key(), e))
}

/// The pod, where a run of ours that was killed has left it: it goes as what is no longer wanted does. Where it may not be looked
/// for, nobody knows.
///
/// # Errors
/// The sentence that says why the API server does not tell.
pub(super) async fn left_behind(live: &Live) -> Result<Option<Change>, String> {
    let standing = match live.get(&key()).await {
        Err(K8sError::Forbidden(_)) => None,
        answer => answer.map_err(|e| sentence("reading", &key(), e))?,
    };
    let change = |pod: Object| Change {
        uid: super::live::uid(&pod),
        ..Change::new(key(), Action::Pruned, Payload::Nothing, String::new(), String::new())
    };
    Ok(standing.filter(Object::is_owned).map(change))
}

/// Removes the pod that this run has made, and no other.
pub(super) async fn take_back(live: &Live, way: &Way) {
    let Some(uid) = way.probe() else { return };
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{PROBE}");
    // where it stays it ends by itself, and the next run removes it
    let _ = delete(&live.client, &path, &uid, DEADLINE).await;
}

async fn probe(live: &Live, plan: &Plan, way: &Way) -> Result<(), String> {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods");
    let pod = pod(plan);
    let ours = loop {
        remove(live).await?;
        match create(&live.client, &path, &pod, DEADLINE).await {
            Ok(made) => break made,
            // the one that was removed is still going, or another has come
            Err(K8sError::Status { code: 409, .. }) => tokio::time::sleep(PAUSE).await,
            Err(e) => return Err(sentence("creating", &key(), e)),
        }
    };
    way.probes(ours.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default());
    loop {
        let now = live.get(&key()).await.map_err(|e| sentence("reading", &key(), e))?;
        let now = now.ok_or_else(|| "somebody has removed it".to_owned())?.value;
        if now.pointer("/metadata/uid") != ours.pointer("/metadata/uid") {
            return Err("somebody has put another one in its place".to_owned());
        }
        match now.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default() {
            "Succeeded" => return Ok(()),
            "Failed" => {
                let said = now.pointer("/status/containerStatuses/0/state/terminated/message").and_then(Value::as_str);
                let why = now.pointer("/status/message").and_then(Value::as_str);
                return Err(words::line(said.or(why).unwrap_or("it says nothing")));
            }
            _ => {}
        }
        if let Rollout::Stuck(why) = words::pod(&now) {
            return Err(why);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// It runs our own image, has no token, and ends by itself.
fn pod(plan: &Plan) -> Value {
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
            "activeDeadlineSeconds": PATIENCE.as_secs(),
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
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "securityContext": {
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    });
    Object { key: key(), value: bare }.owned().value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pilots_page_gives_a_state_and_its_reason() {
        let page = json!({"clusters": [
            {"id": "gke", "state": "synced", "reason": null},
            {"id": "on-prem", "state": "unreachable", "reason": "the API server\ncannot be reached"},
        ]});
        let of = |id: &str| states(&page).get(id).cloned();
        assert_eq!(of("gke").as_deref(), Some("synced"));
        assert_eq!(of("on-prem").as_deref(), Some("unreachable: the API server cannot be reached"));
        assert_eq!(states(&json!({"clusters": 7})), BTreeMap::new());
    }
}
