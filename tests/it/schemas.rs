//! The committed schemas of our reports, held against what the binary really prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use meshctl::workflows::demo::{FixtureSet, files};
use meshctl::workflows::install::{
    Action, ClusterReport, InstallReport, Kept, Left, LeftCluster, ObjectReport, State, UninstallReport, Warning,
};
use serde_json::{Map, Value};

const SCHEMAS: [&str; 10] = [
    "ClusterList",
    "ImageList",
    "InstallReport",
    "ManifestReport",
    "CAReport",
    "ClusterAdded",
    "ClusterRemoved",
    "VersionReport",
    "EndpointList",
    "UninstallReport",
];

/// A kubeconfig of a server that is never asked.
const KUBECONFIG: &str = "apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: 'https://192.0.2.1'}}]\n\
    contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n";

/// The registry of the talk, as file clusters.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        for (path, text) in files(FixtureSet::Base) {
            bench.write(&format!("kubeconf/{path}"), text);
        }
        bench
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// What a command prints as JSON, and the code with which it ends.
    fn json(&self, args: &str) -> (Value, i32) {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_meshctl"))
            .args(args.split_whitespace())
            .args(["-o", "json"])
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env_remove("KUBECONFIG")
            .env_remove("PILOT_URL")
            .env_remove("MESHCTL_REGISTRY")
            .output()
            .unwrap();
        let said = serde_json::from_slice(&output.stdout);
        (said.unwrap_or_else(|e| panic!("{args}: {e}\n{output:?}")), output.status.code().unwrap())
    }
}

/// Reports of every kind, on success and on failure.
fn reports() -> Vec<Value> {
    let bench = Bench::new();
    let mut all = Vec::new();
    let mut say = |args: &str, code: i32| {
        let (report, ended) = bench.json(args);
        assert_eq!(ended, code, "{args}: {report}");
        all.push(report);
    };
    say("cluster list", 0);
    bench.write("config", KUBECONFIG);
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE1MDAwMDAwMDB9.x";
    let other = KUBECONFIG.replace("192.0.2.1", "192.0.2.2").replace("user: {}", &format!("user: {{token: {token}}}"));
    bench.write("token", &other);
    say("cluster add one --context a --kubeconfig config --registry other", 0);
    say("cluster add two --context a --kubeconfig token --registry other", 0);
    say("version", 0);
    say("endpoints reviews", 0);
    say("endpoints productpage --cluster on-prem", 0);
    say("ca init", 0);
    say("ca show", 0);
    say("ca verify mesh-ca/gke", 0);
    say("install --tag dev --dry-run", 0);
    say("install --tag dev", 0);
    say("install --tag dev", 0);
    say("install --tag other --dry-run", 0);
    say("uninstall --dry-run", 0);
    say("manifest images --tag dev", 0);
    say("manifest images --hub registry.example.com/mesh --tag dev", 0);
    say("manifest generate --tag dev --out out", 0);
    say("manifest generate --tag dev --out out", 0);
    // a folder where a file must be
    let file = bench.path("out/on-prem/service-istio-system-istio-pilot.yaml");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    say("manifest generate --tag dev --out out", 1);
    // somebody has made an object of ours their own: it stays
    let service = "kubeconf/on-prem/meshctl/service-istio-system-istio-pilot.yaml";
    let text = std::fs::read_to_string(bench.path(service)).unwrap();
    bench.write(
        service,
        &text.lines().filter(|l| !l.contains("meshctl.io/owned")).map(|l| format!("{l}\n")).collect::<String>(),
    );
    say("cluster remove on-prem --dead", 0);
    say("cluster remove on-prem", 0);
    // a file where a folder must be
    std::fs::remove_dir_all(bench.path("kubeconf/on-prem/meshctl")).unwrap();
    bench.write("kubeconf/on-prem/meshctl", "");
    say("install --tag dev", 1);
    say("uninstall", 1);
    say("cluster remove on-prem", 1);
    std::fs::remove_file(bench.path("mesh-ca/gke/cert-chain.pem")).unwrap();
    say("ca show", 1);
    bench.write("kubeconf/west.yaml", KUBECONFIG);
    bench.write("kubeconf/broken.yaml", "kind: [");
    say("cluster list --offline", 2);
    say("cluster list", 2);
    say("version", 2);
    // one that does not answer, beside the one whose file is broken
    bench.write("kubeconf/west.yaml", &KUBECONFIG.replace("192.0.2.1", "127.0.0.1:1"));
    say("endpoints reviews", 2);
    all
}

