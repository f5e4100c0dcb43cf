//! The v1 REST answers, against the talk and against what pilot's golden files of the time say
//! (`pilot/pkg/proxy/envoy/v1/testdata/*.json.golden@0.7.1` of istio/istio, called "golden" below).

mod http;

use meshctl::data::kinds;
use meshctl::data::model::{FeedId, Kind, LegacyKey, MeshSettings, NetworkId};
use meshctl::pure::mesh::{Change, Index, Mesh, ingest};
use meshctl::pure::v1;
use meshctl::workflows::demo::FixtureSet;
use serde_json::{Value, json};

use super::talk::{cluster, mesh, settings};

const PRODUCTPAGE: &str =
    "sidecar~10.124.2.29~productpage-v1-597789bc47-ssmls.istio-system~istio-system.svc.cluster.local";
const REVIEWS_V3: &str =
    "sidecar~192.170.228.84~reviews-v3-7d9bc85dcb-5468r.istio-system~istio-system.svc.cluster.local";
/// The node of the golden files.
const V0: &str = "sidecar~10.1.1.0~v0.default~default.svc.cluster.local";

fn stretched() -> Mesh {
    mesh(&[FixtureSet::Base, FixtureSet::OnPremLater])
}

fn hosts(mesh: &Mesh, key: &str) -> v1::Hosts {
    v1::endpoints(mesh, &cluster("gke"), &LegacyKey::parse(key).unwrap())
}

fn addresses(mesh: &Mesh, key: &str) -> Vec<String> {
    hosts(mesh, key).hosts.into_iter().map(|h| h.ip_address).collect()
}

fn value<T: serde::Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap()
}

/// The talk's last two slides show the end of this answer; the first two addresses are ours (reference §7.2). The
/// indentation is that of the golden `sds.json`; on the slide it is wider.
fn reviews_of_the_talk() -> String {
    let gke = |ip: &str| {
        format!(
            "   {{\n    \"ip_address\": \"{ip}\",\n    \"port\": 9080,\n    \"tags\": {{\n     \"az\": \"us-west1/us-west1-a\"\n    }}\n   }},\n"
        )
    };
    let on_prem = "   {\n    \"ip_address\": \"192.170.228.84\",\n    \"port\": 9080\n   }\n";
    let all = ["10.124.0.19", "10.124.1.18", "10.124.2.34"].map(gke).concat();
    format!("{{\n  \"hosts\": [\n{all}{on_prem}  ]\n }}")
}

#[test]
fn the_endpoints_of_reviews_end_with_reviews_v3() {
    let text = v1::text(&hosts(&stretched(), "reviews.istio-system.svc.cluster.local|http")).unwrap();
    assert_eq!(text, reviews_of_the_talk());
}

/// Reference §2: what a remote's headless service repeats of the primary's is there twice, with a zone and without.
#[test]
fn an_address_that_both_clusters_give_is_there_twice() {
    let hosts = value(&hosts(&stretched(), "istio-policy.istio-system.svc.cluster.local|tcp-plain"));
    let pod = json!({"ip_address": "10.124.0.16", "port": 9091});
    let mut with_zone = pod.clone();
    with_zone["tags"] = json!({"az": "us-west1/us-west1-a"});
    assert_eq!(hosts, json!({"hosts": [with_zone, pod]}));
}

/// Reference §3.1: unknown service or no endpoint is `{"hosts":[]}`. §3.2: keys with labels select.
#[test]
fn keys_name_a_port_and_labels_or_nothing() {
    let mesh = stretched();
    assert_eq!(addresses(&mesh, "reviews.istio-system.svc.cluster.local|http|version=v3"), ["192.170.228.84"]);
    assert_eq!(
        addresses(&mesh, "reviews.istio-system.svc.cluster.local|http|version=v3;version=v2"),
        ["10.124.1.18", "192.170.228.84"]
    );
    for nothing in [
        "reviews.istio-system.svc.cluster.local|grpc",
        "reviews.istio-system.svc.cluster.local",
        "nobody.default.svc.cluster.local|http",
        "x",
    ] {
        assert_eq!(v1::text(&hosts(&mesh, nothing)).unwrap(), "{\n  \"hosts\": []\n }", "{nothing}");
    }
}

