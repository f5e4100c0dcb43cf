//! Objects written through the API servers: a namespace of the same name in both clusters, and what stands in it.
//!
//! API servers refuse loopback addresses in slices; nobody calls these endpoints, so they are of 10.0.0.0/8.

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use k8s_openapi::api::core::v1::{Namespace, Node, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use meshctl::data::model::{SLICE_CONTROLLER, SLICE_KEEPER};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::pair::Pair;

/// A namespace of one cluster.
pub struct Writer {
    client: kube::Client,
    pub namespace: String,
}

/// A namespace of the same name in both clusters: first gke's, then on-prem's.
pub async fn in_both(pair: &Pair, test: &str) -> (Writer, Writer) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{test}-both-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    (Writer::new(&pair.gke, &name).await, Writer::new(&pair.on_prem, &name).await)
}

impl Writer {
    /// In a namespace, which is made where there is none.
    pub async fn new(cluster: &Cluster, namespace: &str) -> Self {
        let writer = Self { client: cluster.client(), namespace: namespace.to_owned() };
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        put::<Namespace>(&Api::all(writer.client.clone()), namespace, &object).await;
        writer
    }

    fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The host of a service of this namespace.
    pub fn host(&self, service: &str) -> String {
        format!("{service}.{}.svc.cluster.local", self.namespace)
    }

    /// A service without a selector, with the port `http` 9080.
    pub async fn service(&self, name: &str) {
        let object = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"ports": [{"name": "http", "port": 9080}]}});
        put::<Service>(&self.api(), name, &object).await;
    }

    /// The slice `SERVICE-SLICE` of a service, whole: with these endpoints and no others.
    pub async fn slice(&self, service: &str, slice: &str, endpoints: &[Value]) {
        let name = format!("{service}-{slice}");
        let object = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
            "addressType": "IPv4", "ports": [{"name": "http", "port": 9080}], "endpoints": endpoints});
        put::<EndpointSlice>(&self.api(), &name, &object).await;
    }

    /// A slice as the controller of slices keeps it.
    pub async fn kept_slice(&self, service: &str, slice: &str, endpoints: &[Value]) {
        self.slice(service, slice, endpoints).await;
        let labels = json!({"metadata": {"labels": {SLICE_KEEPER.0: SLICE_CONTROLLER}}});
        let slices = self.api::<EndpointSlice>();
        let patch = Patch::Merge(labels);
        slices.patch(&format!("{service}-{slice}"), &PatchParams::default(), &patch).await.unwrap();
    }

    /// A service and one slice of it with these addresses.
    pub async fn serve(&self, service: &str, addresses: &[&str]) {
        self.service(service).await;
        self.slice(service, "1", &addresses.iter().map(|a| json!({"addresses": [a]})).collect::<Vec<_>>()).await;
    }

    /// A node with its locality.
    pub async fn node(&self, name: &str, region: &str, zone: &str) {
        let labels = json!({"topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": zone});
        let object = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}});
        put::<Node>(&Api::all(self.client.clone()), name, &object).await;
    }

    /// A running pod.
    pub async fn pod(&self, name: &str, address: &str, node: &str, account: &str) {
        let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"version": "v1"}},
            "spec": {"nodeName": node, "serviceAccountName": account, "containers": [{"name": "app", "image": "none"}]}});
        put::<Pod>(&self.api(), name, &object).await;
        let status = json!({"status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}]}});
        self.api::<Pod>().patch_status(name, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
    }

    /// Deletes a slice.
    pub async fn delete_slice(&self, service: &str, slice: &str) {
        let name = format!("{service}-{slice}");
        self.api::<EndpointSlice>().delete(&name, &DeleteParams::default()).await.unwrap();
    }

    /// Deletes a service; its slices stay, as no controller runs.
    pub async fn delete_service(&self, name: &str) {
        self.api::<Service>().delete(name, &DeleteParams::default()).await.unwrap();
    }

    /// The ConfigMap `istio`, which says what the mesh does.
    pub async fn mesh_config(&self, text: &str) {
        let object =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio"}, "data": {"mesh": text}});
        put::<k8s_openapi::api::core::v1::ConfigMap>(&self.api(), "istio", &object).await;
    }

    /// Deletes the ConfigMap `istio`.
    pub async fn delete_mesh_config(&self) {
        let maps = self.api::<k8s_openapi::api::core::v1::ConfigMap>();
        maps.delete("istio", &DeleteParams::default()).await.unwrap();
    }
}

/// An endpoint that is a pod.
pub fn of_pod(pod: &str, address: &str, node: &str) -> Value {
    json!({"addresses": [address], "nodeName": node, "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": pod}})
}

/// Creates an object, or makes it so.
async fn put<K: Clone + Debug + DeserializeOwned>(api: &Api<K>, name: &str, object: &Value) {
    api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(object)).await.unwrap();
}
