//! Reading a cluster once, for commands.

use std::time::Duration;

use futures::future::try_join_all;

use super::{Entry, Source, load_folder};
use crate::adapters::k8s::{K8sError, list, path, within};
use crate::data::kinds::{Object, WATCHED, Watched};

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

/// All objects of the watched kinds, in the order of the table: a live cluster's kinds are listed side by side, a folder
/// is read. Bad objects are left out.
///
/// # Errors
/// [`LoadError`]; of a live cluster at the deadline at the latest.
pub async fn load_once(entry: &Entry, deadline: Duration) -> Result<Vec<Object>, LoadError> {
    let Some(connector) = entry.source.connector() else {
        let Source::Folder(folder) = entry.source.clone() else { return Ok(Vec::new()) };
        let read = tokio::task::spawn_blocking(move || load_folder(&folder)).await;
        return match read {
            Ok(Ok(folder)) => Ok(folder.objects.into_values().collect()),
            Ok(Err(e)) => Err(LoadError::Folder(e.reason())),
            Err(_) => Err(LoadError::Folder("reading it broke off".into())),
        };
    };
    let all = within(deadline, async {
        let (_, client) = connector.client().await?;
        try_join_all(WATCHED.iter().map(|row| list_kind(&client, row, &entry.system_namespace, deadline))).await
    });
    Ok(all.await?.into_iter().flatten().collect())
}

async fn list_kind(
    client: &kube::Client,
    row: &Watched,
    namespace: &str,
    deadline: Duration,
) -> Result<Vec<Object>, K8sError> {
    let (path, mut objects, mut next) = (path(row, namespace), Vec::new(), String::new());
    loop {
        match list(client, row, &path, &next, deadline).await {
            Ok(page) => {
                objects.extend(page.objects);
                if page.next.is_empty() {
                    return Ok(objects);
                }
                next = page.next;
            }
            Err(K8sError::NotFound) if row.optional_crd || row.only.is_some() => return Ok(objects),
            Err(K8sError::Forbidden(_)) if row.only.is_some() => return Ok(objects),
            // the pages' version was compacted away: from the start
            Err(K8sError::Gone) if !next.is_empty() => {
                objects.clear();
                next.clear();
            }
            Err(e) => return Err(e),
        }
    }
}
