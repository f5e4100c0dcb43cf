//! Text that somebody else wrote, on its way to a terminal: every character of it is seen for what it is.

use std::borrow::Cow;

/// A text without what a terminal obeys or hides: what a peer wrote must not move the cursor, colour anything, forge a line, or
/// turn the direction of what follows. Such characters are written out, as `\u{202e}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same, of a text with line breaks of our own.
pub fn plain_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, kept: fn(char) -> bool) -> Cow<'_, str> {
    // most texts are ASCII, and a table has many
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if kept(c) {
            out.push(c);
        } else {
            push_seen(&mut out, c);
        }
    }
    if out == text { text.into() } else { out.into() }
}

/// Adds a character: as it is where it is seen, else written out. Not seen are control characters, those that turn the direction
/// or have no width of their own, blanks that are not the usual one, and letters without ink. A mark on a letter is seen, as in
/// the file names of systems that take letters apart.
pub(super) fn push_seen(out: &mut String, c: char) {
    match c {
        // quotes and backslashes too, which `escape_debug` escapes: whoever shows the text has its own
        ' '..='~' => out.push(c),
        // the Hangul fillers are letters to `escape_debug`
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => out.extend(c.escape_unicode()),
        _ if is_mark(c) && takes_mark(out) => out.push(c),
        _ => out.extend(c.escape_debug()),
    }
}

/// Accents and the like, but for the joiner among them, which has no ink.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}') && c != '\u{34f}'
}

/// Whether a text ends with a letter with at most one mark: no language puts more than two on one, and a heap of them covers
/// other lines.
fn takes_mark(text: &str) -> bool {
    let mut back = text.chars().rev();
    match back.next() {
        Some(mark) if is_mark(mark) => back.next().is_some_and(char::is_alphanumeric),
        letter => letter.is_some_and(char::is_alphanumeric),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{9b}é"), "a\\u{1b}[2Jb\\nc\\u{9b}é");
        assert_eq!(plain_lines("a\u{1b}\nb\r"), "a\\u{1b}\nb\\r");
        for text in ["as it \"is\" 'and' \\", "größer → 雲 …", ""] {
            assert!(matches!(plain(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn a_letter_keeps_its_marks() {
        for text in ["gro\u{308}ße", "vie\u{302}\u{323}t"] {
            assert!(matches!(plain(text), Cow::Borrowed(_)), "{text}");
            assert_eq!(shown(text), text);
        }
        assert_eq!(plain("\u{308}a-\u{308}"), "\\u{308}a-\\u{308}", "there is no letter under it");
        assert_eq!(plain("a\u{308}\u{308}\u{308}"), "a\u{308}\u{308}\\u{308}");
        assert_eq!(plain("a\u{34f}"), "a\\u{34f}", "it has no ink");
    }

    #[test]
    fn what_turns_the_direction_or_cannot_be_seen_is_written_out() {
        let turning =
            ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').chain(['\u{200e}', '\u{200f}', '\u{61c}']);
        let unseen =
            ('\u{200b}'..='\u{200d}').chain(['\u{ad}', '\u{2028}', '\u{2060}', '\u{feff}', '\u{3164}', '\u{e0041}']);
        for c in turning.chain(unseen) {
            let (text, want) = (format!("x{c}y"), format!("x\\u{{{:x}}}y", u32::from(c)));
            assert_eq!(plain(&text), want);
            assert_eq!(plain_lines(&text), want);
            assert_eq!(shown(&text), want, "names and texts are escaped alike");
        }
    }
}
