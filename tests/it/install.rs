//! Manifests and install on file clusters, through the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Output;

use meshctl::data::yaml;
use serde_json::Value;

mod ca;

/// A registry with the talk's two clusters as empty folders, and a CA folder beside it.
struct Bench {
    dir: tempfile::TempDir,
}

const MESHCTL: &str = env!("CARGO_BIN_EXE_meshctl");
/// Stands for the bytes of a private key: it must appear nowhere.
const CANARY: &str = "canary-of-a-private-key";
/// A folder is a cluster because it holds manifests.
const APP: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: default}\n";

impl Bench {
    fn new() -> Self {
        let bench = Self { dir: tempfile::tempdir().unwrap() };
        bench.run(&["ca", "init", "--dir", "mesh-ca", "--cluster", "gke", "--cluster", "on-prem"]).ok();
        bench.write("mesh-ca/root-key.pem", CANARY);
        for id in ["gke", "on-prem"] {
            bench.write(&format!("kubeconf/{id}/app.yaml"), APP);
            bench.write(&format!("mesh-ca/{id}/ca-key.pem"), CANARY);
        }
        bench
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_as(MESHCTL, args)
    }

    fn run_as(&self, program: &str, args: &[&str]) -> Run {
        let output = assert_cmd::Command::new(program)
            .args(args)
            .current_dir(self.dir.path())
            .env("HOME", self.dir.path())
            .env_remove("KUBECONFIG")
            .env_remove("PILOT_URL")
            .env_remove("MESHCTL_REGISTRY")
            .output()
            .unwrap();
        Run::of(output)
    }

    /// `install --tag dev` and more.
    fn install(&self, more: &[&str]) -> Run {
        self.run(&[&["install", "--tag", "dev"], more].concat())
    }

    /// Every file of the registry with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.path("kubeconf"))
    }
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    fn fails(self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "\"{word}\" is missing in {}", self.err);
        }
    }
}

/// The rows of a table without its header, each split at blanks.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().skip(1).map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn manifests_are_the_golden_ones() {
    let bench = Bench::new();
    bench.write(
        "kubeconf/mesh.yaml",
        "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\ntrustDomain: example.org\nimage: {hub: registry.example.com/mesh, tag: 0.1.0, pullSecrets: [regcred]}\nclusters: {on-prem: {network: rack}}\n",
    );
    for (id, golden) in [("gke", "manifests-primary.yaml"), ("on-prem", "manifests-remote.yaml")] {
        let text = bench.run(&["manifest", "generate", "--clusters", id]).ok();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(golden);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let wanted = std::fs::read_to_string(&path)
            .unwrap_or_else(|e| panic!("{}: {e}; UPDATE_GOLDEN=1 writes it", path.display()));
        let differs = text.lines().zip(wanted.lines()).enumerate().find(|(_, (now, then))| now != then);
        assert!(
            text == wanted,
            "{golden} differs (line from 0, now, then): {differs:?}; if it should, run with UPDATE_GOLDEN=1 and read the diff"
        );
    }
}

#[test]
fn two_processes_give_the_same_bytes() {
    let bench = Bench::new();
    let once = |out| {
        bench.run(&["manifest", "generate", "--tag", "dev", "--out", out]).ok();
        let root = bench.path(out);
        files(&root)
            .into_iter()
            .map(|(p, b)| (p.strip_prefix(&root).unwrap().to_owned(), b))
            .collect::<BTreeMap<_, _>>()
    };
    let first = once("one");
    assert_eq!(first.len(), 22, "{:?}", first.keys());
    assert!(first.contains_key(Path::new("gke/deployment-istio-system-istio-pilot.yaml")));
    assert_eq!(first, once("two"));
    let table = bench.run(&["manifest", "generate", "--tag", "dev", "--out", "one"]).ok();
    assert!(rows(&table).iter().all(|row| row[2] == "unchanged"), "{table}");
}

