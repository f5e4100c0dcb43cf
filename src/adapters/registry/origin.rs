//! Where the registry itself comes from: a folder, or the cluster that this program runs in. Behind one interface.

use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::watch::watch_from;
use super::{Holdings, InCluster, ReadOptions, Registry, RegistryError};

/// Where the registry comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A folder of kubeconfigs, and how it is read.
    Folder(PathBuf, ReadOptions),
    /// The cluster of this pod, with the other clusters' credentials in a Secret.
    Cluster(InCluster),
}

impl Origin {
    /// The registry as far as it is known at once: of a folder everything, of a cluster this cluster alone.
    ///
    /// # Errors
    /// [`RegistryError`] where the folder cannot be read.
    pub fn read(&self) -> Result<Registry, RegistryError> {
        match self {
            Origin::Folder(dir, options) => Registry::read(dir, options),
            Origin::Cluster(own) => Ok(own.alone()),
        }
    }

    /// Watches it: a new value comes when it says anything else than `read`, what [`Origin::read`] gave of a folder; of a
    /// cluster the first as soon as everything is known, and also what the registry is made of, for whoever keeps that up.
    pub fn watch(&self, read: &Registry, stop: CancellationToken) -> (mpsc::Receiver<Registry>, Option<Holdings>) {
        match self {
            Origin::Folder(dir, options) => (watch_from(dir, options.clone(), Some(read.clone()), stop), None),
            Origin::Cluster(own) => {
                let holdings = own.follow(&stop);
                (own.registries(holdings.clone(), stop), Some(holdings))
            }
        }
    }
}
