//! The talk's two clusters, and what it shows of them (KubeCon EU 2018, "Enabling Multi-Cloud with Istio").
//!
//! Every expected value is read off the talk, or off a golden file of pilot at the time, which the test names.

use std::time::Duration;

use meshctl::data::kinds;
use meshctl::data::model::{
    ClusterId, ClusterRole, ClusterSettings, FeedId, Kind, MeshSettings, NetworkId, PortId, ServiceId, WorkloadId,
};
use meshctl::data::yaml;
use meshctl::pure::mesh::{Change, Endpoint, Index, Mesh, Service, ingest};
use meshctl::workflows::demo::{FixtureSet, files};

const ALL: [FixtureSet; 3] = [FixtureSet::Base, FixtureSet::ControlPlane, FixtureSet::OnPremLater];

pub(crate) fn cluster(id: &str) -> ClusterId {
    ClusterId::parse(id).unwrap()
}

pub(crate) fn settings() -> MeshSettings {
    let of = |role| ClusterSettings { role, network: NetworkId::default() };
    MeshSettings {
        clusters: [(cluster("gke"), of(ClusterRole::Primary)), (cluster("on-prem"), of(ClusterRole::Remote))].into(),
        open_namespaces: ["istio-system".into()].into(),
        connect_timeout: Duration::from_secs(1),
        ..MeshSettings::default()
    }
}

/// The objects of some sets, with the cluster that each stands in.
fn objects(sets: &[FixtureSet]) -> Vec<(ClusterId, kinds::Object)> {
    let manifests = sets.iter().flat_map(|set| files(*set)).filter(|(path, _)| *path != "mesh.yaml");
    manifests
        .flat_map(|(path, text)| {
            let id = cluster(path.split_once('/').unwrap().0);
            let documents = yaml::documents(text).unwrap_or_else(|e| panic!("{path}: {e}"));
            assert!(!documents.is_empty(), "{path} holds nothing");
            documents.into_iter().map(move |document| {
                let object = kinds::decode(document).unwrap_or_else(|| panic!("{path}: no watched kind"));
                (id.clone(), object.unwrap_or_else(|e| panic!("{path}: {e}")))
            })
        })
        .collect()
}

pub(crate) fn mesh(sets: &[FixtureSet]) -> Mesh {
    let mut index = Index::new(settings());
    fill(&mut index, sets);
    index.mesh()
}

/// Says everything that the files of some sets say.
pub(crate) fn fill(index: &mut Index, sets: &[FixtureSet]) {
    let objects = objects(sets);
    for id in ["gke", "on-prem"] {
        let feed = FeedId { cluster: cluster(id), generation: 0 };
        for kind in Kind::ALL {
            let own = objects.iter().filter(|(c, o)| *c == feed.cluster && o.key().kind == kind);
            index.apply(&feed, Change::Replace(kind, own.map(|(_, o)| ingest(o)).collect()));
        }
        index.apply(&feed, Change::Synced);
    }
}

pub(crate) fn service<'a>(mesh: &'a Mesh, name: &str) -> &'a Service {
    mesh.services.get(&ServiceId::mesh("istio-system", name)).unwrap_or_else(|| panic!("no service {name}"))
}

fn endpoints(mesh: &Mesh, name: &str, port: u16) -> Vec<String> {
    let text = |e: &Endpoint| format!("{}:{}", e.address, e.port);
    service(mesh, name).endpoints(PortId::tcp(port)).iter().map(text).collect()
}

/// The talk, "kubectl get pods -n istio-system" of gke: 0/1, Completed.
const COMPLETED: &str = "istio-mixer-create-cr-rmkrt";

#[test]
fn every_document_is_read_without_a_warning() {
    let mut keys = std::collections::BTreeSet::new();
    for (cluster, object) in objects(&ALL) {
        let fact = ingest(&object);
        assert_eq!(fact.warnings, [], "{cluster} {}", fact.key);
        // the one pod that the talk shows as Completed
        let counts = fact.key.name != COMPLETED;
        assert_eq!(fact.body.is_some(), counts, "{cluster} {}", fact.key);
        assert!(keys.insert((cluster, fact.key.clone())), "{} is there twice", fact.key);
    }
    assert!(mesh(&ALL).warnings.is_empty());
}

