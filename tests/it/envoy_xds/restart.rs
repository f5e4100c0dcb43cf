//! Discovery restarts: proxies keep what they have, and are sent nothing that they have.

use std::collections::BTreeSet;
use std::path::Path;

use super::backends::{Load, answering, black_hole, call, free_port, http};
use super::mesh::{Mesh, Port, cluster_name, kubeconfig, registry_only, service, slice};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, eventually, on_every_envoy, on_newest_envoy};

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

/// A proxy has come to a discovery that was started again, and has asked for every type.
#[track_caller]
fn resumed(pilot: &Pilot, proxy: &Proxy) {
    eventually("the proxy has come back", || match pilot.states(&proxy.id).len() {
        4 => Ok(()),
        types => Err(format!("{types} types are asked for")),
    });
}

#[test]
fn an_unchanged_mesh_sends_nothing_after_a_restart() {
    on_every_envoy(unchanged);
}

fn unchanged(envoy: &Path, mode: Mode) {
    let (web, xds) = (free_port(), free_port());
    let port = Port { number: web, protocol: Some("http") };
    let mesh = Mesh::of(&[
        ("gke/reviews", vec![service("reviews", "10.96.0.1", port), slice("reviews", "v1", http("v1"))]),
        ("on-prem/reviews", vec![service("reviews", "10.112.0.1", port), slice("reviews", "v3", http("v3"))]),
        ("gke/ratings", vec![service("ratings", "10.96.0.2", port), slice("ratings", "v1", http("stars"))]),
    ]);
    let first = Pilot::start(&mesh, xds);
    let proxy = Proxy::start(envoy, mode, "client", first.xds(), mesh.home());
    first.synced(&proxy.id);
    let load = Load::start(web, "reviews");
    let before = (proxy.dump().clusters(), proxy.dump().endpoints());
    first.interrupt();
    let second = Pilot::start(&mesh, xds);
    resumed(&second, &proxy);
    second.synced(&proxy.id);
    let sent: u64 = second.counted("resources").values().sum();
    assert_eq!(sent, 0, "{:?}", second.counted("resources"));
    // a killed one tells nobody
    drop(second);
    let third = Pilot::start(&mesh, xds);
    resumed(&third, &proxy);
    third.synced(&proxy.id);
    assert_eq!(third.counted("resources").values().sum::<u64>(), 0);
    assert_eq!((proxy.dump().clusters(), proxy.dump().endpoints()), before);

    // and what changes from now on arrives, alone
    mesh.put("gke/more", &[slice("reviews", "v2", http("v2"))]);
    becomes("the new endpoint", Ok(set(&["v1", "v2", "v3"])), || answering(web, "reviews"));
    let sent = third.counted("resources");
    assert_eq!(sent.get("EDS"), Some(&1));
    assert_eq!(sent.values().sum::<u64>(), 1, "{sent:?}");
    // no call failed; whether the load still ran when v2 came is its own affair
    assert!(load.all_well().is_superset(&set(&["v1", "v3"])));
    proxy.rejected_nothing();
}

#[test]
fn a_cluster_that_cannot_be_read_after_a_restart_loses_nothing() {
    on_every_envoy(held);
}

