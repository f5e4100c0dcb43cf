//! The REST answers that pilot gave Envoy's v1 API in 2018, as functions of the mesh: what the talk's `istio-proxy-cfg`
//! shows. For people and their scripts; no proxy of today reads them.
//!
//! Shapes, names, order and texts follow `pilot/pkg/proxy/envoy/v1` of istio/istio 0.7.1 and its golden files. Left out is
//! what the mesh does not have: Mixer, Zipkin, management ports, the version-labelled clusters of route rules, and the v2
//! flavour of route names (a leading `:`).

mod clusters;
mod json;
mod listeners;
mod node;
mod registration;
mod routes;
mod sha1;
mod stats;
mod types;

pub use clusters::{cluster_name, clusters};
pub use json::text;
pub use listeners::listeners;
pub use node::{Api, V1Error, availability_zone};
pub use registration::{endpoints, endpoints_where, registration, selected};
pub use routes::routes;
pub use stats::{CacheCount, CacheStats};
pub use types::{
    AccessLog, Cluster, ClusterHost, Clusters, Decorator, Empty, Filter, FilterConfig, Host, Hosts, HttpConfig,
    HttpFilter, HttpRoute, KeyAndHosts, Listener, Listeners, MongoConfig, Rds, RouteConfig, Tags, TcpConfig, TcpRoute,
    TcpRoutes, Tracing, VirtualHost,
};
