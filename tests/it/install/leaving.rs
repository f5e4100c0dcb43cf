//! What diff answers, and what uninstall and the removal of a cluster take away.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use super::{APP, Bench};

#[test]
fn cluster_remove_takes_only_files_of_ours() {
    let bench = Bench::new();
    bench.install(&["--primary", "gke"]).ok();
    // gke was a remote of on-prem once, and the slice that it had then is somebody's by now
    let inventory = "kubeconf/gke/meshctl/configmap-istio-system-meshctl-inventory.yaml";
    let entry = "    - group: discovery.k8s.io\n      kind: EndpointSlice\n      namespace: istio-system\n      name: istio-pilot-on-prem-v4\n";
    let listed = bench.read(inventory).replacen("    objects:\n", &format!("    objects:\n{entry}"), 1);
    assert!(listed.contains(entry), "{listed}");
    bench.write(inventory, &listed);
    let theirs = "kubeconf/gke/meshctl/endpointslice-istio-system-istio-pilot-on-prem-v4.yaml";
    bench.write(theirs, "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: istio-pilot-on-prem-v4, namespace: istio-system}\naddressType: IPv4\nendpoints: []\n");
    let run = bench.run(&["cluster", "remove", "on-prem", "--yes", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(bench.path(theirs).exists(), "{run:?}");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        report["others"][0]["removed"],
        serde_json::json!(["entries of ConfigMap/istio-system/meshctl-inventory"])
    );
}

#[test]
fn diff_answers_and_uninstall_takes_only_what_is_ours() {
    let bench = Bench::new();
    let before = bench.files();
    let diff = |more: &[&str]| bench.run(&[&["diff", "--tag", "dev"], more].concat());
    assert_eq!(diff(&[]).code, 1);
    bench.run(&["uninstall", "--yes"]).ok();
    assert_eq!(bench.files(), before, "there is nothing of us, and nothing is removed");
    bench.install(&[]).ok();
    diff(&[]).ok();
    diff(&["--primary", "on-prem"]).fails(2, &["or move it: meshctl install --primary on-prem --move-primary"]);
    let changed = diff(&["--set", "discovery.replicas=3"]);
    assert_eq!(changed.code, 1, "{changed:?}");
    assert!(changed.out.contains("-  replicas: 2") && changed.out.contains("+  replicas: 3"), "{changed:?}");

    // one that lost its label, and one of somebody else, stay
    let service = "kubeconf/gke/meshctl/service-istio-system-istio-pilot.yaml";
    let unlabelled = bench.read(service).replace("meshctl.io/owned", "meshctl.io/not-owned");
    bench.write(service, &unlabelled);
    bench.write("kubeconf/gke/meshctl/notes.yaml", APP);
    let installed = bench.files();
    let plan = bench.run(&["uninstall", "--dry-run"]).ok();
    assert!(plan.contains("- Deployment/istio-system/istio-pilot"), "{plan}");
    assert!(plan.contains("= Service/istio-system/istio-pilot stays: it does not carry our label"), "{plan}");
    assert_eq!(bench.files(), installed);
    bench.run(&["uninstall", "--clusters", "mars"]).fails(2, &["\"mars\"", "gke, on-prem"]);
    // what leads to the primary goes before it, or with it
    let held = "its pilot is still needed by the cluster on-prem: it is not uninstalled now, and leads to it";
    bench.run(&["uninstall", "--yes", "--clusters", "gke"]).fails(1, &[held, "--force leaves it without its pilot"]);
    assert_eq!(bench.files(), installed);
    let run = bench.run(&["uninstall", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("gke: Service/istio-system/istio-pilot stays"), "{run:?}");
    let left: BTreeSet<PathBuf> = bench.files().into_keys().collect();
    let mut wanted: BTreeSet<PathBuf> = before.into_keys().collect();
    wanted.extend([bench.path(service), bench.path("kubeconf/gke/meshctl/notes.yaml")]);
    assert_eq!(left, wanted);
    let report: Value = serde_json::from_str(&bench.run(&["uninstall", "-o", "json"]).ok()).unwrap();
    assert_eq!((&report["kind"], &report["clusters"][0]["state"]), (&"UninstallReport".into(), &"absent".into()));
}
