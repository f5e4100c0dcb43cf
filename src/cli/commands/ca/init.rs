//! `meshctl ca init`

use std::path::{Path, PathBuf};

use super::report::Survey;
use super::{ca_dir, cluster_ids, shown};
use crate::adapters::files;
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::data::model::{ClusterId, Secret};
use crate::pure::ca::{Done, KeyKind, Plan, ROOT_CERT, ROOT_KEY, Request, RootKey, loose_mode};
use crate::workflows::ca::{self, LooseKey, MAX_FILE};

/// Make the CA: a root, and an intermediate for each cluster; run again, only what is missing
///
/// The root (P-384, 10 years) stays in the folder and never goes to a cluster. Each cluster gets an intermediate (P-256, a
/// year) in a folder of its own, with the four files that istiod's secret cacerts has. A root is never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl ca init --registry ./kubeconf             an intermediate for each cluster of the registry, in ./mesh-ca
  meshctl ca init --cluster gke --cluster on-prem   the same without a registry
  meshctl ca init --renew                           new certificates for intermediates that end within 60 days
  meshctl ca init --root-key /media/usb/root.pem    the root's key lives elsewhere and is not copied")]
pub(super) struct Args {
    /// The CA folder [default: caDir of mesh.yaml, or mesh-ca beside the registry]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A cluster that needs an intermediate, instead of the registry's; may be repeated
    #[arg(long = "cluster", value_name = "ID", value_parser = ClusterId::parse)]
    clusters: Vec<ClusterId>,
    /// Give all clusters the same intermediate
    #[arg(long)]
    shared: bool,
    /// The kind of new keys (those that are there stay): p256, p384, rsa2048, rsa4096 [default: p384 for the root, p256 for intermediates]
    #[arg(long, value_name = "KIND")]
    key: Option<KeyKind>,
    /// Issue intermediates anew that end within 60 days; their keys stay, so nothing they signed is lost. Entries of the
    /// registry that are broken are left out
    #[arg(long)]
    renew: bool,
    /// The file with the root's key, if that does not live in the CA folder; it is made where neither it nor a root exists
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
}

pub(super) fn run(ctx: &Context, args: Args) -> Outcome {
    let mut clusters = if args.clusters.is_empty() { cluster_ids(ctx, args.renew)? } else { args.clusters };
    clusters.sort();
    clusters.dedup();
    let dir = ca_dir(ctx, args.dir.as_ref())?;
    let root_key = match &args.root_key {
        Some(file) => {
            let read = files::read_capped_if_there(file, MAX_FILE);
            let key = read.map_err(|e| CliError::from(e).hint(root_key_hint(file)))?;
            let above = file.parent().filter(|above| !above.as_os_str().is_empty() && !files::is_dir(above));
            if let (None, Some(above), false) = (&key, above, files::exists(&dir.join(ROOT_CERT))) {
                let (key, above) = (shown(file), shown(above));
                return Err(CliError::usage(format!("making the root key {key} failed: there is no folder {above}"))
                    .hint("make the folder, or name another file for the key: --root-key FILE"));
            }
            RootKey::Elsewhere { file: shown(file), key: key.map(Secret::new) }
        }
        None => RootKey::Folder,
    };
    let request = Request { clusters, shared: args.shared, key: args.key, renew: args.renew, root_key };
    let plan = ca::make(&dir, args.root_key.as_deref(), &request, ctx.now())?;
    kept_keys(ctx, &plan, &request, &shown(&dir));
    warn_of(ctx, &ca::loose_keys(&dir, args.root_key.as_deref(), &plan));
    for action in plan.actions.iter().filter(|a| a.done == Done::KeptDue) {
        let whom = action.cluster.as_deref().unwrap_or("the root");
        ctx.out.warning(&format!("the intermediate of {whom} ends within 60 days"));
        ctx.out.hint("issue it anew: meshctl ca init --renew");
    }
    let mut survey = Survey::of_folder(&ca::load(&dir)?, &shown(&dir), ctx.now());
    survey.acted(&plan.actions);
    let (concerned, others) = survey.errors_by_concern(&request.clusters);
    for finding in &concerned {
        ctx.out.warning(&finding.to_string());
    }
    for finding in &others {
        ctx.out.note(&format!("not part of this run: {finding}"));
    }
    ctx.out.report(&survey.report()?, ctx.format())?;
    Ok(if concerned.is_empty() { Exit::Yes } else { Exit::No })
}

/// What to name instead of a file that is no key.
fn root_key_hint(file: &Path) -> String {
    let inside = file.join(ROOT_KEY);
    let key = if files::is_file(&inside) { shown(&inside) } else { "FILE".to_owned() };
    format!("name the file with the root's key: --root-key {key}")
}

/// Warns of keys that others than their owner can reach, and says what helps.
fn warn_of(ctx: &Context, loose: &[LooseKey]) {
    let old = loose.iter().filter(|key| !key.fresh);
    for finding in old.filter_map(|key| loose_mode(&shown(&key.file), key.mode)) {
        ctx.out.warning(&finding.to_string());
    }
    for key in loose.iter().filter(|key| key.fresh) {
        let (file, mode) = (shown(&key.file), key.mode);
        ctx.out.warning(&format!(
            "{file}: its file system keeps no modes: it was made with 0600 and has {mode:04o}, so others can reach the key"
        ));
    }
    if loose.iter().any(|key| key.fresh) {
        ctx.out.hint(
            "keep keys on a file system that knows owners, or mount that one for yourself: mount -o uid=…,umask=077",
        );
    }
}

/// Keys are never replaced: says so of those that are of another kind than was asked for, and what would change them.
fn kept_keys(ctx: &Context, plan: &Plan, request: &Request, dir: &str) {
    let Some(kind) = request.key.filter(|_| !ctx.globals.quiet) else { return };
    let kept = || plan.actions.iter().filter_map(|a| Some((a.cluster.as_deref(), a.kept_key?)));
    for (cluster, key) in kept() {
        let whom = cluster.unwrap_or("the root");
        ctx.out.note(&format!("the key of {whom} stays {key}: --key {} is for new keys only", kind.name()));
    }
    let shared = if request.shared { " --shared" } else { "" };
    if kept().any(|(cluster, _)| cluster.is_none()) {
        let new = format!("meshctl ca init{shared} --key {} --dir NEW-FOLDER", kind.name());
        ctx.out.hint(&format!("another root key is another CA, in a folder of its own: {new}"));
    }
    if let Some((Some(first), _)) = kept().find(|(cluster, _)| cluster.is_some()) {
        let away = if request.shared { "all clusters' folders".to_owned() } else { format!("{dir}/{first}") };
        let again = format!("meshctl ca init{shared} --key {}", kind.name());
        ctx.out.hint(&format!("for a new intermediate under the same root, move {away} away, then {again}"));
    }
}
