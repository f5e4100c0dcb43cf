//! Tables as kubectl prints them: columns three blanks apart, no lines, no trailing blanks.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::error::CliError;
use crate::data::model::{Align, Table, plain};

/// How much text is made before it is written, in bytes.
const BLOCK: usize = 64 << 10;

/// A table's text.
pub(crate) fn render(table: &Table, wide: bool) -> String {
    let mut text = String::new();
    let layout = Layout::of(table, wide);
    layout.head(&mut text);
    table.rows.iter().for_each(|row| layout.line(&mut text, |cell| plain(row.cell(cell))));
    text
}

/// Writes a table's text as it is made: that of a large one is never whole in memory.
///
/// # Errors
/// As `write`.
pub(super) fn write(table: &Table, wide: bool, write: impl Fn(&str) -> Result<(), CliError>) -> Result<(), CliError> {
    let mut text = String::new();
    let layout = Layout::of(table, wide);
    layout.head(&mut text);
    for row in table.rows.iter() {
        layout.line(&mut text, |cell| plain(row.cell(cell)));
        if text.len() >= BLOCK {
            write(&text)?;
            text.clear();
        }
    }
    write(&text)
}

/// The columns that are shown, and how wide each is.
struct Layout {
    columns: Vec<Shown>,
}

struct Shown {
    cell: usize,
    name: &'static str,
    width: usize,
    align: Align,
}

impl Layout {
    fn of(table: &Table, wide: bool) -> Self {
        let shown = table.columns.iter().enumerate().filter(|(_, column)| wide || !column.wide);
        let mut columns: Vec<Shown> =
            shown.map(|(cell, c)| Shown { cell, name: c.name, width: c.name.width(), align: c.align }).collect();
        for row in table.rows.iter() {
            for column in &mut columns {
                // what is printed is measured: an escape is longer than what it stands for
                column.width = column.width.max(plain(row.cell(column.cell)).width());
            }
        }
        Self { columns }
    }

    fn head(&self, text: &mut String) {
        let name = |cell| self.columns.iter().find(|c| c.cell == cell).map_or("", |c| c.name);
        self.line(text, |cell| name(cell).into());
    }

    /// Adds a line of cells.
    fn line<'c>(&self, text: &mut String, cell: impl Fn(usize) -> Cow<'c, str>) {
        let start = text.len();
        for (at, Shown { cell: number, width, align, .. }) in self.columns.iter().enumerate() {
            let cell = cell(*number);
            let blanks = width.saturating_sub(cell.width());
            text.push_str(if at > 0 { "   " } else { "" });
            let (before, after) = if *align == Align::Right { (blanks, 0) } else { (0, blanks) };
            text.extend(std::iter::repeat_n(' ', before));
            text.push_str(&cell);
            text.extend(std::iter::repeat_n(' ', after));
        }
        // an empty first cell is blanks too: only those of this line go
        text.truncate(start + text.get(start..).unwrap_or_default().trim_end_matches(' ').len());
        text.push('\n');
    }
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

    #[test]
    fn escapes_shift_no_column() {
        let mut table = Table::new(&["NAME", "COUNT", "WHY"], &[]);
        if let Some(count) = table.columns.get_mut(1) {
            count.align = Align::Right;
        }
        table.row(["a\u{1b}[2J", "\u{202e}7", "x"]);
        table.row(["größer", "12", ""]);
        table.row(["gro\u{308}ßer", "13", ""]);
        table.row(["雲雲", "14", ""]);
        table.row(["", "", "y"]);
        let want = [
            "NAME             COUNT   WHY",
            "a\\u{1b}[2J   \\u{202e}7   x",
            "größer              12",
            "gro\u{308}ßer              13",
            "雲雲                14",
            "                         y",
        ];
        assert_eq!(render(&table, false).lines().collect::<Vec<_>>(), want);
    }

    #[test]
    fn a_large_table_is_written_as_it_is_made() {
        let mut table = Table::new(&["NAME"], &[]);
        (0..20_000).for_each(|n| table.row([format!("row-{n}")]));
        let blocks = std::cell::RefCell::new(Vec::new());
        let written = write(&table, false, |block| {
            blocks.borrow_mut().push(block.to_owned());
            Ok(())
        });
        assert_eq!(written, Ok(()));
        let blocks = blocks.into_inner();
        assert!(blocks.len() > 2 && blocks.iter().all(|block| block.len() < 2 * BLOCK), "{}", blocks.len());
        assert_eq!(blocks.concat(), render(&table, false));
        let stopped = write(&table, false, |_| Err(CliError::failed("gone")));
        assert_eq!(stopped, Err(CliError::failed("gone")));
    }
}
