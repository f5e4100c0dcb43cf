//! Folders: made with the right mode from birth, listed, locked; and what stands under a path.

use std::fs::{DirBuilder, File, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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

impl Entry {
    /// Whether its name begins with a dot.
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with('.')
    }
}

/// What stands under a path, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Whether it is a regular file.
    pub is_file: bool,
    /// In bytes.
    pub len: u64,
    /// Who may read, write and enter it: the nine bits of `chmod`.
    pub mode: u32,
    /// When its contents changed last, where the file system says so.
    pub modified: Option<SystemTime>,
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

/// As [`list_dir`]; no entries where nothing has that name.
///
/// # Errors
/// As [`list_dir`].
pub fn list_dir_if_there(path: &Path) -> Result<Vec<Entry>, FilesError> {
    match list_dir(path) {
        Err(e) if e.is_missing() => Ok(Vec::new()),
        listed => listed,
    }
}

/// Asks what stands under a path, without opening it.
///
/// # Errors
/// Where nothing does, or it cannot be reached.
pub fn stat(path: &Path) -> Result<Stat, FilesError> {
    let meta = std::fs::metadata(path).map_err(FilesError::read(path))?;
    Ok(Stat {
        is_dir: meta.is_dir(),
        is_file: meta.is_file(),
        len: meta.len(),
        mode: meta.permissions().mode() & 0o777,
        modified: meta.modified().ok(),
    })
}

/// Whether a folder, or a link to one, stands under a path; what cannot be reached counts as no.
pub fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a regular file, or a link to one, stands under a path; what cannot be reached counts as no.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether anything stands under a path, a link that leads nowhere aside; what cannot be reached counts as no.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// The absolute path without links: two paths to the same thing give the same.
///
/// # Errors
/// Where it leads nowhere.
pub fn real_path(path: &Path) -> Result<PathBuf, FilesError> {
    std::fs::canonicalize(path).map_err(FilesError::read(path))
}

/// Where a symbolic link points, as it is written; `None` where the path is none.
pub fn link_target(path: &Path) -> Option<PathBuf> {
    std::fs::read_link(path).ok()
}

/// Makes a folder that everybody may enter (0755, less the process's umask), and those above it; one that is there already
/// stays as it is.
///
/// # Errors
/// Where it cannot be made, or something else has its name.
pub fn create_public_dir(path: &Path) -> Result<(), FilesError> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(FilesError::write(path))?;
    super::write::sync_parent(path)
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
