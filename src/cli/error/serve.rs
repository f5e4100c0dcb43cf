//! What keeps a server from serving, and what to do about it.

use super::CliError;
use crate::adapters::serve::ServeError;
use crate::roles::discovery::DiscoveryError;

impl From<DiscoveryError> for CliError {
    fn from(e: DiscoveryError) -> Self {
        match e {
            DiscoveryError::Registry(e) => e.into(),
            DiscoveryError::Serve(e) => e.into(),
            DiscoveryError::Thread(_) => CliError::failed(e.to_string()),
        }
    }
}

impl From<ServeError> for CliError {
    fn from(e: ServeError) -> Self {
        match e {
            ServeError::Bind { .. } => {
                CliError::failed(e.to_string()).hint("choose another address, or port 0 for a free one")
            }
            ServeError::Root { why, .. } | ServeError::Key { why, .. } | ServeError::Chain { why, .. } => {
                CliError::usage(e.to_string()).hint(why.hint())
            }
            ServeError::Files(_) | ServeError::NotPem { .. } => CliError::usage(e.to_string())
                .hint("name a certificate with its chain, its key, and the mesh's root, all in PEM"),
            ServeError::Serve { .. } | ServeError::Signals(_) => CliError::failed(e.to_string()),
        }
    }
}
