//! How much of a dump is held at once. A dump may be anybody's: each of its elements is bounded, and there need be no end of them.

/// What is held of a dump, and how much of it may be.
#[derive(Debug, Clone)]
pub struct Held {
    what: &'static str,
    count: usize,
    bytes: usize,
    max_count: usize,
    max_bytes: usize,
}

impl Held {
    /// Nothing yet, of things of this name, of which so many and so many bytes may be held.
    pub fn new(what: &'static str, max_count: usize, max_bytes: usize) -> Self {
        Self { what, count: 0, bytes: 0, max_count, max_bytes }
    }

    /// Takes more in. What is enough, in words, where that is more than may be held.
    pub fn take(&mut self, count: usize, bytes: usize) -> Option<String> {
        self.count = self.count.saturating_add(count);
        self.bytes = self.bytes.saturating_add(bytes);
        let Self { what, count, bytes, max_count, max_bytes } = self;
        match () {
            () if count > max_count => Some(format!("{max_count} {what}")),
            () if bytes > max_bytes && *max_bytes < 1 << 20 => Some(format!("{max_bytes} bytes of {what}")),
            () if bytes > max_bytes => Some(format!("{} MiB of {what}", *max_bytes >> 20)),
            () => None,
        }
    }
}

/// A text that begins and has no end, for tests.
#[cfg(test)]
pub(super) struct Endless {
    left: Vec<u8>,
    again: Vec<u8>,
}

#[cfg(test)]
impl Endless {
    /// `start`, then `element` for ever, commas between.
    pub(super) fn of(start: &str, element: &str) -> Self {
        let mut left = format!("{start}{element}").into_bytes();
        left.reverse();
        let mut again = format!(",{element}").into_bytes();
        again.reverse();
        Self { left, again }
    }
}

#[cfg(test)]
impl std::io::Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        for byte in out.iter_mut() {
            if self.left.is_empty() {
                self.left.clone_from(&self.again);
            }
            *byte = self.left.pop().unwrap_or_default();
        }
        Ok(out.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_that_is_passed_is_named() {
        let mut held = Held::new("rows", 2, 3 << 20);
        assert_eq!((held.take(2, 3 << 20), held.take(0, 0)), (None, None));
        assert_eq!(held.clone().take(1, 0).as_deref(), Some("2 rows"));
        assert_eq!(held.take(0, 1).as_deref(), Some("3 MiB of rows"));
        assert_eq!(Held::new("rows", 9, 10).take(1, 11).as_deref(), Some("10 bytes of rows"));
    }
}
