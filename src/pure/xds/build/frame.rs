//! Encoded bodies as ropes: a piece that many resources share is encoded once and counted, not copied.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use meshctl_proto::google::protobuf::Any;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};

use crate::data::model::Name;

/// The encoded bytes of one resource's message, without an `Any` around it, in shared pieces.
///
/// The pieces in a row are the message: protobuf concatenates fields, so a repeated field may come from elsewhere.
pub type Rope = Arc<[Bytes]>;

/// A resource, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its encoded message.
    pub rope: Rope,
    /// What it makes Envoy subscribe to. Listeners: route configurations; EDS clusters: their endpoint set; others: nothing.
    pub refs: Vec<Name>,
}

impl Built {
    /// A resource of one piece that refers to these.
    pub(super) fn of(message: &impl Message, refs: Vec<Name>) -> Self {
        Self { rope: [encode(message)].into(), refs }
    }
}

/// The encoded message.
pub fn encode(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

/// The message as field `number` of another one: tag, length, message. One element of a repeated field.
pub fn field(number: u32, message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    // a tag is at most 5 bytes long, a length at most 10
    let mut out = BytesMut::with_capacity(length + 15);
    encode_key(number, WireType::LengthDelimited, &mut out);
    encode_varint(length as u64, &mut out);
    out.extend_from_slice(&message.encode_to_vec());
    out.freeze()
}

/// The message in an `Any`, with the prefix that Envoy's type URLs have.
pub fn any<M: Message + prost::Name>(message: &M) -> Any {
    Any { type_url: format!("type.googleapis.com/{}", M::full_name()), value: encode(message) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meshctl_proto::envoy::config::route::v3::{RouteConfiguration, VirtualHost};

    #[test]
    fn a_field_is_the_repeated_element() {
        let host = |n: usize| VirtualHost { name: "h".repeat(n), ..Default::default() };
        let whole = RouteConfiguration { virtual_hosts: vec![host(1), host(300)], ..Default::default() };
        let pieces = [field(2, &host(1)), field(2, &host(300))].concat();
        assert_eq!(encode(&whole), pieces);
    }

    #[test]
    fn type_urls_have_the_prefix() {
        assert_eq!(any(&VirtualHost::default()).type_url, "type.googleapis.com/envoy.config.route.v3.VirtualHost");
    }
}
