//! `meshctl cluster add` and `meshctl version`: what they write and say, and what they refuse.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::harness::Meshctl;

/// Stands where secrets stand; no output may show it.
const CANARY: &str = "CANARY-token-9c1d";

/// A kubeconfig with three contexts: certificate files, a plugin, a token.
fn kubeconfig() -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: b\npreferences: {{colors: true}}\nclusters:\n\
         - {{name: ca, cluster: {{server: 'https://a.example.com:6443', certificate-authority: pki/ca.pem, extensions: [{{name: x, extension: {{y: z}}}}]}}}}\n\
         - {{name: cb, cluster: {{server: 'https://b.example.com', tls-server-name: b}}}}\n\
         - {{name: cc, cluster: {{server: 'https://A.example.com:6443/'}}}}\n\
         users:\n\
         - {{name: ua, user: {{client-certificate: pki/a.crt, client-key: pki/a.key}}}}\n\
         - {{name: ub, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [x], interactiveMode: Never}}}}}}\n\
         - {{name: uc, user: {{token: {CANARY}}}}}\n\
         contexts:\n\
         - {{name: a, context: {{cluster: ca, user: ua, namespace: team}}}}\n\
         - {{name: b, context: {{cluster: cb, user: ub}}}}\n\
         - {{name: c, context: {{cluster: cc, user: uc}}}}\n\
         - {{name: lost, context: {{cluster: nowhere, user: uc}}}}\n"
    )
}

fn bench() -> Meshctl {
    let bench = Meshctl::new();
    bench.file("user/config", &kubeconfig());
    for name in ["ca.pem", "a.crt", "a.key"] {
        bench.file(&format!("user/pki/{name}"), &format!("{name} {CANARY}\n"));
    }
    bench
}

fn read(bench: &Meshctl, path: &str) -> String {
    std::fs::read_to_string(bench.home().join(path)).unwrap()
}

/// Runs it, and sees that no secret is said.
#[track_caller]
fn add(bench: &Meshctl, words: &str, code: i32) -> (String, String) {
    let args = ["cluster", "add"].into_iter().chain(words.split_whitespace());
    let ran = bench.run(args).exits(code);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(CANARY) && !text.contains("Q0FOQVJZ"), "{text}");
    }
    (ran.stdout, ran.stderr)
}

#[test]
fn a_context_becomes_a_file_of_its_own() {
    let bench = bench();
    let before = read(&bench, "user/config");
    let (out, _) = add(&bench, "gke --context a --kubeconfig user/config -o json", 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["kind"], &report["name"]), (&"ClusterAdded".into(), &"gke".into()));
    assert_eq!((&report["file"], &report["credential"]), (&"kubeconf/gke.yaml".into(), &"certificate".into()));
    assert_eq!(read(&bench, "user/config"), before, "the user's own file is only read");
    let path = bench.home().join("kubeconf/gke.yaml");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let written = read(&bench, "kubeconf/gke.yaml");
    for gone in ["b.example.com", "plugin", "pki/", "extension", "preferences", "name: cc"] {
        assert!(!written.contains(gone), "{gone} is none of this context's:\n{written}");
    }
    for there in
        ["certificate-authority-data", "client-certificate-data", "client-key-data", "current-context: a", "team"]
    {
        assert!(written.contains(there), "{there} is missing:\n{written}");
    }
    // the files may go now
    std::fs::remove_dir_all(bench.home().join("user")).unwrap();
    let listed = bench.run(["cluster", "list", "--offline"]).exits(0).stdout;
    assert!(listed.contains("gke    primary   kubeconfig   https://a.example.com:6443"), "{listed}");
}

#[test]
fn a_plugin_stays_one_and_its_path_is_absolute() {
    let bench = bench();
    let (_, err) = add(&bench, "on-prem --context b --kubeconfig user/config", 0);
    assert!(err.contains("on-prem: its credentials come from the plugin "), "{err}");
    let written = read(&bench, "kubeconf/on-prem.yaml");
    let plugin = bench.home().canonicalize().unwrap().join("user").join("./plugin");
    assert!(written.contains(plugin.to_str().unwrap()) && written.contains("tls-server-name: b"), "{written}");
}

