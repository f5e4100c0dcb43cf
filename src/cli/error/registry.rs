//! What is wrong with a registry, or keeps a cluster out of it, and what to do about it.

use std::path::Path;

use super::CliError;
use crate::adapters::registry::{AddError, Registry, RegistryError};

impl CliError {
    /// All that is wrong with a registry, as one error: exit 2.
    pub fn registry_problems(registry: &Registry) -> Self {
        let lines: Vec<String> = registry.problems.iter().map(|p| format!("\n  {p}")).collect();
        let dir = registry.dir.display();
        Self::usage(format!("reading the registry {dir} found what it cannot use:{}", lines.concat()))
            .hint("mend these files, or move them out of the directory")
    }

    /// Files of file clusters that cannot be read, as one error: exit 2.
    pub fn broken_files(dir: &Path, broken: &[String]) -> Self {
        let lines: Vec<String> = broken.iter().map(|p| format!("\n  {p}")).collect();
        let why = "so that nobody knows what these clusters hold; nothing was written anywhere";
        Self::usage(format!("reading the file clusters of {} failed, {why}:{}", dir.display(), lines.concat()))
            .hint("mend these files, or move them out of the cluster's folder")
    }
}

impl From<RegistryError> for CliError {
    fn from(e: RegistryError) -> Self {
        CliError::usage(e.to_string()).hint("name the directory of kubeconfigs with --registry DIR or MESHCTL_REGISTRY")
    }
}

impl From<AddError> for CliError {
    fn from(e: AddError) -> Self {
        use AddError as E;
        let error = CliError::usage(format!("adding the cluster failed: {e}"));
        match e {
            E::Context { known, .. } if known.is_empty() => error.hint("name another file with --kubeconfig FILE"),
            E::Context { known, .. } => known.into_iter().fold(error, |e, name| e.hint(format!("--context {name}"))),
            E::Taken { .. } => error.hint("choose another id, or take that entry out of the directory"),
            E::SameServer { .. } => error.hint("a cluster is in a registry once: name another --context"),
            E::File { .. } => error.hint("name a kubeconfig that can be read with --kubeconfig FILE"),
            E::Unusable { .. } => error.hint("kubectl config get-contexts shows what kubectl makes of it"),
            E::Registry(e) => e.into(),
            E::Files(e) => CliError::from(e).hint("name a directory that you may write to: --registry DIR"),
        }
    }
}
