//! Walks over JSON as it streams by: finds where values end, and keeps only those that are asked for.
//!
//! It checks no more of the grammar than it needs; what is kept is checked by whoever decodes it.

use std::io::Read;

/// The window on the stream, in bytes.
const WINDOW: usize = 128 << 10;
/// The longest name of a field, in bytes.
pub(super) const MAX_KEY: usize = 4 << 10;

/// Why the walk cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    /// The stream ends inside a value.
    #[error("it ends at byte {0}")]
    End(u64),
    /// Something else stands where a value, a name or a separator must stand.
    #[error("at byte {at} stands {found:?} where {wanted} must stand")]
    Syntax {
        /// Where, from 0.
        at: u64,
        /// What stands there.
        found: char,
        /// What must stand there.
        wanted: &'static str,
    },
    /// The stream broke.
    #[error("it breaks off at byte {at}: {source}")]
    Read {
        /// How many bytes came.
        at: u64,
        /// Why.
        source: std::io::Error,
    },
}

/// Where the bytes of a value go.
pub(super) enum Keep<'a> {
    /// Nowhere.
    No,
    /// Into a buffer, up to so many bytes in all; a larger value leaves the buffer empty.
    Into(&'a mut Vec<u8>, usize),
}

impl Keep<'_> {
    /// Takes bytes; gives up on a value that is too large.
    fn take(&mut self, bytes: &[u8]) {
        let Keep::Into(out, cap) = self else { return };
        if out.len() + bytes.len() > *cap {
            out.clear();
            *self = Keep::No;
        } else {
            out.extend_from_slice(bytes);
        }
    }
}

/// How deep inside a value the walk stands.
#[derive(Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Walks over `chunk`; where the value ends in it, how many bytes belong to the value.
    fn walk(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
            if std::mem::take(&mut self.escaped) {
                at += 1;
                continue;
            }
            let (skipped, byte) = match self.in_string {
                true => find(rest, |b| (b == b'"') | (b == b'\\'))?,
                // in ASCII a bracket and its brace differ in one bit
                false => find(rest, |b| (b == b'"') | (b | 0x20 == b'{') | (b | 0x20 == b'}'))?,
            };
            at += skipped + 1;
            match byte {
                b'\\' => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' | b'[' => self.depth += 1,
                _ => self.depth = self.depth.saturating_sub(1),
            }
            if self.depth == 0 && !self.in_string {
                return Some(at);
            }
        }
        None
    }
}

/// The first byte of this kind, and where it stands. Eight at a time are looked at: most bytes of a dump are blanks and text.
#[inline(always)]
fn find(bytes: &[u8], is: impl Fn(u8) -> bool) -> Option<(usize, u8)> {
    let first = |bytes: &[u8]| bytes.iter().copied().enumerate().find(|(_, b)| is(*b));
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut before = 0;
    for eight in eights {
        if eight.iter().fold(false, |any, b| any | is(*b)) {
            return first(eight).map(|(at, b)| (before + at, b));
        }
        before += 8;
    }
    first(rest).map(|(at, b)| (before + at, b))
}

/// A window that moves over a stream.
pub(super) struct Scanner<'r> {
    input: &'r mut dyn Read,
    window: Vec<u8>,
    at: usize,
    end: usize,
    before: u64,
}

impl<'r> Scanner<'r> {
    /// A scanner at the start of a stream.
    pub(super) fn new(input: &'r mut dyn Read) -> Self {
        Self { input, window: vec![0; WINDOW], at: 0, end: 0, before: 0 }
    }

    /// How many bytes have gone by.
    pub(super) fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    fn rest(&self) -> &[u8] {
        self.window.get(self.at..self.end).unwrap_or_default()
    }

    /// Moves the window on; false at the end of the stream.
    fn fill(&mut self) -> Result<bool, ScanError> {
        self.before += self.end as u64;
        (self.at, self.end) = (0, 0);
        loop {
            match self.input.read(&mut self.window) {
                Ok(n) => {
                    self.end = n.min(WINDOW);
                    return Ok(n > 0);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => return Err(ScanError::Read { at: self.before, source }),
            }
        }
    }

    /// The next byte that is no white space, left where it is; `None` at the end of the stream.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ScanError> {
        loop {
            match self.rest().iter().position(|b| !b.is_ascii_whitespace()) {
                Some(skip) => {
                    self.at += skip;
                    return Ok(self.rest().first().copied());
                }
                None if self.fill()? => {}
                None => return Ok(None),
            }
        }
    }

    /// The next byte that is no white space, taken.
    pub(super) fn next(&mut self) -> Result<u8, ScanError> {
        let byte = self.peek()?.ok_or(ScanError::End(self.offset()))?;
        self.at += 1;
        Ok(byte)
    }

    /// Takes `want`, or says what stands there instead.
    pub(super) fn want(&mut self, want: u8, wanted: &'static str) -> Result<(), ScanError> {
        match self.next()? {
            b if b == want => Ok(()),
            found => Err(ScanError::Syntax { at: self.offset().saturating_sub(1), found: found.into(), wanted }),
        }
    }

    /// Whether another member follows in an object or array that `close` ends; takes the separator or the end.
    pub(super) fn more(&mut self, first: &mut bool, close: u8) -> Result<bool, ScanError> {
        let byte = self.peek()?.ok_or(ScanError::End(self.offset()))?;
        if byte == close {
            self.at += 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.want(b',', "a comma or the end")?;
        }
        Ok(true)
    }

