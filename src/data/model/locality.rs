//! Where something runs: region, zone, sub-zone, from node labels.

use std::fmt;

use serde::Serialize;

use super::Name;

/// A locality as Envoy knows it. Empty parts are unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Locality {
    /// `topology.kubernetes.io/region`
    pub region: Name,
    /// `topology.kubernetes.io/zone`
    pub zone: Name,
    /// `topology.istio.io/subzone`
    pub sub_zone: Name,
}

impl Locality {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.region.is_empty() && self.zone.is_empty() && self.sub_zone.is_empty()
    }
}

impl fmt::Display for Locality {
    /// `region/zone/sub_zone`, without empty tails.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}/{}/{}", self.region, self.zone, self.sub_zone);
        f.pad(text.trim_end_matches('/'))
    }
}
