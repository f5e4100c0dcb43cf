//! Discovery as a pod of the primary, with exactly the rights that are rendered: its registry is a Secret, and it keeps the
//! remotes' tokens and slices, one replica at a time.

use std::net::SocketAddr;
use std::sync::Arc;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use libtest_mimic::Trial;
use meshctl::data::model::OWNED;
use serde_json::{Value, json};

use crate::cluster::{Assets, Cluster};
use crate::pair::{Pair, shared, shared_with_another, with_controllers};
use crate::pilot::{LONG, get};
use crate::stretched::{Mesh, claims, token};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::in_cluster::it_reads_both_and_keeps_the_slice", it_reads_both_and_keeps_the_slice),
        shared_with_another("api::in_cluster::tokens_are_written_back_before_they_are_used", tokens_are_renewed),
        shared("api::in_cluster::a_lock_out_is_named_with_its_cure", a_lock_out_is_named),
        shared("api::in_cluster::the_next_holder_goes_on", the_next_holder_goes_on),
        shared_with_another(
            "api::in_cluster::what_the_holder_knew_ends_with_its_term",
            what_the_holder_knew_ends_with_its_term,
        ),
        shared("api::in_cluster::keys_take_effect_without_a_restart", keys_take_effect),
        shared("api::in_cluster::settings_come_from_the_config_map", settings_come_from_the_config_map),
        shared("api::in_cluster::troubles_are_told_where_an_operator_looks", troubles_are_told),
        shared("api::in_cluster::who_cannot_hold_the_lease_says_so", who_cannot_hold_the_lease_says_so),
        shared("api::in_cluster::it_waits_until_its_remotes_are_known", it_waits_until_its_remotes_are_known),
        shared("api::in_cluster::a_renewed_account_is_picked_up", a_renewed_account_is_picked_up),
        with_controllers("api::in_cluster::pods_that_move_are_followed", pods_that_move_are_followed),
    ]
}

fn of(pair: &Pair) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], pair.on_prem.port()))
}

async fn it_reads_both_and_keeps_the_slice(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "keeps", of(&pair)).await;
    mesh.pods(&["10.1.0.2", "10.1.0.1"], &["10.1.0.9"]).await;
    let pilot = mesh.pilot("pilot-1", &[]).await;
    pilot.cluster_is("gke", "synced").await;
    let row = pilot.cluster_is("on-prem", "synced").await;
    assert_eq!(row["credentials"]["state"], "VALID", "{row}");
    assert!(get(pilot.address("monitoring"), "/ready").await.is_ok());
    mesh.held_by("pilot-1").await;
    mesh.slice_is(&["10.1.0.1", "10.1.0.2"]).await;
    // pods move
    mesh.pods(&["10.1.0.3"], &["10.1.0.1"]).await;
    mesh.slice_is(&["10.1.0.3"]).await;
    // somebody else writes there
    mesh.overwrite_slice("10.9.9.9").await;
    mesh.slice_is(&["10.1.0.3"]).await;
    // nobody is ready: the remote keeps the last address, and the page says so
    mesh.pods(&[], &["10.1.0.3"]).await;
    eventually("the page says that nobody is ready", LONG, async || {
        let row = pilot.cluster("on-prem").await.unwrap_or_default();
        if row["pilotSlices"]["state"] == "WAITING" { Ok(()) } else { Err(row.to_string()) }
    })
    .await;
    assert_eq!(mesh.slice().await, ["10.1.0.3"]);
    mesh.pods(&["10.1.0.4"], &[]).await;
    mesh.slice_is(&["10.1.0.4"]).await;
    let page = pilot.debug("clusterz").await;
    assert_eq!(page["upkeep"]["lease"], json!({"held": true, "holder": "pilot-1", "reason": null}), "{page}");
    assert_eq!(page["upkeep"]["troubles"], json!([]), "nothing it needs is forbidden: {}", pilot.log());
}

