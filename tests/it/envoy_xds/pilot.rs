//! `meshctl discovery` as a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use meshctl::adapters::serve::TlsFiles;
use serde_json::Value;

use super::backends::page;
use super::eventually;
use super::mesh::Mesh;

/// A running discovery, ended with the value.
pub(super) struct Pilot {
    child: Child,
    listening: BTreeMap<String, SocketAddr>,
    _stdout: BufReader<ChildStdout>,
}

impl Pilot {
    /// Starts discovery over a registry, with xDS on this port.
    pub(super) fn start(mesh: &Mesh, grpc: u16) -> Self {
        Self::with(mesh, grpc, &[], &["grpc", "http", "monitoring"])
    }

    /// The same over mutual TLS too, with this certificate.
    pub(super) fn secure(mesh: &Mesh, files: &TlsFiles) -> Self {
        let files = [("cert", &files.certificate), ("key", &files.key), ("root", &files.root)];
        let mut more: Vec<String> =
            files.iter().map(|(flag, file)| format!("--tls-{flag}={}", file.display())).collect();
        more.push("--secure=127.0.0.1:0".to_owned());
        Self::with(mesh, 0, &more, &["grpc", "grpc-tls", "http", "monitoring"])
    }

    fn with(mesh: &Mesh, grpc: u16, more: &[String], listens: &[&str]) -> Self {
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(mesh.home().join("discovery.log")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_meshctl"))
            .args(["discovery", "--http", "127.0.0.1:0", "--monitoring", "127.0.0.1:0", "--grpc"])
            .arg(format!("127.0.0.1:{grpc}"))
            .arg("--registry")
            .arg(mesh.registry())
            .args(more)
            .env("HOME", mesh.home())
            .env_remove("KUBECONFIG")
            .env_remove("PILOT_URL")
            .env_remove("MESHCTL_REGISTRY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut pilot_listens = BTreeMap::new();
        while !listens.iter().all(|what| pilot_listens.contains_key(*what)) {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                let _ = child.kill();
                let log = std::fs::read_to_string(mesh.home().join("discovery.log")).unwrap_or_default();
                panic!("discovery ends: {:?}\n{log}", child.wait());
            }
            let (what, address) = line.trim().split_once(' ').unwrap();
            pilot_listens.insert(what.to_owned(), address.parse().unwrap());
        }
        Self { child, listening: pilot_listens, _stdout: stdout }
    }

    /// Where proxies connect.
    pub(super) fn xds(&self) -> SocketAddr {
        self.listening["grpc"]
    }

    /// Where they connect over mutual TLS.
    pub(super) fn secure_xds(&self) -> SocketAddr {
        self.listening["grpc-tls"]
    }

    /// Where its `/debug` pages are.
    pub(super) fn http(&self) -> SocketAddr {
        self.listening["http"]
    }

    /// One of the `/debug` pages.
    pub(super) fn debug(&self, path: &str) -> Value {
        let (status, body) = page(self.listening["http"], &format!("/debug/{path}")).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The line of a proxy in `/debug/syncz`.
    pub(super) fn stream(&self, proxy: &str) -> Result<Value, String> {
        let streams = self.debug("syncz");
        let mut of_proxy = streams.as_array().unwrap().iter().filter(|s| s["proxy"] == proxy);
        match (of_proxy.next(), of_proxy.next()) {
            (Some(one), None) => Ok(one.clone()),
            _ => Err(format!("{proxy} has not one stream: {streams}")),
        }
    }

    /// The state of each type of a proxy.
    pub(super) fn states(&self, proxy: &str) -> BTreeMap<String, String> {
        let stream = self.stream(proxy).unwrap_or_default();
        let of =
            |(ty, status): (&String, &Value)| (ty.clone(), status["state"].as_str().unwrap_or_default().to_owned());
        stream["types"].as_object().map(|types| types.iter().map(of).collect()).unwrap_or_default()
    }

    /// Waits until a proxy has taken everything that there is for it.
    #[track_caller]
    pub(super) fn synced(&self, proxy: &str) {
        eventually("the proxy is synced", || {
            let states = self.states(proxy);
            let missing = self.debug("clusterz")["restartHold"]["waitsFor"].clone();
            let all = states.len() == 4 && states.values().all(|state| state == "SYNCED");
            if all && missing.as_array().is_some_and(Vec::is_empty) {
                Ok(())
            } else {
                Err(format!("{states:?}, {missing}"))
            }
        });
    }

    /// One of the counters per type: `CDS` → number.
    pub(super) fn counted(&self, what: &str) -> BTreeMap<String, u64> {
        let (_, text) = page(self.listening["monitoring"], "/metrics").unwrap();
        let prefix = format!("meshctl_xds_{what}_total{{type=\"");
        let of = |line: &str| {
            let (ty, count) = line.strip_prefix(&prefix)?.split_once("\"} ")?;
            Some((ty.to_owned(), count.parse().ok()?))
        };
        text.lines().filter_map(of).collect()
    }

    /// Interrupts it, as a terminal does; it must end by itself.
    #[track_caller]
    pub(super) fn interrupt(mut self) {
        let sent = Command::new("kill").arg("-INT").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let status: ExitStatus = eventually("an interrupted discovery ends", || {
            self.child.try_wait().unwrap().ok_or_else(|| "it runs".to_owned())
        });
        assert!(status.success(), "{status}");
    }
}

impl Drop for Pilot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
