//! The registry: what a directory says, what is wrong with it, and following what it names.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use meshctl::adapters::k8s::Connector;
use meshctl::adapters::registry::{Event, ReadOptions, Registry, Source, Subject, Trust, follow, load_folder, watch};
use meshctl::data::kinds::Object;
use meshctl::data::model::{ClusterId, ClusterRole, FactKey, Kind};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

mod api;
mod bad;
mod broken;
mod capped;
mod lease;
mod list;
mod objects;

/// Stands in every bad file where a secret would; no message may show it.
const CANARY: &str = "CANARY-token-3f7a";

fn kubeconfig(server: &str) -> String {
    kubeconfig_of(server, &format!("token: {CANARY}"))
}

fn kubeconfig_of(server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {{server: '{server}'}}\nusers:\n- name: u\n  user: {{{user}}}\n\
         contexts:\n- name: other\n  context: {{cluster: nowhere, user: nobody}}\n- name: ctx\n  context: {{cluster: c, user: u}}\ncurrent-context: ctx\n"
    )
}

/// The template of the talk's time (`conversion_test.go@f444f24e5d6`), booleans unquoted.
fn descriptor(name: &str, primary: &str, file: &str) -> String {
    format!(
        "apiVersion: clusterregistry.k8s.io/v1alpha1\nkind: Cluster\nmetadata:\n  name: {name}\n  annotations:\n    \
         config.istio.io/pilotEndpoint: \"2.2.2.2:9080\"\n    config.istio.io/platform: \"Kubernetes\"\n    \
         config.istio.io/pilotCfgStore: {primary}\n    config.istio.io/accessConfigFile: {file}\nspec:\n  \
         kubernetesApiEndpoints:\n    serverEndpoints:\n      - clientCIDR: \"0.0.0.0/0\"\n        serverAddress: \"192.168.4.10\"\n"
    )
}

fn service(name: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: 80}}]}}\n")
}

fn put(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn terminal() -> ReadOptions {
    ReadOptions { primary: None, trust: Trust::Terminal }
}

fn read(dir: &Path) -> Registry {
    Registry::read(dir, &terminal()).unwrap()
}

/// Makes clients of what listens at an address, by a kubeconfig in a folder.
fn connector(dir: &TempDir, address: SocketAddr) -> Arc<Connector> {
    put(dir.path(), "gke.yaml", &kubeconfig(&format!("http://{address}")));
    read(dir.path()).entries.remove(0).source.connector().unwrap()
}

/// A server on loopback, which ends with the test's runtime.
async fn served(router: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn problems(registry: &Registry) -> Vec<String> {
    registry.problems.iter().map(ToString::to_string).collect()
}

fn ids(registry: &Registry) -> Vec<&str> {
    registry.entries.iter().map(|e| e.id.as_str()).collect()
}

fn id(text: &str) -> ClusterId {
    ClusterId::parse(text).unwrap()
}

#[test]
fn every_kind_of_entry_is_read_in_order() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "zeta.yaml", &kubeconfig("https://z"));
    put(d, "gke.kube.conf", &kubeconfig("https://g"));
    put(d, "plain", &kubeconfig("https://p"));
    put(d, "as.json", &serde_json::to_string(&serde_json::json!({"kind": "Config", "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a"}}], "clusters": [{"name": "a", "cluster": {"server": "https://j"}}]})).unwrap());
    put(d, "on-prem/app.yaml", &service("reviews"));
    put(d, "mesh-ca/root-cert.pem", "x");
    put(d, "README.md", "# hello");
    put(d, ".hidden", "x");
    put(d, "..data/gke", "x");
    fs::create_dir(d.join("empty")).unwrap();
    let registry = read(d);
    assert_eq!(problems(&registry), [""; 0]);
    assert_eq!(ids(&registry), ["as", "gke", "on-prem", "plain", "zeta"]);
    assert_eq!(registry.primary.as_ref().map(|p| (p.id.as_str(), p.why)), Some(("as", "first by name")));
    assert!(matches!(&registry.entries[2].source, Source::Folder(path) if path == &d.join("on-prem")));
    assert!(matches!(&registry.entries[1].source, Source::Live { server, .. } if server == "https://g"));
    assert_eq!(registry.notes.len(), 2, "{:?}", registry.notes);
    assert_eq!(registry.ca_dir(), d.parent().unwrap().join("mesh-ca"));
    assert!(!format!("{registry:?}").contains(CANARY));
}

