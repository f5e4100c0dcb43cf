//! `meshctl proxy-config clusters` with a filter, of a live Envoy with thousands of clusters: as a process, from its start to its
//! end. By port-forward the API server is a scripted one on this machine, so what a network adds is not in it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::envoy::{Running, envoys};
use crate::pilot::get;
use crate::pods::Pods;
use crate::wait::eventually;
use crate::{ms, percentile, verdict};

/// What the Envoy holds.
const CLUSTERS: usize = 5_000;
const RUNS: usize = 31;
/// What the figure allows.
const GOAL: Duration = Duration::from_millis(100);
/// How long Envoy may take to start.
const LONG: Duration = Duration::from_secs(60);

pub async fn run() {
    let Some(binary) = envoys().into_iter().next() else { return };
    let home = tempfile::Builder::new().prefix("meshctl-bench-").tempdir().unwrap();
    let (_envoy, admin) = start(&binary, home.path()).await;
    // it brings a runtime of its own, which starts and ends outside of this one
    let pods = tokio::task::block_in_place(Pods::start);
    pods.registry(&home.path().join("kubeconf"));
    pods.pod("default", "web-1", "web");
    pods.port("default/web-1", 15000, admin);

    let host = host(CLUSTERS / 2);
    // it takes seconds
    let whole = page(admin, "/config_dump", 3).await;
    let regex = host.replace('.', "%5C.");
    let path = format!("/config_dump?name_regex=(.*%5C%7C)%3F{regex}&mask=dynamic_active_clusters");
    let part = page(admin, &path, RUNS).await;
    println!(
        "proxy-config clusters --fqdn of an Envoy with {CLUSTERS} clusters, median of {RUNS}; Envoy's own page of it takes {}, \
         its whole dump {}",
        ms(part),
        ms(whole)
    );
    let admin = admin.to_string();
    case("by port-forward", &["main/default/web-1", "--fqdn", &host], home.path(), 1, part);
    case("at its admin address", &["--admin", &admin, "--fqdn", &host], home.path(), 1, part);
    let some = (0..CLUSTERS).filter(|number| number.to_string().starts_with("42")).count();
    case("by port-forward, a glob", &["main/default/web-1", "--fqdn", "svc-42*"], home.path(), some, part);
    tokio::task::block_in_place(|| drop(pods));
}

fn host(number: usize) -> String {
    format!("svc-{number}.bench.svc.cluster.local")
}

/// An Envoy whose clusters come from a file, as many and as large as those that discovery gives.
async fn start(binary: &Path, home: &Path) -> (Running, SocketAddr) {
    let cluster = |number: usize| {
        let host = host(number);
        let name = format!("outbound|9080||{host}");
        json!({
            "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            "name": name, "type": "STATIC", "connect_timeout": "10s", "alt_stat_name": format!("{name};"),
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": {"address":
                {"socket_address": {"address": format!("10.{}.{}.1", number / 250, number % 250), "port_value": 9080}}}}]}]},
            "metadata": {"filter_metadata": {"istio": {"services": [{"host": host, "name": format!("svc-{number}"), "namespace": "bench"}]}}},
        })
    };
    let all: Vec<Value> = (0..CLUSTERS).map(cluster).collect();
    let (cds, boot, file) = (home.join("cds.json"), home.join("boot.json"), home.join("admin"));
    std::fs::write(&cds, json!({"resources": all}).to_string()).unwrap();
    let bootstrap = json!({
        "node": {"id": "sidecar~10.0.0.1~web-1.default~default.svc.cluster.local", "cluster": "web"},
        "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
        "dynamic_resources": {"cds_config": {"path_config_source": {"path": cds}}},
    });
    std::fs::write(&boot, bootstrap.to_string()).unwrap();
    let running = Running::start(binary, &boot, &["--admin-address-path", &file.display().to_string()]);
    let admin: SocketAddr = eventually("Envoy's admin page", LONG, async || {
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{e}\n{}", running.log()))?;
        text.trim().parse().map_err(|e| format!("{text:?}: {e}"))
    })
    .await;
    eventually("Envoy has all clusters", LONG, async || {
        let text = get(admin, "/stats?filter=cluster_manager.active_clusters").await?;
        let active = text.trim().rsplit_once(": ").and_then(|(_, n)| n.parse::<usize>().ok()).unwrap_or_default();
        if active >= CLUSTERS { Ok(()) } else { Err(format!("{active} clusters\n{}", running.log())) }
    })
    .await;
    (running, admin)
}

/// How long one of Envoy's pages takes alone.
async fn page(admin: SocketAddr, path: &str, runs: usize) -> Duration {
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        assert!(!get(admin, path).await.unwrap().is_empty());
        times.push(start.elapsed());
    }
    percentile(&mut times, 50)
}

fn case(what: &str, args: &[&str], home: &Path, clusters: usize, page: Duration) {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
        command.args(["proxy-config", "clusters", "-o", "name"]).args(args).current_dir(home).env("HOME", home);
        for name in ["KUBECONFIG", "PILOT_URL", "MESHCTL_REGISTRY"] {
            command.env_remove(name);
        }
        let start = Instant::now();
        let out = tokio::task::block_in_place(|| command.stdin(Stdio::null()).output().unwrap());
        times.push(start.elapsed());
        let said = String::from_utf8_lossy(&out.stdout);
        assert_eq!(said.lines().count(), clusters, "{}", String::from_utf8_lossy(&out.stderr));
    }
    let time = percentile(&mut times, 50);
    println!(
        "  {what}, {clusters} clusters: {} ({:.2}x the {} of Envoy's page alone), of {}: {} ({:.2}x)",
        ms(time),
        time.as_secs_f64() / page.as_secs_f64(),
        ms(page),
        ms(GOAL),
        verdict(time <= GOAL),
        time.as_secs_f64() / GOAL.as_secs_f64(),
    );
}
