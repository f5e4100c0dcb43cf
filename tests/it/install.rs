//! Manifests and install on file clusters, through the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

mod asking;
mod ca;
mod leaving;
mod manifests;
mod stopping;
mod writing;

/// A registry with the talk's two clusters as empty folders, and a CA folder beside it.
struct Bench {
    dir: tempfile::TempDir,
}

const MESHCTL: &str = env!("CARGO_BIN_EXE_meshctl");
/// Stands for the bytes of a private key: it must appear nowhere.
const CANARY: &str = "canary-of-a-private-key";
/// A folder is a cluster because it holds manifests.
const APP: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: default}\n";

impl Bench {
    fn new() -> Self {
        let bench = Self { dir: tempfile::tempdir().unwrap() };
        bench.run(&["ca", "init", "--dir", "mesh-ca", "--cluster", "gke", "--cluster", "on-prem"]).ok();
        bench.write("mesh-ca/root-key.pem", CANARY);
        for id in ["gke", "on-prem"] {
            bench.write(&format!("kubeconf/{id}/app.yaml"), APP);
            bench.write(&format!("mesh-ca/{id}/ca-key.pem"), CANARY);
        }
        bench
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_as(MESHCTL, args)
    }

    fn run_as(&self, program: &str, args: &[&str]) -> Run {
        let output = assert_cmd::Command::new(program)
            .args(args)
            .current_dir(self.dir.path())
            .env("HOME", self.dir.path())
            .env_remove("KUBECONFIG")
            .env_remove("PILOT_URL")
            .env_remove("MESHCTL_REGISTRY")
            .output()
            .unwrap();
        Run::of(output)
    }

    /// `install --tag dev` and more.
    fn install(&self, more: &[&str]) -> Run {
        self.run(&[&["install", "--tag", "dev"], more].concat())
    }

    /// Every file of the registry with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.path("kubeconf"))
    }
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    fn fails(self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "\"{word}\" is missing in {}", self.err);
        }
    }
}

/// The rows of a table without its header, each split at blanks.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().skip(1).map(|line| line.split_whitespace().collect()).collect()
}
