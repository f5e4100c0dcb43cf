//! The registry of a pilot that runs in a cluster: this cluster by the pod's service account, the others by the kubeconfigs
//! of one Secret, and the mesh's settings by a key of the ConfigMap `istio`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Secret as SecretObject};
use kube::config::{AuthInfo, Cluster, Context, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::entry::Problem;
use super::read::text;
use super::scan::{Candidate, Found, Good, Mark, live, only_config};
use super::{ReadOptions, Registry, Source, Trust, mesh_file};
use crate::adapters::k8s::{self, Connector, Followed};
use crate::data::model::{ClusterId, Name, REMOTES, Secret, shown};
use crate::data::yaml;

/// The ConfigMap with the mesh's settings.
pub const SETTINGS: &str = "istio";
/// Its key with a `mesh.yaml`, of what pilot needs.
const MESH_KEY: &str = "meshctl";
/// Stands for this cluster's file; it sorts before the keys, so that no key takes its id.
const OWN_FILE: &str = "(service account)";

/// The cluster that this program runs in, and what it needs to ask its API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCluster {
    /// The cluster's id.
    pub id: ClusterId,
    /// The control plane's namespace.
    pub namespace: Name,
    /// The API server's host, as the kubelet tells every pod (`KUBERNETES_SERVICE_HOST`).
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The folder with the service account's `token`, which the kubelet renews, and `ca.crt`.
    pub account: PathBuf,
}

/// What is followed in this cluster; the newest state wins.
#[derive(Debug, Clone)]
pub struct Holdings {
    /// The Secret [`REMOTES`].
    pub remotes: watch::Receiver<Followed<SecretObject>>,
    /// The ConfigMap [`SETTINGS`].
    pub settings: watch::Receiver<Followed<ConfigMap>>,
}

impl InCluster {
    /// Makes clients of this cluster.
    pub fn connector(&self) -> Connector {
        Connector::new(Arc::new(Secret::new(self.kubeconfig())), k8s::Plugins::Refuse)
    }

    /// The path of one object of the namespace, ready for more parameters.
    fn path(&self, plural: &str, name: &str) -> String {
        format!("/api/v1/namespaces/{}/{plural}?fieldSelector=metadata.name%3D{name}&", self.namespace)
    }

    /// Follows the Secret and the ConfigMap until `stop`.
    pub fn follow(&self, stop: &CancellationToken) -> Holdings {
        let connector = Arc::new(self.connector());
        Holdings {
            remotes: k8s::follow(connector.clone(), self.path("secrets", REMOTES), stop.clone()),
            settings: k8s::follow(connector, self.path("configmaps", SETTINGS), stop.clone()),
        }
    }

    /// This cluster alone: what is known before anybody has been asked.
    pub fn alone(&self) -> Registry {
        self.registry(None, None)
    }

    /// The registry that these objects make. Whatever is wrong with a key stands in [`Registry::problems`].
    pub fn registry(&self, remotes: Option<&SecretObject>, settings: Option<&ConfigMap>) -> Registry {
        let mut found = Found { candidates: vec![self.candidate()], ..Found::default() };
        let text = settings.and_then(|s| s.data.as_ref()).and_then(|data| data.get(MESH_KEY));
        if let Some(text) = text {
            self.settings(text, &mut found);
        }
        let keys = remotes.and_then(|s| s.data.as_ref()).into_iter().flatten();
        found.candidates.extend(keys.map(|(key, value)| remote(key, &value.0)));
        // settings of a cluster whose key has not come yet are none of anybody's business
        let keys: BTreeSet<&str> = found.candidates.iter().map(|c| c.id.as_str()).collect();
        let rest = found.broken.as_mut().map(|broken| &mut broken.rest.clusters);
        for clusters in [&mut found.mesh.clusters].into_iter().chain(rest) {
            clusters.retain(|id, _| keys.contains(id.as_str()));
        }
        let options = ReadOptions { primary: Some(self.id.clone()), trust: Trust::Sanitised };
        let mut registry = Registry::of(Path::new(REMOTES), found, &options);
        for entry in &mut registry.entries {
            entry.system_namespace = self.namespace.clone();
        }
        registry.system_namespace = self.namespace.clone();
        registry
    }

