//! What may go wrong in the middle: each is named for its cluster, the others go on, and the same command completes it later.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use meshctl::data::model::{MANAGED_BY, OWNED};
use serde_json::{Value, json};

use super::bench::{Bench, Listing, SYSTEM, actions, cluster, kubelet, ours, probes, put, versions};
use super::line::{Counts, Line, Rule};
use crate::cluster::Cluster;
use crate::pair::{Pair, alone, patient};
use crate::proxy::BlackHole;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_line_that_breaks_after_any_write", async |pair| breaks(pair, Counts::Writes).await),
        patient("api::install::a_line_that_breaks_after_any_request", async |pair| {
            breaks(pair, Counts::Requests).await
        }),
        alone("api::install::a_silent_cluster_is_asked_once", a_silent_cluster_is_asked_once),
        alone("api::install::what_came_since_the_plan_is_not_taken_over", what_came_since_the_plan_is_not_taken_over),
        alone("api::install::what_was_replaced_since_the_plan_is_left_alone", what_was_replaced_since_the_plan),
        alone("api::install::a_foreign_pod_under_our_label_is_left_alone", a_foreign_pod_under_our_label_is_left_alone),
        alone("api::install::a_dead_cluster_hides_no_other", a_dead_cluster_hides_no_other),
        alone("api::install::a_refusal_is_named_and_mended", a_refusal_is_named_and_mended),
        alone("api::install::a_namespace_that_is_going_away", a_namespace_that_is_going_away),
    ]
}

/// What is ours in a cluster and not in its inventory, the namespace, the inventory itself and the named Secrets aside.
pub(super) fn outside_the_inventory(listing: &Listing) -> Vec<String> {
    let text =
        listing.get(&format!("ConfigMap/{SYSTEM}/meshctl-inventory")).map(|i| i["data"]["inventory.yaml"].to_string());
    let inventory = text.unwrap_or_default().replace("\\n", "\n");
    let listed = |key: &String| {
        let (kind, rest) = key.split_once('/').unwrap();
        let name = rest.rsplit_once('/').unwrap().1;
        let (kind, name) = (format!("kind: {kind}\n"), format!("name: {name}\n"));
        inventory.split("- group:").any(|entry| entry.contains(&kind) && entry.contains(&name))
    };
    let aside = [
        format!("Namespace//{SYSTEM}"),
        format!("ConfigMap/{SYSTEM}/meshctl-inventory"),
        format!("Secret/{SYSTEM}/cacerts"),
    ];
    ours(listing).into_iter().filter(|key| !aside.contains(key) && !listed(key)).collect()
}

/// The CA that a kubeconfig names.
pub(super) fn ca_of(kubeconfig: &str) -> String {
    let parsed = kube::config::Kubeconfig::from_yaml(kubeconfig).unwrap();
    let data = parsed.clusters[0].cluster.clone().unwrap().certificate_authority_data.unwrap();
    let bytes: k8s_openapi::ByteString = serde_json::from_value(data.into()).unwrap();
    String::from_utf8(bytes.0).unwrap()
}

/// A cluster of the pair by its id, and the kubeconfig that leads straight to it.
pub(super) fn there<'a>(pair: &'a Pair, id: &str) -> (&'a Cluster, String) {
    let cluster = if id == "gke" { &pair.gke } else { &pair.on_prem };
    (cluster, cluster.kubeconfig())
}

