//! gRPC: the ADS service with a raw codec, and an ADS client.
//!
//! The service knows streams, not meshes: whoever serves implements [`Streams`].

mod ads;
mod client;
mod codec;

pub use ads::{AdsService, Peer, Requests, Responses, Streams, Variant, XdsRequest};
pub use client::{AdsClient, ClientError, Received};
pub use codec::{Frame, RawCodec, WriteMessage};
