//! Adding a cluster: one context of the user's kubeconfigs, reduced to itself and with its certificate files inside, as a
//! new file of the registry. The user's own files are read, never written.

use std::path::{Path, PathBuf};

use k8s_openapi::ByteString;
use serde_json::{Map, Value, json};

use super::kubeconfig::{Checked, check, normalise};
use super::read::{self, text};
use super::scan::stem;
use super::{ReadOptions, Registry, RegistryError, Source, Trust, mesh_file};
use crate::adapters::files::{FilesError, create_private_dir, is_dir, list_dir_if_there, write_new_private};
use crate::data::model::ClusterId;
use crate::data::yaml;

/// Why a cluster is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// A kubeconfig of the user cannot be used.
    #[error("reading the kubeconfig {} failed: {reason}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why, without its contents.
        reason: String,
    },
    /// None of the user's kubeconfigs has the context.
    #[error("there is no context \"{context}\" in {files}")]
    Context {
        /// What was asked for.
        context: String,
        /// Where it was looked for.
        files: String,
        /// The contexts that are there.
        known: Vec<String>,
    },
    /// The context is there and makes no kubeconfig.
    #[error("the context \"{context}\" cannot be used: {reason}")]
    Unusable {
        /// Which.
        context: String,
        /// Why, without a value of it.
        reason: String,
    },
    /// The registry has a cluster of that id.
    #[error("the registry has a cluster {id} already: {}", .file.display())]
    Taken {
        /// The id.
        id: ClusterId,
        /// The entry.
        file: PathBuf,
    },
    /// The registry has the same cluster under another id.
    #[error("the cluster of the context \"{context}\" is {id} of the registry already: {} has the same API server", .file.display())]
    SameServer {
        /// The context.
        context: String,
        /// The id that it has.
        id: ClusterId,
        /// The entry.
        file: PathBuf,
    },
    /// The registry's directory cannot be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The file cannot be written.
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// What was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The new file.
    pub file: PathBuf,
    /// The API server's URL.
    pub server: String,
    /// What the file still needs besides itself, and whatever else its user should know.
    pub notes: Vec<String>,
}

/// Writes `DIR/ID.yaml`, 0600 from birth, with what `context` of `files` says. The files count as kubectl's: of two entries
/// of one name the first counts. The directory is made where it is missing. Nobody is asked and nothing is run.
///
/// # Errors
/// [`AddError`]; then nothing is written.
pub fn add(dir: &Path, id: &ClusterId, context: &str, files: &[PathBuf]) -> Result<Added, AddError> {
    let all = Lists::read(files)?;
    let (value, mut notes) = all.minified(context, files)?;
    let unusable = |reason| AddError::Unusable { context: context.to_owned(), reason };
    let Checked { server, same, .. } = check(value.clone(), Path::new("/"), Trust::Terminal).map_err(unusable)?;
    let held = list_dir_if_there(dir)?;
    if let Some(file) =
        held.iter().find(|e| !e.is_hidden() && stem(&e.name) == Some(id.as_str()) && !is_settings(&e.name))
    {
        return Err(AddError::Taken { id: id.clone(), file: file.path.clone() });
    }
    if is_dir(dir) {
        notes.extend(admissible(dir, id, context, &same)?);
    } else {
        create_private_dir(dir)?;
    }
    let file = dir.join(file_name(id));
    let words = yaml::to_string(&value).map_err(|_| unusable("it cannot be written as YAML".into()))?;
    write_new_private(&file, words.as_bytes())?;
    Ok(Added { file, server, notes })
}

/// `mesh.yaml` is no kubeconfig, so a cluster of that id gets another extension.
fn file_name(id: &ClusterId) -> String {
    let usual = format!("{id}.yaml");
    if is_settings(&usual) { format!("{id}.kubeconfig") } else { usual }
}

fn is_settings(name: &str) -> bool {
    name == mesh_file::NAME
}

/// Sees that neither the id nor the server is there already; gives what is to be said of the registry as it is.
fn admissible(dir: &Path, id: &ClusterId, context: &str, same: &str) -> Result<Vec<String>, AddError> {
    let registry = Registry::read(dir, &ReadOptions { primary: None, trust: Trust::Terminal })?;
    if let Some(entry) = registry.entry(id) {
        return Err(AddError::Taken { id: id.clone(), file: dir.join(&entry.file) });
    }
    for entry in &registry.entries {
        if let Source::Live { server, .. } = &entry.source
            && normalise(server).is_ok_and(|other| other == same)
        {
            let (id, file) = (entry.id.clone(), dir.join(&entry.file));
            return Err(AddError::SameServer { context: context.to_owned(), id, file });
        }
    }
    Ok(registry.problems.iter().map(|p| format!("the registry has another problem: {p}")).collect())
}

/// The entries of several kubeconfigs, with absolute paths.
#[derive(Default)]
struct Lists {
    contexts: Vec<Value>,
    clusters: Vec<Value>,
    users: Vec<Value>,
}

fn name(item: &Value) -> &str {
    item.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn named<'a>(items: &'a [Value], wanted: &str) -> Option<&'a Value> {
    items.iter().find(|item| name(item) == wanted)
}

