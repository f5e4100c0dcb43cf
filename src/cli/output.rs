//! The one printer: stdout is data, stderr is talk; colour only on a terminal, and never alone.
#![expect(clippy::disallowed_methods, reason = "this is the one printer")]

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::error::CliError;
use super::table;
use crate::data::model::{Report, plain, plain_lines};
use crate::data::yaml;

/// The forms of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    #[value(alias = "short")]
    Table,
    /// The table with every column
    Wide,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Names alone, one a line
    Name,
    /// The JSON of the talk's pilot (v1 REST): of proxy-config and endpoints
    V1,
}

/// Writes to stdout and stderr.
pub struct Output {
    quiet: bool,
    /// The reader of stdout is gone.
    unread: AtomicBool,
    /// What was warned of: once is enough, although two parts of a command meet it.
    warned: Mutex<BTreeSet<String>>,
}

impl Output {
    /// A printer; a quiet one keeps its notes to itself.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, unread: AtomicBool::new(false), warned: Mutex::default() }
    }

    /// Sends what servers log to stderr: warnings, with `-v` more, with `-vv` that of libraries too, with `-q` errors only.
    pub fn log(&self, verbose: u8) {
        let level = match verbose {
            _ if self.quiet => tracing::Level::ERROR,
            0 => tracing::Level::WARN,
            1 => tracing::Level::INFO,
            2 => tracing::Level::DEBUG,
            _ => tracing::Level::TRACE,
        };
        // what libraries log is theirs: kube calls an answer of a dead server an error, which here is a row of a table
        let ours = Targets::new().with_target("meshctl", level);
        // kube's client logs whole answers that it does not understand, and those may hold tokens
        let all =
            || ours.clone().with_default(level).with_target("kube_client", tracing::level_filters::LevelFilter::OFF);
        let shown = if verbose > 1 { all() } else { ours.clone() };
        let lines = tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr);
        // a second call, in tests of the library, changes nothing
        let _ = tracing_subscriber::registry().with(lines).with(shown).try_init();
    }

    /// Writes data to stdout, as it is.
    ///
    /// # Errors
    /// As [`Output::bytes`].
    pub fn data(&self, text: &str) -> Result<(), CliError> {
        self.bytes(text.as_bytes())
    }

    /// Writes bytes to stdout, as they are. A reader that has read enough (`| head -1`) changes nothing: whether it goes
    /// before or after our last write is chance, and the exit code must not be.
    ///
    /// # Errors
    /// Where stdout takes no more, for any other reason.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        if self.unread.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut out = std::io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {
                self.unread.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other.map_err(|e| CliError::failed(format!("writing the result to stdout failed: {e}"))),
        }
    }

    /// Writes serialisable data to stdout as JSON with two blanks of indentation.
    ///
    /// # Errors
    /// As [`Output::bytes`].
    pub fn json<T: Serialize>(&self, value: &T) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|e| CliError::failed(format!("writing the result as JSON failed: {e}")))?;
        text.push('\n');
        self.data(&text)
    }

    /// Writes a report in the format that was asked for.
    ///
    /// # Errors
    /// As [`Output::bytes`].
    pub fn report(&self, report: &Report, format: Format) -> Result<(), CliError> {
        match format {
            Format::Json | Format::V1 => self.json(&report.data),
            Format::Yaml => self.data(&yaml::to_string(&report.data)?),
            Format::Name => self.data(&report.names.iter().flat_map(|n| [plain(n), "\n".into()]).collect::<String>()),
            Format::Table | Format::Wide => table::write(&report.table, format == Format::Wide, |text| self.data(text)),
        }
    }

    /// Says something on stderr, unless quiet. Here and below a peer's words may be in it: their control characters are written
    /// out, and lines are ours.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{}", plain_lines(text));
        }
    }

    /// Says on stderr what went on although something is not right; the same words once.
    pub fn warning(&self, text: &str) {
        if !self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
            return;
        }
        let _ = writeln!(anstream::stderr(), "\u{1b}[33mwarning:\u{1b}[0m {}", plain_lines(text));
    }

    pub(super) fn error(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "\u{1b}[1;31merror:\u{1b}[0m {}", plain_lines(text));
    }

    pub(crate) fn hint(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "\u{1b}[36mhint:\u{1b}[0m {}", plain_lines(text));
    }
}
