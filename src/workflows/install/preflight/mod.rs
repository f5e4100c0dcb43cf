//! What must hold in every live cluster before anything is written in it: a table of small checks over what was gathered
//! there. The checks are pure; the gathering goes side by side, each cluster with its own deadline. (What others have put where
//! ours goes, another mesh above all, is found by the comparison with what stands, since it needs the inventory. A CA of another
//! root stops everything, and not its cluster alone.)

mod gather;
mod reach;

pub(super) use gather::{Asked, gather};
pub(super) use reach::{FromInside, Own, Reach, is_loopback, reach};

use super::rights::{self, Wanted};
use super::skew;
use crate::adapters::registry::PilotAccess;
use crate::data::model::{ClusterId, ClusterRole};
use crate::pure::manifest::Inventory;

/// The oldest API server that has all that install asks for: server-side apply (stable in 1.22), `discovery.k8s.io/v1` and
/// `policy/v1` (1.21).
const OLDEST: (u32, u32) = (1, 22);
/// Kubernetes itself supports parts of one cluster that are this many minor versions apart.
const MINORS_APART: u32 = 3;

/// What is known of one live cluster.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Its id.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// What `mesh.yaml` says of the way to it.
    pub said: PilotAccess,
    /// What its kubeconfig says of it.
    pub own: Own,
    /// What was gathered; `Err`: why nothing could be.
    pub facts: Result<Facts, String>,
}

/// What was gathered in a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The API server's version, `v1.35.0`.
    pub version: String,
    /// The UID of `kube-system`, where it may be read.
    pub uid: Option<String>,
    /// What an earlier installation left.
    pub inventory: Option<Inventory>,
    /// What install will do there and the user may not.
    pub denied: Vec<Wanted>,
    /// Where the cluster's own pods find its API server; gathered only where the kubeconfig's address leads to this machine.
    pub inside: Option<FromInside>,
}

/// What the checks look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Ground {
    /// The live clusters that are asked for.
    pub subjects: Vec<Subject>,
    /// The file clusters that are asked for, with what an earlier installation left in each.
    pub folders: Vec<(ClusterId, Inventory)>,
    /// The version of this program.
    pub version: String,
    /// Whether an older version may replace a newer one.
    pub allow_downgrade: bool,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The cluster.
    pub cluster: ClusterId,
    /// The check.
    pub check: &'static str,
    /// Whether nothing must be written there.
    pub stops: bool,
    /// What is wrong, as a sentence without its end.
    pub sentence: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What a check says of one cluster: whether it stops it, the sentence, the hint.
type Said3 = (bool, String, Option<String>);

/// A check.
pub(super) struct Check {
    /// Its name.
    pub name: &'static str,
    /// Looks at one cluster that answered.
    look: fn(&Ground, &Subject, &Facts) -> Vec<Said3>,
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

impl Ground {
    /// Everything that the checks find, by cluster in the order of the table.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for subject in &self.subjects {
            let mut say = |check, (stops, sentence, hint): Said3| {
                found.push(Finding { cluster: subject.id.clone(), check, stops, sentence, hint });
            };
            match &subject.facts {
                Err(why) => say("answer", (true, why.clone(), Some("meshctl cluster list shows who answers".into()))),
                Ok(facts) => {
                    for check in &CHECKS {
                        (check.look)(self, subject, facts).into_iter().for_each(|said| say(check.name, said));
                    }
                }
            }
        }
        for (cluster, inventory) in &self.folders {
            let said = self.of_version(inventory).into_iter();
            found.extend(said.map(|(stops, sentence, hint)| Finding {
                cluster: cluster.clone(),
                check: "downgrade",
                stops,
                sentence,
                hint,
            }));
        }
        found
    }

    /// What is said of the version that stands.
    fn of_version(&self, inventory: &Inventory) -> Vec<Said3> {
        match skew::step(&inventory.version, &self.version) {
            skew::Step::Downgrade if !self.allow_downgrade => {
                stop(skew::refusal(&inventory.version, &self.version), skew::HINT)
            }
            _ => Vec::new(),
        }
    }

    /// The others that answered.
    fn others<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = (&'a ClusterId, &'a Facts)> {
        let all = self.subjects.iter().filter(|s| s.id != subject.id);
        all.filter_map(|s| s.facts.as_ref().ok().map(|facts| (&s.id, facts)))
    }
}

