//! What a pilot in a cluster keeps true, beside serving: the remotes' tokens and slices, by the one replica that holds the
//! Lease; and what it says about its troubles, on its pages and as Events.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::credentials::{self, Failure};
use super::slices::{self, Arrival, SliceState};
use super::{events, troubles};
use crate::adapters::k8s::{self, Connector, LeaseName, LeaseState};
use crate::adapters::registry::{Holdings, InCluster, Registry};
use crate::data::model::{ClusterId, ClusterRole, LEASE, MANAGED_BY, OWNED, Timestamp};
use crate::engine::Feeds;

/// How long the Lease is held without a renewal.
const TERM: Duration = Duration::from_secs(10);
/// A write that takes longer than this is tried again.
pub(super) const WRITE: Duration = Duration::from_secs(10);

/// What a pilot in a cluster must know of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Duties {
    /// The pod's name, which is the holder's in the Lease.
    pub pod: String,
    /// Renew tokens so long after they were issued, instead of at a third of their life.
    pub renew_after: Option<Duration>,
}

/// What the parts of the upkeep share.
pub(super) struct Upkeep {
    pub(super) own: InCluster,
    pub(super) duties: Duties,
    /// To this cluster.
    pub(super) connector: Arc<Connector>,
    pub(super) holdings: Holdings,
    /// The registry in force; `None` before it is known.
    pub(super) registry: watch::Receiver<Option<Registry>>,
    pub(super) feeds: Feeds,
    noted: Mutex<Noted>,
}

/// What the parts found out.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) lease: LeaseState,
    /// Renewals that failed, until one succeeds.
    pub(super) renewals: BTreeMap<ClusterId, Failure>,
    pub(super) slices: BTreeMap<ClusterId, SliceState>,
    /// The remotes since their credentials became known.
    pub(super) arrivals: BTreeMap<ClusterId, Arrival>,
}

impl Noted {
    /// A remote's arrival: now, where its credential was not known before.
    pub(super) fn arrival(&mut self, id: &ClusterId, now: Instant) -> &mut Arrival {
        self.arrivals.entry(id.clone()).or_insert_with(|| Arrival::at(now))
    }

    /// What only the holder finds out is nobody's knowledge once another one holds the Lease: its failures would be told for
    /// ever. When a credential became known no term changes.
    fn end_of_term(&mut self) {
        let Self { lease: _, arrivals: _, renewals, slices } = self;
        renewals.clear();
        slices.clear();
    }
}

impl Upkeep {
    pub(super) fn new(
        own: InCluster,
        duties: Duties,
        holdings: Holdings,
        registry: watch::Receiver<Option<Registry>>,
        feeds: Feeds,
    ) -> Self {
        let connector = Arc::new(own.connector());
        Self { own, duties, connector, holdings, registry, feeds, noted: Mutex::default() }
    }

    pub(super) fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The remotes of the registry in force.
    pub(super) fn remotes(&self) -> Vec<crate::adapters::registry::Entry> {
        let registry = self.registry.borrow();
        let entries = registry.iter().flat_map(|r| &r.entries);
        entries.filter(|e| e.role == ClusterRole::Remote).cloned().collect()
    }

    /// Keeps everything true until `stop`; ends once the Lease is released.
    pub(super) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let name = LeaseName {
            namespace: self.own.namespace.to_string(),
            name: LEASE.to_owned(),
            identity: self.duties.pod.clone(),
            duration: TERM,
            // uninstall removes what carries them
            labels: [OWNED, MANAGED_BY].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        };
        let (mut lease, elector) = k8s::hold(self.connector.clone(), name, stop.clone());
        let told = tokio::spawn(events::run(self.clone(), stop.clone()));
        let known = tokio::spawn(slices::arrivals(self.clone(), stop.clone()));
        loop {
            let state = lease.borrow_and_update().clone();
            let held = state.held;
            self.noted().lease = state;
            if held && !stop.is_cancelled() {
                tracing::info!("this pod holds the Lease {}: it keeps the remotes' tokens and slices", LEASE);
                self.term(&mut lease, &stop).await;
                tracing::info!("this pod does not hold the Lease {} any more", LEASE);
                self.noted().end_of_term();
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                changed = lease.changed() => if changed.is_err() { break },
            }
        }
        // it releases the Lease
        let _ = elector.await;
        let _ = told.await;
        let _ = known.await;
    }

    /// What the holder does, until it is not the holder any more.
    async fn term(self: &Arc<Self>, lease: &mut watch::Receiver<LeaseState>, stop: &CancellationToken) {
        let term = stop.child_token();
        let _end = term.clone().drop_guard();
        let lost = async {
            while lease.changed().await.is_ok() {
                let state = lease.borrow_and_update().clone();
                let held = state.held;
                self.noted().lease = state;
                if !held {
                    return;
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = lost => {}
            () = credentials::run(self.clone()) => {}
            () = slices::run(self.clone(), term.clone()) => {}
        }
    }

    /// Why the registry is not known yet, where it is not.
    pub(super) fn unread(&self) -> Option<String> {
        let known = self.registry.borrow().is_some();
        troubles::of_reading(self).into_iter().next().filter(|_| !known).map(|t| t.note)
    }

    /// What `/debug/clusterz` adds to a cluster's row.
    pub(super) fn row(&self, id: &ClusterId, now: Timestamp) -> Value {
        let slices = self.noted().slices.get(id).map(SliceState::page);
        json!({"credentials": credentials::page(self, id, now), "pilotSlices": slices})
    }

    /// What it says of this pilot.
    pub(super) fn page(&self, now: Timestamp) -> Value {
        let lease = self.noted().lease.clone();
        let troubles: Vec<Value> =
            troubles::all(self, now).iter().map(|t| json!({"reason": t.reason, "note": t.note})).collect();
        json!({
            "pod": self.duties.pod,
            "lease": {"held": lease.held, "holder": lease.holder, "reason": lease.problem.map(|p| p.to_string())},
            "troubles": troubles,
        })
    }
}
