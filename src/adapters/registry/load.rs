//! Reading a cluster once, for commands.

use std::time::Duration;

use futures::future::try_join_all;

use super::pages::all_pages;
use super::{Entry, SYSTEM_NAMESPACE, Source, load_folder};
use crate::adapters::k8s::{K8sError, path, within};
use crate::data::kinds::{Object, WATCHED, Watched};

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
        try_join_all(WATCHED.iter().map(|row| list_kind(&client, row, deadline))).await
    });
    Ok(all.await?.into_iter().flatten().collect())
}

async fn list_kind(client: &kube::Client, row: &Watched, deadline: Duration) -> Result<Vec<Object>, K8sError> {
    match all_pages(client, row, &path(row, SYSTEM_NAMESPACE), deadline, |times| PAUSE * times).await {
        Ok(page) => Ok(page.objects),
        Err(K8sError::NotFound) if row.optional_crd || row.only.is_some() => Ok(Vec::new()),
        Err(K8sError::Forbidden(_)) if row.only.is_some() => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}
