//! What stops an installation in one of two real clusters before anything is written there, and what the other one gets.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::install::bench::{Bench, SYSTEM, cluster, kubelet, listing, ours, put, versions};
use crate::install::line::{Line, Rule, Seen};
use crate::objects::in_both;
use crate::pair::{Pair, alone, alone_with_an_uncovered, alone_with_another};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::preflight::missing_rights_are_named", missing_rights_are_named),
        alone("api::preflight::foreign_meshes_and_endpoints_stop", foreign_meshes_and_endpoints_stop),
        alone("api::preflight::another_cluster_and_a_newer_version_stop", another_cluster_and_a_newer_version_stop),
        alone(
            "api::preflight::an_upgrade_stops_at_the_first_that_is_not_well",
            an_upgrade_stops_at_the_first_that_is_not_well,
        ),
        alone("api::preflight::a_remote_is_not_upgraded_ahead_of_its_primary", a_remote_waits_for_its_primary),
        alone_with_another(
            "api::preflight::an_upgrade_stops_at_a_remote_that_is_not_well",
            an_upgrade_stops_at_a_remote_that_is_not_well,
        ),
        alone("api::preflight::an_upgrade_together_with_a_move", an_upgrade_together_with_a_move),
        alone("api::preflight::every_request_was_asked_for", every_request_was_asked_for),
        alone("api::preflight::many_reviews_behind_a_slow_line", many_reviews_behind_a_slow_line),
        alone("api::preflight::namespaces_of_stubs_are_asked_for_at_once", namespaces_of_stubs_are_asked_for_at_once),
        alone("api::preflight::a_uid_that_cannot_be_read_is_told", a_uid_that_cannot_be_read_is_told),
        alone_with_an_uncovered(
            "api::preflight::an_address_that_the_certificate_does_not_cover",
            an_address_that_the_certificate_does_not_cover,
        ),
        alone("api::preflight::what_may_not_be_looked_through_stops", what_may_not_be_looked_through_stops),
        alone("api::preflight::the_list_knows_what_is_installed", the_list_knows_what_is_installed),
    ]
}

/// Runs install, which must leave on-prem as it was, and gives the sentence; what is done in gke is its own affair.
async fn stopped(bench: &Bench, more: &[&str]) -> String {
    let before = versions(&listing(&bench.pair.on_prem).await);
    let (report, ran) = bench.report(more).await;
    assert_eq!(ran.code, 1, "{report}\n{}", ran.stderr);
    assert_eq!(cluster(&report, "on-prem")["state"], "failed", "{report}");
    assert_eq!(versions(&listing(&bench.pair.on_prem).await), before, "something was written");
    let row = cluster(&report, "on-prem");
    let hint = row["hint"].as_str().unwrap_or_default();
    assert!(hint.is_empty() || ran.stderr.contains(&format!("hint: {hint}\n")), "{report}\n{}", ran.stderr);
    format!("{} hint: {hint}", row["error"].as_str().unwrap())
}

async fn missing_rights_are_named(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    // whoever runs the controllers may read much and make little
    let proxy = bench.pair.on_prem.proxy();
    bench.kubeconfig("on-prem", &bench.pair.on_prem.other_kubeconfig_at(proxy.address()));
    let said = stopped(&bench, &[]).await;
    assert!(said.starts_with("the kubeconfig's user may not "), "{said}");
    for right in ["clusterroles.rbac.authorization.k8s.io", "deployments.apps in istio-system", "namespaces"] {
        // a remote runs no Deployment of ours: only what is done there is asked
        assert_eq!(said.contains(right), !right.starts_with("deployments"), "{right}: {said}");
    }
    assert!(said.contains("hint: use the kubeconfig of a cluster administrator"), "{said}");
    assert!(!ours(&listing(&bench.pair.gke).await).is_empty(), "the healthy cluster is installed");

    bench.kubeconfig("on-prem", &bench.pair.on_prem.kubeconfig());
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert_eq!(cluster(&report, "gke")["state"], "unchanged", "{report}");
}

