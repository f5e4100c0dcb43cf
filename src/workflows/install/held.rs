//! The CA that a live cluster holds already, in its Secret `cacerts`: judged, and kept where no folder brings one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::live::{Live, sentence};
use super::plan::NAMESPACE;
use super::report::SecretReport;
use super::secret::{PlannedSecret, SecretData, decoded, hash};
use crate::data::model::{Secret, Timestamp};
use crate::pure::ca::{BundleFiles, CA_CERT, CA_KEY, CERT_CHAIN, Part, ROOT_CERT, Severity, Verified, verify_bundle};
use crate::pure::manifest::{ObjectKey, SecretKeys};

/// The Secret, as istiod calls it.
const CACERTS: &str = "cacerts";
/// The names that the data of a TLS Secret has (`kubernetes.io/tls`), which istiod takes, too.
const TLS: [&str; 3] = ["tls.crt", "tls.key", "ca.crt"];
/// What of all that anybody may see.
const PUBLIC: [&str; 5] = [CA_CERT, CERT_CHAIN, ROOT_CERT, TLS[0], TLS[2]];

/// A CA that a cluster holds, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCa {
    /// What verifying it told, for the comparison with others.
    pub verified: Verified,
    /// All that is wrong with it, each with its key and field; empty where it is valid.
    pub errors: Vec<String>,
    /// Its keys, and the hashes of those that are public.
    keys: Vec<String>,
    sha256: BTreeMap<String, String>,
}

impl HeldCa {
    /// Judges the data of a `cacerts` that a cluster holds, by its own names or those of a TLS Secret. `whose` begins a sentence:
    /// `cluster gke`.
    pub fn of(whose: &str, held: &SecretData, now: Timestamp) -> Self {
        let data = held.expose();
        let part = |key: &str| Part::of(format!("{CACERTS}/{key}"), data.get(key).map(Vec::as_slice));
        let [tls_cert, tls_key, tls_root] = TLS;
        let tls = data.contains_key(tls_cert) && !data.contains_key(CA_CERT);
        let (ca_cert, ca_key, cert_chain, root_cert) = match tls {
            true => (part(tls_cert), part(tls_key), Part::not_given(), part(tls_root)),
            false => (part(CA_CERT), part(CA_KEY), part(CERT_CHAIN), part(ROOT_CERT)),
        };
        let bundle = BundleFiles { name: whose.to_owned(), ca_cert, ca_key, cert_chain, root_cert };
        let (verified, findings) = verify_bundle(&bundle, now);
        let errors = findings.iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string);
        let public = data.iter().filter(|(key, _)| PUBLIC.contains(&key.as_str()));
        Self {
            verified,
            errors: errors.collect(),
            keys: data.keys().cloned().collect(),
            sha256: public.filter_map(|(key, bytes)| Some((key.clone(), hash(bytes).ok()?))).collect(),
        }
    }

    /// The Secret as one that stays as it is.
    pub(super) fn kept(&self, secret: &SecretKeys) -> PlannedSecret {
        let (namespace, name) = (secret.namespace.clone(), secret.name.clone());
        let report = SecretReport { namespace, name, keys: self.keys.clone(), sha256: self.sha256.clone() };
        PlannedSecret { report, data: None }
    }
}

/// What the Secret of a live cluster holds; `None` where there is none.
///
/// # Errors
/// Why nobody knows, as a sentence that shows nothing of it.
pub(super) async fn read(live: &Live) -> Result<Option<SecretData>, String> {
    let key =
        ObjectKey { group: String::new(), kind: "Secret".into(), namespace: NAMESPACE.into(), name: CACERTS.into() };
    let standing = live.get(&key).await.map_err(|e| sentence("reading", &key, e))?;
    Ok(standing.map(|secret| {
        let data = secret.value.get("data").and_then(Value::as_object).into_iter().flatten();
        Secret::new(data.filter_map(|(key, text)| Some((key.clone(), decoded(text.as_str()?)?))).collect())
    }))
}
