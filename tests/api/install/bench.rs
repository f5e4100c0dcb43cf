//! A mesh of the two real clusters, as a user has it: kubeconfigs in a folder, a CA beside it; and what stands in a cluster,
//! every object of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::core::DynamicObject;
use kube::discovery::ApiResource;
use meshctl::pure::manifest::{RESOURCES, Resource};
use serde_json::{Value, json};

use super::line::{Line, Rule};
use crate::cluster::Cluster;
use crate::harness::{Meshctl, Ran, finish};
use crate::pair::Pair;
use crate::wait::eventually;

pub const SYSTEM: &str = "istio-system";

/// Both clusters, empty of us, a registry of them and their CA.
pub struct Bench {
    pub pair: Arc<Pair>,
    pub home: Arc<Meshctl>,
}

/// The objects of a cluster: `Kind/namespace/name` and the whole object.
pub type Listing = BTreeMap<String, Value>;

impl Bench {
    /// Wipes what an earlier test left behind in both clusters.
    pub async fn new(pair: Arc<Pair>) -> Self {
        tokio::join!(wipe(&pair.gke), wipe(&pair.on_prem));
        let home = Meshctl::new();
        home.file("kubeconf/gke.yaml", &pair.gke.kubeconfig());
        home.file("kubeconf/on-prem.yaml", &pair.on_prem.kubeconfig());
        home.run(["ca", "init", "--registry", "kubeconf"]).exits(0);
        Self { pair, home: Arc::new(home) }
    }

    pub fn clusters(&self) -> [&Cluster; 2] {
        [&self.pair.gke, &self.pair.on_prem]
    }

    /// Puts another kubeconfig in the place of a cluster's.
    pub fn kubeconfig(&self, id: &str, text: &str) -> PathBuf {
        self.home.file(&format!("kubeconf/{id}.yaml"), text)
    }

    /// Lets the way to a cluster lead through a line.
    pub fn through(&self, id: &str, line: &Line) {
        self.kubeconfig(id, &line.kubeconfig());
        if id == "on-prem" {
            // the line speaks plain HTTP and is on this machine: pilot needs another way there
            self.home.file("ca.pem", self.pair.on_prem.ca());
            let way = "clusters: {on-prem: {server: 'https://192.0.2.2:6443', caFile: ../ca.pem}}";
            self.home.file("kubeconf/mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n{way}\n"));
        }
    }

    /// Runs a command off the runtime: the proxies and clusters of a test go on meanwhile.
    pub async fn run(&self, args: &[&str]) -> Ran {
        let (home, args) = (Arc::clone(&self.home), args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
        let ran = tokio::task::spawn_blocking(move || {
            let child = home.command(args).env("MESHCTL_REGISTRY", "kubeconf").spawn().unwrap();
            finish(child)
        });
        let ran = ran.await.unwrap();
        for text in [&ran.stdout, &ran.stderr] {
            // base64 of "-----BEGIN", and the thing itself
            assert!(!text.contains("LS0tLS1CRUdJTi") && !text.contains("PRIVATE KEY"), "a key was printed:\n{text}");
        }
        ran
    }

    /// `install --tag dev --yes`, without waiting: no node runs anything here.
    pub async fn install(&self, more: &[&str]) -> Ran {
        let tag: &[&str] = if more.contains(&"--tag") { &[] } else { &["--tag", "dev"] };
        self.run(&[&["install", "--yes", "--no-wait"], tag, more].concat()).await
    }

    /// The same as JSON, with its exit code.
    pub async fn report(&self, more: &[&str]) -> (Value, Ran) {
        let ran = self.install(&[&["-o", "json"], more].concat()).await;
        let said = serde_json::from_str(&ran.stdout);
        (said.unwrap_or_else(|e| panic!("{e}\n{}\n{}", ran.stdout, ran.stderr)), ran)
    }

    /// Every object of both clusters.
    pub async fn listings(&self) -> [Listing; 2] {
        let (gke, on_prem) = tokio::join!(listing(&self.pair.gke), listing(&self.pair.on_prem));
        [gke, on_prem]
    }
}

/// The row of a report's cluster.
#[track_caller]
pub fn cluster<'a>(report: &'a Value, id: &str) -> &'a Value {
    let found = report["clusters"].as_array().unwrap().iter().find(|c| c["cluster"] == id);
    found.unwrap_or_else(|| panic!("no cluster {id} in {report}"))
}

/// What happened to each object of a report's cluster, as `created Kind/name`.
pub fn actions(report: &Value, id: &str) -> Vec<String> {
    let text = |o: &Value, k: &str| o[k].as_str().unwrap_or_default().to_owned();
    let objects = cluster(report, id)["objects"].as_array().unwrap();
    objects.iter().map(|o| format!("{} {}/{}", text(o, "action"), text(o, "kind"), text(o, "name"))).collect()
}

/// The API of a kind as kube wants it.
pub fn api(cluster: &Cluster, row: &Resource, namespace: &str) -> kube::Api<DynamicObject> {
    let resource = ApiResource {
        group: row.group.into(),
        version: row.version.into(),
        api_version: if row.group.is_empty() { row.version.into() } else { format!("{}/{}", row.group, row.version) },
        kind: row.kind.into(),
        plural: row.plural.into(),
    };
    match row.namespaced && !namespace.is_empty() {
        true => kube::Api::namespaced_with(cluster.client(), namespace, &resource),
        false => kube::Api::all_with(cluster.client(), &resource),
    }
}

