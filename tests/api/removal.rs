//! `meshctl cluster remove` on two real clusters: what is gone from the one that stays, and from the one that goes.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::harness::Ran;
use crate::install::bench::{Bench, SYSTEM, cluster, listing, ours, put, versions};
use crate::install::cut_off::{asked_for, interrupt};
use crate::install::line::{Line, Rule};
use crate::pair::{Pair, alone};
use crate::proxy::BlackHole;
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::removal::a_cluster_goes_and_nothing_of_it_is_left", a_cluster_goes_and_nothing_of_it_is_left),
        alone("api::removal::a_cluster_with_sidecars_stays_whole", a_cluster_with_sidecars_stays_whole),
        alone("api::removal::what_was_removed_is_told_also_of_half_a_removal", what_was_removed_is_told),
        alone("api::removal::a_dead_cluster_goes_from_the_others", a_dead_cluster_goes_from_the_others),
        alone("api::removal::a_third_that_does_not_answer_keeps_the_file", a_third_that_does_not_answer_keeps_the_file),
        alone("api::removal::an_interrupt_reports_in_any_phase", an_interrupt_reports_in_any_phase),
        alone("api::removal::a_uid_that_cannot_be_read_is_told", a_uid_that_cannot_be_read_is_told),
        alone("api::removal::a_remote_of_secrets_alone_needs_no_pilot", a_remote_of_secrets_alone_needs_no_pilot),
    ]
}

/// The ids under which gke holds credentials.
async fn held(bench: &Bench) -> Vec<String> {
    let secrets: Api<Secret> = Api::namespaced(bench.pair.gke.client(), SYSTEM);
    let secret = secrets.get("istio-remote-clusters").await.unwrap();
    secret.data.unwrap_or_default().into_keys().collect()
}

/// Another remote's credential, which nobody must touch.
async fn with_west(bench: &Bench) {
    let secrets: Api<Secret> = Api::namespaced(bench.pair.gke.client(), SYSTEM);
    let patch = json!({"data": {"west": ByteString(b"theirs".to_vec())}});
    secrets.patch("istio-remote-clusters", &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
}

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", ran.stdout, ran.stderr))
}

async fn a_cluster_goes_and_nothing_of_it_is_left(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    with_west(&bench).await;

    let ran = bench.run(&["cluster", "remove", "gke", "--yes"]).await.exits(2);
    assert!(ran.stderr.contains("gke is the primary"), "{}", ran.stderr);
    let ran = bench.run(&["cluster", "remove", "south", "--yes"]).await.exits(2);
    assert!(ran.stderr.contains("there are: gke, on-prem, west"), "{}", ran.stderr);
    let ran = bench.run(&["cluster", "remove", "on-prem", "--dry-run"]).await.exits(0);
    assert!(ran.stdout.contains("- Secret/istio-system/istio-remote-clusters, key on-prem"), "{}", ran.stdout);
    assert_eq!(held(&bench).await, ["on-prem", "west"], "a dry run removes nothing");

    let ran = bench.run(&["cluster", "remove", "on-prem", "--yes", "-o", "json"]).await.exits(0);
    let report = json_of(&ran);
    assert_eq!(
        (&report["others"][0]["cluster"], &report["others"][0]["clear"]),
        (&"gke".into(), &true.into()),
        "{report}"
    );
    assert_eq!(held(&bench).await, ["west"]);
    let left: Vec<String> = ours(&listing(&bench.pair.on_prem).await);
    // the CA outlives an installation, and its namespace with it
    assert!(left.iter().all(|k| k.ends_with("/cacerts") || k.ends_with("/istio-system")), "{left:?}");
    let folder = bench.home.home().join("kubeconf");
    assert!(!folder.join("on-prem.yaml").exists() && folder.join(".on-prem.yaml.removed").exists());
    let ran = bench.run(&["cluster", "list", "-o", "name"]).await.exits(0);
    assert_eq!(ran.stdout, "gke\n");
}

/// Sidecars need a pilot that knows their cluster.
async fn a_cluster_with_sidecars_stays_whole(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    let pods: Api<Pod> = Api::namespaced(bench.pair.on_prem.client(), "default");
    for n in 0..7 {
        let pod = json!({"metadata": {"name": format!("app-{n}"), "labels": {"security.istio.io/tlsMode": "istio"}},
            "spec": {"containers": [{"name": "c", "image": "none"}]}});
        pods.create(&Default::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    }
    let before = bench.listings().await;
    let ran = bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(1);
    let named = "default/app-0, default/app-1, default/app-2, default/app-3, default/app-4 and 2 more";
    assert!(ran.stderr.contains(&format!("pods with a sidecar still run in it: {named}")), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--dead"), "it is alive: {}", ran.stderr);
    assert_eq!(versions(&bench.listings().await[0]), versions(&before[0]));
    assert_eq!(held(&bench).await, ["on-prem"]);
    pods.delete_collection(&DeleteParams::default().grace_period(0), &ListParams::default()).await.unwrap();
    bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(0);
}

async fn what_was_removed_is_told(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    // a slice of a time when on-prem was the primary, which cannot be removed now
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "istio-pilot-on-prem-v4", "namespace": SYSTEM, "labels": {"meshctl.io/owned": "true"}},
        "addressType": "IPv4", "ports": [], "endpoints": []});
    put(&bench.pair.gke, "meshctl", slice).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    line.rule("DELETE /apis/discovery.k8s.io/", Rule::Forbid);
    let ran = bench.run(&["cluster", "remove", "on-prem", "--dead", "--yes", "-o", "json"]).await.exits(1);
    let gke = &json_of(&ran)["others"][0];
    assert_eq!(gke["removed"], json!(["Secret/istio-system/istio-remote-clusters, key on-prem"]), "{gke}");
    let error = gke["error"].as_str().unwrap();
    assert!(error.starts_with("removing EndpointSlice/istio-system/istio-pilot-on-prem-v4 failed"), "{error}");
    assert_eq!(held(&bench).await, [""; 0]);
    line.obey();
    bench.run(&["cluster", "remove", "on-prem", "--dead", "--yes"]).await.exits(0);
}

