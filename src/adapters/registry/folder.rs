//! A file cluster: a folder of manifests, read recursively.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::SYSTEM_NAMESPACE;
use super::read::{self, text};
use crate::adapters::files::{FilesError, link_target, list_dir, real_path, stat};
use crate::data::kinds::{Object, decode, watched};
use crate::data::model::{FactKey, Kind, shown_path};
use crate::data::yaml;

/// A file of a file cluster, or a document in it, that counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadDocument {
    /// The file, relative to the folder.
    pub file: PathBuf,
    /// The object, where it names itself.
    pub key: Option<FactKey>,
    /// Why, without its contents: the end of a sentence that begins with the file.
    pub reason: String,
}

/// What a folder holds: the objects of the watched kinds, sorted by kind, namespace and name, and what is bad.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder {
    /// The objects.
    pub objects: BTreeMap<FactKey, Object>,
    /// What is bad, sorted by file.
    pub bad: Vec<BadDocument>,
}

impl Folder {
    /// The objects of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |(key, _)| key.kind == kind).map(|(_, object)| object)
    }
}

/// Reads a folder once.
///
/// # Errors
/// Where the folder itself cannot be read.
pub fn load_folder(path: &Path) -> Result<Folder, FilesError> {
    Reader::default().read(path)
}

/// Whether anything in the folder looks like a manifest.
pub(super) fn holds_manifests(path: &Path) -> bool {
    Walk::until(path, Walk::has_found).is_ok_and(|walk| walk.has_found())
}

/// Reads a folder again and again; files whose bytes are the same are not parsed again, and one that breaks keeps what
/// it said last.
#[derive(Debug, Default)]
pub(super) struct Reader {
    files: BTreeMap<PathBuf, Parsed>,
}

#[derive(Debug, Default, Clone)]
struct Parsed {
    hash: u128,
    objects: Vec<(FactKey, Object)>,
    bad: Vec<BadDocument>,
}

impl Reader {
    /// Reads the folder.
    pub(super) fn read(&mut self, path: &Path) -> Result<Folder, FilesError> {
        let walk = Walk::whole(path)?;
        let mut before = std::mem::take(&mut self.files);
        let mut folder = Folder { objects: BTreeMap::new(), bad: walk.bad };
        let mut first: BTreeMap<FactKey, PathBuf> = BTreeMap::new();
        for file in walk.files {
            let parsed = parse(path, &file, before.remove(&file).unwrap_or_default());
            for (key, object) in &parsed.objects {
                match first.get(key) {
                    Some(other) => folder.bad.push(BadDocument {
                        file: file.clone(),
                        key: Some(key.clone()),
                        reason: format!("{key} stands in {} too, which counts", shown_path(other)),
                    }),
                    None => {
                        first.insert(key.clone(), file.clone());
                        folder.objects.insert(key.clone(), object.clone());
                    }
                }
            }
            folder.bad.extend(parsed.bad.iter().cloned());
            self.files.insert(file, parsed);
        }
        folder.bad.sort();
        Ok(folder)
    }
}

/// Parses a file, unless its bytes are those of `before`.
fn parse(folder: &Path, file: &Path, before: Parsed) -> Parsed {
    let bad = |key, reason| BadDocument { file: file.to_owned(), key, reason };
    let broken = |before: Parsed, hash, reason| Parsed { hash, bad: vec![bad(None, reason)], ..before };
    let bytes = match read::bytes(&folder.join(file)) {
        Ok(bytes) => bytes,
        Err(reason) => return broken(before, 0, reason),
    };
    let hash = xxhash_rust::xxh3::xxh3_128(&bytes);
    if hash == before.hash {
        return before;
    }
    // a file without a document is a file somebody emptied, or is about to fill: its objects are gone
    let documents = match text(&bytes).or_else(|e| if bytes.trim_ascii().is_empty() { Ok("") } else { Err(e) }) {
        Ok(text) => yaml::documents(text).map_err(|e| e.redacted()),
        Err(reason) => Err(reason),
    };
    let documents = match documents {
        Ok(documents) => documents,
        Err(reason) => return broken(before, hash, reason),
    };
    let mut parsed = Parsed { hash, ..Parsed::default() };
    for document in documents {
        for object in objects(document) {
            match object {
                Ok(Some((key, object))) => parsed.objects.push((key, object)),
                Ok(None) => {}
                Err((key, reason)) => parsed.bad.push(bad(key, reason)),
            }
        }
    }
    parsed
}

type Decoded = Result<Option<(FactKey, Object)>, (Option<FactKey>, String)>;

/// The objects of a document: itself, or the items of a list.
fn objects(document: Value) -> Vec<Decoded> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (version, kind) = (text(&document, "apiVersion"), text(&document, "kind"));
    let Some(of) = kind.strip_suffix("List") else { return vec![object(document)] };
    let Value::Object(mut map) = document else { return Vec::new() };
    let Some(Value::Array(items)) = map.remove("items") else { return Vec::new() };
    items
        .into_iter()
        .map(|mut item| {
            // the items of a typed list do not repeat its type
            if let (Value::Object(fields), false) = (&mut item, of.is_empty()) {
                fields.entry("apiVersion").or_insert_with(|| version.clone().into());
                fields.entry("kind").or_insert_with(|| of.into());
            }
            object(item)
        })
        .collect()
}

