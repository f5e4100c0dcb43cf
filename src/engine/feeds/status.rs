//! How the feeds are, as pages and metrics show them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::adapters::registry::{Entry, Problem};
use crate::data::model::{ClusterId, ClusterRole, Timestamp};

/// How a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// It has not said everything once yet.
    Syncing,
    /// What it said is current.
    Synced,
    /// It does not answer; what it said stands.
    Stale,
    /// It does not answer, and never has.
    Unreachable,
    /// Its API server is that of another entry, which serves in its place.
    Duplicate,
}

/// What is known of a cluster's feed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FeedStatus {
    /// The cluster.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// Its file in the registry.
    pub file: PathBuf,
    /// How many sources the cluster has had in this process.
    pub generation: u32,
    /// How the source is.
    pub state: FeedState,
    /// Why it is not in order.
    pub reason: Option<String>,
    /// When a lost source was last heard, in seconds since the epoch.
    pub heard: Option<Timestamp>,
    /// What is wrong with its entry in the registry; its last good source goes on, where it had one.
    pub problem: Option<String>,
    /// Files of a file cluster that are bad.
    pub bad_files: BTreeMap<PathBuf, String>,
}

impl FeedStatus {
    /// Of a source that has said nothing yet.
    pub(super) fn new(entry: &Entry, generation: u32) -> Self {
        Self {
            id: entry.id.clone(),
            role: entry.role,
            file: entry.file.clone(),
            generation,
            state: FeedState::Syncing,
            reason: None,
            heard: None,
            problem: None,
            bad_files: BTreeMap::new(),
        }
    }

    /// Of an entry that has no source, and why.
    pub(super) fn without_source(
        id: &ClusterId,
        role: ClusterRole,
        file: PathBuf,
        state: FeedState,
        problem: &Problem,
    ) -> Self {
        // the kubeconfig that a descriptor names, too
        let why = if problem.file == file { problem.reason.clone() } else { problem.to_string() };
        Self {
            id: id.clone(),
            role,
            file,
            generation: 0,
            state,
            reason: Some(why.clone()),
            heard: None,
            problem: Some(why),
            bad_files: BTreeMap::new(),
        }
    }
}
