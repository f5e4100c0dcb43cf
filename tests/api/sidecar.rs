//! A real Envoy that takes its configuration from discovery, and what its admin pages say. It forwards nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use crate::pilot::{LONG, get};
use crate::supervisor::Supervised;
use crate::wait::eventually;

/// A running Envoy.
pub struct Sidecar {
    admin: SocketAddr,
    _running: Supervised,
    _folder: tempfile::TempDir,
}

/// What Envoy counts for one cluster: how many endpoints it has, and how often that set has changed since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Members {
    pub total: u64,
    pub changes: u64,
}

impl Sidecar {
    /// Starts the newest Envoy that is here, with delta xDS from `xds`, as a pod of gke. `None`, with a line that says so, where
    /// there is no Envoy; a failure with `MESHCTL_TESTS=require`.
    pub async fn start(xds: SocketAddr, namespace: &str) -> Option<Self> {
        let envoy = crate::envoy::envoys().into_iter().next()?;
        let folder = tempfile::Builder::new().prefix("meshctl-envoy-").tempdir().unwrap();
        std::fs::write(folder.path().join("boot.json"), bootstrap(xds, namespace).to_string()).unwrap();
        let args =
            "--use-dynamic-base-id --disable-hot-restart --concurrency 1 -c boot.json --admin-address-path admin";
        let args: Vec<String> = args.split(' ').map(str::to_owned).collect();
        let log = folder.path().join("log");
        let running = Supervised::start(Path::new(&envoy), &args, folder.path(), &log).unwrap();
        let admin = eventually("Envoy's admin page", LONG, async || {
            let text = std::fs::read_to_string(folder.path().join("admin")).map_err(|e| e.to_string())?;
            text.trim().parse::<SocketAddr>().map_err(|e| format!("{text:?}: {e}"))
        })
        .await;
        let sidecar = Self { admin, _running: running, _folder: folder };
        eventually("Envoy is ready", LONG, || get(sidecar.admin, "/ready")).await;
        Some(sidecar)
    }

    /// The groups of endpoints of a host's port 9080: locality `region/zone` → addresses. `None`: it has no such cluster.
    pub async fn endpoints(&self, host: &str) -> Option<BTreeMap<String, Vec<String>>> {
        let dump: Value = serde_json::from_str(&get(self.admin, "/config_dump?include_eds").await.unwrap()).unwrap();
        let sections = dump["configs"].as_array().unwrap().iter();
        let mut sets = sections.filter_map(|s| s["dynamic_endpoint_configs"].as_array()).flatten();
        let name = cluster(host);
        let set = sets.find(|s| s["endpoint_config"]["cluster_name"] == name)?;
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
        for group in list(&set["endpoint_config"]["endpoints"]) {
            let part = |name: &str| group["locality"][name].as_str().unwrap_or_default().to_owned();
            let addresses = groups.entry(format!("{}/{}", part("region"), part("zone"))).or_default();
            for endpoint in list(&group["lb_endpoints"]) {
                let address = &endpoint["endpoint"]["address"]["socket_address"]["address"];
                addresses.push(address.as_str().unwrap_or_default().to_owned());
            }
        }
        Some(groups)
    }

    /// All addresses of a host's port 9080, sorted.
    pub async fn addresses(&self, host: &str) -> Vec<String> {
        let mut all: Vec<String> = self.endpoints(host).await.unwrap_or_default().into_values().flatten().collect();
        all.sort();
        all
    }

    /// Waits until it has these addresses.
    pub async fn has(&self, host: &str, addresses: &[&str]) {
        eventually(&format!("Envoy has {host} at {addresses:?}"), LONG, async || match self.addresses(host).await {
            found if found == addresses => Ok(()),
            found => Err(format!("{found:?}")),
        })
        .await;
    }

    /// What it counts for a host's port 9080.
    pub async fn members(&self, host: &str) -> Members {
        let (filter, name) = (host.split('.').nth(1).unwrap(), cluster(host));
        let text = get(self.admin, &format!("/stats?filter={filter}.*membership")).await.unwrap();
        let stat = |what: &str| {
            let line = text.lines().find_map(|l| l.strip_prefix(&format!("cluster.{name};.{what}: ")));
            line.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("Envoy counts no {what} of {name}"))
        };
        Members { total: stat("membership_total"), changes: stat("membership_change") }
    }

    /// A statistic; 0 where there is none.
    pub async fn stat(&self, name: &str) -> u64 {
        let text = get(self.admin, &format!("/stats?filter={name}")).await.unwrap();
        let line = text.lines().find_map(|l| l.strip_prefix(&format!("{name}: ")));
        line.and_then(|n| n.parse().ok()).unwrap_or_default()
    }

    /// The whole dump, as text.
    pub async fn dump(&self) -> String {
        get(self.admin, "/config_dump").await.unwrap()
    }

    /// It has taken everything that it was sent.
    pub async fn rejected_nothing(&self) {
        let text = get(self.admin, "/stats?filter=update_rejected").await.unwrap();
        let rejected: Vec<&str> = text.lines().filter(|l| !l.ends_with(": 0")).collect();
        assert!(text.contains("cluster_manager.cds.update_rejected") && rejected.is_empty(), "{rejected:?}");
    }
}

fn cluster(host: &str) -> String {
    format!("outbound|9080||{host}")
}

fn bootstrap(xds: SocketAddr, namespace: &str) -> Value {
    let socket = |at: SocketAddr| json!({"socket_address": {"address": at.ip(), "port_value": at.port()}});
    let soon = json!({"retry_back_off": {"base_interval": "0.05s", "max_interval": "0.5s"}});
    let http2 = json!({"@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}}});
    json!({
        "node": {
            "id": format!("sidecar~10.1.9.9~client.{namespace}~{namespace}.svc.cluster.local"),
            "cluster": format!("client.{namespace}"),
            "metadata": {"CLUSTER_ID": "gke", "NAMESPACE": namespace},
        },
        "admin": {"address": socket(SocketAddr::from(([127, 0, 0, 1], 0)))},
        "dynamic_resources": {
            "ads_config": {"api_type": "DELTA_GRPC", "transport_api_version": "V3", "set_node_on_first_message_only": true,
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds", "retry_policy": soon}}]},
            "cds_config": {"ads": {}, "resource_api_version": "V3"},
            // they bind no port: their connections would come by iptables
            "lds_config": {"ads": {}, "resource_api_version": "V3"},
        },
        "static_resources": {"clusters": [{
            "name": "xds", "type": "STATIC", "connect_timeout": "1s",
            "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2},
            "load_assignment": {"cluster_name": "xds", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": socket(xds)}}]}]},
        }]},
    })
}
