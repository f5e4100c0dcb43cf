//! The programs of a cluster: where they are.

use std::path::PathBuf;

/// Where the programs are: `$KUBEBUILDER_ASSETS`, else what `tests/run` has built into its cache folder.
#[derive(Debug, Clone)]
pub struct Assets(PathBuf);

impl Assets {
    /// Finds the folder that has all of `programs`; the error says what is missing and how to get it.
    pub fn find(programs: &[&str]) -> Result<Self, String> {
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let built = crate::envoy::cache_folder().map(|d| d.join(format!("k8s-{}", pinned_version())));
        let folders: Vec<PathBuf> = set("KUBEBUILDER_ASSETS").into_iter().chain(built).collect();
        let has_all = |folder: &&PathBuf| programs.iter().all(|p| folder.join(p).is_file());
        match folders.iter().find(has_all) {
            Some(folder) => Ok(Self(folder.clone())),
            None => {
                Err(format!("no {} here; set KUBEBUILDER_ASSETS, or let tests/run build them", programs.join(", ")))
            }
        }
    }

    /// Where one of them is.
    pub fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// The Kubernetes version that `tests/cluster` pins.
fn pinned_version() -> &'static str {
    let pins = include_str!("../cluster/go.mod");
    pins.lines()
        .find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes v"))
        .and_then(|rest| rest.split_whitespace().next())
        .expect("tests/cluster/go.mod pins k8s.io/kubernetes")
}
