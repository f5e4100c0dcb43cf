//! Exactly what install will do in a cluster, as the rights that it needs.

use std::collections::BTreeSet;

use super::super::installed::READER;
use super::super::plan::NAMESPACE;
use crate::adapters::k8s::Access;
use crate::data::model::ClusterRole;
use crate::pure::manifest::{ClusterManifests, Resource};

/// What is done with every object: looked at, made or changed by server-side apply, and pruned.
const VERBS: [&str; 4] = ["get", "create", "patch", "delete"];

/// What else is done, in the control plane's namespace: verb, group, resource.
const BESIDES: [(&str, &str, &str); 2] = [("list", "", "pods"), ("list", "discovery.k8s.io", "endpointslices")];

/// Every right that installing these objects needs, each once.
pub(super) fn needed(planned: &ClusterManifests) -> BTreeSet<Access> {
    let mut needed = BTreeSet::new();
    let mut add = |verb: &str, group: &str, resource: &str, namespace: &str, name: &str| {
        needed.insert(Access {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        });
    };
    let objects = planned.objects.iter().map(|o| (o.key.resource(), o.key.namespace.as_str()));
    // the inventory and the CA's Secret are in no list of objects
    let besides = [("", "ConfigMap"), ("", "Secret")].map(|(group, kind)| (Resource::of(group, kind), NAMESPACE));
    for (row, namespace) in objects.chain(besides) {
        let Some(row) = row else { continue };
        VERBS.iter().for_each(|verb| add(verb, row.group, row.plural, namespace, ""));
    }
    BESIDES.iter().for_each(|(verb, group, resource)| add(verb, group, resource, NAMESPACE, ""));
    if planned.role == ClusterRole::Remote {
        add("create", "", "serviceaccounts/token", NAMESPACE, READER);
    }
    needed
}

/// What an administrator of the cluster may: everything. Whoever may that needs no other question.
pub(super) fn everything() -> Access {
    let any = || "*".to_owned();
    Access { verb: any(), group: any(), resource: any(), namespace: String::new(), name: String::new() }
}

/// `deployments.apps in istio-system`
pub(super) fn place(access: &Access) -> String {
    let group = if access.group.is_empty() { String::new() } else { format!(".{}", access.group) };
    let within = if access.namespace.is_empty() { String::new() } else { format!(" in {}", access.namespace) };
    format!("{}{group}{within}", access.resource)
}
