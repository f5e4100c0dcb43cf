//! A Lease: one of several replicas holds it, and writes what only one may write (coordination.k8s.io/v1; the rules are
//! those of client-go's `leaderelection`).
//!
//! No clock is compared with another machine's: a holder is gone once its record has not *changed* for its duration by our
//! own monotonic clock, whatever the times in it say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Connector, K8sError, create, get, managers, replace, within};
use crate::adapters::serve;
use crate::data::model::{DISCOVERY, Timestamp};

/// How often one that does not hold it looks: a lease that was released is taken within this.
const LOOK: Duration = Duration::from_millis(400);
/// And where it cannot look.
const FAILED: Duration = Duration::from_secs(2);
/// A request that takes longer than this is no use any more.
const REQUEST: Duration = Duration::from_secs(3);

/// Which Lease, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Who takes it: the pod's name.
    pub identity: String,
    /// How long it is held without a renewal, in whole seconds.
    pub duration: Duration,
    /// The labels that it carries: one without them is somebody else's.
    pub labels: BTreeMap<String, String>,
}

/// How the Lease stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeaseState {
    /// We hold it.
    pub held: bool,
    /// Who holds it, as far as known; empty: nobody.
    pub holder: String,
    /// Nobody was seen holding it for some seconds longer than it lasts without a renewal.
    pub vacant: bool,
    /// Why it cannot be read or written.
    pub problem: Option<K8sError>,
}

/// Holds a Lease whenever it can, until `stop`: then it is released, so that another need not wait. The task ends after that.
pub fn hold(
    connector: Arc<Connector>,
    name: LeaseName,
    stop: CancellationToken,
) -> (watch::Receiver<LeaseState>, tokio::task::JoinHandle<()>) {
    let (out, state) = watch::channel(LeaseState::default());
    let task = tokio::spawn(async move {
        let alive = serve::instant();
        let mut elector = Elector { connector, record: Record::new(&name), name, until: None, alive };
        loop {
            let wait = elector.turn(&out).await;
            if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                break;
            }
        }
        elector.release(&out).await;
    });
    (state, task)
}

/// What was seen of the Lease, and since when by our own clock.
#[derive(Debug, Clone, Default, PartialEq)]
struct Record {
    us: String,
    holder: String,
    duration: Duration,
    version: String,
    transitions: i64,
    acquired: Value,
    /// The object's own labels and annotations: they stay.
    labels: Map<String, Value>,
    annotations: Value,
    /// All that the record says, to tell whether it changed.
    spec: Value,
    seen: Option<Instant>,
}

impl Record {
    fn new(name: &LeaseName) -> Self {
        Self { us: name.identity.clone(), ..Self::default() }
    }

    /// Takes in what the server said by `now`. Only a change of the record counts as a sign of life: somebody's label on the
    /// object keeps no dead holder alive.
    fn observe(&mut self, lease: &Value, now: Instant) {
        let text = |pointer: &str| lease.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |pointer: &str| lease.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
        let spec = lease.get("spec").cloned().unwrap_or_default();
        if self.seen.is_none() || spec != self.spec {
            self.seen = Some(now);
        }
        (self.version, self.spec) = (text("/metadata/resourceVersion"), spec);
        self.holder = text("/spec/holderIdentity");
        self.duration = Duration::from_secs(u64::try_from(number("/spec/leaseDurationSeconds")).unwrap_or(0).min(3600));
        self.transitions = number("/spec/leaseTransitions");
        self.acquired = lease.pointer("/spec/acquireTime").cloned().unwrap_or_default();
        self.labels = lease.pointer("/metadata/labels").and_then(Value::as_object).cloned().unwrap_or_default();
        self.annotations = lease.pointer("/metadata/annotations").cloned().unwrap_or_default();
    }

    fn may_take(&self, now: Instant) -> bool {
        let silent = self.seen.map_or(Duration::ZERO, |seen| now.saturating_duration_since(seen));
        self.holder.is_empty() || self.holder == self.us || silent >= self.duration
    }
}

struct Elector {
    connector: Arc<Connector>,
    name: LeaseName,
    record: Record,
    /// We hold it, and may say so until then.
    until: Option<Instant>,
    /// The last sign of life of any holder; before the first one, when we began to look.
    alive: Instant,
}

impl Elector {
    fn collection(&self) -> String {
        format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases", self.name.namespace)
    }

    fn path(&self) -> String {
        format!("{}/{}", self.collection(), self.name.name)
    }

    /// The path for a write, under our own name.
    fn written(&self) -> String {
        format!("{}?fieldManager={DISCOVERY}", self.path())
    }

