//! Watching directories: the registry itself, and the folders of file clusters.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::entry::FIRST_BY_NAME;
use super::{Entry, ReadOptions, Registry, mesh_file};

/// How often the registry is read although nothing was reported: not every file system reports.
const POLL: Duration = Duration::from_secs(1);
/// A change is read once the directory has been quiet for so long.
const QUIET: Duration = Duration::from_millis(100);
/// A directory that is never quiet is read all the same.
const PATIENCE: u32 = 10;

/// Reports of changes below a path, as far as the file system gives any.
pub(super) struct Changes {
    path: PathBuf,
    mode: RecursiveMode,
    changed: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
}

impl Changes {
    /// Starts to listen.
    pub(super) fn of(path: &Path, recursive: bool) -> Self {
        let mode = if recursive { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        let mut changes = Self { path: path.to_owned(), mode, changed: Arc::new(Notify::new()), watcher: None };
        changes.listen();
        changes
    }

    fn listen(&mut self) {
        let changed = Arc::clone(&self.changed);
        let report = move |event: notify::Result<notify::Event>| {
            // our own reading is reported too
            if !event.is_ok_and(|e| e.kind.is_access()) {
                changed.notify_one();
            }
        };
        self.watcher = notify::recommended_watcher(report)
            .and_then(|mut watcher| watcher.watch(&self.path, self.mode).map(|()| watcher))
            .ok();
    }

    /// Waits for a change and the quiet after it, at most for `poll`; whether one was reported.
    pub(super) async fn next(&mut self, quiet: Duration, poll: Duration) -> bool {
        if tokio::time::timeout(poll, self.changed.notified()).await.is_err() {
            // the path may have been replaced by another: listen to that one
            self.listen();
            return false;
        }
        for _ in 0..PATIENCE {
            if tokio::time::timeout(quiet, self.changed.notified()).await.is_err() {
                break;
            }
        }
        true
    }
}

/// Watches a registry: a new value comes when what it says has changed, the first at once. A cluster whose file breaks
/// keeps its last good entry beside the problem; `mesh.yaml` likewise. An unreadable directory changes nothing.
pub fn watch(dir: &Path, options: ReadOptions, stop: CancellationToken) -> mpsc::Receiver<Registry> {
    let (out, registries) = mpsc::channel(1);
    let dir = dir.to_owned();
    tokio::spawn(async move {
        let follow = async {
            let mut changes = Changes::of(&dir, false);
            let mut last: Option<Registry> = None;
            loop {
                if let Some(registry) = read(&dir, &options, last.as_ref()).await {
                    last = Some(registry.clone());
                    if out.send(registry).await.is_err() {
                        return;
                    }
                }
                changes.next(QUIET, POLL).await;
            }
        };
        stop.run_until_cancelled(follow).await;
    });
    registries
}

/// Reads the registry, if it says anything else than `last`.
async fn read(dir: &Path, options: &ReadOptions, last: Option<&Registry>) -> Option<Registry> {
    let (dir, options) = (dir.to_owned(), options.clone());
    let mut registry = tokio::task::spawn_blocking(move || Registry::read(&dir, &options)).await.ok()?.ok()?;
    if let Some(last) = last {
        registry.keep_last_good(last);
        if registry.says() == last.says() {
            return None;
        }
    }
    Some(registry)
}

impl Registry {
    /// Takes over from `last` what is broken now.
    pub(super) fn keep_last_good(&mut self, last: &Registry) {
        let broken = |entry: &Entry| {
            let names = |file: &Path| self.problems.iter().any(|p| p.file == file);
            names(&entry.file) || entry.named.as_deref().is_some_and(names)
        };
        let kept: Vec<Entry> =
            last.entries.iter().filter(|e| self.entry(&e.id).is_none() && broken(e)).cloned().collect();
        self.entries.extend(kept);
        if self.problems.iter().any(|p| p.file == Path::new(mesh_file::NAME)) && self.mesh == Default::default() {
            self.mesh = last.mesh.clone();
            self.primary = last.primary.clone();
            for entry in &mut self.entries {
                entry.overrides = self.mesh.clusters.get(entry.id.as_str()).cloned().unwrap_or_default();
            }
        }
        // a primary that is named wrongly is a problem; it makes no cluster of the running mesh a remote
        if self.primary.is_none() {
            self.primary = last.primary.clone().filter(|p| self.entry(&p.id).is_some());
        }
        // a file that comes later does not move the primary of a running mesh, unless somebody names it
        let by_name = self.primary.as_ref().is_some_and(|p| p.why == FIRST_BY_NAME);
        if by_name && let Some(former) = last.primary.clone().filter(|p| self.entry(&p.id).is_some()) {
            self.primary = Some(former);
        }
        self.assign();
    }

    /// Everything that counts, comparable.
    pub(super) fn says(&self) -> impl PartialEq + '_ {
        let entries: Vec<_> =
            self.entries.iter().map(|e| (&e.id, e.role, &e.file, &e.overrides, e.fingerprint)).collect();
        (entries, &self.problems, &self.notes, &self.mesh, &self.primary)
    }
}
