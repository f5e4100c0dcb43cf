//! `meshctl proxy-status`: what pilots say of real Envoys, and what those hold.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::backends::{free_port, http};
use super::mesh::{Mesh, Port, service, slice};
use super::nack::own_listener;
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, eventually, on_newest_envoy};
use crate::pods::Pods;
use crate::schemas::holds;

/// Runs the program in a mesh's home; code, stdout, stderr.
fn meshctl(mesh: &Mesh, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
    command.args(args).current_dir(mesh.home()).env("HOME", mesh.home()).stdin(Stdio::null());
    for name in ["KUBECONFIG", "PILOT_URL", "MESHCTL_REGISTRY"] {
        command.env_remove(name);
    }
    let out = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

#[test]
fn a_proxy_is_synced_stale_or_rejects_and_differs_as_it_does() {
    on_newest_envoy(states);
}

fn states(envoy: &Path, mode: Mode) {
    let [web, taken] = [(); 2].map(|()| free_port());
    let on = |number| Port { number, protocol: Some("http") };
    let mesh = Mesh::of(&[
        ("gke/reviews", vec![service("reviews", "10.96.0.1", on(web)), slice("reviews", "v1", http("v1"))]),
        ("on-prem/ratings", vec![service("ratings", "10.112.0.2", on(web)), slice("ratings", "v1", http("stars"))]),
    ]);
    let pilot = Pilot::start(&mesh, 0);
    let (url, proxy) = (
        pilot.http().to_string(),
        Proxy::with_listeners(envoy, mode, "client", pilot.xds(), mesh.home(), own_listener(taken)),
    );
    pilot.synced(&proxy.id);
    let admin = proxy.admin().to_string();
    let ps = |args: &[&str]| meshctl(&mesh, &[&["ps", "--pilot", &url], args].concat());
    let diff = ["client.default", "--admin", &admin];

    let (code, table, said) = ps(&[]);
    assert_eq!(code, Some(0), "{said}");
    let cells: Vec<Vec<&str>> = table.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(cells[0], ["PROXY", "CLUSTER", "PILOT", "VERSION", "CDS", "LDS", "EDS", "RDS", "REASON"]);
    assert_eq!(cells[1][..3], ["client.default", "gke", &url]);
    assert_eq!(cells[1][4..], ["SYNCED"; 4]);
    let (code, table, said) = ps(&diff);
    assert_eq!((code, table.as_str()), (Some(0), "TYPE   NAME   DIFFERENCE\n"), "{mode:?} {said}");
    assert!(said.contains("in sync: ") && said.contains(" endpoints"), "{said}");

    // what Envoy rejects is shown with its reason, and is what it does not hold
    mesh.put("gke/details", &[service("details", "10.96.0.3", on(taken)), slice("details", "v1", http("d"))]);
    eventually("the rejection is shown", || {
        let (code, table, _) = ps(&[]);
        let good = code == Some(1) && table.contains("NACK (") && table.contains("LDS: ");
        if good { Ok(()) } else { Err(table) }
    });
    let (code, json, _) = ps(&["-o", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["kind"]), (Some(1), &Value::from("ProxyStatusList")));
    holds("ProxyStatusList", &json);
    let row = &json["items"][0];
    assert_eq!((&row["inSync"], &row["types"]["LDS"]["state"]), (&false.into(), &"NACK".into()));
    assert!(row["types"]["LDS"]["reason"].as_str().is_some_and(|r| !r.is_empty()), "{row}");
    assert!(row["types"]["LDS"]["seconds"].is_u64(), "{row}");
    let (code, table, said) = ps(&diff);
    assert_eq!(code, Some(1), "{said}");
    assert!(table.contains(&format!("listeners   127.0.0.1_{taken}   sent, rejected: ")), "{table}");
    let (_, json, _) = ps(&[&diff[..], &["-o", "json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["kind"], &json["inSync"]), (&"ProxyDiff".into(), &false.into()));
    assert_eq!(json["items"][0]["difference"], "rejected");
    holds("ProxyDiff", &json);

    // expected by the registry, pushed by pilot, held by the proxy
    let registry = mesh.registry().display().to_string();
    let compare = |args: &[&str]| {
        let all = [&["endpoints", "reviews", "--compare", "--registry", &registry, "--pilot", &url], args].concat();
        meshctl(&mesh, &all)
    };
    let (code, table, said) = compare(&[]);
    assert_eq!(code, Some(0), "{table}{said}");
    assert!(table.contains("   -       yes        yes      -"), "{table}");
    let (code, json, said) = compare(&["--proxy", "client.default", "--admin", &admin, "-o", "json"]);
    assert_eq!(code, Some(0), "{json}{said}");
    let json: Value = serde_json::from_str(&json).unwrap();
    holds("EndpointComparison", &json);
    assert_eq!((json["items"].as_array().unwrap().len(), &json["items"][0]["held"]), (1, &true.into()));

    // one that does not answer is stale, and for how long is said
    proxy.signal("STOP");
    mesh.put("gke/reviews", &[service("reviews", "10.96.0.1", on(web)), slice("reviews", "v2", http("v2"))]);
    eventually("it is stale", || {
        let (_, table, _) = ps(&[]);
        if table.contains("STALE (") { Ok(()) } else { Err(table) }
    });
    proxy.signal("CONT");

    let (code, _, said) = ps(&["nobody.default"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is connected to none of the pilots"), "{said}");
    let (_, table, said) = ps(&["-n", "elsewhere"]);
    assert!(!table.contains("client") && said.contains("no connected proxy matches"), "{table}{said}");
}

#[test]
fn the_pilots_of_a_live_primary_are_asked_by_port_forward_and_merged() {
    on_newest_envoy(merged);
}

fn merged(envoy: &Path, mode: Mode) {
    let web = Port { number: free_port(), protocol: Some("http") };
    let mesh =
        Mesh::of(&[("gke/reviews", vec![service("reviews", "10.96.0.1", web), slice("reviews", "v1", http("v1"))])]);
    let pods = Pods::start();
    pods.registry(&mesh.home().join("kubeconf"));
    let mut running = Vec::new();
    for (pilot_pod, pod) in [("istio-pilot-a", "client-a"), ("istio-pilot-b", "client-b")] {
        let pilot = Pilot::start(&mesh, 0);
        // each binds the ports of its listeners: one Envoy is enough where they share a host
        let proxy = Proxy::start(envoy, mode, pod, pilot.xds(), mesh.home());
        pods.pod("istio-system", pilot_pod, "istio-pilot");
        pods.port(&format!("istio-system/{pilot_pod}"), 8080, pilot.http());
        pods.pod("default", pod, pod);
        pods.port(&format!("default/{pod}"), 15000, proxy.admin());
        running.push((pilot, proxy));
    }
    let rows = eventually("both are shown", || {
        let (_, json, said) = meshctl(&mesh, &["ps", "-o", "json"]);
        let json: Value = serde_json::from_str(&json).map_err(|e| format!("{e} {said}"))?;
        let rows: Vec<_> = json["items"].as_array().cloned().unwrap_or_default();
        if rows.len() == 2 { Ok(rows) } else { Err(said) }
    });
    let place = |row: &Value| format!("{} {}", row["proxy"].as_str().unwrap(), row["pilot"].as_str().unwrap());
    let places: Vec<_> = rows.iter().map(place).collect();
    assert_eq!(places, ["client-a.default istio-pilot-a", "client-b.default istio-pilot-b"]);
    // the one that the proxy is connected to is asked
    let (code, names, said) = meshctl(&mesh, &["pc", "c", "client-b.default", "--from", "pilot", "-o", "name"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("from the pilot main/istio-system/istio-pilot-b"), "{said}");
    assert!(names.contains("reviews.default.svc.cluster.local"), "{names}");

    // one of two pilots dies: the other is shown, and somebody could not be asked
    let (pilot, _proxy) = running.pop().unwrap();
    drop(pilot);
    let (code, table, said) = meshctl(&mesh, &["ps"]);
    assert!(table.contains("client-a.default") && said.contains("istio-pilot-b"), "{table}{said}");
    assert_eq!(code, Some(2), "{table}{said}");
}
