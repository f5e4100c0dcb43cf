//! Fields of our objects that others say while it runs: an autoscaler the replicas, discovery the endpoints, and the API server
//! the UID of a slice's owner.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DEADLINE, Live};
use crate::adapters::k8s::get_all;
use crate::data::model::INSTALL;
use crate::pure::manifest::{Object, ObjectKey};
use crate::workflows::install::rights::AUTOSCALERS;

impl Live {
    /// The Deployments of a namespace that an autoscaler scales; none where autoscalers may not be read, which the preflight tells.
    pub(super) async fn scaled(&self) -> BTreeSet<String> {
        let all = get_all(&self.client, &AUTOSCALERS.path(), DEADLINE).await.unwrap_or_default();
        let of_deployment = all.iter().filter(|a| a.pointer("/spec/scaleTargetRef/kind") == Some(&"Deployment".into()));
        of_deployment.filter_map(|a| Some(a.pointer("/spec/scaleTargetRef/name")?.as_str()?.to_owned())).collect()
    }
}

/// A slice of ours with its Service as its owner, where that stands now: it goes with it. What it said of its owner before
/// counts no more: a Service that was made anew is another owner, and what names the old one is collected. `uid_of` gives the
/// UID of a Service, where there is one.
///
/// # Errors
/// The sentence of `uid_of`.
pub(super) async fn owned_by_service(
    mut slice: Object,
    uid_of: impl AsyncFnOnce(&ObjectKey) -> Result<Option<String>, String>,
) -> Result<Object, String> {
    if slice.key.kind != "EndpointSlice" {
        return Ok(slice);
    }
    if let Some(metadata) = slice.value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("ownerReferences");
    }
    let name = slice.value.pointer("/metadata/labels/kubernetes.io~1service-name").and_then(Value::as_str);
    let key = ObjectKey {
        group: String::new(),
        kind: "Service".into(),
        namespace: slice.key.namespace.clone(),
        name: name.unwrap_or_default().to_owned(),
    };
    let uid = uid_of(&key).await?;
    if let (Some(uid), Some(metadata)) = (uid, slice.value.get_mut("metadata").and_then(Value::as_object_mut)) {
        let owner = serde_json::json!([{"apiVersion": "v1", "kind": "Service", "name": key.name, "uid": uid}]);
        metadata.insert("ownerReferences".to_owned(), owner);
    }
    Ok(slice)
}

/// Under an autoscaler the number of replicas is its own: it is not applied, unless nobody but us has said it yet, which
/// leaving it out would take back.
pub(super) fn leave_replicas(applied: &mut Object, standing: &Object) {
    let fields = standing.value.pointer("/metadata/managedFields").and_then(Value::as_array);
    let ours = fields
        .into_iter()
        .flatten()
        .any(|f| f["manager"] == INSTALL && f.pointer("/fieldsV1/f:spec/f:replicas").is_some());
    let now = standing.value.pointer("/spec/replicas").cloned();
    let Some(spec) = applied.value.get_mut("spec").and_then(Value::as_object_mut) else { return };
    match now.filter(|_| ours) {
        Some(now) => spec.insert("replicas".to_owned(), now),
        None => spec.remove("replicas"),
    };
}

/// Endpoints that nobody but install has said so far, from a `pilotAddress` that has gone from `mesh.yaml`: they stay until
/// discovery says others, since leaving them out would take them back, and DNS would answer nobody.
pub(super) fn keep_endpoints(applied: &mut Object, standing: &Object) {
    let fields = standing.value.pointer("/metadata/managedFields").and_then(Value::as_array);
    let holders: Vec<&Value> = fields
        .into_iter()
        .flatten()
        .filter(|f| f.pointer("/fieldsV1/f:endpoints").is_some())
        .map(|f| &f["manager"])
        .collect();
    let (Some(object), Some(now)) = (applied.value.as_object_mut(), standing.value.get("endpoints")) else { return };
    if !holders.is_empty() && holders.iter().all(|holder| **holder == INSTALL) {
        object.entry("endpoints").or_insert_with(|| now.clone());
    }
}
