//! An object → the fact that the mesh keeps of it, with warnings for what it cannot use.
//!
//! A bad object is data, not a failure: it becomes a fact without a body, or loses the part that is bad.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::data::kinds::{self, IntOrName, Meta, Object};
use crate::data::model::{
    AppProtocol, EndpointFact, Fact, FactBody, Locality, MANAGED_BY, Name, NamespaceFact, NetworkId, NodeFact,
    PortFact, Readiness, SLICE_KEEPER, STUB, ServiceFact, ServiceKind, ServicePort, SliceFact, TargetPort, Transport,
    Warning, WorkloadFact, WorkloadPort,
};
use crate::data::yaml;

/// The label of a pod or of the system namespace that names a network.
const NETWORK: &str = "topology.istio.io/network";

/// Reads an object.
pub fn ingest(object: &Object) -> Fact {
    let mut warnings = Vec::new();
    let body = match object {
        Object::Node(o) => Some(FactBody::Node(NodeFact { locality: locality(&o.metadata) })),
        Object::Namespace(o) => Some(FactBody::Namespace(NamespaceFact { network: network(&o.metadata) })),
        Object::ConfigMap(o) => mesh_config(o, &mut warnings),
        Object::Pod(o) => pod(o, &mut warnings),
        Object::Service(o) => Some(FactBody::Service(service(o, &mut warnings))),
        Object::EndpointSlice(o) => slice(o, &mut warnings),
    };
    Fact { key: object.key(), body, warnings }
}

fn network(meta: &Meta) -> Option<NetworkId> {
    meta.labels.get(NETWORK).filter(|n| !n.is_empty()).cloned().map(NetworkId)
}

