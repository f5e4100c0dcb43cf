//! Looking through the registry's directory: which entry is what. Nothing is judged across entries here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::entry::{Problem, RegistryError};
use super::kubeconfig::{check, shown};
use super::mesh_file::Broken;
use super::read::{self, text};
use super::{ReadOptions, Source, folder, mesh_file};
use crate::adapters::files::{FilesError, link_target, list_dir, real_path, stat};
use crate::data::kinds::{ClusterDescriptor, MeshFile};
use crate::data::yaml;

/// Extensions that count, longest first; a file without any counts too.
const EXTENSIONS: [&str; 6] = [".kube.conf", ".kubeconfig", ".yaml", ".yml", ".json", ".conf"];

/// A cluster that an entry of the directory names.
pub(super) struct Candidate {
    /// Its id, unchecked.
    pub id: String,
    /// The file or folder, relative to the directory.
    pub file: PathBuf,
    /// The kubeconfig that the descriptor names, relative to the directory.
    pub named: Option<PathBuf>,
    /// A descriptor's `pilotCfgStore: true`
    pub primary: bool,
    /// Its source; `Err`: the file that is bad, and why.
    pub source: Result<Good, Problem>,
}

/// A source that is in order by itself.
pub(super) struct Good {
    pub source: Source,
    pub fingerprint: u128,
    /// What is the same for the same cluster, in words: `API server https://a:443`, `folder /a`.
    pub same: String,
}

/// What the directory holds.
#[derive(Default)]
pub(super) struct Found {
    pub candidates: Vec<Candidate>,
    pub problems: Vec<Problem>,
    pub notes: Vec<String>,
    /// `mesh.yaml`; empty where it is broken in what is not for installations alone.
    pub mesh: MeshFile,
    /// What a broken `mesh.yaml` says all the same.
    pub broken: Option<Box<Broken>>,
}

/// The documents of a file, or the reason why there are none, and the hash of its bytes.
type Documents = (Result<Vec<Value>, String>, u128);

/// Looks through the directory.
pub(super) fn scan(dir: &Path, options: &ReadOptions) -> Result<Found, RegistryError> {
    let listed = list_dir(dir).map_err(|e| RegistryError::Directory { dir: dir.to_owned(), reason: e.reason() })?;
    let mut found = Found::default();
    let (mut files, mut folders, mut others) = (BTreeMap::new(), Vec::new(), Vec::new());
    for item in listed.into_iter().filter(|item| !item.is_hidden()) {
        let (path, shown) = (item.path, item.name);
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        if shown == mesh_file::NAME {
            found.read_mesh(&path);
            continue;
        }
        match stat(&path) {
            Err(e) => found.problem(&name, read::reason(&path, &e)),
            Ok(there) if there.is_dir => folders.push(name),
            Ok(_) if stem(&shown).is_none() => others.push(name),
            Ok(_) => {
                files.insert(name, documents(&path));
            }
        }
    }
    let named = found.descriptors(dir, &mut files, options);
    for (name, (parsed, fingerprint)) in files {
        found.kubeconfig(dir, name, parsed, fingerprint, options);
    }
    for name in folders {
        if !named.iter().any(|path| path.starts_with(&name)) {
            found.folder(dir, &name);
        }
    }
    for name in others.into_iter().filter(|name| !named.contains(name)) {
        found.notes.push(format!("{} was skipped: its extension is not one of a kubeconfig", name.display()));
    }
    Ok(found)
}

impl Found {
    fn problem(&mut self, file: &Path, reason: String) {
        self.problems.push(Problem { file: file.to_owned(), reason, install_only: false });
    }

    fn read_mesh(&mut self, path: &Path) {
        match read::bytes(path).map_err(Broken::wholly).and_then(|bytes| mesh_file::parse(&bytes)) {
            Ok(mesh) => self.mesh = mesh,
            Err(mut broken) => {
                let reasons = std::mem::take(&mut broken.reasons);
                if broken.in_force {
                    self.mesh = broken.rest.clone();
                }
                self.problems.extend(reasons.into_iter().map(|reason| {
                    let install_only = mesh_file::is_of_installation(&reason);
                    Problem { file: mesh_file::NAME.into(), reason, install_only }
                }));
                self.broken = Some(broken);
            }
        }
    }

