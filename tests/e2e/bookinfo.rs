//! The talk's application, in the parts of the talk: productpage, details, reviews v1 and v2 and ratings in gke; reviews v3
//! on premises only, where nobody has ratings. Productpage and reviews v3 have an Envoy beside them.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Service};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::image::{HUB, TAGS};
use crate::objects::{put, template};
use crate::pair::Pair;

/// Its namespace, of the same name in both clusters.
pub const NAMESPACE: &str = "bookinfo";

/// Deploys all of it.
pub async fn deploy(pair: &Pair) {
    pair.namespace(NAMESPACE).await;
    for service in ["productpage", "details", "reviews", "ratings"] {
        expose(&pair.gke, service).await;
    }
    expose(&pair.on_prem, "reviews").await;
    for (service, version) in [("details", "v1"), ("reviews", "v1"), ("reviews", "v2"), ("ratings", "v1")] {
        run(&pair.gke, service, version, false, 1).await;
    }
    run(&pair.gke, "productpage", "v1", true, 1).await;
    run(&pair.on_prem, "reviews", "v3", true, 1).await;
}

/// A Service with the talk's port. Its pods may listen elsewhere: beside an Envoy that port is taken.
async fn expose(cluster: &Cluster, name: &str) {
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 9080, "targetPort": "http"}]}});
    put::<Service>(cluster, NAMESPACE, &service).await;
}

/// The Deployment `SERVICE-VERSION`.
pub async fn run(cluster: &Cluster, service: &str, version: &str, envoy: bool, replicas: u32) {
    let name = format!("{service}-{version}");
    let mut pod = template(cluster, service, version);
    if envoy {
        let bootstrap = bootstrap(cluster).to_string();
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "envoy"},
            "data": {"envoy.json": bootstrap}});
        put::<ConfigMap>(cluster, NAMESPACE, &map).await;
        beside_envoy(&mut pod, service);
    }
    let labels = pod["metadata"]["labels"].clone();
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod}});
    put::<Deployment>(cluster, NAMESPACE, &deployment).await;
}

/// Puts an Envoy beside the server, which makes room for Envoy's listener on the talk's port.
fn beside_envoy(pod: &mut Value, service: &str) {
    let app = &mut pod["spec"]["containers"][0];
    app["ports"][0]["containerPort"] = json!(9081);
    app["readinessProbe"]["httpGet"]["port"] = json!(9081);
    app["env"].as_array_mut().unwrap().push(json!({"name": "PORT", "value": "9081"}));
    let from = |name: &str, path: &str| json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}});
    let id = format!("sidecar~$(POD_IP)~$(POD).{NAMESPACE}~{NAMESPACE}.svc.cluster.local");
    pod["spec"]["containers"].as_array_mut().unwrap().push(json!({
        "name": "istio-proxy", "image": format!("{HUB}/meshctl:{}", TAGS[0]), "imagePullPolicy": "Never",
        "command": ["/usr/local/bin/envoy"],
        "args": ["-c", "/etc/envoy/envoy.json", "--concurrency", "1", "--disable-hot-restart",
            "--service-node", id, "--service-cluster", service],
        "env": [from("POD", "metadata.name"), from("POD_IP", "status.podIP")],
        "securityContext": {"runAsNonRoot": true, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "envoy", "mountPath": "/etc/envoy"}],
    }));
    // without iptables each listener binds its service's port, and kubernetes has 443
    let any_port = json!([{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]);
    pod["spec"]["securityContext"] = json!({"sysctls": any_port});
    pod["spec"]["volumes"] = json!([{"name": "envoy", "configMap": {"name": "envoy"}}]);
}

/// An Envoy that finds pilot by its name, as the kubelet's DNS has it: in the primary and in a remote alike.
fn bootstrap(cluster: &Cluster) -> Value {
    let socket = |address: &str, port: u16| json!({"socket_address": {"address": address, "port_value": port}});
    let soon = json!({"retry_back_off": {"base_interval": "0.1s", "max_interval": "1s"}});
    let http2 = json!({"@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}}});
    let pilot = json!({"endpoint": {"address": socket("istio-pilot.istio-system", 15010)}});
    json!({
        "node": {"metadata": {"CLUSTER_ID": cluster.name(), "NAMESPACE": NAMESPACE, "INTERCEPTION_MODE": "NONE"}},
        "admin": {"address": socket("127.0.0.1", 15000)},
        "dynamic_resources": {
            "ads_config": {"api_type": "DELTA_GRPC", "transport_api_version": "V3", "set_node_on_first_message_only": true,
                "grpc_services": [{"envoy_grpc": {"cluster_name": "pilot", "retry_policy": soon}}]},
            "cds_config": {"ads": {}, "resource_api_version": "V3"},
            "lds_config": {"ads": {}, "resource_api_version": "V3"},
        },
        "static_resources": {"clusters": [{
            "name": "pilot", "type": "STRICT_DNS", "dns_refresh_rate": "1s", "connect_timeout": "1s",
            "dns_lookup_family": "V4_ONLY",
            "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2},
            "load_assignment": {"cluster_name": "pilot", "endpoints": [{"lb_endpoints": [pilot]}]},
        }]},
    })
}
