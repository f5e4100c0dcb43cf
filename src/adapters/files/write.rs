//! Writes that are whole or not there.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::FilesError;

/// Only the owner reads and writes.
const PRIVATE: u32 = 0o600;
/// Everybody reads; the process's umask may take more away.
const PUBLIC: u32 = 0o644;
/// Stands between the name of a file and what makes its temporary file's name unique.
const MARK: &str = ".tmp-";

/// Writes a file that only its owner can read, 0600 from birth; what had the name is replaced in one step (a link itself,
/// not the file it points to).
///
/// # Errors
/// [`FilesError::Write`]; the old file then is intact, and nothing else is left.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    write(path, bytes, PRIVATE, Naming::Replace)
}

/// As [`write_private`], for a file that everybody may read (0644).
///
/// # Errors
/// As [`write_private`].
pub fn write_public(path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    write(path, bytes, PUBLIC, Naming::Replace)
}

/// As [`write_private`], but never replaces anything.
///
/// # Errors
/// As [`write_private`]; [`FilesError::Exists`] where something has the name.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    write(path, bytes, PRIVATE, Naming::New)
}

/// As [`write_public`], but never replaces anything.
///
/// # Errors
/// As [`write_new_private`].
pub fn write_new_public(path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    write(path, bytes, PUBLIC, Naming::New)
}

/// How a finished temporary file takes its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// `rename(2)`: whatever had the name is replaced.
    Replace,
    /// `link(2)`, which fails where something has the name; where the file system has no links, see [`name_without_link`].
    New,
}

/// A temporary file; removed when dropped, so on every way out.
struct Temp {
    path: PathBuf,
    file: File,
}

impl Drop for Temp {
    fn drop(&mut self) {
        // after a rename there is nothing left to remove
        let _ = std::fs::remove_file(&self.path);
    }
}

fn write(path: &Path, bytes: &[u8], mode: u32, naming: Naming) -> Result<(), FilesError> {
    let failed = || FilesError::write(path);
    let (folder, name) = split(path)?;
    remove_leftovers_of(folder, Some(&name))?;
    let mut temp = Temp::create(folder, &name, mode).map_err(failed())?;
    temp.file.write_all(bytes).and_then(|()| temp.file.sync_all()).map_err(failed())?;
    match naming {
        Naming::Replace => std::fs::rename(&temp.path, path).map_err(failed())?,
        Naming::New => {
            name_new(&temp.path, path, mode, |from, to| std::fs::hard_link(from, to)).map_err(|e| match e.kind() {
                ErrorKind::AlreadyExists => FilesError::Exists { path: path.to_owned() },
                _ => failed()(e),
            })?
        }
    }
    drop(temp);
    sync_parent(path)
}

