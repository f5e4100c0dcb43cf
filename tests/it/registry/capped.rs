//! Answers without an end: what is read of them, and what is said of the rest.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use meshctl::adapters::k8s::{self, K8sError};
use serde_json::{Value, json};

use super::*;

const DEADLINE: Duration = Duration::from_secs(30);

/// A Secret whose value never ends.
fn endless(code: StatusCode) -> Response {
    let part = || Ok::<_, std::io::Error>("QUJD".repeat(64 << 10));
    let parts = futures::stream::unfold((), move |()| async move { Some((part(), ())) });
    let head = futures::stream::iter([Ok("{\"kind\":\"Secret\",\"data\":{\"a\":\"".to_owned())]);
    let body = axum::body::Body::from_stream(futures::StreamExt::chain(head, parts));
    (code, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn answer(request: Request) -> Response {
    match request.uri().path() {
        "/endless" => endless(StatusCode::OK),
        "/refused" => endless(StatusCode::BAD_GATEWAY),
        "/canary" => "{\"kind\": \"Secret\", CANARY".into_response(),
        "/page" => (StatusCode::BAD_GATEWAY, Json(json!({"error": "no upstream"}))).into_response(),
        "/secrets" => {
            let accept = request.headers()[header::ACCEPT].to_str().unwrap().to_owned();
            let query = request.uri().query().unwrap_or_default().to_owned();
            let next = if query.contains("continue=t%2F1") { "" } else { "t/1" };
            let item = json!({"metadata": {"name": query, "annotations": {"accept": accept}}});
            Json(json!({"metadata": {"continue": next}, "items": [item]})).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_named_with_its_bound() {
    let dir = TempDir::new().unwrap();
    let (_, client) = connector(&dir, served(Router::new().fallback(answer)).await).client().await.unwrap();
    let endless = [
        k8s::get(&client, "/endless", DEADLINE).await.map(drop),
        k8s::create(&client, "/endless", &json!({}), DEADLINE).await.map(drop),
        k8s::replace(&client, "/endless", &json!({}), DEADLINE).await.map(drop),
        k8s::merge(&client, "/endless", "m", &json!({}), DEADLINE).await.map(drop),
        k8s::version(&client, DEADLINE).await.map(drop),
    ];
    for answer in &endless[..4] {
        assert_eq!(answer, &Err(K8sError::TooLarge(16 << 20)));
    }
    assert_eq!(endless[4], Err(K8sError::NotFound), "this one has an end");
    assert_eq!(K8sError::TooLarge(16 << 20).to_string(), "the API server's answer is larger than 16 MiB");
    assert_eq!(k8s::get_all(&client, "/endless", DEADLINE).await, Err(K8sError::TooLarge(64 << 20)));
    let refused = k8s::get(&client, "/refused", DEADLINE).await.unwrap_err().to_string();
    assert_eq!(refused, "the API server answered 502: the API server's answer is larger than 1 MiB");
    // what makes no sense is not shown, nor logged: it may be a Secret
    let canary = k8s::get(&client, "/canary", DEADLINE).await.unwrap_err();
    assert_eq!(canary, K8sError::Protocol("it is no JSON"));
    let page = k8s::get(&client, "/page", DEADLINE).await.unwrap_err().to_string();
    assert!(page.starts_with("the API server answered 502: "), "{page}");
}

#[tokio::test]
async fn lists_come_in_pages_and_names_without_contents() {
    let dir = TempDir::new().unwrap();
    let (_, client) = connector(&dir, served(Router::new().fallback(answer)).await).client().await.unwrap();
    let names = |all: Vec<Value>| all.iter().map(|o| o["metadata"]["name"].as_str().unwrap().to_owned()).collect();
    let all: Vec<String> = names(k8s::get_all(&client, "/secrets?a=b", DEADLINE).await.unwrap());
    assert_eq!(all, ["a=b&limit=500", "a=b&limit=500&continue=t%2F1"]);
    let all = k8s::get_all_metadata(&client, "/secrets", DEADLINE).await.unwrap();
    let accept = all[0]["metadata"]["annotations"]["accept"].as_str().unwrap().to_owned();
    assert!(accept.starts_with("application/json;as=PartialObjectMetadataList;"), "{accept}");
    assert_eq!(names(all), ["limit=500", "limit=500&continue=t%2F1"]);
}
