//! The CA of live clusters: kept where no folder brings one, and of one root everywhere or nothing moves.

use std::sync::Arc;

use k8s_openapi::ByteString;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, cluster, put, versions};
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::without_a_folder_clusters_keep_their_ca", without_a_folder_clusters_keep_their_ca),
        alone("api::install::a_folder_may_cover_some_clusters_alone", a_folder_may_cover_some_clusters_alone),
        alone("api::install::roots_that_differ_stop_everything", roots_that_differ_stop_everything),
        alone("api::install::create_ca_makes_one_where_nobody_has_any", create_ca_makes_one_where_nobody_has_any),
    ]
}

/// `cacerts` as a folder of the home has it; less some of its keys.
fn cacerts(bench: &Bench, folder: &str, without: &[&str]) -> Value {
    let names = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"];
    let data = names.iter().filter(|name| !without.contains(name)).map(|name| {
        let bytes = std::fs::read(bench.home.home().join(folder).join(name)).unwrap();
        ((*name).to_owned(), serde_json::to_value(ByteString(bytes)).unwrap())
    });
    let data: serde_json::Map<String, Value> = data.collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cacerts", "namespace": SYSTEM}, "data": data})
}

/// Calls a folder of the home otherwise.
fn rename(bench: &Bench, from: &str, to: &str) {
    std::fs::rename(bench.home.home().join(from), bench.home.home().join(to)).unwrap();
}

async fn remove_secret(cluster: &crate::cluster::Cluster) {
    let path = format!("/api/v1/namespaces/{SYSTEM}/secrets/cacerts");
    cluster.client().request::<Value>(http::Request::delete(path).body(Vec::new()).unwrap()).await.unwrap();
}

async fn namespace(cluster: &crate::cluster::Cluster) {
    put(cluster, "kubectl", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})).await;
}

/// Runs a command that must stop everything, and gives what it said.
async fn stops(bench: &Bench, args: &[&str], words: &[&str]) {
    let before = bench.listings().await;
    let ran = bench.run(args).await.exits(2);
    for word in words {
        assert!(ran.stderr.contains(word), "\"{word}\" is missing in {}", ran.stderr);
    }
    assert_eq!(ran.stdout, "");
    assert_eq!(bench.listings().await.each_ref().map(versions), before.each_ref().map(versions), "nothing moved");
}

const INSTALL: [&str; 5] = ["install", "--tag", "dev", "--yes", "--no-wait"];

async fn without_a_folder_clusters_keep_their_ca(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.install(&[]).await.exits(0);
    // a colleague, or CI, has no keys
    rename(&bench, "mesh-ca", "away");
    let before = bench.listings().await;
    let note = "gke: Secret/istio-system/cacerts stays as it is: there is no CA folder";
    let ran = bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for id in ["gke", "on-prem"] {
        assert_eq!(cluster(&report, id)["state"], "unchanged", "{report}");
        let secret = &cluster(&report, id)["secrets"][0];
        assert_eq!(
            secret["sha256"].as_object().unwrap().len(),
            3,
            "it is shown as it stands, but for its key: {secret}"
        );
    }
    bench.install(&["--only", "secrets"]).await.exits(0);
    assert_eq!(bench.listings().await.each_ref().map(versions), before.each_ref().map(versions));
    bench.install(&["--tag", "other"]).await.exits(0);
    let key = format!("Secret/{SYSTEM}/cacerts");
    for (now, then) in bench.listings().await.iter().zip(&before) {
        assert_eq!(now[&key], then[&key]);
    }

    // one that is not valid is not kept
    put(
        &pair.on_prem,
        "kubectl",
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cacerts", "namespace": SYSTEM},
        "data": {"ca-cert.pem": cacerts(&bench, "away/gke", &[])["data"]["ca-cert.pem"]}}),
    )
    .await;
    let words = [
        "the CA that cluster on-prem holds cannot be kept: ",
        "ca-key.pem: privateKey: ",
        "that cluster gke holds: --ca DIR",
    ];
    stops(&bench, &INSTALL, &words).await;
    remove_secret(&pair.on_prem).await;
    let words = [
        "there is no CA folder",
        "cluster on-prem holds none (Secret/istio-system/cacerts)",
        "--ca DIR",
        "meshctl ca init",
    ];
    stops(&bench, &["diff", "--tag", "dev"], &words).await;
    stops(&bench, &[&INSTALL[..], &["--create-ca"]].concat(), &words).await;
    assert!(!bench.home.home().join("mesh-ca").exists(), "a new root would part the clusters");
    // of a cluster that is not asked for nothing is wanted
    bench.install(&["--clusters", "gke"]).await.exits(0);
    bench.install(&["--ca", "away"]).await.exits(0);
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);

    // one that does not answer stops itself alone, as ever
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench.kubeconfig("on-prem", &pair.on_prem.kubeconfig_at(closed));
    let (report, ran) = bench.report(&[]).await;
    assert_eq!((ran.code, &cluster(&report, "gke")["state"]), (1, &"unchanged".into()), "{report}");
    assert!(cluster(&report, "on-prem")["error"].as_str().unwrap().contains("cannot be reached"), "{report}");
    bench.run(&["diff", "--tag", "dev"]).await.exits(2);
}

