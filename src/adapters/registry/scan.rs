//! Looking through the registry's directory: which entry is what. Nothing is judged across entries here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::entry::{Problem, RegistryError};
use super::kubeconfig::check;
use super::mesh_file::Broken;
use super::read::{self, text};
use super::{ReadOptions, Source, folder, mesh_file};
use crate::adapters::files::{FilesError, exists, link_target, list_dir, real_path, stat};
use crate::data::kinds::{ClusterDescriptor, MeshFile};
use crate::data::model::{shown, shown_path};
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
    /// Whether it marks the primary.
    pub mark: Mark,
    /// Its source; `Err`: the file that is bad, and why.
    pub source: Result<Good, Problem>,
}

/// A descriptor's `pilotCfgStore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is `false`, or there is none.
    None,
    /// It is `true`: the primary.
    Primary,
    /// The file is a descriptor, or may be one, and does not say it: then neither is its name its cluster's id for certain.
    Unknown,
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

/// A file of the directory, read.
struct Documents {
    /// Its documents, or the reason why there are none.
    parsed: Result<Vec<Value>, String>,
    /// The hash of its bytes.
    hash: u128,
    /// What it says of the primary, should it be neither a descriptor nor a kubeconfig: it may have been cut off anywhere.
    mark: Mark,
}

/// Looks through the directory.
pub(super) fn scan(dir: &Path, options: &ReadOptions) -> Result<Found, RegistryError> {
    let listed = list_dir(dir).map_err(|e| RegistryError::Directory { dir: dir.to_owned(), reason: e.reason() })?;
    let mut found = Found::default();
    let (mut files, mut folders, mut others, mut lost) = (BTreeMap::new(), Vec::new(), Vec::new(), Vec::new());
    for item in listed.into_iter().filter(|item| !item.is_hidden()) {
        let (path, shown) = (item.path, item.name);
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        if shown == mesh_file::NAME {
            let parsed = read::bytes(&path).map_err(Broken::wholly).and_then(|bytes| mesh_file::parse(&bytes));
            found.take_mesh(parsed, |reason| reason);
            continue;
        }
        match stat(&path) {
            Err(e) => lost.push((name, read::reason(&path, &e))),
            Ok(there) if there.is_dir => folders.push(name),
            Ok(_) if stem(&shown).is_none() => others.push(name),
            Ok(_) => {
                files.insert(name, documents(&path));
            }
        }
    }
    let named = found.descriptors(dir, &mut files, options);
    for (name, documents) in files {
        found.kubeconfig(dir, name, documents, options);
    }
    for (name, reason) in lost {
        found.lost(name, reason, &named);
    }
    for name in folders {
        if !named.iter().any(|path| path.starts_with(&name)) {
            found.folder(dir, &name);
        }
    }
    for name in others.into_iter().filter(|name| !named.contains(name)) {
        found.notes.push(format!("{} was skipped: its extension is not one of a kubeconfig", shown_path(&name)));
    }
    Ok(found)
}

impl Found {
    pub(super) fn problem(&mut self, file: &Path, reason: String) {
        self.problems.push(Problem { file: file.to_owned(), reason, install_only: false });
    }

    /// Takes a `mesh.yaml`; `worded` makes of a reason the end of the sentence that begins with the file.
    pub(super) fn take_mesh(&mut self, parsed: Result<MeshFile, Box<Broken>>, worded: impl Fn(String) -> String) {
        match parsed {
            Ok(mesh) => self.mesh = mesh,
            Err(mut broken) => {
                if broken.in_force {
                    self.mesh = broken.rest.clone();
                }
                self.problems.extend(std::mem::take(&mut broken.reasons).into_iter().map(|reason| {
                    let install_only = mesh_file::is_of_installation(&reason);
                    Problem { file: mesh_file::NAME.into(), reason: worded(reason), install_only }
                }));
                self.broken = Some(broken);
            }
        }
    }

