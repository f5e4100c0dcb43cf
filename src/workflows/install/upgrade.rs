//! An upgrade's way through the clusters: one by one, and no further than the first that is not well.

use super::run::{Prepared, Waiting, stages};
use super::steps::Way;
use crate::data::model::ClusterId;
use crate::pure::manifest::Stage;

impl Prepared {
    /// An upgrade: the primary first, then one remote after the other, each until it is ready. At the first that is not
    /// well it stops: the others go on with the old version.
    pub(super) async fn one_by_one(&self, waiting: Waiting, say: &(dyn Fn(&str) + Sync)) {
        let mut ill: Option<(&ClusterId, String)> = None;
        // the plan has the primary first, then the others by id
        for way in &self.ways {
            if let Some((id, why)) = &ill {
                way.fail(format!("it was not upgraded, since the cluster {id} is not well: {why}"));
                continue;
            }
            say(&format!("the upgrade of {}", way.planned.id));
            way.begin().await;
            stages(way, Stage::Namespace, Stage::Workloads).await;
            if let Some(credentials) = &self.credentials {
                let unplaced = credentials.place(&[way], self.consent.revoke_credentials).await;
                unplaced.into_iter().for_each(|(way, why)| way.fail_too(why));
            }
            way.wait(waiting).await;
            stages(way, Stage::Webhooks, Stage::Webhooks).await;
            self.unlooked_at(way, waiting);
            if way.former_pilot().is_none() {
                way.finish(waiting, None).await;
            }
            ill = way.error().map(|why| (&way.planned.id, why));
        }
        let former: Vec<&Way> = self.ways.iter().filter(|w| w.former_pilot().is_some()).collect();
        self.farewell(&former, waiting).await;
    }

    /// Says where the others come after a control plane of which nobody knows whether it is well.
    fn unlooked_at(&self, way: &Way, waiting: Waiting) {
        if waiting == Waiting::No && self.ways.len() > 1 && way.runs_workloads() && way.error().is_none() {
            way.note("the upgrade of the other clusters does not wait until it is well: --no-wait");
        }
    }
}
