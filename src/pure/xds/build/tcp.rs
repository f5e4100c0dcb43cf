//! The network filters of plain bytes, the listener filters that look at the first ones, and the chains that hold them.

use meshctl_proto::envoy::config::listener::v3::{
    Filter, FilterChain, FilterChainMatch, ListenerFilter, ListenerFilterChainMatchPredicate, filter, listener_filter,
};
use meshctl_proto::envoy::extensions::filters::listener::http_inspector::v3::HttpInspector;
use meshctl_proto::envoy::extensions::filters::listener::tls_inspector::v3::TlsInspector;
use meshctl_proto::envoy::extensions::filters::network::tcp_proxy::v3::{TcpProxy, tcp_proxy};
use prost::Message;

use super::any;

/// What the HTTP inspector calls plain-text HTTP.
const PLAIN_HTTP: [&str; 3] = ["http/1.0", "http/1.1", "h2c"];

/// A network filter.
pub(super) fn filter<M: Message + prost::Name>(name: &str, config: &M) -> Filter {
    Filter { name: name.to_owned(), config_type: Some(filter::ConfigType::TypedConfig(any(config))) }
}

/// A listener filter; with `disabled`, one that passes those connections by.
pub(super) fn listener_filter<M: Message + prost::Name>(
    name: &str,
    config: &M,
    disabled: Option<ListenerFilterChainMatchPredicate>,
) -> ListenerFilter {
    ListenerFilter {
        name: name.to_owned(),
        filter_disabled: disabled,
        config_type: Some(listener_filter::ConfigType::TypedConfig(any(config))),
    }
}

/// The filters that find out what is spoken: TLS first, because its bytes would puzzle the HTTP inspector.
pub(super) fn inspectors(disabled: Option<ListenerFilterChainMatchPredicate>) -> Vec<ListenerFilter> {
    vec![
        listener_filter("envoy.filters.listener.tls_inspector", &TlsInspector::default(), disabled.clone()),
        listener_filter("envoy.filters.listener.http_inspector", &HttpInspector::default(), disabled),
    ]
}

/// A filter that sends bytes to a cluster.
pub(super) fn tcp_proxy(cluster: &str) -> Filter {
    let proxy = TcpProxy {
        stat_prefix: cluster.to_owned(),
        cluster_specifier: Some(tcp_proxy::ClusterSpecifier::Cluster(cluster.to_owned())),
        ..Default::default()
    };
    filter("envoy.filters.network.tcp_proxy", &proxy)
}

/// A chain of one filter.
pub(super) fn chain(name: &str, matches: Option<FilterChainMatch>, filter: Filter) -> FilterChain {
    FilterChain { name: name.to_owned(), filter_chain_match: matches, filters: vec![filter], ..Default::default() }
}

/// Adds "plain-text HTTP" to a match. The transport is named, or TLS that negotiates `http/1.1` would match too.
pub(super) fn plain_http(matches: FilterChainMatch) -> FilterChainMatch {
    FilterChainMatch {
        transport_protocol: "raw_buffer".to_owned(),
        application_protocols: PLAIN_HTTP.map(str::to_owned).into(),
        ..matches
    }
}
