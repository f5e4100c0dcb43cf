//! Views of a dump: the columns of each section, rows in order, JSON of what matches.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;
use serde_json::Value;

use super::dump::{Element, Group, Section, Visit};
use super::filter::Filter;
use super::held::Held;
use super::rows::{Form, Rows};
use super::summary::{DumpError, Summary};
use super::walk::walk;
use super::{bootstrap, clusters, endpoints, listeners, routes};
use crate::data::model::{Cells, Row, Table};

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
    order: fn(Row<'_>, Row<'_>) -> Ordering,
}

/// The views, in the order of `proxy-config all`.
const VIEWS: [View; 5] = [
    View {
        section: Section::Bootstrap,
        columns: &["NODE", "SERVICE CLUSTER", "CLUSTER", "LOCALITY"],
        wide: &["ISTIO VERSION", "ENVOY VERSION"],
        rows: bootstrap::rows,
        order: |a, b| a.iter().cmp(b.iter()),
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

/// How the rows of a section follow each other.
pub(super) fn order(section: Section) -> fn(Row<'_>, Row<'_>) -> Ordering {
    view(section).order
}

/// Reads the rows of `sections` that `filter` wants, in the form that is wanted; sorted. `group` overrules what the dump says of
/// where elements stand. What is more than can be held is a problem that loses.
///
/// # Errors
/// As [`walk`].
pub fn read_rows(
    input: &mut dyn Read,
    sections: &[Section],
    filter: &Filter,
    form: Form,
    group: Option<Group>,
) -> Result<(BTreeMap<Section, Rows>, Summary), DumpError> {
    read_rows_within(input, sections, filter, form, group, Held::new("rows", MAX_ROWS, MAX_TEXT))
}

fn read_rows_within(
    input: &mut dyn Read,
    sections: &[Section],
    filter: &Filter,
    form: Form,
    group: Option<Group>,
    mut held: Held,
) -> Result<(BTreeMap<Section, Rows>, Summary), DumpError> {
    let mut all: BTreeMap<Section, Rows> = BTreeMap::new();
    for section in sections {
        let view = view(*section);
        let keep = match form {
            Form::Nothing | Form::Names => 0,
            Form::Table => view.columns.len(),
            Form::Wide => view.columns.len() + view.wide.len(),
        };
        all.insert(*section, Rows::new(form, keep));
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
    fn key(row: Row<'_>) -> Option<(&str, &str)> {
        Some((row.get(0)?, row.get(3)?))
    }
    let known: BTreeMap<_, _> = eds.cells.iter().filter_map(|row| Some((key(row)?, row.get(ID)?))).collect();
    let mut joined = Cells::default();
    for row in endpoints.cells.iter() {
        let id = key(row).and_then(|key| known.get(&key));
        joined.push(row.iter().enumerate().map(|(at, cell)| id.filter(|_| at == ID).map_or(cell, |id| *id)));
    }
    endpoints.cells = joined;
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
        if !rows.matched {
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
pub(super) fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// The same, of a text of its own.
pub(super) fn dash(text: &str) -> String {
    or_dash(text).to_owned()
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
            let read = read_rows_within(&mut endless, &[Section::Clusters], &Filter::default(), Form::Wide, None, held);
            let (rows, summary) = read.unwrap();
            assert!((10..200).contains(&rows[&Section::Clusters].cells.len()), "{limit}");
            let said =
                format!("the dump holds more than {limit}: reading it ended in the middle of dynamic_active_clusters");
            assert_eq!(summary.problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
        }
    }
}
