//! Names that somebody else chose, as they may be shown: on one line, without what a terminal would obey, and not endless.

use std::path::Path;

use super::plain::push_seen;

/// How much of a name is shown, in characters.
const NAME: usize = 100;
/// How much of a path is shown: more than one whose parts are all as long as a file system takes would need to be told apart.
const PATH: usize = 1000;

/// A name: short, and as [`plain`](super::plain()) text.
pub fn shown(name: &str) -> String {
    bounded(name, NAME)
}

/// A path, likewise; what is no UTF-8 in it becomes replacement characters.
pub fn shown_path(path: &Path) -> String {
    bounded(&path.to_string_lossy(), PATH)
}

fn bounded(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    let mut left = text.chars();
    left.by_ref().take(most).for_each(|c| push_seen(&mut out, c));
    if left.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(shown("on-prem \"größer\" '\\' 雲"), "on-prem \"größer\" '\\' 雲");
        assert_eq!(shown("\u{1b}[2Ja\nb\r\0\u{202e}c\u{9b}"), "\\u{1b}[2Ja\\nb\\r\\0\\u{202e}c\\u{9b}");
        assert_eq!(shown(&"x".repeat(NAME)), "x".repeat(NAME));
        assert_eq!(shown(&"ü".repeat(10_000)), format!("{}…", "ü".repeat(NAME)));
        assert_eq!(shown_path(Path::new("kube/a\u{7}")), "kube/a\\u{7}");
        let long = Path::new("a").join("b".repeat(300));
        assert_eq!(shown_path(&long), long.to_string_lossy(), "a path is not cut as a name is");
    }
}
