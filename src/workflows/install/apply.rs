//! Carries the changes of one folder out. The inventory goes first, so that a broken run loses track of nothing.

use std::path::Path;

use super::diff::{Action, Change, Changes};
use crate::adapters::files::{create_public_dir, remove_file, write_public};

/// Writes and removes what the changes say, in their order; stops at the first failure.
///
/// Returns the changes that are carried out, the inventory last, and the failure.
pub(super) fn apply<'a>(dir: &Path, changes: &'a Changes) -> (Vec<&'a Change>, Option<String>) {
    let inventory = &changes.inventory;
    let mut done = Vec::new();
    let put = |file: &str, text: &str| {
        create_public_dir(dir).and_then(|()| write_public(&dir.join(file), text.as_bytes())).map_err(|e| e.to_string())
    };
    let quiet = inventory.action == Action::Unchanged && changes.objects.iter().all(|c| c.action == Action::Unchanged);
    if !quiet
        && changes.ahead != inventory.before
        && let Err(why) = put(&inventory.file, &changes.ahead)
    {
        return (done, Some(why));
    }
    for change in &changes.objects {
        let result = match change.action {
            Action::Unchanged => Ok(()),
            Action::Created | Action::Changed => put(&change.file, &change.after),
            Action::Pruned => remove_file(&dir.join(&change.file)).map_err(|e| e.to_string()),
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
