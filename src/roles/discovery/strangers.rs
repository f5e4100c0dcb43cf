//! Proxies that were refused, since they name a cluster that the registry does not have: what an operator is to be told of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::data::model::{ClusterId, Timestamp};

/// How many clusters are remembered: anybody may name one.
const MOST: usize = 64;
/// How long after its last try a proxy counts as still there. Envoy waits 30 seconds at most between two tries.
const RECENT: Duration = Duration::from_secs(120);

/// The clusters that refused proxies named, each with how often and when last.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<BTreeMap<ClusterId, (u64, Timestamp)>>);

impl Strangers {
    /// A proxy that names this cluster was refused.
    pub(super) fn note(&self, cluster: &ClusterId, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((times, last)) = known.get_mut(cluster) {
            (*times, *last) = (*times + 1, now);
            return;
        }
        known.retain(|_, (_, last)| last.age(now) <= RECENT);
        if known.len() < MOST {
            known.insert(cluster.clone(), (1, now));
        }
    }

    /// The clusters whose proxies were refused of late, with how often.
    pub(super) fn recent(&self, now: Timestamp) -> Vec<(ClusterId, u64)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = known.iter().filter(|(_, (_, last))| last.age(now) <= RECENT);
        recent.map(|(cluster, (times, _))| (cluster.clone(), *times)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_forgotten_and_never_too_many() {
        let strangers = Strangers::default();
        let cluster = |n: usize| ClusterId::parse(&format!("c{n}")).unwrap();
        for n in 0..1_000 {
            strangers.note(&cluster(n), Timestamp(10));
        }
        strangers.note(&cluster(0), Timestamp(20));
        let recent = strangers.recent(Timestamp(20));
        assert_eq!((recent.len(), &recent[0]), (MOST, &(cluster(0), 2)));
        assert_eq!(strangers.recent(Timestamp(135)), [(cluster(0), 2)], "the others have gone, or are known by now");
        strangers.note(&cluster(999), Timestamp(135));
        assert_eq!(strangers.recent(Timestamp(135)).len(), 2, "there is room again");
    }
}
