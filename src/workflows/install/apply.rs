//! Carries the changes of one folder out. The inventory goes first, so that a broken run loses track of nothing.

use std::path::Path;

use super::diff::{Action, Change, Changes};
use super::disk;

/// Writes and removes what the changes say, in their order; stops at the first failure.
///
/// Returns the changes that are carried out, the inventory last, and the failure.
pub(super) fn apply<'a>(dir: &Path, changes: &'a Changes) -> (Vec<&'a Change>, Option<String>) {
    let inventory = &changes.inventory;
    let mut done = Vec::new();
    let put = |file: &str, text: &str| {
        let path = dir.join(file);
        disk::write(&path, text).map_err(|e| format!("writing {} failed: {e}", path.display()))
    };
    let quiet = inventory.action == Action::Unchanged && changes.objects.iter().all(|c| c.action == Action::Unchanged);
    if !quiet
        && changes.ahead != inventory.before
        && let Err(why) = put(&inventory.file, &changes.ahead)
    {
        return (done, Some(why));
    }
    for change in &changes.objects {
        let path = dir.join(&change.file);
        let result = match change.action {
            Action::Unchanged => Ok(()),
            Action::Created | Action::Changed => put(&change.file, &change.after),
            Action::Pruned => disk::remove(&path).map_err(|e| format!("removing {} failed: {e}", path.display())),
        };
        match result {
            Ok(()) => done.push(change),
            Err(why) => return (done, Some(why)),
        }
    }
    if !quiet
        && changes.ahead != inventory.after
        && let Err(why) = put(&inventory.file, &inventory.after)
    {
        return (done, Some(why));
    }
    done.push(inventory);
    (done, None)
}
