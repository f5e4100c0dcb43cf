//! The registry that the tests write: file clusters, object by object.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use meshctl::data::yaml;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::backends::free_port;

/// A registry's directory, and a home beside it.
pub(super) struct Mesh {
    dir: TempDir,
}

impl Mesh {
    /// The clusters gke, which is the primary, and on-prem, with these objects, a file each.
    pub(super) fn of(files: &[(&str, Vec<Value>)]) -> Self {
        let mesh = Self { dir: TempDir::new().unwrap() };
        mesh.text("mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\n");
        for cluster in ["gke", "on-prem"] {
            let zone =
                json!({"topology.kubernetes.io/region": "r1", "topology.kubernetes.io/zone": format!("{cluster}-a")});
            let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": zone}});
            mesh.put(&format!("{cluster}/node"), &[node]);
        }
        for (file, objects) in files {
            mesh.put(file, objects);
        }
        mesh
    }

    /// The registry of `meshctl demo`, with free ports in the place of its own: the same where they are the same there.
    pub(super) fn of_demo() -> Self {
        let mesh = Self { dir: TempDir::new().unwrap() };
        let demo = mesh.home().join("demo");
        let ran = Command::new(env!("CARGO_BIN_EXE_meshctl")).args(["demo", "--dir"]).arg(&demo).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let mut free = BTreeMap::new();
        let registry = demo.join("registry");
        for file in files(&registry) {
            let mut objects = yaml::documents(&fs::read_to_string(&file).unwrap()).unwrap();
            for object in objects.iter_mut().filter(|o| o["kind"] == "Service") {
                for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
                    let free = free.entry(port["port"].as_u64().unwrap()).or_insert_with(free_port);
                    port["port"] = (*free).into();
                }
            }
            let text: Vec<String> = objects.iter().map(Value::to_string).collect();
            mesh.text(file.strip_prefix(&registry).unwrap().to_str().unwrap(), &text.join("\n---\n"));
        }
        mesh
    }

    /// The directory of everything a test writes.
    pub(super) fn home(&self) -> &Path {
        self.dir.path()
    }

    /// The registry.
    pub(super) fn registry(&self) -> PathBuf {
        self.dir.path().join("registry")
    }

    /// Writes a file of objects, `CLUSTER/NAME`, at once.
    pub(super) fn put(&self, file: &str, objects: &[Value]) {
        let text: Vec<String> = objects.iter().map(Value::to_string).collect();
        self.text(&format!("{file}.yaml"), &text.join("\n---\n"));
    }

    /// Writes a file at once, `mesh.yaml` and kubeconfigs too.
    pub(super) fn text(&self, file: &str, text: &str) {
        let path = self.registry().join(file);
        let hidden = path.with_file_name(".new");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&hidden, text).unwrap();
        fs::rename(&hidden, &path).unwrap();
    }

    /// Removes a file of objects.
    pub(super) fn remove(&self, file: &str) {
        fs::remove_file(self.registry().join(format!("{file}.yaml"))).unwrap();
    }
}

/// The files of a folder and of those in it.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A service's port.
#[derive(Clone, Copy)]
pub(super) struct Port {
    pub(super) number: u16,
    /// `appProtocol`; nothing for a port whose protocol nobody names.
    pub(super) protocol: Option<&'static str>,
}

/// A Service in `default`, without a selector.
pub(super) fn service(name: &str, cluster_ip: &str, port: Port) -> Value {
    let mut port_json = json!({"name": "main", "port": port.number});
    if let Some(protocol) = port.protocol {
        port_json["appProtocol"] = protocol.into();
    }
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"},
        "spec": {"clusterIP": cluster_ip, "ports": [port_json]},
    })
}

/// An EndpointSlice of a service, called `SERVICE-NAME`.
pub(super) fn slice(service: &str, name: &str, endpoint: SocketAddr) -> Value {
    slice_of(service, name, endpoint.port(), vec![json!({"addresses": [endpoint.ip()]})])
}

/// An EndpointSlice with these endpoints.
pub(super) fn slice_of(service: &str, name: &str, port: u16, endpoints: Vec<Value>) -> Value {
    json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": format!("{service}-{name}"), "namespace": "default", "labels": {"kubernetes.io/service-name": service}},
        "addressType": "IPv4", "ports": [{"name": "main", "port": port}], "endpoints": endpoints,
    })
}

/// A Pod on node `n1`, and the EndpointSlice that names it.
pub(super) fn pod(service: &str, name: &str, endpoint: SocketAddr) -> Vec<Value> {
    let pod = format!("{service}-{name}");
    let target = json!({"kind": "Pod", "name": pod, "namespace": "default"});
    let endpoints = vec![json!({"addresses": [endpoint.ip()], "nodeName": "n1", "targetRef": target})];
    let container = json!({"name": "app", "ports": [{"containerPort": endpoint.port()}]});
    vec![
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod, "namespace": "default", "labels": {"app": service}},
            "spec": {"nodeName": "n1", "serviceAccountName": service, "containers": [container]},
            "status": {"phase": "Running", "podIP": endpoint.ip(), "conditions": [{"type": "Ready", "status": "True"}]},
        }),
        slice_of(service, name, endpoint.port(), endpoints),
    ]
}

/// The mesh answers calls of hosts that no service has by 502.
pub(super) fn registry_only() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"},
        "data": {"mesh": "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"},
    })
}

/// A kubeconfig.
pub(super) fn kubeconfig(server: SocketAddr) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'http://{server}'}}}}]\nusers: [{{name: u, user: {{}}}}]\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\ncurrent-context: c\n"
    )
}

/// The name of the cluster of a service's port.
pub(super) fn cluster_name(service: &str, port: u16) -> String {
    format!("outbound|{port}||{service}.default.svc.cluster.local")
}
