//! Discovery over file clusters, in this process, with streams of our own client: what its pages say of clusters, streams
//! and proxies, and how many connections it holds.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use meshctl::adapters::grpc::{AdsClient, Received};
use meshctl::adapters::registry::{Origin, ReadOptions, Trust};
use meshctl::pure::xds::Type;
use meshctl::roles::discovery::{Config, Discovery, Listen};
use meshctl_proto::envoy::config::core::v3::Node;
use meshctl_proto::envoy::service::discovery::v3::DeltaDiscoveryRequest;
use meshctl_proto::google::protobuf::{self, Struct, value};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::answers::json_of;
use crate::harness::Meshctl;
use crate::schemas::holds;

/// How long anything may take that must come.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
/// A pod that the mesh knows.
pub(crate) const WEB: &str = "sidecar~10.0.0.1~web.default~default.svc.cluster.local";
/// Nobody's.
const INVENTED: &str = "sidecar~10.0.0.99~nobody.default~default.svc.cluster.local";

/// A running discovery, ended with the value.
pub(crate) struct Pilot {
    pub(crate) discovery: Discovery,
    http: reqwest::Client,
    dir: TempDir,
    _stop: DropGuard,
}

impl Pilot {
    /// Over the cluster gke, and others that never answer.
    async fn start(clusters: &[&str], max_connections: u32) -> Self {
        Self::listening(clusters, Listen { max_connections, ..Listen::default() }).await
    }

    /// The same, which listens on free ports and where it is told.
    pub(crate) async fn listening(clusters: &[&str], listen: Listen) -> Self {
        let dir = registry();
        for id in clusters {
            write(dir.path(), &format!("{id}.yaml"), &kubeconfig(black_hole()));
        }
        Self::over(dir, listen).await
    }

    /// Over the cluster gke, and these files.
    async fn with(files: &[(&str, &str)]) -> Self {
        let dir = registry();
        files.iter().for_each(|(file, text)| write(dir.path(), file, text));
        Self::over(dir, Listen::default()).await
    }

    /// Over this registry.
    pub(crate) async fn over(dir: TempDir, listen: Listen) -> Self {
        let any = || vec![SocketAddr::from(([127, 0, 0, 1], 0))];
        let read = ReadOptions { primary: None, trust: Trust::Terminal };
        let config = Config {
            registry: Origin::Folder(dir.path().to_owned(), read),
            listen: Listen { grpc: any(), http: any(), monitoring: any(), ..listen },
            hold: true,
            duties: Default::default(),
        };
        let stop = CancellationToken::new();
        let discovery = Discovery::start(config, stop.clone()).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
        let pilot = Self { discovery, http, dir, _stop: stop.drop_guard() };
        pilot.shows("meshctl_cluster_state{cluster=\"gke\",state=\"synced\"} 1").await;
        pilot
    }

