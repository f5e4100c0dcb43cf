//! Inspection by port-forward: a scripted API server leads to a real Envoy.

use super::live::{envoy, start};
use super::*;
use crate::pods::Pods;

/// A registry of one live cluster `main` with the pods default/web-1 and default/bare-1.
fn mesh() -> (tempfile::TempDir, Pods) {
    let home = tempfile::tempdir().unwrap();
    let pods = Pods::start();
    pods.pod("default", "web-1", "web");
    pods.pod("default", "bare-1", "bare");
    pods.registry(&home.path().join("kubeconf"));
    (home, pods)
}

#[test]
fn a_pods_envoy_is_read_by_port_forward_and_by_default() {
    let Some(binary) = envoy() else { return };
    let proxy = start(&binary);
    let (home, pods) = mesh();
    pods.port("default/web-1", 15000, proxy.admin.parse().unwrap());
    let ask = |args: &[&str]| {
        let out = meshctl(home.path()).args(args).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", stderr(&out));
        (String::from_utf8(out.stdout.clone()).unwrap(), stderr(&out))
    };
    let reviews = "outbound|9080||reviews.default.svc.cluster.local";
    let v1 = "outbound|9080|v1|reviews.default.svc.cluster.local\n";
    for from in [&[][..], &["--from", "envoy"]] {
        let (names, said) = ask(&[&["pc", "c", "web", "--subset", "v1", "-o", "name"], from].concat());
        assert_eq!(names, v1);
        assert!(said.contains("main/default/web-1, from the Envoy of main/default/web-1"), "{said}");
    }
    let wide = ask(&["pc", "ep", "web", "--cluster", reviews, "-o", "wide"]).0;
    assert!(wide.contains("on-prem") && wide.contains("10.124.2.34:9080"), "{wide}");
    let all = ask(&["pc", "all", "web", "-o", "json"]).0;
    assert!(serde_json::from_str::<serde_json::Value>(&all).unwrap()["configs"].is_array());

    // a pod that is named whole, or a namespace: no more is asked than rights in that namespace allow
    pods.requests();
    for args in [&["pc", "c", "main/default/web-1", "-q"][..], &["pc", "c", "web", "-n", "default", "-q"]] {
        ask(args);
        let asked = pods.requests();
        assert!(!asked.is_empty() && asked.iter().all(|path| path.contains("/namespaces/default/")), "{asked:?}");
    }
    // a filter goes down to Envoy: what comes back is not the whole
    let forwards = asked_of(&pods, || ask(&["pc", "c", "main/default/web-1", "--fqdn", "reviews.*"]));
    assert_eq!(forwards, 3, "static, active and warming clusters");
}

/// How many port-forwards something takes.
fn asked_of<T>(pods: &Pods, something: impl FnOnce() -> T) -> usize {
    pods.requests();
    something();
    pods.requests().iter().filter(|path| path.contains("/portforward?")).count()
}

#[test]
fn loggers_are_shown_and_set() {
    let Some(binary) = envoy() else { return };
    let proxy = start(&binary);
    let (home, pods) = mesh();
    pods.port("default/web-1", 15000, proxy.admin.parse().unwrap());
    let run = |args: &[&str]| {
        let out = meshctl(home.path()).args(["pc", "log"]).args(args).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout.clone()).unwrap(), stderr(&out))
    };
    let level = |text: &str, name: &str| {
        let line = text.lines().find(|l| l.split_whitespace().next() == Some(name)).unwrap_or_default();
        line.split_whitespace().nth(1).unwrap_or_default().to_owned()
    };
    let (code, table, said) = run(&["web"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(table.starts_with("LOGGER"), "{table}");
    assert_eq!(level(&table, "upstream"), "info");
    let (_, table, _) = run(&["web", "--level", "warn,upstream:debug"]);
    assert_eq!((level(&table, "upstream").as_str(), level(&table, "http").as_str()), ("debug", "warning"));
    let (_, json, _) = run(&["--admin", &proxy.admin, "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    crate::schemas::holds("LoggerList", &json);
    let upstream = json["items"][0]["loggers"].as_array().unwrap().iter().find(|l| l["name"] == "upstream");
    assert_eq!(upstream.unwrap()["level"], "debug");
    for (args, why) in [
        (&["web", "--level", "loud"][..], "--level \"loud\" names no level"),
        (&["web", "--level", "nobody:debug"], "has no logger \"nobody\", so no level was set"),
        (&["web", "--level", "upstream:trace,upstraem:trace"], "hint: perhaps upstream"),
        (&[], "no proxy was named"),
    ] {
        let (code, _, said) = run(args);
        assert_eq!(code, Some(2), "{args:?}");
        assert!(said.contains(why) && said.contains("hint:"), "{args:?}: {said}");
    }
    let (_, table, _) = run(&["web"]);
    assert_eq!(level(&table, "upstream"), "debug", "of several settings with a bad one none counts");
}

#[test]
fn a_pod_that_cannot_be_reached_says_why_and_what_to_do() {
    let (home, pods) = mesh();
    let ask = |args: &[&str]| {
        let out = meshctl(home.path()).args(args).output().unwrap();
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{args:?}: {}", stderr(&out));
        stderr(&out)
    };
    let said = ask(&["pc", "c", "bare"]);
    let why = "asking the Envoy of main/default/bare-1 for /config_dump by port-forward failed: port 15000 of the pod \
               default/bare-1 cannot be used: nothing listens there (connection refused)";
    assert!(said.contains(why) && said.contains("hint: has the pod a sidecar?"), "{said}");
    let said = ask(&["pc", "c", "web", "--from", "pilot"]);
    assert!(said.contains("no pilot can be asked: no pod of istio-pilot in main/istio-system is ready"), "{said}");
    let said = ask(&["pc", "c", "nowhere/default/web-1"]);
    assert!(said.contains("the mesh has no cluster \"nowhere\""), "{said}");
    pods.forbid();
    let said = ask(&["pc", "c", "web"]);
    assert!(
        said.contains("the API server forbids it") && said.contains("it takes get and create of pods/portforward"),
        "{said}"
    );
}

#[test]
fn a_file_cluster_has_no_proxies_to_reach() {
    let home = super::words::registry();
    let out = meshctl(home.path()).args(["pc", "c", "productpage", "--from", "envoy"]).output().unwrap();
    let said = stderr(&out);
    assert_eq!(out.status.code(), Some(2));
    assert!(said.contains("the cluster gke is a folder of files") && said.contains("--from registry"), "{said}");
    let out = meshctl(home.path()).args(["ps"]).output().unwrap();
    let said = stderr(&out);
    assert_eq!(out.status.code(), Some(2));
    assert!(said.contains("no pilot can be asked: the primary gke is a folder"), "{said}");
}
