//! Troubles in the log of every replica, and as Warning Events (events.k8s.io/v1) by the one that holds the Lease: one Event
//! for a trouble, counted again now and then while it lasts, and never a flood.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::troubles::{self, About, Trouble};
use super::upkeep::{Upkeep, WRITE};
use crate::adapters::k8s::{self, K8sError};
use crate::adapters::registry::SETTINGS;
use crate::adapters::serve;
use crate::data::model::{DISCOVERY, REMOTES};

/// How often troubles are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A trouble that lasts is counted again after this; API servers forget Events after an hour.
const AGAIN: Duration = Duration::from_secs(600);
/// So many Events in a look, at most; the others come with the next ones.
const MOST: usize = 5;
/// So many are remembered; a sentence that changes all the time must not fill the memory.
const REMEMBERED: usize = 1000;
/// An API server takes no longer note, in bytes.
const NOTE: usize = 1024;

/// What was told of a trouble.
struct Told {
    at: Instant,
    count: u32,
}

/// Tells until `stop`.
pub(super) async fn run(upkeep: Arc<Upkeep>, stop: CancellationToken) {
    let mut logged: BTreeSet<Trouble> = BTreeSet::new();
    let mut told: BTreeMap<Trouble, Told> = BTreeMap::new();
    let mut refused: Option<K8sError> = None;
    let rounds = async {
        loop {
            let now: BTreeSet<Trouble> = troubles::all(&upkeep, serve::now()).into_iter().collect();
            for trouble in now.difference(&logged) {
                tracing::warn!("{}: {}", trouble.reason, trouble.note);
            }
            for trouble in logged.difference(&now) {
                tracing::info!("{} is over: {}", trouble.reason, trouble.note);
            }
            if upkeep.noted().lease.held {
                let failed = tell(&upkeep, &now, &mut told).await.err();
                if let Some(error) = failed.as_ref().filter(|e| refused.as_ref() != Some(e)) {
                    tracing::warn!("writing an Event into the namespace {} failed: {error}", upkeep.own.namespace);
                }
                refused = failed;
            }
            logged = now;
            tokio::time::sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(rounds).await;
}

/// Writes the Events that are due.
async fn tell(upkeep: &Upkeep, now: &BTreeSet<Trouble>, told: &mut BTreeMap<Trouble, Told>) -> Result<(), K8sError> {
    let at = serve::instant();
    told.retain(|_, told| at.saturating_duration_since(told.at) < AGAIN * 2);
    let due = |trouble: &&Trouble| told.get(*trouble).is_none_or(|t| at.saturating_duration_since(t.at) >= AGAIN);
    let due: Vec<&Trouble> = now.iter().filter(due).take(MOST).collect();
    for trouble in due {
        if told.len() >= REMEMBERED {
            return Ok(());
        }
        let count = told.get(trouble).map_or(1, |t| t.count + 1);
        // remembered before it is written: what fails is not written again at once either
        told.insert(trouble.clone(), Told { at, count });
        write(upkeep, trouble, count).await?;
    }
    Ok(())
}

async fn write(upkeep: &Upkeep, trouble: &Trouble, count: u32) -> Result<(), K8sError> {
    let (_, client) = upkeep.connector.client().await?;
    let namespace = upkeep.own.namespace.as_str();
    let collection = format!("/apis/events.k8s.io/v1/namespaces/{namespace}/events");
    let regarding = regarding(upkeep, &client, trouble.about).await;
    let now = k8s::micro_time(serve::now());
    // the same trouble has the same name, whichever replica tells it
    let hash = xxhash_rust::xxh3::xxh3_64(format!("{} {}", trouble.reason, trouble.note).as_bytes());
    let name = format!("{}.{hash:016x}", regarding["name"].as_str().unwrap_or_default());
    let event = json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "eventTime": now,
        "reportingController": "meshctl.io/discovery",
        "reportingInstance": upkeep.duties.pod,
        "action": "Discovery",
        "reason": trouble.reason,
        "regarding": regarding,
        "note": cut(&trouble.note),
        "type": "Warning",
    });
    let path = format!("{collection}/{name}");
    let series = json!({"series": {"count": count.max(2), "lastObservedTime": now}});
    let counted = k8s::merge(&client, &path, DISCOVERY, &series, WRITE);
    if count > 1 {
        match counted.await {
            Err(K8sError::NotFound) => {}
            other => return other.map(drop),
        }
        return k8s::create(&client, &collection, &event, WRITE).await.map(drop);
    }
    match k8s::create(&client, &collection, &event, WRITE).await {
        // another replica told it before
        Err(K8sError::Status { code: 409, .. }) => counted.await.map(drop),
        other => other.map(drop),
    }
}

/// The object, with the UID by which `kubectl describe` finds its Events.
async fn regarding(upkeep: &Upkeep, client: &kube::Client, about: About) -> Value {
    let namespace = upkeep.own.namespace.as_str();
    let uid =
        |meta: Option<&k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta>| meta.and_then(|m| m.uid.clone());
    let (kind, name, uid) = match about {
        About::Remotes => {
            ("Secret", REMOTES, uid(upkeep.holdings.remotes.borrow().objects.get(REMOTES).map(|o| &o.metadata)))
        }
        About::Settings => {
            ("ConfigMap", SETTINGS, uid(upkeep.holdings.settings.borrow().objects.get(SETTINGS).map(|o| &o.metadata)))
        }
        About::Service => {
            let path = format!("/api/v1/namespaces/{namespace}/services/istio-pilot");
            let service = k8s::get(client, &path, WRITE).await.ok().flatten().unwrap_or_default();
            let uid = service.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned);
            ("Service", "istio-pilot", uid)
        }
    };
    json!({"apiVersion": "v1", "kind": kind, "namespace": namespace, "name": name, "uid": uid})
}

/// The note as far as an API server takes it.
fn cut(note: &str) -> &str {
    let mut end = note.len().min(NOTE);
    while !note.is_char_boundary(end) {
        end -= 1;
    }
    note.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_cut_between_letters() {
        assert_eq!(cut("short"), "short");
        let long = "ä".repeat(NOTE);
        assert_eq!(cut(&format!("x{long}")).len(), NOTE - 1);
    }
}