#[test]
fn the_registry_says_which_cluster_is_the_primary() {
    let (_, text) = files(FixtureSet::Base).iter().find(|(path, _)| *path == "mesh.yaml").unwrap();
    let file: kinds::MeshFile = yaml::from_str(text).unwrap();
    assert_eq!(
        (file.api_version.as_str(), file.kind.as_str(), file.primary.as_deref()),
        ("meshctl/v1", "Mesh", Some("gke"))
    );
    assert_eq!(file.open_namespaces, ["istio-system"]);
}

/// The talk, "GKE # kubectl get services -n istio-system" and "kubectl get endpoints -n istio-system"; of reviews, the
/// addresses of its last slide. Pilot's Service comes from the installation.
const GKE: [(&str, &str, &[u16], &[&str]); 14] = [
    ("details", "10.125.35.188", &[9080], &["10.124.0.18", "10.124.2.32"]),
    ("istio-citadel", "10.125.46.223", &[8060, 9093], &["10.124.2.33"]),
    ("istio-egressgateway", "10.125.40.2", &[80, 443], &["10.124.2.22"]),
    ("istio-ingress", "10.125.60.5", &[80, 443], &["10.124.2.23"]),
    ("istio-ingressgateway", "10.125.22.148", &[80, 443, 31400], &["10.124.2.24"]),
    ("istio-policy", "10.125.35.206", &[9091, 15004, 9093], &["10.124.0.16"]),
    ("istio-statsd-prom-bridge", "10.125.52.238", &[9102, 9125], &["10.124.2.21"]),
    ("istio-telemetry", "10.125.43.186", &[9091, 15004, 9093, 42422], &["10.124.1.15"]),
    ("mongodb", "10.125.59.136", &[27017], &["10.124.2.31"]),
    ("mysqldb", "10.125.36.63", &[3306], &["10.124.0.21"]),
    ("productpage", "10.125.9.95", &[9080], &["10.124.2.29"]),
    ("prometheus", "10.125.55.96", &[9090], &["10.124.0.17"]),
    ("ratings", "10.125.33.214", &[9080], &["10.124.0.20", "10.124.1.17", "10.124.2.30"]),
    ("reviews", "10.125.59.1", &[9080], &["10.124.0.19", "10.124.1.18", "10.124.2.34"]),
];

#[test]
fn the_services_of_gke_are_those_of_the_talk() {
    let mesh = mesh(&ALL);
    let gke = cluster("gke");
    for (name, vip, ports, addresses) in GKE {
        let service = service(&mesh, name);
        let local = &service.local[&gke];
        assert_eq!(local.vips.iter().map(|v| v.to_string()).collect::<Vec<_>>(), [vip], "{name}");
        assert_eq!(local.ports.iter().map(|p| p.number).collect::<Vec<_>>(), ports, "{name}");
        for port in &local.ports {
            let own = service.endpoints(port.id()).iter().filter(|e| e.cluster == gke);
            let own: Vec<String> = own.map(|e| e.address.to_string()).collect();
            assert_eq!(own, addresses, "{name} {}", port.number);
        }
    }
    let own = mesh.services.values().filter(|s| s.local.contains_key(&gke));
    assert_eq!(own.filter(|s| s.id.namespace == "istio-system").count(), GKE.len(), "and no others");
}

