//! Files and folders that cannot be read or written, the CA's and the demo's among them, and what to do about it.

use std::io::ErrorKind;

use super::CliError;
use crate::adapters::files::{self, FilesError};
use crate::pure::ca::PlanError;
use crate::workflows::ca::{CaFolderError, Place, place};
use crate::workflows::demo::DemoError;

impl From<FilesError> for CliError {
    fn from(e: FilesError) -> Self {
        if e.is_write() { CliError::failed(e.to_string()) } else { CliError::usage(e.to_string()) }
    }
}

/// A file where a folder was named, or no folder to make it in, is a slip of the command line, and not a disk that fails.
fn folder_in_the_way(e: FilesError, what: &str, hint: &str) -> CliError {
    use ErrorKind as K;
    use FilesError as E;
    match &e {
        E::Write { path, source } | E::Read { path, source }
            if matches!(source.kind(), K::AlreadyExists | K::NotADirectory) =>
        {
            CliError::usage(format!("{what} {} failed: it is a file, not a folder", path.display())).hint(hint)
        }
        E::Write { path, source } if source.kind() == K::NotFound => match path.parent() {
            Some(above) if !above.as_os_str().is_empty() && !files::is_dir(above) => {
                CliError::usage(format!("{what} {} failed: there is no folder {}", path.display(), above.display()))
                    .hint(format!("make it: mkdir -p {}", above.display()))
            }
            _ => CliError::from(e).hint(hint),
        },
        E::Write { .. } => CliError::from(e).hint(hint),
        _ => e.into(),
    }
}

impl From<CaFolderError> for CliError {
    fn from(e: CaFolderError) -> Self {
        let message = e.to_string();
        match e {
            CaFolderError::Foreign(dir) => match place(&dir) {
                Place::Above(below) => below
                    .iter()
                    .map(|ca| format!("there is a CA below it: meshctl ca init --dir {}", ca.display()))
                    .fold(CliError::usage(message), CliError::hint),
                _ => CliError::usage(message).hint("name a new folder with --dir"),
            },
            CaFolderError::Part(dir) => match place(&dir) {
                Place::Part(Some(ca)) => CliError::usage(message)
                    .hint(format!("the CA folder is the one above: meshctl ca init --dir {}", ca.display())),
                _ => CliError::usage(message).hint("name a new folder with --dir"),
            },
            CaFolderError::Files(e) => folder_in_the_way(e, "making the CA in", "name a new folder with --dir"),
            CaFolderError::Refused(dir, errors) => {
                let usage = errors.iter().any(PlanError::is_usage);
                let error = if usage { CliError::usage(message) } else { CliError::failed(message) };
                let mut hints: Vec<_> = errors.iter().flat_map(|e| e.hints(&dir.display().to_string())).collect();
                hints.dedup();
                hints.into_iter().fold(error, CliError::hint)
            }
        }
    }
}

impl From<DemoError> for CliError {
    fn from(e: DemoError) -> Self {
        let failed = CliError::failed(e.to_string());
        match e {
            DemoError::Foreign(_) => {
                CliError::usage(e.to_string()).hint("name a new folder: meshctl demo --dir ./demo")
            }
            DemoError::Edited { ref dir, .. } => {
                let registry = dir.join("registry");
                CliError::usage(e.to_string())
                    .hint("--force discards the edits; another --dir keeps them")
                    .hint(format!("to use the files as they are: meshctl discovery --registry {}", registry.display()))
            }
            DemoError::Files(e) => {
                folder_in_the_way(e, "setting the demo up in", "name a new folder: meshctl demo --dir ./demo")
            }
            DemoError::Late { .. } => failed.hint("look into it while it stays: meshctl demo --dir ./demo"),
            DemoError::Proxy(_) => failed.hint("keep its log: meshctl demo --dir ./demo"),
            _ => failed,
        }
    }
}
