//! Waiting until what was written runs, with the cluster's own words where it does not.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::live::{DEADLINE, Live};
use super::rights::{self, PODS};
use super::words::{self, Rollout};
use crate::adapters::k8s::get_all;
use crate::pure::manifest::{ClusterManifests, Object};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Warning events that are told, at most.
const EVENTS: usize = 3;

/// Waits until every Deployment of a cluster is ready.
///
/// # Errors
/// The sentence that says what is not, and why: at once where waiting does not help, else after `deadline`.
pub(super) async fn ready(live: &Live, manifests: &ClusterManifests, deadline: Duration) -> Result<(), String> {
    for object in manifests.objects.iter().filter(|o| o.key.kind == "Deployment") {
        let last = Mutex::new("nothing was heard of it".to_owned());
        let waited = tokio::time::timeout(deadline, until_ready(live, object, &last)).await;
        let why = match waited {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(_) => {
                let last = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
                format!("it is not after {} s: {last}", deadline.as_secs())
            }
        };
        let events = warnings(live, object).await;
        return Err(format!("waiting until {} is ready failed: {why}{events}", object.key));
    }
    Ok(())
}

async fn until_ready(live: &Live, object: &Object, last: &Mutex<String>) -> Result<(), String> {
    let tell = |text: String| *last.lock().unwrap_or_else(PoisonError::into_inner) = text;
    loop {
        // a server that is away for a moment is waited for, too
        match live.get(&object.key).await {
            Err(e) => tell(e.to_string()),
            Ok(None) => return Err("somebody has removed it".to_owned()),
            Ok(Some(now)) => match words::deployment(&now.value) {
                Rollout::Ready => return Ok(()),
                Rollout::Stuck(why) => return Err(words::line(&why)),
                Rollout::Waiting(why) => {
                    let pods = pods(live, object).await.unwrap_or_default();
                    let states: Vec<Rollout> = pods.iter().map(words::pod).collect();
                    // an old pod may be stuck while a new one comes; no pod that is ready is the sign
                    let stuck = states.iter().find_map(|s| match s {
                        Rollout::Stuck(why) => Some(why.clone()),
                        _ => None,
                    });
                    if let Some(stuck) = stuck {
                        return Err(stuck);
                    }
                    let pod = states.into_iter().find_map(|s| match s {
                        Rollout::Waiting(why) => Some(why),
                        _ => None,
                    });
                    tell(pod.map_or(why.clone(), |pod| format!("{why}; {pod}")));
                }
            },
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The pods of a Deployment that are not on their way out, newest version only where the Deployment says which that is.
async fn pods(live: &Live, deployment: &Object) -> Option<Vec<Value>> {
    let labels = deployment.value.pointer("/spec/selector/matchLabels")?.as_object()?;
    let selector: Vec<String> = labels.iter().filter_map(|(k, v)| Some(format!("{k}%3D{}", v.as_str()?))).collect();
    let path = format!("{}?labelSelector={}", PODS.path(), selector.join(",").replace('/', "%2F"));
    let image = deployment.value.pointer("/spec/template/spec/containers/0/image");
    let pods = get_all(&live.client, &path, DEADLINE).await.ok()?;
    let of_this = |pod: &Value| {
        pod.pointer("/metadata/deletionTimestamp").is_none() && pod.pointer("/spec/containers/0/image") == image
    };
    Some(pods.into_iter().filter(of_this).collect())
}

/// What the cluster warned of, for the end of a sentence.
async fn warnings(live: &Live, object: &Object) -> String {
    let path = format!("{}?fieldSelector=type%3DWarning", rights::EVENTS.path());
    let events = get_all(&live.client, &path, DEADLINE).await.unwrap_or_default();
    let mut told: Vec<String> = Vec::new();
    for event in events.iter().rev() {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        // its replica sets and pods carry its name in front of theirs
        if !text("/involvedObject/name").starts_with(&object.key.name) {
            continue;
        }
        let said = format!("{}: {}", text("/reason"), words::line(text("/message")));
        if !told.contains(&said) {
            told.push(said);
        }
        if told.len() == EVENTS {
            break;
        }
    }
    told.iter().map(|said| format!("; event {said}")).collect()
}