#[test]
fn a_folder_of_somebody_else_is_refused_and_what_is_no_longer_rendered_goes() {
    let bench = Bench::new();
    bench.write("mine/notes.txt", "x");
    bench.run(&["manifest", "generate", "--tag", "dev", "--out", "mine"]).fails(2, &["notes.txt", "did not write"]);
    assert_eq!(files(&bench.path("mine")).len(), 1);
    let generate =
        |more: &[&str]| bench.run(&[&["manifest", "generate", "--tag", "dev", "--out", "out"], more].concat()).ok();
    generate(&["--set", "discovery.families={IPv4,IPv6}"]);
    let six = bench.path("out/on-prem/endpointslice-istio-system-istio-pilot-gke-v6.yaml");
    assert!(six.exists());
    generate(&[]);
    assert!(!six.exists());
}

#[test]
fn an_unknown_value_is_an_error_with_path_and_source() {
    let bench = Bench::new();
    let generate = |more: &[&str]| bench.run(&[&["manifest", "generate", "--tag", "dev"], more].concat());
    generate(&["--set", "discovery.replica=3"])
        .fails(2, &["--set discovery.replica=3", "\"discovery.replica\"", "replicas"]);
    bench.write("over.yaml", "discovery: {openPorts: {xdss: true}}\n");
    generate(&["-f", "over.yaml"]).fails(2, &["over.yaml", "\"discovery.openPorts.xdss\""]);
    generate(&["-f", "missing.yaml"]).fails(2, &["reading missing.yaml failed", "hint:"]);
    for (set, words) in [
        ("mesh.connectTimeout=never", ["\"mesh.connectTimeout\" to \"never\"", "a time of more than zero"]),
        ("discovery.podAnnotations.a b=x", ["\"discovery.podAnnotations.a b\"", "a name of up to 63 letters"]),
        ("discovery.nodeSelector.x=a b", ["\"discovery.nodeSelector.x\" to \"a b\"", "a label's value"]),
        (
            "discovery.resources.limits.cpu=lots",
            ["\"discovery.resources.limits.cpu\" to \"lots\"", "a quantity of Kubernetes"],
        ),
        ("discovery.replicas=-1", ["\"discovery.replicas\" to -1", "a whole number from 0 to 65535"]),
    ] {
        let run = generate(&["--set", set]);
        assert!(run.err.contains("hint: mend --set"), "{run:?}");
        run.fails(2, &words);
    }
    generate(&["--set", "x"]).fails(2, &["is no KEY=VALUE", "hint: --set discovery.replicas=3"]);
    generate(&["--hub", "a b"]).fails(2, &["\"a b\" is no hub of an image", "hint:"]);
    generate(&["--clusters", "mars"]).fails(2, &["\"mars\"", "hint:"]);
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nvalues: {discovery: {replicas: two}}\n";
    bench.write("kubeconf/mesh.yaml", mesh);
    generate(&[]).fails(2, &["mesh.yaml: values.discovery.replicas is a text (\"two\"); want a number"]);
    // the later layer wins: mesh.yaml, then the file, then --set
    bench.write("kubeconf/mesh.yaml", &mesh.replace("two", "3"));
    let replicas = |text: &str| text.lines().find_map(|l| l.trim().strip_prefix("replicas: ").map(str::to_owned));
    assert_eq!(replicas(&generate(&[]).ok()).as_deref(), Some("3"));
    bench.write("over.yaml", "discovery: {replicas: 4}\n");
    assert_eq!(replicas(&generate(&["-f", "over.yaml"]).ok()).as_deref(), Some("4"));
    assert_eq!(replicas(&generate(&["-f", "over.yaml", "--set", "discovery.replicas=5"]).ok()).as_deref(), Some("5"));
}

