//! Watching a kind: a long answer, an event a line. A line is handed on as soon as it has come.

use std::pin::Pin;
use std::time::Duration;

use futures::io::AsyncBufRead;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::list::key_of;
use super::request::{open, read_line};
use super::{BadObject, K8sError};
use crate::data::kinds::{ConfigMap, EndpointSlice, Namespace, Node, Object, Pod, Service, Watched};
use crate::data::model::{FactKey, Kind};

/// Larger than any object that etcd takes, several times over.
const MAX_LINE: usize = 16 << 20;

/// What a line of a watch says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "nearly every line is the large variant")]
pub enum Line {
    /// ADDED or MODIFIED
    Put(Object),
    /// DELETED
    Remove(FactKey),
    /// ADDED or MODIFIED, and it does not decode
    Bad(BadObject),
    /// BOOKMARK: nothing changed up to here
    Bookmark,
}

/// An open watch.
pub struct Watch {
    row: &'static Watched,
    body: Pin<Box<dyn AsyncBufRead + Send>>,
    line: Vec<u8>,
    idle: Duration,
    /// Where another watch takes over: the version of the last line.
    pub resource_version: String,
}

impl Watch {
    /// Opens a watch from a resource version. The server ends it after `server`; a line must come within `idle` of the
    /// one before it.
    ///
    /// # Errors
    /// [`K8sError`]; [`K8sError::Gone`] where the version is too old.
    pub async fn open(
        client: &kube::Client,
        row: &'static Watched,
        path: &str,
        resource_version: &str,
        server: Duration,
        idle: Duration,
    ) -> Result<Self, K8sError> {
        let seconds = server.as_secs().max(1);
        let query = format!(
            "{path}watch=true&allowWatchBookmarks=true&resourceVersion={resource_version}&timeoutSeconds={seconds}"
        );
        let body = super::within(idle, open(client, &query, true)).await?;
        Ok(Self { row, body, line: Vec::new(), idle, resource_version: resource_version.to_owned() })
    }

    /// The next line; `None` where the server ended the watch.
    ///
    /// # Errors
    /// [`K8sError::Gone`]: list again. [`K8sError::Deadline`]: the watch has gone silent. Others: open it again.
    pub async fn next(&mut self) -> Result<Option<Line>, K8sError> {
        loop {
            if !read_line(&mut self.body, &mut self.line, MAX_LINE, self.idle).await? {
                return Ok(None);
            }
            if self.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let (line, version) = match self.row.kind {
                Kind::Node => parse::<Node>(self.row, &self.line, Object::Node),
                Kind::Namespace => parse::<Namespace>(self.row, &self.line, Object::Namespace),
                Kind::MeshConfig => parse::<ConfigMap>(self.row, &self.line, Object::ConfigMap),
                Kind::Pod => parse::<Pod>(self.row, &self.line, Object::Pod),
                Kind::Service => parse::<Service>(self.row, &self.line, Object::Service),
                Kind::EndpointSlice => parse::<EndpointSlice>(self.row, &self.line, Object::EndpointSlice),
            }?;
            if !version.is_empty() {
                self.resource_version = version;
            }
            return Ok(Some(line));
        }
    }
}

#[derive(Deserialize)]
struct RawLine<T> {
    #[serde(rename = "type")]
    what: String,
    object: T,
}

fn parse<T: DeserializeOwned>(row: &Watched, line: &[u8], wrap: fn(T) -> Object) -> Result<(Line, String), K8sError> {
    if let Ok(RawLine { what, object }) = serde_json::from_slice::<RawLine<T>>(line)
        && what != "ERROR"
    {
        let object = wrap(object);
        let version = version_of(&object).to_owned();
        return Ok((
            match what.as_str() {
                "ADDED" | "MODIFIED" => Line::Put(object),
                "DELETED" => Line::Remove(object.key()),
                _ => Line::Bookmark,
            },
            version,
        ));
    }
    // no object of this kind: an error, or one that does not decode
    let RawLine { what, object } = serde_json::from_slice::<RawLine<Value>>(line)
        .map_err(|_| K8sError::Protocol("a line of the watch is no event"))?;
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let version = text("/metadata/resourceVersion").to_owned();
    let key = key_of(row, &object);
    match what.as_str() {
        "ERROR" => {
            let code = object.get("code").and_then(Value::as_u64).and_then(|c| u16::try_from(c).ok()).unwrap_or(500);
            Err(K8sError::from_status(code, text("/message"), None))
        }
        "DELETED" => Ok((Line::Remove(key), version)),
        "BOOKMARK" => Ok((Line::Bookmark, version)),
        _ => Ok((Line::Bad(BadObject { key, reason: format!("it is no valid {}", row.gvk.kind) }), version)),
    }
}

fn version_of(object: &Object) -> &str {
    let meta = match object {
        Object::Node(o) => &o.metadata,
        Object::Namespace(o) => &o.metadata,
        Object::ConfigMap(o) => &o.metadata,
        Object::Pod(o) => &o.metadata,
        Object::Service(o) => &o.metadata,
        Object::EndpointSlice(o) => &o.metadata,
    };
    &meta.resource_version
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::kinds::watched;

    fn pod(line: &str) -> Result<(Line, String), K8sError> {
        parse::<Pod>(watched(Kind::Pod), line.as_bytes(), Object::Pod)
    }

    #[test]
    fn lines_say_what_they_are() {
        let key = FactKey::new(Kind::Pod, "b", "a");
        let put = pod(r#"{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"b","resourceVersion":"3"}}}"#);
        assert!(matches!(put, Ok((Line::Put(o), v)) if o.key() == key && v == "3"));
        let gone =
            pod(r#"{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"b","resourceVersion":"4"}}}"#);
        assert_eq!(gone, Ok((Line::Remove(key.clone()), "4".into())));
        let mark = pod(r#"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"5"}}}"#);
        assert_eq!(mark, Ok((Line::Bookmark, "5".into())));
        let bad = pod(
            r#"{"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"b","resourceVersion":"6"},"spec":7}}"#,
        );
        assert_eq!(bad, Ok((Line::Bad(BadObject { key, reason: "it is no valid Pod".into() }), "6".into())));
    }

    #[test]
    fn errors_are_errors_for_every_shape_of_object() {
        let line = r#"{"type":"ERROR","object":{"kind":"Status","metadata":{},"status":"Failure","code":410,"message":"too old"}}"#;
        assert_eq!(pod(line), Err(K8sError::Gone));
        let node = parse::<Node>(watched(Kind::Node), line.as_bytes(), Object::Node);
        assert_eq!(node, Err(K8sError::Gone));
        assert_eq!(pod("{"), Err(K8sError::Protocol("a line of the watch is no event")));
    }
}
