//! The CA's folder, read only: install never makes a root, and reads the private key of an intermediate only on its way to an
//! API server.

use std::collections::BTreeMap;
use std::path::Path;

use super::MAX_FILE;
use super::error::InstallError;
use super::input::PlanInput;
use super::report::SecretReport;
use super::secret::PlannedSecret;
use crate::adapters::files::read_capped;
use crate::data::model::{ClusterId, Secret};
use crate::pure::manifest::SecretKeys;

/// The keys of the Secret that holds a private key: it must exist, and is not read.
const PRIVATE: &str = "ca-key.pem";

/// Checks that the folder holds what each cluster's Secret needs, with the same root everywhere, and names the Secrets by key
/// and hash.
///
/// # Errors
/// [`InstallError::Trust`].
pub(super) fn check(
    input: &PlanInput,
    flag: Option<&Path>,
    clusters: &[(&ClusterId, &[SecretKeys])],
) -> Result<BTreeMap<ClusterId, Vec<PlannedSecret>>, InstallError> {
    let dir = flag.unwrap_or(&input.ca_dir);
    let failed = |why| InstallError::Trust { dir: dir.display().to_string(), why };
    if !dir.is_dir() {
        return Err(failed("there is no such folder".to_owned()));
    }
    let root = public(dir, "root-cert.pem").map_err(failed)?;
    let mut out = BTreeMap::new();
    for (id, secrets) in clusters {
        let live = input.clusters.iter().any(|c| c.id == **id && c.place.server().is_some());
        let planned = secrets.iter().map(|secret| {
            let report = secret_report(dir, id, secret, &root)?;
            let data = if live { Some(data(dir, id, secret)?) } else { None };
            Ok(PlannedSecret { report, data })
        });
        out.insert((*id).clone(), planned.collect::<Result<Vec<_>, _>>().map_err(failed)?);
    }
    Ok(out)
}

fn secret_report(dir: &Path, id: &ClusterId, secret: &SecretKeys, root: &[u8]) -> Result<SecretReport, String> {
    let mut sha256 = BTreeMap::new();
    for key in &secret.keys {
        let name = format!("{id}/{key}");
        if key == PRIVATE {
            if !dir.join(&name).is_file() {
                return Err(format!("{name} is missing"));
            }
            continue;
        }
        let bytes = public(dir, &name)?;
        if key == "root-cert.pem" && bytes != root {
            return Err(format!("{name} is another root than root-cert.pem: the clusters would not trust each other"));
        }
        sha256.insert(key.clone(), hash(&bytes)?);
    }
    Ok(SecretReport {
        namespace: secret.namespace.clone(),
        name: secret.name.clone(),
        keys: secret.keys.clone(),
        sha256,
    })
}

/// What a Secret shall hold, the private key too: for an API server only.
fn data(dir: &Path, id: &ClusterId, secret: &SecretKeys) -> Result<Secret<BTreeMap<String, Vec<u8>>>, String> {
    let read = |key: &String| {
        let name = format!("{id}/{key}");
        let bytes =
            read_capped(&dir.join(&name), MAX_FILE).map_err(|e| format!("reading {name} failed: {}", e.reason()))?;
        Ok((key.clone(), bytes))
    };
    secret.keys.iter().map(read).collect::<Result<_, _>>().map(Secret::new)
}

/// Reads a certificate file, which must not hold a private key.
fn public(dir: &Path, name: &str) -> Result<Vec<u8>, String> {
    let bytes = read_capped(&dir.join(name), MAX_FILE).map_err(|e| match e.is_missing() {
        true => format!("{name} is missing"),
        false => format!("reading {name} failed: {}", e.reason()),
    })?;
    match bytes.windows(11).any(|w| w == b"PRIVATE KEY") {
        true => Err(format!("{name} holds a private key, where only certificates belong")),
        false if !bytes.windows(27).any(|w| w == b"-----BEGIN CERTIFICATE-----") => {
            Err(format!("{name} holds no certificate"))
        }
        false => Ok(bytes),
    }
}

/// SHA-256 in hexadecimal, by the process's one crypto provider.
fn hash(bytes: &[u8]) -> Result<String, String> {
    let suite = rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let provider = suite.tls13().ok_or_else(|| "SHA-256 is missing in this build".to_owned())?.common.hash_provider;
    Ok(provider.hash(bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect())
}
