//! What is wrong in the cluster that pilot runs in, as an operator must know it: a reason, the object that it is about, and a
//! sentence. Pages, log and Events say the same.

use std::path::Path;

use super::credentials::{self, CURE, Standing};
use super::slices::SliceState;
use super::upkeep::Upkeep;
use crate::adapters::registry::SETTINGS;
use crate::data::model::{ClusterRole, REMOTES, Timestamp};
use crate::engine::FeedState;

/// The object that a trouble is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// The Secret with the remotes' credentials.
    Remotes,
    /// The ConfigMap with the mesh's settings.
    Settings,
    /// Pilot's Service.
    Service,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trouble {
    /// In the form of an Event's reason.
    pub(super) reason: &'static str,
    pub(super) about: About,
    /// What, why, and what helps.
    pub(super) note: String,
}

/// Everything that is wrong now.
pub(super) fn all(upkeep: &Upkeep, now: Timestamp) -> Vec<Trouble> {
    let mut all = of_reading(upkeep);
    of_the_registry(upkeep, &mut all);
    of_remotes(upkeep, now, &mut all);
    all.sort();
    all.dedup();
    all
}

/// What pilot cannot read or hold in its own cluster.
pub(super) fn of_reading(upkeep: &Upkeep) -> Vec<Trouble> {
    let namespace = &upkeep.own.namespace;
    let mut all = Vec::new();
    if let Some(problem) = &upkeep.holdings.remotes.borrow().problem {
        let note = format!("reading the Secret {namespace}/{REMOTES} failed: {problem}");
        all.push(Trouble { reason: "RemotesUnreadable", about: About::Remotes, note });
    }
    if let Some(problem) = &upkeep.holdings.settings.borrow().problem {
        let note = format!("reading the ConfigMap {namespace}/{SETTINGS} failed: {problem}");
        all.push(Trouble { reason: "SettingsUnreadable", about: About::Settings, note });
    }
    if let Some(problem) = &upkeep.noted().lease.problem {
        let note = format!(
            "holding the Lease {namespace}/istio-pilot failed: {problem}; without it no token is renewed and no slice is kept"
        );
        all.push(Trouble { reason: "LeaseNotHeld", about: About::Service, note });
    }
    all
}

fn of_the_registry(upkeep: &Upkeep, all: &mut Vec<Trouble>) {
    for problem in upkeep.feeds.problems() {
        let (reason, about) = match problem.file.starts_with(Path::new(REMOTES)) {
            true => ("RemoteKeyBroken", About::Remotes),
            false => ("SettingsBroken", About::Settings),
        };
        all.push(Trouble { reason, about, note: problem.to_string() });
    }
}

fn of_remotes(upkeep: &Upkeep, now: Timestamp, all: &mut Vec<Trouble>) {
    for status in upkeep.feeds.status().into_iter().filter(|s| s.role == ClusterRole::Remote) {
        let id = &status.id;
        if matches!(status.state, FeedState::Stale | FeedState::Unreachable) {
            let why = status.reason.as_deref().unwrap_or("it does not answer");
            let note = format!("reading the cluster {id} failed: {why}; its endpoints stay as they were last heard");
            all.push(Trouble { reason: "RemoteUnreachable", about: About::Remotes, note });
        }
        let failure = upkeep.noted().renewals.get(id).map(|f| f.reason.clone());
        if let Some(Standing::LockedOut { since }) = credentials::standing(upkeep, id, now) {
            let what = if since.is_some() { "have expired" } else { "are refused there" };
            let note = format!(
                "the credentials for the cluster {id} {what}; its endpoints stay as they were last heard, and new credentials come by: {CURE}"
            );
            all.push(Trouble { reason: "RemoteCredentialsExpired", about: About::Remotes, note });
        } else if let Some(note) = failure {
            all.push(Trouble { reason: "TokenNotRenewed", about: About::Remotes, note });
        }
        let slices = upkeep.noted().slices.get(id).cloned();
        if let Some(SliceState::Failed(why)) = slices {
            let note = format!("keeping pilot's slices in the cluster {id} failed: {why}");
            all.push(Trouble { reason: "RemoteSliceNotKept", about: About::Service, note });
        }
    }
}
