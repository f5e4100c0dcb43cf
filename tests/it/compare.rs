//! `endpoints --compare` and `proxy-status` against pilots and Envoys whose pages are scripted: what is of which service, what
//! nobody has any more, who is connected, and what only looks different while things move.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::answers::{ALL, REVIEWS, endpointz, json_of, mesh_yaml, pages, serve, talk, with_pilots};
use crate::harness::Meshctl;
use crate::schemas::holds;

const EMPTY: &str = "outbound|80||empty.default.svc.cluster.local";

/// A registry of one file cluster with a service that has no endpoints.
fn empty() -> Meshctl {
    let meshctl = Meshctl::new();
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: empty, namespace: default}\n\
        spec: {clusterIP: 10.96.0.9, ports: [{name: http, port: 80}]}\n";
    meshctl.file("kubeconf/gke/empty.yaml", service);
    meshctl
}

/// A config dump with endpoints of `empty`.
fn dump(addresses: &[&str], source: &str) -> Value {
    dump_of(EMPTY, addresses, 80, source)
}

fn dump_of(name: &str, addresses: &[&str], port: u16, source: &str) -> Value {
    let all: Vec<Value> = addresses
        .iter()
        .map(|a| json!({"endpoint": {"address": {"socket_address": {"address": a, "port_value": port}}}}))
        .collect();
    json!({"source": source, "configs": [
        {"@type": "x/envoy.admin.v3.ClustersConfigDump", "dynamic_active_clusters":
            [{"cluster": {"name": name, "type": "EDS"}}]},
        {"@type": "x/envoy.admin.v3.EndpointsConfigDump", "dynamic_endpoint_configs":
            [{"endpoint_config": {"cluster_name": name, "endpoints": [{"lb_endpoints": all}]}}]},
    ]})
}

fn web() -> Value {
    json!([{"proxy": "web-1.default", "cluster_id": "gke", "address": "10.0.0.9"}])
}

#[test]
fn services_of_one_name_that_two_clusters_keep_to_themselves_are_told_apart() {
    let row = |scope: Option<&str>, addresses: &[&str]| {
        let mut row = endpointz(addresses)[0].clone();
        row["scope"] = scope.map(|s| format!("{s}/istio-system/reviews")).into();
        row
    };
    let told = json!([row(Some("gke"), &ALL[..3]), row(Some("on-prem"), &ALL[3..])]);
    let (meshctl, pods) = with_pilots([told.clone(), json!([row(None, &ALL[..3]), row(None, &ALL[3..])])]);
    // istio-system is not open: each cluster has a service of its own
    meshctl.file("kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: main\n");
    let ran = meshctl.run(["endpoints", "reviews", "--compare", "-o", "json"]).exits(0);
    let report = json_of(&ran);
    holds("EndpointComparison", &report);
    let rows = report["items"].as_array().unwrap();
    let scopes: Vec<_> = rows.iter().map(|r| (&r["scope"], &r["cluster"], &r["xdsCluster"])).collect();
    let (gke, on_prem, name) = (json!("gke"), json!("on-prem"), json!(REVIEWS));
    let of = |scope| (scope, scope, &name);
    assert_eq!(scopes, [of(&gke), of(&gke), of(&gke), of(&on_prem)]);

    // pushed to the wrong cluster's proxies
    let swapped = json!([row(Some("gke"), &ALL[..2]), row(Some("on-prem"), &ALL[2..])]);
    for pilot in ["a", "b"] {
        let page = pages(vec![("/debug/endpointz", swapped.clone())]);
        pods.port(&format!("istio-system/istio-pilot-{pilot}"), 8080, page);
    }
    let ran = meshctl.run(["endpoints", "reviews", "--compare"]).exits(1);
    let said = |what: &str| ran.stdout.lines().filter(|l| l.contains(ALL[2]) && l.ends_with(what)).count();
    assert_eq!((said("not pushed"), said("pushed, not expected")), (1, 1), "{ran:?}");

    // a proxy is given its own cluster's
    let syncz = json!([{"proxy": "web-1.default", "cluster_id": "on-prem", "address": "192.170.1.1"}]);
    for (sent, code) in [(&ALL[3..], 0), (&ALL[..], 1)] {
        let dump = dump_of(REVIEWS, sent, 9080, "current");
        let pilot = pages(vec![("/debug/syncz", syncz.clone()), ("/debug/config_dump", dump.clone())]).to_string();
        let admin = pages(vec![("/config_dump", dump)]).to_string();
        let args = ["endpoints", "reviews", "--compare", "--pilot", &pilot, "--proxy", "web-1", "--admin", &admin];
        let ran = meshctl.run(args).exits(code);
        assert_eq!(ran.stdout.matches("pushed, not expected").count(), sent.len() - 1, "{ran:?}");
    }
}