async fn a_dead_cluster_goes_from_the_others(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    with_west(&bench).await;
    let hole = BlackHole::new();
    bench.kubeconfig("on-prem", &bench.pair.on_prem.kubeconfig_at(hole.address()));

    // it cannot be uninstalled: nothing is touched, and it is said what helps
    let ran = bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(1);
    assert!(ran.stderr.contains("removing on-prem from cluster on-prem failed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("meshctl cluster remove on-prem --dead"), "{}", ran.stderr);
    assert!(bench.home.home().join("kubeconf/on-prem.yaml").exists(), "not done is not forgotten");
    assert_eq!(held(&bench).await, ["on-prem", "west"]);
    let ran = bench.run(&["cluster", "remove", "on-prem", "--dead", "--yes"]).await.exits(0);
    assert!(ran.stderr.contains("kubeconf/on-prem.yaml is set aside"), "{}", ran.stderr);
    assert_eq!(held(&bench).await, ["west"]);

    // one that the registry has lost, while the primary does not answer; and then again
    bench.kubeconfig("gke", &bench.pair.gke.kubeconfig_at(hole.address()));
    let ran = bench.run(&["cluster", "remove", "west", "--dead", "--yes"]).await.exits(1);
    assert!(ran.stderr.contains("removing west from cluster gke failed"), "{}", ran.stderr);
    bench.kubeconfig("gke", &bench.pair.gke.kubeconfig());
    let ran = bench.run(&["cluster", "remove", "west", "--dead", "--yes", "-o", "json"]).await.exits(0);
    assert_eq!(json_of(&ran)["others"][0]["removed"][0], "Secret/istio-system/istio-remote-clusters, key west");
    assert_eq!(held(&bench).await, [""; 0]);
}

/// The cluster is out of the mesh, but its file is in the registry still: nobody must be taken by surprise.
async fn a_third_that_does_not_answer_keeps_the_file(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    let hole = BlackHole::new();
    bench.kubeconfig("west", &bench.pair.on_prem.kubeconfig_at(hole.address()));
    // settings of an installation are no reason to keep a cluster
    bench.home.file("kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nimage: {tag: a b}\n");

    let ran = bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(1);
    for words in [
        "removing on-prem from cluster west failed",
        "kubeconf/on-prem.yaml still stands, and the next installation would add on-prem again",
        "run this again once west can be cleared of it",
        "if west will never answer again, first: meshctl cluster remove west --dead",
    ] {
        assert!(ran.stderr.contains(words), "\"{words}\" is missing in {}", ran.stderr);
    }
    assert_eq!(held(&bench).await, [""; 0]);
    let left = ours(&listing(&bench.pair.on_prem).await);
    assert!(left.iter().all(|k| k.ends_with("/cacerts") || k.ends_with("/istio-system")), "{left:?}");
    assert!(bench.home.home().join("kubeconf/on-prem.yaml").exists());

    // as it was said
    bench.run(&["cluster", "remove", "west", "--dead", "--yes"]).await.exits(0);
    let ran = bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(0);
    assert!(!ran.stderr.contains("still stands"), "{}", ran.stderr);
    let folder = bench.home.home().join("kubeconf");
    assert!(!folder.join("on-prem.yaml").exists() && folder.join(".on-prem.yaml.removed").exists());
}

/// As install does, so do those that remove: while they look, and while they remove.
async fn an_interrupt_reports_in_any_phase(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let before = bench.listings().await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.kubeconfig("on-prem", &line.kubeconfig());
    let start = |words: &[&str], more: &str| {
        line.take_requests();
        bench.home.command([words, &["--registry", "kubeconf", "-o", "json", more]].concat()).spawn().unwrap()
    };
    let (uninstall, remove) = (&["uninstall"][..], &["cluster", "remove", "on-prem"][..]);

    let inventory = "/configmaps/meshctl-inventory";
    line.rule(inventory, Rule::Stall);
    let said = "it was interrupted while it was planned; nothing was removed";
    for words in [uninstall, remove] {
        for more in ["--yes", "--dry-run"] {
            let child = start(words, more);
            asked_for(&line, inventory).await;
            let ran = interrupt(child).await.exits(1);
            let report = json_of(&ran);
            let rows: Vec<&Value> = match report["clusters"].as_array() {
                Some(rows) => rows.iter().collect(),
                None => vec![&report["others"][0], &report["itself"]],
            };
            assert_eq!((rows.len(), &report["dryRun"]), (2, &(more == "--dry-run").into()), "{report}");
            for row in rows {
                assert_eq!((&row["error"], &row["removed"]), (&said.into(), &json!([])), "{report}");
            }
            assert!(ran.stderr.contains(said) && !ran.stderr.contains("that is what would go"), "{}", ran.stderr);
            assert!(!ran.stderr.contains("--dead"), "nobody knows whether it is: {}", ran.stderr);
        }
    }
    assert_eq!(bench.listings().await.each_ref().map(versions), before.each_ref().map(versions));

    line.obey();
    let service = format!("/api/v1/namespaces/{SYSTEM}/services/istio-pilot");
    line.rule(&format!("DELETE {service}"), Rule::Stall);
    let child = start(remove, "--yes");
    eventually("the Service is to go", Duration::from_secs(60), async || {
        let seen = line.requests();
        seen.iter().any(|s| s.method == "DELETE" && s.path == service).then_some(()).ok_or("not yet")
    })
    .await;
    let ran = interrupt(child).await.exits(1);
    let report = json_of(&ran);
    assert_eq!(report["others"][0]["removed"], json!(["Secret/istio-system/istio-remote-clusters, key on-prem"]));
    let itself = &report["itself"];
    assert_eq!((&itself["state"], &itself["error"]), (&"failed".into(), &"it was interrupted".into()), "{report}");
    assert!(itself["removed"].to_string().contains("EndpointSlice/istio-system/istio-pilot-gke-v4"), "{report}");
    assert!(!ran.stderr.contains("--dead"), "{}", ran.stderr);
    assert!(bench.home.home().join("kubeconf/on-prem.yaml").exists(), "not done is not forgotten");
    line.obey();
    bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(0);
}

/// Whether it is still the cluster that was installed nobody knows then, and it is removed from all the same.
async fn a_uid_that_cannot_be_read_is_told(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let lines = [Line::counting(&bench.pair.gke).await, Line::counting(&bench.pair.on_prem).await];
    for (id, line) in ["gke", "on-prem"].into_iter().zip(&lines) {
        bench.kubeconfig(id, &line.kubeconfig());
    }
    let said = "the UID of its namespace kube-system cannot be read: nobody knows whether it is still the cluster that was installed";
    // the notes of gke and of on-prem, from both commands; each is also said
    let notes = async || {
        let mut all = Vec::new();
        for words in [&["uninstall"][..], &["cluster", "remove", "on-prem"]] {
            let ran = bench.run(&[words, &["--dry-run", "-o", "json"]].concat()).await.exits(0);
            let report = json_of(&ran);
            let (gke, on_prem) = match report["clusters"].is_array() {
                true => (&cluster(&report, "gke")["notes"], &cluster(&report, "on-prem")["notes"]),
                false => (&report["others"][0]["notes"], &report["itself"]["notes"]),
            };
            for (id, notes) in [("gke", gke), ("on-prem", on_prem)] {
                assert_eq!(ran.stderr.contains(&format!("{id}: {said}")), *notes != json!([]), "{}", ran.stderr);
                all.push(notes.clone());
            }
        }
        all
    };
    let (none, told) = (json!([]), json!([said]));
    assert_eq!(notes().await, [&none, &none, &none, &none].map(Value::clone));
    lines[1].rule("GET /api/v1/namespaces/kube-system?", Rule::Forbid);
    assert_eq!(notes().await, [&none, &told, &none, &told].map(Value::clone));
    lines[0].rule("GET /api/v1/namespaces/kube-system?", Rule::Forbid);
    assert_eq!(notes().await, [&told, &told, &told, &told].map(Value::clone));
    bench.run(&["cluster", "remove", "on-prem", "--yes"]).await.exits(0);
}

/// Nothing leads from there to pilot, and pilot has no account there.
async fn a_remote_of_secrets_alone_needs_no_pilot(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&["--clusters", "gke"]).await.exits(0);
    bench.install(&["--only", "secrets", "--clusters", "on-prem"]).await.exits(0);
    let [gke, on_prem] = bench.listings().await;
    assert!(!gke.contains_key(&format!("Secret/{SYSTEM}/istio-remote-clusters")), "there is nothing to read it by");
    assert!(on_prem.contains_key(&format!("Secret/{SYSTEM}/cacerts")));
    assert!(!on_prem.contains_key(&format!("Service/{SYSTEM}/istio-pilot")));

    bench.run(&["uninstall", "--yes", "--clusters", "gke"]).await.exits(0);
    let [gke, left] = bench.listings().await;
    assert!(!gke.contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));
    assert_eq!(versions(&left), versions(&on_prem));
    bench.run(&["uninstall", "--yes", "--purge", "--clusters", "on-prem"]).await.exits(0);
}
