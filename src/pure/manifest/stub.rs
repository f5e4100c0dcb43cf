//! Stub Services: where a service runs in other clusters only, an address of its own, so that DNS answers there.

use serde_json::{Value, json};

use super::object::Object;
use crate::data::model::{STUB, ServicePort, Transport};

/// Whether an object was a stub of ours, and somebody has made it a service of the cluster since, by a selector: it is theirs.
pub fn is_taken_over(object: &Object) -> bool {
    let label = object.value.pointer("/metadata/labels").and_then(|l| l.get(STUB.0)).and_then(Value::as_str);
    let selector = object.value.pointer("/spec/selector").and_then(Value::as_object);
    label == Some(STUB.1) && selector.is_some_and(|s| !s.is_empty())
}

/// A Service with a cluster IP and no selector, with the ports of the service that it stands for; ours, by its labels.
pub fn stub(namespace: &str, name: &str, ports: &[ServicePort]) -> Option<Object> {
    let port = |port: &ServicePort| {
        let protocol = match port.transport {
            Transport::Tcp => "TCP",
            Transport::Udp => "UDP",
            Transport::Sctp => "SCTP",
        };
        let mut out = json!({"port": port.number, "protocol": protocol});
        // one port alone may have no name
        if let (false, Some(fields)) = (port.name.is_empty(), out.as_object_mut()) {
            fields.insert("name".into(), port.name.as_str().into());
        }
        out
    };
    let ports: Vec<Value> = ports.iter().map(port).collect();
    if ports.is_empty() {
        return None;
    }
    let value = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "labels": {STUB.0: STUB.1}},
        "spec": {"type": "ClusterIP", "ports": ports},
    });
    Object::of(value).map(Object::owned)
}
