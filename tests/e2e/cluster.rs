//! A complete cluster with one node: etcd, the control plane, containerd, kubelet, kube-proxy and DNS, in namespaces of
//! its own. DNS runs on the node, not as a pod. CPU and memory limits are not enforced.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{Namespace, Node, ServiceAccount};
use kube::api::{Api, ObjectMeta, PostParams};

use crate::assets::Assets;
use crate::files::{self, Settings};
use crate::image::Archive;
use crate::kubeconfig::client_of;
use crate::namespaces::Namespaces;
use crate::wait::eventually;
use crate::world;

/// A part may take this long to be ready on a busy machine.
const READY: Duration = Duration::from_secs(120);

/// A running cluster; it ends when it is dropped.
pub struct Cluster {
    pub settings: Settings,
    folder: PathBuf,
    assets: Assets,
    namespaces: Namespaces,
    kubeconfig: String,
}

fn flags(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("--{name}={value}")).collect()
}

/// The last lines of a log, for messages.
fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

impl Cluster {
    /// Starts one, with these images on its node, and waits until the node is ready.
    pub async fn start(settings: Settings, assets: &Assets, images: Archive) -> Result<Self, String> {
        let folder = world::folder().join(settings.name);
        std::fs::create_dir_all(folder.join("log")).map_err(|e| e.to_string())?;
        let kubeconfig = files::write(&settings, &folder)?;
        let namespaces = Namespaces::start(settings.name, &folder)?;
        let cluster = Self { settings, folder, assets: assets.clone(), namespaces, kubeconfig };
        cluster.start_storage()?;
        cluster.start_runtime()?;
        let loading = cluster.load(images);
        cluster.start_api_server()?;
        cluster.until("its API server is ready", "kube-apiserver", || cluster.api_is_ready()).await?;
        cluster.start_control_plane()?;
        cluster.start_proxy_and_dns()?;
        loading.await?;
        cluster.start_kubelet()?;
        cluster.until("its node is ready", "kubelet", || cluster.node_is_ready()).await?;
        cluster.until("accounts are made", "kube-controller-manager", || cluster.account_in("default")).await?;
        Ok(cluster)
    }

