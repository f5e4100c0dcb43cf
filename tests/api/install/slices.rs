//! Where the remotes find pilot: their slices of it while the primary moves, and while `mesh.yaml` fixes its address.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, DeleteParams};
use libtest_mimic::Trial;
use meshctl::data::model::{DISCOVERY, MANAGED_BY, OWNED};
use serde_json::{Value, json};

use super::bench::{Bench, SYSTEM, actions, cluster, listing, ours, put};
use crate::cluster::Cluster;
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_former_primary_keeps_nothing_of_pilot", a_former_primary_keeps_nothing_of_pilot),
        alone("api::install::a_slice_is_owned_by_the_service_that_stands", a_slice_is_owned_by_the_service_that_stands),
        alone("api::install::a_remote_is_never_without_pilot_in_a_move", a_remote_is_never_without_pilot_in_a_move),
        alone("api::install::an_address_of_pilot_comes_and_goes", an_address_of_pilot_comes_and_goes),
    ]
}

/// What pilot does: it fills the slice of a remote.
async fn fill(cluster: &Cluster, slice: &str, address: &str) {
    let object = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": slice, "namespace": SYSTEM}, "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": true}}]});
    put(cluster, DISCOVERY, object).await;
}

async fn addresses(cluster: &Cluster, slice: &str) -> Option<Vec<String>> {
    let slices: Api<EndpointSlice> = Api::namespaced(cluster.client(), SYSTEM);
    let slice = slices.get_opt(slice).await.unwrap()?;
    Some(slice.endpoints.into_iter().flatten().flat_map(|e| e.addresses).collect())
}

async fn a_former_primary_keeps_nothing_of_pilot(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    // what pilot makes while it runs, and its pod, which is slow to end
    let labels: serde_json::Map<String, Value> =
        [OWNED, MANAGED_BY].map(|(k, v)| (k.to_owned(), v.into())).into_iter().collect();
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "istio-pilot", "namespace": SYSTEM, "labels": labels}, "spec": {"holderIdentity": "p"}});
    put(&bench.pair.gke, DISCOVERY, lease).await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "istio-pilot-p", "namespace": SYSTEM,
        "labels": {"app": "istio-pilot", "istio": "pilot"}}, "spec": {"containers": [{"name": "c", "image": "none"}]}});
    put(&bench.pair.gke, "kubelet", pod).await;

    let secret = format!("Secret/{SYSTEM}/istio-remote-clusters");
    let lease = format!("Lease/{SYSTEM}/istio-pilot");
    let (report, ran) = bench.report(&["--primary", "on-prem", "--move-primary"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let notes = cluster(&report, "gke")["notes"].to_string();
    assert!(notes.contains(&format!("{secret} stays for now: the former primary's pod istio-pilot-p")), "{notes}");
    let [gke, on_prem] = bench.listings().await;
    assert!(gke.contains_key(&secret) && gke.contains_key(&lease) && on_prem.contains_key(&secret));
    assert!(!gke.contains_key(&format!("Deployment/{SYSTEM}/istio-pilot")));
    // one who waits is told what for
    let wait = [
        "install",
        "--tag",
        "dev",
        "--yes",
        "--primary",
        "on-prem",
        "--clusters",
        "gke",
        "--timeout",
        "5s",
        "--no-verify",
    ];
    let ran = bench.run(&wait).await.exits(1);
    assert!(ran.stderr.contains("istio-pilot-p is not gone yet, after 5 s"), "{}", ran.stderr);

    let pods: Api<Pod> = Api::namespaced(bench.pair.gke.client(), SYSTEM);
    pods.delete("istio-pilot-p", &DeleteParams::default().grace_period(0)).await.unwrap();
    let (report, ran) = bench.report(&["--primary", "on-prem"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for gone in ["pruned Secret/istio-remote-clusters", "pruned Lease/istio-pilot"] {
        assert!(actions(&report, "gke").contains(&gone.to_owned()), "{report}");
    }
    let [gke, on_prem] = bench.listings().await;
    assert!(!gke.contains_key(&secret) && !gke.contains_key(&lease) && on_prem.contains_key(&secret));
    bench.run(&["diff", "--tag", "dev", "--primary", "on-prem"]).await.exits(0);
}

async fn a_slice_is_owned_by_the_service_that_stands(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    // the Service of the former primary has an address of its own: that of a remote is another one
    bench.install(&["--primary", "on-prem", "--move-primary"]).await.exits(0);
    let gke = bench.pair.gke.client();
    let services: Api<Service> = Api::namespaced(gke.clone(), SYSTEM);
    let slices: Api<EndpointSlice> = Api::namespaced(gke, SYSTEM);
    let owner = async || {
        let slice = slices.get("istio-pilot-on-prem-v4").await.unwrap();
        let owners = slice.metadata.owner_references.unwrap_or_default();
        assert_eq!(owners.len(), 1, "{owners:?}");
        owners[0].uid.clone()
    };
    let uid = async || services.get("istio-pilot").await.unwrap().metadata.uid.unwrap();
    let first = uid().await;
    assert_eq!(owner().await, first);
    // somebody made the Service one with an address: it is made anew, and the slice that stands follows it
    let service = services.get("istio-pilot").await.unwrap();
    services.delete("istio-pilot", &DeleteParams::default()).await.unwrap();
    let other = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "istio-pilot", "namespace": SYSTEM,
        "labels": service.metadata.labels}, "spec": {"ports": [{"port": 15014}]}});
    put(&bench.pair.gke, "meshctl", other).await;
    bench.install(&["--primary", "on-prem"]).await.exits(0);
    let second = uid().await;
    assert_ne!(first, second);
    assert_eq!(owner().await, second);
}

