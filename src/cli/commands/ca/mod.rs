//! `meshctl ca`: makes, shows and verifies the certificate authority of the mesh.

mod folder;
mod init;
mod report;
mod show;
mod verify;

use std::path::{Path, PathBuf};

use crate::adapters::files;
use crate::cli::{CliError, Context, Outcome};
use crate::data::kinds::MeshFile;
use crate::data::model::ClusterId;
use crate::data::yaml;

/// The certificate authority of the mesh: one root, an intermediate per cluster
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Init(init::Args),
    Show(show::Args),
    Verify(verify::Args),
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    match args.command {
        Command::Init(args) => init::run(ctx, args),
        Command::Show(args) => show::run(ctx, &args),
        Command::Verify(args) => verify::run(ctx, &args),
    }
}

/// No file of a CA or of `mesh.yaml` is longer, in bytes.
const MAX_FILE: u64 = 1 << 20;
/// What the CA folder is called where nothing says otherwise.
const DEFAULT_DIR: &str = "mesh-ca";
/// What a kubeconfig's name ends with, which its cluster's id leaves out; the longest first.
const EXTENSIONS: [&str; 6] = [".kube.conf", ".kubeconfig", ".yaml", ".yml", ".json", ".conf"];

/// The CA folder: `--dir`, `caDir` of the registry's `mesh.yaml`, `mesh-ca` beside the registry, `./mesh-ca`.
fn ca_dir(ctx: &Context, dir: Option<&PathBuf>) -> Result<PathBuf, CliError> {
    if let Some(dir) = dir {
        return Ok(dir.clone());
    }
    let Ok(registry) = ctx.registry_dir() else { return Ok(PathBuf::from(DEFAULT_DIR)) };
    let settings = registry.join("mesh.yaml");
    if let Some(bytes) = files::read_capped_if_there(&settings, MAX_FILE)? {
        let read = yaml::from_str::<MeshFile>(&String::from_utf8_lossy(&bytes));
        let read = read.map_err(|e| CliError::usage(format!("reading {} failed: {e}", settings.display())))?;
        if let Some(dir) = read.ca_dir {
            return Ok(registry.join(dir));
        }
    }
    Ok(match (registry.file_name(), registry.parent()) {
        (Some(_), Some(above)) => above.join(DEFAULT_DIR),
        // "." and "..": the folder above has no name here
        _ => registry.join("..").join(DEFAULT_DIR),
    })
}

/// The ids of the registry's clusters, by the names of its entries.
fn cluster_ids(ctx: &Context) -> Result<Vec<ClusterId>, CliError> {
    let registry = ctx.registry_dir().map_err(|e| e.hint("or name the clusters: meshctl ca init --cluster ID --cluster ID"))?;
    let mut ids = Vec::new();
    for entry in files::list_dir(&registry)? {
        let short = match EXTENSIONS.iter().find_map(|e| entry.name.strip_suffix(e)) {
            _ if entry.name.starts_with('.') || entry.name == "mesh.yaml" => continue,
            _ if entry.is_dir && entry.path.join("root-cert.pem").is_file() => continue,
            _ if entry.is_dir => entry.name.as_str(),
            Some(short) => short,
            None if entry.name.contains('.') => continue,
            None => entry.name.as_str(),
        };
        let id = ClusterId::parse(short);
        ids.push(id.map_err(|e| CliError::usage(format!("reading {} failed: {e}", entry.path.display())))?);
    }
    if ids.is_empty() {
        return Err(CliError::usage(format!("the registry {} holds no cluster", registry.display()))
            .hint("put a kubeconfig per cluster into it, or name the clusters with --cluster ID"));
    }
    Ok(ids)
}

/// A path as the user knows it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
