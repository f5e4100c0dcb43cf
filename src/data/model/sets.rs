//! Maps of sets, as reverse look-ups are: no key without an item.

use std::collections::{BTreeMap, BTreeSet};

/// Takes an item out of the set at `key`, and the set with its last one.
pub fn take_from_set<K: Ord, V: Ord>(map: &mut BTreeMap<K, BTreeSet<V>>, key: &K, item: &V) {
    if let Some(set) = map.get_mut(key) {
        set.remove(item);
        if set.is_empty() {
            map.remove(key);
        }
    }
}
