//! Whether a cluster's pilot is still needed: the sidecars of every remote take their configuration from the primary, so that
//! its pilot must not go before they do.

use futures::future::join_all;

use super::{Leaving, Progress};
use crate::data::model::{ClusterId, ClusterRole};
use crate::pure::manifest::{Inventory, run_time};
use crate::workflows::install::input::{PlanCluster, PlanInput};
use crate::workflows::install::plan::NAMESPACE;
use crate::workflows::install::prepare::connect;

/// Where a cluster looks for pilot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leads {
    /// Nowhere: nothing is installed in it, or nothing but Secrets was placed there.
    Nowhere,
    /// To the primary of this id, as its inventory says.
    To(String),
    /// Nobody knows, and why.
    Unknown(String),
}

impl Leads {
    /// What the inventory that was read in a cluster says.
    pub(super) fn of(cluster: &ClusterId, read: &Result<Option<Inventory>, String>) -> Self {
        match read {
            Ok(None) => Self::Nowhere,
            Ok(Some(inventory)) if inventory.cluster != cluster.as_str() => {
                Self::Unknown(format!("its inventory is that of cluster {}", inventory.cluster))
            }
            // no Service and no slice leads to pilot from there, and pilot has no account to read it by
            Ok(Some(inventory)) if inventory.installed().is_none() => Self::Nowhere,
            Ok(Some(inventory)) => Self::To(inventory.primary.clone()),
            Err(why) => Self::Unknown(why.clone()),
        }
    }
}

/// A cluster in which something of us stays.
struct Stays {
    id: ClusterId,
    leads: Leads,
    why: String,
}

/// Stops every cluster whose pilot another one still needs, before anything is removed: one that is refused, that does not
/// answer, or that is not uninstalled now.
pub(super) async fn hold(input: &PlanInput, leaving: &mut [Leaving]) {
    // nobody else is asked on account of a cluster that runs no pilot
    if !leaving.iter().any(runs_pilot) {
        return;
    }
    let mut stays: Vec<Stays> = leaving.iter().filter_map(refused).collect();
    let others = input.clusters.iter().filter(|c| leaving.iter().all(|l| l.cluster.id != c.id));
    stays.extend(join_all(others.map(not_asked_for)).await);
    for held in leaving.iter_mut().filter(|l| runs_pilot(l)) {
        let Some(other) = stays.iter().find(|other| needs(held, other)) else { continue };
        let why = format!("its pilot is still needed by the cluster {}: {}", other.id, other.why);
        let hint = match &other.leads {
            Leads::Unknown(_) => format!("if it will never answer again: meshctl cluster remove {} --dead", other.id),
            Leads::Nowhere | Leads::To(_) => {
                format!("uninstall {} first; --force leaves it without its pilot", other.id)
            }
        };
        *held.progress() = Progress { error: Some(why.clone()), hint: Some(hint), ..Progress::default() };
        held.found = Err(why);
    }
}

/// Whether pilot would go from a cluster, or what it lives on.
fn runs_pilot(leaving: &Leaving) -> bool {
    let of_pilot = run_time(ClusterRole::Primary, NAMESPACE);
    let found = leaving.found.as_ref().ok();
    found.is_some_and(|(_, found)| found.go.iter().any(|c| c.key.kind == "Deployment" || of_pilot.contains(&c.key)))
}

/// Whether a cluster's own pilot is the mesh's. The registry says so where the cluster itself says nothing.
fn is_primary(leaving: &Leaving) -> bool {
    match &leaving.leads {
        Leads::To(primary) => *primary == leaving.cluster.id.as_str(),
        Leads::Nowhere | Leads::Unknown(_) => leaving.cluster.role == ClusterRole::Primary,
    }
}

/// A cluster that is not left although it was to be. What is in it leads somewhere, whatever became of its inventory.
fn refused(leaving: &Leaving) -> Option<Stays> {
    let why = leaving.found.as_ref().err()?.clone();
    let leads = match &leaving.leads {
        Leads::Nowhere => Leads::Unknown(why.clone()),
        leads => leads.clone(),
    };
    Some(Stays { id: leaving.cluster.id.clone(), leads, why })
}

async fn not_asked_for(cluster: &PlanCluster) -> Stays {
    let read = match connect(&cluster.place).await {
        Ok(backend) => backend.inventory(NAMESPACE).await.map_err(String::from),
        Err(why) => Err(why),
    };
    let leads = Leads::of(&cluster.id, &read);
    let why = match &leads {
        Leads::Unknown(why) => why.clone(),
        Leads::Nowhere | Leads::To(_) => "it is not uninstalled now, and leads to it".to_owned(),
    };
    Stays { id: cluster.id.clone(), leads, why }
}

/// Whether `other` needs the pilot of `held`.
fn needs(held: &Leaving, other: &Stays) -> bool {
    let leads = match &other.leads {
        Leads::Nowhere => false,
        Leads::To(primary) => *primary == held.cluster.id.as_str(),
        Leads::Unknown(_) => is_primary(held),
    };
    leads && other.id != held.cluster.id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_alone_lead_nowhere() {
        let id = |name: &str| ClusterId::parse(name).unwrap_or_default();
        let (gke, on_prem) = (id("gke"), id("on-prem"));
        let whole = Inventory::new(&on_prem, ClusterRole::Remote, &gke, &[], Vec::new());
        let secrets = Inventory { version: String::new(), ..whole.clone() };
        let of = |inventory: &Inventory| Leads::of(&on_prem, &Ok(Some(inventory.clone())));
        assert_eq!(of(&whole), Leads::To("gke".into()));
        assert_eq!(of(&secrets), Leads::Nowhere);
        // whose they are is not known where they are another cluster's
        let other = Leads::of(&gke, &Ok(Some(secrets)));
        assert_eq!(other, Leads::Unknown("its inventory is that of cluster on-prem".into()));
        assert_eq!(Leads::of(&gke, &Ok(None)), Leads::Nowhere);
        assert_eq!(Leads::of(&gke, &Err("why".into())), Leads::Unknown("why".into()));
    }
}
