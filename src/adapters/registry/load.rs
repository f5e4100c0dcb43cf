//! Reading a cluster once, for commands.

use std::time::Duration;

use futures::future::try_join_all;

use super::pages::all_pages;
use super::{BadDocument, Entry, Source, load_folder};
use crate::adapters::k8s::{K8sError, path, within};
use crate::data::kinds::{Object, WATCHED, Watched};
use crate::data::model::{Kind, shown_path};

/// How long to wait, times the number of attempts, before a list that expired is begun anew.
const PAUSE: Duration = Duration::from_millis(100);

/// Why a cluster cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The folder of a file cluster.
    #[error("its folder cannot be read: {0}")]
    Folder(String),
    /// The API server of a live one.
    #[error(transparent)]
    Server(#[from] K8sError),
}

/// What a cluster holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Objects {
    /// The objects of the watched kinds.
    pub objects: Vec<Object>,
    /// What counts for nothing, each a sentence that begins with the file or the object, without its contents.
    pub bad: Vec<String>,
    /// Those of them that are files of a folder of which nothing can be relied on: what they may hold is missing here.
    pub broken: Vec<BadDocument>,
}

/// All objects of the watched kinds, in the order of the table: a live cluster's kinds are listed side by side, a folder
/// is read. Bad objects and files are left out, and named.
///
/// # Errors
/// [`LoadError`]; of a live cluster at the deadline at the latest.
pub async fn load_once(entry: &Entry, deadline: Duration) -> Result<Objects, LoadError> {
    let Some(connector) = entry.source.connector() else {
        let Source::Folder(folder) = entry.source.clone() else { return Ok(Objects::default()) };
        let read = tokio::task::spawn_blocking(move || load_folder(&folder)).await;
        return match read {
            Ok(Ok(folder)) => Ok(Objects {
                objects: folder.objects.into_values().collect(),
                bad: folder.bad.iter().map(|b| format!("{}: {}", shown_path(&b.file), b.reason)).collect(),
                broken: folder.bad.into_iter().filter(|b| b.key.is_none()).collect(),
            }),
            Ok(Err(e)) => Err(LoadError::Folder(e.reason())),
            Err(_) => Err(LoadError::Folder("reading it broke off".into())),
        };
    };
    let all = within(deadline, async {
        let (_, client) = connector.client().await?;
        try_join_all(WATCHED.iter().map(|row| list_kind(&client, row, path(row, &entry.system_namespace), deadline)))
            .await
    });
    Ok(joined(all.await?))
}

/// The pods, and the services and slices that lead to them: what finding a proxy needs. Of one namespace alone a live
/// cluster is asked for no more than that, so that rights in it suffice. A folder is read whole.
///
/// # Errors
/// As [`load_once`].
pub async fn load_pods(entry: &Entry, namespace: Option<&str>, deadline: Duration) -> Result<Objects, LoadError> {
    let Some(connector) = entry.source.connector() else { return load_once(entry, deadline).await };
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if namespace.is_some_and(|n| n.is_empty() || !n.chars().all(named)) {
        return Ok(Objects::default());
    }
    let rows = WATCHED.iter().filter(|row| matches!(row.kind, Kind::Pod | Kind::Service | Kind::EndpointSlice));
    let all = within(deadline, async {
        let (_, client) = connector.client().await?;
        let kinds = rows.map(|row| {
            let (all, plural) = (path(row, &entry.system_namespace), row.gvk.plural);
            let path = match namespace {
                Some(name) => all.replace(&format!("/{plural}?"), &format!("/namespaces/{name}/{plural}?")),
                None => all,
            };
            list_kind(&client, row, path, deadline)
        });
        try_join_all(kinds).await
    });
    Ok(joined(all.await?))
}

fn joined(kinds: Vec<Objects>) -> Objects {
    let mut whole = Objects::default();
    for Objects { objects, bad, broken } in kinds {
        whole.objects.extend(objects);
        whole.bad.extend(bad);
        whole.broken.extend(broken);
    }
    whole
}

async fn list_kind(
    client: &kube::Client,
    row: &Watched,
    path: String,
    deadline: Duration,
) -> Result<Objects, K8sError> {
    match all_pages(client, row, &path, deadline, |times| PAUSE * times).await {
        Ok(page) => {
            let bad = page.bad.iter().map(|b| format!("{}: {}", b.key, b.reason)).collect();
            Ok(Objects { objects: page.objects, bad, broken: Vec::new() })
        }
        Err(K8sError::NotFound) if row.optional_crd || row.only.is_some() => Ok(Objects::default()),
        Err(K8sError::Forbidden(_)) if row.only.is_some() => Ok(Objects::default()),
        Err(e) => Err(e),
    }
}
