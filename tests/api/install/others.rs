//! Install beside others: another mesh, another field manager, another cluster under the same name.

use std::sync::Arc;

use kube::api::{Patch, PatchParams};
use libtest_mimic::Trial;
use meshctl::pure::manifest::Resource;
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, actions, cluster, put, versions};
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::another_mesh_stops_its_cluster_before_any_write", another_mesh_stops_its_cluster),
        alone("api::install::a_field_of_another_manager_is_a_conflict", a_field_of_another_manager_is_a_conflict),
        alone(
            "api::install::secrets_and_the_inventory_have_conflicts_too",
            secrets_and_the_inventory_have_conflicts_too,
        ),
        alone("api::install::another_cluster_under_the_same_name_is_not_touched", another_cluster_under_the_same_name),
        alone("api::install::a_namespace_that_was_there_is_left_to_its_owner", a_namespace_that_was_there),
        alone("api::install::an_autoscaler_keeps_its_replicas", an_autoscaler_keeps_its_replicas),
        alone("api::install::the_primary_sticks", the_primary_sticks),
    ]
}

async fn another_mesh_stops_its_cluster(pair: Arc<Pair>) {
    let signs = [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "istiod", "namespace": SYSTEM, "labels": {"app": "istiod"},
            "annotations": {"meta.helm.sh/release-name": "istiod"}},
            "spec": {"selector": {"matchLabels": {"app": "istiod"}}, "template": {"metadata": {"labels": {"app": "istiod"}},
                "spec": {"containers": [{"name": "discovery", "image": "pilot"}]}}}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": SYSTEM}, "data": {"mesh": "{}"}}),
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "by-hand", "namespace": SYSTEM,
            "labels": {"kubernetes.io/service-name": "istio-pilot"}}, "addressType": "IPv4", "ports": [], "endpoints": []}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "istiod-1-28", "namespace": SYSTEM},
            "spec": {"ports": [{"port": 15012}]}}),
        json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "istio-pilot", "namespace": SYSTEM},
            "subsets": [{"addresses": [{"ip": "10.9.9.9"}], "ports": [{"port": 15010}]}]}),
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": "istio-revision-tag", "labels": {"istio.io/rev": "1-28"}}, "webhooks": []}),
    ];
    for sign in signs {
        let bench = Bench::new(Arc::clone(&pair)).await;
        put(
            &bench.pair.on_prem,
            "helm",
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}}),
        )
        .await;
        let name = format!("{}/", sign["kind"].as_str().unwrap());
        let path = plant(&bench.pair.on_prem, &sign).await;
        let [_, before] = bench.listings().await;
        let (report, ran) = bench.report(&[]).await;
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let error = cluster(&report, "on-prem")["error"].as_str().unwrap();
        assert!(error.starts_with("another mesh is in it: ") && error.contains(&name), "{error}");
        assert!(error.contains("helm") || error.contains("Helm's release istiod"), "its owner is named: {error}");
        assert_eq!(cluster(&report, "gke")["state"], "written", "{report}");
        assert_eq!(versions(&bench.listings().await[1]), versions(&before), "nothing of it moved");
        // no wipe takes what is in no namespace of ours
        let gone = http::Request::delete(path).body(Vec::new()).unwrap();
        bench.pair.on_prem.client().request::<Value>(gone).await.unwrap();
        bench.install(&[]).await.exits(0);
    }
}