    /// The registry's directory.
    pub(crate) fn registry(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file of the registry at once.
    pub(crate) fn write(&self, file: &str, objects: &[Value]) {
        write(self.dir.path(), file, &objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n"));
    }

    pub(crate) async fn page(&self, of: &str, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.discovery.address(of).unwrap());
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Posts nothing to a page.
    pub(crate) async fn post(&self, of: &str, path: &str) -> u16 {
        let url = format!("http://{}{path}", self.discovery.address(of).unwrap());
        self.http.post(url).send().await.unwrap().status().as_u16()
    }

    async fn dump(&self, proxy: &str) -> Value {
        let (status, body) = self.page("http", &format!("/debug/config_dump?proxyID={proxy}")).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Waits until `/metrics` has this line.
    #[track_caller]
    pub(crate) fn shows(&self, line: &str) -> impl Future<Output = ()> {
        let line = line.to_owned();
        async move {
            let deadline = Instant::now() + DEADLINE;
            loop {
                let (_, text) = self.page("monitoring", "/metrics").await;
                if text.lines().any(|l| l == line) {
                    return;
                }
                assert!(Instant::now() < deadline, "no {line} in\n{text}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    pub(crate) async fn client(&self, node: &str) -> Result<AdsClient, String> {
        self.client_in(node, None).await
    }

    /// The same of a proxy that names its cluster.
    async fn client_in(&self, node: &str, cluster: Option<&str>) -> Result<AdsClient, String> {
        let kind = |text: &str| Some(value::Kind::StringValue(text.to_owned()));
        let metadata = cluster.map(|id| ("CLUSTER_ID".to_owned(), protobuf::Value { kind: kind(id) }));
        let metadata = metadata.map(|field| Struct { fields: [field].into() });
        let node = Node { id: node.to_owned(), metadata, ..Node::default() };
        let address = self.discovery.address("grpc").unwrap().to_string();
        AdsClient::connect(&address, node).await.map_err(|e| e.to_string())
    }

    /// A proxy that comes back with a cluster that only a missing one may know.
    async fn resuming(&self) -> AdsClient {
        let mut client = self.client(WEB).await.unwrap();
        let claimed = [("outbound|80||far.default.svc.cluster.local".to_owned(), "00".repeat(16))].into();
        let first = DeltaDiscoveryRequest {
            type_url: Type::Cluster.url().to_owned(),
            initial_resource_versions: claimed,
            ..Default::default()
        };
        client.send(first).await.unwrap();
        client
    }
}

/// The cluster gke, a folder, which is the primary.
fn registry() -> TempDir {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\n");
    write(dir.path(), "gke/web.yaml", &web().iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n"));
    dir
}

pub(crate) fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let hidden = path.with_file_name(".new");
    std::fs::write(&hidden, text).unwrap();
    std::fs::rename(&hidden, path).unwrap();
}

/// A service with a pod behind it.
fn web() -> Vec<Value> {
    let meta = |name: &str| json!({"name": name, "namespace": "default", "labels": {"app": "web"}});
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": meta("web"),
        "spec": {"clusterIP": "10.96.0.1", "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta("web"),
        "spec": {"containers": [{"name": "app"}]},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}});
    vec![service, pod]
}

/// An API server that accepts and never answers.
fn black_hole() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    address
}

fn kubeconfig(server: SocketAddr) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'http://{server}'}}}}]\nusers: [{{name: u, user: {{}}}}]\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\ncurrent-context: c\n"
    )
}

pub(crate) async fn receive(client: &mut AdsClient) -> Received {
    tokio::time::timeout(DEADLINE, client.receive()).await.expect("a response in time").unwrap()
}

/// The names of a dump, by the last words of their section.
fn names(dump: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (section, path) in [
        ("dynamic_active_clusters", "/cluster/name"),
        ("dynamic_listeners", "/name"),
        ("dynamic_route_configs", "/route_config/name"),
        ("dynamic_endpoint_configs", "/endpoint_config/cluster_name"),
    ] {
        let all = dump["configs"].as_array().unwrap().iter().filter_map(|s| s[section].as_array()).flatten();
        names.extend(all.map(|e| format!("{section} {}", e.pointer(path).unwrap().as_str().unwrap())));
    }
    names
}