fn held(envoy: &Path, mode: Mode) {
    let (web, xds) = (free_port(), free_port());
    let port = Port { number: web, protocol: Some("http") };
    let reviews = service("reviews", "10.96.0.1", port);
    let mesh = Mesh::of(&[
        ("gke/istio", vec![registry_only()]),
        ("gke/reviews", vec![reviews.clone(), slice("reviews", "v1", http("v1"))]),
        ("on-prem/reviews", vec![service("reviews", "10.112.0.1", port), slice("reviews", "v3", http("v3"))]),
        ("on-prem/ratings", vec![service("ratings", "10.112.0.2", port), slice("ratings", "v1", http("stars"))]),
    ]);
    let first = Pilot::start(&mesh, xds);
    let proxy = Proxy::start(envoy, mode, "client", first.xds(), mesh.home());
    first.synced(&proxy.id);
    assert_eq!(answering(web, "reviews"), Ok(set(&["v1", "v3"])));
    let loads = [Load::start(web, "reviews"), Load::start(web, "ratings.default")];
    first.interrupt();

    // the folder of on-prem is gone for discovery: its API server accepts, and says nothing
    std::fs::rename(mesh.registry().join("on-prem"), mesh.home().join("on-prem")).unwrap();
    mesh.text("on-prem.yaml", &kubeconfig(black_hole()));
    // and while nobody looked, one endpoint of gke came
    mesh.put("gke/more", &[slice("reviews", "v2", http("v2"))]);
    let second = Pilot::start(&mesh, xds);
    resumed(&second, &proxy);
    becomes("the hold is shown", serde_json::json!(["on-prem"]), || {
        second.debug("clusterz")["restartHold"]["waitsFor"].clone()
    });
    becomes("and that the proxy is held back", true, || {
        second.stream(&proxy.id).is_ok_and(|stream| stream["heldBack"] == true)
    });
    // additions go on, where single resources can be added
    mesh.put("gke/details", &[service("details", "10.96.0.3", port), slice("details", "v1", http("details"))]);
    becomes("gke is read", true, || {
        second.debug("endpointz?service=details").as_array().is_some_and(|services| !services.is_empty())
    });
    if mode == Mode::Delta {
        eventually("the added cluster", || match proxy.dump().clusters().contains_key(&cluster_name("details", web)) {
            true => Ok(()),
            false => Err("not there".to_owned()),
        });
    }
    // longer than any wait of the protocol
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert_eq!(
        answering(web, "reviews"),
        Ok(set(&["v1", "v3"])),
        "held: nothing less, and nothing that on-prem may change"
    );
    assert_eq!(answering(web, "ratings.default"), Ok(set(&["stars"])));
    let [reviews_load, ratings_load] = loads;
    assert_eq!(reviews_load.all_well(), set(&["v1", "v3"]));
    assert_eq!(ratings_load.all_well(), set(&["stars"]));

    // the cluster leaves the registry: the hold ends, and what it had goes
    let others = Load::start(web, "reviews");
    std::fs::remove_file(mesh.registry().join("on-prem.yaml")).unwrap();
    becomes("the endpoint of on-prem goes", Ok(set(&["v1", "v2"])), || answering(web, "reviews"));
    becomes("the service of on-prem goes", Ok(502), || call(web, "ratings.default").map(|a| a.0));
    becomes("its cluster goes", false, || proxy.dump().clusters().contains_key(&cluster_name("ratings", web)));
    becomes("what was held back has come", Ok(set(&["details"])), || answering(web, "details"));
    assert_eq!(second.debug("clusterz")["restartHold"]["waitsFor"], serde_json::json!([]));
    assert_eq!(second.stream(&proxy.id).unwrap()["heldBack"], false);
    assert!(others.all_well().is_superset(&set(&["v1", "v2"])));
    proxy.rejected_nothing();
}

#[test]
fn files_that_are_broken_at_a_restart_lose_nothing() {
    on_newest_envoy(broken);
}

fn broken(envoy: &Path, mode: Mode) {
    let (web, xds) = (free_port(), free_port());
    let port = Port { number: web, protocol: Some("http") };
    let (far, unreachable) = (http("far"), http("direct"));
    let mesh = Mesh::of(&[
        ("gke/istio", vec![registry_only()]),
        ("gke/reviews", vec![service("reviews", "10.96.0.1", port), slice("reviews", "v1", http("v1"))]),
        ("on-prem/reviews", vec![service("reviews", "10.112.0.1", port), slice("reviews", "v3", unreachable)]),
        ("on-prem/ratings", vec![service("ratings", "10.112.0.2", port), slice("ratings", "v1", unreachable)]),
    ]);
    // on-prem is in a network of its own: its pods are behind a gateway
    let settings = format!(
        "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\nclusters: {{on-prem: {{network: dc}}}}\n\
         networks: {{dc: {{gateways: [{{address: {}, port: {}}}]}}}}\n",
        far.ip(),
        far.port()
    );
    mesh.text("mesh.yaml", &settings);
    let first = Pilot::start(&mesh, xds);
    let proxy = Proxy::start(envoy, mode, "client", first.xds(), mesh.home());
    first.synced(&proxy.id);
    let whole = || Ok(set(&["v1", "far"]));
    assert_eq!(answering(web, "reviews"), whole());
    let loads = [Load::start(web, "reviews"), Load::start(web, "ratings.default")];
    let waits = |pilot: &Pilot, what: serde_json::Value| {
        becomes("what the hold waits for", what, || pilot.debug("clusterz")["restartHold"]["waitsFor"].clone());
    };
    let held = |pilot: &Pilot, what: serde_json::Value| {
        resumed(pilot, &proxy);
        waits(pilot, what);
        becomes("the proxy is held back", true, || {
            pilot.stream(&proxy.id).is_ok_and(|stream| stream["heldBack"] == true)
        });
        // longer than any wait of the protocol
        std::thread::sleep(std::time::Duration::from_secs(6));
        assert_eq!(answering(web, "reviews"), whole());
        assert_eq!(answering(web, "ratings.default"), Ok(set(&["far"])));
    };

    // the cluster's file is cut off in the middle
    first.interrupt();
    std::fs::rename(mesh.registry().join("on-prem"), mesh.home().join("on-prem")).unwrap();
    mesh.text("on-prem.yaml", "apiVersion: v1\nkind: Config\nclusters: [{name: c, clu");
    let second = Pilot::start(&mesh, xds);
    held(&second, serde_json::json!(["on-prem"]));
    let rows = second.debug("clusterz")["clusters"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["id"] == "on-prem").cloned().unwrap();
    assert!(row["problem"].as_str().is_some_and(|why| why.contains("no valid YAML")), "{row}");
    // it is mended
    std::fs::rename(mesh.home().join("on-prem"), mesh.registry().join("on-prem")).unwrap();
    std::fs::remove_file(mesh.registry().join("on-prem.yaml")).unwrap();
    waits(&second, serde_json::json!([]));
    becomes("nothing is held back any more", false, || second.stream(&proxy.id).unwrap()["heldBack"] == true);
    second.synced(&proxy.id);

    // the settings are: without them on-prem would be reached directly
    second.interrupt();
    mesh.text("mesh.yaml", &settings[..settings.len() - 4]);
    let third = Pilot::start(&mesh, xds);
    held(&third, serde_json::json!(["mesh.yaml"]));
    mesh.text("mesh.yaml", &settings);
    waits(&third, serde_json::json!([]));
    third.synced(&proxy.id);
    assert_eq!(answering(web, "reviews"), whole());
    let [reviews, ratings] = loads;
    assert_eq!((reviews.all_well(), ratings.all_well()), (set(&["v1", "far"]), set(&["far"])));
    proxy.rejected_nothing();
}

