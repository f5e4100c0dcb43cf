//! Following a source: both kinds behind one function. Here the folders; live clusters are in `live`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::folder::{Folder, Reader, signature};
use super::watch::Changes;
use super::{Entry, Event, Source, Subject, Timing, live};
use crate::data::model::{Kind, Timestamp, shown_path};

/// How often a folder is looked at where nobody reports its changes.
const POLL: Duration = Duration::from_secs(2);
/// A change is read once its folder has been quiet for so long.
const QUIET: Duration = Duration::from_millis(50);

/// Follows a cluster's source and says what it holds, until it is stopped or nobody listens. It never gives up.
pub async fn follow(entry: &Entry, out: mpsc::Sender<Event>, stop: CancellationToken) {
    follow_with(entry, out, stop, Timing::default()).await;
}

impl Entry {
    /// As [`follow`], with other waiting times.
    pub async fn follow_with(&self, out: mpsc::Sender<Event>, stop: CancellationToken, timing: Timing) {
        follow_with(self, out, stop, timing).await;
    }
}

async fn follow_with(entry: &Entry, out: mpsc::Sender<Event>, stop: CancellationToken, timing: Timing) {
    match entry.source.connector() {
        Some(connector) => {
            stop.run_until_cancelled(live::follow(connector, &entry.system_namespace, out, timing)).await
        }
        None => {
            let Source::Folder(path) = &entry.source else { return };
            stop.run_until_cancelled(folder(path, out)).await
        }
    };
}

/// Nobody listens any more.
pub(super) struct Unheard;

/// Sends an event.
pub(super) async fn send(out: &mpsc::Sender<Event>, event: Event) -> Result<(), Unheard> {
    out.send(event).await.map_err(|_| Unheard)
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "it stamps when a source was last heard")]
pub(super) fn now() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs()))
}

async fn folder(path: &Path, out: mpsc::Sender<Event>) {
    let mut changes = Changes::of(path, true);
    let reader = Arc::new(Mutex::new(Reader::default()));
    let mut said = Said::default();
    let (mut seen, mut reported) = (0, true);
    loop {
        // before the reading: what changes meanwhile is read again
        let now = signature_of(path).await;
        // two changes within a tick of the file system's clock look the same: a report counts without a difference
        if reported || seen != now {
            let read = read(path, &reader).await;
            if said.news(&out, read).await.is_err() {
                return;
            }
            seen = now;
        }
        reported = changes.next(QUIET, POLL).await;
    }
}

async fn signature_of(path: &Path) -> u128 {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || signature(&path)).await.unwrap_or(0)
}

async fn read(path: &Path, reader: &Arc<Mutex<Reader>>) -> Result<Folder, String> {
    let (path, reader) = (path.to_owned(), Arc::clone(reader));
    let read = tokio::task::spawn_blocking(move || {
        let mut reader = reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        reader.read(&path).map_err(|e| format!("its folder cannot be read: {}", e.reason()))
    });
    read.await.unwrap_or_else(|_| Err("reading its folder broke off".into()))
}

/// What was said of a folder, so that only news are.
#[derive(Default)]
struct Said {
    folder: Option<Folder>,
    bad: BTreeMap<Subject, String>,
    heard: Option<Timestamp>,
    lost: bool,
}

impl Said {
    async fn news(&mut self, out: &mpsc::Sender<Event>, read: Result<Folder, String>) -> Result<(), Unheard> {
        let folder = match read {
            Ok(folder) => folder,
            Err(_) if self.lost => return Ok(()),
            Err(reason) => {
                self.lost = true;
                return send(out, Event::Lost { reason, heard: self.heard }).await;
            }
        };
        let mut replaced = BTreeSet::new();
        for kind in Kind::ALL {
            let same = self.folder.as_ref().is_some_and(|before| before.of_kind(kind).eq(folder.of_kind(kind)));
            if !same {
                replaced.insert(kind);
                send(out, Event::Replace(kind, folder.of_kind(kind).cloned().collect())).await?;
            }
        }
        self.complaints(out, &folder, &replaced).await?;
        if self.folder.is_none() || self.lost {
            send(out, Event::Synced).await?;
        }
        (self.folder, self.heard, self.lost) = (Some(folder), Some(now()), false);
        Ok(())
    }

    async fn complaints(
        &mut self,
        out: &mpsc::Sender<Event>,
        folder: &Folder,
        replaced: &BTreeSet<Kind>,
    ) -> Result<(), Unheard> {
        let mut bad: BTreeMap<Subject, String> = BTreeMap::new();
        for document in &folder.bad {
            // an object that counts from another file is a complaint about the file
            let (subject, reason) = match &document.key {
                Some(key) if !folder.objects.contains_key(key) => {
                    (Subject::Object(key.clone()), format!("{}: {}", shown_path(&document.file), document.reason))
                }
                _ => (Subject::File(document.file.clone()), document.reason.clone()),
            };
            bad.entry(subject).and_modify(|all| *all = format!("{all}; {reason}")).or_insert(reason);
        }
        for (subject, reason) in &bad {
            // a replaced kind has lost the complaints about its objects
            let again = matches!(subject, Subject::Object(key) if replaced.contains(&key.kind));
            if again || self.bad.get(subject) != Some(reason) {
                send(out, Event::Bad { subject: subject.clone(), reason: reason.clone() }).await?;
            }
        }
        for subject in self.bad.keys().filter(|subject| !bad.contains_key(*subject)) {
            match subject {
                Subject::File(_) => send(out, Event::Mended(subject.clone())).await?,
                Subject::Object(key) if folder.objects.contains_key(key) => {}
                Subject::Object(key) => send(out, Event::Remove(key.clone())).await?,
            }
        }
        self.bad = bad;
        Ok(())
    }
}
