//! `meshctl ca init`

use std::path::PathBuf;

use super::report::Survey;
use super::{ca_dir, cluster_ids, shown};
use crate::adapters::files;
use crate::cli::{Context, Exit, Outcome};
use crate::data::model::{ClusterId, Secret};
use crate::pure::ca::{Done, KeyKind, Request, RootKey};
use crate::workflows::ca::{self, MAX_FILE};

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
    /// The kind of new keys: p256, p384, rsa2048, rsa4096 [default: p384 for the root, p256 for intermediates]
    #[arg(long, value_name = "KIND")]
    key: Option<KeyKind>,
    /// Issue intermediates anew that end within 60 days; their keys stay, so nothing they signed is lost
    #[arg(long)]
    renew: bool,
    /// The file with the root's key, if that does not live in the CA folder; it is made where neither it nor a root exists
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
}

pub(super) fn run(ctx: &Context, args: Args) -> Outcome {
    let mut clusters = if args.clusters.is_empty() { cluster_ids(ctx)? } else { args.clusters };
    clusters.sort();
    clusters.dedup();
    let dir = ca_dir(ctx, args.dir.as_ref())?;
    let root_key = match &args.root_key {
        Some(file) => RootKey::Elsewhere(files::read_capped_if_there(file, MAX_FILE)?.map(Secret::new)),
        None => RootKey::Folder,
    };
    let request = Request { clusters, shared: args.shared, key: args.key, renew: args.renew, root_key };
    let plan = ca::make(&dir, args.root_key.as_deref(), &request, ctx.now())?;
    for action in plan.actions.iter().filter(|a| a.done == Done::KeptDue) {
        let whom = action.cluster.as_deref().unwrap_or("the root");
        ctx.out.warning(&format!("the intermediate of {whom} ends within 60 days"));
        ctx.out.hint("issue it anew: meshctl ca init --renew");
    }
    let mut survey = Survey::of_folder(&ca::load(&dir)?, &shown(&dir), ctx.now());
    survey.acted(&plan.actions);
    for finding in survey.errors() {
        ctx.out.warning(&finding.to_string());
    }
    ctx.out.report(&survey.report()?, ctx.format())?;
    Ok(if survey.errors().next().is_none() { Exit::Yes } else { Exit::No })
}
