//! What an earlier run put into a cluster and nobody plans any more: it is pruned, or it stays, and why is told.

use futures::StreamExt;

use super::Ground;
use crate::pure::manifest::{ClusterManifests, Inventory, ObjectKey, is_taken_over};
use crate::workflows::install::change::{Action, Change, Payload, TAKEN_OVER};
use crate::workflows::install::live::standing::{cleaned, text, uid};
use crate::workflows::install::live::{WIDTH, sentence};
use crate::workflows::install::report::Warning;
use crate::workflows::install::skew::VERSION;

/// What becomes of what is planned no more.
#[derive(Default)]
pub(super) struct Gone {
    /// What is removed, in its order.
    pub(super) pruned: Vec<Change>,
    /// What was met and left alone.
    pub(super) notes: Vec<String>,
    /// What cannot be judged.
    pub(super) warnings: Vec<Warning>,
}

impl Ground<'_> {
    /// What the inventory lists and nobody plans any more. What stays although it is ours stays listed.
    pub(super) async fn gone(&self, manifests: &mut ClusterManifests) -> Result<Gone, String> {
        let planned = &manifests.inventory.objects;
        let listed = self.old.iter().flat_map(|i| i.listed(self.namespace));
        let (mut gone, unknown): (Vec<ObjectKey>, Vec<ObjectKey>) =
            listed.filter(|k| !planned.contains(k)).partition(|k| k.resource().is_some());
        let mut out = Gone { warnings: self.unknown(&unknown).into_iter().collect(), ..Gone::default() };
        unknown.into_iter().for_each(|key| manifests.keep_listed(key));
        // what was applied last goes first
        gone.sort_by(|a, b| b.stage().cmp(&a.stage()).then_with(|| a.cmp(b)));
        let read: Vec<_> = futures::stream::iter(gone)
            .map(|key| async move { (self.live.get(&key).await, key) })
            .buffered(WIDTH)
            .collect()
            .await;
        for (standing, key) in read {
            let Some(standing) = standing.map_err(|e| sentence("reading", &key, e))? else { continue };
            if !standing.is_owned() {
                out.notes.push(format!("{key} is no longer needed, and was kept: it does not carry our label"));
                continue;
            }
            if is_taken_over(&standing) {
                out.notes.push(TAKEN_OVER.replace("{}", &key.to_string()));
                // it is a stub again once the selector goes
                manifests.keep_listed(key);
                continue;
            }
            // what a Secret holds is nobody's to see
            let before = if key.kind == "Secret" { String::new() } else { text(&cleaned(&standing.value))? };
            let uid = uid(&standing);
            out.pruned
                .push(Change { uid, ..Change::new(key, Action::Pruned, Payload::Nothing, before, String::new()) });
        }
        Ok(out)
    }

    /// What is told of objects that another version put there, of kinds that this one does not know: the inventory alone knows of
    /// them.
    fn unknown(&self, keys: &[ObjectKey]) -> Option<Warning> {
        if keys.is_empty() {
            return None;
        }
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let by = self.old.as_ref().and_then(Inventory::installed).filter(|by| *by != VERSION);
        let which = by.map_or_else(|| "the meshctl that put it there".to_owned(), |by| format!("meshctl {by}"));
        Some(Warning {
            text: format!(
                "meshctl {VERSION} knows no such kind, and leaves alone what the inventory lists of it: {}",
                names.join(", ")
            ),
            hint: format!("use {which}: its install removes what it no longer needs, its uninstall all of it"),
        })
    }
}
