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
}

/// What Envoy is asked for goes down to it as far as its admin pages can be asked for a part, over one port-forward.
#[test]
fn filters_go_down_to_envoy_in_one_request() {
    let Some(binary) = envoy() else { return };
    let proxy = start(&binary);
    let (home, pods) = mesh();
    pods.port("default/web-1", 15000, proxy.admin.parse().unwrap());
    let ask = |args: &[&str]| {
        pods.asked();
        let mut out = None;
        let forwards = asked_of(&pods, || {
            let web = [&["pc"], args, &["main/default/web-1", "-o", "name"]].concat();
            out = Some(meshctl(home.path()).args(web).output().unwrap());
        });
        let out = out.unwrap();
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", stderr(&out));
        let lines = pods.asked().into_iter().map(|l| l.replace("default/web-1:15000 GET ", "")).collect::<Vec<_>>();
        (String::from_utf8(out.stdout.clone()).unwrap(), lines, forwards)
    };
    let masked = |regex: &str, arrays: &str| {
        vec![format!("/config_dump?name_regex={regex}&mask={}", arrays.replace(' ', "%2C"))]
    };
    let clusters = "static_clusters dynamic_active_clusters dynamic_warming_clusters";
    let routes = "static_route_configs dynamic_route_configs";
    let both =
        ["outbound|9080|v1|reviews.default.svc.cluster.local", "outbound|9080||reviews.default.svc.cluster.local", ""];
    let v1 = format!("{}\n", both[0]);
    for (args, said, lines) in [
        (
            &["c", "--fqdn", "REVIEWS.*"][..],
            both.join("\n"),
            masked("%28%3Fi%29%28.*%5C%7C%29%3Freviews%5C..*", clusters),
        ),
        (&["c", "--subset", "v1"], v1, masked("%28%3Fi%29.*%5C%7C.*%5C%7Cv1%5C%7C.*", clusters)),
        (&["c", "--fqdn", "nobody"], String::new(), masked("%28%3Fi%29%28.*%5C%7C%29%3Fnobody", clusters)),
        (&["r", "--name", "9080"], String::new(), masked("%28%3Fi%299080", routes)),
        (
            &["ep", "--cluster", both[1]],
            format!("{}\n", both[1]),
            vec![
                "/clusters?format=json&filter=%28%3Fi%29%28.*%5C%7C%29%3Foutbound%5C%7C9080%5C%7C%5C%7Creviews%5C.default\
                 %5C.svc%5C.cluster%5C.local"
                    .to_owned(),
            ],
        ),
    ] {
        assert_eq!(ask(args), (said, lines, 1), "{args:?}");
    }
    // addresses and ports of listeners are in no name: all listeners are asked for, and sorted out here
    let (names, mut lines, _) = ask(&["l", "--port", "9080"]);
    lines.sort();
    assert_eq!(names, "0.0.0.0_9080\n");
    assert_eq!(lines, ["/config_dump?resource=dynamic_listeners", "/config_dump?resource=static_listeners"]);
    // requests that follow one another share a connection
    pods.asked();
    let forwards = asked_of(&pods, || {
        let args = ["pc", "log", "main/default/web-1", "--level", "upstream:debug,http:debug"];
        assert_eq!(meshctl(home.path()).args(args).output().unwrap().status.code(), Some(0));
    });
    assert_eq!((pods.asked().len(), forwards), (3, 1));
}

#[test]
fn a_pod_that_is_being_deleted_is_not_the_one_to_look_into() {
    let (home, pods) = mesh();
    pods.pod("default", "web-2", "web");
    pods.delete("web-1");
    pods.pod("istio-system", "istio-pilot-1", "istio-pilot");
    pods.delete("istio-pilot-1");
    let said = |args: &[&str]| {
        let out = meshctl(home.path()).args(args).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        stderr(&out)
    };
    let web = said(&["pc", "c", "web"]);
    assert!(web.contains("main/default/web-2 (1 of 2), from"), "{web}");
    let pilot = said(&["ps"]);
    assert!(pilot.contains("no pod of istio-pilot in main/istio-system is ready"), "{pilot}");
    // named whole, it is still there to be looked into
    let web = said(&["pc", "c", "web-1"]);
    assert!(web.contains("main/default/web-1, from"), "{web}");
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

/// Setting levels is an action: what is not fully done is exit 1, and what became of each proxy is told.
#[test]
fn levels_that_one_of_two_proxies_cannot_be_given_are_not_fully_set() {
    let Some(binary) = envoy() else { return };
    let proxy = start(&binary);
    let (home, pods) = mesh();
    pods.pod("default", "web-2", "web");
    pods.port("default/web-2", 15000, proxy.admin.parse().unwrap());
    let run = |args: &[&str]| {
        let out = meshctl(home.path()).args(["pc", "log", "web"]).args(args).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout.clone()).unwrap(), stderr(&out))
    };
    // web-1 has no Envoy: the other is set although it comes later
    let (code, table, said) = run(&["--all", "--level", "upstream:debug"]);
    assert_eq!(code, Some(1), "{said}");
    let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["PROXY", "LOGGER", "LEVEL", "REASON"]);
    assert_eq!(rows[1][..4], ["main/default/web-1", "-", "-", "asking"]);
    assert!(rows.iter().any(|r| r[..] == ["main/default/web-2", "upstream", "debug"]), "{table}");
    assert!(
        said.contains("warning: main/default/web-1: asking the Envoy of main/default/web-1 for /logging"),
        "{said}"
    );
    for (args, want) in [(&["--level", "http:debug"][..], 1), (&[], 2)] {
        let (code, json, said) = run(&[&["--all", "-o", "json"], args].concat());
        assert_eq!(code, Some(want), "{said}");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        crate::schemas::holds("LoggerList", &json);
        assert_eq!(json["items"][0]["proxy"], "main/default/web-1");
        assert!(json["items"][0]["reason"].as_str().unwrap().contains("nothing listens there"), "{json}");
        assert_eq!(
            (&json["items"][1]["proxy"], &json["items"][1]["reason"]),
            (&"main/default/web-2".into(), &().into())
        );
        // one alone: the report, and the error with its way out
        let (code, json, said) = run(&[&["-o", "json"], args].concat());
        assert_eq!(code, Some(want), "{said}");
        crate::schemas::holds("LoggerList", &serde_json::from_str(&json).unwrap());
        assert!(said.contains("error: asking") && said.contains("hint: has the pod a sidecar?"), "{said}");
        let (code, table, _) = run(args);
        assert_eq!((code, table.as_str()), (Some(want), ""));
    }
    // a slip is nobody's failure, and nothing is set anywhere
    let (code, _, said) = run(&["--all", "--level", "upstream:trace,upstraem:trace"]);
    assert_eq!(code, Some(2), "{said}");
    let (_, table, _) = run(&["--all"]);
    assert!(!table.lines().any(|l| l.split_whitespace().nth(2) == Some("trace")), "{table}");
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
