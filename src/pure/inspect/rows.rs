//! The rows of one section of a dump, as far as they are wanted.

use super::dump::Section;
use super::view::order;
use crate::data::model::Cells;

/// What of the rows is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Only whether there are any.
    #[default]
    Nothing,
    /// The names of their resources alone.
    Names,
    /// The cells that a table shows.
    Table,
    /// All cells, and the rows that only the wide table shows.
    Wide,
}

/// The rows of one section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Cells, by the columns of the section.
    pub cells: Cells,
    /// The names of the resources, each once.
    pub names: Vec<String>,
    /// Whether any resource was wanted.
    pub matched: bool,
    /// How many rows match that only the wide view shows: warming, draining, failed, passing through.
    pub hidden: u64,
    form: Form,
    /// How many columns are kept.
    keep: usize,
    /// How many bytes of text were added.
    text: usize,
}

impl Rows {
    /// None yet, in a form that keeps so many columns.
    pub(super) fn new(form: Form, keep: usize) -> Self {
        Self { form, keep, ..Self::default() }
    }

    /// Whether the rows are wanted that only the wide table shows.
    pub(super) fn wide(&self) -> bool {
        self.form == Form::Wide
    }

    /// Adds the rows of another text of the same dump.
    pub fn merge(&mut self, section: Section, other: Rows) {
        let Rows { cells, names, matched, hidden, form: _, keep: _, text: _ } = other;
        self.cells.append(cells);
        self.names.extend(names);
        self.matched |= matched;
        self.hidden += hidden;
        self.sort(section);
    }

    pub(super) fn sort(&mut self, section: Section) {
        self.cells.sort_by(order(section));
        self.names.sort_unstable();
        self.names.dedup();
    }

    /// Notes a resource that is wanted, whether it has rows or not.
    pub(super) fn named(&mut self, name: &str) {
        self.matched = true;
        if self.form == Form::Names && self.names.last().is_none_or(|last| last != name) {
            self.text += name.len();
            self.names.push(name.to_owned());
        }
    }

    /// Adds a row of a resource.
    pub(super) fn add<S: AsRef<str>, const N: usize>(&mut self, name: &str, cells: impl FnOnce() -> [S; N]) {
        self.named(name);
        if self.keep == 0 {
            return;
        }
        let cells = cells();
        let kept = || cells.iter().take(self.keep).map(|cell| cell.as_ref());
        self.text += kept().map(str::len).sum::<usize>();
        self.cells.push(kept());
    }

    /// How many rows and names there are, and how many bytes of text.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.cells.len() + self.names.len(), self.text)
    }
}
