//! Reading a list to its end, page by page. One that expires on the way (410 to a `continue` token, which the API server keeps for
//! some minutes only) is begun anew, but not for ever, and not at once a second time.

use std::time::Duration;

use super::K8sError;

/// So often a list is begun anew.
const ANEW: u32 = 4;

/// All pages of a list. `page` reads the one that a token names, the first where it is empty, and gives it with the token of
/// the next, empty at the end. `pause` says how long to wait before the list is begun for the n-th time anew, from 2 on: the
/// first time it is at once.
///
/// # Errors
/// As `page`; [`K8sError::ListExpired`] where the server forgets the list again and again.
pub async fn pages<P, F>(pause: impl Fn(u32) -> Duration, page: impl Fn(String) -> F) -> Result<Vec<P>, K8sError>
where
    F: Future<Output = Result<(P, String), K8sError>>,
{
    let (mut all, mut next, mut anew) = (Vec::new(), String::new(), 0);
    loop {
        match page(next.clone()).await {
            Ok((read, token)) => {
                all.push(read);
                next = token;
                if next.is_empty() {
                    return Ok(all);
                }
            }
            Err(K8sError::Gone) if !next.is_empty() => {
                anew += 1;
                if anew > ANEW {
                    return Err(K8sError::ListExpired);
                }
                if anew > 1 {
                    tokio::time::sleep(pause(anew)).await;
                }
                all.clear();
                next.clear();
            }
            Err(e) => return Err(e),
        }
    }
}