    /// One look or renewal; gives the wait until the next.
    async fn turn(&mut self, out: &watch::Sender<LeaseState>) -> Duration {
        let start = serve::instant();
        let held = self.attempt(start).await;
        let now = serve::instant();
        let problem = held.as_ref().err().cloned();
        match held {
            // a third is left for renewals that fail: nobody else may take it before we have stopped
            Ok(true) => self.until = Some(start + self.name.duration * 2 / 3),
            Ok(false) => self.until = None,
            Err(_) => self.until = self.until.filter(|until| now < *until),
        }
        let held = self.until.is_some();
        if held {
            self.alive = now;
        }
        // with time for whoever takes it next
        let vacant = now.saturating_duration_since(self.alive) > self.name.duration + FAILED * 2;
        let state = LeaseState { held, holder: self.record.holder.clone(), vacant, problem };
        out.send_if_modified(|old| {
            let news = *old != state;
            *old = state.clone();
            news
        });
        match (self.until, state.problem.is_some()) {
            (Some(until), true) => until.saturating_duration_since(now).min(LOOK),
            (Some(_), false) => self.name.duration / 3,
            (None, true) => FAILED,
            (None, false) => LOOK,
        }
    }

    /// Whether we hold it now. `now` is when this turn began.
    async fn attempt(&mut self, now: Instant) -> Result<bool, K8sError> {
        // what answers later than our claim lasts is of no use
        let left = self.until.map_or(REQUEST, |until| until.saturating_duration_since(now)).min(REQUEST);
        let end = now + left.max(Duration::from_millis(100));
        let left = || end.saturating_duration_since(serve::instant());
        // a client is not always at hand: its files are read, a connection is made
        let (epoch, client) = within(left(), self.connector.client()).await?;
        let tried = within(left(), self.try_with(&client, now)).await;
        if let Err(error) = &tried
            && (error.is_unreachable() || *error == K8sError::Unauthorized)
        {
            // whoever makes a client just now holds us up no longer than a look takes
            let _ = tokio::time::timeout(LOOK, self.connector.discard(epoch, error)).await;
        }
        tried
    }

    async fn try_with(&mut self, client: &kube::Client, now: Instant) -> Result<bool, K8sError> {
        if self.until.is_some()
            && let Some(held) = self.write(client).await?
        {
            return Ok(held);
        }
        // not held, or not as we last saw it: the object may have been touched while the record is still ours
        match get(client, &self.path(), REQUEST).await? {
            Some(lease) => {
                self.record.observe(&lease, serve::instant());
                self.ours(&lease)?;
                // a record that stands still is no sign of life after the first sight of it
                if !self.record.holder.is_empty() {
                    self.alive = self.record.seen.map_or(self.alive, |seen| seen.max(self.alive));
                }
            }
            None => {
                self.record = Record::new(&self.name);
                let path = format!("{}?fieldManager={DISCOVERY}", self.collection());
                let made = create(client, &path, &self.body(&self.name.identity), REQUEST).await;
                return Ok(self.taken(made)?.unwrap_or(false));
            }
        }
        // by the time when we began, as client-go does: the answer may be old
        match self.record.may_take(now) {
            true => Ok(self.write(client).await?.unwrap_or(false)),
            false => Ok(false),
        }
    }

    /// Whether a Lease that stands may be taken: it carries our labels, or we have written it.
    fn ours(&self, lease: &Value) -> Result<(), K8sError> {
        let labelled = self.name.labels.iter().all(|(key, value)| self.record.labels.get(key) == Some(&json!(value)));
        let by = managers(lease);
        if labelled || self.record.holder == self.name.identity || by.contains(&DISCOVERY) {
            return Ok(());
        }
        let by = if by.is_empty() { String::new() } else { format!("; it was written by {}", by.join(", ")) };
        Err(K8sError::Peer {
            peer: format!("the Lease {}/{}", self.name.namespace, self.name.name),
            reason: format!("meshctl did not make it{by}"),
        })
    }

    /// Writes our name onto the version that was seen; `None` where it was another, or none.
    async fn write(&mut self, client: &kube::Client) -> Result<Option<bool>, K8sError> {
        let written = replace(client, &self.written(), &self.body(&self.name.identity), REQUEST).await;
        self.taken(written)
    }

