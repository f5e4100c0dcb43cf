//! The files of the talk's two clusters, embedded: a registry of two file clusters, and what is applied to it later.
//!
//! Facts and their sources stand in each file's head: what the talk shows, and what is ours.

/// A file: its path in the registry, and its text.
pub type File = (&'static str, &'static str);

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixtureSet {
    /// The registry as the guided tour starts: `mesh.yaml`, and the clusters `gke` and `on-prem` with their nodes, the
    /// application, and those 2018 Services that are not ours; citadel's is among them while nothing installs it.
    Base,
    /// The pods and slices of pilot and citadel at the talk's addresses, to be added once pilot's Service is installed.
    ControlPlane,
    /// What the operator of `on-prem` applies in the talk: the service `ratings` without pods, and reviews-v3.
    OnPremLater,
}

/// The files of a set, by path.
pub fn files(set: FixtureSet) -> &'static [File] {
    match set {
        FixtureSet::Base => BASE,
        FixtureSet::ControlPlane => CONTROL_PLANE,
        FixtureSet::OnPremLater => ON_PREM_LATER,
    }
}

macro_rules! file {
    ($path:literal, $source:literal) => {
        ($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/demo/", $source)))
    };
}

/// The talk's clusters before anything of ours is in them.
static BASE: &[File] = &[
    file!("mesh.yaml", "mesh.yaml"),
    file!("gke/details.yaml", "gke/details.yaml"),
    file!("gke/istio-citadel-service.yaml", "gke/istio-citadel-service.yaml"),
    file!("gke/istio-egressgateway.yaml", "gke/istio-egressgateway.yaml"),
    file!("gke/istio-ingress.yaml", "gke/istio-ingress.yaml"),
    file!("gke/istio-ingressgateway.yaml", "gke/istio-ingressgateway.yaml"),
    file!("gke/istio-mixer-create-cr.yaml", "gke/istio-mixer-create-cr.yaml"),
    file!("gke/istio-policy.yaml", "gke/istio-policy.yaml"),
    file!("gke/istio-statsd-prom-bridge.yaml", "gke/istio-statsd-prom-bridge.yaml"),
    file!("gke/istio-telemetry.yaml", "gke/istio-telemetry.yaml"),
    file!("gke/mongodb.yaml", "gke/mongodb.yaml"),
    file!("gke/mysqldb.yaml", "gke/mysqldb.yaml"),
    file!("gke/namespaces.yaml", "gke/namespaces.yaml"),
    file!("gke/nodes.yaml", "gke/nodes.yaml"),
    file!("gke/productpage.yaml", "gke/productpage.yaml"),
    file!("gke/prometheus.yaml", "gke/prometheus.yaml"),
    file!("gke/ratings.yaml", "gke/ratings.yaml"),
    file!("gke/reviews.yaml", "gke/reviews.yaml"),
    file!("gke/sleep.yaml", "gke/sleep.yaml"),
    file!("on-prem/istio-citadel-service.yaml", "on-prem/istio-citadel-service.yaml"),
    file!("on-prem/istio-policy.yaml", "on-prem/istio-policy.yaml"),
    file!("on-prem/istio-statsd-prom-bridge.yaml", "on-prem/istio-statsd-prom-bridge.yaml"),
    file!("on-prem/namespaces.yaml", "on-prem/namespaces.yaml"),
    file!("on-prem/nodes.yaml", "on-prem/nodes.yaml"),
];

/// What kubelets and controllers would add after the installation.
static CONTROL_PLANE: &[File] = &[
    file!("gke/istio-citadel.yaml", "control-plane/gke/istio-citadel.yaml"),
    file!("gke/istio-pilot.yaml", "control-plane/gke/istio-pilot.yaml"),
    file!("on-prem/istio-citadel.yaml", "control-plane/on-prem/istio-citadel.yaml"),
];

/// `kubectl apply -f ratings-svc.yaml`, `kubectl apply -f reviews-v3_inject.yaml`.
static ON_PREM_LATER: &[File] = &[
    file!("on-prem/ratings.yaml", "on-prem-later/ratings.yaml"),
    file!("on-prem/reviews.yaml", "on-prem-later/reviews.yaml"),
];
