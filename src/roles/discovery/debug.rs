//! `/debug/*`: what pilot knows, and what it told whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::streams::{Sent, StreamStatus};
use super::upkeep::Upkeep;
use crate::adapters::serve::TlsIdentity;
use crate::data::model::{
    ClusterId, ClusterName, Name, NodeId, ProxyRole, ServiceKind, ServicePort, Timestamp, Transport, WorkloadId,
};
use crate::engine::Feeds;
use crate::pure::mesh::{Endpoint, Mesh, Service, SyncState, Workload};
use crate::pure::xds::{
    self, Binding, Catalog, CrowdedPort, ExternalHost, Families, HEADLESS_CHAINS, PortConflict, Proxy, Snapshot,
    TypeStatus,
};

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
        "restartHold": {"waitsFor": snapshot.missing.names()},
        "upkeep": upkeep.map(|u| u.page(now)),
    })
}

/// The certificate of the mTLS port: its end, and why new files are not in use, where they are not.
pub(super) fn tls(identity: Option<&TlsIdentity>) -> Value {
    let Some(identity) = identity else { return Value::Null };
    json!({
        "certificate": identity.certificate().display().to_string(),
        "notAfter": identity.not_after(),
        "problem": identity.problem().map(|why| why.to_string()),
    })
}

/// The merged endpoints of all services, or of those of one host.
pub(super) fn endpoints(mesh: &Mesh, host: Option<&str>, now: Timestamp) -> Value {
    let services = mesh.services.values().filter(|s| host.is_none_or(|h| s.hostname == *h || s.id.name == *h));
    services.flat_map(|s| s.ports.iter().map(|p| port(mesh, s, p, now))).collect()
}

/// What is not TCP has no xDS cluster: nothing carries it.
fn port(mesh: &Mesh, service: &Service, port: &ServicePort, now: Timestamp) -> Value {
    let endpoints: Vec<Value> = service.endpoints(port.id()).iter().map(|e| endpoint(mesh, e, now)).collect();
    let cluster = || ClusterName::outbound(port.number, &service.hostname).to_string();
    json!({
        "cluster": (port.transport == Transport::Tcp).then(cluster),
        "host": service.hostname,
        "port": port.number,
        "transport": port.transport.to_string(),
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

/// Every open stream: what was sent, answered and rejected; and what is held back until those it waits for have been read.
pub(super) fn streams(streams: &[StreamStatus]) -> Value {
    let now = crate::adapters::serve::instant();
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
            "waitsFor": s.waits_for.names(),
            "frozen": s.frozen,
            "expiredWaits": s.expired_waits,
            "types": s.types.iter().map(|t| (t.ty.short().to_owned(), type_status(t, now))).collect::<BTreeMap<_, _>>(),
        })
    });
    rows.collect()
}

fn type_status(status: &TypeStatus, now: std::time::Instant) -> Value {
    let TypeStatus { ty: _, wildcard, names, held, sent, answered, unanswered_since, nack, held_back } = status;
    let age = |at: std::time::Instant| now.saturating_duration_since(at).as_secs();
    let state = match (sent, nack) {
        (_, Some(_)) => "NACK",
        // what a resuming proxy holds was not sent again
        (0, None) if *held == 0 => "NOT SENT",
        _ if sent == answered => "SYNCED",
        _ => "STALE",
    };
    json!({
        "state": state,
        "heldBack": held_back,
        "wildcard": wildcard,
        "names": names,
        "held": held,
        "sentNonce": sent,
        "answeredNonce": answered,
        "unansweredSeconds": unanswered_since.map(age),
        "nack": nack.as_ref().map(|n| json!({"nonce": n.nonce, "reason": n.reason, "secondsAgo": age(n.at)})),
    })
}

