//! Why a tour does not end well.

use std::path::PathBuf;

use super::proxy::ProxyError;
use crate::adapters::files::FilesError;
use crate::data::model::NameError;
use crate::roles::discovery::DiscoveryError;
use crate::workflows::proxies::SourceError;

/// Why a tour does not end well.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder holds something else.
    #[error("{} holds other things than a demo, so none is set up there", .0.display())]
    Foreign(PathBuf),
    /// A demo of before was edited.
    #[error("{} holds a demo whose files were edited, which setting it up anew would discard: {}", .dir.display(), .files.join(", "))]
    Edited {
        /// The folder.
        dir: PathBuf,
        /// What was edited, relative to the folder.
        files: Vec<String>,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// Pilot does not start.
    #[error("starting the demo's pilot failed: {0}")]
    Discovery(#[from] DiscoveryError),
    /// The proxy does not start, or says no more.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// Pilot does not answer.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The proxy's own name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Something did not come in time.
    #[error("waiting until {what} failed: not within {seconds} s; {last}")]
    Late {
        /// What was awaited.
        what: String,
        /// For how long, in seconds.
        seconds: u64,
        /// What was there instead.
        last: String,
    },
    /// A file cluster cannot be read.
    #[error("reading the file cluster {} failed: {why}", .folder.display())]
    Folder {
        /// Its folder.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// It was told to stop.
    #[error("the demo was interrupted; what it had started is ended")]
    Interrupted,
    /// Who shows the story cannot go on, and knows why.
    #[error("the demo cannot be shown")]
    Stage,
}
