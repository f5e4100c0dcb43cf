//! The CA folder on disk: made, locked, read, written.

use std::collections::BTreeMap;
use std::path::Path;

use super::{MAX_FILE, shown};
use crate::adapters::files::{self, FilesError, FolderLock};
use crate::cli::CliError;
use crate::data::model::Secret;
use crate::pure::ca::{CA_CERT, CA_KEY, CERT_CHAIN, CaFolder, ClusterFiles, Plan, ROOT_CERT, ROOT_KEY};

/// Keeps the whole folder, itself included, out of git.
const IGNORE: (&str, &[u8]) = (".gitignore", b"*\n");

/// Makes the folder where it is not there, tightens it to 0700, locks it, and sweeps out what a killed run left.
pub(super) fn prepare(dir: &Path) -> Result<FolderLock, CliError> {
    if dir.is_dir() && !is_ours(dir)? {
        return Err(CliError::usage(format!("{} holds other things than a CA, so none is made there", shown(dir)))
            .hint("name a new folder with --dir"));
    }
    files::create_private_dir(dir)?;
    let lock = files::lock_folder(dir)?;
    let ignore = dir.join(IGNORE.0);
    if files::read_capped_if_there(&ignore, MAX_FILE)?.is_none() {
        files::write_public(&ignore, IGNORE.1)?;
    }
    files::remove_leftovers(dir)?;
    for entry in files::list_dir(dir)?.into_iter().filter(|e| e.is_dir && !e.name.starts_with('.')) {
        files::remove_leftovers(&entry.path)?;
    }
    Ok(lock)
}

/// A folder that we may write to: empty, a CA's already, or one that a killed run had just begun.
fn is_ours(dir: &Path) -> Result<bool, FilesError> {
    let entries = files::list_dir(dir)?;
    let is = |name: &str| entries.iter().any(|e| e.name == name);
    let begun = || Ok(files::read_capped_if_there(&dir.join(IGNORE.0), MAX_FILE)?.is_some_and(|bytes| bytes == IGNORE.1));
    let only_leftovers = entries.iter().all(|e| e.name.starts_with(&format!("{}.tmp-", dotted(IGNORE.0))));
    Ok(only_leftovers || is(ROOT_CERT) || is(ROOT_KEY) || begun()?)
}

fn dotted(name: &str) -> String {
    format!(".{name}")
}

/// Reads the folder; one that is not there is empty.
pub(super) fn load(dir: &Path) -> Result<CaFolder, FilesError> {
    let mut clusters = BTreeMap::new();
    let entries = match files::list_dir(dir) {
        Err(e) if e.is_missing() => return Ok(CaFolder::default()),
        entries => entries?,
    };
    for entry in entries.into_iter().filter(|e| e.is_dir && !e.name.starts_with('.')) {
        let read = load_cluster(&entry.path)?;
        if !read.is_empty() {
            clusters.insert(entry.name, read);
        }
    }
    let root_key = read(dir, ROOT_KEY)?.map(Secret::new);
    Ok(CaFolder { root_cert: read(dir, ROOT_CERT)?, root_key, clusters })
}

/// Reads a cluster's part of the folder, or any folder like it.
pub(super) fn load_cluster(dir: &Path) -> Result<ClusterFiles, FilesError> {
    Ok(ClusterFiles {
        ca_cert: read(dir, CA_CERT)?,
        ca_key: read(dir, CA_KEY)?.map(Secret::new),
        cert_chain: read(dir, CERT_CHAIN)?,
        root_cert: read(dir, ROOT_CERT)?,
    })
}

fn read(dir: &Path, file: &str) -> Result<Option<Vec<u8>>, FilesError> {
    files::read_capped_if_there(&dir.join(file), MAX_FILE)
}

/// Carries a plan out, in its order; `root_key` is where the root's key lives.
pub(super) fn apply(dir: &Path, root_key: &Path, plan: &Plan) -> Result<(), FilesError> {
    for write in &plan.writes {
        let folder = match &write.cluster {
            Some(cluster) => dir.join(cluster),
            None => dir.to_owned(),
        };
        if write.cluster.is_some() {
            files::create_private_dir(&folder)?;
        }
        let path = if write.cluster.is_none() && write.file == ROOT_KEY { root_key.to_owned() } else { folder.join(write.file) };
        let put = match (write.private, write.replace) {
            (true, true) => files::write_private,
            (true, false) => files::write_new_private,
            (false, true) => files::write_public,
            (false, false) => files::write_new_public,
        };
        put(&path, write.bytes.expose())?;
    }
    Ok(())
}