#[test]
fn what_no_cluster_has_any_more_and_a_pilot_still_pushes_is_seen() {
    let meshctl = empty();
    let row = |name: &str| json!({"cluster": name, "scope": "default/empty", "endpoints": [{"address": "10.0.0.1", "port": 80}]});
    let compare = |rows: Value, service: &str, code: i32| {
        let pilot = pages(vec![("/debug/endpointz", rows)]).to_string();
        meshctl.run(["endpoints", service, "--compare", "--pilot", &pilot]).exits(code)
    };
    let ran = compare(json!([{"cluster": EMPTY, "scope": "default/empty", "endpoints": []}]), "empty", 0);
    assert!(ran.stderr.contains("empty has no endpoints"), "{ran:?}");
    let ran = compare(json!([row(EMPTY)]), "empty", 1);
    assert!(ran.stdout.contains("10.0.0.1:80") && ran.stdout.contains("pushed, not expected"), "{ran:?}");
    // of a port that the service has no longer; but not where another port is asked for, nor of another service
    let gone = EMPTY.replace("80", "81");
    let ran = compare(json!([row(&gone)]), "empty", 1);
    assert!(ran.stdout.contains(&gone), "{ran:?}");
    compare(json!([row(&gone), row(&EMPTY.replace("empty", "other"))]), "empty:http", 0);
    // what cannot be read may hold anything
    let ran = compare(json!({"endpoints": []}), "empty", 2);
    assert!(ran.stderr.contains("cannot be used: it is no list of endpoints"), "{ran:?}");
    let ran = compare(json!([{"svc": "default/empty", "ep": []}]), "empty", 2);
    assert!(ran.stderr.contains("one of its rows is no set of endpoints"), "{ran:?}");
    let ran = compare(json!([]), "empty.default.svc.cluster.local|http|version=v1", 2);
    assert!(ran.stderr.contains("selects endpoints by labels"), "{ran:?}");

    let of_proxy = |pushed: &[&str], held: &[&str], code: i32| {
        let pilot = pages(vec![("/debug/syncz", web()), ("/debug/config_dump", dump(pushed, "current"))]).to_string();
        let admin = pages(vec![("/config_dump", dump(held, ""))]).to_string();
        let args = ["endpoints", "empty", "--compare", "--pilot", &pilot, "--proxy", "web-1", "--admin", &admin];
        meshctl.run(args).exits(code).stdout
    };
    of_proxy(&[], &[], 0);
    assert!(of_proxy(&["10.0.0.1"], &["10.0.0.1"], 1).contains("pushed, not expected"));
    assert!(of_proxy(&[], &["10.0.0.1"], 1).contains("held, not pushed"));
}

#[test]
fn what_a_pilot_computes_for_a_proxy_that_it_does_not_serve_is_not_called_pushed() {
    let meshctl = empty();
    let admin = pages(vec![("/config_dump", dump(&[], ""))]).to_string();
    let compare = |syncz: Value, source: &str| {
        let pages = pages(vec![
            ("/debug/syncz", syncz),
            ("/debug/workloadz", web()),
            ("/debug/config_dump", dump(&[], source)),
        ]);
        let pilot = pages.to_string();
        let args = ["endpoints", "empty", "--compare", "--pilot", &pilot, "--proxy", "web-1", "--admin", &admin];
        let ran = meshctl.run(args).exits(2);
        assert_eq!(ran.stdout, "");
        ran.stderr
    };
    let said = compare(json!([]), "computed");
    let why = "comparing the endpoints of the proxy of gke/default/web-1 failed: it is connected to none of the pilots that \
               were asked\nhint: meshctl proxy-status";
    assert!(said.contains(why), "{said}");
    // it left after it was looked for
    let said = compare(web(), "computed");
    assert!(said.contains("the proxy of gke/default/web-1 is not connected to it"), "{said}");
}