fn locality(meta: &Meta) -> Locality {
    // the beta names are those of the talk's clusters
    let first = |names: [&str; 2]| names.iter().find_map(|n| meta.labels.get(*n)).cloned().unwrap_or_default();
    Locality {
        region: first(["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"]),
        zone: first(["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]),
        sub_zone: meta.labels.get("topology.istio.io/subzone").cloned().unwrap_or_default(),
    }
}

/// The scalars of `data.mesh` that count, by their paths.
fn mesh_config(map: &kinds::ConfigMap, warnings: &mut Vec<Warning>) -> Option<FactBody> {
    let mut out = BTreeMap::new();
    let Some(text) = map.data.get("mesh") else { return Some(FactBody::MeshConfig(out)) };
    let value: serde_json::Value = match yaml::from_str(text) {
        Ok(value) => value,
        Err(e) => {
            warnings.push(Warning::new("data.mesh", format!("is no YAML ({e}), the registry's settings stand alone")));
            return None;
        }
    };
    for (path, pointer) in
        [("outboundTrafficPolicy.mode", "/outboundTrafficPolicy/mode"), ("connectTimeout", "/connectTimeout")]
    {
        if let Some(text) = value.pointer(pointer).and_then(|v| v.as_str()) {
            out.insert(path.into(), text.into());
        }
    }
    Some(FactBody::MeshConfig(out))
}

fn pod(pod: &kinds::Pod, warnings: &mut Vec<Warning>) -> Option<FactBody> {
    // a pod that has ended keeps its address in its status, while another may already have it
    if matches!(pod.status.phase.as_str(), "Succeeded" | "Failed") {
        return None;
    }
    let listed = pod.status.pod_ips.iter().map(|p| &p.ip);
    let texts: Vec<&Name> = if pod.status.pod_ips.is_empty() {
        Some(&pod.status.pod_ip).filter(|ip| !ip.is_empty()).into_iter().collect()
    } else {
        listed.collect()
    };
    let containers = || pod.spec.containers.iter().chain(&pod.spec.init_containers);
    let account = &pod.spec.service_account_name;
    Some(FactBody::Workload(WorkloadFact {
        addresses: texts.into_iter().filter_map(|ip| address(ip, "status.podIPs", warnings)).collect(),
        labels: pod.metadata.labels.clone(),
        account: if account.is_empty() { "default".into() } else { account.clone() },
        node: pod.spec.node_name.clone(),
        ports: containers()
            .flat_map(|c| &c.ports)
            .filter_map(|p| Some(WorkloadPort { name: p.name.clone(), number: port_number(p.container_port)? }))
            .collect(),
        // one that is being deleted is still Ready until its program ends: nobody looks for it any more. Who is sent calls is
        // what its EndpointSlices say
        ready: pod.metadata.deletion_timestamp.is_none()
            && pod.status.conditions.iter().any(|c| c.kind == "Ready" && c.status == "True"),
        host_network: pod.spec.host_network,
        sidecar: containers().any(|c| c.name == "istio-proxy"),
        network: network(&pod.metadata),
        owner: owner(&pod.metadata),
    }))
}

/// The Deployment behind a ReplicaSet is read off the names: a ReplicaSet is called `<deployment>-<pod-template-hash>`.
fn owner(meta: &Meta) -> Option<(Name, Name)> {
    let owner = meta.owner_references.iter().find(|o| o.controller == Some(true)).or(meta.owner_references.first())?;
    let hash = meta.labels.get("pod-template-hash");
    if owner.kind == "ReplicaSet"
        && let Some(deployment) = hash.and_then(|h| owner.name.strip_suffix(h.as_str())?.strip_suffix('-'))
    {
        return Some(("Deployment".into(), deployment.into()));
    }
    Some((owner.kind.clone(), owner.name.clone()))
}

fn service(service: &kinds::Service, warnings: &mut Vec<Warning>) -> ServiceFact {
    let spec = &service.spec;
    let kind = if spec.kind == "ExternalName" {
        // a trailing dot says that the name is complete; Envoy wants it without
        ServiceKind::ExternalName(spec.external_name.trim_end_matches('.').into())
    } else if spec.cluster_ip == "None" {
        ServiceKind::Headless
    } else {
        ServiceKind::ClusterIp
    };
    let mut vips = Vec::new();
    if kind == ServiceKind::ClusterIp {
        let texts =
            if spec.cluster_ips.is_empty() { std::slice::from_ref(&spec.cluster_ip) } else { &spec.cluster_ips[..] };
        for text in texts.iter().filter(|t| !t.is_empty()) {
            if let Some(ip) = address(text, "spec.clusterIPs", warnings).filter(|ip| !vips.contains(ip)) {
                vips.push(ip);
            }
        }
    }
    let mut ports: Vec<ServicePort> = Vec::new();
    for (at, port) in spec.ports.iter().enumerate() {
        match service_port(port) {
            Ok(read) if ports.iter().any(|p| (p.number, p.transport) == (read.number, read.transport)) => {
                warnings.push(Warning::new(
                    format!("spec.ports[{at}]"),
                    "has the number of an earlier port and is left out",
                ));
            }
            Ok(read) => ports.push(read),
            Err(reason) => warnings.push(Warning::new(format!("spec.ports[{at}]"), reason)),
        }
    }
    let labelled = |(key, value): (&str, &str)| service.metadata.labels.get(key).is_some_and(|v| v == value);
    ServiceFact {
        kind,
        vips,
        ports,
        selector: spec.selector.clone(),
        ours: labelled(MANAGED_BY),
        // whoever gives it a selector has made it a service of this cluster
        stub: labelled(MANAGED_BY) && labelled(STUB) && spec.selector.is_empty(),
        publish_not_ready: spec.publish_not_ready_addresses,
    }
}

fn service_port(port: &kinds::ServicePort) -> Result<ServicePort, String> {
    let number =
        port_number(port.port).ok_or_else(|| format!("{} is no port number, the port is left out", port.port))?;
    let target = match &port.target_port {
        None | Some(IntOrName::Int(0)) => TargetPort::Number(number),
        Some(IntOrName::Int(n)) => TargetPort::Number(
            port_number(*n).ok_or_else(|| format!("targetPort {n} is no port number, the port is left out"))?,
        ),
        Some(IntOrName::Name(name)) => TargetPort::Name(name.clone()),
    };
    let transport = match port.protocol.as_str() {
        "" | "TCP" => Transport::Tcp,
        "UDP" => Transport::Udp,
        "SCTP" => Transport::Sctp,
        other => return Err(format!("protocol {other} is unknown, the port is left out")),
    };
    let protocol = port
        .app_protocol
        .as_deref()
        .and_then(app_protocol)
        .or_else(|| by_name(&port.name))
        .unwrap_or_else(|| by_number(number));
    Ok(ServicePort { name: port.name.clone(), number, target, transport, protocol })
}

/// `appProtocol`, with the prefixed names that Kubernetes defines (KEP-3726).
fn app_protocol(text: &str) -> Option<AppProtocol> {
    match text.to_ascii_lowercase().as_str() {
        "kubernetes.io/h2c" => Some(AppProtocol::Http2),
        "kubernetes.io/ws" => Some(AppProtocol::Http),
        "kubernetes.io/wss" => Some(AppProtocol::Tcp),
        other => by_word(other),
    }
}

/// Istio's convention: a port's name is `<protocol>[-<suffix>]`.
fn by_name(name: &str) -> Option<AppProtocol> {
    let name = name.to_ascii_lowercase();
    if name == "grpc-web" || name.starts_with("grpc-web-") {
        return Some(AppProtocol::Http);
    }
    by_word(name.split('-').next().unwrap_or_default())
}

fn by_word(word: &str) -> Option<AppProtocol> {
    match word {
        "http" | "grpc-web" => Some(AppProtocol::Http),
        "http2" | "grpc" | "h2c" => Some(AppProtocol::Http2),
        "tcp" | "tls" | "https" | "mongo" | "mysql" | "redis" | "postgres" | "postgresql" | "udp" => {
            Some(AppProtocol::Tcp)
        }
        _ => None,
    }
}

/// Ports of protocols in which the server speaks first are never detected: the proxy would wait for the client's first
/// bytes (Istio's list: SMTP, DNS, MySQL, MongoDB).
fn by_number(number: u16) -> AppProtocol {
    match number {
        25 | 53 | 3306 | 27017 => AppProtocol::Tcp,
        _ => AppProtocol::Detect,
    }
}

fn port_number(n: i64) -> Option<u16> {
    u16::try_from(n).ok().filter(|n| *n > 0)
}

fn slice(slice: &kinds::EndpointSlice, warnings: &mut Vec<Warning>) -> Option<FactBody> {
    let labels = &slice.metadata.labels;
    // our own slices mirror pods that are known already
    if labels.get(SLICE_KEEPER.0).is_some_and(|m| m == SLICE_KEEPER.1) {
        return None;
    }
    let Some(service) = labels.get("kubernetes.io/service-name").filter(|s| !s.is_empty()) else {
        warnings.push(Warning::new(
            "metadata.labels",
            "names no service (kubernetes.io/service-name), the slice is left out",
        ));
        return None;
    };
    if !matches!(slice.address_type.as_str(), "IPv4" | "IPv6") {
        warnings.push(Warning::new(
            "addressType",
            format!("{} is not IPv4 or IPv6, the slice is left out", slice.address_type),
        ));
        return None;
    }
    let mut ports = Vec::new();
    for (at, port) in slice.ports.iter().enumerate() {
        match port.port.and_then(port_number) {
            Some(number) => ports.push(PortFact { name: port.name.clone(), number }),
            None => warnings.push(Warning::new(format!("ports[{at}]"), "has no port number, the port is left out")),
        }
    }
    let endpoints = slice.endpoints.iter().enumerate();
    Some(FactBody::Slice(SliceFact {
        service: service.clone(),
        ports,
        endpoints: endpoints.filter_map(|(at, e)| endpoint(at, e, warnings)).collect(),
    }))
}

fn endpoint(at: usize, endpoint: &kinds::Endpoint, warnings: &mut Vec<Warning>) -> Option<EndpointFact> {
    let text = endpoint.addresses.first()?;
    let kinds::EndpointConditions { ready, serving, terminating } = endpoint.conditions;
    let ready = ready.unwrap_or(true);
    let readiness = match (ready, serving.unwrap_or(ready), terminating.unwrap_or(false)) {
        (_, true, true) => Readiness::Draining,
        (true, _, _) => Readiness::Ready,
        _ => Readiness::NotReady,
    };
    let target = endpoint.target_ref.as_ref();
    Some(EndpointFact {
        address: address(text, &format!("endpoints[{at}].addresses"), warnings)?,
        readiness,
        pod: target.filter(|t| t.kind == "Pod" && !t.name.is_empty()).map(|t| t.name.clone()),
        node: endpoint.node_name.clone().filter(|n| !n.is_empty()),
        zone: endpoint.zone.clone().filter(|z| !z.is_empty()),
    })
}

/// An address in its one form. Scoped, zero-padded and mapped forms have crashed proxies; link-local ones lead to a node's
/// metadata service, not to a workload.
fn address(text: &str, field: &str, warnings: &mut Vec<Warning>) -> Option<IpAddr> {
    let refused = |why: &str| Warning::new(field, format!("{text} {why}, it is left out"));
    let ip = match text.parse::<IpAddr>() {
        Ok(ip) => ip.to_canonical(),
        Err(_) => {
            warnings.push(refused("is no IP address"));
            return None;
        }
    };
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    if ip.is_unspecified() || ip.is_multicast() || link_local {
        warnings.push(refused("is no address of a workload"));
        return None;
    }
    Some(ip)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: serde_json::Value) -> Fact {
        match kinds::decode(value) {
            Some(Ok(object)) => ingest(&object),
            other => panic!("no watched object: {other:?}"),
        }
    }

    #[test]
    fn what_is_spoken_comes_from_app_protocol_then_name_then_number() {
        let port = |name: &str, app: Option<&str>, port: i64| {
            let port =
                kinds::ServicePort { name: name.into(), port, app_protocol: app.map(Into::into), ..Default::default() };
            service_port(&port).map(|p| p.protocol)
        };
        assert_eq!(port("http-web", None, 80), Ok(AppProtocol::Http));
        assert_eq!(port("tcp", Some("kubernetes.io/h2c"), 80), Ok(AppProtocol::Http2));
        assert_eq!(port("http", Some("something"), 80), Ok(AppProtocol::Http));
        assert_eq!(port("grpc-web", None, 80), Ok(AppProtocol::Http));
        assert_eq!(port("grpc-xds", None, 15010), Ok(AppProtocol::Http2));
        assert_eq!(port("", None, 3306), Ok(AppProtocol::Tcp));
        assert_eq!(port("", None, 8080), Ok(AppProtocol::Detect));
        assert!(port("http", None, 70_000).is_err());
    }

    #[test]
    fn bad_addresses_cost_themselves_only() {
        let fact = read(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "a-1", "namespace": "n", "labels": {"kubernetes.io/service-name": "a"}},
            "addressType": "IPv4", "ports": [{"port": 80}],
            "endpoints": [{"addresses": ["10.0.0.1"]}, {"addresses": ["010.0.0.2"]}, {"addresses": ["fe80::1%eth0"]},
                          {"addresses": ["169.254.169.254"]}, {"addresses": ["::ffff:10.0.0.3"]}]}));
        let Some(FactBody::Slice(slice)) = fact.body else { panic!("a slice") };
        let addresses: Vec<String> = slice.endpoints.iter().map(|e| e.address.to_string()).collect();
        assert_eq!(addresses, ["10.0.0.1", "10.0.0.3"]);
        assert_eq!(fact.warnings.len(), 3);
        assert_eq!(fact.warnings[0].field, "endpoints[1].addresses");
    }

    #[test]
    fn conditions_follow_the_api() {
        let of = |conditions: serde_json::Value| {
            let fact = read(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": {"name": "a-1", "namespace": "n", "labels": {"kubernetes.io/service-name": "a"}}, "addressType": "IPv4",
                "endpoints": [{"addresses": ["10.0.0.1"], "conditions": conditions}]}));
            match fact.body {
                Some(FactBody::Slice(s)) => s.endpoints[0].readiness,
                _ => panic!("a slice"),
            }
        };
        assert_eq!(of(json!({})), Readiness::Ready);
        assert_eq!(of(json!({"ready": null})), Readiness::Ready);
        assert_eq!(of(json!({"ready": false})), Readiness::NotReady);
        assert_eq!(of(json!({"ready": false, "serving": true, "terminating": true})), Readiness::Draining);
        assert_eq!(of(json!({"ready": false, "serving": false, "terminating": true})), Readiness::NotReady);
    }

    #[test]
    fn pods_name_their_deployment_and_sidecar() {
        let fact = read(json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "r-v1-abc-x", "namespace": "n", "labels": {"pod-template-hash": "abc"},
                "ownerReferences": [{"kind": "ReplicaSet", "name": "r-v1-abc", "controller": true}]},
            "spec": {"containers": [{"name": "r", "ports": [{"name": "http", "containerPort": 9080}]}], "initContainers": [{"name": "istio-proxy"}]},
            "status": {"podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}}));
        let Some(FactBody::Workload(pod)) = fact.body else { panic!("a pod") };
        assert_eq!(pod.owner, Some(("Deployment".into(), "r-v1".into())));
        assert!(pod.sidecar && pod.ready && pod.account == "default" && pod.ports[0].number == 9080);
        let ended = read(
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "status": {"phase": "Succeeded", "podIP": "10.0.0.1"}}),
        );
        assert_eq!(ended.body, None);
    }

    #[test]
    fn slices_that_we_manage_are_not_ingested() {
        let fact = read(
            json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "a", "namespace": "n",
            "labels": {"kubernetes.io/service-name": "istio-pilot", "endpointslice.kubernetes.io/managed-by": "meshctl"}}, "addressType": "IPv4"}),
        );
        assert_eq!((fact.body, fact.warnings.len()), (None, 0));
    }
}