/// The talk, `istio-proxy-cfg c s productpage | grep -A 10 -B 1 reviews`: reviews, and right after it sleep.
fn clusters_of_the_talk() -> String {
    let entry = |host: &str| {
        let lines = [
            "   {".to_owned(),
            format!("    \"name\": \"out.{host}|http\","),
            format!("    \"service_name\": \"{host}|http\","),
            "    \"connect_timeout_ms\": 1000,".to_owned(),
            "    \"type\": \"sds\",".to_owned(),
            "    \"lb_type\": \"round_robin\"".to_owned(),
            "   }".to_owned(),
        ];
        lines.join("\n")
    };
    [entry("reviews.istio-system.svc.cluster.local"), entry("sleep.default.svc.cluster.local")].join(",\n")
}

#[test]
fn the_clusters_of_productpage_are_those_of_the_talk() {
    let text = v1::text(&v1::clusters(&stretched(), PRODUCTPAGE).unwrap()).unwrap();
    assert!(text.contains(&clusters_of_the_talk()), "{text}");
}

/// The talk: each cluster has its own address of reviews (10.125.59.1, 10.111.253.54) and ratings (10.110.96.10). Reference
/// §2: a proxy gets its own cluster's, else the primary's.
#[test]
fn a_proxy_gets_the_addresses_of_its_own_cluster() {
    let mesh = stretched();
    let address = |node: &str, service: &str| -> String {
        let routes = v1::routes(&mesh, "9080", node).unwrap();
        let name = format!("{service}.istio-system.svc.cluster.local|http");
        let host = routes.virtual_hosts.iter().find(|h| h.name == name).unwrap_or_else(|| panic!("no {name}"));
        host.domains.last().unwrap().clone()
    };
    assert_eq!(address(PRODUCTPAGE, "reviews"), "10.125.59.1");
    assert_eq!(address(REVIEWS_V3, "reviews"), "10.111.253.54");
    assert_eq!(address(REVIEWS_V3, "ratings"), "10.110.96.10");
    assert_eq!(address(REVIEWS_V3, "details"), "10.125.35.188");
    let listeners = v1::listeners(&mesh, REVIEWS_V3).unwrap();
    assert!(listeners.listeners.iter().any(|l| l.name == "http_192.170.228.84_9080"), "its own port");
}

/// Reference §3.1: `region/zone` as text; 404 for a node of no service. The talk: on-prem has no zone.
#[test]
fn the_availability_zone_is_that_of_the_node() {
    let mesh = stretched();
    assert_eq!(v1::availability_zone(&mesh, PRODUCTPAGE).unwrap(), "us-west1/us-west1-a");
    assert_eq!(v1::availability_zone(&mesh, REVIEWS_V3).unwrap(), "");
    let error = v1::availability_zone(&mesh, "sidecar~10.9.9.9~a.b~b.svc.cluster.local").unwrap_err();
    assert_eq!(
        (error.status(), error.to_string().as_str()),
        (404, "AvailabilityZone couldn't find the given cluster node")
    );
}

/// Reference §3.1 and §3.2: the statuses and texts of 2018.
#[test]
fn errors_have_the_texts_of_2018() {
    let mesh = stretched();
    let cases = [
        (
            v1::clusters(&mesh, "x").unwrap_err(),
            404,
            "CDS unexpected service-node:  missing parts in the service node \"x\"",
        ),
        (
            v1::listeners(&mesh, "egress~1.1.1.1~a.b~d").unwrap_err(),
            404,
            "LDS unexpected service-node:  invalid node type (valid types: ingress, sidecar, router in the service node \"egress~1.1.1.1~a.b~d\"",
        ),
        (
            v1::routes(&mesh, "80", "sidecar~x~a.b~d").unwrap_err(),
            404,
            "RDS unexpected service-node:  invalid IP address \"x\" in the service node \"sidecar~x~a.b~d\"",
        ),
        (
            v1::routes(&mesh, "http", PRODUCTPAGE).unwrap_err(),
            503,
            "RDS strconv.Atoi: parsing \"http\": invalid syntax",
        ),
    ];
    for (error, status, text) in cases {
        assert_eq!((error.status(), error.to_string().as_str()), (status, text));
    }
    // a port of no service is no error
    assert_eq!(
        value(&v1::routes(&mesh, "1", PRODUCTPAGE).unwrap()),
        json!({"validate_clusters": true, "virtual_hosts": []})
    );
}