#[test]
fn an_answer_that_is_no_list_of_proxies_is_no_mesh_without_proxies() {
    let meshctl = Meshctl::new();
    let ps = |syncz: Value| {
        let pilot = pages(vec![("/debug/syncz", syncz)]).to_string();
        meshctl.run(["ps", "--pilot", &pilot, "-o", "json"])
    };
    for bad in [json!({}), Value::Null, json!(7), json!({"proxies": {}})] {
        let ran = ps(bad.clone()).exits(2);
        assert!(ran.stderr.contains("cannot be used: it is no list of proxies"), "{bad}: {ran:?}");
        assert_eq!(ran.stdout, "", "{bad}");
    }
    let synced = json!({"proxy": "web-1.default", "types": {"CDS": {"state": "SYNCED"}}});
    let ran = ps(json!({"proxies": [synced]})).exits(0);
    assert_eq!(json_of(&ran)["items"][0]["proxy"], "web-1.default");
    ps(json!([])).exits(0);
    // what has no name is not left out in silence, and the others are shown
    let ran = ps(json!([synced, {"types": {}}, {"proxy": "a.b", "types": 7}])).exits(2);
    let report = json_of(&ran);
    holds("ProxyStatusList", &report);
    assert_eq!(report["items"].as_array().unwrap().len(), 1);
    assert!(report["pilots"][0]["reason"].as_str().unwrap().starts_with("2 of the proxies"), "{report}");
}

/// A proxy that is told nothing, or not everything, has accepted all that it was sent; and may differ from what stands.
#[test]
fn what_a_pilot_keeps_from_a_proxy_is_not_called_in_sync() {
    let meshctl = empty();
    let types = |held: Value| json!({"CDS": {"state": "SYNCED", "heldBack": held}, "LDS": {"state": "SYNCED", "heldBack": false}});
    let row = |keeps: Value, types: Value| {
        let mut row = web()[0].clone();
        row.as_object_mut().unwrap().extend(keeps.as_object().unwrap().clone());
        row["types"] = types;
        row
    };
    let held = json!({"heldBack": true, "frozen": false, "waitsFor": ["on-prem"]});
    let frozen = json!({"heldBack": true, "frozen": true, "waitsFor": []});
    let nothing = json!({"heldBack": false, "frozen": false, "waitsFor": []});
    // a pilot of an older version names neither the types nor what it waits for
    let older = json!({"heldBack": true, "frozen": false});
    let bare = json!({"CDS": {"state": "SYNCED"}, "LDS": {"state": "SYNCED"}});
    let told = "pilot has not read on-prem yet";
    for (row, states, why, waits) in [
        (row(held, types(true.into())), ["HELD", "SYNCED"], Some(told), json!(["on-prem"])),
        (
            row(frozen, types(false.into())),
            ["FROZEN", "FROZEN"],
            Some("its cluster gke is not in pilot's registry"),
            json!([]),
        ),
        (row(older, bare.clone()), ["HELD", "HELD"], Some("pilot has not read every cluster yet"), json!([])),
        (row(nothing, types(false.into())), ["SYNCED", "SYNCED"], None, json!([])),
        (row(json!({}), bare), ["SYNCED", "SYNCED"], None, json!([])),
    ] {
        let code = i32::from(why.is_some());
        let sent = dump(&["10.0.0.1"], "current");
        let pilot = pages(vec![("/debug/syncz", json!([row])), ("/debug/config_dump", sent.clone())]).to_string();
        let table = meshctl.run(["ps", "--pilot", &pilot]).exits(code).stdout;
        let cells: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(cells[4..6], states, "{table}");
        assert!(table.trim_end().ends_with(why.unwrap_or("-")), "{table}");
        let report = json_of(&meshctl.run(["ps", "--pilot", &pilot, "-o", "json"]).exits(code));
        holds("ProxyStatusList", &report);
        let item = &report["items"][0];
        assert_eq!((&item["inSync"], &item["waitsFor"]), (&json!(why.is_none()), &waits), "{item}");
        assert_eq!((item["types"]["CDS"]["state"].as_str(), item["kept"].as_str()), (Some(states[0]), why), "{item}");

        // what it was sent is what it holds, and yet there is more
        let admin = pages(vec![("/config_dump", sent)]).to_string();
        let one = ["ps", "web-1", "--pilot", &pilot, "--admin", &admin];
        let ran = meshctl.run(one).exits(code);
        assert_eq!(ran.stderr.contains("in sync: "), why.is_none(), "{ran:?}");
        let warning = why.map(|why| format!(" keeps what is newer from gke/default/web-1: {why}\n"));
        assert!(warning.is_none_or(|warning| ran.stderr.contains(&warning)), "{ran:?}");
        let report = json_of(&meshctl.run([&one[..], &["-o", "json"]].concat()).exits(code));
        holds("ProxyDiff", &report);
        assert_eq!((&report["inSync"], report["kept"].as_str()), (&json!(why.is_none()), why), "{report}");
        assert_eq!(report["items"], json!([]));
    }
}

