//! What must happen to a cluster so that it holds what is planned: the same for a folder and for an API server.

use serde::Serialize;

use super::report::Warning;
use super::secret::PlannedSecret;
use crate::pure::manifest::{Object, ObjectKey, Stage};

/// What is told of a stub that somebody has made a service of the cluster.
pub(super) const TAKEN_OVER: &str = "{} was a stub, and was kept: it has a selector by now";

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was not there.
    Created,
    /// It was there, and different.
    Changed,
    /// Nothing.
    Unchanged,
    /// We had put it there, and it is no longer wanted.
    Pruned,
}

/// What is put there.
#[derive(Debug, Clone)]
pub enum Payload {
    /// Nothing: it is removed.
    Nothing,
    /// An object that anybody may see.
    Object(Object),
    /// A Secret, whose data no text shows.
    Secret(PlannedSecret),
}

/// What happens to one object.
#[derive(Debug, Clone)]
pub struct Change {
    /// The object.
    pub key: ObjectKey,
    /// What happens.
    pub action: Action,
    /// What is put there.
    pub payload: Payload,
    /// The object's text as it stands, without what the server adds; empty where there is none. Of a Secret: hashes.
    pub before: String,
    /// Its text as it shall be; empty where it is removed.
    pub after: String,
    /// The UID of what stands in a live cluster: only that one is removed.
    pub uid: String,
    /// Why an API server could not be asked what would come of it.
    pub not_checked: Option<String>,
    /// Whether what stands is removed first: the API lets nobody change it into this.
    pub anew: bool,
    /// Fields of ours that others hold with other values: the ends of sentences.
    pub conflicts: Vec<String>,
}

/// The way from what stands to what is planned.
#[derive(Debug, Clone)]
pub(super) struct Changes {
    /// Objects, in the order in which they are applied; then what is pruned, in the order in which it goes. The inventory is
    /// not among them.
    pub(super) objects: Vec<Change>,
    /// The inventory as it shall be in the end.
    pub(super) inventory: Change,
    /// The inventory that is written before anything else, old and new objects; `None` where it stands already.
    pub(super) ahead: Option<Object>,
    /// What was met and left alone.
    pub(super) notes: Vec<String>,
    /// What is not in order, and stops nothing.
    pub(super) warnings: Vec<Warning>,
}

impl Changes {
    /// Whether nothing would be written.
    pub(super) fn is_settled(&self) -> bool {
        self.objects.iter().chain([&self.inventory]).all(|c| c.action == Action::Unchanged)
    }

    /// Every field of ours that others hold, as one sentence; `None` where there is none.
    pub(super) fn conflicts(&self) -> Option<String> {
        let all = self.objects.iter().chain([&self.inventory]).filter(|c| !c.conflicts.is_empty());
        drift(all.map(|c| (c.key.to_string(), c.conflicts.as_slice())))
    }

    /// Leaves nothing but Secrets, a namespace that they need, and the inventory that lists them.
    pub(super) fn only_secrets(&mut self) {
        self.objects.retain(|c| match (c.key.stage(), c.action) {
            (Stage::Secrets, action) => action != Action::Pruned,
            (Stage::Namespace, action) => action == Action::Created,
            _ => false,
        });
    }

    /// Leaves nothing to do.
    pub(super) fn nothing(&mut self) {
        self.objects.clear();
        self.inventory.action = Action::Unchanged;
        self.ahead = None;
    }

    /// What is written in a stage, in its order.
    pub(super) fn of_stage(&self, stage: Stage) -> impl Iterator<Item = &Change> {
        self.objects
            .iter()
            .filter(move |c| c.key.stage() == stage && matches!(c.action, Action::Created | Action::Changed))
    }

    /// What is removed, in its order.
    pub(super) fn pruned(&self) -> impl Iterator<Item = &Change> {
        self.objects.iter().filter(|c| c.action == Action::Pruned)
    }
}

/// What others have changed of objects of ours, each by its name and its fields; `None` where there is none.
pub(super) fn drift<'a>(objects: impl Iterator<Item = (String, &'a [String])>) -> Option<String> {
    let all: Vec<String> = objects.map(|(object, fields)| format!("{object}: {}", fields.join(", "))).collect();
    (!all.is_empty()).then(|| format!("others have changed what is ours: {}", all.join("; ")))
}

impl Change {
    /// A change, of which nothing more is to say.
    pub(super) fn new(key: ObjectKey, action: Action, payload: Payload, before: String, after: String) -> Self {
        let (uid, not_checked, anew, conflicts) = (String::new(), None, false, Vec::new());
        Self { key, action, payload, before, after, uid, not_checked, anew, conflicts }
    }

    /// The lines that go, with `-`, and the lines that come, with `+`, each run between two lines of what stays.
    pub fn lines(&self) -> String {
        let (before, after): (Vec<&str>, Vec<&str>) = (self.before.lines().collect(), self.after.lines().collect());
        // ours are a few hundred lines; whatever else stands there is not compared line by line
        if before.len().saturating_mul(after.len()) > 4_000_000 {
            return format!("({} lines, {} after)\n", before.len(), after.len());
        }
        // common[i][j]: how many lines the rests from i and j have in common
        let mut common = vec![vec![0u32; after.len() + 1]; before.len() + 1];
        for i in (0..before.len()).rev() {
            for j in (0..after.len()).rev() {
                let same = before[i] == after[j];
                common[i][j] = if same { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
            }
        }
        let (mut i, mut j, mut marked) = (0, 0, Vec::new());
        while i < before.len() || j < after.len() {
            if i < before.len() && j < after.len() && before[i] == after[j] {
                marked.push((' ', before[i]));
                (i, j) = (i + 1, j + 1);
            } else if j == after.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
                marked.push(('-', before[i]));
                i += 1;
            } else {
                marked.push(('+', after[j]));
                j += 1;
            }
        }
        let near =
            |at: usize| marked[at.saturating_sub(1)..(at + 2).min(marked.len())].iter().any(|(mark, _)| *mark != ' ');
        (0..marked.len()).filter(|at| near(*at)).map(|at| format!("{}{}\n", marked[at].0, marked[at].1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_goes_and_comes() {
        let key = ObjectKey { group: String::new(), kind: "A".into(), namespace: String::new(), name: "a".into() };
        let (before, after) = (
            "a
b
c
d
e
f
"
            .into(),
            "a
b
C
d
e
f
g
"
            .into(),
        );
        let change = Change::new(key, Action::Changed, Payload::Nothing, before, after);
        assert_eq!(change.lines(), " b\n-c\n+C\n d\n f\n+g\n");
        assert_eq!(Change { after: change.before.clone(), ..change }.lines(), "");
    }
}
