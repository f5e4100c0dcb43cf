//! What must hold in every live cluster before anything is written in it: a table of small checks over what was gathered
//! there. The checks are pure; the gathering goes side by side, each cluster with its own deadline. (What others have put where
//! ours goes, another mesh above all, is found by the comparison with what stands, since it needs the inventory. A CA of another
//! root stops everything, and not its cluster alone.)

mod checks;
mod gather;
mod reach;
#[cfg(test)]
mod tests;

pub(super) use checks::unpinned;
pub(super) use gather::{Asked, gather};
pub(super) use reach::{FromInside, Own, Reach, is_loopback, reach};

use checks::{CHECKS, Said3, stop};

use super::rights::Wanted;
use super::skew;
use crate::adapters::registry::PilotAccess;
use crate::data::model::{ClusterId, ClusterRole};
use crate::pure::manifest::Inventory;

/// What is known of one live cluster.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Its id.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// What `mesh.yaml` says of the way to it.
    pub said: PilotAccess,
    /// What its kubeconfig says of it.
    pub own: Own,
    /// What was gathered; `Err`: why nothing could be.
    pub facts: Result<Facts, String>,
}

/// What was gathered in a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The API server's version, `v1.35.0`.
    pub version: String,
    /// The UID of `kube-system`, where it may be read.
    pub uid: Option<String>,
    /// What an earlier installation left.
    pub inventory: Option<Inventory>,
    /// What install will do there and the user may not.
    pub denied: Vec<Wanted>,
    /// Where the cluster's own pods find its API server; gathered only where the kubeconfig's address leads to this machine.
    pub inside: Option<FromInside>,
}

/// What the checks look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Ground {
    /// The live clusters that are asked for.
    pub subjects: Vec<Subject>,
    /// The file clusters that are asked for, with what an earlier installation left in each.
    pub folders: Vec<(ClusterId, Inventory)>,
    /// The version of this program.
    pub version: String,
    /// Whether an older version may replace a newer one.
    pub allow_downgrade: bool,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The cluster.
    pub cluster: ClusterId,
    /// The check.
    pub check: &'static str,
    /// Whether nothing must be written there.
    pub stops: bool,
    /// What is wrong, as a sentence without its end.
    pub sentence: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Ground {
    /// Everything that the checks find, by cluster in the order of the table.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for subject in &self.subjects {
            let mut say = |check, (stops, sentence, hint): Said3| {
                found.push(Finding { cluster: subject.id.clone(), check, stops, sentence, hint });
            };
            match &subject.facts {
                Err(why) => say("answer", (true, why.clone(), Some("meshctl cluster list shows who answers".into()))),
                Ok(facts) => {
                    for check in &CHECKS {
                        (check.look)(self, subject, facts).into_iter().for_each(|said| say(check.name, said));
                    }
                }
            }
        }
        for (cluster, inventory) in &self.folders {
            let said = self.of_version(inventory).into_iter();
            found.extend(said.map(|(stops, sentence, hint)| Finding {
                cluster: cluster.clone(),
                check: "downgrade",
                stops,
                sentence,
                hint,
            }));
        }
        found
    }

    /// What is said of the version that stands.
    fn of_version(&self, inventory: &Inventory) -> Vec<Said3> {
        match skew::step(&inventory.version, &self.version) {
            skew::Step::Downgrade if !self.allow_downgrade => {
                stop(skew::refusal(&inventory.version, &self.version), skew::HINT)
            }
            _ => Vec::new(),
        }
    }

    /// The others that answered.
    fn others<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = (&'a ClusterId, &'a Facts)> {
        let all = self.subjects.iter().filter(|s| s.id != subject.id);
        all.filter_map(|s| s.facts.as_ref().ok().map(|facts| (&s.id, facts)))
    }
}
