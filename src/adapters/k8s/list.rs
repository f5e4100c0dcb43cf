//! Listing a watched kind, page by page, into slim objects.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::K8sError;
use super::request::{open, read_all};
use crate::data::kinds::{ConfigMap, EndpointSlice, Namespace, Node, Object, Pod, Service, Watched};
use crate::data::model::{FactKey, Kind};

/// Objects in a page.
pub const PAGE: usize = 500;
/// 500 objects of the largest size that etcd takes would pass this; no real page does.
const MAX_PAGE_BYTES: usize = 256 << 20;

/// An object that does not decode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadObject {
    /// Which.
    pub key: FactKey,
    /// Why, without its contents.
    pub reason: String,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The objects that decode.
    pub objects: Vec<Object>,
    /// Those that do not.
    pub bad: Vec<BadObject>,
    /// Where a watch takes over.
    pub resource_version: String,
    /// The token of the next page; empty at the end.
    pub next: String,
}

/// The path of a kind's collection, with its query up to and including `?` and the selector of the one object where only
/// one is watched: more parameters can follow.
pub fn path(row: &Watched, system_namespace: &str) -> String {
    let group = match row.gvk.group {
        "" => format!("/api/{}", row.gvk.version),
        group => format!("/apis/{group}/{}", row.gvk.version),
    };
    let plural = row.gvk.plural;
    match row.only {
        Some(name) => format!("{group}/namespaces/{system_namespace}/{plural}?fieldSelector=metadata.name%3D{name}&"),
        None => format!("{group}/{plural}?"),
    }
}

/// Lists one page. `idle` bounds the wait for each part of the answer.
///
/// # Errors
/// [`K8sError`]; an object that does not decode is none, it is [`Page::bad`].
pub async fn list(
    client: &kube::Client,
    row: &Watched,
    path: &str,
    next: &str,
    idle: Duration,
) -> Result<Page, K8sError> {
    let mut query = format!("{path}limit={PAGE}");
    if !next.is_empty() {
        query.push_str("&continue=");
        query.push_str(&escape(next));
    }
    let mut body = super::within(idle, open(client, &query, false)).await?;
    let bytes = read_all(&mut body, MAX_PAGE_BYTES, idle).await?;
    match row.kind {
        Kind::Node => page::<Node>(row, &bytes, Object::Node),
        Kind::Namespace => page::<Namespace>(row, &bytes, Object::Namespace),
        Kind::MeshConfig => page::<ConfigMap>(row, &bytes, Object::ConfigMap),
        Kind::Pod => page::<Pod>(row, &bytes, Object::Pod),
        Kind::Service => page::<Service>(row, &bytes, Object::Service),
        Kind::EndpointSlice => page::<EndpointSlice>(row, &bytes, Object::EndpointSlice),
    }
}

#[derive(Deserialize)]
struct RawList<T> {
    #[serde(default)]
    metadata: ListMeta,
    #[serde(default = "Option::default")]
    items: Option<Vec<T>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ListMeta {
    resource_version: String,
    #[serde(rename = "continue")]
    next: String,
}

fn page<T: DeserializeOwned>(row: &Watched, bytes: &[u8], wrap: fn(T) -> Object) -> Result<Page, K8sError> {
    if let Ok(RawList { metadata, items }) = serde_json::from_slice::<RawList<T>>(bytes) {
        let objects = items.unwrap_or_default().into_iter().map(wrap).collect();
        return finish(Page {
            objects,
            bad: Vec::new(),
            resource_version: metadata.resource_version,
            next: metadata.next,
        });
    }
    // an object is bad: look at each on its own
    let RawList { metadata, items } =
        serde_json::from_slice::<RawList<Value>>(bytes).map_err(|_| K8sError::Protocol("a list is no list"))?;
    let mut page = Page { resource_version: metadata.resource_version, next: metadata.next, ..Page::default() };
    for item in items.unwrap_or_default() {
        let key = key_of(row, &item);
        match serde_json::from_value::<T>(item) {
            Ok(object) => page.objects.push(wrap(object)),
            Err(_) => page.bad.push(BadObject { key, reason: format!("it is no valid {}", row.gvk.kind) }),
        }
    }
    finish(page)
}

fn finish(page: Page) -> Result<Page, K8sError> {
    if page.resource_version.is_empty() {
        return Err(K8sError::Protocol("a list has no resource version"));
    }
    Ok(page)
}

/// The key of an object that does not decode, as far as it names itself.
pub(super) fn key_of(row: &Watched, object: &Value) -> FactKey {
    let text = |name: &str| object.pointer(&format!("/metadata/{name}")).and_then(Value::as_str).unwrap_or_default();
    FactKey::new(row.kind, text("namespace"), text("name"))
}

/// Percent-encodes what is not unreserved (RFC 3986 §2.3).
pub(super) fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::kinds::watched;

    #[test]
    fn a_bad_object_costs_only_itself() {
        let bytes = br#"{"metadata":{"resourceVersion":"7","continue":"t/1"},"items":[
            {"metadata":{"name":"good","namespace":"a"},"spec":{"ports":[{"port":80}]}},
            {"metadata":{"name":"bad","namespace":"a"},"spec":{"ports":"canary"}}]}"#;
        let Ok(page) = page::<Service>(watched(Kind::Service), bytes, Object::Service) else { panic!("a page") };
        assert_eq!(page.objects.iter().map(|o| o.key().name.to_string()).collect::<Vec<_>>(), ["good"]);
        assert_eq!(page.bad[0].key, FactKey::new(Kind::Service, "a", "bad"));
        assert!(!page.bad[0].reason.contains("canary"));
        assert_eq!((page.resource_version.as_str(), escape(&page.next).as_str()), ("7", "t%2F1"));
    }

    #[test]
    fn paths_are_those_of_the_api() {
        assert_eq!(path(watched(Kind::Pod), "istio-system"), "/api/v1/pods?");
        assert_eq!(path(watched(Kind::EndpointSlice), "x"), "/apis/discovery.k8s.io/v1/endpointslices?");
        assert_eq!(
            path(watched(Kind::MeshConfig), "istio-system"),
            "/api/v1/namespaces/istio-system/configmaps?fieldSelector=metadata.name%3Distio&"
        );
    }
}