impl Lists {
    fn read(files: &[PathBuf]) -> Result<Self, AddError> {
        let mut all = Self::default();
        for file in files {
            let failed = |reason| AddError::File { file: file.clone(), reason };
            let bytes = read::bytes(file).map_err(failed)?;
            let mut documents =
                text(&bytes).and_then(|t| yaml::documents(t).map_err(|e| e.redacted())).map_err(failed)?;
            let value = match (documents.pop(), documents.is_empty()) {
                (Some(value @ Value::Object(_)), true) => value,
                (None, _) => return Err(failed("it is empty".into())),
                _ => return Err(failed("it is no kubeconfig".into())),
            };
            let dir = file.parent().map(|d| if d.as_os_str().is_empty() { Path::new(".") } else { d });
            let dir = crate::adapters::files::real_path(dir.unwrap_or(Path::new("/")))?;
            let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            all.contexts.extend(list("contexts"));
            all.clusters.extend(list("clusters").into_iter().map(|c| anchored(c, "cluster", &dir)));
            all.users.extend(list("users").into_iter().map(|u| anchored(u, "user", &dir)));
        }
        Ok(all)
    }

    /// A kubeconfig of this context alone, and what it needs besides itself.
    fn minified(&self, context: &str, files: &[PathBuf]) -> Result<(Value, Vec<String>), AddError> {
        let Some(found) = named(&self.contexts, context) else {
            let mut known: Vec<String> = self.contexts.iter().map(|c| name(c).to_owned()).collect();
            known.sort();
            known.dedup();
            let files: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
            return Err(AddError::Context { context: context.to_owned(), files: files.join(", "), known });
        };
        let of = |list: &[Value], kind: &str| {
            let wanted = found.get("context").and_then(|c| c.get(kind)).and_then(Value::as_str)?;
            named(list, wanted).cloned()
        };
        let unusable = |reason| AddError::Unusable { context: context.to_owned(), reason };
        let (mut notes, mut clusters, mut users) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(mut cluster) = of(&self.clusters, "cluster") {
            flatten(&mut cluster, "cluster", &["certificate-authority"]).map_err(unusable)?;
            clusters.push(cluster);
        }
        if let Some(mut user) = of(&self.users, "user") {
            flatten(&mut user, "user", &["client-certificate", "client-key"]).map_err(unusable)?;
            notes.extend(needs(&user));
            users.push(user);
        }
        let context_alone = without_extensions(found.clone(), "context");
        let value = json!({"apiVersion": "v1", "kind": "Config", "clusters": clusters, "users": users,
            "contexts": [context_alone], "current-context": context});
        Ok((value, notes))
    }
}

/// The entry with absolute paths; relative ones start where its file is.
fn anchored(mut item: Value, kind: &str, dir: &Path) -> Value {
    let Some(fields) = item.get_mut(kind).and_then(Value::as_object_mut) else { return item };
    let anchor = |value: &mut Value| {
        if let Some(path) = value.as_str().filter(|p| !p.is_empty()) {
            *value = dir.join(path).to_string_lossy().into_owned().into();
        }
    };
    for key in ["certificate-authority", "client-certificate", "client-key", "tokenFile"] {
        fields.get_mut(key).into_iter().for_each(anchor);
    }
    // as client-go: a command with a slash is a path, any other is looked up in PATH
    let command = fields.get_mut("exec").and_then(|e| e.get_mut("command"));
    command.into_iter().filter(|c| c.as_str().is_some_and(|c| c.contains('/'))).for_each(anchor);
    item
}

/// Puts the files of these fields inside, as `FIELD-data`; where both are given the data counts (client-go).
fn flatten(item: &mut Value, kind: &str, fields: &[&str]) -> Result<(), String> {
    *item = without_extensions(item.take(), kind);
    let Some(map) = item.get_mut(kind).and_then(Value::as_object_mut) else { return Ok(()) };
    for field in fields {
        let data = format!("{field}-data");
        let has_data = map.get(&data).and_then(Value::as_str).is_some_and(|d| !d.is_empty());
        let path = map.remove(*field);
        let Some(path) = path.as_ref().and_then(Value::as_str).filter(|p| !p.is_empty() && !has_data) else { continue };
        let bytes = read::bytes(Path::new(path))
            .map_err(|reason| format!("the file {path} that its {field} names cannot be used: {reason}"))?;
        let text = serde_json::to_value(ByteString(bytes)).map_err(|_| format!("its {field} cannot be encoded"))?;
        map.insert(data, text);
    }
    Ok(())
}

/// Extensions are other tools' notes, which may name files of theirs.
fn without_extensions(mut item: Value, kind: &str) -> Value {
    if let Some(map) = item.get_mut(kind).and_then(Value::as_object_mut) {
        map.remove("extensions");
    }
    item
}

/// What a user's entry needs besides itself.
fn needs(user: &Value) -> Vec<String> {
    let empty = Map::new();
    let fields = user.get("user").and_then(Value::as_object).unwrap_or(&empty);
    let mut notes = Vec::new();
    if let Some(exec) = fields.get("exec").filter(|e| !e.is_null()) {
        let command = exec.get("command").and_then(Value::as_str).unwrap_or_default();
        notes.push(format!(
            "its credentials come from the plugin {command}, which stays one: the file works where that program does"
        ));
    }
    if fields.get("auth-provider").is_some_and(|p| !p.is_null()) {
        notes.push("its credentials come from an auth-provider, which Kubernetes replaced by exec plugins".to_owned());
    }
    if let Some(path) = fields.get("tokenFile").and_then(Value::as_str).filter(|p| !p.is_empty()) {
        notes.push(format!("its token stays in {path}, which is read again and again"));
    }
    notes
}
