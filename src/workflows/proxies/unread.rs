//! What a mesh was read without: an answer that lacks somebody says so, in every format (DESIGN §7: 2 if a question could not be
//! asked of somebody).

use serde::Serialize;

use crate::adapters::registry::Registry;
use crate::engine::Loaded;

/// What a mesh was read without.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// The clusters that could not be asked.
    pub not_asked: Vec<NotAsked>,
    /// Files that cannot be read; what they may hold is missing.
    pub problems: Vec<BadFile>,
}

/// A cluster that could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAsked {
    /// Its id.
    pub cluster: String,
    /// Why.
    pub reason: String,
}

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadFile {
    /// The file cluster that it stands in; `None`: it is an entry of the registry itself.
    pub cluster: Option<String>,
    /// The file, relative to the registry.
    pub file: String,
    /// Why.
    pub reason: String,
}

impl Unread {
    /// What is missing in what was loaded of a registry. A setting of the installation's has nothing to do with it.
    pub fn of(registry: &Registry, loaded: &Loaded) -> Self {
        let failed = loaded.failed.iter();
        let entries = registry.problems.iter().filter(|p| !p.install_only).map(|p| (None, p));
        let inside = loaded.broken.iter().map(|(id, p)| (Some(id.to_string()), p));
        let file = |(cluster, p): (Option<String>, &crate::adapters::registry::Problem)| BadFile {
            cluster,
            file: p.file.display().to_string(),
            reason: p.reason.clone(),
        };
        Self {
            not_asked: failed.map(|(id, why)| NotAsked { cluster: id.to_string(), reason: why.clone() }).collect(),
            problems: entries.chain(inside).map(file).collect(),
        }
    }

    /// What of it counts where only one cluster is asked about: the cluster itself, and what is said of all.
    #[must_use]
    pub fn within(mut self, cluster: Option<&str>) -> Self {
        if let Some(only) = cluster {
            self.not_asked.retain(|n| n.cluster == only);
            self.problems.retain(|p| p.file == "mesh.yaml" || p.cluster.as_deref() == Some(only));
        }
        self
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.not_asked.is_empty() && self.problems.is_empty()
    }

    /// Who is missing, for the middle of a sentence.
    pub fn names(&self) -> String {
        let mut names: Vec<&str> = self.not_asked.iter().map(|n| n.cluster.as_str()).collect();
        // a file may have more than one problem
        for problem in &self.problems {
            if !names.contains(&problem.file.as_str()) {
                names.push(&problem.file);
            }
        }
        names.join(", ")
    }
}
