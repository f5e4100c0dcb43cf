//! What uninstall looks at before it lets a namespace go: every kind that the server serves, and once more at the end.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams};
use kube::core::DynamicObject;
use kube::discovery::ApiResource;
use libtest_mimic::Trial;
use meshctl::data::model::{MANAGED_BY, OWNED};
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, cluster, ours, put, versions};
use super::line::{Line, Rule};
use crate::cluster::Cluster;
use crate::pair::{Pair, alone};
use crate::proxy::BlackHole;
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_custom_resource_keeps_its_namespace", a_custom_resource_keeps_its_namespace),
        alone("api::install::a_kind_that_cannot_be_seen_keeps_the_namespace", a_kind_that_cannot_be_seen),
        alone("api::install::what_comes_after_the_question_is_seen", what_comes_after_the_question_is_seen),
        alone("api::install::a_lease_of_somebody_else_stays", a_lease_of_somebody_else_stays),
        alone("api::install::the_primary_stays_while_a_remote_needs_it", the_primary_stays_while_a_remote_needs_it),
        alone("api::install::a_kind_of_another_version_stays_listed", a_kind_of_another_version_stays_listed),
        alone("api::install::install_tells_of_a_kind_of_another_version", install_tells_of_a_kind_of_another_version),
    ]
}

const WIDGETS: &str = "widgets.example.com";

/// Installs on gke alone, without the CA's Secret, which would keep the namespace by itself.
async fn installed(pair: Arc<Pair>) -> Bench {
    let bench = Bench::new(pair).await;
    std::fs::remove_file(bench.home.home().join("kubeconf/on-prem.yaml")).unwrap();
    bench.install(&[]).await.exits(0);
    let path = format!("/api/v1/namespaces/{SYSTEM}/secrets/cacerts");
    let gone = http::Request::delete(path).body(Vec::new()).unwrap();
    bench.pair.gke.client().request::<Value>(gone).await.unwrap();
    bench
}

fn widgets(cluster: &Cluster) -> Api<DynamicObject> {
    let resource = ApiResource {
        group: "example.com".into(),
        version: "v1".into(),
        api_version: "example.com/v1".into(),
        kind: "Widget".into(),
        plural: "widgets".into(),
    };
    Api::namespaced_with(cluster.client(), SYSTEM, &resource)
}

async fn a_custom_resource_keeps_its_namespace(pair: Arc<Pair>) {
    let bench = installed(pair).await;
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": WIDGETS}, "spec": {"group": "example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}});
    put(&bench.pair.gke, "kubectl", definition).await;
    let widget = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "theirs"}});
    let widget: DynamicObject = serde_json::from_value(widget).unwrap();
    let made = async || widgets(&bench.pair.gke).create(&Default::default(), &widget).await.map_err(|e| e.to_string());
    eventually("the server takes widgets", Duration::from_secs(60), made).await;

    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    let kept = "Namespace/istio-system stays: it holds Widget/istio-system/theirs, which is not ours";
    assert!(ran.stderr.contains(kept), "{}", ran.stderr);
    widgets(&bench.pair.gke).get("theirs").await.unwrap();
    assert_eq!(ours(&bench.listings().await[0]), [format!("Namespace//{SYSTEM}")]);

    widgets(&bench.pair.gke).delete("theirs", &Default::default()).await.unwrap();
    let gone = http::Request::delete(format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{WIDGETS}"));
    bench.pair.gke.client().request::<Value>(gone.body(Vec::new()).unwrap()).await.unwrap();
    let ran = bench.run(&["uninstall", "--yes", "-o", "json"]).await.exits(0);
    assert!(ran.stdout.contains("\"Namespace/istio-system\"") && ran.stdout.contains("\"removed\""), "{}", ran.stdout);
}

async fn a_kind_that_cannot_be_seen(pair: Arc<Pair>) {
    let bench = installed(pair).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    line.rule(&format!("GET /apis/batch/v1/namespaces/{SYSTEM}/cronjobs?"), Rule::Forbid);
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    let kept = "Namespace/istio-system stays: what else is in it cannot be seen: listing cronjobs.batch failed: ";
    assert!(ran.stderr.contains(kept), "{}", ran.stderr);
    assert_eq!(ours(&bench.listings().await[0]), [format!("Namespace//{SYSTEM}")]);
    // a part of the API that does not answer may hold anything
    line.obey();
    line.rule("GET /apis/storage.k8s.io/v1?", Rule::Forbid);
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    assert!(ran.stderr.contains("asking for the kinds of /apis/storage.k8s.io/v1 failed: "), "{}", ran.stderr);
    // only names are asked for, a page at a time
    line.obey();
    line.take_requests();
    bench.run(&["uninstall", "--yes"]).await.exits(0);
    let lists = line.take_requests().into_iter().filter(|r| r.path.ends_with("/persistentvolumeclaims"));
    let lists: Vec<_> = lists.collect();
    assert!(
        lists.len() == 2 && lists.iter().all(|l| l.query == "limit=500"),
        "before and after the question: {lists:?}"
    );
    super::bench::end_namespace(&bench.pair.gke).await;
}

