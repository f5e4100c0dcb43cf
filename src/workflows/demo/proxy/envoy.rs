//! A real Envoy, as a child process.
#![expect(clippy::disallowed_methods, reason = "the demo starts an Envoy, which is another program")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::ProxyError;
use crate::adapters::files;
use crate::workflows::demo::story;

/// How long it may take until it says where its admin address is.
const DEADLINE: Duration = Duration::from_secs(15);
/// How often it is looked for.
const PAUSE: Duration = Duration::from_millis(10);
/// A longer log is left alone, in bytes.
const MAX_LOG: u64 = 1 << 20;
/// No address is longer, in bytes.
const MAX_ADDRESS: u64 = 256;

/// A running Envoy. It is killed with the value, and waited for by [`Envoy::end`].
pub(in crate::workflows::demo) struct Envoy {
    child: Child,
    log: PathBuf,
    /// Whether the log stays when the demo ends.
    kept: bool,
    /// The program.
    pub(super) program: PathBuf,
    /// Its admin address.
    pub(super) admin: SocketAddr,
}

impl Envoy {
    pub(super) async fn start(program: &Path, pilot: SocketAddr, dir: &Path, kept: bool) -> Result<Self, ProxyError> {
        let (config, address, log) = (dir.join("bootstrap.json"), dir.join("admin-address"), dir.join("envoy.log"));
        files::remove_file(&address)?;
        files::remove_file(&log)?;
        files::write_public(&config, bootstrap(pilot).to_string().as_bytes())?;
        let failed = |why: String| ProxyError::Start { envoy: program.to_owned(), why };
        let child = Command::new(program)
            .args(["--use-dynamic-base-id", "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"])
            .arg("--log-path")
            .arg(&log)
            .arg("--admin-address-path")
            .arg(&address)
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        let mut envoy =
            Self { child, log, kept, program: program.to_owned(), admin: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let found = tokio::time::timeout(DEADLINE, envoy.admin_address(&address)).await;
        match found {
            Ok(Ok(admin)) => envoy.admin = admin,
            Ok(Err(e)) => return Err(e),
            Err(_) => return Err(ProxyError::Late { envoy: envoy.program.clone(), seconds: DEADLINE.as_secs() }),
        }
        Ok(envoy)
    }

    /// Where its admin address is, once it has written it.
    async fn admin_address(&mut self, file: &Path) -> Result<SocketAddr, ProxyError> {
        loop {
            self.lives()?;
            let text = files::read_capped_if_there(file, MAX_ADDRESS)?.unwrap_or_default();
            if let Ok(address) = String::from_utf8_lossy(&text).trim().parse() {
                return Ok(address);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether it still runs.
    pub(super) fn lives(&mut self) -> Result<(), ProxyError> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(ProxyError::Ended {
                envoy: self.program.clone(),
                status: status.to_string(),
                said: last_line(&self.log),
                log: self.kept.then(|| self.log.clone()).filter(|log| files::is_file(log)),
            }),
            Err(e) => Err(ProxyError::Start { envoy: self.program.clone(), why: e.to_string() }),
        }
    }

    pub(super) async fn end(mut self) {
        // one that is gone already needs no more
        let _ = self.child.kill().await;
    }
}

/// What a log ends with, as a part of a sentence; a log may go before anybody can look into it.
fn last_line(log: &Path) -> String {
    let text = files::read_capped_if_there(log, MAX_LOG).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    match text.lines().map(str::trim).rfind(|line| !line.is_empty()) {
        Some(line) => format!(", its last words: {}", line.chars().take(300).collect::<String>()),
        None => " without a word".to_owned(),
    }
}

/// The bootstrap of productpage's sidecar, without listeners: 15001 and 15006 are no ports to open on a laptop.
fn bootstrap(pilot: SocketAddr) -> Value {
    let address = |ip: String, port: u16| json!({"socket_address": {"address": ip, "port_value": port}});
    let http2 = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    json!({
        "node": {"id": story::NODE, "cluster": "productpage.istio-system", "metadata": {"CLUSTER_ID": story::CLUSTERS[0]}},
        "admin": {"address": address("127.0.0.1".to_owned(), 0)},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "set_node_on_first_message_only": true,
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds"}}],
            },
            "cds_config": {"ads": {}, "resource_api_version": "V3"},
        },
        "static_resources": {"clusters": [{
            "name": "xds",
            "type": "STATIC",
            "connect_timeout": "1s",
            "typed_extension_protocol_options": {
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": http2,
                    "explicit_http_config": {"http2_protocol_options": {}},
                },
            },
            "load_assignment": {"cluster_name": "xds", "endpoints": [{"lb_endpoints": [
                {"endpoint": {"address": address(pilot.ip().to_string(), pilot.port())}},
            ]}]},
        }]},
    })
}
