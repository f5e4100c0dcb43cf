//! The talk's v1 REST API (pilot 0.7): what one proxy knows, by URL. The answers are computed in `pure::v1`; here are
//! the routes, and the cache that `/cache_stats` tells about.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;

use super::http::text;
use crate::data::model::{ClusterId, LegacyKey};
use crate::engine::{Engine, Published};
use crate::pure::v1::{self, CacheStats, V1Error};

/// How many bytes of answers are kept.
const MAX_CACHED: usize = 64 << 20;
/// A longer URL is answered, and neither kept nor counted.
const MAX_URL: usize = 1024;

/// The answers of one state of the mesh.
#[derive(Default)]
struct Cache {
    sequence: u64,
    answers: BTreeMap<String, String>,
    bytes: usize,
    stats: CacheStats,
}

/// The API over an engine.
pub(super) struct Rest {
    engine: Engine,
    cache: Mutex<Cache>,
}

/// The routes; wherever they are served, the answers and what is counted of them are the same.
pub(super) fn router(rest: Arc<Rest>) -> Router {
    Router::new()
        .route("/v1/registration", get(registration))
        .route("/v1/registration/", get(registration))
        .route("/v1/registration/{key}", get(endpoints))
        .route("/v1/clusters/{cluster}/{node}", get(clusters))
        .route("/v1/listeners/{cluster}/{node}", get(listeners))
        .route("/v1/routes/{name}/{cluster}/{node}", get(routes))
        .route("/v1/az/{cluster}/{node}", get(availability_zone))
        .route("/cache_stats", get(cache_stats))
        .route("/cache_stats_delete", post(cache_stats_delete))
        .fallback(|| async { text(StatusCode::NOT_FOUND, "404: Page Not Found") })
        .with_state(rest)
}

/// Where pilot runs: its services are what the talk's answers show.
fn home(published: &Published) -> ClusterId {
    published.mesh.settings.primary().cloned().unwrap_or_default()
}

impl Rest {
    /// With nothing in the cache.
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, cache: Mutex::default() }
    }

    /// Answers from the cache, or computes the answer and keeps it if it says anything.
    fn answer<T: Serialize>(&self, uri: &Uri, make: impl FnOnce(&Published) -> Result<(T, bool), V1Error>) -> Response {
        let published = self.engine.published();
        // the query says nothing here
        let url = uri.path().to_owned();
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.sequence != published.snapshot.sequence {
            cache.sequence = published.snapshot.sequence;
            cache.answers.clear();
            cache.bytes = 0;
        }
        if let Some(body) = cache.answers.get(&url).cloned() {
            cache.stats.hit(&url);
            return json(body);
        }
        drop(cache);
        let (answer, says_something) = match make(&published) {
            Ok(made) => made,
            Err(error) => return failed(&error),
        };
        let Ok(body) = v1::text(&answer) else {
            return text(StatusCode::INTERNAL_SERVER_ERROR, "writing the answer as JSON failed");
        };
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if says_something && url.len() <= MAX_URL {
            cache.stats.miss(&url);
            if cache.sequence == published.snapshot.sequence && cache.bytes + body.len() <= MAX_CACHED {
                cache.bytes += body.len();
                cache.answers.insert(url, body.clone());
            }
        }
        json(body)
    }
}

async fn registration(State(rest): State<Arc<Rest>>, OriginalUri(uri): OriginalUri) -> Response {
    rest.answer(&uri, |p| {
        let all = v1::registration(&p.mesh, &home(p));
        let any = !all.is_empty();
        Ok((all, any))
    })
}

async fn endpoints(State(rest): State<Arc<Rest>>, OriginalUri(uri): OriginalUri, Path(key): Path<String>) -> Response {
    rest.answer(&uri, |p| {
        let key = LegacyKey::parse(&key);
        let hosts = key.map(|key| v1::endpoints(&p.mesh, &home(p), &key)).unwrap_or_default();
        let any = !hosts.hosts.is_empty();
        Ok((hosts, any))
    })
}

type ClusterAndNode = Path<(String, String)>;

async fn clusters(
    State(rest): State<Arc<Rest>>,
    OriginalUri(uri): OriginalUri,
    Path((_, node)): ClusterAndNode,
) -> Response {
    rest.answer(&uri, |p| Ok((v1::clusters(&p.mesh, &node)?, true)))
}

async fn listeners(
    State(rest): State<Arc<Rest>>,
    OriginalUri(uri): OriginalUri,
    Path((_, node)): ClusterAndNode,
) -> Response {
    rest.answer(&uri, |p| Ok((v1::listeners(&p.mesh, &node)?, true)))
}

async fn routes(
    State(rest): State<Arc<Rest>>,
    OriginalUri(uri): OriginalUri,
    Path((name, _, node)): Path<(String, String, String)>,
) -> Response {
    rest.answer(&uri, |p| Ok((v1::routes(&p.mesh, &name, &node)?, true)))
}

async fn availability_zone(State(rest): State<Arc<Rest>>, Path((_, node)): ClusterAndNode) -> Response {
    match v1::availability_zone(&rest.engine.published().mesh, &node) {
        Ok(zone) => text(StatusCode::OK, &zone),
        Err(error) => failed(&error),
    }
}

async fn cache_stats(State(rest): State<Arc<Rest>>) -> Response {
    let cache = rest.cache.lock().unwrap_or_else(PoisonError::into_inner);
    match v1::text(&cache.stats) {
        Ok(body) => json(body),
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "writing the answer as JSON failed"),
    }
}

async fn cache_stats_delete(State(rest): State<Arc<Rest>>) -> StatusCode {
    rest.cache.lock().unwrap_or_else(PoisonError::into_inner).stats.reset();
    StatusCode::OK
}

fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn failed(error: &V1Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    text(status, &error.to_string())
}
