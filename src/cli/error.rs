//! The one page that decides how every error looks: a sentence, a hint, an exit code.

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

    /// The reader of our output is gone: exit 1, and nothing to say.
    pub fn reader_gone() -> Self {
        Self { message: String::new(), hints: Vec::new(), code: 1 }
    }

    /// Adds the next command to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Prints it, and returns the exit code.
    pub fn show(&self, out: &Output) -> u8 {
        if !self.message.is_empty() {
            out.error(&self.message);
        }
        for hint in &self.hints {
            out.hint(hint);
        }
        self.code
    }
}

/// Shows what clap has to say: help and version on stdout with 0, usage errors on stderr with 2.
pub(super) fn usage(error: &clap::Error) -> u8 {
    let _ = error.print();
    if error.use_stderr() { 2 } else { 0 }
}

impl From<crate::data::yaml::YamlError> for CliError {
    fn from(e: crate::data::yaml::YamlError) -> Self {
        CliError::failed(format!("writing YAML failed: {e}"))
    }
}

impl From<crate::adapters::registry::RegistryError> for CliError {
    fn from(e: crate::adapters::registry::RegistryError) -> Self {
        CliError::usage(e.to_string()).hint("name the directory of kubeconfigs with --registry DIR or MESHCTL_REGISTRY")
    }
}

impl From<crate::adapters::serve::ServeError> for CliError {
    fn from(e: crate::adapters::serve::ServeError) -> Self {
        use crate::adapters::serve::ServeError;
        match e {
            ServeError::Bind { .. } => {
                CliError::failed(e.to_string()).hint("choose another address, or port 0 for a free one")
            }
            ServeError::Files(_)
            | ServeError::NotPem { .. }
            | ServeError::Root { .. }
            | ServeError::Key { .. }
            | ServeError::Chain { .. } => {
                CliError::usage(e.to_string()).hint("name a certificate with its chain, its key, and the mesh's root, all in PEM")
            }
            ServeError::Serve { .. } | ServeError::Signals(_) => CliError::failed(e.to_string()),
        }
    }
}
