//! Stub Services in file clusters: made where a service of the mesh is missing, and gone when they are not needed any more.

use serde_json::Value;

use crate::harness::Meshctl;

fn service(namespace: &str, name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{clusterIP: 10.0.0.9, selector: {{app: {name}}}, ports: [{{name: http, port: 9080}}]}}\n---\n"
    )
}

/// The kubeconfig of an API server that nobody reaches.
const DEAD: &str = "apiVersion: v1\nkind: Config\ncurrent-context: d\nclusters: [{name: d, cluster: {server: 'http://127.0.0.1:9'}}]\n\
    users: [{name: d, user: {}}]\ncontexts: [{name: d, context: {cluster: d, user: d}}]\n";
const STUB: &str = "kubeconf/on-prem/meshctl/service-default-ratings.yaml";

/// Two clusters with reviews; ratings, and more that must not be stood for, in the primary alone.
fn bench() -> Meshctl {
    let bench = Meshctl::new();
    let more = [("istio-system", "policy"), ("kube-system", "dns"), ("default", "own"), ("team", "far")];
    let more: String = more.iter().map(|(ns, name)| service(ns, name)).collect();
    let headless = service("default", "headless").replace("10.0.0.9", "None");
    bench.file("kubeconf/gke/app.yaml", &format!("{}{more}{headless}", service("default", "reviews")));
    bench.file("kubeconf/gke/ratings.yaml", &service("default", "ratings"));
    bench.file("kubeconf/on-prem/app.yaml", &service("default", "reviews"));
    bench.file(
        "kubeconf/mesh.yaml",
        "apiVersion: meshctl/v1\nkind: Mesh\nclusterLocal: [own.default.svc.cluster.local]\n",
    );
    bench.run(["ca", "init"]).exits(0);
    bench
}

