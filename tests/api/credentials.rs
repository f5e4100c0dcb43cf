//! The credentials by which pilot watches a remote: minted where they are absent, ended or refused, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Secret, Service, ServiceAccount};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::cluster::client_of;
use crate::install::bench::{Bench, SYSTEM, cluster};
use crate::install::line::{Line, Rule};
use crate::pair::{Pair, alone};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::credentials::only_what_pilot_lacks_is_minted", only_what_pilot_lacks_is_minted),
        alone("api::credentials::they_do_not_wait_for_the_slices", they_do_not_wait_for_the_slices),
        alone("api::credentials::an_account_that_was_removed_comes_again", an_account_that_was_removed_comes_again),
        alone("api::credentials::the_slices_do_not_wait_for_them", the_slices_do_not_wait_for_them),
    ]
}

/// The Secret in the primary.
fn secrets(bench: &Bench) -> Api<Secret> {
    Api::namespaced(bench.pair.gke.client(), SYSTEM)
}

async fn secret(bench: &Bench) -> Secret {
    secrets(bench).get("istio-remote-clusters").await.unwrap()
}

/// The kubeconfig for on-prem in it.
async fn kubeconfig(bench: &Bench) -> Value {
    let secret = secret(bench).await;
    let text = String::from_utf8(secret.data.unwrap()["on-prem"].0.clone()).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

fn token(kubeconfig: &Value) -> String {
    kubeconfig["users"][0]["user"]["token"].as_str().unwrap().to_owned()
}

/// Installs, sees that no token is said, and gives what was told of on-prem with its state.
async fn install(bench: &Bench, more: &[&str]) -> (String, String) {
    let (report, ran) = bench.report(more).await;
    assert_eq!(ran.code, 0, "{report}\n{}", ran.stderr);
    let held = token(&kubeconfig(bench).await);
    assert!(
        !ran.stdout.contains(&held) && !ran.stderr.contains(&held) && !ran.stdout.contains("eyJ"),
        "a token is said"
    );
    let row = cluster(&report, "on-prem");
    (row["state"].as_str().unwrap().to_owned(), row["notes"].to_string())
}

/// Whether on-prem's API server lets a token list services, asked at an address that can be reached from here.
async fn works(bench: &Bench, token: &str) -> bool {
    let mut kubeconfig: Value = serde_yaml::from_str(&bench.pair.on_prem.kubeconfig()).unwrap();
    kubeconfig["users"][0]["user"] = json!({"token": token});
    let services: Api<Service> = Api::all(client_of(&kubeconfig.to_string()));
    services.list(&ListParams::default()).await.is_ok()
}

/// Sets or, with null, removes a key of the Secret, as somebody else.
async fn set(bench: &Bench, key: &str, text: Option<&str>) {
    let value = text.map(|t| ByteString(t.as_bytes().to_vec()));
    let patch = json!({"data": {key: value}});
    secrets(bench).patch("istio-remote-clusters", &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
}

async fn only_what_pilot_lacks_is_minted(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let plan = bench.report(&["--dry-run"]).await.0;
    let told = cluster(&plan, "on-prem")["notes"].to_string();
    assert!(told.contains("pilot's credential will be minted: it was absent"), "{told}");

    let (state, told) = install(&bench, &[]).await;
    assert_eq!(state, "written");
    assert!(told.contains("is an address of this machine; pilot will use https://192.0.2.2:"), "{told}");
    assert!(told.contains("pilot's credential was minted (it was absent); it ends 20"), "{told}");
    let first = kubeconfig(&bench).await;
    assert_eq!(secret(&bench).await.data.unwrap().keys().collect::<Vec<_>>(), ["on-prem"]);
    assert_eq!(secret(&bench).await.metadata.labels.unwrap()["meshctl.io/owned"], "true");
    let server = first["clusters"][0]["cluster"]["server"].as_str().unwrap();
    let port = bench.pair.on_prem.server.rsplit_once(':').unwrap().1;
    assert_eq!(server, format!("https://192.0.2.2:{port}"));
    let own: Value = serde_yaml::from_str(&bench.pair.on_prem.kubeconfig()).unwrap();
    let ca = "/clusters/0/cluster/certificate-authority-data";
    assert_eq!(first.pointer(ca), own.pointer(ca));
    assert!(works(&bench, &token(&first)).await);

    // again: nothing, and a key of somebody else stays throughout
    set(&bench, "west", Some("theirs")).await;
    let before = secret(&bench).await;
    let (state, told) = install(&bench, &[]).await;
    assert!(state == "unchanged" && !told.contains("credential"), "{state} {told}");
    assert_eq!(secret(&bench).await, before);

    // the key is gone
    set(&bench, "on-prem", None).await;
    assert!(install(&bench, &[]).await.1.contains("minted (it was absent)"));

    // the token has ended: {"exp":1500000000}
    let ended = "eyJhbGciOiJub25lIn0.eyJleHAiOjE1MDAwMDAwMDB9.x";
    let mut old = kubeconfig(&bench).await;
    old["users"][0]["user"]["token"] = ended.into();
    set(&bench, "on-prem", Some(&old.to_string())).await;
    assert!(install(&bench, &[]).await.1.contains("minted (it had ended)"));

    // its account was made anew: refused
    let accounts: Api<ServiceAccount> = Api::namespaced(bench.pair.on_prem.client(), SYSTEM);
    accounts.delete("istio-reader-service-account", &DeleteParams::default()).await.unwrap();
    assert!(install(&bench, &[]).await.1.contains("minted (it was refused)"));

    // pilot is told another address: the token stays
    let held = token(&kubeconfig(&bench).await);
    bench.home.file(
        "kubeconf/mesh.yaml",
        "apiVersion: meshctl/v1\nkind: Mesh\nclusters: {on-prem: {server: 'https://10.0.0.9:6443', tlsServerName: kubernetes}}\n",
    );
    let (state, told) = install(&bench, &[]).await;
    assert!(state == "written" && told.contains("now leads to https://10.0.0.9:6443"), "{state} {told}");
    let now = kubeconfig(&bench).await;
    assert_eq!((token(&now), &now["clusters"][0]["cluster"]["tls-server-name"]), (held.clone(), &"kubernetes".into()));

    // revoked
    assert!(works(&bench, &held).await);
    assert!(install(&bench, &["--revoke-credentials"]).await.1.contains("minted (it was revoked)"));
    // an API server remembers for a while that a token was good
    eventually("the old token is refused", Duration::from_secs(60), async || match works(&bench, &held).await {
        false => Ok(()),
        true => Err("it still works"),
    })
    .await;
    assert!(works(&bench, &token(&kubeconfig(&bench).await)).await);
    assert_eq!(secret(&bench).await.data.unwrap()["west"].0, b"theirs");
}

/// They are placed while the remotes' Services and slices are written: pilot gives a remote a while for these.
async fn they_do_not_wait_for_the_slices(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.through("on-prem", &line);
    // what owns the slices is never made, and the cluster stops there at last
    line.rule(&format!("PATCH /api/v1/namespaces/{SYSTEM}/services/istio-pilot?"), Rule::Stall);
    let args = ["install", "--registry", "kubeconf", "--tag", "dev", "--yes", "--no-wait"];
    let mut child = bench.home.command(args).spawn().unwrap();
    eventually("pilot has the credential", Duration::from_secs(60), async || {
        let secret = secrets(&bench).get_opt("istio-remote-clusters").await.unwrap();
        let held = secret.and_then(|s| s.data).is_some_and(|data| data.contains_key("on-prem"));
        if held { Ok(()) } else { Err("not yet") }
    })
    .await;
    assert!(!bench.listings().await[1].contains_key(&format!("Service/{SYSTEM}/istio-pilot")));
    child.kill().unwrap();
    child.wait().unwrap();
    // the same command completes it
    line.obey();
    let (state, told) = install(&bench, &[]).await;
    assert!(state == "written" && !told.contains("was minted"), "{state} {told}");
    assert!(bench.listings().await[1].contains_key(&format!("EndpointSlice/{SYSTEM}/istio-pilot-gke-v4")));
}

/// What is refused in a remote while its reader account is made anew leaves it an account, and pilot a token of that.
async fn an_account_that_was_removed_comes_again(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.through("on-prem", &line);
    // the account is gone by half a second after the slice was refused
    let slice = format!("PATCH /apis/discovery.k8s.io/v1/namespaces/{SYSTEM}/endpointslices/istio-pilot-gke-v4?");
    let removed = format!("DELETE /api/v1/namespaces/{SYSTEM}/serviceaccounts/istio-reader-service-account?");
    line.rule(&slice, Rule::ForbidAfter(removed.clone()));
    line.rule(&removed, Rule::After(slice));
    let (report, ran) = bench.report(&["--revoke-credentials"]).await;
    assert_eq!(ran.code, 1, "{report}");
    let row = cluster(&report, "on-prem");
    assert!(row["error"].as_str().unwrap().contains("EndpointSlice/istio-system/istio-pilot-gke-v4"), "{report}");
    assert!(row["notes"].to_string().contains("pilot's credential was minted (it was revoked)"), "{report}");
    let account = format!("ServiceAccount/{SYSTEM}/istio-reader-service-account");
    assert!(bench.listings().await[1].contains_key(&account), "{report}");
    assert!(works(&bench, &token(&kubeconfig(&bench).await)).await);
    // the same command completes it
    line.obey();
    let (state, told) = install(&bench, &[]).await;
    assert!(state == "written" && !told.contains("was minted"), "{state} {told}");
}

/// What pilot lacks keeps no remote from what its pods need.
async fn the_slices_do_not_wait_for_them(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.through("on-prem", &line);
    let mint = format!("POST /api/v1/namespaces/{SYSTEM}/serviceaccounts/istio-reader-service-account/token?");
    line.rule(&mint, Rule::Forbid);
    // the slices come after their Service, and that after no was said to the token
    line.rule(&format!("PATCH /api/v1/namespaces/{SYSTEM}/services/istio-pilot?"), Rule::After(mint));
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 1, "{report}");
    let error = cluster(&report, "on-prem")["error"].as_str().unwrap();
    assert!(error.starts_with("minting pilot's credential for the cluster on-prem failed: "), "{report}");
    assert!(bench.listings().await[1].contains_key(&format!("EndpointSlice/{SYSTEM}/istio-pilot-gke-v4")), "{report}");
    line.obey();
    assert!(install(&bench, &[]).await.1.contains("minted (it was absent)"));
}
