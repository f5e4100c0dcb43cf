//! `meshctl ca verify`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::report::Survey;
use super::{ca_dir, shown};
use crate::adapters::files;
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::pure::ca::{CA_CERT, CA_KEY, CERT_CHAIN, LooseFile, bundle_of};
use crate::workflows::ca::{self, MAX_FILE};

/// Verify CA folders or PEM files, whoever made them: chain, keys, limits, dates, and the same root everywhere
///
/// Exits 0 where all is in order (warnings included), 1 where something is not, 2 where something could not be read; that has
/// a row of its own, and the rest is verified all the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl ca verify                                  the mesh's own CA folder
  meshctl ca verify ./cacerts                        a folder with ca-cert.pem, ca-key.pem, cert-chain.pem, root-cert.pem
  meshctl ca verify ca.pem ca.key root.pem           loose files: what they are is seen from what they hold
  meshctl ca verify a/root-cert.pem b/root-cert.pem  are these the same root?")]
pub(super) struct Args {
    /// The CA folder, where nothing else is named [default: caDir of mesh.yaml, or mesh-ca beside the registry]
    #[arg(long, value_name = "DIR", conflicts_with = "targets")]
    dir: Option<PathBuf>,
    /// Folders or PEM files
    #[arg(value_name = "FOLDER|FILE")]
    targets: Vec<PathBuf>,
}

pub(super) fn run(ctx: &Context, args: &Args) -> Outcome {
    let first = match args.targets.first() {
        Some(first) => first.clone(),
        None => ca_dir(ctx, args.dir.as_ref())?,
    };
    let mut survey = Survey::new(shown(&first), ctx.now());
    let mut loose = Vec::new();
    if args.targets.is_empty() {
        add_folder(&first, &mut survey)?;
    }
    for target in &args.targets {
        if target.is_dir() {
            add_folder(target, &mut survey)?;
            continue;
        }
        match files::read_capped(target, MAX_FILE) {
            Ok(bytes) => loose.push(LooseFile { file: shown(target), bytes, mode: ca::mode(target) }),
            Err(e) if e.is_missing() => {
                return Err(CliError::usage(e.to_string())
                    .hint("name a CA folder, or PEM files: meshctl ca verify ./mesh-ca")
                    .hint("without a name it is the mesh's own CA folder: meshctl ca verify"));
            }
            Err(e) => survey.add_unreadable(&shown(target), &e.reason()),
        }
    }
    for (name, files) in bundles(loose) {
        survey.add_files(&name, &files);
    }
    survey.compare_roots();
    ctx.out.report(&survey.findings_report()?, ctx.format())?;
    Ok(match survey.errors().next() {
        None => Exit::Yes,
        Some(_) if survey.is_unread() => Exit::Unasked,
        Some(_) => Exit::No,
    })
}

/// Files with their contents, by the names that the user gave.
type Files = Vec<LooseFile>;

/// Loose files are one bundle where each plays another part in it, else one bundle per folder.
fn bundles(loose: Files) -> Vec<(String, Files)> {
    let Some(first) = loose.first() else { return Vec::new() };
    let first = first.file.clone();
    let mut twice = Vec::new();
    bundle_of("", &loose, &mut twice);
    if twice.is_empty() {
        return vec![(first, loose)];
    }
    let mut by_folder: BTreeMap<String, Files> = BTreeMap::new();
    for file in loose {
        let above = Path::new(&file.file).parent().map(shown).filter(|above| !above.is_empty());
        by_folder.entry(above.unwrap_or_else(|| ".".to_owned())).or_default().push(file);
    }
    by_folder.into_iter().collect()
}

/// A folder is a bundle, where it holds one, or a mesh's CA folder.
fn add_folder(dir: &Path, survey: &mut Survey) -> Result<(), CliError> {
    if [CA_CERT, CA_KEY, CERT_CHAIN].iter().any(|file| dir.join(file).exists()) {
        survey.add_bundle(&shown(dir), &shown(dir), &ca::load_cluster(dir));
        return Ok(());
    }
    let read = match ca::load(dir) {
        Ok(read) => read,
        Err(e) => {
            survey.add_unreadable(&shown(dir), &e.reason());
            return Ok(());
        }
    };
    if read.is_empty() {
        return Err(CliError::usage(format!("there is no CA in {}", shown(dir)))
            .hint("make one with meshctl ca init, or name a folder with ca-cert.pem and root-cert.pem"));
    }
    survey.add_folder(&read, &shown(dir));
    Ok(())
}
