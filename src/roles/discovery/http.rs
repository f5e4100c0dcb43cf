//! HTTP: `/debug/*` beside the talk's v1 REST, and `/ready` and `/metrics` for monitoring.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;

use super::debug::{self, Subject};
use super::streams::OpenStreams;
use super::upkeep::Upkeep;
use crate::adapters::serve::{self, TlsIdentity};
use crate::data::model::ClusterRole;
use crate::engine::{Engine, FeedState, FeedStatus, Feeds};

/// What the pages are made of.
pub(super) struct Pages {
    pub(super) engine: Engine,
    pub(super) feeds: Feeds,
    pub(super) open: Arc<OpenStreams>,
    /// Held while a config dump is made.
    pub(super) dumps: tokio::sync::Mutex<()>,
    /// Where pilot runs in a cluster.
    pub(super) upkeep: Option<Arc<Upkeep>>,
    /// The certificate of the mTLS port, where there is one.
    pub(super) tls: Option<Arc<TlsIdentity>>,
}

/// The pages for people and tools: they name workloads and addresses, so they stay on loopback until a flag opens them.
pub(super) fn debug_router(pages: Arc<Pages>) -> Router {
    Router::new()
        .route("/debug/clusterz", get(clusterz))
        .route("/debug/endpointz", get(endpointz))
        .route("/debug/syncz", get(syncz))
        .route("/debug/workloadz", get(workloadz))
        .route("/debug/warningz", get(warningz))
        .route("/debug/config_dump", get(config_dump))
        .with_state(pages)
}

/// Whether pilot serves; `/metrics` stands beside it.
pub(super) fn monitoring_router(pages: Arc<Pages>) -> Router {
    Router::new().route("/ready", get(ready)).with_state(pages)
}

async fn clusterz(State(pages): State<Arc<Pages>>) -> Json<Value> {
    let upkeep = pages.upkeep.as_deref();
    let mut page = debug::clusters(&pages.feeds, &pages.engine.published().snapshot, upkeep, serve::now());
    page["tls"] = debug::tls(pages.tls.as_deref());
    Json(page)
}

#[derive(Deserialize)]
struct EndpointQuery {
    service: Option<String>,
}

async fn endpointz(State(pages): State<Arc<Pages>>, Query(query): Query<EndpointQuery>) -> Json<Value> {
    Json(debug::endpoints(&pages.engine.published().mesh, query.service.as_deref(), serve::now()))
}

async fn syncz(State(pages): State<Arc<Pages>>) -> Json<Value> {
    Json(debug::streams(&pages.open.all()))
}

async fn workloadz(State(pages): State<Arc<Pages>>) -> Json<Value> {
    Json(debug::workloads(&pages.engine.published().mesh, &pages.open.all()))
}

async fn warningz(State(pages): State<Arc<Pages>>) -> Json<Value> {
    let refused = pages.open.strangers.recent(serve::now());
    Json(debug::warnings(&pages.engine.published().mesh, &pages.open.all(), &refused))
}

#[derive(Deserialize)]
struct DumpQuery {
    #[serde(rename = "proxyID")]
    proxy: Option<String>,
}

async fn config_dump(State(pages): State<Arc<Pages>>, Query(query): Query<DumpQuery>) -> Response {
    let Some(id) = query.proxy else {
        return text(StatusCode::BAD_REQUEST, "name a proxy: /debug/config_dump?proxyID=POD.NAMESPACE\n");
    };
    let mesh = pages.engine.published().mesh.clone();
    let Some(subject) = debug::find_proxy(&mesh, &pages.open.all(), &id) else {
        let why = format!("no proxy and no pod is called {id}; name it POD.NAMESPACE or CLUSTER/POD.NAMESPACE\n");
        return text(StatusCode::NOT_FOUND, &why);
    };
    // one at a time: each takes a processor for as long as it lasts
    let _turn = pages.dumps.lock().await;
    let dump = match subject {
        Subject::Connected(stream) => match stream.sent().await {
            Some(sent) => tokio::task::spawn_blocking(move || debug::sent(&sent)).await,
            None => return text(StatusCode::SERVICE_UNAVAILABLE, &format!("the stream of {id} has ended meanwhile\n")),
        },
        Subject::Pod(proxy) => tokio::task::spawn_blocking(move || debug::computed(&mesh, &proxy)).await,
    };
    match dump {
        Ok(dump) => Json(dump).into_response(),
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "the dump could not be made\n"),
    }
}

/// Ready once the primary has said everything, or is known not to answer: a dead cluster delays nobody.
async fn ready(State(pages): State<Arc<Pages>>) -> Response {
    if !pages.engine.is_running() {
        return text(StatusCode::SERVICE_UNAVAILABLE, "the engine has stopped\n");
    }
    let status = pages.feeds.status();
    // one whose file cannot be read has no source that could be waited for
    let syncs = |s: &&FeedStatus| s.state == FeedState::Syncing && s.generation > 0;
    let waits = status.iter().filter(syncs).find(|s| s.role == ClusterRole::Primary);
    let none = status.iter().all(|s| matches!(s.state, FeedState::Unreachable | FeedState::Syncing));
    match waits {
        Some(primary) => {
            text(StatusCode::SERVICE_UNAVAILABLE, &format!("the primary {} has not been read yet\n", primary.id))
        }
        None if none => {
            let why = pages.upkeep.as_deref().and_then(Upkeep::unread).map(|why| format!(": {why}"));
            let why = why.unwrap_or_default();
            text(StatusCode::SERVICE_UNAVAILABLE, &format!("no cluster has been read yet{why}\n"))
        }
        None => text(StatusCode::OK, "ready\n"),
    }
}

/// An answer of plain text.
pub(super) fn text(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.to_owned()).into_response()
}
