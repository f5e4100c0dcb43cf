//! What uninstall looks at before it lets a namespace go: every kind that the server serves, and once more at the end.

use std::sync::Arc;
use std::time::Duration;

use kube::api::Api;
use kube::core::DynamicObject;
use kube::discovery::ApiResource;
use libtest_mimic::Trial;
use meshctl::data::model::{MANAGED_BY, OWNED};
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, ours, put};
use super::line::{Line, Rule};
use crate::cluster::Cluster;
use crate::pair::{Pair, alone};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_custom_resource_keeps_its_namespace", a_custom_resource_keeps_its_namespace),
        alone("api::install::a_kind_that_cannot_be_seen_keeps_the_namespace", a_kind_that_cannot_be_seen),
        alone("api::install::what_comes_after_the_question_is_seen", what_comes_after_the_question_is_seen),
        alone("api::install::a_lease_of_somebody_else_stays", a_lease_of_somebody_else_stays),
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
