//! Pilot's tokens for the remote: renewed with themselves, and the renewed ones are those in use.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::bookinfo::NAMESPACE;
use crate::mesh::{Operator, PILOT, SYSTEM, pilot_is_known_everywhere};
use crate::objects::{LONG, put};
use crate::pair::Pair;
use crate::wait::eventually;

/// Somebody shortens the life of the tokens by hand; the remote is watched on, with tokens that pilot has made.
pub async fn of_tokens(pair: &Pair, operator: &Operator) {
    let deployments: Api<Deployment> = Api::namespaced(pair.gke.client(), SYSTEM);
    let container = deployments.get("istio-pilot").await.unwrap().spec.template.spec.unwrap().containers.remove(0);
    let mut args = container.args.unwrap();
    args.push("--token-renew-after=2s".to_owned());
    let containers = json!([{"name": container.name, "args": args}]);
    let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
    deployments.patch("istio-pilot", &PatchParams::default(), &Patch::Strategic(patch)).await.unwrap();
    pilot_is_known_everywhere(pair).await;
    let first = token(pair).await;
    let mut last = first.clone();
    // the second is made with the first that was renewed
    for _ in 0..2 {
        last = eventually("another token", LONG, async || match token(pair).await {
            same if same == last => Err("the same"),
            other => Ok(other),
        })
        .await;
    }
    eventually("the remote is read with a token that was renewed", LONG, async || {
        let row = on_prem(pair).await?;
        // the first source of it was made with what the Secret said at the start
        if row["state"] == "synced" && row["generation"].as_u64() > Some(2) { Ok(()) } else { Err(row.to_string()) }
    })
    .await;
    something_new_is_heard(pair, operator).await;
}

/// The token for the remote, as the Secret has it.
async fn token(pair: &Pair) -> String {
    let secrets: Api<Secret> = Api::namespaced(pair.gke.client(), SYSTEM);
    let data = secrets.get("istio-remote-clusters").await.unwrap().data.unwrap();
    let kubeconfig: Value = serde_yaml::from_slice(&data["on-prem"].0).unwrap();
    kubeconfig["users"][0]["user"]["token"].as_str().unwrap().to_owned()
}

/// What a pilot says of the remote, on its page for operators.
async fn on_prem(pair: &Pair) -> Result<Value, String> {
    let pods: Api<Pod> = Api::namespaced(pair.gke.client(), SYSTEM);
    let all = pods.list(&ListParams::default().labels(PILOT)).await.map_err(|e| e.to_string())?.items;
    let live = all.into_iter().find(|p| p.metadata.deletion_timestamp.is_none()).ok_or("no pod")?;
    let mut forward = pods.portforward(&live.metadata.name.unwrap(), &[8080]).await.map_err(|e| e.to_string())?;
    let mut stream = forward.take_stream(8080).unwrap();
    stream.write_all(b"GET /debug/clusterz HTTP/1.0\r\n\r\n").await.map_err(|e| e.to_string())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.map_err(|e| e.to_string())?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| answer.clone())?;
    let page: Value = serde_json::from_str(body).map_err(|e| format!("{e}: {body}"))?;
    let row = page["clusters"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == "on-prem"));
    row.cloned().ok_or_else(|| page.to_string())
}

/// An endpoint that was not there before is what pilot has for a proxy of the other cluster.
async fn something_new_is_heard(pair: &Pair, operator: &Operator) {
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "late"},
        "spec": {"ports": [{"name": "http", "port": 9080}]}});
    put::<Service>(&pair.on_prem, NAMESPACE, &service).await;
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "late-by-hand", "labels": {"kubernetes.io/service-name": "late"}},
        "addressType": "IPv4", "ports": [{"name": "http", "port": 9080}],
        "endpoints": [{"addresses": ["10.244.2.250"]}]});
    put::<EndpointSlice>(&pair.on_prem, NAMESPACE, &slice).await;
    let name = format!("outbound|9080||late.{NAMESPACE}.svc.cluster.local");
    let line = format!("proxy-config endpoints deploy/productpage-v1 -n {NAMESPACE} --from pilot --cluster {name}");
    eventually("the new endpoint", LONG, async || {
        let ran = operator.run(&line);
        if ran.stdout.contains("10.244.2.250") { Ok(()) } else { Err(format!("{ran:?}")) }
    })
    .await;
}
