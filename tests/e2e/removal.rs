//! What `uninstall` leaves in two real clusters.

use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod, Secret, Service, ServiceAccount};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::api::{Api, ListParams};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::bookinfo::NAMESPACE;
use crate::cluster::Cluster;
use crate::mesh::{Operator, SYSTEM};
use crate::objects::{LONG, put};
use crate::pair::Pair;
use crate::wait::eventually;

/// Everything of ours goes, with what pilot made at run time; what somebody put into our namespace stays, and with it the
/// namespace and the CA.
pub async fn leaves_what_is_not_ours(pair: &Pair, operator: &Operator) {
    let foreign =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "somebodys"}, "data": {"a": "b"}});
    put::<ConfigMap>(&pair.gke, SYSTEM, &foreign).await;
    operator.run("uninstall --yes").exits(0);
    eventually("only what is not ours is left", LONG, async || {
        let left = [everything(&pair.gke).await, everything(&pair.on_prem).await];
        let [gke, on_prem] = left.each_ref().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let kept = ["ConfigMap/kube-root-ca.crt", "Secret/cacerts", "ServiceAccount/default"];
        let in_gke = ["ConfigMap/kube-root-ca.crt", "ConfigMap/somebodys", "Secret/cacerts", "ServiceAccount/default"];
        if gke == in_gke && on_prem == kept { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
    let services: Api<Service> = Api::namespaced(pair.on_prem.client(), NAMESPACE);
    let left = services.list(&ListParams::default()).await.unwrap().items;
    let left: Vec<&str> = left.iter().filter_map(|s| s.metadata.name.as_deref()).collect();
    assert_eq!(left, ["reviews"], "the stubs have gone from the application's namespace");
}

/// Nothing of ours is left, nor our namespaces.
pub async fn purged(pair: &Pair) {
    for cluster in pair.both() {
        let namespaces: Api<Namespace> = Api::all(cluster.client());
        eventually("the control plane's namespace has gone", LONG, async || {
            match namespaces.get_opt(SYSTEM).await.map_err(|e| e.to_string())? {
                None => Ok(()),
                Some(still) => Err(format!("{:?}", still.status)),
            }
        })
        .await;
        assert_eq!(everything(cluster).await, Vec::<String>::new());
    }
}

/// Everything in the control plane's namespace, and what was made for it in the whole cluster, as `Kind/name`, sorted.
async fn everything(cluster: &Cluster) -> Vec<String> {
    async fn named<K>(api: Api<K>) -> Vec<String>
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
    {
        let all = api.list(&ListParams::default()).await.unwrap().items;
        let live = all.into_iter().filter(|o| o.meta().deletion_timestamp.is_none());
        live.filter_map(|o| o.meta().name.clone()).map(|name| format!("{}/{name}", K::kind(&()))).collect()
    }
    fn inside<K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>>(client: &Client) -> Api<K> {
        Api::namespaced(client.clone(), SYSTEM)
    }
    let client = cluster.client();
    let mut found = [
        named(inside::<ConfigMap>(&client)).await,
        named(inside::<Secret>(&client)).await,
        named(inside::<Service>(&client)).await,
        named(inside::<ServiceAccount>(&client)).await,
        named(inside::<Deployment>(&client)).await,
        named(inside::<PodDisruptionBudget>(&client)).await,
        named(inside::<EndpointSlice>(&client)).await,
        named(inside::<Lease>(&client)).await,
        named(inside::<Role>(&client)).await,
        named(inside::<RoleBinding>(&client)).await,
        named(inside::<Pod>(&client)).await,
    ]
    .concat();
    let whole =
        [named(Api::<ClusterRole>::all(client.clone())).await, named(Api::<ClusterRoleBinding>::all(client)).await];
    found.extend(whole.concat().into_iter().filter(|name| name.contains("/istio") || name.contains("/meshctl")));
    found.sort();
    found
}