/// A server that gives the first answer once and the second from then on.
fn turning(path: &'static str, first: Value, then: Value) -> String {
    let mut turned = false;
    let answer = move |asked: &str| {
        asked
            .starts_with(path)
            .then(|| if std::mem::replace(&mut turned, true) { then.to_string() } else { first.to_string() })
    };
    serve(answer).to_string()
}

#[test]
fn what_is_on_its_way_when_pilots_are_asked_is_no_difference() {
    let meshctl = talk();
    meshctl.file("kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nopenNamespaces: [istio-system]\n");
    let compare = |first: &[&str], then: &[&str], code: i32| {
        let pilot = turning("/debug/endpointz", endpointz(first), endpointz(then));
        meshctl.run(["endpoints", "reviews", "--compare", "--pilot", &pilot]).exits(code)
    };
    compare(&ALL[..3], &ALL, 0);
    compare(&ALL[..3], &ALL[..2], 1);
    // who agrees at once is not asked again
    compare(&ALL, &ALL[..2], 0);

    let types = |cds: Value| json!([{"proxy": "web-1.default", "types": {"CDS": cds, "LDS": {"state": "SYNCED"}}}]);
    let stale = |seconds: u64| types(json!({"state": "STALE", "unansweredSeconds": seconds}));
    let ps = |first: Value, then: Value, code: i32| {
        let pilot = turning("/debug/syncz", first, then);
        meshctl.run(["ps", "--pilot", &pilot]).exits(code).stdout
    };
    let synced = types(json!({"state": "SYNCED"}));
    assert!(!ps(stale(0), synced.clone(), 0).contains("STALE"));
    // another response went out meanwhile
    assert!(!ps(stale(0), stale(0), 0).contains("STALE"));
    assert!(ps(stale(0), stale(1), 1).contains("STALE (1s)"));
    assert!(ps(stale(5), synced.clone(), 1).contains("STALE (5s)"));
    assert!(!ps(types(json!({"state": "NOT SENT"})), synced, 0).contains("NOT SENT"));
}

#[test]
fn a_proxy_that_may_be_connected_to_a_silent_pilot_is_not_called_unconnected() {
    let (meshctl, pods) = with_pilots([endpointz(&ALL), endpointz(&ALL)]);
    mesh_yaml(&meshctl, "");
    let ran = meshctl.run(["ps", "web-1.default"]).exits(1);
    assert!(ran.stderr.contains("is connected to none of the pilots that were asked"), "{ran:?}");
    pods.port("istio-system/istio-pilot-b", 8080, SocketAddr::from(([127, 0, 0, 1], 1)));
    let ran = meshctl.run(["ps", "web-1.default"]).exits(2);
    let why = "comparing the proxy of web-1.default failed: it is connected to none of the pilots that answered, and 1 did not";
    assert!(ran.stderr.contains(why) && ran.stderr.contains("istio-pilot-b"), "{ran:?}");
    let ran = meshctl.run(["endpoints", "reviews", "--compare", "--proxy", "web-1.default"]).exits(2);
    assert!(ran.stderr.contains("connected to none of the pilots that answered, and 1 did not"), "{ran:?}");
}

