//! Feeds whose sources the test plays itself: who takes over from whom, and what the writer hears.

mod twins;

use std::collections::BTreeMap;

use super::*;
use crate::adapters::registry::{Event, ReadOptions, Source, Subject};
use crate::data::kinds::{ClusterOverride, MeshFile, Namespace, Object};
use crate::data::model::{ClusterRole, FactKey, Kind};
use crate::engine::Options;

fn registry(fingerprint: u128) -> Registry {
    let id = ClusterId::parse("gke").unwrap();
    let entry = Entry {
        id: id.clone(),
        role: ClusterRole::Primary,
        file: "gke".into(),
        named: None,
        source: Source::Folder("gke".into()),
        overrides: ClusterOverride::default(),
        pilot: Default::default(),
        fingerprint,
        system_namespace: "istio-system".into(),
    };
    Registry {
        dir: "registry".into(),
        entries: vec![entry],
        problems: Vec::new(),
        unread: Vec::new(),
        notes: Vec::new(),
        mesh: MeshFile::default(),
        primary: None,
        system_namespace: "istio-system".into(),
    }
}

/// Feeds whose sources the test plays itself.
struct Played {
    engine: Engine,
    feeds: Feeds,
}

impl Played {
    fn new() -> Self {
        let engine = Engine::start(registry(0).settings(), Options::default()).unwrap();
        Self { feeds: Feeds::new(engine.clone(), CancellationToken::new()), engine }
    }

    /// The next source, with the token that ends it.
    fn rotate(&self, fingerprint: u128) -> (Feed, Entry, CancellationToken) {
        let (_, _, mut started) = self.feeds.plan(&registry(fingerprint));
        let Start { entry, generation, stop } = started.pop().unwrap();
        (self.feeds.feed(&entry.id, generation), entry, stop)
    }

    /// The warnings that the published mesh holds, which are the facts that the test says.
    async fn facts(&self) -> Vec<String> {
        // whoever opens a stream sees what was said before
        let node = crate::data::model::NodeId::parse("sidecar~10.0.0.1~p.n~n.svc.cluster.local").unwrap();
        let _seen = self.engine.subscribe(crate::pure::xds::Proxy::of_node(node, None)).await.unwrap();
        self.engine.published().mesh.warnings.keys().map(|(_, key)| key.name.to_string()).collect()
    }
}

async fn say(feed: &mut Feed, entry: &Entry, name: &str) {
    let key = FactKey { kind: Kind::Service, namespace: "n".into(), name: name.into() };
    let bad = Event::Bad { subject: Subject::Object(key), reason: "it is bad".to_owned() };
    feed.take(entry, bad).await.unwrap();
}

#[tokio::test]
async fn what_serves_goes_on_until_the_newest_has_said_everything() {
    let played = Played::new();
    let (mut first, entry, first_stop) = played.rotate(1);
    say(&mut first, &entry, "of-first").await;
    first.take(&entry, Event::Synced).await.unwrap();
    let (mut second, entry, second_stop) = played.rotate(2);
    say(&mut second, &entry, "of-second").await;
    let (mut third, entry, third_stop) = played.rotate(3);
    assert!(second_stop.is_cancelled(), "it never takes over");
    say(&mut third, &entry, "of-third").await;
    // it had said everything just before it was ended
    second.take(&entry, Event::Synced).await.unwrap();
    assert!(!first_stop.is_cancelled(), "nobody else has taken over");
    assert_eq!(played.facts().await, ["of-first"]);
    say(&mut first, &entry, "later").await;
    assert_eq!(played.facts().await, ["later", "of-first"], "what serves is still heard");
    let lost = |reason: &str| Event::Lost { reason: reason.to_owned(), heard: None };
    second.take(&entry, lost("it was replaced")).await.unwrap();
    assert_eq!((played.feeds.status()[0].generation, played.feeds.status()[0].problem.clone()), (1, None));
    third.take(&entry, lost("not yet")).await.unwrap();
    assert_eq!(played.feeds.status()[0].problem.as_deref(), Some("not yet"));

    third.take(&entry, Event::Synced).await.unwrap();
    assert!(first_stop.is_cancelled() && !third_stop.is_cancelled());
    assert_eq!(played.facts().await, ["of-third"]);
    let status = &played.feeds.status()[0];
    assert_eq!((status.generation, status.state, status.problem.clone()), (3, FeedState::Synced, None));
}

#[tokio::test]
async fn a_source_that_took_over_is_ended_by_its_successor_only() {
    let played = Played::new();
    let (mut first, entry, first_stop) = played.rotate(1);
    first.take(&entry, Event::Synced).await.unwrap();
    let (mut second, entry, second_stop) = played.rotate(2);
    say(&mut second, &entry, "of-second").await;
    second.take(&entry, Event::Synced).await.unwrap();
    let (mut third, entry, _) = played.rotate(3);
    say(&mut third, &entry, "of-third").await;
    assert!(first_stop.is_cancelled() && !second_stop.is_cancelled());
    assert_eq!(played.facts().await, ["of-second"]);
    // a cluster that leaves takes along what serves and what was to
    let (_, retired, _) = played.feeds.plan(&Registry { entries: Vec::new(), ..registry(4) });
    assert_eq!(retired.len(), 1);
    assert!(second_stop.is_cancelled());
}

