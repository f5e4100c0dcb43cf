//! Folders: private from birth, listed, locked.

use std::fs::{DirBuilder, File, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::FilesError;

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name; names that are no UTF-8 are shown with replacement characters.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is a folder, or a link to one.
    pub is_dir: bool,
}

/// Holds a folder for one process; let go when dropped, and when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// The entries of a folder, by name.
///
/// # Errors
/// Where it cannot be read.
pub fn list_dir(path: &Path) -> Result<Vec<Entry>, FilesError> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(FilesError::read(path))? {
        let entry = entry.map_err(FilesError::read(path))?;
        let path = entry.path();
        entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), is_dir: path.is_dir(), path });
    }
    entries.sort();
    Ok(entries)
}

/// Makes a folder that only its owner can enter (0700 from birth); one that is there already is tightened to that. The
/// folder above must be there.
///
/// # Errors
/// Where it cannot be made, or something else has its name.
pub fn create_private_dir(path: &Path) -> Result<(), FilesError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => super::write::sync_parent(path),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && path.is_dir() => {
            let meta = std::fs::metadata(path).map_err(FilesError::read(path))?;
            if meta.permissions().mode() & 0o777 == 0o700 {
                return Ok(());
            }
            std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(FilesError::write(path))
        }
        Err(e) => Err(FilesError::write(path)(e)),
    }
}

/// Takes the lock of a folder, which every run of meshctl that writes several files there takes first.
///
/// # Errors
/// [`FilesError::Locked`] where another process holds it.
pub fn lock_folder(path: &Path) -> Result<FolderLock, FilesError> {
    let dir = File::open(path).map_err(FilesError::read(path))?;
    match dir.try_lock() {
        Ok(()) => Ok(FolderLock(dir)),
        Err(TryLockError::WouldBlock) => Err(FilesError::Locked { path: path.to_owned() }),
        // a file system without locks: writes that never replace still keep two runs apart
        Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported => Ok(FolderLock(dir)),
        Err(TryLockError::Error(e)) => Err(FilesError::write(path)(e)),
    }
}
