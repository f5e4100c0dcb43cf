//! One intermediate per cluster.

use super::{Done, Issuer, Plan, PlanError, certs};
use crate::data::model::ClusterId;
use crate::pure::ca::DUE;
use crate::pure::ca::cert::CaCert;
use crate::pure::ca::folder::{CA_CERT, CA_KEY, CERT_CHAIN, CaFolder, ClusterFiles, ROOT_CERT};
use crate::pure::ca::issue::{IssueError, Issued, Signer, issue_intermediate, renew_intermediate, subject_of};
use crate::pure::ca::keys::{CaKey, KeyKind, draw_serial};
use crate::pure::ca::verify::Finding;

pub(super) fn plan(
    folder: &CaFolder,
    clusters: &[ClusterId],
    issuer: &Issuer<'_>,
    plan: &mut Plan,
) -> Result<(), Vec<PlanError>> {
    let nothing = ClusterFiles::default();
    let mut errors = Vec::new();
    for cluster in clusters {
        let files = folder.clusters.get(cluster.as_str()).unwrap_or(&nothing);
        if let Err(error) = one(cluster, files, issuer, plan) {
            errors.push(error);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn one(cluster: &ClusterId, files: &ClusterFiles, issuer: &Issuer<'_>, plan: &mut Plan) -> Result<(), PlanError> {
    let id = cluster.as_str();
    readable(id, files)?;
    let current = current(id, files)?;
    let (pem, cert, done) = match current {
        Some((pem, cert)) => {
            let due = issuer.is_due(&cert);
            if due && issuer.renew {
                let issued = issuer.again(id, files, &cert)?;
                plan.write(Some(id), CA_CERT, issued.pem.clone().into_bytes(), true);
                (issued.pem.into_bytes(), issued.cert, Done::Renewed)
            } else {
                (pem, cert, if due { Done::KeptDue } else { Done::Kept })
            }
        }
        None => {
            let (key, done) = issuer.key(id, files, plan)?;
            let issued = issuer.issue(id, &subject_of(cluster), &key)?;
            plan.put(Some(id), CA_CERT, issued.pem.clone().into_bytes());
            (issued.pem.into_bytes(), issued.cert, done)
        }
    };
    let added = rest(id, files, &pem, &cert, issuer, plan);
    let done = if added && matches!(done, Done::Kept | Done::KeptDue) { Done::Completed } else { done };
    plan.acted(Some(id), done, cert.key, issuer.kind);
    Ok(())
}

/// Whether all files that a cluster has can be read.
pub(super) fn readable(id: &str, files: &ClusterFiles) -> Result<(), PlanError> {
    match files.unreadable.first_key_value() {
        Some((file, why)) => Err(PlanError::Unreadable(Finding::unreadable(&format!("{id}/{file}"), why))),
        None => Ok(()),
    }
}

/// The certificate that a cluster has.
pub(super) fn current(id: &str, files: &ClusterFiles) -> Result<Option<(Vec<u8>, CaCert)>, PlanError> {
    let Some(pem) = &files.ca_cert else { return Ok(None) };
    if files.ca_key.is_none() {
        return Err(PlanError::KeyLost { cluster: id.to_owned() });
    }
    Ok(certs(&format!("{id}/{CA_CERT}"), pem)?.into_iter().next().map(|cert| (pem.clone(), cert)))
}

/// Chain and root, where they are missing; a chain of the certificate's predecessor is what a renewal leaves that was cut off.
/// Returns whether anything was.
pub(super) fn rest(
    id: &str,
    files: &ClusterFiles,
    pem: &[u8],
    cert: &CaCert,
    issuer: &Issuer<'_>,
    plan: &mut Plan,
) -> bool {
    let before = plan.writes.len();
    match &files.cert_chain {
        None => plan.put(Some(id), CERT_CHAIN, pem.to_vec()),
        Some(text) => {
            let chain = certs(CERT_CHAIN, text).unwrap_or_default();
            if let Some(first) = chain.first()
                && first.is_same_ca(cert)
                && first.der != cert.der
            {
                // what stands above it, often the root, stays
                plan.write(Some(id), CERT_CHAIN, [pem, above_first(text)].concat(), true);
            }
        }
    }
    if files.root_cert.is_none() {
        plan.put(Some(id), ROOT_CERT, issuer.root.pem.clone());
    }
    plan.writes.len() > before
}

/// What stands after the first block of a PEM text, byte for byte.
fn above_first(text: &[u8]) -> &[u8] {
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let end = text.windows(END.len()).position(|w| w == END).map_or(text.len(), |at| at + END.len());
    let rest = text.get(end..).unwrap_or_default();
    let start = rest.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(rest.len());
    rest.get(start..).unwrap_or_default()
}

impl Issuer<'_> {
    pub(super) fn is_due(&self, cert: &CaCert) -> bool {
        cert.not_after.0.saturating_sub(self.now.0) <= DUE
    }

    /// The key that a cluster has, or a new one.
    pub(super) fn key(&self, id: &str, files: &ClusterFiles, plan: &mut Plan) -> Result<(CaKey, Done), PlanError> {
        if let Some(key) = read_key(id, files)? {
            return Ok((key, Done::Completed));
        }
        let key = CaKey::draw(self.kind.unwrap_or(KeyKind::P256)).map_err(PlanError::Draw)?;
        plan.put(Some(id), CA_KEY, key.pem().expose().clone());
        Ok((key, Done::Created))
    }

    /// A certificate for a key that has none.
    pub(super) fn issue(&self, id: &str, subject: &str, key: &CaKey) -> Result<Issued, PlanError> {
        issue_intermediate(subject, key, &self.signer()?).map_err(failed(id))
    }

    /// A new certificate for the key of an old one.
    pub(super) fn again(&self, id: &str, files: &ClusterFiles, old: &CaCert) -> Result<Issued, PlanError> {
        if !old.is_issued_by(&self.root.cert) {
            return Err(PlanError::ForeignIssuer { cluster: id.to_owned() });
        }
        match read_key(id, files)? {
            Some(key) => renew_intermediate(old, &key, &self.signer()?).map_err(failed(id)),
            None => Err(PlanError::KeyLost { cluster: id.to_owned() }),
        }
    }

    fn signer(&self) -> Result<Signer<'_>, PlanError> {
        let missing = || PlanError::RootKeyMissing { file: self.root.key_file.clone() };
        let key = self.root.key.as_ref().ok_or_else(missing)?;
        Ok(Signer { root: &self.root.cert, key, serial: draw_serial().map_err(PlanError::Draw)?, now: self.now })
    }
}

fn failed(id: &str) -> impl FnOnce(IssueError) -> PlanError {
    let whom = id.to_owned();
    move |why| PlanError::Issue { whom, why }
}

pub(super) fn read_key(id: &str, files: &ClusterFiles) -> Result<Option<CaKey>, PlanError> {
    let key = files.ca_key.as_ref().map(|bytes| CaKey::from_pem(bytes.expose())).transpose();
    key.map_err(|why| PlanError::Key { file: format!("{id}/{CA_KEY}"), why })
}
