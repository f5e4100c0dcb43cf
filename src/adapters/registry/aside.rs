//! Setting an entry of the registry aside: its files become hidden ones, which are skipped. Nothing is thrown away: a
//! kubeconfig may be the only way into a cluster.

use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::read;
use super::source::Source;
use crate::adapters::files::{FilesError, remove_file, stat, write_private};

/// The files that [`set_aside`] sets aside.
pub fn files_of(dir: &Path, entry: &Entry) -> Vec<PathBuf> {
    if matches!(entry.source, Source::Folder(_)) {
        return Vec::new();
    }
    std::iter::once(&entry.file).chain(&entry.named).map(|file| dir.join(file)).collect()
}

/// Renames `NAME` to `.NAME.removed`, or `.NAME.removed-2` where that is taken, 0600, for the entry's file and the kubeconfig that it names; gives the old paths. A
/// folder of manifests is its user's own, and stays.
///
/// # Errors
/// [`FilesError`]; a file that was not set aside is still there, whole.
pub fn set_aside(dir: &Path, entry: &Entry) -> Result<Vec<PathBuf>, FilesError> {
    let mut done = Vec::new();
    for path in files_of(dir, entry) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // what was set aside before stays, too
        let aside = (1_u32..)
            .map(|n| if n == 1 { format!(".{name}.removed") } else { format!(".{name}.removed-{n}") })
            .map(|hidden| path.with_file_name(hidden))
            .find(|free| stat(free).is_err_and(|e| e.is_missing()));
        let Some(aside) = aside else { continue };
        let bytes = read::whole(&path)?;
        write_private(&aside, &bytes)?;
        remove_file(&path)?;
        done.push(path);
    }
    Ok(done)
}