#[test]
fn hostile_values_stay_data() {
    let bench = Bench::new();
    let evil = "a: b\n- {evil}\n---\nkind: Secret\n\"'}}{{ x }}";
    let values = serde_json::json!({"discovery": {"podAnnotations": {"k.io/v": evil}}});
    bench.write("over.yaml", &values.to_string());
    let plain = bench.run(&["manifest", "generate", "--tag", "dev"]).ok();
    let text = bench.run(&["manifest", "generate", "--tag", "dev", "-f", "over.yaml"]).ok();
    let (plain, mut read) = (yaml::documents(&plain).unwrap(), yaml::documents(&text).unwrap());
    let annotations = |d: &mut Value| {
        d.pointer_mut("/spec/template/metadata/annotations").map(|a| std::mem::replace(a, serde_json::json!({})))
    };
    let found: Vec<Value> = read.iter_mut().filter_map(annotations).collect();
    assert_eq!(found, vec![serde_json::json!({"k.io/v": evil})]);
    assert_eq!(read, plain, "nothing but that one value differs");
    bench.run(&["manifest", "generate", "--tag", "x\n- y"]).fails(2, &["is no tag"]);
    let key = serde_json::json!({"discovery": {"podAnnotations": {"k: v\n": "x"}}});
    bench.write("over.yaml", &key.to_string());
    let words = [r#""discovery.podAnnotations.k: v\n" to the key "k: v\n""#];
    bench.run(&["manifest", "generate", "--tag", "dev", "-f", "over.yaml"]).fails(2, &words);
}

#[test]
fn images_lists_what_the_manifests_name() {
    let bench = Bench::new();
    let args = ["--hub", "registry.example.com:5000/mesh", "--tag", "0.1.0"];
    let listed = bench.run(&[&["manifest", "images"][..], &args].concat()).ok();
    assert_eq!(listed, "registry.example.com:5000/mesh/meshctl:0.1.0\n");
    let text = bench.run(&[&["manifest", "generate"][..], &args].concat()).ok();
    let named: BTreeSet<&str> = text.lines().filter_map(|l| l.trim().strip_prefix("image: ")).collect();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), listed.lines().collect::<Vec<_>>());
    let json: Value =
        serde_json::from_str(&bench.run(&["manifest", "images", "--tag", "x", "-o", "json"]).ok()).unwrap();
    assert_eq!((&json["kind"], &json["items"][0]), (&"ImageList".into(), &"meshctl:x".into()));
    if option_env!("MESHCTL_IMAGE").is_none() {
        bench.run(&["manifest", "images"]).fails(2, &["no image", "docker build", "kind load"]);
        bench.run(&["install"]).fails(2, &["docker build"]);
    }
    // a digest that is pinned in mesh.yaml does not outlive the flag
    let digest = format!("sha256:{}", "a".repeat(64));
    bench.write(
        "kubeconf/mesh.yaml",
        &format!("apiVersion: meshctl/v1\nkind: Mesh\nimage: {{hub: h, digest: '{digest}'}}\n"),
    );
    assert_eq!(bench.run(&["manifest", "images"]).ok(), format!("h/meshctl@{digest}\n"));
    assert_eq!(bench.run(&["manifest", "images", "--tag", "2"]).ok(), "h/meshctl:2\n");
}

