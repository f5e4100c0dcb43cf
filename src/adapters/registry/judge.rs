//! Judging what the directory names: which candidates are clusters, who of them is the primary, and what nobody can read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::entry::{Entry, FIRST_BY_NAME, MARKED, NAMED_BY_FLAG, NAMED_BY_MESH, Primary, Problem, Unread};
use super::scan::{Candidate, Mark};
use super::{PilotAccess, ReadOptions, SYSTEM_NAMESPACE, mesh_file};
use crate::data::kinds::MeshFile;
use crate::data::model::{ClusterId, ClusterRole, shown_path};

/// Admits candidates one by one; the first of two that clash stays.
pub(super) struct Judge<'a> {
    mesh: &'a MeshFile,
    pilots: &'a BTreeMap<&'a str, PilotAccess>,
    pub(super) problems: &'a mut Vec<Problem>,
    pub(super) entries: Vec<Entry>,
    /// What is registered, and cannot be read.
    pub(super) unread: Vec<Unread>,
    /// Ids of entries, and of those that would be one if their file were in order.
    pub(super) known: BTreeSet<ClusterId>,
    marked: Option<(ClusterId, PathBuf)>,
    /// A file may mark a primary, and cannot be read.
    mark_is_unknown: bool,
    /// The file of each id.
    ids: BTreeMap<ClusterId, PathBuf>,
    /// The file of each API server or folder, in words.
    sources: BTreeMap<String, String>,
}

impl<'a> Judge<'a> {
    /// `mesh` is what is in force, `pilots` what it says of pilot's way to each cluster.
    pub(super) fn new(
        mesh: &'a MeshFile,
        pilots: &'a BTreeMap<&'a str, PilotAccess>,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        Self {
            mesh,
            pilots,
            problems,
            entries: Vec::new(),
            unread: Vec::new(),
            known: BTreeSet::new(),
            marked: None,
            mark_is_unknown: false,
            ids: BTreeMap::new(),
            sources: BTreeMap::new(),
        }
    }

    fn problem(&mut self, file: &Path, reason: String) {
        self.problems.push(Problem { file: file.to_owned(), reason, install_only: false });
    }

    pub(super) fn admit(&mut self, candidate: Candidate) {
        let Candidate { id: said, file, named, mark, source } = candidate;
        self.mark_is_unknown |= mark == Mark::Unknown;
        let id = match ClusterId::parse(&said) {
            Ok(id) => Some(id),
            Err(_) if said.is_empty() && source.is_err() => None,
            Err(e) => {
                self.problem(&file, format!("its cluster's id {e}"));
                None
            }
        };
        if let Err(problem) = &source {
            self.problems.push(problem.clone());
        }
        let Some(id) = id else {
            // a descriptor says itself which cluster it is: what cannot be read may be any
            if let (Err(problem), true) = (source, said.is_empty() || mark == Mark::Unknown) {
                self.unread.push(Unread { file, id: None, problem });
            }
            return;
        };
        if let Some(first) = self.ids.get(&id) {
            let reason = format!("its id {id} is already that of {}", shown_path(first));
            return self.problem(&file, reason);
        }
        self.ids.insert(id.clone(), file.clone());
        if mark == Mark::Primary {
            self.mark(&id, &file);
        }
        self.known.insert(id.clone());
        let good = match source {
            Ok(good) => good,
            Err(problem) => return self.unread.push(Unread { file, id: Some(id), problem }),
        };
        if let Some(first) = self.sources.get(&good.same) {
            let reason = format!("it is the same cluster as {first}: both have the {}", good.same);
            return self.problem(&file, reason);
        }
        let shown = shown_path(&file);
        let from = named.as_ref().map(|named| format!("{shown} (its kubeconfig {})", shown_path(named)));
        self.sources.insert(good.same, from.unwrap_or(shown));
        let overrides = self.mesh.clusters.get(id.as_str()).cloned().unwrap_or_default();
        // as the overrides: nothing of a broken file is in force
        let in_force = self.mesh.clusters.contains_key(id.as_str());
        let pilot = self.pilots.get(id.as_str()).filter(|_| in_force).cloned().unwrap_or_default();
        let (source, fingerprint) = (good.source, good.fingerprint);
        self.entries.push(Entry {
            id,
            role: ClusterRole::Remote,
            file,
            named,
            source,
            overrides,
            pilot,
            fingerprint,
            system_namespace: SYSTEM_NAMESPACE.into(),
        });
    }

    fn mark(&mut self, id: &ClusterId, file: &Path) {
        match &self.marked {
            Some((_, first)) => {
                let reason = format!("it marks a second primary; {} marks one too", shown_path(first));
                self.problem(file, reason);
            }
            None => self.marked = Some((id.clone(), file.to_owned())),
        }
    }

    /// One primary: flag, `mesh.yaml`, descriptor, first by name. `rest` is what is in order of a `mesh.yaml`, and `said`
    /// whether it can be told whom that names; `None` where nobody can tell who it is.
    pub(super) fn primary(&mut self, options: &ReadOptions, rest: &MeshFile, said: bool) -> Option<Primary> {
        if let Some(id) = &options.primary {
            return self.named(id.clone(), NAMED_BY_FLAG, ".", "--primary");
        }
        if !said {
            return None;
        }
        if let Some(id) = rest.primary.as_deref().and_then(|id| ClusterId::parse(id).ok()) {
            return self.named(id, NAMED_BY_MESH, mesh_file::NAME, "primary");
        }
        if let Some((id, _)) = &self.marked {
            return Some(Primary { id: id.clone(), why: MARKED });
        }
        // the descriptor that marks the primary may be the one that cannot be read
        if self.mark_is_unknown {
            return None;
        }
        // a broken file keeps its place: that it breaks must not move the primary
        self.known.first().map(|id| Primary { id: id.clone(), why: FIRST_BY_NAME })
    }

    fn named(&mut self, id: ClusterId, why: &'static str, file: &str, what: &str) -> Option<Primary> {
        if self.known.contains(&id) {
            return Some(Primary { id, why });
        }
        self.problem(Path::new(file), format!("{what} names {id}, which is no cluster of this registry"));
        None
    }
}