/// An object of a watched kind; `None` for others.
fn object(mut value: Value) -> Decoded {
    // decides by apiVersion and kind alone
    let type_only = serde_json::json!({"apiVersion": value.get("apiVersion"), "kind": value.get("kind")});
    let Some(Ok(empty)) = decode(type_only) else { return Ok(None) };
    let row = watched(empty.key().kind);
    let Some(meta) = value.get_mut("metadata").and_then(Value::as_object_mut) else {
        return Err((None, format!("a {} has no metadata", row.gvk.kind)));
    };
    let name = meta.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err((None, format!("a {} has no metadata.name", row.gvk.kind)));
    }
    let namespace = meta.get("namespace").and_then(Value::as_str).filter(|n| !n.is_empty()).unwrap_or("default");
    let namespace = if row.namespaced { namespace.to_owned() } else { String::new() };
    meta.insert("namespace".into(), namespace.clone().into());
    if row.only.is_some_and(|only| name != only || namespace != SYSTEM_NAMESPACE) {
        return Ok(None);
    }
    let key = FactKey::new(row.kind, &namespace, &name);
    match decode(value) {
        Some(Ok(object)) => Ok(Some((key, object))),
        _ => {
            let reason = format!("{key} is no valid {}: one of its fields has the wrong type", row.gvk.kind);
            Err((Some(key), reason))
        }
    }
}

/// The files of a folder, in the order of their paths. Links are followed, and what they lead to is visited once: by its own
/// path where the folder holds it, else by the first link to it.
#[derive(Default)]
struct Walk {
    files: BTreeSet<PathBuf>,
    bad: Vec<BadDocument>,
    /// Folders that are still to be visited, relative to the whole.
    folders: Vec<PathBuf>,
    /// Links that are still to be followed, once all folders have been visited.
    links: BTreeSet<PathBuf>,
    /// The real paths of what was visited.
    seen: BTreeSet<PathBuf>,
}

impl Walk {
    fn whole(root: &Path) -> Result<Self, FilesError> {
        Self::until(root, |_| false)
    }

    /// Visits everything, or as much as is `enough`.
    fn until(root: &Path, enough: impl Fn(&Self) -> bool) -> Result<Self, FilesError> {
        let mut walk = Self::default();
        walk.visit(root, Path::new(""))?;
        while !enough(&walk) {
            let next = match walk.folders.pop() {
                Some(folder) => Some(folder),
                None => match walk.links.pop_first() {
                    Some(link) => walk.follow(root, link),
                    None => break,
                },
            };
            if let Some(folder) = next
                && let Err(e) = walk.visit(root, &folder)
            {
                walk.bad(&folder, e.reason());
            }
        }
        Ok(walk)
    }

    fn has_found(&self) -> bool {
        !self.files.is_empty() || !self.bad.is_empty()
    }

    /// Notes what stands in a folder.
    fn visit(&mut self, root: &Path, relative: &Path) -> Result<(), FilesError> {
        let path = root.join(relative);
        let real = real_path(&path)?;
        for item in list_dir(&path)?.iter().filter(|item| !item.is_hidden()) {
            let name = item.path.file_name().unwrap_or_default();
            let inner = relative.join(name);
            if link_target(&item.path).is_some() {
                self.links.insert(inner);
            } else if (item.is_dir || is_manifest(&inner)) && self.seen.insert(real.join(name)) {
                // whether it is a regular file is for the reading to say
                match item.is_dir {
                    true => self.folders.push(inner),
                    false => self.files.extend([inner]),
                }
            }
        }
        self.seen.insert(real);
        Ok(())
    }

    /// Follows a link; gives the folder that it leads to, where that was not visited yet.
    fn follow(&mut self, root: &Path, link: PathBuf) -> Option<PathBuf> {
        let path = root.join(&link);
        let (there, real) = match stat(&path).and_then(|there| Ok((there, real_path(&path)?))) {
            Ok(found) => found,
            Err(e) => {
                if is_manifest(&link) {
                    self.bad(&link, read::reason(&path, &e));
                }
                return None;
            }
        };
        if there.is_dir {
            let above = path.parent().and_then(|parent| real_path(parent).ok());
            if above.is_some_and(|above| above.starts_with(&real)) {
                self.bad(&link, "it is a symbolic link to a folder that contains it".into());
            } else if self.seen.insert(real) {
                return Some(link);
            }
        } else if is_manifest(&link) && self.seen.insert(real) {
            self.files.insert(link);
        }
        None
    }

    fn bad(&mut self, file: &Path, reason: String) {
        self.bad.push(BadDocument { file: file.to_owned(), key: None, reason });
    }
}

/// Whether a file of a folder counts as a manifest, by its extension.
pub fn is_manifest(file: &Path) -> bool {
    file.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
}

/// Length and time of every file: what changes when the folder does, without reading it.
pub(super) fn signature(path: &Path) -> u128 {
    let walk = Walk::whole(path);
    let mut text = format!("{}", walk.is_ok());
    for file in walk.iter().flat_map(|walk| &walk.files) {
        let stat = stat(&path.join(file)).ok().map(|s| (s.len, s.modified));
        text.push_str(&format!("\n{} {stat:?}", file.display()));
    }
    xxhash_rust::xxh3::xxh3_128(text.as_bytes())
}
