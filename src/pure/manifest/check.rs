//! Rendered objects against the API types, so that a typing error in a template is an error here and not in a cluster.

use k8s_openapi::api::{apps, core, discovery, policy, rbac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why an object is none of the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The table has no such type.
    #[error("no type is known for apiVersion \"{api_version}\", kind \"{kind}\"")]
    UnknownType {
        /// `apiVersion`
        api_version: String,
        /// `kind`
        kind: String,
    },
    /// A field has the wrong type or is missing.
    #[error("it is no {kind}: {why}")]
    WrongType {
        /// `kind`
        kind: String,
        /// What is wrong.
        why: String,
    },
    /// A field that the API does not know, or that means something else than what is written.
    #[error("the field {path} {why}")]
    Field {
        /// Where: `spec.template.spec.containers[0].imagee`
        path: String,
        /// What is wrong.
        why: &'static str,
    },
}

type Through = fn(&Value) -> Result<Value, serde_json::Error>;

/// Reads a value as a type of the API and writes it again: what the type does not know is lost on the way.
fn through<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(T::deserialize(value)?)
}

/// `apiVersion`, `kind` and type of everything that we render.
static TYPES: [(&str, &str, Through); 11] = [
    ("v1", "Namespace", through::<core::v1::Namespace>),
    ("v1", "ServiceAccount", through::<core::v1::ServiceAccount>),
    ("v1", "ConfigMap", through::<core::v1::ConfigMap>),
    ("v1", "Service", through::<core::v1::Service>),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", through::<rbac::v1::ClusterRole>),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", through::<rbac::v1::ClusterRoleBinding>),
    ("rbac.authorization.k8s.io/v1", "Role", through::<rbac::v1::Role>),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", through::<rbac::v1::RoleBinding>),
    ("discovery.k8s.io/v1", "EndpointSlice", through::<discovery::v1::EndpointSlice>),
    ("policy/v1", "PodDisruptionBudget", through::<policy::v1::PodDisruptionBudget>),
    ("apps/v1", "Deployment", through::<apps::v1::Deployment>),
];

/// Checks an object against the type of its `apiVersion` and `kind`.
///
/// # Errors
/// [`CheckError`]. Secrets are in no table: they are never rendered.
pub fn check(value: &Value) -> Result<(), CheckError> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let Some((_, _, through)) = TYPES.iter().find(|(a, k, _)| *a == api_version && *k == kind) else {
        return Err(CheckError::UnknownType { api_version: api_version.to_owned(), kind: kind.to_owned() });
    };
    let read = through(value).map_err(|e| CheckError::WrongType { kind: kind.to_owned(), why: e.to_string() })?;
    same(value, &read, "")
}

fn same(written: &Value, read: &Value, path: &str) -> Result<(), CheckError> {
    let field = |why| Err(CheckError::Field { path: path.to_owned(), why });
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (key, value) in written {
                let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match read.get(key) {
                    Some(other) => same(value, other, &here)?,
                    None if value.is_null() => return Err(CheckError::Field { path: here, why: "has no value" }),
                    None => return Err(CheckError::Field { path: here, why: "is unknown to the API" }),
                }
            }
            Ok(())
        }
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            written.iter().zip(read).enumerate().try_for_each(|(i, (w, r))| same(w, r, &format!("{path}[{i}]")))
        }
        _ if written == read => Ok(()),
        _ => field("is read as something else by the API"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn typing_errors_are_found() {
        let service =
            |spec: Value| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": spec});
        assert_eq!(check(&service(json!({"ports": [{"name": "x", "port": 80, "targetPort": "http"}]}))), Ok(()));
        let error = check(&service(json!({"ports": [{"port": 80}, {"port": 80, "targetport": 80}]})));
        assert_eq!(
            error,
            Err(CheckError::Field { path: "spec.ports[1].targetport".into(), why: "is unknown to the API" })
        );
        assert!(matches!(check(&service(json!({"ports": [{"port": "80"}]}))), Err(CheckError::WrongType { .. })));
        let error = check(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spce": {}}));
        assert_eq!(error, Err(CheckError::Field { path: "spce".into(), why: "is unknown to the API" }));
        assert!(matches!(check(&json!({"apiVersion": "v2", "kind": "Service"})), Err(CheckError::UnknownType { .. })));
        assert!(matches!(check(&json!({"apiVersion": "v1", "kind": "Secret"})), Err(CheckError::UnknownType { .. })));
    }
}
