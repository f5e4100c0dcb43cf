//! `meshctl ca`: makes, shows and verifies the certificate authority of the mesh.

mod init;
mod report;
mod show;
mod verify;

use std::path::{Path, PathBuf};

use crate::adapters::files;
use crate::cli::{CliError, Context, Outcome};
use crate::data::model::ClusterId;
use crate::pure::ca::{CaFolder, Done, ROOT_KEY, Request, RootKey};
use crate::workflows::ca::{self, Place};

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

/// Makes what is missing of the CA of these clusters, as `ca init` without flags, and says what it made.
pub(super) fn create(ctx: &Context, dir: &Path, clusters: Vec<ClusterId>) -> Result<(), CliError> {
    let request = Request { clusters, shared: false, key: None, renew: false, root_key: RootKey::Folder };
    let plan = ca::make(dir, None, &request, ctx.now())?;
    let made = plan.actions.iter().filter(|a| matches!(a.done, Done::Created | Done::Completed));
    let (roots, made): (Vec<_>, Vec<_>) = made.partition(|a| a.cluster.is_none());
    let dir = shown(dir);
    if !roots.is_empty() {
        ctx.out.note(&format!("a root was made in {dir}; no cluster needs {dir}/{ROOT_KEY}: keep it safe"));
    }
    let made: Vec<&str> = made.iter().filter_map(|a| a.cluster.as_deref()).collect();
    if !made.is_empty() {
        ctx.out.note(&format!("an intermediate was made in {dir} for {}", made.join(", ")));
    }
    Ok(())
}

/// What the CA folder is called where nothing says otherwise.
const DEFAULT_DIR: &str = "mesh-ca";

/// The CA folder: `--dir`, `caDir` of the registry's `mesh.yaml`, `mesh-ca` beside the registry, `./mesh-ca`.
fn ca_dir(ctx: &Context, dir: Option<&PathBuf>) -> Result<PathBuf, CliError> {
    match dir {
        Some(dir) => Ok(dir.clone()),
        None if ctx.registry_dir().is_err() => Ok(PathBuf::from(DEFAULT_DIR)),
        None => Ok(ctx.registry(None)?.ca_dir()),
    }
}

/// The CA of a folder. One that holds none says where there is one, as far as its neighbours show.
fn whole(dir: &Path, named: bool) -> Result<CaFolder, CliError> {
    let name = shown(dir);
    if files::is_file(dir) {
        return Err(CliError::usage(format!("reading the CA in {name} failed: it is a file, not a folder"))
            .hint("name the CA folder with --dir DIR")
            .hint(format!("a file is verified by meshctl ca verify {name}")));
    }
    match ca::place(dir) {
        Place::Folder => {}
        Place::Part(ca) => {
            let error = CliError::usage(format!("{name} is one cluster's part of a CA, and not the CA"));
            let above = ca.map(|ca| format!("the CA folder is the one above: meshctl ca show --dir {}", shown(&ca)));
            let error = above.into_iter().fold(error, CliError::hint);
            return Err(error.hint(format!("that part alone: meshctl ca verify {name}")));
        }
        Place::Above(below) => {
            let error = CliError::usage(format!("there is no CA in {name}, but in a folder of it"));
            return Err(below
                .iter()
                .map(|ca| format!("meshctl ca show --dir {}", shown(ca)))
                .fold(error, CliError::hint));
        }
    }
    let read = ca::load(dir)?;
    if read.is_empty() {
        let there = if named { format!(" --dir {name}") } else { String::new() };
        return Err(
            CliError::usage(format!("there is no CA in {name}")).hint(format!("make one: meshctl ca init{there}"))
        );
    }
    Ok(read)
}

/// The ids of the registry's clusters. `renew`: entries that are broken are left out with a note, for what stands in the CA
/// folder does not depend on them; where `mesh.yaml` is broken, nobody knows which folder that is.
fn cluster_ids(ctx: &Context, renew: bool) -> Result<Vec<ClusterId>, CliError> {
    let name_them = "or name the clusters: meshctl ca init --cluster ID --cluster ID";
    ctx.registry_dir().map_err(|e| e.hint(name_them))?;
    let registry = if renew { ctx.registry(None)? } else { ctx.sound_registry(None)? };
    let of_mesh = registry.problems.iter().any(|p| p.file == Path::new("mesh.yaml"));
    if of_mesh || (registry.entries.is_empty() && !registry.problems.is_empty()) {
        return Err(CliError::registry_problems(&registry));
    }
    for problem in &registry.problems {
        ctx.out.note(&format!("not part of this run: {}/{problem}", registry.dir.display()));
    }
    if registry.entries.is_empty() {
        return Err(CliError::usage(format!("the registry {} holds no cluster", registry.dir.display()))
            .hint("put a kubeconfig per cluster into it, or name the clusters with --cluster ID"));
    }
    Ok(registry.entries.into_iter().map(|e| e.id).collect())
}

/// A path as the user knows it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