/// The talk, "ON-PREM k8s # kubectl get services -n istio-system": headless, with the primary's pods as endpoints.
#[test]
fn the_headless_services_of_on_prem_lead_to_the_primarys_pods() {
    let mesh = mesh(&[FixtureSet::Base]);
    let on_prem = cluster("on-prem");
    for (name, ports, address) in [
        ("istio-policy", &[9091, 15004, 9093, 9094, 9102, 9125, 42422][..], "10.124.0.16"),
        ("istio-statsd-prom-bridge", &[9102, 9125], "10.124.2.21"),
    ] {
        let service = service(&mesh, name);
        let local = &service.local[&on_prem];
        assert_eq!((local.vips.len(), local.selector.len()), (0, 0), "{name}");
        assert_eq!(local.ports.iter().map(|p| p.number).collect::<Vec<_>>(), ports, "{name}");
        // both clusters give the same address: reference, "the same IP twice"
        let of_9102_or_9091: Vec<_> = service
            .endpoints(PortId::tcp(ports[0]))
            .iter()
            .map(|e| (e.cluster.clone(), e.address.to_string()))
            .collect();
        assert_eq!(of_9102_or_9091, [(cluster("gke"), address.to_owned()), (on_prem.clone(), address.to_owned())]);
    }
}

/// The talk, "ON-PREM k8s # kubectl get services -n istio-system" and "kubectl get endpoints -n istio-system": each cluster has
/// its own citadel.
#[test]
fn citadel_has_an_address_and_a_pod_in_on_prem_too() {
    let mesh = mesh(&ALL);
    let on_prem = cluster("on-prem");
    let service = service(&mesh, "istio-citadel");
    assert_eq!(service.vips(&on_prem).iter().map(|v| v.to_string()).collect::<Vec<_>>(), ["10.101.29.255"]);
    for port in [8060, 9093] {
        let own = service.endpoints(PortId::tcp(port)).iter().filter(|e| e.cluster == on_prem);
        assert_eq!(own.map(|e| e.address.to_string()).collect::<Vec<_>>(), ["192.170.228.83"], "{port}");
    }
    assert_eq!(service.conflicts, []);
}

/// What the talk does not show is marked as ours, in the file and at the end of the tour.
#[test]
fn what_is_ours_is_said_where_it_stands() {
    let (_, details) = files(FixtureSet::Base).iter().find(|(path, _)| *path == "gke/details.yaml").unwrap();
    let head: String = details.lines().take_while(|l| l.starts_with('#')).collect();
    assert!(head.contains("Ours: both pods' names, that the second is v2"), "{head}");
    for (path, text) in ALL.iter().flat_map(|set| files(*set)).filter(|(path, _)| *path != "mesh.yaml") {
        let head: String = text.lines().take_while(|l| l.starts_with('#')).collect();
        assert!(head.contains("talk"), "{path} does not say what it has from the talk");
    }
}

/// The talk's last slides: three endpoints of gke, then 192.170.228.84 of on-prem, which alone has no zone.
#[test]
fn reviews_v3_joins_the_endpoints_of_reviews_at_the_end() {
    let before = mesh(&[FixtureSet::Base]);
    let three = ["10.124.0.19:9080", "10.124.1.18:9080", "10.124.2.34:9080"];
    assert_eq!(endpoints(&before, "reviews", 9080), three);

    let after = mesh(&[FixtureSet::Base, FixtureSet::OnPremLater]);
    assert_eq!(endpoints(&after, "reviews", 9080), [&three[..], &["192.170.228.84:9080"]].concat());
    let reviews = service(&after, "reviews");
    assert_eq!(reviews.conflicts, []);
    assert_eq!(reviews.vips(&cluster("gke"))[0].to_string(), "10.125.59.1");
    assert_eq!(reviews.vips(&cluster("on-prem"))[0].to_string(), "10.111.253.54");
    let localities: Vec<String> = reviews.endpoints(PortId::tcp(9080)).iter().map(|e| e.locality.to_string()).collect();
    assert_eq!(localities, ["us-west1/us-west1-a", "us-west1/us-west1-a", "us-west1/us-west1-a", ""]);

    // ratings has no pods there: an address, and the endpoints of gke
    assert_eq!(endpoints(&after, "ratings", 9080), endpoints(&before, "ratings", 9080));
    let ratings = service(&after, "ratings");
    assert_eq!(ratings.vips(&cluster("on-prem"))[0].to_string(), "10.110.96.10");
}