/// Reference §3.2: more than 189 characters become the first 149 and a SHA-1 (here by Python's hashlib).
#[test]
fn long_names_are_shortened() {
    let key = |n: usize| {
        format!(
            "{}.{}.svc.cluster.local|http-{}|version={}",
            "s".repeat(63),
            "n".repeat(60),
            "p".repeat(10),
            "v".repeat(n)
        )
    };
    let (fits, long) = (key(18), key(40));
    assert_eq!(v1::cluster_name(&fits), format!("out.{fits}"));
    assert_eq!(v1::cluster_name(&fits).len(), 189);
    assert_eq!(
        v1::cluster_name(&long),
        format!("{}b06f620800cb7643ad84e4c445335c4a7eb580f6", &format!("out.{long}")[..149])
    );
}

/// The services of pilot's own tests: `hello` and `world` with five ports, and two names outside.
fn golden() -> Mesh {
    let id = cluster("gke");
    let mut settings = MeshSettings { ..settings() };
    settings.clusters.retain(|c, _| *c == id);
    let ports =
        [("http", 80, 80), ("http-status", 81, 1081), ("custom", 90, 1090), ("mongo", 100, 1100), ("redis", 110, 1110)];
    let mut objects = vec![json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels":
        {"topology.kubernetes.io/region": "zone", "topology.kubernetes.io/zone": "region"}}})];
    for (name, block) in [("hello", 1), ("world", 2)] {
        let service_ports: Vec<Value> =
            ports.iter().map(|(n, p, t)| json!({"name": n, "port": p, "targetPort": t})).collect();
        objects.push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"},
            "spec": {"clusterIP": format!("10.{block}.0.0"), "selector": {"app": name}, "ports": service_ports}}));
        let pod = |v: usize| if name == "hello" { format!("v{v}") } else { format!("w{v}") };
        let endpoints: Vec<Value> = (0..2)
            .map(|v| json!({"addresses": [format!("10.{block}.1.{v}")], "nodeName": "n", "targetRef": {"kind": "Pod", "name": pod(v)}}))
            .collect();
        objects.push(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "endpoints": endpoints,
            "metadata": {"name": format!("{name}-1"), "namespace": "default", "labels": {"kubernetes.io/service-name": name}},
            "ports": ports.iter().map(|(n, _, t)| json!({"name": n, "port": t})).collect::<Vec<_>>()}));
        for v in 0..2 {
            objects.push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod(v), "namespace": "default", "labels": {"app": name}},
                "spec": {"nodeName": "n"}, "status": {"podIP": format!("10.{block}.1.{v}")}}));
        }
    }
    for (name, port, number) in [("httpbin", "http", 80), ("httpsbin", "https", 443)] {
        objects.push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"},
            "spec": {"type": "ExternalName", "externalName": format!("{name}.example.com"), "ports": [{"name": port, "port": number}]}}));
    }
    let facts: Vec<_> = objects.into_iter().map(|o| ingest(&kinds::decode(o).unwrap().unwrap())).collect();
    let (mut index, feed) = (Index::new(settings), FeedId { cluster: id, generation: 0 });
    for kind in Kind::ALL {
        index.apply(&feed, Change::Replace(kind, facts.iter().filter(|f| f.key.kind == kind).cloned().collect()));
    }
    index.apply(&feed, Change::Synced);
    index.mesh()
}

/// Golden `all-sds.json`: ten keys in order, each with two endpoints; the names outside have none.
#[test]
fn all_keys_are_registered_in_order() {
    let all = v1::registration(&golden(), &cluster("gke"));
    let ports = [("custom", 1090), ("http", 80), ("http-status", 1081), ("mongo", 1100), ("redis", 1110)];
    let mut expected = Vec::new();
    for (name, block) in [("hello", 1), ("world", 2)] {
        for (port, number) in ports {
            let host = |v: usize| json!({"ip_address": format!("10.{block}.1.{v}"), "port": number, "tags": {"az": "zone/region"}});
            expected.push(
                json!({"service-key": format!("{name}.default.svc.cluster.local|{port}"), "hosts": [host(0), host(1)]}),
            );
        }
    }
    assert_eq!(value(&all), Value::from(expected));
    assert!(v1::text(&all).unwrap().starts_with(
        "[\n  {\n   \"service-key\": \"hello.default.svc.cluster.local|custom\",\n   \"hosts\": [\n    {"
    ));
}

