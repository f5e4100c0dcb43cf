//! A process with a hundred proxies that have everything: memory above an idle process, and CPU of one full configuration.

use std::time::Duration;

use futures::StreamExt;

use crate::cluster::Cluster;
use crate::process::{Process, configure, connect, registry};
use crate::{ENDPOINTS, SERVICES, ms, verdict};

const PROXIES: usize = 100;

pub async fn run(cluster: &Cluster) {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n";
    let empty = registry(&[("empty/default.yaml", namespace.to_owned())]);
    let idle = Process::start(empty.path());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = idle.memory();

    let folder = registry(&[("gke.yaml", cluster.kubeconfig())]);
    let process = Process::start(folder.path());
    let grpc = process.addresses["grpc"];
    // the first proxy of a kind has its tables made
    let mut first = connect(grpc, 0).await;
    let bytes = configure(&mut first, SERVICES, ENDPOINTS).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (one, before) = (process.memory(), process.cpu());
    let each = futures::stream::iter(1..=PROXIES).map(|number| async move {
        let mut client = connect(grpc, number).await;
        configure(&mut client, SERVICES, ENDPOINTS).await;
        client
    });
    let clients: Vec<_> = each.buffer_unordered(4).collect().await;
    let cpu = (process.cpu() - before) / PROXIES as u32;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let all = process.memory();
    println!("{} full delta proxies of {SERVICES} services x {ENDPOINTS}, {} KB each", clients.len(), bytes / 1024);
    println!(
        "  memory: {all:.1} MB, {one:.1} MB with one proxy, {idle:.1} MB idle; above idle {:.1} of 60 MB ({:.2}x): {}",
        all - idle,
        (all - idle) / 60.0,
        verdict(all - idle <= 60.0)
    );
    let ratio = cpu.as_secs_f64() / 0.010;
    println!(
        "  CPU of one full config: {} of 10 ms ({ratio:.2}x): {}",
        ms(cpu),
        verdict(cpu <= Duration::from_millis(10))
    );
    drop(first);
}
