//! Judges CA bundles: everything that is wrong is a finding with its file and field; nothing stops at the first.
//!
//! Citadel never starts with a bundle that has an error here.

use std::collections::BTreeSet;

use serde::Serialize;

use super::bundle::{Bundle, BundleFiles, Part, read_certs, read_key};
use super::cert::{CaCert, KeyAlgorithm};
use super::keys::CaKey;
use super::{DUE, utc};
use crate::data::model::Timestamp;

/// The field of a finding about a file that cannot be read.
const READING: &str = "reading";

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The bundle is not to be used.
    Error,
    /// It works; somebody should look.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as the user knows it.
    pub file: String,
    /// The field of the certificate (`validity.notAfter`), with its number where the file holds several; `privateKey`;
    /// `PEM`; `file` where it is missing; `reading` where it cannot be read; `mode`.
    pub field: String,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Finding {
    pub(super) fn error(file: &str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, file: file.to_owned(), field: field.into(), message: message.into() }
    }

    /// A file that is there and cannot be read; `why` ends a sentence that names it.
    pub fn unreadable(file: &str, why: &str) -> Self {
        Self::error(file, READING, why)
    }

    /// Whether the file could not be read: then what it holds is not known.
    pub fn is_unreadable(&self) -> bool {
        self.field == READING
    }

    pub(super) fn warning(file: &str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, field, message) }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.field, self.message)
    }
}

/// What verifying a bundle told about it, for the comparison with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose bundle it is.
    pub name: String,
    /// The CA's certificate, where one was read.
    pub ca: Option<CaCert>,
    /// The file with its roots.
    pub root_file: String,
    /// The fingerprint of the root that its chain ends at.
    pub anchor: Option<String>,
    /// Its roots.
    pub roots: Vec<CaCert>,
}

/// A certificate with the place it was found at.
struct Located<'a> {
    file: &'a str,
    at: usize,
    of: usize,
    cert: &'a CaCert,
}

impl<'a> Located<'a> {
    fn all(file: &'a str, certs: &'a [CaCert]) -> Vec<Self> {
        certs.iter().enumerate().map(|(at, cert)| Self { file, at: at + 1, of: certs.len(), cert }).collect()
    }

    /// The field's name, with the certificate's number where the file holds several.
    fn field(&self, field: &str) -> String {
        if self.of > 1 { format!("certificate {}: {field}", self.at) } else { field.to_owned() }
    }

    fn error(&self, field: &str, message: impl Into<String>) -> Finding {
        Finding::error(self.file, self.field(field), message)
    }
}

/// Verifies one bundle.
pub fn verify_bundle(files: &BundleFiles<'_>, now: Timestamp) -> (Verified, Vec<Finding>) {
    let mut findings = Vec::new();
    let bundle = Bundle::read(files, &mut findings);
    let roots = Located::all(&files.root_cert.file, &bundle.roots);
    if !files.root_cert.is_given() {
        findings.push(Finding::error(
            &files.name,
            "root",
            "there is no root among these files, so nothing can be trusted",
        ));
    }
    if let (Some(ca), Some(key)) = (bundle.ca_cert.first(), &bundle.ca_key) {
        matches(&files.ca_key.file, key, &files.ca_cert.file, std::slice::from_ref(ca), &mut findings);
    }
    chain_order(files, &bundle, &mut findings);
    let anchor = check_path(files, &bundle, &roots, now, &mut findings);
    for root in &roots {
        check_root(root, anchor == Some(root.at), now, &mut findings);
    }
    let verified = Verified {
        name: files.name.clone(),
        ca: bundle.ca_cert.first().cloned(),
        root_file: files.root_cert.file.clone(),
        anchor: anchor.and_then(|at| bundle.roots.get(at - 1)).map(|root| root.fingerprint.clone()),
        roots: bundle.roots,
    };
    findings.sort();
    findings.dedup();
    (verified, findings)
}

/// Verifies the root of a mesh: its certificate, and its key where that is at hand.
pub fn verify_root(cert: &Part<'_>, key: &Part<'_>, now: Timestamp) -> (Verified, Vec<Finding>) {
    let mut findings = Vec::new();
    let roots = read_certs(cert, &mut findings);
    if let Some(read) = read_key(key, &mut findings).filter(|_| !roots.is_empty()) {
        matches(&key.file, &read, &cert.file, &roots, &mut findings);
    }
    for root in &Located::all(&cert.file, &roots) {
        check_root(root, true, now, &mut findings);
    }
    (Verified { name: "the mesh".to_owned(), ca: None, root_file: cert.file.clone(), anchor: None, roots }, findings)
}

