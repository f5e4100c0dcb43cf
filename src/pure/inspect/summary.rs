//! What a dump held, and what of it could not be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::dump::Section;
use super::kind::Kind;
use super::unsaid::Unsaid;

/// The largest element that is decoded, in bytes; a larger one is left out with a word.
pub(super) const MAX_ELEMENT: usize = 16 << 20;

/// Something of the dump that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The dump ends too early, breaks off, or stops being JSON.
    Truncated {
        /// What was being read.
        inside: String,
        /// How, and where.
        why: String,
        /// What was read before.
        read: String,
    },
    /// An element that is no such thing.
    Bad {
        /// Which.
        what: String,
        /// Why.
        why: String,
    },
    /// An element that is too large to be decoded.
    TooLarge {
        /// Which.
        what: String,
    },
    /// More than is held at once.
    Full {
        /// What was being read.
        inside: String,
        /// What of it is enough: `250000 clusters`.
        limit: String,
    },
    /// More problems than are told.
    More(u64),
    /// Text after the end.
    Trailing(u64),
}

impl Problem {
    /// Whether something of the dump is missing from what was shown.
    pub fn loses(&self) -> bool {
        !matches!(self, Problem::Trailing(_))
    }

    /// Whether the rest of the dump is lost.
    pub fn is_truncation(&self) -> bool {
        matches!(self, Problem::Truncated { .. } | Problem::Full { .. })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Truncated { inside, why, read } => {
                write!(f, "the dump cannot be read to its end, in the middle of {inside}: {why}; {read}")
            }
            Problem::Bad { what, why } => write!(f, "{what} was left out: {why}"),
            Problem::TooLarge { what } => write!(f, "{what} was left out: it is larger than {} MiB", MAX_ELEMENT >> 20),
            Problem::Full { inside, limit } => {
                write!(f, "the dump holds more than {limit}: reading it ended in the middle of {inside}")
            }
            Problem::More(n) => write!(f, "{n} more elements were left out"),
            Problem::Trailing(at) => write!(f, "the dump ends at byte {at}; what follows there was not read"),
        }
    }
}

/// What a dump held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The sections that were there, empty ones too.
    pub sections: BTreeSet<Section>,
    /// How many elements of each wanted section were visited.
    pub counts: BTreeMap<Section, u64>,
    /// Sections of types that are not known here, and how often they came.
    pub unknown: BTreeMap<String, u64>,
    /// What else a bare array held than what was wanted, and how often.
    pub others: BTreeMap<Kind, u64>,
    /// It is a bare array with nothing in it.
    pub is_empty_array: bool,
    /// What a pilot says that it does not know of its proxy.
    pub unsaid: Unsaid,
    /// A pilot computed it for a proxy that is not connected to it.
    pub computed: bool,
    /// A pilot has something newer for its proxy, which it has not sent yet.
    pub outdated: bool,
    /// What could not be shown.
    pub problems: Vec<Problem>,
}

/// How many types that are not known are told apart. A dump may be anybody's, and what is kept of it is bounded.
const MAX_TYPES: usize = 50;
/// The types that are not told apart.
const OTHER_TYPES: &str = "other types";

impl Summary {
    /// Counts a section of a type that is not known.
    pub(super) fn count_unknown(&mut self, ty: String) {
        count(&mut self.unknown, ty, || OTHER_TYPES.to_owned());
    }

    /// Counts an element of a bare array that was not wanted.
    pub(super) fn count_other(&mut self, kind: Kind) {
        count(&mut self.others, kind, || Kind::Other);
    }
}

/// Counts one, as `rest` where there are too many kinds already.
fn count<K: Ord>(kinds: &mut BTreeMap<K, u64>, kind: K, rest: impl FnOnce() -> K) {
    let kind = if kinds.len() < MAX_TYPES || kinds.contains_key(&kind) { kind } else { rest() };
    *kinds.entry(kind).or_default() += 1;
}

/// Resources of a bare array in words: `3 clusters, 1 listener`.
pub fn in_words(kinds: &BTreeMap<Kind, u64>) -> String {
    kinds.iter().map(|(kind, count)| kind.some(*count)).collect::<Vec<_>>().join(", ")
}

/// Why a text is no dump at all.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// Nothing came.
    #[error("it is empty")]
    Empty,
    /// It is not JSON, or not an object or array.
    #[error("it is no JSON of a proxy: it starts with {0:?}")]
    NotJson(char),
    /// A bare array says not what its elements are.
    #[error("it is a bare array, which does not say what its elements are")]
    Bare,
    /// A bare array with nothing in it, where more was asked for than the resources of one section.
    #[error("it is an empty array, and holds nothing of a proxy")]
    EmptyArray,
    /// A bare array of other things than what was wanted.
    #[error("it holds no {wanted}: it is an array of {}", in_words(found))]
    Others {
        /// What was wanted, in words.
        wanted: String,
        /// What it holds, as far as it could be read.
        found: BTreeMap<Kind, u64>,
    },
    /// It holds nothing of what a dump holds.
    #[error("it is JSON, but no config dump: it has neither \"configs\" nor \"cluster_statuses\"")]
    NotADump,
    /// Reading failed before anything came.
    #[error("{0}")]
    Read(std::io::Error),
}
