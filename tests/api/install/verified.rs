//! What install verifies in the end: pilot is asked wherever it runs, and a pod in a remote looks for it by name. What a kubelet
//! would do with the pod, the tests do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::api::{Api, Patch};
use libtest_mimic::Trial;
use meshctl::data::model::{MANAGED_BY, OWNED};
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, actions, cluster, kubelet, outlive, probes, put};
use super::line::{Line, Rule};
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_remote_looks_for_pilot_by_its_name", a_remote_looks_for_pilot_by_its_name),
        alone("api::install::the_end_of_patience_tells_how_the_pod_was", the_end_of_patience_tells_how_the_pod_was),
        alone("api::install::a_quota_on_pods_is_no_failure_of_an_installation", a_quota_on_pods),
        alone("api::install::a_pod_that_may_not_be_removed_is_told", a_pod_that_may_not_be_removed_is_told),
        alone("api::install::a_pod_left_in_a_former_remote_goes", a_pod_left_in_a_former_remote_goes),
    ]
}

const VERIFY: [&str; 6] = ["install", "--tag", "dev", "--yes", "--clusters", "on-prem"];

/// A line to gke on which nobody may look at pilot's pods: none runs here that could be asked.
pub(super) async fn without_pilot(bench: &Bench) -> Line {
    let line = Line::counting(&bench.pair.gke).await;
    line.rule(&format!("GET /api/v1/namespaces/{SYSTEM}/pods?labelSelector=app%3Distio-pilot"), Rule::Forbid);
    bench.kubeconfig("gke", &line.kubeconfig());
    line
}

/// The same after an install in both, and a line to on-prem, from where a run is to look for pilot: on-prem's, and gke's.
pub(super) async fn installed_without_pilot(bench: &Bench) -> [Line; 2] {
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.through("on-prem", &line);
    bench.install(&[]).await.exits(0);
    [line, without_pilot(bench).await]
}

async fn is_removed(bench: &Bench) {
    assert!(probes(&bench.pair.on_prem).await.is_empty(), "it is removed");
}

async fn a_remote_looks_for_pilot_by_its_name(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let pulled = ["--set", "image.pullSecrets={regcred,other}"];
    bench.install(&pulled).await.exits(0);
    let pull_secrets = json!([{"name": "regcred"}, {"name": "other"}]);
    let deployment = &bench.listings().await[0][&format!("Deployment/{SYSTEM}/istio-pilot")];
    assert_eq!(deployment["spec"]["template"]["spec"]["imagePullSecrets"], pull_secrets, "{deployment}");
    let line = without_pilot(&bench).await;
    let terminated = json!({"name": "probe", "image": "x", "imageID": "x", "ready": false, "restartCount": 0,
        "state": {"terminated": {"exitCode": 1, "message": "error: asking it failed for 30 s: connection refused\n"}}});
    for (phase, containers, code) in [("Failed", json!([terminated]), 1), ("Succeeded", json!([]), 0)] {
        let status = json!({"phase": phase, "containerStatuses": containers});
        let verify = [&VERIFY[..], &pulled, &["--verify"]].concat();
        let (ran, pod) = tokio::join!(bench.run(&verify), kubelet(&bench.pair.on_prem, &status));
        let ran = ran.exits(code);
        let spec = serde_json::to_value(pod.spec).unwrap();
        assert_eq!(spec["imagePullSecrets"], pull_secrets, "it is the same image: {spec}");
        assert_eq!(spec["containers"][0]["args"][1], "http://istio-pilot.istio-system:15014/ready", "{spec}");
        assert_eq!(spec["automountServiceAccountToken"], false);
        assert_eq!(
            ran.stderr.contains("looks for pilot by name failed: error: asking it failed for 30 s"),
            code == 1,
            "{}",
            ran.stderr
        );
        // the primary was not asked for, and its pilot is asked all the same
        assert!(ran.stderr.contains("on-prem: what pilot in gke sees was not verified: "), "{}", ran.stderr);
        is_removed(&bench).await;
    }
    assert_eq!(line.seen(), 0, "nothing is written in a cluster that is not asked for");
    // nothing was written: nobody looks without being asked
    bench.run(&[&VERIFY[..], &pulled].concat()).await.exits(0);
    is_removed(&bench).await;
}

async fn the_end_of_patience_tells_how_the_pod_was(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let _line = without_pilot(&bench).await;
    let status = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": "0/1 nodes are available: 1 node(s) had untolerated taint."}]});
    let start = Instant::now();
    let verify = [&VERIFY[..], &["--verify", "--timeout", "1s"]].concat();
    let (ran, pod) = tokio::join!(bench.run(&verify), kubelet(&bench.pair.on_prem, &status));
    let words = format!(
        "a pod in it that looks for pilot by name did not end within 10 s: pod {}: 0/1 nodes are available: \
         1 node(s) had untolerated taint\n",
        pod.metadata.name.unwrap()
    );
    let ran = ran.exits(1);
    assert!(ran.stderr.contains(&words), "{}", ran.stderr);
    // the same command would find everything written, and look no more
    assert!(ran.stderr.contains("meshctl install --verify looks again"), "{}", ran.stderr);
    assert!(start.elapsed() >= Duration::from_secs(10));
    is_removed(&bench).await;
}