/// Whether all bundles trust each other: the root of each is in the roots of all. One finding for each that differs.
pub fn same_root(bundles: &[Verified]) -> Vec<Finding> {
    let Some((first, others)) = bundles.split_first() else { return Vec::new() };
    let has = |of: &Verified, root: &Option<String>| {
        root.as_ref().is_none_or(|root| of.roots.iter().any(|r| r.fingerprint == *root))
    };
    let set = |of: &Verified| of.roots.iter().map(|r| r.fingerprint.clone()).collect::<BTreeSet<_>>();
    // one that has no roots, or no root for its chain, was found already
    let differs = |other: &&Verified| !first.roots.is_empty() && !other.roots.is_empty() && set(first) != set(other);
    let finding = |other: &Verified| {
        let whom = format!("{} and {}", other.name, first.name);
        // without a chain to compare, one root in common must do
        let common = set(first).intersection(&set(other)).next().is_some();
        if common && has(first, &other.anchor) && has(other, &first.anchor) {
            Finding::warning(
                &other.root_file,
                "root",
                format!("{whom} trust each other, but do not list the same roots"),
            )
        } else {
            let shown = |of: &Verified| {
                let print = of.anchor.as_ref().or(of.roots.first().map(|r| &r.fingerprint));
                print.map(|p| p.chars().take(16).collect::<String>()).unwrap_or_default()
            };
            let (own, theirs) = (shown(other), shown(first));
            let message =
                format!("{whom} have different roots (sha256 {own}… and {theirs}…), so they do not trust each other");
            Finding::error(&other.root_file, "root", message)
        }
    };
    others.iter().filter(differs).map(finding).collect()
}

/// The key belongs to one of the certificates: their public keys are the same.
fn matches(key_file: &str, key: &CaKey, cert_file: &str, certs: &[CaCert], findings: &mut Vec<Finding>) {
    if certs.iter().any(|c| c.public_key == key.public_key()) {
        return;
    }
    let theirs = certs.first().map_or(KeyAlgorithm::Other, |c| c.key);
    let message = format!(
        "the key ({}) does not match the certificate ({theirs}) in {cert_file}: their public keys differ",
        key.algorithm()
    );
    findings.push(Finding::error(key_file, "privateKey", message));
}

/// The chain begins with the CA's certificate, and each certificate is issued by the next (RFC 8446 §4.4.2).
fn chain_order(files: &BundleFiles<'_>, bundle: &Bundle, findings: &mut Vec<Finding>) {
    for (file, certs) in [(&files.ca_cert.file, &bundle.ca_cert), (&files.cert_chain.file, &bundle.cert_chain)] {
        let located = Located::all(file, certs);
        for (one, next) in located.iter().zip(located.iter().skip(1)) {
            if !one.cert.is_issued_by(next.cert) {
                findings.push(one.error(
                    "issuer",
                    format!(
                        "the chain is out of order: {} is issued by {}, but the next certificate is {}",
                        one.cert.subject, one.cert.issuer, next.cert.subject
                    ),
                ));
            }
        }
    }
    let (Some(ca), Some(first)) = (bundle.ca_cert.first(), bundle.cert_chain.first()) else { return };
    if ca.der != first.der {
        let file = &files.ca_cert.file;
        let message = if ca.is_same_ca(first) {
            format!(
                "the chain begins with another certificate of the CA than the one in {file}, as a renewal that was cut off leaves it"
            )
        } else {
            format!(
                "the chain must begin with the certificate in {file} ({}), but begins with {}",
                ca.subject, first.subject
            )
        };
        findings.push(Finding::error(&files.cert_chain.file, "certificate 1", message));
    }
}

/// Follows the chain from the CA's certificate to a root, checks each certificate of the way, and returns the root's number.
fn check_path(
    files: &BundleFiles<'_>,
    bundle: &Bundle,
    roots: &[Located<'_>],
    now: Timestamp,
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let mut pool: Vec<_> = Located::all(&files.ca_cert.file, &bundle.ca_cert).into_iter().collect();
    if pool.is_empty() {
        return None;
    }
    let mut current = pool.remove(0);
    pool.extend(Located::all(&files.cert_chain.file, &bundle.cert_chain));
    pool.retain(|c| c.cert.der != current.cert.der);
    for below in 0.. {
        if let Some(root) = roots.iter().find(|r| r.cert.der == current.cert.der) {
            check_path_len(root, below, findings);
            return Some(root.at);
        }
        check_signed_ca(&current, below, now, findings);
        if let Some(root) = roots.iter().find(|r| current.cert.is_issued_by(r.cert)) {
            check_path_len(root, below + 1, findings);
            return Some(root.at);
        }
        match pool.iter().position(|c| current.cert.is_issued_by(c.cert)) {
            Some(next) if !current.cert.is_self_issued() => current = pool.remove(next),
            _ => break,
        }
    }
    if !roots.is_empty() {
        findings.push(no_issuer(&current, roots));
    }
    None
}

fn no_issuer(last: &Located<'_>, roots: &[Located<'_>]) -> Finding {
    let file = roots.first().map_or("", |r| r.file);
    if roots.iter().any(|r| last.cert.names_issuer(r.cert)) {
        let message =
            format!("{} names a root in {file} as its issuer, but that root's key did not sign it", last.cert.subject);
        return last.error("signature", message);
    }
    let message =
        format!("{} is issued by {}, which is neither in the chain nor in {file}", last.cert.subject, last.cert.issuer);
    last.error("issuer", message)
}

