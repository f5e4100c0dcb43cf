//! The one YAML module: documents in, documents out, with the limits and settings that untrusted files need.
//!
//! `serde_yaml` is archived and writes `no`, `on` and `1:30` unquoted, which YAML 1.1 parsers misread; serde-saphyr, kube's
//! own parser, quotes them. There is no YAML value type: [`serde_json::Value`] is it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_yaml::{Budget, Error, Options};

/// More nodes than any registry file or manifest has.
const MAX_NODES: usize = 4_000_000;
/// Nodes that the aliases of a text may stand for, all together: manifests that repeat a block a hundred times stay far
/// below it, and an alias bomb passes it within milliseconds and a few megabytes.
const MAX_ALIASED: usize = 20_000;
/// Text of all scalars of a stream, in bytes, with what its aliases stand for: twice the largest file that is read, so that an
/// anchor of a megabyte is not used ten thousand times.
const MAX_SCALAR_BYTES: usize = 32 << 20;
/// Deeper than any Kubernetes object.
const MAX_DEPTH: usize = 64;

/// Why a text is not the YAML that was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// Where: line and column, from 1, where known.
    pub position: Option<(u64, u64)>,
    /// What is wrong. It may quote a scalar of the text: show it only where the text holds no secret.
    pub message: String,
    /// Whether the message is in our own words, and quotes nothing.
    own: bool,
}

impl YamlError {
    /// The position, for texts that hold secrets: a message of the parser may quote the token it stumbled over. What is in our
    /// own words is said.
    pub fn redacted(&self) -> String {
        match self.position {
            Some((line, column)) if self.own => format!("{} (line {line}, column {column})", self.message),
            None if self.own => self.message.clone(),
            Some((line, column)) => format!("it is no valid YAML of its kind at line {line}, column {column}"),
            None => "it is no valid YAML of its kind".to_owned(),
        }
    }
}

impl std::fmt::Display for YamlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for YamlError {}

fn options() -> Options {
    let mut budget = Budget::default();
    budget.max_nodes = MAX_NODES;
    budget.max_events = MAX_NODES * 2;
    budget.max_total_scalar_bytes = MAX_SCALAR_BYTES;
    budget.max_documents = 100_000;
    budget.max_depth = MAX_DEPTH;
    budget.enforce_alias_anchor_ratio = false;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.with_snippet = false;
    // how often one anchor is used says nothing: what its uses amount to is counted
    options.alias_limits.max_total_replayed_events = MAX_ALIASED;
    options.legacy_octal_numbers = true;
    // only `true` and `false`: a network called `n` and a port called `on` are names
    options.strict_booleans = true;
    options
}

fn failed(error: &Error) -> YamlError {
    let error = error.without_snippet();
    let position = error.location().map(|l| (l.line(), l.column())).filter(|(line, _)| *line > 0);
    if let Some(message) = too_much(error) {
        return YamlError { position, message, own: true };
    }
    // the parser's own words end with the position, which is said once
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).trim_end().to_owned();
    YamlError { position, message, own: false }
}

/// A limit that was passed, in words: the text may well be valid YAML.
fn too_much(error: &Error) -> Option<String> {
    match error {
        // one inside of what an alias stands for
        Error::AliasError { error, .. } => too_much(error),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => Some(format!(
            "its aliases (*name) stand for more than {MAX_ALIASED} nodes: it is an alias bomb, or must be written out"
        )),
        Error::Budget { .. } => Some("it is larger, or nested deeper, than any file of its kind".to_owned()),
        _ => None,
    }
}

/// Reads one document into a type.
///
/// # Errors
/// [`YamlError`]: no YAML, another shape, or more than one document.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    serde_yaml::from_str_with_options(text, options()).map_err(|e| failed(&e))
}

