//! One running source: what it says goes to the writer, and how it is to the status of its cluster.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::published::{EngineStopped, Feeder};
use super::{FeedState, FeedStatus, Feeds, twins};
use crate::adapters::registry::{self, Entry, Event, Subject};
use crate::data::model::{Fact, FeedId, Name, Timestamp, Warning, shown_path};
use crate::pure::mesh::{Change, ingest};

/// How many events of one source may wait.
const QUEUE: usize = 256;

/// One running source.
pub(super) struct Feed {
    feeds: Feeds,
    feed: FeedId,
    feeder: Feeder,
    /// It has said everything once.
    synced: bool,
    /// The API server that it reads.
    uid: Option<Name>,
}

impl Feed {
    /// One that has said nothing yet.
    pub(super) fn new(feeds: Feeds, feed: FeedId) -> Self {
        let feeder = feeds.engine.feeder(feed.clone());
        Self { feeds, feed, feeder, synced: false, uid: None }
    }

    /// Follows its source until that ends, or the engine does.
    pub(super) async fn run(mut self, entry: Entry, stop: CancellationToken) {
        let (out, mut events) = mpsc::channel(QUEUE);
        let source = entry.clone();
        let follow = tokio::spawn(async move { registry::follow(&source, out, stop).await });
        while let Some(event) = events.recv().await {
            if self.take(&entry, event).await.is_err() {
                break;
            }
        }
        follow.abort();
    }

    /// Passes on what its source says.
    pub(super) async fn take(&mut self, entry: &Entry, event: Event) -> Result<(), EngineStopped> {
        twins::note(entry, &event, &mut self.uid);
        match event {
            Event::Put(object) => self.feeder.send(Change::Put(ingest(&object))).await,
            Event::Remove(key) => self.feeder.send(Change::Remove(key)).await,
            Event::Replace(kind, objects) => {
                self.feeder.send(Change::Replace(kind, objects.iter().map(ingest).collect())).await
            }
            Event::Synced => self.said_everything(entry).await,
            Event::Lost { reason, heard } => self.lost(entry, reason, heard).await,
            Event::Bad { subject: Subject::Object(key), reason } => {
                let warnings = vec![Warning::new("", reason)];
                self.feeder.send(Change::Put(Fact { key, body: None, warnings })).await
            }
            Event::Bad { subject: Subject::File(file), reason } => {
                tracing::warn!("in the cluster {}, {}: {reason}", self.feed.cluster, shown_path(&file));
                self.feeds.note(&self.feed, entry, |s| drop(s.bad_files.insert(file, reason)));
                Ok(())
            }
            Event::Mended(Subject::File(file)) => {
                self.feeds.note(&self.feed, entry, |s| drop(s.bad_files.remove(&file)));
                Ok(())
            }
            Event::Mended(Subject::Object(_)) => Ok(()),
        }
    }

    async fn said_everything(&mut self, entry: &Entry) -> Result<(), EngineStopped> {
        let place = self.feeder.reserve().await?;
        if self.synced {
            place.say(Change::Synced);
            self.feeds.seen_again(&self.feed, self.uid.as_ref());
        } else if self.feeds.take_over(&self.feed, self.uid.as_ref(), || place.say(Change::Synced)) {
            self.synced = true;
        } else {
            return Ok(());
        }
        tracing::info!("the cluster {} has been read", self.feed.cluster);
        let generation = self.feed.generation;
        self.feeds.note(&self.feed, entry, |status| {
            *status = FeedStatus { generation, state: FeedState::Synced, reason: None, heard: None, ..status.clone() };
        });
        Ok(())
    }

    async fn lost(&self, entry: &Entry, reason: String, heard: Option<Timestamp>) -> Result<(), EngineStopped> {
        if let Some(since) = heard {
            self.feeder.send(Change::Stale { since }).await?;
        }
        tracing::warn!("the cluster {} does not answer: {reason}", self.feed.cluster);
        let synced = self.synced;
        let generation = self.feed.generation;
        self.feeds.note(&self.feed, entry, |status| {
            // a source that has not taken over yet says nothing about the one that serves
            if status.generation < generation {
                status.problem = Some(reason);
                return;
            }
            status.state = if synced { FeedState::Stale } else { FeedState::Unreachable };
            status.reason = Some(reason);
            status.heard = heard;
        });
        Ok(())
    }
}