fn sections(dump: &Value) -> BTreeSet<String> {
    names(dump).iter().map(|n| n.split(' ').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_show_the_restart_hold_and_what_went_on_without_an_answer() {
    let pilot = Pilot::start(&["on-prem"], 10).await;
    for line in [
        "meshctl_restart_hold{cluster=\"on-prem\"} 1",
        "meshctl_restart_hold{cluster=\"gke\"} 0",
        "meshctl_cluster_state{cluster=\"gke\",state=\"stale\"} 0",
        "meshctl_cluster_state{cluster=\"on-prem\",state=\"synced\"} 0",
        "meshctl_xds_streams 0",
        "meshctl_xds_held_back_streams 0",
        "meshctl_xds_expired_waits_total 0",
    ] {
        pilot.shows(line).await;
    }
    let mut client = pilot.resuming().await;
    client.subscribe(Type::Listener.url(), Vec::new()).await.unwrap();
    let clusters = receive(&mut client).await;
    assert_eq!((clusters.type_url.as_str(), clusters.removed.len()), (Type::Cluster.url(), 0));
    pilot.shows("meshctl_xds_held_back_streams 1").await;
    pilot.shows("meshctl_xds_streams 1").await;
    // clusters are never answered: listeners come all the same, and that is counted
    assert_eq!(receive(&mut client).await.type_url, Type::Listener.url());
    pilot.shows("meshctl_xds_expired_waits_total 1").await;
    // the missing cluster leaves the registry, and with it the hold
    std::fs::remove_file(pilot.dir.path().join("on-prem.yaml")).unwrap();
    pilot.shows("meshctl_xds_held_back_streams 0").await;
    let (_, text) = pilot.page("monitoring", "/metrics").await;
    assert!(!text.contains("cluster=\"on-prem\""), "{text}");
    drop(client);
    pilot.shows("meshctl_xds_streams 0").await;
    pilot.shows("meshctl_xds_expired_waits_total 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_at_the_start_is_waited_for() {
    let broken = "kind: Config\nclusters: [";
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\n";
    let pilot = Pilot::with(&[("on-prem.yaml", broken), ("mesh.yaml", "kind: Mesh\nprimary: [")]).await;
    for line in [
        "meshctl_restart_hold{cluster=\"on-prem\"} 1",
        "meshctl_restart_hold{cluster=\"gke\"} 0",
        "meshctl_cluster_state{cluster=\"on-prem\",state=\"syncing\"} 1",
        "meshctl_restart_hold_file{file=\"mesh.yaml\"} 1",
    ] {
        pilot.shows(line).await;
    }
    let (_, body) = pilot.page("http", "/debug/clusterz").await;
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(page["restartHold"]["waitsFor"], json!(["mesh.yaml", "on-prem"]));
    let row = page["clusters"].as_array().unwrap().iter().find(|row| row["id"] == "on-prem").unwrap();
    assert!(row["problem"].as_str().unwrap().starts_with("it is no valid YAML"), "{row}");
    assert_eq!((&row["file"], &row["reason"]), (&json!("on-prem.yaml"), &row["problem"]));
    // a resuming proxy keeps what it has
    let mut client = pilot.resuming().await;
    assert_eq!(receive(&mut client).await.removed.len(), 0);
    pilot.shows("meshctl_xds_held_back_streams 1").await;
    // one of the two is mended, and does not end it
    write(pilot.dir.path(), "mesh.yaml", mesh);
    pilot.shows("meshctl_cluster_state{cluster=\"on-prem\",state=\"syncing\"} 1").await;
    let deadline = Instant::now() + DEADLINE;
    while pilot.discovery.engine.published().snapshot.missing.names().len() > 1 {
        assert!(Instant::now() < deadline, "the settings are in force");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    pilot.shows("meshctl_xds_held_back_streams 1").await;
    let deadline = Instant::now() + DEADLINE;
    while pilot.stream().await["waitsFor"] != json!(["on-prem"]) {
        assert!(Instant::now() < deadline, "the stream still waits for the settings");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // the other is removed
    std::fs::remove_file(pilot.dir.path().join("on-prem.yaml")).unwrap();
    pilot.shows("meshctl_xds_held_back_streams 0").await;
    let stream = pilot.stream().await;
    assert_eq!((&stream["waitsFor"], &stream["types"]["CDS"]["heldBack"]), (&json!([]), &json!(false)));
    let (_, text) = pilot.page("monitoring", "/metrics").await;
    assert!(!text.contains("cluster=\"on-prem\"") && !text.contains("file=\"mesh.yaml\""), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_cannot_be_read_delays_nobody() {
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nprimary: on-prem\n";
    let pilot = Pilot::with(&[("on-prem.yaml", "kind: Config\nclusters: ["), ("mesh.yaml", mesh)]).await;
    assert_eq!(pilot.page("monitoring", "/ready").await, (200, "ready\n".to_owned()));
    let (_, body) = pilot.page("http", "/debug/clusterz").await;
    let page: Value = serde_json::from_str(&body).unwrap();
    let roles: Vec<&Value> = page["clusters"].as_array().unwrap().iter().map(|row| &row["role"]).collect();
    assert_eq!(roles, ["remote", "primary"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_that_only_an_installation_reads_freezes_no_settings() {
    let pilot = Pilot::start(&[], 10).await;
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\nimage: {hbu: x}\nopenNamespaces: [shop]\n";
    write(pilot.dir.path(), "mesh.yaml", mesh);
    let deadline = Instant::now() + DEADLINE;
    while !pilot.discovery.engine.published().mesh.settings.open_namespaces.contains("shop") {
        assert!(Instant::now() < deadline, "{:?}", pilot.discovery.feeds.problems());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told: Vec<String> = pilot.discovery.feeds.problems().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["mesh.yaml: image.hbu is no known key; image takes hub, tag, digest, pullSecrets"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_a_pod_is_computed_and_of_nobody_refused() {
    let pilot = Pilot::start(&[], 10).await;
    let resources = || pilot.discovery.engine.published().snapshot.len();
    assert_eq!(resources(), 0);
    let by_name = pilot.dump("web.default").await;
    assert_eq!(by_name["source"], "computed");
    assert!(names(&by_name).contains("dynamic_listeners virtualInbound"), "{:?}", names(&by_name));
    assert_eq!(pilot.dump(WEB).await, by_name);
    assert_eq!(pilot.dump("gke/web.default").await, by_name);
    for nobody in [INVENTED, "nobody.default", "x/web.default", "web", &WEB.replace("10.0.0.1", "10.0.0.2")] {
        let (status, body) = pilot.page("http", &format!("/debug/config_dump?proxyID={nobody}")).await;
        assert_eq!(status, 404, "{nobody}: {body}");
        assert!(body.starts_with(&format!("no proxy and no pod is called {nobody};")), "{body}");
    }
    assert_eq!(resources(), 0, "the engine has built nothing for whoever asks");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_a_connected_proxy_is_what_it_was_sent() {
    let pilot = Pilot::start(&[], 10).await;
    // a proxy whose pod nobody knows, but which is there
    let mut client = pilot.client(INVENTED).await.unwrap();
    client.subscribe(Type::Cluster.url(), Vec::new()).await.unwrap();
    let clusters = receive(&mut client).await;
    let dump = pilot.dump("nobody.default").await;
    assert_eq!(sections(&dump), ["dynamic_active_clusters".to_owned()].into(), "it asked for nothing else");
    assert_eq!(names(&dump).len(), clusters.resources.len());
    assert_eq!((&dump["source"], &dump["upToDate"]), (&json!("current"), &json!(true)));
    // it has not answered: what is newer is published and not sent yet
    let held = names(&dump);
    let mut more = web();
    more[0]["spec"]["ports"][0]["port"] = 81.into();
    write(pilot.dir.path(), "gke/web.yaml", &more.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n"));
    let deadline = Instant::now() + DEADLINE;
    while pilot.dump(INVENTED).await["upToDate"] == true {
        assert!(Instant::now() < deadline, "the change never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(pilot.dump("web.default").await.to_string().contains("outbound|81||web"), "it is published");
    assert_eq!(names(&pilot.dump(INVENTED).await), held, "it is not sent");
    client.ack(&clusters).await.unwrap();
    // by name, one that is there and one that is not
    let set = "outbound|81||web.default.svc.cluster.local";
    client.subscribe(Type::Endpoint.url(), vec![set.to_owned(), "outbound|1||none".to_owned()]).await.unwrap();
    loop {
        let next = receive(&mut client).await;
        client.ack(&next).await.unwrap();
        if next.type_url == Type::Endpoint.url() {
            break;
        }
    }
    let dump = pilot.dump(INVENTED).await;
    let sets: Vec<String> = names(&dump).into_iter().filter(|n| n.starts_with("dynamic_endpoint")).collect();
    assert_eq!(sets, [format!("dynamic_endpoint_configs {set}")]);
    drop(client);
    pilot.shows("meshctl_xds_streams 0").await;
    assert_eq!(pilot.page("http", &format!("/debug/config_dump?proxyID={INVENTED}")).await.0, 404, "it has gone");
}

/// After a cut the dead stream stands beside the new one, until it is noticed.
#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_that_of_the_newest_stream() {
    let pilot = Pilot::start(&[], 10).await;
    let mut dead = pilot.client(WEB).await.unwrap();
    dead.subscribe(Type::Cluster.url(), Vec::new()).await.unwrap();
    receive(&mut dead).await;
    let mut new = pilot.client(WEB).await.unwrap();
    new.subscribe(Type::Listener.url(), Vec::new()).await.unwrap();
    receive(&mut new).await;
    pilot.shows("meshctl_xds_streams 2").await;
    for id in ["web.default", "gke/web.default", WEB] {
        assert_eq!(sections(&pilot.dump(id).await), ["dynamic_listeners".to_owned()].into(), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_are_refused_and_counted() {
    let pilot = Pilot::start(&[], 1).await;
    pilot.shows("meshctl_grpc_refused_connections_total{listener=\"grpc\"} 0").await;
    let mut first = pilot.client(WEB).await.unwrap();
    first.subscribe(Type::Cluster.url(), Vec::new()).await.unwrap();
    let clusters = receive(&mut first).await;

    // the words of the refusal, to a peer that has already spoken
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut refused = tokio::net::TcpStream::connect(pilot.discovery.address("grpc").unwrap()).await.unwrap();
    refused.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut said = Vec::new();
    let end = tokio::time::timeout(DEADLINE, refused.read_to_end(&mut said)).await.expect("it is closed");
    assert_eq!(end.unwrap(), 9 + 9 + 8 + 47);
    assert!(said.ends_with(b"this server holds as many connections as it may"), "{said:?}");
    pilot.shows("meshctl_grpc_refused_connections_total{listener=\"grpc\"} 1").await;
    // a client that speaks gRPC is told in its own terms
    let error = match pilot.client(WEB).await {
        Ok(mut client) => {
            let _ = client.subscribe(Type::Cluster.url(), Vec::new()).await;
            tokio::time::timeout(DEADLINE, client.receive()).await.expect("an end in time").unwrap_err().to_string()
        }
        Err(error) => error,
    };
    assert!(!error.is_empty());

    // who is there is not disturbed, and makes room when it goes
    first.ack(&clusters).await.unwrap();
    pilot.shows("meshctl_xds_streams 1").await;
    drop(first);
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Ok(mut next) = pilot.client(WEB).await
            && next.subscribe(Type::Cluster.url(), Vec::new()).await.is_ok()
            && let Ok(Ok(_)) = tokio::time::timeout(DEADLINE, next.receive()).await
        {
            break;
        }
        assert!(Instant::now() < deadline, "nobody else is let in");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_tell_what_is_left_out() {
    let pilot = Pilot::start(&[], 10).await;
    // another network without a gateway, and a host that no proxy is sent to
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gke\nclusters: {on-prem: {network: dc}}\n";
    write(pilot.dir.path(), "mesh.yaml", mesh);
    let external = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "evil", "namespace": "default"},
        "spec": {"type": "ExternalName", "externalName": "169.254.169.254", "ports": [{"name": "http", "port": 80}]}});
    write(pilot.dir.path(), "gke/evil.yaml", &external.to_string());
    let mut far = web();
    far.push(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "web-1", "namespace": "default", "labels": {"kubernetes.io/service-name": "web"}},
        "ports": [{"name": "http", "port": 80}], "endpoints": [{"addresses": ["10.7.0.1"]}]}));
    write(pilot.dir.path(), "on-prem/web.yaml", &far.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n"));
    let deadline = Instant::now() + DEADLINE;
    let all = loop {
        let (_, body) = pilot.page("http", "/debug/warningz").await;
        let all: Vec<Value> = serde_json::from_str(&body).unwrap();
        if all.len() >= 2 {
            break all;
        }
        assert!(Instant::now() < deadline, "{body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let told = |service: &str, words: &str| {
        let of = |w: &&Value| w["service"].as_str().is_some_and(|s| s.contains(service));
        all.iter().filter(of).any(|w| w["reason"].as_str().is_some_and(|r| r.contains(words)))
    };
    assert!(told("web", "network dc has no gateway"), "{all:?}");
    assert!(told("evil", "no proxy is sent to 169.254.169.254"), "{all:?}");
}

impl Pilot {
    /// The reasons of `/debug/warningz`, once one of them holds these words.
    async fn warned(&self, words: &str) -> Vec<String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let (_, body) = self.page("http", "/debug/warningz").await;
            let all: Vec<Value> = serde_json::from_str(&body).unwrap();
            let all: Vec<String> = all.iter().map(|w| w["reason"].as_str().unwrap().to_owned()).collect();
            if all.iter().any(|reason| reason.contains(words)) {
                return all;
            }
            assert!(Instant::now() < deadline, "nothing says {words}: {body}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn stream(&self) -> Value {
        let (_, body) = self.page("http", "/debug/syncz").await;
        serde_json::from_str::<Vec<Value>>(&body).unwrap().remove(0)
    }

    /// What `meshctl proxy-status` says of the one proxy that is connected, and exits with.
    fn status(&self, code: i32) -> Value {
        let address = self.discovery.address("http").unwrap().to_string();
        let report = json_of(&Meshctl::new().run(["ps", "--pilot", &address, "-o", "json"]).exits(code));
        holds("ProxyStatusList", &report);
        report["items"][0].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_no_registered_cluster_is_refused_and_one_whose_cluster_leaves_is_told_nothing() {
    let pilot = Pilot::start(&[], 10).await;
    let mut stranger = pilot.client_in(WEB, Some("far")).await.unwrap();
    stranger.subscribe(Type::Cluster.url(), Vec::new()).await.unwrap();
    let error = tokio::time::timeout(DEADLINE, stranger.receive()).await.expect("an end in time").unwrap_err();
    assert!(
        error.to_string().contains("runs in the cluster far (CLUSTER_ID), which this pilot does not follow"),
        "{error}"
    );
    let all = pilot.warned("they were refused 1 times").await;
    assert_eq!(all.len(), 1, "{all:?}");

    // it is registered: the proxy is served before its Pod is seen
    let text = |objects: &[Value]| objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
    let mut far = web();
    far[0]["metadata"]["name"] = "own".into();
    far[0]["spec"]["clusterIP"] = "10.7.0.1".into();
    far[0]["spec"]["ports"] = json!([{"name": "tcp", "port": 90}]);
    write(pilot.dir.path(), "far/web.yaml", &text(&far[..1]));
    let deadline = Instant::now() + DEADLINE;
    while pilot.page("http", "/debug/endpointz?service=own").await.1 == "[]" {
        assert!(Instant::now() < deadline, "far is never read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut client = pilot.client_in(INVENTED, Some("far")).await.unwrap();
    for ty in [Type::Cluster, Type::Listener] {
        client.subscribe(ty.url(), Vec::new()).await.unwrap();
        let response = receive(&mut client).await;
        client.ack(&response).await.unwrap();
    }
    let before = names(&pilot.dump(INVENTED).await);
    assert_eq!(pilot.stream().await["frozen"], false);

    // it leaves: gke's VIPs mean nothing to the proxy, and its own are not said to be gone
    std::fs::remove_dir_all(pilot.dir.path().join("far")).unwrap();
    pilot.warned("its cluster far is not in the registry any more").await;
    let mut late = web();
    late[0]["metadata"]["name"] = "late".into();
    write(pilot.dir.path(), "gke/late.yaml", &text(&late[..1]));
    let deadline = Instant::now() + DEADLINE;
    while !pilot.dump("web.default").await.to_string().contains("late") {
        assert!(Instant::now() < deadline, "late never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let dump = pilot.dump(INVENTED).await;
    assert_eq!((names(&dump), &dump["upToDate"]), (before.clone(), &json!(false)));
    let stream = pilot.stream().await;
    assert_eq!((&stream["frozen"], &stream["heldBack"]), (&json!(true), &json!(true)));
    assert_eq!(stream["waitsFor"], json!([]), "what it waits for is no part of the registry");
    let item = pilot.status(1);
    assert_eq!((&item["types"]["CDS"]["state"], &item["inSync"]), (&json!("FROZEN"), &json!(false)), "{item}");
    assert_eq!(item["kept"], "its cluster far is not in pilot's registry");

    // and is back: the proxy has the difference, and nothing but that
    write(pilot.dir.path(), "far/web.yaml", &text(&far[..1]));
    let clusters = receive(&mut client).await;
    assert_eq!((clusters.type_url.as_str(), clusters.removed.len()), (Type::Cluster.url(), 0));
    assert_eq!(clusters.resources.len(), 1);
    client.ack(&clusters).await.unwrap();
    let deadline = Instant::now() + DEADLINE;
    while pilot.dump(INVENTED).await["upToDate"] == false {
        assert!(Instant::now() < deadline, "it never is up to date");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(names(&pilot.dump(INVENTED).await).is_superset(&before));
    assert_eq!(pilot.warned_of_clusters().await, [""; 0]);
}

impl Pilot {
    /// What `/debug/warningz` says of proxies' clusters.
    async fn warned_of_clusters(&self) -> Vec<String> {
        let (_, body) = self.page("http", "/debug/warningz").await;
        let all: Vec<Value> = serde_json::from_str(&body).unwrap();
        let of = all.iter().filter(|w| w["field"] == "CLUSTER_ID");
        of.map(|w| w["reason"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_tell_which_pods_no_listener_tells_apart() {
    let pilot = Pilot::start(&[], 10).await;
    let mut headless = web()[0].clone();
    headless["metadata"]["name"] = "peers".into();
    headless["spec"] = json!({"clusterIP": "None", "ports": [{"name": "tcp", "port": 90}]});
    let endpoints: Vec<Value> =
        (0..1_001).map(|n| json!({"addresses": [format!("10.1.{}.{}", n / 250, n % 250 + 1)]})).collect();
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "peers-1", "namespace": "default", "labels": {"kubernetes.io/service-name": "peers"}},
        "ports": [{"name": "tcp", "port": 90}], "endpoints": endpoints});
    write(pilot.dir.path(), "gke/peers.yaml", &format!("{headless}\n---\n{slice}"));
    let all = pilot.warned("port 90 has 1001 addresses in gke").await;
    assert_eq!(all.len(), 1, "{all:?}");
}