async fn foreign_meshes_and_endpoints_stop(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let on_prem = &bench.pair.on_prem;
    put(on_prem, "kubectl", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})).await;

    let pod =
        json!({"metadata": {"labels": {"app": "istiod"}}, "spec": {"containers": [{"name": "c", "image": "none"}]}});
    let istiod = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "istiod", "namespace": SYSTEM,
            "labels": {"app": "istiod", "app.kubernetes.io/managed-by": "Helm"}},
        "spec": {"selector": {"matchLabels": {"app": "istiod"}}, "template": pod}});
    put(on_prem, "helm", istiod).await;
    let said = stopped(&bench, &[]).await;
    assert!(said.contains("another mesh") && said.contains("Deployment/istio-system/istiod"), "{said}");
    assert!(said.contains("Helm") || said.contains("helm"), "the owner is named: {said}");
    delete(on_prem, "/apis/apps/v1/namespaces/istio-system/deployments/istiod").await;

    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "by-hand", "namespace": SYSTEM, "labels": {"kubernetes.io/service-name": "istio-pilot"}},
        "addressType": "IPv4", "endpoints": [{"addresses": ["10.9.9.9"]}], "ports": [{"name": "grpc-xds", "port": 15010}]});
    put(on_prem, "kubectl", slice).await;
    let said = stopped(&bench, &[]).await;
    assert!(said.contains("EndpointSlice/istio-system/by-hand"), "{said}");
    delete(on_prem, "/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices/by-hand").await;

    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
}

async fn delete(cluster: &Cluster, path: &str) {
    let request = http::Request::delete(path).body(Vec::new()).unwrap();
    cluster.client().request::<Value>(request).await.unwrap();
}

/// Changes the text of on-prem's inventory.
async fn inventory(bench: &Bench, change: impl Fn(&str) -> String) {
    inventory_of(&bench.pair.on_prem, change).await;
}

/// Makes it so that an older version was installed.
async fn older(cluster: &Cluster) {
    inventory_of(cluster, |text| with(text, "version", "0.0.1")).await;
}

async fn inventory_of(cluster: &Cluster, change: impl Fn(&str) -> String) {
    let path = format!("/api/v1/namespaces/{SYSTEM}/configmaps/meshctl-inventory");
    let client = cluster.client();
    let read = http::Request::get(&path).body(Vec::new()).unwrap();
    let mut map: Value = client.request(read).await.unwrap();
    let text = map["data"]["inventory.yaml"].as_str().unwrap();
    let changed = change(text);
    assert_ne!(changed, text);
    map["data"]["inventory.yaml"] = changed.into();
    let write = http::Request::put(&path).body(serde_json::to_vec(&map).unwrap()).unwrap();
    client.request::<Value>(write).await.unwrap();
}

/// The text with another value of a key.
fn with(text: &str, key: &str, value: &str) -> String {
    let line = |l: &str| if l.starts_with(&format!("{key}: ")) { format!("{key}: {value}") } else { l.to_owned() };
    text.lines().map(|l| line(l) + "\n").collect()
}

