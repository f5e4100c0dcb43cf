//! Each right that is rendered for discovery is needed: without it discovery says what it could not do, and goes on.

use std::net::SocketAddr;
use std::sync::Arc;

use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule, Role};
use kube::api::{Api, PostParams};
use libtest_mimic::Trial;

use crate::pair::{Pair, shared};
use crate::pilot::LONG;
use crate::stretched::{Mesh, PILOT, READER};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![shared("api::rights::each_right_that_is_missing_is_named", each_right_that_is_missing_is_named)]
}

/// A right, where it is, and what discovery says without it.
struct Right {
    cluster: &'static str,
    group: &'static str,
    resource: &'static str,
    /// The object's name; empty: all.
    name: &'static str,
    verb: &'static str,
    says: &'static [&'static str],
}

const fn right(
    cluster: &'static str,
    [group, resource, name, verb]: [&'static str; 4],
    says: &'static [&'static str],
) -> Right {
    Right { cluster, group, resource, name, verb, says }
}

const SECRET: &str = "istio-remote-clusters";
const RIGHTS: &[Right] = &[
    right("gke", ["", "secrets", SECRET, "list"], &["RemotesUnreadable", "reading the Secret", "cannot list"]),
    right("gke", ["", "secrets", SECRET, "watch"], &["RemotesUnreadable", "reading the Secret", "cannot watch"]),
    right(
        "gke",
        ["", "secrets", SECRET, "patch"],
        &["TokenNotRenewed", "writing the renewed token for the cluster on-prem", "cannot patch"],
    ),
    right("gke", ["", "configmaps", "istio", "list"], &["SettingsUnreadable", "reading the ConfigMap", "cannot list"]),
    right(
        "gke",
        ["", "configmaps", "istio", "watch"],
        &["SettingsUnreadable", "reading the ConfigMap", "cannot watch"],
    ),
    right(
        "gke",
        ["coordination.k8s.io", "leases", "", "create"],
        &["LeaseNotHeld", "holding the Lease", "cannot create"],
    ),
    right("gke", ["coordination.k8s.io", "leases", "istio-pilot", "get"], &["LeaseNotHeld", "cannot get"]),
    right("gke", ["coordination.k8s.io", "leases", "istio-pilot", "update"], &["LeaseNotHeld", "cannot update"]),
    right("gke", ["events.k8s.io", "events", "", "create"], &["writing an Event into the namespace", "cannot create"]),
    right("gke", ["events.k8s.io", "events", "", "patch"], &["writing an Event into the namespace", "cannot patch"]),
    right("gke", ["", "services", "", "list"], &["the cluster gke", "services is forbidden"]),
    right("gke", ["", "pods", "", "watch"], &["the cluster gke", "cannot watch resource \"pods\""]),
    right("gke", ["", "nodes", "", "list"], &["the cluster gke", "nodes is forbidden"]),
    right("gke", ["", "namespaces", "", "list"], &["the cluster gke", "namespaces is forbidden"]),
    right(
        "gke",
        ["discovery.k8s.io", "endpointslices", "", "list"],
        &["RemoteSliceNotKept", "in this cluster cannot be read"],
    ),
    right("on-prem", ["", "services", "", "list"], &["RemoteUnreachable", "on-prem", "services is forbidden"]),
    right("on-prem", ["", "pods", "", "list"], &["RemoteUnreachable", "on-prem", "pods is forbidden"]),
    right(
        "on-prem",
        ["discovery.k8s.io", "endpointslices", "", "list"],
        &["RemoteSliceNotKept", "they cannot be read"],
    ),
    right(
        "on-prem",
        ["discovery.k8s.io", "endpointslices", "istio-pilot-gke-v4", "patch"],
        &["RemoteSliceNotKept", "istio-pilot-gke-v4 cannot be written", "cannot patch"],
    ),
    right(
        "on-prem",
        ["", "serviceaccounts/token", READER, "create"],
        &["TokenNotRenewed", "the cluster on-prem failed there", "serviceaccounts/token"],
    ),
];

impl Right {
    fn is_in(&self, rule: &PolicyRule) -> bool {
        let names = rule.resource_names.clone().unwrap_or_default();
        let named = if self.name.is_empty() { names.is_empty() } else { names.iter().any(|n| n == self.name) };
        let has = |list: &Option<Vec<String>>, what: &str| list.iter().flatten().any(|w| w == what);
        named
            && has(&rule.api_groups, self.group)
            && has(&rule.resources, self.resource)
            && rule.verbs.iter().any(|v| v == self.verb)
    }

    /// Takes the right out of rules; whether it was in one. The rule's other resources keep theirs.
    fn take(&self, rules: &mut Vec<PolicyRule>) -> bool {
        let Some(at) = rules.iter().position(|r| self.is_in(r)) else { return false };
        let mut without = rules[at].clone();
        without.resources = Some(vec![self.resource.to_owned()]);
        without.verbs.retain(|v| v != self.verb);
        if let Some(resources) = &mut rules[at].resources {
            resources.retain(|r| r != self.resource);
        }
        if rules[at].resources.as_ref().is_some_and(Vec::is_empty) {
            rules.remove(at);
        }
        if !without.verbs.is_empty() {
            rules.push(without);
        }
        true
    }

