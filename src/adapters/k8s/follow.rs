//! Following a few small objects (one by its name, or a handful by a label): the newest state of all of them, for whoever
//! asks. A watched kind of a whole cluster goes through [`super::list`] and [`super::Watch`] instead.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::list::{PAGE, escape};
use super::request::{open, read_all, read_line};
use super::{Connector, K8sError, pages, within};
use crate::adapters::serve::{self, Backoff};

/// The server ends a watch after this, so that a silent one is told from an idle one.
const WATCH: Duration = Duration::from_secs(45);
/// A watch that says nothing for this long is dead.
const SILENT: Duration = Duration::from_secs(52);
const LIST: Duration = Duration::from_secs(15);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// A watch that lasted so long was none that a server in trouble ends at once.
const LASTING: Duration = Duration::from_secs(5);
/// Larger than any list that is followed so, and any line of its watch.
const MAX_BYTES: usize = 16 << 20;

/// What is followed, as it was when it was last heard.
#[derive(Clone)]
pub struct Followed<T> {
    /// By name.
    pub objects: BTreeMap<String, T>,
    /// They have been read at least once.
    pub synced: bool,
    /// Why they cannot be read now; what was read stands.
    pub problem: Option<K8sError>,
}

/// The names of the objects, never what they hold: they may be Secrets.
impl<T> std::fmt::Debug for Followed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { objects, synced, problem } = self;
        f.debug_struct("Followed")
            .field("objects", &objects.keys())
            .field("synced", synced)
            .field("problem", problem)
            .finish()
    }
}

impl<T> Default for Followed<T> {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), synced: false, problem: None }
    }
}

/// Follows a collection until `stop` or until nobody listens. `path` ends with `?` or `&`: more parameters follow.
pub fn follow<T>(connector: Arc<Connector>, path: String, stop: CancellationToken) -> watch::Receiver<Followed<T>>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned + Send + Sync + 'static,
{
    let (out, followed) = watch::channel(Followed::default());
    tokio::spawn(async move {
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        let rounds = async {
            loop {
                let Err(ended) = round(&connector, &path, &out, &mut backoff).await;
                // a version that is too old is no problem: it is listed again
                if ended != K8sError::Gone {
                    out.send_modify(|followed| followed.problem = Some(ended));
                }
                tokio::time::sleep(backoff.wait()).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = out.closed() => {}
            () = rounds => {}
        }
    });
    followed
}

#[derive(Deserialize)]
struct RawList<T> {
    metadata: RawMeta,
    #[serde(default = "Option::default")]
    items: Option<Vec<T>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawMeta {
    resource_version: String,
    #[serde(rename = "continue")]
    next: String,
}

/// A list, and watches from there on until one fails. Waits grow until a watch gets somewhere: a list alone is no progress.
async fn round<T>(
    connector: &Connector,
    path: &str,
    out: &watch::Sender<Followed<T>>,
    backoff: &mut Backoff,
) -> Result<Infallible, K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let (epoch, client) = connector.client().await?;
    let ended = list_and_watch(&client, path, out, backoff).await;
    if let Err(error) = &ended
        && (error.is_unreachable() || *error == K8sError::Unauthorized)
    {
        // its connections may hang, its token may be used up
        connector.discard(epoch, error).await;
    }
    ended
}

async fn list_and_watch<T>(
    client: &kube::Client,
    path: &str,
    out: &watch::Sender<Followed<T>>,
    backoff: &mut Backoff,
) -> Result<Infallible, K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let mut version = list(client, path, out).await?;
    loop {
        let (opened, from) = (serve::instant(), version.clone());
        let ended = watch_once(client, path, &mut version, out).await;
        let lasted = serve::instant().saturating_duration_since(opened) >= LASTING;
        if version != from || lasted {
            backoff.reset();
        }
        ended?;
        if version == from && !lasted {
            tokio::time::sleep(backoff.wait()).await;
        }
    }
}

async fn list<T>(client: &kube::Client, path: &str, out: &watch::Sender<Followed<T>>) -> Result<String, K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let page = |next: String| async move {
        let mut query = format!("{path}limit={PAGE}");
        if !next.is_empty() {
            query.push_str("&continue=");
            query.push_str(&escape(&next));
        }
        let mut body = within(LIST, open(client, &query, false)).await?;
        let bytes = read_all(&mut body, MAX_BYTES, LIST).await?;
        // the error's words may quote a Secret
        let page: RawList<T> =
            serde_json::from_slice(&bytes).map_err(|_| K8sError::Protocol("a list is no list of its kind"))?;
        let next = page.metadata.next.clone();
        Ok((page, next))
    };
    let read = pages(|times| FIRST_WAIT * times, page).await?;
    let version = read.last().map(|page| page.metadata.resource_version.clone()).unwrap_or_default();
    if version.is_empty() {
        return Err(K8sError::Protocol("a list has no resource version"));
    }
    let objects = read.into_iter().flat_map(|page| page.items.unwrap_or_default());
    let objects = objects.map(|object| (name(&object), object)).collect();
    out.send_modify(|followed| (followed.objects, followed.synced) = (objects, true));
    Ok(version)
}

fn name<T: Metadata<Ty = ObjectMeta>>(object: &T) -> String {
    object.metadata().name.clone().unwrap_or_default()
}

/// One watch to its end, however it ends; `version` is then where the next takes over.
async fn watch_once<T>(
    client: &kube::Client,
    path: &str,
    version: &mut String,
    out: &watch::Sender<Followed<T>>,
) -> Result<(), K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let seconds = WATCH.as_secs();
    let query = format!("{path}watch=true&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={seconds}");
    let mut body = within(LIST, open(client, &query, true)).await?;
    // read and watched: now it is well
    out.send_if_modified(|followed| followed.problem.take().is_some());
    let mut line = Vec::new();
    while read_line(&mut body, &mut line, MAX_BYTES, SILENT).await? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let bad = |_| K8sError::Protocol("a line of the watch is no event");
        let mut event: Value = serde_json::from_slice(&line).map_err(bad)?;
        let object = event.get_mut("object").map(Value::take).unwrap_or_default();
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let what = event.get("type").and_then(Value::as_str).unwrap_or_default();
        if what == "ERROR" {
            let code = object.get("code").and_then(Value::as_u64).and_then(|c| u16::try_from(c).ok());
            return Err(K8sError::from_status(code.unwrap_or(500), &text("/message"), None));
        }
        let reached = text("/metadata/resourceVersion");
        match what {
            "ADDED" | "MODIFIED" => {
                let object: T = serde_json::from_value(object).map_err(bad)?;
                out.send_modify(|followed| drop(followed.objects.insert(name(&object), object)));
            }
            "DELETED" => out.send_modify(|followed| drop(followed.objects.remove(&text("/metadata/name")))),
            _ => {}
        }
        if !reached.is_empty() {
            *version = reached;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_names_only() {
        let objects = [("name".to_owned(), "canary")].into();
        let (_out, followed) = watch::channel(Followed { objects, ..Followed::default() });
        let shown = format!("{followed:?}");
        assert!(shown.contains("name") && !shown.contains("canary"), "{shown}");
    }
}
