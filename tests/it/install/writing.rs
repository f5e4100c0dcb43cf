//! What install writes into file clusters, what it leaves as it is, and what it prints of it before.

use std::collections::BTreeMap;

use meshctl::data::yaml;
use serde_json::Value;

use super::{APP, Bench, rows};

#[test]
fn install_writes_then_finds_everything_unchanged() {
    let bench = Bench::new();
    let before = bench.files();
    let table = bench.install(&[]).ok();
    assert_eq!(
        rows(&table),
        [["gke", "primary", "written", "11", "0", "0", "0"], ["on-prem", "remote", "written", "11", "0", "0", "0"]]
    );
    let after = bench.files();
    assert_eq!(after.len(), before.len() + 22);
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)), "no other file is touched");
    assert!(
        after.keys().all(|p| !p.file_name().unwrap().to_string_lossy().starts_with('.')),
        "no temporary file stays"
    );
    let table = bench.install(&[]).ok();
    assert_eq!(
        rows(&table),
        [["gke", "primary", "unchanged", "0", "0", "11", "0"], ["on-prem", "remote", "unchanged", "0", "0", "11", "0"]]
    );
    assert_eq!(bench.files(), after);
    let table = bench.install(&["--set", "discovery.replicas=3", "--clusters", "gke"]).ok();
    assert_eq!(rows(&table), [["gke", "primary", "written", "0", "1", "10", "0"]]);
}

#[test]
fn what_discovery_writes_is_no_difference_and_stays() {
    let bench = Bench::new();
    bench.install(&[]).ok();
    let slice = "kubeconf/on-prem/meshctl/endpointslice-istio-system-istio-pilot-gke-v4.yaml";
    let text = bench.read(slice);
    assert!(text.contains("endpoints: []"), "{text}");
    bench.write(slice, &text.replace("endpoints: []", "endpoints:\n- addresses:\n  - 10.124.2.26"));
    assert_eq!(rows(&bench.install(&[]).ok())[1][2], "unchanged");
    bench.install(&["--set", "discovery.openPorts.xds=true"]).ok();
    let text = bench.read(slice);
    assert!(text.contains("10.124.2.26") && text.contains("15010"), "{text}");
}

#[test]
fn a_dry_run_writes_nothing_and_yaml_is_what_is_written() {
    let bench = Bench::new();
    let before = bench.files();
    let run = bench.install(&["--dry-run"]);
    assert!(
        run.out.contains("+ deployment-istio-system-istio-pilot.yaml") && run.err.contains("nothing was written"),
        "{run:?}"
    );
    let stream = bench.install(&["--dry-run", "-o", "yaml"]).ok();
    let report: Value = serde_json::from_str(&bench.install(&["--dry-run", "-o", "json"]).ok()).unwrap();
    assert_eq!(bench.files(), before);

    bench.install(&["--yes"]).ok();
    let mut cluster = String::new();
    let mut streamed = BTreeMap::new();
    for document in stream.split("---\n").filter(|d| !d.is_empty()) {
        let (head, text) = match document.strip_prefix("# cluster: ").and_then(|d| d.split_once('\n')) {
            Some((id, text)) => (Some(id), text),
            None => (None, document),
        };
        cluster = head.map_or(cluster, str::to_owned);
        let value: Value = yaml::from_str(text).unwrap();
        let part = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let name: Vec<String> =
            [part("/kind"), part("/metadata/namespace"), part("/metadata/name")].into_iter().flatten().collect();
        let file = bench.path(&format!("kubeconf/{cluster}/meshctl/{}.yaml", name.join("-").to_lowercase()));
        streamed.insert(file, text.as_bytes().to_vec());
    }
    let mut written = bench.files();
    written.retain(|_, bytes| bytes != APP.as_bytes());
    assert_eq!(streamed, written, "what a dry run prints is what is written, byte for byte");
    // and the report's objects are the same once more, read back from the files
    for object in report["clusters"].as_array().unwrap().iter().flat_map(|c| {
        let folder = c["folder"].as_str().unwrap();
        c["objects"].as_array().unwrap().iter().map(move |o| (folder, o))
    }) {
        let text = bench.read(&format!("{}/{}", object.0, object.1["file"].as_str().unwrap()));
        assert_eq!(yaml::documents(&text).unwrap(), vec![object.1["object"].clone()]);
    }
    let run = bench.install(&["--dry-run", "--set", "mesh.outboundTrafficPolicy.mode=REGISTRY_ONLY"]);
    assert!(
        run.out.contains("-      mode: ALLOW_ANY") && run.out.contains("+      mode: REGISTRY_ONLY"),
        "{}",
        run.out
    );
}

#[test]
fn prune_takes_only_what_is_ours_and_in_the_inventory() {
    let bench = Bench::new();
    bench.install(&["--set", "discovery.families={IPv4,IPv6}"]).ok();
    let ours = "kubeconf/on-prem/meshctl/endpointslice-istio-system-istio-pilot-gke-v6.yaml";
    // a file of somebody else in our folder, one that only looks like ours, and one of ours that lost its label
    bench.write("kubeconf/on-prem/meshctl/notes.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\n");
    let copy = bench.read(ours).replace("istio-pilot-gke-v6", "istio-pilot-gke-v7");
    bench.write("kubeconf/on-prem/meshctl/endpointslice-istio-system-istio-pilot-gke-v7.yaml", &copy);
    let unlabelled = "kubeconf/on-prem/meshctl/endpointslice-istio-system-istio-pilot-gke-v4.yaml";
    bench.write(unlabelled, &bench.read(unlabelled).replace("meshctl.io/owned", "meshctl.io/was-owned"));
    let count = bench.files().len();
    let run = bench.install(&["--set", "discovery.families={}"]);
    assert!(run.err.contains("istio-pilot-gke-v4.yaml is no longer needed, and was kept"), "{run:?}");
    // the other slice, and the Role for slices with its binding: an empty list of names would be a right to all of them
    assert_eq!(rows(&run.out)[1][6], "3");
    assert!(!bench.path(ours).exists());
    assert_eq!(bench.files().len(), count - 3, "everything else stays");
    assert!(bench.path(unlabelled).exists());
}

#[test]
fn the_primary_sticks_until_it_is_moved() {
    let bench = Bench::new();
    bench.install(&["--clusters", "on-prem"]).ok();
    let before = bench.files();
    bench.install(&["--primary", "on-prem"]).fails(2, &["primary gke", "--move-primary"]);
    bench.install(&["--primary", "mars"]).fails(2, &["mars", "no cluster"]);
    assert_eq!(bench.files(), before);
    bench.install(&["--primary", "on-prem", "--move-primary"]).ok();
    assert!(bench.path("kubeconf/on-prem/meshctl/deployment-istio-system-istio-pilot.yaml").exists());
    assert!(bench.path("kubeconf/gke/meshctl/endpointslice-istio-system-istio-pilot-on-prem-v4.yaml").exists());
    assert!(!bench.path("kubeconf/on-prem/meshctl/endpointslice-istio-system-istio-pilot-gke-v4.yaml").exists());
    bench.install(&[]).fails(2, &["primary on-prem"]);
}