/// What every CA certificate of a chain must be, a root aside: one whose signature verifiers check.
fn check_signed_ca(ca: &Located<'_>, below: u32, now: Timestamp, findings: &mut Vec<Finding>) {
    if ca.cert.weak_hash {
        findings.push(ca.error("signatureAlgorithm", "it is signed with SHA-1 or MD5, which verifiers refuse"));
    }
    check_ca(ca, below, now, findings);
}

/// What every CA certificate must be.
fn check_ca(ca: &Located<'_>, below: u32, now: Timestamp, findings: &mut Vec<Finding>) {
    let cert = ca.cert;
    if !cert.is_ca {
        findings.push(ca.error("basicConstraints.cA", format!("{} is not a CA: it must say CA:TRUE", cert.subject)));
    } else if !cert.constraints_critical {
        let message = "the extension is not critical, which strict verifiers refuse (RFC 5280, 4.2.1.9)";
        findings.push(Finding::warning(ca.file, ca.field("basicConstraints"), message));
    }
    if !cert.may_sign {
        let message = format!("{} may not sign certificates: keyCertSign is missing", cert.subject);
        findings.push(ca.error("keyUsage", message));
    }
    check_path_len(ca, below, findings);
    check_key(ca, findings);
    check_dates(ca, now, findings);
}

fn check_path_len(ca: &Located<'_>, below: u32, findings: &mut Vec<Finding>) {
    if let Some(most) = ca.cert.path_len.filter(|most| *most < below) {
        let message = format!("{} allows {most} CAs below it, but the chain has {below}", ca.cert.subject);
        findings.push(ca.error("basicConstraints.pathLenConstraint", message));
    }
}

fn check_key(ca: &Located<'_>, findings: &mut Vec<Finding>) {
    let field = "subjectPublicKeyInfo";
    match ca.cert.key {
        KeyAlgorithm::Rsa(bits) if bits < 2048 => {
            findings.push(ca.error(field, format!("the key is RSA with {bits} bits; 2048 are the least")));
        }
        KeyAlgorithm::Ec(bits) if bits < 256 => {
            findings.push(ca.error(field, format!("the key is on a curve of {bits} bits; 256 are the least")));
        }
        KeyAlgorithm::Other => findings.push(ca.error(field, "the key is neither RSA, nor EC, nor Ed25519")),
        _ => {}
    }
}

/// A root: what every CA must be, and self-signed. Verifiers trust it for being listed and do not look at its own signature
/// (RFC 5280 §6.1), so a broken hash there is a warning. One that no chain here ends at may be old: its dates are warnings.
fn check_root(root: &Located<'_>, used: bool, now: Timestamp, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    check_ca(root, 0, now, &mut found);
    if !root.cert.is_self_issued() {
        let message = format!("{} is no root: it is issued by {}", root.cert.subject, root.cert.issuer);
        found.push(root.error("issuer", message));
    } else if !root.cert.is_issued_by(root.cert) {
        found.push(root.error("signature", format!("{} is not signed by its own key", root.cert.subject)));
    } else if root.cert.weak_hash {
        let message =
            "it signed itself with SHA-1 or MD5; verifiers do not look at a root's own signature, so it works";
        found.push(Finding::warning(root.file, root.field("signatureAlgorithm"), message));
    }
    if !used {
        found.retain(|f| f.field.contains("validity") || f.severity == Severity::Error);
        found.iter_mut().filter(|f| f.field.contains("validity")).for_each(|f| f.severity = Severity::Warning);
    }
    findings.extend(found);
}

fn check_dates(ca: &Located<'_>, now: Timestamp, findings: &mut Vec<Finding>) {
    let cert = ca.cert;
    if now < cert.not_before {
        let message = format!("{} is not valid yet: it begins at {}", cert.subject, utc(cert.not_before));
        findings.push(ca.error("validity.notBefore", message));
    }
    if now >= cert.not_after {
        findings.push(ca.error("validity.notAfter", format!("{} expired at {}", cert.subject, utc(cert.not_after))));
    } else if cert.not_after.0 - now.0 <= DUE {
        let days = (cert.not_after.0 - now.0) / 86_400;
        let message = format!("{} expires in {days} days, at {}", cert.subject, utc(cert.not_after));
        findings.push(Finding::warning(ca.file, ca.field("validity.notAfter"), message));
    }
}
