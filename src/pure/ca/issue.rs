//! Issues the mesh's own certificate authorities: a root and intermediates.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose, SanType,
    SerialNumber,
};
use time::OffsetDateTime;

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

/// An intermediate for `key`, issued by `root`: a year at most, never longer than the root, and no CA below it.
///
/// # Errors
/// [`IssueError`].
pub fn issue_intermediate(
    common_name: &str,
    key: &CaKey,
    root: &CaCert,
    root_key: &CaKey,
    serial: [u8; 16],
    now: Timestamp,
) -> Result<Issued, IssueError> {
    if now < root.not_before || now >= root.not_after {
        let (from, until) = (super::utc(root.not_before), super::utc(root.not_after));
        return Err(IssueError::RootDates { from, until });
    }
    let mut params = params(common_name, serial)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.not_before = date(now.0.saturating_sub(BACKDATED).max(root.not_before.0))?;
    params.not_after = date(now.0.saturating_add(INTERMEDIATE_LIFE).min(root.not_after.0))?;
    params.use_authority_key_identifier_extension = true;
    params.subject_alt_names = vec![SanType::DnsName(CITADEL.try_into().map_err(signing)?)];
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
        let issue = |now| issue_intermediate("x", &key, &root, &root_key, [1; 16], now);
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
