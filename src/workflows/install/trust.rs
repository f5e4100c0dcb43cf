//! The CA's folder, read only, and judged before anything is written: every cluster's bundle must verify, up to the same root.
//! Install never makes a root and never reads its key; the key of an intermediate is read only on its way to an API server.

use std::collections::BTreeMap;
use std::path::Path;

use super::MAX_FILE;
use super::error::InstallError;
use super::input::PlanInput;
use super::report::SecretReport;
use super::secret::{PlannedSecret, SecretData};
use crate::adapters::files::{FilesError, is_dir, read_capped_if_there, stat};
use crate::data::model::{ClusterId, Secret, Timestamp};
use crate::pure::ca::{
    BundleFiles, CA_CERT, CA_KEY, CERT_CHAIN, ClusterFiles, Finding, Part, ROOT_CERT, Severity, Verified, same_root,
    verify_bundle, verify_root,
};
use crate::pure::manifest::SecretKeys;

/// The CA as a run of install is told of it.
#[derive(Debug, Clone, Copy)]
pub struct CaAt<'a> {
    /// Its folder, where a flag names one.
    pub dir: Option<&'a Path>,
    /// The time that its certificates are judged at.
    pub now: Timestamp,
}

/// Verifies the folder for these clusters, all of it at once, and gives what their Secrets hold: by key and hash, and whole
/// where an API server is to get it.
///
/// # Errors
/// [`InstallError::Trust`] with everything that is wrong, each with its file and field.
pub(super) fn check(
    input: &PlanInput,
    ca: CaAt<'_>,
    clusters: &[(&ClusterId, &[SecretKeys])],
) -> Result<BTreeMap<ClusterId, Vec<PlannedSecret>>, InstallError> {
    let dir = ca.dir.unwrap_or(&input.ca_dir);
    let failed = |why| InstallError::Trust { dir: dir.display().to_string(), why };
    if !is_dir(dir) {
        return Err(failed("there is no such folder".to_owned()));
    }
    let root = read(dir, ROOT_CERT);
    let root = match &root {
        Ok(bytes) => Part::of(ROOT_CERT.to_owned(), bytes.as_deref()),
        Err(e) => Part::unreadable(ROOT_CERT.to_owned(), e.reason()),
    };
    let (root, mut findings) = verify_root(&root, &Part::not_given(), ca.now);
    let (mut verified, mut out) = (vec![root], BTreeMap::new());
    for (id, secrets) in clusters {
        let live = input.clusters.iter().any(|c| c.id == **id && c.place.server().is_some());
        let files = files(&dir.join(id.as_str()), live);
        let (bundle, found) = verify_bundle(&bundle(&files, id, live), ca.now);
        verified.push(bundle);
        findings.extend(found);
        let planned = secrets.iter().map(|secret| planned(secret, &files, live)).collect::<Result<Vec<_>, _>>();
        out.insert((*id).clone(), planned.map_err(failed)?);
    }
    findings.extend(same_root(&verified));
    match errors(findings).as_slice() {
        [] => Ok(out),
        [one] => Err(failed(one.clone())),
        all => Err(failed(all.iter().map(|why| format!("\n  {why}")).collect())),
    }
}

fn errors(findings: Vec<Finding>) -> Vec<String> {
    findings.iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string).collect()
}

/// A cluster's files; without its key, unless that is to be placed.
fn files(dir: &Path, with_key: bool) -> ClusterFiles {
    let mut files = ClusterFiles::default();
    let mut take = |name: &'static str| {
        read(dir, name).unwrap_or_else(|e| {
            files.unreadable.insert(name, e.reason());
            None
        })
    };
    let (ca_cert, cert_chain, root_cert) = (take(CA_CERT), take(CERT_CHAIN), take(ROOT_CERT));
    let ca_key = if with_key { take(CA_KEY) } else { None };
    if !with_key && let Err(e) = stat(&dir.join(CA_KEY)) {
        files.unreadable.insert(CA_KEY, e.reason());
    }
    ClusterFiles { ca_cert, ca_key: ca_key.map(Secret::new), cert_chain, root_cert, ..files }
}

fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, FilesError> {
    read_capped_if_there(&dir.join(name), MAX_FILE)
}

