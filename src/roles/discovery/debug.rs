//! `/debug/*`: what pilot knows, and what it told whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::streams::StreamStatus;
use super::upkeep::Upkeep;
use crate::data::model::{ClusterId, ClusterName, Name, NodeId, ProxyRole, Timestamp, WorkloadId};
use crate::engine::{Feeds, Published};
use crate::pure::mesh::{Endpoint, Mesh, Service, SyncState, Workload};
use crate::pure::xds::{Proxy, Snapshot, TypeStatus};

/// Every cluster of the registry, with the age of what is stale, and whether the restart hold is on; in a cluster also how
/// the remotes' credentials and slices stand.
pub(super) fn clusters(feeds: &Feeds, snapshot: &Snapshot, upkeep: Option<&Upkeep>, now: Timestamp) -> Value {
    let rows: Vec<Value> = feeds
        .status()
        .into_iter()
        .map(|status| {
            let age = status.heard.map(|heard| heard.age(now).as_secs());
            let mut row = serde_json::to_value(&status).unwrap_or_default();
            row["staleSeconds"] = json!(age);
            if let Some(kept) = upkeep.map(|u| u.row(&status.id, now)) {
                row["credentials"] = kept["credentials"].clone();
                row["pilotSlices"] = kept["pilotSlices"].clone();
            }
            row
        })
        .collect();
    let problems = feeds.problems();
    json!({
        "clusters": rows,
        "problems": problems.iter().map(|p| json!({"file": p.file, "reason": p.reason})).collect::<Vec<_>>(),
        "restartHold": {"waitsFor": &*snapshot.missing},
        "upkeep": upkeep.map(|u| u.page(now)),
    })
}

/// The merged endpoints of all services, or of those of one host.
pub(super) fn endpoints(mesh: &Mesh, host: Option<&str>, now: Timestamp) -> Value {
    let services = mesh.services.values().filter(|s| host.is_none_or(|h| s.hostname == *h || s.id.name == *h));
    services.flat_map(|s| s.ports.iter().map(|p| port(mesh, s, p.number, now))).collect()
}

fn port(mesh: &Mesh, service: &Service, number: u16, now: Timestamp) -> Value {
    let endpoints: Vec<Value> = service.endpoints(number).iter().map(|e| endpoint(mesh, e, now)).collect();
    json!({
        "cluster": ClusterName::outbound(number, &service.hostname).to_string(),
        "scope": service.id.to_string(),
        "definedBy": service.defined_by,
        "endpoints": endpoints,
    })
}

fn endpoint(mesh: &Mesh, endpoint: &Endpoint, now: Timestamp) -> Value {
    let stale = match mesh.clusters.get(&endpoint.cluster).map(|c| c.sync) {
        Some(SyncState::Stale { since }) => Some(since.age(now).as_secs()),
        _ => None,
    };
    json!({
        "address": endpoint.address,
        "port": endpoint.port,
        "cluster": endpoint.cluster,
        "network": endpoint.network,
        "locality": endpoint.locality.to_string(),
        "pod": endpoint.workload.as_ref().map(|w| w.name.clone()),
        "node": endpoint.node,
        "health": endpoint.readiness,
        "serviceAccount": endpoint.account,
        "staleSeconds": stale,
    })
}

/// Every open stream: what was sent, answered and rejected.
pub(super) fn streams(streams: &[StreamStatus]) -> Value {
    let rows = streams.iter().map(|s| {
        json!({
            "proxy": format!("{}.{}", s.proxy.node.pod, s.proxy.node.namespace),
            "nodeId": s.proxy.node.to_string(),
            "cluster_id": s.proxy.cluster,
            "address": s.proxy.node.address,
            "version": s.proxy.version,
            "principal": s.proxy.principal,
            "peer": s.peer,
            "protocol": if s.delta { "delta" } else { "sotw" },
            "connectedAt": s.connected,
            "bytesSent": s.bytes,
            "heldBack": s.held_back,
            "expiredWaits": s.expired_waits,
            "types": s.types.iter().map(|t| (t.ty.short().to_owned(), type_status(t))).collect::<BTreeMap<_, _>>(),
        })
    });
    rows.collect()
}

fn type_status(status: &TypeStatus) -> Value {
    let TypeStatus { ty: _, wildcard, names, held, sent, answered, nack } = status;
    let state = match (sent, nack) {
        (_, Some(_)) => "NACK",
        // what a resuming proxy holds was not sent again
        (0, None) if *held == 0 => "NOT SENT",
        _ if sent == answered => "SYNCED",
        _ => "STALE",
    };
    json!({
        "state": state,
        "wildcard": wildcard,
        "names": names,
        "held": held,
        "sentNonce": sent,
        "answeredNonce": answered,
        "nack": nack.as_ref().map(|n| json!({"nonce": n.nonce, "reason": n.reason})),
    })
}