fn stop(sentence: String, hint: impl Into<String>) -> Vec<Said3> {
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
pub(super) fn unpinned(inventory: Option<&Inventory>) -> String {
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
        let sentence = format!("the kubeconfig's user may not {}", rights::text(of_kind.map(|(access, _)| access)));
        match kind {
            "" => stop(sentence, "use the kubeconfig of a cluster administrator, or have these rights given"),
            unknown => vec![(false, format!("{sentence}: {unknown} may stay unknown"), None)],
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::adapters::k8s::Access;
    use crate::data::model::ClusterRole::{Primary, Remote};

    fn subject(id: &str, role: ClusterRole, facts: Facts) -> Subject {
        let facts = if facts.version.is_empty() { Facts { version: "v1.35.0".into(), ..facts } } else { facts };
        let facts = Facts { uid: facts.uid.or_else(|| Some(format!("of {id}"))), ..facts };
        let own = Own { server: format!("https://{id}"), ..Own::default() };
        Subject { id: ClusterId::parse(id).unwrap(), role, said: PilotAccess::default(), own, facts: Ok(facts) }
    }

    fn said(subjects: Vec<Subject>) -> Vec<(String, &'static str, bool, String)> {
        let ground = Ground { subjects, version: "0.2.0".into(), ..Ground::default() };
        let found = ground.findings().into_iter();
        found.map(|f| (f.cluster.to_string(), f.check, f.stops, f.sentence)).collect()
    }

    fn inventory(version: &str, uid: &str) -> Inventory {
        let id = ClusterId::parse("gke").unwrap();
        let new = Inventory::new(&id, Primary, &id, &[], Vec::new());
        Inventory { version: version.into(), uid: uid.into(), ..new }
    }

    #[test]
    fn healthy_clusters_have_no_findings() {
        let facts = Facts { uid: Some("1".into()), inventory: Some(inventory("0.2.0", "1")), ..Facts::default() };
        assert_eq!(said(vec![subject("gke", Primary, facts), subject("on-prem", Remote, Facts::default())]), []);
    }

    #[test]
    fn a_cluster_that_does_not_answer_is_named_alone() {
        let mut dead = subject("on-prem", Remote, Facts::default());
        dead.facts = Err("the API server did not answer within 5 s".into());
        let found = said(vec![subject("gke", Primary, Facts::default()), dead]);
        assert_eq!(found, [("on-prem".into(), "answer", true, "the API server did not answer within 5 s".into())]);
    }

    #[test]
    fn another_cluster_under_an_old_name_stops() {
        let facts = Facts { uid: Some("2".into()), inventory: Some(inventory("0.2.0", "1")), ..Facts::default() };
        let found = said(vec![subject("gke", Primary, facts.clone()), subject("other", Remote, facts)]);
        let checks: Vec<_> = found.iter().map(|f| (f.0.as_str(), f.1)).collect();
        let twins = [("gke", "same cluster"), ("other", "same cluster")];
        assert_eq!(checks, [("gke", "identity"), twins[0], ("other", "identity"), twins[1]]);
        assert!(found[0].3.contains("is 2, and was 1") && found[2].3 == "its inventory is that of cluster gke");
    }

    #[test]
    fn a_cluster_without_a_uid_is_told() {
        let unknown = |inventory| {
            let mut subject = subject("gke", Primary, Facts { inventory, ..Facts::default() });
            subject.facts = subject.facts.map(|facts| Facts { uid: None, ..facts });
            let found = said(vec![subject]);
            assert_eq!(found.iter().map(|f| (f.1, f.2)).collect::<Vec<_>>(), [("pin", false)], "{found:?}");
            found[0].3.clone()
        };
        let new = unknown(None);
        assert!(new.ends_with("cannot be read: nothing will tell it from another cluster under its name"), "{new}");
        let pinned = unknown(Some(inventory("0.2.0", "1")));
        assert!(pinned.ends_with("nobody knows whether it is still the cluster that was installed"), "{pinned}");
    }

    #[test]
    fn old_servers_stop_and_skew_is_told_once() {
        let at = |id, version: &str| subject(id, Remote, Facts { version: version.into(), ..Facts::default() });
        let found = said(vec![at("a", "v1.36.1"), at("b", "v1.36.0-gke.7"), at("c", "v1.30.2")]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].0 == "b" && !found[0].2 && found[0].3.ends_with("c runs 1.30: 6 minor versions apart"),
            "{found:?}"
        );
        let found = said(vec![at("a", "v1.21.14")]);
        assert!(found[0].2 && found[0].3.contains("1.22 is the oldest"), "{found:?}");
        assert!(!said(vec![at("a", "nonsense")])[0].2);
    }

    #[test]
    fn a_downgrade_needs_its_flag() {
        let facts = Facts { inventory: Some(inventory("0.3.0", "")), ..Facts::default() };
        let folder = (ClusterId::parse("files").unwrap(), inventory("0.3.0", ""));
        let mut ground = Ground {
            subjects: vec![subject("gke", Primary, facts)],
            folders: vec![folder],
            version: "0.2.0".into(),
            ..Ground::default()
        };
        let found = ground.findings();
        assert_eq!(found.iter().map(|f| f.cluster.as_str()).collect::<Vec<_>>(), ["gke", "files"]);
        for finding in found {
            assert!(finding.stops && finding.hint.as_deref().is_some_and(|h| h.contains("--allow-downgrade")));
        }
        ground.allow_downgrade = true;
        assert_eq!(ground.findings(), []);
    }

    #[test]
    fn denied_rights_are_named_by_resource() {
        let access = |verb: &str, group: &str, resource: &str, namespace: &str| {
            let access = Access {
                verb: verb.into(),
                group: group.into(),
                resource: resource.into(),
                namespace: namespace.into(),
                name: String::new(),
            };
            (access, if resource == "events" { "what it warns of" } else { "" })
        };
        let denied = vec![
            access("create", "apps", "deployments", "istio-system"),
            access("patch", "apps", "deployments", "istio-system"),
            access("create", "", "namespaces", ""),
            access("list", "", "events", "istio-system"),
        ];
        let found = said(vec![subject("gke", Primary, Facts { denied, ..Facts::default() })]);
        assert_eq!(
            found[0].3,
            "the kubeconfig's user may not create, patch deployments.apps in istio-system; create namespaces"
        );
        let note = "the kubeconfig's user may not list events in istio-system: what it warns of may stay unknown";
        assert_eq!((found[1].2, found[1].3.as_str()), (false, note), "what can be done without stops nothing");
    }

    #[test]
    fn only_a_remote_must_be_reached_by_pilot() {
        let local = |id, role| {
            let mut subject = subject(id, role, Facts::default());
            subject.own.server = "https://127.0.0.1:6443".into();
            subject
        };
        let found = said(vec![local("gke", Primary), local("on-prem", Remote)]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].0 == "on-prem" && found[0].2 && found[0].3.contains("is an address of this machine"),
            "{found:?}"
        );
    }
}
