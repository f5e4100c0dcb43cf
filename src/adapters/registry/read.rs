//! Reading one file of the registry: only regular files, only up to a size, and never a wait.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Larger than any kubeconfig or manifest that somebody wrote.
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// Reads a file. A FIFO would block the open, and a sparse file costs nothing to make: both are refused by what `stat`
/// says, unread.
///
/// # Errors
/// The reason, as the end of a sentence that names the file.
pub(super) fn read_capped(path: &Path) -> Result<Vec<u8>, String> {
    let meta = std::fs::metadata(path).map_err(|e| io_reason(&e))?;
    if meta.is_dir() {
        return Err("it is a directory, not a file".into());
    }
    if !meta.is_file() {
        return Err("it is no regular file".into());
    }
    if meta.len() > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    let file = File::open(path).map_err(|e| io_reason(&e))?;
    // it may have grown since
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| io_reason(&e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The bytes as text, without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err("it is empty".into()) } else { Ok(text) }
}

/// What an error of the file system means for the reader of the message.
pub(super) fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".into(),
        std::io::ErrorKind::PermissionDenied => "reading it is not permitted".into(),
        // ELOOP has no stable kind of its own
        _ if error.raw_os_error() == Some(40) => "its symbolic links form a loop".into(),
        _ => format!("reading it failed: {error}"),
    }
}

fn too_large() -> String {
    format!("it is larger than {} MiB", MAX_BYTES >> 20)
}
