//! What stops an installation, everywhere or in its cluster alone.

use std::path::PathBuf;

use serde_json::Value;

use super::{Bench, MESHCTL, files, rows};

#[test]
fn files_and_objects_of_others_stop_their_cluster_only() {
    let bench = Bench::new();
    let foreign = "kubeconf/gke/meshctl/service-istio-system-istio-pilot.yaml";
    bench.write(foreign, "apiVersion: v1\nkind: Service\nmetadata: {name: istio-pilot, namespace: istio-system}\n");
    let run = bench.install(&[]);
    assert_eq!(rows(&run.out).iter().map(|r| r[2]).collect::<Vec<_>>(), ["failed", "written"], "{run:?}");
    run.fails(1, &["cluster gke failed", "service-istio-system-istio-pilot.yaml", "did not write"]);
    assert_eq!(files(&bench.path("kubeconf/gke")).len(), 2, "nothing was written there");
    std::fs::rename(bench.path(foreign), bench.path("kubeconf/gke/istio.yaml")).unwrap();
    let stream = bench.install(&["--dry-run", "-o", "yaml"]);
    assert!(!stream.out.contains("cluster: gke") && stream.out.contains("# cluster: on-prem"), "{stream:?}");
    // but a namespace is shared: whoever has it keeps it
    bench.write("kubeconf/gke/istio.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system}\n");
    let run = bench.install(&[]);
    assert!(run.err.contains("Namespace/istio-system is left to"), "{run:?}");
    run.ok();
    assert!(!bench.path("kubeconf/gke/meshctl/namespace-istio-system.yaml").exists());
    assert_eq!(rows(&bench.install(&[]).ok())[0][2], "unchanged");
}

#[test]
fn a_folder_that_cannot_be_written_hides_no_other_and_a_rerun_completes() {
    let bench = Bench::new();
    bench.write("kubeconf/gke/meshctl", "a file where a folder must be");
    let run = bench.install(&[]);
    assert_eq!(rows(&run.out).iter().map(|r| r[2]).collect::<Vec<_>>(), ["failed", "written"], "{run:?}");
    run.fails(1, &["cluster gke failed"]);
    std::fs::remove_file(bench.path("kubeconf/gke/meshctl")).unwrap();

    // a run that breaks in the middle, at the one file of more than 4 blocks of 512 bytes: the inventory already names
    // everything that was to come
    let short = r#"trap '' XFSZ; ulimit -f 4; exec "$0" "$@""#;
    let run = bench.run_as("sh", &["-c", short, MESHCTL, "install", "--tag", "dev", "-o", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&report["kind"], &report["clusters"][0]["state"]), (&"InstallReport".into(), &"failed".into()));
    // without its primary the other could not decide on stub Services: now it has
    assert_eq!((&report["clusters"][1]["state"], run.code), (&"written".into(), 1));
    let inventory = bench.read("kubeconf/gke/meshctl/configmap-istio-system-meshctl-inventory.yaml");
    assert!(inventory.contains("kind: Deployment"), "{inventory}");
    let pilot = "kubeconf/gke/meshctl/deployment-istio-system-istio-pilot.yaml";
    let error = report["clusters"][0]["error"].as_str().unwrap();
    assert_eq!(error.matches(pilot).count(), 1, "{error}");
    let names: Vec<PathBuf> = bench.files().into_keys().collect();
    assert!(names.iter().all(|n| !n.ends_with(pilot) && !n.to_string_lossy().contains(".tmp-")), "{names:?}");
    let table = bench.install(&[]).ok();
    assert_eq!(rows(&table)[0], ["gke", "primary", "written", "1", "0", "10", "0"]);
    assert_eq!(rows(&bench.install(&[]).ok())[0][2], "unchanged");
}

#[test]
fn nothing_is_written_anywhere_where_the_registry_is_not_in_order() {
    let bench = Bench::new();
    let before = files(bench.dir.path());
    bench.install(&["--clusters", "gke,mars"]).fails(2, &["\"mars\"", "gke, on-prem"]);
    bench.write("kubeconf/west.yaml", "kind: [");
    bench.install(&[]).fails(2, &["west.yaml"]);
    bench.run(&["manifest", "images", "--tag", "x"]).fails(2, &["west.yaml"]);
    bench.write("kubeconf/west.yaml", "");
    bench.install(&[]).fails(2, &["west.yaml"]);
    std::fs::remove_file(bench.path("kubeconf/west.yaml")).unwrap();
    assert_eq!(files(bench.dir.path()), before);
}

