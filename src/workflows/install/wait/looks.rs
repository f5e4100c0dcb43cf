//! From one look at a workload to the next: what was stuck before the first may be of an earlier run. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::words::{self, Rollout};

/// What was seen so far.
///
/// What keeps an old version, or what this run has just mended, from running shows for a while: a controller's verdict until it
/// has looked again, a pod's until the kubelet has tried again. So what stood at the first look is waited for, and told; what
/// comes later, or comes again, ends the wait.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Whether the Deployment's controller had given it up at the first look and has not thought better of it since; `None`
    /// before that.
    given_up: Option<bool>,
    /// The pods that were stuck at the first look and have been since, by UID, and how often they were started again; `None`
    /// before they were listed.
    stuck: Option<BTreeMap<String, i64>>,
}

/// The pods of a Deployment.
#[derive(Debug, Default)]
pub(super) struct Pods {
    /// All that are not on their way out.
    pub(super) all: Vec<Value>,
    /// The hash of its newest template; `None` where nobody says which pods are of it.
    pub(super) hash: Option<String>,
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The hash of the template of a Deployment's newest ReplicaSet, of the metadata of several.
pub(super) fn newest(sets: &[Value], deployment: &Value) -> Option<String> {
    let uid = text(deployment, "/metadata/uid");
    let owners = |set: &Value| set.pointer("/metadata/ownerReferences").and_then(Value::as_array).cloned();
    let owned = |set: &&Value| owners(set).into_iter().flatten().any(|o| !uid.is_empty() && o["uid"] == uid);
    let revision = |set: &Value| text(set, "/metadata/annotations/deployment.kubernetes.io~1revision").parse::<u64>();
    let newest = sets.iter().filter(owned).max_by_key(|set| revision(set).unwrap_or_default())?;
    Some(text(newest, "/metadata/labels/pod-template-hash").to_owned()).filter(|hash| !hash.is_empty())
}

impl Pods {
    /// Those of the newest version: by its hash, else by its image, which is the same where something else has changed.
    fn of_newest(&self, deployment: &Value) -> impl Iterator<Item = &Value> {
        let image = deployment.pointer("/spec/template/spec/containers/0/image").cloned();
        self.all.iter().filter(move |pod| match &self.hash {
            Some(hash) => text(pod, "/metadata/labels/pod-template-hash") == hash,
            None => pod.pointer("/spec/containers/0/image") == image.as_ref(),
        })
    }

    /// Those that are stuck, with the number of their restarts.
    fn stuck(&self) -> BTreeMap<String, i64> {
        let stuck = self.all.iter().filter(|pod| matches!(words::pod(pod), Rollout::Stuck(_)));
        stuck.map(|pod| (text(pod, "/metadata/uid").to_owned(), words::restarts(pod))).collect()
    }
}

impl Looks {
    /// One more look; without `pods` where they could not be listed.
    pub(super) fn at(&mut self, deployment: &Value, pods: Option<&Pods>) -> Rollout {
        let earlier = words::is_given_up(deployment) && self.given_up.unwrap_or(true);
        self.given_up = Some(earlier);
        if let Some(pods) = pods {
            let now = pods.stuck();
            let stuck = self.stuck.get_or_insert_with(|| now.clone());
            stuck.retain(|uid, restarts| now.get(uid) == Some(&*restarts));
        }
        let (why, given_up) = match words::deployment(deployment) {
            Rollout::Ready => return Rollout::Ready,
            Rollout::Waiting(why) => (why, false),
            Rollout::Stuck(why) => (why, !earlier),
        };
        if !words::is_seen(deployment) {
            return Rollout::Waiting(why);
        }
        let mut told = None;
        for pod in pods.into_iter().flat_map(|pods| pods.of_newest(deployment)) {
            match words::pod(pod) {
                Rollout::Ready => {}
                Rollout::Stuck(said) if !self.was_stuck(pod) => return Rollout::Stuck(said),
                Rollout::Stuck(said) | Rollout::Waiting(said) => drop(told.get_or_insert(said)),
            }
        }
        let why = told.map_or(why.clone(), |pod| format!("{why}; {pod}"));
        if given_up { Rollout::Stuck(why) } else { Rollout::Waiting(why) }
    }