#[test]
fn the_registry_of_the_talk_is_read() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "gke.yaml", &descriptor("gke", "true", "local"));
    put(d, "on-prem.yaml", &descriptor("on-prem", "False", "remote.kube.conf"));
    put(d, "local", &kubeconfig("https://35.0.0.1"));
    put(d, "remote.kube.conf", &kubeconfig("https://192.168.4.10"));
    let registry = read(d);
    assert_eq!(problems(&registry), [""; 0]);
    assert_eq!(ids(&registry), ["gke", "on-prem"]);
    assert_eq!(registry.primary.as_ref().map(|p| p.why), Some("marked by its descriptor"));
    assert_eq!(registry.entries[0].named, Some(PathBuf::from("local")));
}

#[test]
fn the_primary_is_flag_then_mesh_file_then_descriptor_then_first() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    for name in ["a", "b", "c", "d"] {
        put(d, &format!("kube/{name}"), &kubeconfig(&format!("https://{name}")));
        put(d, &format!("{name}.yaml"), &descriptor(name, "false", &format!("kube/{name}")));
    }
    let primary = |o: &ReadOptions| {
        let registry = Registry::read(d, o).unwrap();
        assert_eq!(problems(&registry), [""; 0]);
        assert_eq!(registry.entries[0].role, ClusterRole::Primary);
        assert!(registry.entries[1..].iter().all(|e| e.role == ClusterRole::Remote));
        assert_eq!(registry.settings().primary(), Some(&registry.entries[0].id));
        registry.primary.unwrap().id.to_string()
    };
    assert_eq!(primary(&terminal()), "a");
    put(d, "b.yaml", &descriptor("b", "true", "kube/b"));
    assert_eq!(primary(&terminal()), "b");
    put(d, "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: c\nclusters:\n  a: {network: n1}\n");
    assert_eq!(primary(&terminal()), "c");
    assert_eq!(primary(&ReadOptions { primary: Some(id("d")), ..terminal() }), "d");
    assert_eq!(read(d).settings().clusters[&id("a")].network.to_string(), "n1");
}

#[test]
fn a_broken_file_does_not_move_the_primary() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "a.yaml", &kubeconfig("https://a").replace("contexts:", "contexts: ["));
    put(dir.path(), "b.yaml", &kubeconfig("https://b"));
    let registry = read(dir.path());
    assert_eq!(registry.primary.as_ref().map(|p| p.id.as_str()), Some("a"));
    assert_eq!(registry.entries[0].role, ClusterRole::Remote);
}

#[test]
fn a_mounted_secret_is_read_through_its_links() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "..2026_1/gke", &kubeconfig("https://g"));
    std::os::unix::fs::symlink("..2026_1", d.join("..data")).unwrap();
    std::os::unix::fs::symlink("..data/gke", d.join("gke")).unwrap();
    let registry = read(d);
    assert_eq!((ids(&registry), problems(&registry)), (vec!["gke"], vec![]));
}

#[test]
fn the_fingerprint_follows_the_bytes() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "ca.pem", "one");
    let with_ca = kubeconfig("https://g").replace("server:", "certificate-authority: ca.pem, server:");
    put(d, "gke.yaml", &with_ca);
    let before = read(d).entries[0].fingerprint;
    assert_eq!(read(d).entries[0].fingerprint, before);
    put(d, "ca.pem", "two");
    let rotated = read(d).entries[0].fingerprint;
    assert_ne!(rotated, before);
    put(d, "gke.yaml", &format!("{with_ca}# new\n"));
    assert_ne!(read(d).entries[0].fingerprint, rotated);
}

