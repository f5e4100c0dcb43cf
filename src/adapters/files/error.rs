//! What can go wrong with a file, each with its path.

use std::io;
use std::path::{Path, PathBuf};

/// What was being done to a file or folder, and why it failed.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// Reading failed.
    #[error("reading {path} failed: {why}", path = .path.display(), why = why(.source))]
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
    /// Removing failed.
    #[error("removing {path} failed: {source}", path = .path.display())]
    Remove {
        /// The file.
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
    /// It is no UTF-8.
    #[error("reading {path} failed: it is no UTF-8 text", path = .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// Longer than the reader takes.
    #[error("reading {path} failed: it is larger than {size}", path = .path.display(), size = size(*.max))]
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
        match self {
            FilesError::Write { .. }
            | FilesError::Remove { .. }
            | FilesError::Exists { .. }
            | FilesError::Locked { .. } => true,
            FilesError::Read { .. }
            | FilesError::NotAFile { .. }
            | FilesError::NotText { .. }
            | FilesError::TooLarge { .. } => false,
        }
    }

    /// Why, as the end of a sentence that names the file itself, in its own words.
    pub fn reason(&self) -> String {
        match self {
            FilesError::Read { source, .. } => why(source),
            FilesError::Write { source, .. } | FilesError::Remove { source, .. } => source.to_string(),
            FilesError::Exists { .. } => "it is there already".to_owned(),
            FilesError::NotAFile { what, .. } => format!("it is {what}, not a file"),
            FilesError::NotText { .. } => "it is no UTF-8 text".to_owned(),
            FilesError::TooLarge { max, .. } => format!("it is larger than {}", size(*max)),
            FilesError::Locked { .. } => "another run of meshctl is writing to it".to_owned(),
        }
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

/// What a failed reading means for whoever named the file.
fn why(source: &io::Error) -> String {
    // ELOOP, whose `ErrorKind` is not stable
    let too_many_links = if cfg!(target_os = "linux") { 40 } else { 62 };
    match source.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "it is no folder, or what its path goes through is none".to_owned(),
        _ if source.raw_os_error() == Some(too_many_links) => "its symbolic links form a loop".to_owned(),
        _ => source.to_string(),
    }
}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes >= MIB && bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}