/// The files as a bundle. A key that is not read must be there all the same.
fn bundle<'a>(files: &'a ClusterFiles, id: &ClusterId, with_key: bool) -> BundleFiles<'a> {
    let bundle = files.bundle(id.as_str(), id.as_str());
    match with_key || files.unreadable.contains_key(CA_KEY) {
        true => bundle,
        false => BundleFiles { ca_key: Part::not_given(), ..bundle },
    }
}

fn planned(secret: &SecretKeys, files: &ClusterFiles, live: bool) -> Result<PlannedSecret, String> {
    let known = [
        (CA_CERT, files.ca_cert.as_ref()),
        (CA_KEY, files.ca_key.as_ref().map(Secret::expose)),
        (CERT_CHAIN, files.cert_chain.as_ref()),
        (ROOT_CERT, files.root_cert.as_ref()),
    ];
    let (mut sha256, mut data) = (BTreeMap::new(), BTreeMap::new());
    for key in &secret.keys {
        let Some((name, bytes)) = known.iter().find(|(name, _)| name == key) else {
            return Err(format!("it has no file for {key} of the Secret {}", secret.name));
        };
        // what is missing is a finding, which stops everything
        let Some(bytes) = bytes else { continue };
        if *name != CA_KEY {
            sha256.insert(key.clone(), hash(bytes)?);
        }
        data.insert(key.clone(), bytes.to_vec());
    }
    let report = SecretReport {
        namespace: secret.namespace.clone(),
        name: secret.name.clone(),
        keys: secret.keys.clone(),
        sha256,
    };
    Ok(PlannedSecret { report, data: live.then(|| Secret::new(data)) })
}

/// SHA-256 in hexadecimal, by the process's one crypto provider.
fn hash(bytes: &[u8]) -> Result<String, String> {
    let suite = rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let provider = suite.tls13().ok_or_else(|| "SHA-256 is missing in this build".to_owned())?.common.hash_provider;
    Ok(provider.hash(bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect())
}

/// A CA that a cluster holds already, beside the one that install has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCa {
    /// It is byte for byte what install would write.
    pub same: bool,
    /// Clusters with it and clusters with ours trust each other. Where not, it is foreign: writing ours over it cuts off
    /// whatever it has issued.
    pub same_root: bool,
    /// All that is wrong with it, each with its key and field; empty where it is valid.
    pub errors: Vec<String>,
}

impl HeldCa {
    /// Judges the data of a `cacerts` that a cluster holds (its own names, or those of a TLS Secret), beside what install
    /// would write.
    pub fn of(held: &SecretData, planned: &SecretData, now: Timestamp) -> Self {
        let (ours, _) = verify("the CA folder", planned, now);
        let (theirs, findings) = verify("the cluster", held, now);
        let trusted = |root: &String| ours.roots.iter().any(|r| r.fingerprint == *root);
        let apart = || same_root(&[ours.clone(), theirs.clone()]).iter().any(|f| f.severity == Severity::Error);
        let same_root = match &theirs.anchor {
            Some(root) => trusted(root) && !apart(),
            // its chain leads nowhere: whose root it lists is all that can be said
            None => theirs.roots.iter().any(|r| trusted(&r.fingerprint)),
        };
        let same = planned.expose().iter().all(|(key, bytes)| held.expose().get(key) == Some(bytes));
        Self { same, same_root, errors: errors(findings) }
    }
}

fn verify(name: &str, data: &SecretData, now: Timestamp) -> (Verified, Vec<Finding>) {
    let data = data.expose();
    let part = |key: &str| Part::of(format!("cacerts/{key}"), data.get(key).map(Vec::as_slice));
    let tls = data.contains_key("tls.crt") && !data.contains_key(CA_CERT);
    let files = if tls {
        let (ca_cert, ca_key) = (part("tls.crt"), part("tls.key"));
        BundleFiles { name: name.to_owned(), ca_cert, ca_key, cert_chain: Part::not_given(), root_cert: part("ca.crt") }
    } else {
        let (ca_cert, ca_key) = (part(CA_CERT), part(CA_KEY));
        BundleFiles { name: name.to_owned(), ca_cert, ca_key, cert_chain: part(CERT_CHAIN), root_cert: part(ROOT_CERT) }
    };
    verify_bundle(&files, now)
}