#[test]
fn a_file_cluster_is_read_as_a_cluster_is() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(
        d,
        "app.yaml",
        &format!(
            "{}---\n{}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: x}}\n",
            service("a"),
            service("b")
        ),
    );
    put(
        d,
        "deep/er/list.json",
        r#"{"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "namespace": "ignored"}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}}]}"#,
    );
    put(d, "typed.yml", "apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: t}\n");
    put(
        d,
        "config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n---\n\
        apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\n",
    );
    put(d, ".git/x.yaml", &service("nor-this"));
    put(d, "notes.txt", "nor this");
    let folder = load_folder(d).unwrap();
    let keys: Vec<_> = folder.objects.keys().map(ToString::to_string).collect();
    assert_eq!(
        keys,
        [
            "Node/n",
            "ConfigMap/istio-system/istio",
            "Pod/shop/p",
            "Service/default/a",
            "Service/default/b",
            "Service/default/t"
        ]
    );
    assert!(folder.objects.iter().all(|(key, object)| object.key() == *key));
    assert_eq!(folder.bad, []);
}

#[test]
fn what_is_bad_in_a_folder_costs_only_itself() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "a.yaml", &service("one"));
    put(d, "b.yaml", &format!("{}---\n{}", service("one"), service("two")));
    put(d, "broken.yaml", &format!("apiVersion: v1\n  kind: {CANARY}\n"));
    put(d, "wrong.yaml", &format!("apiVersion: v1\nkind: Service\nmetadata: {{name: w}}\nspec: {CANARY}\n"));
    put(d, "nameless.yaml", "apiVersion: v1\nkind: Service\nmetadata: {}\n");
    std::os::unix::fs::symlink(".", d.join("loop")).unwrap();
    std::os::unix::fs::symlink("self.yaml", d.join("self.yaml")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(d.join("pipe.yaml")).status().unwrap().success());
    let folder = load_folder(d).unwrap();
    assert_eq!(folder.objects.len(), 2);
    let bad: Vec<_> = folder.bad.iter().map(|b| format!("{}: {}", b.file.display(), b.reason)).collect();
    assert_eq!(
        bad,
        [
            "b.yaml: Service/default/one stands in a.yaml too, which counts",
            "broken.yaml: it is no valid YAML of its kind at line 2, column 7",
            "loop: it is a symbolic link to a folder that contains it",
            "nameless.yaml: a Service has no metadata.name",
            "pipe.yaml: it is a named pipe, not a file",
            "self.yaml: its symbolic links form a loop",
            "wrong.yaml: Service/default/w is no valid Service: one of its fields has the wrong type",
        ]
    );
}

/// The next event, waited for under load too.
async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    tokio::time::timeout(Duration::from_secs(30), events.recv()).await.expect("an event within 30 s").expect("a sender")
}

fn names(event: &Event) -> (Kind, Vec<String>) {
    let Event::Replace(kind, objects) = event else { panic!("{event:?} replaces nothing") };
    (*kind, objects.iter().map(|o: &Object| o.key().name.to_string()).collect())
}

#[tokio::test]
async fn a_folder_is_followed() {
    let dir = TempDir::new().unwrap();
    let d = dir.path().join("gke");
    put(&d, "a.yaml", &service("a"));
    let registry = read(dir.path());
    let (out, mut events) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let (entry, token) = (registry.entries[0].clone(), stop.clone());
    let task = tokio::spawn(async move { follow(&entry, out, token).await });
    for kind in Kind::ALL {
        let want = if kind == Kind::Service { vec!["a".to_owned()] } else { vec![] };
        assert_eq!(names(&next(&mut events).await), (kind, want));
    }
    assert_eq!(next(&mut events).await, Event::Synced);
    put(&d, "sub/b.yaml", &service("b"));
    assert_eq!(names(&next(&mut events).await), (Kind::Service, vec!["a".into(), "b".into()]));
    // a file that breaks keeps what it said
    put(&d, "sub/b.yaml", "kind: [");
    let subject = Subject::File("sub/b.yaml".into());
    assert!(matches!(next(&mut events).await, Event::Bad { subject: s, .. } if s == subject));
    put(&d, "sub/b.yaml", &service("c"));
    assert_eq!(names(&next(&mut events).await), (Kind::Service, vec!["a".into(), "c".into()]));
    assert_eq!(next(&mut events).await, Event::Mended(subject));
    put(&d, "bad.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: 3\n");
    let object = Subject::Object(FactKey::new(Kind::Pod, "default", "p"));
    assert!(matches!(next(&mut events).await, Event::Bad { subject, .. } if subject == object));
    fs::remove_dir_all(d.join("sub")).unwrap();
    assert_eq!(names(&next(&mut events).await), (Kind::Service, vec!["a".into()]));
    // a complaint outlives the replacing of its kind, and goes with its object
    put(&d, "good.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\n");
    assert_eq!(names(&next(&mut events).await), (Kind::Pod, vec!["q".into()]));
    assert!(matches!(next(&mut events).await, Event::Bad { subject, .. } if subject == object));
    fs::remove_file(d.join("bad.yaml")).unwrap();
    assert_eq!(next(&mut events).await, Event::Remove(FactKey::new(Kind::Pod, "default", "p")));
    fs::rename(&d, dir.path().join("moved")).unwrap();
    assert!(matches!(next(&mut events).await, Event::Lost { heard: Some(_), .. }));
    fs::rename(dir.path().join("moved"), &d).unwrap();
    assert_eq!(next(&mut events).await, Event::Synced);
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), task).await.expect("it stops").unwrap();
}

