//! Walking over a dump, element by element: whatever its size, no more than one element is held.
//!
//! The shapes that are read, in Envoy's snake_case and in protobuf's lowerCamelCase:
//! * `/config_dump` of any Envoy, istiod's and our own `/debug/config_dump`: `{"configs":[{"@type":…, "SECTION":[…]}]}`
//! * `/config_dump?resource=…`: `{"configs":[{"@type":"….ClustersConfigDump.DynamicCluster", …}]}`
//! * `/clusters?format=json`: `{"cluster_statuses":[…]}`
//! * what `proxy-config -o json` prints: a bare array of resources

use std::io::Read;

use super::dump::{Element, Group, Section, Visit};
use super::kind::{Kind, judge};
use super::scan::{Keep, MAX_KEY, ScanError, Scanner};
use super::summary::{DumpError, MAX_ELEMENT, Problem, Summary};

/// How many problems are told one by one.
const MAX_PROBLEMS: usize = 10;

/// The arrays of resources in a section: their two names, and what they hold.
const ARRAYS: [(&str, &str, Section, Group); 10] = [
    ("static_clusters", "staticClusters", Section::Clusters, Group::Static),
    ("dynamic_active_clusters", "dynamicActiveClusters", Section::Clusters, Group::Dynamic),
    ("dynamic_warming_clusters", "dynamicWarmingClusters", Section::Clusters, Group::Warming),
    ("static_listeners", "staticListeners", Section::Listeners, Group::Static),
    ("dynamic_listeners", "dynamicListeners", Section::Listeners, Group::Dynamic),
    ("static_route_configs", "staticRouteConfigs", Section::Routes, Group::Static),
    ("dynamic_route_configs", "dynamicRouteConfigs", Section::Routes, Group::Dynamic),
    ("static_endpoint_configs", "staticEndpointConfigs", Section::Endpoints, Group::Static),
    ("dynamic_endpoint_configs", "dynamicEndpointConfigs", Section::Endpoints, Group::Dynamic),
    ("cluster_statuses", "clusterStatuses", Section::Endpoints, Group::Bare),
];

/// Sections that Envoy has and that no view shows.
const UNSHOWN: [&str; 4] = ["ScopedRoutesConfigDump", "SecretsConfigDump", "EcdsConfigDump", "VhdsConfigDump"];

/// Walks over a dump and shows `visit` each element of the wanted sections.
///
/// What can be read is shown, whatever comes after it; the summary says what could not.
///
/// # Errors
/// Where the text is no dump at all.
pub fn walk(
    input: &mut dyn Read,
    wanted: &[Section],
    visit: &mut dyn FnMut(Element<'_>) -> Visit,
) -> Result<Summary, DumpError> {
    let mut walker = Walker {
        scanner: Scanner::new(input),
        wanted,
        visit,
        summary: Summary::default(),
        json: Vec::new(),
        inside: "the beginning".to_owned(),
        left_out: 0,
        known: false,
    };
    walker.run()?;
    Ok(walker.summary)
}

/// Why a walk ends early.
enum End {
    Scan(ScanError),
    /// An element of a bare array might be anything.
    Bare,
    Stopped,
    /// No more can be held.
    Full,
}

impl From<ScanError> for End {
    fn from(e: ScanError) -> Self {
        End::Scan(e)
    }
}

struct Walker<'r, 'v> {
    scanner: Scanner<'r>,
    wanted: &'v [Section],
    visit: &'v mut dyn FnMut(Element<'_>) -> Visit,
    summary: Summary,
    json: Vec<u8>,
    inside: String,
    left_out: u64,
    known: bool,
}

impl Walker<'_, '_> {
    fn run(&mut self) -> Result<(), DumpError> {
        let result = match self.scanner.peek() {
            Ok(None) => return Err(DumpError::Empty),
            Err(ScanError::Read { source, .. }) => return Err(DumpError::Read(source)),
            Err(e) => Err(e.into()),
            Ok(Some(b'{')) => self.object(true),
            Ok(Some(b'[')) => self.bare(),
            Ok(Some(found)) => return Err(DumpError::NotJson(found.into())),
        };
        // a reader that has what it wants goes, and says nothing about the rest
        if matches!(result, Err(End::Stopped)) {
            return Ok(());
        }
        if !self.summary.others.is_empty() && self.summary.counts.is_empty() && self.summary.problems.is_empty() {
            let wanted = match self.wanted {
                [only] => only.to_string(),
                _ => "resources that are shown".to_owned(),
            };
            return Err(DumpError::Others { wanted, found: std::mem::take(&mut self.summary.others) });
        }
        match result {
            Err(End::Stopped | End::Full) => {}
            Err(End::Bare) => return Err(DumpError::Bare),
            Ok(()) if self.summary.is_empty_array && self.summary.sections.is_empty() => {
                return Err(DumpError::EmptyArray);
            }
            Err(End::Scan(e)) => self.truncated(&e),
            Ok(()) if !self.known => return Err(DumpError::NotADump),
            Ok(()) => {
                if let Ok(Some(_)) = self.scanner.peek() {
                    self.summary.problems.push(Problem::Trailing(self.scanner.offset()));
                }
            }
        }
        if self.left_out > 0 {
            self.summary.problems.push(Problem::More(self.left_out));
        }
        Ok(())
    }

