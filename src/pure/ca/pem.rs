//! PEM (RFC 7468): the blocks of a text. Text around the blocks is ignored, as everybody does; a block that is not whole is
//! an error with its line.

use x509_parser::pem::Pem;

/// A decoded block.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// `CERTIFICATE`, `PRIVATE KEY`, …
    pub(super) label: String,
    /// The line it begins at, from 1.
    pub(super) line: usize,
    /// The DER inside.
    pub(super) der: Vec<u8>,
}

/// Why a text is not PEM.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PemError {
    /// Nothing that begins.
    #[error("it holds no PEM block (\"-----BEGIN …-----\")")]
    NoBlock,
    /// The text ends, or the next block begins, inside a block.
    #[error("the block \"{label}\" that begins at line {line} does not end")]
    NoEnd { label: String, line: usize },
    /// Ended by another label.
    #[error("the block \"{label}\" that begins at line {line} ends as something else at line {end}")]
    OtherEnd { label: String, line: usize, end: usize },
    /// Two files put together without a line break between them.
    #[error("line {line} holds more than the end of a block: a line break is missing between two blocks")]
    Glued { line: usize },
    /// No base64.
    #[error("the block \"{label}\" that begins at line {line} is no valid base64")]
    Base64 { label: String, line: usize },
    /// OpenSSL's traditional encryption.
    #[error("the block \"{label}\" that begins at line {line} is encrypted")]
    Encrypted { label: String, line: usize },
}

/// All blocks of a text.
pub(super) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, PemError> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        let begins = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
        let ends = line.strip_prefix("-----END ");
        match (&mut open, begins, ends) {
            (Some((label, line, _)), Some(_), _) => return Err(PemError::NoEnd { label: label.clone(), line: *line }),
            (None, Some(label), _) if !label.contains("-----") => open = Some((label.to_owned(), at, String::new())),
            (Some(_), None, Some(rest)) => {
                let Some((label, line, body)) = open.take() else { continue };
                match rest.split_once("-----") {
                    Some((end, "")) if end == label => found.push(decode(label, line, &body)?),
                    Some((end, _)) if end == label => return Err(PemError::Glued { line: at }),
                    _ => return Err(PemError::OtherEnd { label, line, end: at }),
                }
            }
            (Some((label, start, body)), None, None) => {
                if line.starts_with("Proc-Type:") {
                    return Err(PemError::Encrypted { label: label.clone(), line: *start });
                }
                body.push_str(line);
                body.push('\n');
            }
            _ => {}
        }
    }
    match open {
        Some((label, line, _)) => Err(PemError::NoEnd { label, line }),
        None if found.is_empty() => Err(PemError::NoBlock),
        None => Ok(found),
    }
}

fn decode(label: String, line: usize, body: &str) -> Result<Block, PemError> {
    let whole = format!("-----BEGIN X-----\n{body}-----END X-----\n");
    match Pem::read(std::io::Cursor::new(whole.as_bytes())) {
        Ok((pem, _)) => Ok(Block { label, line, der: pem.contents }),
        Err(_) => Err(PemError::Base64 { label, line }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const A: &str = "-----BEGIN A-----\nAAEC\n-----END A-----";

    fn why(text: &str) -> String {
        blocks(text.as_bytes()).err().unwrap().to_string()
    }

    #[test]
    fn text_around_blocks_is_ignored() {
        let text = format!("Certificate:\r\n    Data:\n{A}\r\n\n  {A}  \nbye");
        let found = blocks(text.as_bytes()).unwrap();
        assert_eq!(
            found.iter().map(|b| (b.label.as_str(), b.line, b.der.as_slice())).collect::<Vec<_>>(),
            [("A", 3, &[0u8, 1, 2][..]), ("A", 7, &[0u8, 1, 2][..])]
        );
    }

    #[test]
    fn what_is_broken_is_named_with_its_line() {
        assert!(why("").contains("no PEM block"));
        assert!(why("\0\u{1}binary").contains("no PEM block"));
        assert!(why("\n-----BEGIN A-----\nAAEC\n").contains("line 2 does not end"));
        assert!(why("-----BEGIN A-----\nAAEC\n-----BEGIN A-----\n").contains("line 1 does not end"));
        assert!(why("-----BEGIN A-----\nAAEC\n-----END B-----").contains("ends as something else at line 3"));
        assert!(why(&format!("{A}{A}")).contains("line 3 holds more than the end"));
        assert!(why("-----BEGIN A-----\nA*EC\n-----END A-----").contains("no valid base64"));
        assert!(why("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAEC\n-----END A-----").contains("is encrypted"));
    }
}