/// Every object that could be ours or next to ours: all kinds that install handles, those of API servers' own namespaces aside.
pub async fn listing(cluster: &Cluster) -> Listing {
    let lists = RESOURCES.iter().map(|row| async move { (row, api(cluster, row, "").list(&Default::default()).await) });
    let mut all = Listing::new();
    for (row, list) in join_all(lists).await {
        for object in list.unwrap() {
            let namespace = object.metadata.namespace.clone().unwrap_or_default();
            let name = object.metadata.name.clone().unwrap_or_default();
            // the server itself keeps leases in kube-system
            if !namespace.starts_with("kube-") {
                all.insert(format!("{}/{namespace}/{name}", row.kind), serde_json::to_value(object).unwrap());
            }
        }
    }
    all
}

/// The pods of ours in a cluster that look for pilot.
pub async fn probes(cluster: &Cluster) -> Vec<Pod> {
    let labelled = ListParams::default().labels("app=meshctl-verify,meshctl.io/owned=true");
    kube::Api::namespaced(cluster.client(), SYSTEM).list(&labelled).await.unwrap().items
}

/// Sets the status of the pod that looks for pilot as soon as there is one, as a kubelet would; the pod.
pub async fn kubelet(cluster: &Cluster, status: &Value) -> Pod {
    let pods: kube::Api<Pod> = kube::Api::namespaced(cluster.client(), SYSTEM);
    eventually("the pod that looks for pilot", Duration::from_secs(60), async || {
        let name = probes(cluster).await.into_iter().find_map(|pod| pod.metadata.name).ok_or("there is none yet")?;
        let patch = Patch::Merge(json!({"status": status}));
        pods.patch_status(&name, &Default::default(), &patch).await.map_err(|e| e.to_string())
    })
    .await
}

/// Lets a pod that looks for pilot be older than it may become, for whoever asks on this line.
pub async fn outlive(line: &Line, cluster: &Cluster, name: &str) {
    let path = format!("/api/v1/namespaces/{SYSTEM}/pods/{name}");
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    let pod: Value = cluster.client().request(request).await.unwrap();
    let made = pod["metadata"]["creationTimestamp"].as_str().unwrap().to_owned();
    line.rule("labelSelector=app%3Dmeshctl-verify", Rule::Retell(made, "2020-01-01T00:00:00Z".to_owned()));
}

/// Who wrote an object, and which version of it this is.
pub fn versions(listing: &Listing) -> BTreeMap<String, String> {
    let version = |v: &Value| v["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    listing.iter().map(|(key, value)| (key.clone(), version(value))).collect()
}

/// The keys of what carries our label, of the whole cluster and in the control plane's namespace: other tests have control
/// planes in namespaces of their own.
pub fn ours(listing: &Listing) -> Vec<String> {
    let owned = |v: &Value| v["metadata"]["labels"]["meshctl.io/owned"] == "true";
    let here = |v: &Value| v["metadata"]["namespace"].as_str().is_none_or(|namespace| namespace == SYSTEM);
    listing.iter().filter(|(_, v)| owned(v) && here(v)).map(|(k, _)| k.clone()).collect()
}

/// Applies an object as somebody else.
pub async fn put(cluster: &Cluster, manager: &str, object: Value) {
    let text = |p: &str| object.pointer(p).and_then(Value::as_str).unwrap_or_default().to_owned();
    let group = text("/apiVersion").rsplit_once('/').map_or(String::new(), |(g, _)| g.to_owned());
    let row = Resource::of(&group, &text("/kind")).unwrap();
    let params = PatchParams::apply(manager).force();
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    api(cluster, row, &namespace).patch(&name, &params, &Patch::Apply(&object)).await.unwrap();
}

/// Removes everything of ours, and the namespace with all that is in it. No controller runs here: what a namespace's controller
/// does, this does.
pub async fn wipe(cluster: &Cluster) {
    // the other way round than install makes them, or a webhook could refuse what is left
    for row in RESOURCES.iter().rev() {
        let labelled = ListParams::default().labels("meshctl.io/owned=true");
        // stubs stand wherever the mesh has a service
        let everywhere = !row.namespaced || row.kind == "Service";
        let mut found = api(cluster, row, "").list(&labelled).await.unwrap().items;
        found.retain(|o| everywhere || o.metadata.namespace.as_deref() == Some(SYSTEM));
        if row.namespaced {
            found.extend(api(cluster, row, SYSTEM).list(&ListParams::default()).await.unwrap());
        }
        join_all(found.into_iter().map(|object| async move {
            let namespace = object.metadata.namespace.unwrap_or_default();
            let _ = api(cluster, row, &namespace).delete(&object.metadata.name.unwrap(), &Default::default()).await;
        }))
        .await;
    }
    // what controllers and the kubelet would write, and tests write for them
    let all = (DeleteParams::default(), ListParams::default());
    let sets: kube::Api<k8s_openapi::api::apps::v1::ReplicaSet> = kube::Api::namespaced(cluster.client(), SYSTEM);
    sets.delete_collection(&all.0, &all.1).await.unwrap();
    let events: kube::Api<k8s_openapi::api::core::v1::Event> = kube::Api::namespaced(cluster.client(), SYSTEM);
    events.delete_collection(&all.0, &all.1).await.unwrap();
    end_namespace(cluster).await;
}

/// Lets a namespace that is to go, go.
pub async fn end_namespace(cluster: &Cluster) {
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(cluster.client());
    if namespaces.get_opt(SYSTEM).await.unwrap().is_none() {
        return;
    }
    let _ = namespaces.delete(SYSTEM, &Default::default()).await;
    let bare =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}, "spec": {"finalizers": []}});
    let path = format!("/api/v1/namespaces/{SYSTEM}/finalize");
    let request = http::Request::put(path).body(serde_json::to_vec(&bare).unwrap()).unwrap();
    let _ = cluster.client().request::<Value>(request).await;
    eventually("the namespace has gone", Duration::from_secs(30), async || match namespaces.get_opt(SYSTEM).await {
        Ok(None) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}
