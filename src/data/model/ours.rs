//! The names and labels by which the rooms know what is ours in a cluster, and what Kubernetes keeps for it.

/// The label of everything that we put into a cluster; prune touches nothing without it.
pub const OWNED: (&str, &str) = ("meshctl.io/owned", "true");
/// The label that tells other tools whose an object is.
pub const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "meshctl");
/// The label of a Service that defines nothing: it only lets DNS answer where the service runs in other clusters.
pub const STUB: (&str, &str) = ("meshctl.io/stub", "true");
/// The label that says who keeps an EndpointSlice (API documentation of `discovery.k8s.io/v1`), and the value under which we do.
pub const SLICE_KEEPER: (&str, &str) = ("endpointslice.kubernetes.io/managed-by", "meshctl");
/// The keeper of the slices of Services with a selector.
pub const SLICE_CONTROLLER: &str = "endpointslice-controller.k8s.io";
/// The Secret of pilot's credentials for the remotes, a key for each.
pub const REMOTES: &str = "istio-remote-clusters";
/// Pilot's Lease, in its own namespace.
pub const LEASE: &str = "istio-pilot";
/// The field manager of everything that install applies.
pub const INSTALL: &str = "meshctl";
/// The field manager of everything that discovery writes.
pub const DISCOVERY: &str = "meshctl-discovery";
