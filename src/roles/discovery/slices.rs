//! The remotes' slices of pilot: in every remote the addresses of pilot's ready pods, kept equal to what this cluster says of
//! its Service `istio-pilot`, so that the remotes' DNS answers with them. Never an empty set.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::upkeep::{Upkeep, WRITE};
use crate::adapters::k8s::{self, Apply, ApplyError, Connector, Followed};
use crate::adapters::registry::Entry;
use crate::adapters::serve::{self, Backoff};
use crate::data::model::{ClusterId, DISCOVERY, SLICE_CONTROLLER, SLICE_KEEPER};

/// Pilot's Service, here and in the remotes.
const SERVICE: &str = "istio-pilot";
/// An API server takes no more endpoints in a slice.
const MOST: usize = 1000;
/// So long after its credential became known a remote may be without slices: install makes both, and neither first.
const GRACE: Duration = Duration::from_secs(60);
/// Families by the end of a slice's name.
const FAMILIES: [(&str, &str); 2] = [("v4", "IPv4"), ("v6", "IPv6")];

/// How a remote's slices stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SliceState {
    /// They have not been compared yet, or there is nothing to write.
    Waiting(String),
    /// They say what they must.
    Kept,
    /// They do not.
    Failed(String),
}

impl SliceState {
    pub(super) fn page(&self) -> Value {
        match self {
            SliceState::Waiting(reason) => json!({"state": "WAITING", "reason": reason}),
            SliceState::Kept => json!({"state": "KEPT", "reason": null}),
            SliceState::Failed(reason) => json!({"state": "FAILED", "reason": reason}),
        }
    }
}

/// A remote since its credential became known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    since: Instant,
    /// A slice of ours was seen there: where there is none any more, somebody has taken it away.
    seen: bool,
}

impl Arrival {
    /// One whose credential became known at `since`.
    pub(super) fn at(since: Instant) -> Self {
        Self { since, seen: false }
    }

    /// How much longer its slices may be yet to come; `None`: they must be there.
    fn grace(self, now: Instant) -> Option<Duration> {
        let left = GRACE.saturating_sub(now.saturating_duration_since(self.since));
        Some(left).filter(|left| !self.seen && !left.is_zero())
    }
}

/// Addresses by family.
type Addresses = BTreeSet<IpAddr>;

/// Keeps the slices of all remotes until `term` ends.
pub(super) async fn run(upkeep: Arc<Upkeep>, term: CancellationToken) {
    let mine = k8s::follow::<EndpointSlice>(upkeep.connector.clone(), path(&upkeep), term.clone());
    let mut registry = upkeep.registry.clone();
    let mut running: BTreeMap<ClusterId, (u128, CancellationToken)> = BTreeMap::new();
    loop {
        registry.mark_unchanged();
        // where mesh.yaml fixes pilot's address the slices are install's
        let remotes: Vec<Entry> =
            upkeep.remotes().into_iter().filter(|e| e.overrides.pilot_address.is_empty()).collect();
        running.retain(|id, (fingerprint, stop)| {
            let stays = remotes.iter().any(|e| e.id == *id && e.fingerprint == *fingerprint);
            if !stays {
                stop.cancel();
            }
            stays
        });
        upkeep.noted().slices.retain(|id, _| remotes.iter().any(|e| e.id == *id));
        for entry in remotes {
            if !running.contains_key(&entry.id) {
                let stop = term.child_token();
                running.insert(entry.id.clone(), (entry.fingerprint, stop.clone()));
                // whoever asks before the first comparison is not told that nothing is wrong
                let waiting = SliceState::Waiting("they have not been compared yet".to_owned());
                upkeep.noted().slices.entry(entry.id.clone()).or_insert(waiting);
                tokio::spawn(keep(upkeep.clone(), entry, mine.clone(), stop));
            }
        }
        if registry.changed().await.is_err() {
            return;
        }
    }
}

/// Notes when the credential of each remote becomes known, whoever holds the Lease, until `stop`.
pub(super) async fn arrivals(upkeep: Arc<Upkeep>, stop: CancellationToken) {
    let mut registry = upkeep.registry.clone();
    let rounds = async {
        loop {
            registry.mark_unchanged();
            let (remotes, now) = (upkeep.remotes(), serve::instant());
            {
                let mut noted = upkeep.noted();
                noted.arrivals.retain(|id, _| remotes.iter().any(|e| e.id == *id));
                for entry in &remotes {
                    noted.arrival(&entry.id, now);
                }
            }
            if registry.changed().await.is_err() {
                return;
            }
        }
    };
    stop.run_until_cancelled(rounds).await;
}