    fn truncated(&mut self, e: &ScanError) {
        let counts: Vec<_> =
            self.wanted.iter().map(|s| format!("{} {s}", self.summary.counts.get(s).unwrap_or(&0))).collect();
        let read = format!("{} were read", counts.join(", "));
        self.summary.problems.push(Problem::Truncated { inside: self.inside.clone(), why: e.to_string(), read });
    }

    /// A section, or the dump itself, whose fields lie side by side with a section's.
    fn object(&mut self, top: bool) -> Result<(), End> {
        self.scanner.want(b'{', "an object")?;
        let (mut first, mut ty, mut recognised) = (true, String::new(), top);
        // Envoy's answer to a `?resource=` that nothing matches
        self.known |= top && self.scanner.peek()? == Some(b'}');
        while self.scanner.more(&mut first, b'}')? {
            let key = self.scanner.key()?;
            if key == "@type" {
                ty = self.scanner.text()?;
                if let Some((section, group)) = single(&ty) {
                    return self.single(section, group);
                }
                recognised |= self.typed(&ty);
            } else if top && key == "configs" {
                self.known = true;
                self.configs()?;
            } else if let Some((name, _, section, group)) = ARRAYS.iter().find(|(a, b, ..)| key == *a || key == *b) {
                recognised = true;
                self.array(name, *section, *group)?;
            } else if key == "bootstrap" {
                recognised = true;
                self.bootstrap()?;
            } else if top && (key == "unknown" || key == "claimed") {
                self.unsaid(&key)?;
            } else if top && (key == "source" || key == "upToDate") {
                self.standing(&key)?;
            } else {
                self.scanner.value(Keep::No)?;
            }
        }
        if !recognised && !ty.is_empty() {
            self.summary.count_unknown(ty);
        }
        Ok(())
    }

    /// Notes that a section is there; false for a type that nobody knows.
    fn typed(&mut self, ty: &str) -> bool {
        let name = ty.rsplit('.').next().unwrap_or_default();
        if let Some(section) = Section::ALL.into_iter().find(|s| s.message() == name) {
            self.found(section);
            return true;
        }
        UNSHOWN.contains(&name)
    }

    fn found(&mut self, section: Section) {
        self.known = true;
        self.summary.sections.insert(section);
    }

    fn configs(&mut self) -> Result<(), End> {
        self.inside = "\"configs\"".to_owned();
        if self.scanner.peek()? != Some(b'[') {
            return Ok(self.scanner.value(Keep::No)?);
        }
        self.scanner.want(b'[', "an array")?;
        let mut first = true;
        while self.scanner.more(&mut first, b']')? {
            match self.scanner.peek()? {
                Some(b'{') => self.object(false)?,
                _ => self.scanner.value(Keep::No)?,
            }
            self.inside = "\"configs\"".to_owned();
        }
        Ok(())
    }

    /// An array without a dump around it. An element that does not say what it is counts as what was asked for.
    fn bare(&mut self) -> Result<(), End> {
        let asked = match self.wanted {
            [Section::Bootstrap] => None,
            [only] => Some(*only),
            _ => None,
        };
        (self.known, self.inside) = (true, "the array".to_owned());
        self.summary.sections.extend(asked);
        self.scanner.want(b'[', "an array")?;
        let (mut first, mut number) = (true, 0_u64);
        while self.scanner.more(&mut first, b']')? {
            number += 1;
            self.json.clear();
            self.scanner.value(Keep::Into(&mut self.json, MAX_ELEMENT))?;
            let what = || format!("number {number} of the array");
            if self.json.is_empty() {
                self.problem(Problem::TooLarge { what: what() });
                continue;
            }
            let section = match judge(&self.json) {
                Some(Kind::Of(section)) if self.wanted.contains(&section) => section,
                Some(other) => {
                    self.summary.count_other(other);
                    continue;
                }
                None => asked.ok_or(End::Bare)?,
            };
            self.summary.sections.insert(section);
            self.show(section, Group::Bare, what)?;
        }
        self.summary.is_empty_array = number == 0;
        Ok(())
    }

