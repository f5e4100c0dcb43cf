//! What is counted, for `/metrics`.

use std::fmt::Write;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use crate::adapters::serve::Metrics;
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
}

impl Stats {
    pub(super) fn register(&self, metrics: &Metrics) {
        metrics.register("meshctl_xds_requests", "Requests taken", self.requests.clone());
        metrics.register("meshctl_xds_rejections", "Responses that proxies rejected (NACK)", self.rejections.clone());
        metrics.register("meshctl_xds_responses", "Responses sent", self.responses.clone());
        metrics.register("meshctl_xds_resources", "Resources sent", self.resources.clone());
        metrics.register("meshctl_xds_bytes", "Bytes of responses sent", self.bytes.clone());
        metrics.register("meshctl_xds_wakeups", "How often a stream was woken by a change", self.wakeups.clone());
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
