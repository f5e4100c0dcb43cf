//! What the tests of the core share: builders of objects, and a world that holds an index and a catalog over it.
#![allow(unreachable_pub)]

use meshctl::data::kinds;
use meshctl::data::model::{
    ClusterId, ClusterRole, ClusterSettings, Fact, FeedId, MeshSettings, NetworkId, ProxyRole, Timestamp, WorkloadId,
};
use meshctl::pure::mesh::{Change, Dirty, InboundTarget, Index, Mesh, ingest};
use meshctl::pure::xds::{Binding, Catalog, Families, Snapshot, Update, View, ViewId};
use serde_json::{Value, json};

/// A Kubernetes object as JSON.
#[derive(Clone, PartialEq)]
pub struct Obj(pub Value);

impl std::fmt::Debug for Obj {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Obj {
    /// The object with the value at a JSON pointer (whose parent exists) replaced.
    pub fn set(mut self, pointer: &str, value: Value) -> Self {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = self.0.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} has no parent"));
        match parent {
            Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value,
            parent => parent[key] = value,
        }
        self
    }

    /// The object with a label.
    pub fn label(self, key: &str, value: &str) -> Self {
        let mut obj = self;
        obj.0["metadata"]["labels"][key] = value.into();
        obj
    }

    /// What the mesh keeps of it.
    pub fn fact(&self) -> Fact {
        ingest(&kinds::decode(self.0.clone()).expect("a watched kind").expect("an object that decodes"))
    }
}

fn meta(namespace: &str, name: &str) -> Value {
    json!({"name": name, "namespace": namespace, "labels": {}})
}

/// A Service with the selector `app: NAME`; `None` as VIP makes it headless.
pub fn svc(namespace: &str, name: &str, vip: &str, ports: &[(&str, u16)]) -> Obj {
    let ports: Vec<Value> =
        ports.iter().map(|(name, port)| json!({"name": name, "port": port, "protocol": "TCP"})).collect();
    Obj(json!({"apiVersion": "v1", "kind": "Service", "metadata": meta(namespace, name),
        "spec": {"type": "ClusterIP", "clusterIP": vip, "clusterIPs": [vip], "ports": ports, "selector": {"app": name}}}))
}

/// An endpoint of a slice, ready, with a pod where one is named.
pub fn ep(address: &str, pod: &str) -> Value {
    let mut endpoint = json!({"addresses": [address], "conditions": {"ready": true}});
    if !pod.is_empty() {
        endpoint["targetRef"] = json!({"kind": "Pod", "name": pod});
    }
    endpoint
}

/// An EndpointSlice of a Service.
pub fn slice(namespace: &str, name: &str, service: &str, ports: &[(&str, u16)], endpoints: &[Value]) -> Obj {
    let ports: Vec<Value> = ports.iter().map(|(name, port)| json!({"name": name, "port": port})).collect();
    let v6 = endpoints.iter().any(|e| e["addresses"][0].as_str().is_some_and(|a| a.contains(':')));
    Obj(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta(namespace, name),
        "addressType": if v6 { "IPv6" } else { "IPv4" }, "ports": ports, "endpoints": endpoints}))
    .label("kubernetes.io/service-name", service)
}

/// A ready Pod with the label `app`.
pub fn pod(namespace: &str, name: &str, address: &str, app: &str, node: &str) -> Obj {
    Obj(json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta(namespace, name),
        "spec": {"nodeName": node, "serviceAccountName": "", "containers": [{"name": "app"}]},
        "status": {"phase": "Running", "podIP": address, "conditions": [{"type": "Ready", "status": "True"}]}}))
    .label("app", app)
}

/// A Node with a region and a zone; empty: without.
pub fn node(name: &str, region: &str, zone: &str) -> Obj {
    let node = Obj(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {}}}));
    if region.is_empty() {
        return node;
    }
    node.label("topology.kubernetes.io/region", region).label("topology.kubernetes.io/zone", zone)
}

/// The system namespace with the label of a network.
pub fn system_namespace(network: &str) -> Obj {
    let ns = Obj(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "istio-system", "labels": {}}}));
    ns.label("topology.istio.io/network", network)
}

/// The ConfigMap `istio` with this `data.mesh`.
pub fn mesh_config(text: &str) -> Obj {
    Obj(
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("istio-system", "istio"), "data": {"mesh": text}}),
    )
}

/// A cluster's id.
pub fn cid(id: &str) -> ClusterId {
    ClusterId::parse(id).expect("a cluster id")
}

