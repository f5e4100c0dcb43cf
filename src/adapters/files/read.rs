//! Reads that take no more than they are told, and only from regular files.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use super::FilesError;

/// `O_NONBLOCK`: opening a named pipe for reading returns at once instead of waiting for a writer. Regular files do not
/// know the flag. Elsewhere the check before opening is all there is.
pub(super) const O_NONBLOCK: i32 = if cfg!(target_os = "linux") {
    0o4000
} else if cfg!(target_os = "macos") {
    0x0004
} else {
    0
};

/// Reads a regular file, or a link to one, of at most `max` bytes.
///
/// # Errors
/// Where it is no regular file (a named pipe is refused without being opened), is larger, or cannot be read.
pub fn read_capped(path: &Path, max: u64) -> Result<Vec<u8>, FilesError> {
    check(path, &std::fs::metadata(path).map_err(FilesError::read(path))?, max)?;
    let file: File =
        OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path).map_err(FilesError::read(path))?;
    // what stands under the name may have changed since
    check(path, &file.metadata().map_err(FilesError::read(path))?, max)?;
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(FilesError::read(path))?;
    if bytes.len() as u64 > max {
        return Err(FilesError::TooLarge { path: path.to_owned(), max });
    }
    Ok(bytes)
}

/// As [`read_capped`]; `None` where nothing has that name.
///
/// # Errors
/// As [`read_capped`].
pub fn read_capped_if_there(path: &Path, max: u64) -> Result<Option<Vec<u8>>, FilesError> {
    match read_capped(path, max) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(e),
    }
}

/// As [`read_capped`], for text in UTF-8.
///
/// # Errors
/// As [`read_capped`]; [`FilesError::NotText`].
pub fn read_text(path: &Path, max: u64) -> Result<String, FilesError> {
    String::from_utf8(read_capped(path, max)?).map_err(|_| FilesError::NotText { path: path.to_owned() })
}

fn check(path: &Path, meta: &Metadata, max: u64) -> Result<(), FilesError> {
    if !meta.is_file() {
        return Err(FilesError::NotAFile { path: path.to_owned(), what: what(meta.file_type()) });
    }
    if meta.len() > max {
        return Err(FilesError::TooLarge { path: path.to_owned(), max });
    }
    Ok(())
}

fn what(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
