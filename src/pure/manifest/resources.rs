//! The kinds that install handles: where the API serves them, and at which point of an installation they are applied.

use super::object::ObjectKey;
use super::roles::Stage;

/// A kind of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The version that is spoken.
    pub version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Its name in a path.
    pub plural: &'static str,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
    /// When it is applied.
    pub stage: Stage,
}

const fn row(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    namespaced: bool,
    stage: Stage,
) -> Resource {
    Resource { group, version, kind, plural, namespaced, stage }
}

/// In the order in which they are applied.
pub static RESOURCES: [Resource; 16] = [
    row("", "v1", "Namespace", "namespaces", false, Stage::Namespace),
    row("", "v1", "Secret", "secrets", true, Stage::Secrets),
    row(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
        Stage::Definitions,
    ),
    row("", "v1", "ServiceAccount", "serviceaccounts", true, Stage::Rights),
    row("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false, Stage::Rights),
    row("rbac.authorization.k8s.io", "v1", "Role", "roles", true, Stage::Rights),
    row("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false, Stage::Bindings),
    row("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true, Stage::Bindings),
    row("", "v1", "ConfigMap", "configmaps", true, Stage::Config),
    row("", "v1", "Service", "services", true, Stage::Services),
    row("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true, Stage::Slices),
    row("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true, Stage::Workloads),
    row("apps", "v1", "Deployment", "deployments", true, Stage::Workloads),
    row(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        false,
        Stage::Webhooks,
    ),
    // the one that verifies an installation
    row("", "v1", "Pod", "pods", true, Stage::Workloads),
    // written by pilot, and removed after its rights: one that is ending would write it anew
    row("coordination.k8s.io", "v1", "Lease", "leases", true, Stage::Secrets),
];

impl Resource {
    /// The row of a kind; `None` where install does not handle it.
    pub fn of(group: &str, kind: &str) -> Option<&'static Resource> {
        RESOURCES.iter().find(|r| r.group == group && r.kind == kind)
    }

    /// The path of the collection, in a namespace where the kind has one and `namespace` is not empty.
    pub fn collection(&self, namespace: &str) -> String {
        let api = match self.group {
            "" => format!("/api/{}", self.version),
            group => format!("/apis/{group}/{}", self.version),
        };
        match self.namespaced && !namespace.is_empty() {
            true => format!("{api}/namespaces/{namespace}/{}", self.plural),
            false => format!("{api}/{}", self.plural),
        }
    }

    /// The path of one object.
    pub fn path(&self, namespace: &str, name: &str) -> String {
        format!("{}/{name}", self.collection(namespace))
    }
}

impl ObjectKey {
    /// The row of its kind; `None` where install does not handle it.
    pub fn resource(&self) -> Option<&'static Resource> {
        Resource::of(&self.group, &self.kind)
    }

    /// When it is applied. What has no row was applied by another version, as if it were a setting.
    pub fn stage(&self) -> Stage {
        self.resource().map_or(Stage::Config, |r| r.stage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api() {
        let of = |group, kind, namespace, name| Resource::of(group, kind).map(|r| r.path(namespace, name));
        assert_eq!(of("", "Namespace", "", "a").as_deref(), Some("/api/v1/namespaces/a"));
        assert_eq!(of("apps", "Deployment", "a", "b").as_deref(), Some("/apis/apps/v1/namespaces/a/deployments/b"));
        assert_eq!(
            of("rbac.authorization.k8s.io", "ClusterRole", "", "a:b").as_deref(),
            Some("/apis/rbac.authorization.k8s.io/v1/clusterroles/a:b")
        );
        assert_eq!(of("apps", "StatefulSet", "a", "b"), None);
    }
}
