//! The registry as a value: its clusters in order, and everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::mesh_file::Broken;
use super::scan::{Candidate, Found, scan};
use super::{PilotAccess, ReadOptions, SYSTEM_NAMESPACE, Source, load_folder, mesh_file};
use crate::data::kinds::{ClusterOverride, MeshFile};
use crate::data::model::{ClusterId, ClusterRole, ClusterSettings, Gateway, MeshSettings, Name, NetworkId};

/// The directory itself cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No directory, or not readable.
    #[error("the registry {} cannot be read: {reason}", .dir.display())]
    Directory {
        /// Which.
        dir: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Something that is wrong with the registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file or folder, relative to the registry.
    pub file: PathBuf,
    /// What is wrong with it, without its contents: the end of a sentence that begins with the file.
    pub reason: String,
    /// It is of a setting that only an installation reads: whoever reads the mesh misses nothing.
    pub install_only: bool,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.reason)
    }
}

/// A cluster of the registry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// The kubeconfig, descriptor or folder, relative to the registry.
    pub file: PathBuf,
    /// The kubeconfig that the descriptor names, relative to the registry.
    pub named: Option<PathBuf>,
    /// Where its objects come from.
    pub source: Source,
    /// What `mesh.yaml` says of it.
    pub overrides: ClusterOverride,
    /// How pilot in the cluster reaches it, where not as the kubeconfig says. Only install uses it, for the credentials that it
    /// writes for pilot; a bundle that cannot be read is among the registry's problems.
    pub pilot: PilotAccess,
    /// Changes when the source's bytes change: those of the kubeconfig and the certificates it names. A folder's
    /// contents do not count: whoever follows it reads them again.
    pub fingerprint: u128,
    /// The control plane's namespace, where its ConfigMap is watched.
    pub system_namespace: Name,
}

/// Nobody names a primary.
pub(super) const FIRST_BY_NAME: &str = "first by name";

/// Which cluster is the primary, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Primary {
    /// Its id. It may be one whose file is broken; then no entry is primary.
    pub id: ClusterId,
    /// Who says so, e.g. `named by mesh.yaml`.
    pub why: &'static str,
}

/// A directory, read.
#[derive(Debug, Clone)]
pub struct Registry {
    /// The directory.
    pub dir: PathBuf,
    /// Its clusters: the primary first, then by id.
    pub entries: Vec<Entry>,
    /// All that is wrong with it, sorted by file.
    pub problems: Vec<Problem>,
    /// What was skipped.
    pub notes: Vec<String>,
    /// `mesh.yaml`; empty where there is none or it is broken.
    pub mesh: MeshFile,
    /// The primary; `None` where there is no cluster, where `mesh.yaml` is too broken to tell whether it names another, or where
    /// what it names is no cluster.
    pub primary: Option<Primary>,
    /// The control plane's namespace.
    pub system_namespace: Name,
}

impl Registry {
    /// Reads a directory. Whatever is wrong with its entries is in [`Registry::problems`].
    ///
    /// # Errors
    /// [`RegistryError`] where the directory itself cannot be read.
    pub fn read(dir: &Path, options: &ReadOptions) -> Result<Self, RegistryError> {
        Ok(Self::of(dir, scan(dir, options)?, options))
    }

    /// The registry that was found at `dir`.
    pub(super) fn of(dir: &Path, found: Found, options: &ReadOptions) -> Self {
        let Found { mut candidates, mut problems, notes, mesh, broken } = found;
        let Broken { rest, primary_is_said, .. } = *broken.unwrap_or_else(|| Broken::of_sound(&mesh));
        let mut pilots = BTreeMap::new();
        for (id, of) in &rest.clusters {
            let (access, read) = PilotAccess::read(id, of, dir);
            problems.extend(read.err().map(|reason| Problem {
                file: mesh_file::NAME.into(),
                reason,
                install_only: false,
            }));
            pilots.insert(id.as_str(), access);
        }
        candidates.sort_by(|a, b| a.file.cmp(&b.file));
        let mut judge = Judge {
            mesh: &mesh,
            pilots: &pilots,
            problems: &mut problems,
            entries: Vec::new(),
            known: BTreeSet::new(),
            marked: None,
            ids: BTreeMap::new(),
            sources: BTreeMap::new(),
        };
        candidates.into_iter().for_each(|candidate| judge.admit(candidate));
        let Judge { entries, known, marked, .. } = judge;
        let primary = primary(options, &rest, primary_is_said, marked, &known, &mut problems);
        // an id that is none is told where the file is read
        let strangers = rest.clusters.keys().filter(|id| !known.iter().any(|k| k.as_str() == *id));
        for id in strangers.filter(|id| ClusterId::parse(id).is_ok()) {
            let reason = format!("clusters.{id} is no cluster of this registry");
            problems.push(Problem { file: mesh_file::NAME.into(), reason, install_only: false });
        }
        problems.sort();
        problems.dedup();
        let system_namespace = SYSTEM_NAMESPACE.into();
        let mut registry = Self { dir: dir.to_owned(), entries, problems, notes, mesh, primary, system_namespace };
        registry.assign();
        registry
    }