async fn another_cluster_and_a_newer_version_stop(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);

    // that one says more than this one knows
    inventory(&bench, |text| with(text, "version", "99.0.0") + "gateways:\n  - name: east\n").await;
    let said = stopped(&bench, &["--quiet"]).await;
    assert!(said.starts_with("meshctl 99.0.0 is installed there, and this is the older "), "{said}");
    assert!(said.contains("hint: use the newer meshctl, or add --allow-downgrade"), "{said}");
    // by the flag; and the server holds what the other version applied under the same manager
    let (report, ran) = bench.report(&["--allow-downgrade", "--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{report}");
    let map = &listing(&bench.pair.on_prem).await[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")];
    let text = map["data"]["inventory.yaml"].as_str().unwrap();
    assert!(text.contains("name: east") && !text.contains("99.0.0"), "it comes back to what it left: {text}");
    assert_eq!(cluster(&bench.report(&[]).await.0, "on-prem")["state"], "unchanged");

    inventory(&bench, |text| with(text, "uid", "another")).await;
    let said = stopped(&bench, &[]).await;
    assert!(said.contains("it is another cluster than the one that was installed"), "{said}");
}

async fn an_upgrade_stops_at_the_first_that_is_not_well(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    older(&bench.pair.on_prem).await;
    let before = versions(&listing(&bench.pair.on_prem).await);
    // no node runs pilot here, so that the primary does not become ready; the inventory's text is this test's own for a while
    let args = ["install", "--tag", "next", "--yes", "-o", "json", "--wait", "--timeout", "2s", "--force-conflicts"];
    let ran = bench.run(&args).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let why = cluster(&report, "on-prem")["error"].as_str().unwrap().to_owned();
    assert!(why.starts_with("it was not upgraded, since the cluster gke is not well: "), "{report}");
    assert_eq!(versions(&listing(&bench.pair.on_prem).await), before, "the others keep the old version");
    // where it is well, the others follow
    let (report, ran) = bench.report(&["--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{report}");
    let said = "the upgrade of the other clusters does not wait until it is well: --no-wait";
    assert!(cluster(&report, "gke")["notes"].to_string().contains(said), "{report}");
    let list = bench.run(&["cluster", "list", "-o", "json"]).await.exits(0);
    assert!(!list.stdout.contains("\"installedVersion\": \"0.0.1\""), "{}", list.stdout);
}

async fn a_remote_waits_for_its_primary(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    for cluster in bench.clusters() {
        older(cluster).await;
    }
    let before = bench.listings().await.each_ref().map(versions);
    let (report, ran) = bench.report(&["--clusters", "on-prem", "--force-conflicts"]).await;
    assert_eq!(ran.code, 1, "{report}");
    let said = format!(
        "its primary gke has meshctl 0.0.1, and this newer {} comes to a primary before its remotes",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(cluster(&report, "on-prem")["error"], said.as_str(), "{report}");
    assert!(ran.stderr.contains("leave --clusters out, or name gke there, too"), "{}", ran.stderr);
    let ran = bench.run(&["diff", "--tag", "dev", "--clusters", "on-prem"]).await.exits(1);
    assert!(ran.stdout.contains(&said), "{}", ran.stdout);
    assert_eq!(bench.listings().await.each_ref().map(versions), before, "nothing was written");
    // Secrets are of no version
    bench.install(&["--only", "secrets", "--clusters", "on-prem"]).await.exits(0);

    let (report, ran) = bench.report(&["--clusters", "gke", "--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert!(!cluster(&report, "gke")["notes"].to_string().contains("does not wait"), "nobody comes after it");
    bench.install(&["--clusters", "on-prem", "--force-conflicts"]).await.exits(0);
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}

async fn an_upgrade_stops_at_a_remote_that_is_not_well(pair: Arc<Pair>, third: Cluster) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.kubeconfig("third", &third.kubeconfig());
    bench.home.run(["ca", "init", "--registry", "kubeconf"]).exits(0);
    bench.install(&[]).await.exits(0);
    for cluster in bench.clusters().into_iter().chain([&third]) {
        older(cluster).await;
    }
    let line = Line::counting(&pair.on_prem).await;
    bench.through("on-prem", &line);
    // the write, and not its dry run
    line.rule("/configmaps/meshctl-inventory?fieldManager=meshctl&force", Rule::Forbid);
    let before = versions(&listing(&third).await);
    let (report, ran) = bench.report(&["--force-conflicts"]).await;
    assert_eq!(ran.code, 1, "{report}");
    assert_eq!(cluster(&report, "gke")["state"], "written", "{report}");
    let why = cluster(&report, "on-prem")["error"].as_str().unwrap();
    assert!(why.contains("forbidden: the line says no"), "{report}");
    let said = format!("it was not upgraded, since the cluster on-prem is not well: {why}");
    assert_eq!(cluster(&report, "third")["error"], said.as_str(), "{report}");
    assert_eq!(versions(&listing(&third).await), before, "it goes on with the old version");
    line.obey();
    let (report, ran) = bench.report(&["--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert_eq!(cluster(&report, "third")["state"], "written", "{report}");
}

async fn an_upgrade_together_with_a_move(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    for cluster in bench.clusters() {
        older(cluster).await;
    }
    let before = versions(&listing(&bench.pair.gke).await);
    let moved = ["--tag", "next", "--yes", "--primary", "on-prem", "--move-primary", "--force-conflicts"];
    // no node runs the new primary's pilot: the old one goes on
    let args = [&["install", "-o", "json", "--timeout", "2s"][..], &moved].concat();
    let ran = bench.run(&args).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let why = cluster(&report, "on-prem")["error"].as_str().unwrap();
    assert!(why.starts_with("waiting until Deployment/istio-system/istio-pilot is ready failed"), "{report}");
    let said = format!("it was not upgraded, since the cluster on-prem is not well: {why}");
    assert_eq!(cluster(&report, "gke")["error"], said.as_str(), "{report}");
    assert_eq!(versions(&listing(&bench.pair.gke).await), before);
    // where it is not waited for, the new primary comes first all the same, and the former one's pilot last
    let ran = bench.run(&[&["install", "--no-wait"][..], &moved].concat()).await.exits(0);
    let at = |words: &str| ran.stderr.find(words).unwrap_or_else(|| panic!("\"{words}\" is missing in {}", ran.stderr));
    assert!(at("the upgrade of on-prem") < at("the upgrade of gke"), "{}", ran.stderr);
    let deployment = format!("Deployment/{SYSTEM}/istio-pilot");
    let [gke, on_prem] = bench.listings().await;
    assert!(!gke.contains_key(&deployment) && on_prem.contains_key(&deployment));
}

async fn the_list_knows_what_is_installed(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    let ran = bench.run(&["cluster", "list", "-o", "json"]).await.exits(0);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    for item in list["items"].as_array().unwrap() {
        assert_eq!(item["installedVersion"], env!("CARGO_PKG_VERSION"), "{list}");
        assert_eq!(item["credential"], "certificate", "{list}");
        assert!(item["credentialExpires"].as_str().is_some_and(|t| t.ends_with('Z')), "{list}");
    }
    let ran = bench.run(&["version"]).await.exits(0);
    let gke = ran.stdout.lines().find(|l| l.starts_with("gke ")).unwrap();
    assert!(gke.contains(" v1.") && gke.contains(":dev "), "{}", ran.stdout);

    std::fs::remove_file(bench.home.home().join("kubeconf/on-prem.yaml")).unwrap();
    let ran = bench.run(&["cluster", "list"]).await.exits(0);
    let row = ran.stdout.lines().find(|l| l.starts_with("on-prem ")).unwrap();
    assert!(row.ends_with("not in the registry"), "{row}");
    assert!(ran.stderr.contains("meshctl cluster remove on-prem --dead"), "{}", ran.stderr);
}

/// What a request needs: verb, group, resource, namespace and name; several where the API wants several.
fn rights(seen: &Seen) -> Vec<[String; 5]> {
    let parts: Vec<&str> = seen.path.trim_matches('/').split('/').collect();
    let (group, rest) = match parts.as_slice() {
        ["api", _, rest @ ..] => ("", rest),
        ["apis", group, _, rest @ ..] => (*group, rest),
        _ => return Vec::new(),
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
        rest => ("", rest),
    };
    let (resource, name) = match rest {
        [] => return Vec::new(),
        [resource] => ((*resource).to_owned(), ""),
        [resource, name] => ((*resource).to_owned(), *name),
        [resource, name, part, ..] => (format!("{resource}/{part}"), *name),
    };
    let verbs: &[&str] = match (seen.method.as_str(), name) {
        ("GET", "") => &["list"],
        ("GET", _) if resource.ends_with("/portforward") => &["get", "create"],
        ("GET", _) => &["get"],
        ("POST", _) => &["create"],
        // what is applied is made where it is not there
        ("PATCH", _) if seen.query.contains("fieldManager=meshctl") => &["patch", "create"],
        ("DELETE", _) => &["delete"],
        other => panic!("{other:?}: {seen:?}"),
    };
    let right = |verb: &&str| [*verb, group, &resource, namespace, name].map(str::to_owned);
    verbs.iter().map(right).collect()
}

/// The rights that nobody asked about, of the requests that the user sent.
fn not_asked(line: &Line) -> Vec<String> {
    missing(line.take_requests(), line.take_asked())
}

/// The rights of these requests that none of the reviews was about.
pub fn missing(seen: Vec<Seen>, asked: Vec<Value>) -> Vec<String> {
    assert!(asked.len() > 3, "{asked:?}");
    let covers = |asked: &Value, right: &[String; 5]| {
        let text = |key: &str| asked[key].as_str().unwrap_or_default();
        let resource = match text("subresource") {
            "" => text("resource").to_owned(),
            part => format!("{}/{part}", text("resource")),
        };
        let [verb, group, of, namespace, name] = right;
        (text("verb"), text("group"), &resource) == (verb, group, of)
            && (text("namespace").is_empty() || text("namespace") == namespace)
            && (text("name").is_empty() || text("name") == name)
    };
    let aside = |seen: &Seen| {
        // the reader's own token tries this list
        (seen.path == "/api/v1/services" && seen.query == "limit=1") || seen.path.contains("selfsubjectaccessreviews")
    };
    let all = seen.into_iter().filter(|seen| !aside(seen));
    let missing = all.flat_map(|seen| rights(&seen)).filter(|right| !asked.iter().any(|a| covers(a, right)));
    let mut missing: Vec<String> = missing.map(|right| right.join(" ")).collect();
    missing.sort();
    missing.dedup();
    missing
}

async fn every_request_was_asked_for(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    let lines = [Line::counting(&pair.gke).await, Line::counting(&pair.on_prem).await];
    for (id, line) in ["gke", "on-prem"].into_iter().zip(&lines) {
        line.be_humble();
        bench.kubeconfig(id, &line.kubeconfig());
    }
    bench.home.file("gke.pem", pair.gke.ca());
    bench.home.file("on-prem.pem", pair.on_prem.ca());
    let way = "clusters: {on-prem: {server: 'https://192.0.2.2:6443', caFile: ../on-prem.pem}, \
               gke: {server: 'https://192.0.2.1:6443', caFile: ../gke.pem}}";
    bench.home.file("kubeconf/mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n{way}\n"));
    let nothing = |what: &str| {
        for (id, line) in ["gke", "on-prem"].into_iter().zip(&lines) {
            assert_eq!(not_asked(line), [] as [String; 0], "{what} in {id}");
        }
    };
    bench.run(&["diff", "--tag", "dev"]).await.exits(1);
    nothing("diff");
    bench.install(&["--only", "secrets"]).await.exits(0);
    nothing("install --only secrets");
    bench.install(&["--stub-services", "--set", "discovery.families={IPv4,IPv6}"]).await.exits(0);
    nothing("install");
    // less than before, with the way to pilot: a pod of pilot is ready, and nobody may reach its ports
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "istio-pilot-p", "namespace": SYSTEM,
        "labels": {"app": "istio-pilot", "istio": "pilot"}}, "spec": {"containers": [{"name": "c", "image": "none"}]}});
    put(&pair.gke, "kubelet", pod).await;
    let patch = |status: Value| kube::api::Patch::Merge(json!({"status": status}));
    let pods: kube::Api<k8s_openapi::api::core::v1::Pod> = kube::Api::namespaced(pair.gke.client(), SYSTEM);
    let ready = patch(json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}));
    pods.patch_status("istio-pilot-p", &Default::default(), &ready).await.unwrap();
    lines[0].rule("/portforward", Rule::Forbid);
    // its Deployment does not come up in time, so that the events are read; then it does
    let wait = ["install", "--tag", "dev", "--yes", "--timeout", "1s", "--no-verify"];
    bench.run(&wait).await.exits(1);
    nothing("install that waits in vain");
    let deployments: kube::Api<k8s_openapi::api::apps::v1::Deployment> =
        kube::Api::namespaced(pair.gke.client(), SYSTEM);
    let up = patch(
        json!({"observedGeneration": 99, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}),
    );
    deployments.patch_status("istio-pilot", &Default::default(), &up).await.unwrap();
    let done = json!({"phase": "Succeeded"});
    let verify = ["install", "--tag", "dev", "--yes", "--timeout", "20s", "--verify"];
    let (ran, _) = tokio::join!(bench.run(&verify), kubelet(&pair.on_prem, &done));
    ran.exits(0);
    let seen = lines[0].take_requests();
    assert!(seen.iter().any(|s| s.path.ends_with("/portforward")), "pilot was not looked at");
    assert_eq!(missing(seen, lines[0].take_asked()), [] as [String; 0], "verify in gke");
    assert_eq!(not_asked(&lines[1]), [] as [String; 0], "verify in on-prem");
    // the primary moves: what pilot kept goes
    pods.delete("istio-pilot-p", &kube::api::DeleteParams::default().grace_period(0)).await.unwrap();
    bench.install(&["--primary", "on-prem", "--move-primary"]).await.exits(0);
    let gone = lines[0].requests();
    assert!(
        gone.iter().any(|s| s.method == "DELETE" && s.path.ends_with("/secrets/istio-remote-clusters")),
        "{gone:?}"
    );
    nothing("install --move-primary");
    bench.run(&["uninstall", "--yes", "--purge"]).await.exits(0);
    nothing("uninstall");
}

