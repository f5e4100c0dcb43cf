//! What is pruned only once nobody leans on it any more: the way to a former primary's pilot before the new one's is known, and
//! what a pilot keeps while it still runs.

use std::time::Duration;

use serde_json::Value;

use super::backend::Compared;
use super::change::Change;
use super::live::{DEADLINE, Live, sentence};
use super::removal::slices;
use super::rights::PODS;
use super::run::{Prepared, Waiting};
use super::steps::Way;
use crate::adapters::k8s::get_all_metadata;
use crate::data::model::{ClusterId, LEASE, REMOTES};
use crate::pure::manifest::{Inventory, ObjectKey};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Pilot's pods.
pub(super) const PILOTS: &str = "app%3Distio-pilot,istio%3Dpilot";

/// What keeps an object where it is, for now.
type Hold = Option<String>;

/// Whether an object that a former primary no longer needs is pilot's workload, or what that needs while it runs. The way
/// to it is not: that leads to the new pilot already.
pub(super) fn is_of_pilot(key: &ObjectKey) -> bool {
    !matches!(key.kind.as_str(), "EndpointSlice" | "Service" | "Namespace" | "Pod")
}

impl Prepared {
    /// The former primary comes last: the others may still lean on its pilot.
    pub(super) async fn farewell(&self, former: &[&Way], waiting: Waiting) {
        for way in former {
            let needed = self.leans_on(way);
            way.finish(waiting, needed.as_deref()).await;
        }
    }

    /// Why the pilot of a former primary is still needed; `None` where every other cluster's way leads to the new one.
    fn leans_on(&self, former: &Way) -> Option<String> {
        let id = &former.planned.id;
        let asked = self.ways.iter().filter(|w| w.planned.id != *id).find_map(|w| {
            if w.error().is_some() {
                return Some(format!("the cluster {} is not where it shall be", w.planned.id));
            }
            w.waits_for_pilot().then(|| format!("the cluster {} still leads to it", w.planned.id))
        });
        let primary = &self.plan.primary;
        asked.or_else(|| self.elsewhere.iter().find_map(|(other, found)| leans_unasked(other, found, id, primary)))
    }
}

/// Why the pilot of a former primary is still needed by a cluster that was not asked for, by what is recorded there.
fn leans_unasked(
    other: &ClusterId,
    found: &Result<Option<Inventory>, String>,
    former: &ClusterId,
    primary: &ClusterId,
) -> Hold {
    // Secrets alone lead nowhere, and are no pilot
    let installed = |inventory: &Inventory| inventory.installed().is_some();
    let leads = |inventory: &Inventory| {
        (installed(inventory) && inventory.primary != primary.as_str())
            || slices(former).iter().any(|key| inventory.objects.contains(key))
    };
    match found {
        Ok(None) if other != primary => None,
        Ok(Some(inventory)) if !leads(inventory) && (other != primary || installed(inventory)) => None,
        Ok(_) => Some(format!("the cluster {other} was not asked for, and does not lead to the new one yet")),
        Err(why) => Some(format!("nobody knows where the cluster {other} leads: {why}")),
    }
}

impl Live {
    /// Why something that is pruned must stay for now; `None` where it may go. It is waited for as long as the user waits.
    ///
    /// # Errors
    /// The sentence that says what was waited for in vain, or what could not be read.
    pub(super) async fn holds(&self, compared: &Compared, change: &Change, waiting: Waiting) -> Result<Hold, String> {
        let deadline = match waiting {
            Waiting::No => return self.hold(compared, change).await,
            Waiting::Until(deadline) => deadline,
        };
        let mut last = None;
        let free = async {
            loop {
                match self.hold(compared, change).await? {
                    None => return Ok(()),
                    hold => last = hold,
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(deadline, free).await {
            Ok(result) => result.map(|()| None),
            Err(_) => {
                let why = last.unwrap_or_else(|| "nobody knows whether it is needed".to_owned());
                Err(format!("removing {} was put off: {why}, after {} s", change.key, deadline.as_secs()))
            }
        }
    }

    async fn hold(&self, compared: &Compared, change: &Change) -> Result<Hold, String> {
        match (change.key.kind.as_str(), change.key.name.as_str()) {
            ("EndpointSlice", _) => self.successor(compared, &change.key).await,
            ("Secret", REMOTES) | ("Lease", LEASE) => self.pilots().await,
            _ => Ok(None),
        }
    }

    /// A slice that leads somewhere stays until one that is planned does so.
    async fn successor(&self, compared: &Compared, key: &ObjectKey) -> Result<Hold, String> {
        let planned: Vec<&ObjectKey> =
            compared.manifests.objects.iter().map(|o| &o.key).filter(|k| k.kind == "EndpointSlice").collect();
        let Some(first) = planned.first() else { return Ok(None) };
        if !self.leads_somewhere(key).await? {
            return Ok(None);
        }
        for key in &planned {
            if self.leads_somewhere(key).await? {
                return Ok(None);
            }
        }
        Ok(Some(format!("pilot has not filled {first} yet")))
    }

    async fn leads_somewhere(&self, key: &ObjectKey) -> Result<bool, String> {
        let slice = self.get(key).await.map_err(|e| sentence("reading", key, e))?;
        let endpoints = slice.as_ref().and_then(|s| s.value.get("endpoints")).and_then(Value::as_array);
        Ok(endpoints.is_some_and(|all| !all.is_empty()))
    }

    /// A pilot that runs may still write what is its own.
    async fn pilots(&self) -> Result<Hold, String> {
        let path = format!("{}?labelSelector={PILOTS}", PODS.path());
        let pods = get_all_metadata(&self.client, &path, DEADLINE).await;
        let pods = pods.map_err(|e| format!("looking for pods of pilot failed: {e}"))?;
        let name = |pod: &Value| pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(pods.first().map(|pod| format!("the former primary's pod {} is not gone yet", name(pod))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::model::ClusterRole;

    #[test]
    fn a_cluster_that_was_not_asked_for_leans_on_a_former_primary_by_what_is_recorded() {
        let id = |name: &str| ClusterId::parse(name).unwrap_or_default();
        let (gke, new, west) = (id("gke"), id("new"), id("west"));
        let led_to = |primary: &ClusterId| Inventory::new(&west, ClusterRole::Remote, primary, &[], Vec::new());
        let secrets = |inventory: Inventory| Inventory { version: String::new(), ..inventory };
        let leans =
            |other: &ClusterId, found: Option<Inventory>| leans_unasked(other, &Ok(found), &gke, &new).is_some();
        assert!(leans(&west, Some(led_to(&gke))));
        assert!(!leans(&west, Some(led_to(&new))));
        let half = Inventory { objects: slices(&gke).to_vec(), ..led_to(&new) };
        assert!(leans(&west, Some(half)), "the way to the former one is still there");
        assert!(!leans(&west, None), "nothing is installed there");
        assert!(!leans(&west, Some(secrets(led_to(&gke)))), "nothing leads anywhere from there");
        // the new one itself must run a pilot
        let primary = |primary: &ClusterId| Inventory::new(&new, ClusterRole::Primary, primary, &[], Vec::new());
        assert!(!leans(&new, Some(primary(&new))));
        assert!(leans(&new, Some(secrets(primary(&new)))) && leans(&new, None));
        assert!(leans_unasked(&west, &Err("why".into()), &gke, &new).is_some());
    }
}
