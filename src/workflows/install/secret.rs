//! Secrets as install places them: named by key and hash wherever somebody looks, and whole only on their way to an API server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::report::SecretReport;
use crate::data::model::Secret;
use crate::pure::manifest::{Object, ObjectKey};

/// The data of a Secret, by key.
pub type SecretData = Secret<BTreeMap<String, Vec<u8>>>;

/// A Secret that a cluster needs.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedSecret {
    /// How it is shown.
    pub report: SecretReport,
    /// What it holds; `None` where it is only named: for a folder, or where the one that stands is kept.
    pub data: Option<SecretData>,
}

impl PlannedSecret {
    /// Its key.
    pub(super) fn key(&self) -> ObjectKey {
        ObjectKey {
            group: String::new(),
            kind: "Secret".into(),
            namespace: self.report.namespace.clone(),
            name: self.report.name.clone(),
        }
    }

    /// The object that is applied. It is to be sent and forgotten: whoever holds it prints and logs nothing of it.
    pub(super) fn object(&self) -> Option<Secret<Value>> {
        let data = self.data.as_ref()?.expose();
        let encoded: serde_json::Map<String, Value> = data.iter().map(|(k, v)| (k.clone(), base64(v).into())).collect();
        let bare = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": self.report.name, "namespace": self.report.namespace},
            "type": "Opaque",
            "data": encoded,
        });
        Object::of(bare).map(|o| Secret::new(o.owned().value))
    }

    /// Whether a Secret of the API holds exactly this data.
    pub(super) fn is(&self, standing: &Value) -> bool {
        let Some(data) = &self.data else { return true };
        let held = standing.get("data").and_then(Value::as_object);
        let held = |key: &str| held.and_then(|h| h.get(key)).and_then(Value::as_str);
        data.expose().iter().all(|(key, bytes)| held(key) == Some(base64(bytes).as_str()))
    }
}

/// The bytes of a Secret's data; `None` where the text is no base64.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    serde_json::from_value::<k8s_openapi::ByteString>(text.into()).ok().map(|bytes| bytes.0)
}

/// RFC 4648 §4, with padding, as the API has it.
pub(super) fn base64(bytes: &[u8]) -> String {
    // k8s-openapi's bytes serialise so
    match serde_json::to_value(k8s_openapi::ByteString(bytes.to_vec())) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// SHA-256 in hexadecimal, by the process's one crypto provider.
///
/// # Errors
/// Where the build has none.
pub(super) fn hash(bytes: &[u8]) -> Result<String, String> {
    let suite = rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let provider = suite.tls13().ok_or_else(|| "SHA-256 is missing in this build".to_owned())?.common.hash_provider;
    Ok(provider.hash(bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect())
}
