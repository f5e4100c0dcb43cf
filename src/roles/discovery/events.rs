//! Troubles in the log of every replica, and as Warning Events (events.k8s.io/v1) by the one that holds the Lease, or by all
//! where nobody does: one Event for a trouble, counted again now and then while it lasts, and never a flood.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::troubles::{self, About, Identity, Trouble};
use super::upkeep::{Upkeep, WRITE};
use crate::adapters::k8s::{self, K8sError};
use crate::adapters::registry::SETTINGS;
use crate::adapters::serve::{self, Backoff};
use crate::data::model::{DISCOVERY, REMOTES};

/// How often troubles are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A trouble that lasts is counted again after this; API servers forget Events after an hour.
const AGAIN: Duration = Duration::from_secs(600);
/// An Event that could not be written is tried again after waits from the first to the second.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// So many Events in a look, at most; the others come with the next ones.
const MOST: usize = 5;
/// So many sentences of one trouble, at most, within [`AGAIN`]: a server may say something new each time.
const VARIANTS: usize = 4;
/// So many are remembered; a sentence that changes all the time must not fill the memory.
const REMEMBERED: usize = 1000;
/// An API server takes no longer note, in bytes.
const NOTE: usize = 1024;

/// What was told of a trouble.
#[derive(Debug)]
struct Told {
    /// When it was tried last.
    at: Instant,
    /// The last one could not be written: the next try, and the waits after it.
    retry: Option<(Instant, Backoff)>,
}

impl Told {
    /// After another try at `at`, which worked or did not.
    fn tried(before: Option<Told>, at: Instant, written: bool) -> Self {
        if written {
            return Self { at, retry: None };
        }
        let retry = before.and_then(|told| told.retry);
        let mut backoff = retry.map_or_else(|| Backoff::new(RETRY.0, RETRY.1), |(_, backoff)| backoff);
        Self { at, retry: Some((at + backoff.wait(), backoff)) }
    }