    /// Gives the roles out, and puts the primary first.
    pub(super) fn assign(&mut self) {
        for entry in &mut self.entries {
            let is = self.primary.as_ref().is_some_and(|p| p.id == entry.id);
            entry.role = if is { ClusterRole::Primary } else { ClusterRole::Remote };
        }
        self.entries.sort_by(|a, b| (a.role, &a.id).cmp(&(b.role, &b.id)));
    }

    /// The primary's entry; `None` where nobody can tell who it is, or where its own file is broken.
    pub fn primary_entry(&self) -> Option<&Entry> {
        self.primary.as_ref().and_then(|p| self.entry(&p.id))
    }

    /// What is bad inside of the file clusters, whose folders are read here: the files relative to the registry. A cluster is
    /// read without them, which is why they are no [`Registry::problems`].
    pub fn inside(&self) -> Vec<Inside> {
        self.entries.iter().flat_map(Entry::inside).collect()
    }

    /// The entry of a cluster.
    pub fn entry(&self, id: &ClusterId) -> Option<&Entry> {
        self.entries.iter().find(|e| &e.id == id)
    }

    /// The mesh's settings, as far as the registry gives them.
    pub fn settings(&self) -> MeshSettings {
        let names = |list: &[String]| list.iter().map(|s| Name::from(s.as_str())).collect();
        let network = |name: &str| NetworkId(name.into());
        let defaults = MeshSettings::default();
        MeshSettings {
            clusters: self
                .entries
                .iter()
                .map(|e| (e.id.clone(), ClusterSettings { role: e.role, network: network(&e.overrides.network) }))
                .collect(),
            trust_domain: self.mesh.trust_domain.as_deref().map_or(defaults.trust_domain.clone(), Name::from),
            open_namespaces: names(&self.mesh.open_namespaces),
            cluster_local: names(&self.mesh.cluster_local),
            networks: self
                .mesh
                .networks
                .iter()
                .map(|(name, entry)| {
                    let gateway = |g: &crate::data::kinds::GatewayAddress| Gateway {
                        address: g.address.as_str().into(),
                        port: g.port,
                    };
                    (network(name), entry.gateways.iter().map(gateway).collect())
                })
                .collect(),
            system_namespace: self.system_namespace.clone(),
            ..defaults
        }
    }

    /// The CA folder: what `mesh.yaml` says, else `mesh-ca` beside the registry.
    pub fn ca_dir(&self) -> PathBuf {
        match &self.mesh.ca_dir {
            Some(dir) => self.dir.join(dir),
            None => match (self.dir.file_name(), self.dir.parent()) {
                (Some(_), Some(parent)) => parent.join("mesh-ca"),
                _ => self.dir.join("..").join("mesh-ca"),
            },
        }
    }
}

impl Entry {
    /// What is bad inside of a file cluster, whose folder is read here; nothing of a live one.
    pub fn inside(&self) -> Vec<Inside> {
        let Source::Folder(path) = &self.source else { return Vec::new() };
        match load_folder(path) {
            Ok(folder) => folder
                .bad
                .into_iter()
                .map(|bad| Inside {
                    whole: bad.key.is_none(),
                    ours: bad.file.starts_with(OURS),
                    problem: Problem { file: self.file.join(bad.file), reason: bad.reason, install_only: false },
                })
                .collect(),
            Err(e) => vec![Inside {
                whole: true,
                ours: false,
                problem: Problem { file: self.file.clone(), reason: e.reason(), install_only: false },
            }],
        }
    }
}

/// The folder in a file cluster that install writes.
const OURS: &str = "meshctl";

/// Something that is bad inside of a file cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// The file, relative to the registry, and why.
    pub problem: Problem,
    /// Whether the file says nothing that can be relied on, as opposed to one object in it that is left out.
    pub whole: bool,
    /// Whether it stands in the folder that install writes.
    pub ours: bool,
}