#[tokio::test]
async fn a_registry_is_watched() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "a.yaml", &kubeconfig("https://a"));
    let stop = CancellationToken::new();
    let mut registries = watch(d, terminal(), stop.clone());
    let mut next = async || {
        tokio::time::timeout(Duration::from_secs(30), registries.recv()).await.expect("a registry within 30 s")
    };
    assert_eq!(ids(&next().await.unwrap()), ["a"]);
    put(d, "b.yaml", &kubeconfig("https://b"));
    let added = next().await.unwrap();
    assert_eq!(ids(&added), ["a", "b"]);
    let fingerprint = added.entries[1].fingerprint;
    // broken: the last good entry stays, beside the problem
    put(d, "b.yaml", "kind: Config\nclusters: [");
    let broken = next().await.unwrap();
    assert_eq!((ids(&broken), broken.problems.len(), broken.entries[1].fingerprint), (vec!["a", "b"], 1, fingerprint));
    // mended as it was
    put(d, "b.yaml", &kubeconfig("https://b"));
    let mended = next().await.unwrap();
    assert_eq!((problems(&mended).len(), mended.entries[1].fingerprint), (0, fingerprint));
    // rotated
    put(d, "b.yaml", &kubeconfig_of("https://b", "token: new"));
    assert_ne!(next().await.unwrap().entries[1].fingerprint, fingerprint);
    // a broken mesh.yaml keeps the last good one
    put(d, "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: b\n");
    assert_eq!(ids(&next().await.unwrap()), ["b", "a"]);
    put(d, "mesh.yaml", "kind: Mesh\nprimary: [");
    let broken = next().await.unwrap();
    assert_eq!((ids(&broken), problems(&broken).len()), (vec!["b", "a"], 1));
    // nobody names a primary any more: the running mesh keeps the one it has
    fs::remove_file(d.join("mesh.yaml")).unwrap();
    assert_eq!(ids(&next().await.unwrap()), ["b", "a"]);
    fs::remove_file(d.join("b.yaml")).unwrap();
    assert_eq!(ids(&next().await.unwrap()), ["a"]);
    stop.cancel();
    assert!(next().await.is_none());
}

#[tokio::test]
async fn a_mounted_secret_that_is_swapped_is_seen() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    let swap = |version: &str, server: &str| {
        put(d, &format!("{version}/gke"), &kubeconfig(server));
        std::os::unix::fs::symlink(version, d.join("..tmp")).unwrap();
        fs::rename(d.join("..tmp"), d.join("..data")).unwrap();
    };
    swap("..1", "https://one");
    std::os::unix::fs::symlink("..data/gke", d.join("gke")).unwrap();
    let stop = CancellationToken::new();
    let mut registries = watch(d, terminal(), stop.clone());
    let first = tokio::time::timeout(Duration::from_secs(30), registries.recv()).await.unwrap().unwrap();
    swap("..2", "https://two");
    let second = tokio::time::timeout(Duration::from_secs(30), registries.recv()).await.unwrap().unwrap();
    assert_ne!(first.entries[0].fingerprint, second.entries[0].fingerprint);
    assert!(matches!(&second.entries[0].source, Source::Live { server, .. } if server == "https://two"));
    stop.cancel();
}
