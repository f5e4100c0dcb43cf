//! Another mesh in both clusters, as far as it can be seen: a namespace, a definition, webhooks, rights and what carries its
//! labels, with names like ours among them. Whatever ours does, nothing of it moves.

use std::collections::BTreeMap;

use kube::api::{Api, Patch, PatchParams};
use kube::core::DynamicObject;
use kube::discovery::ApiResource;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::objects::LONG;
use crate::pair::Pair;
use crate::wait::eventually;

/// Its namespace.
const NAMESPACE: &str = "othermesh";

/// What stood before ours came: each object's UID and version, for each cluster.
pub struct Neighbour {
    before: [BTreeMap<String, String>; 2],
}

impl Neighbour {
    pub async fn moves_in(pair: &Pair) -> Self {
        let (gke, on_prem) = tokio::join!(stand(&pair.gke), stand(&pair.on_prem));
        Self { before: [gke, on_prem] }
    }

    pub async fn is_as_it_was(&self, pair: &Pair) {
        for (cluster, before) in pair.both().into_iter().zip(&self.before) {
            assert_eq!(&versions(cluster).await, before, "what is another mesh's in {}", cluster.name());
        }
    }
}

/// Kind, its collection's path, and what is put there.
fn objects() -> Vec<(&'static str, String, Value)> {
    let inside = |group: &str, plural: &str| format!("{group}/namespaces/{NAMESPACE}/{plural}");
    let rule = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]);
    let hook = json!([{"name": "inject.othermesh.io", "admissionReviewVersions": ["v1"], "sideEffects": "None",
        "failurePolicy": "Ignore", "clientConfig": {"service": {"name": "injector", "namespace": NAMESPACE}},
        "namespaceSelector": {"matchLabels": {"othermesh.io/inject": "enabled"}}, "rules": rule}]);
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let definition = json!({"metadata": {"name": "policies.othermesh.io"}, "spec": {"group": "othermesh.io", "scope": "Namespaced",
        "names": {"plural": "policies", "singular": "policy", "kind": "Policy"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}]}});
    let slice = json!({"metadata": {"name": "istio-pilot-by-hand", "labels": {"kubernetes.io/service-name": "istio-pilot"}},
        "addressType": "IPv4", "ports": [{"name": "grpc", "port": 15010}], "endpoints": [{"addresses": ["10.244.1.251"]}]});
    let discovery = "/apis/discovery.k8s.io/v1";
    let (admission, rbac) = ("/apis/admissionregistration.k8s.io/v1", "/apis/rbac.authorization.k8s.io/v1");
    vec![
        ("Namespace", "/api/v1/namespaces".to_owned(), json!({"metadata": {"name": NAMESPACE}})),
        ("CustomResourceDefinition", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions".to_owned(), definition),
        ("ClusterRole", format!("{rbac}/clusterroles"), json!({"metadata": {"name": "othermesh-proxy"}, "rules": []})),
        ("ConfigMap", inside("/api/v1", "configmaps"), json!({"metadata": {"name": "istio"}, "data": {"mesh": "{}"}})),
        ("Secret", inside("/api/v1", "secrets"), json!({"metadata": {"name": "cacerts"}, "data": {}})),
        (
            "ServiceAccount",
            inside("/api/v1", "serviceaccounts"),
            json!({"metadata": {"name": "istio-pilot-service-account"}}),
        ),
        (
            "Service",
            inside("/api/v1", "services"),
            json!({"metadata": {"name": "istio-pilot"},
            "spec": {"clusterIP": "None", "ports": [{"name": "grpc", "port": 15010}]}}),
        ),
        ("EndpointSlice", inside(discovery, "endpointslices"), slice),
        (
            "Lease",
            inside("/apis/coordination.k8s.io/v1", "leases"),
            json!({"metadata": {"name": "istio-pilot"},
            "spec": {"holderIdentity": "somebody"}}),
        ),
        (
            "MutatingWebhookConfiguration",
            format!("{admission}/mutatingwebhookconfigurations"),
            json!({"metadata": {"name": "othermesh-injector"}, "webhooks": hook.clone()}),
        ),
        (
            "ValidatingWebhookConfiguration",
            format!("{admission}/validatingwebhookconfigurations"),
            json!({"metadata": {"name": "othermesh-validator"}, "webhooks": hook}),
        ),
    ]
}

/// What a collection's path says: its API version, its plural, and whether it is of a namespace.
fn parts(path: &str) -> (&str, &str, bool) {
    let (place, plural) = path.rsplit_once('/').unwrap();
    let (group, namespaced) = place.split_once("/namespaces/").map_or((place, false), |(group, _)| (group, true));
    (group.strip_prefix("/apis/").unwrap_or("v1"), plural, namespaced)
}

fn api(cluster: &Cluster, kind: &str, path: &str) -> Api<DynamicObject> {
    let (api_version, plural, namespaced) = parts(path);
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    let resource = ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        plural: plural.to_owned(),
    };
    match namespaced {
        true => Api::namespaced_with(cluster.client(), NAMESPACE, &resource),
        false => Api::all_with(cluster.client(), &resource),
    }
}

/// Puts it all there; what stands then, once the definition has settled.
async fn stand(cluster: &Cluster) -> BTreeMap<String, String> {
    for (kind, path, mut object) in objects() {
        let api = api(cluster, kind, &path);
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        object["apiVersion"] = json!(parts(&path).0);
        object["kind"] = json!(kind);
        object["metadata"]["labels"]["app.kubernetes.io/managed-by"] = json!("othermesh");
        object["metadata"]["labels"]["app"] = json!("othermesh");
        api.patch(&name, &PatchParams::apply("othermesh"), &Patch::Apply(&object)).await.unwrap();
    }
    let definition =
        api(cluster, "CustomResourceDefinition", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
    eventually("the definition is established", LONG, async || {
        let object = definition.get("policies.othermesh.io").await.map_err(|e| e.to_string())?;
        let conditions = object.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let settled = conditions.iter().any(|c| c["type"] == "Established" && c["status"] == "True");
        if settled { Ok(()) } else { Err(object.data["status"].to_string()) }
    })
    .await;
    versions(cluster).await
}

async fn versions(cluster: &Cluster) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (kind, path, object) in objects() {
        let name = object["metadata"]["name"].as_str().unwrap();
        let meta = api(cluster, kind, &path).get(name).await.map(|o| o.metadata);
        let version = meta.map(|m| format!("{:?} {:?}", m.uid, m.resource_version)).unwrap_or_else(|e| e.to_string());
        all.insert(format!("{kind}/{name}"), version);
    }
    all
}
