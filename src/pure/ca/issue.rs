//! Issues the mesh's own certificate authorities: a root and intermediates.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, IsCa, Issuer, KeyIdMethod,
    KeyUsagePurpose, SanType, SerialNumber,
};
use time::OffsetDateTime;
use x509_parser::asn1_rs::Tag;

use super::cert::CaCert;
use super::keys::CaKey;
use crate::data::model::{ClusterId, Timestamp};

/// A day, in seconds.
const DAY: u64 = 86_400;
/// The root lives 10 years.
const ROOT_LIFE: u64 = 3650 * DAY;
/// An intermediate lives a year.
const INTERMEDIATE_LIFE: u64 = 365 * DAY;
/// Certificates begin a little in the past: clocks of clusters differ.
const BACKDATED: u64 = 300;
/// The name in whose Service citadel answers; Istio's `tools/certs` puts istiod's there.
const CITADEL: &str = "istio-citadel.istio-system.svc";
/// `O=` of everything that is issued here.
const ORGANISATION: &str = "meshctl";

/// Why a certificate was not issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The root is over, or not yet valid.
    #[error("the root is valid from {from} to {until}, which now is not in")]
    RootDates {
        /// Its beginning.
        from: String,
        /// Its end.
        until: String,
    },
    /// A point in time that no certificate can hold.
    #[error("the clock says {0} seconds after 1970, which no certificate can hold")]
    Clock(u64),
    /// A certificate that cannot be issued again with the very same subject and key.
    #[error("the certificate of {0} cannot be issued again with the same subject")]
    NotTheSame(String),
    /// The library refused.
    #[error("signing failed: {0}")]
    Signing(String),
}

/// A certificate that was just issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// What it says.
    pub cert: CaCert,
    /// The certificate as PEM.
    pub pem: String,
}

/// The common name of a cluster's intermediate.
pub(super) fn subject_of(cluster: &ClusterId) -> String {
    format!("intermediate CA {cluster}")
}

/// The common name of the one intermediate that all clusters share.
pub fn shared_subject() -> &'static str {
    "shared intermediate CA"
}

/// A self-signed root: 10 years, any path length.
///
/// # Errors
/// [`IssueError`].
pub fn issue_root(key: &CaKey, serial: [u8; 16], now: Timestamp) -> Result<Issued, IssueError> {
    let mut params = params("root CA", serial)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date(now.0.saturating_sub(BACKDATED))?;
    params.not_after = date(now.0.saturating_add(ROOT_LIFE))?;
    finish(params.self_signed(key.pair()))
}

/// Who signs an intermediate, and when.
pub struct Signer<'a> {
    /// The root.
    pub root: &'a CaCert,
    /// Its key.
    pub key: &'a CaKey,
    /// A fresh serial number.
    pub serial: [u8; 16],
    /// The time.
    pub now: Timestamp,
}

/// An intermediate for `key`: a year at most, never longer than the root, and no CA below it.
///
/// # Errors
/// [`IssueError`].
pub fn issue_intermediate(common_name: &str, key: &CaKey, by: &Signer<'_>) -> Result<Issued, IssueError> {
    let mut params = params(common_name, by.serial)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.subject_alt_names = vec![SanType::DnsName(CITADEL.try_into().map_err(signing)?)];
    sign(params, key, by)
}

/// A new certificate for the CA of an old one: the same subject, key, names and limits, so that leaves of the old one go on
/// being good; new dates and a new serial number.
///
/// # Errors
/// [`IssueError`].
pub fn renew_intermediate(old: &CaCert, key: &CaKey, by: &Signer<'_>) -> Result<Issued, IssueError> {
    let mut params = params("", by.serial)?;
    params.distinguished_name = subject(old)?;
    params.is_ca = IsCa::Ca(old.path_len.map_or(BasicConstraints::Unconstrained, |most| {
        BasicConstraints::Constrained(u8::try_from(most).unwrap_or(u8::MAX))
    }));
    for name in &old.dns_names {
        params.subject_alt_names.push(SanType::DnsName(name.as_str().try_into().map_err(signing)?));
    }
    let issued = sign(params, key, by)?;
    if !issued.cert.is_same_ca(old) {
        return Err(IssueError::NotTheSame(old.subject.clone()));
    }
    Ok(issued)
}

