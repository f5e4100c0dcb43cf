//! The certificate that an API server shows: for which names and addresses it is.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::GeneralName;

use super::K8sError;
use super::request::within;

/// What a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServedNames {
    /// Its DNS names, in lower case.
    pub dns: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

impl ServedNames {
    /// Whether the certificate is for this DNS name or address, as a client checks it (RFC 6125 §6.4: a wildcard stands for
    /// one whole first label).
    pub fn covers(&self, name: &str) -> bool {
        if let Ok(address) = name.parse::<IpAddr>() {
            return self.addresses.contains(&address);
        }
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let parent = name.split_once('.').map(|(_, parent)| parent);
        self.dns.iter().any(|own| *own == name || own.strip_prefix("*.").is_some_and(|p| Some(p) == parent))
    }
}

/// Shakes hands with an `https` server, checks its certificate against a CA bundle (PEM) and the name that is expected, and
/// gives the names in it.
///
/// # Errors
/// [`K8sError::Unreachable`], [`K8sError::Tls`], [`K8sError::Deadline`]; [`K8sError::Config`] where the URL or the bundle
/// is none.
pub async fn served_names(
    server: &str,
    expected: Option<&str>,
    bundle: &[u8],
    deadline: Duration,
) -> Result<ServedNames, K8sError> {
    let wrong = |what: &str| K8sError::Config(what.to_owned());
    let uri: http::Uri = server.parse().map_err(|_| wrong("its server is no URL"))?;
    let host =
        uri.host().filter(|_| uri.scheme_str() == Some("https")).ok_or_else(|| wrong("its server has no TLS"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(expected.unwrap_or(host).to_owned());
    let name = name.map_err(|_| wrong("the name that its certificate must have is none"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(bundle) {
        let certificate = certificate.map_err(|_| wrong("its CA bundle is no PEM"))?;
        roots.add(certificate).map_err(|_| wrong("its CA bundle holds what is no certificate"))?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        config.map_err(|_| wrong("this build has no TLS"))?.with_root_certificates(roots).with_no_client_auth();
    within(deadline, async {
        let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await;
        let stream = stream.map_err(|e| K8sError::from_io(&e))?;
        let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let connected = connected.map_err(|e| K8sError::from_io(&e))?;
        let (_, session) = connected.get_ref();
        let first = session.peer_certificates().and_then(|all| all.first());
        first.and_then(|der| names(der)).ok_or(K8sError::Protocol("it showed no certificate"))
    })
    .await
}

/// The names of a certificate.
fn names(der: &[u8]) -> Option<ServedNames> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let mut names = ServedNames::default();
    let Some(extension) = certificate.subject_alternative_name().ok()? else { return Some(names) };
    for name in &extension.value.general_names {
        match name {
            GeneralName::DNSName(dns) => names.dns.push(dns.to_ascii_lowercase()),
            GeneralName::IPAddress(bytes) => {
                names.addresses.extend(<[u8; 4]>::try_from(*bytes).map(IpAddr::from));
                names.addresses.extend(<[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            }
            _ => {}
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_one_label() {
        let names = ServedNames { dns: vec!["*.a.b".into(), "c".into()], addresses: vec![IpAddr::from([10, 0, 0, 1])] };
        for (name, so) in
            [("x.a.b", true), ("x.y.a.b", false), ("a.b", false), ("C.", true), ("10.0.0.1", true), ("10.0.0.2", false)]
        {
            assert_eq!(names.covers(name), so, "{name}");
        }
    }
}
