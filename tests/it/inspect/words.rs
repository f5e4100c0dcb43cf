//! What a user gets who types something wrong, asks for nothing, or stops reading.

use super::*;

#[test]
fn values_that_can_match_nothing_are_refused_and_named() {
    let dump = fixture("envoy-1.40.json");
    for (args, why, allowed) in [
        (&["c", "--port", "abc"][..], "--port \"abc\" is no port", "1 to 65535"),
        (&["l", "--port", "99999"], "--port \"99999\" is no port", "1 to 65535"),
        (&["ep", "--port", "0"], "--port \"0\" is no port", "1 to 65535"),
        (&["c", "--direction", "up"], "--direction \"up\" can match nothing", "outbound, inbound"),
        (&["l", "--type", "udp"], "--type \"udp\" can match nothing", "HTTP, TCP"),
        (&["ep", "--status", "sick"], "--status \"sick\" can match nothing", "healthy, unhealthy"),
    ] {
        let mut all = vec!["pc"];
        all.extend(args);
        all.extend(["-f", dump.to_str().unwrap()]);
        let out = run(&all);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        let said = stderr(&out);
        assert!(said.contains(why) && said.contains("hint:") && said.contains(allowed), "{args:?}: {said}");
    }
}

#[test]
fn a_filter_that_matches_nothing_says_so() {
    let dump = fixture("envoy-1.40.json");
    for (args, why) in [
        (&["c", "--fqdn", "reviews"][..], "no clusters match --fqdn reviews: a filter means the whole field"),
        (&["c", "--fqdn", "reviews", "-o", "json"], "no clusters match --fqdn reviews"),
        (&["c", "--port", "1", "-o", "yaml"], "no clusters match --port 1"),
        (&["r", "--name", "nope", "-o", "name"], "no routes match --name nope"),
        (&["ep", "--cluster", "nope"], "--cluster is an xDS cluster"),
    ] {
        let mut all = vec!["pc"];
        all.extend(args);
        all.extend(["-f", dump.to_str().unwrap()]);
        let out = run(&all);
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", stderr(&out));
        assert!(stderr(&out).contains(why), "{args:?}: {}", stderr(&out));
        all.push("-q");
        assert_eq!(stderr(&run(&all)), "", "{args:?}");
    }
    assert!(!stderr(&run(&["pc", "c", "-f", dump.to_str().unwrap()])).contains("match"));
}

#[test]
fn everything_as_yaml_is_what_it_is_as_json() {
    let json: serde_json::Value = serde_json::from_str(&view("envoy-1.40.json", &["all", "-o", "json"])).unwrap();
    let yaml = view("envoy-1.40.json", &["all", "-o", "yaml"]);
    let again: serde_json::Value = meshctl::data::yaml::documents(&yaml).unwrap().remove(0);
    assert_eq!(again, json);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("dump.json");
    std::fs::write(&path, r#"{"configs":[{"dynamic_active_clusters":[{"#).unwrap();
    let out = run(&["pc", "all", "-o", "yaml", "-f", path.to_str().unwrap()]);
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
    assert!(stderr(&out).contains("cannot be read to its end"), "{}", stderr(&out));
}

#[test]
fn everything_shows_what_the_source_has() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("dump.json");
    let text = r#"{"configs":[{"@type":"x/envoy.admin.v3.ClustersConfigDump","dynamic_active_clusters":[{"cluster":{"name":"a"}}]},
        {"@type":"x/envoy.admin.v3.ListenersConfigDump"},{"@type":"x/envoy.admin.v3.EndpointsConfigDump"}]}"#;
    std::fs::write(&path, text).unwrap();
    let out = run(&["pc", "all", "-f", path.to_str().unwrap()]);
    let table = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!((out.status.code(), stderr(&out).as_str()), (Some(0), ""));
    assert!(table.starts_with("SERVICE FQDN") && table.contains("ADDRESSES") && !table.contains("NODE"), "{table}");
}

#[test]
fn errors_about_a_wrong_element_hold_no_words_of_the_parser() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("dump.json");
    std::fs::write(&path, r#"{"configs":[{"dynamic_active_clusters":[{"cluster":7},{"cluster":{"name":"a"}}]}]}"#)
        .unwrap();
    for args in [&["c"][..], &["c", "-o", "json"]] {
        let mut all = vec!["pc"];
        all.extend(args);
        all.extend(["-f", path.to_str().unwrap()]);
        let out = run(&all);
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains("it is not what Envoy writes of a cluster (line 1, column 12 of it)"), "{said}");
        assert!(!said.contains("struct") && !said.contains("invalid type"), "{said}");
    }
}