    /// The name of a field, and the colon after it.
    pub(super) fn key(&mut self) -> Result<String, ScanError> {
        let text = self.text()?;
        self.want(b':', "a colon")?;
        Ok(text)
    }

    /// A string; one that is no text, or too long, is empty.
    pub(super) fn text(&mut self) -> Result<String, ScanError> {
        match self.peek()? {
            Some(b'"') => {}
            Some(found) => {
                return Err(ScanError::Syntax { at: self.offset(), found: found.into(), wanted: "a string" });
            }
            None => return Err(ScanError::End(self.offset())),
        }
        let mut raw = Vec::new();
        self.value(Keep::Into(&mut raw, MAX_KEY))?;
        Ok(serde_json::from_slice(&raw).unwrap_or_default())
    }

    /// Walks over a whole value.
    pub(super) fn value(&mut self, keep: Keep<'_>) -> Result<(), ScanError> {
        match self.peek()? {
            None => Err(ScanError::End(self.offset())),
            Some(b'{' | b'[' | b'"') => self.nested(Nesting::default(), keep),
            Some(found @ (b'}' | b']' | b',' | b':')) => {
                Err(ScanError::Syntax { at: self.offset(), found: found.into(), wanted: "a value" })
            }
            Some(_) => self.scalar(keep),
        }
    }

    /// Walks over what is left of an object whose opening brace and some of whose fields are gone, with its end.
    pub(super) fn rest_of_object(&mut self, keep: Keep<'_>) -> Result<(), ScanError> {
        self.nested(Nesting { depth: 1, ..Nesting::default() }, keep)
    }

    fn nested(&mut self, mut nesting: Nesting, mut keep: Keep<'_>) -> Result<(), ScanError> {
        loop {
            let end = nesting.walk(self.rest());
            let used = end.unwrap_or(self.end - self.at);
            keep.take(self.rest().get(..used).unwrap_or_default());
            self.at += used;
            if end.is_some() {
                return Ok(());
            }
            if !self.fill()? {
                return Err(ScanError::End(self.offset()));
            }
        }
    }

    fn scalar(&mut self, mut keep: Keep<'_>) -> Result<(), ScanError> {
        let ends = |b: &u8| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace();
        loop {
            let end = self.rest().iter().position(ends);
            let used = end.unwrap_or(self.end - self.at);
            keep.take(self.rest().get(..used).unwrap_or_default());
            self.at += used;
            if end.is_some() || !self.fill()? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// A stream that gives one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            out[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn values_end_where_they_end_at_any_window() {
        for text in [r#"{"a":"}\"]","b":[1,{"c":"\\"}]}"#, r#""x\"y""#, "12.5", "true", "[]"] {
            let whole = format!(" {text} , 1");
            let mut kept = Vec::new();
            let mut drip = Drip(whole.as_bytes());
            let mut scanner = Scanner::new(&mut drip);
            scanner.value(Keep::Into(&mut kept, 100)).unwrap();
            assert_eq!(String::from_utf8(kept).unwrap(), text);
            assert_eq!(scanner.next().unwrap(), b',');
        }
    }

    /// One byte after the other, as the grammar says it.
    fn slowly(text: &[u8]) -> Option<usize> {
        let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
        for (at, b) in text.iter().enumerate() {
            match (in_string, *b) {
                (true, _) if escaped => escaped = false,
                (true, b'\\') => escaped = true,
                (_, b'"') => in_string = !in_string,
                (false, b'{' | b'[') => depth += 1,
                (false, b'}' | b']') => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 && !in_string {
                return Some(at + 1);
            }
        }
        None
    }

    #[test]
    fn eight_bytes_at_a_time_find_the_same_end() {
        let pieces = ["{", "}", "[", "]", "\"", "\\\"", "\\\\", "        ", "abc", "ü", "|~;", "x".repeat(17).leak()];
        // every text of three to six pieces would be too many: a walk over them with strides that have no common measure
        for start in 0..5000_usize {
            let picked = (0..3 + start % 20).map(|at| pieces[(start * 7 + at * (start % 11 + 1)) % pieces.len()]);
            let text = format!("{{{}", picked.collect::<String>());
            for cut in [text.len(), 1, 7, 8, 9, 13] {
                let (mut nesting, mut walked, mut end) = (Nesting::default(), 0, None);
                for chunk in text.as_bytes().chunks(cut) {
                    if let Some(used) = nesting.walk(chunk) {
                        end = Some(walked + used);
                        break;
                    }
                    walked += chunk.len();
                }
                assert_eq!(end, slowly(text.as_bytes()), "{text:?} in pieces of {cut}");
            }
        }
    }

    #[test]
    fn an_end_inside_a_value_says_where() {
        let mut input: &[u8] = br#"{"a": "b"#;
        let mut scanner = Scanner::new(&mut input);
        assert!(matches!(scanner.value(Keep::No), Err(ScanError::End(8))));
    }

    #[test]
    fn a_value_that_is_too_large_is_walked_over() {
        let mut input: &[u8] = br#"{"a":"bcdefgh"} 1"#;
        let mut kept = Vec::new();
        let mut scanner = Scanner::new(&mut input);
        scanner.value(Keep::Into(&mut kept, 8)).unwrap();
        assert!(kept.is_empty());
        assert_eq!(scanner.next().unwrap(), b'1');
    }
}
