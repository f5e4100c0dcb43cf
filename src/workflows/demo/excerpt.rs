//! Parts of texts, and words for a shell.

/// What `grep -A AFTER -B BEFORE NEEDLE` prints of a text.
pub(super) fn grep(text: &str, needle: &str, after: usize, before: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (mut out, mut next) = (String::new(), 0);
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.contains(needle)) {
        let from = at.saturating_sub(before);
        if from > next && next > 0 {
            out.push_str("--\n");
        }
        for line in lines.iter().take(at + after + 1).skip(from.max(next)) {
            out.push_str(line);
            out.push('\n');
        }
        next = next.max(at + after + 1);
    }
    out
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Words as a shell takes them.
pub(super) fn line(words: &[String]) -> String {
    words.iter().map(|w| quoted(w)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grep_is_greps() {
        let text = "a\nb\nhit\nc\nd\ne\nf\nhit\nhit\ng\n";
        assert_eq!(grep(text, "hit", 1, 1), "b\nhit\nc\n--\nf\nhit\nhit\ng\n");
        assert_eq!(grep(text, "hit", 4, 0), "hit\nc\nd\ne\nf\nhit\nhit\ng\n");
        assert_eq!(grep(text, "a", 1, 5), "a\nb\n");
        assert_eq!(grep(text, "none", 1, 1), "");
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them() {
        assert_eq!(quoted("/tmp/x-1"), "/tmp/x-1");
        assert_eq!(quoted("a b|c"), "'a b|c'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
