//! Reads the four files of a CA bundle, whoever made them: PKCS#1, PKCS#8, SEC1; RSA and EC; chains with or without the
//! root; several roots.

use super::cert::CaCert;
use super::keys::{CaKey, is_key};
use super::pem;
use super::verify::Finding;

/// One file of a bundle.
#[derive(Clone, PartialEq, Eq)]
enum Content<'a> {
    Bytes(&'a [u8]),
    Missing,
    Unreadable(String),
    NotGiven,
}

/// One file of a bundle, as it was found. It has no `Debug`: it may be a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Part<'a> {
    pub(super) file: String,
    content: Content<'a>,
    /// Its permission bits, where they were asked for.
    mode: Option<u32>,
}

impl<'a> Part<'a> {
    /// A file that should be there; `None` where it is not.
    pub fn of(file: String, bytes: Option<&'a [u8]>) -> Self {
        Self { file, content: bytes.map_or(Content::Missing, Content::Bytes), mode: None }
    }

    /// A file that is there and could not be read; `why` ends a sentence that names it.
    pub fn unreadable(file: String, why: String) -> Self {
        Self { file, content: Content::Unreadable(why), mode: None }
    }

    /// The same with its permission bits: a key that others than its owner can read is a finding.
    #[must_use]
    pub fn with_mode(self, mode: Option<u32>) -> Self {
        Self { mode, ..self }
    }

    /// A file that nobody spoke of, so that its absence is no defect.
    pub fn not_given() -> Self {
        Self { file: String::new(), content: Content::NotGiven, mode: None }
    }

    /// Whether there is such a file, readable or not; for a part that must be there, also where it is missing.
    pub fn is_given(&self) -> bool {
        self.content != Content::NotGiven
    }
}

/// The files of a bundle, under the names that the user knows them by.
#[derive(Clone, PartialEq, Eq)]
pub struct BundleFiles<'a> {
    /// Whose bundle it is.
    pub name: String,
    /// `ca-cert.pem`
    pub ca_cert: Part<'a>,
    /// `ca-key.pem`
    pub ca_key: Part<'a>,
    /// `cert-chain.pem`
    pub cert_chain: Part<'a>,
    /// `root-cert.pem`
    pub root_cert: Part<'a>,
}

/// A bundle as it was read.
#[derive(Debug)]
pub struct Bundle {
    /// The CA's certificate, and what follows it in the same file.
    pub ca_cert: Vec<CaCert>,
    /// Its key.
    pub ca_key: Option<CaKey>,
    /// The chain.
    pub cert_chain: Vec<CaCert>,
    /// The roots.
    pub roots: Vec<CaCert>,
}

impl Bundle {
    /// Reads all files; what cannot be read is a finding, and left out.
    pub fn read(files: &BundleFiles<'_>, findings: &mut Vec<Finding>) -> Self {
        let BundleFiles { name: _, ca_cert, ca_key, cert_chain, root_cert } = files;
        Self {
            ca_cert: read_certs(ca_cert, findings),
            ca_key: read_key(ca_key, findings),
            cert_chain: read_certs(cert_chain, findings),
            roots: read_certs(root_cert, findings),
        }
    }
}

/// The certificates of a file, in its order.
pub(super) fn read_certs(part: &Part<'_>, findings: &mut Vec<Finding>) -> Vec<CaCert> {
    let Some(bytes) = bytes(part, findings) else { return Vec::new() };
    let blocks = match pem::blocks(bytes) {
        Ok(blocks) => blocks,
        Err(e) => {
            findings.push(Finding::error(&part.file, "PEM", e.to_string()));
            return Vec::new();
        }
    };
    let mut certs = Vec::new();
    for block in &blocks {
        let at = format!("at line {}", block.line);
        match block.label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" => match CaCert::from_der(&block.der) {
                Ok(cert) => certs.push(cert),
                Err(e) => {
                    findings.push(Finding::error(&part.file, "CERTIFICATE", format!("the block {at} is broken: {e}")))
                }
            },
            label if is_key(label) || label == "ENCRYPTED PRIVATE KEY" => findings.push(Finding::error(
                &part.file,
                "PEM",
                format!("there is a private key {at}, want certificates alone: this file is given to everybody"),
            )),
            label => findings.push(Finding::error(
                &part.file,
                "PEM",
                format!("the block {at} is a \"{label}\", want \"CERTIFICATE\""),
            )),
        }
    }
    certs
}