/// A line that breaks after the first, the second, … of what is counted, in each cluster.
async fn breaks(pair: Arc<Pair>, counts: Counts) {
    for broken in ["gke", "on-prem"] {
        for last in 1.. {
            let bench = Bench::new(Arc::clone(&pair)).await;
            let (at, direct) = there(&pair, broken);
            let line = Line::breaking_after(at, counts, last).await;
            bench.through(broken, &line);
            let (report, ran) = bench.report(&[]).await;
            if line.seen() < last {
                assert_eq!(ran.code, 0, "{}", ran.stderr);
                assert!(last > 8, "only {last} {counts:?} were cut in {broken}");
                break;
            }
            assert_eq!(ran.code, 1, "{broken} after {last}: {}", ran.stderr);
            // the last write in the primary is a remote's credential: it is missing there
            let error = [broken, "on-prem"].iter().find_map(|id| cluster(&report, id)["error"].as_str());
            let error = error.unwrap_or_else(|| panic!("{report}"));
            assert!(error.contains("failed: the API server cannot be reached"), "{broken} after {last}: {error}");
            for (id, listing) in ["gke", "on-prem"].into_iter().zip(bench.listings().await) {
                assert_eq!(outside_the_inventory(&listing), [] as [String; 0], "{id}, {broken} broke after {last}");
            }
            // the healthy one: whole, or whole but for what points at the primary
            let healthy = if broken == "gke" { "on-prem" } else { "gke" };
            match (healthy, cluster(&report, healthy)["state"].as_str().unwrap()) {
                (_, "written") => {}
                ("on-prem", "failed") => {
                    let held = cluster(&report, healthy)["error"].as_str().unwrap();
                    let secret = "Secret/istio-system/istio-remote-clusters";
                    if held.starts_with(&format!("reading {secret} of the primary failed: ")) {
                        // before the first write: a remote of which pilot would not know is not begun
                        assert_eq!(ours(&bench.listings().await[1]), [] as [String; 0], "after {last}");
                    } else {
                        let credential = held.starts_with(&format!("writing pilot's credential to {secret}"));
                        let waits = held.starts_with("what points at the primary gke waits until that stands");
                        assert!(credential || waits, "{held}");
                        let account = "created ServiceAccount/istio-reader-service-account".to_owned();
                        assert!(actions(&report, healthy).contains(&account), "{report}");
                    }
                }
                other => panic!("{other:?} after {last}: {report}"),
            }
            bench.kubeconfig(broken, &direct);
            bench.install(&[]).await.exits(0);
            bench.run(&["diff", "--tag", "dev"]).await.exits(0);
        }
    }
}

async fn what_came_since_the_plan_is_not_taken_over(pair: Arc<Pair>) {
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": SYSTEM}, "data": {"mine": "1"}});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cacerts", "namespace": SYSTEM}});
    let remotes = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "istio-remote-clusters", "namespace": SYSTEM}});
    for (theirs, request) in [
        (map, format!("PATCH /api/v1/namespaces/{SYSTEM}/configmaps/istio?")),
        (secret, format!("PATCH /api/v1/namespaces/{SYSTEM}/secrets/cacerts?")),
        (remotes, format!("POST /api/v1/namespaces/{SYSTEM}/secrets?")),
    ] {
        let bench = Bench::new(Arc::clone(&pair)).await;
        let line = Line::counting(&bench.pair.gke).await;
        bench.kubeconfig("gke", &line.kubeconfig());
        line.rule(&request, Rule::First(theirs.clone()));
        let (report, ran) = bench.report(&[]).await;
        assert_eq!(ran.code, 1, "{report}");
        let (kind, name) = (theirs["kind"].as_str().unwrap(), theirs["metadata"]["name"].as_str().unwrap());
        if name == "istio-remote-clusters" {
            let error = cluster(&report, "on-prem")["error"].as_str().unwrap();
            assert!(error.contains("writing pilot's credential") && error.contains("409"), "{error}");
        } else {
            let error = cluster(&report, "gke")["error"].as_str().unwrap();
            let wanted =
                format!("applying {kind}/{SYSTEM}/{name} failed: somebody has put one there since it was looked for");
            assert_eq!(error, wanted);
        }
        let stands = &bench.listings().await[0][&format!("{kind}/{SYSTEM}/{name}")];
        assert!(stands["metadata"]["labels"].is_null(), "{name} is still theirs alone: {stands}");
        assert_eq!(stands["data"], theirs["data"], "{name} is still theirs alone");
        // and the next run knows whose it is
        line.obey();
        let (report, ran) = bench.report(&[]).await;
        assert_eq!(ran.code, 1, "{report}");
        let errors = report["clusters"].to_string();
        assert!(errors.contains("meshctl did not make it") || errors.contains("another mesh is in it"), "{errors}");
    }
}

