//! Builders: each makes one resource of a proxy, as encoded bytes, from nothing but its arguments. Equal arguments give
//! equal bytes, whoever asks and in whatever run.

mod address;
mod cluster;
mod endpoint;
mod external;
mod frame;
mod http;
mod inbound;
mod listener;
mod metadata;
mod route;
mod tcp;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;

pub use address::{Binding, Families};
pub use cluster::{BLACK_HOLE, INBOUND_PASSTHROUGH, PASSTHROUGH, builtin, outbound};
pub use endpoint::{EndpointScope, load_assignment};
pub use external::ExternalHost;
pub use frame::{Built, Rope, any, encode, field};
pub use inbound::{inbound, virtual_inbound};
pub use listener::{
    CrowdedPort, HEADLESS_CHAINS, TcpChain, Unclaimed, at, at_any, crowded_ports, detect_listener, headless_chains,
    http_listener, listener_name, shared_tcp_listener, tcp_listener, virtual_outbound,
};
pub use route::{
    detected_route, detected_route_name, route_configuration, virtual_host, virtual_host_domains, virtual_host_named,
    virtual_host_of,
};