/// The subject of a certificate for another one, its strings in their very encodings.
fn subject(old: &CaCert) -> Result<DistinguishedName, IssueError> {
    let other = || IssueError::NotTheSame(old.subject.clone());
    let (_, x509) = x509_parser::parse_x509_certificate(&old.der).map_err(|_| other())?;
    let mut name = DistinguishedName::new();
    for attribute in x509.subject().iter_attributes() {
        let oid: Vec<u64> = attribute.attr_type().iter().ok_or_else(other)?.collect();
        let text = attribute.as_str().map_err(|_| other())?;
        let value = match attribute.attr_value().tag() {
            Tag::PrintableString => DnValue::PrintableString(text.try_into().map_err(signing)?),
            Tag::Ia5String => DnValue::Ia5String(text.try_into().map_err(signing)?),
            _ => DnValue::Utf8String(text.to_owned()),
        };
        name.push(DnType::from_oid(&oid), value);
    }
    Ok(name)
}

fn sign(mut params: CertificateParams, key: &CaKey, by: &Signer<'_>) -> Result<Issued, IssueError> {
    let Signer { root, key: root_key, serial: _, now } = by;
    if *now < root.not_before || *now >= root.not_after {
        let (from, until) = (super::utc(root.not_before), super::utc(root.not_after));
        return Err(IssueError::RootDates { from, until });
    }
    params.not_before = date(now.0.saturating_sub(BACKDATED).max(root.not_before.0))?;
    params.not_after = date(now.0.saturating_add(INTERMEDIATE_LIFE).min(root.not_after.0))?;
    params.use_authority_key_identifier_extension = true;
    let issuer = Issuer::from_ca_cert_der(&root.der.as_slice().into(), root_key.pair()).map_err(signing)?;
    finish(params.signed_by(key.pair(), &issuer))
}

fn params(common_name: &str, serial: [u8; 16]) -> Result<CertificateParams, IssueError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(signing)?;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.key_identifier_method = KeyIdMethod::Sha256;
    Ok(params)
}

fn finish(made: Result<rcgen::Certificate, rcgen::Error>) -> Result<Issued, IssueError> {
    let made = made.map_err(signing)?;
    let cert = CaCert::from_der(made.der()).map_err(|e| IssueError::Signing(e.to_string()))?;
    Ok(Issued { cert, pem: made.pem().replace("\r\n", "\n") })
}

fn signing(e: rcgen::Error) -> IssueError {
    IssueError::Signing(e.to_string())
}

fn date(seconds: u64) -> Result<OffsetDateTime, IssueError> {
    let date = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    date.ok_or(IssueError::Clock(seconds))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pure::ca::{KeyKind, draw_serial};

    #[test]
    fn lifetimes_names_and_limits() {
        let (root_key, key) = (CaKey::draw(KeyKind::P384).unwrap(), CaKey::draw(KeyKind::P256).unwrap());
        let now = Timestamp(1_800_000_000);
        let root = issue_root(&root_key, draw_serial().unwrap(), now).unwrap().cert;
        let issue = |now| issue_intermediate("x", &key, &Signer { root: &root, key: &root_key, serial: [1; 16], now });
        let ca = issue(now).unwrap().cert;
        assert_eq!(root.not_after, Timestamp(now.0 + 3650 * DAY));
        assert_eq!((ca.not_before.0, ca.not_after.0), (now.0 - 300, now.0 + 365 * DAY));
        assert_eq!((ca.path_len, ca.is_ca, ca.constraints_critical, ca.may_sign), (Some(0), true, true, true));
        assert_eq!(ca.dns_names, ["istio-citadel.istio-system.svc"]);
        assert!(ca.is_issued_by(&root) && !root.is_issued_by(&ca) && root.is_issued_by(&root));
        // never longer than the root
        assert_eq!(issue(Timestamp(root.not_after.0 - DAY)).unwrap().cert.not_after, root.not_after);
        assert!(matches!(issue(root.not_after), Err(IssueError::RootDates { .. })));
    }
}