    /// An entry that cannot be reached, as a link that leads nowhere: it may have been anything.
    fn lost(&mut self, name: PathBuf, reason: String, named: &BTreeSet<PathBuf>) {
        let shown = name.to_string_lossy();
        match stem(&shown).filter(|_| !named.contains(&name)) {
            None => self.problem(&name, reason),
            Some(id) => {
                let source = Err(Problem { file: name.clone(), reason, install_only: false });
                let id = id.to_owned();
                self.candidates.push(Candidate { id, file: name, named: None, mark: Mark::Unknown, source });
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
            .filter(|(_, file)| file.parsed.as_ref().is_ok_and(|all| all.iter().any(is_descriptor)))
            .map(|(name, _)| name.clone())
            .collect();
        let mut named = BTreeSet::new();
        for name in with {
            let Some(Documents { parsed: Ok(all), hash, .. }) = files.remove(&name) else { continue };
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
        Documents { parsed, hash, mark }: Documents,
        options: &ReadOptions,
    ) {
        let shown = name.to_string_lossy();
        let id = stem(&shown).unwrap_or(&shown).to_owned();
        // whoever says that it is something else is no cluster that cannot be read: nobody waits for it
        let is_other = parsed.as_ref().is_ok_and(|all| !all.is_empty() && all.iter().all(is_of_another_kind));
        let source = parsed
            .and_then(only_config)
            .and_then(|value| live(value, dir, hash, options))
            .map_err(|reason| Problem { file: name.clone(), reason, install_only: false });
        if let (true, Err(problem)) = (is_other, &source) {
            self.problems.push(problem.clone());
            return;
        }
        let mark = if source.is_ok() { Mark::None } else { mark };
        self.candidates.push(Candidate { id, file: name, named: None, mark, source });
    }

    fn folder(&mut self, dir: &Path, name: &Path) {
        let path = dir.join(name);
        if exists(&path.join("root-cert.pem")) {
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
                    self.notes.push(format!("{} was skipped: it holds no manifests", shown_path(name)));
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
        self.candidates.push(Candidate { id, file: name.to_owned(), named: None, mark: Mark::None, source });
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
    let bytes = match read::bytes(path) {
        Err(reason) => return Documents { parsed: Err(reason), hash: 0, mark: Mark::Unknown },
        Ok(bytes) => bytes,
    };
    let parsed = text(&bytes).and_then(|text| yaml::documents(text).map_err(|e| e.redacted()));
    let mark = if begins_as_kubeconfig(&bytes) { Mark::None } else { Mark::Unknown };
    Documents { parsed, hash: xxhash_rust::xxh3::xxh3_128(&bytes), mark }
}

/// Whether a file that cannot be used, as one that was cut off, is a kubeconfig all the same and no descriptor: a key that only
/// kubeconfigs have begins one of its lines.
fn begins_as_kubeconfig(bytes: &[u8]) -> bool {
    let keys = ["clusters", "contexts", "users", "current-context"];
    let has = |line: &str, key: &str| {
        let bare = line.trim_start_matches('"');
        bare.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches('"').starts_with(':'))
    };
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::trim_start).any(|line| line == "kind: Config" || keys.iter().any(|key| has(line, key)))
}

/// Whether a document says that it is something else than a cluster of the registry.
fn is_of_another_kind(value: &Value) -> bool {
    value
        .get("kind")
        .and_then(Value::as_str)
        .is_some_and(|kind| !kind.is_empty() && kind != "Config" && kind != "Cluster")
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
    let Ok(parsed) = serde_json::from_value::<ClusterDescriptor>(value) else {
        let source = Err(bad("its metadata has a field of the wrong type"));
        return Candidate { id: String::new(), file: file.to_owned(), named: None, mark: Mark::Unknown, source };
    };
    let annotations = parsed.annotations();
    let id = parsed.metadata.name;
    let mark = match annotations.primary {
        Ok(true) => Mark::Primary,
        Ok(false) if annotations.access_config_file.is_some() => Mark::None,
        // one that lacks its kubeconfig may have been cut off before its mark, too
        _ => Mark::Unknown,
    };
    let path = match &annotations.access_config_file {
        None => Err(bad("it names no kubeconfig: the annotation config.istio.io/accessConfigFile is missing")),
        Some(path) => inside(dir, path).map_err(|reason| bad(&reason)),
    };
    // that it cannot be used makes the file no entry of its own
    let named = annotations.access_config_file.as_deref().and_then(below).filter(|path| path.as_os_str() != "");
    let source = if annotations.primary.is_err() {
        Err(bad("its annotation config.istio.io/pilotCfgStore is no boolean"))
    } else if annotations.platform.is_err() {
        Err(bad("its annotation config.istio.io/platform is not Kubernetes"))
    } else {
        path.and_then(|path| {
            let Documents { parsed, hash: inner, .. } = documents(&dir.join(&path));
            let from = dir.join(&path).parent().map_or_else(|| dir.to_owned(), Path::to_owned);
            parsed
                .and_then(only_config)
                .and_then(|value| live(value, &from, hash ^ inner.rotate_left(1), options))
                .map_err(|reason| Problem { file: path, reason, install_only: false })
        })
    };
    Candidate { id, file: file.to_owned(), named, mark, source }
}

/// A path that stays below where it starts, as it is written.
fn below(path: &str) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(clean)
}

/// The path of a descriptor's kubeconfig, relative to the directory, which it must not leave, not even by a link.
fn inside(dir: &Path, path: &str) -> Result<PathBuf, String> {
    let named = format!("the kubeconfig {} that it names", shown(path));
    let outside = || format!("{named} lies outside of the registry");
    let clean = below(path).ok_or_else(outside)?;
    let full = dir.join(&clean);
    let reason = |e: FilesError| match (e.is_missing(), link_target(&full)) {
        (true, Some(to)) => format!("{named} is a symbolic link to {}, which does not exist", shown_path(&to)),
        (true, None) => format!("{named} does not exist"),
        (false, _) => format!("{named} cannot be used: {}", e.reason()),
    };
    let whole = real_path(dir).map_err(reason)?;
    if real_path(&full).map_err(reason)?.starts_with(whole) { Ok(clean) } else { Err(outside()) }
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
