//! What a removal of a cluster did.

use serde::Serialize;

use crate::data::model::{ClusterId, Report, Table};
use crate::workflows::install::uninstall::{Left, LeftCluster};

/// What a removal did, or would do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovalReport {
    /// The cluster that goes.
    pub name: String,
    /// Whether nothing was removed.
    pub dry_run: bool,
    /// The clusters that stay: the primary first, then by id.
    pub others: Vec<Cleared>,
    /// The cluster itself; `None` where it is dead, or not in the registry.
    pub itself: Option<LeftCluster>,
    /// Files of the registry that are set aside.
    pub files: Vec<String>,
}

/// A cluster that stays.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cleared {
    /// Its id.
    pub cluster: String,
    /// What would be removed there, where nothing was.
    pub planned: Vec<String>,
    /// What was removed there.
    pub removed: Vec<String>,
    /// What cannot be known of it.
    pub notes: Vec<String>,
    /// Whether a look afterwards found nothing of the cluster that goes.
    pub clear: bool,
    /// Why that is not so.
    pub error: Option<String>,
}

impl Cleared {
    /// One that nobody has looked at, and why.
    pub(super) fn failed(cluster: &ClusterId, why: &str) -> Self {
        Self {
            cluster: cluster.to_string(),
            planned: Vec::new(),
            removed: Vec::new(),
            notes: Vec::new(),
            clear: false,
            error: Some(why.to_owned()),
        }
    }
}

impl RemovalReport {
    /// Whether something of the cluster is left somewhere, or nobody knows.
    pub fn failed(&self) -> bool {
        self.others.iter().any(|o| o.error.is_some()) || self.itself.as_ref().is_some_and(|i| i.error.is_some())
    }

    /// The clusters that are left with something of it, or of which nobody knows, where the cluster itself is out of the mesh:
    /// it is dead, or nothing of us is in it any more.
    pub fn rest(&self) -> Vec<&str> {
        let gone = |itself: &LeftCluster| matches!(itself.state, Left::Removed | Left::Absent);
        match self.itself.as_ref().is_none_or(gone) && !self.dry_run {
            true => self.others.iter().filter(|o| o.error.is_some()).map(|o| o.cluster.as_str()).collect(),
            false => Vec::new(),
        }
    }

    /// The report in the forms of the command line.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self) -> Result<Report, serde_json::Error> {
        let removed = if self.dry_run { "WOULD GO" } else { "REMOVED" };
        let mut table = Table::new(&["CLUSTER", removed, "CLEAR"], &[]);
        let clear = |so: bool| if so { "yes" } else { "no" }.to_owned();
        for other in &self.others {
            let goes = other.planned.len() + other.removed.len();
            table.row([other.cluster.clone(), goes.to_string(), clear(other.clear)]);
        }
        if let Some(itself) = &self.itself {
            let gone = itself.error.is_none() && !self.dry_run;
            table.row([itself.cluster.clone(), itself.goes().len().to_string(), clear(gone)]);
        }
        let report = Report::of_kind("ClusterRemoved", self, table)?;
        Ok(Report { names: vec![self.name.clone()], ..report })
    }

    /// For people: what goes, in each cluster.
    pub fn plan_text(&self) -> String {
        let mut out = String::new();
        let rows = self.others.iter().map(|o| (&o.cluster, o.planned.as_slice(), &o.error));
        let itself = self.itself.iter().map(|i| (&i.cluster, i.goes(), &i.error));
        for (cluster, goes, error) in rows.chain(itself) {
            out.push_str(&format!("{cluster}\n"));
            out.extend(goes.iter().map(|text| format!("  - {text}\n")));
            out.extend(error.iter().map(|why| format!("  error: {why}\n")));
            if goes.is_empty() && error.is_none() {
                out.push_str(&format!("  nothing of {} is there\n", self.name));
            }
        }
        if !self.files.is_empty() {
            out.push_str("the registry\n");
            out.extend(self.files.iter().map(|file| format!("  - {file}, set aside as a hidden file beside it\n")));
        }
        out
    }
}
