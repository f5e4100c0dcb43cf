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
}

impl ClusterFiles {
    /// Whether none of the four files is there.
    pub fn is_empty(&self) -> bool {
        self.ca_cert.is_none() && self.ca_key.is_none() && self.cert_chain.is_none() && self.root_cert.is_none()
    }

    /// The four files as a bundle to be verified; `shown` is the folder as the user knows it.
    pub fn bundle<'a>(&'a self, name: &str, shown: &str) -> BundleFiles<'a> {
        let part =
            |file: &str, bytes: Option<&'a Vec<u8>>| Part::of(format!("{shown}/{file}"), bytes.map(Vec::as_slice));
        BundleFiles {
            name: name.to_owned(),
            ca_cert: part(CA_CERT, self.ca_cert.as_ref()),
            ca_key: part(CA_KEY, self.ca_key.as_ref().map(Secret::expose)),
            cert_chain: part(CERT_CHAIN, self.cert_chain.as_ref()),
            root_cert: part(ROOT_CERT, self.root_cert.as_ref()),
        }
    }
}
