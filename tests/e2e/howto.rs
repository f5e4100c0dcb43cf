//! The README's how-to for two clusters, literally: its commands run as they stand, by a shell, in an operator's folder.

use std::process::{Command, Stdio};

use kube::config::Kubeconfig;

use crate::harness::{Ran, finish};
use crate::mesh::Operator;
use crate::pair::Pair;

const README: &str = include_str!("../../README.md");
/// What its blocks begin with. They come in the order of a mesh's life.
const FENCE: &str = "```sh two-clusters";

/// The blocks of the how-to.
pub struct HowTo {
    blocks: std::vec::IntoIter<String>,
}

impl HowTo {
    /// Finds them, and gives the operator what the text presumes: `meshctl` in the PATH and both clusters' contexts.
    pub fn new(operator: &Operator, pair: &Pair) -> Self {
        let blocks: Vec<String> =
            README.split(FENCE).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect();
        assert_eq!(blocks.len(), 3, "install, look, uninstall");
        let config = |cluster: &crate::cluster::Cluster| Kubeconfig::from_yaml(cluster.kubeconfig()).unwrap();
        let both = config(&pair.gke).merge(config(&pair.on_prem)).unwrap();
        operator.meshctl().file(".kube/config", &serde_json::to_string(&both).unwrap());
        let bin = operator.meshctl().home().join("bin");
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_meshctl"), bin.join("meshctl")).unwrap();
        Self { blocks: blocks.into_iter() }
    }

    /// Runs the next block; the first command that fails ends it, and the test.
    pub fn goes_on(&mut self, operator: &Operator) -> Ran {
        let script = format!("set -euxo pipefail\n{}\n", self.blocks.next().expect("there is one more block"));
        let home = operator.meshctl().home();
        let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(home).env_clear().env("HOME", home).env("PATH", path);
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        tokio::task::block_in_place(|| finish(shell.spawn().unwrap())).exits(0)
    }
}