#[test]
fn what_must_not_be_added_is_not() {
    let bench = bench();
    add(&bench, "gke --context a --kubeconfig user/config", 0);
    let refused = |words: &str, says: &[&str]| {
        let (out, err) = add(&bench, &format!("{words} --kubeconfig user/config"), 2);
        assert_eq!(out, "");
        for part in says.iter().chain(&["hint: "]) {
            assert!(err.contains(part), "{words}: {part}\n{err}");
        }
        let names: Vec<_> =
            std::fs::read_dir(bench.home().join("kubeconf")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["gke.yaml"], "nothing is written, nothing is left over");
    };
    refused("gke --context b", &["has a cluster gke already: kubeconf/gke.yaml"]);
    // the same server, written otherwise
    refused("other --context c", &["the context \"c\" is gke of the registry already", "same API server"]);
    refused("x --context d", &["there is no context \"d\" in user/config", "--context a", "--context lost"]);
    refused("x --context lost", &["its cluster \"nowhere\" is not among its clusters"]);
    let (_, err) = add(&bench, "No_Label --context b --kubeconfig user/config", 2);
    assert!(err.contains("adding the cluster \"No_Label\" failed: its id"), "{err}");
    let (_, err) = add(&bench, "x --context b --kubeconfig user/none", 2);
    assert!(err.contains("reading the kubeconfig user/none failed: it does not exist"), "{err}");
    std::fs::remove_file(bench.home().join("user/pki/a.key")).unwrap();
    let (_, err) = add(&bench, "x --context a --kubeconfig user/config --registry new", 2);
    assert!(err.contains("client-key names cannot be used: it does not exist"), "{err}");
    assert!(!bench.home().join("new").exists());
}

#[test]
fn a_broken_entry_of_that_name_is_not_replaced_and_mesh_is_no_settings_file() {
    let bench = bench();
    bench.file("kubeconf/gke.conf", "kind: [");
    let (_, err) = add(&bench, "gke --context a --kubeconfig user/config", 2);
    assert!(err.contains("has a cluster gke already: kubeconf/gke.conf"), "{err}");
    let (_, err) = add(&bench, "mesh --context b --kubeconfig user/config", 0);
    assert!(err.contains("another problem: gke.conf"), "{err}");
    assert!(bench.home().join("kubeconf/mesh.kubeconfig").is_file());
    assert!(bench.run(["cluster", "list", "--offline", "-o", "name"]).stdout.contains("mesh\n"));
}

#[test]
fn kubeconfigs_are_found_and_merged_as_kubectl_does() {
    let mut bench = bench();
    let (_, err) = add(&bench, "x --context a", 2);
    assert!(err.contains("there is no kubeconfig") && err.contains("hint: name one with --kubeconfig"), "{err}");
    let home = bench.home().to_owned();
    std::fs::create_dir(home.join(".kube")).unwrap();
    std::fs::copy(home.join("user/config"), home.join(".kube/config")).unwrap();
    add(&bench, "usual --context b", 0);
    // two files: the first one's user, the second one's cluster; of two of one name the first counts
    bench.file("one", "contexts: [{name: both, context: {cluster: far, user: me}}]\nusers: [{name: me, user: {username: first, password: x}}]\n");
    bench.file(
        "two",
        "clusters: [{name: far, cluster: {server: 'https://far'}}]\nusers: [{name: me, user: {username: second, password: y}}]\n",
    );
    bench.env("KUBECONFIG", &format!("{0}/one:{0}/gone:{0}/two", home.display()));
    add(&bench, "far --context both", 0);
    let written = read(&bench, "kubeconf/far.yaml");
    assert!(written.contains("https://far") && written.contains("first") && !written.contains("second"), "{written}");
}

#[test]
fn the_primary_that_a_new_cluster_makes_is_said() {
    let bench = bench();
    add(&bench, "on-prem --context b --kubeconfig user/config", 0);
    let (_, err) = add(&bench, "gke --context a --kubeconfig user/config", 0);
    assert!(err.contains("the primary is gke (first by name)"), "{err}");
}

#[test]
fn versions_of_client_and_clusters_stand_side_by_side() {
    let bench = Meshctl::new();
    let alone = bench.run(["version"]).exits(0);
    let version = env!("CARGO_PKG_VERSION");
    assert!(alone.stdout.contains(&format!("(client)   -      -            {version}")), "{}", alone.stdout);
    let ran = bench.run(["demo", "--dir", "demo", "--quiet"]).exits(0);
    drop(ran);
    let words = ["version", "--registry", "demo/registry"];
    let table = bench.run(words).exits(0).stdout;
    let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["NAME", "ROLE", "KUBERNETES", "MESHCTL", "IMAGE", "STATE"]);
    let image = rows[2][4];
    assert!(image.contains("meshctl"), "{table}");
    assert_eq!(rows[2], ["gke", "primary", "-", version, image, "ok"]);
    assert_eq!(rows[3], ["on-prem", "remote", "-", version, "-", "ok"]);
    // one that cannot be asked: its row, and 2
    bench.file(
        "demo/registry/dead.yaml",
        &kubeconfig()
            .replace("current-context: b", "current-context: c")
            .replace("https://A.example.com:6443/", "http://127.0.0.1:9"),
    );
    let ran = bench.run(words.iter().chain(&["-o", "json"])).exits(2);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["kind"], &report["client"]["version"]), (&"VersionReport".into(), &version.into()));
    let dead = &report["clusters"].as_array().unwrap().iter().find(|c| c["cluster"] == "dead").unwrap();
    assert!(dead["reason"].as_str().unwrap().contains("cannot be reached"), "{dead}");
    let ran = bench.run(words.iter().chain(&["--client"])).exits(0);
    assert!(!ran.stdout.contains("gke"), "{}", ran.stdout);
}

