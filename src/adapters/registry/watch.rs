//! Watching directories: the registry itself, and the folders of file clusters.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::entry::{FIRST_BY_NAME, MARKED};
use super::{Entry, Problem, ReadOptions, Registry, Unread, mesh_file};
use crate::adapters::files::real_path;
use crate::data::model::shown_path;

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
        // links that branch make a tree without an end: what they lead to is not listened to, and seen when it is looked at
        let config = notify::Config::default().with_follow_symlinks(false);
        let path = real_path(&self.path).unwrap_or_else(|_| self.path.clone());
        self.watcher = RecommendedWatcher::new(report, config)
            .and_then(|mut watcher| watcher.watch(&path, self.mode).map(|()| watcher))
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
    watch_from(dir, options, None, stop)
}

/// As [`watch`], after `last`: the first value comes when anything else is said.
pub(super) fn watch_from(
    dir: &Path,
    options: ReadOptions,
    mut last: Option<Registry>,
    stop: CancellationToken,
) -> mpsc::Receiver<Registry> {
    let (out, registries) = mpsc::channel(1);
    let dir = dir.to_owned();
    tokio::spawn(async move {
        let follow = async {
            let mut changes = Changes::of(&dir, false);
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
        let kept = self.broken_of(last);
        self.give_way(&kept);
        self.entries.extend(kept.iter().cloned());
        self.keep_mesh(last);
        self.keep_primary(last, &kept);
        self.assign();
    }

    /// The entries of `last` whose files are broken now.
    fn broken_of(&self, last: &Registry) -> Vec<Entry> {
        let broken = |entry: &&Entry| {
            let names = |file: &Path| self.problems.iter().any(|p| p.file == file);
            // the kubeconfig of a broken descriptor may take the very id of the cluster whose it is
            let gone = |new: &Entry| entry.named.as_ref() == Some(&new.file);
            // what is broken now may stand in another file than before
            let elsewhere = || self.unread.iter().any(|u| u.id.as_ref() == Some(&entry.id));
            let broken = || names(&entry.file) || entry.named.as_deref().is_some_and(names) || elsewhere();
            self.entry(&entry.id).is_none_or(gone) && broken()
        };
        last.entries.iter().filter(broken).cloned().collect()
    }

    /// What is part of a kept entry, or the same cluster, is no cluster of its own: it would be followed twice, under two ids.
    fn give_way(&mut self, kept: &[Entry]) {
        let named = |file: &Path| kept.iter().any(|k| k.named.as_deref() == Some(file));
        let problems = &mut self.problems;
        self.entries.retain(|new| {
            if named(&new.file) {
                return false;
            }
            let Some((twin, server)) = kept.iter().find_map(|k| Some((k, k.source.same_server(&new.source)?))) else {
                return true;
            };
            let reason = format!(
                "it is the same cluster as {}, whose last good state is kept: both have the API server {server}",
                shown_path(&twin.file)
            );
            problems.push(Problem { file: new.file.clone(), reason, install_only: false });
            false
        });
        problems.sort();
        // of what is kept the state is known
        self.unread.retain(|u| {
            let of = |k: &Entry| u.id.as_ref() == Some(&k.id) || u.file == k.file || Some(&u.file) == k.named.as_ref();
            !kept.iter().any(of)
        });
    }

    /// A `mesh.yaml` that cannot be read any more says what it said last.
    fn keep_mesh(&mut self, last: &Registry) {
        let is_mesh = |u: &Unread| u.file == Path::new(mesh_file::NAME);
        if !self.unread.iter().any(is_mesh) || last.unread.iter().any(is_mesh) {
            return;
        }
        self.unread.retain(|u| !is_mesh(u));
        self.mesh = last.mesh.clone();
        self.primary = last.primary.clone();
        for entry in &mut self.entries {
            entry.overrides = self.mesh.clusters.get(entry.id.as_str()).cloned().unwrap_or_default();
            entry.pilot = last.entry(&entry.id).map(|e| e.pilot.clone()).unwrap_or_default();
        }
    }

    fn keep_primary(&mut self, last: &Registry, kept: &[Entry]) {
        let Some(former) = last.primary.clone().filter(|p| self.entry(&p.id).is_some()) else { return };
        let moves = match &self.primary {
            // a primary that is named wrongly is a problem; it makes no cluster of the running mesh a remote
            None => true,
            // a file that comes later does not move the primary of a running mesh, unless somebody names it
            Some(now) if now.why == FIRST_BY_NAME => true,
            // nor does the mark of another, while the descriptor that marked it cannot be read
            Some(now) => now.why == MARKED && kept.iter().any(|k| k.id == former.id),
        };
        if moves {
            self.primary = Some(former);
        }
    }

    /// Everything that counts, comparable.
    pub(super) fn says(&self) -> impl PartialEq + '_ {
        let entries: Vec<_> =
            self.entries.iter().map(|e| (&e.id, e.role, &e.file, &e.overrides, &e.pilot, e.fingerprint)).collect();
        (entries, &self.problems, &self.unread, &self.notes, &self.mesh, &self.primary)
    }
}