    /// Takes the descriptors and the kubeconfigs that they name out of `files`; gives the names of the latter.
    fn descriptors(
        &mut self,
        dir: &Path,
        files: &mut BTreeMap<PathBuf, Documents>,
        options: &ReadOptions,
    ) -> BTreeSet<PathBuf> {
        let is_descriptor = |value: &Value| value.get("kind").and_then(Value::as_str) == Some("Cluster");
        let with: Vec<PathBuf> = files
            .iter()
            .filter(|(_, (parsed, _))| parsed.as_ref().is_ok_and(|all| all.iter().any(is_descriptor)))
            .map(|(name, _)| name.clone())
            .collect();
        let mut named = BTreeSet::new();
        for name in with {
            let Some((Ok(all), hash)) = files.remove(&name) else { continue };
            for value in all {
                if is_descriptor(&value) {
                    let candidate = descriptor(dir, &name, value, hash, options);
                    named.extend(candidate.named.clone());
                    self.candidates.push(candidate);
                } else {
                    self.problem(&name, "one of its documents is no descriptor (kind Cluster)".into());
                }
            }
        }
        files.retain(|name, _| !named.contains(name));
        named
    }

    fn kubeconfig(
        &mut self,
        dir: &Path,
        name: PathBuf,
        parsed: Result<Vec<Value>, String>,
        hash: u128,
        options: &ReadOptions,
    ) {
        let shown = name.to_string_lossy();
        let id = stem(&shown).unwrap_or(&shown).to_owned();
        let source = parsed
            .and_then(only_config)
            .and_then(|value| live(value, dir, hash, options))
            .map_err(|reason| Problem { file: name.clone(), reason, install_only: false });
        self.candidates.push(Candidate { id, file: name, named: None, primary: false, source });
    }

    fn folder(&mut self, dir: &Path, name: &Path) {
        let path = dir.join(name);
        if path.join("root-cert.pem").exists() {
            return;
        }
        let canonical = |p: &Path| real_path(p).map_err(|e| e.reason());
        let source = match (canonical(dir), canonical(&path)) {
            (Err(reason), _) | (_, Err(reason)) => Err(reason),
            (Ok(whole), Ok(part)) if whole.starts_with(&part) => {
                Err("it is a symbolic link to a folder that contains it".into())
            }
            (Ok(_), Ok(part)) => {
                if !folder::holds_manifests(&path) {
                    self.notes.push(format!("{} was skipped: it holds no manifests", name.display()));
                    return;
                }
                let same = format!("folder {}", part.display());
                // the folder's own contents are no part of it: whoever follows it reads them again
                let fingerprint = xxhash_rust::xxh3::xxh3_128(same.as_bytes());
                Ok(Good { source: Source::Folder(path), fingerprint, same })
            }
        };
        let id = name.to_string_lossy().into_owned();
        let source = source.map_err(|reason| Problem { file: name.to_owned(), reason, install_only: false });
        self.candidates.push(Candidate { id, file: name.to_owned(), named: None, primary: false, source });
    }
}

/// The id that a file's name gives; `None` where its extension does not count.
pub(super) fn stem(name: &str) -> Option<&str> {
    match EXTENSIONS.iter().find_map(|ext| name.strip_suffix(ext)) {
        Some(stem) => Some(stem),
        None if name.contains('.') => None,
        None => Some(name),
    }
}

fn documents(path: &Path) -> Documents {
    match read::bytes(path) {
        Err(reason) => (Err(reason), 0),
        Ok(bytes) => {
            let parsed = text(&bytes).and_then(|text| yaml::documents(text).map_err(|e| e.redacted()));
            (parsed, xxhash_rust::xxh3::xxh3_128(&bytes))
        }
    }
}