impl Inside {
    /// Whether nothing may be installed because of it: it may define what install is about to define (DESIGN §2). A bad object
    /// costs only itself, and what stands in our own folder is written anew.
    pub fn stops_install(&self) -> bool {
        self.whole && !self.ours
    }
}

/// Admits candidates one by one; the first of two that clash stays.
struct Judge<'a> {
    mesh: &'a MeshFile,
    pilots: &'a BTreeMap<&'a str, PilotAccess>,
    problems: &'a mut Vec<Problem>,
    entries: Vec<Entry>,
    /// Ids of entries, and of those that would be one if their file were in order.
    known: BTreeSet<ClusterId>,
    marked: Option<(ClusterId, PathBuf)>,
    /// The file of each id.
    ids: BTreeMap<ClusterId, PathBuf>,
    /// The file of each API server or folder, in words.
    sources: BTreeMap<String, String>,
}

impl Judge<'_> {
    fn problem(&mut self, file: &Path, reason: String) {
        self.problems.push(Problem { file: file.to_owned(), reason, install_only: false });
    }

    fn admit(&mut self, candidate: Candidate) {
        let Candidate { id, file, named, primary, source } = candidate;
        let id = match ClusterId::parse(&id) {
            Ok(id) => Some(id),
            Err(_) if id.is_empty() && source.is_err() => None,
            Err(e) => {
                self.problem(&file, format!("its cluster's id {e}"));
                None
            }
        };
        if let Err(problem) = &source {
            self.problems.push(problem.clone());
        }
        let Some(id) = id else { return };
        if let Some(first) = self.ids.get(&id) {
            let reason = format!("its id {id} is already that of {}", first.display());
            return self.problem(&file, reason);
        }
        self.ids.insert(id.clone(), file.clone());
        if primary {
            match &self.marked {
                Some((_, first)) => {
                    let reason = format!("it marks a second primary; {} marks one too", first.display());
                    self.problem(&file, reason);
                }
                None => self.marked = Some((id.clone(), file.clone())),
            }
        }
        self.known.insert(id.clone());
        let Ok(good) = source else { return };
        if let Some(first) = self.sources.get(&good.same) {
            let reason = format!("it is the same cluster as {first}: both have the {}", good.same);
            return self.problem(&file, reason);
        }
        let from = named.as_ref().map(|named| format!("{} (its kubeconfig {})", file.display(), named.display()));
        self.sources.insert(good.same, from.unwrap_or_else(|| file.display().to_string()));
        let overrides = self.mesh.clusters.get(id.as_str()).cloned().unwrap_or_default();
        // as the overrides: nothing of a broken file is in force
        let in_force = self.mesh.clusters.contains_key(id.as_str());
        let pilot = self.pilots.get(id.as_str()).filter(|_| in_force).cloned().unwrap_or_default();
        let (source, fingerprint) = (good.source, good.fingerprint);
        self.entries.push(Entry {
            id,
            role: ClusterRole::Remote,
            file,
            named,
            source,
            overrides,
            pilot,
            fingerprint,
            system_namespace: SYSTEM_NAMESPACE.into(),
        });
    }
}

/// One primary: flag, `mesh.yaml`, descriptor, first by name.
fn primary(
    options: &ReadOptions,
    mesh: &MeshFile,
    primary_is_said: bool,
    marked: Option<(ClusterId, PathBuf)>,
    known: &BTreeSet<ClusterId>,
    problems: &mut Vec<Problem>,
) -> Option<Primary> {
    let mut wanted = |id: ClusterId, why: &'static str, file: PathBuf, what: &str| {
        if known.contains(&id) {
            return Some(Primary { id, why });
        }
        problems.push(Problem {
            file,
            reason: format!("{what} names {id}, which is no cluster of this registry"),
            install_only: false,
        });
        None
    };
    if let Some(id) = &options.primary {
        return wanted(id.clone(), "named by the flag", PathBuf::from("."), "--primary");
    }
    if !primary_is_said {
        return None;
    }
    if let Some(id) = mesh.primary.as_deref().and_then(|id| ClusterId::parse(id).ok()) {
        return wanted(id, "named by mesh.yaml", mesh_file::NAME.into(), "primary");
    }
    if let Some((id, _)) = marked {
        return Some(Primary { id, why: "marked by its descriptor" });
    }
    // a broken file keeps its place: that it breaks must not move the primary
    known.first().map(|id| Primary { id: id.clone(), why: FIRST_BY_NAME })
}
