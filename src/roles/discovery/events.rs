//! Troubles in the log of every replica, and as Warning Events (events.k8s.io/v1) by the one that holds the Lease: one Event
//! for a trouble, counted again now and then while it lasts, and never a flood.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::troubles::{self, About, Identity, Trouble};
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
/// So many sentences of one trouble, at most, within [`AGAIN`]: a server may say something new each time.
const VARIANTS: usize = 4;
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
    let mut logged: BTreeMap<Identity, Trouble> = BTreeMap::new();
    let mut told: BTreeMap<Identity, Told> = BTreeMap::new();
    let mut refused: Option<K8sError> = None;
    let rounds = async {
        loop {
            let all = troubles::all(&upkeep, serve::now()).into_iter();
            let now: BTreeMap<Identity, Trouble> = all.map(|trouble| (trouble.identity(), trouble)).collect();
            for (_, trouble) in now.iter().filter(|(identity, _)| !logged.contains_key(identity)) {
                tracing::warn!("{}: {}", trouble.reason, trouble.note);
            }
            for (_, trouble) in logged.iter().filter(|(identity, _)| !now.contains_key(identity)) {
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
async fn tell(
    upkeep: &Upkeep,
    now: &BTreeMap<Identity, Trouble>,
    told: &mut BTreeMap<Identity, Told>,
) -> Result<(), K8sError> {
    for (identity, trouble) in due(now, told, serve::instant()) {
        // it takes a while, and another may hold the Lease meanwhile
        if !upkeep.noted().lease.held {
            break;
        }
        let count = told.get(&identity).map_or(1, |t| t.count + 1);
        // remembered before it is written: what fails is not written again at once either
        told.insert(identity.clone(), Told { at: serve::instant(), count });
        write(upkeep, trouble, &identity, count).await?;
    }
    Ok(())
}

/// The troubles of which an Event is to be written; forgets what was told long ago.
fn due<'a>(
    now: &'a BTreeMap<Identity, Trouble>,
    told: &mut BTreeMap<Identity, Told>,
    at: Instant,
) -> Vec<(Identity, &'a Trouble)> {
    let since = |told: &Told| at.saturating_duration_since(told.at);
    told.retain(|_, told| since(told) < AGAIN * 2);
    let mut lately: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (identity, _) in told.iter().filter(|(_, told)| since(told) < AGAIN) {
        *lately.entry((identity.reason, &identity.subject)).or_default() += 1;
    }
    let (mut due, room) = (Vec::new(), REMEMBERED.saturating_sub(told.len()));
    for (identity, trouble) in now {
        let variants = lately.entry((identity.reason, &identity.subject)).or_default();
        if told.get(identity).is_none_or(|told| since(told) >= AGAIN) && *variants < VARIANTS {
            *variants += 1;
            due.push((identity.clone(), trouble));
        }
    }
    due.truncate(MOST.min(room));
    due
}

async fn write(upkeep: &Upkeep, trouble: &Trouble, identity: &Identity, count: u32) -> Result<(), K8sError> {
    let (_, client) = k8s::within(WRITE, upkeep.connector.client()).await?;
    let namespace = upkeep.own.namespace.as_str();
    let collection = format!("/apis/events.k8s.io/v1/namespaces/{namespace}/events");
    let regarding = regarding(upkeep, &client, trouble.about).await;
    let now = k8s::micro_time(serve::now());
    // the same trouble has the same name, whichever replica tells it
    let Identity { reason, subject, words } = identity;
    let hash = xxhash_rust::xxh3::xxh3_64(format!("{reason} {subject} {words}").as_bytes());
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

    fn troubles(cluster: &str, notes: &[String]) -> BTreeMap<Identity, Trouble> {
        let trouble = |note: &String| {
            let (subject, note) = (cluster.to_owned(), note.clone());
            let trouble = Trouble { reason: "RemoteUnreachable", about: About::Remotes, subject, note };
            (trouble.identity(), trouble)
        };
        notes.iter().map(trouble).collect()
    }

    /// How many Events come of a note for each of so many seconds.
    fn told_of(notes: impl Fn(u64) -> String, seconds: u64) -> usize {
        let (start, mut told, mut events) = (serve::instant(), BTreeMap::new(), 0);
        for second in 0..seconds {
            let (now, at) = (troubles("a", &[notes(second)]), start + Duration::from_secs(second));
            for (identity, _) in due(&now, &mut told, at) {
                events += 1;
                told.insert(identity, Told { at, count: 1 });
            }
        }
        events
    }

    #[test]
    fn a_trouble_that_lasts_is_told_now_and_then() {
        assert_eq!(told_of(|_| "it does not answer".into(), 599), 1);
        assert_eq!(told_of(|_| "it does not answer".into(), 601), 2);
        assert_eq!(told_of(|s| format!("its certificate expired {s} s ago"), 599), 1);
    }

    #[test]
    fn sentences_that_change_all_the_time_are_no_flood() {
        let other = |s: u64| (0..s % 97).map(|_| 'x').collect::<String>();
        assert_eq!(told_of(other, 599), VARIANTS);
        // and keep no other cluster's from being told
        let mut told = BTreeMap::new();
        let at = serve::instant();
        for identity in troubles("a", &["x".into(), "y".into(), "z".into(), "v".into()]).into_keys() {
            told.insert(identity, Told { at, count: 1 });
        }
        assert_eq!(due(&troubles("a", &["w".into()]), &mut told, at).len(), 0);
        assert_eq!(due(&troubles("b", &["w".into()]), &mut told, at).len(), 1);
    }

    #[test]
    fn a_note_is_cut_between_letters() {
        assert_eq!(cut("short"), "short");
        let long = "ä".repeat(NOTE);
        assert_eq!(cut(&format!("x{long}")).len(), NOTE - 1);
    }
}
