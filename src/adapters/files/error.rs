//! What can go wrong with a file, each with its path.

use std::io;
use std::path::{Path, PathBuf};

/// What was being done to a file or folder, and why it failed.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// Reading failed.
    #[error("reading {path} failed: {source}", path = .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Writing failed; what was there before is still there, whole.
    #[error("writing {path} failed: {source}", path = .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of that name is there already, and must not be replaced.
    #[error("writing {path} failed: it is there already", path = .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Neither a regular file nor a link to one.
    #[error("reading {path} failed: it is {what}, not a file", path = .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// `a folder`, `a named pipe`, …
        what: &'static str,
    },
    /// Longer than the reader takes.
    #[error("reading {path} failed: it is larger than {max} bytes", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        max: u64,
    },
    /// Another process holds the folder's lock.
    #[error("another run of meshctl is writing to {path}", path = .path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
}

impl FilesError {
    /// Whether the path is just not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, FilesError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Whether it was writing that failed: an action not done, rather than input that cannot be read.
    pub fn is_write(&self) -> bool {
        matches!(self, FilesError::Write { .. } | FilesError::Exists { .. } | FilesError::Locked { .. })
    }

    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> FilesError {
        let path = path.to_owned();
        move |source| FilesError::Read { path, source }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> FilesError {
        let path = path.to_owned();
        move |source| FilesError::Write { path, source }
    }
}
