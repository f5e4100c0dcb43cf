//! What is wrong in the cluster that pilot runs in, as an operator must know it: a reason, the object that it is about, and a
//! sentence. Pages, log and Events say the same.

use std::path::Path;

use super::credentials::{self, CURE, Standing};
use super::slices::SliceState;
use super::upkeep::Upkeep;
use crate::adapters::k8s::LeaseState;
use crate::adapters::registry::SETTINGS;
use crate::data::model::{ClusterRole, LEASE, REMOTES, Timestamp};
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
    /// Which of its kind: a cluster, a key of the Secret; empty where there is one only.
    pub(super) subject: String,
    /// What, why, and what helps.
    pub(super) note: String,
}

/// What makes two troubles the same one, however its sentence ages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) reason: &'static str,
    pub(super) subject: String,
    /// The note without its numbers: ages, ports, versions and waits change while the trouble stays.
    pub(super) words: String,
}

impl Trouble {
    pub(super) fn identity(&self) -> Identity {
        let mut words = String::with_capacity(self.note.len());
        for c in self.note.chars() {
            let c = if c.is_ascii_digit() { '#' } else { c };
            if c != '#' || !words.ends_with('#') {
                words.push(c);
            }
        }
        Identity { reason: self.reason, subject: self.subject.clone(), words }
    }
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
        all.push(Trouble { reason: "RemotesUnreadable", about: About::Remotes, subject: String::new(), note });
    }
    if let Some(problem) = &upkeep.holdings.settings.borrow().problem {
        let note = format!("reading the ConfigMap {namespace}/{SETTINGS} failed: {problem}");
        all.push(Trouble { reason: "SettingsUnreadable", about: About::Settings, subject: String::new(), note });
    }
    all.extend(of_the_lease(&upkeep.noted().lease, namespace));
    all
}

/// Why nobody may be doing what one replica does for all.
fn of_the_lease(lease: &LeaseState, namespace: &str) -> Option<Trouble> {
    let why = match &lease.problem {
        Some(problem) => problem.to_string(),
        None if lease.vacant && !lease.holder.is_empty() => {
            format!("{} has it for a long time yet, and shows no sign of life", lease.holder)
        }
        None => return None,
    };
    let note = format!(
        "holding the Lease {namespace}/{LEASE} failed: {why}; without it no token is renewed and no slice is kept"
    );
    Some(Trouble { reason: "LeaseNotHeld", about: About::Service, subject: String::new(), note })
}

fn of_the_registry(upkeep: &Upkeep, all: &mut Vec<Trouble>) {
    for problem in upkeep.feeds.problems() {
        let (reason, about) = match problem.file.starts_with(Path::new(REMOTES)) {
            true => ("RemoteKeyBroken", About::Remotes),
            false => ("SettingsBroken", About::Settings),
        };
        let subject = problem.file.display().to_string();
        all.push(Trouble { reason, about, subject, note: problem.to_string() });
    }
}

fn of_remotes(upkeep: &Upkeep, now: Timestamp, all: &mut Vec<Trouble>) {
    for status in upkeep.feeds.status().into_iter().filter(|s| s.role == ClusterRole::Remote) {
        let id = &status.id;
        let mut push = |reason, about, note| all.push(Trouble { reason, about, subject: id.to_string(), note });
        if matches!(status.state, FeedState::Stale | FeedState::Unreachable) {
            let why = status.reason.as_deref().unwrap_or("it does not answer");
            let note = format!("reading the cluster {id} failed: {why}; its endpoints stay as they were last heard");
            push("RemoteUnreachable", About::Remotes, note);
        }
        let failure = upkeep.noted().renewals.get(id).map(|f| f.reason.clone());
        if let Some(Standing::LockedOut { since }) = credentials::standing(upkeep, id, now) {
            let what = if since.is_some() { "have expired" } else { "are refused there" };
            let note = format!(
                "the credentials for the cluster {id} {what}; its endpoints stay as they were last heard, and new credentials come by: {CURE}"
            );
            push("RemoteCredentialsExpired", About::Remotes, note);
        } else if let Some(note) = failure {
            push("TokenNotRenewed", About::Remotes, note);
        }
        let slices = upkeep.noted().slices.get(id).cloned();
        if let Some(SliceState::Failed(why)) = slices {
            let note = format!("keeping pilot's slices in the cluster {id} failed: {why}");
            push("RemoteSliceNotKept", About::Service, note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(cluster: &str, why: &str) -> Identity {
        let note = format!("reading the cluster {cluster} failed: {why}");
        Trouble { reason: "RemoteUnreachable", about: About::Remotes, subject: cluster.to_owned(), note }.identity()
    }

    #[test]
    fn a_lease_that_nobody_holds_is_a_trouble_and_one_that_another_holds_is_none() {
        let of = |held, holder: &str, vacant, problem| {
            let lease = LeaseState { held, holder: holder.to_owned(), vacant, problem };
            of_the_lease(&lease, "n").map(|t| t.note)
        };
        for (held, holder, vacant) in
            [(true, "us", false), (false, "other", false), (false, "", false), (false, "", true)]
        {
            assert_eq!(of(held, holder, vacant, None), None, "{holder}");
        }
        let dead = of(false, "other", true, None).unwrap_or_default();
        assert!(dead.starts_with("holding the Lease n/istio-pilot failed: other has it for a long time yet"), "{dead}");
        let denied = of(false, "other", false, Some(crate::adapters::k8s::K8sError::NotFound)).unwrap_or_default();
        assert!(denied.contains("does not know it (404); without it no token"), "{denied}");
    }

    #[test]
    fn a_trouble_that_ages_stays_the_same() {
        let fresh = unreachable("rack-1", "its certificate expired 5 s ago");
        assert_eq!(fresh, unreachable("rack-1", "its certificate expired 119 s ago"));
        assert_eq!(unreachable("a", "did not answer within 2.5 s"), unreachable("a", "did not answer within 10.25 s"));
        assert_ne!(fresh, unreachable("rack-2", "its certificate expired 5 s ago"), "another cluster");
        assert_ne!(fresh, unreachable("rack-1", "it refused ours"), "another cause");
    }
}
