//! Following a live cluster: each watched kind is listed, then watched, on its own; what they say together makes
//! `Synced` and `Lost`.
#![expect(clippy::disallowed_methods, reason = "it times its own waits")]

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

use super::follow::{Unheard, now, send};
use super::pages::all_pages;
use super::{Event, Subject};
use crate::adapters::k8s::{BadObject, Connector, K8sError, Line, Page, Watch, path, within};
use crate::data::kinds::{Object, WATCHED, Watched};
use crate::data::model::{Kind, Timestamp};

/// How long to wait for what. The defaults are those of a server's life; tests use shorter ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The server ends a watch after this, so that a silent one is told from an idle one.
    pub watch: Duration,
    /// A watch that says nothing for this long is dead: longer than `watch`.
    pub silent: Duration,
    /// Each part of a list must come within this.
    pub list: Duration,
    /// A cluster that answered before counts as lost after failing for this long.
    pub lost_after: Duration,
    /// The first wait after a failure; it doubles.
    pub backoff: Duration,
    /// The longest wait between two attempts.
    pub backoff_max: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            watch: Duration::from_secs(45),
            silent: Duration::from_secs(52),
            list: Duration::from_secs(30),
            lost_after: Duration::from_secs(3),
            backoff: Duration::from_millis(200),
            backoff_max: Duration::from_secs(30),
        }
    }
}

/// Follows all kinds until nobody listens.
pub(super) async fn follow(connector: Arc<Connector>, namespace: &str, out: mpsc::Sender<Event>, timing: Timing) {
    let all =
        Arc::new(Shared { connector, out, timing, health: Mutex::new(Health::default()), heard: AtomicU64::new(0) });
    join_all(WATCHED.iter().map(|row| Follower::new(row, namespace, Arc::clone(&all)).run())).await;
}

/// What the kinds share.
struct Shared {
    connector: Arc<Connector>,
    out: mpsc::Sender<Event>,
    timing: Timing,
    health: Mutex<Health>,
    /// When the server said anything, in seconds since the epoch; 0: never.
    heard: AtomicU64,
}

/// How the kinds do, together.
#[derive(Default)]
struct Health {
    listed: BTreeSet<Kind>,
    down: BTreeSet<Kind>,
    synced: bool,
    /// What was said when the cluster was lost.
    said: Option<String>,
}

impl Shared {
    /// A kind answers, and has been listed; all it said is on its way.
    async fn up(&self, kind: Kind) -> Result<(), Unheard> {
        let mut health = self.health.lock().await;
        self.hear();
        health.listed.insert(kind);
        health.down.remove(&kind);
        if !health.synced && health.down.is_empty() && health.listed.len() == WATCHED.len() {
            (health.synced, health.said) = (true, None);
            // under the lock: nobody may say `Lost` before it
            send(&self.out, Event::Synced).await?;
        }
        Ok(())
    }

    /// The server has said something: every line of a watch counts, a bookmark too.
    fn hear(&self) {
        self.heard.store(now().0, Ordering::Relaxed);
    }

    fn heard(&self) -> Option<Timestamp> {
        Some(self.heard.load(Ordering::Relaxed)).filter(|at| *at > 0).map(Timestamp)
    }

    /// A kind does not answer.
    async fn down(&self, kind: Kind, error: &K8sError) -> Result<(), Unheard> {
        let mut health = self.health.lock().await;
        health.down.insert(kind);
        health.synced = false;
        // the server's silence is one reason for all kinds; a refusal is one kind's
        let reason = if error.is_unreachable() || matches!(error, K8sError::Unauthorized) {
            error.to_string()
        } else {
            format!("{kind}: {error}")
        };
        if health.said.as_ref() != Some(&reason) && (health.said.is_none() || health.down.len() == 1) {
            health.said = Some(reason.clone());
            send(&self.out, Event::Lost { reason, heard: self.heard() }).await?;
        }
        Ok(())
    }
}

/// Follows one kind.
struct Follower {
    row: &'static Watched,
    path: String,
    shared: Arc<Shared>,
    /// Where the next watch takes over; empty: list first.
    version: String,
    failures: u32,
    /// Times in a row that a watch ended with 410 before its first line.
    gone: u32,
    failing_since: Option<Instant>,
    /// It was said to be down: it must be listed again before it is up.
    down: bool,
}

impl Follower {
    fn new(row: &'static Watched, namespace: &str, shared: Arc<Shared>) -> Self {
        let path = path(row, namespace);
        Self { row, path, shared, version: String::new(), failures: 0, gone: 0, failing_since: None, down: false }
    }

    async fn run(mut self) {
        while let Ok(wait) = self.round().await {
            tokio::time::sleep(wait).await;
        }
    }

    /// One attempt: a list where one is needed, and a watch to its end. Gives the wait until the next.
    async fn round(&mut self) -> Result<Duration, Unheard> {
        let (epoch, result) = match self.shared.connector.client().await {
            Ok((epoch, client)) => (Some(epoch), self.attempt(&client).await),
            Err(error) => (None, Err(Stop::Error(error))),
        };
        match result {
            Ok(()) => Ok(Duration::ZERO),
            Err(Stop::Unheard) => Err(Unheard),
            Err(Stop::Error(error)) => {
                if let (Some(epoch), true) = (epoch, error.is_unreachable() || error == K8sError::Unauthorized) {
                    // its connections may hang, its token may be used up
                    self.shared.connector.discard(epoch, &error).await;
                }
                self.failed(&error).await
            }
        }
    }

