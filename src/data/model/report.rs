//! What a command has to say, before anybody formats it: a table for people, JSON for programs.

use serde::Serialize;

use super::Cells;

/// How a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// To the left: text.
    #[default]
    Left,
    /// To the right: numbers.
    Right,
}

/// A column's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header, in capitals.
    pub name: &'static str,
    /// How its cells stand.
    pub align: Align,
    /// Shown by `-o wide` only.
    pub wide: bool,
}

/// Rows of text cells under named columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for each column.
    pub rows: Cells,
}

impl Table {
    /// A table with these columns always shown, and those only when wide.
    pub fn new(names: &[&'static str], wide: &[&'static str]) -> Self {
        let column = |wide: bool| move |name: &&'static str| Column { name, align: Align::Left, wide };
        Self {
            columns: names.iter().map(column(false)).chain(wide.iter().map(column(true))).collect(),
            rows: Cells::default(),
        }
    }

    /// Adds a row.
    pub fn row<I: IntoIterator<Item = S>, S: Into<String>>(&mut self, cells: I) {
        self.rows.push(cells.into_iter().map(Into::<String>::into));
    }
}

/// A result with its two forms: `data` as JSON or YAML, `table` for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The machine's form, complete.
    pub data: serde_json::Value,
    /// The people's form.
    pub table: Table,
    /// One name a row, for `-o name`.
    pub names: Vec<String>,
}

impl Report {
    /// Wraps serialisable data as one of our kinds: `apiVersion: meshctl/v1`, `kind`, then the data's own fields.
    ///
    /// # Errors
    /// Where the data does not serialise.
    pub fn of_kind<T: Serialize>(kind: &str, data: &T, table: Table) -> Result<Self, serde_json::Error> {
        let mut object = serde_json::Map::new();
        object.insert("apiVersion".into(), "meshctl/v1".into());
        object.insert("kind".into(), kind.into());
        match serde_json::to_value(data)? {
            serde_json::Value::Object(fields) => object.extend(fields),
            other => {
                object.insert("items".into(), other);
            }
        }
        Ok(Self { data: object.into(), table, names: Vec::new() })
    }
}