async fn a_quota_on_pods(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let _line = without_pilot(&bench).await;
    let quotas: Api<ResourceQuota> = Api::namespaced(bench.pair.on_prem.client(), SYSTEM);
    let quota = async |name: &str, hard: Value| {
        let zero: Value = hard.as_object().unwrap().keys().map(|key| (key.clone(), json!("0"))).collect();
        let quota = json!({"metadata": {"name": name}, "spec": {"hard": hard}});
        quotas.create(&Default::default(), &serde_json::from_value(quota).unwrap()).await.unwrap();
        // no controller counts here
        let status = Patch::Merge(json!({"status": {"hard": hard, "used": zero}}));
        quotas.patch_status(name, &Default::default(), &status).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    // one that demands that every pod says what it needs
    let all = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
    quota("said", all.into_iter().map(|key| (key.to_owned(), json!("8Gi"))).collect()).await;
    let verify = [&VERIFY[..], &["--verify"]].concat();
    let done = json!({"phase": "Succeeded"});
    let (ran, _) = tokio::join!(bench.run(&verify), kubelet(&bench.pair.on_prem, &done));
    ran.exits(0);

    // one that allows no pod: who asked does not know, and who did not ask has what was installed
    quota("none", json!({"pods": "0"})).await;
    let words = "whether pilot is found by its name was not verified: creating Pod/istio-system/meshctl-verify-";
    let ran = bench.run(&verify).await.exits(1);
    assert!(ran.stderr.contains(&format!("installing in cluster on-prem failed: {words}")), "{}", ran.stderr);
    assert!(ran.stderr.contains(" failed: the API server forbids it: pods \"meshctl-verify-"), "{}", ran.stderr);
    assert!(ran.stderr.contains("is forbidden: exceeded quota: none"), "{}", ran.stderr);
    let changes = [&VERIFY[..], &["--set", "discovery.families={IPv4,IPv6}"]].concat();
    let ran = bench.run(&changes).await.exits(0);
    assert!(ran.stderr.contains(&format!("on-prem: {words}")), "{}", ran.stderr);
    for name in ["said", "none"] {
        quotas.delete(name, &Default::default()).await.unwrap();
    }
}

/// It harms nobody: the installation is whole, and whoever may not remove the pod is told who can.
async fn a_pod_that_may_not_be_removed_is_told(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let on_prem = &bench.pair.on_prem;
    let [line, _gke] = installed_without_pilot(&bench).await;
    line.rule(&format!("DELETE /api/v1/namespaces/{SYSTEM}/pods/"), Rule::Forbid);
    let told = |stderr: &str, pod: &str| {
        for words in [
            format!("warning: on-prem: removing Pod/{SYSTEM}/{pod} failed: the API server forbids it: "),
            format!("in the cluster on-prem removes it: kubectl --namespace {SYSTEM} delete pod {pod}\n"),
        ] {
            assert!(stderr.contains(&words), "\"{words}\" is missing in {stderr}");
        }
    };
    // the run's own
    let verify = [&VERIFY[..], &["--verify"]].concat();
    let done = json!({"phase": "Succeeded"});
    let (ran, pod) = tokio::join!(bench.run(&verify), kubelet(on_prem, &done));
    let pod = pod.metadata.name.unwrap();
    told(&ran.exits(0).stderr, &pod);

    // and one that an earlier run left
    outlive(&line, on_prem, &pod).await;
    let (report, ran) = bench.report(&["--quiet"]).await;
    assert_eq!(ran.code, 0, "{report}");
    told(&ran.stderr, &pod);
    let row = cluster(&report, "on-prem");
    assert_eq!((&row["state"], row["warnings"].as_array().unwrap().len()), (&"unchanged".into(), 1), "{report}");
    assert_eq!(probes(on_prem).await.len(), 1);

    line.obey();
    outlive(&line, on_prem, &pod).await;
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert!(actions(&report, "on-prem").contains(&format!("pruned Pod/{pod}")), "{report}");
    is_removed(&bench).await;
}

/// The primary may have been a remote when a run was killed there.
async fn a_pod_left_in_a_former_remote_goes(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let gke = &bench.pair.gke;
    let line = Line::counting(gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    bench.install(&[]).await.exits(0);
    let name = "meshctl-verify-0123456789abcdef";
    let left = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": SYSTEM,
        "labels": {"app": "meshctl-verify", OWNED.0: OWNED.1, MANAGED_BY.0: MANAGED_BY.1}},
        "spec": {"activeDeadlineSeconds": 25, "containers": [{"name": "c", "image": "none"}]}});
    put(gke, "meshctl", left).await;
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    outlive(&line, gke, name).await;
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert!(actions(&report, "gke").contains(&format!("pruned Pod/{name}")), "{report}");
    assert!(probes(gke).await.is_empty(), "it is removed");
}
