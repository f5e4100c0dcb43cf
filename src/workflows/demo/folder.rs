//! The demo's folder: the registry, the CA beside it, the values of the installation, the proxy's files.

use std::path::{Path, PathBuf};

use super::error::DemoError;
use super::fixtures::{FixtureSet, files};
use super::story;
use crate::adapters::files::{self, FilesError, FolderLock, TempFolder};

/// Says that a folder is a demo's.
const MARK: &str = ".meshctl-demo";

/// Where the demo lives.
pub(super) struct Folder {
    path: PathBuf,
    /// Of a folder that is kept: one demo at a time.
    _lock: Option<FolderLock>,
    /// Of one that is not: it goes with this value.
    temporary: Option<TempFolder>,
}

impl Folder {
    /// Sets the talk's clusters up: in a folder of the user's, which is kept, or in a temporary one.
    /// The edits of a user in it are an error, unless `force` discards them.
    pub(super) fn set_up(dir: Option<&Path>, force: bool) -> Result<Self, DemoError> {
        let folder = match dir {
            Some(dir) => Self::kept(dir)?,
            None => {
                let temporary = TempFolder::new("meshctl-demo")?;
                Self { path: temporary.path().to_owned(), _lock: None, temporary: Some(temporary) }
            }
        };
        let edited = if force { Vec::new() } else { folder.edited()? };
        if !edited.is_empty() {
            return Err(DemoError::Edited { dir: folder.path, files: edited });
        }
        files::write_public(&folder.path.join(MARK), b"")?;
        files::create_private_dir(&folder.registry())?;
        for cluster in story::CLUSTERS {
            files::create_private_dir(&folder.registry().join(cluster))?;
        }
        files::create_private_dir(&folder.proxy())?;
        files::write_public(&folder.values(), story::VALUES.as_bytes())?;
        // a tour before this one may have left them
        folder.remove(FixtureSet::ControlPlane)?;
        folder.remove(FixtureSet::OnPremLater)?;
        folder.write(FixtureSet::Base, None)?;
        Ok(folder)
    }

    fn kept(dir: &Path) -> Result<Self, DemoError> {
        match files::list_dir(dir) {
            Err(e) if e.is_missing() => files::create_private_dir(dir)?,
            Err(e) => return Err(e.into()),
            Ok(entries) if entries.is_empty() || entries.iter().any(|e| e.name == MARK) => {}
            Ok(_) => return Err(DemoError::Foreign(dir.to_owned())),
        }
        let lock = files::lock_folder(dir)?;
        Ok(Self { path: dir.to_owned(), _lock: Some(lock), temporary: None })
    }

    /// The files of a demo of before that are not as a demo writes them. One that is gone is no loss.
    fn edited(&self) -> Result<Vec<String>, DemoError> {
        let sets = [FixtureSet::Base, FixtureSet::ControlPlane, FixtureSet::OnPremLater];
        let fixtures = sets.into_iter().flat_map(files).map(|(path, text)| (format!("registry/{path}"), *text));
        let mut edited = Vec::new();
        for (path, text) in fixtures.chain([("values.yaml".to_owned(), story::VALUES)]) {
            // a longer one is another one
            match files::read_capped_if_there(&self.path.join(&path), text.len() as u64) {
                Ok(Some(bytes)) if bytes != text.as_bytes() => edited.push(path),
                Err(FilesError::TooLarge { .. }) => edited.push(path),
                other => drop(other?),
            }
        }
        Ok(edited)
    }

    /// Whether it stays when the demo ends.
    pub(super) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The registry.
    pub(super) fn registry(&self) -> PathBuf {
        self.path.join("registry")
    }

    /// The values of the installation.
    pub(super) fn values(&self) -> PathBuf {
        self.path.join("values.yaml")
    }

    /// The proxy's files.
    pub(super) fn proxy(&self) -> PathBuf {
        self.path.join("proxy")
    }

    /// Writes the files of a set, or just one of them, each in one step.
    pub(super) fn write(&self, set: FixtureSet, only: Option<&str>) -> Result<(), FilesError> {
        let registry = self.registry();
        let mut wanted = files(set).iter().filter(|(path, _)| only.is_none_or(|only| only == *path));
        wanted.try_for_each(|(path, text)| files::write_public(&registry.join(path), text.as_bytes()))
    }

    /// Removes one file of the registry.
    pub(super) fn remove_one(&self, path: &str) -> Result<(), FilesError> {
        files::remove_file(&self.registry().join(path))
    }

    fn remove(&self, set: FixtureSet) -> Result<(), FilesError> {
        files(set).iter().try_for_each(|(path, _)| self.remove_one(path))
    }
}