async fn what_was_replaced_since_the_plan(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    // by all that it says it is ours: only its UID tells that it is another one
    let key = format!("Deployment/{SYSTEM}/istio-pilot");
    let mut theirs = bench.listings().await[0][&key].clone();
    let was = theirs["metadata"]["uid"].clone();
    theirs["metadata"] = json!({"name": "istio-pilot", "namespace": SYSTEM, "labels": theirs["metadata"]["labels"]});
    theirs.as_object_mut().unwrap().remove("status");
    // a list does not say it of its items
    (theirs["apiVersion"], theirs["kind"]) = ("apps/v1".into(), "Deployment".into());
    theirs["spec"]["replicas"] = json!(5);
    line.rule(&format!("PATCH /apis/apps/v1/namespaces/{SYSTEM}/deployments/istio-pilot?"), Rule::Instead(theirs));
    let (report, ran) = bench.report(&["--tag", "other", "--force-conflicts"]).await;
    assert_eq!(ran.code, 1, "{report}");
    let wanted = format!("applying {key} failed: it is no longer the one that was looked at");
    assert_eq!(cluster(&report, "gke")["error"], wanted.as_str(), "{report}");
    let now = &bench.listings().await[0][&key];
    assert!(now["metadata"]["uid"] != was && now["spec"]["replicas"] == 5, "{now}");
    assert!(now["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().ends_with(":dev"), "{now}");
    line.obey();
    bench.install(&["--tag", "other", "--force-conflicts"]).await.exits(0);
}

async fn a_foreign_pod_under_our_label_is_left_alone(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let on_prem = &bench.pair.on_prem;
    let pod = |name: &str, labels: Value| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": SYSTEM, "labels": labels},
            "spec": {"activeDeadlineSeconds": 1, "containers": [{"name": "c", "image": "none"}]}})
    };
    put(on_prem, "kubectl", pod("meshctl-verify", json!({"app": "meshctl-verify"}))).await;
    let key = format!("Pod/{SYSTEM}/meshctl-verify");
    let _line = super::verified::without_pilot(&bench).await;
    let before = bench.listings().await[1][&key].clone();
    let line = Line::counting(on_prem).await;
    bench.through("on-prem", &line);
    super::bench::outlive(&line, on_prem, "meshctl-verify").await;
    let args = ["install", "--tag", "dev", "--yes", "--clusters", "on-prem", "--verify"];
    let done = json!({"phase": "Succeeded"});
    let (ran, _) = tokio::join!(bench.run(&args), kubelet(on_prem, &done));
    ran.exits(0);
    assert_eq!(bench.listings().await[1][&key], before);
    // uninstall takes ours, however young, and names the other
    let mut ours =
        pod("meshctl-verify-x", json!({"app": "meshctl-verify", OWNED.0: OWNED.1, MANAGED_BY.0: MANAGED_BY.1}));
    ours["spec"]["activeDeadlineSeconds"] = 3600.into();
    put(on_prem, "meshctl", ours).await;
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    assert!(ran.stderr.contains(&format!("{key} stays: it does not carry our label")), "{}", ran.stderr);
    assert_eq!(bench.listings().await[1][&key], before);
    assert!(probes(on_prem).await.is_empty(), "{}", ran.stderr);
}

async fn a_dead_cluster_hides_no_other(pair: Arc<Pair>) {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hole = BlackHole::new();
    for (address, words) in [(closed, "cannot be reached"), (hole.address(), "did not answer within")] {
        let bench = Bench::new(Arc::clone(&pair)).await;
        bench.kubeconfig("on-prem", &pair.on_prem.kubeconfig_at(address));
        let (report, ran) = bench.report(&[]).await;
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert_eq!(cluster(&report, "gke")["state"], "written", "{report}");
        let error = cluster(&report, "on-prem")["error"].as_str().unwrap();
        assert!(error.contains(words) || error.contains("cannot be reached"), "{error}");
        bench.run(&["diff", "--tag", "dev"]).await.exits(2);
        bench.kubeconfig("on-prem", &pair.on_prem.kubeconfig());
        let (report, ran) = bench.report(&[]).await;
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(cluster(&report, "gke")["state"], "unchanged", "{report}");
        assert_eq!(cluster(&report, "on-prem")["state"], "written", "{report}");
    }
}

/// A cluster that does not answer is asked once: each further question would take its time again.
async fn a_silent_cluster_is_asked_once(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.kubeconfig("on-prem", &line.kubeconfig());
    line.rule(" /", Rule::Stall);
    let (report, ran) = bench.report(&["--stub-services"]).await;
    assert_eq!(ran.code, 1, "{report}");
    let error = cluster(&report, "on-prem")["error"].as_str().unwrap();
    let said = "reading ConfigMap/istio-system/meshctl-inventory failed: the API server did not answer within 10 s";
    assert_eq!(error, said, "{report}");
    // side by side, so that it costs one wait: what is recorded there, and the CA that it holds
    let mut paths: Vec<String> = line.take_requests().into_iter().map(|seen| seen.path).collect();
    paths.sort();
    let path = |object: &str| format!("/api/v1/namespaces/istio-system/{object}");
    assert_eq!(paths, [path("configmaps/meshctl-inventory"), path("secrets/cacerts")]);
    let notes = cluster(&report, "gke")["notes"].to_string();
    assert!(notes.contains("stub Services stay as they are: the cluster on-prem cannot be read"), "{notes}");
    assert_eq!(cluster(&report, "gke")["state"], "written", "{report}");
}