async fn what_may_not_be_looked_through_stops(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    // a review may say yes where another authoriser says no
    line.rule(&format!("GET /api/v1/namespaces/{SYSTEM}/endpoints?"), Rule::Forbid);
    let (report, ran) = bench.report(&["--tag", "other"]).await;
    assert_eq!(ran.code, 1, "{report}");
    let error = cluster(&report, "gke")["error"].as_str().unwrap();
    assert!(
        error.starts_with("looking for another mesh in its endpoints failed: the API server forbids it"),
        "{error}"
    );
    let deployment = &listing(&bench.pair.gke).await[&format!("Deployment/{SYSTEM}/istio-pilot")];
    assert!(deployment.to_string().contains(":dev\""), "nothing was written: {deployment}");
    line.obey();
    bench.install(&["--tag", "other"]).await.exits(0);
}

/// A user who is no administrator, far away: all reviews together take longer than one request may.
async fn many_reviews_behind_a_slow_line(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.through("on-prem", &line);
    line.be_humble();
    let delay = std::time::Duration::from_millis(2500);
    line.rule("selfsubjectaccessreviews", Rule::Slow(delay));
    let (report, ran) = bench.report(&["--dry-run"]).await;
    assert_eq!(ran.code, 0, "{report}");
    // eight at a time
    let reviews = u32::try_from(line.take_asked().len()).unwrap();
    assert!(delay * reviews / 8 > std::time::Duration::from_secs(10), "no more than {reviews} reviews");
}

