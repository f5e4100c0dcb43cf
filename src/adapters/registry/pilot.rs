//! What `mesh.yaml` says of how pilot in the cluster reaches the API server of a cluster, where that is not as the user's
//! kubeconfig says (`clusters.<id>.{server,tlsServerName,caFile}`; DESIGN §2).
//!
//! Only install reads it, for the credentials that it writes for pilot in the primary. Whatever runs on a terminal, discovery
//! included, goes on using the kubeconfig.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};

use super::kubeconfig::normalise;
use super::read;
use crate::data::kinds::ClusterOverride;
use crate::data::model::shown;

/// How pilot in the cluster reaches an API server; what is `None` is as the user's kubeconfig says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PilotAccess {
    /// The API server's URL: `https`, without credentials, query and fragment.
    pub server: Option<String>,
    /// The name in the API server's certificate: a DNS name or an IP address.
    pub tls_server_name: Option<String>,
    /// The bundle that the API server's certificate chains to: PEM, certificates only.
    pub ca_bundle: Option<Vec<u8>>,
}

impl PilotAccess {
    /// Whether `mesh.yaml` says nothing of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes it from a cluster's overrides, whose texts are in order; `dir` is where relative paths start.
    ///
    /// # Errors
    /// What is wrong with the file, as the end of a sentence that names `mesh.yaml`. The rest is read all the same.
    pub(super) fn read(id: &str, of: &ClusterOverride, dir: &Path) -> (Self, Result<(), String>) {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let bundle = said(&of.ca_file).map(|file| {
            bundle(&dir.join(&file)).map_err(|why| {
                format!("clusters.{}.caFile names {}, which cannot be used: {why}", shown(id), shown(&file))
            })
        });
        let (ca_bundle, result) = match bundle.transpose() {
            Ok(bytes) => (bytes, Ok(())),
            Err(why) => (None, Err(why)),
        };
        (Self { server: said(&of.server), tls_server_name: said(&of.tls_server_name), ca_bundle }, result)
    }
}

/// Adds to `found` what is wrong with the texts of a cluster's overrides, whose place is `path`.
pub(super) fn overrides(path: &str, of: &ClusterOverride, found: &mut Vec<String>) {
    if !of.server.is_empty() {
        let https = of.server.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
        match normalise(&of.server) {
            _ if !https => found.push(format!("{path}.server is no https URL")),
            Err(why) => found.push(format!("{path}.server {why}")),
            Ok(_) => {}
        }
    }
    if !of.tls_server_name.is_empty() && ServerName::try_from(of.tls_server_name.as_str()).is_err() {
        found.push(format!("{path}.tlsServerName is neither a DNS name nor an IP address"));
    }
}

/// Reads a bundle of CA certificates.
fn bundle(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = read::bytes(path)?;
    if bytes.windows(11).any(|w| w == b"PRIVATE KEY") {
        return Err("it holds a private key, where only certificates belong".into());
    }
    let all = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let all = all.map_err(|_| "it is no valid PEM".to_owned())?;
    if all.is_empty() {
        return Err("it holds no certificate in PEM".into());
    }
    let mut roots = RootCertStore::empty();
    for (at, certificate) in all.into_iter().enumerate() {
        roots.add(certificate).map_err(|_| format!("its certificate {} is none", at + 1))?;
    }
    Ok(bytes)
}
