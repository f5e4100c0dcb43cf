//! Everything that is asked of an API server besides single objects of a plan, as one table: whoever sends such a request takes
//! its path from here, and the preflight asks for the same rows whether the user may.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};

use super::installed::READER;
use super::live::{DEADLINE, WIDTH};
use super::plan::NAMESPACE;
use crate::adapters::k8s::{Access, K8sError, may, within};
use crate::data::model::REMOTES;
use crate::pure::manifest::{ClusterManifests, Inventory, Object, ObjectKey};

/// What to do about rights that are missing.
pub(super) const HINT: &str = "use the kubeconfig of a cluster administrator, or have these rights given";
/// How long all questions about rights may take together.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a collection is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The control plane's namespace.
    Home,
    /// The namespace `default`.
    Default,
    /// The whole cluster.
    Cluster,
}

/// What is about to be done in a cluster, as far as rights follow from it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Work {
    /// A Deployment is applied.
    pub(super) deploys: bool,
    /// It is waited for.
    pub(super) waits: bool,
    /// It is verified.
    pub(super) verifies: bool,
    /// Stubs are made of the services of all clusters.
    pub(super) stubs: bool,
    /// Only Secrets are placed.
    pub(super) only_secrets: bool,
    /// It is written after that, and not only compared.
    pub(super) writes: bool,
    /// The cluster is a remote.
    pub(super) remote: bool,
    /// The kubeconfig's address is one of the user's machine.
    pub(super) loopback: bool,
}

/// A collection that is listed.
#[derive(Debug)]
pub(super) struct Listed {
    group: &'static str,
    version: &'static str,
    pub(super) plural: &'static str,
    of: Of,
    when: fn(&Work) -> bool,
    /// What may be without it, as the end of a sentence; empty where nothing is done without it.
    without: &'static str,
}

impl Listed {
    /// The path of the collection, without a query.
    pub(super) fn path(&self) -> String {
        let Self { group, version, plural, of, .. } = self;
        let api = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        match of {
            Of::Home => format!("{api}/namespaces/{NAMESPACE}/{plural}"),
            Of::Default => format!("{api}/namespaces/default/{plural}"),
            Of::Cluster => format!("{api}/{plural}"),
        }
    }

    /// Whether its objects live in the control plane's namespace.
    pub(super) fn is_at_home(&self) -> bool {
        self.of == Of::Home
    }

    fn access(&self) -> Access {
        let namespace = match self.of {
            Of::Home => NAMESPACE,
            Of::Default => "default",
            Of::Cluster => "",
        };
        access("list", self.group, self.plural, namespace, "")
    }
}

type When = fn(&Work) -> bool;

const fn listed(api: [&'static str; 3], of: Of, when: When, without: &'static str) -> Listed {
    let [group, version, plural] = api;
    Listed { group, version, plural, of, when, without }
}

const ALWAYS: When = |_| true;
const STUBS: When = |w| w.stubs;
/// What may be without the objects of all clusters.
const NO_STUBS: &str = "stub Services stay as they are";

pub(super) static DEPLOYMENTS: Listed = listed(["apps", "v1", "deployments"], Of::Home, ALWAYS, "");
pub(super) static SERVICES: Listed = listed(["", "v1", "services"], Of::Home, ALWAYS, "");
pub(super) static CONFIG_MAPS: Listed = listed(["", "v1", "configmaps"], Of::Home, ALWAYS, "");
pub(super) static ENDPOINTS: Listed = listed(["", "v1", "endpoints"], Of::Home, ALWAYS, "");
pub(super) static SLICES: Listed = listed(["discovery.k8s.io", "v1", "endpointslices"], Of::Home, ALWAYS, "");
pub(super) static WEBHOOKS: Listed =
    listed(["admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations"], Of::Cluster, ALWAYS, "");
pub(super) static PODS: Listed = listed(["", "v1", "pods"], Of::Home, |w| !w.only_secrets, "");
pub(super) static AUTOSCALERS: Listed = listed(
    ["autoscaling", "v2", "horizontalpodautoscalers"],
    Of::Home,
    |w| w.deploys,
    "whether an autoscaler decides the number of pilot's pods may stay unknown",
);
pub(super) static EVENTS: Listed = listed(
    ["", "v1", "events"],
    Of::Home,
    |w| w.deploys && w.waits,
    "what the cluster warns of where pilot does not come up may stay unknown",
);
pub(super) static REPLICA_SETS: Listed = listed(
    ["apps", "v1", "replicasets"],
    Of::Home,
    |w| w.deploys && w.waits,
    "pilot's pods of its newest version are told from older ones by their image",
);
pub(super) static OWN_SLICES: Listed = listed(
    ["discovery.k8s.io", "v1", "endpointslices"],
    Of::Default,
    |w| w.remote && w.loopback,
    "where the cluster's own pods find its API server may stay unknown",
);
pub(super) static NAMESPACES: Listed = listed(["", "v1", "namespaces"], Of::Cluster, STUBS, NO_STUBS);
/// Uninstall looks among them for sidecars; stubs are made of what they run.
pub(super) static ALL_PODS: Listed = listed(["", "v1", "pods"], Of::Cluster, STUBS, NO_STUBS);
/// What else the mesh is made of, for stubs.
static WHOLE: [Listed; 3] = [
    listed(["", "v1", "services"], Of::Cluster, STUBS, NO_STUBS),
    listed(["", "v1", "nodes"], Of::Cluster, STUBS, NO_STUBS),
    listed(["discovery.k8s.io", "v1", "endpointslices"], Of::Cluster, STUBS, NO_STUBS),
];

/// Everything that an installation lists.
fn lists() -> impl Iterator<Item = &'static Listed> {
    let named = [
        &DEPLOYMENTS,
        &SERVICES,
        &CONFIG_MAPS,
        &ENDPOINTS,
        &SLICES,
        &WEBHOOKS,
        &PODS,
        &AUTOSCALERS,
        &EVENTS,
        &REPLICA_SETS,
        &OWN_SLICES,
        &NAMESPACES,
        &ALL_PODS,
    ];
    named.into_iter().chain(&WHOLE)
}

