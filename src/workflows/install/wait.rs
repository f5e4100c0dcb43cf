//! Waiting until what was written runs, with the cluster's own words where it does not.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::live::{DEADLINE, Live};
use super::rights::{EVENTS, Listed, PODS, REPLICA_SETS};
use super::words::{self, Rollout};
use crate::adapters::k8s::{get_all, get_all_metadata};
use crate::pure::manifest::{ClusterManifests, Object};

mod looks;

use looks::{Looks, Pods};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Warning events that are told, at most.
const TOLD: usize = 3;

/// What was heard of a workload last.
#[derive(Debug, Clone)]
struct Heard {
    /// What it waits for.
    why: String,
    /// The hash of its newest template.
    hash: Option<String>,
}

/// Waits until every Deployment of a cluster is ready.
///
/// # Errors
/// The sentence that says what is not, and why: at once where waiting does not help, else after `deadline`.
pub(super) async fn ready(live: &Live, manifests: &ClusterManifests, deadline: Duration) -> Result<(), String> {
    for object in manifests.objects.iter().filter(|o| o.key.kind == "Deployment") {
        let last = Mutex::new(Heard { why: "nothing was heard of it".to_owned(), hash: None });
        let waited = tokio::time::timeout(deadline, until_ready(live, object, &last)).await;
        let heard = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let why = match waited {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(_) => format!("it is not after {} s: {}", deadline.as_secs(), heard.why),
        };
        let events = warnings(live, object, heard.hash.as_deref()).await;
        return Err(format!("waiting until {} is ready failed: {why}{events}", object.key));
    }
    Ok(())
}

async fn until_ready(live: &Live, object: &Object, last: &Mutex<Heard>) -> Result<(), String> {
    let heard = || last.lock().unwrap_or_else(PoisonError::into_inner);
    let mut looks = Looks::default();
    loop {
        // a server that is away for a moment is waited for, too
        match live.get(&object.key).await {
            Err(e) => heard().why = e.to_string(),
            Ok(None) => return Err("somebody has removed it".to_owned()),
            Ok(Some(now)) => {
                let pods = pods(live, &now.value).await;
                heard().hash = pods.as_ref().and_then(|pods| pods.hash.clone());
                match looks.at(&now.value, pods.as_ref()) {
                    Rollout::Ready => return Ok(()),
                    Rollout::Stuck(why) => return Err(why),
                    Rollout::Waiting(why) => heard().why = why,
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The pods of a Deployment that are not on their way out; `None` where they cannot be listed.
async fn pods(live: &Live, deployment: &Value) -> Option<Pods> {
    let labels = deployment.pointer("/spec/selector/matchLabels")?.as_object()?;
    let selector: Vec<String> = labels.iter().filter_map(|(k, v)| Some(format!("{k}%3D{}", v.as_str()?))).collect();
    let path = |of: &Listed| format!("{}?labelSelector={}", of.path(), selector.join(",").replace('/', "%2F"));
    let mut all = get_all(&live.client, &path(&PODS), DEADLINE).await.ok()?;
    all.retain(|pod| pod.pointer("/metadata/deletionTimestamp").is_none());
    // who may not list them does without: then the image says which pods are new
    let sets = get_all_metadata(&live.client, &path(&REPLICA_SETS), DEADLINE).await.unwrap_or_default();
    Some(Pods { all, hash: looks::newest(&sets, deployment) })
}

/// What the cluster warned of, the latest first, for the end of a sentence. `hash`: only of the newest version, where it is known.
async fn warnings(live: &Live, object: &Object, hash: Option<&str>) -> String {
    let path = format!("{}?fieldSelector=type%3DWarning", EVENTS.path());
    let mut events = get_all(&live.client, &path, DEADLINE).await.unwrap_or_default();
    events.sort_by_key(|event| std::cmp::Reverse(when(event).to_owned()));
    // its replica sets and pods carry its name in front of theirs
    let name = &object.key.name;
    let newest = hash.map_or_else(|| name.clone(), |hash| format!("{name}-{hash}"));
    let mut told: Vec<String> = Vec::new();
    for event in &events {
        let of = text(event, "/involvedObject/name");
        if of != name && !of.starts_with(&newest) {
            continue;
        }
        let said = format!("{}: {}", text(event, "/reason"), words::line(text(event, "/message")));
        if !told.contains(&said) {
            told.push(said);
        }
        if told.len() == TOLD {
            break;
        }
    }
    told.iter().map(|said| format!("; event {said}")).collect()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// When an Event was seen last: old and new writers say it in different fields.
fn when(event: &Value) -> &str {
    let fields = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
    fields.into_iter().map(|field| text(event, field)).find(|when| !when.is_empty()).unwrap_or_default()
}