    async fn attempt(&mut self, client: &kube::Client) -> Result<(), Stop> {
        let timing = self.shared.timing;
        if self.version.is_empty() {
            let watchable = self.list(client).await?;
            self.shared.up(self.row.kind).await?;
            if !watchable {
                // it may not be watched: it counts as empty, and is asked for again now and then
                self.well();
                tokio::time::sleep(timing.backoff_max).await;
                return Ok(());
            }
        }
        let opened = Instant::now();
        // not all kinds of all clusters at the same moment
        let server = timing.watch - (timing.watch / 8).mul_f64(drawn());
        let open = Watch::open(client, self.row, &self.path, &self.version, server, timing.silent);
        let mut watch = within(timing.list, open).await?;
        self.well();
        self.shared.up(self.row.kind).await?;
        let mut lines = 0_u64;
        loop {
            let next = watch.next().await;
            self.version.clone_from(&watch.resource_version);
            let Some(line) = next? else { break };
            self.shared.hear();
            (lines, self.gone) = (lines + 1, 0);
            self.line(line).await?;
        }
        self.shared.hear();
        if lines == 0 && opened.elapsed() < timing.backoff {
            // a server that ends every watch at once is not asked in a loop
            tokio::time::sleep(timing.backoff).await;
        }
        Ok(())
    }

    /// Lists the kind and says what there is; false where it may not or cannot be watched, and that is in order.
    async fn list(&mut self, client: &kube::Client) -> Result<bool, Stop> {
        let optional = self.row.only.is_some() || self.row.optional_crd;
        let idle = self.shared.timing.list;
        let page = match all_pages(client, self.row, &self.path, idle, |times| self.wait(times)).await {
            Err(K8sError::NotFound | K8sError::Forbidden(_)) if optional => Page::default(),
            page => page?,
        };
        self.replace(page.objects, page.bad).await?;
        self.version = page.resource_version;
        Ok(!self.version.is_empty())
    }

    async fn replace(&self, objects: Vec<Object>, bad: Vec<BadObject>) -> Result<(), Unheard> {
        send(&self.shared.out, Event::Replace(self.row.kind, objects)).await?;
        for BadObject { key, reason } in bad {
            send(&self.shared.out, Event::Bad { subject: Subject::Object(key), reason }).await?;
        }
        Ok(())
    }

    async fn line(&self, line: Line) -> Result<(), Unheard> {
        let event = match line {
            Line::Put(object) => Event::Put(object),
            Line::Remove(key) => Event::Remove(key),
            Line::Bad(BadObject { key, reason }) => Event::Bad { subject: Subject::Object(key), reason },
            Line::Bookmark => return Ok(()),
        };
        send(&self.shared.out, event).await
    }

    /// The server answers.
    fn well(&mut self) {
        (self.failures, self.failing_since, self.down) = (0, None, false);
    }

    /// The attempt failed: says so where it has lasted, and gives the wait.
    async fn failed(&mut self, error: &K8sError) -> Result<Duration, Unheard> {
        if *error == K8sError::Gone {
            // not a failure: the version is too old, so list again
            self.version.clear();
            self.gone += 1;
            return Ok(if self.gone == 1 { Duration::ZERO } else { self.wait(self.gone) });
        }
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        self.failures += 1;
        let never = self.shared.heard().is_none();
        if self.down || never || since.elapsed() >= self.shared.timing.lost_after {
            self.down = true;
            // after a loss nothing is taken for granted: what vanished meanwhile must be gone
            self.version.clear();
            self.shared.down(self.row.kind, error).await?;
        } else if !error.is_unreachable() && self.failures > 2 {
            self.version.clear();
        }
        let asked = match error {
            K8sError::Busy { retry_after, .. } => *retry_after,
            _ => None,
        };
        Ok(asked.map_or_else(|| self.wait(self.failures), |wait| wait.min(self.shared.timing.backoff_max)))
    }

    /// Doubles with every failure up to the limit; the second half of it is drawn, so that kinds and clusters spread.
    fn wait(&self, times: u32) -> Duration {
        let Timing { backoff, backoff_max, .. } = self.shared.timing;
        let full = backoff.saturating_mul(1 << times.saturating_sub(1).min(16)).min(backoff_max);
        full / 2 + (full / 2).mul_f64(drawn())
    }
}

/// A number between 0 and 1, drawn.
fn drawn() -> f64 {
    let bits = u32::try_from(std::hash::RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}

/// Why an attempt ended early.
enum Stop {
    Unheard,
    Error(K8sError),
}

impl From<Unheard> for Stop {
    fn from(_: Unheard) -> Self {
        Stop::Unheard
    }
}

impl From<K8sError> for Stop {
    fn from(error: K8sError) -> Self {
        Stop::Error(error)
    }
}