/// What is wrong with objects, where the clusters' definitions of a service disagree, which endpoints some clusters cannot
/// reach, which ExternalNames proxies are not sent to, which pods of headless services no listener tells apart, which services
/// connected proxies without iptables do not get, and whose proxies are told nothing, since their cluster is not registered.
pub(super) fn warnings(mesh: &Mesh, streams: &[StreamStatus], refused_of: &[(ClusterId, u64)]) -> Value {
    let objects = mesh.warnings.iter().flat_map(|((cluster, key), warnings)| {
        let row = move |w: &crate::data::model::Warning| json!({"cluster": cluster, "object": key.to_string(), "field": w.field, "reason": w.reason});
        warnings.iter().map(row).collect::<Vec<_>>()
    });
    let services = mesh.services.values().flat_map(|s| {
        let row = |w: &crate::data::model::Warning| json!({"service": s.id.to_string(), "field": w.field, "reason": w.reason});
        s.conflicts.iter().map(row).collect::<Vec<_>>()
    });
    let external = mesh.services.values().filter_map(|s| refused(s));
    let headless = mesh.services.values().flat_map(|s| crowded(s));
    let unregistered = unregistered(mesh, streams, refused_of);
    let all = objects.chain(services).chain(external).chain(headless);
    all.chain(contended(mesh, streams)).chain(unregistered).collect()
}

/// The proxies whose cluster is not in the registry: those that are connected keep what they have, others are refused.
fn unregistered(mesh: &Mesh, streams: &[StreamStatus], refused_of: &[(ClusterId, u64)]) -> Vec<Value> {
    let kept = streams.iter().filter(|s| s.frozen).map(|s| {
        let cluster = s.proxy.cluster.as_ref().map_or_else(|| "its cluster".to_owned(), |c| format!("its cluster {c}"));
        let reason = format!("{cluster} is not in the registry any more: the proxy keeps what it has, and is told nothing");
        json!({"proxy": format!("{}.{}", s.proxy.node.pod, s.proxy.node.namespace), "field": "CLUSTER_ID", "reason": reason})
    });
    let unknown = refused_of.iter().filter(|(cluster, _)| !mesh.clusters.contains_key(cluster));
    let refused = unknown.map(|(cluster, times)| {
        let reason = format!(
            "it is not in the registry, and proxies say that they run there (CLUSTER_ID): they were refused {times} times so far"
        );
        json!({"cluster": cluster, "field": "CLUSTER_ID", "reason": reason})
    });
    kept.chain(refused).collect()
}

/// The ports of a headless service with more pods in a cluster than a listener tells apart.
fn crowded(service: &Service) -> Vec<Value> {
    let row = |CrowdedPort { port, cluster, addresses }: CrowdedPort| {
        let reason = format!(
            "port {port} has {addresses} addresses in {cluster}: its proxies know the first {HEADLESS_CHAINS}, and calls to the \
             others go where unknown calls go"
        );
        json!({"service": service.id.to_string(), "field": "endpoints", "reason": reason})
    };
    xds::crowded_ports(service).into_iter().map(row).collect()
}

/// The services whose ports are another's on loopback, where a proxy is connected that listens there.
fn contended(mesh: &Mesh, streams: &[StreamStatus]) -> Vec<Value> {
    let views = streams.iter().filter(|s| s.proxy.binding == Binding::Port && !s.frozen).map(|s| s.proxy.view(mesh));
    let sidecars = views.filter(|v| v.role == ProxyRole::Sidecar);
    let places: BTreeSet<(ClusterId, Families)> = sidecars.map(|v| (v.cluster, v.families)).collect();
    let mut rows = BTreeMap::new();
    for (cluster, families) in places {
        for PortConflict { service: (namespace, name), port, listener, holder } in
            xds::port_conflicts(mesh, &cluster, families)
        {
            let Some(service) = mesh.service_in(&cluster, &namespace, &name) else { continue };
            let what = match holder {
                Some((namespace, name)) => {
                    format!("no listener for its port {port}: {listener} is that of {namespace}/{name}")
                }
                None => format!("only what is not HTTP of its port {port}: HTTP services have {listener}"),
            };
            let reason = format!("the proxies of {cluster} without iptables (INTERCEPTION_MODE NONE) have {what}");
            rows.insert((service.id.to_string(), reason), "spec.ports");
        }
    }
    rows.into_iter()
        .map(|((service, reason), field)| json!({"service": service, "field": field, "reason": reason}))
        .collect()
}

