//! Another mesh in a cluster: istiod, its webhooks, its ConfigMaps, and foreign endpoints under our names. Where one is, nothing
//! is written.

use serde_json::Value;

use super::live::{DEADLINE, Live};
use super::rights::{self, Listed};
use crate::adapters::k8s::{K8sError, get_all_metadata};
use crate::pure::manifest::{Object, ObjectKey};

/// A collection to look through.
struct Look {
    of: &'static Listed,
    /// Which of it.
    query: &'static str,
    kind: &'static str,
    /// Whether an object of it is another mesh's.
    is: fn(&Value) -> bool,
}

/// Where another mesh shows. Names are those of Istio's charts: `istiod` and its revisions (`app: istiod`), the talk's
/// `istio-pilot`; the webhooks carry `app: sidecar-injector` or `istio.io/rev`.
const LOOKS: [Look; 6] = [
    Look { of: &rights::DEPLOYMENTS, query: "", kind: "Deployment", is: is_control_plane },
    Look { of: &rights::SERVICES, query: "", kind: "Service", is: is_control_plane },
    Look {
        of: &rights::CONFIG_MAPS,
        query: "",
        kind: "ConfigMap",
        is: |o| {
            let name = name(o);
            name == "istio"
                || name.starts_with("istio-sidecar-injector")
                || (name.starts_with("istio-") && has(o, "istio.io/rev"))
        },
    },
    Look { of: &rights::ENDPOINTS, query: "", kind: "Endpoints", is: |o| name(o) == "istio-pilot" && !of_selector(o) },
    Look {
        of: &rights::SLICES,
        query: "?labelSelector=kubernetes.io%2Fservice-name%3Distio-pilot",
        kind: "EndpointSlice",
        is: |o| !of_controller(o),
    },
    Look {
        of: &rights::WEBHOOKS,
        query: "",
        kind: "MutatingWebhookConfiguration",
        is: |o| name(o).starts_with("istio-sidecar-injector") || has(o, "istio.io/rev"),
    },
];

fn name(object: &Value) -> &str {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

fn label<'a>(object: &'a Value, key: &str) -> &'a str {
    object.pointer("/metadata/labels").and_then(|l| l.get(key)).and_then(Value::as_str).unwrap_or_default()
}

fn has(object: &Value, key: &str) -> bool {
    !label(object, key).is_empty()
}

fn is_control_plane(object: &Value) -> bool {
    let name = name(object);
    label(object, "app") == "istiod"
        || name == "istiod"
        || name.starts_with("istiod-")
        || matches!(name, "istio-pilot" | "istio-citadel" | "istio-sidecar-injector")
}

/// Endpoints that the controller keeps for a Service with a selector.
fn of_selector(object: &Value) -> bool {
    object.pointer("/metadata/annotations/endpoints.kubernetes.io~1last-change-trigger-time").is_some()
        || label(object, "endpoints.kubernetes.io/managed-by") == "endpoint-controller"
}

/// Slices that Kubernetes itself keeps.
fn of_controller(object: &Value) -> bool {
    let by = label(object, "endpointslice.kubernetes.io/managed-by");
    by == "endpointslice-controller.k8s.io" || by == "endpointslicemirroring-controller.k8s.io"
}

/// Who made an object: its labels and annotations say, else its field managers.
fn owner(object: &Value) -> String {
    let release = object.pointer("/metadata/annotations/meta.helm.sh~1release-name").and_then(Value::as_str);
    let managers = super::live::managers(object).join(", ");
    let by = label(object, "app.kubernetes.io/managed-by");
    match (release, by, managers.as_str()) {
        (Some(release), ..) => format!("Helm's release {release}"),
        (None, by, _) if !by.is_empty() => by.to_owned(),
        (None, _, "") => "somebody else".to_owned(),
        (None, _, managers) => managers.to_owned(),
    }
}

/// Looks for another mesh.
///
/// # Errors
/// The sentence that stops the cluster: what is there, and whose it is.
pub(super) async fn check(live: &Live, stands: bool, ours: impl Fn(&Object) -> bool) -> Result<(), String> {
    // a namespace that is not there holds nothing
    let found = LOOKS.iter().filter(|look| stands || !look.of.is_at_home()).map(|look| async move {
        let objects = get_all_metadata(&live.client, &format!("{}{}", look.of.path(), look.query), DEADLINE).await;
        (look, objects)
    });
    let mut all = Vec::new();
    for (look, objects) in futures::future::join_all(found).await {
        let objects = match objects {
            Ok(objects) => objects,
            // a kind that the server does not have
            Err(K8sError::NotFound) => continue,
            Err(e) => return Err(format!("looking for another mesh in its {} failed: {e}", look.of.plural)),
        };
        for value in objects.into_iter().filter(look.is) {
            let key = ObjectKey {
                group: String::new(),
                kind: look.kind.to_owned(),
                namespace: value.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default().to_owned(),
                name: name(&value).to_owned(),
            };
            let object = Object { key, value };
            if !object.is_owned() && !ours(&object) {
                all.push(format!("{} (of {})", object.key, owner(&object.value)));
            }
        }
    }
    match all.len() {
        0 => Ok(()),
        _ => Err(format!("another mesh is in it: {}", all.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn istiod_is_known_with_every_revision_and_its_owner() {
        let named = |name: &str| json!({"metadata": {"name": name}});
        assert!(is_control_plane(&named("istiod-1-28")) && is_control_plane(&named("istio-pilot")));
        assert!(is_control_plane(&json!({"metadata": {"name": "x", "labels": {"app": "istiod"}}})));
        assert!(!is_control_plane(&named("istio-ingressgateway")), "a gateway alone is no control plane");
        let helm = json!({"metadata": {"annotations": {"meta.helm.sh/release-name": "istiod"},
            "labels": {"app.kubernetes.io/managed-by": "Helm"}}});
        assert_eq!(owner(&helm), "Helm's release istiod");
        let by = json!({"metadata": {"managedFields": [{"manager": "istio-operator"}, {"manager": "kubectl"}]}});
        assert_eq!(owner(&by), "istio-operator, kubectl");
        assert_eq!(owner(&json!({})), "somebody else");
    }
}