    pub fn name(&self) -> &'static str {
        self.settings.name
    }

    /// The name of its node.
    pub fn node(&self) -> String {
        format!("{}-node", self.settings.name)
    }

    /// An administrator's kubeconfig; certificates and key are inside, no file is named.
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// An administrator's client; it belongs to the runtime that it is made in.
    pub fn client(&self) -> kube::Client {
        client_of(&self.kubeconfig)
    }

    /// A new namespace, ready for pods.
    pub async fn namespace(&self, name: &str) {
        let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
        let namespace = Namespace { metadata, ..Namespace::default() };
        Api::all(self.client()).create(&PostParams::default(), &namespace).await.unwrap();
        eventually("the namespace's default account", READY, || self.account_in(name)).await;
    }

    fn start_program(&self, program: &str, args: &[String]) -> Result<(), String> {
        self.namespaces.run(&self.assets.program(program), args)
    }

    fn start_storage(&self) -> Result<(), String> {
        let args = flags(&[
            ("data-dir", "etcd"),
            ("listen-client-urls", "http://127.0.0.1:2379"),
            ("advertise-client-urls", "http://127.0.0.1:2379"),
            ("listen-peer-urls", "http://127.0.0.1:2380"),
            // it elects itself: no need to wait a second for rivals
            ("heartbeat-interval", "20"),
            ("election-timeout", "200"),
            ("unsafe-no-fsync", "true"),
            ("log-level", "warn"),
        ]);
        self.start_program("etcd", &args)
    }

    fn start_api_server(&self) -> Result<(), String> {
        let (node, services) = (self.settings.node().to_string(), self.settings.services());
        let args = flags(&[
            ("etcd-servers", "http://127.0.0.1:2379"),
            ("secure-port", "6443"),
            ("bind-address", "0.0.0.0"),
            ("advertise-address", &node),
            ("service-cluster-ip-range", &services),
            ("tls-cert-file", "server.crt"),
            ("tls-private-key-file", "server.key"),
            ("client-ca-file", "ca.crt"),
            ("service-account-issuer", "https://kubernetes.default.svc"),
            ("service-account-key-file", "accounts.pub"),
            ("service-account-signing-key-file", "accounts.key"),
            ("authorization-mode", "Node,RBAC"),
            ("enable-admission-plugins", "NodeRestriction"),
            ("allow-privileged", "true"),
            ("kubelet-client-certificate", "kubelet-client.crt"),
            ("kubelet-client-key", "kubelet-client.key"),
            ("kubelet-certificate-authority", "ca.crt"),
            ("kubelet-preferred-address-types", "InternalIP"),
            ("profiling", "false"),
            ("enable-priority-and-fairness", "false"),
        ]);
        self.start_program("kube-apiserver", &args)
    }

    fn start_control_plane(&self) -> Result<(), String> {
        let mut args = with_kubeconfig("kube-controller-manager");
        args.extend(flags(&[
            ("service-account-private-key-file", "accounts.key"),
            ("root-ca-file", "ca.crt"),
            ("cluster-signing-cert-file", "ca.crt"),
            ("cluster-signing-key-file", "ca.key"),
            ("use-service-account-credentials", "true"),
            ("allocate-node-cidrs", "false"),
            ("kube-api-qps", "300"),
            ("kube-api-burst", "600"),
        ]));
        self.start_program("kube-controller-manager", &args)?;
        self.start_program("kube-scheduler", &with_kubeconfig("kube-scheduler"))
    }

    fn start_runtime(&self) -> Result<(), String> {
        let containerd = world::on_path("containerd").ok_or("there is no containerd")?;
        self.namespaces.run(&containerd, &["--config".to_owned(), "containerd.toml".to_owned()])
    }

    fn start_proxy_and_dns(&self) -> Result<(), String> {
        self.start_program("kube-proxy", &flags(&[("config", "kube-proxy.yaml")]))?;
        self.start_program("coredns", &["-conf".to_owned(), "Corefile".to_owned()])
    }

    fn start_kubelet(&self) -> Result<(), String> {
        let (node, address) = (self.node(), self.settings.node().to_string());
        let root = self.folder.join("kubelet").display().to_string();
        let args = flags(&[
            ("config", "kubelet.yaml"),
            ("kubeconfig", "kubelet.kubeconfig"),
            ("root-dir", &root),
            ("cert-dir", "kubelet-certificates"),
            ("hostname-override", &node),
            ("node-ip", &address),
        ]);
        self.start_program("kubelet", &args)
    }

    /// Loads images onto the node, as soon as there is a runtime.
    fn load(&self, images: Archive) -> impl Future<Output = Result<(), String>> + use<> {
        let ctr = |words: &[&str]| {
            let mut command = self.namespaces.command(Path::new("ctr"));
            command.arg("--address").arg(self.folder.join("containerd.sock")).args(words);
            command
        };
        let mut probe = ctr(&["version"]);
        let mut import = ctr(&["--namespace", "k8s.io", "images", "import"]);
        let log = self.namespaces.log_of(Path::new("containerd"));
        let work = tokio::task::spawn_blocking(move || {
            let start = Instant::now();
            while !probe.output().is_ok_and(|o| o.status.success()) {
                if start.elapsed() > READY {
                    return Err(format!("containerd did not answer within {READY:?}\n{}", tail(&log)));
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let done = import.arg(images.path()?).output().map_err(|e| e.to_string())?;
            if done.status.success() {
                return Ok(());
            }
            Err(format!("loading the images failed: {}\n{}", String::from_utf8_lossy(&done.stderr), tail(&log)))
        });
        async move { work.await.map_err(|e| e.to_string())? }
    }

    async fn api_is_ready(&self) -> Result<(), String> {
        let request = http::Request::get("/readyz").body(Vec::new()).map_err(|e| e.to_string())?;
        self.client().request_text(request).await.map(drop).map_err(|e| e.to_string())
    }

    async fn node_is_ready(&self) -> Result<(), String> {
        let node = Api::<Node>::all(self.client()).get(&self.node()).await.map_err(|e| e.to_string())?;
        let conditions = node.status.and_then(|s| s.conditions).unwrap_or_default();
        match conditions.iter().find(|c| c.type_ == "Ready") {
            Some(ready) if ready.status == "True" => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }

    async fn account_in(&self, namespace: &str) -> Result<(), String> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client(), namespace);
        accounts.get("default").await.map(drop).map_err(|e| e.to_string())
    }

    /// Waits at most [`READY`]; the error shows the end of a program's log.
    async fn until<Fut>(&self, what: &str, program: &str, ask: impl Fn() -> Fut) -> Result<(), String>
    where
        Fut: Future<Output = Result<(), String>>,
    {
        let start = Instant::now();
        loop {
            let asked = tokio::time::timeout(Duration::from_secs(5), ask()).await;
            let state = match asked {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(state)) => state,
                Err(_) => "no answer within 5 s".to_owned(),
            };
            if start.elapsed() > READY {
                let log = tail(&self.namespaces.log_of(Path::new(program)));
                return Err(format!("{}: waited {READY:?} until {what}: {state}\n{log}", self.settings.name));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The flags of a controller that takes its kubeconfig for everything.
fn with_kubeconfig(program: &str) -> Vec<String> {
    let file = format!("{program}.kubeconfig");
    flags(&[
        ("kubeconfig", &file),
        ("authentication-kubeconfig", &file),
        ("authorization-kubeconfig", &file),
        ("leader-elect", "false"),
        ("bind-address", "127.0.0.1"),
    ])
}