async fn tokens_are_renewed(pair: Arc<Pair>, third: Cluster) {
    let mesh = Mesh::install(&pair, "renews", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.on_prem.serve("reviews", &["10.2.0.1"]).await;
    let first = mesh.key("on-prem").await.unwrap();
    let pilot = mesh.pilot("pilot-1", &["--token-renew-after", "3s"]).await;
    pilot.has(&mesh.gke.host("reviews"), &["10.2.0.1"]).await;
    // twice: the second with the token of the first
    let mut last = first.clone();
    for _ in 0..2 {
        last = eventually("another token in the Secret", LONG, async || match mesh.key("on-prem").await.unwrap() {
            same if same == last => Err("the same".to_owned()),
            other => Ok(other),
        })
        .await;
    }
    let (old, new) = (claims(&first), claims(&last));
    assert!(new["iat"].as_u64() >= old["iat"].as_u64() && new["jti"] != old["jti"]);
    // an API server that extends nothing grants what was asked for: a day
    assert_eq!(new["exp"].as_u64().unwrap() - new["iat"].as_u64().unwrap(), 24 * 3600);
    let account = format!("system:serviceaccount:{}:istio-reader-service-account", mesh.namespace);
    assert_eq!(new["sub"], account.as_str());
    // and it is the one in use
    eventually("a source with the renewed token", LONG, async || match pilot.cluster("on-prem").await {
        Some(row) if row["state"] == "synced" && row["generation"].as_u64() > Some(1) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!(pilot.addresses(&mesh.gke.host("reviews")).await, ["10.2.0.1"]);
    // two at a time: neither undoes the other
    mesh.stretch(&third, "rack", SocketAddr::from(([127, 0, 0, 1], third.port()))).await;
    let before = [mesh.key("on-prem").await, mesh.key("rack").await];
    eventually("both keys with other tokens", LONG, async || {
        let now = [mesh.key("on-prem").await, mesh.key("rack").await];
        if now.iter().zip(&before).all(|(now, before)| now != before) { Ok(()) } else { Err("not yet") }
    })
    .await;
    for id in ["on-prem", "rack"] {
        pilot.cluster_is(id, "synced").await;
    }
    let managers = mesh.secret().await.metadata.managed_fields.unwrap();
    assert!(managers.iter().any(|m| m.manager.as_deref() == Some("meshctl-discovery")), "{managers:?}");
    for text in [pilot.log(), pilot.debug("clusterz").await.to_string()] {
        for kubeconfig in [&first, &last] {
            let token = token(kubeconfig);
            assert!(token.len() > 100 && !text.contains(&token), "a token is shown");
        }
    }
}

/// A token that has ended: signed by nobody, which makes no difference.
const EXPIRED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDA4NjQwMH0.c2ln";

async fn a_lock_out_is_named(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "locked", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.on_prem.serve("reviews", &["10.2.0.1"]).await;
    let pilot = mesh.pilot("pilot-1", &[]).await;
    let host = mesh.gke.host("reviews");
    pilot.has(&host, &["10.2.0.1"]).await;
    mesh.write_key("on-prem", Some(&pair.on_prem.kubeconfig_of_token(of(&pair), EXPIRED))).await;
    eventually("the lock-out on the page", LONG, async || match pilot.cluster("on-prem").await {
        Some(row) if row["credentials"]["state"] == "LOCKED OUT" => {
            assert_eq!(row["credentials"]["cure"], "meshctl install --only secrets", "{row}");
            assert_eq!(row["credentials"]["expires"], 1_700_086_400, "{row}");
            Ok(())
        }
        other => Err(format!("{other:?}")),
    })
    .await;
    pilot.says(&["RemoteCredentialsExpired", "on-prem", "meshctl install --only secrets"]).await;
    let event = mesh.event("RemoteCredentialsExpired", &["on-prem have expired", "install --only secrets"]).await;
    assert_eq!(event.type_.as_deref(), Some("Warning"));
    let about = event.regarding.unwrap();
    assert_eq!((about.kind.as_deref(), about.name.as_deref()), (Some("Secret"), Some("istio-remote-clusters")));
    assert_eq!(about.uid, mesh.secret().await.metadata.uid, "kubectl describe finds it by the UID");
    assert_eq!(pilot.addresses(&host).await, ["10.2.0.1"], "its endpoints are kept");
    // the cure, as install does it
    mesh.admit(&pair.on_prem, "on-prem", of(&pair)).await;
    eventually("valid credentials", LONG, async || match pilot.cluster("on-prem").await {
        Some(row) if row["credentials"]["state"] == "VALID" && row["state"] == "synced" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    // one trouble is one Event
    assert_eq!(mesh.events("RemoteCredentialsExpired").await.len(), 1);
}

async fn the_next_holder_goes_on(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "holders", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    let mut first = mesh.pilot("pilot-1", &[]).await;
    mesh.held_by("pilot-1").await;
    mesh.slice_is(&["10.1.0.1"]).await;
    let mut second = mesh.pilot("pilot-2", &[]).await;
    second.cluster_is("on-prem", "synced").await;
    let page = second.debug("clusterz").await;
    assert_eq!(page["upkeep"]["lease"]["held"], false, "{page}");
    // released on SIGTERM: nobody waits for its end
    first.terminate();
    first.says(&["the Lease istio-pilot is released"]).await;
    mesh.held_by("pilot-2").await;
    mesh.pods(&["10.1.0.2"], &[]).await;
    mesh.slice_is(&["10.1.0.2"]).await;
    let lease = mesh.lease().await.unwrap();
    // uninstall removes what carries it
    assert_eq!(lease.metadata.labels.unwrap_or_default().get(OWNED.0).map(String::as_str), Some(OWNED.1));
    let spec = lease.spec.unwrap();
    assert_eq!((spec.lease_duration_seconds, spec.lease_transitions), (Some(10), Some(1)));
    // killed: its time runs out
    first = mesh.pilot("pilot-3", &[]).await;
    first.cluster_is("on-prem", "synced").await;
    second.kill();
    mesh.pods(&["10.1.0.3"], &[]).await;
    mesh.held_by("pilot-3").await;
    mesh.slice_is(&["10.1.0.3"]).await;
}

async fn what_the_holder_knew_ends_with_its_term(pair: Arc<Pair>, third: Cluster) {
    let mesh = Mesh::install(&pair, "terms", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    let line = third.proxy();
    mesh.stretch(&third, "rack", line.address()).await;
    let pilot = mesh.pilot("pilot-1", &["--token-renew-after", "1s"]).await;
    pilot.cluster_is("rack", "synced").await;
    line.cut();
    pilot.says(&["TokenNotRenewed", "the cluster rack"]).await;
    // and one whose slice cannot be kept: it was there, and goes
    mesh.slice_is(&["10.1.0.1"]).await;
    mesh.delete_slice().await;
    pilot.says(&["RemoteSliceNotKept", "the cluster on-prem"]).await;
    // another takes the Lease, and is silent from then on
    let leases: Api<Lease> = Api::namespaced(mesh.client("gke"), &mesh.namespace);
    let taken = Patch::Merge(json!({"spec": {"holderIdentity": "other"}}));
    leases.patch("istio-pilot", &PatchParams::default(), &taken).await.unwrap();
    pilot.says(&["does not hold the Lease istio-pilot any more"]).await;
    // nobody here can tell any more
    pilot.says(&["TokenNotRenewed is over"]).await;
    pilot.says(&["RemoteSliceNotKept is over", "the cluster on-prem"]).await;
    for (id, what) in [("rack", "credentials"), ("on-prem", "pilotSlices")] {
        let row = pilot.cluster(id).await.unwrap();
        assert_eq!(row[what]["reason"], Value::Null, "{row}");
    }
    assert_eq!(pilot.cluster("on-prem").await.unwrap()["pilotSlices"], Value::Null);
    // its time runs out
    mesh.held_by("pilot-1").await;
    let transitions = mesh.lease().await.unwrap().spec.unwrap().lease_transitions;
    assert_eq!(transitions, Some(1), "the other one counted none");
}

async fn keys_take_effect(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "keys", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.on_prem.serve("reviews", &["10.2.0.1"]).await;
    let key = mesh.key("on-prem").await.unwrap();
    mesh.write_key("on-prem", None).await;
    let pilot = mesh.pilot("pilot-1", &[]).await;
    let host = mesh.gke.host("reviews");
    pilot.cluster_is("gke", "synced").await;
    assert!(pilot.cluster("on-prem").await.is_none());
    // added
    mesh.write_key("on-prem", Some(&key)).await;
    pilot.has(&host, &["10.2.0.1"]).await;
    // broken, in two ways: the last good one goes on
    let exec = key.replace("user: {token:", "user: {exec: {command: /canary}, token:");
    assert_ne!(exec, key);
    for (text, words) in [("no: [kubeconfig", "YAML"), (&exec, "its field exec is refused")] {
        mesh.write_key("on-prem", Some(text)).await;
        let event = mesh.event("RemoteKeyBroken", &["istio-remote-clusters/on-prem", words]).await;
        assert!(!format!("{event:?}").contains("canary"));
        let row = pilot.cluster("on-prem").await.unwrap();
        assert_eq!((&row["state"], row["problem"].is_string()), (&"synced".into(), true), "{row}");
        mesh.on_prem.serve("reviews", &["10.2.0.1", "10.2.0.2"]).await;
        pilot.has(&host, &["10.2.0.1", "10.2.0.2"]).await;
        mesh.on_prem.serve("reviews", &["10.2.0.1"]).await;
        pilot.has(&host, &["10.2.0.1"]).await;
    }
    // rotated: the same cluster by another line; the old one can go
    let line = pair.on_prem.proxy();
    mesh.admit(&pair.on_prem, "on-prem", line.address()).await;
    eventually("a source by the new address", LONG, async || match pilot.cluster("on-prem").await {
        Some(row) if row["generation"].as_u64() > Some(1) && row["problem"] == Value::Null => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert!(line.accepted() > 0);
    // gone altogether is no word from anybody: what was known stays
    mesh.delete_secret().await;
    pilot.says(&["the Secret is gone", "keep their last credentials"]).await;
    assert_eq!(pilot.addresses(&host).await, ["10.2.0.1"]);
    // removed
    mesh.write_key("other", None).await;
    pilot.has(&host, &[]).await;
    assert!(pilot.cluster("on-prem").await.is_none());
    let page = pilot.debug("clusterz").await;
    assert_eq!(page["problems"], json!([]), "{page}");
}

async fn settings_come_from_the_config_map(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "settings", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.gke.serve("reviews", &["10.1.0.1"]).await;
    mesh.on_prem.serve("reviews", &["10.2.0.1"]).await;
    let pilot = mesh.pilot("pilot-1", &[]).await;
    pilot.cluster_is("gke", "synced").await;
    pilot.cluster_is("on-prem", "synced").await;
    let host = mesh.gke.host("reviews");
    // the control plane's namespace merges nothing until it is opened
    let scopes = async || {
        let page = pilot.debug(&format!("endpointz?service={host}")).await;
        page.as_array().unwrap().len()
    };
    assert_eq!(scopes().await, 2, "one service in each cluster");
    let open = format!("apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\nopenNamespaces: [{}]\n", mesh.namespace);
    mesh.set("meshctl", &open).await;
    pilot.has(&host, &["10.1.0.1", "10.2.0.1"]).await;
    eventually("one service", LONG, async || match scopes().await {
        1 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
    // nonsense changes nothing, and is named
    mesh.set("meshctl", "apiVersion: meshctl/v1\nkind: Mesh\nopenNamespace: [canary]\n").await;
    let event =
        mesh.event("SettingsBroken", &["the key meshctl of the ConfigMap", "openNamespace is no known key"]).await;
    assert_eq!(event.regarding.unwrap().kind.as_deref(), Some("ConfigMap"));
    assert_eq!(scopes().await, 1);
}

async fn troubles_are_told(pair: Arc<Pair>) {
    let line = pair.on_prem.proxy();
    let mesh = Mesh::install(&pair, "troubles", line.address()).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.on_prem.serve("reviews", &["10.2.0.1"]).await;
    let pilot = mesh.pilot("pilot-1", &[]).await;
    mesh.held_by("pilot-1").await;
    let second = mesh.pilot("pilot-2", &[]).await;
    mesh.slice_is(&["10.1.0.1"]).await;
    let host = mesh.gke.host("reviews");
    pilot.has(&host, &["10.2.0.1"]).await;
    // somebody took the slice away: only install makes one
    mesh.delete_slice().await;
    let event =
        mesh.event("RemoteSliceNotKept", &["on-prem", "istio-pilot-gke-v4 is not there", "meshctl install"]).await;
    let about = event.regarding.unwrap();
    assert_eq!((about.kind.as_deref(), about.uid), (Some("Service"), mesh.service().await.metadata.uid));
    // the line is cut
    line.cut();
    let event = mesh.event("RemoteUnreachable", &["reading the cluster on-prem failed", "cannot be reached"]).await;
    assert_eq!(event.reporting_instance.as_deref(), Some("pilot-1"), "the holder tells, and nobody else");
    second.says(&["RemoteUnreachable", "on-prem"]).await;
    assert_eq!(pilot.addresses(&host).await, ["10.2.0.1"]);
    let page = pilot.debug("clusterz").await;
    let troubles = page["upkeep"]["troubles"].as_array().unwrap();
    assert!(troubles.iter().any(|t| t["reason"] == "RemoteUnreachable"), "{page}");
    line.restore();
    pilot.cluster_is("on-prem", "synced").await;
    pilot.says(&["RemoteUnreachable is over"]).await;
    // and the same trouble again is the same Event: one that comes later has been told, and this one has no second
    line.cut();
    pilot.cluster_is("on-prem", "stale").await;
    second.cluster_is("on-prem", "stale").await;
    pilot.says(&["RemoteUnreachable", "on-prem"]).await;
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    mesh.event("RemoteKeyBroken", &["istio-remote-clusters/broken"]).await;
    let again = mesh.events("RemoteUnreachable").await;
    let mut notes: Vec<_> = again.iter().map(|e| e.note.clone()).collect();
    notes.sort();
    notes.dedup();
    assert_eq!(notes.len(), again.len(), "{again:?}");
}

/// A Lease of somebody else's: no replica holds it, so all of them tell, and each trouble is one Event all the same.
async fn who_cannot_hold_the_lease_says_so(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "foreign", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    let leases: Api<Lease> = Api::namespaced(mesh.client("gke"), &mesh.namespace);
    let foreign = json!({"metadata": {"name": "istio-pilot"},
        "spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 10}});
    let by = PostParams { field_manager: Some("pilot-discovery".into()), ..PostParams::default() };
    leases.create(&by, &serde_json::from_value(foreign).unwrap()).await.unwrap();
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    let pilots = [mesh.pilot("pilot-1", &[]).await, mesh.pilot("pilot-2", &[]).await];
    let words = ["holding the Lease", "meshctl did not make it", "pilot-discovery", "no token is renewed"];
    let event = mesh.event("LeaseNotHeld", &words).await;
    let about = event.regarding.unwrap();
    assert_eq!((about.kind.as_deref(), about.uid), (Some("Service"), mesh.service().await.metadata.uid));
    // the other replica comes to the same Event
    for reason in ["LeaseNotHeld", "RemoteKeyBroken"] {
        eventually(&format!("both have told {reason}"), LONG, async || {
            let all = mesh.events(reason).await;
            let counts: Vec<_> = all.iter().map(|e| e.series.as_ref().map(|s| s.count)).collect();
            if counts == [Some(2)] { Ok(()) } else { Err(format!("{counts:?}")) }
        })
        .await;
    }
    // it goes, and one of them holds ours
    mesh.delete_lease().await;
    for pilot in &pilots {
        pilot.says(&["LeaseNotHeld is over"]).await;
    }
    let holder = mesh.lease().await.unwrap().spec.unwrap().holder_identity.unwrap();
    assert!(holder.starts_with("pilot-"), "{holder}");
}

async fn it_waits_until_its_remotes_are_known(pair: Arc<Pair>) {
    let line = pair.gke.proxy();
    let mut mesh = Mesh::install(&pair, "waits", of(&pair)).await;
    mesh.port = line.address().port();
    line.cut();
    let pilot = mesh.pilot("pilot-1", &[]).await;
    pilot.says(&["RemotesUnreadable", "cannot be reached"]).await;
    let ready = get(pilot.address("monitoring"), "/ready").await;
    assert!(
        ready.as_ref().is_err_and(|e| e.contains("503") && e.contains("no cluster has been read yet")),
        "{ready:?}"
    );
    let page = pilot.debug("clusterz").await;
    assert_eq!(page["restartHold"]["waitsFor"], json!(["gke"]), "a resuming proxy keeps what it has: {page}");
    line.restore();
    pilot.cluster_is("gke", "synced").await;
    pilot.cluster_is("on-prem", "synced").await;
    let page = pilot.debug("clusterz").await;
    assert_eq!(page["restartHold"]["waitsFor"], json!([]), "{page}");
    mesh.held_by("pilot-1").await;
}

async fn a_renewed_account_is_picked_up(pair: Arc<Pair>) {
    let mesh = Mesh::install(&pair, "account", of(&pair)).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    let pilot = mesh.pilot("pilot-1", &[]).await;
    mesh.slice_is(&["10.1.0.1"]).await;
    mesh.revoke_account().await;
    // an API server remembers tokens for some seconds
    pilot.says(&["LeaseNotHeld", "does not accept the credentials"]).await;
    mesh.renew_account().await;
    mesh.held_by("pilot-1").await;
    pilot.says(&["LeaseNotHeld is over"]).await;
    mesh.pods(&["10.1.0.2"], &[]).await;
    mesh.slice_is(&["10.1.0.2"]).await;
}

/// A pod of the Deployment, as a kubelet and its controller would have it.
async fn pilot_pod(mesh: &Mesh, name: &str, address: &str) {
    let pods: Api<Pod> = Api::namespaced(mesh.client("gke"), &mesh.namespace);
    let pod = json!({
        "metadata": {"name": name, "labels": {"app": "istio-pilot", "istio": "pilot"}},
        "spec": {"nodeName": "n", "serviceAccountName": "istio-pilot-service-account",
            "containers": [{"name": "discovery", "image": "none"}]},
    });
    pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let status = json!({"status": {
        "phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
        "conditions": [{"type": "Ready", "status": "True"}],
    }});
    pods.patch_status(name, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
}

/// The slices here are those that Kubernetes' own controller makes of the rendered Service.
async fn pods_that_move_are_followed(gke: Cluster) {
    let assets = Assets::find(&["etcd", "kube-apiserver"]).unwrap();
    let pair = Pair { gke, on_prem: Cluster::start_new(crate::pair::ON_PREM, &assets).await.unwrap() };
    let mesh = Mesh::install(&pair, "moves", of(&pair)).await;
    let node = json!({"metadata": {"name": "n"}});
    let nodes: Api<Node> = Api::all(mesh.client("gke"));
    nodes.create(&PostParams::default(), &serde_json::from_value(node).unwrap()).await.unwrap();
    let pilot = mesh.pilot("pilot-1", &[]).await;
    mesh.held_by("pilot-1").await;
    pilot_pod(&mesh, "pilot-1", "10.1.0.1").await;
    mesh.slice_is(&["10.1.0.1"]).await;
    pilot_pod(&mesh, "pilot-2", "10.1.0.2").await;
    mesh.slice_is(&["10.1.0.1", "10.1.0.2"]).await;
    let pods: Api<Pod> = Api::namespaced(mesh.client("gke"), &mesh.namespace);
    pods.delete("pilot-1", &DeleteParams::default().grace_period(0)).await.unwrap();
    mesh.slice_is(&["10.1.0.2"]).await;
    assert_eq!(pilot.debug("clusterz").await["upkeep"]["troubles"], json!([]), "{}", pilot.log());
}