/// Who, cluster or namespace, API group, resource, object's name (empty: all), verbs. From the table "Rights" of the design;
/// pilot's "in its namespace" and "by name" are Roles, all else ClusterRoles. Events are those of `events.k8s.io`.
const RIGHTS: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("gke", "cluster", "", "services", "", "get list watch"),
    ("gke", "cluster", "discovery.k8s.io", "endpointslices", "", "get list watch"),
    ("gke", "cluster", "", "pods", "", "get list watch"),
    ("gke", "cluster", "", "nodes", "", "get list watch"),
    ("gke", "cluster", "", "namespaces", "", "get list watch"),
    ("gke", "cluster", "apiextensions.k8s.io", "customresourcedefinitions", "", "get list watch"),
    ("gke", "cluster", "networking.istio.io", "*", "", "get list watch"),
    ("gke", "cluster", "security.istio.io", "*", "", "get list watch"),
    ("gke", "istio-system", "", "configmaps", "istio", "get list watch"),
    ("gke", "istio-system", "", "secrets", "istio-remote-clusters", "get list watch patch"),
    ("gke", "istio-system", "coordination.k8s.io", "leases", "", "create"),
    ("gke", "istio-system", "coordination.k8s.io", "leases", "istio-pilot", "get update patch"),
    ("gke", "istio-system", "events.k8s.io", "events", "", "create patch"),
    ("on-prem", "cluster", "", "services", "", "get list watch"),
    ("on-prem", "cluster", "discovery.k8s.io", "endpointslices", "", "get list watch"),
    ("on-prem", "cluster", "", "pods", "", "get list watch"),
    ("on-prem", "cluster", "", "nodes", "", "get list watch"),
    ("on-prem", "cluster", "", "namespaces", "", "get list watch"),
    ("on-prem", "istio-system", "discovery.k8s.io", "endpointslices", "istio-pilot-gke-v4", "get patch"),
    ("on-prem", "istio-system", "", "serviceaccounts/token", "istio-reader-service-account", "create"),
];

#[test]
fn rights_are_those_of_the_design_and_nothing_beyond() {
    let bench = Bench::new();
    let wanted: BTreeSet<Vec<String>> = RIGHTS
        .iter()
        .flat_map(|(c, s, g, r, n, verbs)| {
            verbs.split(' ').map(move |v| [c, s, g, r, n, &v].map(|t| t.to_string()).to_vec())
        })
        .collect();
    let mut found = BTreeSet::new();
    for cluster in ["gke", "on-prem"] {
        let text = bench.run(&["manifest", "generate", "--tag", "dev", "--clusters", cluster]).ok();
        let documents = yaml::documents(&text).unwrap();
        let account = documents.iter().find(|d| d["kind"] == "ServiceAccount").unwrap()["metadata"]["name"].clone();
        for role in documents.iter().filter(|d| matches!(d["kind"].as_str(), Some("Role" | "ClusterRole"))) {
            let scope = role["metadata"]["namespace"].as_str().unwrap_or("cluster");
            for rule in role["rules"].as_array().unwrap() {
                let list = |key: &str| -> Vec<String> {
                    let items = rule.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
                    items.iter().map(|v| v.as_str().unwrap().to_owned()).collect()
                };
                let mut names = list("resourceNames");
                assert!(
                    rule.get("resourceNames").is_none() || !names.is_empty(),
                    "an empty list means every object: {rule}"
                );
                if names.is_empty() {
                    names.push(String::new());
                }
                for (group, resource) in
                    list("apiGroups").iter().flat_map(|g| list("resources").into_iter().map(move |r| (g.clone(), r)))
                {
                    for (name, verb) in
                        names.iter().flat_map(|n| list("verbs").into_iter().map(move |v| (n.clone(), v)))
                    {
                        found.insert(vec![
                            cluster.to_owned(),
                            scope.to_owned(),
                            group.clone(),
                            resource.clone(),
                            name,
                            verb,
                        ]);
                    }
                }
            }
            let kind = format!("{}Binding", role["kind"].as_str().unwrap());
            let binding = documents
                .iter()
                .find(|d| d["kind"] == kind && d["metadata"]["name"] == role["metadata"]["name"])
                .unwrap();
            assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
            assert_eq!(
                binding["subjects"],
                serde_json::json!([{"kind": "ServiceAccount", "name": account, "namespace": "istio-system"}])
            );
        }
    }
    assert_eq!(found, wanted);
}

