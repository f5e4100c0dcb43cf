//! What a source says while it is followed.

use std::path::PathBuf;

use crate::data::kinds::Object;
use crate::data::model::{FactKey, Kind, Timestamp};

/// One event of a followed source. Order counts: `Synced` comes after everything it vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "nearly every event of a busy cluster is the large variant")]
pub enum Event {
    /// The object is there, or has changed.
    Put(Object),
    /// The object is gone.
    Remove(FactKey),
    /// These are all objects of the kind; others are gone.
    Replace(Kind, Vec<Object>),
    /// Every kind has been heard.
    Synced,
    /// The source does not answer; what it said stays. Said again where the reason changes.
    Lost {
        /// Why, in one sentence without a full stop.
        reason: String,
        /// When it was last heard; `None`: never.
        heard: Option<Timestamp>,
    },
    /// An object or a file is bad; whatever else there is goes on.
    Bad {
        /// Which.
        subject: Subject,
        /// Why, in one sentence without a full stop, without its contents.
        reason: String,
    },
    /// A bad file is in order again, or gone. A bad object is mended by its next `Put`, `Remove` or `Replace` instead.
    Mended(Subject),
}

/// What a complaint is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An object.
    Object(FactKey),
    /// A file of a file cluster, relative to its folder.
    File(PathBuf),
}
