//! A mesh over both clusters as install leaves it: what the manifests render is applied, without the pods, the reader's token
//! stands in the Secret, and discovery runs here with the rights of its service account and nothing more.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use k8s_openapi::ByteString;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::events::v1::Event;
use kube::api::{Api, ApiResource, DynamicObject, ObjectMeta, Patch, PatchParams, PostParams, TypeMeta};
use kube::core::GroupVersionKind;
use meshctl::data::yaml;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::harness::Meshctl;
use crate::objects::{Writer, in_both};
use crate::pair::Pair;
use crate::pilot::{LONG, Pilot};
use crate::wait::eventually;

pub const REMOTES: &str = "istio-remote-clusters";
pub const READER: &str = "istio-reader-service-account";
pub const PILOT: &str = "istio-pilot-service-account";
/// The remote's slice of pilot.
pub const SLICE: &str = "istio-pilot-gke-v4";

/// gke is the primary, on-prem a remote; the control plane has a namespace of the test's own in both.
pub struct Mesh {
    pub namespace: String,
    pub gke: Writer,
    pub on_prem: Writer,
    account: tempfile::TempDir,
    /// Where pilot finds the primary's API server, on loopback.
    pub port: u16,
    primary: kube::Client,
    remote: kube::Client,
}

impl Mesh {
    /// Applies what is rendered, and writes the reader's credentials; pilot reaches the remote at this address.
    pub async fn install(pair: &Pair, test: &str, remote: SocketAddr) -> Self {
        let (gke, on_prem) = in_both(pair, test).await;
        let namespace = gke.namespace.clone();
        let (primary, remote_client) = (pair.gke.client(), pair.on_prem.client());
        for (id, client) in [("gke", &primary), ("on-prem", &remote_client)] {
            for object in rendered(id, &namespace) {
                apply(client, &namespace, object).await;
            }
        }
        let account = tempfile::tempdir().unwrap();
        std::fs::write(account.path().join("ca.crt"), pair.gke.ca()).unwrap();
        let mesh = Self { namespace, gke, on_prem, account, port: pair.gke.port(), primary, remote: remote_client };
        mesh.renew_account().await;
        mesh.admit(&pair.on_prem, "on-prem", remote).await;
        mesh
    }

    /// Makes another remote of a cluster, as install does: pilot reaches it at this address.
    pub async fn stretch(&self, cluster: &Cluster, id: &str, address: SocketAddr) {
        let metadata = ObjectMeta { name: Some(self.namespace.clone()), ..ObjectMeta::default() };
        let namespace = Namespace { metadata, ..Namespace::default() };
        Api::all(cluster.client()).create(&PostParams::default(), &namespace).await.unwrap();
        for object in rendered("on-prem", &self.namespace) {
            apply(&cluster.client(), &self.namespace, object).await;
        }
        self.admit(cluster, id, address).await;
    }

    /// Gives pilot a fresh token of its account, as the kubelet does.
    pub async fn renew_account(&self) {
        let token = mint(&self.primary, &self.namespace, PILOT).await;
        let new = self.account.path().join("new");
        std::fs::write(&new, token).unwrap();
        std::fs::rename(new, self.account.path().join("token")).unwrap();
    }

