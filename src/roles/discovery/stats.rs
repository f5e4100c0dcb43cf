//! What is counted, for `/metrics`; and how clusters and streams are at the moment it is asked for.

use std::fmt::Write;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, EncodeLabelValue, EncodeMetric, LabelValueEncoder,
};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};

use super::streams::OpenStreams;
use crate::adapters::serve::Metrics;
use crate::engine::{Engine, FeedState, Feeds};
use crate::pure::xds::Type;

#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct TypeValue(Type);

impl EncodeLabelValue for TypeValue {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.0.short())
    }
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfType {
    r#type: TypeValue,
}

/// A gRPC listener, by the name under which discovery prints its address.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct OfListener {
    pub(super) listener: &'static str,
}

/// What all streams together did with one type, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Requests taken; each response that a proxy has taken or rejected is answered by one.
    pub requests: u64,
    /// Responses sent.
    pub responses: u64,
    /// Bytes of responses sent.
    pub bytes: u64,
}

/// Counters of the streams.
#[derive(Debug, Default)]
pub(super) struct Stats {
    requests: Family<OfType, Counter>,
    rejections: Family<OfType, Counter>,
    responses: Family<OfType, Counter>,
    resources: Family<OfType, Counter>,
    bytes: Family<OfType, Counter>,
    pub(super) wakeups: Counter,
    pub(super) expired_waits: Counter,
    pub(super) refused: Family<OfListener, Counter>,
}

impl Stats {
    pub(super) fn register(&self, metrics: &Metrics) {
        metrics.register("meshctl_xds_requests", "Requests taken", self.requests.clone());
        metrics.register("meshctl_xds_rejections", "Responses that proxies rejected (NACK)", self.rejections.clone());
        metrics.register("meshctl_xds_responses", "Responses sent", self.responses.clone());
        metrics.register("meshctl_xds_resources", "Resources sent", self.resources.clone());
        metrics.register("meshctl_xds_bytes", "Bytes of responses sent", self.bytes.clone());
        metrics.register("meshctl_xds_wakeups", "How often a stream was woken by a change", self.wakeups.clone());
        let help = "Connections refused because a listener held as many as it may";
        metrics.register("meshctl_grpc_refused_connections", help, self.refused.clone());
        let help =
            "How often a response was sent although the answer to one that must come before it did not come in time";
        metrics.register("meshctl_xds_expired_waits", help, self.expired_waits.clone());
    }

    /// What was counted of a type so far.
    pub(super) fn of(&self, ty: Type) -> Counts {
        let label = OfType { r#type: TypeValue(ty) };
        let of = |family: &Family<OfType, Counter>| family.get_or_create(&label).get();
        Counts { requests: of(&self.requests), responses: of(&self.responses), bytes: of(&self.bytes) }
    }

    pub(super) fn request(&self, ty: Type, rejected: bool) {
        let label = OfType { r#type: TypeValue(ty) };
        self.requests.get_or_create(&label).inc();
        if rejected {
            self.rejections.get_or_create(&label).inc();
        }
    }

    pub(super) fn response(&self, ty: Type, resources: usize, bytes: usize) {
        let label = OfType { r#type: TypeValue(ty) };
        self.responses.get_or_create(&label).inc();
        self.resources.get_or_create(&label).inc_by(resources as u64);
        self.bytes.get_or_create(&label).inc_by(bytes as u64);
    }
}

/// How the clusters and the streams are: gauges, read when they are asked for.
pub(super) struct Standing {
    pub(super) engine: Engine,
    pub(super) feeds: Feeds,
    pub(super) open: Arc<OpenStreams>,
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Standing")
    }
}

type Labels = Vec<(&'static str, String)>;

impl Collector for Standing {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let mut put = |name: &str, help: &str, metric: &dyn EncodeMetric| {
            let out = encoder.encode_descriptor(name, help, None, metric.metric_type())?;
            metric.encode(out)
        };
        let (states, holds) = (Family::<Labels, Gauge>::default(), Family::<Labels, Gauge>::default());
        let missing = self.engine.published().snapshot.missing.clone();
        let files = Family::<Labels, Gauge>::default();
        for file in &missing.files {
            files.get_or_create(&vec![("file", file.to_string())]).set(1);
        }
        for feed in self.feeds.status() {
            let cluster = ("cluster", feed.id.to_string());
            for (state, name) in STATES {
                let labels = vec![cluster.clone(), ("state", name.to_owned())];
                states.get_or_create(&labels).set(i64::from(feed.state == state));
            }
            holds.get_or_create(&vec![cluster]).set(i64::from(missing.clusters.contains(&feed.id)));
        }
        put("meshctl_cluster_state", "1 for the state that the cluster is in, 0 for the others.", &states)?;
        put(
            "meshctl_restart_hold",
            "1 while resuming proxies keep what they have because this cluster has not been read yet.",
            &holds,
        )?;
        let help = "1 while resuming proxies keep what they have because this file of the registry cannot be read.";
        put("meshctl_restart_hold_file", help, &files)?;
        let (mut streams, mut held_back) = (0, 0);
        self.open.each(|stream| {
            streams += 1;
            held_back += i64::from(stream.held_back);
        });
        put("meshctl_xds_streams", "Open streams.", &ConstGauge::new(streams))?;
        let help = "Open streams from which something is held back by the restart hold.";
        put("meshctl_xds_held_back_streams", help, &ConstGauge::new(held_back))
    }
}

/// The states of a cluster, as `/debug/clusterz` calls them.
const STATES: [(FeedState, &str); 5] = [
    (FeedState::Syncing, "syncing"),
    (FeedState::Synced, "synced"),
    (FeedState::Stale, "stale"),
    (FeedState::Unreachable, "unreachable"),
    (FeedState::Duplicate, "duplicate"),
];