/// The names of a remote's slices, with their families.
fn names(primary: &ClusterId) -> [(String, &'static str); 2] {
    FAMILIES.map(|(suffix, family)| (format!("{SERVICE}-{primary}-{suffix}"), family))
}

fn path(upkeep: &Upkeep) -> String {
    let namespace = &upkeep.own.namespace;
    format!(
        "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D{SERVICE}&"
    )
}

/// Keeps the slices of one remote.
async fn keep(
    upkeep: Arc<Upkeep>,
    entry: Entry,
    mut mine: watch::Receiver<Followed<EndpointSlice>>,
    stop: CancellationToken,
) {
    let Some(connector) = entry.source.connector() else { return };
    let mut theirs = k8s::follow::<EndpointSlice>(connector.clone(), path(&upkeep), stop.clone());
    let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
    let rounds = async {
        loop {
            let here = mine.borrow_and_update().clone();
            let there = theirs.borrow_and_update().clone();
            let seen = names(&upkeep.own.id).iter().any(|(name, _)| there.objects.contains_key(name));
            let now = serve::instant();
            let grace = {
                let mut noted = upkeep.noted();
                let arrival = noted.arrival(&entry.id, now);
                arrival.seen |= seen;
                arrival.grace(now)
            };
            let state = compare_and_write(&upkeep, &connector, &here, &there, grace).await;
            let again = match &state {
                SliceState::Failed(_) => Some(backoff.wait()),
                _ => {
                    backoff.reset();
                    grace
                }
            };
            {
                // under the lock: who ends the term cancels first, and clears then
                let mut noted = upkeep.noted();
                if !stop.is_cancelled() {
                    noted.slices.insert(entry.id.clone(), state);
                }
            }
            let retry = async {
                match again {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            let changed = tokio::select! {
                changed = mine.changed() => changed,
                changed = theirs.changed() => changed,
                () = retry => Ok(()),
            };
            if changed.is_err() {
                return;
            }
        }
    };
    stop.run_until_cancelled(rounds).await;
}

/// Brings a remote's slices in line; gives how they stand after that. `grace`: how much longer they may be yet to come.
async fn compare_and_write(
    upkeep: &Upkeep,
    connector: &Connector,
    here: &Followed<EndpointSlice>,
    there: &Followed<EndpointSlice>,
    grace: Option<Duration>,
) -> SliceState {
    if let Some(problem) = &here.problem {
        return SliceState::Failed(format!("the slices of {SERVICE} in this cluster cannot be read: {problem}"));
    }
    if !there.synced {
        return match &there.problem {
            Some(problem) => SliceState::Failed(format!("they cannot be read: {problem}")),
            None => SliceState::Waiting("they have not been read yet".into()),
        };
    }
    let names = names(&upkeep.own.id);
    if names.iter().all(|(name, _)| !there.objects.contains_key(name)) {
        return missing(&names[0].0, grace);
    }
    let mut written = false;
    for (name, family) in &names {
        let Some(slice) = there.objects.get(name) else { continue };
        let wanted = ready(here, family);
        // pilot's own outage, or ours to see it, must not take its address from anybody
        if wanted.is_empty() {
            continue;
        }
        written = true;
        if !says(slice, &wanted)
            && let Err(error) = write(upkeep, connector, name, family, &wanted).await
        {
            return SliceState::Failed(format!("{name} cannot be written: {error}"));
        }
    }
    match written {
        true => SliceState::Kept,
        false => SliceState::Waiting("no pod of istio-pilot is ready here; they keep what they say".into()),
    }
}

/// How a remote without slices stands.
fn missing(name: &str, grace: Option<Duration>) -> SliceState {
    match grace {
        Some(_) => SliceState::Waiting(format!("{name} is not there yet; meshctl install makes it")),
        None => SliceState::Failed(format!("{name} is not there; meshctl install makes it")),
    }
}

/// The addresses of pilot's ready pods. Only slices that Kubernetes itself keeps know them: what a former primary, or anybody,
/// left beside these leads elsewhere.
fn ready(here: &Followed<EndpointSlice>, family: &str) -> Addresses {
    let slices = here.objects.values().filter(|s| s.address_type == family && is_of_the_controller(s));
    let endpoints = slices.flat_map(|s| s.endpoints.iter().flatten()).filter(|e| is_ready(e));
    let addresses = endpoints.filter_map(|e| e.addresses.first()).filter_map(|a| a.parse().ok());
    addresses.collect::<Addresses>().into_iter().take(MOST).collect()
}

fn is_of_the_controller(slice: &EndpointSlice) -> bool {
    let keeper = slice.metadata.labels.as_ref().and_then(|labels| labels.get(SLICE_KEEPER.0));
    keeper.is_some_and(|keeper| keeper == SLICE_CONTROLLER)
}

fn is_ready(endpoint: &Endpoint) -> bool {
    let conditions = endpoint.conditions.clone().unwrap_or_default();
    // absent means ready (API documentation of v1)
    conditions.ready != Some(false) && conditions.terminating != Some(true)
}

/// Whether a slice says exactly this.
fn says(slice: &EndpointSlice, wanted: &Addresses) -> bool {
    let endpoints: Vec<&Endpoint> = slice.endpoints.iter().flatten().collect();
    let said: Option<Addresses> = endpoints
        .iter()
        .map(|e| e.addresses.first().filter(|_| is_ready(e) && e.addresses.len() == 1).and_then(|a| a.parse().ok()))
        .collect();
    endpoints.len() == wanted.len() && said.as_ref() == Some(wanted)
}

async fn write(
    upkeep: &Upkeep,
    connector: &Connector,
    name: &str,
    family: &str,
    wanted: &Addresses,
) -> Result<(), ApplyError> {
    let namespace = &upkeep.own.namespace;
    let endpoints: Vec<Value> =
        wanted.iter().map(|ip| json!({"addresses": [ip.to_string()], "conditions": {"ready": true}})).collect();
    let body = json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": namespace},
        "addressType": family,
        "endpoints": endpoints,
    });
    let path = format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices/{name}");
    let (epoch, client) = k8s::within(WRITE, connector.client()).await?;
    // the endpoints are ours, whoever else writes them
    let how = Apply { manager: DISCOVERY, dry_run: false, force: true };
    let answer = k8s::apply(&client, &path, &body, how, WRITE).await;
    if let Err(ApplyError::Api(error)) = &answer
        && error.is_unreachable()
    {
        connector.discard(epoch, error).await;
    }
    answer.map(|_| tracing::info!("{name} says {wanted:?} in the remote now"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(family: &str, endpoints: Value) -> EndpointSlice {
        let metadata = json!({"name": "s", "labels": {SLICE_KEEPER.0: SLICE_CONTROLLER}});
        let object = json!({"metadata": metadata, "addressType": family, "endpoints": endpoints});
        serde_json::from_value(object).unwrap_or_default()
    }

    fn ips(all: &[&str]) -> Addresses {
        all.iter().filter_map(|a| a.parse().ok()).collect()
    }

    #[test]
    fn a_slice_that_was_never_there_has_a_minute_to_come() {
        let start = serve::instant();
        let after = |seconds| start + Duration::from_secs(seconds);
        let new = Arrival::at(start);
        assert_eq!(new.grace(after(0)), Some(GRACE));
        assert_eq!(new.grace(after(59)), Some(Duration::from_secs(1)));
        assert_eq!((new.grace(after(60)), new.grace(after(3600))), (None, None));
        // one that was there and is gone was taken away
        assert_eq!(Arrival { seen: true, ..new }.grace(after(0)), None);
        let late = missing("s", new.grace(after(60)));
        assert_eq!(late, SliceState::Failed("s is not there; meshctl install makes it".into()));
        let early = missing("s", new.grace(after(59)));
        assert_eq!(early, SliceState::Waiting("s is not there yet; meshctl install makes it".into()));
    }

    #[test]
    fn only_ready_pods_count() {
        let here = slice(
            "IPv4",
            json!([
                {"addresses": ["10.0.0.2"], "conditions": {"ready": true}},
                {"addresses": ["10.0.0.1"]},
                {"addresses": ["10.0.0.3"], "conditions": {"ready": false}},
                {"addresses": ["10.0.0.4"], "conditions": {"ready": true, "terminating": true}},
            ]),
        );
        // a former primary's, which nobody has removed
        let mut left = slice("IPv4", json!([{"addresses": ["10.9.9.9"]}]));
        left.metadata.labels = Some([(SLICE_KEEPER.0.to_owned(), SLICE_KEEPER.1.to_owned())].into());
        let objects = [("a".to_owned(), here), ("istio-pilot-old-v4".to_owned(), left)].into();
        let here = Followed { objects, ..Followed::default() };
        assert_eq!(ready(&here, "IPv4"), ips(&["10.0.0.1", "10.0.0.2"]));
        assert_eq!(ready(&here, "IPv6"), ips(&[]));
    }

    #[test]
    fn a_slice_that_somebody_changed_is_told_from_one_that_is_right() {
        let good = json!([{"addresses": ["10.0.0.1"], "conditions": {"ready": true}}]);
        let wanted = ips(&["10.0.0.1"]);
        assert!(says(&slice("IPv4", good), &wanted));
        for other in [
            json!(null),
            json!([{"addresses": ["10.0.0.1"], "conditions": {"ready": false}}]),
            json!([{"addresses": ["10.0.0.1", "10.0.0.9"]}]),
            json!([{"addresses": ["10.0.0.1"]}, {"addresses": ["10.0.0.1"]}]),
            json!([{"addresses": ["10.0.0.2"]}]),
        ] {
            assert!(!says(&slice("IPv4", other.clone()), &wanted), "{other}");
        }
    }
}
