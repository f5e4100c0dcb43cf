//! Reading one file of the registry: a cap for all of them, and errors as the end of a sentence that names the file.

use std::path::Path;

use crate::adapters::files::{FilesError, link_target, read_capped};
use crate::data::model::shown_path;

/// Larger than any kubeconfig or manifest that somebody wrote, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Reads a file of the registry.
///
/// # Errors
/// The reason, as the end of a sentence that names the file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    read_capped(path, MAX_BYTES).map_err(|e| reason(path, &e))
}

/// Why a path cannot be used; of a symbolic link that leads nowhere, where it leads.
pub(super) fn reason(path: &Path, error: &FilesError) -> String {
    match link_target(path) {
        Some(target) if error.is_missing() => {
            format!("it is a symbolic link to {}, which does not exist", shown_path(&target))
        }
        _ => error.reason(),
    }
}

/// Reads a file of the registry, for whoever needs the error whole.
///
/// # Errors
/// [`FilesError`].
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, FilesError> {
    read_capped(path, MAX_BYTES)
}

/// The bytes as text, without a byte order mark.
///
/// # Errors
/// As [`bytes`].
pub(super) fn text(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err("it is empty".into()) } else { Ok(text) }
}
