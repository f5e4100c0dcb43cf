//! Each right that is rendered for discovery is needed: without it discovery says what it could not do, and goes on. Rights that
//! nothing needs yet are listed with their reasons, and proven to be none.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule, Role};
use kube::api::{Api, PostParams};
use libtest_mimic::Trial;

use crate::pair::{Pair, shared};
use crate::pilot::{LONG, get};
use crate::stretched::{Mesh, PILOT, READER};
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        shared("api::rights::each_right_that_is_missing_is_named", each_right_that_is_missing_is_named),
        shared("api::rights::an_event_that_was_refused_comes_later", an_event_that_was_refused_comes_later),
    ]
}

/// A right, where it is, and the words of the lines that discovery says without it.
#[derive(Debug, Clone)]
struct Right {
    cluster: &'static str,
    group: &'static str,
    resource: &'static str,
    /// The object's name; empty: all.
    name: &'static str,
    verb: &'static str,
    says: Vec<Vec<String>>,
}

fn right(
    cluster: &'static str,
    [group, resource, name, verb]: [&'static str; 4],
    says: &[&'static [&'static str]],
) -> Right {
    let says = says.iter().map(|line| line.iter().map(|&word| word.to_owned()).collect()).collect();
    Right { cluster, group, resource, name, verb, says }
}

const SECRET: &str = "istio-remote-clusters";
const LEASES: &str = "coordination.k8s.io";
const SLICES: &str = "discovery.k8s.io";
const EVENTS: &str = "events.k8s.io";
/// What a feed reads of a cluster, all namespaces of it.
const WATCHED: [(&str, &str); 5] =
    [("", "services"), ("", "pods"), ("", "nodes"), ("", "namespaces"), (SLICES, "endpointslices")];

/// A right of a feed: the cluster is lost without it, and the line names the verb and the resource.
fn of_a_feed(cluster: &'static str, (group, resource): (&'static str, &'static str), verb: &'static str) -> Right {
    let mut right = right(cluster, [group, resource, "", verb], &[]);
    let denied = format!("cannot {verb} resource \"{resource}\"");
    right.says = match cluster {
        "gke" => vec![vec!["the cluster gke".to_owned(), denied]],
        _ => vec![vec!["RemoteUnreachable".to_owned(), cluster.to_owned(), denied]],
    };
    if resource == "endpointslices" && verb == "list" {
        let where_from = if cluster == "gke" { "in this cluster cannot be read" } else { "they cannot be read" };
        right.says.push(vec!["RemoteSliceNotKept".to_owned(), where_from.to_owned()]);
    }
    right
}