fn install(bench: &Meshctl, more: &[&str]) -> Value {
    let ran = bench.run(["install", "--tag", "dev", "--yes", "-o", "json"].iter().chain(more)).exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// `action name` of the Services outside of the control plane's namespace, by cluster.
fn stubs(report: &Value, cluster: &str) -> Vec<String> {
    let row = report["clusters"].as_array().unwrap().iter().find(|c| c["cluster"] == cluster).unwrap();
    let objects = row["objects"].as_array().unwrap().iter();
    let stubs = objects.filter(|o| o["kind"] == "Service" && o["namespace"] != "istio-system");
    stubs.map(|o| format!("{} {}", o["action"].as_str().unwrap(), o["name"].as_str().unwrap())).collect()
}

#[test]
fn they_come_stay_and_go_with_the_real_ones() {
    let bench = bench();
    assert_eq!(stubs(&install(&bench, &[]), "on-prem"), [""; 0], "nobody asked for them");
    let report = install(&bench, &["--stub-services"]);
    assert_eq!(stubs(&report, "on-prem"), ["created ratings"], "{report}");
    assert_eq!(stubs(&report, "gke"), [""; 0], "{report}");
    let note = "no stub Services in the namespaces that it does not have: team";
    assert!(report["clusters"][1]["notes"].to_string().contains(note), "{report}");
    let text = std::fs::read_to_string(bench.home().join(STUB)).unwrap();
    assert!(text.contains("meshctl.io/stub: ") && text.contains("port: 9080") && !text.contains("selector"), "{text}");

    // again: it is no service of the cluster, so it is still needed
    let report = install(&bench, &["--stub-services"]);
    assert_eq!(stubs(&report, "on-prem"), ["unchanged ratings"], "{report}");
    assert_eq!(report["clusters"][1]["state"], "unchanged", "{report}");

    // the real one appears
    let real = bench.file("kubeconf/on-prem/zz.yaml", &service("default", "ratings"));
    assert_eq!(stubs(&install(&bench, &["--stub-services"]), "on-prem"), ["pruned ratings"]);
    assert!(!bench.home().join(STUB).exists() && real.exists());
    std::fs::remove_file(real).unwrap();

    // the settings ask for it, too; and the last one goes
    let settings =
        "apiVersion: meshctl/v1\nkind: Mesh\nstubServices: true\nclusterLocal: [own.default.svc.cluster.local]\n";
    bench.file("kubeconf/mesh.yaml", settings);
    assert_eq!(stubs(&install(&bench, &[]), "on-prem"), ["created ratings"]);
    std::fs::remove_file(bench.home().join("kubeconf/gke/ratings.yaml")).unwrap();
    assert_eq!(stubs(&install(&bench, &[]), "on-prem"), ["pruned ratings"]);
    assert!(!bench.home().join(STUB).exists());
}

#[test]
fn they_are_remembered_until_somebody_says_otherwise() {
    const SET: [&str; 2] = ["--set", "discovery.replicas=3"];
    let bench = bench();
    install(&bench, &["--stub-services"]);
    let inventory = "kubeconf/on-prem/meshctl/configmap-istio-system-meshctl-inventory.yaml";
    let recorded = || std::fs::read_to_string(bench.home().join(inventory)).unwrap().contains("stubs: true");
    assert!(recorded());
    let report = install(&bench, &SET);
    assert_eq!(stubs(&report, "on-prem"), ["unchanged ratings"], "{report}");
    let note = "with stub Services, as it was installed; --no-stub-services removes them";
    assert!(report["clusters"][1]["notes"].to_string().contains(note), "{report}");
    bench.run(["diff", "--tag", "dev"].iter().chain(&SET)).exits(0);
    // one that is new goes with the primary
    bench.file("kubeconf/west/app.yaml", &service("default", "reviews"));
    bench.run(["ca", "init"]).exits(0);
    let report = install(&bench, &SET);
    assert_eq!(stubs(&report, "west"), ["created ratings"], "{report}");

    // the flag takes them away, for good
    bench.run(["install", "--stub-services", "--no-stub-services"]).exits(2);
    let ran = bench.run(["diff", "--tag", "dev", "--no-stub-services"].iter().chain(&SET)).exits(1);
    assert!(ran.stdout.contains("- service-default-ratings.yaml"), "{}", ran.stdout);
    let report = install(&bench, &[&SET[..], &["--no-stub-services", "--clusters", "on-prem"]].concat());
    assert_eq!(stubs(&report, "on-prem"), ["pruned ratings"], "{report}");
    assert!(!recorded());
    let report = install(&bench, &SET);
    assert_eq!(
        (stubs(&report, "on-prem"), stubs(&report, "west")),
        (vec![], vec!["unchanged ratings".to_owned()]),
        "each cluster remembers: {report}"
    );
    // and so does the file
    bench.file(
        "kubeconf/mesh.yaml",
        "apiVersion: meshctl/v1\nkind: Mesh\nstubServices: false\nclusterLocal: [own.default.svc.cluster.local]\n",
    );
    let report = install(&bench, &SET);
    assert_eq!(stubs(&report, "west"), ["pruned ratings"], "{report}");
    let note = "its stub Services are not wanted any more: stubServices of mesh.yaml says so";
    assert!(report["clusters"].to_string().contains(note), "{report}");
}

#[test]
fn what_the_others_have_is_not_known_while_one_is_dead() {
    let bench = bench();
    assert_eq!(stubs(&install(&bench, &["--stub-services"]), "on-prem"), ["created ratings"]);
    bench.file("kubeconf/west.yaml", DEAD);
    std::fs::remove_file(bench.home().join("kubeconf/gke/ratings.yaml")).unwrap();
    let more = ["--stub-services", "--clusters", "on-prem"];
    let ran = bench.run(["install", "--tag", "dev", "--yes", "-o", "json"].iter().chain(&more)).exits(0);
    assert!(ran.stderr.contains("stub Services stay as they are: the cluster west cannot be read"), "{}", ran.stderr);
    assert!(bench.home().join(STUB).exists());
}

/// A cluster that is new goes with the primary: what that has is asked again until it answers.
#[test]
fn while_the_primary_is_silent_it_stays_open() {
    let bench = bench();
    install(&bench, &["--stub-services"]);
    bench.file("kubeconf/west/app.yaml", &service("default", "reviews"));
    bench.run(["ca", "init"]).exits(0);
    let (gke, away) = (bench.home().join("kubeconf/gke"), bench.home().join("gke"));
    std::fs::rename(&gke, &away).unwrap();
    let dead = bench.file("kubeconf/gke.yaml", DEAD);
    let inventory = "kubeconf/west/meshctl/configmap-istio-system-meshctl-inventory.yaml";
    let recorded = || std::fs::read_to_string(bench.home().join(inventory)).unwrap();
    let note = "whether it gets stub Services stays open, since the primary, with which it goes, cannot be read";
    for state in ["written", "unchanged"] {
        let ran = bench.run(["install", "--tag", "dev", "--yes", "--quiet", "-o", "json"]).exits(1);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let west = report["clusters"].as_array().unwrap().iter().find(|c| c["cluster"] == "west").unwrap();
        assert_eq!(west["state"], state, "{report}");
        assert_eq!(west["warnings"][0]["text"], note, "{report}");
        assert!(report["clusters"][0]["warnings"].is_null(), "it has its own reason: {report}");
        assert!(ran.stderr.contains(&format!("west: {note}\nhint: --stub-services or")), "{}", ran.stderr);
        assert_eq!(stubs(&report, "west"), [""; 0], "{report}");
        assert!(recorded().contains("stubsUndecided: true"), "{}", recorded());
    }
    // it answers: the next run decides, as it would have then
    std::fs::remove_file(dead).unwrap();
    std::fs::rename(&away, &gke).unwrap();
    let report = install(&bench, &[]);
    assert_eq!(stubs(&report, "west"), ["created ratings"], "{report}");
    assert!(!recorded().contains("stubsUndecided") && recorded().contains("stubs: true"), "{}", recorded());
    let report = install(&bench, &[]);
    assert_eq!(stubs(&report, "west"), ["unchanged ratings"], "{report}");
}

#[test]
fn a_wrong_setting_is_named() {
    let bench = bench();
    bench.file("kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nstubServices: 'yes'\n");
    let ran = bench.run(["install", "--tag", "dev", "--dry-run"]).exits(2);
    assert!(ran.stderr.contains("stubServices is neither true nor false"), "{}", ran.stderr);
}
