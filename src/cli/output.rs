//! The one printer: stdout is data, stderr is talk; colour only on a terminal, and never alone.

use std::io::Write;

use serde::Serialize;

use super::error::CliError;
use crate::data::model::{Report, Table};
use crate::data::yaml;

/// The forms of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    #[value(alias = "short")]
    Table,
    /// The table with every column
    Wide,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Names alone, one a line
    Name,
    /// The JSON of the talk's pilot (v1 REST)
    V1,
}

/// Writes to stdout and stderr.
pub struct Output {
    quiet: bool,
}

impl Output {
    /// A printer; a quiet one keeps its notes to itself.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Writes data to stdout, as it is.
    ///
    /// # Errors
    /// Where the reader is gone.
    pub fn data(&self, text: &str) -> Result<(), CliError> {
        self.bytes(text.as_bytes())
    }

    /// Writes bytes to stdout, as they are.
    ///
    /// # Errors
    /// Where the reader is gone, or stdout takes no more.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| match e.kind() {
            std::io::ErrorKind::BrokenPipe => CliError::reader_gone(),
            _ => CliError::failed(format!("writing the result to stdout failed: {e}")),
        })
    }

    /// Writes serialisable data to stdout as JSON with two blanks of indentation.
    ///
    /// # Errors
    /// As [`Output::bytes`].
    pub fn json<T: Serialize>(&self, value: &T) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|e| CliError::failed(format!("writing the result as JSON failed: {e}")))?;
        text.push('\n');
        self.data(&text)
    }

    /// Writes a report in the format that was asked for.
    ///
    /// # Errors
    /// As [`Output::bytes`].
    pub fn report(&self, report: &Report, format: Format) -> Result<(), CliError> {
        match format {
            Format::Json | Format::V1 => self.json(&report.data),
            Format::Yaml => self.data(&yaml::to_string(&report.data)?),
            Format::Name => self.data(&report.names.iter().map(|n| format!("{n}\n")).collect::<String>()),
            Format::Table | Format::Wide => self.data(&render(&report.table, format == Format::Wide)),
        }
    }

    /// Says something on stderr, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// Says on stderr what went on although something is not right.
    pub fn warning(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "\u{1b}[33mwarning:\u{1b}[0m {text}");
    }

    pub(super) fn error(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "\u{1b}[1;31merror:\u{1b}[0m {text}");
    }

    pub(crate) fn hint(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "\u{1b}[36mhint:\u{1b}[0m {text}");
    }
}

/// A table as kubectl prints it: columns three blanks apart, no lines, no trailing blanks.
pub(crate) fn render(table: &Table, wide: bool) -> String {
    use comfy_table::{CellAlignment, ContentArrangement, Table as Grid};
    let shown: Vec<usize> = (0..table.columns.len()).filter(|i| wide || !table.columns[*i].wide).collect();
    let mut grid = Grid::new();
    grid.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    grid.set_header(shown.iter().map(|i| table.columns[*i].name));
    for row in &table.rows {
        grid.add_row(shown.iter().map(|i| row.get(*i).map_or("", String::as_str)));
    }
    for (at, i) in shown.iter().enumerate() {
        if let Some(column) = grid.column_mut(at) {
            column.set_padding((0, 3));
            if table.columns[*i].align == crate::data::model::Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    grid.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_look_like_kubectls() {
        let mut table = Table::new(&["NAME", "STATE"], &["WHY"]);
        table.row(["gke", "ok", "x"]);
        table.row(["on-prem", "unreachable", "y"]);
        assert_eq!(render(&table, false), "NAME      STATE\ngke       ok\non-prem   unreachable\n");
        assert!(render(&table, true).contains("WHY"));
    }
}
