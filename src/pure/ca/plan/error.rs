//! What stands in the way of a CA folder, each with its file.

use crate::pure::ca::{Finding, IssueError, KeyError};

/// Why a CA folder cannot be made as asked. Files are named from the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A file that is there cannot be read as what it should be.
    #[error("{0}")]
    Unreadable(Finding),
    /// A key that is there cannot be used.
    #[error("{file}: {why}")]
    Key {
        /// The file.
        file: String,
        /// Why.
        why: KeyError,
    },
    /// The root's key, which lives elsewhere, cannot be used.
    #[error("the root key {file} cannot be used: {why}")]
    RootKey {
        /// The file, as the user knows it.
        file: String,
        /// Why.
        why: KeyError,
    },
    /// The root's key belongs to no root in the folder.
    #[error("the root key {file} does not match root-cert.pem: their public keys differ")]
    RootKeyMismatch {
        /// The file of the key.
        file: String,
    },
    /// Something is to be issued, or `--root-key` was given, and the key is not there.
    #[error("the root key {file} is not there, and a root is there already")]
    RootKeyMissing {
        /// The file of the key.
        file: String,
    },
    /// Clusters have a root that the folder has not.
    #[error(
        "root-cert.pem is missing, but {cluster}/root-cert.pem is there: a new root would not be trusted by {cluster}"
    )]
    RootLost {
        /// One of the clusters.
        cluster: String,
    },
    /// The system gave no randomness.
    #[error("{0}")]
    Draw(KeyError),
    /// Signing failed.
    #[error("issuing the certificate of {whom} failed: {why}")]
    Issue {
        /// The cluster, or the root.
        whom: String,
        /// Why.
        why: IssueError,
    },
    /// A certificate whose key is gone.
    #[error("{cluster}/ca-key.pem is missing, but {cluster}/ca-cert.pem is there: its key cannot be made again")]
    KeyLost {
        /// The cluster.
        cluster: String,
    },
    /// A CA that the root here did not issue, and that is to be renewed.
    #[error("{cluster}/ca-cert.pem was not issued by the root here, so it cannot be renewed with it")]
    ForeignIssuer {
        /// The cluster.
        cluster: String,
    },
    /// The folder has one intermediate per cluster, and one for all was asked for.
    #[error(
        "this CA has one intermediate per cluster ({cluster} has its own), and --shared asks for one for all clusters"
    )]
    IsPerCluster {
        /// One of the clusters.
        cluster: String,
    },
    /// The folder has one intermediate for all, and one per cluster was asked for.
    #[error("this CA has one intermediate for all clusters (see {cluster}), and one per cluster was asked for")]
    IsShared {
        /// One of the clusters.
        cluster: String,
    },
    /// Clusters that should share an intermediate have different keys.
    #[error("{one}/ca-key.pem and {other}/ca-key.pem differ, but the clusters are to share one intermediate")]
    SharedKeysDiffer {
        /// A cluster.
        one: String,
        /// Another.
        other: String,
    },
}

impl PlanError {
    /// What to do about it.
    pub fn hints(&self, dir: &str) -> Vec<String> {
        let this = "name the file with the key of this root: meshctl ca init --root-key FILE".to_owned();
        vec![match self {
            PlanError::RootKeyMismatch { .. } => {
                let other = "another root is another CA, in a folder of its own: --root-key FILE --dir NEW-FOLDER";
                return vec![this, other.to_owned()];
            }
            PlanError::RootKey { .. } => {
                "name a file with the root's private key: meshctl ca init --root-key FILE".to_owned()
            }
            PlanError::RootKeyMissing { .. } => this,
            PlanError::RootLost { cluster } => {
                format!("put it back: cp {dir}/{cluster}/root-cert.pem {dir}/root-cert.pem")
            }
            PlanError::KeyLost { cluster } => {
                format!(
                    "put the key back, or have both issued again: rm {dir}/{cluster}/ca-cert.pem {dir}/{cluster}/cert-chain.pem"
                )
            }
            PlanError::ForeignIssuer { cluster } => {
                format!("see what is wrong with it: meshctl ca verify {dir}/{cluster}")
            }
            PlanError::IsPerCluster { .. } => "leave --shared out, or make another CA with --dir".to_owned(),
            PlanError::IsShared { .. } => "add --shared, or make another CA with --dir".to_owned(),
            PlanError::Unreadable(_) | PlanError::Key { .. } => {
                format!("see all that is wrong: meshctl ca verify {dir}")
            }
            PlanError::SharedKeysDiffer { .. } | PlanError::Draw(_) | PlanError::Issue { .. } => return Vec::new(),
        }]
    }

    /// Whether what was given is to blame, rather than the doing.
    pub fn is_usage(&self) -> bool {
        !matches!(self, PlanError::Draw(_) | PlanError::Issue { .. })
    }
}
