//! The Lease, against a small server on loopback that keeps one: what the rules of client-go's `leaderelection` ask for.

use std::sync::Mutex;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use meshctl::adapters::k8s::{LeaseName, LeaseState, hold};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::*;

const LONG: Duration = Duration::from_secs(30);

/// The one Lease of a server.
#[derive(Default)]
struct Kept {
    lease: Option<Value>,
    version: u64,
    /// The next answer to a question takes so long.
    slow: Option<Duration>,
    /// When the slow answer was on its way.
    answered: Option<Instant>,
    /// When the Lease was written last.
    written: Option<Instant>,
}

type Shared = Arc<Mutex<Kept>>;

impl Kept {
    fn put(&mut self, mut lease: Value) -> Value {
        self.version += 1;
        lease["metadata"]["resourceVersion"] = self.version.to_string().into();
        self.lease = Some(lease.clone());
        lease
    }
}

async fn read(State(kept): State<Shared>) -> (StatusCode, Json<Value>) {
    let (lease, slow) = {
        let mut kept = kept.lock().unwrap();
        (kept.lease.clone(), kept.slow.take())
    };
    if let Some(slow) = slow {
        tokio::time::sleep(slow).await;
        kept.lock().unwrap().answered = Some(Instant::now());
    }
    match lease {
        Some(lease) => (StatusCode::OK, Json(lease)),
        None => status(404),
    }
}

async fn write(State(kept): State<Shared>, Json(lease): Json<Value>) -> (StatusCode, Json<Value>) {
    let mut kept = kept.lock().unwrap();
    let version = lease["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    if version != kept.lease.as_ref().map_or(String::new(), |_| kept.version.to_string()) {
        return status(409);
    }
    kept.written = Some(Instant::now());
    (StatusCode::OK, Json(kept.put(lease)))
}

fn status(code: u16) -> (StatusCode, Json<Value>) {
    let status = json!({"kind": "Status", "status": "Failure", "code": code, "message": "no"});
    (StatusCode::from_u16(code).unwrap(), Json(status))
}

/// A server with a Lease, and one who wants it: how it stands, and the token that ends it.
async fn elected(
    dir: &TempDir,
    kept: &Shared,
    seconds: u64,
) -> (watch::Receiver<LeaseState>, tokio::task::JoinHandle<()>, CancellationToken) {
    let path = "/apis/coordination.k8s.io/v1/namespaces/n/leases";
    let router = axum::Router::new().route(path, post(write)).route(&format!("{path}/l"), get(read).put(write));
    let address = served(router.with_state(Arc::clone(kept))).await;
    let name = LeaseName {
        namespace: "n".into(),
        name: "l".into(),
        identity: "us".into(),
        duration: Duration::from_secs(seconds),
        labels: [("whose".to_owned(), "ours".to_owned())].into(),
    };
    let stop = CancellationToken::new();
    let (state, task) = hold(connector(dir, address), name, stop.clone());
    (state, task, stop)
}

async fn held(state: &mut watch::Receiver<LeaseState>) {
    tokio::time::timeout(LONG, state.wait_for(|s| s.held)).await.unwrap().unwrap();
}

/// Somebody labels the object: its version is another, the record is not.
fn touch(kept: &Shared) {
    let mut kept = kept.lock().unwrap();
    let mut lease = kept.lease.clone().unwrap();
    lease["metadata"]["labels"]["team"] = kept.version.to_string().into();
    kept.put(lease);
}

#[tokio::test]
async fn an_object_that_was_touched_is_still_ours() {
    let (dir, kept) = (TempDir::new().unwrap(), Shared::default());
    let (mut state, task, stop) = elected(&dir, &kept, 9).await;
    held(&mut state).await;
    for _ in 0..2 {
        touch(&kept);
        let touched = kept.lock().unwrap().version;
        // until the next renewal
        tokio::time::timeout(LONG, async {
            while kept.lock().unwrap().version == touched {
                tokio::time::sleep(Duration::from_millis(20)).await;
                assert!(state.borrow().held, "a term ended for a label");
            }
        })
        .await
        .unwrap();
    }
    assert_eq!(kept.lock().unwrap().lease.as_ref().unwrap()["spec"]["leaseTransitions"], 0);
    // and it is given back, whoever touched it
    touch(&kept);
    stop.cancel();
    tokio::time::timeout(LONG, task).await.unwrap().unwrap();
    assert_eq!(kept.lock().unwrap().lease.as_ref().unwrap()["spec"]["holderIdentity"], Value::Null);
    assert!(!state.borrow().held);
}

