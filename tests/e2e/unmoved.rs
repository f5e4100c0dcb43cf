//! What stands of us in both clusters, object by object: whether an install that has nothing to do leaves every one of them alone,
//! as the API servers say, and not as install itself does.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::Api;
use meshctl::data::yaml;
use meshctl::pure::manifest::{Inventory, ObjectKey, Resource};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::mesh::SYSTEM;
use crate::pair::Pair;

/// What discovery writes while it runs: their versions move by themselves. They stay the same objects.
const OF_DISCOVERY: [&str; 3] =
    ["EndpointSlice/istio-pilot-gke-v4", "Lease/istio-pilot", "Secret/istio-remote-clusters"];

/// The UID and version of every object of ours, by cluster; of what discovery writes, the UID alone.
pub type Versions = BTreeMap<&'static str, BTreeMap<String, String>>;

pub async fn versions(pair: &Pair) -> Versions {
    let (gke, on_prem) = tokio::join!(of(&pair.gke), of(&pair.on_prem));
    BTreeMap::from([("gke", gke), ("on-prem", on_prem)])
}

async fn of(cluster: &Cluster) -> BTreeMap<String, String> {
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), SYSTEM);
    let text = maps.get("meshctl-inventory").await.unwrap().data.unwrap().remove("inventory.yaml").unwrap();
    let inventory: Inventory = yaml::from_str(&text).unwrap();
    let key = |group: &str, kind: &str, name: &str| ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: SYSTEM.to_owned(),
        name: name.to_owned(),
    };
    let mut keys = inventory.listed(SYSTEM);
    keys.extend([Inventory::key(SYSTEM), key("", "Secret", "cacerts")]);
    let mut found = BTreeMap::new();
    for key in keys {
        let row = Resource::of(&key.group, &key.kind).unwrap();
        let request = http::Request::get(row.path(&key.namespace, &key.name)).body(Vec::new()).unwrap();
        let object: Value = cluster.client().request(request).await.unwrap_or_else(|e| panic!("{key}: {e}"));
        let of_discovery = OF_DISCOVERY.contains(&format!("{}/{}", key.kind, key.name).as_str());
        let version = if of_discovery { &Value::Null } else { &object["metadata"]["resourceVersion"] };
        found.insert(key.to_string(), format!("{} {version}", object["metadata"]["uid"]));
    }
    found
}
