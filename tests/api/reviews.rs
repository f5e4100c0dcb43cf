//! Which rights are asked for before anything is written or removed: those that a command needs, all of them, and no others.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams};
use libtest_mimic::Trial;
use meshctl::data::model::{MANAGED_BY, OWNED};
use serde_json::{Value, json};

use crate::install::bench::{Bench, SYSTEM, cluster, listing, ours, probes, put, versions};
use crate::install::line::{Line, Rule};
use crate::pair::{Pair, alone};
use crate::preflight::missing;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::reviews::what_is_not_done_is_not_asked_for", what_is_not_done_is_not_asked_for),
        alone("api::reviews::a_primary_that_is_not_asked_for_must_take_credentials", a_primary_must_take_credentials),
        alone("api::reviews::uninstall_wants_pods_only_where_one_stands", uninstall_wants_pods_only_where_one_stands),
    ]
}

/// The verbs that reviews were about for a resource.
fn verbs(asked: &[Value], resource: &str) -> Vec<String> {
    let mut verbs: Vec<String> =
        asked.iter().filter(|a| a["resource"] == resource).map(|a| a["verb"].as_str().unwrap().to_owned()).collect();
    verbs.sort();
    verbs.dedup();
    verbs
}

async fn what_is_not_done_is_not_asked_for(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.through("on-prem", &line);
    line.be_humble();
    // a comparison removes nothing
    bench.run(&["diff", "--tag", "dev"]).await.exits(1);
    assert_eq!(verbs(&line.take_asked(), "pods"), ["list"]);
    // Secrets alone concern no pod: nobody is asked of, and who may not list any is no worse off
    line.deny("list", "pods");
    line.deny("delete", "pods");
    let (report, ran) = bench.report(&["--only", "secrets"]).await;
    assert_eq!(ran.code, 0, "{report}");
    let asked = line.take_asked();
    assert_eq!(verbs(&asked, "pods"), [""; 0]);
    assert!(verbs(&asked, "secrets").contains(&"create".to_owned()), "{asked:?}");
    assert!(!cluster(&report, "on-prem")["notes"].to_string().contains("may not"), "{report}");
    // an installation does both
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 1, "{report}");
    assert_eq!(verbs(&line.take_asked(), "pods"), ["delete", "list"]);
    let row = cluster(&report, "on-prem");
    assert_eq!(row["error"], format!("the kubeconfig's user may not list pods in {SYSTEM}"), "{report}");
    assert!(row["notes"].to_string().contains("a pod that a run which was killed left there stays"), "{report}");
}

/// It gets the credential of the remote that is, and nothing of that is written before it is known that it can.
async fn a_primary_must_take_credentials(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&["--clusters", "gke"]).await.exits(0);
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    for verb in ["create", "patch"] {
        line.deny(verb, "secrets");
    }
    let before = bench.listings().await.each_ref().map(versions);
    let (report, ran) = bench.report(&["--clusters", "on-prem"]).await;
    assert_eq!(ran.code, 1, "{report}");
    let said = format!(
        "placing pilot's credential in the primary gke failed: the kubeconfig's user may not create, patch secrets in {SYSTEM}"
    );
    let row = cluster(&report, "on-prem");
    assert_eq!(row["error"], said.as_str(), "{report}");
    assert!(row["hint"].as_str().unwrap().starts_with("use the kubeconfig of a cluster administrator"), "{report}");
    assert_eq!(bench.listings().await.each_ref().map(versions), before, "nothing was written");

    // who may is asked about all that is written there, and about nothing once that stands
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    line.be_humble();
    bench.install(&["--clusters", "on-prem"]).await.exits(0);
    let written: Vec<_> = line.take_requests().into_iter().filter(|seen| seen.method != "GET").collect();
    assert!(written.iter().any(|seen| seen.path.ends_with("/secrets")), "{written:?}");
    assert_eq!(missing(written, line.take_asked()), [] as [String; 0]);
    bench.install(&["--clusters", "on-prem"]).await.exits(0);
    assert_eq!(line.take_asked(), [] as [Value; 0]);
}

async fn uninstall_wants_pods_only_where_one_stands(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let lines = [Line::counting(&bench.pair.gke).await, Line::counting(&bench.pair.on_prem).await];
    for (id, line) in ["gke", "on-prem"].into_iter().zip(&lines) {
        bench.kubeconfig(id, &line.kubeconfig());
        line.deny("delete", "pods");
    }
    bench.run(&["uninstall", "--dry-run"]).await.exits(0);
    // one that a run has left, which would have to go
    let labels = json!({"app": "meshctl-verify", OWNED.0: OWNED.1, MANAGED_BY.0: MANAGED_BY.1});
    let pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "meshctl-verify-x", "namespace": SYSTEM, "labels": labels},
        "spec": {"containers": [{"name": "c", "image": "none"}]}});
    put(&bench.pair.on_prem, "meshctl", pod).await;
    let before = bench.listings().await.each_ref().map(versions);
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(1);
    let said =
        format!("uninstalling from cluster on-prem failed: the kubeconfig's user may not delete pods in {SYSTEM}\n");
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    assert_eq!(bench.listings().await.each_ref().map(versions), before, "nothing is begun that could not be ended");
    let pods: Api<Pod> = Api::namespaced(bench.pair.on_prem.client(), SYSTEM);
    pods.delete("meshctl-verify-x", &DeleteParams::default().grace_period(0)).await.unwrap();
    assert!(probes(&bench.pair.on_prem).await.is_empty());

    // nobody knows, which stops nothing that is forced; nor where nothing is installed any more
    let note = "whether a pod of install that looked for pilot still stands cannot be known: the API server forbids it";
    for line in &lines {
        line.rule(&format!("GET /api/v1/namespaces/{SYSTEM}/pods?labelSelector=app%3Dmeshctl-verify"), Rule::Forbid);
        line.deny("list", "pods");
    }
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(1);
    assert!(ran.stderr.contains("the kubeconfig's user may not list pods"), "{}", ran.stderr);
    for _ in 0..2 {
        let ran = bench.run(&["uninstall", "--yes", "--force"]).await.exits(0);
        for id in ["gke", "on-prem"] {
            assert!(ran.stderr.contains(&format!("{id}: {note}")), "{}", ran.stderr);
        }
        for one in bench.clusters() {
            let left = ours(&listing(one).await);
            assert!(left.iter().all(|k| k.ends_with("/cacerts") || k.ends_with("/istio-system")), "{left:?}");
        }
    }
}
