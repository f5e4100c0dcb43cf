//! Slim serde structs of the kinds that the mesh watches, and of the registry's own documents.
//!
//! A decoded object holds what somebody above reads, and nothing else: pod specs and managed fields are dropped while the
//! bytes are parsed.

mod cluster;
mod core;
mod discovery;
mod mesh;
mod meta;
mod table;

pub use cluster::{ClusterDescriptor, DescriptorAnnotations, DescriptorMeta};
pub use core::{
    ConfigMap, Container, ContainerPort, IntOrName, Namespace, Node, Pod, PodCondition, PodIp, PodSpec, PodStatus,
    Service, ServicePort, ServiceSpec,
};
pub use discovery::{Endpoint, EndpointConditions, EndpointPort, EndpointSlice, ObjectReference};
pub use mesh::{ClusterOverride, GatewayAddress, ImageSettings, MeshFile, NetworkEntry};
pub use meta::{Meta, OwnerReference};
pub use table::{Gvk, Object, WATCHED, Watched, decode, watched};
