//! How install waits: what an API server says of an older version, or of what was just mended, ends nothing, and what ends it is
//! told in the kubelet's own words. No controller and no kubelet runs here: the tests do what those would.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::{Api, Patch, PostParams};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM};
use crate::cluster::Cluster;
use crate::harness::Ran;
use crate::pair::{Pair, alone};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_status_of_an_older_version_ends_nothing", a_status_of_an_older_version_ends_nothing),
        alone("api::install::a_quota_that_is_raised_is_waited_for", a_quota_that_is_raised_is_waited_for),
        alone("api::install::a_new_pod_that_is_stuck_is_told", a_new_pod_that_is_stuck_is_told),
    ]
}

/// Pilot's Deployment, its ReplicaSets, pods and Events, as controllers and the kubelet write them.
struct Workload {
    deployments: Api<Deployment>,
    sets: Api<ReplicaSet>,
    pods: Api<Pod>,
    events: Api<Event>,
}

fn of<K: serde::de::DeserializeOwned>(value: Value) -> K {
    serde_json::from_value(value).unwrap()
}

impl Workload {
    fn of(cluster: &Cluster) -> Self {
        Self {
            deployments: Api::namespaced(cluster.client(), SYSTEM),
            sets: Api::namespaced(cluster.client(), SYSTEM),
            pods: Api::namespaced(cluster.client(), SYSTEM),
            events: Api::namespaced(cluster.client(), SYSTEM),
        }
    }

    async fn generation(&self) -> i64 {
        self.deployments.get("istio-pilot").await.unwrap().metadata.generation.unwrap()
    }

    /// Waits until install has changed the Deployment, as a controller does.
    async fn changed_from(&self, generation: i64) -> i64 {
        eventually("install changes the Deployment", Duration::from_secs(60), async || match self.generation().await {
            same if same == generation => Err("not yet"),
            new => Ok(new),
        })
        .await
    }

    /// The Deployment's status, whole.
    async fn status(&self, observed: i64, ready: i64, conditions: Value) {
        let status = json!({"observedGeneration": observed, "replicas": ready.max(1), "updatedReplicas": ready,
            "readyReplicas": ready, "availableReplicas": ready, "conditions": conditions});
        let patch = Patch::Merge(json!({"status": status}));
        self.deployments.patch_status("istio-pilot", &Default::default(), &patch).await.unwrap();
    }

    /// A ReplicaSet of the Deployment.
    async fn set(&self, revision: &str, hash: &str) {
        let uid = self.deployments.get("istio-pilot").await.unwrap().metadata.uid.unwrap();
        let labels = json!({"app": "istio-pilot", "istio": "pilot", "pod-template-hash": hash});
        let spec = json!({"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels},
            "spec": {"containers": [{"name": "discovery", "image": "none"}]}}});
        let owner = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "istio-pilot", "uid": uid, "controller": true});
        let set = json!({"metadata": {"name": format!("istio-pilot-{hash}"), "labels": labels, "ownerReferences": [owner],
            "annotations": {"deployment.kubernetes.io/revision": revision}}, "spec": spec});
        self.sets.create(&PostParams::default(), &of(set)).await.unwrap();
    }

    /// A pod of it, with the image that the Deployment has now.
    async fn pod(&self, hash: &str) {
        let now = serde_json::to_value(self.deployments.get("istio-pilot").await.unwrap()).unwrap();
        let image = &now["spec"]["template"]["spec"]["containers"][0]["image"];
        let labels = json!({"app": "istio-pilot", "istio": "pilot", "pod-template-hash": hash});
        let pod = json!({"metadata": {"name": format!("istio-pilot-{hash}-x"), "labels": labels},
            "spec": {"containers": [{"name": "discovery", "image": image}]}});
        self.pods.create(&PostParams::default(), &of(pod)).await.unwrap();
        self.waits(hash, "ContainerCreating", "", 0).await;
    }

    /// What the kubelet says of that pod.
    async fn waits(&self, hash: &str, reason: &str, message: &str, restarts: i64) {
        let mut container = json!({"name": "discovery", "image": "x", "imageID": "", "ready": false, "restartCount": restarts,
            "state": {"waiting": {"reason": reason, "message": message}}});
        if restarts > 0 {
            let ended = json!({"exitCode": 2, "message": "error: the port 15010\nis taken"});
            container["lastState"] = json!({"terminated": ended});
        }
        let patch = Patch::Merge(json!({"status": {"phase": "Pending", "containerStatuses": [container]}}));
        self.pods.patch_status(&format!("istio-pilot-{hash}-x"), &Default::default(), &patch).await.unwrap();
    }

    /// A warning of that pod.
    async fn warning(&self, hash: &str, minute: u32, reason: &str, message: &str) {
        let name = format!("istio-pilot-{hash}-x");
        let event = json!({"metadata": {"name": format!("{name}.{minute}")}, "type": "Warning", "reason": reason,
            "involvedObject": {"kind": "Pod", "namespace": SYSTEM, "name": name}, "message": message,
            "lastTimestamp": format!("2026-01-01T00:{minute:02}:00Z")});
        self.events.create(&PostParams::default(), &of(event)).await.unwrap();
    }
}