    /// Makes pilot's account anew: no token of before is accepted any more.
    pub async fn revoke_account(&self) {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.primary.clone(), &self.namespace);
        let mut account = accounts.get(PILOT).await.unwrap();
        accounts.delete(PILOT, &Default::default()).await.unwrap();
        (account.metadata.resource_version, account.metadata.uid) = (None, None);
        accounts.create(&PostParams::default(), &account).await.unwrap();
    }

    /// Writes a key for a cluster with a fresh token of its reader.
    pub async fn admit(&self, cluster: &Cluster, id: &str, address: SocketAddr) {
        let token = mint(&cluster.client(), &self.namespace, READER).await;
        self.write_key(id, Some(&cluster.kubeconfig_of_token(address, &token))).await;
    }

    /// Writes a key of the Secret, or removes it.
    pub async fn write_key(&self, id: &str, text: Option<&str>) {
        let value = text.map(|t| ByteString(t.as_bytes().to_vec()));
        let secrets: Api<Secret> = Api::namespaced(self.primary.clone(), &self.namespace);
        if secrets.get_opt(REMOTES).await.unwrap().is_none() {
            let empty = json!({"metadata": {"name": REMOTES}});
            secrets.create(&PostParams::default(), &serde_json::from_value(empty).unwrap()).await.unwrap();
        }
        let patch = json!({"data": {id: value}});
        secrets.patch(REMOTES, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    }

    /// A key of the Secret.
    pub async fn key(&self, id: &str) -> Option<String> {
        let data = self.secret().await.data.unwrap_or_default();
        data.get(id).map(|bytes| String::from_utf8(bytes.0.clone()).unwrap())
    }

    pub async fn secret(&self) -> Secret {
        Api::namespaced(self.primary.clone(), &self.namespace).get(REMOTES).await.unwrap()
    }

    pub async fn delete_secret(&self) {
        let secrets: Api<Secret> = Api::namespaced(self.primary.clone(), &self.namespace);
        secrets.delete(REMOTES, &Default::default()).await.unwrap();
    }

    /// Changes a key of the ConfigMap `istio`.
    pub async fn set(&self, key: &str, text: &str) {
        let maps: Api<ConfigMap> = Api::namespaced(self.primary.clone(), &self.namespace);
        maps.patch("istio", &PatchParams::default(), &Patch::Merge(json!({"data": {key: text}}))).await.unwrap();
    }

    /// Discovery as a pod of this name.
    pub async fn pilot(&self, pod: &str, more: &[&str]) -> Pilot {
        let mut args: Vec<String> =
            ["-v", "--in-cluster", "--cluster-id=gke", "--api-host=127.0.0.1"].map(str::to_owned).into();
        args.push(format!("--namespace={}", self.namespace));
        args.push(format!("--api-port={}", self.port));
        args.push(format!("--pod-name={pod}"));
        args.push(format!("--service-account-dir={}", self.account.path().display()));
        args.extend(more.iter().map(|&s| s.to_owned()));
        Pilot::in_cluster(args).await
    }

    /// Pilot's own slice in the primary, as its controller would keep it.
    pub async fn pods(&self, ready: &[&str], other: &[&str]) {
        let endpoint = |a: &&str, ready: bool| json!({"addresses": [a], "conditions": {"ready": ready}});
        let all: Vec<Value> =
            ready.iter().map(|a| endpoint(a, true)).chain(other.iter().map(|a| endpoint(a, false))).collect();
        self.gke.kept_slice("istio-pilot", "abcde", &all).await;
    }

    /// What the remote's slice says.
    pub async fn slice(&self) -> Vec<String> {
        let slices: Api<EndpointSlice> = Api::namespaced(self.remote.clone(), &self.namespace);
        let slice = slices.get(SLICE).await.unwrap();
        slice.endpoints.into_iter().flatten().flat_map(|e| e.addresses).collect()
    }

    /// Waits until the remote's slice says this.
    pub async fn slice_is(&self, wanted: &[&str]) {
        eventually(&format!("the slice {SLICE} with {wanted:?}"), LONG, async || match self.slice().await {
            found if found == wanted => Ok(()),
            found => Err(format!("{found:?}")),
        })
        .await;
    }

    /// Somebody else writes the remote's slice.
    pub async fn overwrite_slice(&self, address: &str) {
        let slices: Api<EndpointSlice> = Api::namespaced(self.remote.clone(), &self.namespace);
        let patch = json!({"endpoints": [{"addresses": [address]}]});
        slices.patch(SLICE, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    }

    /// The remote's slice is gone.
    pub async fn delete_slice(&self) {
        let slices: Api<EndpointSlice> = Api::namespaced(self.remote.clone(), &self.namespace);
        slices.delete(SLICE, &Default::default()).await.unwrap();
    }

    /// The remote's slice stands again, as install makes it.
    pub async fn restore_slice(&self) {
        for object in rendered("on-prem", &self.namespace).into_iter().filter(|o| o["kind"] == "EndpointSlice") {
            apply(&self.remote, &self.namespace, object).await;
        }
    }

    /// Pilot's Service in the primary.
    pub async fn service(&self) -> Service {
        Api::namespaced(self.primary.clone(), &self.namespace).get("istio-pilot").await.unwrap()
    }

    pub async fn lease(&self) -> Option<Lease> {
        Api::namespaced(self.primary.clone(), &self.namespace).get_opt("istio-pilot").await.unwrap()
    }

    /// Waits until this pod holds the Lease; an empty name: nobody.
    pub async fn held_by(&self, pod: &str) {
        eventually(&format!("the Lease held by {pod:?}"), LONG, async || {
            let spec = self.lease().await.and_then(|l| l.spec);
            match spec.map(|s| s.holder_identity.unwrap_or_default()) {
                Some(holder) if holder == pod => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }

    pub async fn delete_lease(&self) {
        let leases: Api<Lease> = Api::namespaced(self.primary.clone(), &self.namespace);
        let _ = leases.delete("istio-pilot", &Default::default()).await;
    }

    /// The Events of the control plane's namespace with this reason.
    pub async fn events(&self, reason: &str) -> Vec<Event> {
        let events: Api<Event> = Api::namespaced(self.primary.clone(), &self.namespace);
        let all = events.list(&Default::default()).await.unwrap();
        all.items.into_iter().filter(|e| e.reason.as_deref() == Some(reason)).collect()
    }

    /// Waits for an Event with this reason and these words in its note.
    pub async fn event(&self, reason: &str, words: &[&str]) -> Event {
        eventually(&format!("an Event {reason} with {words:?}"), LONG, async || {
            let all = self.events(reason).await;
            let has = |e: &&Event| words.iter().all(|w| e.note.as_deref().unwrap_or_default().contains(w));
            all.iter().find(has).cloned().ok_or_else(|| format!("{all:?}"))
        })
        .await
    }

    /// A client of `gke` or `on-prem`, as an administrator.
    pub fn client(&self, id: &str) -> kube::Client {
        if id == "gke" { self.primary.clone() } else { self.remote.clone() }
    }
}

/// A token of a service account, for an hour.
async fn mint(client: &kube::Client, namespace: &str, account: &str) -> String {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), namespace);
    let spec = TokenRequestSpec { expiration_seconds: Some(3600), ..TokenRequestSpec::default() };
    let request = TokenRequest { spec: Some(spec), ..TokenRequest::default() };
    let made = accounts.create_token_request(account, &PostParams::default(), &request).await.unwrap();
    made.status.unwrap().token.unwrap()
}

/// What a cluster gets, in a namespace of the test's own; the pods are processes of the test.
fn rendered(id: &str, namespace: &str) -> Vec<Value> {
    let meshctl = Meshctl::new();
    let app = "apiVersion: v1\nkind: Namespace\nmetadata: {name: app}\n";
    meshctl.file("kubeconf/gke/app.yaml", app);
    meshctl.file("kubeconf/on-prem/app.yaml", app);
    let ran = meshctl.run([
        "manifest",
        "generate",
        "--tag",
        "dev",
        "--clusters",
        id,
        "--set",
        "discovery.openPorts.xds=true",
    ]);
    let text = ran.exits(0).stdout.replace("istio-system", namespace);
    let skipped = ["Namespace", "Deployment", "PodDisruptionBudget"];
    yaml::documents(&text).unwrap().into_iter().filter(|d| !skipped.contains(&d["kind"].as_str().unwrap())).collect()
}

async fn apply(client: &kube::Client, namespace: &str, mut object: Value) {
    if object["kind"] == "EndpointSlice" {
        // discovery's to fill
        object.as_object_mut().unwrap().remove("endpoints");
    }
    let types: TypeMeta = serde_json::from_value(object.clone()).unwrap();
    let gvk = GroupVersionKind::try_from(&types).unwrap();
    let resource = ApiResource::from_gvk(&gvk);
    let api: Api<DynamicObject> = if object["metadata"]["namespace"].is_string() {
        Api::namespaced_with(client.clone(), namespace, &resource)
    } else {
        Api::all_with(client.clone(), &resource)
    };
    let name = object["metadata"]["name"].as_str().unwrap().to_owned();
    api.patch(&name, &PatchParams::apply("meshctl"), &Patch::Apply(&object)).await.unwrap();
}

/// A kubeconfig's token.
pub fn token(kubeconfig: &str) -> String {
    let config = yaml::documents(kubeconfig).unwrap().remove(0);
    config["users"][0]["user"]["token"].as_str().unwrap().to_owned()
}

/// The claims of a kubeconfig's token.
pub fn claims(kubeconfig: &str) -> BTreeMap<String, Value> {
    let token = token(kubeconfig);
    let part = token.split('.').nth(1).unwrap().replace('-', "+").replace('_', "/");
    let padded = format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
    let ByteString(bytes) = serde_json::from_value(padded.into()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
