//! The programs in the tests' pods: this test program again, told by its environment what to be.
//!
//! The server stands for every service of the talk's application. It says who it is, calls whom it is told to, and asks
//! DNS, so that a test can see the mesh from inside a pod.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

/// In the environment of a program in a pod: what it is.
pub const ROLE: &str = "MESHCTL_E2E_ROLE";
/// The server's port, that of the talk's application, where its variable `PORT` does not say otherwise.
pub const PORT: u16 = 9080;

/// Plays a role to its end.
pub fn play(role: &OsStr) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut end = signal(SignalKind::terminate()).unwrap();
        if role == "app" {
            let port = std::env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(PORT);
            let listener = tokio::net::TcpListener::bind(("0.0.0.0", port)).await.unwrap();
            let serving = axum::serve(listener, router());
            tokio::select! {
                served = serving => served.unwrap(),
                _ = end.recv() => {}
            }
        } else {
            end.recv().await;
        }
    });
    ExitCode::SUCCESS
}

fn router() -> Router {
    let me = async || who().to_string();
    Router::new().route("/fetch", get(fetch)).route("/resolve", get(resolve)).fallback(me)
}

/// Who answers.
fn who() -> Value {
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    json!({"service": set("SERVICE"), "version": set("VERSION"), "pod": set("POD"), "cluster": set("CLUSTER")})
}

/// `/fetch?url=…&host=…`: calls somebody from here, and says what came back.
async fn fetch(Query(query): Query<BTreeMap<String, String>>) -> (StatusCode, String) {
    // whom it reaches is the question, not whom it trusts: the image has no authorities
    let client = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true);
    let client = client.timeout(Duration::from_secs(3)).build().unwrap();
    let mut headers = HeaderMap::new();
    if let Some(host) = query.get("host").and_then(|h| h.parse().ok()) {
        headers.insert("host", host);
    }
    let url = query.get("url").map(String::as_str).unwrap_or_default();
    let said = match client.get(url).headers(headers).send().await {
        Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
        Err(e) => return (StatusCode::BAD_GATEWAY, format!("{e:?}")),
    };
    (StatusCode::from_u16(said.0).unwrap_or(StatusCode::BAD_GATEWAY), said.1)
}

/// `/resolve?name=…`: the addresses that DNS has for a name, sorted; 404 where it has none.
async fn resolve(Query(query): Query<BTreeMap<String, String>>) -> (StatusCode, String) {
    let name = query.get("name").map(String::as_str).unwrap_or_default();
    match tokio::net::lookup_host((name, 0)).await {
        Ok(found) => {
            let mut addresses: Vec<String> = found.map(|a| a.ip().to_string()).collect();
            addresses.sort();
            addresses.dedup();
            (StatusCode::OK, json!(addresses).to_string())
        }
        Err(e) => (StatusCode::NOT_FOUND, e.to_string()),
    }
}