/// Applies an object as Helm, also of a kind that install does not handle; gives its path.
async fn plant(cluster: &crate::cluster::Cluster, sign: &Value) -> String {
    let text = |p: &str| sign.pointer(p).and_then(Value::as_str).unwrap_or_default();
    let path = match text("/kind") {
        "Endpoints" => format!("/api/v1/namespaces/{SYSTEM}/endpoints/{}", text("/metadata/name")),
        kind => {
            let group = text("/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
            Resource::of(group, kind).unwrap().path(text("/metadata/namespace"), text("/metadata/name"))
        }
    };
    let request = http::Request::patch(format!("{path}?fieldManager=helm"))
        .header(http::header::CONTENT_TYPE, "application/apply-patch+yaml")
        .body(sign.to_string().into_bytes());
    cluster.client().request::<Value>(request.unwrap()).await.unwrap();
    path
}

/// Neither is written before the API server was asked: nothing moves where somebody else holds a field of it.
async fn secrets_and_the_inventory_have_conflicts_too(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let labels = json!({"meshctl.io/owned": "true", "app.kubernetes.io/managed-by": "meshctl"});
    let object = |kind: &str, name: &str, data: Value| {
        let metadata = json!({"name": name, "namespace": SYSTEM, "labels": labels});
        json!({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data})
    };
    let chain = std::fs::read(bench.home.home().join("mesh-ca/on-prem/cert-chain.pem")).unwrap();
    let secret = object("Secret", "cacerts", json!({"cert-chain.pem": k8s_openapi::ByteString(chain)}));
    let key = format!("ConfigMap/{SYSTEM}/meshctl-inventory");
    let text = bench.listings().await[0][&key]["data"]["inventory.yaml"].as_str().unwrap().to_owned();
    let entry = format!("objects:\n- group: ''\n  kind: ConfigMap\n  namespace: {SYSTEM}\n  name: gone\n");
    let inventory =
        object("ConfigMap", "meshctl-inventory", json!({"inventory.yaml": text.replace("objects:\n", &entry)}));
    for (theirs, field) in [(secret, ".data.cert-chain.pem"), (inventory, ".data.inventory.yaml")] {
        let what =
            format!("{}/{SYSTEM}/{}", theirs["kind"].as_str().unwrap(), theirs["metadata"]["name"].as_str().unwrap());
        put(&bench.pair.gke, "kubectl", theirs).await;
        let before = bench.listings().await;
        let conflict = format!("others have changed what is ours: {what}: its field {field} is held by kubectl");
        let ran = bench.run(&["diff", "--tag", "dev"]).await.exits(1);
        assert!(ran.stderr.contains(&format!("gke: {conflict}")), "{}", ran.stderr);
        // what else is to be done waits, too
        let (report, ran) = bench.report(&["--tag", "other"]).await;
        assert_eq!((ran.code, &cluster(&report, "gke")["error"]), (1, &Value::from(conflict)), "{report}");
        assert!(ran.stderr.contains("--force-conflicts"), "the way out is named: {}", ran.stderr);
        assert_eq!(versions(&bench.listings().await[0]), versions(&before[0]), "nothing of it moved");
        bench.install(&["--force-conflicts"]).await.exits(0);
        bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    }
}

async fn a_field_of_another_manager_is_a_conflict(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let deployments: kube::Api<k8s_openapi::api::apps::v1::Deployment> =
        kube::Api::namespaced(bench.pair.gke.client(), SYSTEM);
    let scale = Patch::Merge(json!({"spec": {"replicas": 7}}));
    deployments
        .patch(
            "istio-pilot",
            &PatchParams { field_manager: Some("kubectl-scale".into()), ..PatchParams::default() },
            &scale,
        )
        .await
        .unwrap();
    let before = bench.listings().await;

    let ran = bench.run(&["diff", "--tag", "dev"]).await.exits(1);
    assert!(ran.stdout.contains("its field .spec.replicas is held by kubectl-scale"), "{}", ran.stdout);
    assert!(ran.stdout.contains("-  replicas: 7") && ran.stdout.contains("+  replicas: 2"), "{}", ran.stdout);
    // an answer, and no failure
    let drift = "gke: others have changed what is ours: Deployment/istio-system/istio-pilot: its field .spec.replicas is held by kubectl-scale";
    assert!(ran.stderr.contains(drift) && ran.stderr.contains("meshctl install --force-conflicts"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("failed") && !ran.stderr.contains("run the same command again"), "{}", ran.stderr);
    let ran = bench.run(&["diff", "--tag", "dev", "-o", "json"]).await.exits(1);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    let gke = cluster(&answer, "gke");
    assert_eq!((&gke["state"], &gke["error"]), (&"planned".into(), &Value::Null), "{answer}");
    let objects = gke["objects"].as_array().unwrap().iter().filter(|o| !o["conflicts"].is_null());
    let conflicts: Vec<_> = objects.map(|o| (&o["name"], &o["conflicts"][0])).collect();
    assert_eq!(conflicts, [(&"istio-pilot".into(), &"its field .spec.replicas is held by kubectl-scale".into())]);
    // a new image, too, is not applied while fields of ours are somebody else's
    let (report, ran) = bench.report(&["--tag", "other"]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let error = cluster(&report, "gke")["error"].as_str().unwrap();
    let wanted = "others have changed what is ours: Deployment/istio-system/istio-pilot: its field .spec.replicas is held by kubectl-scale";
    assert_eq!(error, wanted);
    assert!(ran.stderr.contains("--force-conflicts"), "the way out is named: {}", ran.stderr);
    assert_eq!(versions(&bench.listings().await[0]), versions(&before[0]), "nothing of it moved");
    let other = cluster(&report, "on-prem");
    assert_eq!((&other["state"], &other["error"]), (&"unchanged".into(), &Value::Null), "{report}");
    assert_eq!(versions(&bench.listings().await[1]), versions(&before[1]), "what is in order stays as it is");

    let (report, ran) = bench.report(&["--force-conflicts"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(actions(&report, "gke").contains(&"changed Deployment/istio-pilot".to_owned()), "{report}");
    assert_eq!(deployments.get("istio-pilot").await.unwrap().spec.replicas, Some(2));
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}

async fn another_cluster_under_the_same_name(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let before = bench.listings().await;
    // the two files change places
    bench.kubeconfig("gke", &bench.pair.on_prem.kubeconfig());
    bench.kubeconfig("on-prem", &bench.pair.gke.kubeconfig());
    let (report, ran) = bench.report(&["--primary", "gke", "--tag", "other"]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(cluster(&report, "gke")["error"], "its inventory is that of cluster on-prem", "{report}");
    // and one of another cluster altogether, which somebody restored from a copy: the UID tells
    bench.kubeconfig("gke", &bench.pair.gke.kubeconfig());
    bench.kubeconfig("on-prem", &bench.pair.on_prem.kubeconfig());
    let key = format!("ConfigMap/{SYSTEM}/meshctl-inventory");
    let text = before[0][&key]["data"]["inventory.yaml"].as_str().unwrap();
    let uid = text.lines().find(|l| l.starts_with("uid: ")).unwrap();
    let mut inventory = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "meshctl-inventory", "namespace": SYSTEM,
        "labels": {"meshctl.io/owned": "true", "app.kubernetes.io/managed-by": "meshctl"}}});
    inventory["data"] = json!({"inventory.yaml": text.replace(uid, "uid: 00000000-0000-4000-8000-000000000000")});
    put(&bench.pair.gke, "meshctl", inventory).await;
    let before = bench.listings().await;
    for command in [&["install", "--tag", "other", "--yes", "--no-wait"][..], &["uninstall", "--yes"]] {
        let ran = bench.run(&[command, &["--clusters", "gke"]].concat()).await.exits(1);
        assert!(ran.stderr.contains("it is another cluster than the one that was installed"), "{}", ran.stderr);
    }
    assert_eq!(bench.listings().await.each_ref().map(versions), before.each_ref().map(versions));
}

async fn a_namespace_that_was_there(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM, "labels": {"team": "a"}}});
    put(&bench.pair.gke, "kubectl", namespace).await;
    let key = format!("Namespace//{SYSTEM}");
    let before: Value = bench.listings().await[0][&key].clone();
    let ran = bench.install(&[]).await.exits(0);
    assert!(
        ran.stderr.contains("gke: Namespace/istio-system was there before, and is left as it is"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.listings().await[0][&key], before);
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    let ran = bench.run(&["uninstall", "--purge", "--yes"]).await.exits(0);
    assert!(ran.stderr.contains("gke: Namespace/istio-system stays: it was there before"), "{}", ran.stderr);
    assert_eq!(bench.listings().await[0][&key], before);
}

async fn an_autoscaler_keeps_its_replicas(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let autoscaler = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "pilot"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "istio-pilot"}, "maxReplicas": 9}});
    let client = bench.pair.gke.client();
    let autoscalers: kube::Api<k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler> =
        kube::Api::namespaced(client.clone(), SYSTEM);
    autoscalers.create(&Default::default(), &serde_json::from_value(autoscaler).unwrap()).await.unwrap();
    let deployments: kube::Api<k8s_openapi::api::apps::v1::Deployment> = kube::Api::namespaced(client, SYSTEM);
    let replicas = async || deployments.get("istio-pilot").await.unwrap().spec.replicas;
    // it has said nothing yet: ours stays, and does not fall back to one
    bench.install(&["--tag", "other"]).await.exits(0);
    assert_eq!(replicas().await, Some(2));
    let manager = PatchParams { field_manager: Some("kube-controller-manager".into()), ..PatchParams::default() };
    deployments.patch_scale("istio-pilot", &manager, &Patch::Merge(json!({"spec": {"replicas": 5}}))).await.unwrap();
    bench.run(&["diff", "--tag", "other"]).await.exits(0);
    bench.install(&["--tag", "third"]).await.exits(0);
    assert_eq!(replicas().await, Some(5));
    autoscalers.delete("pilot", &Default::default()).await.unwrap();
}

async fn the_primary_sticks(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let before = bench.listings().await;
    let ran = bench.install(&["--primary", "on-prem"]).await.exits(2);
    assert!(ran.stderr.contains("--move-primary"), "{}", ran.stderr);
    assert_eq!(bench.listings().await.each_ref().map(versions), before.each_ref().map(versions));
    bench.install(&["--primary", "on-prem", "--move-primary"]).await.exits(0);
    let [gke, on_prem] = bench.listings().await;
    assert!(on_prem.contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));
    assert!(!gke.contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));
    assert!(gke.contains_key(&format!("EndpointSlice/{SYSTEM}/istio-pilot-on-prem-v4")));
}
