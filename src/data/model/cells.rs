//! Rows of text in a few large pieces of memory: a dump of a proxy gives hundreds of thousands, and a text of its own for each
//! cell would cost several times what it says.

use std::fmt;

/// How much text a piece holds, and how many cells; a row that is larger makes its piece larger.
const PIECE: usize = 64 << 10;

/// Rows of text cells.
#[derive(Clone, Default)]
pub struct Cells {
    pieces: Vec<Piece>,
    rows: Vec<At>,
}

#[derive(Clone, Default)]
struct Piece {
    text: String,
    /// Where each cell ends in the text; it begins where the one before ends.
    ends: Vec<u32>,
}

/// Where a row lies.
#[derive(Clone, Copy)]
struct At {
    piece: u32,
    first: u32,
    cells: u32,
}

/// A row of [`Cells`].
#[derive(Clone, Copy, Default)]
pub struct Row<'a> {
    text: &'a str,
    start: u32,
    ends: &'a [u32],
}

impl Cells {
    /// Adds a row. Cells beyond 4 GiB of one row are empty.
    pub fn push<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        if self.pieces.last().is_none_or(|p| p.text.len() >= PIECE || p.ends.len() >= PIECE) {
            // the next piece fills up as the last one did
            let ends = self.pieces.last().map_or(0, |p| p.ends.len());
            let text = if ends == 0 { 0 } else { PIECE + PIECE / 8 };
            self.pieces.push(Piece { text: String::with_capacity(text), ends: Vec::with_capacity(ends + ends / 8) });
        }
        let number = self.pieces.len() - 1;
        let Some(piece) = self.pieces.last_mut() else { return };
        let first = piece.ends.len();
        for cell in cells {
            piece.text.push_str(cell.as_ref());
            piece.ends.push(short(piece.text.len()));
        }
        let cells = piece.ends.len() - first;
        self.rows.push(At { piece: short(number), first: short(first), cells: short(cells) });
    }

    /// Adds the rows of others behind its own.
    pub fn append(&mut self, others: Cells) {
        let before = short(self.pieces.len());
        self.pieces.extend(others.pieces);
        self.rows.extend(others.rows.into_iter().map(|at| At { piece: at.piece.saturating_add(before), ..at }));
    }

    /// The rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|at| row(&self.pieces, *at))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sorts the rows; equal ones keep their order.
    pub fn sort_by(&mut self, order: impl Fn(Row<'_>, Row<'_>) -> std::cmp::Ordering) {
        let Self { pieces, rows } = self;
        rows.sort_by(|a, b| order(row(pieces, *a), row(pieces, *b)));
    }
}

impl<'a> Row<'a> {
    /// The text of a cell; `None` beyond the last one.
    pub fn get(&self, cell: usize) -> Option<&'a str> {
        let end = *self.ends.get(cell)?;
        let start = match cell.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => self.start,
        };
        Some(self.text.get(start as usize..end as usize).unwrap_or_default())
    }

    /// The text of a cell; empty beyond the last one.
    pub fn cell(&self, cell: usize) -> &'a str {
        self.get(cell).unwrap_or_default()
    }

    /// The cells.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a str> {
        (0..self.ends.len()).map(move |cell| self.cell(cell))
    }

    /// The cells as one text.
    pub fn join(self, between: &str) -> String {
        self.iter().collect::<Vec<_>>().join(between)
    }
}

fn row(pieces: &[Piece], at: At) -> Row<'_> {
    let Some(piece) = pieces.get(at.piece as usize) else { return Row::default() };
    let first = at.first as usize;
    Row {
        text: &piece.text,
        start: first.checked_sub(1).and_then(|before| piece.ends.get(before)).copied().unwrap_or_default(),
        ends: piece.ends.get(first..first + at.cells as usize).unwrap_or_default(),
    }
}

fn short(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other.iter()).all(|(a, b)| a.iter().eq(b.iter()))
    }
}

impl Eq for Cells {}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cells: &Cells) -> Vec<Vec<&str>> {
        cells.iter().map(|row| row.iter().collect()).collect()
    }

    #[test]
    fn rows_are_what_was_pushed_whatever_their_pieces() {
        // several pieces, one of them with a row that is larger than a piece
        let rows: Vec<Vec<String>> = (0..3000)
            .map(|n| match n {
                7 => vec![],
                8 => vec![String::new(), "ü".repeat(PIECE), String::new()],
                _ => vec![format!("row {n}"), String::new(), "x".repeat(n % 60)],
            })
            .collect();
        let mut cells = Cells::default();
        rows.iter().for_each(|row| cells.push(row));
        assert!(cells.pieces.len() > 2, "{}", cells.pieces.len());
        assert_eq!((cells.len(), cells.is_empty()), (3000, false));
        assert_eq!(texts(&cells), rows);
        let third = cells.iter().nth(3).unwrap_or_default();
        assert_eq!((third.get(0), third.get(1), third.get(3), third.cell(3)), (Some("row 3"), Some(""), None, ""));
        assert_eq!(third.join("|"), "row 3||xxx");
    }

    #[test]
    fn sorting_and_appending_move_whole_rows() {
        let of = |rows: &[[&str; 2]]| {
            let mut cells = Cells::default();
            rows.iter().for_each(|row| cells.push(row));
            cells
        };
        let mut cells = of(&[["b", "1"], ["a", "2"]]);
        cells.append(of(&[["b", "0"], ["", "3"]]));
        cells.sort_by(|a, b| a.cell(0).cmp(b.cell(0)));
        assert_eq!(texts(&cells), [["", "3"], ["a", "2"], ["b", "1"], ["b", "0"]]);
        assert_eq!(cells, of(&[["", "3"], ["a", "2"], ["b", "1"], ["b", "0"]]));
        assert_ne!(cells, of(&[["", "3"], ["a", "2"], ["b", "10"], ["b", ""]]));
        assert_ne!(cells, Cells::default());
    }
}
