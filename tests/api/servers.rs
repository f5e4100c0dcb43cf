//! The ground that the other tests stand on: the servers are real, take objects, and can be broken and mended.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Endpoints, Node, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use libtest_mimic::Trial;
use serde_json::json;

use crate::cluster::{Cluster, client_of};
use crate::pair::{Pair, alone, shared, with_controllers};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::servers::both_take_objects", both_take_objects),
        shared("api::servers::a_partition_is_seen_and_ends", a_partition_is_seen_and_ends),
        alone("api::servers::a_restart_keeps_kubeconfig_and_data", a_restart_keeps_kubeconfig_and_data),
        alone("api::servers::a_restart_lets_old_revisions_expire", a_restart_lets_old_revisions_expire),
        with_controllers("api::servers::controllers_make_accounts_and_slices", controllers_make_accounts_and_slices),
        alone("api::servers::a_frozen_server_is_silent_and_thaws", a_frozen_server_is_silent_and_thaws),
    ]
}

const LONG: Duration = Duration::from_secs(60);

fn config_map(name: &str, cluster: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"cluster": cluster}})).unwrap()
}

async fn both_take_objects(pair: Arc<Pair>) {
    for cluster in [&pair.gke, &pair.on_prem] {
        let namespace = cluster.namespace("objects").await;
        let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), &namespace);
        maps.create(&PostParams::default(), &config_map("here", cluster.name())).await.unwrap();
        // pods are taken although no node will ever run them
        let pods: Api<Pod> = Api::namespaced(cluster.client(), &namespace);
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "none"}]}});
        pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
        let read = maps.get("here").await.unwrap();
        assert_eq!(read.data.unwrap()["cluster"], cluster.name(), "each cluster has its own data");
    }
    let uid = async |cluster: &Cluster| {
        let all: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(cluster.client());
        all.get("kube-system").await.unwrap().metadata.uid.unwrap()
    };
    assert_ne!(uid(&pair.gke).await, uid(&pair.on_prem).await, "two clusters, not one under two names");
    #[allow(deprecated)]
    let endpoints: Api<Endpoints> = Api::namespaced(pair.on_prem.client(), "default");
    let kubernetes = eventually("the endpoint of kubernetes.default", LONG, || endpoints.get("kubernetes")).await;
    let subsets = serde_json::to_value(kubernetes.subsets).unwrap();
    assert_eq!(subsets[0]["addresses"][0]["ip"], "192.0.2.2");
}

async fn a_partition_is_seen_and_ends(pair: Arc<Pair>) {
    let namespace = pair.gke.namespace("partition").await;
    let proxy = pair.gke.proxy();
    let client = client_of(&pair.gke.kubeconfig_at(proxy.address()));
    let maps: Api<ConfigMap> = Api::namespaced(client, &namespace);
    maps.create(&PostParams::default(), &config_map("before", "gke")).await.unwrap();

    proxy.silence();
    let silent = tokio::time::timeout(Duration::from_millis(500), maps.get("before")).await;
    assert!(silent.is_err(), "a silent line answers nothing, not even an error: {silent:?}");
    proxy.restore();
    eventually("an answer after the silence", LONG, || maps.get("before")).await;

    proxy.cut();
    let cut = tokio::time::timeout(LONG, maps.get("before")).await.expect("a cut line is an error at once");
    assert!(cut.is_err(), "{cut:?}");
    proxy.restore();
    eventually("an answer after the cut", LONG, || maps.get("before")).await;
}

async fn a_restart_keeps_kubeconfig_and_data(pair: Arc<Pair>) {
    let cluster = &pair.on_prem;
    let kubeconfig = cluster.kubeconfig();
    let namespace = cluster.namespace("restart").await;
    let maps: Api<ConfigMap> = Api::namespaced(client_of(&kubeconfig), &namespace);
    let before = maps.create(&PostParams::default(), &config_map("kept", "on-prem")).await.unwrap();

    cluster.stop();
    assert!(tokio::time::timeout(LONG, maps.get("kept")).await.expect("a refused connection is an error").is_err());
    cluster.start().await.unwrap();

    let fresh: Api<ConfigMap> = Api::namespaced(client_of(&kubeconfig), &namespace);
    let after = eventually("the object from before the restart", LONG, || fresh.get("kept")).await;
    assert_eq!(after, before);
    assert_eq!(cluster.kubeconfig(), kubeconfig);
    eventually("the client from before the restart", LONG, || maps.get("kept")).await;
}

