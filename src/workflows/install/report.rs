//! What an installation did, or would do.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::change::{Action, Change};
use crate::data::model::{Report, Table};
use crate::pure::manifest::Object;

/// What an installation did to every cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallReport {
    /// The primary's id.
    pub primary: String,
    /// Why it is the primary.
    pub primary_reason: String,
    /// The control plane's image.
    pub image: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// The clusters: the primary first, then by id.
    pub clusters: Vec<ClusterReport>,
}

/// What it did to one cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterReport {
    /// The cluster's id.
    pub cluster: String,
    /// Primary or remote.
    pub role: String,
    /// The folder of a file cluster that is written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The API server of a live cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// How it ended.
    pub state: State,
    /// Its objects: what was done, or would be.
    pub objects: Vec<ObjectReport>,
    /// The Secrets it needs, which are never written to a folder.
    pub secrets: Vec<SecretReport>,
    /// What was met and left alone.
    pub notes: Vec<String>,
    /// What is not in order, and stopped nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about that, with the next command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What is not in order in a cluster, and stopped nothing there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What it is: a sentence without its end.
    pub text: String,
    /// What to do about it, with the next command.
    pub hint: String,
}

/// How a cluster ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It holds what is planned, and did not before.
    Written,
    /// It held what is planned.
    Unchanged,
    /// Nothing was written, as was asked for.
    Planned,
    /// It does not, or not fully, hold what is planned.
    Failed,
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            State::Written => "written",
            State::Unchanged => "unchanged",
            State::Planned => "planned",
            State::Failed => "failed",
        })
    }
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectReport {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for objects of the whole cluster.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// Its file in the folder of a file cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What happened, or would.
    pub action: Action,
    /// Why the API server could not be asked whether it would take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_checked: Option<String>,
    /// Fields of ours that others hold with other values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// The lines that change, where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// The object, where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Value>,
}

/// A Secret by its keys, and the hashes of those that are public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretReport {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The names of its data.
    pub keys: Vec<String>,
    /// SHA-256 of the certificates, in hexadecimal, by key. Private keys are not hashed.
    pub sha256: BTreeMap<String, String>,
}

impl std::fmt::Display for ObjectReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{}/{}", self.kind, self.name),
            namespace => write!(f, "{}/{namespace}/{}", self.kind, self.name),
        }
    }
}

impl ObjectReport {
    pub(super) fn of(change: &Change, planned: Option<&[Object]>, file: bool) -> Self {
        let object = planned.and_then(|all| all.iter().find(|o| o.key == change.key));
        Self {
            group: change.key.group.clone(),
            kind: change.key.kind.clone(),
            namespace: change.key.namespace.clone(),
            name: change.key.name.clone(),
            file: file.then(|| change.key.file_name()),
            action: change.action,
            not_checked: change.not_checked.clone().filter(|_| planned.is_some()),
            conflicts: change.conflicts.clone(),
            diff: (planned.is_some() && change.action == Action::Changed).then(|| change.lines()),
            object: object.map(|o| o.value.clone()),
        }
    }
}

impl ClusterReport {
    /// Where its objects stand: a folder or an API server.
    pub fn place(&self) -> &str {
        self.folder.as_deref().or(self.server.as_deref()).unwrap_or_default()
    }

    /// Every field of ours that others hold with another value, as one sentence; `None` where there is none.
    pub fn drift(&self) -> Option<String> {
        let all = self.objects.iter().filter(|o| !o.conflicts.is_empty());
        super::change::drift(all.map(|o| (o.to_string(), o.conflicts.as_slice())))
    }

    /// How many objects met this.
    pub fn count(&self, action: Action) -> usize {
        self.objects.iter().filter(|o| o.action == action).count()
    }
}

impl InstallReport {
    /// Whether a cluster failed.
    pub fn failed(&self) -> bool {
        self.clusters.iter().any(|c| c.state == State::Failed)
    }

    /// A row a cluster, with the numbers of its objects.
    pub fn table(&self) -> Table {
        let mut table =
            Table::new(&["CLUSTER", "ROLE", "STATE", "CREATED", "CHANGED", "UNCHANGED", "PRUNED"], &["WHERE"]);
        for cluster in &self.clusters {
            let count = |action| cluster.count(action).to_string();
            table.row([
                cluster.cluster.clone(),
                cluster.role.clone(),
                cluster.state.to_string(),
                count(Action::Created),
                count(Action::Changed),
                count(Action::Unchanged),
                count(Action::Pruned),
                cluster.place().to_owned(),
            ]);
        }
        table
    }

    /// The report in the forms of the command line, as `kind`.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self, kind: &str) -> Result<Report, serde_json::Error> {
        let mut report = Report::of_kind(kind, self, self.table())?;
        report.names = self.clusters.iter().map(|c| c.cluster.clone()).collect();
        Ok(report)
    }

    /// The plan for people: every object that is not unchanged, with the lines that change.
    pub fn plan_text(&self) -> String {
        let mut out = String::new();
        for cluster in &self.clusters {
            out.push_str(&format!("{} ({}) {}\n", cluster.cluster, cluster.role, cluster.place()));
            for object in cluster.objects.iter().filter(|o| o.action != Action::Unchanged) {
                let mark = match object.action {
                    Action::Created => '+',
                    Action::Pruned => '-',
                    Action::Changed | Action::Unchanged => '~',
                };
                let name = object.file.clone().unwrap_or_else(|| object.to_string());
                let why = object.not_checked.as_ref().map(|why| format!(" (not checked: {why})")).unwrap_or_default();
                out.push_str(&format!("  {mark} {name}{why}\n"));
                out.extend(object.conflicts.iter().map(|why| format!("      {why}\n")));
                out.extend(object.diff.iter().flat_map(|d| d.lines()).map(|line| format!("      {line}\n")));
            }
            out.extend(cluster.warnings.iter().map(|warning| format!("  warning: {}\n", warning.text)));
            match (&cluster.error, cluster.count(Action::Unchanged)) {
                (Some(error), _) => out.push_str(&format!("  error: {error}\n")),
                (None, 0) => {}
                (None, n) => out.push_str(&format!("  {n} unchanged\n")),
            }
        }
        out
    }
}