/// What is wrong with objects, and where the clusters' definitions of a service disagree.
pub(super) fn warnings(mesh: &Mesh) -> Value {
    let objects = mesh.warnings.iter().flat_map(|((cluster, key), warnings)| {
        let row = move |w: &crate::data::model::Warning| json!({"cluster": cluster, "object": key.to_string(), "field": w.field, "reason": w.reason});
        warnings.iter().map(row).collect::<Vec<_>>()
    });
    let services = mesh.services.values().flat_map(|s| {
        let row = |w: &crate::data::model::Warning| json!({"service": s.id.to_string(), "field": w.field, "reason": w.reason});
        s.conflicts.iter().map(row).collect::<Vec<_>>()
    });
    objects.chain(services).collect()
}

/// Every pod that the mesh knows, with what it may be called by, and whether its proxy is connected.
pub(super) fn workloads(mesh: &Mesh, streams: &[StreamStatus]) -> Value {
    let services = mesh.services_of_workloads();
    let order = mesh.settings.ordered();
    let connected: BTreeSet<(&Name, &Name)> =
        streams.iter().map(|s| (&s.proxy.node.namespace, &s.proxy.node.pod)).collect();
    let rows = mesh.workloads.iter().map(|(id, w)| {
        json!({
            "proxy": format!("{}.{}", id.name, id.namespace),
            "cluster_id": id.cluster,
            "rank": order.iter().position(|c| **c == id.cluster),
            "address": w.addresses.first(),
            "ready": w.ready,
            "owner": w.owner.as_ref().map(|(kind, name)| json!({"kind": kind, "name": name})),
            "labels": &*w.labels,
            "services": services.get(id),
            "connected": connected.contains(&(&id.namespace, &id.name)),
        })
    });
    rows.collect()
}

/// The proxy that `proxyID` means: a connected one by its node id or `POD.NAMESPACE`, else a pod that the mesh knows, of
/// which the dump then is computed. `CLUSTER/POD.NAMESPACE` is one pod of one cluster.
pub(super) fn find_proxy(published: &Published, streams: &[StreamStatus], id: &str) -> Option<(Proxy, bool)> {
    if let Ok(node) = NodeId::parse(id) {
        let connected = streams.iter().find(|s| s.proxy.node == node).map(|s| s.proxy.clone());
        let known = connected.is_some();
        return Some((connected.unwrap_or_else(|| Proxy::of_node(node, None)), known));
    }
    let (cluster, rest) = match id.split_once('/') {
        Some((cluster, rest)) => (Some(ClusterId::parse(cluster).ok()?), rest),
        None => (None, id),
    };
    let (pod, namespace) = rest.rsplit_once('.')?;
    let named = |p: &Proxy| {
        p.node.pod == *pod
            && p.node.namespace == *namespace
            && cluster.as_ref().is_none_or(|c| p.cluster(&published.mesh) == *c)
    };
    if let Some(stream) = streams.iter().find(|s| named(&s.proxy)) {
        return Some((stream.proxy.clone(), true));
    }
    let workload = pod_of(&published.mesh, cluster.as_ref(), namespace, pod)?;
    Some((proxy_of(workload)?, false))
}

fn pod_of<'a>(mesh: &'a Mesh, cluster: Option<&ClusterId>, namespace: &str, pod: &str) -> Option<&'a Workload> {
    let ordered = mesh.settings.ordered();
    let clusters = ordered.into_iter().filter(|c| cluster.is_none_or(|only| only == *c));
    let id = |c: &ClusterId| WorkloadId { cluster: c.clone(), namespace: namespace.into(), name: Name::from(pod) };
    clusters.filter_map(|c| mesh.workloads.get(&id(c))).map(|w| &**w).next()
}

/// The proxy that a pod has, or would have.
fn proxy_of(workload: &Workload) -> Option<Proxy> {
    let node = NodeId {
        role: ProxyRole::Sidecar,
        address: *workload.addresses.first()?,
        pod: workload.id.name.clone(),
        namespace: workload.id.namespace.clone(),
    };
    let mut proxy = Proxy::of_node(node, Some(workload.id.cluster.clone()));
    proxy.addresses = workload.addresses.clone();
    Some(proxy)
}