    fn is_due(&self, at: Instant) -> bool {
        match &self.retry {
            Some((next, _)) => at >= *next,
            None => at.saturating_duration_since(self.at) >= AGAIN,
        }
    }
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
            for result in tell(&upkeep, &now, &mut told).await {
                let failed = result.err();
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

/// Whether this replica writes Events: it holds the Lease; or nobody does, and somebody must say so. Where several do, the same
/// trouble is still one Event.
fn may_tell(upkeep: &Upkeep) -> bool {
    let lease = &upkeep.noted().lease;
    lease.held || lease.vacant
}

/// Writes the Events that are due; what became of each.
async fn tell(
    upkeep: &Upkeep,
    now: &BTreeMap<Identity, Trouble>,
    told: &mut BTreeMap<Identity, Told>,
) -> Vec<Result<(), K8sError>> {
    let mut results = Vec::new();
    if !may_tell(upkeep) {
        return results;
    }
    for (identity, trouble) in due(now, told, serve::instant()) {
        // it takes a while, and another may hold the Lease meanwhile
        if !may_tell(upkeep) {
            break;
        }
        let before = told.remove(&identity);
        let result = write(upkeep, trouble, &identity).await;
        told.insert(identity, Told::tried(before, serve::instant(), result.is_ok()));
        // the others would wait as long, and what is logged waits for them
        let silent = result.as_ref().is_err_and(K8sError::is_unreachable);
        results.push(result);
        if silent {
            break;
        }
    }
    results
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
    let (mut again, mut first) = (Vec::new(), Vec::new());
    for (identity, trouble) in now {
        let known = told.get(identity);
        if known.is_some_and(|told| !told.is_due(at)) {
            continue;
        }
        // one whose write failed has its place among the variants already
        if known.is_some_and(|told| since(told) < AGAIN) {
            again.push((identity.clone(), trouble));
            continue;
        }
        let variants = lately.entry((identity.reason, &identity.subject)).or_default();
        if *variants < VARIANTS {
            *variants += 1;
            first.push((identity.clone(), trouble));
        }
    }
    // news before what has failed: one that is refused for ever keeps no other from being told
    first.truncate(MOST.min(REMEMBERED.saturating_sub(told.len())));
    again.truncate(MOST - first.len());
    first.append(&mut again);
    first
}

/// Writes the Event of a trouble. Where it stands already, of this replica or of another that held the Lease before, it is counted
/// once more.
async fn write(upkeep: &Upkeep, trouble: &Trouble, identity: &Identity) -> Result<(), K8sError> {
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
    match k8s::create(&client, &collection, &event, WRITE).await {
        Err(K8sError::Status { code: 409, .. }) => count_again(&client, &format!("{collection}/{name}"), &now).await,
        other => other.map(drop),
    }
}

/// Counts a trouble once more in the Event that stands.
async fn count_again(client: &kube::Client, path: &str, now: &str) -> Result<(), K8sError> {
    // pilot may change Events and not read them: the answer to a change of nothing is what stands
    let stands = k8s::merge(client, path, DISCOVERY, &json!({}), WRITE).await?;
    let series = json!({"series": {"count": next_count(&stands), "lastObservedTime": now}});
    k8s::merge(client, path, DISCOVERY, &series, WRITE).await.map(drop)
}

/// What an Event's series says after one more time; without a series it stands for one (events.k8s.io/v1).
fn next_count(event: &Value) -> i64 {
    let count = event.pointer("/series/count").and_then(Value::as_i64).unwrap_or(1);
    // the API's field has 32 bits
    count.clamp(1, i64::from(i32::MAX) - 1) + 1
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
            // an Event without the UID is better than none
            let service = k8s::get(client, &path, WRITE).await.unwrap_or_else(|error| {
                tracing::warn!("reading the Service {namespace}/istio-pilot for an Event about it failed: {error}");
                None
            });
            let service = service.unwrap_or_default();
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

    /// How many Events are tried for a note of each of so many seconds, where a try works as `works` says.
    fn tries(notes: impl Fn(u64) -> String, works: impl Fn(u64) -> bool, seconds: u64) -> Vec<u64> {
        let (start, mut told, mut tries) = (serve::instant(), BTreeMap::new(), Vec::new());
        for second in 0..seconds {
            let (now, at) = (troubles("a", &[notes(second)]), start + Duration::from_secs(second));
            for (identity, _) in due(&now, &mut told, at) {
                tries.push(second);
                let before = told.remove(&identity);
                told.insert(identity, Told::tried(before, at, works(second)));
            }
        }
        tries
    }

    fn told_of(notes: impl Fn(u64) -> String, seconds: u64) -> usize {
        tries(notes, |_| true, seconds).len()
    }

    #[test]
    fn what_could_not_be_written_is_tried_again_soon_and_then_seldom() {
        let same = |_| "it does not answer".to_owned();
        let tried = tries(same, |second| second >= 3, 599);
        assert!(tried.len() >= 2 && tried.last() < Some(&10), "within seconds: {tried:?}");
        let tried = tries(same, |_| false, 599);
        assert!((10..=30).contains(&tried.len()), "a minute apart at last: {tried:?}");
        // and other sentences are no way around the bound
        let other = |s: u64| (0..s % 97).map(|_| 'x').collect::<String>();
        let tried = tries(other, |_| false, 599);
        assert!(tried.len() <= VARIANTS * 30, "{tried:?}");
    }

    #[test]
    fn one_that_is_refused_for_ever_keeps_no_other_from_being_told() {
        let (at, mut told) = (serve::instant(), BTreeMap::new());
        let mut now = BTreeMap::new();
        for cluster in 0..2 * MOST {
            now.append(&mut troubles(&format!("b{cluster}"), &["refused".into()]));
        }
        for identity in now.keys() {
            told.insert(identity.clone(), Told::tried(None, at, false));
        }
        now.append(&mut troubles("news", &["x".into()]));
        let due = due(&now, &mut told, at + RETRY.0);
        assert_eq!(due.len(), MOST);
        assert!(due.iter().any(|(identity, _)| identity.subject == "news"), "{due:?}");
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
            told.insert(identity, Told::tried(None, at, true));
        }
        assert_eq!(due(&troubles("a", &["w".into()]), &mut told, at).len(), 0);
        assert_eq!(due(&troubles("b", &["w".into()]), &mut told, at).len(), 1);
    }

    #[test]
    fn an_event_is_counted_on_from_what_stands_there() {
        for (series, next) in [
            (json!(null), 2),
            (json!({"count": 2}), 3),
            (json!({"count": 41}), 42),
            (json!({"count": i32::MAX}), i64::from(i32::MAX)),
            (json!({"count": "none"}), 2),
        ] {
            assert_eq!(next_count(&json!({"series": series})), next, "{series}");
        }
    }

    #[test]
    fn a_note_is_cut_between_letters() {
        assert_eq!(cut("short"), "short");
        let long = "ä".repeat(NOTE);
        assert_eq!(cut(&format!("x{long}")).len(), NOTE - 1);
    }
}
