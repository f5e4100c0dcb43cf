//! The documents of the v1 API. Fields stand in the order in which pilot's Go structs had them, since that is the order of
//! the text (`pilot/pkg/proxy/envoy/v1/{discovery,resource}.go@0.7.1`).

use serde::Serialize;

/// Whether Go's `omitempty` leaves the field out.
fn no(value: &bool) -> bool {
    !value
}

/// The answer of `/v1/registration/KEY`: the endpoints of a service's port.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Hosts {
    /// In the mesh's order: the primary's first.
    pub hosts: Vec<Host>,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Its address.
    pub ip_address: String,
    /// Its port.
    pub port: u16,
    /// Where it runs; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

/// What is known of an endpoint besides its address. (`canary` and `load_balancing_weight` were never set.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tags {
    /// `region/zone`
    pub az: String,
}

/// An element of `/v1/registration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyAndHosts {
    /// `reviews.default.svc.cluster.local|http`
    #[serde(rename = "service-key")]
    pub service_key: String,
    /// Its endpoints.
    pub hosts: Vec<Host>,
}

/// The answer of `/v1/clusters/…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clusters {
    /// By name.
    pub clusters: Vec<Cluster>,
}

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// `out.KEY` or `in.PORT`.
    pub name: String,
    /// The key under which its endpoints are found; empty where they stand here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service_name: String,
    /// Milliseconds.
    pub connect_timeout_ms: u64,
    /// `sds`, `static`, `strict_dns` or `original_dst`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `round_robin` or `original_dst_lb`.
    pub lb_type: &'static str,
    /// The endpoints, where the type needs them here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<ClusterHost>,
    /// `http2`; empty for HTTP/1.1 and TCP.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub features: &'static str,
}

/// An endpoint of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterHost {
    /// `tcp://127.0.0.1:9080`
    pub url: String,
}

/// The answer of `/v1/listeners/…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listeners {
    /// By address, as text.
    pub listeners: Vec<Listener>,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// `tcp://0.0.0.0:9080`
    pub address: String,
    /// `http_0.0.0.0_9080`
    pub name: String,
    /// Its network filters.
    pub filters: Vec<Filter>,
    /// Whether it has a socket of its own; else calls come over the listener `virtual`.
    pub bind_to_port: bool,
    /// Whether it hands calls to the listener of their destination.
    #[serde(skip_serializing_if = "no")]
    pub use_original_dst: bool,
}

/// A network filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// `read` or `both`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `http_connection_manager`, `tcp_proxy` or `mongo_proxy`.
    pub name: &'static str,
    /// By its name.
    pub config: FilterConfig,
}

/// A network filter's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FilterConfig {
    /// Of `http_connection_manager`.
    Http(Box<HttpConfig>),
    /// Of `tcp_proxy`.
    Tcp(TcpConfig),
    /// Of `mongo_proxy`.
    Mongo(MongoConfig),
}

/// Configuration of `http_connection_manager`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpConfig {
    /// `auto`
    pub codec_type: &'static str,
    /// `http`
    pub stat_prefix: &'static str,
    /// Whether requests get an id.
    #[serde(skip_serializing_if = "no")]
    pub generate_request_id: bool,
    /// The direction, for traces.
    pub tracing: Tracing,
    /// Inbound: the routes themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_config: Option<RouteConfig>,
    /// Outbound: where the routes come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rds: Option<Rds>,
    /// Its HTTP filters.
    pub filters: Vec<HttpFilter>,
    /// Where requests are logged.
    pub access_log: Vec<AccessLog>,
}

/// `tracing` of an HTTP listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tracing {
    /// `egress` or `ingress`.
    pub operation_name: &'static str,
}

/// `rds` of an HTTP listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rds {
    /// `rds`
    pub cluster: &'static str,
    /// The port.
    pub route_config_name: String,
    /// Milliseconds between two requests.
    pub refresh_delay_ms: u64,
}

/// An HTTP filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpFilter {
    /// `decoder`, or empty.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `cors` or `router`.
    pub name: &'static str,
    /// Nothing.
    pub config: Empty,
}

/// `{}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Empty {}

/// `access_log` of an HTTP listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessLog {
    /// `/dev/stdout`
    pub path: &'static str,
}

/// Configuration of `tcp_proxy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TcpConfig {
    /// `tcp`
    pub stat_prefix: &'static str,
    /// Its routes.
    pub route_config: TcpRoutes,
}

/// Routes of a TCP listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TcpRoutes {
    /// One.
    pub routes: Vec<TcpRoute>,
}

/// A route of a TCP listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TcpRoute {
    /// Where calls go.
    pub cluster: String,
    /// Which destinations it takes; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination_ip_list: Vec<String>,
}

/// Configuration of `mongo_proxy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MongoConfig {
    /// `mongo`
    pub stat_prefix: &'static str,
}

/// The answer of `/v1/routes/…`, and an inbound listener's routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteConfig {
    /// `true`
    pub validate_clusters: bool,
    /// By name.
    pub virtual_hosts: Vec<VirtualHost>,
}

/// A service's port among the routes of that port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VirtualHost {
    /// The service's key.
    pub name: String,
    /// The `Host`s that mean it.
    pub domains: Vec<String>,
    /// One.
    pub routes: Vec<HttpRoute>,
}

/// A route of a virtual host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpRoute {
    /// `/`
    pub prefix: &'static str,
    /// Where requests go.
    pub cluster: String,
    /// 0: none.
    pub timeout_ms: u64,
    /// Its name, for traces.
    pub decorator: Decorator,
}

/// A route's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decorator {
    /// `default-route`
    pub operation: &'static str,
}