/// A reason for which an API server says no: what makes it so, the words of the refusal, and what ends it.
async fn a_refusal_is_named_and_mended(pair: Arc<Pair>) {
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none", "namespace": SYSTEM}, "spec": {"hard": {"services": "0"}}});
    let bench = Bench::new(Arc::clone(&pair)).await;
    let client = pair.on_prem.client();
    put(&pair.on_prem, "kubectl", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})).await;
    let quotas: kube::Api<k8s_openapi::api::core::v1::ResourceQuota> = kube::Api::namespaced(client.clone(), SYSTEM);
    quotas.create(&Default::default(), &serde_json::from_value(quota).unwrap()).await.unwrap();
    // no controller counts here: the API server waits for one, and then says so
    let status = kube::api::Patch::Merge(json!({"status": {"hard": {"services": "0"}, "used": {"services": "0"}}}));
    quotas.patch_status("none", &Default::default(), &status).await.unwrap();
    let [_, before] = bench.listings().await;
    refused(&bench, "exceeded quota: none").await;
    assert_eq!(
        versions(&bench.listings().await[1]),
        versions(&before),
        "the dry run found it before anything was written"
    );
    quotas.delete("none", &Default::default()).await.unwrap();
    completes(&bench).await;

    let bench = Bench::new(Arc::clone(&pair)).await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "deny"},
        "webhooks": [{"name": "deny.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
            "clientConfig": {"url": format!("https://{closed}/")}, "rules": [{"apiGroups": ["apps", ""], "apiVersions": ["v1"], "operations": ["CREATE"],
            "resources": ["services"]}]}]});
    let webhooks: kube::Api<k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration> =
        kube::Api::all(client.clone());
    webhooks.create(&Default::default(), &serde_json::from_value(webhook).unwrap()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let error = refused(&bench, "deny.example.com").await;
    webhooks.delete("deny", &Default::default()).await.unwrap();
    assert!(error.contains("Service/istio-system/istio-pilot"), "{error}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    completes(&bench).await;

    // somebody whom the server does not know, and somebody who may do nothing
    let bench = Bench::new(Arc::clone(&pair)).await;
    let config = pair.on_prem.kubeconfig();
    let stranger: String = config
        .lines()
        .map(|l| match l.trim_start().starts_with("user: {client-certificate-data") {
            true => "  user: {token: expired}\n".to_owned(),
            false => format!("{l}\n"),
        })
        .collect();
    assert_ne!(stranger, config);
    bench.kubeconfig("on-prem", &stranger);
    refused(&bench, "does not accept the credentials (401)").await;
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody", "namespace": "default"}});
    put(&pair.on_prem, "kubectl", account).await;
    let accounts: kube::Api<k8s_openapi::api::core::v1::ServiceAccount> =
        kube::Api::namespaced(client.clone(), "default");
    let asked = serde_json::from_value(json!({"spec": {"audiences": []}, "metadata": {}})).unwrap();
    let token = accounts
        .create_token_request("nobody", &Default::default(), &asked)
        .await
        .unwrap()
        .status
        .unwrap()
        .token
        .unwrap_or_default();
    bench.kubeconfig("on-prem", &stranger.replace("expired", &token));
    let error = refused(&bench, "the kubeconfig's user may not create, delete, get, patch clusterrole").await;
    assert!(!error.contains(&token), "{error}");
    bench.kubeconfig("on-prem", &config);
    completes(&bench).await;
}

/// Install fails in on-prem with these words, and in no other cluster.
pub(super) async fn refused(bench: &Bench, words: &str) -> String {
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let error = cluster(&report, "on-prem")["error"].as_str().unwrap_or_default();
    assert!(error.contains(words), "\"{words}\" is missing in {report}");
    assert_ne!(cluster(&report, "gke")["state"], "failed", "{report}");
    assert_eq!(outside_the_inventory(&bench.listings().await[1]), [] as [String; 0]);
    error.to_owned()
}

pub(super) async fn completes(bench: &Bench) {
    bench.install(&[]).await.exits(0);
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}

async fn a_namespace_that_is_going_away(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.install(&[]).await.exits(0);
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(pair.on_prem.client());
    namespaces.delete(SYSTEM, &Default::default()).await.unwrap();
    let error = refused(&bench, "the namespace istio-system has been terminating since").await;
    assert!(error.contains("20"), "{error}");
    // it has gone, with all that was in it
    super::bench::wipe(&pair.on_prem).await;
    completes(&bench).await;
}
