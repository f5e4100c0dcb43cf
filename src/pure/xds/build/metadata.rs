//! What resources say of themselves under `filter_metadata.istio`, in Istio's words, so that its tools read it.

use meshctl_proto::envoy::config::core::v3::Metadata;
use meshctl_proto::google::protobuf::{ListValue, Struct, Value, value};

use crate::data::model::{ClusterId, Name, parse_hostname};
use crate::pure::mesh::Endpoint;

/// `services: [{host, name, namespace}]`
pub(super) fn services<'a>(hosts: impl IntoIterator<Item = &'a Name>) -> Metadata {
    let service = |host: &Name| {
        let (name, namespace) = parse_hostname(host).unwrap_or_default();
        let fields = [("host", host.as_str()), ("name", name), ("namespace", namespace)];
        value(value::Kind::StructValue(Struct { fields: fields.map(|(k, v)| (k.to_owned(), text(v))).into() }))
    };
    istio("services", value(value::Kind::ListValue(ListValue { values: hosts.into_iter().map(service).collect() })))
}

/// `workload: "workload;namespace;canonical-name;canonical-revision;cluster"` of an endpoint. Without a pod all but the
/// cluster is empty; the cluster is always there.
pub(super) fn workload(endpoint: &Endpoint) -> Metadata {
    let pod = endpoint.workload.as_ref();
    let namespace = pod.map(|p| p.namespace.as_str()).unwrap_or_default();
    let label = |names: &[&str]| names.iter().find_map(|n| endpoint.labels.get(*n)).map(Name::as_str);
    let workload = pod.map(|p| workload_name(&p.name, &label)).unwrap_or_default();
    let canonical = label(&["service.istio.io/canonical-name", "app.kubernetes.io/name", "app"]).unwrap_or(workload);
    let revision = label(&["service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"])
        .unwrap_or(if pod.is_some() { "latest" } else { "" });
    istio("workload", text(&format!("{workload};{namespace};{canonical};{revision};{}", endpoint.cluster)))
}

/// The same of a gateway: what stands behind it is not one workload, so all but the cluster is empty, and that too where
/// several clusters are behind.
pub(super) fn gateway(cluster: Option<&ClusterId>) -> Metadata {
    istio("workload", text(&format!(";;;;{}", cluster.map(ClusterId::as_str).unwrap_or_default())))
}

/// The name of what made a pod, from the labels that its controller puts on it: a Deployment's pod is
/// `NAME-HASH-RANDOM`, a DaemonSet's `NAME-RANDOM`, a StatefulSet's `NAME-INDEX`. Any other pod is its own workload.
fn workload_name<'a>(pod: &'a str, label: &dyn Fn(&[&str]) -> Option<&'a str>) -> &'a str {
    let without_last = || pod.rsplit_once('-').map(|(name, _)| name);
    let name = if let Some(hash) = label(&["pod-template-hash"]) {
        without_last().and_then(|n| n.strip_suffix(hash)).and_then(|n| n.strip_suffix('-'))
    } else if label(&["statefulset.kubernetes.io/pod-name", "controller-revision-hash"]).is_some() {
        without_last()
    } else {
        None
    };
    name.filter(|n| !n.is_empty()).unwrap_or(pod)
}

fn istio(key: &str, value: Value) -> Metadata {
    let fields = Struct { fields: [(key.to_owned(), value)].into() };
    Metadata { filter_metadata: [("istio".to_owned(), fields)].into(), ..Default::default() }
}

fn text(s: &str) -> Value {
    value(value::Kind::StringValue(s.to_owned()))
}

fn value(kind: value::Kind) -> Value {
    Value { kind: Some(kind) }
}