/// The rights that are taken away, by rounds: those of a round at once, where neither hides the other.
fn rounds() -> Vec<Vec<Right>> {
    let verbs = WATCHED.iter().flat_map(|of| ["list", "watch"].map(|verb| (*of, verb)));
    let of_both = |(of, verb)| ["gke", "on-prem"].map(|cluster| of_a_feed(cluster, of, verb));
    let mut rounds: Vec<Vec<Right>> = Vec::new();
    for both in verbs.map(of_both) {
        // without its own slices pilot does not come to those of the remote
        match both[0].says.len() {
            1 => rounds.push(both.into()),
            _ => rounds.extend(both.map(|one| vec![one])),
        }
    }
    rounds.push(vec![
        right(
            "on-prem",
            [SLICES, "endpointslices", "istio-pilot-gke-v4", "patch"],
            &[&["RemoteSliceNotKept", "istio-pilot-gke-v4 cannot be written", "cannot patch"]],
        ),
        // the Event about that names the Service, with its UID
        right("gke", ["", "services", "", "get"], &[&["the Service", "istio-pilot", "cannot get"]]),
    ]);
    let alone: [([&'static str; 4], &'static [&'static str]); 10] = [
        (["", "configmaps", "istio", "list"], &["SettingsUnreadable", "reading the ConfigMap", "cannot list"]),
        (["", "configmaps", "istio", "watch"], &["SettingsUnreadable", "reading the ConfigMap", "cannot watch"]),
        ([EVENTS, "events", "", "create"], &["writing an Event into the namespace", "cannot create"]),
        ([EVENTS, "events", "", "patch"], &["writing an Event into the namespace", "cannot patch"]),
        ([LEASES, "leases", "istio-pilot", "get"], &["LeaseNotHeld", "cannot get"]),
        ([LEASES, "leases", "istio-pilot", "update"], &["LeaseNotHeld", "cannot update"]),
        ([LEASES, "leases", "", "create"], &["LeaseNotHeld", "holding the Lease", "cannot create"]),
        (["", "secrets", SECRET, "list"], &["RemotesUnreadable", "reading the Secret", "cannot list"]),
        (["", "secrets", SECRET, "watch"], &["RemotesUnreadable", "reading the Secret", "cannot watch"]),
        (
            ["", "secrets", SECRET, "patch"],
            &["TokenNotRenewed", "writing the renewed token for the cluster on-prem", "cannot patch"],
        ),
    ];
    rounds.extend(alone.map(|(what, words)| vec![right("gke", what, &[words])]));
    rounds.push(vec![right(
        "on-prem",
        ["", "serviceaccounts/token", READER, "create"],
        &[&["TokenNotRenewed", "the cluster on-prem failed there", "serviceaccounts/token"]],
    )]);
    rounds
}

/// What the design grants and nothing needs today: cluster, group, resource, name, verbs, and why.
const NOT_USED_YET: &[(&str, [&str; 3], &str, &str)] = &[
    (
        "gke",
        ["apiextensions.k8s.io", "customresourcedefinitions", ""],
        "get list watch",
        "until the first policy is read",
    ),
    ("gke", ["networking.istio.io", "*", ""], "get list watch", "until the first policy is read"),
    ("gke", ["security.istio.io", "*", ""], "get list watch", "until the first policy is read"),
    ("gke", ["", "pods", ""], "get", "a feed lists and watches"),
    ("gke", ["", "nodes", ""], "get", "a feed lists and watches"),
    ("gke", ["", "namespaces", ""], "get", "a feed lists and watches"),
    ("gke", [SLICES, "endpointslices", ""], "get", "a feed lists and watches"),
    ("gke", ["", "configmaps", "istio"], "get", "it is listed and watched by its name"),
    ("gke", ["", "secrets", SECRET], "get", "it is listed and watched by its name"),
    ("gke", [LEASES, "leases", "istio-pilot"], "patch", "it is written whole, onto the version that was read"),
    ("on-prem", ["", "services", ""], "get", "a feed lists and watches"),
    ("on-prem", ["", "pods", ""], "get", "a feed lists and watches"),
    ("on-prem", ["", "nodes", ""], "get", "a feed lists and watches"),
    ("on-prem", ["", "namespaces", ""], "get", "a feed lists and watches"),
    ("on-prem", [SLICES, "endpointslices", ""], "get", "a feed lists and watches"),
    ("on-prem", [SLICES, "endpointslices", "istio-pilot-gke-v4"], "get", "all slices are listed and watched"),
];

fn not_used_yet() -> Vec<Right> {
    let of = |&(cluster, [group, resource, name], verbs, _): &(&'static str, [&'static str; 3], &'static str, &str)| {
        verbs.split(' ').map(move |verb| right(cluster, [group, resource, name, verb], &[])).collect::<Vec<_>>()
    };
    NOT_USED_YET.iter().flat_map(of).collect()
}

/// What tells a right from another: cluster, group, resource, object's name, verb.
type Words = [String; 5];

impl Right {
    fn words(&self) -> Words {
        [self.cluster, self.group, self.resource, self.name, self.verb].map(str::to_owned)
    }

    fn is_in(&self, rule: &PolicyRule) -> bool {
        let names = rule.resource_names.clone().unwrap_or_default();
        let named = if self.name.is_empty() { names.is_empty() } else { names.iter().any(|n| n == self.name) };
        let has = |list: &Option<Vec<String>>, what: &str| list.iter().flatten().any(|w| w == what);
        named
            && has(&rule.api_groups, self.group)
            && has(&rule.resources, self.resource)
            && rule.verbs.iter().any(|v| v == self.verb)
    }

    /// Takes the right out of rules; whether it was in one. What else that rule grants stays.
    fn take(&self, rules: &mut Vec<PolicyRule>) -> bool {
        let Some(at) = rules.iter().position(|r| self.is_in(r)) else { return false };
        let rule = rules.remove(at);
        let others = |list: &Option<Vec<String>>, not: &str| {
            Some(list.iter().flatten().filter(|word| *word != not).cloned().collect::<Vec<_>>())
        };
        let (group, resource) = (Some(vec![self.group.to_owned()]), Some(vec![self.resource.to_owned()]));
        let verbs = rule.verbs.iter().filter(|v| *v != self.verb).cloned().collect();
        let rest = [
            PolicyRule { api_groups: others(&rule.api_groups, self.group), ..rule.clone() },
            PolicyRule { api_groups: group.clone(), resources: others(&rule.resources, self.resource), ..rule.clone() },
            PolicyRule { api_groups: group, resources: resource, verbs, ..rule },
        ];
        let some = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
        rules.extend(rest.into_iter().filter(|r| some(&r.api_groups) && some(&r.resources) && !r.verbs.is_empty()));
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

    /// Every right that they grant.
    fn rights(&self, cluster: &str) -> Vec<Words> {
        let rules = self.namespaced.iter().flat_map(|r| &r.rules).chain(self.wide.iter().flat_map(|r| &r.rules));
        let mut all = Vec::new();
        for rule in rules.flatten() {
            let names = rule.resource_names.clone().filter(|n| !n.is_empty()).unwrap_or_else(|| vec![String::new()]);
            for group in rule.api_groups.iter().flatten() {
                for resource in rule.resources.iter().flatten() {
                    for (name, verb) in names.iter().flat_map(|n| rule.verbs.iter().map(move |v| (n, v))) {
                        all.push([cluster, group, resource, name, verb].map(str::to_owned));
                    }
                }
            }
        }
        all
    }

    /// Writes them without some rights, or whole.
    async fn write(&self, mesh: &Mesh, cluster: &str, without: &[Right]) {
        let without: Vec<&Right> = without.iter().filter(|right| right.cluster == cluster).collect();
        let mut taken = 0;
        for role in &self.namespaced {
            let api: Api<Role> = Api::namespaced(mesh.client(cluster), &mesh.namespace);
            let mut new = role.clone();
            new.metadata.resource_version = None;
            new.metadata.managed_fields = None;
            let rules = new.rules.get_or_insert_default();
            taken += without.iter().filter(|right| right.take(rules)).count();
            api.replace(role.metadata.name.as_ref().unwrap(), &PostParams::default(), &new).await.unwrap();
        }
        for role in &self.wide {
            let api: Api<ClusterRole> = Api::all(mesh.client(cluster));
            let mut new = role.clone();
            new.metadata.resource_version = None;
            new.metadata.managed_fields = None;
            let rules = new.rules.get_or_insert_default();
            taken += without.iter().filter(|right| right.take(rules)).count();
            api.replace(role.metadata.name.as_ref().unwrap(), &PostParams::default(), &new).await.unwrap();
        }
        assert_eq!(taken, without.len(), "each right stands in one rule");
    }
}

/// The roles of both clusters, as they are rendered.
struct Rendered([(&'static str, Roles); 2]);

impl Rendered {
    async fn of(mesh: &Mesh) -> Self {
        Self([("gke", Roles::of(mesh, "gke").await), ("on-prem", Roles::of(mesh, "on-prem").await)])
    }

    /// Takes rights away, or gives all back where there are none, and waits until the API servers have taken notice.
    async fn without(&self, mesh: &Mesh, rights: &[Right]) {
        for (cluster, roles) in &self.0 {
            roles.write(mesh, cluster, rights).await;
        }
        for right in rights {
            right.is_allowed(mesh, false).await;
        }
    }

    async fn restore(&self, mesh: &Mesh, rights: &[Right]) {
        self.without(mesh, &[]).await;
        for right in rights {
            right.is_allowed(mesh, true).await;
        }
    }
}

/// The lists above are what is rendered: a right that a template gains must be used, or say why not.
fn all_are_accounted_for(rendered: &Rendered) {
    let listed: Vec<Words> = rounds().iter().flatten().chain(&not_used_yet()).map(Right::words).collect();
    let granted: BTreeSet<Words> = rendered.0.iter().flat_map(|(cluster, roles)| roles.rights(cluster)).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), granted);
    assert_eq!(listed.len(), granted.len(), "one stands in the lists twice");
    assert!(NOT_USED_YET.iter().all(|(.., why)| !why.is_empty()));
}

async fn each_right_that_is_missing_is_named(pair: Arc<Pair>) {
    let address = SocketAddr::from(([127, 0, 0, 1], pair.on_prem.port()));
    let mesh = Mesh::install(&pair, "rights", address).await;
    let rendered = Rendered::of(&mesh).await;
    all_are_accounted_for(&rendered);
    // something to tell, so that Events are written
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    // without those that are not used nothing else is wrong
    let unused = not_used_yet();
    rendered.without(&mesh, &unused).await;
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

    for (i, rights) in rounds().iter().enumerate() {
        rendered.without(&mesh, rights).await;
        let has = |resource: &str, verb: &str| rights.iter().any(|r| r.resource == resource && r.verb == verb);
        if has("leases", "create") {
            mesh.delete_lease().await;
        }
        // the slice is to be written in every round
        mesh.pods(&[&format!("10.1.1.{}", i + 1)], &[]).await;
        // a source that is rotated all the time is never lost for long
        let renews = rights.iter().flat_map(|r| &r.says).flatten().any(|word| word == "TokenNotRenewed");
        let more: &[&str] = if renews { &["--token-renew-after", "1s"] } else { &[] };
        let pilot = mesh.pilot("pilot-1", more).await;
        for line in rights.iter().flat_map(|right| &right.says) {
            pilot.says(&line.iter().map(String::as_str).collect::<Vec<_>>()).await;
        }
        if has("secrets", "list") {
            // its remotes are not known: a proxy that came to it could only lose
            let ready = get(pilot.address("monitoring"), "/ready").await;
            assert!(ready.as_ref().is_err_and(|e| e.contains("503") && e.contains("reading the Secret")), "{ready:?}");
        }
        drop(pilot);
        rendered.restore(&mesh, rights).await;
    }
}

async fn an_event_that_was_refused_comes_later(pair: Arc<Pair>) {
    let address = SocketAddr::from(([127, 0, 0, 1], pair.on_prem.port()));
    let mesh = Mesh::install(&pair, "refused", address).await;
    let rendered = Rendered::of(&mesh).await;
    mesh.pods(&["10.1.0.1"], &[]).await;
    mesh.write_key("broken", Some("no: [kubeconfig")).await;
    let create: Vec<Right> =
        rounds().into_iter().flatten().filter(|r| (r.resource, r.verb) == ("events", "create")).collect();
    rendered.without(&mesh, &create).await;
    let mut pilot = mesh.pilot("pilot-1", &[]).await;
    pilot.says(&["writing an Event into the namespace", "cannot create"]).await;
    assert_eq!(mesh.events("RemoteKeyBroken").await.len(), 0);
    // within seconds, and not when the trouble is counted again after ten minutes
    rendered.restore(&mesh, &create).await;
    let event = mesh.event("RemoteKeyBroken", &["istio-remote-clusters/broken"]).await;
    assert_eq!((event.series.is_none(), event.reporting_instance.as_deref()), (true, Some("pilot-1")));
    // whoever holds the Lease next counts the same trouble on the same Event
    pilot.terminate();
    pilot.says(&["the Lease istio-pilot is released"]).await;
    let _next = mesh.pilot("pilot-2", &[]).await;
    eventually("the Event is counted again", LONG, async || {
        let all = mesh.events("RemoteKeyBroken").await;
        let counts: Vec<_> = all.iter().map(|e| e.series.as_ref().map(|s| s.count)).collect();
        if counts == [Some(2)] { Ok(()) } else { Err(format!("{counts:?}")) }
    })
    .await;
}
