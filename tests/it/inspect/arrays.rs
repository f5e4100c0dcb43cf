//! Bare arrays, which `-o json` prints and `-f` reads again: of the kind that is asked for, of another, of several, of none.

use super::*;

const CLUSTER: &str = r#"{"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster","name":"outbound|80||a.b.svc.cluster.local","type":"EDS"}"#;

/// A file in a home of its own, and the binary over it.
struct Array {
    home: tempfile::TempDir,
}

impl Array {
    fn of(text: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("x.json"), text).unwrap();
        Self { home }
    }

    fn ask(&self, kind: &str, more: &[&str]) -> (Option<i32>, String, String) {
        let out = meshctl(self.home.path()).args(["pc", kind, "-f", "x.json"]).args(more).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout.clone()).unwrap(), stderr(&out))
    }
}

#[test]
fn an_array_of_another_kind_is_named_with_the_right_command() {
    let words = [("clusters", "cluster"), ("listeners", "listener"), ("routes", "route configuration")];
    let words = words.into_iter().chain([("endpoints", "of endpoints")]);
    for (holds, word) in words {
        let array = Array::of(&view("envoy-1.40.json", &[holds, "-o", "json"]));
        for asked in ["clusters", "listeners", "routes", "endpoints", "bootstrap"] {
            for format in ["table", "json", "yaml", "name"] {
                let (code, out, said) = array.ask(asked, &["-o", format]);
                if asked == holds {
                    assert_eq!(code, Some(0), "{asked} of {holds}: {said}");
                    assert!(!out.is_empty() && !said.contains("array"), "{asked} of {holds}: {said}");
                    continue;
                }
                assert_eq!(code, Some(2), "{asked} of {holds}: {out}{said}");
                let why = format!("reading the file x.json failed: it holds no {asked}: it is an array of ");
                let hint = format!("hint: meshctl proxy-config {holds} -f x.json shows them");
                assert!(said.contains(&why) && said.contains(word) && said.contains(&hint), "{said}");
                assert!(!out.contains("outbound") && !out.contains("NAME"), "{out}");
            }
        }
    }
}

#[test]
fn what_an_array_holds_beside_what_was_asked_for_is_named() {
    let listener = r#"{"@type":"type.googleapis.com/envoy.config.listener.v3.Listener","name":"a"}"#;
    let thing = r#"{"@type":"type.googleapis.com/acme.Thing"}"#;
    let array = Array::of(&format!("[{listener},{CLUSTER},{thing}]"));
    let (code, out, said) = array.ask("clusters", &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.contains("a.b.svc.cluster.local") && out.lines().count() == 2, "{out}");
    let also =
        "the file x.json also holds what was not asked for: 1 listener, 1 of the type type.googleapis.com/acme.Thing";
    assert!(said.contains(also), "{said}");
    let (code, out, said) = array.ask("all", &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.contains("SERVICE FQDN") && out.contains("ADDRESSES"), "{out}");
    // nothing that any view shows, and sections without their dump
    let (code, _, said) = Array::of(&format!("[{thing}]")).ask("clusters", &[]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("1 of the type type.googleapis.com/acme.Thing") && said.contains("hint: clusters,"),
        "{said}"
    );
    let sections =
        r#"[{"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump","dynamic_active_clusters":[]}]"#;
    let (code, _, said) = Array::of(sections).ask("clusters", &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("1 section of a config dump") && said.contains("jq '{configs: .}'"), "{said}");
    // istioctl's arrays carry no types
    let listeners = r#"[{"name":"a","filterChains":[{}]},{"name":"b","listenerFilters":[]}]"#;
    let (code, _, said) = Array::of(listeners).ask("clusters", &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("it holds no clusters: it is an array of 2 listeners"), "{said}");
}

#[test]
fn an_empty_array_holds_nothing_and_says_so() {
    let array = Array::of("[]\n");
    for kind in ["clusters", "listeners", "routes", "endpoints"] {
        for format in ["table", "json"] {
            let (code, _, said) = array.ask(kind, &["-o", format]);
            assert_eq!(code, Some(0), "{said}");
            assert!(said.contains(&format!("the file x.json holds no {kind}: it is an empty array")), "{said}");
        }
    }
    for kind in ["bootstrap", "all"] {
        let (code, _, said) = array.ask(kind, &[]);
        assert_eq!(code, Some(2));
        assert!(
            said.contains("it is an empty array, and holds nothing of a proxy") && said.contains("hint:"),
            "{said}"
        );
    }
}

#[test]
fn a_cut_array_never_looks_whole() {
    let text = format!("[{CLUSTER},{CLUSTER}]");
    for at in [text.len() - 1, CLUSTER.len() + 2, CLUSTER.len() + 20] {
        let array = Array::of(&text[..at]);
        let (code, out, said) = array.ask("clusters", &[]);
        assert_eq!(code, Some(2), "{at}");
        assert!(out.contains("a.b.svc.cluster.local") && said.contains("in the middle of the array"), "{at}: {said}");
        let (code, _, said) = array.ask("routes", &[]);
        assert_eq!(code, Some(2), "{at}");
        assert!(said.contains("it holds no routes: it is an array of "), "{at}: {said}");
    }
}

#[test]
fn a_dump_of_other_sections_says_what_it_has() {
    let array = Array::of(
        r#"{"configs":[{"@type":"x/envoy.admin.v3.ListenersConfigDump"},{"@type":"x/envoy.admin.v3.RoutesConfigDump"}]}"#,
    );
    let (code, _, said) = array.ask("clusters", &[]);
    assert_eq!(code, Some(2));
    let why = "has no ClustersConfigDump, so no clusters can be shown; it has listeners, routes";
    assert!(said.contains(why), "{said}");
}
