//! `meshctl install`, `diff` and `uninstall` on two real API servers.

#[path = "install/at_once.rs"]
mod at_once;
#[path = "install/bad_days.rs"]
mod bad_days;
#[path = "install/bench.rs"]
pub mod bench;
#[path = "install/between.rs"]
mod between;
#[path = "install/ca.rs"]
mod ca;
#[path = "install/cut_off.rs"]
pub mod cut_off;
#[path = "install/leaving.rs"]
mod leaving;
#[path = "install/line.rs"]
pub mod line;
#[path = "install/many.rs"]
mod many;
#[path = "install/others.rs"]
mod others;
#[path = "install/pipeline.rs"]
mod pipeline;
#[path = "install/slices.rs"]
mod slices;
#[path = "install/verified.rs"]
mod verified;
#[path = "install/waiting.rs"]
mod waiting;

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use meshctl::pure::manifest::Resource;
use serde_json::json;

use crate::pair::{Pair, alone};
use bench::{Bench, SYSTEM, actions, cluster, ours, put, versions};
use line::Line;

pub fn trials() -> Vec<Trial> {
    let own = vec![
        alone("api::install::a_second_run_moves_nothing", a_second_run_moves_nothing),
        alone("api::install::an_object_costs_three_requests_at_most", an_object_costs_three_requests_at_most),
        alone("api::install::what_is_no_longer_planned_goes", what_is_no_longer_planned_goes),
        alone("api::install::only_secrets_leaves_the_rest_alone", only_secrets_leaves_the_rest_alone),
        alone("api::install::only_secrets_prints_what_it_places", only_secrets_prints_what_it_places),
        alone("api::install::uninstall_leaves_nothing_of_ours", uninstall_leaves_nothing_of_ours),
        alone("api::install::it_waits_and_says_the_clusters_own_words", it_waits_and_says_the_clusters_own_words),
    ];
    let more = [
        others::trials(),
        at_once::trials(),
        ca::trials(),
        pipeline::trials(),
        bad_days::trials(),
        cut_off::trials(),
        between::trials(),
        slices::trials(),
        leaving::trials(),
        many::trials(),
        verified::trials(),
        waiting::trials(),
    ];
    own.into_iter().chain(more.into_iter().flatten()).collect()
}

async fn a_second_run_moves_nothing(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let before = bench.listings().await;

    let (plan, ran) = bench.report(&["--dry-run"]).await;
    assert_eq!(ran.code, 0, "{plan}");
    let new = "the namespace istio-system is new";
    let row = cluster(&plan, "gke")["objects"].as_array().unwrap();
    assert!(row.iter().all(|o| o["namespace"] != SYSTEM || o["notChecked"] == new), "{plan}");
    assert!(row.iter().any(|o| o["kind"] == "ClusterRole" && o["notChecked"].is_null()), "{plan}");
    let ran = bench.run(&["diff", "--tag", "dev"]).await.exits(1);
    assert!(ran.stdout.contains("+ Service/istio-system/istio-pilot (not checked: the namespace"), "{}", ran.stdout);
    assert_eq!(bench.listings().await, before, "a dry run writes nothing");

    let (first, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for (id, listing) in ["gke", "on-prem"].into_iter().zip(bench.listings().await) {
        assert_eq!(cluster(&first, id)["state"], "written", "{first}");
        assert!(actions(&first, id).iter().all(|a| a.starts_with("created ")), "{first}");
        let inventory = &listing[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")];
        assert!(inventory["data"]["inventory.yaml"].as_str().unwrap().contains("uid: "), "{inventory}");
        assert!(listing.contains_key(&format!("Secret/{SYSTEM}/cacerts")));
        let reported = cluster(&first, id)["objects"].as_array().unwrap().len();
        // pilot's credentials are told by a note
        let ours: Vec<String> = ours(&listing).into_iter().filter(|k| !k.ends_with("/istio-remote-clusters")).collect();
        assert_eq!(ours.len(), reported, "{ours:?}");
    }
    let slice = &bench.listings().await[1][&format!("EndpointSlice/{SYSTEM}/istio-pilot-gke-v4")];
    assert_eq!(slice["metadata"]["ownerReferences"][0]["kind"], "Service", "{slice}");

    // discovery fills its slices meanwhile
    let filled = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "istio-pilot-gke-v4", "namespace": SYSTEM}, "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.1.0.9"], "conditions": {"ready": true}}],
    });
    put(&bench.pair.on_prem, "meshctl-discovery", filled).await;
    let before = bench.listings().await;
    let start = Instant::now();
    let (second, ran) = bench.report(&[]).await;
    eprintln!("a second run on two clusters took {:.2} s", start.elapsed().as_secs_f64());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for id in ["gke", "on-prem"] {
        assert_eq!(cluster(&second, id)["state"], "unchanged", "{second}");
        assert!(actions(&second, id).iter().all(|a| a.starts_with("unchanged ")), "{second}");
    }
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    let after = bench.listings().await;
    assert_eq!(after.each_ref().map(versions), before.each_ref().map(versions));
}

