//! A real Envoy that asks discovery, and what its admin pages say.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use meshctl::adapters::serve::TlsFiles;
use serde_json::{Value, json};

use super::backends::page;
use super::{Mode, eventually};
use crate::envoy::Running;

/// An Envoy of a pod in `default` of gke. Without iptables, unless it is told otherwise: its listeners bind their ports on
/// loopback.
pub(super) struct Proxy {
    running: Running,
    admin: SocketAddr,
    /// As `/debug/syncz` names it.
    pub(super) id: String,
}

/// Resources by name, each with its version.
pub(super) type Versions = BTreeMap<String, String>;

impl Proxy {
    /// Starts an Envoy and waits until it has taken its first configuration.
    pub(super) fn start(envoy: &Path, mode: Mode, pod: &str, xds: SocketAddr, home: &Path) -> Self {
        Self::with_listeners(envoy, mode, pod, xds, home, json!([]))
    }

    /// The same with listeners of its own.
    pub(super) fn with_listeners(
        envoy: &Path,
        mode: Mode,
        pod: &str,
        xds: SocketAddr,
        home: &Path,
        own: Value,
    ) -> Self {
        Self::launch(envoy, bootstrap(mode, pod, xds, own), pod, home, &[])
    }

    /// The same as [`Proxy::start`], of an Envoy that was built without an extension (`CATEGORY/NAME`).
    pub(super) fn without(envoy: &Path, mode: Mode, pod: &str, xds: SocketAddr, home: &Path, extension: &str) -> Self {
        Self::launch(envoy, bootstrap(mode, pod, xds, json!([])), pod, home, &["--disable-extensions", extension])
    }

    /// The same as [`Proxy::start`] with iptables, so to speak: nothing leads calls to it, but its listeners are those of every
    /// injected pod.
    pub(super) fn redirected(envoy: &Path, mode: Mode, pod: &str, xds: SocketAddr, home: &Path) -> Self {
        let mut bootstrap = bootstrap(mode, pod, xds, json!([]));
        bootstrap["node"]["metadata"].as_object_mut().unwrap().remove("INTERCEPTION_MODE").unwrap();
        Self::launch(envoy, bootstrap, pod, home, &[])
    }

    /// The same as [`Proxy::redirected`], which shows discovery this certificate and wants one of the same root from it.
    pub(super) fn over_tls(
        envoy: &Path,
        mode: Mode,
        pod: &str,
        xds: SocketAddr,
        home: &Path,
        files: &TlsFiles,
    ) -> Self {
        let mut bootstrap = bootstrap(mode, pod, xds, json!([]));
        bootstrap["node"]["metadata"].as_object_mut().unwrap().remove("INTERCEPTION_MODE").unwrap();
        bootstrap["static_resources"]["clusters"][0]["transport_socket"] = json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                "common_tls_context": {
                    "alpn_protocols": ["h2"],
                    "tls_certificates": [
                        {"certificate_chain": {"filename": files.certificate}, "private_key": {"filename": files.key}},
                    ],
                    "validation_context": {
                        "trusted_ca": {"filename": files.root},
                        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "localhost"}}],
                    },
                },
            },
        });
        Self::launch(envoy, bootstrap, pod, home, &[])
    }

    fn launch(envoy: &Path, bootstrap: Value, pod: &str, home: &Path, arguments: &[&str]) -> Self {
        let boot = home.join(format!("{pod}.json"));
        std::fs::write(&boot, bootstrap.to_string()).unwrap();
        let admin_file: PathBuf = home.join(format!("{pod}.admin"));
        let file = admin_file.to_string_lossy().into_owned();
        let arguments = [&["--admin-address-path", file.as_str()], arguments].concat();
        let running = Running::start(envoy, &boot, &arguments);
        let admin = eventually("Envoy's admin page", || {
            let text = std::fs::read_to_string(&admin_file).map_err(|e| format!("{e}\n{}", running.log()))?;
            text.trim().parse().map_err(|e| format!("{text:?}: {e}"))
        });
        let proxy = Self { running, admin, id: format!("{pod}.default") };
        eventually("Envoy is ready", || match page(proxy.admin, "/ready") {
            Ok((200, _)) => Ok(()),
            other => Err(format!("{other:?}\n{}", proxy.running.log())),
        });
        proxy
    }

    /// Where its admin pages are.
    pub(super) fn admin(&self) -> SocketAddr {
        self.admin
    }

    fn page(&self, path: &str) -> String {
        let (status, body) = page(self.admin, path).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The statistics whose names hold `part`.
    pub(super) fn stats(&self, part: &str) -> BTreeMap<String, u64> {
        let of = |line: &str| line.rsplit_once(": ").and_then(|(name, n)| Some((name.to_owned(), n.parse().ok()?)));
        self.page(&format!("/stats?filter={part}")).lines().filter_map(of).collect()
    }

    /// One statistic.
    pub(super) fn stat(&self, name: &str) -> u64 {
        self.stats(name).get(name).copied().unwrap_or_else(|| panic!("no statistic {name}"))
    }

    /// What it holds.
    pub(super) fn dump(&self) -> Dump {
        Dump(serde_json::from_str(&self.page("/config_dump?include_eds")).unwrap())
    }

    /// Nothing was ever rejected.
    #[track_caller]
    pub(super) fn rejected_nothing(&self) {
        let rejected = self.stats("update_rejected");
        for manager in ["cluster_manager.cds.update_rejected", "listener_manager.lds.update_rejected"] {
            assert!(rejected.contains_key(manager), "{rejected:?}");
        }
        let bad: Vec<_> = rejected.iter().filter(|(_, n)| **n > 0).collect();
        assert!(bad.is_empty(), "{bad:?}\n{}", self.running.log());
    }

    /// The addresses that it has of a cluster, as `IP:PORT`.
    pub(super) fn endpoints(&self, cluster: &str) -> BTreeSet<String> {
        self.dump().endpoints().remove(cluster).unwrap_or_default()
    }

    /// Sends its process a signal.
    pub(super) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.running.id().to_string()).status().unwrap();
        assert!(sent.success());
    }
}

