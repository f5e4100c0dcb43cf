//! Folders that live as long as the value that holds them, and files that go.
#![expect(clippy::disallowed_methods, reason = "temporary folders and removing files are this room's job")]

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::FilesError;

/// More folders of one process than this are never made.
const MANY: u32 = 1000;

/// A folder of its own for one run, which only its owner can enter. It goes with the value, with everything in it.
#[derive(Debug)]
pub struct TempFolder(PathBuf);

impl TempFolder {
    /// Makes `PREFIX-PID-N` where the system keeps temporary files; a folder that is there already is never taken.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn new(prefix: &str) -> Result<Self, FilesError> {
        let (base, pid) = (std::env::temp_dir(), std::process::id());
        let mut at = 0;
        loop {
            let path = base.join(format!("{prefix}-{pid}-{at}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && at < MANY => at += 1,
                Err(e) => return Err(FilesError::write(&path)(e)),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // nobody is left to be told where this fails
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Removes a file; one that is not there is removed already.
///
/// # Errors
/// Where it is there and stays.
pub fn remove_file(path: &Path) -> Result<(), FilesError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(FilesError::Remove { path: path.to_owned(), source: e })
        }
        _ => Ok(()),
    }
}
