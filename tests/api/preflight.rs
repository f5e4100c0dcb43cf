//! What stops an installation in one of two real clusters before anything is written there, and what the other one gets.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::install::bench::{Bench, SYSTEM, cluster, listing, ours, put, versions};
use crate::install::line::{Line, Rule, Seen};
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::preflight::missing_rights_are_named", missing_rights_are_named),
        alone("api::preflight::foreign_cas_meshes_and_endpoints_stop", foreign_cas_meshes_and_endpoints_stop),
        alone("api::preflight::another_cluster_and_a_newer_version_stop", another_cluster_and_a_newer_version_stop),
        alone(
            "api::preflight::an_upgrade_stops_at_the_first_that_is_not_well",
            an_upgrade_stops_at_the_first_that_is_not_well,
        ),
        alone("api::preflight::every_request_was_asked_for", every_request_was_asked_for),
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
    let hints = cluster(&report, "on-prem")["notes"].to_string();
    format!("{} {hints}", cluster(&report, "on-prem")["error"].as_str().unwrap())
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

async fn foreign_cas_meshes_and_endpoints_stop(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let on_prem = &bench.pair.on_prem;
    put(on_prem, "kubectl", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})).await;

    bench.home.run(["ca", "init", "--dir", "other-ca", "--cluster", "x"]).exits(0);
    let root = std::fs::read_to_string(bench.home.home().join("other-ca/root-cert.pem")).unwrap();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cacerts", "namespace": SYSTEM},
        "stringData": {"root-cert.pem": root}});
    put(on_prem, "kubectl", secret).await;
    let said = stopped(&bench, &[]).await;
    assert!(said.contains("its Secret istio-system/cacerts holds a CA with another root"), "{said}");
    delete(on_prem, "/api/v1/namespaces/istio-system/secrets/cacerts").await;

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

async fn delete(cluster: &crate::cluster::Cluster, path: &str) {
    let request = http::Request::delete(path).body(Vec::new()).unwrap();
    cluster.client().request::<Value>(request).await.unwrap();
}

/// Changes the text of on-prem's inventory.
async fn inventory(bench: &Bench, change: impl Fn(&str) -> String) {
    let path = format!("/api/v1/namespaces/{SYSTEM}/configmaps/meshctl-inventory");
    let client = bench.pair.on_prem.client();
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

    inventory(&bench, |text| with(text, "version", "99.0.0")).await;
    let said = stopped(&bench, &[]).await;
    assert!(said.contains("meshctl 99.0.0 is installed there, and this is the older "), "{said}");
    assert!(said.contains("add --allow-downgrade"), "{said}");
    // by the flag; and the server holds what the other version applied under the same manager
    let (report, ran) = bench.report(&["--allow-downgrade", "--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{report}");

    inventory(&bench, |text| with(text, "uid", "another")).await;
    let said = stopped(&bench, &[]).await;
    assert!(said.contains("it is another cluster than the one that was installed"), "{said}");
}

async fn an_upgrade_stops_at_the_first_that_is_not_well(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    assert_eq!(bench.report(&[]).await.1.code, 0);
    inventory(&bench, |text| with(text, "version", "0.0.1")).await;
    let before = versions(&listing(&bench.pair.on_prem).await);
    // no node runs pilot here, so that the primary does not become ready
    let args = ["install", "--tag", "next", "--yes", "-o", "json", "--wait", "--timeout", "2s"];
    let ran = bench.run(&args).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let why = cluster(&report, "on-prem")["error"].as_str().unwrap().to_owned();
    assert!(why.starts_with("it was not upgraded, since the cluster gke is not well: "), "{report}");
    assert_eq!(versions(&listing(&bench.pair.on_prem).await), before, "the others keep the old version");
    // where it is well, the others follow; the inventory's text was this test's own for a while
    let (report, ran) = bench.report(&["--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{report}");
    let list = bench.run(&["cluster", "list", "-o", "json"]).await.exits(0);
    assert!(!list.stdout.contains("\"installedVersion\": \"0.0.1\""), "{}", list.stdout);
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

fn missing(seen: Vec<Seen>, asked: Vec<Value>) -> Vec<String> {
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
        // who the cluster is may be unknown; the reader's own token tries this list
        seen.path.ends_with("/namespaces/kube-system")
            || (seen.path == "/api/v1/services" && seen.query == "limit=1")
            || seen.path.contains("selfsubjectaccessreviews")
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
    let remote: kube::Api<k8s_openapi::api::core::v1::Pod> = kube::Api::namespaced(pair.on_prem.client(), SYSTEM);
    let kubelet = crate::wait::eventually("the pod that looks for pilot", std::time::Duration::from_secs(60), || {
        let (remote, done) = (remote.clone(), patch(json!({"phase": "Succeeded"})));
        async move { remote.patch_status("meshctl-verify", &Default::default(), &done).await.map_err(|e| e.to_string()) }
    });
    let verify = ["install", "--tag", "dev", "--yes", "--timeout", "20s", "--verify"];
    let (ran, _) = tokio::join!(bench.run(&verify), kubelet);
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
