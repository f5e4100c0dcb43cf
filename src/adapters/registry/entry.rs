//! The registry as a value: its clusters in order, and everything that is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::judge::Judge;
use super::mesh_file::Broken;
use super::scan::{Found, scan};
use super::{PilotAccess, ReadOptions, SYSTEM_NAMESPACE, Source, load_folder, mesh_file};
use crate::data::kinds::{ClusterOverride, MeshFile};
use crate::data::model::{ClusterId, ClusterRole, ClusterSettings, Gateway, MeshSettings, Name, NetworkId, shown_path};

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
        write!(f, "{}: {}", shown_path(&self.file), self.reason)
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

/// Something that is registered and cannot be read, and of which no earlier state is known: what it says is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The kubeconfig, descriptor or folder, or `mesh.yaml`, relative to the registry.
    pub file: PathBuf,
    /// The cluster that it is; `None` where only the file itself could tell, or it is `mesh.yaml`.
    pub id: Option<ClusterId>,
    /// Why it cannot be read.
    pub problem: Problem,
}

/// The caller names the primary.
pub(super) const NAMED_BY_FLAG: &str = "named by the flag";
/// The settings name the primary.
pub(super) const NAMED_BY_MESH: &str = "named by mesh.yaml";
/// A descriptor marks the primary.
pub(super) const MARKED: &str = "marked by its descriptor";
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
    /// What of it cannot be read, sorted by file.
    pub unread: Vec<Unread>,
    /// What was skipped.
    pub notes: Vec<String>,
    /// `mesh.yaml`; empty where there is none or it is broken.
    pub mesh: MeshFile,
    /// The primary; `None` where there is no cluster, where a file that names or marks the primary may be among those that
    /// cannot be read, or where what is named is no cluster.
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
        let Broken { rest, primary_is_said, in_force, .. } = *broken.unwrap_or_else(|| Broken::of_sound(&mesh));
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
        let mut judge = Judge::new(&mesh, &pilots, &mut problems);
        candidates.into_iter().for_each(|candidate| judge.admit(candidate));
        let primary = judge.primary(options, &rest, primary_is_said);
        let Judge { entries, known, mut unread, .. } = judge;
        let of_mesh = |p: &&Problem| p.file == Path::new(mesh_file::NAME) && !p.install_only;
        if let (false, Some(problem)) = (in_force, problems.iter().find(of_mesh)) {
            unread.push(Unread { file: mesh_file::NAME.into(), id: None, problem: problem.clone() });
        }
        unread.sort_by(|a, b| a.file.cmp(&b.file));
        // an id that is none is told where the file is read
        let strangers = rest.clusters.keys().filter(|id| !known.iter().any(|k| k.as_str() == *id));
        for id in strangers.filter(|id| ClusterId::parse(id).is_ok()) {
            let reason = format!("clusters.{id} is no cluster of this registry");
            problems.push(Problem { file: mesh_file::NAME.into(), reason, install_only: false });
        }
        problems.sort();
        problems.dedup();
        let system_namespace = SYSTEM_NAMESPACE.into();
        let mut registry =
            Self { dir: dir.to_owned(), entries, problems, unread, notes, mesh, primary, system_namespace };
        registry.assign();
        registry
    }

    /// Gives the roles out, and puts the primary first.
    pub(super) fn assign(&mut self) {
        let roles: Vec<ClusterRole> = self.entries.iter().map(|entry| self.role(&entry.id)).collect();
        for (entry, role) in self.entries.iter_mut().zip(roles) {
            entry.role = role;
        }
        self.entries.sort_by(|a, b| (a.role, &a.id).cmp(&(b.role, &b.id)));
    }

    /// What a cluster is to the mesh.
    pub fn role(&self, id: &ClusterId) -> ClusterRole {
        match &self.primary {
            Some(primary) if primary.id == *id => ClusterRole::Primary,
            _ => ClusterRole::Remote,
        }
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

    /// The mesh's settings, as far as the registry gives them. A cluster whose file cannot be read is registered all the same:
    /// nobody may take it for one that has left.
    pub fn settings(&self) -> MeshSettings {
        let names = |list: &[String]| list.iter().map(|s| Name::from(s.as_str())).collect();
        let network = |name: &str| NetworkId(name.into());
        let defaults = MeshSettings::default();
        let of = |role, overrides: Option<&ClusterOverride>| ClusterSettings {
            role,
            network: network(overrides.map_or("", |o| &o.network)),
        };
        let read = self.entries.iter().map(|e| (e.id.clone(), of(e.role, Some(&e.overrides))));
        let unread = self.unread.iter().filter_map(|u| u.id.clone()).map(|id| {
            let settings = of(self.role(&id), self.mesh.clusters.get(id.as_str()));
            (id, settings)
        });
        let nameless = self.unread.iter().filter(|u| u.id.is_none());
        MeshSettings {
            clusters: read.chain(unread).collect(),
            unread: nameless.map(|u| shown_path(&u.file).into()).collect(),
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