    fn taken(&mut self, written: Result<Value, K8sError>) -> Result<Option<bool>, K8sError> {
        match written {
            Ok(lease) => {
                self.record.observe(&lease, serve::instant());
                Ok(Some(self.record.holder == self.name.identity))
            }
            // somebody else was faster, or it was deleted under us
            Err(K8sError::NotFound | K8sError::Status { code: 409, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn body(&self, holder: &str) -> Value {
        let now = micro_time(serve::now());
        let ours = self.record.holder == self.name.identity;
        let (acquired, transitions) = match (ours, self.record.version.is_empty()) {
            (true, _) => (self.record.acquired.clone(), self.record.transitions),
            (false, true) => (now.clone().into(), 0),
            (false, false) => (now.clone().into(), self.record.transitions + 1),
        };
        let mut metadata = json!({
            "name": self.name.name, "namespace": self.name.namespace, "labels": self.record.labels,
        });
        for (key, value) in &self.name.labels {
            metadata["labels"][key] = value.as_str().into();
        }
        if self.record.annotations.is_object() {
            metadata["annotations"] = self.record.annotations.clone();
        }
        if !self.record.version.is_empty() {
            metadata["resourceVersion"] = self.record.version.as_str().into();
        }
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {
                // nobody is the absence of a holder: the API takes no empty name
                "holderIdentity": Some(holder).filter(|h| !h.is_empty()),
                "leaseDurationSeconds": self.name.duration.as_secs(),
                "acquireTime": acquired,
                "renewTime": now,
                "leaseTransitions": transitions,
            },
        })
    }

    async fn release(&mut self, out: &watch::Sender<LeaseState>) {
        out.send_modify(|state| state.held = false);
        if self.until.take().is_none() {
            return;
        }
        let released = async {
            let (_, client) = self.connector.client().await?;
            let given_up = replace(&client, &self.written(), &self.body(""), REQUEST).await;
            if !matches!(given_up, Err(K8sError::Status { code: 409, .. })) {
                return given_up.map(drop);
            }
            // somebody touched the object: once more, if the record is still ours
            let lease = get(&client, &self.path(), REQUEST).await?.unwrap_or_default();
            self.record.observe(&lease, serve::instant());
            match self.record.holder == self.name.identity {
                true => replace(&client, &self.written(), &self.body(""), REQUEST).await.map(drop),
                false => Ok(()),
            }
        };
        let released = within(REQUEST, released);
        match released.await {
            Ok(_) => tracing::info!("the Lease {} is released", self.name.name),
            Err(error) => tracing::warn!("releasing the Lease {} failed: {error}", self.name.name),
        }
    }
}

/// A `MicroTime` of the API, RFC 3339 with six digits.
pub fn micro_time(at: Timestamp) -> String {
    let at = i64::try_from(at.0).ok().and_then(|s| time::OffsetDateTime::from_unix_timestamp(s).ok());
    let at = at.unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (date, (hour, minute, second)) = (at.date(), at.to_hms());
    format!("{date}T{hour:02}:{minute:02}:{second:02}.000000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(version: &str, holder: &str, renewed: &str) -> Value {
        json!({"metadata": {"resourceVersion": version},
            "spec": {"holderIdentity": holder, "leaseDurationSeconds": 10, "renewTime": renewed, "leaseTransitions": 3}})
    }

    #[test]
    fn a_holder_is_gone_when_its_record_stands_still_by_our_own_clock() {
        let start = serve::instant();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut record = Record { us: "b".into(), ..Record::default() };
        // its clock runs a year behind ours, or ahead: nobody looks
        for renewed in ["2020-01-01T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z"] {
            record = Record { us: "b".into(), ..Record::default() };
            record.observe(&lease("1", "a", renewed), at(0));
            record.observe(&lease("1", "a", renewed), at(9));
            assert!(!record.may_take(at(9)), "it was seen 9 s ago for the first time");
            assert!(record.may_take(at(10)));
        }
        // a renewal is a sign of life
        record.observe(&lease("2", "a", ""), at(10));
        assert!(!record.may_take(at(19)) && record.may_take(at(20)));
        // somebody's label on the object is none
        record.observe(&lease("3", "a", ""), at(15));
        assert!(record.may_take(at(20)), "the record stands still");
        assert_eq!(record.version, "3", "and it is written onto the newest version");
    }

    #[test]
    fn what_is_released_or_ours_is_taken_at_once() {
        let now = serve::instant();
        let mut record = Record { us: "b".into(), ..Record::default() };
        record.observe(&lease("1", "", ""), now);
        assert!(record.may_take(now));
        record.observe(&lease("2", "b", ""), now);
        assert!(record.may_take(now), "this pod's container was started anew");
        record.observe(&lease("3", "a", ""), now);
        assert!(!record.may_take(now));
    }

    #[test]
    fn times_are_those_of_the_api() {
        assert_eq!(micro_time(Timestamp(1_763_856_000)), "2025-11-23T00:00:00.000000Z");
    }
}
