//! Looking into proxies: dumps of a real Envoy 1.40 and of a live one, filters, formats, targets, endpoints; what broken and
//! large dumps do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::peak::peak;

mod arrays;
mod forward;
mod words;

/// The binary in a hermetic home.
fn meshctl(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
    command.current_dir(home).env("HOME", home).stdin(Stdio::null());
    for name in ["KUBECONFIG", "PILOT_URL", "MESHCTL_REGISTRY"] {
        command.env_remove(name);
    }
    command
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dumps").join(name)
}

fn run(args: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    meshctl(home.path()).args(args).output().unwrap()
}

/// Runs a view of a fixture and wants exit 0.
fn view(name: &str, args: &[&str]) -> String {
    let path = fixture(name);
    let mut all = vec!["proxy-config"];
    all.extend(args);
    all.extend(["-f", path.to_str().unwrap()]);
    let out = run(&all);
    assert_eq!(out.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

const CLUSTERS: &str = "\
SERVICE FQDN                        PORT   SUBSET   DIRECTION   TYPE           DESTINATION RULE
                                    9080   -        inbound     ORIGINAL_DST
BlackHoleCluster                    -      -        -           STATIC
PassthroughCluster                  -      -        -           ORIGINAL_DST
api-v1.default.svc.cluster.local    9080   -        outbound    EDS
api.example.com                     443    -        outbound    STRICT_DNS
reviews.default.svc.cluster.local   9080   -        outbound    EDS            reviews.default
reviews.default.svc.cluster.local   9080   v1       outbound    EDS            reviews.default
sds-grpc                            -      -        -           STATIC
xds-grpc                            -      -        -           STATIC
";

const LISTENERS: &str = "\
ADDRESSES    PORT    MATCH                                                   DESTINATION
10.125.1.1   443     SNI: a.example.com,b.example.com; Addr: 10.125.1.1/32   Cluster: PassthroughCluster 25%, BlackHoleCluster 75%
0.0.0.0      15006   Addr: *:15006                                           Non-HTTP/Non-TCP
0.0.0.0      15006   Addr: *:9080                                            Cluster: inbound|9080||
0.0.0.0      19080   Trans: raw_buffer; App: http/1.1,h2c                    Route: 9080
0.0.0.0      19080   ALL                                                     PassthroughCluster
";

const ROUTES: &str = "\
NAME             VHOST NAME                               DOMAINS                                                  MATCH             VIRTUAL SERVICE
9080             reviews.default.svc.cluster.local:9080   reviews.default.svc.cluster.local, reviews + 3 more...   /exact            reviews.default
9080             reviews.default.svc.cluster.local:9080   reviews.default.svc.cluster.local, reviews + 3 more...   PathPrefix:/get
9080             reviews.default.svc.cluster.local:9080   reviews.default.svc.cluster.local, reviews + 3 more...   regex /a.*
9080             reviews.default.svc.cluster.local:9080   reviews.default.svc.cluster.local, reviews + 3 more...   /*
9080             empty                                    empty.default                                            /*                404
inbound|9080||   inbound|http|9080                        *                                                        /*
";

const HOSTS: &str = "\
ENDPOINT              STATUS     OUTLIER CHECK   CLUSTER                                            LOCALITY              WEIGHT   PRIORITY   CLUSTER ID   HEALTH FLAGS
10.124.0.19:9080      HEALTHY    OK              outbound|9080||reviews.default.svc.cluster.local   us-west1/us-west1-a   1        0          -            -
10.124.1.18:9080      DRAINING   OK              outbound|9080||reviews.default.svc.cluster.local   us-west1/us-west1-a   1        0          -            -
192.170.228.84:9080   HEALTHY    OK              outbound|9080||reviews.default.svc.cluster.local   -                     3        1          -            -
";

const EDS: &str = "\
ENDPOINT              STATUS    OUTLIER CHECK   CLUSTER                                            LOCALITY   WEIGHT   PRIORITY   CLUSTER ID   HEALTH FLAGS
192.170.228.84:9080   HEALTHY   -               outbound|9080||reviews.default.svc.cluster.local   -          3        1          on-prem      -
";

#[test]
fn tables_of_a_real_dump_have_istioctls_columns() {
    for dump in ["envoy-1.40.json", "camel.json"] {
        assert_eq!(view(dump, &["clusters"]), CLUSTERS, "{dump}");
        assert_eq!(view(dump, &["listeners"]), LISTENERS, "{dump}");
        assert_eq!(view(dump, &["routes"]), ROUTES, "{dump}");
        let reviews = "outbound|9080||reviews.default.svc.cluster.local";
        assert_eq!(view(dump, &["ep", "--cluster", reviews, "--address", "192.*", "-o", "wide"]), EDS, "{dump}");
        let all = view(dump, &["all"]);
        assert!(all.contains(CLUSTERS) && all.contains(LISTENERS) && all.contains(ROUTES), "{all}");
    }
    let key = "out.reviews.default.svc.cluster.local|http";
    assert_eq!(view("envoy-1.40-clusters.json", &["endpoints", key, "-o", "wide"]), HOSTS);
}

#[test]
fn wide_shows_what_is_warming_and_what_passes_through() {
    let wide = view("envoy-1.40.json", &["c", "-o", "wide"]);
    let warming = wide.lines().find(|l| l.starts_with("warming.default")).unwrap();
    assert_eq!(
        warming.split_whitespace().collect::<Vec<_>>()[1..],
        ["7070", "-", "outbound", "EDS", "warming", "ROUND_ROBIN", "4"]
    );
    assert!(view("envoy-1.40.json", &["r", "-o", "wide"]).contains("allow_any"));
    let bootstrap = view("envoy-1.40.json", &["b", "-o", "table"]);
    assert!(bootstrap.contains("gke       us-west1/us-west1-a"), "{bootstrap}");
}

#[test]
fn filters_match_whole_fields() {
    let names = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["-o", "name"]);
        view("envoy-1.40.json", &all).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let v1 = ["outbound|9080|v1|reviews.default.svc.cluster.local"];
    assert_eq!(names(&["clusters", "--subset", "v1"]), v1, "api-v1 is no subset");
    assert_eq!(names(&["clusters", "--fqdn", "reviews.*", "--subset", "v*"]), v1);
    assert_eq!(names(&["clusters", "--direction", "inbound"]), ["inbound|9080||"]);
    assert_eq!(names(&["clusters", "--port", "443"]), ["outbound|443||api.example.com"]);
    assert_eq!(names(&["clusters", "--fqdn", "reviews"]), [""; 0]);
    assert_eq!(names(&["c", "out.reviews.default.svc.cluster.local|http|version=v1"]), v1);
    assert_eq!(names(&["listeners", "--type", "tcp"]), ["10.125.1.1_443"]);
    assert_eq!(names(&["listeners", "--address", "0.0.0.0", "--port", "15006"]), ["virtualInbound"]);
    assert_eq!(names(&["routes", "--name", "9080"]), ["9080"]);
    assert_eq!(names(&["endpoints", "--status", "healthy", "--port", "9080", "--cluster", "reviews.*"]).len(), 2);
}

#[test]
fn json_is_envoys_own_in_a_bare_array_and_can_be_read_again() {
    let text = view("envoy-1.40.json", &["clusters", "--subset", "v1", "-o", "json"]);
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    let dump: serde_json::Value = serde_json::from_slice(&std::fs::read(fixture("envoy-1.40.json")).unwrap()).unwrap();
    let active = dump.pointer("/configs/1/dynamic_active_clusters").unwrap().as_array().unwrap();
    let want: Vec<_> =
        active.iter().map(|c| &c["cluster"]).filter(|c| c["name"].as_str().unwrap().contains("|v1|")).collect();
    assert_eq!(found.as_array().unwrap().iter().collect::<Vec<_>>(), want);
    assert_eq!(view("envoy-1.40.json", &["clusters", "--port", "1", "-o", "json"]), "[]\n");

    let home = tempfile::tempdir().unwrap();
    let again = home.path().join("again.json");
    std::fs::write(&again, view("envoy-1.40.json", &["clusters", "-o", "json"])).unwrap();
    assert_eq!(view(again.to_str().unwrap(), &["clusters"]), CLUSTERS);
    assert_eq!(
        view("envoy-1.40.json", &["all", "-o", "json"]).as_bytes(),
        std::fs::read(fixture("envoy-1.40.json")).unwrap()
    );

    let hosts = view("envoy-1.40.json", &["ep", "--address", "192.170.228.84", "-o", "json"]);
    let hosts: serde_json::Value = serde_json::from_str(&hosts).unwrap();
    assert_eq!(hosts.as_array().unwrap().len(), 1);
    assert_eq!(hosts.pointer("/0/endpoints/1/lb_endpoints").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(hosts.pointer("/0/endpoints/0/lb_endpoints").unwrap().as_array().unwrap().len(), 0);
    assert!(view("envoy-1.40.json", &["b", "-o", "yaml"]).starts_with("bootstrap:\n"));
}

#[test]
fn a_dump_comes_from_standard_input_too() {
    let home = tempfile::tempdir().unwrap();
    let input = std::fs::File::open(fixture("envoy-1.40.json")).unwrap();
    let out = meshctl(home.path()).args(["pc", "c", "-f", "-"]).stdin(input).output().unwrap();
    assert_eq!((out.status.code(), String::from_utf8(out.stdout).unwrap().as_str()), (Some(0), CLUSTERS));
}

#[test]
fn a_dump_cut_anywhere_shows_what_is_there_and_never_looks_whole() {
    let home = tempfile::tempdir().unwrap();
    let whole = std::fs::read(fixture("envoy-1.40.json")).unwrap();
    let end = String::from_utf8_lossy(&whole).trim_end().len();
    for at in (1..end).step_by(1000).chain([end - 1]) {
        let path = home.path().join("cut.json");
        std::fs::write(&path, &whole[..at]).unwrap();
        let out = meshctl(home.path()).args(["pc", "clusters", "-f"]).arg(&path).output().unwrap();
        let said = stderr(&out);
        assert_eq!(out.status.code(), Some(2), "cut at {at}: {said}");
        assert!(said.contains("it ends at byte") && !said.contains("panicked"), "cut at {at}: {said}");
    }
    // every length, and every view, in this process
    use meshctl::pure::inspect::{Filter, Form, Section, read_rows};
    for at in 1..end {
        let read = read_rows(&mut &whole[..at], &Section::ALL, &Filter::default(), Form::Wide, None);
        let (_, summary) = read.unwrap();
        assert!(summary.problems.iter().any(|p| p.is_truncation()), "cut at {at}");
    }
}

#[test]
fn what_is_strange_is_named_and_the_rest_is_shown() {
    let home = tempfile::tempdir().unwrap();
    let read = |text: &str, args: &[&str]| {
        let path = home.path().join("dump.json");
        std::fs::write(&path, text).unwrap();
        meshctl(home.path()).arg("pc").args(args).arg("-f").arg(&path).output().unwrap()
    };
    let out = read(
        r#"{"configs":[{"@type":"t/acme.v1.Things","x":[1]},{"dynamic_active_clusters":[{"cluster":{"name":"a","new":{"b":[]}}},{"cluster":7}]}]}"#,
        &["c"],
    );
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stdout).contains("\na "), "{out:?}");
    let said = stderr(&out);
    assert!(
        said.contains("number 2 of dynamic_active_clusters was left out") && said.contains("t/acme.v1.Things"),
        "{said}"
    );

    let out = read(r#"{"configs":[{"@type":"x/envoy.admin.v3.ClustersConfigDump"}]}"#, &["endpoints"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        stderr(&out).contains("has no EndpointsConfigDump") && stderr(&out).contains("include_eds"),
        "{}",
        stderr(&out)
    );

    for (text, why) in [
        ("", "it is empty"),
        ("<html>", "starts with '<'"),
        (r#"{"a":1}"#, "no config dump"),
        ("[]", "empty array"),
        ("[{}]", "bare array"),
    ] {
        let out = read(text, &["all"]);
        assert_eq!(out.status.code(), Some(2), "{text}");
        assert!(stderr(&out).contains(why) && stderr(&out).contains("hint:"), "{}", stderr(&out));
    }
}

#[test]
fn words_and_sources_that_cannot_be_are_usage_errors_with_a_way_out() {
    for (args, why) in [
        (&["pc", "c", "productpage", "--from", "envoy"][..], "no registry was named"),
        (&["pc", "c", "s"], "no pod follows it"),
        (&["pc", "s", "productpage"], "secrets of a proxy is not built yet"),
        (&["pc", "c", "productpage", "--from", "pilot"], "no registry was named"),
        (&["pc", "c", "productpage"], "no registry was named"),
        (&["pc", "c", "-f", "/nonexistent/dump.json"], "/nonexistent/dump.json"),
        (
            &["pc", "c", "x", "--registry", "/dev/null"],
            "/dev/null cannot be read: there is a file where a folder is meant",
        ),
        (&["pc", "c", "x", "--pilot", "ftp://h"], "is no HTTP address"),
        (&["pc", "c", "x", "--pilot", "127.0.0.1:1"], "asking the pilot at http://127.0.0.1:1 for /debug/syncz failed"),
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(stderr(&out).contains(why) && stderr(&out).contains("hint:"), "{args:?}: {}", stderr(&out));
    }
    let help = run(&["proxy-config", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("meshctl proxy-config clusters productpage"));
}

/// A dump with as many clusters as fill `bytes`.
fn large(path: &Path, bytes: usize) {
    use std::io::Write;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    write!(
        file,
        r#"{{"configs":[{{"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump","dynamic_active_clusters":["#
    )
    .unwrap();
    let (mut written, mut n) = (0, 0);
    let filler = "x".repeat(4000);
    while written < bytes {
        let comma = if n == 0 { "" } else { "," };
        let one = format!(
            "{comma}\n {{\n  \"version_info\": \"1\",\n  \"cluster\": {{\n   \"name\": \"outbound|9080||svc-{n}.default.svc.cluster.local\",\n   \"type\": \"EDS\",\n   \"sni\": \"{filler}\"\n  }}\n }}"
        );
        file.write_all(one.as_bytes()).unwrap();
        (written, n) = (written + one.len(), n + 1);
    }
    write!(file, "]}}]}}").unwrap();
    file.flush().unwrap();
}

#[test]
fn memory_does_not_follow_the_size_of_the_dump() {
    let home = tempfile::tempdir().unwrap();
    let (ten, fifty) = (home.path().join("10.json"), home.path().join("50.json"));
    large(&ten, 10 << 20);
    large(&fifty, 50 << 20);
    for args in
        [&["clusters", "--fqdn", "svc-7.default.svc.cluster.local"][..], &["clusters"], &["clusters", "-o", "json"]]
    {
        let (small, _) = peak(meshctl(home.path()), &ten, &[&["pc"][..], args].concat());
        let (large, text) = peak(meshctl(home.path()), &fifty, &[&["pc"][..], args].concat());
        eprintln!("peak memory of proxy-config {}: {small} KiB at 10 MiB, {large} KiB at 50 MiB", args.join(" "));
        assert!(text.contains("svc-7.default.svc.cluster.local"), "{args:?}");
        assert!(large <= 60 << 10, "{args:?}: {large} KiB");
        assert!(large <= small + (8 << 10), "{args:?}: {small} KiB at 10 MiB, {large} KiB at 50 MiB");
    }
}

mod live {
    //! A real Envoy, read through its admin address.

    use super::*;
    use std::io::{Read, Write};

    /// Envoy, where there is one; a skip line where there is none, a failure where tests are required.
    pub(super) fn envoy() -> Option<PathBuf> {
        crate::envoy::envoys().into_iter().next()
    }

    pub(super) struct Envoy {
        child: std::process::Child,
        pub(super) admin: String,
        _dir: tempfile::TempDir,
    }

    impl Drop for Envoy {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    const BOOTSTRAP: &str = r#"
node: {id: "sidecar~10.0.0.1~web-1.default~default.svc.cluster.local", cluster: web, metadata: {CLUSTER_ID: gke}}
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
dynamic_resources:
  cds_config: {path_config_source: {path: DIR/cds.yaml}}
  lds_config: {path_config_source: {path: DIR/lds.yaml}}
static_resources:
  clusters: [{name: xds-grpc, type: STATIC}]
"#;

    const CDS: &str = r#"
resources:
- {"@type": type.googleapis.com/envoy.config.cluster.v3.Cluster, name: "outbound|9080||reviews.default.svc.cluster.local", type: EDS, eds_cluster_config: {eds_config: {path_config_source: {path: DIR/eds.yaml}}}}
- {"@type": type.googleapis.com/envoy.config.cluster.v3.Cluster, name: "outbound|9080|v1|reviews.default.svc.cluster.local", type: STATIC}
- {"@type": type.googleapis.com/envoy.config.cluster.v3.Cluster, name: PassthroughCluster, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED}
"#;

    const EDS_FILE: &str = r#"
resources:
- "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
  cluster_name: outbound|9080||reviews.default.svc.cluster.local
  endpoints:
  - locality: {region: us-west1, zone: us-west1-a}
    lb_endpoints:
    - {endpoint: {address: {socket_address: {address: 10.124.2.34, port_value: 9080}}}, health_status: DRAINING, metadata: {filter_metadata: {istio: {workload: "reviews-v1;default;reviews;v1;gke"}}}}
  - lb_endpoints:
    - {endpoint: {address: {socket_address: {address: 192.170.228.84, port_value: 9080}}}, metadata: {filter_metadata: {istio: {workload: "reviews-v3;default;reviews;v3;on-prem"}}}}
"#;

    const LDS: &str = r#"
resources:
- "@type": type.googleapis.com/envoy.config.listener.v3.Listener
  name: 0.0.0.0_9080
  address: {socket_address: {address: 0.0.0.0, port_value: 9080}}
  bind_to_port: false
  filter_chains:
  - filters: [{name: envoy.filters.network.tcp_proxy, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: p, cluster: PassthroughCluster}}]
"#;

    pub(super) fn start(binary: &Path) -> Envoy {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().to_str().unwrap().to_owned();
        for (name, text) in [("envoy.yaml", BOOTSTRAP), ("cds.yaml", CDS), ("eds.yaml", EDS_FILE), ("lds.yaml", LDS)] {
            std::fs::write(dir.path().join(name), text.replace("DIR", &at)).unwrap();
        }
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let child = Command::new(binary)
            .args([
                "-c",
                &format!("{at}/envoy.yaml"),
                "--use-dynamic-base-id",
                "--admin-address-path",
                &format!("{at}/admin"),
            ])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut envoy = Envoy { child, admin: String::new(), _dir: dir };
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            if let Ok(admin) = std::fs::read_to_string(format!("{at}/admin"))
                && ready(&admin)
            {
                envoy.admin = admin;
                return envoy;
            }
            assert!(Instant::now() < until, "Envoy: {}", std::fs::read_to_string(format!("{at}/log")).unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn ready(admin: &str) -> bool {
        let Ok(mut stream) = std::net::TcpStream::connect(admin) else { return false };
        let mut text = String::new();
        stream.write_all(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        stream.read_to_string(&mut text).is_ok() && text.contains("LIVE")
    }

    #[test]
    fn a_live_envoy_is_read_through_its_admin_address() {
        let Some(binary) = envoy() else { return };
        let envoy = start(&binary);
        let ask = |args: &[&str]| {
            let mut all = vec!["pc"];
            all.extend(args);
            all.extend(["--admin", &envoy.admin]);
            let out = run(&all);
            assert_eq!(out.status.code(), Some(0), "{args:?}: {}", stderr(&out));
            String::from_utf8(out.stdout).unwrap()
        };
        let names = "PassthroughCluster\noutbound|9080|v1|reviews.default.svc.cluster.local\noutbound|9080||reviews.default.svc.cluster.local\nxds-grpc\n";
        assert_eq!(ask(&["clusters", "-o", "name"]), names);
        // pushed down to Envoy as a regular expression
        assert_eq!(
            ask(&["clusters", "--fqdn", "REVIEWS.*", "--subset", "v1", "-o", "name"]),
            "outbound|9080|v1|reviews.default.svc.cluster.local\n"
        );
        assert_eq!(ask(&["clusters", "--fqdn", "nobody", "-o", "json"]), "[]\n");
        assert_eq!(
            ask(&["listeners"]),
            "ADDRESSES   PORT   MATCH   DESTINATION\n0.0.0.0     9080   ALL     PassthroughCluster\n"
        );
        assert_eq!(ask(&["routes"]), "NAME   VHOST NAME   DOMAINS   MATCH   VIRTUAL SERVICE\n");
        let wide = ask(&["endpoints", "out.reviews.default.svc.cluster.local|http", "-o", "wide"]);
        let rows: Vec<Vec<&str>> = wide.lines().skip(1).map(|l| l.split_whitespace().collect()).collect();
        let cluster = "outbound|9080||reviews.default.svc.cluster.local";
        assert_eq!(
            rows,
            [
                ["10.124.2.34:9080", "DRAINING", "OK", cluster, "us-west1/us-west1-a", "1", "0", "gke", "-"],
                ["192.170.228.84:9080", "HEALTHY", "OK", cluster, "-", "1", "0", "on-prem", "-"],
            ]
        );
        assert!(ask(&["bootstrap"]).starts_with("{\n    \"bootstrap\": {"));
        assert!(ask(&["all"]).contains("PassthroughCluster"));
    }
}

mod mesh {
    //! Targets and endpoints of the talk's two clusters, as a mesh built by hand.

    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use meshctl::data::model::{
        AppProtocol, ClusterId, ClusterRole, ClusterSettings, Locality, MeshSettings, NetworkId, PMap, Readiness,
        ServiceId, ServiceKind, ServicePort, SpiffeId, TargetPort, Timestamp, Transport, WorkloadId,
    };
    use meshctl::pure::mesh::{ClusterState, Endpoint, Mesh, Service, SyncState, Workload};
    use meshctl::workflows::proxies::{
        EndpointError, EndpointQuery, Near, TargetError, TargetQuery, Unread, endpoint_rows, endpoint_v1, resolve,
    };

    const PODS: [(&str, &str, &str, &str, &str); 4] = [
        ("gke", "productpage-v1-597789bc47-ssmls", "productpage-v1", "productpage", "10.124.2.29"),
        ("gke", "reviews-v1-545db77b95-dqs8j", "reviews-v1", "reviews", "10.124.0.19"),
        ("gke", "reviews-v2-545db77b95-kk2pq", "reviews-v2", "reviews", "10.124.1.18"),
        ("on-prem", "reviews-v3-84b8cf9db4-5z8fj", "reviews-v3", "reviews", "192.170.228.84"),
    ];

    fn talk() -> Mesh {
        let cluster = |name: &str| ClusterId::parse(name).unwrap();
        let roles = [
            ("gke", ClusterRole::Primary, SyncState::Synced),
            ("on-prem", ClusterRole::Remote, SyncState::Stale { since: Timestamp(1) }),
        ];
        let settings = MeshSettings {
            clusters: roles
                .iter()
                .map(|(c, role, _)| (cluster(c), ClusterSettings { role: *role, network: NetworkId::default() }))
                .collect(),
            ..MeshSettings::default()
        };
        let mut workloads = PMap::new();
        let mut endpoints = Vec::new();
        for (c, pod, owner, app, address) in PODS {
            let id = WorkloadId { cluster: cluster(c), namespace: "istio-system".into(), name: pod.into() };
            let version = owner.rsplit_once('-').unwrap().1;
            let labels = Arc::new(BTreeMap::from([("app".into(), app.into()), ("version".into(), version.into())]));
            let account = SpiffeId::of_account("cluster.local", "istio-system", "default");
            let locality = if c == "gke" {
                Locality { region: "us-west1".into(), zone: "us-west1-a".into(), sub_zone: "".into() }
            } else {
                Locality::default()
            };
            let node = if c == "gke" { "gke-1" } else { "k8s-demo" };
            let workload = Workload {
                id: id.clone(),
                addresses: vec![address.parse().unwrap()],
                labels: labels.clone(),
                account: account.clone(),
                node: node.into(),
                locality: locality.clone(),
                network: NetworkId::default(),
                ports: vec![],
                ready: true,
                host_network: false,
                sidecar: true,
                owner: Some(("Deployment".into(), owner.into())),
            };
            workloads.insert(id.clone(), Arc::new(workload));
            if app == "reviews" {
                endpoints.push(Endpoint {
                    cluster: cluster(c),
                    address: address.parse().unwrap(),
                    port: 9080,
                    readiness: Readiness::Ready,
                    network: NetworkId::default(),
                    locality,
                    node: node.into(),
                    workload: Some(id),
                    labels,
                    account: Some(account),
                    sidecar: true,
                });
            }
        }
        endpoints[1].readiness = Readiness::NotReady;
        let id = ServiceId::mesh("istio-system", "reviews");
        let port = ServicePort {
            name: "http".into(),
            number: 9080,
            target: TargetPort::Number(9080),
            transport: Transport::Tcp,
            protocol: AppProtocol::Http,
        };
        let service = Service {
            id: id.clone(),
            hostname: id.hostname(),
            defined_by: cluster("gke"),
            kind: ServiceKind::ClusterIp,
            ports: vec![port.clone()],
            local: BTreeMap::new(),
            endpoints: BTreeMap::from([(port.id(), Arc::from(endpoints))]),
            accounts: BTreeSet::new(),
            conflicts: vec![],
        };
        Mesh {
            settings: Arc::new(settings),
            clusters: roles
                .iter()
                .map(|(c, role, sync)| {
                    (cluster(c), ClusterState { role: *role, network: NetworkId::default(), sync: *sync })
                })
                .collect(),
            services: [(id, Arc::new(service))].into_iter().collect(),
            workloads,
            warnings: PMap::new(),
        }
    }

    fn ask(text: &str) -> EndpointQuery {
        EndpointQuery { text: text.into(), ..EndpointQuery::default() }
    }

    #[test]
    fn endpoints_of_a_service_say_where_each_runs() {
        let (mesh, all) = (talk(), Unread::default());
        let texts = [
            "reviews",
            "reviews.istio-system",
            "reviews.istio-system.svc.cluster.local:9080",
            "out.reviews.istio-system.svc.cluster.local|http",
        ];
        for text in texts {
            let report = endpoint_rows(&mesh, &ask(text), &all).unwrap();
            let rows: Vec<_> = report.table.rows.iter().map(|r| r.join(" ")).collect();
            assert_eq!(
                rows,
                [
                    "10.124.0.19 9080 gke - us-west1/us-west1-a reviews-v1-545db77b95-dqs8j.istio-system gke-1 v1 HEALTHY reviews.istio-system.svc.cluster.local 9080",
                    "10.124.1.18 9080 gke - us-west1/us-west1-a reviews-v2-545db77b95-kk2pq.istio-system gke-1 v2 UNHEALTHY reviews.istio-system.svc.cluster.local 9080",
                    "192.170.228.84 9080 on-prem - - reviews-v3-84b8cf9db4-5z8fj.istio-system k8s-demo v3 HEALTHY (stale) reviews.istio-system.svc.cluster.local 9080",
                ],
                "{text}"
            );
            assert_eq!(report.data["kind"], "EndpointList");
        }
        let remote = EndpointQuery { cluster: Some("on-prem".into()), ..ask("reviews") };
        assert_eq!(endpoint_rows(&mesh, &remote, &all).unwrap().names, ["192.170.228.84:9080"]);
        let found = endpoint_rows(&mesh, &ask("review"), &all);
        let Err(EndpointError::NotFound { query, near, unread, .. }) = found else { panic!("{found:?}") };
        assert_eq!(
            (query.as_str(), near, unread.as_str()),
            ("review", Near::Alike(vec!["reviews.istio-system".to_owned()]), "")
        );
        assert!(matches!(endpoint_rows(&mesh, &ask("reviews:80"), &all), Err(EndpointError::NoPort { .. })));
    }

    /// The form is that of `MarshalIndent(v, " ", " ")`; hosts without a zone carry no tags (the talk shows 192.170.228.84 so).
    #[test]
    fn the_talks_json_is_laid_out_as_pilots() {
        let want = "{\n  \"hosts\": [\n   {\n    \"ip_address\": \"10.124.0.19\",\n    \"port\": 9080,\n    \"tags\": {\n     \"az\": \"us-west1/us-west1-a\"\n    }\n   },\n   {\n    \"ip_address\": \"192.170.228.84\",\n    \"port\": 9080\n   }\n  ]\n }\n";
        assert_eq!(endpoint_v1(&talk(), &ask("reviews.istio-system.svc.cluster.local|http")).unwrap(), want);
    }

    #[test]
    fn a_word_finds_its_pod_in_any_cluster() {
        let mesh = talk();
        let find = |text: &str| {
            let query = TargetQuery { text: text.into(), ..TargetQuery::default() };
            resolve(&mesh, &query).map(|t| t.chosen.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let productpage = vec!["gke/istio-system/productpage-v1-597789bc47-ssmls".to_owned()];
        for text in [
            "productpage",
            "productpage-v1.istio-system",
            "app/productpage",
            "gke/istio-system/productpage-v1-597789bc47-ssmls",
        ] {
            assert_eq!(find(text), Ok(productpage.clone()), "{text}");
        }
        assert_eq!(find("deploy/reviews-v3").unwrap(), ["on-prem/istio-system/reviews-v3-84b8cf9db4-5z8fj"]);
        let Err(TargetError::Ambiguous { candidates, .. }) = find("svc/reviews") else { panic!() };
        assert_eq!(
            candidates,
            [
                "deployment/reviews-v1.istio-system",
                "deployment/reviews-v2.istio-system",
                "deployment/reviews-v3.istio-system"
            ]
        );
        let narrow = TargetQuery { text: "reviews".into(), cluster: Some("on-prem".into()), ..TargetQuery::default() };
        assert_eq!(resolve(&mesh, &narrow).unwrap().chosen.len(), 1);
        let nowhere = TargetQuery { cluster: Some("aws".into()), ..narrow };
        assert!(matches!(resolve(&mesh, &nowhere), Err(TargetError::NoCluster { .. })));
    }
}

mod pilot {
    //! The client's side of pilot's HTTP: a loopback server answers with a real dump and canned texts.

    use super::*;
    use std::io::{BufRead, BufReader, Write};

    /// Serves `/debug/syncz`, `/debug/config_dump` and v1; returns its address.
    fn serve() -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = String::new();
                BufReader::new(&stream).read_line(&mut request).unwrap();
                let path = request.split_whitespace().nth(1).unwrap_or_default();
                let body = match path {
                    "/debug/syncz" => r#"[{"proxy":"productpage-v1-597789bc47-ssmls.istio-system","cluster_id":"gke","address":"10.124.2.29"},
                        {"proxy":"reviews-v3-84b8cf9db4-5z8fj.istio-system","cluster_id":"on-prem"}]"#.as_bytes().to_vec(),
                    "/debug/config_dump?proxyID=productpage-v1-597789bc47-ssmls.istio-system" => std::fs::read(fixture("envoy-1.40.json")).unwrap(),
                    "/v1/registration/reviews.istio-system.svc.cluster.local%7Chttp" => b"{\n  \"hosts\": [\n   {\"ip_address\": \"1.2.3.4\", \"port\": 9080, \"tags\": {\"az\": \"r/z\"}}\n  ]\n }".to_vec(),
                    "/v1/clusters/istio-proxy/sidecar~10.124.2.29~productpage-v1-597789bc47-ssmls.istio-system~istio-system.svc.cluster.local" => b"{\"clusters\":[]}".to_vec(),
                    _ => Vec::new(),
                };
                let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(&body).unwrap();
            }
        });
        address
    }

    #[test]
    fn the_talks_lines_work_with_pilot_url() {
        let address = serve();
        let home = tempfile::tempdir().unwrap();
        for url in [address.clone(), format!("http://{address}/")] {
            let ask = |args: &[&str]| {
                let out = meshctl(home.path()).env("PILOT_URL", &url).arg("proxy-config").args(args).output().unwrap();
                (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned(), stderr(&out))
            };
            let (code, table, said) = ask(&["c", "s", "productpage"]);
            assert_eq!((code, table.as_str()), (Some(0), CLUSTERS), "{said}");
            let told = "gke/istio-system/productpage-v1-597789bc47-ssmls, from the pilot at http://";
            assert!(said.contains(told), "{said}");
            let route = ask(&["r", "s", "9080", "productpage", "-o", "name"]);
            assert_eq!((route.0, route.1.as_str()), (Some(0), "9080\n"), "{}", route.2);
            let key = "reviews.istio-system.svc.cluster.local|http";
            assert_eq!(ask(&["s", key]).1, "ADDRESS   PORT   LOCALITY\n1.2.3.4   9080   r/z\n");
            assert!(ask(&["s", key, "-o", "v1"]).1.starts_with("{\n  \"hosts\": [\n   {"));
            assert_eq!(ask(&["c", "s", "productpage", "-o", "v1"]).1, "{\"clusters\":[]}\n");
            let (code, _, said) = ask(&["c", "s", "ratings"]);
            assert_eq!(code, Some(2));
            assert!(said.contains("no pod, app label, workload or service matches \"ratings\""), "{said}");
            let (code, _, said) = ask(&["c", "reviews-v3"]);
            assert_eq!(code, Some(2));
            assert!(said.contains("answers 404 to /debug/config_dump"), "{said}");
        }
    }
}
