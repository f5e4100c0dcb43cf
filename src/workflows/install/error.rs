//! Why nothing is installed anywhere. What stops one cluster only is a line of the report.

use crate::data::model::ClusterId;
use crate::pure::manifest::{ImageError, RenderError, ValuesError};

/// Why a plan cannot be made or must not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The registry is not readable as a whole.
    #[error("the registry {dir} has {} that must be mended first:\n  {}", count(.problems), .problems.join("\n  "))]
    Registry {
        /// The registry's directory.
        dir: String,
        /// Each with its file and reason.
        problems: Vec<String>,
    },
    /// The registry's directory is not readable.
    #[error(transparent)]
    Directory(#[from] crate::adapters::registry::RegistryError),
    /// It holds no cluster.
    #[error("the registry {0} holds no cluster")]
    NoClusters(String),
    /// A name that is no cluster of the registry.
    #[error("there is no cluster \"{name}\" in the registry; {}", those(.known))]
    UnknownCluster {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The primary that a flag names is no cluster of the registry.
    #[error("--primary names {name}, which is no cluster of the registry; {}", those(.known))]
    UnknownPrimary {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The cluster that would be removed is the primary.
    #[error("{0} is the primary: pilot runs there, and every other cluster takes its configuration from it")]
    RemovesPrimary(ClusterId),
    /// Another primary is recorded.
    #[error("cluster {cluster} was installed with the primary {recorded}, and this plan has {chosen} ({reason})")]
    PrimaryMoves {
        /// Whose inventory says so.
        cluster: ClusterId,
        /// What it says.
        recorded: String,
        /// What the plan says.
        chosen: ClusterId,
        /// Why the plan says so.
        reason: String,
    },
    /// Values that do not fit.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// No image.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A template or a setting.
    #[error("rendering the manifests of cluster {cluster} failed: {why}")]
    Render {
        /// The cluster.
        cluster: ClusterId,
        /// What is wrong.
        why: Box<RenderError>,
    },
    /// No CA, or a defect one.
    #[error("the CA folder {dir} cannot be used: {why}")]
    Trust {
        /// The folder.
        dir: String,
        /// What is wrong.
        why: String,
    },
    /// There is no CA folder, and a cluster has no CA to keep.
    #[error("there is no CA folder {dir}, and {}", lines(.lacking))]
    NoCa {
        /// The folder.
        dir: String,
        /// What is missing, each as a sentence.
        lacking: Vec<String>,
        /// The clusters that hold a CA: one that is made must be of the same root.
        held: Vec<ClusterId>,
        /// The clusters that could not be asked what they hold.
        unasked: Vec<ClusterId>,
    },
    /// The clusters, or the folder and a cluster, have different roots.
    #[error("the clusters of the mesh must share one root of trust: {}", lines(.why))]
    Roots {
        /// Who does not trust whom, each as a sentence.
        why: Vec<String>,
    },
    /// A file stands where a folder is to be written.
    #[error("writing manifests to {0} failed: it is a file, not a folder")]
    NotAFolder(String),
    /// A folder that we did not write.
    #[error("writing manifests to {dir} was refused: it holds {entry}, which meshctl did not write")]
    ForeignFolder {
        /// The folder.
        dir: String,
        /// The first foreign entry.
        entry: String,
    },
    /// A file or folder cannot be read.
    #[error("reading {path} failed: {why}")]
    Read {
        /// The path.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// A result does not serialise.
    #[error("writing the objects as YAML failed: {0}")]
    Yaml(#[from] crate::data::yaml::YamlError),
}

impl InstallError {
    /// Whether a CA that is made now would help: the folder lacks something, or nobody has any.
    pub fn wants_ca(&self) -> bool {
        match self {
            Self::Trust { .. } => true,
            Self::NoCa { held, unasked, .. } => held.is_empty() && unasked.is_empty(),
            _ => false,
        }
    }
}

/// One in its sentence, several on lines of their own.
pub(super) fn lines(all: &[String]) -> String {
    match all {
        [one] => one.clone(),
        all => all.iter().map(|why| format!("\n  {why}")).collect(),
    }
}

fn those(known: &str) -> String {
    if known.is_empty() { "it holds none".to_owned() } else { format!("there are: {known}") }
}

fn count(problems: &[String]) -> String {
    match problems.len() {
        1 => "one problem".to_owned(),
        n => format!("{n} problems"),
    }
}