/// Gives a finished temporary file a name that nothing has yet; `link` is `link(2)`.
fn name_new(
    temp: &Path,
    path: &Path,
    mode: u32,
    link: impl FnOnce(&Path, &Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    match link(temp, path) {
        Err(e) if has_no_links(&e) => name_without_link(temp, path, mode),
        linked => linked,
    }
}

/// What a file system without hard links answers: FAT and exFAT, as on USB sticks, with EPERM; others say what it is.
fn has_no_links(e: &std::io::Error) -> bool {
    const EPERM: i32 = 1;
    const EOPNOTSUPP: i32 = if cfg!(target_os = "linux") { 95 } else { 102 };
    e.kind() == ErrorKind::Unsupported || [EPERM, EOPNOTSUPP].map(Some).contains(&e.raw_os_error())
}

/// Takes the name with an empty file, which fails where something has it, and then puts the finished one in its place in one
/// step. A run that is killed between the two leaves the empty one: readers see the whole file or none of it.
fn name_without_link(temp: &Path, path: &Path, mode: u32) -> std::io::Result<()> {
    drop(OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?);
    std::fs::rename(temp, path).inspect_err(|_| {
        // the name was ours; what stands there is empty
        let _ = std::fs::remove_file(path);
    })
}

impl Temp {
    fn create(folder: &Path, name: &str, mode: u32) -> std::io::Result<Temp> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let unique = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".{name}{MARK}{}-{unique}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
                Ok(file) => {
                    let temp = Temp { path, file };
                    // the lock tells a file that is being written from one that a killed run left; where somebody who
                    // sweeps was quicker, another one is made; where the file system knows no locks, nobody sweeps
                    if !matches!(temp.file.try_lock(), Err(TryLockError::WouldBlock)) {
                        return Ok(temp);
                    }
                }
                // left by a killed process of the same number, while its lock is looked at by somebody else
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// Removes the temporary files that killed runs left in a folder; those that are being written stay.
///
/// # Errors
/// Where the folder cannot be read, or a file cannot be removed.
pub fn remove_leftovers(folder: &Path) -> Result<(), FilesError> {
    remove_leftovers_of(folder, None)
}

fn remove_leftovers_of(folder: &Path, name: Option<&str>) -> Result<(), FilesError> {
    for entry in super::list_dir(folder)? {
        let Some(of) = entry.name.strip_prefix('.').and_then(|n| n.split_once(MARK)).map(|(of, _)| of) else {
            continue;
        };
        if entry.is_dir || name.is_some_and(|name| name != of) {
            continue;
        }
        // only what we could have made is opened: a named pipe of that name would wait for a writer
        if !std::fs::symlink_metadata(&entry.path).is_ok_and(|meta| meta.is_file()) {
            continue;
        }
        match OpenOptions::new().read(true).custom_flags(super::read::O_NONBLOCK).open(&entry.path) {
            Ok(file) if file.try_lock().is_ok() => super::remove_file(&entry.path)?,
            _ => {}
        }
    }
    Ok(())
}

/// The folder and the name of a path.
fn split(path: &Path) -> Result<(&Path, String), FilesError> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok((here(folder), name.to_string_lossy().into_owned())),
        _ => Err(FilesError::write(path)(std::io::Error::new(ErrorKind::InvalidInput, "it names no file"))),
    }
}

