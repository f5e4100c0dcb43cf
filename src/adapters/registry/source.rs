//! Where a cluster's objects come from, and how far its file is trusted.

use std::path::PathBuf;
use std::sync::Arc;

use kube::config::Kubeconfig;

use super::kubeconfig::normalise;
use crate::adapters::k8s::{Connector, Plugins};
use crate::data::model::{ClusterId, Secret};

/// How far the registry's files are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// They are the user's own: plugins run, paths are followed.
    Terminal,
    /// They came from somewhere else: what would run, read or redirect is refused by its field's name.
    #[default]
    Sanitised,
}

/// How to read a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// The primary, where a flag names it.
    pub primary: Option<ClusterId>,
    /// How far the files are trusted.
    pub trust: Trust,
}

/// A cluster's source.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder of manifests.
    Folder(PathBuf),
    /// An API server.
    Live {
        /// Reduced to its current context; relative paths are made absolute.
        kubeconfig: Arc<Secret<Kubeconfig>>,
        /// The server's URL; it holds no credentials.
        server: String,
        /// Whether its plugins may run.
        trust: Trust,
        /// Makes its clients, for everybody who holds this source or a copy of it: a plugin runs once for all of them.
        connector: Arc<Connector>,
    },
}

impl Source {
    /// An API server, by a kubeconfig that was checked.
    pub(super) fn live(kubeconfig: Kubeconfig, server: String, trust: Trust) -> Self {
        let kubeconfig = Arc::new(Secret::new(kubeconfig));
        let plugins = match trust {
            Trust::Terminal => Plugins::Run,
            Trust::Sanitised => Plugins::Refuse,
        };
        let connector = Arc::new(Connector::new(Arc::clone(&kubeconfig), plugins));
        Source::Live { kubeconfig, server, trust, connector }
    }

    /// What makes clients of a live cluster; `None` for a folder.
    pub fn connector(&self) -> Option<Arc<Connector>> {
        match self {
            Source::Folder(_) => None,
            Source::Live { connector, .. } => Some(Arc::clone(connector)),
        }
    }

    /// The API server, as it is compared, where this one has the same.
    pub(super) fn same_server(&self, other: &Source) -> Option<String> {
        let of = |source: &Source| match source {
            Source::Folder(_) => None,
            Source::Live { server, .. } => normalise(server).ok(),
        };
        of(self).filter(|server| of(other).as_ref() == Some(server))
    }
}
