//! Flags and variables: what a command takes it heeds, and what it cannot heed it refuses.

use serde_json::Value;

use crate::answers::talk;
use crate::harness::Meshctl;

/// The command fails with this code and says these words, and a hint.
#[track_caller]
fn refused(meshctl: &Meshctl, args: &str, code: i32, words: &str) {
    let ran = meshctl.run(args.split_whitespace()).exits(code);
    assert!(ran.stderr.contains(words) && ran.stderr.contains("\nhint: "), "{args}: {ran:?}");
    assert_eq!(ran.stdout, "", "{args}");
}

#[test]
fn flags_that_mean_nothing_are_refused() {
    let meshctl = talk();
    meshctl.run(["ca", "init"]).exits(0);
    for (args, words) in [
        ("demo -o json", "--output has no meaning here: meshctl demo prints a tour in words"),
        ("demo --registry kubeconf", "--registry has no meaning for meshctl demo"),
        ("completion bash -o json", "--output has no meaning here"),
        ("completion bash --registry kubeconf", "--registry has no meaning for meshctl completion"),
        ("discovery -o yaml", "--output has no meaning here"),
        ("install --wait --no-wait", "'--wait' cannot be used with '--no-wait'"),
        ("install --tag dev --revoke-credentials", "none of the clusters is a live remote"),
        ("install --tag dev --revoke-credentials --dry-run", "none of the clusters is a live remote"),
        ("endpoints reviews --pilot 127.0.0.1:1", "--pilot has no meaning without --compare"),
        ("install --no-wait --timeout 3s", "cannot be used with"),
        ("install --only secrets --verify", "cannot be used with"),
        ("cluster list --offline --timeout 3s", "cannot be used with"),
        ("discovery --max-connections 0", "want a whole number from 1 to 4294967295"),
        ("cluster list --registry mesh-ca/root-cert.pem", "cannot be read: there is a file where a folder is meant"),
        ("discovery --grpc localhost:0", "\"localhost\" is no IP address, and a name may mean several"),
        ("discovery --monitoring :9", "it names no IP address; 127.0.0.1:9 is this machine alone"),
        ("discovery --http 127.0.0.1:x", "\"x\" is no port, 0 to 65535"),
    ] {
        refused(&meshctl, args, 2, words);
    }
    assert!(!meshctl.home().join("kubeconf/gke/meshctl").exists());
}

#[test]
fn a_primary_that_is_none_is_the_flags_fault_and_the_clusters_are_named() {
    let meshctl = talk();
    for name in ["nope", "NoPe"] {
        for command in ["install --tag dev", "diff --tag dev", "manifest generate --tag dev", "discovery"] {
            let args = format!("{command} --primary {name}");
            if command == "discovery" && name == "NoPe" {
                continue;
            }
            let words = format!("--primary names {name}, which is no cluster of the registry; there are: gke, on-prem");
            refused(&meshctl, &args, 2, &words);
        }
    }
    // one whose file is broken is there: the file is to blame
    meshctl.file("kubeconf/west.yaml", "kind: [");
    refused(&meshctl, "install --tag dev --primary west", 2, "west.yaml: it is no valid YAML");
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let mut meshctl = talk();
    meshctl.env("MESHCTL_REGISTRY", "");
    let ran = meshctl.run(["cluster", "list", "-o", "name"]).exits(0);
    assert_eq!(ran.stdout, "gke\non-prem\n");
    let ran = meshctl.run(["cluster", "list", "--registry", ""]).exits(2);
    assert!(ran.stderr.contains("--registry names no directory: it is empty\nhint: "), "{ran:?}");
    // a variable is there for every command: none refuses it
    meshctl.env("MESHCTL_REGISTRY", "kubeconf");
    meshctl.run(["completion", "bash"]).exits(0);
}

#[test]
fn manifests_are_listed_by_name() {
    let meshctl = talk();
    let ran = meshctl.run(["manifest", "generate", "--tag", "dev", "-o", "name"]).exits(0);
    let names: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(names[0], "gke/Namespace/istio-system");
    assert!(names.contains(&"on-prem/Service/istio-system/istio-pilot"), "{names:?}");
    let ran = meshctl.run(["manifest", "generate", "--tag", "dev", "-o", "table"]).exits(0);
    let head = ran.stdout.lines().next().unwrap();
    assert_eq!(head.split_whitespace().collect::<Vec<_>>(), ["CLUSTER", "KIND", "NAMESPACE", "NAME"]);
    assert_eq!(ran.stdout.lines().count(), names.len() + 1);
    meshctl.file("taken", "");
    refused(
        &meshctl,
        "manifest generate --tag dev --out taken",
        2,
        "writing manifests to taken failed: it is a file, not a folder",
    );
}