async fn a_remote_is_never_without_pilot_in_a_move(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    // the next primary is a folder, so that on-prem is a remote before and after
    bench.home.file("kubeconf/west/app.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: app}\n");
    bench.home.run(["ca", "init", "--registry", "kubeconf"]).exits(0);
    let needed = async || {
        let kinds = ["Deployment", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
        let all = listing(&bench.pair.gke).await;
        let of_kind = |key: &&String| kinds.iter().any(|kind| key.split('/').next() == Some(kind));
        ours(&all).iter().filter(of_kind).cloned().collect::<std::collections::BTreeSet<_>>()
    };
    bench.install(&["--primary", "gke"]).await.exits(0);
    let before = needed().await;
    let (old, new) = ("istio-pilot-gke-v4", "istio-pilot-west-v4");
    fill(&bench.pair.on_prem, old, "10.1.0.1").await;

    let (report, ran) = bench.report(&["--primary", "west", "--move-primary"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let notes = cluster(&report, "on-prem")["notes"].to_string();
    assert!(
        notes.contains(&format!("{old} stays for now: pilot has not filled EndpointSlice/{SYSTEM}/{new} yet")),
        "{notes}"
    );
    let on_prem = &bench.pair.on_prem;
    assert_eq!(addresses(on_prem, old).await, Some(vec!["10.1.0.1".to_owned()]));
    assert_eq!(addresses(on_prem, new).await, Some(Vec::new()));
    // and what it leads to still runs, with all that it needs
    let pilot = format!("Deployment/{SYSTEM}/istio-pilot");
    let notes = cluster(&report, "gke")["notes"].to_string();
    let held = format!("{pilot} and what it needs stay for now: the cluster on-prem still leads to it");
    assert!(notes.contains(&held), "{notes}");
    let stood = needed().await;
    assert!(stood.contains(&pilot) && stood.is_superset(&before), "{before:#?} {stood:#?}");
    // nor does it go while the one that leans on it is not asked for
    let ran = bench.install(&["--primary", "west", "--clusters", "gke"]).await.exits(0);
    assert!(ran.stderr.contains("the cluster on-prem was not asked for"), "{}", ran.stderr);
    assert_eq!(needed().await, stood);
    // it is not forgotten
    let ran = bench.run(&["diff", "--tag", "dev", "--primary", "west"]).await.exits(1);
    assert!(ran.stdout.contains(&format!("- EndpointSlice/{SYSTEM}/{old}")), "{}", ran.stdout);

    fill(on_prem, new, "10.3.0.1").await;
    bench.install(&["--primary", "west"]).await.exits(0);
    assert_eq!(addresses(on_prem, old).await, None);
    assert_eq!(addresses(on_prem, new).await, Some(vec!["10.3.0.1".to_owned()]));
    let left = needed().await;
    assert!(!left.contains(&pilot) && left.is_subset(&stood) && left.len() < stood.len(), "{left:#?}");
    bench.run(&["diff", "--tag", "dev", "--primary", "west"]).await.exits(0);
}

async fn an_address_of_pilot_comes_and_goes(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    bench.install(&[]).await.exits(0);
    let (on_prem, slice) = (&bench.pair.on_prem, "istio-pilot-gke-v4");
    let says = async |address: &str| assert_eq!(addresses(on_prem, slice).await, Some(vec![address.to_owned()]));
    fill(on_prem, slice, "10.1.0.1").await;
    let mesh = |clusters: &str| {
        bench.home.file("kubeconf/mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n{clusters}"));
    };
    // the endpoints were discovery's: that is no conflict
    mesh("clusters: {on-prem: {pilotAddress: 10.0.0.5}}\n");
    bench.install(&[]).await.exits(0);
    says("10.0.0.5").await;
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    // and it goes: until pilot says something, what was said stays
    mesh("");
    bench.install(&[]).await.exits(0);
    says("10.0.0.5").await;
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    fill(on_prem, slice, "10.1.0.2").await;
    bench.install(&[]).await.exits(0);
    says("10.1.0.2").await;
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}