fn refused(service: &Service) -> Option<Value> {
    let ServiceKind::ExternalName(host) = &service.kind else { return None };
    let reason = format!("no proxy is sent to {host}: it is no public host, or the service itself");
    let row = json!({"service": service.id.to_string(), "field": "spec.externalName", "reason": reason});
    ExternalHost::of(service, host).is_none().then_some(row)
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

/// Whose dump is asked for.
pub(super) enum Subject {
    /// A connected proxy: what it was sent.
    Connected(Box<StreamStatus>),
    /// A pod whose proxy is not connected: what it would be sent.
    Pod(Box<Proxy>),
}

/// The proxy that `proxyID` means: a connected one by its node id or `POD.NAMESPACE`, else a pod that the mesh knows.
/// `CLUSTER/POD.NAMESPACE` is one pod of one cluster. Nobody else: to invent a proxy must cost nothing.
pub(super) fn find_proxy(mesh: &Mesh, streams: &[StreamStatus], id: &str) -> Option<Subject> {
    let connected = |named: &dyn Fn(&Proxy) -> bool| {
        // streams are in the order in which they came: after a cut the dead one is there too, until it is noticed
        streams.iter().rfind(|s| named(&s.proxy)).map(|s| Subject::Connected(Box::new(s.clone())))
    };
    if let Ok(node) = NodeId::parse(id) {
        let pod = || pod_of(mesh, None, &node.namespace, &node.pod).filter(|w| w.addresses.contains(&node.address));
        return connected(&|p| p.node == node).or_else(|| proxy_of(pod()?));
    }
    let (cluster, rest) = match id.split_once('/') {
        Some((cluster, rest)) => (Some(ClusterId::parse(cluster).ok()?), rest),
        None => (None, id),
    };
    let (pod, namespace) = rest.rsplit_once('.')?;
    let named = |p: &Proxy| {
        p.node.pod == *pod && p.node.namespace == *namespace && cluster.as_ref().is_none_or(|c| p.cluster(mesh) == *c)
    };
    connected(&named).or_else(|| proxy_of(pod_of(mesh, cluster.as_ref(), namespace, pod)?))
}

/// What a connected proxy was sent. `upToDate` is false while something newer is on its way, or held back. `claimed`, where
/// there is any, names by type what it came with and was sent nothing of yet: nobody here knows those bytes. `unknown` has the
/// types of which not even the names are known.
pub(super) fn sent(sent: &Sent) -> Value {
    let mut dump = xds::config_dump_sent(|ty| sent.resources.get(&ty).into_iter().flatten());
    dump["source"] = "current".into();
    dump["upToDate"] = (!sent.pending).into();
    if !sent.claimed.is_empty() {
        let by_type = sent.claimed.iter().map(|(ty, names)| (ty.short(), names));
        dump["claimed"] = json!(by_type.collect::<BTreeMap<_, _>>());
    }
    if !sent.unknown.is_empty() {
        dump["unknown"] = json!(sent.unknown.iter().map(|ty| ty.short()).collect::<Vec<_>>());
    }
    dump
}

/// What a proxy would be sent, computed beside the writer, which has no part in it.
pub(super) fn computed(mesh: &Mesh, proxy: &Proxy) -> Value {
    let mut catalog = Catalog::new(mesh);
    let view = catalog.attach(mesh, proxy.view(mesh));
    let mut dump = xds::config_dump(&catalog.snapshot(), view);
    dump["source"] = "computed".into();
    dump
}

fn pod_of<'a>(mesh: &'a Mesh, cluster: Option<&ClusterId>, namespace: &str, pod: &str) -> Option<&'a Workload> {
    let ordered = mesh.settings.ordered();
    let clusters = ordered.into_iter().filter(|c| cluster.is_none_or(|only| only == *c));
    let id = |c: &ClusterId| WorkloadId { cluster: c.clone(), namespace: namespace.into(), name: Name::from(pod) };
    clusters.filter_map(|c| mesh.workloads.get(&id(c))).map(|w| &**w).next()
}

/// The proxy that a pod has, or would have.
fn proxy_of(workload: &Workload) -> Option<Subject> {
    let node = NodeId {
        role: ProxyRole::Sidecar,
        address: *workload.addresses.first()?,
        pod: workload.id.name.clone(),
        namespace: workload.id.namespace.clone(),
    };
    let mut proxy = Proxy::of_node(node, Some(workload.id.cluster.clone()));
    proxy.addresses = workload.addresses.clone();
    Some(Subject::Pod(Box::new(proxy)))
}
