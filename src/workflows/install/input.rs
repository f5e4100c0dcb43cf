//! What a plan is made from: the registry's clusters and `mesh.yaml`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::MAX_FILE;
use super::error::InstallError;
use crate::adapters::files::read_text;
use crate::adapters::k8s::Connector;
use crate::adapters::registry::{Entry, PilotAccess, ReadOptions, Registry, Source, Trust};
use crate::data::kinds::{ClusterOverride, MeshFile};
use crate::data::model::{ClusterId, ClusterRole};
use crate::data::yaml;
use crate::pure::manifest::Layer;

/// Where a cluster's objects stand.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file cluster.
    Folder {
        /// Its folder.
        whole: PathBuf,
        /// The folder within that is ours.
        ours: PathBuf,
    },
    /// An API server.
    Live {
        /// Its address, without credentials.
        server: String,
        /// Makes its clients.
        connector: Arc<Connector>,
    },
}

impl Place {
    /// The folder of a file cluster.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Place::Folder { whole, .. } => Some(whole),
            Place::Live { .. } => None,
        }
    }

    /// The folder of ours in a file cluster.
    pub fn ours(&self) -> Option<&Path> {
        match self {
            Place::Folder { ours, .. } => Some(ours),
            Place::Live { .. } => None,
        }
    }

    /// The address of a live cluster's API server.
    pub fn server(&self) -> Option<&str> {
        match self {
            Place::Folder { .. } => None,
            Place::Live { server, .. } => Some(server),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Folder { ours, .. } => write!(f, "{}", ours.display()),
            Place::Live { server, .. } => f.write_str(server),
        }
    }
}

/// A cluster as a plan needs it.
#[derive(Debug, Clone)]
pub struct PlanCluster {
    /// Its id.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// Where its objects stand.
    pub place: Place,
    /// What the registry's entry holds.
    pub source: Source,
    /// What `mesh.yaml` says of it.
    pub overrides: ClusterOverride,
    /// What of that is the way by which pilot reaches it.
    pub pilot: PilotAccess,
}

/// The registry as a plan needs it.
#[derive(Debug, Clone, Default)]
pub struct PlanInput {
    /// The registry's directory.
    pub dir: PathBuf,
    /// The clusters, by id.
    pub clusters: Vec<PlanCluster>,
    /// `mesh.yaml`.
    pub mesh: MeshFile,
    /// The registry that all this is of.
    pub registry: Option<Arc<Registry>>,
    /// The primary.
    pub primary: ClusterId,
    /// Why it is the primary: `--primary`, `mesh.yaml`, `the first by name`.
    pub primary_reason: String,
    /// The CA's folder, where no flag names another.
    pub ca_dir: PathBuf,
    /// What was skipped, and why.
    pub notes: Vec<String>,
    /// What is wrong with the registry, each with file and reason. One is enough to do nothing anywhere.
    pub problems: Vec<String>,
    /// What is wrong with settings that only an installation reads; it stops nobody else.
    pub install_problems: Vec<String>,
}

impl PlanInput {
    /// Takes what a plan needs from a registry, whose directory is read here.
    ///
    /// # Errors
    /// Where the directory cannot be listed, or the primary is none of its clusters; everything else is among the problems.
    pub fn read(dir: &Path, primary: Option<&str>) -> Result<Self, InstallError> {
        // an installation is run by a user, on the user's own files
        let options = ReadOptions { primary: primary.and_then(|id| ClusterId::parse(id).ok()), trust: Trust::Terminal };
        let registry = Registry::read(dir, &options)?;
        // one whose file is broken is the primary all the same, and is told with its file
        if let Some(name) = primary.filter(|_| options.primary.is_none() || registry.primary.is_none()) {
            let known: Vec<&str> = registry.entries.iter().map(|e| e.id.as_str()).collect();
            return Err(InstallError::UnknownPrimary { name: name.to_owned(), known: known.join(", ") });
        }
        let cluster = |entry: &Entry| PlanCluster {
            id: entry.id.clone(),
            role: entry.role,
            place: match (&entry.source, entry.source.connector()) {
                (Source::Live { server, .. }, Some(connector)) => Place::Live { server: server.clone(), connector },
                (Source::Folder(whole), _) => Place::Folder { ours: whole.join("meshctl"), whole: whole.clone() },
                // every live source has a connector
                (Source::Live { server, .. }, None) => Place::Folder { whole: server.into(), ours: server.into() },
            },
            source: entry.source.clone(),
            overrides: entry.overrides.clone(),
            pilot: entry.pilot.clone(),
        };
        let problems = |install_only: bool| {
            let of = registry.problems.iter().filter(|p| p.install_only == install_only);
            of.map(ToString::to_string).collect::<Vec<_>>()
        };
        let (primary, primary_reason) =
            registry.primary.as_ref().map(|p| (p.id.clone(), p.why.to_owned())).unwrap_or_default();
        Ok(Self {
            clusters: registry.entries.iter().map(cluster).collect(),
            problems: problems(false),
            install_problems: problems(true),
            notes: registry.notes.clone(),
            ca_dir: registry.ca_dir(),
            primary,
            primary_reason,
            dir: registry.dir.clone(),
            mesh: registry.mesh.clone(),
            registry: Some(Arc::new(registry)),
        })
    }

    /// This input, where nothing is wrong with the registry.
    ///
    /// # Errors
    /// [`InstallError::Registry`] with every problem.
    pub fn sound(mut self) -> Result<Self, InstallError> {
        self.problems.append(&mut self.install_problems);
        self.known()
    }

    /// This input, where it is known which clusters there are, and what they are: enough to take something away.
    ///
    /// # Errors
    /// [`InstallError::Registry`] with every problem that is not an installation's alone.
    pub fn known(self) -> Result<Self, InstallError> {
        if self.problems.is_empty() {
            return Ok(self);
        }
        Err(InstallError::Registry { dir: self.dir.display().to_string(), problems: self.problems })
    }
}

/// Reads a file of values, as `-f` names it.
///
/// # Errors
/// Where it cannot be read or is no YAML.
pub fn values_file(path: &Path) -> Result<Layer, InstallError> {
    let failed = |why: String| InstallError::Read { path: path.display().to_string(), why };
    let text = read_text(path, MAX_FILE).map_err(|e| failed(e.reason()))?;
    let mut documents = yaml::documents(&text).map_err(|e| failed(e.to_string()))?;
    match (documents.pop(), documents.len()) {
        (Some(values), 0) => Ok(Layer::of_file(path.display().to_string(), values)),
        (None, _) => Ok(Layer::of_file(path.display().to_string(), Value::Null)),
        _ => Err(failed("it holds more than one document".to_owned())),
    }
}
