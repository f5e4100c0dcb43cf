//! Keeps an identity in line with its files: a certificate renewed on disk serves from the next handshake on.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::{ServeError, TlsIdentity};

/// The files are read this often whatever the system reports: it is a few kilobytes, and not every file system reports.
const POLL: Duration = Duration::from_secs(1);
/// Who replaces three files does it within this, mostly.
const SETTLE: Duration = Duration::from_millis(50);

impl TlsIdentity {
    /// Follows the files until `stop`. New ones serve once they are good together; until then the last good ones do, and
    /// why is in the log once and in [`TlsIdentity::problem`] while it lasts.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let (changed, mut changes) = mpsc::channel(1);
        let _watcher = self.watch_folders(changed);
        let mut tick = tokio::time::interval(POLL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
                // without a watcher there is nothing to receive, and the poll does it alone
                Some(()) = changes.recv() => {
                    tokio::time::sleep(SETTLE).await;
                    let _ = changes.try_recv();
                }
            }
            let this = self.clone();
            match tokio::task::spawn_blocking(move || this.reload()).await {
                Ok(outcome) => self.note(outcome, &mut seen),
                // the runtime is ending
                Err(_) => return,
            }
        }
    }

    /// What is wrong twice in a row is a problem; what is wrong once may be half of a replacement.
    fn note(&self, outcome: Result<bool, ServeError>, seen: &mut Option<String>) {
        let certificate = self.files.certificate.display();
        match outcome {
            Ok(new) => {
                if new {
                    tracing::info!("the certificate {certificate} was renewed: new connections use it");
                } else if self.problem().is_some() {
                    tracing::info!("the files of the certificate {certificate} are good again");
                }
                *seen = None;
                self.set_problem(None);
            }
            Err(e) => {
                let why = e.to_string();
                let again = seen.as_ref() == Some(&why);
                let known = self.problem().is_some_and(|p| *p == why);
                if again && !known {
                    tracing::warn!("the new certificate {certificate} is not used, the last good one serves on: {why}");
                    self.set_problem(Some(why.clone()));
                }
                *seen = Some(why);
            }
        }
    }

    /// Watches the folders, not the files: a rename, or a mounted Secret's `..data`, replaces files without touching them.
    fn watch_folders(&self, changed: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
        let files = [&self.files.certificate, &self.files.key, &self.files.root];
        let folders = files.map(|f| f.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        let told = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // our own reads are events too
            if event.is_ok_and(|e| !e.kind.is_access()) {
                let _ = changed.try_send(());
            }
        });
        let watching = told.and_then(|mut watcher| {
            for folder in BTreeSet::from(folders) {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
            }
            Ok(watcher)
        });
        watching.inspect_err(|e| tracing::debug!("the certificate's folder is polled only: {e}")).ok()
    }
}
