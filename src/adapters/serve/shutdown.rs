//! An orderly end: the first SIGTERM or SIGINT asks for it, the second does not wait for it.
#![expect(clippy::disallowed_methods, reason = "whoever signals twice wants the process gone")]

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::ServeError;

/// A token that the first SIGTERM or SIGINT fires. A second one ends the process at once, exit code 1: not fully done.
///
/// # Errors
/// Where the process cannot be told of signals.
pub fn on_signals() -> Result<CancellationToken, ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
    let stop = CancellationToken::new();
    let fired = stop.clone();
    tokio::spawn(async move {
        let name = either(&mut terminate, &mut interrupt).await;
        tracing::info!("{name}: ending, once more ends at once");
        fired.cancel();
        either(&mut terminate, &mut interrupt).await;
        std::process::exit(1);
    });
    Ok(stop)
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
