//! What a pilot's dump is silent about: resources that its proxy got from an earlier stream, and whose bytes it does not know.

use std::collections::{BTreeMap, BTreeSet};

use super::dump::Section;

/// How many resources a dump may name, and in how many bytes. Of more, what is not known is not known either.
const MAX_NAMES: usize = 500_000;
const MAX_BYTES: usize = 64 << 20;

/// What a dump says that it does not know. Whatever it names must be in no comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsaid {
    /// Sections of which nothing is known.
    pub sections: BTreeSet<Section>,
    /// Single resources.
    pub resources: BTreeSet<(Section, String)>,
    /// How many bytes of names came.
    bytes: usize,
}

impl Unsaid {
    /// Whether nothing is said of a resource.
    pub fn covers(&self, section: Section, name: &str) -> bool {
        self.sections.contains(&section) || self.resources.contains(&(section, name.to_owned()))
    }

    /// Whether everything is known.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.resources.is_empty()
    }

    /// What of it is of these resources.
    #[must_use]
    pub fn of(&self, section: Section, wanted: impl Fn(&str) -> bool) -> Self {
        let resources = self.resources.iter().filter(|(s, name)| *s == section && wanted(name));
        Self {
            sections: self.sections.iter().copied().filter(|s| *s == section).collect(),
            resources: resources.cloned().collect(),
            bytes: self.bytes,
        }
    }

    /// In words: `all clusters, 2 of the endpoints`.
    pub fn in_words(&self) -> String {
        let mut some: BTreeMap<Section, usize> = BTreeMap::new();
        for (section, _) in self.resources.iter().filter(|(s, _)| !self.sections.contains(s)) {
            *some.entry(*section).or_default() += 1;
        }
        let all = self.sections.iter().map(|section| format!("all {section}"));
        all.chain(some.into_iter().map(|(section, n)| format!("{n} of the {section}"))).collect::<Vec<_>>().join(", ")
    }

    /// Takes in `"unknown": ["CDS"]`; false where it is nothing of the kind.
    pub(super) fn unknown(&mut self, json: &[u8]) -> bool {
        let types = serde_json::from_slice::<Vec<String>>(json);
        let sections = types.map(|types| types.iter().map(|ty| section(ty)).collect::<Option<BTreeSet<_>>>());
        let Ok(Some(sections)) = sections else { return false };
        self.sections.extend(sections);
        true
    }

    /// Takes in `"claimed": {"CDS": ["a"]}`; false where it is nothing of the kind.
    pub(super) fn claimed(&mut self, json: &[u8]) -> bool {
        let Ok(types) = serde_json::from_slice::<BTreeMap<String, Vec<String>>>(json) else { return false };
        types.into_iter().all(|(ty, names)| {
            self.bytes = names.iter().fold(self.bytes, |all, name| all.saturating_add(name.len()));
            let fits = self.resources.len() + names.len() <= MAX_NAMES && self.bytes <= MAX_BYTES;
            let Some(section) = section(&ty).filter(|_| fits) else { return false };
            self.resources.extend(names.into_iter().map(|name| (section, name)));
            true
        })
    }
}

/// The section of an xDS type by its short name.
fn section(ty: &str) -> Option<Section> {
    match ty {
        "CDS" => Some(Section::Clusters),
        "EDS" => Some(Section::Endpoints),
        "LDS" => Some(Section::Listeners),
        "RDS" => Some(Section::Routes),
        _ => None,
    }
}
