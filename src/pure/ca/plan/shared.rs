//! One intermediate for all clusters, as in the talk.

use super::clusters::{current, read_key, readable, rest};
use super::{Done, Issuer, Plan, PlanError, certs};
use crate::data::model::ClusterId;
use crate::pure::ca::cert::CaCert;
use crate::pure::ca::folder::{CA_CERT, CA_KEY, CaFolder, ClusterFiles};
use crate::pure::ca::issue::shared_subject;

/// Whether the folder is of the kind that is asked for; both kinds in one are impossible.
pub(super) fn check(folder: &CaFolder, shared: bool) -> Vec<PlanError> {
    let mut seen: Vec<(&String, CaCert)> = Vec::new();
    for (id, files) in &folder.clusters {
        // what cannot be read says so when its turn comes
        let cert = files.ca_cert.as_ref().and_then(|pem| certs(CA_CERT, pem).ok()?.into_iter().next());
        seen.extend(cert.map(|cert| (id, cert)));
    }
    let is_shared = |(id, cert): &(&String, CaCert)| {
        cert.common_name == shared_subject()
            || seen.iter().any(|(other, theirs)| other != id && theirs.is_same_ca(cert))
    };
    let found = if shared {
        // a lone CA of somebody else's making may be shared from now on
        let own = |(id, cert): &&(&String, CaCert)| seen.len() > 1 || cert.common_name.ends_with(id.as_str());
        seen.iter()
            .filter(own)
            .find(|one| !is_shared(one))
            .map(|(id, _)| PlanError::IsPerCluster { cluster: (*id).clone() })
    } else {
        seen.iter().find(|one| is_shared(one)).map(|(id, _)| PlanError::IsShared { cluster: (*id).clone() })
    };
    found.into_iter().collect()
}

pub(super) fn plan(
    folder: &CaFolder,
    clusters: &[ClusterId],
    issuer: &Issuer<'_>,
    plan: &mut Plan,
) -> Result<(), Vec<PlanError>> {
    all(folder, clusters, issuer, plan).map_err(|e| vec![e])
}

fn all(folder: &CaFolder, clusters: &[ClusterId], issuer: &Issuer<'_>, plan: &mut Plan) -> Result<(), PlanError> {
    let Some(first) = clusters.first() else { return Ok(()) };
    let source = source(folder)?;
    let nothing = ClusterFiles::default();
    // the key: the one that some cluster has, else a new one, which the first cluster gets first
    let holder = folder.clusters.iter().find(|(_, files)| files.ca_key.is_some());
    let (holder_id, holder_files) = holder.map_or((first.as_str(), &nothing), |(id, files)| (id.as_str(), files));
    let (key_pem, key) = match &holder_files.ca_key {
        Some(bytes) => (bytes.expose().clone(), read_key(holder_id, holder_files)?),
        None => {
            let key = issuer.key(holder_id, holder_files, plan)?.0;
            (key.pem().expose().clone(), Some(key))
        }
    };
    let Some(key) = key else { return Err(PlanError::KeyLost { cluster: holder_id.to_owned() }) };
    let (pem, cert, how) = match source {
        Some((_, cert)) if issuer.is_due(&cert) && issuer.renew => {
            let issued = issuer.again(holder_id, holder_files, &cert)?;
            (issued.pem.into_bytes(), issued.cert, Done::Renewed)
        }
        Some((pem, cert)) => {
            let how = if issuer.is_due(&cert) { Done::KeptDue } else { Done::Kept };
            (pem, cert, how)
        }
        None => {
            let issued = issuer.issue(holder_id, shared_subject(), &key)?;
            (issued.pem.into_bytes(), issued.cert, Done::Created)
        }
    };
    for cluster in clusters {
        let id = cluster.as_str();
        let files = folder.clusters.get(id).unwrap_or(&nothing);
        let new = files.is_empty();
        let before = plan.writes.len();
        if files.ca_key.is_none() && !(holder.is_none() && id == holder_id) {
            plan.put(Some(id), CA_KEY, key_pem.clone());
        }
        // a certificate that differs from the newest one is what a renewal leaves that was cut off
        let has = files.ca_cert.as_ref();
        if has != Some(&pem) {
            plan.write(Some(id), CA_CERT, pem.clone(), has.is_some());
        }
        let added = rest(id, files, &pem, &cert, issuer, plan) || plan.writes.len() > before;
        let done = match how {
            _ if new => Done::Created,
            Done::Renewed => Done::Renewed,
            _ if added => Done::Completed,
            how => how,
        };
        plan.acted(Some(id), done, cert.key, issuer.kind);
    }
    Ok(())
}

/// The newest certificate that any cluster has; all must have the same key.
fn source(folder: &CaFolder) -> Result<Option<(Vec<u8>, CaCert)>, PlanError> {
    let mut newest: Option<(Vec<u8>, CaCert)> = None;
    let mut key: Option<(&String, Vec<u8>)> = None;
    for (id, files) in &folder.clusters {
        readable(id, files)?;
        if let Some(own) = read_key(id, files)? {
            let own = own.public_key().to_vec();
            match &key {
                Some((one, theirs)) if *theirs != own => {
                    return Err(PlanError::SharedKeysDiffer { one: (*one).clone(), other: id.clone() });
                }
                Some(_) => {}
                None => key = Some((id, own)),
            }
        }
        if let Some((pem, cert)) = current(id, files)?
            && newest.as_ref().is_none_or(|(_, best)| cert.not_after > best.not_after)
        {
            newest = Some((pem, cert));
        }
    }
    Ok(newest)
}