fn bootstrap(mode: Mode, pod: &str, xds: SocketAddr, listeners: Value) -> Value {
    let api_type = match mode {
        Mode::Delta => "DELTA_GRPC",
        Mode::Sotw => "GRPC",
    };
    let socket =
        |address: SocketAddr| json!({"socket_address": {"address": address.ip(), "port_value": address.port()}});
    let soon = json!({"retry_back_off": {"base_interval": "0.05s", "max_interval": "0.5s"}});
    let http2 = json!({
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    });
    let endpoint = json!({"endpoint": {"address": socket(xds)}});
    json!({
        "node": {
            "id": format!("sidecar~127.0.9.9~{pod}.default~default.svc.cluster.local"),
            "cluster": format!("{pod}.default"),
            "metadata": {"CLUSTER_ID": "gke", "NAMESPACE": "default", "INTERCEPTION_MODE": "NONE"},
        },
        "admin": {"address": socket("127.0.0.1:0".parse().unwrap())},
        "dynamic_resources": {
            "ads_config": {
                "api_type": api_type, "transport_api_version": "V3", "set_node_on_first_message_only": true,
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds", "retry_policy": soon}}],
            },
            "cds_config": {"ads": {}, "resource_api_version": "V3"},
            "lds_config": {"ads": {}, "resource_api_version": "V3"},
        },
        "static_resources": {
            "listeners": listeners,
            "clusters": [{
                "name": "xds", "type": "STATIC", "connect_timeout": "1s",
                "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2},
                "load_assignment": {"cluster_name": "xds", "endpoints": [{"lb_endpoints": [endpoint]}]},
            }],
        },
    })
}

/// A config dump: Envoy's, or discovery's of a proxy.
pub(super) struct Dump(pub(super) Value);

impl Dump {
    fn section(&self, name: &str) -> impl Iterator<Item = &Value> {
        let sections = self.0["configs"].as_array().unwrap().iter();
        sections.filter_map(move |s| s[name].as_array()).flatten()
    }

    /// The clusters in use.
    pub(super) fn clusters(&self) -> Versions {
        versions(self.section("dynamic_active_clusters"), "/cluster/name", "/version_info")
    }

    /// A cluster in use.
    pub(super) fn cluster(&self, name: &str) -> Value {
        let mut clusters = self.section("dynamic_active_clusters").map(|c| &c["cluster"]);
        clusters.find(|c| c["name"] == name).cloned().unwrap_or_default()
    }

    /// The listeners in use.
    pub(super) fn listeners(&self) -> Versions {
        versions(self.section("dynamic_listeners"), "/active_state/listener/name", "/active_state/version_info")
    }

    /// The routes in use.
    pub(super) fn routes(&self) -> Versions {
        versions(self.section("dynamic_route_configs"), "/route_config/name", "/version_info")
    }

    /// The addresses of every set of endpoints that discovery gives.
    pub(super) fn endpoints(&self) -> BTreeMap<String, BTreeSet<String>> {
        let sets = self.section("dynamic_endpoint_configs").map(|c| &c["endpoint_config"]);
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let of = |set: &Value| {
            let all = list(&set["endpoints"]).into_iter().flat_map(move |group| list(&group["lb_endpoints"]));
            let socket = all.map(|e| e["endpoint"]["address"]["socket_address"].clone());
            let text = |s: Value| format!("{}:{}", s["address"].as_str().unwrap_or_default(), s["port_value"]);
            (set["cluster_name"].as_str().unwrap_or_default().to_owned(), socket.map(text).collect())
        };
        sets.map(of).collect()
    }
}

fn versions<'a>(elements: impl Iterator<Item = &'a Value>, name: &str, version: &str) -> Versions {
    let text =
        |element: &Value, path: &str| element.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    elements.map(|e| (text(e, name), text(e, version))).filter(|(name, _)| !name.is_empty()).collect()
}
