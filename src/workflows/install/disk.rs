//! The files of this room: capped reads, atomic writes, listings. The only place here that touches the disk.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// More than any manifest, value file or certificate holds, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// Reads a regular file of at most 16 MiB.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    // asked before it is opened: opening a FIFO waits for a writer
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(bytes)
}

/// Reads a regular UTF-8 file.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::other("it is no UTF-8 text"))
}

/// [`read_text`], `None` where there is no such file.
pub(super) fn read_existing(path: &Path) -> io::Result<Option<String>> {
    match read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Writes a file so that a reader sees the old bytes or the new ones, whatever happens.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::other("it is no file's path"));
    };
    fs::create_dir_all(dir)?;
    // hidden, so that nobody reads it as a manifest
    let temporary = dir.join(format!(".{}.tmp", name.to_string_lossy()));
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// The entries of a folder that are not hidden, by name; none where the folder does not exist.
pub(super) fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(dir) {
        Ok(listed) => listed,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut paths = listed.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|p| !p.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}

/// Whether a path is a folder.
pub(super) fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a path is a regular file, which is not opened.
pub(super) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// A path without links; `None` where it leads nowhere.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}