#[test]
fn a_service_lists_only_ports_that_are_served() {
    let bench = Bench::new();
    let ports = |set: &str| {
        let text = bench.run(&["manifest", "generate", "--tag", "dev", "--set", set]).ok();
        let documents = yaml::documents(&text).unwrap();
        let lists: Vec<Vec<u64>> = documents
            .iter()
            .filter_map(|d| match d["kind"].as_str()? {
                "Service" => d.pointer("/spec/ports"),
                "EndpointSlice" => d.pointer("/ports"),
                _ => None,
            })
            .map(|ports| ports.as_array().unwrap().iter().map(|p| p["port"].as_u64().unwrap()).collect())
            .collect();
        assert_eq!(lists.len(), 3, "the primary's Service, the remote's Service and its slice");
        assert!(lists.iter().all(|l| *l == lists[0]), "a headless Service translates no ports: {lists:?}");
        lists[0].clone()
    };
    assert_eq!(ports("discovery.replicas=2"), [15014]);
    assert_eq!(ports("discovery.tls.secretName=pilot-certificate"), [15005, 15011, 15012, 15014]);
    // with everything open: the ports of the talk (15003 15005 15007 15010 15011 8080 9093), and istiod's 15012 and 15014
    assert_eq!(
        ports(
            "discovery.openPorts.xds=true,discovery.openPorts.rest=true,discovery.openPorts.monitoring=true,\
             discovery.tls.secretName=pilot-certificate"
        ),
        [15003, 15005, 15007, 15010, 15011, 15012, 8080, 9093, 15014]
    );
}

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
    let before = files(&bench.path("kubeconf/gke"));
    let run = bench.install(&["--set", "discovery.replicas=3"]);
    assert_eq!(rows(&run.out).iter().map(|r| r[2]).collect::<Vec<_>>(), ["failed", "unchanged"], "{run:?}");
    run.fails(1, &["meshctl 99.0.0 is installed there, and this is the older", "--allow-downgrade"]);
    assert_eq!(files(&bench.path("kubeconf/gke")), before);
    bench.run(&["diff", "--tag", "dev"]).fails(2, &["meshctl 99.0.0 is installed there"]);
    bench.install(&["--set", "discovery.replicas=3", "--allow-downgrade"]).ok();
    assert_ne!(files(&bench.path("kubeconf/gke")), before);
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

/// Runs install on a terminal, gives these keys as soon as it asks, and then says how it ended and what was on the screen.
fn asked_on_a_terminal(bench: &Bench, keys: &[u8]) -> (Option<i32>, String) {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &format!("exec {MESHCTL} install --tag dev"), "/dev/null"])
        .current_dir(bench.dir.path())
        .env("HOME", bench.dir.path())
        .env_remove("MESHCTL_REGISTRY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, screen) = std::sync::mpsc::channel();
    let mut out = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n) = out.read(&mut bytes) {
            if n == 0 || send.send(bytes[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    let (mut shown, mut keys) = (String::new(), Some(keys));
    let mut input = child.stdin.take().unwrap();
    loop {
        match screen.recv_timeout(std::time::Duration::from_secs(60)) {
            Ok(bytes) => shown.push_str(&String::from_utf8_lossy(&bytes)),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            Err(e) => {
                child.kill().unwrap();
                panic!("{e}: {shown}");
            }
        }
        if shown.contains("[y/N]")
            && let Some(keys) = keys.take()
        {
            input.write_all(keys).unwrap();
        }
    }
    (child.wait().unwrap().code(), shown)
}

#[test]
fn a_question_is_answered_by_yes_and_by_ctrl_c() {
    if !crate::harness::have("script", "the question that install asks on a terminal") {
        return;
    }
    let bench = Bench::new();
    let before = bench.files();
    let (code, shown) = asked_on_a_terminal(&bench, b"\x03");
    assert!(shown.contains("installing was not confirmed; nothing was written"), "{shown}");
    assert_eq!((code, bench.files()), (Some(1), before.clone()));
    let (code, shown) = asked_on_a_terminal(&bench, b"y\n");
    assert_eq!(code, Some(0), "{shown}");
    assert_ne!(bench.files(), before);
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
    assert_eq!((&report["clusters"][1]["state"], run.code), (&"unchanged".into(), 1));
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