async fn what_comes_after_the_question_is_seen(pair: Arc<Pair>) {
    let bench = installed(pair).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    // the inventory goes right before the namespace
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": SYSTEM}});
    line.rule(&format!("DELETE /api/v1/namespaces/{SYSTEM}/configmaps/meshctl-inventory"), Rule::First(theirs));
    let plan = bench.run(&["uninstall", "--dry-run"]).await.exits(0);
    assert!(plan.stdout.contains("- Namespace/istio-system"), "{}", plan.stdout);
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    let kept = "Namespace/istio-system stays: it holds ConfigMap/istio-system/theirs, which is not ours";
    assert!(ran.stderr.contains(kept), "{}", ran.stderr);
    let [gke, _] = bench.listings().await;
    let namespace = &gke[&format!("Namespace//{SYSTEM}")];
    assert!(namespace["metadata"]["deletionTimestamp"].is_null(), "{namespace}");
    assert!(gke.contains_key(&format!("ConfigMap/{SYSTEM}/theirs")));
}

async fn a_lease_of_somebody_else_stays(pair: Arc<Pair>) {
    let bench = installed(pair).await;
    let lease = |labels: Value| {
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": "istio-pilot", "namespace": SYSTEM, "labels": labels}, "spec": {"holderIdentity": "p"}})
    };
    put(&bench.pair.gke, "kubectl", lease(json!({"app": "another"}))).await;
    let ran = bench.run(&["uninstall", "--yes"]).await.exits(0);
    let kept = "Lease/istio-system/istio-pilot stays: it does not carry our label";
    assert!(ran.stderr.contains(kept), "{}", ran.stderr);
    let key = format!("Lease/{SYSTEM}/istio-pilot");
    assert!(bench.listings().await[0].contains_key(&key));
    // pilot's own carries it
    put(&bench.pair.gke, "kubectl", lease(json!({OWNED.0: OWNED.1, MANAGED_BY.0: MANAGED_BY.1}))).await;
    bench.run(&["uninstall", "--yes"]).await.exits(0);
    assert!(!bench.listings().await[0].contains_key(&key));
}

/// What stands in gke is the pilot of sidecars that run on premises.
async fn the_primary_stays_while_a_remote_needs_it(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let pods: Api<Pod> = Api::namespaced(bench.pair.on_prem.client(), "default");
    let pod = json!({"metadata": {"name": "app", "labels": {"security.istio.io/tlsMode": "istio"}},
        "spec": {"containers": [{"name": "c", "image": "none"}]}});
    pods.create(&Default::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let before = bench.listings().await;
    let hole = BlackHole::new();
    let held = async |args: &[&str], why: &str, hint: &str| {
        let ran = bench.run(args).await.exits(1);
        let said =
            format!("uninstalling from cluster gke failed: its pilot is still needed by the cluster on-prem: {why}");
        assert!(ran.stderr.contains(&said) && ran.stderr.contains(hint), "{args:?}: {}", ran.stderr);
    };

    // one with sidecars; the plan says so, too
    let uninstall = ["uninstall", "--yes"];
    let force = "uninstall on-prem first; --force leaves it without its pilot";
    let sidecars = "pods with a sidecar still run in it: default/app";
    held(&uninstall, sidecars, force).await;
    held(&["uninstall", "--dry-run"], sidecars, force).await;
    // one that nobody uninstalls now
    let only_gke = ["uninstall", "--yes", "--clusters", "gke"];
    let asked = "it is not uninstalled now, and leads to it";
    held(&only_gke, asked, force).await;
    // one of which nobody knows
    bench.kubeconfig("on-prem", &bench.pair.on_prem.kubeconfig_at(hole.address()));
    let dead = "meshctl cluster remove on-prem --dead";
    held(&uninstall, "reading ConfigMap/istio-system/meshctl-inventory failed", dead).await;
    held(&only_gke, "reading ConfigMap/istio-system/meshctl-inventory failed", dead).await;
    assert_eq!(bench.listings().await.each_ref().map(versions), before.each_ref().map(versions));

    // its pods have gone, and it comes after the remote
    bench.kubeconfig("on-prem", &bench.pair.on_prem.kubeconfig());
    pods.delete("app", &DeleteParams::default().grace_period(0)).await.unwrap();
    bench.run(&["uninstall", "--yes", "--clusters", "on-prem"]).await.exits(0);
    bench.run(&only_gke).await.exits(0);
    assert!(!bench.listings().await[0].contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));

    // whoever insists is obeyed
    bench.install(&[]).await.exits(0);
    bench.kubeconfig("on-prem", &bench.pair.on_prem.kubeconfig_at(hole.address()));
    let ran = bench.run(&["uninstall", "--yes", "--force"]).await.exits(1);
    assert!(!ran.stderr.contains("is still needed"), "{}", ran.stderr);
    assert!(!bench.listings().await[0].contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));
}

