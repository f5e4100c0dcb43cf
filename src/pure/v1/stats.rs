//! What `/cache_stats` says: how often each URL was answered from what was already built. Whoever serves counts.

use std::collections::BTreeMap;

use serde::Serialize;

/// URLs that are counted. Node ids come from whoever asks, so there must be an end to them; later ones are not counted.
const MAX_URLS: usize = 10_000;

/// The answers of one URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CacheCount {
    /// Given again.
    pub hit: u64,
    /// Built.
    pub miss: u64,
}

/// The document of `/cache_stats`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CacheStats {
    /// By the request's URL as it came, still escaped.
    cache_stats: BTreeMap<String, CacheCount>,
}

impl CacheStats {
    /// An answer was given again.
    pub fn hit(&mut self, url: &str) {
        self.count(url, |c| &mut c.hit);
    }

    /// An answer was built. Pilot counted, and kept, only answers that held at least one resource.
    pub fn miss(&mut self, url: &str) {
        self.count(url, |c| &mut c.miss);
    }

    /// `POST /cache_stats_delete`: everything counts from 0 again, and the URLs stay.
    pub fn reset(&mut self) {
        self.cache_stats.values_mut().for_each(|c| *c = CacheCount::default());
    }

    /// The count of a URL.
    pub fn get(&self, url: &str) -> CacheCount {
        self.cache_stats.get(url).copied().unwrap_or_default()
    }

    fn count(&mut self, url: &str, which: fn(&mut CacheCount) -> &mut u64) {
        if let Some(known) = self.cache_stats.get_mut(url) {
            let count = which(known);
            *count = count.saturating_add(1);
        } else if self.cache_stats.len() < MAX_URLS {
            let mut new = CacheCount::default();
            *which(&mut new) = 1;
            self.cache_stats.insert(url.to_owned(), new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_strangers_do_not_grow_it_for_ever() {
        let mut stats = CacheStats::default();
        for n in 0..=MAX_URLS {
            stats.miss(&n.to_string());
        }
        assert_eq!((stats.get("0").miss, stats.get(&MAX_URLS.to_string()).miss), (1, 0));
        assert_eq!(stats.cache_stats.len(), MAX_URLS);
    }
}
