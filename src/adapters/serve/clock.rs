//! The clock: rooms above take the time as an argument, and whoever hands it to them reads it here.
#![expect(clippy::disallowed_methods, reason = "this is the clock")]

use std::time::{Instant, SystemTime};

use crate::data::model::Timestamp;

/// The time of day, in whole seconds; 1970 where the machine's clock stands before it.
pub fn now() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs()))
}

/// The monotonic clock, for deadlines and durations.
pub fn instant() -> Instant {
    Instant::now()
}
