//! Pilot's own view of every cluster: each pod of it that is ready is asked, since a proxy may come to any of them.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::{AGAIN, PATIENCE, PAUSE};
use crate::adapters::k8s::{K8sError, PodHttp, forward, get_all};
use crate::data::model::ClusterId;
use crate::workflows::install::farewell::PILOTS;
use crate::workflows::install::live::{DEADLINE, Live};
use crate::workflows::install::plan::NAMESPACE;
use crate::workflows::install::rights::PODS;
use crate::workflows::install::steps::Way;
use crate::workflows::install::words::{self, Rollout};

/// Larger than any page of clusters.
const MAX_PAGE: usize = 8 << 20;
/// The state of a cluster whose objects are all known.
const SYNCED: &str = "synced";
/// The state of a remote's slices that do not lead to pilot.
const NOT_KEPT: &str = "FAILED";
/// The state of those that pilot has yet to see.
const WAITING: &str = "WAITING";

/// What a pod of pilot says of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// All is well: its objects are known, and nothing is wrong with the slices there that lead to pilot.
    Well,
    /// The same, but for slices that it waits for: they come, or are a failure later.
    Waits,
    /// Its objects are not known: the state, and its reason.
    Unsynced(String),
    /// Its objects are known, and the slices there do not lead to pilot, for this reason.
    NotKept(String),
}

/// What each ready pod of pilot sees: what it says of every cluster, by id.
type Seen = Vec<(String, BTreeMap<String, Said>)>;

/// A cluster with which not all is well in the eyes of a pilot.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unseen {
    /// It is not seen: the end of the sentence.
    Cluster(String),
    /// Its slices are not kept: the end of the sentence.
    Slices(String),
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unseen::Cluster(said) => write!(f, "does not see it: {said}"),
            Unseen::Slices(said) => write!(f, "does not keep the slices there that lead to it: {said}"),
        }
    }
}

impl Unseen {
    /// The next command.
    fn hint(&self, primary: &ClusterId, id: &ClusterId) -> String {
        let kubectl = format!("kubectl --namespace {NAMESPACE}");
        match self {
            // it asks its own cluster at the address that every pod there has
            Unseen::Cluster(_) if id == primary => {
                format!("{kubectl} logs deployment/istio-pilot, in the cluster {primary}, says more; {AGAIN}")
            }
            Unseen::Cluster(_) => {
                let server = format!("clusters.{id}.server of mesh.yaml is the address that pilot asks");
                format!("{server}, where the kubeconfig's own does not do; {AGAIN}")
            }
            Unseen::Slices(_) => {
                let slices = format!("{kubectl} get endpointslices --output yaml, in the cluster {id}");
                format!("{slices}, shows where they lead and who wrote them; {AGAIN}")
            }
        }
    }
}

/// Asks pilot in the primary what it sees of the clusters of this run, until it sees all of them. What it does not see of
/// `others` is told, and no failure of this run.
pub(in crate::workflows::install) async fn pilots_view(
    primary: &ClusterId,
    live: &Live,
    ways: &[&Way],
    others: &[&ClusterId],
) {
    let ids: Vec<&str> = ways.iter().map(|way| way.planned.id.as_str()).collect();
    let asked = until_seen(&ids, PATIENCE, async || seen(live).await).await;
    // a primary that this run did not write to has no row in the report
    let teller = ways.iter().find(|way| way.planned.id == *primary).or(ways.first());
    match asked {
        Err(K8sError::Forbidden(why)) => {
            teller
                .into_iter()
                .for_each(|way| way.note(format!("what pilot in {primary} sees was not verified: {why}")));
        }
        Err(why) => {
            let of = |way: &&&Way| way.planned.id == *primary || ways.iter().all(|w| w.planned.id != *primary);
            let why = format!("asking pilot in {primary} which clusters it sees failed: {why}");
            let pods =
                format!("kubectl --namespace {NAMESPACE} get pods, in the cluster {primary}, shows how pilot is");
            for way in ways.iter().filter(of) {
                way.fail(why.clone());
                way.hint(&format!("{pods}; {AGAIN}"));
            }
        }
        Ok(seen) => {
            for way in ways {
                if let Some(said) = unseen(&seen, way.planned.id.as_str()) {
                    way.fail(format!("pilot in {primary} {said}"));
                    way.hint(&said.hint(primary, &way.planned.id));
                }
            }
            let known = |id: &str| seen.iter().any(|(_, states)| states.contains_key(id));
            for other in others.iter().filter(|other| known(other.as_str())) {
                let said = unseen(&seen, other.as_str());
                let note = said.map(|said| format!("the cluster {other}: pilot in {primary} {said}"));
                teller.into_iter().zip(note).for_each(|(way, note)| way.note(note));
            }
        }
    }
}

