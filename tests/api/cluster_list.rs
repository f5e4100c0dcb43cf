//! `meshctl cluster list` on live clusters.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::harness::{Meshctl, Ran};
use crate::pair::{Pair, alone, shared};
use crate::proxy::BlackHole;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::cluster_list::two_live_clusters", two_live_clusters),
        shared("api::cluster_list::a_black_hole_costs_its_own_row", a_black_hole_costs_its_own_row),
        shared("api::cluster_list::offline_asks_nobody", offline_asks_nobody),
        alone("api::cluster_list::a_stopped_cluster_is_named_with_its_reason", a_stopped_cluster_is_named),
    ]
}

/// A home whose folder `kubeconf` holds both clusters.
fn registry(pair: &Pair) -> Meshctl {
    let meshctl = Meshctl::new();
    meshctl.file("kubeconf/gke.yaml", &pair.gke.kubeconfig());
    meshctl.file("kubeconf/on-prem.yaml", &pair.on_prem.kubeconfig());
    meshctl
}

const LIST: [&str; 4] = ["cluster", "list", "--registry", "kubeconf"];

/// Runs it off the runtime: the proxies and clusters of a test go on meanwhile.
async fn list(meshctl: Meshctl, more: &'static [&'static str]) -> (Meshctl, Ran) {
    tokio::task::spawn_blocking(move || {
        let ran = meshctl.run(LIST.iter().chain(more));
        (meshctl, ran)
    })
    .await
    .unwrap()
}

/// The row of a cluster, as its cells.
#[track_caller]
fn row<'a>(ran: &'a Ran, name: &str) -> Vec<&'a str> {
    let cells = |line: &'a str| line.split("   ").map(str::trim).filter(|c| !c.is_empty()).collect::<Vec<_>>();
    let mut rows = ran.stdout.lines().map(cells).filter(|c| c.first() == Some(&name));
    rows.next().unwrap_or_else(|| panic!("no row for {name}\n{}\n{}", ran.stdout, ran.stderr))
}

/// No message may show what is in a kubeconfig.
#[track_caller]
fn shows_no_key(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        // base64 of "-----BEGIN", and the thing itself
        assert!(
            !text.contains("LS0tLS1CRUdJTi") && !text.contains("BEGIN "),
            "a key or certificate was printed:\n{text}"
        );
    }
}

async fn two_live_clusters(pair: Arc<Pair>) {
    let (meshctl, ran) = list(registry(&pair), &[]).await;
    let ran = ran.exits(0);
    let header: Vec<&str> = ran.stdout.lines().next().unwrap_or_default().split_whitespace().collect();
    let expires = ["CREDENTIAL", "EXPIRES", "INSTALLED", "VERSION", "STATE"];
    assert_eq!(header, ["NAME", "ROLE", "SOURCE", "SERVER", "VERSION"].into_iter().chain(expires).collect::<Vec<_>>());
    for (cluster, role) in [(&pair.gke, "primary"), (&pair.on_prem, "remote")] {
        let cells = row(&ran, cluster.name());
        assert_eq!(cells[1], role, "{cells:?}");
        assert_eq!(cells[3], cluster.server, "{cells:?}");
        assert!(cells[4].starts_with("v1."), "the version that the server says: {cells:?}");
    }
    shows_no_key(&ran);

    let (_, ran) = list(meshctl, &["-o", "json"]).await;
    let ran = ran.exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["apiVersion"], &report["kind"]), (&"meshctl/v1".into(), &"ClusterList".into()));
    assert!(ran.stdout.contains(&pair.gke.server) && ran.stdout.contains(&pair.on_prem.server), "{}", ran.stdout);
    shows_no_key(&ran);
}

async fn a_black_hole_costs_its_own_row(pair: Arc<Pair>) {
    let hole = BlackHole::new();
    let meshctl = registry(&pair);
    meshctl.file("kubeconf/hole.yaml", &pair.gke.kubeconfig_at(hole.address()));
    let (_, ran) = list(meshctl, &[]).await;
    let ran = ran.exits(1);
    for cluster in [&pair.gke, &pair.on_prem] {
        let cells = row(&ran, cluster.name());
        assert!(cells[4].starts_with("v1."), "a dead neighbour changes nothing here: {cells:?}");
    }
    let dead = row(&ran, "hole");
    assert!(dead.contains(&format!("https://{}", hole.address()).as_str()), "{dead:?}");
    let alive = row(&ran, "gke");
    assert_ne!(dead.last(), alive.last(), "the state of the dead one says so, with the reason");
    shows_no_key(&ran);
}

async fn offline_asks_nobody(pair: Arc<Pair>) {
    let hole = BlackHole::new();
    let meshctl = Meshctl::new();
    meshctl.file("kubeconf/hole.yaml", &pair.gke.kubeconfig_at(hole.address()));
    let (_, ran) = list(meshctl, &["--offline"]).await;
    let ran = ran.exits(0);
    assert!(row(&ran, "hole").contains(&format!("https://{}", hole.address()).as_str()));
    assert!(!hole.was_called(), "--offline opened a connection");
}

async fn a_stopped_cluster_is_named(pair: Arc<Pair>) {
    pair.on_prem.stop();
    let (_, ran) = list(registry(&pair), &[]).await;
    pair.on_prem.start().await.unwrap();
    let ran = ran.exits(1);
    assert!(row(&ran, "gke")[4].starts_with("v1."));
    let text = ran.stdout.to_lowercase();
    assert!(text.contains("refused"), "the reason is in the row:\n{}", ran.stdout);
    shows_no_key(&ran);
}
