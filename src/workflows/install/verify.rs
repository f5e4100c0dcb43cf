//! Whether what was installed works: pilot's own view of every cluster, and from each remote the way to pilot by its name.

use std::time::Duration;

use futures::future::join_all;

use super::run::Prepared;
use super::steps::Way;
use crate::data::model::{ClusterId, ClusterRole};

mod probe;
mod view;

pub(super) use probe::{clear, is_probe, left_behind, probes, take_back};

/// What is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Nothing.
    No,
    /// Pilot's view of every cluster; the way to pilot from the remotes in which this run wrote something.
    #[default]
    Changed,
    /// Both, of every cluster.
    All,
}

/// The next command, where it is not known or not so that what was installed works.
pub(super) const AGAIN: &str = "meshctl install --verify looks again, also where nothing is left to write";
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Pilot has so long to see every cluster.
const PATIENCE: Duration = Duration::from_secs(45);
/// A remote's pod has at least so long to start and reach pilot, however short the user waits.
const PROBE_PATIENCE: Duration = Duration::from_secs(10);

impl Prepared {
    /// Verifies what is in order so far. `deadline`: how long the user waits in each cluster.
    pub(super) async fn verify(&self, verify: Verify, deadline: Duration) {
        let live = |w: &&Way| w.open().is_some() && w.planned.place.server().is_some();
        let live: Vec<&Way> = self.ways.iter().filter(live).collect();
        // one that this run stopped at is told in its own row; one that it was not asked for is the one that was installed, or
        // no remote had come this far
        let stopped = self.ways.iter().any(|w| w.planned.id == self.plan.primary && w.open().is_none());
        if let Some(pilot) = self.pilot.as_ref().filter(|_| !stopped && !live.is_empty()) {
            let others: Vec<&ClusterId> = self.elsewhere.iter().map(|(id, _)| id).collect();
            view::pilots_view(&self.plan.primary, pilot, &live, &others).await;
        }
        let asked = |w: &&&Way| w.planned.role == ClusterRole::Remote && (verify == Verify::All || w.wrote());
        let remotes: Vec<&Way> = live.iter().filter(asked).copied().collect();
        // of the others nothing more is asked
        let is_asked = |w: &&Way| remotes.iter().any(|r| r.planned.id == w.planned.id);
        self.ways.iter().filter(|w| !is_asked(w)).for_each(|w| w.mark_unverified(false));
        join_all(remotes.iter().map(|w| async {
            probe::the_way_to_pilot(&self.plan, w, verify, deadline).await;
            w.mark_unverified(false);
        }))
        .await;
    }
}
