//! One live cluster, followed with short times: what its source says when versions are forgotten and watches go silent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kube::api::{Api, WatchEvent, WatchParams};
use libtest_mimic::Trial;
use meshctl::adapters::registry::{Event, ReadOptions, Registry, Timing, Trust};
use meshctl::data::model::Kind;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::cluster::Cluster;
use crate::objects::Writer;
use crate::pair::{Pair, alone, shared};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::source::forgotten_versions_cost_one_list_each", forgotten_versions_cost_one_list_each),
        shared("api::source::a_silent_watch_is_noticed_and_opened_again", a_silent_watch_is_noticed),
    ]
}

/// A followed cluster.
struct Followed {
    events: mpsc::Receiver<Event>,
    _stop: DropGuard,
    _folder: tempfile::TempDir,
}

impl Followed {
    /// Follows a kubeconfig until everything has been said once.
    async fn start(kubeconfig: &str, timing: Timing) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("one.yaml"), kubeconfig).unwrap();
        let options = ReadOptions { trust: Trust::Terminal, ..ReadOptions::default() };
        let entry = Registry::read(folder.path(), &options).unwrap().entries.remove(0);
        let (out, events) = mpsc::channel(1024);
        let stop = CancellationToken::new();
        let token = stop.clone();
        tokio::spawn(async move { entry.follow_with(out, token, timing).await });
        let mut followed = Self { events, _stop: stop.drop_guard(), _folder: folder };
        while followed.next().await != Event::Synced {}
        followed
    }

    async fn next(&mut self) -> Event {
        tokio::time::timeout(Duration::from_secs(60), self.events.recv()).await.expect("an event within 60 s").unwrap()
    }

    /// What is said until an object of this name is put; that one is not in it.
    async fn until(&mut self, name: &str) -> Vec<Event> {
        let mut said = Vec::new();
        loop {
            match self.next().await {
                Event::Put(object) if object.key().name == *name => return said,
                event => said.push(event),
            }
        }
    }
}

async fn is_forgotten(cluster: &Cluster, version: &str) {
    let slices: Api<k8s_openapi::api::discovery::v1::EndpointSlice> = Api::all(cluster.client());
    let code = match slices.watch(&WatchParams::default(), version).await {
        Err(kube::Error::Api(status)) => status.code,
        Err(e) => panic!("{e}"),
        Ok(stream) => match Box::pin(stream).next().await {
            Some(Ok(WatchEvent::Error(status))) => status.code,
            Some(Err(kube::Error::Api(status))) => status.code,
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(code, 410, "this test is about forgotten versions");
}

async fn forgotten_versions_cost_one_list_each(pair: Arc<Pair>) {
    let cluster = &pair.gke;
    let writer = Writer::new(cluster, "forgotten").await;
    writer.serve("kept", &["10.1.0.1"]).await;
    // patient: the restart is an interruption, not a loss, so that versions are kept and asked for again
    let timing =
        Timing { lost_after: Duration::from_secs(300), backoff_max: Duration::from_secs(1), ..Timing::default() };
    let mut followed = Followed::start(&cluster.kubeconfig(), timing).await;
    let slices: Api<k8s_openapi::api::discovery::v1::EndpointSlice> = Api::all(cluster.client());
    let seen = slices.list(&Default::default()).await.unwrap().metadata.resource_version.unwrap();
    // the slices' version stands still while the cluster's goes on: after the restart nobody remembers it
    writer.service("moves-on").await;
    followed.until("moves-on").await;
    cluster.stop();
    cluster.start().await.unwrap();
    is_forgotten(cluster, &seen).await;
    writer.serve("after", &["10.1.0.2"]).await;

    let mut lists: BTreeMap<Kind, usize> = BTreeMap::new();
    let (mut kept, mut after) = (false, false);
    let end = Instant::now() + Duration::from_secs(60);
    while !after && Instant::now() < end {
        match followed.next().await {
            Event::Replace(kind, objects) => {
                *lists.entry(kind).or_default() += 1;
                if kind == Kind::EndpointSlice {
                    let has = |name: &str| objects.iter().any(|o| o.key().name == *name);
                    (kept, after) = (has("kept-1"), has("after-1"));
                }
            }
            Event::Put(object) => after |= object.key().name == *"after-1",
            Event::Synced => {}
            other => panic!("{other:?}: a forgotten version removes nothing and loses nobody"),
        }
    }
    assert!(kept && after, "slices are listed again, with all there is: {lists:?}");
    // and that is all: nothing is listed twice
    writer.serve("last", &["10.1.0.3"]).await;
    for event in followed.until("last-1").await {
        match event {
            Event::Replace(kind, _) => *lists.entry(kind).or_default() += 1,
            Event::Put(_) | Event::Synced => {}
            other => panic!("{other:?}: a forgotten version removes nothing and loses nobody"),
        }
    }
    assert_eq!(lists[&Kind::EndpointSlice], 1, "{lists:?}");
    assert!(lists.values().all(|n| *n == 1), "{lists:?}");
}

async fn a_silent_watch_is_noticed(pair: Arc<Pair>) {
    let default = Timing::default();
    assert!(default.watch < default.silent, "a server that ends its watches in time is not silent");
    assert!(default.silent <= Duration::from_secs(60), "noticed within a minute");

    let writer = Writer::new(&pair.on_prem, "silent").await;
    let line = pair.on_prem.proxy();
    let timing = Timing { watch: Duration::from_secs(2), silent: Duration::from_secs(3), ..default };
    let mut followed = Followed::start(&pair.on_prem.kubeconfig_at(line.address()), timing).await;
    writer.serve("before", &["10.2.0.1"]).await;
    followed.until("before-1").await;
    // a firewall forgets the connections: no end, no error, no byte
    let connections = line.accepted();
    line.strand();
    let start = Instant::now();
    writer.serve("meanwhile", &["10.2.0.2"]).await;
    let said = followed.until("meanwhile-1").await;
    let noticed = start.elapsed();
    assert!(line.accepted() > connections, "by another connection");
    assert!(noticed < Duration::from_secs(20), "noticed after {noticed:?}");
    // the watch goes on where it was: nothing is listed again, nobody is lost
    let harmless = |e: &&Event| matches!(e, Event::Put(_) | Event::Remove(_));
    let other: Vec<&Event> = said.iter().filter(|e| !harmless(e)).collect();
    assert!(other.is_empty(), "{other:?}");
}
