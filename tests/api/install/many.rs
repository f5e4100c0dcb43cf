//! What more clusters cost: they go side by side.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use super::bad_days::ca_of;
use super::bench::{Bench, cluster, wipe};
use super::line::Line;
use crate::pair::{Pair, alone_with_another};

/// How long a request is on its way.
const DELAY: Duration = Duration::from_millis(20);

pub fn trials() -> Vec<Trial> {
    vec![alone_with_another("api::install::three_clusters_take_little_longer_than_one", three_clusters)]
}

/// Prints how much longer; what is asserted is that each cluster is written.
async fn three_clusters(pair: Arc<Pair>, third: crate::cluster::Cluster) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    bench.home.file("ca.pem", &ca_of(&pair.on_prem.kubeconfig()));
    bench.home.file("third.pem", &ca_of(&third.kubeconfig()));
    // the lines speak plain HTTP and are on this machine: pilot needs another way there
    let way = |id: &str, ca: &str| format!("  {id}: {{server: 'https://192.0.2.2:6443', caFile: ../{ca}}}\n");
    let mesh = format!(
        "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\nclusters:\n{}{}",
        way("on-prem", "ca.pem"),
        way("third", "third.pem")
    );
    let lines = [
        ("gke", Line::slow(&pair.gke, DELAY).await),
        ("on-prem", Line::slow(&pair.on_prem, DELAY).await),
        ("third", Line::slow(&third, DELAY).await),
    ];
    for (id, line) in &lines {
        bench.kubeconfig(id, &line.kubeconfig());
    }
    bench.home.file("kubeconf/mesh.yaml", &mesh);
    bench.run(&["ca", "init"]).await.exits(0);

    let mut took = Vec::new();
    for ids in [&["gke"][..], &["gke", "on-prem", "third"]] {
        tokio::join!(wipe(&pair.gke), wipe(&pair.on_prem), wipe(&third));
        let start = Instant::now();
        let (report, ran) = bench.report(&["--clusters", &ids.join(",")]).await;
        took.push(start.elapsed().as_secs_f64());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for id in ids {
            assert_eq!(cluster(&report, id)["state"], "written", "{report}");
        }
    }
    eprintln!(
        "install at {DELAY:?} a request: one cluster {:.2} s, three {:.2} s, {:.2} times as long",
        took[0],
        took[1],
        took[1] / took[0]
    );
}
