//! A real cluster of etcd and kube-apiserver: no root, loopback only, gone with the test.
//!
//! It has no nodes and, unless asked for, no controllers: objects are what tests write. Flags switch off what such a
//! cluster does not need and what slows its start.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, ObjectMeta, PostParams};
use tokio::runtime::{Handle, Id};

pub use crate::assets::Assets;
use crate::kubeconfig;
pub use crate::kubeconfig::client_of;
use crate::pki::{self, Pki};
use crate::proxy::Proxy;
use crate::supervisor::Supervised;
use crate::wait::eventually;

/// An API server may take this long to be ready on a busy machine.
const READY: Duration = Duration::from_secs(90);

/// What makes one cluster differ from the other.
#[derive(Debug, Clone)]
pub struct Settings {
    pub name: &'static str,
    /// The cluster IPs of its services.
    pub services: &'static str,
    /// What `kubernetes.default` points at; an API server refuses loopback there.
    pub advertised: &'static str,
    /// What its certificate is for, besides the names that every API server has.
    pub covered: &'static str,
    /// With kube-controller-manager: accounts, endpoint slices, garbage collection.
    pub controllers: bool,
}

/// A running cluster; it ends when it is dropped.
pub struct Cluster {
    settings: Settings,
    assets: Assets,
    folder: tempfile::TempDir,
    pki: Pki,
    /// `https://127.0.0.1:PORT`
    pub server: String,
    port: u16,
    etcd_port: u16,
    // in the order in which they are to end
    controllers: Mutex<Option<Supervised>>,
    api: Mutex<Option<Supervised>>,
    _etcd: Supervised,
    namespaces: AtomicUsize,
    /// An administrator's client for each runtime that asked: it belongs to that, and a handshake costs more than a request.
    clients: Mutex<HashMap<Id, kube::Client>>,
}

/// Free ports of loopback, all different: each is held until all are found.
fn free_ports<const N: usize>() -> [u16; N] {
    let held: [TcpListener; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

fn flags(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("--{name}={value}")).collect()
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|e| format!("writing {} failed: {e}", path.display()))
}

/// The last lines of a log, for messages.
fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

