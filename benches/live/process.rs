//! `meshctl discovery` as a process of its own that can be measured, and proxies that are no Envoys.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use meshctl::adapters::grpc::{AdsClient, Received};
use meshctl::pure::xds::Type;
use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use meshctl_proto::google::protobuf::{Struct, Value, value::Kind};
use prost::Message;

/// A registry's folder with these files.
pub fn registry(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("meshctl-bench-").tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A running discovery, killed with the value.
pub struct Process {
    child: Child,
    pub addresses: BTreeMap<String, SocketAddr>,
    _stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts it, and returns when it says where it listens.
    pub fn start(registry: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_meshctl"))
            .args(["discovery", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--monitoring", "127.0.0.1:0"])
            .arg("--registry")
            .arg(registry)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut addresses = BTreeMap::new();
        while addresses.len() < 3 {
            let mut line = String::new();
            assert!(stdout.read_line(&mut line).unwrap() > 0, "discovery has ended");
            let (what, address) = line.trim().split_once(' ').unwrap();
            addresses.insert(what.to_owned(), address.parse().unwrap());
        }
        Self { child, addresses, _stdout: stdout }
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }

    /// Resident memory in MB.
    pub fn memory(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// CPU time used so far; the kernel counts in hundredths of a second.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A proxy of gke.
pub async fn connect(grpc: SocketAddr, number: usize) -> AdsClient {
    let cluster = Value { kind: Some(Kind::StringValue("gke".to_owned())) };
    let metadata = Struct { fields: [("CLUSTER_ID".to_owned(), cluster)].into_iter().collect() };
    let id =
        format!("sidecar~10.9.{}.{}~client-{number}.bench~bench.svc.cluster.local", number / 250, number % 250 + 1);
    let node = Node { id, metadata: Some(metadata), ..Node::default() };
    AdsClient::connect(&grpc.to_string(), node).await.unwrap()
}

/// Takes the next response, and says so.
pub async fn take(client: &mut AdsClient) -> Received {
    let received = tokio::time::timeout(Duration::from_secs(60), client.receive()).await.expect("a response").unwrap();
    client.ack(&received).await.unwrap();
    received
}

/// Takes the whole configuration, until `services` of the bench have at least so many endpoints each; the bytes taken.
pub async fn configure(client: &mut AdsClient, services: usize, endpoints: usize) -> usize {
    client.subscribe(Type::Cluster.url(), Vec::new()).await.unwrap();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let mut full: BTreeSet<String> = BTreeSet::new();
    let (mut listeners, mut routes, mut bytes) = (false, false, 0);
    while full.len() < services || !routes {
        let received = take(client).await;
        bytes += received.resources.iter().map(|(name, (_, body))| name.len() + body.len()).sum::<usize>();
        match Type::from_url(&received.type_url) {
            Some(Type::Cluster) => {
                let eds = received.resources.keys().filter(|n| n.starts_with("outbound|") && !asked.contains(*n));
                let new: Vec<String> = eds.cloned().collect();
                asked.extend(new.iter().cloned());
                if !new.is_empty() {
                    client.subscribe(Type::Endpoint.url(), new).await.unwrap();
                }
                if !std::mem::replace(&mut listeners, true) {
                    client.subscribe(Type::Listener.url(), Vec::new()).await.unwrap();
                    client.subscribe(Type::Route.url(), vec!["9080".to_owned()]).await.unwrap();
                }
            }
            Some(Type::Endpoint) => {
                for (name, (_, body)) in received.resources {
                    let set = ClusterLoadAssignment::decode(body).unwrap();
                    let count: usize = set.endpoints.iter().map(|group| group.lb_endpoints.len()).sum();
                    if name.contains(".bench.") && count >= endpoints {
                        full.insert(name);
                    }
                }
            }
            Some(Type::Route) => routes |= !received.resources.is_empty(),
            _ => {}
        }
    }
    bytes
}
