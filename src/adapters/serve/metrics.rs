//! The metrics of a process, in the text that Prometheus reads.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::{Metric, Registry};

use super::process::Process;

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics of a process: its own (`process_…`), and what rooms register.
#[derive(Debug)]
pub struct Metrics(Mutex<Registry>);

impl Metrics {
    /// The process's own metrics; it counts as started now.
    pub fn new() -> Arc<Self> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process::starting_now()));
        Arc::new(Self(Mutex::new(registry)))
    }

    /// Adds a metric, and returns it; metrics are handles, so a clone counts in the same place. Of a counter, the text
    /// adds `_total` to the name, and a full stop to any help.
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        self.registry().register(name, help, metric.clone());
        metric
    }

    /// Adds figures that are taken when they are asked for.
    pub fn collect(&self, collector: impl Collector) {
        self.registry().register_collector(Box::new(collector));
    }

    /// All of them, as OpenMetrics text.
    ///
    /// # Errors
    /// Where a collector fails.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry())?;
        Ok(text)
    }

    /// `GET /metrics`.
    pub fn route(self: &Arc<Self>) -> Router {
        let metrics = self.clone();
        Router::new().route("/metrics", get(move || async move { metrics.response() }))
    }

    fn response(&self) -> Response {
        match self.text() {
            Ok(text) => ([(CONTENT_TYPE, OPENMETRICS)], text).into_response(),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written\n").into_response(),
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // a registry is whole between its calls, whoever panicked
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
