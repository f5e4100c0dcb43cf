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

/// What each ready pod of pilot sees: the state of every cluster, by id.
type Seen = Vec<(String, BTreeMap<String, String>)>;

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
                    way.fail(format!("pilot in {primary} does not see it: {said}"));
                    let server =
                        format!("clusters.{}.server of mesh.yaml is the address that pilot asks", way.planned.id);
                    way.hint(&format!("{server}, where the kubeconfig's own does not do; {AGAIN}"));
                }
            }
            let known = |id: &str| seen.iter().any(|(_, states)| states.contains_key(id));
            for other in others.iter().filter(|other| known(other.as_str())) {
                let said = unseen(&seen, other.as_str());
                let note = said.map(|said| format!("pilot in {primary} does not see {other}: {said}"));
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
                Ok(seen) if ids.iter().all(|id| unseen(seen, id).is_none()) => return,
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    let _ = tokio::time::timeout(patience, all_seen).await;
    last
}

/// What the first pilot that does not see a cluster says of it; `None` where all see it.
fn unseen(seen: &Seen, id: &str) -> Option<String> {
    let mut said = seen.iter().map(|(pod, states)| (pod, states.get(id).map_or("it does not know it", String::as_str)));
    said.find(|(_, said)| *said != SYNCED).map(|(pod, said)| format!("{pod} says: {said}"))
}

/// The state of each cluster in the eyes of every pilot that is ready.
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
async fn page(live: &Live, pod: String) -> Result<(String, BTreeMap<String, String>), K8sError> {
    let stream = forward(&live.client, NAMESPACE, &pod, 8080, DEADLINE).await?;
    let answer = PodHttp::over(stream, DEADLINE).await?.get("/debug/clusterz").await?;
    let page: Value = serde_json::from_slice(&answer.whole(MAX_PAGE).await?)
        .map_err(|_| K8sError::Protocol("pilot's page of clusters is no JSON"))?;
    Ok((pod, states(&page)))
}

/// `synced`, or the state and its reason, by cluster.
fn states(page: &Value) -> BTreeMap<String, String> {
    let rows = page.get("clusters").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let state = match text("reason") {
            "" => text("state").to_owned(),
            reason => format!("{}: {}", text("state"), words::line(reason)),
        };
        (text("id").to_owned(), state)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use serde_json::json;

    fn page(on_prem: Option<(&str, &str)>) -> BTreeMap<String, String> {
        let mut rows = vec![json!({"id": "gke", "state": "synced", "reason": null})];
        rows.extend(on_prem.map(|(state, reason)| json!({"id": "on-prem", "state": state, "reason": reason})));
        states(&json!({"clusters": rows}))
    }

    #[test]
    fn pilots_page_gives_a_state_and_its_reason() {
        let page = page(Some(("unreachable", "the API server\ncannot be reached")));
        assert_eq!(page["gke"], "synced");
        assert_eq!(page["on-prem"], "unreachable: the API server cannot be reached");
        assert_eq!(states(&json!({"clusters": 7})), BTreeMap::new());
    }

    #[test]
    fn a_cluster_is_seen_where_every_pilot_sees_it() {
        let synced = ("p-1".to_owned(), page(Some(("synced", ""))));
        let lost = ("p-2".to_owned(), page(Some(("unreachable", "no route"))));
        let without = ("p-3".to_owned(), page(None));
        let of = |all: &[&(String, BTreeMap<String, String>)]| {
            let seen: Seen = all.iter().map(|one| (*one).clone()).collect();
            (unseen(&seen, "gke"), unseen(&seen, "on-prem"))
        };
        assert_eq!(of(&[&synced, &synced]), (None, None));
        assert_eq!(of(&[&synced, &lost]), (None, Some("p-2 says: unreachable: no route".into())));
        assert_eq!(of(&[&without, &synced]), (None, Some("p-3 says: it does not know it".into())));
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
        let never = |_: u32| one("waiting");
        let short = Duration::from_millis(600);
        assert_eq!(until_seen(&["on-prem"], short, async || look(&never).await).await, one("waiting"));
        assert!(looks.take() >= 2, "it was asked again before patience ended");
        let forbidden = |_: u32| Err(K8sError::Forbidden("pods".into()));
        let end = until_seen(&["on-prem"], patience, async || look(&forbidden).await).await;
        assert_eq!((end, looks.get()), (Err(K8sError::Forbidden("pods".into())), 1));
    }
}
