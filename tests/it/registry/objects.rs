//! Following a few objects: what an API server in trouble is asked, and how often.

use k8s_openapi::api::core::v1::Service;
use meshctl::adapters::k8s;
use tokio::sync::watch;
use tokio_util::sync::DropGuard;

use super::api::{Server, Step, object};
use super::*;

/// No more requests than this in [`A_WHILE`], where every attempt costs two at most.
const FEW: usize = 16;
const A_WHILE: Duration = Duration::from_secs(2);

struct Follower {
    followed: watch::Receiver<k8s::Followed<Service>>,
    _dir: TempDir,
    _stop: DropGuard,
}

impl Follower {
    fn of(server: &Server) -> Self {
        let dir = TempDir::new().unwrap();
        let connector = connector(&dir, server.address);
        let stop = CancellationToken::new();
        let path = "/api/v1/namespaces/default/services?".to_owned();
        Self { followed: k8s::follow(connector, path, stop.clone()), _dir: dir, _stop: stop.drop_guard() }
    }

    /// Waits until it has just these objects, and no problem.
    async fn has(&mut self, names: &[&str]) {
        let want = |f: &k8s::Followed<Service>| f.objects.keys().eq(names) && f.synced && f.problem.is_none();
        let found = tokio::time::timeout(Duration::from_secs(30), self.followed.wait_for(want)).await;
        assert!(found.is_ok_and(|f| f.is_ok()), "waited 30 s for {names:?}");
    }
}

#[tokio::test]
async fn a_server_that_forgets_every_version_is_not_hammered() {
    let server = Server::start().await;
    server.set("services", &["a"]);
    server.state.lock().unwrap().watch_status = Some(410);
    let mut follower = Follower::of(&server);
    tokio::time::sleep(A_WHILE).await;
    let asked = server.requests("services").len();
    assert!((2..=FEW).contains(&asked), "{asked} requests");
    assert!(server.lists("services") > 1, "what is forgotten is listed again");
    server.state.lock().unwrap().watch_status = None;
    follower.has(&["a"]).await;
    server.line("services", "ADDED", object("b", 20)).await;
    follower.has(&["a", "b"]).await;
}

#[tokio::test]
async fn a_server_that_ends_every_watch_is_not_hammered() {
    let server = Server::start().await;
    server.set("services", &["a"]);
    server.state.lock().unwrap().ends = true;
    let mut follower = Follower::of(&server);
    tokio::time::sleep(A_WHILE).await;
    let asked = server.requests("services").len();
    assert!((2..=FEW).contains(&asked), "{asked} requests");
    assert_eq!(server.lists("services"), 1, "an end is no reason to list again");
    server.state.lock().unwrap().ends = false;
    // a watch that says something is progress: the next one takes over where it was, and soon
    server.line("services", "ADDED", object("b", 20)).await;
    follower.has(&["a", "b"]).await;
    server.step("services", Step::End).await;
    server.line("services", "DELETED", object("a", 21)).await;
    follower.has(&["b"]).await;
    assert_eq!(server.lists("services"), 1);
    assert!(server.requests("services").last().unwrap().contains("resourceVersion=20&"));
}

#[tokio::test]
async fn a_list_that_is_followed_comes_in_pages() {
    let server = Server::start().await;
    let all: Vec<String> = (0..700).map(|i| format!("s{i:03}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    server.set("services", &all);
    let mut follower = Follower::of(&server);
    follower.has(&all).await;
    assert_eq!(server.lists("services"), 2);
}

#[tokio::test]
async fn what_may_not_be_watched_is_a_problem_that_stays() {
    let server = Server::start().await;
    server.set("services", &["a"]);
    server.state.lock().unwrap().watch_status = Some(403);
    let mut follower = Follower::of(&server);
    let forbidden = |f: &k8s::Followed<Service>| matches!(f.problem, Some(k8s::K8sError::Forbidden(_)));
    tokio::time::timeout(Duration::from_secs(30), follower.followed.wait_for(forbidden)).await.unwrap().unwrap();
    // the next attempt lists well and fails to watch: that is no moment of health
    let lists = server.lists("services");
    while server.lists("services") == lists {
        assert!(follower.followed.borrow_and_update().problem.is_some());
        follower.followed.changed().await.unwrap();
    }
    assert!(follower.followed.borrow().problem.is_some());
    server.state.lock().unwrap().watch_status = None;
    follower.has(&["a"]).await;
}