/// `""`, the parent of a bare name, is the current folder.
fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Flushes the folder that holds `path`, so that its new name outlives a loss of power.
pub(super) fn sync_parent(path: &Path) -> Result<(), FilesError> {
    let folder = here(path.parent().unwrap_or(path));
    File::open(folder).and_then(|dir| dir.sync_all()).map_err(FilesError::write(path))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::adapters::files::{lock_folder, read_capped};

    fn names(dir: &Path) -> Vec<String> {
        crate::adapters::files::list_dir(dir).unwrap().into_iter().map(|e| e.name).collect()
    }

    #[test]
    fn modes_are_right_and_nothing_is_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let (key, cert) = (dir.path().join("key"), dir.path().join("cert"));
        write_private(&key, b"old").unwrap();
        write_private(&key, b"new").unwrap();
        write_public(&cert, b"c").unwrap();
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&key), mode(&cert) & 0o600), (0o600, 0o600));
        assert_eq!(std::fs::read(&key).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["cert", "key"]);
    }

    #[test]
    fn a_new_file_never_replaces_one() {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key");
        write_new_private(&key, b"first").unwrap();
        assert!(matches!(write_new_private(&key, b"second"), Err(FilesError::Exists { .. })));
        assert_eq!(std::fs::read(&key).unwrap(), b"first");
        assert_eq!(names(dir.path()), ["key"]);
    }

    /// A stand-in for `link(2)` that ends as it does on FAT (EPERM), on a network file system (EOPNOTSUPP), in FUSE (ENOSYS).
    fn refused(number: i32) -> impl Fn(&Path, &Path) -> std::io::Result<()> {
        move |_, _| Err(std::io::Error::from_raw_os_error(number))
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn where_there_are_no_links_a_new_file_still_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (temp, key) = (dir.path().join("temp"), dir.path().join("key"));
        for (number, bytes) in [(1, "fat"), (95, "net"), (38, "fuse")] {
            std::fs::write(&temp, bytes).unwrap();
            name_new(&temp, &key, PRIVATE, refused(number)).unwrap();
            assert_eq!(std::fs::read_to_string(&key).unwrap(), bytes);
            assert_eq!(names(dir.path()), ["key"]);
            std::fs::write(&temp, "second").unwrap();
            let again = name_new(&temp, &key, PRIVATE, refused(number)).unwrap_err();
            assert_eq!(again.kind(), ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read_to_string(&key).unwrap(), bytes);
            std::fs::remove_file(&key).unwrap();
        }
        // anything else stays a failure: a full disk, no rights
        for number in [28, 13] {
            assert_eq!(name_new(&temp, &key, PRIVATE, refused(number)).unwrap_err().raw_os_error(), Some(number));
            assert!(!key.exists());
        }
        // what was taken is given back
        std::fs::remove_file(&temp).unwrap();
        assert_eq!(name_new(&temp, &key, PRIVATE, refused(1)).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(names(dir.path()), [] as [&str; 0]);
    }

    #[test]
    fn a_link_is_replaced_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        std::fs::write(&target, "mine").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_private(&link, b"key").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"mine");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_file());
    }

    #[test]
    fn leftovers_go_and_files_being_written_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (dead, other) = (dir.path().join(".key.tmp-1-0"), dir.path().join(".cert.tmp-1-0"));
        std::fs::write(&dead, "half").unwrap();
        std::fs::write(&other, "half").unwrap();
        let living = Temp::create(dir.path(), "key", PRIVATE).unwrap();
        write_private(&dir.path().join("key"), b"k").unwrap();
        assert!(!dead.exists() && other.exists() && living.path.exists());
        remove_leftovers(dir.path()).unwrap();
        assert!(!other.exists() && living.path.exists());
    }

    #[test]
    fn a_named_pipe_that_looks_like_a_leftover_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join(".key.tmp-1-0");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink(&pipe, dir.path().join(".key.tmp-1-1")).unwrap();
        // on a thread of its own: opening the pipe would never come back
        let (done, wait) = std::sync::mpsc::channel();
        let folder = dir.path().to_owned();
        std::thread::spawn(move || done.send(remove_leftovers(&folder).is_ok()));
        assert_eq!(wait.recv_timeout(std::time::Duration::from_secs(20)), Ok(true));
        assert_eq!(names(dir.path()).len(), 2);
    }

    #[test]
    fn reads_refuse_what_is_no_small_file() {
        let dir = tempfile::tempdir().unwrap();
        let (fifo, big, link) = (dir.path().join("fifo"), dir.path().join("big"), dir.path().join("loop"));
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        File::create(&big).unwrap().set_len(1 << 30).unwrap();
        std::os::unix::fs::symlink(&link, &link).unwrap();
        let said = |p: &Path| read_capped(p, 1 << 20).unwrap_err().to_string();
        assert!(said(&fifo).ends_with("it is a named pipe, not a file"));
        assert!(said(dir.path()).ends_with("it is a folder, not a file"));
        assert!(said(&big).ends_with("it is larger than 1 MiB"));
        assert!(said(&link).contains("symbolic link"));
        std::fs::write(dir.path().join("ok"), "12345").unwrap();
        assert_eq!(read_capped(&dir.path().join("ok"), 5).unwrap(), b"12345");
    }

    #[test]
    fn a_folder_is_locked_once() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock_folder(dir.path()).unwrap();
        assert!(matches!(lock_folder(dir.path()), Err(FilesError::Locked { .. })));
        drop(held);
        // a program that another test starts just now has the open file, and with it the lock, until it runs
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while let Err(e) = lock_folder(dir.path()) {
            assert!(std::time::Instant::now() < end, "{e}");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}
