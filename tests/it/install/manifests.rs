//! Manifests: the golden ones, values and their mistakes, images, rights, ports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use meshctl::data::yaml;
use serde_json::Value;

use super::{Bench, files, rows};

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
