//! Who a peer is, by the certificate it showed.

use x509_parser::extensions::GeneralName;

use crate::data::model::{SpiffeId, Timestamp};

/// When a certificate (DER) is over: the last second in which it counts. `None` where it is no certificate.
pub fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    u64::try_from(certificate.validity().not_after.timestamp()).ok().map(Timestamp)
}

/// The SPIFFE id of a leaf certificate (DER): the one URI among its alternative names. `None` where there is no URI or
/// more than one, or it is no SPIFFE id (SPIFFE X509-SVID §2: exactly one URI, and validators reject others).
pub fn spiffe_id(der: &[u8]) -> Option<SpiffeId> {
    let (rest, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let names = certificate.subject_alternative_name().ok()??;
    let mut uris = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some(*uri),
        _ => None,
    });
    let (uri, None) = (uris.next()?, uris.next()) else { return None };
    let trust_domain = uri.strip_prefix("spiffe://")?.split('/').next()?;
    (!trust_domain.is_empty()).then(|| SpiffeId(uri.into()))
}
