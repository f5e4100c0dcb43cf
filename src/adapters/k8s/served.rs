//! What an API server serves (discovery).

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use super::K8sError;
use super::object::get;

/// A kind whose objects live in namespaces, can be listed, and can be deleted: what has no `delete` is computed, not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Served {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// Its name in a path.
    pub plural: String,
    /// A version in which it is served.
    pub version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Group {
    versions: Vec<GroupVersion>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct GroupVersion {
    group_version: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Resources {
    resources: Vec<Row>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Row {
    name: String,
    kind: String,
    namespaced: bool,
    verbs: Vec<String>,
}

impl Served {
    /// The path of the collection in a namespace.
    pub fn path(&self, namespace: &str) -> String {
        let Self { group, version, plural, kind: _ } = self;
        match group.as_str() {
            "" => format!("/api/{version}/namespaces/{namespace}/{plural}"),
            group => format!("/apis/{group}/{version}/namespaces/{namespace}/{plural}"),
        }
    }
}

/// `deployments.apps`
impl std::fmt::Display for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.group.as_str() {
            "" => f.write_str(&self.plural),
            group => write!(f, "{}.{group}", self.plural),
        }
    }
}

/// Every kind of a server that lives in namespaces, custom ones and those of other servers behind it too, each once.
///
/// # Errors
/// What was asked, and why it was not answered: one part that does not answer leaves the whole unknown.
pub async fn served(client: &kube::Client, deadline: Duration) -> Result<Vec<Served>, (String, K8sError)> {
    let read = async |path: String| match get(client, &path, deadline).await {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err((path, K8sError::NotFound)),
        Err(e) => Err((path, e)),
    };
    let no_list = |path: &str| (path.to_owned(), K8sError::Protocol("what it serves is no list"));
    let groups: Groups = serde_json::from_value(read("/apis".into()).await?).map_err(|_| no_list("/apis"))?;
    let versions = groups.groups.into_iter().flat_map(|g| g.versions).map(|v| v.group_version);
    let paths = std::iter::once(("/api/v1".to_owned(), "v1".to_owned()))
        .chain(versions.map(|version| (format!("/apis/{version}"), version)));
    let pages = futures::future::join_all(paths.map(|(path, version)| async { (version, read(path).await) })).await;
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for (group_version, page) in pages {
        let page = page?;
        let Resources { resources } = serde_json::from_value(page).map_err(|_| no_list(&group_version))?;
        let (group, version) = group_version.rsplit_once('/').unwrap_or(("", &group_version));
        let has = |row: &Row, verb: &str| row.verbs.iter().any(|v| v == verb);
        // a name with a slash is a part of an object
        let whole = |row: &Row| row.namespaced && !row.name.contains('/') && has(row, "list") && has(row, "delete");
        for row in resources.into_iter().filter(whole) {
            if seen.insert((group.to_owned(), row.name.clone())) {
                let (group, version) = (group.to_owned(), version.to_owned());
                all.push(Served { group, kind: row.kind, plural: row.name, version });
            }
        }
    }
    all.sort();
    Ok(all)
}
