//! The one page that decides how every error looks: a sentence, a hint, an exit code. What each of them hints at stands below, by
//! what it is about.

mod folders;
mod install;
mod proxies;
mod registry;
mod serve;

use super::output::Output;

/// An error as the user reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    message: String,
    hints: Vec<String>,
    code: u8,
}

impl CliError {
    /// An action that is not, or not fully, done: exit 1. The sentence says what was being done to what, and why it failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), code: 1 }
    }

    /// Usage, unreadable input, or somebody who could not be asked: exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), code: 2 }
    }

    /// The same of an action, which is then not, or not fully, done: exit 1.
    #[must_use]
    pub fn of_action(mut self) -> Self {
        self.code = 1;
        self
    }

    /// The same with another sentence.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Adds the next command to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Prints it, and returns the exit code.
    pub fn show(&self, out: &Output) -> u8 {
        out.error(&self.message);
        for hint in &self.hints {
            out.hint(hint);
        }
        self.code
    }
}

/// Shows what clap has to say: help and version on stdout with 0, usage errors on stderr with 2, in our own form.
/// `command` is the one that was called, as its words.
pub(super) fn usage(error: &clap::Error, command: &str, out: &Output) -> u8 {
    use clap::error::ErrorKind;
    if !error.use_stderr() {
        let _ = error.print();
        return 0;
    }
    // somebody who said nothing wants to know what there is
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return 2;
    }
    sentence(&error.to_string(), command).show(out)
}

/// clap's report as one sentence and hints: its first paragraph, its tips, and the command whose help says more. The usage line is
/// left to that help.
fn sentence(report: &str, command: &str) -> CliError {
    let (mut message, mut tips) = (String::new(), Vec::new());
    for line in report.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("Usage: ") {
            break;
        }
        match line.strip_prefix("tip: ") {
            Some(tip) => tips.push(tip.to_owned()),
            None if line.starts_with("For more information") => {}
            None => {
                message.push_str(if message.is_empty() { "" } else { " " });
                message.push_str(line.strip_prefix("error: ").unwrap_or(line));
            }
        }
    }
    let said = CliError::usage(format!("reading the command line failed: {message}"));
    tips.into_iter().fold(said, CliError::hint).hint(format!("{command} --help shows what it takes"))
}

impl From<crate::data::yaml::YamlError> for CliError {
    fn from(e: crate::data::yaml::YamlError) -> Self {
        CliError::failed(format!("writing YAML failed: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claps_reports_become_a_sentence_and_hints() {
        let missing = "error: the following required arguments were not provided:\n  <DIR>\n  --tag <TAG>\n\nUsage: meshctl a \
                       b --tag <TAG> <DIR>\n\nFor more information, try '--help'.\n";
        let said = sentence(missing, "meshctl a b");
        assert_eq!(
            said.message,
            "reading the command line failed: the following required arguments were not provided: <DIR> --tag <TAG>"
        );
        assert_eq!((said.hints.as_slice(), said.code), (&["meshctl a b --help shows what it takes".to_owned()][..], 2));
        let tip = "error: unexpected argument '--x' found\n\n  tip: a similar argument exists: '--y'\n\nUsage: meshctl a [OPTIONS]\n";
        assert_eq!(
            sentence(tip, "meshctl a").hints,
            ["a similar argument exists: '--y'", "meshctl a --help shows what it takes"]
        );
    }
}