    fn settings(&self, text: &str, found: &mut Found) {
        let worded = |reason| format!("the key {MESH_KEY} of the ConfigMap {}/{SETTINGS}: {reason}", self.namespace);
        found.take_mesh(mesh_file::parse(text.as_bytes()), worded);
        if let Some(other) = found.mesh.primary.take().filter(|p| p != self.id.as_str()) {
            let reason = format!("its primary is {}, and this pilot runs in {}", shown(&other), self.id);
            found.problem(Path::new(mesh_file::NAME), worded(reason));
        }
    }

    fn candidate(&self) -> Candidate {
        let server = self.server();
        let fingerprint = xxhash_rust::xxh3::xxh3_128(server.as_bytes());
        let source = Source::live(self.kubeconfig(), server.clone(), Trust::Sanitised);
        Candidate {
            id: self.id.to_string(),
            file: OWN_FILE.into(),
            named: None,
            mark: Mark::None,
            source: Ok(Good { source, fingerprint, same: server }),
        }
    }

    fn server(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        format!("https://{host}:{}", self.port)
    }

    /// A kubeconfig of files: kube reads the token again each minute, and the CA with each new client.
    fn kubeconfig(&self) -> Kubeconfig {
        let name = || self.id.to_string();
        let other = Default::default;
        let file = |file: &str| Some(self.account.join(file).to_string_lossy().into_owned());
        let cluster =
            Cluster { server: Some(self.server()), certificate_authority: file("ca.crt"), ..Cluster::default() };
        let user = AuthInfo { token_file: file("token"), ..AuthInfo::default() };
        let context = Context { cluster: name(), user: Some(name()), ..Context::default() };
        Kubeconfig {
            clusters: vec![NamedCluster { name: name(), cluster: Some(cluster), other: other() }],
            auth_infos: vec![NamedAuthInfo { name: name(), auth_info: Some(user), other: other() }],
            contexts: vec![NamedContext { name: name(), context: Some(context), other: other() }],
            current_context: Some(name()),
            ..Kubeconfig::default()
        }
    }

    /// The registry as it changes: the first value comes once Secret and ConfigMap have been read. A key that breaks keeps
    /// its cluster's last good entry; a Secret that is gone, or may not be read any more, keeps all.
    pub fn registries(&self, mut holdings: Holdings, stop: CancellationToken) -> mpsc::Receiver<Registry> {
        let (out, registries) = mpsc::channel(1);
        let own = self.clone();
        tokio::spawn(async move {
            let follow = async {
                let mut last: Option<Registry> = None;
                let mut kept: Option<SecretObject> = None;
                loop {
                    if let Some(registry) = own.now(&mut holdings, &mut kept, last.as_ref()) {
                        last = Some(registry.clone());
                        if out.send(registry).await.is_err() {
                            return;
                        }
                    }
                    let Holdings { remotes, settings } = &mut holdings;
                    let changed = tokio::select! {
                        changed = remotes.changed() => changed,
                        changed = settings.changed() => changed,
                    };
                    if changed.is_err() {
                        return;
                    }
                }
            };
            stop.run_until_cancelled(follow).await;
        });
        registries
    }

    /// The registry as it is now, if everything has been read and it says anything else than `last`.
    fn now(
        &self,
        holdings: &mut Holdings,
        kept: &mut Option<SecretObject>,
        last: Option<&Registry>,
    ) -> Option<Registry> {
        let remotes = holdings.remotes.borrow_and_update().clone();
        let settings = holdings.settings.borrow_and_update().clone();
        if !remotes.synced || !settings.synced {
            return None;
        }
        let there = remotes.objects.get(REMOTES).cloned();
        let gone = there.is_none() && kept.is_some();
        *kept = there.or_else(|| kept.take());
        let mut registry = self.registry(kept.as_ref(), settings.objects.get(SETTINGS));
        if gone {
            let reason =
                format!("the Secret is gone from {}; its clusters keep their last credentials", self.namespace);
            registry.problems.push(Problem { file: REMOTES.into(), reason, install_only: false });
        }
        if let Some(last) = last {
            registry.keep_last_good(last);
            if registry.says() == last.says() {
                return None;
            }
        }
        Some(registry)
    }
}

/// The entry of a key.
fn remote(key: &str, value: &[u8]) -> Candidate {
    let file = Path::new(REMOTES).join(key);
    let options = ReadOptions { trust: Trust::Sanitised, ..ReadOptions::default() };
    let hash = xxhash_rust::xxh3::xxh3_128(value);
    let source = document(value)
        .and_then(|document| live(document, Path::new("/"), hash, &options))
        .map_err(|reason| Problem { file: file.clone(), reason, install_only: false });
    Candidate { id: key.to_owned(), file, named: None, mark: Mark::None, source }
}