/// What is done with every object of a plan: looked at, made or changed by server-side apply, and made anew or pruned.
const VERBS: [&str; 4] = ["get", "create", "patch", "delete"];

/// What may be without the way to pilot's own ports.
const UNSEEN: &str = "what pilot sees of each cluster may stay unknown";

/// What else is done: verb, resource and name in the core group, when, and what may be without it.
type Row = (&'static str, &'static str, &'static str, When, &'static str);
const BESIDES: [Row; 7] = [
    // the token by which pilot reads a remote
    ("create", "serviceaccounts/token", READER, |w| w.remote, ""),
    // the pod that looks for pilot from a remote
    ("get", "pods", "", |w| w.remote && w.verifies, ""),
    ("create", "pods", "", |w| w.remote && w.verifies, ""),
    ("delete", "pods", "", |w| w.remote && w.verifies, ""),
    // such a pod, where a run that was killed left it
    ("delete", "pods", "", prunes_alone, "a pod that a run which was killed left there stays"),
    // a WebSocket is opened by GET, and newer API servers want the right to create beside that
    ("get", "pods/portforward", "", |w| w.deploys && w.verifies, UNSEEN),
    ("create", "pods/portforward", "", |w| w.deploys && w.verifies, UNSEEN),
];

/// Whether only such pods go as this run does not make.
fn prunes_alone(w: &Work) -> bool {
    w.writes && !w.only_secrets && !(w.remote && w.verifies)
}

fn access(verb: &str, group: &str, resource: &str, namespace: &str, name: &str) -> Access {
    Access {
        verb: verb.to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

/// The rights for what is done with objects of these keys.
fn of_objects<'a>(keys: impl Iterator<Item = &'a ObjectKey>, verbs: &[&str]) -> BTreeSet<Access> {
    let rows = keys.filter_map(|key| Some((key.resource()?, key.namespace.as_str())));
    rows.flat_map(|(row, namespace)| verbs.iter().map(move |verb| access(verb, row.group, row.plural, namespace, "")))
        .collect()
}

/// A right, and what may be without it: where that is empty, nothing is done.
pub(super) type Wanted = (Access, &'static str);

/// Every right that installing these objects takes, over what an earlier run left.
pub(super) fn to_install(planned: &ClusterManifests, old: Option<&Inventory>, work: Work) -> Vec<Wanted> {
    let key = |kind: &str| ObjectKey {
        group: String::new(),
        kind: kind.into(),
        namespace: NAMESPACE.into(),
        name: String::new(),
    };
    let of_secrets = |o: &&Object| !work.only_secrets || o.key.kind == "Namespace";
    let applied = planned.objects.iter().filter(of_secrets).map(|o| &o.key);
    // the inventory and the Secrets are in no list of objects
    let besides = [key("ConfigMap"), key("Secret")];
    let mut needed = of_objects(applied.chain(&besides), &VERBS);
    if !work.only_secrets {
        let listed: Vec<ObjectKey> = old.iter().flat_map(|i| i.listed(NAMESPACE)).collect();
        // of kinds that this version does not know nothing is done, which the comparison tells
        let gone = listed.iter().filter(|k| !planned.inventory.objects.contains(k));
        needed.extend(of_objects(gone, &["get", "delete"]));
    }
    let mut all: Vec<Wanted> = needed.into_iter().map(|access| (access, "")).collect();
    all.extend(lists().filter(|l| (l.when)(&work)).map(|l| (l.access(), l.without)));
    let rows = BESIDES.iter().filter(|(.., when, _)| when(&work));
    all.extend(rows.map(|(verb, resource, name, _, without)| (access(verb, "", resource, NAMESPACE, name), *without)));
    all
}

/// Every right that placing pilot's credentials takes in a primary in which nothing else is done. Who may make a Secret is never
/// decided by its name.
pub(super) fn to_place_credentials() -> Vec<Wanted> {
    let of = |verb, name| (access(verb, "", "secrets", NAMESPACE, name), "");
    vec![of("get", REMOTES), of("create", ""), of("patch", REMOTES)]
}

/// Every right that removing these objects takes; with `pods`, pods that look for pilot, which were found, too; with `looks`, to
/// look for sidecars first.
pub(super) fn to_uninstall<'a>(keys: impl Iterator<Item = &'a ObjectKey>, pods: bool, looks: bool) -> Vec<Wanted> {
    let mut all = of_objects(keys, &["get", "delete"]);
    all.extend(pods.then(|| access("delete", "", "pods", NAMESPACE, "")));
    all.extend(looks.then(|| ALL_PODS.access()));
    all.into_iter().map(|access| (access, "")).collect()
}

/// What the user may not; `None` where that is nothing.
///
/// # Errors
/// Why the API server does not say.
pub(super) async fn lacking(client: &kube::Client, wanted: Vec<Wanted>) -> Result<Option<String>, String> {
    let denied = denied(client, wanted).await.map_err(|e| format!("asking what its user may do failed: {e}"))?;
    Ok((!denied.is_empty()).then(|| may_not(denied.iter().map(|(access, _)| access))))
}

/// The sentence that names what the user may not.
pub(super) fn may_not<'a>(denied: impl Iterator<Item = &'a Access>) -> String {
    format!("the kubeconfig's user may not {}", text(denied))
}