async fn waits(bench: &Bench, timeout: &str, more: &[&str]) -> Ran {
    bench.run(&[&["install", "--yes", "--no-verify", "--clusters", "gke", "--timeout", timeout], more].concat()).await
}

/// What a rollout that failed an hour ago leaves behind.
fn given_up() -> Value {
    json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
        "message": "ReplicaSet \"istio-pilot-bad\" has timed out progressing."},
        {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: small"}])
}

async fn a_status_of_an_older_version_ends_nothing(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&["--tag", "bad"]).await.exits(0);
    let workload = Workload::of(&bench.pair.gke);
    let before = workload.generation().await;
    workload.status(before, 0, given_up()).await;
    let controller = async {
        let new = workload.changed_from(before).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        // it goes back to a ReplicaSet that it has: the verdict stays until a pod of it is there
        workload.status(new, 0, given_up()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        workload.status(new, 2, json!([])).await;
    };
    let (ran, ()) = tokio::join!(waits(&bench, "60s", &["--tag", "good"]), controller);
    ran.exits(0);
    // where nothing moves the verdict is told in the end
    workload.status(workload.generation().await, 0, given_up()).await;
    let ran = waits(&bench, "1s", &["--tag", "good"]).await.exits(1);
    let words = "it is not after 1 s: ReplicaSet \"istio-pilot-bad\" has timed out progressing; 0 of 2 pods are of the new \
                 version; exceeded quota: small";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
}

async fn a_quota_that_is_raised_is_waited_for(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let workload = Workload::of(&bench.pair.gke);
    let now = workload.generation().await;
    let full = json!([{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": "pods \"istio-pilot-x\" is forbidden: exceeded quota: small"}]);
    workload.status(now, 0, full).await;
    let ran = waits(&bench, "1s", &["--tag", "dev"]).await.exits(1);
    assert!(ran.stderr.contains("it is not after 1 s: 0 of 2 pods"), "{}", ran.stderr);
    assert!(ran.stderr.contains("is forbidden: exceeded quota: small"), "{}", ran.stderr);
    // somebody raises it; the controller tries again after a while
    let controller = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        workload.status(now, 2, json!([])).await;
    };
    let (ran, ()) = tokio::join!(waits(&bench, "60s", &["--tag", "dev"]), controller);
    ran.exits(0);
}

/// The image is the same in both versions: only the ReplicaSets tell them apart.
async fn a_new_pod_that_is_stuck_is_told(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let workload = Workload::of(&bench.pair.gke);
    let before = workload.generation().await;
    workload.set("1", "old").await;
    workload.pod("old").await;
    workload.waits("old", "CrashLoopBackOff", "back-off of the old one", 3).await;
    workload.warning("old", 50, "BackOff", "the old one is backed off").await;
    workload.status(before, 0, json!([])).await;
    let change = ["--tag", "dev", "--set", "discovery.openPorts.xds=true"];
    let cluster = async {
        let new = workload.changed_from(before).await;
        workload.set("2", "new").await;
        workload.pod("new").await;
        workload.status(new, 0, json!([])).await;
        // the old one goes on as before while the new one comes
        tokio::time::sleep(Duration::from_secs(1)).await;
        workload.waits("old", "CrashLoopBackOff", "back-off of the old one", 4).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        for minute in 1..5 {
            workload.warning("new", minute, "BackOff", &format!("warning number {minute}")).await;
        }
        workload.waits("new", "CrashLoopBackOff", "back-off 10s restarting failed container", 1).await;
    };
    let (ran, ()) = tokio::join!(waits(&bench, "60s", &change), cluster);
    let ran = ran.exits(1);
    let words = "waiting until Deployment/istio-system/istio-pilot is ready failed: pod istio-pilot-new-x: container discovery: \
                 CrashLoopBackOff: back-off 10s restarting failed container; it ended with 2: error: the port 15010 is taken; \
                 event BackOff: warning number 4; event BackOff: warning number 3; event BackOff: warning number 2\n";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);

    // the port is free again: the pod is still backed off when the same command looks, and then comes up
    let kubelet = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        workload.status(workload.generation().await, 2, json!([])).await;
    };
    let (ran, ()) = tokio::join!(waits(&bench, "60s", &change), kubelet);
    ran.exits(0);
    // where it does not, the end tells how it was
    workload.status(workload.generation().await, 0, json!([])).await;
    let ran = waits(&bench, "1s", &change).await.exits(1);
    let words = "it is not after 1 s: 0 of 2 pods are of the new version; pod istio-pilot-new-x: container discovery: CrashLoopBackOff";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
}
