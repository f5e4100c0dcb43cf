//! What a plan is made from: the registry's clusters and `mesh.yaml`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::disk;
use super::error::InstallError;
use crate::data::kinds::{ClusterOverride, MeshFile};
use crate::data::model::{ClusterId, ClusterRole};
use crate::data::yaml;
use crate::pure::manifest::Layer;

/// A cluster as a plan needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanCluster {
    /// Its id.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// The folder of a file cluster; `None` for a live one.
    pub folder: Option<PathBuf>,
    /// What `mesh.yaml` says of it.
    pub overrides: ClusterOverride,
}

/// The registry as a plan needs it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanInput {
    /// The registry's directory.
    pub dir: PathBuf,
    /// The clusters, by id.
    pub clusters: Vec<PlanCluster>,
    /// `mesh.yaml`.
    pub mesh: MeshFile,
    /// The primary.
    pub primary: ClusterId,
    /// Why it is the primary: `--primary`, `mesh.yaml`, `the first by name`.
    pub primary_reason: String,
    /// What is wrong with the registry, each with file and reason. One is enough to do nothing anywhere.
    pub problems: Vec<String>,
}

impl PlanInput {
    /// Reads a registry's directory.
    ///
    /// # Errors
    /// Where the directory cannot be listed; everything else is among the problems.
    pub fn read(dir: &Path, primary: Option<&str>) -> Result<Self, InstallError> {
        let failed = |e: std::io::Error| InstallError::Read { path: dir.display().to_string(), why: e.to_string() };
        if !disk::is_dir(dir) {
            return Err(failed(std::io::Error::other("it is no directory")));
        }
        let mut input = Self { dir: dir.to_owned(), ..Self::default() };
        for path in disk::entries(dir).map_err(failed)? {
            if let Err(why) = input.entry(&path) {
                input.problems.push(format!("{}: {why}", path.display()));
            }
        }
        input.choose(primary);
        Ok(input)
    }

    /// This input, where nothing is wrong with the registry.
    ///
    /// # Errors
    /// [`InstallError::Registry`] with every problem.
    pub fn sound(self) -> Result<Self, InstallError> {
        if self.problems.is_empty() {
            return Ok(self);
        }
        Err(InstallError::Registry { dir: self.dir.display().to_string(), problems: self.problems })
    }

    fn entry(&mut self, path: &Path) -> Result<(), String> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if disk::is_dir(path) {
            if !path.join("root-cert.pem").exists() {
                self.add(&name, Some(path.to_owned()))?;
            }
            return Ok(());
        }
        let text = disk::read_text(path).map_err(|e| e.to_string())?;
        if name == "mesh.yaml" {
            self.mesh = yaml::from_str(&text).map_err(|e| e.to_string())?;
            return match (self.mesh.api_version.as_str(), self.mesh.kind.as_str()) {
                ("meshctl/v1", "Mesh") => Ok(()),
                (version, kind) => Err(format!("it is apiVersion \"{version}\", kind \"{kind}\"; want meshctl/v1, Mesh")),
            };
        }
        let document: Value = yaml::from_str(&text).map_err(|e| e.redacted())?;
        match document.get("kind").and_then(Value::as_str) {
            Some("Config") => {
                let suffixes = [".kubeconfig", ".kube.conf", ".yaml", ".yml", ".json", ".conf"];
                let id = suffixes.iter().find_map(|s| name.strip_suffix(s)).unwrap_or(&name);
                self.add(id, None)
            }
            _ => Err("it is neither a kubeconfig nor a descriptor".to_owned()),
        }
    }

    fn add(&mut self, id: &str, folder: Option<PathBuf>) -> Result<(), String> {
        let id = ClusterId::parse(id).map_err(|e| e.to_string())?;
        if self.clusters.iter().any(|c| c.id == id) {
            return Err(format!("the cluster {id} is there already"));
        }
        self.clusters.push(PlanCluster { id, role: ClusterRole::Remote, folder, overrides: ClusterOverride::default() });
        Ok(())
    }

    /// Chooses the primary, and hands each cluster its part of `mesh.yaml`.
    fn choose(&mut self, flag: Option<&str>) {
        self.clusters.sort_by(|a, b| a.id.cmp(&b.id));
        let first = self.clusters.first().map(|c| c.id.to_string()).unwrap_or_default();
        let (name, reason) = match (flag, self.mesh.primary.clone()) {
            (Some(name), _) => (name.to_owned(), "--primary"),
            (None, Some(name)) => (name, "mesh.yaml"),
            (None, None) => (first, "the first by name"),
        };
        self.primary_reason = reason.to_owned();
        let empty = self.clusters.is_empty();
        match self.clusters.iter_mut().find(|c| c.id.as_str() == name) {
            Some(cluster) => {
                cluster.role = ClusterRole::Primary;
                self.primary = cluster.id.clone();
            }
            None if empty => {}
            None => self.problems.push(format!("the primary \"{name}\" ({reason}) is no cluster of the registry")),
        }
        for cluster in &mut self.clusters {
            cluster.overrides = self.mesh.clusters.get(cluster.id.as_str()).cloned().unwrap_or_default();
        }
    }
}

/// Reads a file of values, as `-f` names it.
///
/// # Errors
/// Where it cannot be read or is no YAML.
pub fn values_file(path: &Path) -> Result<Layer, InstallError> {
    let failed = |why: String| InstallError::Read { path: path.display().to_string(), why };
    let text = disk::read_text(path).map_err(|e| failed(e.to_string()))?;
    let mut documents = yaml::documents(&text).map_err(|e| failed(e.to_string()))?;
    match (documents.pop(), documents.len()) {
        (Some(values), 0) => Ok(Layer::of_file(path.display().to_string(), values)),
        (None, _) => Ok(Layer::of_file(path.display().to_string(), Value::Null)),
        _ => Err(failed("it holds more than one document".to_owned())),
    }
}