async fn an_object_costs_three_requests_at_most(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    for (what, more) in [
        ("first", &[][..]),
        ("second", &[]),
        ("changing", &["--tag", "other", "--set", "discovery.openPorts.xds=true"]),
    ] {
        let (report, ran) = bench.report(&[&["--clusters", "gke"], more].concat()).await;
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let objects = cluster(&report, "gke")["objects"].as_array().unwrap();
        let paths = line.take_paths();
        let all: usize = paths.values().sum();
        eprintln!("the {what} run: {all} requests for {} objects, {} writes so far", objects.len(), line.seen());
        for object in objects {
            let text = |name: &str| object[name].as_str().unwrap();
            // the namespace, the inventory and pilot's version are the ground that the preflight, too, looks at
            if ["Namespace", "Deployment"].contains(&text("kind")) || text("name") == "meshctl-inventory" {
                continue;
            }
            let row = Resource::of(text("group"), text("kind")).unwrap();
            let requests = paths.get(&row.path(text("namespace"), text("name"))).copied().unwrap_or_default();
            assert!((1..=3).contains(&requests), "{what}: {requests} requests for {object}");
        }
        assert!(all <= 5 * objects.len(), "{what}: {all} requests, checks and all: {paths:?}");
    }
}

async fn what_is_no_longer_planned_goes(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&["--set", "discovery.families={IPv4,IPv6}"]).await.exits(0);
    let six = format!("EndpointSlice/{SYSTEM}/istio-pilot-gke-v6");
    assert!(bench.listings().await[1].contains_key(&six));
    // one of somebody else, of the same make, stays
    let other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine", "namespace": SYSTEM,
        "labels": {"meshctl.io/owned": "true"}}});
    put(&bench.pair.on_prem, "kubectl", other).await;
    let plan = bench.run(&["diff", "--tag", "dev"]).await.exits(1);
    assert!(plan.stdout.contains("- EndpointSlice/istio-system/istio-pilot-gke-v6"), "{}", plan.stdout);
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(actions(&report, "on-prem").contains(&"pruned EndpointSlice/istio-pilot-gke-v6".to_owned()), "{report}");
    let [_, on_prem] = bench.listings().await;
    assert!(!on_prem.contains_key(&six) && on_prem.contains_key(&format!("ConfigMap/{SYSTEM}/mine")));
    let inventory = on_prem[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")].to_string();
    assert!(!inventory.contains("istio-pilot-gke-v6"), "it shrinks after the prune: {inventory}");
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}

