//! Ctrl-C, for commands that report what they have done.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when somebody wants the command to end. It listens from the call on, whoever polls it first.
pub(in crate::cli) fn interrupted() -> impl Future<Output = ()> {
    let heard = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let [Ok(mut interrupt), Ok(mut term)] = heard else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = term.recv() => {}
        }
    }
}