#[test]
fn a_live_cluster_that_does_not_answer_hides_no_other() {
    let bench = Bench::new();
    // nobody listens on port 1 of loopback
    bench.write("kubeconf/west.yaml", "apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n");
    std::fs::rename(bench.path("mesh-ca"), bench.path("old-ca")).unwrap();
    let clusters = ["--cluster", "gke", "--cluster", "on-prem", "--cluster", "west"];
    bench.run(&[&["ca", "init", "--dir", "mesh-ca"][..], &clusters].concat()).ok();
    // the key that an API server would get is read, and judged
    let key = bench.read("mesh-ca/west/ca-key.pem");
    bench.write("mesh-ca/west/ca-key.pem", &bench.read("mesh-ca/gke/ca-key.pem"));
    bench.install(&[]).fails(2, &["west/ca-key.pem: privateKey: the key (EC P-256) does not match"]);
    bench.write("mesh-ca/west/ca-key.pem", &key);
    let run = bench.install(&[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("cluster west failed") && run.err.contains("cannot be reached"), "{run:?}");
    let states: Vec<_> = rows(&run.out).iter().map(|row| (row[0].to_owned(), row[2].to_owned())).collect();
    let state = |id: &str, is: &str| (id.to_owned(), is.to_owned());
    assert_eq!(states, [state("gke", "written"), state("on-prem", "written"), state("west", "failed")]);
}

#[test]
fn a_file_that_cannot_be_read_stops_install_everywhere_and_is_named_by_who_renders() {
    let bench = Bench::new();
    bench.write("kubeconf/on-prem/deep/broken.yaml", "kind: [");
    let before = bench.files();
    let words = ["on-prem/deep/broken.yaml: it is no valid YAML", "nothing was written anywhere", "hint:"];
    bench.install(&[]).fails(2, &words);
    bench.install(&["--dry-run"]).fails(2, &words[..1]);
    assert_eq!(bench.files(), before);
    let run = bench.run(&["manifest", "generate", "--tag", "dev"]);
    assert!(run.err.contains("warning: on-prem/deep/broken.yaml: it is no valid YAML"), "{run:?}");
    run.ok();
    let run = bench.run(&["endpoints", "reviews", "--registry", "kubeconf"]);
    assert!(run.err.contains("warning: in the cluster on-prem, deep/broken.yaml: it is no valid YAML"), "{run:?}");
    // a bad object costs only itself, and what is ours is written anew
    bench.write("kubeconf/on-prem/deep/broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: 3\n");
    bench.install(&[]).ok();
    bench.write("kubeconf/gke/meshctl/service-istio-system-istio-pilot.yaml", "kind: [");
    let run = bench.install(&[]);
    assert!(run.err.contains("warning: gke/meshctl/service-istio-system-istio-pilot.yaml"), "{run:?}");
    assert!(run.err.contains("warning: on-prem/deep/broken.yaml: Pod/default/p is no valid Pod"), "{run:?}");
    run.ok();
    bench.write("kubeconf/gke/meshctl/configmap-istio-system-meshctl-inventory.yaml", "kind: [");
    bench.install(&[]).fails(1, &["installing in cluster gke failed", "hint: mend what is named"]);
}

#[test]
fn a_link_in_the_place_of_our_folder_is_refused() {
    let bench = Bench::new();
    bench.write("elsewhere/thesis.txt", "years of work");
    std::os::unix::fs::symlink("../../elsewhere", bench.path("kubeconf/gke/meshctl")).unwrap();
    let run = bench.install(&[]);
    assert_eq!(rows(&run.out).iter().map(|r| r[2]).collect::<Vec<_>>(), ["failed", "written"], "{run:?}");
    run.fails(1, &["kubeconf/gke/meshctl is a symbolic link to ../../elsewhere, and must be a folder"]);
    assert_eq!(files(&bench.path("elsewhere")).len(), 1);

    // what would be removed behind a link is not ours either
    let bench = Bench::new();
    bench.install(&[]).ok();
    std::fs::rename(bench.path("kubeconf/on-prem/meshctl"), bench.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../../elsewhere", bench.path("kubeconf/on-prem/meshctl")).unwrap();
    let count = files(&bench.path("elsewhere")).len();
    let link = "kubeconf/on-prem/meshctl is a symbolic link to ../../elsewhere, and must be a folder";
    bench.run(&["uninstall", "--yes", "--clusters", "on-prem"]).fails(1, &[link]);
    bench.run(&["cluster", "remove", "on-prem", "--yes"]).fails(1, &[link]);
    assert_eq!(files(&bench.path("elsewhere")).len(), count);
}

/// The inventory of a folder, as another version would have left it.
fn installed_by(bench: &Bench, id: &str, version: &str) {
    let file = format!("kubeconf/{id}/meshctl/configmap-istio-system-meshctl-inventory.yaml");
    let (text, ours) = (bench.read(&file), format!("    version: \"{}\"\n", env!("CARGO_PKG_VERSION")));
    assert!(text.contains(&ours), "{text}");
    bench.write(&file, &text.replace(&ours, &format!("    version: {version}\n")));
}

#[test]
fn a_folder_is_not_taken_back_to_an_older_version() {
    let bench = Bench::new();
    bench.install(&[]).ok();
    installed_by(&bench, "gke", "99.0.0");
    // that one says more than this one knows, and finds it again when it comes back
    let inventory = "kubeconf/gke/meshctl/configmap-istio-system-meshctl-inventory.yaml";
    let version = "    version: 99.0.0\n";
    bench.write(inventory, &bench.read(inventory).replace(version, &format!("{version}    gateways: [east]\n")));
    let before = files(&bench.path("kubeconf/gke"));
    let run = bench.install(&["--set", "discovery.replicas=3"]);
    assert_eq!(rows(&run.out).iter().map(|r| r[2]).collect::<Vec<_>>(), ["failed", "unchanged"], "{run:?}");
    run.fails(1, &["meshctl 99.0.0 is installed there, and this is the older", "--allow-downgrade"]);
    assert_eq!(files(&bench.path("kubeconf/gke")), before);
    bench.run(&["diff", "--tag", "dev"]).fails(2, &["meshctl 99.0.0 is installed there"]);
    bench.install(&["--set", "discovery.replicas=3", "--allow-downgrade"]).ok();
    let text = bench.read(inventory);
    assert!(text.contains("    gateways:\n") && text.contains("- east\n") && !text.contains("99.0.0"), "{text}");
    let again = bench.install(&["--set", "discovery.replicas=3"]).ok();
    assert_eq!(rows(&again).iter().map(|r| r[2]).collect::<Vec<_>>(), ["unchanged", "unchanged"]);
}

#[test]
fn an_upgrade_of_folders_begins_with_the_primary() {
    let bench = Bench::new();
    bench.install(&[]).ok();
    for id in ["gke", "on-prem"] {
        installed_by(&bench, id, "0.0.1");
    }
    let before = bench.files();
    let said = "its primary gke has meshctl 0.0.1, and this newer";
    bench.install(&["--clusters", "on-prem"]).fails(1, &[said, "leave --clusters out, or name gke there, too"]);
    assert_eq!(bench.files(), before);
    bench.install(&["--clusters", "gke"]).ok();
    bench.install(&["--clusters", "on-prem"]).ok();
    assert_eq!(rows(&bench.install(&[]).ok()).iter().map(|r| r[2]).collect::<Vec<_>>(), ["unchanged", "unchanged"]);
}

/// By the same rule: no remote is newer than its primary, unless somebody wants it so.
#[test]
fn a_primary_that_is_taken_back_alone_is_told() {
    let bench = Bench::new();
    bench.install(&[]).ok();
    let newer = |bench: &Bench| ["gke", "on-prem"].iter().for_each(|id| installed_by(bench, id, "99.0.0"));
    newer(&bench);
    let ours = env!("CARGO_PKG_VERSION");
    let said = format!("with meshctl {ours} the primary is older than its remotes: on-prem has meshctl 99.0.0");
    let told = format!(
        "warning: gke: {said}\nhint: meshctl install --allow-downgrade --clusters on-prem takes them back, too"
    );
    let back = ["--allow-downgrade", "--clusters", "gke"];
    for more in [&["--dry-run"][..], &["--quiet"], &[]] {
        let run = bench.install(&[&back[..], more].concat());
        assert!(run.err.contains(&told), "{more:?}: {run:?}");
        assert_eq!(run.out.contains(&format!("  warning: {said}")), more == ["--dry-run"], "{run:?}");
        run.ok();
    }
    // who does not allow it has the remote stopped, and the primary is still older
    bench.install(&[]).fails(1, &["meshctl 99.0.0 is installed there, and this is the older", told.as_str()]);
    for more in [&["--allow-downgrade", "--clusters", "on-prem"][..], &[]] {
        let run = bench.install(more);
        assert!(!run.err.contains("older than its remotes"), "{run:?}");
        run.ok();
    }
    // both at once
    newer(&bench);
    let run = bench.install(&["--allow-downgrade"]);
    assert!(!run.err.contains("older than its remotes"), "{run:?}");
    run.ok();
}