#[test]
fn the_list_shows_what_is_installed_and_when_credentials_end() {
    let bench = Meshctl::new();
    let ended = "eyJhbGciOiJub25lIn0.eyJleHAiOjE1MDAwMDAwMDB9.x";
    bench.file(
        "kubeconf/gke.yaml",
        &kubeconfig().replace("current-context: b", "current-context: c").replace(CANARY, ended),
    );
    bench.file("kubeconf/on-prem/ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
    let ran = bench.run(["cluster", "list", "--offline"]).exits(0);
    assert!(ran.stdout.contains("expired 2017-07-14T02:40:00Z   -                   not asked"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(ended));
    bench.run(["ca", "init"]).exits(0);
    bench.run(["install", "--tag", "dev", "--clusters", "on-prem", "--yes"]).exits(0);
    let ran = bench.run(["cluster", "list", "--offline", "-o", "json"]).exits(0);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(list["items"][0]["credentialExpires"], "2017-07-14T02:40:00Z");
    assert_eq!(list["items"][1]["installedVersion"], env!("CARGO_PKG_VERSION"));
    // a registry that has lost the primary
    std::fs::remove_file(bench.home().join("kubeconf/gke.yaml")).unwrap();
    let ran = bench.run(["cluster", "list", "--offline"]).exits(0);
    assert!(ran.stderr.contains("gke is in the mesh and not in the registry"), "{}", ran.stderr);
    assert!(ran.stdout.contains("not in the registry"), "{}", ran.stdout);
}

#[test]
fn a_file_cluster_is_removed_and_its_folder_stays() {
    let bench = Meshctl::new();
    for id in ["gke", "on-prem"] {
        bench.file(&format!("kubeconf/{id}/ns.yaml"), "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
    }
    bench.run(["ca", "init"]).exits(0);
    bench.run(["install", "--tag", "dev", "--yes"]).exits(0);
    let ran = bench.run(["cluster", "remove", "west"]).exits(2);
    assert!(
        ran.stderr.contains("there is no cluster \"west\" in the registry; there are: gke, on-prem"),
        "{}",
        ran.stderr
    );
    let ran = bench.run(["cluster", "remove", "gke"]).exits(2);
    assert!(ran.stderr.contains("gke is the primary") && ran.stderr.contains("--move-primary"), "{}", ran.stderr);
    // the others may have lost what they knew of it
    let lost = bench.home().join("kubeconf/on-prem/meshctl/configmap-istio-system-meshctl-inventory.yaml");
    let inventory = std::fs::read(&lost).unwrap();
    std::fs::remove_file(&lost).unwrap();
    let ran = bench.run(["cluster", "remove", "gke"]).exits(2);
    assert!(ran.stderr.contains("gke is the primary"), "{}", ran.stderr);
    std::fs::write(&lost, inventory).unwrap();
    let ran = bench.run(["cluster", "remove", "on-prem", "--dry-run"]).exits(0);
    assert!(ran.stdout.contains("on-prem\n  - ") && bench.home().join("kubeconf/on-prem/meshctl").exists());
    let ran = bench.run(["cluster", "remove", "on-prem", "-o", "json"]).exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["kind"], &report["others"][0]["clear"]), (&"ClusterRemoved".into(), &true.into()), "{report}");
    assert_eq!(report["itself"]["state"], "removed", "{report}");
    assert!(ran.stderr.contains("kubeconf/on-prem is yours and stays"), "{}", ran.stderr);
    let left: Vec<_> = std::fs::read_dir(bench.home().join("kubeconf/on-prem/meshctl")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(bench.home().join("kubeconf/on-prem/ns.yaml").exists());
    bench.run(["install", "--tag", "dev", "--yes", "--clusters", "gke"]).exits(0);
}
