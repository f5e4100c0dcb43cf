//! gRPC: the ADS service, which sends what was encoded once, and an ADS client.
//!
//! The service knows streams, not meshes: whoever serves implements [`Streams`].

mod ads;
mod client;
mod frame;

pub use ads::{AdsService, Peer, Requests, Responses, Streams, Variant, XdsRequest};
pub use client::{AdsClient, ClientError, Received};
pub use frame::Frame;
