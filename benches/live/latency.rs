//! One endpoint changes among many: from sending the write to Envoy's answer, beside a plain watch of the same objects; and
//! what proxies that do not watch it pay.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{Api, Patch, PatchParams, WatchEvent, WatchParams};
use meshctl::adapters::registry::{Origin, ReadOptions, Trust};
use meshctl::pure::xds::Type;
use meshctl::roles::discovery::{Config, Discovery, Listen};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::cluster::Cluster;
use crate::objects::{NAMESPACE, endpoints, name};
use crate::process::{connect, registry, take};
use crate::sidecar::Sidecar;
use crate::wait::eventually;
use crate::{SERVICES, ms, percentile, verdict};

const ROUNDS: usize = 200;
const WARM_UP: usize = 20;
const IDLE: usize = 100;
/// Services from here on never change.
const CHANGING: usize = SERVICES - 100;

pub async fn run(cluster: &Cluster) {
    let folder = registry(&[("gke.yaml", cluster.kubeconfig())]);
    let loopback = vec![([127, 0, 0, 1], 0).into()];
    let config = Config {
        registry: Origin::Folder(
            folder.path().to_owned(),
            ReadOptions { trust: Trust::Terminal, ..ReadOptions::default() },
        ),
        listen: Listen { grpc: loopback, ..Listen::default() },
        hold: true,
        duties: Default::default(),
    };
    let stop = CancellationToken::new();
    let discovery = Arc::new(Discovery::start(config, stop.clone()).await.unwrap());
    let grpc = discovery.address("grpc").unwrap();
    let Some(envoy) = Sidecar::start(grpc, NAMESPACE).await else { return };
    eventually("Envoy has all clusters", Duration::from_secs(60), async || {
        let active = envoy.stat("cluster_manager.active_clusters").await;
        if active as usize > SERVICES { Ok(()) } else { Err(active.to_string()) }
    })
    .await;
    quiet(&discovery).await;
    let mut events = watch(cluster).await;
    let mut moved = 0;
    rounds(cluster, &discovery, &mut events, WARM_UP, &mut moved).await;
    let alone = rounds(cluster, &discovery, &mut events, ROUNDS, &mut moved).await;
    print("one Envoy", alone);

    let heard = Arc::new(AtomicUsize::new(0));
    let mut idle = tokio::task::JoinSet::new();
    for number in 0..IDLE {
        let mut client = connect(grpc, number).await;
        client.subscribe(Type::Cluster.url(), Vec::new()).await.unwrap();
        take(&mut client).await;
        let never = format!("outbound|9080||{}.{NAMESPACE}.svc.cluster.local", name(SERVICES - 1));
        client.subscribe(Type::Endpoint.url(), vec![never]).await.unwrap();
        take(&mut client).await;
        let heard = heard.clone();
        idle.spawn(async move {
            while client.receive().await.is_ok() {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    quiet(&discovery).await;
    let before = (discovery.wakeups(), discovery.counts(Type::Endpoint), discovery.counts(Type::Cluster));
    let beside = rounds(cluster, &discovery, &mut events, ROUNDS, &mut moved).await;
    let after = (discovery.wakeups(), discovery.counts(Type::Endpoint), discovery.counts(Type::Cluster));
    print(&format!("one Envoy beside {IDLE} proxies that do not watch it"), beside);
    let wakeups = after.0 - before.0;
    let responses = after.1.responses - before.1.responses;
    let heard = heard.load(Ordering::Relaxed);
    println!(
        "  {ROUNDS} changes: {wakeups} wakeups, {responses} endpoint responses of {} bytes each, {} cluster responses; \
         the other {IDLE} proxies heard {heard}: {}",
        (after.1.bytes - before.1.bytes) / responses.max(1),
        after.2.responses - before.2.responses,
        verdict(wakeups <= ROUNDS as u64 && responses <= ROUNDS as u64 && heard == 0)
    );
    stop.cancel();
}

/// Waits until proxies have nothing to say any more.
async fn quiet(discovery: &Discovery) {
    let all = || Type::ALL.map(|ty| discovery.counts(ty));
    let (mut last, mut since) = (all(), Instant::now());
    while since.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if all() != last {
            (last, since) = (all(), Instant::now());
        }
    }
}

/// A plain watch of all slices, with a client of its own: names, and when they came.
async fn watch(cluster: &Cluster) -> mpsc::UnboundedReceiver<(String, Instant)> {
    let slices: Api<EndpointSlice> = Api::all(cluster.client());
    let version = slices.list_metadata(&Default::default()).await.unwrap().metadata.resource_version.unwrap();
    let stream = slices.watch(&WatchParams::default().timeout(290), &version).await.unwrap();
    let (out, events) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut stream = Box::pin(stream);
        while let Some(Ok(event)) = stream.next().await {
            let now = Instant::now();
            if let WatchEvent::Modified(slice) = event {
                let _ = out.send((slice.metadata.name.unwrap_or_default(), now));
            }
        }
    });
    events
}

/// For each round: from the write to the plain watch's event, and to Envoy's answer.
async fn rounds(
    cluster: &Cluster,
    discovery: &Arc<Discovery>,
    events: &mut mpsc::UnboundedReceiver<(String, Instant)>,
    count: usize,
    moved: &mut usize,
) -> Vec<(Duration, Duration)> {
    let slices: Api<EndpointSlice> = Api::namespaced(cluster.client(), NAMESPACE);
    let mut times = Vec::new();
    for _ in 0..count {
        *moved += 1;
        let service = *moved * 7 % CHANGING;
        let slice = format!("{}-1", name(service));
        let patch = Patch::Merge(json!({"endpoints": endpoints(10, service, Some(*moved))}));
        let answers = discovery.counts(Type::Endpoint).requests;
        let observed = discovery.clone();
        // a thread of its own looks at the counter, five times in a millisecond
        let answered = tokio::task::spawn_blocking(move || {
            let end = Instant::now() + Duration::from_secs(20);
            while observed.counts(Type::Endpoint).requests == answers {
                assert!(Instant::now() < end, "Envoy has not answered");
                std::thread::sleep(Duration::from_micros(200));
            }
            Instant::now()
        });
        let start = Instant::now();
        slices.patch(&slice, &PatchParams::default(), &patch).await.unwrap();
        let (at, when) = events.recv().await.unwrap();
        assert_eq!(at, slice);
        times.push((when - start, answered.await.unwrap() - start));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}

fn print(what: &str, times: Vec<(Duration, Duration)>) {
    let (mut watch, mut envoy): (Vec<_>, Vec<_>) = times.iter().copied().unzip();
    let mut more: Vec<Duration> = times.iter().map(|(watch, envoy)| envoy.saturating_sub(*watch)).collect();
    println!("write -> Envoy's ACK, {what}, {} rounds", times.len());
    for of in [50, 99] {
        let (watch, envoy, more) = (percentile(&mut watch, of), percentile(&mut envoy, of), percentile(&mut more, of));
        let ratio = envoy.as_secs_f64() / watch.as_secs_f64();
        println!("  p{of}: {} beside {} of a plain watch ({ratio:.2}x); difference {}", ms(envoy), ms(watch), ms(more));
    }
    let above = percentile(&mut envoy, 50).saturating_sub(percentile(&mut watch, 50));
    println!("  above a plain watch at p50: {} of 4 ms: {}", ms(above), verdict(above <= Duration::from_millis(4)));
}