    /// Waits until the API server has taken notice.
    async fn is_allowed(&self, mesh: &Mesh, wanted: bool) {
        let account = if self.cluster == "gke" { PILOT } else { READER };
        let (resource, subresource) = self.resource.split_once('/').unwrap_or((self.resource, ""));
        let text = |s: &str| Some(s.to_owned()).filter(|s| !s.is_empty());
        // what is for all namespaces is asked for all of them
        let cluster_wide = self.name.is_empty() && !matches!(self.resource, "leases" | "events");
        let attributes = ResourceAttributes {
            group: text(self.group),
            resource: text(resource),
            subresource: text(subresource),
            name: text(self.name),
            verb: text(self.verb),
            namespace: Some(mesh.namespace.clone()).filter(|_| !cluster_wide),
            ..ResourceAttributes::default()
        };
        let spec = SubjectAccessReviewSpec {
            user: Some(format!("system:serviceaccount:{}:{account}", mesh.namespace)),
            resource_attributes: Some(attributes),
            ..SubjectAccessReviewSpec::default()
        };
        let review = SubjectAccessReview { spec, ..SubjectAccessReview::default() };
        let reviews: Api<SubjectAccessReview> = Api::all(mesh.client(self.cluster));
        let what = format!("{} of {} {wanted}", self.verb, self.resource);
        eventually(&what, LONG, async || {
            let answer = reviews.create(&PostParams::default(), &review).await.map_err(|e| e.to_string())?;
            let status = answer.status.unwrap();
            if status.allowed == wanted { Ok(()) } else { Err(format!("{status:?}")) }
        })
        .await;
    }
}

/// The roles of a cluster, as they were.
struct Roles {
    namespaced: Vec<Role>,
    wide: Vec<ClusterRole>,
}

impl Roles {
    async fn of(mesh: &Mesh, cluster: &str) -> Self {
        let wide: Api<ClusterRole> = Api::all(mesh.client(cluster));
        let ours = |name: &Option<String>| name.as_ref().is_some_and(|n| n.ends_with(&format!("-{}", mesh.namespace)));
        let wide = wide.list(&Default::default()).await.unwrap().items;
        Self {
            namespaced: Api::namespaced(mesh.client(cluster), &mesh.namespace)
                .list(&Default::default())
                .await
                .unwrap()
                .items,
            wide: wide.into_iter().filter(|r: &ClusterRole| ours(&r.metadata.name)).collect(),
        }
    }

    /// Writes them without a right, or whole.
    async fn write(&self, mesh: &Mesh, cluster: &str, without: Option<&Right>) {
        let mut taken = 0;
        for role in &self.namespaced {
            let api: Api<Role> = Api::namespaced(mesh.client(cluster), &mesh.namespace);
            let mut new = role.clone();
            new.metadata.resource_version = None;
            new.metadata.managed_fields = None;
            taken += without.map_or(0, |right| usize::from(right.take(new.rules.get_or_insert_default())));
            api.replace(role.metadata.name.as_ref().unwrap(), &PostParams::default(), &new).await.unwrap();
        }
        for role in &self.wide {
            let api: Api<ClusterRole> = Api::all(mesh.client(cluster));
            let mut new = role.clone();
            new.metadata.resource_version = None;
            new.metadata.managed_fields = None;
            taken += without.map_or(0, |right| usize::from(right.take(new.rules.get_or_insert_default())));
            api.replace(role.metadata.name.as_ref().unwrap(), &PostParams::default(), &new).await.unwrap();
        }
        assert_eq!(taken, usize::from(without.is_some()), "the right stands in one rule");
    }
}

async fn each_right_that_is_missing_is_named(pair: Arc<Pair>) {
    let address = SocketAddr::from(([127, 0, 0, 1], pair.on_prem.port()));
    let mesh = Mesh::install(&pair, "rights", address).await;
    // something to tell, so that Events are written
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    // with all rights nothing else is wrong
    mesh.pods(&["10.1.0.1"], &[]).await;
    let pilot = mesh.pilot("pilot-1", &["--token-renew-after", "1s"]).await;
    mesh.event("RemoteKeyBroken", &["istio-remote-clusters/broken"]).await;
    mesh.slice_is(&["10.1.0.1"]).await;
    let first = mesh.key("on-prem").await;
    eventually(
        "a renewed token",
        LONG,
        async || if mesh.key("on-prem").await == first { Err("the same") } else { Ok(()) },
    )
    .await;
    let log = pilot.log();
    assert!(!log.contains("forbid"), "{log}");
    drop(pilot);

    for (i, right) in RIGHTS.iter().enumerate() {
        let roles = Roles::of(&mesh, right.cluster).await;
        roles.write(&mesh, right.cluster, Some(right)).await;
        right.is_allowed(&mesh, false).await;
        if right.resource == "leases" && right.verb == "create" {
            mesh.delete_lease().await;
        }
        // the slice is to be written in every round
        mesh.pods(&[&format!("10.1.1.{}", i + 1)], &[]).await;
        let pilot = mesh.pilot("pilot-1", &["--token-renew-after", "1s"]).await;
        pilot.says(right.says).await;
        drop(pilot);
        roles.write(&mesh, right.cluster, None).await;
        right.is_allowed(&mesh, true).await;
    }
}