#[tokio::test]
async fn a_problem_of_the_settings_does_not_freeze_them() {
    let played = Played::new();
    let mut registry = registry(1);
    registry.mesh.trust_domain = Some("one.example".into());
    assert_eq!(played.feeds.plan(&registry).0.trust_domain, "one.example");
    // one that only an installation reads, and one of a file that is in force all the same
    registry.mesh.trust_domain = Some("two.example".into());
    registry.mesh.open_namespaces = vec!["shop".into()];
    let problem =
        |reason: &str, install_only| Problem { file: "mesh.yaml".into(), reason: reason.into(), install_only };
    registry.problems = vec![
        problem("image.hbu is no known key", true),
        problem("clusters.gone is no cluster of this registry", false),
    ];
    let settings = played.feeds.plan(&registry).0;
    assert_eq!((settings.trust_domain.as_str(), settings.open_namespaces.len()), ("two.example", 1));
}

fn kubeconfig(host: &str) -> String {
    format!(
        "kind: Config\ncurrent-context: c\ncontexts: [{{name: c, context: {{cluster: c}}}}]\n\
         clusters: [{{name: c, cluster: {{server: 'https://{host}'}}}}]\n"
    )
}

/// A registry of live clusters, each with its address; none is ever asked.
fn live(clusters: &[(&str, &str)]) -> Registry {
    let dir = tempfile::TempDir::new().unwrap();
    for (id, host) in clusters {
        write(&dir.path().join(format!("{id}.yaml")), &kubeconfig(host));
    }
    let registry = Registry::read(dir.path(), &ReadOptions::default()).unwrap();
    assert_eq!(registry.problems, []);
    registry
}

#[allow(clippy::disallowed_methods)]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

impl Played {
    /// Brings the feeds in line with a registry, as `take` does, and gives those that start.
    async fn follows(&self, registry: &Registry) -> BTreeMap<String, (Feed, Entry, CancellationToken)> {
        let (settings, retired, started) = self.feeds.plan(registry);
        for feed in retired {
            self.engine.feeder(feed).send(Change::Retired).await.unwrap();
        }
        self.engine.configure(settings).await.unwrap();
        let of = |start: Start| {
            let feed = self.feeds.feed(&start.entry.id, start.generation);
            (start.entry.id.to_string(), (feed, start.entry, start.stop))
        };
        started.into_iter().map(of).collect()
    }

    fn row(&self, id: &str) -> FeedStatus {
        self.feeds.status().into_iter().find(|row| row.id.as_str() == id).unwrap()
    }

    /// The clusters that the published mesh has.
    async fn clusters(&self) -> Vec<String> {
        self.facts().await;
        self.engine.published().mesh.clusters.keys().map(ToString::to_string).collect()
    }

    fn is_disputed(&self) -> bool {
        let waits = std::pin::pin!(self.feeds.disputed());
        futures::FutureExt::now_or_never(waits).is_some()
    }
}

/// The source says that it is the API server with this UID, and that of a service, which is everything.
async fn reads(source: &mut (Feed, Entry, CancellationToken), uid: &str, service: &str) {
    let (feed, entry, _) = source;
    let mut namespace = Namespace::default();
    namespace.metadata.name = "kube-system".into();
    namespace.metadata.uid = uid.into();
    feed.take(entry, Event::Replace(Kind::Namespace, vec![Object::Namespace(namespace)])).await.unwrap();
    say(feed, entry, service).await;
    feed.take(entry, Event::Synced).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_read_from_the_start_is_waited_for() {
    let played = Played::new();
    let dir = tempfile::TempDir::new().unwrap();
    write(&dir.path().join("gke.yaml"), "kind: Config\nclusters: [");
    write(&dir.path().join("mesh.yaml"), "kind: [");
    let broken = Registry::read(dir.path(), &ReadOptions::default()).unwrap();
    assert!(played.follows(&broken).await.is_empty());
    played.facts().await;
    let waits =
        || played.engine.published().snapshot.missing.names().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(waits(), ["gke", "mesh.yaml"]);
    let row = played.row("gke");
    assert_eq!((row.state, row.generation), (FeedState::Syncing, 0));
    assert!(row.problem.is_some_and(|why| why.starts_with("it is no valid YAML")));
    // the one is mended, the other removed
    let mended = live(&[("gke", "10.0.0.1")]);
    let mut started = played.follows(&mended).await;
    reads(started.get_mut("gke").unwrap(), "one", "of-gke").await;
    played.facts().await;
    assert_eq!(waits(), [""; 0]);
    assert_eq!((played.row("gke").state, played.row("gke").problem), (FeedState::Synced, None));
}