#[test]
fn what_a_pilot_computes_or_does_not_know_is_said() {
    let meshctl = empty();
    let run = |dump: Value, args: &[&str], code: i32| {
        let pilot = pages(vec![("/debug/syncz", web()), ("/debug/config_dump", dump)]).to_string();
        meshctl.run([&["pc"], args, &["web-1", "--pilot", &pilot]].concat()).exits(code)
    };
    let computed = run(dump(&[], "computed"), &["c"], 0);
    let told = "computed: gke/default/web-1 is not connected to the pilot at http://";
    assert!(computed.stderr.contains(told) && computed.stdout.contains("empty.default"), "{computed:?}");
    assert!(run(dump(&[], "computed"), &["c", "-o", "json"], 0).stderr.contains(told));
    let mut current = dump(&[], "current");
    current["upToDate"] = true.into();
    let ran = run(current.clone(), &["c"], 0);
    assert!(!ran.stderr.contains("computed") && !ran.stderr.contains("newer"), "{ran:?}");
    current["upToDate"] = false.into();
    let ran = run(current.clone(), &["c"], 0);
    assert!(ran.stderr.contains("has something newer for gke/default/web-1"), "{ran:?}");

    // a resuming proxy: the pilot knows what it holds by name, or not at all
    current["claimed"] = json!({"CDS": ["outbound|80||a.b.svc.cluster.local"]});
    current["unknown"] = json!(["LDS"]);
    for (args, code) in [
        (&["c"][..], 2),
        (&["c", "-o", "json"], 2),
        (&["c", "--fqdn", "a.*"], 2),
        (&["c", "--fqdn", "empty.*"], 0),
        (&["ep"], 0),
        (&["all"], 2),
    ] {
        let ran = run(current.clone(), args, code);
        let warned = ran.stderr.contains("does not know what the proxy holds of 1 of the clusters");
        assert_eq!(warned, code == 2, "{args:?}: {ran:?}");
    }
    current["configs"][0] = json!({"@type": "x/envoy.admin.v3.ListenersConfigDump"});
    let ran = run(current, &["l", "--port", "80"], 2);
    assert!(ran.stderr.contains("does not know what the proxy holds of all listeners"), "{ran:?}");
}

/// A peer's bytes must not move the cursor, colour anything or forge a line.
#[test]
fn escapes_of_a_peer_never_reach_the_terminal() {
    let meshctl = empty();
    let evil = "x/\u{1b}[2J\u{9b}31m\nerror: forged";
    let run = |text: Value, args: &[&str]| {
        meshctl.file("evil.json", &text.to_string());
        let ran = meshctl.run([&["pc"], args, &["-f", "evil.json"]].concat());
        assert!(ran.stderr.contains("x/\\u{1b}[2J\\u{9b}31m\\nerror: forged"), "{ran:?}");
        ran
    };
    let cluster = json!({"@type": "x/envoy.config.cluster.v3.Cluster", "name": "a"});
    for ran in [
        run(json!({"configs": [{"@type": evil}, {"@type": "x/envoy.admin.v3.ClustersConfigDump"}]}), &["c"]),
        run(json!([cluster, {"@type": evil}]), &["c"]),
        run(json!([{"@type": evil}]), &["c"]),
    ] {
        assert!(!ran.stderr.contains(['\u{1b}', '\u{9b}']), "{ran:?}");
        assert!(!ran.stderr.lines().any(|l| l.starts_with("error: forged")), "{ran:?}");
    }
    let refusal = |text: &'static str| serve(move |_| Some(text.to_owned())).to_string();
    let admin = refusal("upstream: info\nup\u{1b}[31mstream: debug\n");
    let ran = meshctl.run(["pc", "log", "--admin", &admin, "--level", "upstrea:debug"]).exits(2);
    assert!(ran.stderr.contains("perhaps upstream") && !ran.stderr.contains('\u{1b}'), "{ran:?}");
    let ran = meshctl.run(["pc", "log", "--admin", &admin, "--level", "stream:debug"]).exits(2);
    assert!(ran.stderr.contains("perhaps up\\u{1b}[31mstream") && !ran.stderr.contains('\u{1b}'), "{ran:?}");
    // several proxies, each under its name
    let syncz =
        json!([{"proxy": "w\u{1b}1.default", "cluster_id": "gke"}, {"proxy": "w-2.default", "cluster_id": "gke"}]);
    let workloadz: Value = syncz
        .as_array()
        .unwrap()
        .iter()
        .map(|w| {
            let mut w = w.clone();
            w["labels"] = json!({"app": "w"});
            w
        })
        .collect();
    let pilot = pages(vec![
        ("/debug/syncz", syncz),
        ("/debug/workloadz", workloadz),
        ("/debug/config_dump", dump(&[], "current")),
    ]);
    let ran = meshctl.run(["pc", "c", "app/w", "--all", "--pilot", &pilot.to_string()]).exits(0);
    assert!(ran.stdout.contains("==> gke/default/w\\u{1b}1 <==") && !ran.stdout.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn an_answer_without_an_end_is_given_up_with_its_reason() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let admin = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let element = format!(r#"{{"cluster":{{"name":"a","sni":"{}"}}}},"#, "y".repeat(4 << 20));
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            // whoever answers before he is asked speaks no HTTP
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
                request.push(byte[0]);
            }
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"configs\":[{\"dynamic_active_clusters\":[";
            // until the reader has had enough
            let mut sent = stream.write_all(head.as_bytes());
            while sent.is_ok() {
                sent = stream.write_all(element.as_bytes());
            }
        }
    });
    let pilot = pages(vec![("/debug/syncz", web()), ("/debug/config_dump", dump(&[], "current"))]).to_string();
    let ran = empty().run(["ps", "web-1", "--pilot", &pilot, "--admin", &admin]).exits(2);
    let why = "cannot be used: the dump holds more than 128 MiB of resources: reading it ended in the middle of";
    assert!(ran.stderr.contains(why), "{ran:?}");
}