/// Reads all documents of a text; empty ones are skipped. JSON is YAML.
///
/// # Errors
/// [`YamlError`] of the first document that is no YAML.
pub fn documents(text: &str) -> Result<Vec<Value>, YamlError> {
    let all: Vec<Value> = serde_yaml::from_multiple_with_options(text, options()).map_err(|e| failed(&e))?;
    Ok(all.into_iter().filter(|v| !v.is_null()).collect())
}

/// Writes one document, without a leading `---`; it ends with a line break.
///
/// # Errors
/// Where the value does not serialise.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, YamlError> {
    let mut text =
        serde_yaml::to_string(value).map_err(|e| YamlError { position: None, message: e.to_string(), own: false })?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Writes documents, each after the first led by `---`.
///
/// # Errors
/// Where a value does not serialise.
pub fn to_documents<'a, T: Serialize + 'a>(values: impl IntoIterator<Item = &'a T>) -> Result<String, YamlError> {
    let mut out = String::new();
    for value in values {
        if !out.is_empty() {
            out.push_str("---\n");
        }
        out.push_str(&to_string(value)?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_skip_the_empty_ones() {
        let docs = documents("---\n# nothing\n---\na: 1\n---\n{\"b\": 2}\n---\n");
        assert_eq!(docs, Ok(vec![serde_json::json!({"a": 1}), serde_json::json!({"b": 2})]));
    }

    #[test]
    fn errors_name_the_position_and_redacted_ones_only_that() {
        let Err(error) = from_str::<std::collections::BTreeMap<String, u16>>("a: 1\nb: canary\n") else {
            panic!("no number")
        };
        assert_eq!(error.position.map(|p| p.0), Some(2));
        assert!(!error.redacted().contains("canary"));
        assert!(from_str::<Value>("a: 1\na: 2\n").is_err(), "a duplicate key is an error");
    }

    #[test]
    fn an_alias_bomb_is_refused_quickly() {
        let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
        for (name, of) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
        {
            bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 10].join(", ")));
        }
        let Err(error) = documents(&bomb) else { panic!("it is refused") };
        assert!(error.redacted().starts_with("its aliases (*name) stand for more than 20000 nodes"), "{error}");
        // the parser stops where the limit is passed, long before the bomb's end
        assert_eq!(error.position.map(|p| p.0), Some(5), "{error}");
    }

    #[test]
    fn a_long_text_that_is_used_often_is_refused() {
        let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 10_000].join(", "));
        let Err(error) = documents(&text) else { panic!("it is refused") };
        assert!(error.redacted().starts_with("it is larger, or nested deeper, than any file of its kind"), "{error}");
        // a file of the largest size is read
        let text = format!("a: {}\n", "x".repeat((16 << 20) - 4));
        assert!(documents(&text).is_ok());
    }

    #[test]
    fn an_anchor_that_is_used_often_is_no_bomb() {
        let text = format!("a: &a [x, y]\nb: [{}]\n", vec!["*a"; 500].join(", "));
        let Ok(all) = documents(&text) else { panic!("it is read") };
        assert_eq!(all[0]["b"].as_array().map(Vec::len), Some(500));
    }

    #[test]
    fn what_is_nested_too_deep_is_not_called_invalid() {
        let Err(error) = documents(&format!("a: {}x{}\n", "[".repeat(80), "]".repeat(80))) else { panic!("too deep") };
        assert!(error.redacted().starts_with("it is larger, or nested deeper, than any file of its kind"), "{error}");
    }

    #[test]
    fn what_is_written_reads_the_same_everywhere() -> Result<(), YamlError> {
        let value = serde_json::json!({"a": "no", "b": "on", "c": "1:30", "d": "0644", "e": "2020-01-01", "f": "=", "g": null, "h": ["~", "y"]});
        let text = to_string(&value)?;
        assert_eq!(from_str::<Value>(&text)?, value);
        for bare in ["a: no\n", "b: on\n", "c: 1:30\n"] {
            assert!(!text.contains(bare), "{text}");
        }
        Ok(())
    }
}
