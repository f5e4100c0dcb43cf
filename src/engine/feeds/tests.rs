//! Feeds whose sources the test plays itself: who takes over from whom, and what the writer hears.

use super::*;
use crate::adapters::registry::Source;
use crate::data::kinds::{ClusterOverride, MeshFile};
use crate::data::model::{FactKey, Kind};
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
        fingerprint,
        system_namespace: "istio-system".into(),
    };
    Registry {
        dir: "registry".into(),
        entries: vec![entry],
        problems: Vec::new(),
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