#[test]
fn of_several_pilots_the_next_is_asked_for_a_key_where_one_is_silent() {
    let (meshctl, pods) = with_pilots([json!([]), json!([])]);
    mesh_yaml(&meshctl, "");
    let answer = json!({"hosts": [{"ip_address": "1.2.3.4", "port": 9080}]});
    pods.port("istio-system/istio-pilot-a", 8080, SocketAddr::from(([127, 0, 0, 1], 1)));
    pods.port("istio-system/istio-pilot-b", 8080, pages(vec![("/v1/registration/", answer)]));
    let args = ["pc", "s", "reviews.istio-system.svc.cluster.local|http", "--from", "pilot"];
    let ran = meshctl.run(args).exits(0);
    assert!(
        ran.stdout.contains("1.2.3.4") && ran.stderr.contains("from the pilot main/istio-system/istio-pilot-b"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("warning: asking the pilot main/istio-system/istio-pilot-a"), "{ran:?}");
    pods.port("istio-system/istio-pilot-b", 8080, SocketAddr::from(([127, 0, 0, 1], 1)));
    let ran = meshctl.run(args).exits(2);
    assert!(ran.stderr.contains("istio-pilot-a") && ran.stderr.contains("error: asking the pilot"), "{ran:?}");
}

/// The answer of a pilot of the primary, without one.
#[test]
fn the_talks_keys_select_as_pilot_does_also_without_a_pilot() {
    let meshctl = talk();
    meshctl.file("kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nopenNamespaces: [istio-system]\n");
    let key = |rest: &str| format!("reviews.istio-system.svc.cluster.local|{rest}");
    let addresses = |args: &[&str]| {
        let v1 = json_of(&meshctl.run([args, &["-o", "v1"]].concat()).exits(0));
        let hosts = v1["hosts"].as_array().unwrap().clone();
        hosts.iter().map(|h| h["ip_address"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for command in [&["endpoints"][..], &["pc", "s", "--from", "registry"]] {
        let of = |key: &str| addresses(&[command, &[key]].concat());
        assert_eq!(of(&key("http")), ALL);
        assert_eq!(of(&key("http|version=v3")), ALL[3..]);
        assert_eq!(of(&key("http|version=v3;version=v2")), [ALL[1], ALL[3]]);
        assert_eq!(of(&key("grpc,http")), ALL);
        assert_eq!(of(&key("grpc")), [""; 0]);
        assert_eq!(of("nobody.default.svc.cluster.local|http"), [""; 0]);
        // the table selects, too
        let v3 = key("http|version=v3");
        let table = meshctl.run([command, &[v3.as_str()]].concat()).exits(0).stdout;
        assert!(table.contains(ALL[3]) && table.lines().count() == 2, "{table}");
    }
    assert_eq!(addresses(&["endpoints", "reviews"]), ALL);
    assert_eq!(addresses(&["endpoints", "reviews:9080", "--cluster", "on-prem"]), ALL[3..]);
    // where no zone is known, region and zone are left out; of another network nothing is given
    let v1 = meshctl.run(["endpoints", &key("http"), "-o", "v1"]).exits(0).stdout;
    assert_eq!((v1.matches("us-west1/us-west1-a").count(), v1.matches("\"az\"").count()), (3, 3), "{v1}");
    let n2 = "apiVersion: meshctl/v1\nkind: Mesh\nopenNamespaces: [istio-system]\nclusters: {on-prem: {network: n2}}\n";
    meshctl.file("kubeconf/mesh.yaml", n2);
    assert_eq!(addresses(&["endpoints", &key("http")]), ALL[..3]);
    assert_eq!(addresses(&["endpoints", &key("http"), "--cluster", "on-prem"]), ALL[3..]);
}