/// The text of the inventory in gke.
async fn inventory(bench: &Bench) -> String {
    let map = &bench.listings().await[0][&format!("ConfigMap/{SYSTEM}/meshctl-inventory")];
    map["data"]["inventory.yaml"].as_str().unwrap().to_owned()
}

/// Lets the inventory in gke be one of another version, with an object of a kind that nobody here knows.
async fn list_a_gadget(bench: &Bench) {
    let mut inventory = meshctl::data::yaml::documents(&inventory(bench).await).unwrap().remove(0);
    inventory["version"] = json!("9.9.9");
    let gadget = json!({"group": "example.com", "kind": "Gadget", "namespace": "", "name": "ours"});
    inventory["objects"].as_array_mut().unwrap().push(gadget);
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "meshctl-inventory", "namespace": SYSTEM, "labels": {OWNED.0: OWNED.1, MANAGED_BY.0: MANAGED_BY.1}},
        "data": {"inventory.yaml": meshctl::data::yaml::to_string(&inventory).unwrap()}});
    put(&bench.pair.gke, "meshctl", map).await;
}

/// The inventory alone knows of it: without the row it would be nobody's.
async fn a_kind_of_another_version_stays_listed(pair: Arc<Pair>) {
    let bench = installed(pair).await;
    list_a_gadget(&bench).await;
    let key = format!("ConfigMap/{SYSTEM}/meshctl-inventory");
    let version = env!("CARGO_PKG_VERSION");
    for _ in 0..2 {
        let ran = bench.run(&["uninstall", "--yes", "--purge"]).await.exits(1);
        for words in [
            format!("Gadget/ours stays: meshctl {version} does not know its kind"),
            format!("{key} stays: it lists what stays; meshctl 9.9.9 wrote it"),
            format!("Namespace/istio-system stays: it holds {key}"),
            format!("uninstalling from cluster gke failed: meshctl {version} does not know what stays: Gadget/ours"),
        ] {
            assert!(ran.stderr.contains(&words), "\"{words}\" is missing in {}", ran.stderr);
        }
        let [gke, _] = bench.listings().await;
        assert_eq!(ours(&gke), [key.clone(), format!("Namespace//{SYSTEM}")], "the rest has gone");
        let text = inventory(&bench).await;
        assert!(text.contains("kind: Gadget"), "{text}");
    }
}

async fn install_tells_of_a_kind_of_another_version(pair: Arc<Pair>) {
    let bench = installed(pair).await;
    list_a_gadget(&bench).await;
    let version = env!("CARGO_PKG_VERSION");
    let said =
        format!("meshctl {version} knows no such kind, and leaves alone what the inventory lists of it: Gadget/ours");
    for (more, state, whose) in [
        (&["--allow-downgrade"][..], "written", "use meshctl 9.9.9: "),
        (&[], "unchanged", "use the meshctl that put it there: "),
    ] {
        let (report, ran) = bench.report(&[&["--quiet"], more].concat()).await;
        assert_eq!((ran.code, &cluster(&report, "gke")["state"]), (0, &state.into()), "{report}");
        assert_eq!(cluster(&report, "gke")["warnings"][0]["text"], said.as_str(), "{report}");
        assert!(ran.stderr.contains(&format!("warning: gke: {said}\nhint: {whose}")), "{}", ran.stderr);
        let text = inventory(&bench).await;
        assert!(text.contains("kind: Gadget"), "{text}");
    }
    let ran = bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    assert!(ran.stderr.contains(&said) && ran.stdout.contains(&format!("warning: {said}")), "{}", ran.stderr);
}