impl Cluster {
    /// Starts one and waits until its API server is ready.
    pub async fn start_new(settings: Settings, assets: &Assets) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("meshctl-api-").tempdir().map_err(|e| e.to_string())?;
        let pki = pki::make(settings.name, settings.covered);
        let [port, etcd_port, peer_port] = free_ports();
        for (name, text) in [
            ("ca.crt", &pki.ca),
            ("ca.key", &pki.ca_key),
            ("server.crt", &pki.server.certificate),
            ("server.key", &pki.server.key),
            ("accounts.key", &pki.accounts_private),
            ("accounts.pub", &pki.accounts_public),
        ] {
            write(&folder.path().join(name), text)?;
        }
        let etcd = start_etcd(assets, folder.path(), etcd_port, peer_port)?;
        let cluster = Self {
            server: format!("https://127.0.0.1:{port}"),
            settings,
            assets: assets.clone(),
            folder,
            pki,
            port,
            etcd_port,
            controllers: Mutex::new(None),
            api: Mutex::new(None),
            _etcd: etcd,
            namespaces: AtomicUsize::new(0),
            clients: Mutex::default(),
        };
        cluster.start().await?;
        if cluster.settings.controllers {
            cluster.start_controllers()?;
        }
        Ok(cluster)
    }

    /// Its name, as the registry's entry is called.
    pub fn name(&self) -> &'static str {
        self.settings.name
    }

    /// Kills the API server, as a crash would; etcd keeps the data.
    pub fn stop(&self) {
        *self.api.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Starts the API server, on the same port and data, and waits until it is ready.
    pub async fn start(&self) -> Result<(), String> {
        let folder = self.folder.path();
        let etcd = format!("http://127.0.0.1:{}", self.etcd_port);
        let port = self.port.to_string();
        let mut args = flags(&[
            ("etcd-servers", &etcd),
            ("secure-port", &port),
            ("bind-address", "127.0.0.1"),
            ("advertise-address", self.settings.advertised),
            ("service-cluster-ip-range", self.settings.services),
            ("tls-cert-file", "server.crt"),
            ("tls-private-key-file", "server.key"),
            ("client-ca-file", "ca.crt"),
            ("service-account-issuer", "https://kubernetes.default.svc"),
            ("service-account-key-file", "accounts.pub"),
            ("service-account-signing-key-file", "accounts.key"),
            ("authorization-mode", "RBAC"),
            ("allow-privileged", "true"),
            ("cert-dir", "."),
            ("profiling", "false"),
            ("enable-priority-and-fairness", "false"),
        ]);
        if !self.settings.controllers {
            // nobody makes the accounts that this plugin demands of every pod
            args.push("--disable-admission-plugins=ServiceAccount".into());
        }
        let log = self.log("kube-apiserver");
        let api = Supervised::start(&self.assets.program("kube-apiserver"), &args, folder, &log)?;
        *self.api.lock().unwrap_or_else(PoisonError::into_inner) = Some(api);
        self.wait_until_ready(&log).await
    }

    async fn wait_until_ready(&self, log: &Path) -> Result<(), String> {
        let client = self.client();
        let start = Instant::now();
        loop {
            let request = http::Request::get("/readyz").body(Vec::new()).map_err(|e| e.to_string())?;
            let asked = tokio::time::timeout(Duration::from_secs(5), client.request_text(request)).await;
            let state = match asked {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(e)) => e.to_string(),
                Err(_) => "no answer within 5 s".to_owned(),
            };
            if start.elapsed() > READY {
                return Err(format!(
                    "the API server of {} was not ready after {READY:?}: {state}\n{}",
                    self.settings.name,
                    tail(log)
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn start_controllers(&self) -> Result<(), String> {
        let folder = self.folder.path();
        write(&folder.join("controllers.yaml"), &self.config(&self.server, &self.pki.controllers))?;
        let args = flags(&[
            ("kubeconfig", "controllers.yaml"),
            ("service-account-private-key-file", "accounts.key"),
            ("root-ca-file", "ca.crt"),
            ("cluster-signing-cert-file", "ca.crt"),
            ("cluster-signing-key-file", "ca.key"),
            ("use-service-account-credentials", "true"),
            ("leader-elect", "false"),
            ("secure-port", "0"),
            ("kube-api-qps", "300"),
            ("kube-api-burst", "600"),
        ]);
        let log = self.log("kube-controller-manager");
        let running = Supervised::start(&self.assets.program("kube-controller-manager"), &args, folder, &log)?;
        *self.controllers.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(())
    }

    /// The API server keeps its connections and answers nothing (SIGSTOP), until [`Cluster::thaw`].
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets a frozen API server go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        self.api.lock().unwrap_or_else(PoisonError::into_inner).as_mut().expect("the API server runs").signal(name);
    }

    fn log(&self, program: &str) -> PathBuf {
        self.folder.path().join(format!("{program}.log"))
    }

    fn config(&self, server: &str, who: &pki::Pair) -> String {
        kubeconfig::text(self.settings.name, server, &self.pki.ca, who)
    }

    /// An administrator's kubeconfig; certificates and key are inside, no file is named.
    pub fn kubeconfig(&self) -> String {
        self.config(&self.server, &self.pki.admin)
    }

    /// The port of its API server on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The CA of its API server, PEM.
    pub fn ca(&self) -> &str {
        &self.pki.ca
    }

    /// A kubeconfig with a bearer token, for this address of the API server, as install writes it for a remote.
    pub fn kubeconfig_of_token(&self, address: SocketAddr, token: &str) -> String {
        let ca = serde_json::to_string(&ByteString(self.pki.ca.as_bytes().to_vec())).unwrap();
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
             clusters:\n- name: {name}\n  cluster: {{server: \"https://{address}\", certificate-authority-data: {ca}}}\n\
             users:\n- name: {name}\n  user: {{token: {token}}}\n\
             contexts:\n- name: {name}\n  context: {{cluster: {name}, user: {name}}}\n",
            name = self.settings.name,
        )
    }

    /// The same for another address of the same API server: a proxy's, or one where nobody answers.
    pub fn kubeconfig_at(&self, address: SocketAddr) -> String {
        self.config(&format!("https://{address}"), &self.pki.admin)
    }

    /// The same with another client's certificate, which may read everything, too.
    pub fn other_kubeconfig_at(&self, address: SocketAddr) -> String {
        self.config(&format!("https://{address}"), &self.pki.controllers)
    }

    /// A proxy to the API server; use it with [`Cluster::kubeconfig_at`].
    pub fn proxy(&self) -> Proxy {
        Proxy::to(SocketAddr::from(([127, 0, 0, 1], self.port)))
    }

    /// An administrator's client, straight to the API server.
    pub fn client(&self) -> kube::Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(Handle::current().id()).or_insert_with(|| client_of(&self.kubeconfig())).clone()
    }

    /// A new namespace for one test.
    pub async fn namespace(&self, test: &str) -> String {
        let name = format!("{test}-{}", self.namespaces.fetch_add(1, Ordering::Relaxed));
        let metadata = ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() };
        let namespace = Namespace { metadata, ..Namespace::default() };
        Api::all(self.client()).create(&PostParams::default(), &namespace).await.unwrap();
        if self.settings.controllers {
            // pods are refused until the account is there
            let accounts: Api<k8s_openapi::api::core::v1::ServiceAccount> = Api::namespaced(self.client(), &name);
            eventually("the namespace's default account", READY, || accounts.get("default")).await;
        }
        name
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // the API server would only complain about an etcd that went first
        *self.controllers.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        *self.api.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn start_etcd(assets: &Assets, folder: &Path, port: u16, peer_port: u16) -> Result<Supervised, String> {
    let (clients, peers) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer_port}"));
    let args = flags(&[
        ("data-dir", "etcd"),
        ("listen-client-urls", &clients),
        ("advertise-client-urls", &clients),
        ("listen-peer-urls", &peers),
        ("initial-advertise-peer-urls", &peers),
        ("initial-cluster", &format!("default={peers}")),
        // it elects itself: no need to wait a second for rivals
        ("heartbeat-interval", "20"),
        ("election-timeout", "200"),
        ("unsafe-no-fsync", "true"),
        ("log-level", "warn"),
    ]);
    Supervised::start_owning(&assets.program("etcd"), &args, folder, &folder.join("etcd.log"))
}