/// Looks again and again until these clusters are seen, or for so long; what was seen last.
async fn until_seen(
    ids: &[&str],
    patience: Duration,
    look: impl AsyncFn() -> Result<Seen, K8sError>,
) -> Result<Seen, K8sError> {
    let mut last = Err(K8sError::Deadline(patience));
    let all_seen = async {
        loop {
            last = look().await;
            match &last {
                // more patience gives no right
                Err(K8sError::Forbidden(_)) => return,
                Ok(seen) if ids.iter().all(|id| unseen(seen, id).is_none() && !waits(seen, id)) => return,
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    let _ = tokio::time::timeout(patience, all_seen).await;
    last
}

/// Whether a pilot still waits for its slices in a cluster: whether it may keep them is not known yet.
fn waits(seen: &Seen, id: &str) -> bool {
    seen.iter().any(|(_, said)| said.get(id) == Some(&Said::Waits))
}

/// What the first pilot that does not see a cluster, or does not keep its slices, says of it; `None` where all is well.
fn unseen(seen: &Seen, id: &str) -> Option<Unseen> {
    seen.iter().find_map(|(pod, said)| match said.get(id) {
        Some(Said::Well | Said::Waits) => None,
        Some(Said::Unsynced(state)) => Some(Unseen::Cluster(format!("{pod} says: {state}"))),
        Some(Said::NotKept(why)) => Some(Unseen::Slices(format!("{pod} says: {why}"))),
        None => Some(Unseen::Cluster(format!("{pod} says: it does not know it"))),
    })
}

/// What every pilot that is ready says of each cluster.
async fn seen(live: &Live) -> Result<Seen, K8sError> {
    let path = format!("{}?labelSelector={PILOTS}", PODS.path());
    let pods = get_all(&live.client, &path, DEADLINE).await?;
    let name = |pod: &Value| pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let ready =
        |pod: &&Value| pod.pointer("/metadata/deletionTimestamp").is_none() && words::pod(pod) == Rollout::Ready;
    let ready: Vec<String> = pods.iter().filter(ready).map(name).collect();
    if ready.is_empty() {
        return Err(K8sError::Peer { peer: "pilot".to_owned(), reason: "no pod of it is ready".to_owned() });
    }
    join_all(ready.into_iter().map(|pod| page(live, pod))).await.into_iter().collect()
}

/// What one pod says.
async fn page(live: &Live, pod: String) -> Result<(String, BTreeMap<String, Said>), K8sError> {
    let stream = forward(&live.client, NAMESPACE, &pod, 8080, DEADLINE).await?;
    let answer = PodHttp::over(stream, DEADLINE).await?.get("/debug/clusterz").await?;
    let page: Value = serde_json::from_slice(&answer.whole(MAX_PAGE).await?)
        .map_err(|_| K8sError::Protocol("pilot's page of clusters is no JSON"))?;
    Ok((pod, said(&page)))
}

/// What a page says of each cluster, by id. Only the pod that holds the Lease keeps slices: the others say nothing of them.
fn said(page: &Value) -> BTreeMap<String, Said> {
    let rows = page.get("clusters").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| {
        let text = |pointer: &str| row.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let said = match (text("/state"), text("/reason"), text("/pilotSlices/state")) {
            (SYNCED, "", NOT_KEPT) => Said::NotKept(words::line(text("/pilotSlices/reason"))),
            (SYNCED, "", WAITING) => Said::Waits,
            (SYNCED, "", _) => Said::Well,
            (state, "", _) => Said::Unsynced(state.to_owned()),
            (state, reason, _) => Said::Unsynced(format!("{state}: {}", words::line(reason))),
        };
        (text("/id").to_owned(), said)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use serde_json::json;

    fn page(on_prem: Option<(&str, &str)>) -> BTreeMap<String, Said> {
        let mut rows = vec![json!({"id": "gke", "state": "synced", "reason": null})];
        rows.extend(on_prem.map(|(state, reason)| json!({"id": "on-prem", "state": state, "reason": reason})));
        said(&json!({"clusters": rows}))
    }

    fn id(text: &str) -> ClusterId {
        ClusterId::parse(text).unwrap()
    }

    #[test]
    fn pilots_page_gives_a_state_and_its_reason() {
        let page = page(Some(("unreachable", "the API server\ncannot be reached")));
        assert_eq!(page["gke"], Said::Well);
        assert_eq!(page["on-prem"], Said::Unsynced("unreachable: the API server cannot be reached".into()));
        assert_eq!(said(&json!({"clusters": 7})), BTreeMap::new());
    }

    #[test]
    fn a_cluster_whose_slices_are_not_kept_is_not_well() {
        let of = |slices: Value| {
            let row = json!({"id": "on-prem", "state": "synced", "reason": null, "pilotSlices": slices});
            let seen: Seen = vec![("p".to_owned(), said(&json!({"clusters": [row]})))];
            unseen(&seen, "on-prem")
        };
        // a pod without the Lease keeps none; one that has just taken it has yet to compare them
        let (kept, waiting) = (json!({"state": "KEPT", "reason": null}), json!({"state": "WAITING", "reason": "x"}));
        for well in [Value::Null, kept, waiting] {
            assert_eq!(of(well.clone()), None, "{well}");
        }
        let refused = of(json!({"state": "FAILED", "reason": "istio-pilot-gke-v4 cannot be written:\nno"})).unwrap();
        let words = "does not keep the slices there that lead to it: p says: istio-pilot-gke-v4 cannot be written: no";
        assert_eq!(refused.to_string(), words);
        let hint = refused.hint(&id("gke"), &id("on-prem"));
        assert!(hint.contains("get endpointslices --output yaml, in the cluster on-prem"), "{hint}");
        // a cluster that is not seen is told first
        let row = json!({"id": "on-prem", "state": "stale", "reason": "late",
            "pilotSlices": {"state": "FAILED", "reason": "they cannot be read"}});
        assert_eq!(said(&json!({"clusters": [row]}))["on-prem"], Said::Unsynced("stale: late".into()));
    }

    #[test]
    fn the_primary_is_not_sent_to_the_address_of_a_remote() {
        let unseen = Unseen::Cluster("p says: unreachable".into());
        let (own, remote) = (unseen.hint(&id("gke"), &id("gke")), unseen.hint(&id("gke"), &id("on-prem")));
        assert!(own.contains("logs deployment/istio-pilot, in the cluster gke") && !own.contains("mesh.yaml"), "{own}");
        assert!(remote.starts_with("clusters.on-prem.server of mesh.yaml is the address that pilot asks"), "{remote}");
    }

    #[test]
    fn a_cluster_is_seen_where_every_pilot_sees_it() {
        let synced = ("p-1".to_owned(), page(Some(("synced", ""))));
        let lost = ("p-2".to_owned(), page(Some(("unreachable", "no route"))));
        let without = ("p-3".to_owned(), page(None));
        let of = |all: &[&(String, BTreeMap<String, Said>)]| {
            let seen: Seen = all.iter().map(|one| (*one).clone()).collect();
            (unseen(&seen, "gke"), unseen(&seen, "on-prem"))
        };
        assert_eq!(of(&[&synced, &synced]), (None, None));
        let cluster = |said: &str| Some(Unseen::Cluster(said.to_owned()));
        assert_eq!(of(&[&synced, &lost]), (None, cluster("p-2 says: unreachable: no route")));
        assert_eq!(of(&[&without, &synced]), (None, cluster("p-3 says: it does not know it")));
    }

    #[tokio::test]
    async fn it_is_asked_until_all_are_seen_and_no_longer_than_patience_lasts() {
        let looks = Cell::new(0);
        let look = async |answer: &dyn Fn(u32) -> Result<Seen, K8sError>| {
            looks.set(looks.get() + 1);
            answer(looks.get())
        };
        let one = |state: &str| -> Result<Seen, K8sError> { Ok(vec![("p".to_owned(), page(Some((state, ""))))]) };
        let patience = Duration::from_secs(30);
        let coming = |n: u32| match n {
            1 => Err(K8sError::Peer { peer: "pilot".into(), reason: "no pod of it is ready".into() }),
            2 => one("waiting"),
            _ => one("synced"),
        };
        assert_eq!(until_seen(&["gke", "on-prem"], patience, async || look(&coming).await).await, one("synced"));
        assert_eq!(looks.take(), 3);
        // slices that are waited for may yet be refused
        let slices = |state: &str| -> Result<Seen, K8sError> {
            let row = json!({"id": "on-prem", "state": "synced", "reason": null,
                "pilotSlices": {"state": state, "reason": "no"}});
            Ok(vec![("p".to_owned(), said(&json!({"clusters": [row]})))])
        };
        let refused = |n: u32| slices(if n < 3 { "WAITING" } else { "FAILED" });
        let end = until_seen(&["on-prem"], Duration::from_millis(900), async || look(&refused).await).await;
        assert_eq!(end, slices("FAILED"));
        assert!(looks.take() >= 3);
        let never = |_: u32| one("waiting");
        let short = Duration::from_millis(600);
        assert_eq!(until_seen(&["on-prem"], short, async || look(&never).await).await, one("waiting"));
        assert!(looks.take() >= 2, "it was asked again before patience ended");
        let forbidden = |_: u32| Err(K8sError::Forbidden("pods".into()));
        let end = until_seen(&["on-prem"], patience, async || look(&forbidden).await).await;
        assert_eq!((end, looks.get()), (Err(K8sError::Forbidden("pods".into())), 1));
    }
}
