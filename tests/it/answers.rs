//! Answers that lack somebody: who was not asked is said in every format, and the exit code is 2.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};

use meshctl::workflows::demo::{FixtureSet, files};
use serde_json::{Value, json};

use crate::harness::{Meshctl, Ran};
use crate::pods::Pods;
use crate::schemas::holds;

/// A kubeconfig of a server that nobody runs.
const NOBODY: &str = "apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\n\
    contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n";
const BROKEN: &str = "kind: [";
pub(crate) const REVIEWS: &str = "outbound|9080||reviews.istio-system.svc.cluster.local";

/// The talk's two clusters, with reviews-v3 on-prem, as folders of `./kubeconf`.
pub(crate) fn talk() -> Meshctl {
    let meshctl = Meshctl::new();
    for (path, text) in [FixtureSet::Base, FixtureSet::OnPremLater].into_iter().flat_map(files) {
        meshctl.file(&format!("kubeconf/{path}"), text);
    }
    meshctl
}

pub(crate) fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"))
}

/// A server whose pages are these; every other path is 404.
pub(crate) fn pages(pages: Vec<(&'static str, Value)>) -> SocketAddr {
    serve(move |path| pages.iter().find(|(page, _)| path.starts_with(page)).map(|(_, v)| v.to_string()))
}

/// A server that answers a path with a text, or with 404.
pub(crate) fn serve(mut answer: impl FnMut(&str) -> Option<String> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while reader.read_line(&mut request).is_ok_and(|n| n > 2) {}
            let found = answer(request.split_whitespace().nth(1).unwrap_or_default());
            let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
            let body = found.unwrap_or_default();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[test]
fn endpoints_say_which_cluster_was_not_asked() {
    let meshctl = talk();
    let whole = json_of(&meshctl.run(["endpoints", "reviews", "-o", "json"]).exits(0));
    assert_eq!((&whole["notAsked"], &whole["problems"]), (&json!([]), &json!([])));
    meshctl.file("kubeconf/west.yaml", NOBODY);

    let ran = meshctl.run(["endpoints", "reviews"]).exits(2);
    assert!(ran.stdout.contains("10.124.0.19") && ran.stderr.contains("reading the cluster west failed"), "{ran:?}");
    let ran = meshctl.run(["endpoints", "reviews", "-o", "json"]).exits(2);
    let report = json_of(&ran);
    holds("EndpointList", &report);
    assert_eq!(report["items"], whole["items"]);
    assert_eq!(report["notAsked"][0]["cluster"], "west");
    assert!(report["notAsked"][0]["reason"].as_str().unwrap().contains("cannot be reached"), "{report}");
    meshctl.run(["endpoints", "reviews.istio-system.svc.cluster.local|http", "-o", "v1"]).exits(2);
    // whoever is not asked about need not answer
    meshctl.run(["endpoints", "reviews", "--cluster", "gke"]).exits(0);
    let ran = meshctl.run(["endpoints", "reviews", "--cluster", "west"]).exits(2);
    assert!(ran.stderr.contains("reviews has no endpoints in what could be read"), "{ran:?}");

    // that nobody has it is not known
    let ran = meshctl.run(["endpoints", "nope", "-o", "json"]).exits(2);
    assert_eq!(
        (json_of(&ran)["items"].as_array().unwrap().len(), &json_of(&ran)["notAsked"][0]["cluster"]),
        (0, &json!("west"))
    );
    assert!(!ran.stderr.contains("no cluster has a service"), "{ran:?}");
    assert!(ran.stderr.contains("has a service \"nope\"; not asked: west\nhint: "), "{ran:?}");
}

#[test]
fn a_service_that_nobody_has_is_an_error_with_those_there_are() {
    let meshctl = talk();
    let ran = meshctl.run(["endpoints", "nope"]).exits(2);
    assert!(ran.stderr.contains("no cluster has a service \"nope\"\nhint: there is details.istio-system, "), "{ran:?}");
    let ran = meshctl.run(["endpoints", "reviews", "-n", "nope"]).exits(2);
    assert!(
        ran.stderr.contains("has a service \"reviews\" in the namespace nope\nhint: perhaps reviews.istio-system"),
        "{ran:?}"
    );
    let ran = meshctl.run(["endpoints", "reviews", "--registry", "empty"]).exits(2);
    assert!(ran.stderr.contains("hint: "), "{ran:?}");
}

#[test]
fn a_broken_file_is_named_by_every_command_and_once() {
    let meshctl = talk();
    let tag = ["--tag", "dev"];
    meshctl.run(["ca", "init"]).exits(0);
    meshctl.run([&["install", "--yes"], &tag[..]].concat()).exits(0);
    meshctl.run([&["diff"], &tag[..]].concat()).exits(0);
    meshctl.file("kubeconf/gke/deep/broken.yaml", BROKEN);
    let named = "gke/deep/broken.yaml: it is no valid YAML";
    for (args, code) in [
        (&["version"][..], 0),
        (&["diff", "--tag", "dev"], 2),
        (&["uninstall", "--dry-run"], 0),
        (&["cluster", "remove", "on-prem", "--dry-run"], 0),
        (&["install", "--tag", "dev", "--dry-run"], 2),
    ] {
        let ran = meshctl.run(args).exits(code);
        assert_eq!(ran.stderr.matches(named).count(), 1, "{args:?}: {ran:?}");
    }
    let ran = meshctl.run(["endpoints", "reviews", "-o", "json"]).exits(2);
    let problem = &json_of(&ran)["problems"][0];
    assert_eq!((&problem["cluster"], &problem["file"]), (&json!("gke"), &json!("gke/deep/broken.yaml")));
    assert!(ran.stderr.contains("in the cluster gke, deep/broken.yaml: it is no valid YAML"), "{ran:?}");
    // a bad object costs itself, and no answer
    meshctl.file("kubeconf/gke/deep/broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: 3\n");
    meshctl.run(["endpoints", "reviews"]).exits(0);
    meshctl.run(["diff", "--tag", "dev"]).exits(0);
}

#[test]
fn discovery_names_broken_files_once() {
    let meshctl = talk();
    meshctl.file("kubeconf/west.yaml", BROKEN);
    meshctl.file("kubeconf/gke/deep/broken.yaml", BROKEN);
    let ports = ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--monitoring", "127.0.0.1:0"];
    let mut child = meshctl.command([&["discovery"], &ports[..]].concat()).spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let (lines, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || stderr.lines().map_while(Result::ok).all(|line| lines.send(line).is_ok()));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let mut said = Vec::new();
    // what is in the folder is read after what the registry itself has
    while !said.iter().any(|l: &String| l.contains("deep/broken.yaml")) || !said.iter().any(|l| l.contains("west.yaml"))
    {
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        said.push(heard.recv_timeout(left).unwrap_or_else(|e| panic!("{e}: {said:?}")));
    }
    // a second complaint would come with the first look at the registry, which is over when it serves
    std::thread::sleep(std::time::Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(heard.iter());
    for file in ["west.yaml", "deep/broken.yaml"] {
        assert_eq!(said.iter().filter(|l| l.contains(file)).count(), 1, "{file}: {said:?}");
    }
    assert!(said.iter().any(|l| l.contains("in the cluster gke, deep/broken.yaml: it is no valid YAML")), "{said:?}");
}

#[test]
fn settings_of_an_installation_are_judged_where_they_are_read() {
    let meshctl = talk();
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nopenNamespaces: [istio-system]\nclusterLocal: [reviews]\nimage: {tag: a b}\n\
        values: {discovery: {repicas: 3}}\nclusters: {on-prem: {pilotAddress: '1.2.3.4:80'}}\n";
    meshctl.file("kubeconf/mesh.yaml", mesh);
    let wanted = [
        "mesh.yaml: clusterLocal[0] is \"reviews\"; want NAME.NAMESPACE.svc.cluster.local",
        "mesh.yaml: clusters.on-prem.pilotAddress is \"1.2.3.4:80\"; want an IP address or a hostname",
        "mesh.yaml: image.tag is \"a b\"; want ",
        "mesh.yaml: values.discovery.repicas is no known key; these exist: replicas, ",
    ];
    for (args, code) in [
        (&["cluster", "list"][..], 2),
        (&["version"], 2),
        (&["endpoints", "reviews"], 2),
        (&["proxy-config", "clusters", "productpage"], 0),
        (&["install", "--dry-run"], 2),
        (&["manifest", "images"], 2),
        (&["diff", "--tag", "dev"], 2),
        (&["uninstall", "--dry-run"], 2),
        (&["cluster", "remove", "on-prem", "--dry-run"], 2),
    ] {
        let ran = meshctl.run(args).exits(code);
        // who leaves cares for nothing that an installation alone reads
        let leaves = args.contains(&"uninstall") || args.contains(&"remove");
        let wanted = if leaves { &wanted[..1] } else { &wanted[..] };
        for words in wanted {
            assert_eq!(ran.stderr.matches(words).count(), 1, "{args:?}, {words}: {ran:?}");
        }
    }
    // what only an installation reads has nothing to do with endpoints
    meshctl.file("kubeconf/mesh.yaml", &mesh.replace("clusterLocal: [reviews]", "clusterLocal: []"));
    let ran = meshctl.run(["endpoints", "reviews"]).exits(0);
    assert!(ran.stderr.contains(wanted[2]), "{ran:?}");
    meshctl.run(["cluster", "remove", "on-prem", "--dead", "--dry-run"]).exits(0);
    meshctl.file("kubeconf/mesh.yaml", mesh);
    // what is in order of it is in force: the endpoints of both clusters are one service
    let ran = meshctl.run(["endpoints", "reviews"]).exits(2);
    assert!(ran.stdout.contains("10.124.0.19") && ran.stdout.contains("192.170.228.84"), "{ran:?}");
}

/// A registry whose primary `main` runs two pilots with these pages, beside the talk's clusters.
pub(crate) fn with_pilots(pilots: [Value; 2]) -> (Meshctl, Pods) {
    let meshctl = talk();
    let pods = Pods::start();
    pods.registry(&meshctl.home().join("kubeconf"));
    for (name, endpoints) in ["istio-pilot-a", "istio-pilot-b"].into_iter().zip(pilots) {
        pods.pod("istio-system", name, "istio-pilot");
        pods.port(
            &format!("istio-system/{name}"),
            8080,
            pages(vec![("/debug/endpointz", endpoints), ("/debug/syncz", json!([]))]),
        );
    }
    (meshctl, pods)
}

pub(crate) fn mesh_yaml(meshctl: &Meshctl, more: &str) {
    let text = format!("apiVersion: meshctl/v1\nkind: Mesh\nprimary: main\nopenNamespaces: [istio-system]\n{more}");
    meshctl.file("kubeconf/mesh.yaml", &text);
}

pub(crate) fn endpointz(addresses: &[&str]) -> Value {
    let endpoints: Vec<Value> = addresses.iter().map(|a| json!({"address": a, "port": 9080})).collect();
    json!([{"cluster": REVIEWS, "endpoints": endpoints}])
}

pub(crate) const ALL: [&str; 4] = ["10.124.0.19", "10.124.1.18", "10.124.2.34", "192.170.228.84"];

#[test]
fn every_pilot_is_compared_and_one_that_is_silent_is_named() {
    let (meshctl, pods) = with_pilots([endpointz(&ALL), endpointz(&ALL[..3])]);
    mesh_yaml(&meshctl, "");
    let ran = meshctl.run(["endpoints", "reviews", "--compare", "-o", "json"]).exits(1);
    let report = json_of(&ran);
    holds("EndpointComparison", &report);
    let pilots: Vec<_> = report["pilots"].as_array().unwrap().iter().map(|p| &p["pilot"]).collect();
    assert_eq!(pilots, ["istio-pilot-a", "istio-pilot-b"]);
    let row = report["items"].as_array().unwrap().iter().find(|r| r["endpoint"] == "192.170.228.84:9080").unwrap();
    assert_eq!(
        (&row["pushed"], &row["pushedBy"], &row["notPushedBy"]),
        (&json!(false), &json!([pilots[0]]), &json!([pilots[1]]))
    );
    assert_eq!(row["elsewhere"], Value::Null);
    let ran = meshctl.run(["endpoints", "reviews", "--compare"]).exits(1);
    assert!(ran.stdout.contains("not pushed by istio-pilot-b"), "{ran:?}");
    assert!(ran.stderr.contains("from istio-pilot-a, istio-pilot-b"), "{ran:?}");

    // whom nobody can ask may push something else
    pods.port("istio-system/istio-pilot-b", 8080, SocketAddr::from(([127, 0, 0, 1], 1)));
    let ran = meshctl.run(["endpoints", "reviews", "--compare", "-o", "json"]).exits(2);
    assert!(ran.stderr.contains("warning: ") && ran.stderr.contains("istio-pilot-b"), "{ran:?}");
    assert!(json_of(&ran)["pilots"][1]["reason"].is_string(), "{ran:?}");
    let ran = meshctl.run(["ps", "-o", "json"]).exits(2);
    let report = json_of(&ran);
    holds("ProxyStatusList", &report);
    assert_eq!(
        (&report["pilots"][0]["reason"], &report["pilots"][1]["pilot"]),
        (&Value::Null, &json!("istio-pilot-b"))
    );
}

#[test]
fn what_another_network_is_not_given_is_not_called_pushed_there() {
    let (meshctl, _pods) = with_pilots([endpointz(&ALL), endpointz(&ALL)]);
    let run = |more: &str| {
        mesh_yaml(&meshctl, more);
        meshctl.run(["endpoints", "reviews", "--compare"]).exits(0).stdout
    };
    let of = |table: &str| table.lines().find(|l| l.contains("192.170.228.84")).unwrap_or_default().to_owned();
    assert!(!of(&run("")).contains("yes,"));
    let table = run("clusters: {on-prem: {network: n2}}\n");
    assert!(of(&table).contains("yes, in its network alone"), "{table}");
    let table = run("clusters: {on-prem: {network: n2}}\nnetworks: {n2: {gateways: [{address: 1.2.3.4}]}}\n");
    assert!(of(&table).contains("yes, elsewhere 1.2.3.4:15443"), "{table}");
}

#[test]
fn the_states_of_proxies_are_whole_and_of_clusters_that_are_there() {
    let reason = format!("the first line\n{} the end", "x".repeat(300));
    let proxies = json!([{"proxy": "web.default", "cluster_id": "gke", "types":
        {"LDS": {"state": "NACK", "nack": {"reason": reason, "secondsAgo": 3}}}}]);
    let clusters = json!({"clusters": [{"id": "gke"}, {"id": "on-prem"}]});
    let pilot = pages(vec![("/debug/syncz", proxies), ("/debug/clusterz", clusters)]).to_string();
    let meshctl = Meshctl::new();
    let ps = |args: &[&str]| meshctl.run([&["ps", "--pilot", &pilot], args].concat());
    let ran = ps(&["--cluster", "nope"]).exits(2);
    assert!(ran.stderr.contains("the mesh has no cluster \"nope\"\nhint: the clusters are gke, on-prem"), "{ran:?}");
    let ran = ps(&["--cluster", "on-prem"]).exits(0);
    assert!(ran.stderr.contains("no connected proxy matches"), "{ran:?}");
    let ran = ps(&[]).exits(1);
    assert!(ran.stdout.contains("the first line…") && !ran.stdout.contains("the end"), "{ran:?}");
    let ran = ps(&["-o", "wide"]).exits(1);
    assert!(ran.stdout.contains("LDS: the first line\\nxxx") && ran.stdout.contains(" the end"), "{ran:?}");

    // its other ports have no such page
    let monitoring = pages(vec![("/metrics", json!(0))]).to_string();
    let ran = meshctl.run(["ps", "--pilot", &monitoring]).exits(2);
    assert!(ran.stderr.contains("hint: pilot serves that on 8080 of its pod"), "{ran:?}");
}

/// What a server on loopback answers to a GET.
fn get(address: &str, path: &str) -> Value {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stream, &mut text).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn a_proxy_is_compared_by_what_its_network_is_given() {
    let meshctl = talk();
    let mesh = "apiVersion: meshctl/v1\nkind: Mesh\nopenNamespaces: [istio-system]\n";
    meshctl.file("kubeconf/mesh.yaml", &format!("{mesh}clusters: {{on-prem: {{network: n2}}}}\n"));
    // the same clusters, told of no network, where pilot does not look
    meshctl.file("other/mesh.yaml", mesh);
    for (path, text) in [FixtureSet::Base, FixtureSet::OnPremLater].into_iter().flat_map(files) {
        meshctl.file(&format!("other/{path}"), text);
    }
    let ports = ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--monitoring", "127.0.0.1:0"];
    let mut child = meshctl.command([&["discovery"], &ports[..]].concat()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let pilot = lines.filter_map(|l| l.strip_prefix("http ").map(str::to_owned)).next().unwrap();
    let reviews = format!("/debug/endpointz?service={}", REVIEWS.rsplit('|').next().unwrap());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while get(&pilot, &reviews)[0]["endpoints"].as_array().map(Vec::len) != Some(ALL.len()) {
        assert!(std::time::Instant::now() < deadline, "{}", get(&pilot, &reviews));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // an Envoy that holds what a pilot sent the proxy of productpage, which is connected to it
    let name = "productpage-v1-597789bc47-ssmls.istio-system";
    let mut dump = get(&pilot, &format!("/debug/config_dump?proxyID=gke/{name}"));
    assert_eq!(dump["source"], "computed");
    dump["source"] = "current".into();
    let admin = pages(vec![("/config_dump", dump.clone())]).to_string();
    let syncz = json!([{"proxy": name, "cluster_id": "gke", "address": "10.124.2.29"}]);
    let served = pages(vec![("/debug/syncz", syncz), ("/debug/config_dump", dump)]).to_string();
    let args = ["endpoints", "reviews", "--compare", "--pilot", &served, "--proxy", "productpage", "--admin", &admin];
    let ran = meshctl.run(args);
    // who knows of no network expects what this proxy is not given
    let other = meshctl.run(args.into_iter().chain(["--registry", "other"]));
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = ran.exits(0);
    assert!(ran.stdout.contains("10.124.0.19:9080") && !ran.stdout.contains("192.170.228.84"), "{ran:?}");
    let other = other.exits(1);
    let row = other.stdout.lines().find(|l| l.contains("192.170.228.84:9080")).unwrap_or_default();
    assert!(row.ends_with("yes        no       no     not pushed"), "{other:?}");
}
