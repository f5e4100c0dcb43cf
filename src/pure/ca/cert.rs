//! A certificate as far as a CA bundle is judged by it: plain data, read once.

use std::fmt;

use rustls::crypto::aws_lc_rs;
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;

use crate::data::model::Timestamp;

/// Why bytes are no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    /// Not the DER of an X.509 certificate, or followed by something else.
    #[error("it is no X.509 certificate")]
    NotX509,
}

/// The algorithm and size of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA, with the bits of its modulus.
    Rsa(usize),
    /// An elliptic curve of NIST (P-256, P-384, P-521), with its bits.
    Ec(usize),
    /// Ed25519.
    Ed25519,
    /// Something else.
    Other,
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyAlgorithm::Rsa(bits) => write!(f, "RSA {bits}"),
            KeyAlgorithm::Ec(bits) => write!(f, "EC P-{bits}"),
            KeyAlgorithm::Ed25519 => f.pad("Ed25519"),
            KeyAlgorithm::Other => f.pad("unknown"),
        }
    }
}

/// A certificate of a CA bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaCert {
    /// Its DER.
    pub der: Vec<u8>,
    /// Its subject as text, `O=meshctl, CN=…`.
    pub subject: String,
    /// The common name of its subject; empty where it has none.
    pub common_name: String,
    /// Its issuer's subject as text.
    pub issuer: String,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// The algorithm and size of its public key.
    pub key: KeyAlgorithm,
    /// Its public key: the contents of `subjectPublicKey`.
    pub public_key: Vec<u8>,
    /// `basicConstraints.cA`
    pub is_ca: bool,
    /// Whether `basicConstraints` is critical (RFC 5280 §4.2.1.9 wants it).
    pub constraints_critical: bool,
    /// `basicConstraints.pathLenConstraint`: how many more CAs may follow.
    pub path_len: Option<u32>,
    /// Whether it may sign certificates: keyUsage has keyCertSign, or there is no keyUsage (RFC 5280 §4.2.1.3).
    pub may_sign: bool,
    /// Its own DNS names.
    pub dns_names: Vec<String>,
    /// Signed with a hash that is broken: MD5 or SHA-1.
    pub weak_hash: bool,
    /// SHA-256 of its DER, in lower-case hex.
    pub fingerprint: String,
    subject_raw: Vec<u8>,
    issuer_raw: Vec<u8>,
}

impl CaCert {
    /// Reads a certificate from its DER.
    ///
    /// # Errors
    /// Where it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, CertError> {
        let (rest, x509) = x509_parser::parse_x509_certificate(der).map_err(|_| CertError::NotX509)?;
        if !rest.is_empty() {
            return Err(CertError::NotX509);
        }
        let constraints = x509.basic_constraints().ok().flatten();
        let usage = x509.key_usage().map_err(|_| CertError::NotX509)?;
        Ok(Self {
            subject: printable(&x509.subject().to_string()),
            common_name: x509
                .subject()
                .iter_common_name()
                .next()
                .and_then(|cn| cn.as_str().ok())
                .map(printable)
                .unwrap_or_default(),
            issuer: printable(&x509.issuer().to_string()),
            not_before: stamp(x509.validity().not_before),
            not_after: stamp(x509.validity().not_after),
            key: algorithm(&x509),
            public_key: x509.public_key().subject_public_key.data.to_vec(),
            is_ca: constraints.as_ref().is_some_and(|c| c.value.ca),
            constraints_critical: constraints.as_ref().is_some_and(|c| c.critical),
            path_len: constraints.as_ref().and_then(|c| c.value.path_len_constraint),
            may_sign: usage.is_none_or(|u| u.value.key_cert_sign()),
            dns_names: dns_names(&x509),
            weak_hash: weak_hash(&x509),
            fingerprint: hex(&sha256(der)),
            subject_raw: x509.subject().as_raw().to_vec(),
            issuer_raw: x509.issuer().as_raw().to_vec(),
            der: der.to_vec(),
        })
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.subject_raw == self.issuer_raw
    }

    /// Whether its issuer's name is `issuer`'s.
    pub fn names_issuer(&self, issuer: &CaCert) -> bool {
        self.issuer_raw == issuer.subject_raw
    }

    /// Whether both stand for the same CA: the same subject and key, whatever the dates.
    pub fn is_same_ca(&self, other: &CaCert) -> bool {
        self.subject_raw == other.subject_raw && self.public_key == other.public_key
    }

    /// Whether `issuer` issued it: by name and by signature. A signature by an RSA key that is too small to be checked, or
    /// over a broken hash that nothing here checks any more, counts by name; such a key or certificate is refused on its own.
    pub fn is_issued_by(&self, issuer: &CaCert) -> bool {
        self.names_issuer(issuer)
            && (matches!(issuer.key, KeyAlgorithm::Rsa(bits) if bits < 2048) || self.is_signed_by(issuer))
    }

    /// Whether its signature is by the key of `issuer`, as far as it can be checked.
    fn is_signed_by(&self, issuer: &CaCert) -> bool {
        let (Ok((_, own)), Ok((_, theirs))) =
            (x509_parser::parse_x509_certificate(&self.der), x509_parser::parse_x509_certificate(&issuer.der))
        else {
            return false;
        };
        match own.verify_signature(Some(theirs.public_key())) {
            Ok(()) => true,
            // ECDSA with SHA-1, and all of MD5
            Err(X509Error::SignatureUnsupportedAlgorithm) if self.weak_hash => true,
            // x509-parser does not know P-521, nor ECDSA with SHA-512; the TLS provider does
            Err(X509Error::SignatureUnsupportedAlgorithm) => {
                aws_lc_rs::default_provider().signature_verification_algorithms.all.iter().any(|algorithm| {
                    algorithm
                        .verify_signature(&issuer.public_key, own.tbs_certificate.as_ref(), &own.signature_value.data)
                        .is_ok()
                })
            }
            Err(_) => false,
        }
    }
}

