//! What stands in a folder of ours, and who else defines our objects beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::MAX_FILE;
use crate::adapters::files::{list_dir, read_text, real_path};
use crate::adapters::registry::is_manifest;
use crate::data::yaml;
use crate::pure::manifest::{Inventory, InventoryError, Object, ObjectKey};

/// A file that stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StandingFile {
    /// Its text.
    pub(super) text: String,
    /// Its one object; `None` where it holds anything else.
    pub(super) object: Option<Object>,
}

/// The files of a folder that concern a plan: those of its objects, and those that the inventory names.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Standing {
    /// What was installed; `None` where nothing was.
    pub(super) inventory: Option<Inventory>,
    /// The files, by name.
    pub(super) files: BTreeMap<String, StandingFile>,
}

fn sentence(path: &Path, why: impl std::fmt::Display) -> String {
    format!("reading {} failed: {why}", path.display())
}

impl StandingFile {
    /// Whether it holds this object, and the object is ours.
    pub(super) fn is(&self, key: &ObjectKey) -> bool {
        self.object.as_ref().is_some_and(|o| o.is_owned() && o.key == *key)
    }
}

pub(super) fn file(path: &Path) -> Result<Option<StandingFile>, String> {
    let text = match read_text(path, MAX_FILE) {
        Ok(text) => text,
        Err(e) if e.is_missing() => return Ok(None),
        Err(e) => return Err(e.to_string()),
    };
    let documents = yaml::documents(&text).ok().filter(|d| d.len() == 1);
    let object = documents.and_then(|mut d| d.pop()).and_then(Object::of);
    Ok(Some(StandingFile { text, object }))
}

/// The inventory of a folder; `None` where there is none.
pub(super) fn inventory(dir: &Path, namespace: &str) -> Result<Option<Inventory>, String> {
    let path = dir.join(Inventory::key(namespace).file_name());
    let Some(file) = file(&path)? else { return Ok(None) };
    let object = file.object.ok_or_else(|| sentence(&path, InventoryError::Foreign))?;
    Inventory::of_object(&object).map(Some).map_err(|e| sentence(&path, e))
}

/// Reads what stands in a folder, as far as it concerns the objects of `keys`.
pub(super) fn read<'a>(
    dir: &Path,
    namespace: &str,
    keys: impl Iterator<Item = &'a ObjectKey>,
) -> Result<Standing, String> {
    let inventory = inventory(dir, namespace)?;
    let listed = inventory.iter().flat_map(|i| &i.objects).map(ObjectKey::file_name);
    let mut files = BTreeMap::new();
    for name in keys.map(ObjectKey::file_name).chain(listed) {
        if !files.contains_key(&name)
            && let Some(file) = file(&dir.join(&name))?
        {
            files.insert(name, file);
        }
    }
    Ok(Standing { inventory, files })
}

/// The files of a file cluster, outside of our own folder, that define one of `keys`.
pub(super) fn others<'a>(folder: &Path, ours: &Path, keys: &[&'a ObjectKey]) -> Vec<(&'a ObjectKey, PathBuf)> {
    let (mut found, mut open, mut seen) = (Vec::new(), vec![folder.to_owned()], BTreeSet::from_iter(real_path(ours)));
    while let Some(dir) = open.pop() {
        // links are followed, and may lead back
        if !real_path(&dir).is_ok_and(|real| seen.insert(real)) {
            continue;
        }
        // what cannot be read here is the registry's to report
        for entry in list_dir(&dir).unwrap_or_default().into_iter().filter(|e| !e.is_hidden() && e.path != ours) {
            let path = entry.path;
            if entry.is_dir {
                open.push(path);
                continue;
            }
            let text = if is_manifest(&path) { read_text(&path, MAX_FILE).unwrap_or_default() } else { String::new() };
            for object in yaml::documents(&text).unwrap_or_default().into_iter().flat_map(items).filter_map(Object::of)
            {
                found.extend(keys.iter().filter(|k| ***k == object.key).map(|k| (*k, path.clone())));
            }
        }
    }
    found.sort();
    found
}

/// The items of a `List`, or the object itself.
fn items(value: serde_json::Value) -> Vec<serde_json::Value> {
    match value.get("items").and_then(serde_json::Value::as_array) {
        Some(items) if value["kind"] == "List" => items.clone(),
        _ => vec![value],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::files::{create_public_dir, write_public};

    #[test]
    #[allow(clippy::disallowed_methods)]
    fn links_that_lead_back_end() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        for (link, to) in [("a", "."), ("b", "."), ("c", "meshctl")] {
            std::os::unix::fs::symlink(to, dir.path().join(link))?;
        }
        let (file, ours) = (dir.path().join("x.yaml"), dir.path().join("meshctl"));
        let object = "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: a}\n";
        let list = "kind: List\nitems: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]\n";
        write_public(&file, format!("{object}---\n{list}").as_bytes())?;
        create_public_dir(&ours)?;
        write_public(&ours.join("x.yaml"), object.as_bytes())?;
        let key = |kind: &str, namespace: &str, name: &str| ObjectKey {
            group: String::new(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        };
        let (namespace, service, absent) =
            (key("Namespace", "", "a"), key("Service", "a", "b"), key("Service", "a", "c"));
        let found = others(dir.path(), &ours, &[&service, &absent, &namespace]);
        assert_eq!(found, vec![(&namespace, file.clone()), (&service, file)]);
        Ok(())
    }
}
