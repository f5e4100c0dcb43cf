//! The clusters of a registry, each asked at once what stands in it: its inventory, and the CA that it holds; and what of that the
//! parts of a plan look at.

use super::backend::{Backend, Unread};
use super::input::{Place, PlanInput};
use super::plan::Plan;
use super::prepare::connect;
use super::ready;
use super::secret::SecretData;
use super::stubs;
use super::trust;
use crate::data::model::ClusterId;
use crate::pure::manifest::Inventory;

/// A cluster that was asked what stands in it.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) id: &'a ClusterId,
    pub(super) backend: Result<Backend, String>,
    pub(super) inventory: Result<Option<Inventory>, Unread>,
    /// What its Secret of the CA holds.
    pub(super) held: Result<Option<SecretData>, String>,
}

impl Asked<'_> {
    /// The inventory, where there is one that can be read.
    pub(super) fn recorded(&self) -> Option<&Inventory> {
        self.inventory.as_ref().ok()?.as_ref()
    }

    /// Why the cluster does not answer; `None` where it does, or nobody knows.
    pub(super) fn silence(&self) -> Option<&str> {
        let unread = self.inventory.as_ref().err()?;
        unread.is_silence.then_some(unread.why.as_str())
    }
}

/// Connects to a cluster and reads its inventory, and the CA that it holds.
pub(super) async fn ask<'a>(id: &'a ClusterId, place: &Place, namespace: &str) -> Asked<'a> {
    let backend = connect(place).await;
    let (inventory, held) = match &backend {
        Ok(backend) => tokio::join!(backend.inventory(namespace), backend.held()),
        Err(why) => (Err(Unread::other(why.clone())), Err(why.clone())),
    };
    Asked { id, backend, inventory, held }
}

/// What the stubs need of the clusters that were asked.
pub(super) fn places<'a>(asked: &'a [Asked<'a>]) -> Vec<stubs::Place<'a>> {
    let place = |a: &'a Asked<'a>| stubs::Place {
        id: a.id,
        backend: a.backend.as_ref().ok(),
        old: a.recorded(),
        is_read: a.inventory.is_ok(),
        is_silent: a.silence().is_some(),
    };
    asked.iter().map(place).collect()
}

/// What the CA is judged by.
pub(super) fn trusting<'a>(input: &PlanInput, asked: &'a [Asked<'a>], plan: &'a Plan) -> Vec<trust::Cluster<'a>> {
    let live = |id: &ClusterId| input.clusters.iter().any(|c| c.id == *id && c.place.server().is_some());
    let planned = |id: &ClusterId| plan.clusters.iter().find(|c| c.id == *id);
    let cluster = |a: &'a Asked<'a>| trust::Cluster {
        id: a.id,
        live: live(a.id),
        held: &a.held,
        known: a.inventory.as_ref().is_ok_and(Option::is_some),
        wanted: planned(a.id).map(|c| c.manifests.inventory.secrets.as_slice()),
    };
    asked.iter().map(cluster).collect()
}

/// What the preflight needs of the clusters that were asked.
pub(super) fn grounds<'a>(asked: &'a [Asked<'a>]) -> Vec<ready::Reached<'a>> {
    let reached = |a: &'a Asked<'a>| ready::Reached {
        id: a.id,
        backend: &a.backend,
        inventory: a.recorded(),
        silence: a.silence(),
    };
    asked.iter().map(reached).collect()
}