    fn array(&mut self, name: &str, section: Section, group: Group) -> Result<(), End> {
        self.found(section);
        self.inside = name.to_owned();
        if self.scanner.peek()? != Some(b'[') || !self.wanted.contains(&section) {
            return Ok(self.scanner.value(Keep::No)?);
        }
        self.scanner.want(b'[', "an array")?;
        let (mut first, mut number) = (true, 0_u64);
        while self.scanner.more(&mut first, b']')? {
            number += 1;
            self.json.clear();
            self.scanner.value(Keep::Into(&mut self.json, MAX_ELEMENT))?;
            self.show(section, group, || format!("number {number} of {name}"))?;
        }
        Ok(())
    }

    /// An element that stands where a section should: Envoy's answer to `?resource=`.
    fn single(&mut self, section: Section, group: Group) -> Result<(), End> {
        self.found(section);
        self.inside = section.to_string();
        if !self.wanted.contains(&section) {
            return Ok(self.scanner.rest_of_object(Keep::No)?);
        }
        self.json.clear();
        self.json.push(b'{');
        if self.scanner.peek()? == Some(b',') {
            self.scanner.next()?;
        }
        self.scanner.rest_of_object(Keep::Into(&mut self.json, MAX_ELEMENT))?;
        let number = self.summary.counts.get(&section).copied().unwrap_or_default() + 1;
        self.show(section, group, || format!("number {number} of the {section}"))
    }

    fn bootstrap(&mut self) -> Result<(), End> {
        self.found(Section::Bootstrap);
        self.inside = "bootstrap".to_owned();
        if !self.wanted.contains(&Section::Bootstrap) {
            return Ok(self.scanner.value(Keep::No)?);
        }
        self.json.clear();
        self.scanner.value(Keep::Into(&mut self.json, MAX_ELEMENT))?;
        self.show(Section::Bootstrap, Group::Static, || "the bootstrap".to_owned())
    }

    /// What a pilot does not know of its proxy. Whatever cannot be read of it is a loss: it would look like a difference.
    fn unsaid(&mut self, key: &str) -> Result<(), End> {
        self.inside = key.to_owned();
        self.json.clear();
        self.scanner.value(Keep::Into(&mut self.json, MAX_ELEMENT))?;
        let unsaid = &mut self.summary.unsaid;
        let read = if key == "unknown" { unsaid.unknown(&self.json) } else { unsaid.claimed(&self.json) };
        if self.json.is_empty() {
            self.problem(Problem::TooLarge { what: format!("\"{key}\"") });
        } else if !read {
            let why = "it does not name resources by their types".to_owned();
            self.problem(Problem::Bad { what: format!("\"{key}\""), why });
        }
        Ok(())
    }

    /// How a pilot's dump stands to what its proxy has. Other control planes say nothing of it.
    fn standing(&mut self, key: &str) -> Result<(), End> {
        self.json.clear();
        self.scanner.value(Keep::Into(&mut self.json, MAX_KEY))?;
        match (key, &self.json[..]) {
            ("source", br#""computed""#) => self.summary.computed = true,
            ("upToDate", b"false") => self.summary.outdated = true,
            _ => {}
        }
        Ok(())
    }

    fn show(&mut self, section: Section, group: Group, what: impl Fn() -> String) -> Result<(), End> {
        if self.json.is_empty() {
            self.problem(Problem::TooLarge { what: what() });
            return Ok(());
        }
        match (self.visit)(Element { section, group, json: &self.json }) {
            Visit::Done => *self.summary.counts.entry(section).or_default() += 1,
            Visit::Bad(why) => self.problem(Problem::Bad { what: what(), why }),
            Visit::Stop => return Err(End::Stopped),
            Visit::Full(limit) => {
                self.summary.problems.push(Problem::Full { inside: self.inside.clone(), limit });
                return Err(End::Full);
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        if self.summary.problems.len() < MAX_PROBLEMS {
            self.summary.problems.push(problem);
        } else {
            self.left_out += 1;
        }
    }
}

/// What a type such as `….ClustersConfigDump.DynamicCluster` stands for. Warming ones look the same: who asked for them knows.
fn single(ty: &str) -> Option<(Section, Group)> {
    let (message, element) =
        ty.rsplit_once('.').and_then(|(head, element)| Some((head.rsplit('.').next()?, element)))?;
    let section = Section::ALL.into_iter().find(|s| s.message() == message)?;
    Some((section, if element.starts_with("Static") { Group::Static } else { Group::Dynamic }))
}

#[cfg(test)]
mod tests;