/// Golden `cds.json`, but for Mixer and the management ports 3333 and 9999.
#[test]
fn clusters_are_those_of_the_golden_file() {
    let clusters = value(&v1::clusters(&golden(), V0).unwrap());
    let inbound = |port: u16| {
        json!({"name": format!("in.{port}"), "connect_timeout_ms": 1000, "type": "static", "lb_type": "round_robin",
            "hosts": [{"url": format!("tcp://127.0.0.1:{port}")}]})
    };
    let sds = |key: &str| json!({"name": format!("out.{key}"), "service_name": key, "connect_timeout_ms": 1000, "type": "sds", "lb_type": "round_robin"});
    let dns = |host: &str, port: &str, number: u16| {
        json!({"name": format!("out.{host}|{port}"), "service_name": format!("{host}|{port}"), "connect_timeout_ms": 1000,
            "type": "strict_dns", "lb_type": "round_robin", "hosts": [{"url": format!("tcp://{host}:{number}")}]})
    };
    let mut expected: Vec<Value> = [1081, 1090, 1100, 1110, 80].map(inbound).into();
    let five = |name: &str| {
        ["custom", "http", "http-status", "mongo", "redis"]
            .map(|p| sds(&format!("{name}.default.svc.cluster.local|{p}")))
    };
    expected.extend(five("hello"));
    expected.push(dns("httpbin.default.svc.cluster.local", "http", 80));
    expected.push(dns("httpsbin.default.svc.cluster.local", "https", 443));
    expected.extend(five("world"));
    assert_eq!(clusters, json!({"clusters": expected}));
}

/// Golden `lds-v0-none-nomixer.json`, but for the management ports and the filter `istio_authn`, which is younger than 0.7.1.
#[test]
fn listeners_are_those_of_the_golden_file() {
    let listeners = v1::listeners(&golden(), V0).unwrap().listeners;
    let names: Vec<&str> = listeners.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "virtual",
            "http_0.0.0.0_443",
            "http_0.0.0.0_80",
            "http_0.0.0.0_81",
            "mongo_10.1.0.0_100",
            "tcp_10.1.0.0_110",
            "tcp_10.1.0.0_90",
            "http_10.1.1.0_1081",
            "tcp_10.1.1.0_1090",
            "mongo_10.1.1.0_1100",
            "tcp_10.1.1.0_1110",
            "http_10.1.1.0_80",
            "mongo_10.2.0.0_100",
            "tcp_10.2.0.0_110",
            "tcp_10.2.0.0_90",
        ]
    );
    let of = |name: &str| listeners.iter().find(|l| l.name == name).map(value).unwrap();
    assert_eq!(
        of("virtual"),
        json!({"address": "tcp://0.0.0.0:15001", "name": "virtual", "filters": [], "bind_to_port": true, "use_original_dst": true})
    );
    let http = |operation: &str, between: (&str, Value)| {
        let mut config = json!({"codec_type": "auto", "stat_prefix": "http", "generate_request_id": true,
            "tracing": {"operation_name": operation},
            "filters": [{"type": "", "name": "cors", "config": {}}, {"type": "decoder", "name": "router", "config": {}}],
            "access_log": [{"path": "/dev/stdout"}]});
        config[between.0] = between.1;
        json!([{"type": "read", "name": "http_connection_manager", "config": config}])
    };
    // the golden file's delay is 10 ms, the talk's values say 1 s
    let rds = json!({"cluster": "rds", "route_config_name": "80", "refresh_delay_ms": 1000});
    assert_eq!(
        of("http_0.0.0.0_80"),
        json!({"address": "tcp://0.0.0.0:80", "name": "http_0.0.0.0_80", "filters": http("egress", ("rds", rds)), "bind_to_port": false})
    );
    let route =
        json!({"prefix": "/", "cluster": "in.1081", "timeout_ms": 0, "decorator": {"operation": "default-route"}});
    let own = json!({"validate_clusters": true, "virtual_hosts": [{"name": "inbound|1081", "domains": ["*"], "routes": [route]}]});
    assert_eq!(of("http_10.1.1.0_1081")["filters"], http("ingress", ("route_config", own)));
    let tcp = |cluster: &str, ip: &str| json!({"type": "read", "name": "tcp_proxy", "config": {"stat_prefix": "tcp", "route_config": {"routes": [{"cluster": cluster, "destination_ip_list": [ip]}]}}});
    let mongo = json!({"type": "both", "name": "mongo_proxy", "config": {"stat_prefix": "mongo"}});
    assert_eq!(
        of("mongo_10.1.0.0_100")["filters"],
        json!([mongo, tcp("out.hello.default.svc.cluster.local|mongo", "10.1.0.0/32")])
    );
    assert_eq!(of("mongo_10.1.1.0_1100")["filters"], json!([mongo, tcp("in.1100", "10.1.1.0/32")]));
    assert_eq!(
        of("tcp_10.2.0.0_90")["filters"],
        json!([tcp("out.world.default.svc.cluster.local|custom", "10.2.0.0/32")])
    );
    // the order of fields is part of the text
    let text = v1::text(&listeners[1]).unwrap();
    let at = |field: &str| text.find(field).unwrap_or_else(|| panic!("no {field}"));
    let order = [
        "\"address\"",
        "\"name\"",
        "\"filters\"",
        "\"codec_type\"",
        "\"stat_prefix\"",
        "\"generate_request_id\"",
        "\"tracing\"",
        "\"rds\"",
        "\"cors\"",
        "\"access_log\"",
        "\"bind_to_port\"",
    ];
    assert!(order.windows(2).all(|w| at(w[0]) < at(w[1])), "{text}");
}

