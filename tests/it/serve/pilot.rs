//! `meshctl discovery` with its mTLS port, as a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use meshctl::adapters::serve::TlsFiles;
use tempfile::TempDir;

/// A running discovery of one small file cluster, ended with the value.
pub(crate) struct Pilot {
    child: Child,
    listening: BTreeMap<String, SocketAddr>,
    home: TempDir,
    _stdout: BufReader<ChildStdout>,
}

/// The command, with a registry in a home of its own.
pub(crate) fn command(files: &TlsFiles, home: &TempDir) -> Command {
    let cluster = home.path().join("kubeconf/one");
    std::fs::create_dir_all(&cluster).unwrap();
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: default}\n";
    std::fs::write(cluster.join("app.yaml"), service).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
    command.arg("discovery").current_dir(home.path()).env("HOME", home.path()).env("NO_COLOR", "1");
    for flag in ["--grpc", "--http", "--monitoring", "--secure"] {
        command.args([flag, "127.0.0.1:0"]);
    }
    command.arg("--tls-cert").arg(&files.certificate).arg("--tls-key").arg(&files.key);
    command.arg("--tls-root").arg(&files.root).stdin(Stdio::null());
    for name in ["KUBECONFIG", "PILOT_URL", "MESHCTL_REGISTRY"] {
        command.env_remove(name);
    }
    command
}

impl Pilot {
    pub(crate) fn start(files: &TlsFiles) -> Self {
        let home = tempfile::tempdir().unwrap();
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let mut child = command(files, &home).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut listening = BTreeMap::new();
        while listening.len() < 4 {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                let _ = child.kill();
                let log = std::fs::read_to_string(home.path().join("log")).unwrap_or_default();
                panic!("discovery ends: {:?}\n{log}", child.wait());
            }
            let (what, address) = line.trim().split_once(' ').unwrap();
            listening.insert(what.to_owned(), address.parse().unwrap());
        }
        Self { child, listening, home, _stdout: stdout }
    }

    /// One of `grpc`, `grpc-tls`, `http`, `monitoring`.
    pub(crate) fn address(&self, what: &str) -> SocketAddr {
        self.listening[what]
    }

    /// The text of a page.
    pub(crate) async fn page(&self, what: &str, path: &str) -> String {
        let answer = reqwest::get(format!("http://{}{path}", self.address(what))).await.unwrap();
        answer.error_for_status().unwrap().text().await.unwrap()
    }

    /// A page of JSON.
    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.page("http", path).await).unwrap()
    }

    /// What it said on stderr.
    pub(crate) fn log(&self) -> String {
        let path: PathBuf = self.home.path().join("log");
        std::fs::read_to_string(path).unwrap()
    }
}

impl Drop for Pilot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