    fn was_stuck(&self, pod: &Value) -> bool {
        self.stuck.as_ref().is_some_and(|stuck| stuck.contains_key(text(pod, "/metadata/uid")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A Deployment of two pods: its version, the one that its controller has seen, and whether that has given it up.
    fn deployment(generation: i64, observed: i64, given_up: bool) -> Value {
        let status = if given_up { "False" } else { "True" };
        let late = json!({"type": "Progressing", "status": status, "message": "it has timed out progressing."});
        json!({"metadata": {"uid": "d", "generation": generation}, "spec": {"replicas": 2},
            "status": {"observedGeneration": observed, "replicas": 1, "updatedReplicas": 1, "conditions": [late]}})
    }

    fn pod(uid: &str, hash: &str, reason: &str, restarts: i64) -> Value {
        let waiting =
            json!({"name": "c", "restartCount": restarts, "state": {"waiting": {"reason": reason, "message": "m"}}});
        json!({"metadata": {"name": uid, "uid": uid, "labels": {"pod-template-hash": hash}},
            "status": {"phase": "Pending", "containerStatuses": [waiting]}})
    }

    fn pods(all: &[Value]) -> Pods {
        Pods { all: all.to_vec(), hash: Some("new".into()) }
    }

    fn waits(rollout: &Rollout, words: &str) -> bool {
        matches!(rollout, Rollout::Waiting(said) if said.contains(words))
    }

    #[test]
    fn a_verdict_of_an_earlier_run_is_waited_for() {
        let mut looks = Looks::default();
        let none = pods(&[]);
        assert!(waits(&looks.at(&deployment(2, 1, true), Some(&none)), "no controller"));
        // it goes back to a template that it has run already: the verdict stays until a pod comes
        assert!(waits(&looks.at(&deployment(2, 2, true), Some(&none)), "timed out progressing; 1 of 2 pods"));
        assert!(waits(&looks.at(&deployment(2, 2, false), Some(&none)), "1 of 2 pods"));
        // and this one is of now
        assert!(matches!(looks.at(&deployment(2, 2, true), Some(&none)), Rollout::Stuck(s) if s.contains("timed out")));
    }

    #[test]
    fn only_what_gets_stuck_now_and_is_new_ends_the_wait() {
        let now = deployment(2, 2, false);
        let old = pod("a", "old", "CrashLoopBackOff", 3);
        let mut looks = Looks::default();
        assert!(waits(&looks.at(&now, Some(&pods(std::slice::from_ref(&old)))), "1 of 2 pods"));
        // the old version crashes on
        let again = pod("a", "old", "CrashLoopBackOff", 4);
        let coming = pod("b", "new", "ContainerCreating", 0);
        assert!(waits(&looks.at(&now, Some(&pods(&[again.clone(), coming]))), "pod b: it is pending"));
        let stuck = pod("b", "new", "CrashLoopBackOff", 1);
        let end = looks.at(&now, Some(&pods(&[again, stuck])));
        assert!(matches!(&end, Rollout::Stuck(s) if s.starts_with("pod b: container c: CrashLoopBackOff")), "{end:?}");
    }

    #[test]
    fn what_was_stuck_before_gets_one_more_try() {
        let now = deployment(2, 2, false);
        let at = |looks: &mut Looks, reason: &str, restarts: i64| {
            looks.at(&now, Some(&pods(&[pod("a", "new", reason, restarts)])))
        };
        let mut looks = Looks::default();
        for _ in 0..2 {
            assert!(waits(&at(&mut looks, "CrashLoopBackOff", 3), "pod a: container c: CrashLoopBackOff"));
        }
        assert!(matches!(at(&mut looks, "CrashLoopBackOff", 4), Rollout::Stuck(_)), "it was tried again");
        // an image has no number of tries: the kubelet says that it pulls
        let mut looks = Looks::default();
        assert!(waits(&at(&mut looks, "ImagePullBackOff", 0), "ImagePullBackOff"));
        assert!(waits(&at(&mut looks, "ErrImagePull", 0), "ErrImagePull"));
        assert!(matches!(at(&mut looks, "ImagePullBackOff", 0), Rollout::Stuck(_)));
    }

    #[test]
    fn without_replica_sets_the_image_tells_what_is_new() {
        let mut now = deployment(2, 2, false);
        now["spec"]["template"] = json!({"spec": {"containers": [{"image": "hub/meshctl:2"}]}});
        let of = |image: &str| {
            let mut pod = pod("a", "x", "CrashLoopBackOff", 1);
            pod["spec"] = json!({"containers": [{"image": image}]});
            Pods { all: vec![pod], hash: None }
        };
        let after = |image: &str| {
            let mut looks = Looks::default();
            looks.at(&now, Some(&Pods::default()));
            looks.at(&now, Some(&of(image)))
        };
        assert!(waits(&after("hub/meshctl:1"), "1 of 2 pods"));
        assert!(matches!(after("hub/meshctl:2"), Rollout::Stuck(_)));
    }

    #[test]
    fn the_newest_replica_set_is_the_one_of_the_highest_revision() {
        let set = |owner: &str, revision: &str, hash: &str| {
            json!({"metadata": {"ownerReferences": [{"uid": owner}], "labels": {"pod-template-hash": hash},
                "annotations": {"deployment.kubernetes.io/revision": revision}}})
        };
        let sets = [set("d", "9", "nine"), set("d", "10", "ten"), set("other", "11", "eleven")];
        assert_eq!(newest(&sets, &deployment(1, 1, false)).as_deref(), Some("ten"));
        assert_eq!(newest(&sets[2..], &deployment(1, 1, false)), None);
    }
}
