//! Whether a namespace of ours holds something of others: every kind that the API server serves is looked through, since what
//! is in a namespace goes with it.

use std::collections::BTreeSet;

use futures::StreamExt;
use serde_json::Value;

use crate::adapters::k8s::{get_all_metadata, served};
use crate::pure::manifest::{Object, ObjectKey};
use crate::workflows::install::live::{DEADLINE, Live, WIDTH};
use crate::workflows::install::plan::NAMESPACE;

/// What stands in every namespace by itself: group, kind, name.
const BY_ITSELF: [(&str, &str, &str); 3] =
    [("", "ConfigMap", "kube-root-ca.crt"), ("", "ConfigMap", "istio-ca-root-cert"), ("", "ServiceAccount", "default")];
/// What tells of other objects, and is no loss.
const WORDS: &str = "Event";

fn text<'a>(object: &'a Object, pointer: &str) -> &'a str {
    object.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn owners(object: &Object) -> impl Iterator<Item = &str> {
    let owners = object.value.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().filter_map(|o| o["uid"].as_str())
}

/// Whether nobody would miss it: it comes by itself, goes already, or belongs to an account or a Service of ours.
fn is_nobodys(object: &Object, ours: &[&ObjectKey]) -> bool {
    let key = &object.key;
    let named = |kind: &str, name: &str| ours.iter().any(|k| k.kind == kind && k.name == name);
    // the tokens that API servers before 1.24 made for every account
    let account = text(object, "/metadata/annotations/kubernetes.io~1service-account.name");
    BY_ITSELF.contains(&(key.group.as_str(), key.kind.as_str(), key.name.as_str()))
        || !text(object, "/metadata/deletionTimestamp").is_empty()
        || (key.kind == "Endpoints" && named("Service", &key.name))
        || (key.kind == "Secret" && (account == "default" || named("ServiceAccount", account)))
}

impl Live {
    /// Why the namespace must stay; `None` where nothing in it is of others. `uids` are those of our objects, and gain those of
    /// what our objects own.
    pub(super) async fn holds_others(&self, ours: &[&ObjectKey], uids: &mut BTreeSet<String>) -> Option<String> {
        let found = match self.everything().await {
            Ok(found) => found,
            Err(why) => return Some(format!("what else is in it cannot be seen: {why}")),
        };
        // an owner's own objects own others: a Deployment, its ReplicaSets, their Pods
        loop {
            let owned = found.iter().filter(|o| owners(o).any(|uid| uids.contains(uid)));
            let new: Vec<String> =
                owned.map(|o| text(o, "/metadata/uid").to_owned()).filter(|uid| !uids.contains(uid)).collect();
            if new.is_empty() {
                break;
            }
            uids.extend(new);
        }
        let known = |o: &Object| o.is_owned() || uids.contains(text(o, "/metadata/uid")) || is_nobodys(o, ours);
        let other = found.iter().find(|o| !known(o))?;
        Some(format!("it holds {}, which is not ours", other.key))
    }

    /// The metadata of everything in the namespace.
    async fn everything(&self) -> Result<Vec<Object>, String> {
        let kinds = served(&self.client, DEADLINE).await;
        let kinds = kinds.map_err(|(what, e)| format!("asking for the kinds of {what} failed: {e}"))?;
        let kinds = kinds.into_iter().filter(|served| served.kind != WORDS);
        let lists: Vec<_> =
            futures::stream::iter(kinds)
                .map(|served| async move {
                    (get_all_metadata(&self.client, &served.path(NAMESPACE), DEADLINE).await, served)
                })
                .buffered(WIDTH)
                .collect()
                .await;
        let mut all = Vec::new();
        for (objects, served) in lists {
            let objects = objects.map_err(|e| format!("listing {served} failed: {e}"))?;
            all.extend(objects.into_iter().map(|value| {
                let key = ObjectKey {
                    group: served.group.clone(),
                    kind: served.kind.clone(),
                    namespace: NAMESPACE.to_owned(),
                    name: value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned(),
                };
                Object { key, value }
            }));
        }
        Ok(all)
    }
}