fn algorithm(x509: &X509Certificate<'_>) -> KeyAlgorithm {
    let spki = x509.public_key();
    match spki.parsed() {
        Ok(PublicKey::RSA(rsa)) => KeyAlgorithm::Rsa(bits(rsa.modulus)),
        // 521 bits take 66 bytes
        Ok(PublicKey::EC(point)) => KeyAlgorithm::Ec(if point.key_size() == 528 { 521 } else { point.key_size() }),
        _ if spki.algorithm.algorithm == x509_parser::oid_registry::OID_SIG_ED25519 => KeyAlgorithm::Ed25519,
        _ => KeyAlgorithm::Other,
    }
}

/// The length in bits of an unsigned integer.
pub(super) fn bits(number: &[u8]) -> usize {
    match number.iter().position(|b| *b != 0) {
        Some(first) => {
            let top = number.get(first).map_or(0, |b| b.leading_zeros() as usize);
            (number.len() - first) * 8 - top
        }
        None => 0,
    }
}

fn dns_names(x509: &X509Certificate<'_>) -> Vec<String> {
    let names = x509.iter_extensions().filter_map(|e| match e.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(san) => Some(&san.general_names),
        _ => None,
    });
    names
        .flatten()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(printable(name)),
            _ => None,
        })
        .collect()
}

fn weak_hash(x509: &X509Certificate<'_>) -> bool {
    use x509_parser::oid_registry::{OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA};
    let used = &x509.signature_algorithm.algorithm;
    [OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA].contains(used)
        // ecdsa-with-SHA1, RFC 3279 §2.2.3
        || used.to_id_string() == "1.2.840.10045.4.1"
}

/// What comes from somebody's certificate is shown on a terminal: no control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn stamp(time: ASN1Time) -> Timestamp {
    Timestamp(u64::try_from(time.timestamp()).unwrap_or(0))
}

/// SHA-256, by the hash of the one TLS provider.
fn sha256(bytes: &[u8]) -> Vec<u8> {
    match aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256.tls13() {
        Some(suite) => suite.common.hash_provider.hash(bytes).as_ref().to_vec(),
        None => Vec::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_bits() {
        // FIPS 180-2, appendix B.1
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((bits(&[0, 0x80, 0]), bits(&[1]), bits(&[])), (16, 1, 0));
    }

    #[test]
    fn terminals_get_no_control_characters() {
        assert_eq!(printable("CN=\u{1b}[31mred"), "CN=?[31mred");
    }
}
