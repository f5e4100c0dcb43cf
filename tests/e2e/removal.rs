//! What `cluster remove` and `uninstall` leave in two real clusters, and what `--purge` does not.

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
use crate::howto::HowTo;
use crate::mesh::{Operator, SYSTEM};
use crate::objects::{LONG, put};
use crate::pair::Pair;
use crate::wait::eventually;

/// What stands in a namespace by itself, and what outlives an installation.
const KEPT: [&str; 3] = ["ConfigMap/kube-root-ca.crt", "Secret/cacerts", "ServiceAccount/default"];

/// The remote leaves the mesh: nothing of it is left in the primary, and nothing of ours in it.
pub async fn of_the_remote(pair: &Pair, operator: &Operator) {
    operator.run("cluster remove on-prem --yes").exits(0);
    let secrets: Api<Secret> = Api::namespaced(pair.gke.client(), SYSTEM);
    let held = secrets.get("istio-remote-clusters").await.unwrap().data.unwrap_or_default();
    assert_eq!(held.keys().collect::<Vec<_>>(), [] as [&str; 0]);
    left(&pair.on_prem, &KEPT).await;
    let services: Api<Service> = Api::namespaced(pair.on_prem.client(), NAMESPACE);
    let left = services.list(&ListParams::default()).await.unwrap().items;
    let left: Vec<&str> = left.iter().filter_map(|s| s.metadata.name.as_deref()).collect();
    assert_eq!(left, ["late", "reviews"], "the stubs have gone from the application's namespace");
    assert!(!operator.file("kubeconf/on-prem.yaml").exists());
}

/// Everything of ours goes, with what pilot made at run time; what somebody put into our namespace stays, and with it the
/// namespace and the CA.
pub async fn leaves_what_is_not_ours(pair: &Pair, operator: &Operator) {
    let foreign =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "somebodys"}, "data": {"a": "b"}});
    put::<ConfigMap>(&pair.gke, SYSTEM, &foreign).await;
    operator.run("uninstall --yes").exits(0);
    let [map, secret, account] = KEPT;
    left(&pair.gke, &[map, "ConfigMap/somebodys", secret, account]).await;
}

/// Asked to, it takes the CA and the namespaces, too: also from a cluster that left the mesh before.
pub async fn of_everything(pair: &Pair, operator: &Operator, howto: &mut HowTo) {
    operator.add(&pair.on_prem);
    howto.goes_on(operator);
    for cluster in pair.both() {
        left(cluster, &[]).await;
        let namespaces: Api<Namespace> = Api::all(cluster.client());
        eventually("the namespace has gone", LONG, async || match namespaces.get_opt(SYSTEM).await {
            Ok(None) => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
    }
    // a second time there is nothing to do, and that is no failure
    operator.run("uninstall --purge --yes").exits(0);
}

/// Waits until just this is left of ours, and of what stands in our namespace.
async fn left(cluster: &Cluster, want: &[&str]) {
    eventually(&format!("only {want:?} is left in {}", cluster.name()), LONG, async || {
        let left = everything(cluster).await;
        if left == want { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
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
