//! Envoy's types, generated for this program: ordered maps, shared bytes, and the descriptors for JSON.
#![allow(clippy::all, rustdoc::all)]
include!(concat!(env!("OUT_DIR"), "/_include.rs"));

/// The encoded `FileDescriptorSet` of every type here, for JSON in and out.
pub static DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
