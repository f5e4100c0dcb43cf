//! What an object that stands in a cluster says of itself. Pure.

use serde_json::Value;

use crate::data::yaml;
use crate::pure::manifest::Object;

/// A namespace that is going away takes nothing new.
pub(super) fn terminating(namespace: &Object) -> Result<(), String> {
    let text = |pointer: &str| namespace.value.pointer(pointer).and_then(Value::as_str);
    let Some(since) = text("/metadata/deletionTimestamp") else { return Ok(()) };
    let conditions = namespace.value.pointer("/status/conditions").and_then(Value::as_array);
    let reasons: Vec<&str> = conditions
        .into_iter()
        .flatten()
        .filter(|c| c["status"] == "True")
        .filter_map(|c| c.get("message").and_then(Value::as_str))
        .collect();
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    Err(format!("the namespace {} has been terminating since {since}{why}", namespace.key.name))
}

/// Who wrote an object.
pub(in crate::workflows::install) fn managers(value: &Value) -> Vec<&str> {
    crate::adapters::k8s::managers(value)
}

pub(in crate::workflows::install) fn uid(object: &Object) -> String {
    object.value.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// An object without what the server adds and nobody applies.
pub(super) fn cleaned(value: &Value) -> Value {
    let mut out = value.clone();
    if let Some(object) = out.as_object_mut() {
        object.remove("status");
    }
    if let Some(metadata) = out.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"] {
            metadata.remove(field);
        }
    }
    out
}

pub(super) fn text(value: &Value) -> Result<String, String> {
    yaml::to_string(value).map_err(|e| format!("writing an object as YAML failed: {e}"))
}
