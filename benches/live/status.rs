//! `meshctl proxy-status` of a hundred proxies that two pilots serve: as a process, from its start to its end. By port-forward the
//! API server is a scripted one on this machine, so what a network adds is not in it; at a URL one pilot is asked for its half.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::cluster::Cluster;
use crate::pods::Pods;
use crate::process::{Process, configure, connect, registry};
use crate::{ENDPOINTS, SERVICES, ms, percentile, verdict};

const PROXIES: usize = 100;
const RUNS: usize = 15;
/// What the figure allows.
const GOAL: Duration = Duration::from_millis(500);

pub async fn run(cluster: &Cluster) {
    let folder = registry(&[("gke.yaml", cluster.kubeconfig())]);
    let pilots = [(); 2].map(|()| Process::start(folder.path()));
    let addresses = pilots.each_ref().map(|p| p.addresses["grpc"]);
    let each = futures::stream::iter(0..PROXIES).map(|number| async move {
        let mut client = connect(addresses[number % 2], number).await;
        configure(&mut client, SERVICES, ENDPOINTS).await;
        client
    });
    let clients: Vec<_> = each.buffer_unordered(4).collect().await;
    let http = pilots.each_ref().map(|p| p.addresses["http"]);
    let live = tempfile::Builder::new().prefix("meshctl-bench-").tempdir().unwrap();
    // it brings a runtime of its own, which starts and ends outside of this one
    let pods = tokio::task::block_in_place(Pods::start);
    pods.registry(live.path());
    for (name, to) in ["istio-pilot-a", "istio-pilot-b"].into_iter().zip(http) {
        pods.pod("istio-system", name, "istio-pilot");
        pods.port(&format!("istio-system/{name}"), 8080, to);
    }
    let pages = pages(http).await;
    println!("proxy-status of {} full delta proxies at 2 pilots, median of {RUNS}", clients.len());
    let registry = live.path().display().to_string();
    case("by port-forward", &["--registry", &registry], live.path(), PROXIES, pages);
    let url = http[0].to_string();
    case("at a URL, one pilot", &["--pilot", &url], live.path(), PROXIES / 2, pages);
    tokio::task::block_in_place(|| drop(pods));
}

/// How long the pages alone take that the command asks for, side by side.
async fn pages(http: [std::net::SocketAddr; 2]) -> Duration {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let get = |address| async move {
            let page = reqwest::get(format!("http://{address}/debug/syncz")).await.unwrap();
            page.bytes().await.unwrap().len()
        };
        let (a, b) = tokio::join!(get(http[0]), get(http[1]));
        assert!(a > 0 && b > 0);
        times.push(start.elapsed());
    }
    percentile(&mut times, 50)
}

fn case(what: &str, args: &[&str], home: &Path, rows: usize, pages: Duration) {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
        command.args(["proxy-status", "-o", "name"]).args(args).env("HOME", home).env_remove("PILOT_URL");
        let out = tokio::task::block_in_place(|| command.stdin(Stdio::null()).output().unwrap());
        times.push(start.elapsed());
        let said = String::from_utf8_lossy(&out.stdout);
        assert_eq!(said.lines().count(), rows, "{}", String::from_utf8_lossy(&out.stderr));
    }
    let time = percentile(&mut times, 50);
    println!(
        "  {what}: {} ({:.2}x the {} of both pilots' pages alone), of {}: {} ({:.2}x)",
        ms(time),
        time.as_secs_f64() / pages.as_secs_f64(),
        ms(pages),
        ms(GOAL),
        verdict(time <= GOAL),
        time.as_secs_f64() / GOAL.as_secs_f64(),
    );
}
