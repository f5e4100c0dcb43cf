//! `meshctl ca verify`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::report::Survey;
use super::{ca_dir, shown};
use crate::adapters::files;
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::pure::ca::{CA_CERT, CA_KEY, CERT_CHAIN, LooseFile, bundle_of};
use crate::workflows::ca::{self, MAX_FILE, Place};

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
    let (mut loose, mut hints) = (Vec::new(), BTreeSet::new());
    if args.targets.is_empty()
        && let Some(hint) = add_folder(&first, &mut survey)
    {
        let named = args.dir.as_ref().map(|dir| format!(" --dir {}", shown(dir))).unwrap_or_default();
        let error = CliError::usage(format!("there is no CA in {}", shown(&first)));
        return Err(error.hint(hint.unwrap_or_else(|| format!("make one: meshctl ca init{named}"))));
    }
    for target in &args.targets {
        if files::is_dir(target) {
            if let Some(hint) = add_folder(target, &mut survey) {
                survey.add_unreadable(&shown(target), "there is no CA in it");
                hints.insert(hint.unwrap_or_else(|| "a CA folder has a ca-cert.pem and a root-cert.pem".to_owned()));
            }
            continue;
        }
        match files::read_capped(target, MAX_FILE) {
            Ok(bytes) => loose.push(LooseFile { file: shown(target), bytes, mode: ca::mode(target) }),
            Err(e) => {
                if e.is_missing() {
                    hints.insert("name CA folders, or PEM files: meshctl ca verify ./mesh-ca".to_owned());
                    hints.insert("without a name it is the mesh's own CA folder: meshctl ca verify".to_owned());
                }
                survey.add_unreadable(&shown(target), &e.reason());
            }
        }
    }
    for (name, files) in bundles(loose) {
        survey.add_files(&name, &files);
    }
    survey.compare_roots();
    ctx.out.report(&survey.findings_report()?, ctx.format())?;
    hints.iter().for_each(|hint| ctx.out.hint(hint));
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

/// A folder is a bundle, where it holds one, or a mesh's CA folder. Where it is neither, whatever may be said of a better one.
fn add_folder(dir: &Path, survey: &mut Survey) -> Option<Option<String>> {
    if [CA_CERT, CA_KEY, CERT_CHAIN].iter().any(|file| files::exists(&dir.join(file))) {
        survey.add_bundle(&shown(dir), &shown(dir), &ca::load_cluster(dir));
        return None;
    }
    if let Place::Above(below) = ca::place(dir) {
        let names: Vec<String> = below.iter().map(|ca| shown(ca)).collect();
        return Some(Some(format!("there is one below it: meshctl ca verify {}", names.join(" "))));
    }
    match ca::load(dir) {
        Ok(read) if read.is_empty() => return Some(None),
        Ok(read) => survey.add_folder(&read, &shown(dir)),
        Err(e) => survey.add_unreadable(&shown(dir), &e.reason()),
    }
    None
}