/// What a live cluster's report holds and no folder's: the API server, and what it could not be asked about.
fn live_report() -> Value {
    let object = ObjectReport {
        group: String::new(),
        kind: "Service".into(),
        namespace: "istio-system".into(),
        name: "istio-pilot".into(),
        file: None,
        action: Action::Created,
        not_checked: Some("the namespace istio-system is new".into()),
        conflicts: vec!["its field .spec.ports is held by kubectl".into()],
        diff: None,
        object: None,
    };
    let cluster = ClusterReport {
        cluster: "gke".into(),
        role: "primary".into(),
        folder: None,
        server: Some("https://192.0.2.1".into()),
        state: State::Planned,
        objects: vec![object],
        secrets: Vec::new(),
        notes: Vec::new(),
        warnings: vec![Warning { text: "a pod stays".into(), hint: "kubectl delete pod removes it".into() }],
        error: None,
        hint: Some("meshctl cluster list shows who answers".into()),
    };
    let report = InstallReport {
        primary: "gke".into(),
        primary_reason: "first by name".into(),
        image: "meshctl:dev".into(),
        dry_run: true,
        clusters: vec![cluster],
    };
    report.report("InstallReport").unwrap().data
}

/// A report is what the schema of its kind says; for reports that take a live proxy.
#[track_caller]
pub(crate) fn holds(name: &str, report: &Value) {
    assert_eq!(report["kind"], name);
    assert_eq!(broken(&schema(name), report, name), [] as [String; 0]);
}

/// What an uninstallation kept, which a folder's seldom does.
fn kept_report() -> Value {
    let cluster = LeftCluster {
        cluster: "gke".into(),
        place: "https://192.0.2.1".into(),
        state: Left::Removed,
        planned: Vec::new(),
        removed: vec!["Deployment/istio-system/istio-pilot".into()],
        kept: vec![Kept { object: "Namespace/istio-system".into(), why: "it was there before".into() }],
        notes: Vec::new(),
        error: None,
        hint: None,
    };
    UninstallReport { dry_run: false, clusters: vec![cluster] }.report().unwrap().data
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What `value` breaks of `schema`, by path. The subset of JSON Schema 2020-12 that our schemas use; any other keyword is a
/// failure of its own, so that none is taken for checked.
fn broken(schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |what: String| found.push(format!("{path}: {what}"));
    let empty = Map::new();
    let map = |name: &str| schema.get(name).and_then(Value::as_object).unwrap_or(&empty);
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "properties" => {}
            "const" if rule != value => say(format!("{value} is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => say(format!("{value} is none of {rule}")),
            "const" | "enum" => {}
            "type" => {
                let names: Vec<&Value> = rule.as_array().map_or(vec![rule], |all| all.iter().collect());
                if !names.iter().any(|name| is_of(value, name.as_str().unwrap())) {
                    say(format!("{value} is no {rule}"));
                }
            }
            "required" => {
                for name in rule.as_array().unwrap().iter().map(|n| n.as_str().unwrap()) {
                    if value.as_object().is_some_and(|v| !v.contains_key(name)) {
                        say(format!("{name} is missing"));
                    }
                }
            }
            "anyOf" if rule.as_array().unwrap().iter().all(|one| !broken(one, value, path).is_empty()) => {
                say(format!("{value} is none of what it may be"));
            }
            "anyOf" => {}
            "items" | "additionalProperties" => {}
            other => say(format!("this test does not know the keyword {other}")),
        }
    }
    for (name, inner) in value.as_object().unwrap_or(&empty) {
        let below = format!("{path}.{name}");
        match (map("properties").get(name), schema.get("additionalProperties")) {
            (Some(of), _) => found.extend(broken(of, inner, &below)),
            (None, Some(Value::Bool(false))) => found.push(format!("{below}: it is not in the schema")),
            (None, Some(of)) => found.extend(broken(of, inner, &below)),
            (None, None) => {}
        }
    }
    if let (Some(of), Some(items)) = (schema.get("items"), value.as_array()) {
        found.extend(items.iter().enumerate().flat_map(|(i, item)| broken(of, item, &format!("{path}[{i}]"))));
    }
    found
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("this test does not know the type {other}"),
    }
}

