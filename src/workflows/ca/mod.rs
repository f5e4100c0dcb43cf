//! The CA folder on disk: made, locked, read, written; and making a CA in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::adapters::files::{self, FilesError, FolderLock};
use crate::data::model::{Secret, Timestamp};
use crate::pure::ca::{
    CA_CERT, CA_KEY, CERT_CHAIN, CaFolder, ClusterFiles, Plan, PlanError, ROOT_CERT, ROOT_KEY, Request, Write,
    check_root_key, loose_mode, plan,
};

/// No file of a CA is longer, in bytes.
pub const MAX_FILE: u64 = 1 << 20;

/// Why no CA was made.
#[derive(Debug, thiserror::Error)]
pub enum CaFolderError {
    /// The folder has another job.
    #[error("{} holds other things than a CA, so none is made there", .0.display())]
    Foreign(PathBuf),
    /// The folder is one cluster's.
    #[error("{} is one cluster's part of a CA, so none is made there", .0.display())]
    Part(PathBuf),
    /// A file cannot be read or written.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// What stands in the folder and what is asked for do not go together.
    #[error("making the CA in {} failed: {}", .0.display(), .1.iter().map(PlanError::to_string).collect::<Vec<_>>().join("; "))]
    Refused(PathBuf, Vec<PlanError>),
}

/// Makes what is missing of a CA in a folder, under its lock. `root_key` is where the root's key lives, if not in the folder.
///
/// # Errors
/// [`CaFolderError`]. What was written before it stands, and the next run completes it.
pub fn make(dir: &Path, root_key: Option<&Path>, request: &Request, now: Timestamp) -> Result<Plan, CaFolderError> {
    let refused = |errors| CaFolderError::Refused(dir.to_owned(), errors);
    check_root_key(request).map_err(|e| refused(vec![e]))?;
    let _lock = prepare(dir)?;
    let plan = plan(&load(dir)?, request, now).map_err(refused)?;
    let root_key = root_key.map_or_else(|| dir.join(ROOT_KEY), Path::to_owned);
    apply(dir, &root_key, &plan)?;
    Ok(plan)
}

/// Keeps the whole folder, itself included, out of git.
const IGNORE: (&str, &[u8]) = (".gitignore", b"*\n");