#[tokio::test]
async fn a_slow_answer_is_no_silence_of_the_holder() {
    let (dir, kept) = (TempDir::new().unwrap(), Shared::default());
    let spec = json!({"holderIdentity": "other", "leaseDurationSeconds": 4, "leaseTransitions": 1});
    {
        let mut kept = kept.lock().unwrap();
        kept.put(json!({"metadata": {"name": "l", "namespace": "n", "labels": {"whose": "ours"}}, "spec": spec}));
        kept.slow = Some(Duration::from_millis(2500));
    }
    let (mut state, _task, stop) = elected(&dir, &kept, 4).await;
    held(&mut state).await;
    stop.cancel();
    let kept = kept.lock().unwrap();
    let silent = kept.written.unwrap() - kept.answered.unwrap();
    // what was on its way for 2.5 s may have been renewed just before it came
    assert!(silent >= Duration::from_secs(4), "taken {silent:?} after the first sight of its record");
}

#[tokio::test]
async fn a_lease_of_somebody_else_is_not_taken() {
    let (dir, kept) = (TempDir::new().unwrap(), Shared::default());
    // nobody holds it: by its record alone it is free
    let foreign = json!({"metadata": {"name": "l", "namespace": "n", "labels": {"team": "a"},
        "annotations": {"note": "b"}, "managedFields": [{"manager": "pilot-discovery"}]}, "spec": {}});
    let version = {
        let mut kept = kept.lock().unwrap();
        kept.put(foreign);
        kept.version
    };
    let (mut state, _task, stop) = elected(&dir, &kept, 3).await;
    let told = tokio::time::timeout(LONG, state.wait_for(|s| s.held || s.problem.is_some())).await.unwrap().unwrap();
    assert_eq!(
        told.problem.as_ref().map(ToString::to_string).as_deref(),
        Some("the Lease n/l cannot be used: meshctl did not make it; it was written by pilot-discovery")
    );
    assert_eq!(kept.lock().unwrap().version, version, "it was written");
    drop(told);
    // nobody is seen to hold ours: that is said after the time that one may be silent
    tokio::time::timeout(LONG, state.wait_for(|s| s.vacant)).await.unwrap().unwrap();
    // once it is said to be ours it is taken, and keeps what others wrote on it
    {
        let mut kept = kept.lock().unwrap();
        let mut lease = kept.lease.clone().unwrap();
        lease["metadata"]["labels"]["whose"] = "ours".into();
        kept.put(lease);
    }
    held(&mut state).await;
    assert!(!state.borrow().vacant);
    let metadata = kept.lock().unwrap().lease.as_ref().unwrap()["metadata"].clone();
    assert_eq!(metadata["labels"], json!({"team": "a", "whose": "ours"}));
    assert_eq!(metadata["annotations"], json!({"note": "b"}));
    stop.cancel();
}

#[tokio::test]
async fn a_holder_that_lives_leaves_no_vacancy_and_one_that_dies_does() {
    let (dir, kept) = (TempDir::new().unwrap(), Shared::default());
    let renewed = |n: u64| {
        let spec =
            json!({"holderIdentity": "other", "leaseDurationSeconds": 60, "leaseTransitions": 1, "renewTime": n});
        json!({"metadata": {"name": "l", "namespace": "n", "labels": {"whose": "ours"}}, "spec": spec})
    };
    kept.lock().unwrap().put(renewed(0));
    let (mut state, _task, stop) = elected(&dir, &kept, 2).await;
    let start = Instant::now();
    let mut n = 0;
    while start.elapsed() < Duration::from_secs(8) {
        n += 1;
        kept.lock().unwrap().put(renewed(n));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!state.borrow().vacant, "while it is renewed");
    }
    // it asks for a minute, which we do not grant: by then somebody must have said so
    tokio::time::timeout(LONG, state.wait_for(|s| s.vacant && !s.held)).await.unwrap().unwrap();
    stop.cancel();
}
