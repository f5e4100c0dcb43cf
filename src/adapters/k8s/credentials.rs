//! The certificates and keys of a kubeconfig, looked at before kube does: it leaves a defect one out, or fails in words that may
//! quote the file, and what follows looks like a broken connection. Files are read with a cap, and only regular ones: what
//! stood under a path when the registry was read may be something else at the next connection. What was read is handed on
//! inline, so that what was looked at is what is used.

use k8s_openapi::ByteString;
use kube::config::{AuthInfo, Cluster};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde_json::Value;

use crate::adapters::files::read_capped;

/// Larger than any bundle or key, in bytes: as large as the registry takes them.
const MAX_FILE: u64 = 16 << 20;

/// What a field says, behind its name.
type Said = (String, Vec<u8>);

/// Checks what a client would use for TLS, and puts what files hold in the place of their names: kube reads none of them. A token
/// file stays one, since kube reads it again each minute. Files are read, so not on a runtime's thread.
///
/// # Errors
/// What is wrong with the kubeconfig, by the field's name, as the end of a sentence that names it.
pub(super) fn inline(cluster: &mut Cluster, auth: &mut AuthInfo) -> Result<(), String> {
    let authority = authority(cluster)?;
    let (certificate, key) = identity(auth)?.unzip();
    cluster.certificate_authority = None;
    cluster.certificate_authority_data = authority.map(encoded).transpose()?;
    (auth.client_certificate, auth.client_key) = (None, None);
    auth.client_certificate_data = certificate.map(encoded).transpose()?;
    auth.client_key_data = key.map(encoded).transpose()?.map(Into::into);
    Ok(())
}

/// The client's certificate and key, where it has them.
fn identity(auth: &AuthInfo) -> Result<Option<(Said, Said)>, String> {
    // kube's secret text opens to its serialiser
    let written = serde_json::to_value(auth).unwrap_or_default();
    let key_data = written.get("client-key-data").and_then(Value::as_str);
    let certificate =
        bytes("client-certificate", auth.client_certificate_data.as_deref(), auth.client_certificate.as_deref())?;
    let key = bytes("client-key", key_data, auth.client_key.as_deref())?;
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err("it has a client certificate without a client key".into()),
        (None, Some(_)) => return Err("it has a client key without a client certificate".into()),
        (Some(certificate), Some(key)) => (certificate, key),
    };
    let (certificate_field, key_field) = (&certificate.0, &key.0);
    let chain = certificates(certificate_field, &certificate.1)?;
    let parsed = PrivateKeyDer::from_pem_slice(&key.1)
        .map_err(|_| format!("its {key_field} holds no private key in PEM that is not encrypted"))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    match CertifiedKey::from_der(chain, parsed, &provider) {
        Ok(_) => Ok(Some((certificate, key))),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(format!("its {key_field} is not the key of its {certificate_field}"))
        }
        Err(rustls::Error::InvalidCertificate(_)) => Err(format!("its {certificate_field} is no valid certificate")),
        Err(_) => Err(format!("its {key_field} is of a kind that TLS does not use")),
    }
}

/// The bundle that the server's certificate chains to, where the kubeconfig names one.
fn authority(cluster: &Cluster) -> Result<Option<Said>, String> {
    let (data, file) = (cluster.certificate_authority_data.as_deref(), cluster.certificate_authority.as_deref());
    let Some((field, pem)) = bytes("certificate-authority", data, file)? else { return Ok(None) };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&field, &pem)? {
        roots.add(certificate).map_err(|_| format!("its {field} is no valid certificate"))?;
    }
    Ok(Some((field, pem)))
}

/// What a field says, with its name: inline it wins over a file, as with client-go. An empty one says nothing.
fn bytes(field: &str, data: Option<&str>, file: Option<&str>) -> Result<Option<Said>, String> {
    if let Some(text) = data.filter(|text| !text.is_empty()) {
        let field = format!("{field}-data");
        return match serde_json::from_value::<ByteString>(text.into()) {
            Ok(bytes) => Ok(Some((field, bytes.0))),
            Err(_) => Err(format!("its {field} is no base64")),
        };
    }
    let Some(path) = file.filter(|path| !path.is_empty()) else { return Ok(None) };
    match read_capped(path.as_ref(), MAX_FILE) {
        Ok(bytes) => Ok(Some((field.to_owned(), bytes))),
        Err(e) => Err(format!("the file that its {field} names cannot be read: {}", e.reason())),
    }
}

/// As a field whose name ends in `-data` has it.
fn encoded((field, bytes): Said) -> Result<String, String> {
    match serde_json::to_value(ByteString(bytes)) {
        Ok(Value::String(text)) => Ok(text),
        _ => Err(format!("its {field} cannot be written as base64")),
    }
}

