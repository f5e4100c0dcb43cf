//! `meshctl discovery`, a process of its own over a registry of live clusters, and what its pages say.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::supervisor::Supervised;
use crate::wait::eventually;

/// Anything that must come comes within this, on a busy machine too.
pub const LONG: Duration = Duration::from_secs(60);

/// A registry's folder, its discovery, and the logs.
pub struct Pilot {
    folder: tempfile::TempDir,
    running: Option<Supervised>,
    addresses: Vec<(String, SocketAddr)>,
    starts: usize,
    /// Where it has its registry from.
    origin: Vec<String>,
}

impl Pilot {
    /// Starts discovery over these files of a registry.
    pub async fn start(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("meshctl-pilot-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("registry")).unwrap();
        let registry = folder.path().join("registry").display().to_string();
        let origin = vec!["--registry".to_owned(), registry];
        let mut pilot = Self { folder, running: None, addresses: Vec::new(), starts: 0, origin };
        for (name, text) in files {
            pilot.write(name, text);
        }
        pilot.run().await;
        pilot
    }

    /// Starts discovery as a pod, with these arguments.
    pub async fn in_cluster(args: Vec<String>) -> Self {
        let folder = tempfile::Builder::new().prefix("meshctl-pilot-").tempdir().unwrap();
        let mut pilot = Self { folder, running: None, addresses: Vec::new(), starts: 0, origin: args };
        pilot.run().await;
        pilot
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&mut self) {
        self.running.as_mut().expect("it runs").signal("TERM");
    }

    /// What the running one has said so far.
    pub fn log(&self) -> String {
        let log = self.folder.path().join(format!("pilot-{}.log", self.starts));
        std::fs::read_to_string(log).unwrap_or_default()
    }

    /// Waits until it says a line with all of these words.
    pub async fn says(&self, words: &[&str]) {
        eventually(&format!("a line with {words:?}"), LONG, async || {
            let log = self.log();
            let found = log.lines().any(|line| words.iter().all(|w| line.contains(w)));
            if found { Ok(()) } else { Err(log) }
        })
        .await;
    }

    /// Kills it and starts another, which listens for proxies where the first did.
    pub async fn restart(&mut self) {
        self.kill();
        self.run().await;
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it, where it was killed.
    pub async fn run(&mut self) {
        let at = |what| self.addresses.iter().find(|(name, _)| name == what).map(|(_, address)| *address);
        let grpc = at("grpc").map_or("127.0.0.1:0".to_owned(), |address| address.to_string());
        let args = ["discovery", "--http", "127.0.0.1:0", "--monitoring", "127.0.0.1:0", "--grpc", &grpc];
        let args: Vec<String> = args.into_iter().map(str::to_owned).chain(self.origin.iter().cloned()).collect();
        self.starts += 1;
        let log = self.folder.path().join(format!("pilot-{}.log", self.starts));
        let program = Path::new(env!("CARGO_BIN_EXE_meshctl"));
        self.running = Some(Supervised::start(program, &args, self.folder.path(), &log).unwrap());
        self.addresses = eventually("where discovery listens", LONG, async || {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let words = text.lines().filter_map(|line| line.split_once(' '));
            let found: Vec<_> = words.filter_map(|(what, at)| Some((what.to_owned(), at.parse().ok()?))).collect();
            if found.len() == 3 { Ok(found) } else { Err(text) }
        })
        .await;
    }

    /// The folder of its registry.
    pub fn registry(&self) -> std::path::PathBuf {
        self.folder.path().join("registry")
    }

    /// Writes a file of the registry at once, as tools do.
    pub fn write(&self, name: &str, text: &str) {
        let hidden = self.registry().join(".new");
        std::fs::write(&hidden, text).unwrap();
        std::fs::rename(hidden, self.registry().join(name)).unwrap();
    }

    /// Removes a file of the registry.
    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.registry().join(name)).unwrap();
    }

    /// Where it listens: `grpc`, `http` or `monitoring`.
    pub fn address(&self, what: &str) -> SocketAddr {
        self.addresses.iter().find(|(name, _)| name == what).expect("it listens there").1
    }

    /// One of the `/debug` pages.
    pub async fn debug(&self, page: &str) -> Value {
        let text = get(self.address("http"), &format!("/debug/{page}")).await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// A cluster's row of `/debug/clusterz`.
    pub async fn cluster(&self, id: &str) -> Option<Value> {
        let page = self.debug("clusterz").await;
        page["clusters"].as_array().unwrap().iter().find(|c| c["id"] == id).cloned()
    }

    /// Waits until a cluster is `synced`, `stale` or `unreachable`, and gives its row.
    pub async fn cluster_is(&self, id: &str, state: &str) -> Value {
        eventually(&format!("{id} to be {state}"), LONG, async || match self.cluster(id).await {
            Some(row) if row["state"] == state => Ok(row),
            other => Err(format!("{other:?}")),
        })
        .await
    }

    /// The merged endpoints of a host, in order.
    pub async fn endpoints(&self, host: &str) -> Vec<Value> {
        let page = self.debug(&format!("endpointz?service={host}")).await;
        let ports = page.as_array().unwrap().iter();
        ports.flat_map(|p| p["endpoints"].as_array().unwrap().clone()).collect()
    }

    /// The addresses of a host, in order.
    pub async fn addresses(&self, host: &str) -> Vec<String> {
        let of = |e: &Value| e["address"].as_str().unwrap().to_owned();
        self.endpoints(host).await.iter().map(of).collect()
    }

    /// Waits until a host has these addresses, in this order.
    pub async fn has(&self, host: &str, addresses: &[&str]) {
        eventually(&format!("{host} at {addresses:?}"), LONG, async || match self.addresses(host).await {
            found if found == addresses => Ok(()),
            found => Err(format!("{found:?}")),
        })
        .await;
    }
}

/// A page of a server on loopback.
pub async fn get(server: SocketAddr, path: &str) -> Result<String, String> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let answer = client.get(format!("http://{server}{path}")).send().await.map_err(|e| format!("{e:?}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|e| format!("{e:?}"))?;
    if status.is_success() { Ok(text) } else { Err(format!("{status}: {text}")) }
}