fn document(value: &[u8]) -> Result<Value, String> {
    text(value).and_then(|text| yaml::documents(text).map_err(|e| e.redacted())).and_then(only_config)
}

/// Makes clients with a key of the Secret; `None` where it is broken.
pub fn connector_of(kubeconfig: &[u8]) -> Option<Arc<Connector>> {
    remote("", kubeconfig).source.ok()?.source.connector()
}

/// The bearer token of a kubeconfig's current user.
pub fn token_of(kubeconfig: &[u8]) -> Option<Secret<String>> {
    let mut document = document(kubeconfig).ok()?;
    user_of(&mut document)?.get("token")?.as_str().map(|token| Secret::new(token.to_owned()))
}

/// The kubeconfig with another bearer token for its current user, and nothing else changed.
///
/// # Errors
/// The reason, without any value.
pub fn with_token(kubeconfig: &[u8], token: &Secret<String>) -> Result<Secret<Vec<u8>>, String> {
    let mut document = document(kubeconfig)?;
    let user = user_of(&mut document).ok_or("its current user is not among its users")?;
    user.insert("token".into(), token.expose().as_str().into());
    let text = yaml::to_string(&document).map_err(|e| e.redacted())?;
    Ok(Secret::new(text.into_bytes()))
}

/// The current context's user.
fn user_of(document: &mut Value) -> Option<&mut serde_json::Map<String, Value>> {
    let named = |list: &Value, name: &str| {
        list.as_array()?.iter().position(|item| item.get("name").and_then(Value::as_str) == Some(name))
    };
    let current = document.get("current-context")?.as_str()?;
    let context = named(document.get("contexts")?, current)?;
    let user = document.get("contexts")?.get(context)?.get("context")?.get("user")?.as_str()?;
    let at = named(document.get("users")?, user)?;
    document.get_mut("users")?.get_mut(at)?.get_mut("user")?.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::ByteString;

    fn own() -> InCluster {
        InCluster {
            id: ClusterId::parse("gke").unwrap_or_default(),
            namespace: "istio-system".into(),
            host: "fd00::1".into(),
            port: 443,
            account: "/account".into(),
        }
    }

    fn kubeconfig(server: &str, user: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: c, cluster: {{server: {server}}}}}]\n\
             users: [{{name: other, user: {{token: kept}}}}, {{name: u, user: {user}}}]\n\
             contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n"
        )
    }

    fn secret(keys: &[(&str, String)]) -> SecretObject {
        let data = keys.iter().map(|(k, v)| ((*k).to_owned(), ByteString(v.clone().into_bytes()))).collect();
        SecretObject { data: Some(data), ..SecretObject::default() }
    }

    fn settings(text: &str) -> ConfigMap {
        ConfigMap { data: Some([(MESH_KEY.to_owned(), text.to_owned())].into()), ..ConfigMap::default() }
    }

    fn ids(registry: &Registry) -> Vec<String> {
        registry.entries.iter().map(|e| format!("{} {}", e.role, e.id)).collect()
    }

    #[test]
    fn keys_are_clusters_and_this_one_is_the_primary() {
        let good = |n: u8| kubeconfig(&format!("https://10.0.0.{n}"), "{token: canary}");
        let keys = [("a", good(1)), ("b", good(2)), ("gke", good(3)), ("c", "nonsense: [".into()), ("d", good(2))];
        let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nprimary: a\ntrustDomain: example.org\n\
                    clusters: {a: {network: n}, later: {network: m}}\n";
        let registry = own().registry(Some(&secret(&keys)), Some(&settings(mesh)));
        assert_eq!(ids(&registry), ["primary gke", "remote a", "remote b"]);
        assert_eq!(registry.settings().trust_domain, "example.org");
        assert_eq!(
            registry.entry(&ClusterId::parse("a").unwrap_or_default()).map(|e| e.overrides.network.as_str()),
            Some("n")
        );
        let problems: Vec<String> = registry.problems.iter().map(ToString::to_string).collect();
        let has = |words: &[&str]| problems.iter().any(|p| words.iter().all(|w| p.contains(w)));
        assert!(has(&["istio-remote-clusters/c"]) && has(&["istio-remote-clusters/d"]), "{problems:?}");
        assert!(has(&["istio-remote-clusters/gke", "its id gke is already"]), "{problems:?}");
        assert!(has(&["its primary is a", "runs in gke"]), "{problems:?}");
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(!format!("{registry:?}{problems:?}").contains("canary"));
    }

    #[test]
    fn a_mistake_that_only_an_installation_reads_freezes_no_settings() {
        let mesh = |more: &str| settings(&format!("apiVersion: meshctl/v1\nkind: Mesh\n{more}"));
        let last = own().registry(None, Some(&mesh("trustDomain: one.example\n")));
        let mut now = own().registry(None, Some(&mesh("trustDomain: two.example\nimage: {hbu: x}\nprimary: a\n")));
        now.keep_last_good(&last);
        assert_eq!(now.settings().trust_domain, "two.example");
        let problems: Vec<_> = now.problems.iter().map(|p| (p.reason.as_str(), p.install_only)).collect();
        let of = "the key meshctl of the ConfigMap istio-system/istio:";
        let known = format!("{of} image.hbu is no known key; image takes hub, tag, digest, pullSecrets");
        let primary = format!("{of} its primary is a, and this pilot runs in gke");
        assert_eq!(problems, [(known.as_str(), true), (primary.as_str(), false)]);
        assert!(now.settings().unread.is_empty());

        // one that cannot be used says what it said last, or is waited for where that is unknown
        let broken = mesh("trustDomain: '!'\nclusters: {later: {network: m}}\n");
        let fresh = own().registry(None, Some(&broken));
        assert_eq!(fresh.problems.len(), 1, "nobody complains about a key that has not come: {:?}", fresh.problems);
        assert_eq!(fresh.settings().unread, ["mesh.yaml".into()].into());
        let mut kept = fresh.clone();
        kept.keep_last_good(&now);
        assert_eq!((kept.settings().trust_domain, kept.settings().unread.len()), ("two.example".into(), 0));
        let mut still = fresh.clone();
        still.keep_last_good(&fresh);
        assert_eq!(still.settings().unread.len(), 1);
    }

    #[test]
    fn a_key_that_is_broken_from_the_start_is_a_cluster_that_is_waited_for() {
        let keys = |a: String| secret(&[("a", a), ("b", kubeconfig("https://10.0.0.2", "{}"))]);
        let fresh = own().registry(Some(&keys("kind: [".into())), None);
        assert_eq!(ids(&fresh), ["primary gke", "remote b"]);
        let known =
            |registry: &Registry| registry.settings().clusters.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(known(&fresh), ["a", "b", "gke"]);
        // one that breaks later keeps its entry, and is not waited for
        let last = own().registry(Some(&keys(kubeconfig("https://10.0.0.1", "{}"))), None);
        let mut now = fresh.clone();
        now.keep_last_good(&last);
        assert_eq!((ids(&now).len(), now.unread.len()), (3, 0));
        // and one that leaves is waited for no longer
        let mut gone = own().registry(Some(&secret(&[("b", kubeconfig("https://10.0.0.2", "{}"))])), None);
        gone.keep_last_good(&fresh);
        assert_eq!(known(&gone), ["b", "gke"]);
    }

    #[test]
    fn what_runs_or_reads_is_refused_by_its_field() {
        for (user, field) in [
            ("{exec: {apiVersion: client.authentication.k8s.io/v1, command: /canary}}", "exec"),
            ("{tokenFile: /etc/canary}", "tokenFile"),
            ("{client-key: /etc/canary}", "client-key"),
        ] {
            let registry = own().registry(Some(&secret(&[("a", kubeconfig("https://h", user))])), None);
            assert_eq!(ids(&registry), ["primary gke"]);
            let problem = registry.problems[0].to_string();
            assert!(
                problem.contains(&format!("its field {field} is refused")) && !problem.contains("canary"),
                "{problem}"
            );
        }
    }

    #[test]
    fn a_token_is_replaced_and_nothing_else() {
        let before = kubeconfig("https://h", "{token: old, username: x}");
        let new = Secret::new("new".to_owned());
        let Ok(after) = with_token(before.as_bytes(), &new) else { panic!("replaced") };
        assert_eq!(token_of(after.expose()), Some(new));
        let read = |bytes: &[u8]| document(bytes).unwrap_or_default();
        let mut expected = read(before.as_bytes());
        expected["users"][1]["user"]["token"] = "new".into();
        assert_eq!(read(after.expose()), expected);
        assert!(token_of(kubeconfig("https://h", "{}").as_bytes()).is_none());
        assert!(with_token(b"kind: Config", &Secret::new(String::new())).is_err());
    }
}
