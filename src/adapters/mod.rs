//! The rooms that touch the world: files, clusters, sockets.

pub mod files;
pub mod grpc;
pub mod k8s;
pub mod registry;
pub mod serve;