async fn a_folder_may_cover_some_clusters_alone(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    // istiod's names for a CA that cert-manager keeps
    namespace(&pair.on_prem).await;
    let own = cacerts(&bench, "mesh-ca/on-prem", &[]);
    let data = json!({"tls.crt": own["data"]["ca-cert.pem"], "tls.key": own["data"]["ca-key.pem"], "ca.crt": own["data"]["root-cert.pem"]});
    put(
        &pair.on_prem,
        "cert-manager",
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": own["metadata"], "data": data}),
    )
    .await;
    rename(&bench, "mesh-ca/on-prem", "away");
    let key = format!("Secret/{SYSTEM}/cacerts");
    let before = bench.listings().await[1][&key].clone();
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let notes = cluster(&report, "on-prem")["notes"].to_string();
    assert!(
        notes.contains("Secret/istio-system/cacerts stays as it is: the CA folder ")
            && notes.contains("has no part for it"),
        "{notes}"
    );
    assert_eq!(cluster(&report, "on-prem")["secrets"][0]["keys"], json!(["ca.crt", "tls.crt", "tls.key"]), "{report}");
    let [gke, on_prem] = bench.listings().await;
    assert!(gke.contains_key(&key) && on_prem[&key] == before);
    // without it there is something missing
    remove_secret(&pair.on_prem).await;
    stops(&bench, &INSTALL, &["on-prem/ca-cert.pem: file: it is missing", "meshctl ca init"]).await;
}

async fn roots_that_differ_stop_everything(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.home.run(["ca", "init", "--dir", "other", "--cluster", "on-prem"]).exits(0);
    namespace(&pair.on_prem).await;
    put(&pair.on_prem, "kubectl", cacerts(&bench, "other/on-prem", &[])).await;
    let words = [
        "must share one root of trust: cluster on-prem and the CA folder ",
        "have different roots",
        "hint: ",
        "--ca DIR",
    ];
    for args in [&INSTALL[..], &["diff", "--tag", "dev"], &["install", "--tag", "dev", "--only", "secrets"]] {
        stops(&bench, args, &words).await;
    }
    // also where the root is all that there is
    put(&pair.on_prem, "kubectl", cacerts(&bench, "other/on-prem", &["ca-cert.pem", "ca-key.pem", "cert-chain.pem"]))
        .await;
    stops(&bench, &INSTALL, &words).await;
    put(&pair.on_prem, "kubectl", cacerts(&bench, "other/on-prem", &[])).await;
    // one that is neither of the mesh nor asked for is nobody's business
    bench.install(&["--clusters", "gke"]).await.exits(0);
    rename(&bench, "mesh-ca", "away");
    let words = ["must share one root of trust: cluster on-prem and cluster gke have different roots"];
    stops(&bench, &INSTALL, &words).await;
    stops(&bench, &["install", "--tag", "dev", "--yes", "--clusters", "on-prem"], &words).await;
}

async fn create_ca_makes_one_where_nobody_has_any(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    rename(&bench, "mesh-ca", "away");
    stops(
        &bench,
        &INSTALL,
        &["cluster gke holds none", "cluster on-prem holds none", "meshctl ca init", "--create-ca"],
    )
    .await;
    // one that could not be asked may hold one
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench.kubeconfig("on-prem", &pair.on_prem.kubeconfig_at(closed));
    let args = [&INSTALL[..], &["--create-ca"]].concat();
    let ran = bench.run(&args).await.exits(2);
    assert!(ran.stderr.contains("cluster on-prem could not be asked whether it holds one"), "{}", ran.stderr);
    assert!(!bench.home.home().join("mesh-ca").exists());
    bench.kubeconfig("on-prem", &pair.on_prem.kubeconfig());
    let ran = bench.run(&args).await.exits(0);
    assert!(
        ran.stderr.contains("an intermediate was made in") && ran.stderr.contains("for gke, on-prem"),
        "{}",
        ran.stderr
    );
    bench.home.run(["ca", "verify", "mesh-ca"]).exits(0);
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}