/// The talk, "kubectl get pods -n istio-system" of both clusters: READY 2/2 is a pod with a sidecar.
#[test]
fn the_pods_are_those_of_the_talk() {
    let mesh = mesh(&ALL);
    for (cluster_id, pod, deployment, sidecar) in [
        ("gke", "istio-citadel-c8dbbc878-5drxn", "istio-citadel", false),
        ("gke", "istio-egressgateway-789d849cb-97sg4", "istio-egressgateway", false),
        ("gke", "istio-ingress-6b8784d5df-5ztj8", "istio-ingress", false),
        ("gke", "istio-ingressgateway-68b9c87b66-fczzp", "istio-ingressgateway", false),
        ("gke", "istio-pilot-69554969b8-89n8p", "istio-pilot", true),
        ("gke", "istio-policy-659b5c984f-lzmgc", "istio-policy", true),
        ("gke", "istio-statsd-prom-bridge-6dbb7dcc7f-2qh4b", "istio-statsd-prom-bridge", false),
        ("gke", "istio-telemetry-57944d9644-87ffs", "istio-telemetry", true),
        ("gke", "mongodb-v1-9d4cd8bb9-ml7zz", "mongodb-v1", true),
        ("gke", "mysqldb-v1-7f8bfbbf6c-wtx5s", "mysqldb-v1", true),
        ("gke", "productpage-v1-597789bc47-ssmls", "productpage-v1", true),
        ("gke", "prometheus-586d95b8d9-rts55", "prometheus", false),
        ("gke", "ratings-v1-6cdf5c76f5-6qvcs", "ratings-v1", true),
        ("gke", "ratings-v2-b67487df8-rn2lq", "ratings-v2", true),
        ("gke", "ratings-v2-mysql-59ddf6fbd-cspbz", "ratings-v2-mysql", true),
        ("gke", "reviews-v1-d8877bf75-2q2sr", "reviews-v1", true),
        ("gke", "reviews-v2-64d684d755-7flp6", "reviews-v2", true),
        ("on-prem", "istio-citadel-599f4bb46-qnh66", "istio-citadel", false),
        ("on-prem", "reviews-v3-7d9bc85dcb-5468r", "reviews-v3", true),
    ] {
        let id = WorkloadId { cluster: cluster(cluster_id), namespace: "istio-system".into(), name: pod.into() };
        let workload = mesh.workloads.get(&id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!((workload.sidecar, workload.ready), (sidecar, true), "{id}");
        assert_eq!(workload.owner, Some(("Deployment".into(), deployment.into())), "{id}");
    }
    let completed = WorkloadId { cluster: cluster("gke"), namespace: "istio-system".into(), name: COMPLETED.into() };
    assert!(!mesh.workloads.contains_key(&completed), "it runs no more");
    let there = objects(&ALL).iter().any(|(id, o)| id.as_str() == "gke" && o.key().name == COMPLETED);
    assert!(there, "the talk shows {COMPLETED}");
    for (id, pod, address, node) in [
        ("on-prem", "istio-citadel-599f4bb46-qnh66", "192.170.228.83", "k8s-demo"),
        ("on-prem", "reviews-v3-7d9bc85dcb-5468r", "192.170.228.84", "k8s-demo"),
    ] {
        let id = WorkloadId { cluster: cluster(id), namespace: "istio-system".into(), name: pod.into() };
        let workload = mesh.workloads.get(&id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!((workload.addresses[0].to_string().as_str(), workload.node.as_str()), (address, node));
    }
}

/// A file that nobody lists would be missing from the binary, and nobody would notice.
#[test]
fn every_file_of_the_folder_is_embedded() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/demo"))];
    let mut embedded: Vec<&str> = ALL.iter().flat_map(|set| files(*set)).map(|(_, text)| *text).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let at = embedded.iter().position(|e| *e == text);
            embedded.swap_remove(at.unwrap_or_else(|| panic!("{} is not embedded", path.display())));
        }
    }
    assert!(embedded.is_empty(), "a file is listed twice");
}
