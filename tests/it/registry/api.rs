//! Following and listing a live cluster, against a scripted API server on loopback: what real ones do seldom or late.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use meshctl::adapters::registry::{Entry, LoadError, Timing, load_once};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// What a test lets an open watch do.
pub(super) enum Step {
    /// Send a line.
    Line(Value),
    /// End the answer as HTTP does.
    End,
    /// Cut the connection.
    Cut,
}

#[derive(Default)]
pub(super) struct State {
    /// The objects of a kind, by plural.
    objects: HashMap<String, Vec<Value>>,
    version: u64,
    /// The open watches, by plural.
    watches: HashMap<String, mpsc::UnboundedSender<Step>>,
    /// `GET` lines without the method.
    log: Vec<String>,
    /// Answers with this status, by plural.
    status: HashMap<String, u16>,
    /// Watches are answered with this status.
    pub(super) watch_status: Option<u16>,
    /// Watches are ended as soon as they are open.
    pub(super) ends: bool,
    /// Every page of a list but the first has expired.
    expired: bool,
    /// The only token that is accepted.
    token: Option<String>,
}

/// A scripted API server.
pub(super) struct Server {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) address: std::net::SocketAddr,
    stop: CancellationToken,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { state: Arc::default(), address, stop: CancellationToken::new() };
        server.state.lock().unwrap().version = 10;
        server.serve(listener);
        server
    }

    fn serve(&self, listener: TcpListener) {
        let (state, stop) = (Arc::clone(&self.state), self.stop.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(stop.clone().run_until_cancelled_owned(connection(stream, Arc::clone(&state))));
            }
        }));
    }

    /// Ends every connection and stops listening.
    async fn down(&mut self) {
        self.stop.cancel();
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.stop = CancellationToken::new();
    }

    async fn up(&self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    pub(super) fn entry(&self, dir: &TempDir) -> Entry {
        put(dir.path(), "gke.yaml", &kubeconfig(&format!("http://{}", self.address)));
        read(dir.path()).entries.remove(0)
    }

    pub(super) fn set(&self, plural: &str, names: &[&str]) {
        let mut state = self.state.lock().unwrap();
        state.version += 1;
        let version = state.version;
        state.objects.insert(plural.into(), names.iter().map(|n| object(n, version)).collect());
    }

    /// Does something on the open watch of a kind, once there is one.
    pub(super) async fn step(&self, plural: &str, step: Step) {
        let mut step = Some(step);
        for _ in 0..3000 {
            let sender = {
                // what ends a watch is the last that it is told
                let watches = &mut self.state.lock().unwrap().watches;
                if matches!(step, Some(Step::Line(_))) { watches.get(plural).cloned() } else { watches.remove(plural) }
            };
            if let Some(sender) = sender {
                match sender.send(step.take().unwrap()) {
                    Ok(()) => return,
                    Err(e) => step = Some(e.0),
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no watch of {plural} within 30 s");
    }

    pub(super) async fn line(&self, plural: &str, kind: &str, object: Value) {
        self.step(plural, Step::Line(json!({"type": kind, "object": object}))).await;
    }

    /// The requests for a kind.
    pub(super) fn requests(&self, plural: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.log.iter().filter(|l| l.contains(&format!("/{plural}?"))).cloned().collect()
    }

    pub(super) fn lists(&self, plural: &str) -> usize {
        self.requests(plural).iter().filter(|l| !l.contains("watch=true")).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(super) fn object(name: &str, version: u64) -> Value {
    json!({"metadata": {"name": name, "namespace": "default", "resourceVersion": version.to_string(),
        "managedFields": [{"manager": "kubectl"}]}, "spec": {"ports": [{"port": 80}]}})
}

async fn connection(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let target = head.split(' ').nth(1).unwrap().to_owned();
        let (path, query) = target.split_once('?').unwrap();
        let plural = path.rsplit('/').next().unwrap().to_owned();
        let query: HashMap<&str, &str> = query.split('&').filter_map(|p| p.split_once('=')).collect();
        state.lock().unwrap().log.push(target.clone());
        let is_watch = query.contains_key("watch");
        let status = {
            let state = state.lock().unwrap();
            let stranger = state.token.as_ref().is_some_and(|token| !head.contains(&format!("Bearer {token}\r\n")));
            let expired = (state.expired && query.contains_key("continue")).then_some(410);
            if stranger { Some(401) } else { expired }.or(state.status.get(&plural).copied()).or(if is_watch {
                state.watch_status
            } else {
                None
            })
        };
        if let Some(code) = status {
            answer(&mut stream, code, &json!({"kind": "Status", "status": "Failure", "code": code, "message": "no"}))
                .await;
        } else if is_watch {
            if !watch_answer(&mut stream, &plural, &query, &state).await {
                return;
            }
        } else {
            let page = page(&state.lock().unwrap(), &plural, &query);
            answer(&mut stream, 200, &page).await;
        }
    }
}

fn page(state: &State, plural: &str, query: &HashMap<&str, &str>) -> Value {
    let all = state.objects.get(plural).cloned().unwrap_or_default();
    let from: usize = query.get("continue").map_or(0, |t| t.parse().unwrap());
    let to = (from + query["limit"].parse::<usize>().unwrap()).min(all.len());
    let next = if to < all.len() { to.to_string() } else { String::new() };
    json!({"kind": "List", "metadata": {"resourceVersion": state.version.to_string(), "continue": next}, "items": all[from..to]})
}

async fn answer(stream: &mut TcpStream, code: u16, body: &Value) {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {code} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all((head + &body).as_bytes()).await;
}

/// Streams a watch; false where the connection is over.
async fn watch_answer(stream: &mut TcpStream, plural: &str, query: &HashMap<&str, &str>, state: &Mutex<State>) -> bool {
    let (sender, mut steps) = mpsc::unbounded_channel();
    let seconds: u64 = query["timeoutSeconds"].parse().unwrap();
    let end = tokio::time::Instant::now() + Duration::from_secs(seconds);
    let _ = stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    if state.lock().unwrap().ends {
        let _ = stream.write_all(b"0\r\n\r\n").await;
        return true;
    }
    state.lock().unwrap().watches.insert(plural.into(), sender);
    loop {
        match tokio::time::timeout_at(end, steps.recv()).await {
            Ok(Some(Step::Line(value))) => {
                let line = format!("{value}\n");
                let _ = stream.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).await;
            }
            Ok(Some(Step::Cut) | None) => return false,
            Ok(Some(Step::End)) | Err(_) => {
                let _ = stream.write_all(b"0\r\n\r\n").await;
                return true;
            }
        }
    }
}

/// Short times; a watch is ended by the server after a minute only, so that silence is what the client notices.
fn timing() -> Timing {
    Timing {
        watch: Duration::from_secs(60),
        silent: Duration::from_secs(30),
        list: Duration::from_secs(2),
        lost_after: Duration::from_millis(100),
        backoff: Duration::from_millis(20),
        backoff_max: Duration::from_millis(200),
    }
}

struct Followed {
    events: mpsc::Receiver<Event>,
    _dir: TempDir,
    _stop: tokio_util::sync::DropGuard,
}

impl Followed {
    fn of(server: &Server, timing: Timing) -> Self {
        let dir = TempDir::new().unwrap();
        let entry = server.entry(&dir);
        let (out, events) = mpsc::channel(64);
        let stop = CancellationToken::new();
        let token = stop.clone();
        tokio::spawn(async move { entry.follow_with(out, token, timing).await });
        Self { events, _dir: dir, _stop: stop.drop_guard() }
    }

    async fn next(&mut self) -> Event {
        next(&mut self.events).await
    }

    /// Everything up to and with `Synced`: what each kind was replaced by.
    async fn synced(&mut self) -> HashMap<Kind, Vec<String>> {
        let mut all = HashMap::new();
        loop {
            match self.next().await {
                Event::Synced => return all,
                event => {
                    let (kind, names) = names(&event);
                    all.insert(kind, names);
                }
            }
        }
    }
}

fn put_name(event: &Event) -> String {
    let Event::Put(object) = event else { panic!("{event:?} puts nothing") };
    object.key().to_string()
}

#[tokio::test]
async fn a_cluster_is_listed_in_pages_and_then_watched() {
    let server = Server::start().await;
    let all: Vec<String> = (0..1200).map(|i| format!("s{i}")).collect();
    server.set("services", &all.iter().map(String::as_str).collect::<Vec<_>>());
    let mut followed = Followed::of(&server, timing());
    let kinds = followed.synced().await;
    assert_eq!(kinds.len(), 6);
    assert_eq!(kinds[&Kind::Service], all);
    let lists: Vec<String> = server.requests("services").into_iter().filter(|l| !l.contains("watch")).collect();
    assert_eq!(
        lists,
        [
            "/api/v1/services?limit=500",
            "/api/v1/services?limit=500&continue=500",
            "/api/v1/services?limit=500&continue=1000"
        ]
    );
    assert!(
        server.requests("configmaps")[0]
            .starts_with("/api/v1/namespaces/istio-system/configmaps?fieldSelector=metadata.name%3Distio&")
    );
    server.line("services", "MODIFIED", object("s1", 20)).await;
    assert_eq!(put_name(&followed.next().await), "Service/default/s1");
    server.line("services", "DELETED", object("s2", 21)).await;
    assert_eq!(followed.next().await, Event::Remove(FactKey::new(Kind::Service, "default", "s2")));
}

#[tokio::test]
async fn an_ended_or_cut_watch_goes_on_where_it_was_without_a_list() {
    let server = Server::start().await;
    let mut followed = Followed::of(&server, timing());
    followed.synced().await;
    server.line("services", "ADDED", object("a", 20)).await;
    followed.next().await;
    server.line("services", "BOOKMARK", json!({"metadata": {"resourceVersion": "33"}})).await;
    server.step("services", Step::End).await;
    server.line("services", "ADDED", object("b", 40)).await;
    assert_eq!(put_name(&followed.next().await), "Service/default/b");
    server.step("services", Step::Cut).await;
    server.line("services", "ADDED", object("c", 41)).await;
    assert_eq!(put_name(&followed.next().await), "Service/default/c");
    assert_eq!(server.lists("services"), 1);
    let watches: Vec<String> = server.requests("services").into_iter().filter(|l| l.contains("watch")).collect();
    for (watch, version) in watches.iter().zip(["10", "33", "40"]) {
        assert!(watch.contains(&format!("resourceVersion={version}&")), "{watches:?}");
    }
}

#[tokio::test]
async fn a_forgotten_version_is_one_list_of_that_kind() {
    let server = Server::start().await;
    server.set("services", &["a", "b"]);
    let mut followed = Followed::of(&server, timing());
    followed.synced().await;
    server.set("services", &["b", "c"]);
    let gone = json!({"type": "ERROR", "object": {"kind": "Status", "metadata": {}, "status": "Failure", "code": 410, "reason": "Expired"}});
    server.step("services", Step::Line(gone)).await;
    assert_eq!(names(&followed.next().await), (Kind::Service, vec!["b".into(), "c".into()]));
    // as a status, when the watch is opened again
    server.state.lock().unwrap().watch_status = Some(410);
    server.set("services", &["c"]);
    server.step("services", Step::End).await;
    assert_eq!(names(&followed.next().await), (Kind::Service, vec!["c".into()]));
    assert_eq!(server.lists("pods"), 1, "the other kinds are left alone");
}

#[tokio::test]
async fn a_bad_object_is_named_and_the_watch_goes_on() {
    let server = Server::start().await;
    server.set("services", &["good"]);
    let bad = json!({"metadata": {"name": "bad", "namespace": "x", "resourceVersion": "9"}, "spec": CANARY});
    server.state.lock().unwrap().objects.get_mut("services").unwrap().push(bad.clone());
    let mut followed = Followed::of(&server, timing());
    let subject = Subject::Object(FactKey::new(Kind::Service, "x", "bad"));
    let complaint = Event::Bad { subject, reason: "it is no valid Service".into() };
    let (mut seen, mut services) = (0, Vec::new());
    loop {
        match followed.next().await {
            Event::Synced => break,
            event if event == complaint => seen += 1,
            event if names(&event).0 == Kind::Service => services = names(&event).1,
            _ => {}
        }
    }
    assert_eq!((seen, services), (1, vec!["good".to_owned()]));
    server.line("services", "MODIFIED", bad).await;
    assert_eq!(followed.next().await, complaint);
    server.line("services", "ADDED", object("after", 30)).await;
    assert_eq!(put_name(&followed.next().await), "Service/default/after");
    assert_eq!(server.lists("services"), 1);
}

#[tokio::test]
async fn a_silent_watch_is_noticed_and_opened_again() {
    let server = Server::start().await;
    let mut followed = Followed::of(&server, Timing { silent: Duration::from_millis(300), ..timing() });
    followed.synced().await;
    let watches = |server: &Server| server.requests("services").iter().filter(|l| l.contains("watch")).count();
    let start = Instant::now();
    while watches(&server) < 3 {
        assert!(start.elapsed() < Duration::from_secs(30), "a silent watch is opened again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.lists("services"), 1, "silence alone costs no list");
    assert!(followed.events.try_recv().is_err(), "and is no news");
}

#[tokio::test]
async fn a_cluster_that_dies_is_lost_and_what_vanished_is_gone_when_it_is_back() {
    let mut server = Server::start().await;
    server.set("services", &["a", "b"]);
    let mut followed = Followed::of(&server, timing());
    followed.synced().await;
    server.down().await;
    let Event::Lost { reason, heard } = followed.next().await else { panic!("it is lost") };
    assert!(reason.contains("cannot be reached") && heard.is_some(), "{reason}");
    server.set("services", &["b"]);
    // the first kind that fails makes the cluster lost; a kind whose watch has not failed for so long yet resumes it
    tokio::time::sleep(timing().lost_after * 3 + Duration::from_millis(500)).await;
    server.up().await;
    let kinds = followed.synced().await;
    assert_eq!(kinds[&Kind::Service], ["b"]);
    server.line("services", "ADDED", object("c", 50)).await;
    assert_eq!(put_name(&followed.next().await), "Service/default/c");
}

#[tokio::test]
async fn every_line_of_a_watch_is_news_of_a_cluster() {
    for (kind, line) in [("ADDED", object("a", 20)), ("BOOKMARK", json!({"metadata": {"resourceVersion": "33"}}))] {
        let mut server = Server::start().await;
        let mut followed = Followed::of(&server, timing());
        followed.synced().await;
        let synced = std::time::SystemTime::now();
        tokio::time::sleep(Duration::from_millis(2100)).await;
        server.line("services", kind, line).await;
        // it has come before the connection ends
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.down().await;
        let heard = loop {
            match followed.next().await {
                Event::Lost { heard, .. } => break heard.unwrap(),
                event => assert_eq!(put_name(&event), "Service/default/a"),
            }
        };
        let synced = synced.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!(heard.0 >= synced + 2, "{kind}: {} s after it was read", heard.0 - synced);
    }
}

#[tokio::test]
async fn a_cluster_that_is_dead_from_the_start_is_lost_at_once_and_followed_when_it_comes() {
    let mut server = Server::start().await;
    server.down().await;
    let mut followed = Followed::of(&server, Timing { lost_after: Duration::from_secs(60), ..timing() });
    assert!(matches!(followed.next().await, Event::Lost { heard: None, .. }));
    server.up().await;
    assert_eq!(followed.synced().await.len(), 6);
}

#[tokio::test]
async fn a_refusal_is_a_reason_and_for_the_one_config_map_it_is_nothing() {
    let server = Server::start().await;
    server.state.lock().unwrap().status.insert("configmaps".into(), 403);
    let mut followed = Followed::of(&server, timing());
    assert_eq!(followed.synced().await[&Kind::MeshConfig], [""; 0]);
    let server = Server::start().await;
    server.state.lock().unwrap().status.insert("pods".into(), 403);
    let mut followed = Followed::of(&server, timing());
    loop {
        match followed.next().await {
            Event::Lost { reason, .. } => {
                assert_eq!(reason, "Pod: the API server forbids it: no");
                break;
            }
            event => assert!(matches!(event, Event::Replace(..)), "{event:?}"),
        }
    }
    server.state.lock().unwrap().status.clear();
    while followed.next().await != Event::Synced {}
}

#[tokio::test]
async fn a_cluster_is_loaded_once_within_the_deadline() {
    let server = Server::start().await;
    server.set("services", &["a", "b"]);
    let dir = TempDir::new().unwrap();
    let entry = server.entry(&dir);
    let all = load_once(&entry, Duration::from_secs(5)).await.unwrap();
    assert_eq!(
        all.objects.iter().map(|o| o.key().to_string()).collect::<Vec<_>>(),
        ["Service/default/a", "Service/default/b"]
    );
    let hole = TcpListener::bind("127.0.0.1:0").await.unwrap();
    put(dir.path(), "gke.yaml", &kubeconfig(&format!("http://{}", hole.local_addr().unwrap())));
    let entry = read(dir.path()).entries.remove(0);
    let start = Instant::now();
    let error = load_once(&entry, Duration::from_millis(300)).await.unwrap_err();
    assert!(
        matches!(error, LoadError::Server(_)) && error.to_string().contains("did not answer within 0.3 s"),
        "{error}"
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_token_that_is_used_up_is_asked_for_again() {
    let server = Server::start().await;
    let dir = TempDir::new().unwrap();
    let issue = |token: &str| {
        let credential = json!({"kind": "ExecCredential", "status": {"token": token}});
        put(dir.path(), ".credential", &credential.to_string());
        server.state.lock().unwrap().token = Some(token.to_owned());
    };
    issue("first");
    let path = dir.path().join(".credential");
    let exec = format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, command: cat, args: ['{}'], interactiveMode: Never}}",
        path.display()
    );
    put(dir.path(), "gke.yaml", &kubeconfig_of(&format!("http://{}", server.address), &exec));
    let entry = read(dir.path()).entries.remove(0);
    let (out, events) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let token = stop.clone();
    let patient = Timing { lost_after: Duration::from_secs(60), ..timing() };
    tokio::spawn(async move { entry.follow_with(out, token, patient).await });
    let mut followed = Followed { events, _dir: TempDir::new().unwrap(), _stop: stop.drop_guard() };
    followed.synced().await;
    issue("second");
    server.step("services", Step::End).await;
    server.line("services", "ADDED", object("a", 20)).await;
    assert_eq!(put_name(&followed.next().await), "Service/default/a");
    assert_eq!(server.lists("services"), 1, "a new token is no reason to list again");
}

/// More services than a page holds.
fn many() -> Vec<String> {
    (0..501).map(|i| format!("s{i}")).collect()
}

#[tokio::test]
async fn a_list_that_expires_again_and_again_is_given_up_with_its_reason() {
    let server = Server::start().await;
    let names = many();
    server.set("services", &names.iter().map(String::as_str).collect::<Vec<_>>());
    server.state.lock().unwrap().expired = true;
    let dir = TempDir::new().unwrap();
    let entry = server.entry(&dir);
    let why = "the API server forgets its lists before they are read to their end (410)";
    let error = load_once(&entry, Duration::from_secs(30)).await.unwrap_err();
    assert_eq!(error.to_string(), why);
    assert_eq!(server.lists("services"), 10, "five beginnings, and five pages that had expired");

    // one who follows says so, and goes on once the lists last
    let mut followed = Followed::of(&server, timing());
    loop {
        match followed.next().await {
            Event::Lost { reason, .. } => break assert_eq!(reason, format!("Service: {why}")),
            event => assert!(matches!(event, Event::Replace(..)), "{event:?}"),
        }
    }
    server.state.lock().unwrap().expired = false;
    while followed.next().await != Event::Synced {}
}

#[tokio::test]
async fn a_plugin_is_not_run_again_because_the_server_is_away() {
    // it takes connections, and answers none
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let dir = TempDir::new().unwrap();
    let (log, credential) = (dir.path().join(".log"), dir.path().join(".credential"));
    put(dir.path(), ".credential", &json!({"kind": "ExecCredential", "status": {"token": "t"}}).to_string());
    let exec = format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['-c', 'echo ran >> {}; cat {}'], interactiveMode: Never}}",
        log.display(),
        credential.display()
    );
    put(dir.path(), "gke.yaml", &kubeconfig_of(&format!("http://{address}"), &exec));
    let entry = read(dir.path()).entries.remove(0);
    let (out, mut events) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move { entry.follow_with(out, token, timing()).await });
    let attempts = async {
        for _ in 0..60 {
            drop(listener.accept().await.unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(60), attempts).await.expect("60 attempts");
    assert!(matches!(next(&mut events).await, Event::Lost { .. }));
    stop.cancel();
    assert_eq!(fs::read_to_string(&log).unwrap(), "ran\n");
}
