//! Views of a dump: the columns of each section, rows in order, JSON of what matches.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;
use serde_json::Value;

use super::dump::{Element, Group, Section, Visit};
use super::filter::Filter;
use super::held::Held;
use super::summary::{DumpError, Summary};
use super::walk::walk;
use super::{bootstrap, clusters, endpoints, listeners, routes};
use crate::data::model::Table;

/// How many rows a view may have, and how many bytes of text.
const MAX_ROWS: usize = 2_000_000;
const MAX_TEXT: usize = 256 << 20;

/// How a section is shown.
struct View {
    section: Section,
    /// istioctl's columns, by its names, so that scripts go on working.
    columns: &'static [&'static str],
    /// What istioctl hides.
    wide: &'static [&'static str],
    rows: fn(&Element<'_>, &Filter, &mut Rows) -> Result<(), serde_json::Error>,
    order: fn(&[String], &[String]) -> Ordering,
}

/// The views, in the order of `proxy-config all`.
const VIEWS: [View; 5] = [
    View {
        section: Section::Bootstrap,
        columns: &["NODE", "SERVICE CLUSTER", "CLUSTER", "LOCALITY"],
        wide: &["ISTIO VERSION", "ENVOY VERSION"],
        rows: bootstrap::rows,
        order: |a, b| a.cmp(b),
    },
    View {
        section: Section::Clusters,
        columns: &["SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"],
        wide: &["STATE", "LB POLICY", "VERSION"],
        rows: clusters::rows,
        order: clusters::order,
    },
    View {
        section: Section::Listeners,
        columns: &["ADDRESSES", "PORT", "MATCH", "DESTINATION"],
        wide: &["TYPE", "STATE", "DIRECTION", "NAME", "CHAIN", "VERSION"],
        rows: listeners::rows,
        order: listeners::order,
    },
    View {
        section: Section::Routes,
        columns: &["NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"],
        wide: &["DESTINATION", "CONDITIONS", "STATE", "VERSION"],
        rows: routes::rows,
        order: routes::order,
    },
    View {
        section: Section::Endpoints,
        columns: &["ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"],
        wide: &["LOCALITY", "WEIGHT", "PRIORITY", "CLUSTER ID", "HEALTH FLAGS"],
        rows: endpoints::rows,
        order: endpoints::order,
    },
];

fn view(section: Section) -> &'static View {
    VIEWS.iter().find(|v| v.section == section).unwrap_or(&VIEWS[0])
}

/// The rows of one section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Cells, by the columns of the section; the wide ones are there only if wide.
    pub cells: Vec<Vec<String>>,
    /// The names of the resources, each once.
    pub names: Vec<String>,
    /// How many rows match that only the wide view shows: warming, draining, failed, passing through.
    pub hidden: u64,
    /// Whether the wide columns are wanted.
    pub(super) wide: bool,
    /// How many columns are kept.
    keep: usize,
    /// How many bytes of text were added.
    text: usize,
}

impl Rows {
    /// Adds the rows of another text of the same dump.
    pub fn merge(&mut self, section: Section, other: Rows) {
        let Rows { cells, names, hidden, wide: _, keep: _, text: _ } = other;
        self.cells.extend(cells);
        self.names.extend(names);
        self.hidden += hidden;
        self.sort(section);
    }

    fn sort(&mut self, section: Section) {
        let order = view(section).order;
        self.cells.sort_by(|a, b| order(a, b));
        self.names.sort();
        self.names.dedup();
    }

    /// Notes a resource that is wanted, whether it has rows or not.
    pub(super) fn named(&mut self, name: &str) {
        if self.names.last().is_none_or(|last| last != name) {
            self.text += name.len();
            self.names.push(name.to_owned());
        }
    }

    /// Adds a row of a resource.
    pub(super) fn add<const N: usize>(&mut self, name: &str, cells: impl FnOnce() -> [String; N]) {
        self.named(name);
        let cells: Vec<String> = cells().into_iter().take(self.keep).collect();
        self.text += cells.iter().map(String::len).sum::<usize>();
        self.cells.push(cells);
    }

    /// How many rows and names there are, and how many bytes of text.
    fn size(&self) -> (usize, usize) {
        (self.cells.len() + self.names.len(), self.text)
    }
}

/// Reads the rows of `sections` that `filter` wants; sorted. `group` overrules what the dump says of where elements stand. What
/// is more than can be held is a problem that loses.
///
/// # Errors
/// As [`walk`].
pub fn read_rows(
    input: &mut dyn Read,
    sections: &[Section],
    filter: &Filter,
    wide: bool,
    group: Option<Group>,
) -> Result<(BTreeMap<Section, Rows>, Summary), DumpError> {
    read_rows_within(input, sections, filter, wide, group, Held::new("rows", MAX_ROWS, MAX_TEXT))
}

fn read_rows_within(
    input: &mut dyn Read,
    sections: &[Section],
    filter: &Filter,
    wide: bool,
    group: Option<Group>,
    mut held: Held,
) -> Result<(BTreeMap<Section, Rows>, Summary), DumpError> {
    let mut all: BTreeMap<Section, Rows> = BTreeMap::new();
    for section in sections {
        let view = view(*section);
        let keep = view.columns.len() + if wide { view.wide.len() } else { 0 };
        all.insert(*section, Rows { wide, keep, ..Rows::default() });
    }
    let summary = walk(input, sections, &mut |mut element| {
        element.group = group.unwrap_or(element.group);
        let Some(rows) = all.get_mut(&element.section) else { return Visit::Done };
        let before = rows.size();
        let result = (view(element.section).rows)(&element, filter, rows);
        let after = rows.size();
        match (result, held.take(after.0 - before.0, after.1 - before.1)) {
            (_, Some(limit)) => Visit::Full(limit),
            (Ok(()), None) => Visit::Done,
            (Err(e), None) => Visit::Bad(misshapen(element.section, &e)),
        }
    })?;
    for (section, rows) in &mut all {
        rows.sort(*section);
    }
    Ok((all, summary))
}