async fn a_frozen_server_is_silent_and_thaws(pair: Arc<Pair>) {
    let cluster = &pair.gke;
    let namespace = cluster.namespace("frozen").await;
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), &namespace);
    maps.create(&PostParams::default(), &config_map("there", "gke")).await.unwrap();
    cluster.freeze();
    let silent = tokio::time::timeout(Duration::from_millis(500), maps.get("there")).await;
    cluster.thaw();
    assert!(silent.is_err(), "a stopped process answers nothing: {silent:?}");
    eventually("an answer after the thaw", LONG, || maps.get("there")).await;
}

/// What a watch meets after a restart: 410, and it has to list anew. Tests of discovery stand on it.
async fn a_restart_lets_old_revisions_expire(pair: Arc<Pair>) {
    let cluster = &pair.gke;
    let namespace = cluster.namespace("expired").await;
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), &namespace);
    let old = maps.create(&PostParams::default(), &config_map("first", "gke")).await.unwrap();
    maps.create(&PostParams::default(), &config_map("second", "gke")).await.unwrap();
    cluster.stop();
    cluster.start().await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), &namespace);
    let revision = old.metadata.resource_version.unwrap();
    let answer = maps.watch(&WatchParams::default(), &revision).await;
    let code = match answer {
        Err(kube::Error::Api(status)) => status.code,
        Err(e) => panic!("{e}"),
        Ok(stream) => match Box::pin(stream).next().await {
            Some(Ok(WatchEvent::Error(status))) => status.code,
            Some(Err(kube::Error::Api(status))) => status.code,
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(code, 410);
}

async fn controllers_make_accounts_and_slices(cluster: Cluster) {
    // the namespace waits for its default account, which the API server demands of a pod
    let namespace = cluster.namespace("slices").await;
    // a pod of an unknown node gets into no slice
    let node = json!({"metadata": {"name": "n"}});
    Api::<Node>::all(cluster.client())
        .create(&PostParams::default(), &serde_json::from_value(node).unwrap())
        .await
        .unwrap();
    let pods: Api<Pod> = Api::namespaced(cluster.client(), &namespace);
    let pod = json!({
        "metadata": {"name": "p", "labels": {"app": "a"}},
        "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "none"}]},
    });
    pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let status = json!({"status": {
        "phase": "Running", "podIP": "10.128.0.7", "podIPs": [{"ip": "10.128.0.7"}],
        "conditions": [{"type": "Ready", "status": "True"}],
    }});
    pods.patch_status("p", &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
    let services: Api<Service> = Api::namespaced(cluster.client(), &namespace);
    let service = json!({"metadata": {"name": "a"}, "spec": {"selector": {"app": "a"}, "ports": [{"port": 80}]}});
    services.create(&PostParams::default(), &serde_json::from_value(service).unwrap()).await.unwrap();

    let slices: Api<EndpointSlice> = Api::namespaced(cluster.client(), &namespace);
    let of_service = ListParams::default().labels("kubernetes.io/service-name=a");
    let addresses = eventually("an address in the slice of the service", LONG, async || {
        let list = slices.list(&of_service).await.map_err(|e| e.to_string())?;
        let found: Vec<String> =
            list.items.iter().flat_map(|s| s.endpoints.iter().flatten()).flat_map(|e| e.addresses.clone()).collect();
        if found.is_empty() { Err(format!("{} slices, no address", list.items.len())) } else { Ok(found) }
    })
    .await;
    assert_eq!(addresses, ["10.128.0.7"]);
}