/// A feed of a cluster.
pub fn feed(cluster: &str, generation: u32) -> FeedId {
    FeedId { cluster: cid(cluster), generation }
}

/// A pod's id.
pub fn wid(cluster: &str, namespace: &str, name: &str) -> WorkloadId {
    WorkloadId { cluster: cid(cluster), namespace: namespace.into(), name: name.into() }
}

/// Settings of these clusters, the first of which is the primary.
pub fn settings(clusters: &[&str]) -> MeshSettings {
    let of = |(at, id): (usize, &&str)| {
        let role = if at == 0 { ClusterRole::Primary } else { ClusterRole::Remote };
        (cid(id), ClusterSettings { role, network: NetworkId::default() })
    };
    MeshSettings { clusters: clusters.iter().enumerate().map(of).collect(), ..MeshSettings::default() }
}

/// The view of a sidecar without a pod of its own.
pub fn view(cluster: &str, namespace: &str) -> View {
    View {
        role: ProxyRole::Sidecar,
        cluster: cid(cluster),
        network: NetworkId::default(),
        locality: Default::default(),
        namespace: namespace.into(),
        families: Families::V4,
        binding: Binding::Redirect,
        inbound: None,
        principal: None,
    }
}

/// The view of the sidecar of a pod, which claims the label `app`.
pub fn view_of_pod(cluster: &str, namespace: &str, pod: &str, address: &str, app: &str) -> View {
    let inbound = InboundTarget {
        workload: wid(cluster, namespace, pod),
        address: address.parse().expect("an address"),
        labels: [("app".into(), app.into())].into(),
    };
    View { inbound: Some(inbound), ..view(cluster, namespace) }
}

/// An index, and a catalog that follows it.
pub struct World {
    pub index: Index,
    pub catalog: Catalog,
}

impl World {
    /// Clusters that have said nothing yet.
    pub fn new(settings: MeshSettings) -> Self {
        let index = Index::new(settings);
        let catalog = Catalog::new(&index.mesh());
        Self { index, catalog }
    }

    /// Clusters that are synced with these objects; the first is the primary.
    pub fn of(clusters: &[(&str, Vec<Obj>)]) -> Self {
        let ids: Vec<&str> = clusters.iter().map(|(id, _)| *id).collect();
        Self::with(settings(&ids), clusters)
    }

    /// The same under these settings.
    pub fn with(settings: MeshSettings, clusters: &[(&str, Vec<Obj>)]) -> Self {
        let mut world = Self::new(settings);
        for (id, objects) in clusters {
            world.load(id, 1, objects);
        }
        world
    }

    /// Says everything that a feed has to say, and that this is all.
    pub fn load(&mut self, cluster: &str, generation: u32, objects: &[Obj]) {
        for object in objects {
            self.apply(&feed(cluster, generation), Change::Put(object.fact()));
        }
        self.apply(&feed(cluster, generation), Change::Synced);
    }

    /// Takes what a feed says; the catalog follows. Returns the rows that changed.
    pub fn apply(&mut self, from: &FeedId, change: Change) -> Vec<Update> {
        let dirty = self.index.apply(from, change);
        self.follow(&dirty)
    }

    /// Takes new settings.
    pub fn configure(&mut self, settings: MeshSettings) -> Vec<Update> {
        let dirty = self.index.configure(settings);
        self.follow(&dirty)
    }

    fn follow(&mut self, dirty: &Dirty) -> Vec<Update> {
        self.catalog.update(&self.index.mesh(), dirty)
    }

    /// The first generation puts an object.
    pub fn put(&mut self, cluster: &str, object: &Obj) -> Vec<Update> {
        self.apply(&feed(cluster, 1), Change::Put(object.fact()))
    }

    /// The first generation removes an object.
    pub fn remove(&mut self, cluster: &str, object: &Obj) -> Vec<Update> {
        self.apply(&feed(cluster, 1), Change::Remove(object.fact().key))
    }

    /// The first generation has lost its cluster.
    pub fn stale(&mut self, cluster: &str, since: u64) -> Vec<Update> {
        self.apply(&feed(cluster, 1), Change::Stale { since: Timestamp(since) })
    }

    pub fn mesh(&self) -> Mesh {
        self.index.mesh()
    }

    pub fn snapshot(&self) -> Snapshot {
        self.catalog.snapshot()
    }

    pub fn attach(&mut self, view: View) -> ViewId {
        self.catalog.attach(&self.index.mesh(), view)
    }
}
