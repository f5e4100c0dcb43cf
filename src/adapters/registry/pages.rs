//! All objects of a watched kind, as one page.

use std::time::Duration;

use crate::adapters::k8s::{K8sError, Page, list, pages};
use crate::data::kinds::Watched;

/// All pages of a list as one. `idle` bounds the wait for each part of an answer; `pause` is that of [`pages`].
///
/// # Errors
/// As [`list`] and [`pages`].
pub(super) async fn all_pages(
    client: &kube::Client,
    row: &Watched,
    path: &str,
    idle: Duration,
    pause: impl Fn(u32) -> Duration,
) -> Result<Page, K8sError> {
    let page = |next: String| async move {
        let page = list(client, row, path, &next, idle).await?;
        let next = page.next.clone();
        Ok((page, next))
    };
    let read = pages(pause, page).await?;
    Ok(read.into_iter().fold(Page::default(), |mut all, page| {
        all.objects.extend(page.objects);
        all.bad.extend(page.bad);
        Page { resource_version: page.resource_version, ..all }
    }))
}