#[test]
fn a_reader_that_goes_early_changes_neither_code_nor_talk() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("dump.json");
    large(&path, 1 << 20);
    let small = fixture("envoy-1.40.json");
    let dumps = [path.to_str().unwrap(), small.to_str().unwrap()];
    for (i, dump) in dumps.into_iter().enumerate() {
        for args in
            [&["c"][..], &["c", "-o", "json"], &["c", "-o", "yaml"], &["c", "-o", "name"], &["all", "-o", "json"]]
        {
            // the large one holds clusters only, and that is worth a warning
            if i == 0 && args[0] == "all" {
                continue;
            }
            let mut child = meshctl(home.path())
                .arg("pc")
                .args(args)
                .args(["-q", "-f", dump])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // gone before the first byte
            drop(child.stdout.take());
            let out = child.wait_with_output().unwrap();
            assert_eq!((out.status.code(), stderr(&out).as_str()), (Some(0), ""), "{args:?} {dump}");
        }
    }
}

/// The talk's two clusters as folders.
pub(super) fn registry() -> tempfile::TempDir {
    use meshctl::workflows::demo::{FixtureSet, files};
    let home = tempfile::tempdir().unwrap();
    for (path, text) in files(FixtureSet::Base) {
        let path = home.path().join("kubeconf").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    home
}

#[test]
fn words_that_name_nothing_get_no_useless_guess() {
    let home = registry();
    for (args, why, not) in [
        (&["pc", "c", "xyz/istio-system/productpage"][..], "the mesh has no cluster \"xyz\"", "perhaps"),
        (&["pc", "ep", "productpage", "--in-cluster", "xyz"], "the mesh has no cluster \"xyz\"", "perhaps"),
        (&["pc", "s", "a|b"], "no cluster has a service \"a|b\"", "perhaps"),
        (&["endpoints", ""], "no service was named", "perhaps"),
        (&["endpoints", "reviews", "--cluster", "xyz"], "the clusters are gke, on-prem", "perhaps"),
        (&["endpoints", "review"], "perhaps reviews.istio-system", "details"),
        (&["cluster", "list", "-o", "v1"], "-o v1 is what the talk's pilot says of a proxy", "perhaps"),
        (&["ca", "show", "-o", "v1"], "this command asks about none", "perhaps"),
        (&["pc", "b", "productpage", "-o", "v1"], "the talk's pilot has no such view", "perhaps"),
        // a slip, and a word that nothing is like
        (&["pc", "c", "prodctpage"], "hint: perhaps deployment/productpage-v1.istio-system", "there is"),
        (&["pc", "c", "zzz"], "hint: there is deployment/details-v1.istio-system", "perhaps"),
        (&["pc", "c", "productpage", "-n", "nowhere"], "hint: elsewhere there is deployment/productpage-v1", "perhaps"),
        (&["endpoints", "rewievs"], "hint: perhaps reviews.istio-system", "there is"),
        (&["endpoints", "zzz"], "hint: there is ", "perhaps"),
        // what nobody but an Envoy knows
        (&["pc", "b", "productpage"], "nobody but its Envoy knows", "--from registry"),
        (&["pc", "b", "productpage", "--from", "envoy"], "bootstrap --admin HOST:PORT", "--from registry"),
        (&["pc", "r", "s", "nope", "productpage", "-o", "v1"], "the talk's routes are ports", "right port?"),
        (&["pc", "log", "productpage", "debug"], "hint: levels are set by an option", "perhaps"),
        (&["pc", "log", "productpage"], "ask one that runs with --admin HOST:PORT", "--from registry"),
        // the talk's JSON of a dump
        (&["pc", "c", "-f", "x.json", "-o", "v1"], "-f x.json is an Envoy's dump", "perhaps"),
        (&["pc", "b", "-f", "x.json", "-o", "v1"], "leave -f out and name the proxy", "perhaps"),
        (&["pc", "c", "--admin", "h:1", "-o", "v1"], "leave --admin out and name the proxy", "perhaps"),
    ] {
        let out = meshctl(home.path()).args(args).output().unwrap();
        let said = stderr(&out);
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{args:?}: {said}");
        assert!(said.contains(why) && !said.contains(not), "{args:?}: {said}");
    }
}

#[test]
fn a_broken_file_of_a_file_cluster_is_named_and_the_rest_counts() {
    let home = registry();
    std::fs::write(home.path().join("kubeconf/gke/broken.yaml"), "kind: [").unwrap();
    for (args, code) in [(&["endpoints", "reviews"][..], 2), (&["pc", "c", "productpage"], 0)] {
        let out = meshctl(home.path()).args(args).output().unwrap();
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(code), "{said}");
        assert!(said.contains("warning: in the cluster gke, broken.yaml: "), "{said}");
        assert!(!out.stdout.is_empty());
    }
}

#[test]
fn a_web_page_is_no_pilot() {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            BufReader::new(&stream).read_line(&mut request).unwrap();
            let page = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n<html>hi</html";
            stream.write_all(page.as_bytes()).unwrap();
        }
    });
    for args in [&["pc", "c", "productpage"][..], &["pc", "s", "reviews.istio-system.svc.cluster.local|http"]] {
        let home = tempfile::tempdir().unwrap();
        let out = meshctl(home.path()).env("PILOT_URL", &address).args(args).output().unwrap();
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains("it is a web page, so no pilot answers there"), "{said}");
        assert!(!said.contains("column"), "{said}");
    }
}
