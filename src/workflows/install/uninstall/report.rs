//! What an uninstallation removed and kept.

use serde::Serialize;

use crate::data::model::{Report, Table};
use crate::workflows::install::input::PlanCluster;

/// Why nothing is known of a cluster, in reports of what was interrupted early.
pub(in crate::workflows::install) const UNPLANNED: &str =
    "it was interrupted while it was planned; nothing was removed";

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The object.
    pub object: String,
    /// Why it stays.
    pub why: String,
}

/// What an uninstallation did to every cluster, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UninstallReport {
    /// Whether nothing was removed.
    pub dry_run: bool,
    /// The clusters, by id.
    pub clusters: Vec<LeftCluster>,
}

/// What it did to one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftCluster {
    /// The cluster's id.
    pub cluster: String,
    /// The folder or API server.
    pub place: String,
    /// How it ended.
    pub state: Left,
    /// What would be removed, where nothing was.
    pub planned: Vec<String>,
    /// What was removed.
    pub removed: Vec<String>,
    /// What stays.
    pub kept: Vec<Kept>,
    /// What cannot be known of it.
    pub notes: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it; for people only.
    #[serde(skip)]
    pub hint: Option<String>,
}

/// How a cluster ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Left {
    /// Nothing of us was there.
    Absent,
    /// It would go.
    Planned,
    /// It has gone.
    Removed,
    /// It has not, or not wholly.
    Failed,
}

impl LeftCluster {
    /// One that nobody had looked at when somebody interrupted.
    pub(in crate::workflows::install) fn unplanned(cluster: &PlanCluster) -> Self {
        Self {
            cluster: cluster.id.to_string(),
            place: cluster.place.to_string(),
            state: Left::Failed,
            planned: Vec::new(),
            removed: Vec::new(),
            kept: Vec::new(),
            notes: Vec::new(),
            error: Some(UNPLANNED.to_owned()),
            hint: None,
        }
    }

    /// What has gone, or would go.
    pub(in crate::workflows::install) fn goes(&self) -> &[String] {
        if self.planned.is_empty() { &self.removed } else { &self.planned }
    }
}

impl UninstallReport {
    /// Whether a cluster failed.
    pub fn failed(&self) -> bool {
        self.clusters.iter().any(|c| c.state == Left::Failed)
    }

    /// Whether nothing of us was anywhere.
    pub fn is_absent(&self) -> bool {
        self.clusters.iter().all(|c| c.state == Left::Absent)
    }

    /// The report in the forms of the command line.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self) -> Result<Report, serde_json::Error> {
        let removed = if self.dry_run { "WOULD GO" } else { "REMOVED" };
        let kept = if self.dry_run { "WOULD STAY" } else { "KEPT" };
        let mut table = Table::new(&["CLUSTER", "STATE", removed, kept], &["WHERE"]);
        for c in &self.clusters {
            let state = match c.state {
                Left::Absent => "absent",
                Left::Planned => "planned",
                Left::Removed => "removed",
                Left::Failed => "failed",
            };
            let (removed, kept) = (c.goes().len().to_string(), c.kept.len().to_string());
            table.row([c.cluster.clone(), state.to_owned(), removed, kept, c.place.clone()]);
        }
        let mut report = Report::of_kind("UninstallReport", self, table)?;
        report.names = self.clusters.iter().map(|c| c.cluster.clone()).collect();
        Ok(report)
    }

    /// For people: what goes and what stays, in each cluster.
    pub fn plan_text(&self) -> String {
        let mut out = String::new();
        for cluster in &self.clusters {
            out.push_str(&format!("{} {}\n", cluster.cluster, cluster.place));
            out.extend(cluster.goes().iter().map(|object| format!("  - {object}\n")));
            if cluster.state == Left::Absent && cluster.kept.is_empty() {
                out.push_str("  nothing of meshctl is there\n");
            }
            out.extend(cluster.kept.iter().map(|k| format!("  = {} stays: {}\n", k.object, k.why)));
            out.extend(cluster.error.iter().map(|error| format!("  error: {error}\n")));
        }
        out
    }
}
