//! What must happen to a folder so that it holds what is planned. Pure.

use serde::Serialize;

use super::standing::{Standing, StandingFile};
use crate::data::yaml::YamlError;
use crate::pure::manifest::{ClusterManifests, Object, ObjectKey};

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

/// What happens to one object, which is one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The object.
    pub key: ObjectKey,
    /// Its file's name.
    pub file: String,
    /// What happens.
    pub action: Action,
    /// The file's text as it stands; empty where there is none.
    pub before: String,
    /// The file's text as it shall be; empty where it is removed.
    pub after: String,
}

/// The way from what stands to what is planned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Changes {
    /// Objects, in the order in which they are applied; then what is pruned. The inventory is not among them.
    pub(super) objects: Vec<Change>,
    /// The inventory as it shall be in the end.
    pub(super) inventory: Change,
    /// The inventory's text that is written before anything else: old and new objects.
    pub(super) ahead: String,
    /// What was met and left alone.
    pub(super) notes: Vec<String>,
}

/// Why a folder must not be touched.
#[derive(Debug, thiserror::Error)]
pub(super) enum Conflict {
    /// A file of somebody else stands where ours would.
    #[error("the file {0} stands where meshctl would write, and meshctl did not write it")]
    Foreign(String),
    /// The folder is another cluster's.
    #[error("its inventory is that of cluster {0}")]
    OtherCluster(String),
    /// An object does not serialise.
    #[error("writing an object as YAML failed: {0}")]
    Yaml(#[from] YamlError),
}

/// Compares.
pub(super) fn changes(planned: &ClusterManifests, standing: &Standing) -> Result<Changes, Conflict> {
    let old = standing.inventory.as_ref();
    if let Some(other) = old.filter(|i| i.cluster != planned.cluster.as_str()) {
        return Err(Conflict::OtherCluster(other.cluster.clone()));
    }
    let listed = |key: &ObjectKey| old.is_some_and(|i| i.objects.contains(key));
    let mut objects = Vec::new();
    for object in &planned.objects {
        let file = object.key.file_name();
        let current = standing.files.get(&file);
        let ours = |f: &StandingFile| {
            listed(&object.key) || f.object.as_ref().is_some_and(|o| o.is_owned() && o.key == object.key)
        };
        if current.is_some_and(|f| !ours(f)) {
            return Err(Conflict::Foreign(file));
        }
        objects.push(change(object, current)?);
    }
    let mut notes = Vec::new();
    for key in old.iter().flat_map(|i| &i.objects).filter(|k| !planned.objects.iter().any(|o| o.key == **k)) {
        let file = key.file_name();
        match standing.files.get(&file) {
            None => {}
            Some(f) if f.object.as_ref().is_some_and(|o| o.is_owned() && o.key == *key) => {
                objects.push(Change {
                    key: key.clone(),
                    file,
                    action: Action::Pruned,
                    before: f.text.clone(),
                    after: String::new(),
                });
            }
            Some(_) => notes.push(format!("{file} is no longer needed, and was kept: it does not carry our label")),
        }
    }
    let inventory =
        change(&planned.inventory.to_object(&planned.namespace)?, inventory_file(planned, standing)?.as_ref())?;
    let ahead = old.map_or_else(|| planned.inventory.clone(), |old| planned.inventory.with(old));
    let ahead = ahead.to_object(&planned.namespace)?.to_yaml()?;
    Ok(Changes { objects, inventory, ahead, notes })
}

/// The inventory as a file that stands, in our own form.
fn inventory_file(planned: &ClusterManifests, standing: &Standing) -> Result<Option<StandingFile>, YamlError> {
    let Some(inventory) = &standing.inventory else { return Ok(None) };
    let object = inventory.to_object(&planned.namespace)?;
    Ok(Some(StandingFile { text: object.to_yaml()?, object: Some(object) }))
}

fn change(desired: &Object, current: Option<&StandingFile>) -> Result<Change, YamlError> {
    let now = current.and_then(|f| f.object.as_ref());
    let desired = now.map_or_else(|| desired.clone(), |now| desired.with_run_time_fields(&now.value));
    let action = match (current, now) {
        (None, _) => Action::Created,
        (Some(_), Some(now)) if now.value == desired.value => Action::Unchanged,
        _ => Action::Changed,
    };
    Ok(Change {
        file: desired.key.file_name(),
        action,
        before: current.map(|f| f.text.clone()).unwrap_or_default(),
        after: desired.to_yaml()?,
        key: desired.key,
    })
}

impl Change {
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
        let change = Change {
            key: ObjectKey { group: String::new(), kind: "A".into(), namespace: String::new(), name: "a".into() },
            file: String::new(),
            action: Action::Changed,
            before: "a\nb\nc\nd\ne\nf\n".into(),
            after: "a\nb\nC\nd\ne\nf\ng\n".into(),
        };
        assert_eq!(change.lines(), " b\n-c\n+C\n d\n f\n+g\n");
        assert_eq!(Change { after: change.before.clone(), ..change }.lines(), "");
    }
}
