//! Text that a peer wrote, on its way to a terminal.

use std::borrow::Cow;

/// A text without control characters: what a peer wrote must not move the cursor, colour anything or forge a line.
pub fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same, of a text with line breaks of our own.
pub fn plain_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, kept: fn(char) -> bool) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() && !kept(c);
    if !text.contains(bad) {
        return text.into();
    }
    text.chars().flat_map(|c| if bad(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{9b}é"), "a\\u{1b}[2Jb\\nc\\u{9b}é");
        assert_eq!(plain_lines("a\u{1b}\nb\r"), "a\\u{1b}\nb\\r");
        assert!(matches!(plain("as it is"), Cow::Borrowed(_)));
    }
}