#[test]
fn a_proxy_keeps_what_it_has_while_its_cluster_is_not_in_the_registry() {
    on_newest_envoy(orphaned);
}

fn orphaned(envoy: &Path, mode: Mode) {
    let (web, xds) = (free_port(), free_port());
    let port = Port { number: web, protocol: Some("http") };
    let mesh = Mesh::of(&[
        ("gke/reviews", vec![service("reviews", "10.96.0.1", port), slice("reviews", "v1", http("v1"))]),
        ("gke/own", vec![service("own", "10.96.0.2", port), slice("own", "v1", http("own"))]),
        ("on-prem/reviews", vec![service("reviews", "10.112.0.1", port), slice("reviews", "v3", http("v3"))]),
    ]);
    mesh.text("mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: on-prem\n");
    let first = Pilot::start(&mesh, xds);
    let proxy = Proxy::start(envoy, mode, "client", first.xds(), mesh.home());
    first.synced(&proxy.id);
    let held = || {
        let dump = proxy.dump();
        (dump.clusters(), dump.listeners(), dump.routes(), dump.endpoints())
    };
    let before = held();
    let load = Load::start(web, "reviews");
    std::fs::rename(mesh.registry().join("gke"), mesh.home().join("gke")).unwrap();
    let frozen = |pilot: &Pilot| pilot.stream(&proxy.id).is_ok_and(|stream| stream["frozen"] == true);
    becomes("the proxy is told nothing any more", true, || frozen(&first));
    // what others hear of is not for it
    let late = vec![service("late", "10.112.0.3", port), slice("late", "v1", http("late"))];
    mesh.put("on-prem/late", &late);
    becomes("it is published", true, || {
        first.debug("endpointz?service=late").as_array().is_some_and(|services| !services.is_empty())
    });
    let says = |pilot: &Pilot, words: &str| pilot.debug("warningz").to_string().contains(words);
    assert!(says(&first, "its cluster gke is not in the registry any more"));
    // nor is another pilot of the same registry any help to it
    first.interrupt();
    let second = Pilot::start(&mesh, xds);
    becomes("it is refused", true, || says(&second, "they were refused"));
    assert_eq!(held(), before);
    assert_eq!(answering(web, "reviews"), Ok(set(&["v1", "v3"])));
    assert_eq!(answering(web, "own"), Ok(set(&["own"])));

    // the cluster is back
    std::fs::rename(mesh.home().join("gke"), mesh.registry().join("gke")).unwrap();
    becomes("what came meanwhile", Ok(set(&["late"])), || answering(web, "late"));
    second.synced(&proxy.id);
    assert_eq!(answering(web, "own"), Ok(set(&["own"])));
    assert_eq!(load.all_well(), set(&["v1", "v3"]));
    assert!(!says(&second, "CLUSTER_ID"));
    proxy.rejected_nothing();
}