#[test]
fn where_nothing_can_be_written_another_place_is_hinted() {
    let meshctl = talk();
    // nobody, root neither, makes a folder there
    refused(&meshctl, "demo --dir /proc/x", 1, "writing /proc/x failed");
    let kubeconfig = "apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: 'https://192.0.2.1'}}]\n\
        contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n";
    meshctl.file("config", kubeconfig);
    refused(&meshctl, "cluster add x --context a --kubeconfig config --registry /proc/x", 1, "writing /proc/x failed");
    refused(
        &meshctl,
        "cluster add x --context nope --kubeconfig config",
        2,
        "there is no context \"nope\" in config\nhint: --context a",
    );
    refused(&meshctl, "cluster add X --context a --kubeconfig config", 2, "its id \"X\" is not a DNS-1123 label");
    refused(&meshctl, "cluster add x --context a --kubeconfig gone", 2, "reading the kubeconfig gone failed");
}

#[test]
fn a_dry_run_says_what_would_go_and_removes_nothing() {
    let meshctl = talk();
    let kubeconfig = "apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\n\
        contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n";
    meshctl.run(["ca", "init"]).exits(0);
    meshctl.run(["install", "--tag", "dev", "--yes"]).exits(0);
    let ran = meshctl.run(["uninstall", "--dry-run", "-o", "wide"]).exits(0);
    assert!(ran.stdout.contains("WOULD GO") && !ran.stdout.contains("REMOVED"), "{ran:?}");
    assert!(ran.stderr.contains("nothing was removed"), "{ran:?}");
    let ran = meshctl.run(["uninstall", "--dry-run", "-o", "json"]).exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let cluster = &report["clusters"][0];
    assert_eq!(cluster["removed"].as_array().map(Vec::len), Some(0), "{report}");
    assert!(cluster["planned"].as_array().is_some_and(|p| p.len() > 5), "{report}");

    let west = meshctl.file("kubeconf/west.yaml", kubeconfig);
    let ran = meshctl.run(["cluster", "remove", "west", "--dead", "--dry-run"]).exits(0);
    assert!(ran.stdout.contains("kubeconf/west.yaml, set aside as a hidden file beside it"), "{ran:?}");
    assert!(ran.stdout.contains("gke\n  nothing of west is there\n"), "{ran:?}");
    let ran = meshctl.run(["cluster", "remove", "west", "--dead", "--dry-run", "-o", "json"]).exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["files"][0], "kubeconf/west.yaml");
    assert!(west.exists());
}

#[test]
fn an_empty_registry_is_told_with_what_to_put_there() {
    let meshctl = Meshctl::new();
    std::fs::create_dir(meshctl.home().join("kubeconf")).unwrap();
    let add = "hint: put a kubeconfig or a folder of manifests into it: meshctl cluster add ID --context CONTEXT";
    for args in ["endpoints reviews", "install --tag dev", "diff --tag dev", "uninstall"] {
        refused(&meshctl, args, 2, add);
    }
    refused(&meshctl, "cluster remove x", 2, "there is no cluster \"x\" in the registry; it holds none");
    for args in [["cluster", "list"], ["version", "-v"]] {
        let ran = meshctl.run(args).exits(0);
        assert!(ran.stderr.contains("the registry kubeconf holds no clusters"), "{ran:?}");
    }
}

#[test]
fn a_port_for_something_else_is_said_to_be_one() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            // what an HTTP/2 server begins with: an empty SETTINGS frame
            let _ = stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
        }
    });
    let meshctl = Meshctl::new();
    refused(
        &meshctl,
        &format!("ps --pilot {address}"),
        2,
        "speaks no HTTP/1: is it a port for gRPC or TLS?\nhint: pilot serves that on 8080",
    );
    refused(&meshctl, "probe x", 2, "\"x\" is no HTTP address");
}
