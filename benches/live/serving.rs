//! From the start of the process until a fresh proxy has every endpoint of two live clusters.

use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::objects::{list_all, pods};
use crate::process::{Process, configure, connect, registry};
use crate::proxy::BlackHole;
use crate::{ENDPOINTS, SERVICES, ms, percentile, verdict};

const RUNS: usize = 7;
const PODS: usize = 10_000;

pub async fn run(gke: &Cluster, on_prem: &Cluster) {
    println!("start -> every endpoint of two live clusters at a fresh proxy, median of {RUNS}");
    let two = vec![("gke.yaml", gke.kubeconfig()), ("on-prem.yaml", on_prem.kubeconfig())];
    let hole = BlackHole::new();
    let with_hole: Vec<_> = two.iter().cloned().chain([("zz-hole.yaml", gke.kubeconfig_at(hole.address()))]).collect();
    case("no pods", gke, on_prem, &two, true).await;
    case("no pods, a third cluster is a black hole", gke, on_prem, &with_hole, true).await;
    tokio::join!(pods(gke, PODS), pods(on_prem, PODS));
    let what = format!("{PODS} pods in each");
    case(&what, gke, on_prem, &two, false).await;
    case(&format!("{what}, a third cluster is a black hole"), gke, on_prem, &with_hole, false).await;
}

async fn case(what: &str, gke: &Cluster, on_prem: &Cluster, files: &[(&str, String)], has_goal: bool) {
    let (mut times, mut lists) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        tokio::join!(list_all(gke), list_all(on_prem));
        lists.push(start.elapsed());
        times.push(once(files).await);
    }
    let (time, list) = (percentile(&mut times, 50), percentile(&mut lists, 50));
    let ratio = time.as_secs_f64() / list.as_secs_f64();
    let goal = Duration::from_millis(500);
    let says = if has_goal { format!(", of {}: {}", ms(goal), verdict(time <= goal)) } else { String::new() };
    println!("  {what}: {} ({ratio:.2}x the {} of listing the same objects){says}", ms(time), ms(list));
}

async fn once(files: &[(&str, String)]) -> Duration {
    let folder = registry(files);
    let start = Instant::now();
    let process = tokio::task::block_in_place(|| Process::start(folder.path()));
    let mut client = connect(process.addresses["grpc"], 0).await;
    configure(&mut client, SERVICES, 2 * ENDPOINTS).await;
    start.elapsed()
}