/// Those of `wanted` that the user does not have. Each review has its own deadline, all of them together a generous one: a cluster
/// with many namespaces behind a slow line answers all the same.
///
/// # Errors
/// Why the API server does not say.
pub(super) async fn denied(client: &kube::Client, wanted: Vec<Wanted>) -> Result<Vec<Wanted>, K8sError> {
    within(PATIENCE, async {
        // an administrator of the cluster may everything, and needs no other question
        if may(client, &access("*", "*", "*", "", ""), DEADLINE).await? {
            return Ok(Vec::new());
        }
        // what is wanted in many namespaces is asked for once, where the user has it in all of them
        let wide = wanted_widely(wanted.iter().map(|(access, _)| access));
        let not_wide = refused(client, wide.iter().map(|access| (access.clone(), "")).collect()).await?;
        let has = |access: &Access| {
            let everywhere = Access { namespace: String::new(), ..access.clone() };
            wide.contains(&everywhere) && not_wide.iter().all(|(refused, _)| *refused != everywhere)
        };
        refused(client, wanted.into_iter().filter(|(access, _)| !has(access)).collect()).await
    })
    .await
}

/// Those of `wanted` to which the API server says no.
async fn refused(client: &kube::Client, wanted: Vec<Wanted>) -> Result<Vec<Wanted>, K8sError> {
    let asked = futures::stream::iter(wanted).map(|(access, without)| async move {
        let allowed = may(client, &access, DEADLINE).await?;
        Ok::<_, K8sError>((!allowed).then_some((access, without)))
    });
    let answers: Vec<Option<Wanted>> = asked.buffered(WIDTH).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
}

/// The rights that are wanted in more than one namespace, as rights in all of them.
fn wanted_widely<'a>(wanted: impl Iterator<Item = &'a Access>) -> BTreeSet<Access> {
    let mut namespaces: BTreeMap<Access, BTreeSet<&str>> = BTreeMap::new();
    for access in wanted.filter(|access| !access.namespace.is_empty()) {
        let everywhere = Access { namespace: String::new(), ..access.clone() };
        namespaces.entry(everywhere).or_default().insert(&access.namespace);
    }
    namespaces.into_iter().filter(|(_, of)| of.len() > 1).map(|(access, _)| access).collect()
}

/// `create, patch deployments.apps in istio-system; create namespaces`
fn text<'a>(denied: impl Iterator<Item = &'a Access>) -> String {
    let mut by_resource: BTreeMap<String, Vec<&str>> = Default::default();
    for access in denied {
        let group = if access.group.is_empty() { String::new() } else { format!(".{}", access.group) };
        let within = if access.namespace.is_empty() { String::new() } else { format!(" in {}", access.namespace) };
        by_resource.entry(format!("{}{group}{within}", access.resource)).or_default().push(&access.verb);
    }
    let all: Vec<String> =
        by_resource.into_iter().map(|(place, verbs)| format!("{} {place}", verbs.join(", "))).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_in_many_namespaces_is_asked_for_once() {
        let wanted = [
            access("get", "", "services", "a", ""),
            access("get", "", "services", "b", ""),
            access("delete", "", "services", "a", ""),
            access("delete", "", "services", "a", ""),
            access("list", "", "pods", "a", ""),
            access("list", "", "pods", "", ""),
        ];
        let widely = wanted_widely(wanted.iter());
        assert_eq!(widely.into_iter().collect::<Vec<_>>(), [access("get", "", "services", "", "")]);
    }
}
