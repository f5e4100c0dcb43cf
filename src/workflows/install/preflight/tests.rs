//! What the checks say of clusters that are made up.
#![allow(clippy::unwrap_used)]

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
        (access, if resource == "events" { "what it warns of may stay unknown" } else { "" })
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
    assert!(found[0].0 == "on-prem" && found[0].2 && found[0].3.contains("is an address of this machine"), "{found:?}");
}