/// Golden `rds-weighted.json`, but for the weights, which came from a rule.
#[test]
fn routes_are_those_of_the_golden_file() {
    let routes = value(&v1::routes(&golden(), "80", V0).unwrap());
    let virtual_host = |name: &str, vip: Option<&str>| {
        let lengths = ["", ".default", ".default.svc", ".default.svc.cluster", ".default.svc.cluster.local"]
            .map(|end| format!("{name}{end}"));
        let hosts = lengths.into_iter().chain(vip.map(str::to_owned));
        let domains: Vec<String> = hosts.flat_map(|h| [format!("{h}:80"), h]).collect();
        let key = format!("{name}.default.svc.cluster.local|http");
        json!({"name": key, "domains": domains, "routes": [{"prefix": "/", "cluster": format!("out.{key}"), "timeout_ms": 0, "decorator": {"operation": "default-route"}}]})
    };
    let hosts = [
        virtual_host("hello", Some("10.1.0.0")),
        virtual_host("httpbin", None),
        virtual_host("world", Some("10.2.0.0")),
    ];
    assert_eq!(routes, json!({"validate_clusters": true, "virtual_hosts": hosts}));
    // from another namespace the short name means nothing
    let elsewhere = v1::routes(&golden(), "80", "sidecar~10.7.0.1~a.other~other.svc.cluster.local").unwrap();
    assert_eq!(elsewhere.virtual_hosts[0].domains[..2], ["hello.default:80", "hello.default"]);
}

/// Golden `cache-cleared.json`: two answers built, two given again.
#[test]
fn the_cache_counts_by_url() {
    let (mut stats, url) = (v1::CacheStats::default(), "/v1/registration/hello.default.svc.cluster.local%7Chttp");
    for _ in 0..2 {
        stats.miss(url);
        stats.hit(url);
    }
    let text = v1::text(&stats).unwrap();
    assert_eq!(
        text,
        format!("{{\n  \"cache_stats\": {{\n   \"{url}\": {{\n    \"hit\": 2,\n    \"miss\": 2\n   }}\n  }}\n }}")
    );
    stats.reset();
    assert_eq!(value(&stats)["cache_stats"][url], json!({"hit": 0, "miss": 0}));
}

/// v1 knows no gateways: what is behind one is left out, and never shown at an address that means another pod here.
#[test]
fn endpoints_of_another_network_are_left_out() {
    let mut index = Index::new(settings());
    let of = |network: &str| -> MeshSettings {
        let mut settings = settings();
        settings.clusters.get_mut(&cluster("on-prem")).unwrap().network = NetworkId(network.into());
        settings
    };
    super::talk::fill(&mut index, &[FixtureSet::Base, FixtureSet::OnPremLater]);
    let key = "reviews.istio-system.svc.cluster.local|http";
    assert_eq!(addresses(&index.mesh(), key).len(), 4);
    index.configure(of("office"));
    assert_eq!(addresses(&index.mesh(), key), ["10.124.0.19", "10.124.1.18", "10.124.2.34"]);
}
