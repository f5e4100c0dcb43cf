//! Following a few small objects (one by its name, or a handful by a label): the newest state of all of them, for whoever
//! asks. A watched kind of a whole cluster goes through [`super::list`] and [`super::Watch`] instead.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::request::{open, read_all, read_line};
use super::{Connector, K8sError, within};
use crate::adapters::serve::Backoff;

/// The server ends a watch after this, so that a silent one is told from an idle one.
const WATCH: Duration = Duration::from_secs(45);
/// A watch that says nothing for this long is dead.
const SILENT: Duration = Duration::from_secs(52);
const LIST: Duration = Duration::from_secs(15);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Larger than any list that is followed so.
const MAX_BYTES: usize = 16 << 20;

/// What is followed, as it was when it was last heard.
#[derive(Debug, Clone)]
pub struct Followed<T> {
    /// By name.
    pub objects: BTreeMap<String, T>,
    /// They have been read at least once.
    pub synced: bool,
    /// Why they cannot be read now; what was read stands.
    pub problem: Option<K8sError>,
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
                let ended = round(&connector, &path, &out, &mut backoff).await;
                if let Err(problem) = ended
                    && problem != K8sError::Gone
                {
                    out.send_modify(|followed| followed.problem = Some(problem));
                    tokio::time::sleep(backoff.wait()).await;
                }
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
}

/// A list, and watches from there on until one fails.
async fn round<T>(
    connector: &Connector,
    path: &str,
    out: &watch::Sender<Followed<T>>,
    backoff: &mut Backoff,
) -> Result<(), K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let (epoch, client) = connector.client().await?;
    let ended: Result<(), K8sError> = async {
        let mut version = list(&client, path, out).await?;
        backoff.reset();
        loop {
            version = watch_once(&client, path, &version, out).await?;
        }
    }
    .await;
    if let Err(error) = &ended
        && (error.is_unreachable() || *error == K8sError::Unauthorized)
    {
        // its connections may hang, its token may be used up
        connector.discard(epoch).await;
    }
    ended
}

async fn list<T>(client: &kube::Client, path: &str, out: &watch::Sender<Followed<T>>) -> Result<String, K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let mut body = within(LIST, open(client, path.trim_end_matches(['?', '&']), false)).await?;
    let bytes = read_all(&mut body, MAX_BYTES, LIST).await?;
    // the error's words may quote a Secret
    let RawList { metadata, items }: RawList<T> =
        serde_json::from_slice(&bytes).map_err(|_| K8sError::Protocol("a list is no list of its kind"))?;
    let objects = items.unwrap_or_default().into_iter().map(|object| (name(&object), object)).collect();
    out.send_replace(Followed { objects, synced: true, problem: None });
    Ok(metadata.resource_version)
}

fn name<T: Metadata<Ty = ObjectMeta>>(object: &T) -> String {
    object.metadata().name.clone().unwrap_or_default()
}

/// One watch to its end; gives the version where the next takes over.
async fn watch_once<T>(
    client: &kube::Client,
    path: &str,
    from: &str,
    out: &watch::Sender<Followed<T>>,
) -> Result<String, K8sError>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let seconds = WATCH.as_secs();
    let query = format!("{path}watch=true&allowWatchBookmarks=true&resourceVersion={from}&timeoutSeconds={seconds}");
    let mut body = within(LIST, open(client, &query, true)).await?;
    let (mut line, mut version) = (Vec::new(), from.to_owned());
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
        version = text("/metadata/resourceVersion");
        match what {
            "ADDED" | "MODIFIED" => {
                let object: T = serde_json::from_value(object).map_err(bad)?;
                out.send_modify(|followed| drop(followed.objects.insert(name(&object), object)));
            }
            "DELETED" => out.send_modify(|followed| drop(followed.objects.remove(&text("/metadata/name")))),
            _ => {}
        }
    }
    Ok(version)
}
