//! The engine's outside: the published state, the handle by which feeds and streams reach the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::mailbox::{Mailbox, News};
use super::subscribers::StreamId;
use super::writer::{self, Command};
use crate::data::model::{FeedId, MeshSettings};
use crate::pure::mesh::{Change, Mesh};
use crate::pure::xds::{Interest, Proxy, Snapshot, ViewId};

/// How many messages may wait for the writer: more, and feeds wait, which is what slows a flood down.
const QUEUE: usize = 4096;

/// What everybody sees: the mesh, and the resources that follow from it.
#[derive(Debug, Clone)]
pub struct Published {
    /// The merged mesh.
    pub mesh: Mesh,
    /// The resources of all views.
    pub snapshot: Snapshot,
}

/// How the engine behaves.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Keep the restart hold: until every cluster has been heard once, a resuming proxy keeps what it has.
    pub hold: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { hold: true }
    }
}

/// The writer is gone: the process is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine has stopped")]
pub struct EngineStopped;

/// A handle on a running engine. Clones are cheap; the writer ends with the last of them.
#[derive(Clone)]
pub struct Engine {
    commands: mpsc::Sender<Command>,
    published: Arc<ArcSwap<Published>>,
    streams: Arc<AtomicU64>,
}

impl Engine {
    /// Starts a writer over these clusters, none of which has said anything yet.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(settings: MeshSettings, options: Options) -> std::io::Result<Self> {
        let (commands, inbox) = mpsc::channel(QUEUE);
        let published = writer::start(settings, options, inbox)?;
        Ok(Self { commands, published, streams: Arc::new(AtomicU64::new(1)) })
    }

    /// The state as it stands.
    pub fn published(&self) -> Arc<Published> {
        self.published.load_full()
    }

    /// The way in for one feed.
    pub fn feeder(&self, feed: FeedId) -> Feeder {
        Feeder { feed, commands: self.commands.clone() }
    }

    /// Whether the writer still runs: without it nothing that is published is true any more.
    pub fn is_running(&self) -> bool {
        !self.commands.is_closed()
    }

    /// Gives the engine the registry's settings.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn configure(&self, settings: MeshSettings) -> Result<(), EngineStopped> {
        self.commands.send(Command::Configure(Box::new(settings))).await.map_err(|_| EngineStopped)
    }

    /// Opens a stream for a proxy: its view stands when this returns.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn subscribe(&self, proxy: Proxy) -> Result<Subscriber, EngineStopped> {
        let id = self.streams.fetch_add(1, Ordering::Relaxed);
        let mailbox = Arc::new(Mailbox::default());
        let (reply, view) = oneshot::channel();
        let open = Command::Open { id, proxy: Box::new(proxy), mailbox: mailbox.clone(), reply };
        self.commands.send(open).await.map_err(|_| EngineStopped)?;
        let view = view.await.map_err(|_| EngineStopped)?;
        let published = self.published.clone();
        Ok(Subscriber { id, view, mailbox, commands: self.commands.clone(), published })
    }
}

/// The way in for one feed.
#[derive(Clone)]
pub struct Feeder {
    feed: FeedId,
    commands: mpsc::Sender<Command>,
}

impl Feeder {
    /// Says something.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn send(&self, change: Change) -> Result<(), EngineStopped> {
        self.reserve().await.map(|place| place.say(change))
    }

    /// Waits until the writer can take one more word.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub(super) async fn reserve(&self) -> Result<Place<'_>, EngineStopped> {
        let permit = self.commands.reserve().await.map_err(|_| EngineStopped)?;
        Ok(Place { feed: &self.feed, permit })
    }
}

/// A place in the writer's queue: what is said there comes after all that was said before, and before all that will be.
pub(super) struct Place<'a> {
    feed: &'a FeedId,
    permit: mpsc::Permit<'a, Command>,
}

impl Place<'_> {
    pub(super) fn say(self, change: Change) {
        self.permit.send(Command::Change(self.feed.clone(), Box::new(change)));
    }
}

/// A stream's end of the engine. Dropping it ends the subscription.
pub struct Subscriber {
    id: StreamId,
    view: ViewId,
    mailbox: Arc<Mailbox>,
    commands: mpsc::Sender<Command>,
    published: Arc<ArcSwap<Published>>,
}

impl Subscriber {
    /// The view it began with.
    pub fn view(&self) -> ViewId {
        self.view
    }

    /// The state as it stands.
    pub fn published(&self) -> Arc<Published> {
        self.published.load_full()
    }

    /// Waits for news. Cancelling the wait loses nothing.
    pub async fn news(&self) -> News {
        self.mailbox.take().await
    }

    /// Says what the stream is interested in from now on; `seen` is the sequence of the newest snapshot it has looked at.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn interested(&self, interests: Vec<Interest>, seen: u64) -> Result<(), EngineStopped> {
        if interests.is_empty() {
            return Ok(());
        }
        self.commands.send(Command::Interest { id: self.id, interests, seen }).await.map_err(|_| EngineStopped)
    }

    /// Asks which view the proxy has by now: its pod may have appeared, or changed.
    ///
    /// # Errors
    /// [`EngineStopped`].
    pub async fn current_view(&mut self) -> Result<ViewId, EngineStopped> {
        let (reply, view) = oneshot::channel();
        self.commands.send(Command::Review { id: self.id, reply }).await.map_err(|_| EngineStopped)?;
        self.view = view.await.map_err(|_| EngineStopped)?;
        Ok(self.view)
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let commands = self.commands.clone();
        let close = Command::Close(self.id);
        // a full queue is waited for elsewhere: a stream must never leave its view behind
        if let Err(mpsc::error::TrySendError::Full(close)) = commands.try_send(close)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                let _ = commands.send(close).await;
            });
        }
    }
}
