//! Reading a list to its end, page by page. One that expires on the way (410 to a `continue` token, which the API server keeps for
//! some minutes only) is begun anew, but not for ever, and not at once a second time.

use std::time::Duration;

use crate::adapters::k8s::{K8sError, Page, list};
use crate::data::kinds::Watched;

/// So often a list is begun anew.
const ANEW: u32 = 4;

/// All pages of a list as one. `idle` bounds the wait for each part of an answer; `pause` says how long to wait before the list is
/// begun for the n-th time anew, from 2 on: the first time it is at once.
///
/// # Errors
/// As [`list`]; [`K8sError::ListExpired`] where the server forgets the list again and again.
pub(super) async fn all_pages(
    client: &kube::Client,
    row: &Watched,
    path: &str,
    idle: Duration,
    pause: impl Fn(u32) -> Duration,
) -> Result<Page, K8sError> {
    let (mut all, mut anew) = (Page::default(), 0);
    loop {
        match list(client, row, path, &all.next, idle).await {
            Ok(page) => {
                all.objects.extend(page.objects);
                all.bad.extend(page.bad);
                (all.next, all.resource_version) = (page.next, page.resource_version);
                if all.next.is_empty() {
                    return Ok(all);
                }
            }
            Err(K8sError::Gone) if !all.next.is_empty() => {
                anew += 1;
                if anew > ANEW {
                    return Err(K8sError::ListExpired);
                }
                if anew > 1 {
                    tokio::time::sleep(pause(anew)).await;
                }
                all = Page::default();
            }
            Err(e) => return Err(e),
        }
    }
}
