//! Waiting: until something is so, at most until a deadline, and then with the last state in the message.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

/// Asks again and again until the answer is `Ok`; panics after `deadline` with what was waited for and the last answer.
///
/// One question that hangs counts against the deadline, too.
pub async fn eventually<T, E, F, Fut>(what: &str, deadline: Duration, mut ask: F) -> T
where
    E: Display,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let start = Instant::now();
    let mut last = "nothing was answered at all".to_owned();
    loop {
        match tokio::time::timeout(deadline.saturating_sub(start.elapsed()), ask()).await {
            Ok(Ok(value)) => return value,
            Ok(Err(state)) => last = state.to_string(),
            Err(_) => panic!("waited {deadline:?} for: {what}\nlast state, before a question that hung: {last}"),
        }
        assert!(start.elapsed() < deadline, "waited {deadline:?} for: {what}\nlast state: {last}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