/// Makes the folder where it is not there, tightens it to 0700, locks it, and sweeps out what a killed run left.
fn prepare(dir: &Path) -> Result<FolderLock, CaFolderError> {
    if is_part(dir) {
        return Err(CaFolderError::Part(dir.to_owned()));
    }
    if files::is_dir(dir) && !is_ours(dir)? {
        return Err(CaFolderError::Foreign(dir.to_owned()));
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

/// A folder that we may write to: one with a root; else one that holds nothing but what a run of ours leaves that was cut
/// off, or a CA whose root is away. A `.gitignore` like ours is no proof: other tools keep their folders out of git so.
fn is_ours(dir: &Path) -> Result<bool, FilesError> {
    let entries = files::list_dir(dir)?;
    if entries.iter().any(|e| !e.is_dir && [ROOT_CERT, ROOT_KEY].contains(&e.name.as_str())) {
        return Ok(true);
    }
    for entry in entries {
        let ours = match entry.is_dir {
            true => !entry.is_hidden() && is_clusters(&entry.path)?,
            false if entry.name == IGNORE.0 => files::read_capped(&entry.path, MAX_FILE)? == IGNORE.1,
            false => is_leftover(&entry.name, &[IGNORE.0, ROOT_CERT, ROOT_KEY]),
        };
        if !ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a folder is to a CA, as far as the names of its files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A CA folder, or nothing of the kind.
    Folder,
    /// One cluster's part of a CA, and the CA folder, where that is the one above.
    Part(Option<PathBuf>),
    /// No CA folder, but the one above these.
    Above(Vec<PathBuf>),
}

/// Looks where somebody stands who named a folder one too high or too low.
pub fn place(dir: &Path) -> Place {
    if is_part(dir) {
        let above = match (dir.parent(), dir.file_name()) {
            (Some(parent), Some(_)) if parent.as_os_str().is_empty() => PathBuf::from("."),
            (Some(parent), Some(_)) => parent.to_owned(),
            _ if dir == Path::new(".") => PathBuf::from(".."),
            _ => dir.join(".."),
        };
        return Place::Part(Some(above).filter(|above| has_root(above)));
    }
    let folders = || files::list_dir(dir).into_iter().flatten().filter(|e| e.is_dir && !e.is_hidden()).map(|e| e.path);
    if has_root(dir) || folders().any(|folder| is_part(&folder)) {
        return Place::Folder;
    }
    let below: Vec<PathBuf> = folders().filter(|folder| has_root(folder)).collect();
    if below.is_empty() { Place::Folder } else { Place::Above(below) }
}

fn has_root(dir: &Path) -> bool {
    [ROOT_CERT, ROOT_KEY].iter().any(|file| files::exists(&dir.join(file)))
}

/// Whether a folder holds the files of one cluster's CA, or of any CA that is one cluster's.
fn is_part(dir: &Path) -> bool {
    [CA_CERT, CA_KEY, CERT_CHAIN].iter().any(|file| files::exists(&dir.join(file)))
}

/// A cluster's part of a CA folder: its four files, some of them perhaps missing, and nothing else.
fn is_clusters(dir: &Path) -> Result<bool, FilesError> {
    const FILES: [&str; 4] = [CA_CERT, CA_KEY, CERT_CHAIN, ROOT_CERT];
    let entries = files::list_dir(dir)?;
    let ours = |e: &files::Entry| !e.is_dir && (FILES.contains(&e.name.as_str()) || is_leftover(&e.name, &FILES));
    Ok(!entries.is_empty() && entries.iter().all(ours))
}

/// What a killed run leaves of one of these files.
fn is_leftover(name: &str, of: &[&str]) -> bool {
    of.iter().any(|file| name.strip_prefix('.').is_some_and(|n| n.starts_with(&format!("{file}.tmp-"))))
}

/// Reads the folder; one that is not there is empty, and a file that cannot be read costs itself only.
///
/// # Errors
/// [`FilesError`] where the folder cannot be listed.
pub fn load(dir: &Path) -> Result<CaFolder, FilesError> {
    let mut clusters = BTreeMap::new();
    let entries = match files::list_dir(dir) {
        Err(e) if e.is_missing() => return Ok(CaFolder::default()),
        entries => entries?,
    };
    for entry in entries.into_iter().filter(|e| e.is_dir && !e.name.starts_with('.')) {
        let read = load_cluster(&entry.path);
        if !read.is_empty() {
            clusters.insert(entry.name, read);
        }
    }
    let mut unreadable = BTreeMap::new();
    Ok(CaFolder {
        root_cert: read(dir, ROOT_CERT, &mut unreadable),
        root_key: read(dir, ROOT_KEY, &mut unreadable).map(Secret::new),
        key_mode: mode(&dir.join(ROOT_KEY)),
        clusters,
        unreadable,
    })
}

/// Reads a cluster's part of the folder, or any folder like it. A file that cannot be read costs itself only.
pub fn load_cluster(dir: &Path) -> ClusterFiles {
    let mut unreadable = BTreeMap::new();
    ClusterFiles {
        ca_cert: read(dir, CA_CERT, &mut unreadable),
        ca_key: read(dir, CA_KEY, &mut unreadable).map(Secret::new),
        cert_chain: read(dir, CERT_CHAIN, &mut unreadable),
        root_cert: read(dir, ROOT_CERT, &mut unreadable),
        key_mode: mode(&dir.join(CA_KEY)),
        unreadable,
    }
}

/// The permission bits of a file, where it is there.
pub fn mode(file: &Path) -> Option<u32> {
    files::stat(file).ok().map(|stat| stat.mode)
}

fn read(dir: &Path, file: &'static str, unreadable: &mut BTreeMap<&'static str, String>) -> Option<Vec<u8>> {
    files::read_capped_if_there(&dir.join(file), MAX_FILE).unwrap_or_else(|e| {
        unreadable.insert(file, e.reason());
        None
    })
}

/// A key that is not its owner's alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseKey {
    /// Where it is.
    pub file: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// It was written a moment ago, 0600 from birth: the file system keeps no modes.
    pub fresh: bool,
}

/// The keys of a run that others than their owner can reach: those that it wrote, where the file system keeps no modes, and
/// the root's, where that lives elsewhere and `ca verify` does not come by.
pub fn loose_keys(dir: &Path, root_key: Option<&Path>, plan: &Plan) -> Vec<LooseKey> {
    let in_folder = dir.join(ROOT_KEY);
    let at = root_key.unwrap_or(&in_folder);
    let mut keys: Vec<_> = plan.writes.iter().filter(|w| w.private).map(|w| (place_of(w, dir, at), true)).collect();
    keys.extend(root_key.filter(|key| !keys.iter().any(|(file, _)| file == key)).map(|key| (key.to_owned(), false)));
    let loose = |(file, fresh): (PathBuf, bool)| {
        let mode = mode(&file)?;
        loose_mode("", mode).map(|_| LooseKey { file, mode, fresh })
    };
    keys.into_iter().filter_map(loose).collect()
}

/// Where a file of a plan belongs; `root_key` is where the root's key lives.
fn place_of(write: &Write, dir: &Path, root_key: &Path) -> PathBuf {
    match &write.cluster {
        Some(cluster) => dir.join(cluster).join(write.file),
        None if write.file == ROOT_KEY => root_key.to_owned(),
        None => dir.join(write.file),
    }
}

/// Carries a plan out, in its order; `root_key` is where the root's key lives.
fn apply(dir: &Path, root_key: &Path, plan: &Plan) -> Result<(), FilesError> {
    for write in &plan.writes {
        if let Some(cluster) = &write.cluster {
            files::create_private_dir(&dir.join(cluster))?;
        }
        let path = place_of(write, dir, root_key);
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::data::model::ClusterId;
    use crate::pure::ca::RootKey;

    /// A file system without modes shows another one than a file was made with, as chmod does here.
    #[test]
    fn keys_that_others_can_reach_are_found_wherever_they_live() {
        let home = tempfile::tempdir().unwrap();
        let (dir, usb) = (home.path().join("mesh-ca"), home.path().join("usb.pem"));
        let request = |key: Option<Vec<u8>>| Request {
            clusters: vec![ClusterId::parse("gke").unwrap()],
            shared: false,
            key: None,
            renew: false,
            root_key: RootKey::Elsewhere { file: "usb.pem".into(), key: key.map(Secret::new) },
        };
        let now = Timestamp(1_700_000_000);
        let plan = make(&dir, Some(&usb), &request(None), now).unwrap();
        assert_eq!(loose_keys(&dir, Some(&usb), &plan), []);
        let own = dir.join("gke").join(CA_KEY);
        let chmod = |file: &Path, mode| set_permissions(file, Permissions::from_mode(mode)).unwrap();
        chmod(&usb, 0o755);
        chmod(&own, 0o620);
        let loose = |file: &Path, mode, fresh| LooseKey { file: file.to_owned(), mode, fresh };
        assert_eq!(loose_keys(&dir, Some(&usb), &plan), [loose(&usb, 0o755, true), loose(&own, 0o620, true)]);
        // the next run writes nothing; the root's key it has read
        let again = make(&dir, Some(&usb), &request(Some(std::fs::read(&usb).unwrap())), now).unwrap();
        assert_eq!(loose_keys(&dir, Some(&usb), &again), [loose(&usb, 0o755, false)]);
        chmod(&usb, 0o700);
        assert_eq!(loose_keys(&dir, Some(&usb), &again), []);
    }
}