/// The key of a file. One that others can read is a finding, whatever it holds.
pub(super) fn read_key(part: &Part<'_>, findings: &mut Vec<Finding>) -> Option<CaKey> {
    let bytes = bytes(part, findings)?;
    findings.extend(part.mode.and_then(|mode| loose_mode(&part.file, mode)));
    match CaKey::from_pem(bytes) {
        Ok(key) => Some(key),
        Err(e) => {
            findings.push(Finding::error(&part.file, "privateKey", e.to_string()));
            None
        }
    }
}

/// A key's file belongs to its owner alone: a warning where its mode says otherwise.
pub fn loose_mode(file: &str, mode: u32) -> Option<Finding> {
    let can = match mode {
        mode if mode & 0o044 != 0 => "read",
        mode if mode & 0o022 != 0 => "change",
        _ => return None,
    };
    let message = format!("its mode is {mode:04o}, so others than its owner can {can} the key: chmod 600 {file}");
    Some(Finding::warning(file, "mode", message))
}

fn bytes<'a>(part: &Part<'a>, findings: &mut Vec<Finding>) -> Option<&'a [u8]> {
    match &part.content {
        Content::Bytes(bytes) => Some(bytes),
        Content::Unreadable(why) => {
            findings.push(Finding::unreadable(&part.file, why));
            None
        }
        Content::Missing => {
            findings.push(Finding::error(&part.file, "file", "it is missing"));
            None
        }
        Content::NotGiven => None,
    }
}

/// A file that stands in no CA folder. It has no `Debug`: it may be a key.
#[derive(Clone, PartialEq, Eq)]
pub struct LooseFile {
    /// The file, as the user knows it.
    pub file: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Its permission bits, where they are known.
    pub mode: Option<u32>,
}

/// Makes a bundle of loose files, by their names where those say it (the keys of `cacerts`), else by what they hold. What
/// finds no place is a finding.
pub fn bundle_of<'a>(name: &str, files: &'a [LooseFile], findings: &mut Vec<Finding>) -> BundleFiles<'a> {
    let none = Part::not_given;
    let mut bundle =
        BundleFiles { name: name.to_owned(), ca_cert: none(), ca_key: none(), cert_chain: none(), root_cert: none() };
    for LooseFile { file, bytes, mode } in files {
        let role = role_by_name(file).or_else(|| role_by_content(bytes, bundle.ca_cert.is_given()));
        let place = match role {
            Some(Role::CaKey) => &mut bundle.ca_key,
            Some(Role::Root) => &mut bundle.root_cert,
            Some(Role::Chain) => &mut bundle.cert_chain,
            Some(Role::CaCert) | None => &mut bundle.ca_cert,
        };
        if place.is_given() {
            let message = format!("it plays the same part in the bundle as {}; verify them one by one", place.file);
            findings.push(Finding::error(file, "file", message));
        } else {
            *place = Part::of(file.clone(), Some(bytes)).with_mode(*mode);
        }
    }
    bundle
}

enum Role {
    CaCert,
    CaKey,
    Chain,
    Root,
}

fn role_by_name(file: &str) -> Option<Role> {
    match file.rsplit('/').next().unwrap_or(file) {
        "ca-cert.pem" => Some(Role::CaCert),
        "ca-key.pem" => Some(Role::CaKey),
        "cert-chain.pem" => Some(Role::Chain),
        "root-cert.pem" => Some(Role::Root),
        _ => None,
    }
}

fn role_by_content(bytes: &[u8], has_ca: bool) -> Option<Role> {
    let blocks = pem::blocks(bytes).ok()?;
    if blocks.iter().any(|b| is_key(&b.label)) && !blocks.iter().any(|b| b.label == "CERTIFICATE") {
        return Some(Role::CaKey);
    }
    let certs: Vec<_> = blocks.iter().filter_map(|b| CaCert::from_der(&b.der).ok()).collect();
    match certs.as_slice() {
        [] => None,
        all if all.iter().all(CaCert::is_self_issued) => Some(Role::Root),
        _ if has_ca => Some(Role::Chain),
        _ => Some(Role::CaCert),
    }
}
