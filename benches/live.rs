//! What discovery costs between two real API servers and a real Envoy: from a write to Envoy's answer, memory and CPU of a
//! process with a hundred proxies, how long `proxy-status` takes with them, how long a look into a large Envoy takes, and the
//! time from its start until it serves.
//! `cargo bench --bench live`.
//!
//! It starts its own clusters. Where the programs are missing it says so and ends well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, unreachable_pub, dead_code, missing_docs)]

#[path = "../tests/kube/assets.rs"]
mod assets;
#[path = "../tests/api/cluster.rs"]
mod cluster;
#[path = "../tests/it/envoy.rs"]
mod envoy;
#[path = "live/inspect.rs"]
mod inspect;
#[path = "../tests/kube/kubeconfig.rs"]
mod kubeconfig;
#[path = "live/latency.rs"]
mod latency;
#[path = "live/objects.rs"]
mod objects;
#[path = "../tests/api/pilot.rs"]
mod pilot;
#[path = "../tests/kube/pki.rs"]
mod pki;
#[path = "../tests/it/pods.rs"]
mod pods;
#[path = "live/process.rs"]
mod process;
#[path = "live/proxies.rs"]
mod proxies;
#[path = "../tests/api/proxy.rs"]
mod proxy;
#[path = "live/serving.rs"]
mod serving;
#[path = "../tests/api/sidecar.rs"]
mod sidecar;
#[path = "live/status.rs"]
mod status;
#[path = "../tests/api/supervisor.rs"]
mod supervisor;
#[path = "../tests/kube/wait.rs"]
mod wait;

use std::time::{Duration, Instant};

use cluster::{Assets, Cluster, Settings};

/// What is in each cluster.
pub const SERVICES: usize = 1000;
/// Endpoints of each service.
pub const ENDPOINTS: usize = 10;

fn main() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let assets = match Assets::find(&["etcd", "kube-apiserver"]) {
        Ok(assets) => assets,
        Err(why) => return println!("skip: {why}"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&assets));
}

async fn run(assets: &Assets) {
    // `cargo bench --bench live -- serving` runs one part of it
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    if wanted("inspect") {
        inspect::run().await;
    }
    // it alone needs no clusters
    if parts == ["inspect"] {
        return;
    }
    let advertised = "192.0.2.1";
    let gke = Settings { name: "gke", services: "10.96.0.0/16", advertised, covered: advertised, controllers: false };
    let advertised = "192.0.2.2";
    let on_prem =
        Settings { name: "on-prem", services: "10.97.0.0/16", advertised, covered: advertised, ..gke.clone() };
    let start = Instant::now();
    let (gke, on_prem) = tokio::join!(Cluster::start_new(gke, assets), Cluster::start_new(on_prem, assets));
    let (gke, on_prem) = (gke.unwrap(), on_prem.unwrap());
    tokio::join!(objects::fill(&gke, 10), objects::fill(&on_prem, 20));
    println!(
        "two API servers, {SERVICES} services x {ENDPOINTS} endpoints in each, after {:.1?}; {} of meshctl",
        start.elapsed(),
        if cfg!(debug_assertions) { "a dev build" } else { "a release build" }
    );
    if wanted("latency") {
        latency::run(&gke).await;
    }
    if wanted("proxies") {
        proxies::run(&gke).await;
    }
    if wanted("status") {
        status::run(&gke).await;
    }
    if wanted("serving") {
        serving::run(&gke, &on_prem).await;
    }
}

/// Of sorted times, the one below which so many of a hundred are.
pub fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort();
    times[(times.len() * of_hundred / 100).min(times.len() - 1)]
}

/// Milliseconds, for people.
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Whether a figure is reached.
pub fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}