/// The schema, once without each of its properties, at any depth: with the property's name.
fn weakened(schema: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut put = |name: String, change: &dyn Fn(&mut Value)| {
        let mut whole = schema.clone();
        change(&mut whole);
        all.push((name, whole));
    };
    for (i, inner) in schema.as_array().into_iter().flatten().enumerate() {
        for (name, weaker) in weakened(inner) {
            put(name, &|whole| whole[i] = weaker.clone());
        }
    }
    for (keyword, inner) in schema.as_object().into_iter().flatten() {
        if keyword == "properties" {
            for name in inner.as_object().unwrap().keys() {
                put(name.clone(), &|whole| drop(whole["properties"].as_object_mut().unwrap().remove(name)));
            }
        }
        for (name, weaker) in weakened(inner) {
            put(name, &|whole| whole[keyword] = weaker.clone());
        }
    }
    all
}

#[test]
fn every_report_is_what_its_schema_says_and_each_property_counts() {
    let mut reports = reports();
    reports.extend([live_report(), kept_report()]);
    for name in SCHEMAS {
        let schema = schema(name);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let of_kind: Vec<&Value> = reports.iter().filter(|r| r["kind"] == name).collect();
        assert!(of_kind.len() > 1, "{name}");
        for report in &of_kind {
            assert_eq!(broken(&schema, report, name), [] as [String; 0]);
        }
        // a property that the schema does not have is found; so each one stands in some report above
        let weaker = weakened(&schema);
        assert!(weaker.len() > 2, "{name}");
        for (property, schema) in weaker {
            let said = of_kind.iter().any(|report| !broken(&schema, report, name).is_empty());
            assert!(said, "{name} may lose {property} and nobody sees it");
        }
    }
}

/// The kinds of report that a source text makes: what stands first in a call of `of_kind` or `report`.
fn kinds_made(text: &str) -> Vec<&str> {
    let calls = ["of_kind(", ".report("].into_iter().flat_map(|call| text.split(call).skip(1));
    calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
}

fn texts(folder: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(rs) if rs == "rs" => texts.push(std::fs::read_to_string(path).unwrap()),
                _ => {}
            }
        }
    }
    texts
}

#[test]
fn every_kind_of_report_has_a_schema_and_a_test() {
    let (sources, tests) = (texts("src"), texts("tests/it"));
    let made: BTreeSet<&str> = sources.iter().flat_map(|text| kinds_made(text)).collect();
    assert!(made.len() > 10, "{made:?}");
    let committed = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap();
    let committed: Vec<String> = committed.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    let committed: BTreeSet<&str> = committed.iter().map(|name| name.trim_end_matches(".json")).collect();
    assert_eq!(made, committed, "kinds in src/, and schemas");
    for kind in made.into_iter().filter(|kind| !SCHEMAS.contains(kind)) {
        let held = format!("holds(\"{kind}\", ");
        assert!(tests.iter().any(|text| text.contains(&held)), "no test holds a {kind} against its schema");
    }
    assert_eq!(kinds_made("Report::of_kind(\n  \"A\", x); y.report(\"B\"); z.report(&a)"), ["A", "B"]);
}

#[test]
fn what_a_schema_forbids_is_found() {
    let schema = schema("ClusterList");
    let row = serde_json::json!({"name": "a", "role": "third", "source": "folder", "file": "a", "server": 1, "network": "",
        "version": null, "uid": null, "credential": null, "credentialExpires": null, "installedVersion": null, "state": "ok"});
    let list = serde_json::json!({"apiVersion": "meshctl/v2", "kind": "ClusterList", "registry": "r", "primary": {},
        "items": [row], "problems": [], "notes": "none"});
    let mut found = broken(&schema, &list, "it");
    found.sort();
    assert_eq!(
        found,
        [
            "it.apiVersion: \"meshctl/v2\" is not \"meshctl/v1\"",
            "it.items[0].role: \"third\" is none of [\"primary\",\"remote\",null]",
            "it.items[0].server: 1 is no [\"string\",\"null\"]",
            "it.items[0]: pilot is missing",
            "it.items[0]: reason is missing",
            "it.notes: \"none\" is no \"array\"",
            "it.primary: {} is none of what it may be",
        ]
    );
}
