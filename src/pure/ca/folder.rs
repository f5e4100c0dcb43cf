//! The folder of a mesh's CA as a value: what its files hold, and what they are called (the keys of istiod's `cacerts`).

use std::collections::BTreeMap;

use super::bundle::{BundleFiles, Part};
use crate::data::model::Secret;

/// The root's certificate, in the folder and in each cluster's.
pub const ROOT_CERT: &str = "root-cert.pem";
/// The root's key; never in a cluster.
pub const ROOT_KEY: &str = "root-key.pem";
/// A cluster's CA certificate.
pub const CA_CERT: &str = "ca-cert.pem";
/// A cluster's CA key.
pub const CA_KEY: &str = "ca-key.pem";
/// From a cluster's CA certificate up to the root.
pub const CERT_CHAIN: &str = "cert-chain.pem";

/// What a cluster's part of the folder holds; `None` where a file is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterFiles {
    /// `ca-cert.pem`
    pub ca_cert: Option<Vec<u8>>,
    /// `ca-key.pem`
    pub ca_key: Option<Secret<Vec<u8>>>,
    /// `cert-chain.pem`
    pub cert_chain: Option<Vec<u8>>,
    /// `root-cert.pem`
    pub root_cert: Option<Vec<u8>>,
    /// Files that are there and cannot be read, with the reason.
    pub unreadable: BTreeMap<&'static str, String>,
    /// The permission bits of `ca-key.pem`.
    pub key_mode: Option<u32>,
}

/// What the folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaFolder {
    /// `root-cert.pem`
    pub root_cert: Option<Vec<u8>>,
    /// `root-key.pem`, where it lives here
    pub root_key: Option<Secret<Vec<u8>>>,
    /// The clusters' parts, by the folder's name.
    pub clusters: BTreeMap<String, ClusterFiles>,
    /// Files of the root that are there and cannot be read, with the reason.
    pub unreadable: BTreeMap<&'static str, String>,
    /// The permission bits of `root-key.pem`.
    pub key_mode: Option<u32>,
}

impl CaFolder {
    /// Whether nothing of a CA is there.
    pub fn is_empty(&self) -> bool {
        self.root_cert.is_none() && self.clusters.is_empty() && self.unreadable.is_empty()
    }

    /// The root's certificate and key to be verified; `shown` is the folder as the user knows it. A key that is not there
    /// lives elsewhere.
    pub fn root(&self, shown: &str) -> (Part<'_>, Part<'_>) {
        let cert = part(shown, ROOT_CERT, self.root_cert.as_ref(), &self.unreadable);
        let key = match &self.root_key {
            None if !self.unreadable.contains_key(ROOT_KEY) => Part::not_given(),
            key => part(shown, ROOT_KEY, key.as_ref().map(Secret::expose), &self.unreadable),
        };
        (cert, key.with_mode(self.key_mode))
    }
}

impl ClusterFiles {
    /// Whether none of the four files is there.
    pub fn is_empty(&self) -> bool {
        let files = [&self.ca_cert, &self.cert_chain, &self.root_cert];
        files.iter().all(|f| f.is_none()) && self.ca_key.is_none() && self.unreadable.is_empty()
    }

    /// The four files as a bundle to be verified; `shown` is the folder as the user knows it.
    pub fn bundle<'a>(&'a self, name: &str, shown: &str) -> BundleFiles<'a> {
        let part = |file, bytes| part(shown, file, bytes, &self.unreadable);
        BundleFiles {
            name: name.to_owned(),
            ca_cert: part(CA_CERT, self.ca_cert.as_ref()),
            ca_key: part(CA_KEY, self.ca_key.as_ref().map(Secret::expose)).with_mode(self.key_mode),
            cert_chain: part(CERT_CHAIN, self.cert_chain.as_ref()),
            root_cert: part(ROOT_CERT, self.root_cert.as_ref()),
        }
    }
}

fn part<'a>(
    shown: &str,
    file: &str,
    bytes: Option<&'a Vec<u8>>,
    unreadable: &BTreeMap<&'static str, String>,
) -> Part<'a> {
    let path = format!("{shown}/{file}");
    match unreadable.get(file) {
        Some(why) => Part::unreadable(path, why.clone()),
        None => Part::of(path, bytes.map(Vec::as_slice)),
    }
}
