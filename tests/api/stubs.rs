//! Stub Services in a real cluster: an address that DNS can answer with, and a Service that somebody has taken over is left alone.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Service;
use kube::api::{Api, ListParams, Patch, PatchParams};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::install::bench::{Bench, actions};
use crate::install::line::Line;
use crate::objects::in_both;
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::stubs::they_have_addresses_and_go_unless_taken_over", they_have_addresses_and_go_unless_taken_over),
        alone("api::stubs::a_plugin_runs_once_for_all_of_an_installation", a_plugin_runs_once),
    ]
}

/// What the last run did with the Services of these names, in on-prem.
async fn install(bench: &Bench, names: &[&str]) -> Vec<String> {
    installed(bench, names, &["--stub-services"]).await
}

async fn installed(bench: &Bench, names: &[&str], more: &[&str]) -> Vec<String> {
    let (report, ran) = bench.report(more).await;
    assert_eq!(ran.code, 0, "{report}\n{}", ran.stderr);
    let all = actions(&report, "on-prem").into_iter();
    all.filter(|a| names.iter().any(|name| a.ends_with(&format!(" Service/{name}")))).collect()
}

async fn they_have_addresses_and_go_unless_taken_over(pair: Arc<Pair>) {
    let bench = Bench::new(pair.clone()).await;
    let (gke, _) = in_both(&pair, "stubs").await;
    let names = ["stub-ratings", "stub-details"];
    for name in names {
        gke.serve(name, &["10.1.0.1"]).await;
    }
    let services: Api<Service> = Api::namespaced(pair.on_prem.client(), &gke.namespace);
    assert_eq!(install(&bench, &names).await, ["created Service/stub-details", "created Service/stub-ratings"]);
    let stub = services.get("stub-ratings").await.unwrap();
    let spec = serde_json::to_value(stub.spec.unwrap()).unwrap();
    assert!(spec["clusterIP"].as_str().is_some_and(|ip| ip.starts_with("10.97.")), "{spec}");
    assert!(spec["selector"].is_null() && spec["ports"][0]["port"] == 9080, "{spec}");
    // whoever installs again need not know of them
    for more in [&["--stub-services"][..], &[]] {
        let unchanged = ["unchanged Service/stub-details", "unchanged Service/stub-ratings"];
        assert_eq!(installed(&bench, &names, more).await, unchanged, "{more:?}");
    }

    // the mesh goes on with the primary's endpoints
    let ran = bench.run(&["endpoints", &format!("stub-ratings.{}", gke.namespace), "-o", "json"]).await.exits(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(found.to_string().contains("10.1.0.1"), "{found}");

    // one is taken over, and the other's service goes
    let own = json!({"spec": {"selector": {"app": "mine"}}});
    services.patch("stub-details", &PatchParams::default(), &Patch::Merge(own)).await.unwrap();
    gke.delete_service("stub-ratings").await;
    assert_eq!(install(&bench, &names).await, ["pruned Service/stub-ratings"]);
    assert!(services.get_opt("stub-ratings").await.unwrap().is_none());
    let mine = services.get("stub-details").await.unwrap();
    assert_eq!(mine.spec.unwrap().selector.unwrap()["app"], "mine");
    // they give it back: it is a stub again, and goes with what it stands for
    let none = json!({"spec": {"selector": null}});
    services.patch("stub-details", &PatchParams::default(), &Patch::Merge(none)).await.unwrap();
    gke.delete_service("stub-details").await;
    assert_eq!(install(&bench, &names).await, ["pruned Service/stub-details"], "it was not lost sight of");
    assert!(services.get_opt("stub-details").await.unwrap().is_none());

    // those that stand for the services of everybody else go with the rest of us
    bench.run(&["uninstall", "--yes"]).await.exits(0);
    let owned = ListParams::default().labels("meshctl.io/owned=true");
    let left = Api::<Service>::all(pair.on_prem.client()).list(&owned).await.unwrap();
    let left: Vec<_> = left.iter().map(|s| s.metadata.name.clone().unwrap()).collect();
    assert_eq!(left, [] as [String; 0]);
}

async fn a_plugin_runs_once(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.gke).await;
    let credential =
        r#"{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "none"}}"#;
    let runs = bench.home.home().join("runs");
    let script = format!("echo run >> {}; echo '{credential}'", runs.display());
    let script = bench.home.file("plugin.sh", &script);
    let exec = format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, args: ['{}']}}",
        script.display()
    );
    let kubeconfig = line.kubeconfig().replace("user: {token: none}", &format!("user: {{{exec}}}"));
    assert!(kubeconfig.contains("interactiveMode"), "{kubeconfig}");
    bench.kubeconfig("gke", &kubeconfig);
    // the objects are read for the stubs, and everything else is asked
    bench.install(&["--stub-services"]).await.exits(0);
    assert!(line.seen() > 8, "it was installed by way of the plugin");
    assert_eq!(std::fs::read_to_string(runs).unwrap().lines().count(), 1);
}