fn certificates(field: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err(format!("its {field} holds no certificate in PEM")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(text: &str) -> Option<String> {
        serde_json::to_value(ByteString(text.as_bytes().to_vec())).ok()?.as_str().map(str::to_owned)
    }

    fn user(certificate: &str, key: &str) -> AuthInfo {
        AuthInfo {
            client_certificate_data: base64(certificate),
            client_key_data: base64(key).map(Into::into),
            ..AuthInfo::default()
        }
    }

    #[test]
    #[allow(clippy::disallowed_methods)]
    fn what_is_wrong_is_named_by_its_field() -> Result<(), Box<dyn std::error::Error>> {
        let key = rcgen::KeyPair::generate()?;
        let certificate = rcgen::CertificateParams::new(vec!["me".to_owned()])?.self_signed(&key)?.pem();
        let (key, other) = (key.serialize_pem(), rcgen::KeyPair::generate()?.serialize_pem());
        let wrong = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        let of = |auth: &AuthInfo| inline(&mut Cluster::default(), &mut auth.clone());
        assert_eq!(of(&user(&certificate, &key)), Ok(()));
        for (auth, why) in [
            (user(&certificate, &other), "its client-key-data is not the key of its client-certificate-data"),
            (user("canary", &key), "its client-certificate-data holds no certificate in PEM"),
            (user(wrong, &key), "its client-certificate-data is no valid certificate"),
            (user(&certificate, "canary"), "its client-key-data holds no private key in PEM that is not encrypted"),
            (user(&certificate, ""), "it has a client certificate without a client key"),
            (user("", &key), "it has a client key without a client certificate"),
            (
                AuthInfo { client_certificate_data: Some("no base 64: canary".into()), ..AuthInfo::default() },
                "its client-certificate-data is no base64",
            ),
            (
                AuthInfo { client_certificate: Some("/nonexistent".into()), ..AuthInfo::default() },
                "the file that its client-certificate names cannot be read: it does not exist",
            ),
        ] {
            assert_eq!(of(&auth), Err(why.to_owned()));
        }
        // what was a file when the registry was read
        let key_file = |path: &std::path::Path| AuthInfo {
            client_certificate_data: base64(&certificate),
            client_key: Some(path.to_string_lossy().into_owned()),
            ..AuthInfo::default()
        };
        let dir = tempfile::TempDir::new()?;
        let path = dir.path().join("key.pem");
        std::fs::write(&path, &key)?;
        assert_eq!(of(&key_file(&path)), Ok(()));
        std::fs::File::create(&path)?.set_len(MAX_FILE + 1)?;
        let why = "the file that its client-key names cannot be read:";
        assert_eq!(of(&key_file(&path)), Err(format!("{why} it is larger than 16 MiB")));
        std::fs::remove_file(&path)?;
        assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
        assert_eq!(of(&key_file(&path)), Err(format!("{why} it is a named pipe, not a file")));
        let cluster = |ca: &str| Cluster { certificate_authority_data: base64(ca), ..Cluster::default() };
        assert_eq!(inline(&mut cluster(&certificate), &mut AuthInfo::default()), Ok(()));
        assert_eq!(
            inline(&mut cluster("canary"), &mut AuthInfo::default()),
            Err("its certificate-authority-data holds no certificate in PEM".into())
        );
        Ok(())
    }

    #[test]
    #[allow(clippy::disallowed_methods)]
    fn what_was_read_takes_the_place_of_the_files() -> Result<(), Box<dyn std::error::Error>> {
        let key = rcgen::KeyPair::generate()?;
        let certificate = rcgen::CertificateParams::new(vec!["me".to_owned()])?.self_signed(&key)?.pem();
        let key = key.serialize_pem();
        let dir = tempfile::TempDir::new()?;
        let file = |name: &str, text: &str| -> std::io::Result<Option<String>> {
            let path = dir.path().join(name);
            std::fs::write(&path, text)?;
            Ok(Some(path.to_string_lossy().into_owned()))
        };
        // one that is empty says nothing, and hides no file from kube either
        let mut cluster = Cluster {
            certificate_authority: file("ca.crt", &certificate)?,
            certificate_authority_data: Some(String::new()),
            ..Cluster::default()
        };
        let token = file("token", "t")?;
        let mut auth = AuthInfo {
            client_certificate: file("tls.crt", &certificate)?,
            client_key: file("tls.key", &key)?,
            token_file: token.clone(),
            ..AuthInfo::default()
        };
        inline(&mut cluster, &mut auth)?;
        assert_eq!((cluster.certificate_authority, cluster.certificate_authority_data), (None, base64(&certificate)));
        let written = serde_json::to_value(&auth)?;
        assert_eq!(written, serde_json::to_value(AuthInfo { token_file: token, ..user(&certificate, &key) })?);
        Ok(())
    }
}
