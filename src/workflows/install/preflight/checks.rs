//! The checks: each looks at what was gathered in one cluster, and says what is wrong there. Pure.

use super::super::rights;
use super::{Facts, Ground, Subject, reach};
use crate::data::model::ClusterRole;
use crate::pure::manifest::Inventory;

/// The oldest API server that has all that install asks for: server-side apply (stable in 1.22), `discovery.k8s.io/v1` and
/// `policy/v1` (1.21).
const OLDEST: (u32, u32) = (1, 22);
/// Kubernetes itself supports parts of one cluster that are this many minor versions apart.
const MINORS_APART: u32 = 3;

/// What a check says of one cluster: whether it stops it, the sentence, the hint.
pub(super) type Said3 = (bool, String, Option<String>);

/// A check.
pub(super) struct Check {
    /// Its name.
    pub name: &'static str,
    /// Looks at one cluster that answered.
    pub look: fn(&Ground, &Subject, &Facts) -> Vec<Said3>,
}

/// Every check, in the order in which their findings are told. That a cluster answers at all comes before them.
pub(super) static CHECKS: [Check; 8] = [
    Check { name: "identity", look: identity },
    Check { name: "pin", look: pinned },
    Check { name: "same cluster", look: same_cluster },
    Check { name: "version", look: version },
    Check { name: "version skew", look: version_skew },
    Check { name: "downgrade", look: downgrade },
    Check { name: "rights", look: may },
    Check { name: "reach", look: reachable },
];

/// Nothing must be written there.
pub(super) fn stop(sentence: String, hint: impl Into<String>) -> Vec<Said3> {
    vec![(true, sentence, Some(hint.into()))]
}

/// The kubeconfig still leads to the cluster that was installed.
fn identity(_: &Ground, subject: &Subject, facts: &Facts) -> Vec<Said3> {
    let Some(inventory) = &facts.inventory else { return Vec::new() };
    if inventory.cluster != subject.id.as_str() {
        let sentence = format!("its inventory is that of cluster {}", inventory.cluster);
        return stop(sentence, format!("call its entry of the registry {}", inventory.cluster));
    }
    match &facts.uid {
        Some(uid) if !inventory.uid.is_empty() && inventory.uid != *uid => stop(
            format!(
                "it is another cluster than the one that was installed: the UID of its namespace kube-system is {uid}, and was {}",
                inventory.uid
            ),
            "let its kubeconfig lead to the old cluster, or give the new one an id of its own",
        ),
        _ => Vec::new(),
    }
}

/// What cannot be known of a cluster whose namespace kube-system may not be read, or is not there.
pub(in crate::workflows::install) fn unpinned(inventory: Option<&Inventory>) -> String {
    let what = match inventory.is_some_and(|i| !i.uid.is_empty()) {
        true => "nobody knows whether it is still the cluster that was installed",
        false => "nothing will tell it from another cluster under its name",
    };
    format!("the UID of its namespace kube-system cannot be read: {what}")
}

/// The UID is what pins a cluster.
fn pinned(_: &Ground, _: &Subject, facts: &Facts) -> Vec<Said3> {
    if facts.uid.is_some() {
        return Vec::new();
    }
    let hint = "let the kubeconfig's user get the namespace kube-system";
    vec![(false, unpinned(facts.inventory.as_ref()), Some(hint.to_owned()))]
}

/// No two entries are one cluster.
fn same_cluster(ground: &Ground, subject: &Subject, facts: &Facts) -> Vec<Said3> {
    let Some(uid) = &facts.uid else { return Vec::new() };
    let twin = ground.others(subject).find(|(_, other)| other.uid.as_ref() == Some(uid));
    twin.map_or_else(Vec::new, |(other, _)| {
        stop(
            format!("it is the same cluster as {other}: kube-system has the same UID"),
            "take one of the two out of the registry",
        )
    })
}

/// `v1.35.0-gke.1` → (1, 35)
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    Some((digits(parts.next()?)?, digits(parts.next()?)?))
}

fn version(_: &Ground, _: &Subject, facts: &Facts) -> Vec<Said3> {
    match minor(&facts.version) {
        Some(found) if found < OLDEST => stop(
            format!(
                "its API server is {}, and {}.{} is the oldest that has what install needs",
                facts.version, OLDEST.0, OLDEST.1
            ),
            "upgrade the cluster",
        ),
        Some(_) => Vec::new(),
        None => vec![(false, format!("its API server's version \"{}\" says nothing", facts.version), None)],
    }
}

/// Told once, for the newest.
fn version_skew(ground: &Ground, subject: &Subject, facts: &Facts) -> Vec<Said3> {
    let Some(own) = minor(&facts.version) else { return Vec::new() };
    let others = ground.others(subject).filter_map(|(id, other)| Some((minor(&other.version)?, id)));
    let oldest = others.min();
    let newest = ground.others(subject).filter_map(|(id, f)| Some((minor(&f.version)?, id))).max();
    if newest.is_some_and(|(other, id)| (other, id) > (own, &subject.id)) {
        return Vec::new();
    }
    match oldest {
        Some((other, id)) if own.0 == other.0 && own.1.saturating_sub(other.1) > MINORS_APART => vec![(
            false,
            format!(
                "it runs Kubernetes {}.{} and {id} runs {}.{}: {} minor versions apart",
                own.0,
                own.1,
                other.0,
                other.1,
                own.1 - other.1
            ),
            None,
        )],
        _ => Vec::new(),
    }
}

fn downgrade(ground: &Ground, _: &Subject, facts: &Facts) -> Vec<Said3> {
    facts.inventory.as_ref().map_or_else(Vec::new, |inventory| ground.of_version(inventory))
}

fn may(_: &Ground, _: &Subject, facts: &Facts) -> Vec<Said3> {
    let mut kinds: Vec<&str> = facts.denied.iter().map(|(_, without)| *without).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let said = kinds.into_iter().flat_map(|kind| {
        let of_kind = facts.denied.iter().filter(|(_, without)| *without == kind);
        let sentence = rights::may_not(of_kind.map(|(access, _)| access));
        match kind {
            "" => stop(sentence, rights::HINT),
            without => vec![(false, format!("{sentence}: {without}"), None)],
        }
    });
    said.collect()
}

/// Pilot, in the primary, can reach a remote's API server.
fn reachable(_: &Ground, subject: &Subject, facts: &Facts) -> Vec<Said3> {
    if subject.role == ClusterRole::Primary {
        return Vec::new();
    }
    match reach(&subject.said, &subject.own, facts.inside.as_ref()) {
        Ok(reach) if reach.mended => vec![(
            false,
            format!("{} is an address of this machine; pilot will use {}", subject.own.server, reach.server),
            None,
        )],
        Ok(_) => Vec::new(),
        Err(why) => {
            let key = if subject.own.skips_verification { "caFile" } else { "server" };
            stop(format!("pilot cannot reach it: {why}"), format!("set clusters.{}.{key} in mesh.yaml", subject.id))
        }
    }
}