/// A right that is wanted in many namespaces is asked for in all of them first.
async fn namespaces_of_stubs_are_asked_for_at_once(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    let (first, _) = in_both(&pair, "reviews").await;
    let (second, _) = in_both(&pair, "reviews").await;
    for there in [&first, &second] {
        there.serve("reviewed", &["10.1.0.1"]).await;
    }
    let line = Line::counting(&pair.on_prem).await;
    bench.through("on-prem", &line);
    line.be_humble();
    let (report, ran) = bench.report(&["--stub-services"]).await;
    assert_eq!(ran.code, 0, "{report}");
    let stubs = cluster(&report, "on-prem")["objects"].to_string();
    assert!(stubs.contains(&first.namespace) && stubs.contains(&second.namespace), "{report}");
    let asked = line.take_asked();
    let of =
        |namespace: &str| asked.iter().filter(|a| a["namespace"] == namespace && a["resource"] == "services").count();
    assert_eq!((of(&first.namespace), of(&second.namespace)), (0, 0), "{asked:?}");
    assert!(of("") >= 4, "{asked:?}");
    for there in [&first, &second] {
        there.delete_service("reviewed").await;
    }
    bench.install(&[]).await.exits(0);
}

async fn a_uid_that_cannot_be_read_is_told(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let lines = [Line::counting(&bench.pair.gke).await, Line::counting(&bench.pair.on_prem).await];
    for (id, line) in ["gke", "on-prem"].into_iter().zip(&lines) {
        bench.through(id, line);
    }
    let kube_system = "GET /api/v1/namespaces/kube-system?";
    let uid = async || {
        let map = &listing(&bench.pair.on_prem).await[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")];
        let text = map["data"]["inventory.yaml"].as_str().unwrap();
        text.lines().find_map(|l| l.strip_prefix("uid: ")).map(str::to_owned)
    };
    let notes = |report: &Value| cluster(report, "on-prem")["notes"].to_string();
    let unread = "the UID of its namespace kube-system cannot be read: ";

    lines[1].rule(kube_system, Rule::Forbid);
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    let said = format!("{unread}nothing will tell it from another cluster under its name");
    assert!(notes(&report).contains(&said), "{report}");
    assert!(!cluster(&report, "gke")["notes"].to_string().contains(unread), "{report}");
    assert_eq!(uid().await, None);

    lines[1].obey();
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert!(!notes(&report).contains(unread), "{report}");
    let pinned = uid().await;
    assert!(pinned.is_some());

    // what is pinned stays so, and that it was not compared is told
    lines[1].rule(kube_system, Rule::Forbid);
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    let said = format!("{unread}nobody knows whether it is still the cluster that was installed");
    assert!(notes(&report).contains(&said), "{report}");
    assert_eq!(uid().await, pinned);

    // of a primary that is not asked for, too: it gets pilot's credentials
    lines[1].obey();
    lines[0].rule(kube_system, Rule::Forbid);
    let (report, ran) = bench.report(&["--clusters", "on-prem"]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert!(notes(&report).contains(&format!("gke: {said}")), "{report}");
}

/// An address of this machine is replaced by the one that the cluster gives its pods, but by none that its certificate does
/// not cover.
async fn an_address_that_the_certificate_does_not_cover(pair: Arc<Pair>, third: Cluster) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.kubeconfig("third", &third.kubeconfig());
    bench.home.run(["ca", "init", "--registry", "kubeconf"]).exits(0);
    let before = versions(&listing(&third).await);
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 1, "{report}");
    let error = cluster(&report, "third")["error"].as_str().unwrap();
    let said = format!(
        "pilot cannot reach it: its API server {} is an address of this machine, and its certificate is not for \
         192.0.2.3, where the cluster's own pods find it",
        third.server
    );
    assert_eq!(error, said, "{report}");
    assert_eq!(cluster(&report, "third")["hint"], "set clusters.third.server in mesh.yaml", "{report}");
    assert_eq!(versions(&listing(&third).await), before, "nothing was written there");
    // the other's certificate covers it
    let on_prem = cluster(&report, "on-prem");
    let mended = format!(
        "{} is an address of this machine; pilot will use https://192.0.2.2:{}",
        pair.on_prem.server,
        pair.on_prem.port()
    );
    assert_eq!(on_prem["state"], "written", "{report}");
    assert!(on_prem["notes"].to_string().contains(&mended), "{report}");

    let mesh = |way: &str| {
        let text = format!("apiVersion: meshctl/v1\nkind: Mesh\nclusters: {{third: {way}}}\n");
        bench.home.file("kubeconf/mesh.yaml", &text);
    };
    // a name that it is not for is as bad
    mesh("{tlsServerName: elsewhere.example.com}");
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 1, "{report}");
    let error = cluster(&report, "third")["error"].as_str().unwrap();
    assert!(error.ends_with("is not for elsewhere.example.com, the tlsServerName of mesh.yaml"), "{error}");
    mesh("{tlsServerName: kubernetes.default.svc}");
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert_eq!(cluster(&report, "third")["state"], "written", "{report}");
}
