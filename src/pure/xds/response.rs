//! Responses of both variants, written from shared pieces: a resource that was encoded once is copied once, into the
//! stream's buffer.

use std::sync::Arc;

use bytes::{BufMut, Bytes};
use prost::Message;
use prost::encoding::{encode_varint, encoded_len_varint};

use meshctl_proto::envoy::service::discovery::v3 as discovery;

use super::types::{Entry, Type};
use crate::data::model::Name;

/// A response, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its type.
    pub ty: Type,
    /// Whether it is of the incremental variant.
    pub delta: bool,
    /// Unique on its stream.
    pub nonce: u64,
    /// State of the world: the version of the whole. Incremental: for people only.
    pub version: String,
    /// What is new or different, or all.
    pub resources: Vec<Arc<Entry>>,
    /// Incremental: what does not exist (any more).
    pub removed: Vec<Name>,
}

/// Both messages carry their resources in field 2, so that one way of writing serves both.
const RESOURCES: u8 = (2 << 3) | 2;

impl Response {
    /// How many bytes [`Response::into_pieces`] gives.
    pub fn encoded_len(&self) -> usize {
        let framed = |e: &Arc<Entry>| framed_len(resource_len(self.ty, self.delta, e));
        let body: usize = self.resources.iter().map(framed).sum();
        let (head, tail) = self.ends();
        head.len() + body + tail.len()
    }

    /// A `DiscoveryResponse` or `DeltaDiscoveryResponse` in pieces, to be sent one after the other: small ones of its own, and
    /// the shared ones of the resources.
    pub fn into_pieces(self) -> impl Iterator<Item = Bytes> + Send + 'static {
        let (head, tail) = self.ends();
        let (ty, delta) = (self.ty, self.delta);
        let resources = self.resources.into_iter().flat_map(move |entry| {
            let head = resource_head(ty, delta, &entry);
            std::iter::once(head)
                .chain((0..entry.body.len()).map(move |at| entry.body.get(at).cloned().unwrap_or_default()))
        });
        std::iter::once(Bytes::from(head)).chain(resources).chain(std::iter::once(Bytes::from(tail)))
    }

    /// The whole as one piece.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = bytes::BytesMut::with_capacity(self.encoded_len());
        self.clone().into_pieces().for_each(|piece| out.put_slice(&piece));
        out.freeze()
    }

    /// What stands before and after the resources; protobuf's fields may come in any order.
    fn ends(&self) -> (Vec<u8>, Vec<u8>) {
        let (type_url, nonce) = (self.ty.url().to_owned(), self.nonce.to_string());
        if self.delta {
            let head =
                discovery::DeltaDiscoveryResponse { system_version_info: self.version.clone(), ..Default::default() };
            let removed_resources = self.removed.iter().map(|n| n.to_string()).collect();
            let tail = discovery::DeltaDiscoveryResponse { type_url, nonce, removed_resources, ..Default::default() };
            (head.encode_to_vec(), tail.encode_to_vec())
        } else {
            let head = discovery::DiscoveryResponse { version_info: self.version.clone(), ..Default::default() };
            let tail = discovery::DiscoveryResponse { type_url, nonce, ..Default::default() };
            (head.encode_to_vec(), tail.encode_to_vec())
        }
    }
}

/// The length of an element of `resources`: a `Resource`, or the bare `Any`.
fn resource_len(ty: Type, delta: bool, entry: &Entry) -> usize {
    let any = any_len(ty, entry);
    if delta { framed_len(entry.name.len()) + framed_len(32) + framed_len(any) } else { any }
}

fn any_len(ty: Type, entry: &Entry) -> usize {
    let value = entry.len();
    // protobuf leaves an empty field out
    framed_len(ty.url().len()) + if value == 0 { 0 } else { framed_len(value) }
}

/// Everything of an element of `resources` up to its body, which is its end.
fn resource_head(ty: Type, delta: bool, entry: &Entry) -> Bytes {
    let mut out = bytes::BytesMut::with_capacity(entry.name.len() + ty.url().len() + 64);
    out.put_u8(RESOURCES);
    encode_varint(resource_len(ty, delta, entry) as u64, &mut out);
    if delta {
        put_string(3, &entry.name, &mut out);
        put_string(1, &entry.version_text(), &mut out);
        out.put_u8((2 << 3) | 2);
        encode_varint(any_len(ty, entry) as u64, &mut out);
    }
    put_string(1, ty.url(), &mut out);
    if !entry.is_empty() {
        out.put_u8((2 << 3) | 2);
        encode_varint(entry.len() as u64, &mut out);
    }
    out.freeze()
}

/// The length of a length-delimited field with a one-byte tag.
fn framed_len(len: usize) -> usize {
    1 + encoded_len_varint(len as u64) + len
}

fn put_string(field: u8, text: &str, out: &mut impl BufMut) {
    out.put_u8((field << 3) | 2);
    encode_varint(text.len() as u64, out);
    out.put_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(delta: bool) -> Response {
        let entry = |name: &str, pieces: &[&'static [u8]]| Entry {
            name: name.into(),
            version: 7,
            body: pieces.iter().map(|p| Bytes::from_static(p)).collect(),
            refs: [].into(),
            own: None,
        };
        Response {
            ty: Type::Endpoint,
            delta,
            nonce: 3,
            version: "v".into(),
            resources: vec![Arc::new(entry("a", &[b"\x0a\x01", b"a"])), Arc::new(entry("b", &[]))],
            removed: if delta { vec!["gone".into()] } else { Vec::new() },
        }
    }

    #[test]
    fn a_delta_response_decodes_to_what_was_meant() -> Result<(), prost::DecodeError> {
        let written = response(true);
        let bytes = written.to_bytes();
        assert_eq!(bytes.len(), written.encoded_len());
        let read = discovery::DeltaDiscoveryResponse::decode(bytes)?;
        assert_eq!((read.type_url.as_str(), read.nonce.as_str()), (Type::Endpoint.url(), "3"));
        assert_eq!(read.removed_resources, ["gone"]);
        let got: Vec<_> = read
            .resources
            .iter()
            .map(|r| {
                (r.name.as_str(), r.version.len(), r.resource.as_ref().map(|a| (a.type_url.as_str(), &a.value[..])))
            })
            .collect();
        let url = Type::Endpoint.url();
        assert_eq!(got, [("a", 32, Some((url, &b"\x0a\x01a"[..]))), ("b", 32, Some((url, &b""[..])))]);
        Ok(())
    }

    #[test]
    fn a_state_of_the_world_response_decodes_to_what_was_meant() -> Result<(), prost::DecodeError> {
        let written = response(false);
        let bytes = written.to_bytes();
        assert_eq!(bytes.len(), written.encoded_len());
        let read = discovery::DiscoveryResponse::decode(bytes)?;
        assert_eq!((read.version_info.as_str(), read.resources.len()), ("v", 2));
        assert_eq!(&read.resources[0].value[..], b"\x0a\x01a");
        Ok(())
    }
}
