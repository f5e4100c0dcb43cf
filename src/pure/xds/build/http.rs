//! HTTP: the connection manager, the route to a cluster, and what is spoken upstream.

use std::collections::BTreeMap;

use meshctl_proto::envoy::config::core::v3::{Http1ProtocolOptions, Http2ProtocolOptions, HttpProtocolOptions};
use meshctl_proto::envoy::config::listener::v3::Filter;
use meshctl_proto::envoy::config::route::v3::{
    RetryPolicy, Route, RouteAction, RouteConfiguration, RouteMatch, VirtualHost, retry_policy, route, route_action,
    route_match,
};
use meshctl_proto::envoy::extensions::filters::http::router::v3::Router;
use meshctl_proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter, Rds, http_connection_manager as hcm, http_filter,
};
use meshctl_proto::envoy::extensions::retry::host::previous_hosts::v3::PreviousHostsPredicate;
use meshctl_proto::envoy::extensions::upstreams::http::v3 as upstream;
use meshctl_proto::google::protobuf::Any;

use super::address::{ads, boolean, seconds, uint};
use super::any;
use super::tcp::filter;
use crate::data::model::AppProtocol;

/// Where a connection manager has its routes from.
pub(super) enum Routes {
    /// From the server, by this name.
    Named(String),
    /// These.
    Inline(RouteConfiguration),
}

/// The connection manager, with nothing but the router behind it.
///
/// Neither it nor its routes end a long stream: that is for the application, or a policy, to say.
pub(super) fn connection_manager(stat_prefix: String, routes: Routes) -> Filter {
    let manager = HttpConnectionManager {
        stat_prefix,
        route_specifier: Some(match routes {
            Routes::Named(name) => {
                hcm::RouteSpecifier::Rds(Rds { config_source: Some(ads()), route_config_name: name })
            }
            Routes::Inline(routes) => hcm::RouteSpecifier::RouteConfig(routes),
        }),
        http_filters: vec![HttpFilter {
            name: "envoy.filters.http.router".to_owned(),
            config_type: Some(http_filter::ConfigType::TypedConfig(any(&Router::default()))),
            ..Default::default()
        }],
        // HTTP/1.0 is matched as HTTP (see `tcp.rs`), so it must be spoken too
        http_protocol_options: Some(Http1ProtocolOptions { accept_http_10: true, ..Default::default() }),
        // the peer is a workload of the mesh, not the edge: its x-forwarded-for stands
        use_remote_address: boolean(false),
        // `server` is the application's header, not ours
        server_header_transformation: hcm::ServerHeaderTransformation::PassThrough.into(),
        normalize_path: boolean(true),
        stream_idle_timeout: seconds(0),
        upgrade_configs: vec![hcm::UpgradeConfig { upgrade_type: "websocket".to_owned(), ..Default::default() }],
        ..Default::default()
    };
    filter("envoy.filters.network.http_connection_manager", &manager)
}

/// A virtual host that sends everything to one cluster.
pub(super) fn virtual_host(
    name: String,
    domains: Vec<String>,
    cluster: &str,
    retry: Option<RetryPolicy>,
) -> VirtualHost {
    let action = RouteAction {
        cluster_specifier: Some(route_action::ClusterSpecifier::Cluster(cluster.to_owned())),
        timeout: seconds(0),
        retry_policy: retry,
        ..Default::default()
    };
    VirtualHost { name, domains, routes: vec![everything(route::Action::Route(action))], ..Default::default() }
}

/// The route of every path.
pub(super) fn everything(action: route::Action) -> Route {
    Route {
        name: "default".to_owned(),
        r#match: Some(RouteMatch {
            path_specifier: Some(route_match::PathSpecifier::Prefix("/".to_owned())),
            ..Default::default()
        }),
        action: Some(action),
        ..Default::default()
    }
}

/// Two more attempts, on other hosts, where the request cannot have reached the application.
///
/// A 503 that the application answers is not retried, as in Istio since 1.24: it may have done the work.
pub(super) fn retries() -> RetryPolicy {
    RetryPolicy {
        retry_on: "connect-failure,refused-stream,unavailable,cancelled".to_owned(),
        num_retries: uint(2),
        retry_host_predicate: vec![retry_policy::RetryHostPredicate {
            name: "envoy.retry_host_predicates.previous_hosts".to_owned(),
            config_type: Some(retry_policy::retry_host_predicate::ConfigType::TypedConfig(any(
                &PreviousHostsPredicate::default(),
            ))),
        }],
        host_selection_retry_max_attempts: 5,
        ..Default::default()
    }
}

/// What is spoken upstream of a port, as `typed_extension_protocol_options`; nothing for HTTP/1.1 and plain bytes.
pub(super) fn upstream_protocol(protocol: AppProtocol) -> BTreeMap<String, Any> {
    match protocol {
        AppProtocol::Http | AppProtocol::Tcp => BTreeMap::new(),
        AppProtocol::Http2 => {
            use upstream::http_protocol_options::{ExplicitHttpConfig, UpstreamProtocolOptions, explicit_http_config};
            let http2 = explicit_http_config::ProtocolConfig::Http2ProtocolOptions(Http2ProtocolOptions::default());
            upstream_options(upstream::HttpProtocolOptions {
                upstream_protocol_options: Some(UpstreamProtocolOptions::ExplicitHttpConfig(ExplicitHttpConfig {
                    protocol_config: Some(http2),
                })),
                ..Default::default()
            })
        }
        AppProtocol::Detect => as_downstream(None),
    }
}

/// Speak upstream what is spoken downstream; close what is idle for longer than `idle` seconds.
pub(super) fn as_downstream(idle: Option<u64>) -> BTreeMap<String, Any> {
    use upstream::http_protocol_options::{UpstreamProtocolOptions, UseDownstreamHttpConfig};
    upstream_options(upstream::HttpProtocolOptions {
        common_http_protocol_options: idle
            .map(|n| HttpProtocolOptions { idle_timeout: seconds(n), ..Default::default() }),
        upstream_protocol_options: Some(UpstreamProtocolOptions::UseDownstreamProtocolConfig(
            UseDownstreamHttpConfig {
                http_protocol_options: Some(Http1ProtocolOptions::default()),
                http2_protocol_options: Some(Http2ProtocolOptions::default()),
                ..Default::default()
            },
        )),
        ..Default::default()
    })
}

fn upstream_options(options: upstream::HttpProtocolOptions) -> BTreeMap<String, Any> {
    [("envoy.extensions.upstreams.http.v3.HttpProtocolOptions".to_owned(), any(&options))].into()
}