/// The one kubeconfig among a file's documents.
pub(super) fn only_config(mut all: Vec<Value>) -> Result<Value, String> {
    let value = all.pop().ok_or("it is empty")?;
    if !all.is_empty() {
        return Err("it holds more than one document".into());
    }
    match value.get("kind") {
        Some(Value::String(kind)) if kind == "Config" => Ok(value),
        // kubectl reads those too
        None if value.get("clusters").is_some() && value.get("contexts").is_some() => Ok(value),
        _ => Err("its kind is neither Config (a kubeconfig) nor Cluster (a descriptor)".into()),
    }
}

/// The source of a kubeconfig's document; `hash` is that of its bytes, `dir` where its relative paths start.
pub(super) fn live(value: Value, dir: &Path, hash: u128, options: &ReadOptions) -> Result<Good, String> {
    let checked = check(value, dir, options.trust)?;
    let mut all = Xxh3::new();
    all.update(&hash.to_le_bytes());
    checked.files.iter().for_each(|bytes| all.update(bytes));
    Ok(Good {
        source: Source::live(checked.kubeconfig, checked.server, options.trust),
        fingerprint: all.digest128(),
        same: format!("API server {}", checked.same),
    })
}

/// A descriptor of the talk's format, with the kubeconfig that it names.
fn descriptor(dir: &Path, file: &Path, value: Value, hash: u128, options: &ReadOptions) -> Candidate {
    let bad = |reason: &str| Problem { file: file.to_owned(), reason: reason.to_owned(), install_only: false };
    let empty = |source| Candidate { id: String::new(), file: file.to_owned(), named: None, primary: false, source };
    let Ok(parsed) = serde_json::from_value::<ClusterDescriptor>(value) else {
        return empty(Err(bad("its metadata has a field of the wrong type")));
    };
    let annotations = parsed.annotations();
    let id = parsed.metadata.name;
    let primary = annotations.primary == Ok(true);
    let path = match &annotations.access_config_file {
        None => Err(bad("it names no kubeconfig: the annotation config.istio.io/accessConfigFile is missing")),
        Some(path) => inside(dir, path).map_err(|reason| bad(&reason)),
    };
    let named = path.as_ref().ok().cloned();
    let source = if annotations.primary.is_err() {
        Err(bad("its annotation config.istio.io/pilotCfgStore is no boolean"))
    } else if annotations.platform.is_err() {
        Err(bad("its annotation config.istio.io/platform is not Kubernetes"))
    } else {
        path.and_then(|path| {
            let (parsed, inner) = documents(&dir.join(&path));
            let from = dir.join(&path).parent().map_or_else(|| dir.to_owned(), Path::to_owned);
            parsed
                .and_then(only_config)
                .and_then(|value| live(value, &from, hash ^ inner.rotate_left(1), options))
                .map_err(|reason| Problem { file: path, reason, install_only: false })
        })
    };
    Candidate { id, file: file.to_owned(), named, primary, source }
}

/// The path of a descriptor's kubeconfig, relative to the directory, which it must not leave, not even by a link.
fn inside(dir: &Path, path: &str) -> Result<PathBuf, String> {
    let mut clean = PathBuf::new();
    let named = format!("the kubeconfig {} that it names", shown(path));
    let outside = || Err(format!("{named} lies outside of the registry"));
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            _ => return outside(),
        }
    }
    let full = dir.join(&clean);
    let reason = |e: FilesError| match (e.is_missing(), link_target(&full)) {
        (true, Some(to)) => format!("{named} is a symbolic link to {}, which does not exist", to.display()),
        (true, None) => format!("{named} does not exist"),
        (false, _) => format!("{named} cannot be used: {}", e.reason()),
    };
    let whole = real_path(dir).map_err(reason)?;
    if real_path(&full).map_err(reason)?.starts_with(whole) { Ok(clean) } else { outside() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_ids() {
        for (name, id) in
            [("gke.yaml", "gke"), ("gke.kube.conf", "gke"), ("gke.conf", "gke"), ("local", "local"), ("a.json", "a")]
        {
            assert_eq!(stem(name), Some(id));
        }
        assert_eq!(stem("README.md"), None);
        assert_eq!(stem("gke.yaml~"), None);
    }
}
