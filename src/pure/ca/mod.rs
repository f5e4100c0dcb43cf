//! Keys, certificates and bundles of certificate authorities: issued, read, judged.
//!
//! Time and serial numbers are arguments; only `keys.rs` draws anything. The folder of a mesh's CA is a value here
//! ([`CaFolder`]); what to write to it is a [`Plan`], and somebody else writes it.

mod bundle;
mod cert;
mod folder;
mod issue;
mod keys;
mod pem;
mod plan;
mod verify;

pub use bundle::{Bundle, BundleFiles, LooseFile, Part, bundle_of, loose_mode};
pub use cert::{CaCert, CertError, KeyAlgorithm};
pub use folder::{CA_CERT, CA_KEY, CERT_CHAIN, CaFolder, ClusterFiles, ROOT_CERT, ROOT_KEY};
pub use issue::{IssueError, Issued, Signer, issue_intermediate, issue_root, renew_intermediate, shared_subject};
pub use keys::{CaKey, KeyError, KeyKind, draw_serial};
pub use plan::{Action, Done, Plan, PlanError, Request, RootKey, Write, check_root_key, plan};
pub use verify::{Finding, Severity, Verified, same_root, verify_bundle, verify_root};

use crate::data::model::Timestamp;

/// How long before its end a certificate is due: 60 days, in seconds.
pub const DUE: u64 = 60 * 86_400;

/// A point in time as people write it, `2027-01-31T00:00:00Z`.
pub fn utc(at: Timestamp) -> String {
    let seconds = i64::try_from(at.0).unwrap_or(i64::MAX);
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|t| t.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_else(|| format!("{} seconds after 1970", at.0))
}
