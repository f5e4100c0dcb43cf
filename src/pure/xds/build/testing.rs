//! Services to build from, for this room's tests.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use prost::Message;

use super::Built;
use crate::data::model::{
    AppProtocol, ClusterId, Locality, Name, NetworkId, PortId, Readiness, ServiceId, ServiceKind, ServicePort,
    TargetPort, Transport, WorkloadId,
};
use crate::pure::mesh::{Endpoint, LocalService, Service};

pub(super) fn cluster(id: &str) -> ClusterId {
    ClusterId::parse(id).unwrap()
}

pub(super) fn ip(s: &str) -> IpAddr {
    s.parse().unwrap()
}

pub(super) fn port(number: u16, protocol: AppProtocol) -> ServicePort {
    let target = TargetPort::Number(number);
    ServicePort { name: "p".into(), number, target, transport: Transport::Tcp, protocol }
}

/// A ready endpoint on port 9080 of the default network.
pub(super) fn endpoint(of: &str, address: &str, zone: &str) -> Endpoint {
    Endpoint {
        cluster: cluster(of),
        address: ip(address),
        port: 9080,
        readiness: Readiness::Ready,
        network: NetworkId::default(),
        locality: Locality { region: "r".into(), zone: zone.into(), sub_zone: Name::default() },
        node: Name::default(),
        workload: None,
        labels: Arc::new(BTreeMap::new()),
        account: None,
        sidecar: false,
    }
}

pub(super) fn pod(base: Endpoint, name: &str, labels: &[(&str, &str)]) -> Endpoint {
    let workload = WorkloadId { cluster: base.cluster.clone(), namespace: "default".into(), name: name.into() };
    let labels = labels.iter().map(|(k, v)| (Name::from(*k), Name::from(*v))).collect();
    Endpoint { workload: Some(workload), labels: Arc::new(labels), ..base }
}

/// `reviews.default` on port 9080, defined in the cluster `gke` with a virtual address of each family.
pub(super) fn service(kind: ServiceKind, protocol: AppProtocol, endpoints: &[Endpoint]) -> Service {
    let ports = vec![port(9080, protocol)];
    let local = LocalService {
        kind: kind.clone(),
        vips: vec![ip("10.96.0.7"), ip("fd00::7")],
        ports: ports.clone(),
        selector: BTreeMap::new(),
        stub: false,
    };
    let id = ServiceId::mesh("default", "reviews");
    Service {
        hostname: id.hostname(),
        id,
        defined_by: cluster("gke"),
        kind,
        ports,
        local: [(cluster("gke"), local)].into(),
        endpoints: [(PortId::tcp(9080), endpoints.into())].into(),
        accounts: BTreeSet::new(),
        conflicts: Vec::new(),
    }
}

pub(super) fn decode<M: Message + Default>(built: &Built) -> M {
    M::decode(built.rope.concat().as_slice()).unwrap()
}