async fn only_secrets_leaves_the_rest_alone(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let (report, ran) = bench.report(&["--only", "secrets"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        actions(&report, "on-prem"),
        ["created Namespace/istio-system", "created Secret/cacerts", "created ConfigMap/meshctl-inventory"]
    );
    for listing in bench.listings().await {
        let secret = &listing[&format!("Secret/{SYSTEM}/cacerts")];
        let keys: Vec<_> = secret["data"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"]);
        assert_eq!(ours(&listing).len(), 3, "{:?}", ours(&listing));
        let inventory = listing[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")].to_string();
        assert!(inventory.contains("name: cacerts") && !inventory.contains("kind: Service"), "{inventory}");
    }
    // a second time there is nothing to place, and nothing is printed
    let plan = bench.run(&["install", "--tag", "dev", "--only", "secrets", "--dry-run", "-o", "yaml"]).await.exits(0);
    assert_eq!(plan.stdout, "");
    bench.install(&[]).await.exits(0);
    let plan = bench.run(&["install", "--tag", "dev", "--only", "secrets", "--dry-run", "-o", "yaml"]).await.exits(0);
    assert_eq!(plan.stdout, "", "all that is needed is listed");
    bench.run(&["uninstall", "--yes", "--purge"]).await.exits(0);
}

/// What `-o yaml` prints is what stands afterwards, also beside objects that somebody else applied.
async fn only_secrets_prints_what_it_places(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let dry = ["install", "--tag", "dev", "--only", "secrets", "--dry-run", "-o", "yaml"];
    let plan = bench.run(&dry).await.exits(0).stdout;
    let kinds: Vec<_> = plan.lines().filter(|l| l.starts_with("kind: ") || l.starts_with("# ")).collect();
    let secret = "# Secret/istio-system/cacerts is placed, with ca-cert.pem, ca-key.pem, cert-chain.pem, root-cert.pem";
    let of = |id| [id, secret, "kind: Namespace", "kind: ConfigMap"];
    assert_eq!(kinds, [of("# cluster: gke"), of("# cluster: on-prem")].concat(), "{plan}");

    // a pipeline brings the manifests, with their inventory
    for (id, cluster) in ["gke", "on-prem"].into_iter().zip(bench.clusters()) {
        let text = bench.run(&["manifest", "generate", "--tag", "dev", "--clusters", id]).await.exits(0).stdout;
        for object in meshctl::data::yaml::documents(&text).unwrap() {
            put(cluster, "pipeline", object).await;
        }
    }
    let before = bench.listings().await;
    let plan = bench.run(&dry).await.exits(0).stdout;
    assert!(!plan.contains("kind: ") && plan.matches(secret).count() == 2, "{plan}");
    bench.install(&["--only", "secrets"]).await.exits(0);
    let new = |n: usize, listing: &bench::Listing| -> Vec<String> {
        let moved =
            versions(listing).into_iter().filter(|(key, version)| versions(&before[n]).get(key) != Some(version));
        moved.map(|(key, _)| key).collect()
    };
    let [gke, on_prem] = bench.listings().await;
    let (ca, remotes) = (format!("Secret/{SYSTEM}/cacerts"), format!("Secret/{SYSTEM}/istio-remote-clusters"));
    assert_eq!((new(0, &gke), new(1, &on_prem)), (vec![ca.clone(), remotes], vec![ca]));
    bench.run(&["uninstall", "--yes", "--purge"]).await.exits(0);
}

async fn uninstall_leaves_nothing_of_ours(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let empty = bench.listings().await;
    bench.install(&[]).await.exits(0);
    let foreign = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": SYSTEM}});
    put(&bench.pair.on_prem, "kubectl", foreign).await;

    let before = bench.listings().await;
    let plan = bench.run(&["uninstall", "--dry-run"]).await.exits(0);
    assert!(plan.stdout.contains("- Deployment/istio-system/istio-pilot"), "{}", plan.stdout);
    assert!(plan.stdout.contains("= Secret/istio-system/cacerts stays"), "{}", plan.stdout);
    assert_eq!(bench.listings().await, before, "a dry run removes nothing");

    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    for kept in ["Secret/istio-system/cacerts stays", "Namespace/istio-system stays: it holds"] {
        assert!(ran.stderr.contains(kept), "{}", ran.stderr);
    }
    let [gke, on_prem] = bench.listings().await;
    let left = [format!("Namespace//{SYSTEM}"), format!("Secret/{SYSTEM}/cacerts")];
    assert_eq!(ours(&gke), left);
    assert_eq!(ours(&on_prem), left);
    assert!(on_prem.contains_key(&format!("ConfigMap/{SYSTEM}/theirs")));
    // nothing more to do, and it may come again
    let ran = bench.run(&["uninstall", "--yes", "-o", "json"]).await.exits(0);
    assert!(ran.stdout.contains("\"absent\""), "{}", ran.stdout);
    bench.install(&[]).await.exits(0);

    bench.run(&["uninstall", "--purge", "--yes"]).await.exits(0);
    for cluster in bench.clusters() {
        bench::end_namespace(cluster).await;
    }
    let [gke, mut on_prem] = bench.listings().await;
    // without a controller what is in the namespace outlives it
    on_prem.remove(&format!("ConfigMap/{SYSTEM}/theirs"));
    assert_eq!(
        [gke, on_prem].each_ref().map(|l| l.keys().cloned().collect::<Vec<_>>()),
        empty.each_ref().map(|l| l.keys().cloned().collect::<Vec<_>>())
    );
}

async fn it_waits_and_says_the_clusters_own_words(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    // no controller runs here: nobody looks at the Deployment, and what a kubelet would say the test says
    let ran = bench.run(&["install", "--tag", "dev", "--yes", "--timeout", "1s", "--no-verify"]).await.exits(1);
    assert!(
        ran.stderr.contains(
            "waiting until Deployment/istio-system/istio-pilot is ready failed: it is not after 1 s: no controller"
        ),
        "{}",
        ran.stderr
    );
    let held = "what points at the primary gke waits until that stands";
    assert!(ran.stderr.contains(held), "{}", ran.stderr);
    let [gke, on_prem] = bench.listings().await;
    assert!(gke.contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));
    assert!(
        !on_prem.contains_key(&format!("Service/{SYSTEM}/istio-pilot")),
        "nothing points at a primary that is not ready"
    );
    assert!(on_prem.contains_key(&format!("Secret/{SYSTEM}/cacerts")));

    let deployments: kube::Api<k8s_openapi::api::apps::v1::Deployment> =
        kube::Api::namespaced(bench.pair.gke.client(), SYSTEM);
    let status = async |status: serde_json::Value| {
        let patch = kube::api::Patch::Merge(json!({"status": status}));
        deployments.patch_status("istio-pilot", &Default::default(), &patch).await.unwrap();
    };
    let start = Instant::now();
    let waiting = bench.run(&["install", "--tag", "dev", "--yes", "--timeout", "60s", "--no-verify"]);
    let coming = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        status(json!({"observedGeneration": 9, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2})).await;
    };
    let (ran, ()) = tokio::join!(waiting, coming);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(start.elapsed() < Duration::from_secs(55));
    assert!(bench.listings().await[1].contains_key(&format!("Service/{SYSTEM}/istio-pilot")));
}
