//! The mesh of a registry, read once, for commands that need no server.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;

use crate::adapters::registry::{self, BadDocument, LoadError, Objects, Problem, Registry};
use crate::data::kinds::Object;
use crate::data::model::{ClusterId, FeedId, Kind};
use crate::pure::mesh::{Change, Index, Mesh, ingest};

/// What was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The mesh of the clusters that answered.
    pub mesh: Mesh,
    /// Why the others did not.
    pub failed: BTreeMap<ClusterId, String>,
    /// What counts for nothing in those that answered: broken files and objects, each a sentence without a full stop.
    pub bad: Vec<(ClusterId, String)>,
    /// Those of them that are files of a folder of which nothing can be relied on, relative to the registry.
    pub broken: Vec<(ClusterId, Problem)>,
}

/// Reads every cluster of a registry once, side by side, each with a deadline. One that does not answer costs itself only.
pub async fn load_once(registry: &Registry, deadline: Duration) -> Loaded {
    let loads = registry.entries.iter().map(|entry| async move {
        let objects = registry::load_once(entry, deadline).await;
        (entry.id.clone(), objects)
    });
    assemble(registry, join_all(loads).await)
}

/// The pods of a registry's clusters, or of one, and of one namespace alone where it is named: what finding a proxy needs.
/// Of localities and settings it knows nothing.
pub async fn load_pods(
    registry: &Registry,
    only: Option<&ClusterId>,
    namespace: Option<&str>,
    deadline: Duration,
) -> Loaded {
    let entries = registry.entries.iter().filter(|e| only.is_none_or(|id| *id == e.id));
    let loads = entries.map(|entry| async move {
        let objects = registry::load_pods(entry, namespace, deadline).await;
        (entry.id.clone(), objects)
    });
    assemble(registry, join_all(loads).await)
}

fn assemble(registry: &Registry, clusters: Vec<(ClusterId, Result<Objects, LoadError>)>) -> Loaded {
    let mut index = Index::new(registry.settings());
    let (mut failed, mut bad, mut broken) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (id, objects) in clusters {
        match objects {
            Ok(all) => {
                fill(&mut index, &id, &all.objects);
                bad.extend(all.bad.into_iter().map(|what| (id.clone(), what)));
                let folder = registry.entry(&id).map(|e| e.file.clone()).unwrap_or_default();
                let problem =
                    |b: BadDocument| Problem { file: folder.join(b.file), reason: b.reason, install_only: false };
                broken.extend(all.broken.into_iter().map(|b| (id.clone(), problem(b))));
            }
            Err(error) => drop(failed.insert(id, error.to_string())),
        }
    }
    Loaded { mesh: index.mesh(), failed, bad, broken }
}

fn fill(index: &mut Index, id: &ClusterId, objects: &[Object]) {
    let feed = FeedId { cluster: id.clone(), generation: 1 };
    let mut facts: BTreeMap<Kind, Vec<_>> = BTreeMap::new();
    for fact in objects.iter().map(ingest) {
        facts.entry(fact.key.kind).or_default().push(fact);
    }
    for (kind, facts) in facts {
        index.apply(&feed, Change::Replace(kind, facts));
    }
    index.apply(&feed, Change::Synced);
}