/// Fills in what `/clusters` does not tell of endpoints and EDS does: the clusters they run in. Both are wide.
pub fn join_cluster_ids(endpoints: &mut Rows, eds: &Rows) {
    const ID: usize = 7;
    let known: BTreeMap<_, _> =
        eds.cells.iter().filter_map(|row| Some(((row.first()?, row.get(3)?), row.get(ID)?))).collect();
    for row in &mut endpoints.cells {
        let id = row.first().zip(row.get(3)).and_then(|key| known.get(&key)).map(|id| (*id).clone());
        if let (Some(id), Some(cell)) = (id, row.get_mut(ID)) {
            *cell = id;
        }
    }
}

/// The table of a section.
pub fn table(section: Section, rows: Rows) -> Table {
    let view = view(section);
    let mut table = Table::new(view.columns, view.wide);
    table.rows = rows.cells;
    table
}

/// Reads the resources of `section` that `filter` wants and gives each, as Envoy wrote it and with the size it had there, to
/// `each`, which says whether to go on. The order is the dump's.
///
/// # Errors
/// As [`walk`].
pub fn read_json(
    input: &mut dyn Read,
    section: Section,
    filter: &Filter,
    each: &mut dyn FnMut(Value, usize) -> Visit,
) -> Result<Summary, DumpError> {
    walk(input, &[section], &mut |element| {
        let mut rows = Rows::default();
        if let Err(e) = (view(section).rows)(&element, filter, &mut rows) {
            return Visit::Bad(misshapen(section, &e));
        }
        if rows.names.is_empty() {
            return Visit::Done;
        }
        match serde_json::from_slice(element.json).map(|entry| resource(section, entry)) {
            Ok(mut value) => {
                if section == Section::Endpoints {
                    endpoints::keep_wanted(&mut value, filter);
                }
                each(value, element.json.len())
            }
            Err(e) => Visit::Bad(misshapen(section, &e)),
        }
    })
}

/// Why an element is none, in words that do not name our types.
fn misshapen(section: Section, e: &serde_json::Error) -> String {
    let (line, column) = (e.line(), e.column());
    match e.classify() {
        serde_json::error::Category::Data => {
            format!("it is not what Envoy writes of {} (line {line}, column {column} of it)", section.one())
        }
        _ => format!("it is no valid JSON (line {line}, column {column} of it)"),
    }
}

/// The resource in an element: Envoy wraps it with its version and times.
pub(super) fn resource(section: Section, mut entry: Value) -> Value {
    let paths: &[&[&str]] = match section {
        Section::Bootstrap => &[],
        Section::Clusters => &[&["cluster"]],
        Section::Listeners => &[&["active_state", "listener"], &["activeState", "listener"], &["listener"]],
        Section::Routes => &[&["route_config"], &["routeConfig"]],
        Section::Endpoints => &[&["endpoint_config"], &["endpointConfig"]],
    };
    for path in paths {
        let inner = path.iter().try_fold(&mut entry, |at, key| at.get_mut(key));
        if let Some(inner) = inner {
            return inner.take();
        }
    }
    entry
}

/// What Istio and we write into `metadata` of resources.
#[derive(Deserialize, Default)]
pub(super) struct IstioMetadata {
    #[serde(default, alias = "filterMetadata")]
    filter_metadata: FilterMetadata,
}

#[derive(Deserialize, Default)]
struct FilterMetadata {
    #[serde(default)]
    istio: Istio,
}

#[derive(Deserialize, Default)]
struct Istio {
    #[serde(default)]
    config: Value,
    #[serde(default)]
    workload: Value,
}

impl IstioMetadata {
    /// The cluster an endpoint runs in: the fifth part of `workload;namespace;name;revision;cluster`.
    pub(super) fn cluster_id(&self) -> &str {
        self.filter_metadata.istio.workload.as_str().and_then(|w| w.split(';').nth(4)).unwrap_or_default()
    }
}

/// The policy a resource was made from: `/apis/networking.istio.io/v1/namespaces/NS/destination-rule/NAME` → `NAME.NS`.
pub(super) fn origin(metadata: &IstioMetadata) -> String {
    let path = metadata.filter_metadata.istio.config.as_str().unwrap_or_default();
    let mut parts = path.rsplit('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(_), Some(namespace)) if !name.is_empty() => format!("{name}.{namespace}"),
        _ => String::new(),
    }
}

/// A cell that is never empty.
pub(super) fn dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::held::Endless;
    use super::*;

    #[test]
    fn a_dump_without_an_end_is_shown_as_far_as_it_can_be_held() {
        let start = r#"{"configs":[{"dynamic_active_clusters":["#;
        for (max_count, max_bytes, limit) in [(100, 1 << 20, "100 rows"), (usize::MAX, 1 << 10, "1024 bytes of rows")] {
            let mut endless = Endless::of(start, r#"{"cluster":{"name":"outbound|80||a.b","type":"EDS"}}"#);
            let held = Held::new("rows", max_count, max_bytes);
            let read = read_rows_within(&mut endless, &[Section::Clusters], &Filter::default(), true, None, held);
            let (rows, summary) = read.unwrap();
            assert!((10..200).contains(&rows[&Section::Clusters].cells.len()), "{limit}");
            let said =
                format!("the dump holds more than {limit}: reading it ended in the middle of dynamic_active_clusters");
            assert_eq!(summary.problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
        }
    }
}
