//! `meshctl uninstall`

use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::workflows::install::{Leave, PlanInput, Uninstall, UninstallReport, prepare_uninstall};

/// Remove the control plane from every cluster of the registry
///
/// Removes what the inventory of each cluster lists and our label marks, webhooks first. It keeps the CA's Secret, definitions of
/// custom resources, and a namespace in which others have something, and names what it kept. The primary stays while another
/// cluster that leads to it does.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl uninstall --registry ./kubeconf --dry-run\n  meshctl uninstall --clusters on-prem --yes\n  meshctl uninstall --purge"
)]
pub(crate) struct Args {
    /// Remove nothing: print what would go and what would stay
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short = 'y', long)]
    yes: bool,
    /// Only these clusters
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    clusters: Vec<String>,
    /// Remove the CA's Secret, definitions of custom resources and the namespace, too
    #[arg(long)]
    purge: bool,
    /// Even while pods with a sidecar run, or another cluster still needs the primary
    #[arg(long)]
    force: bool,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let input = PlanInput::read(&ctx.registry_dir()?, None)?;
    ctx.warn_of_inside(&ctx.registry(None)?);
    for note in &input.notes {
        ctx.out.note(note);
    }
    let leave = Leave { only: args.clusters, purge: args.purge, force: args.force };
    let uninstall = prepare_uninstall(&input, &leave).await?;
    let planned = uninstall.dry_run();
    if args.dry_run {
        return show(ctx, &planned);
    }
    if !args.yes && !planned.is_absent() && !confirmed(ctx, &planned)? {
        return Err(CliError::failed("uninstalling was not confirmed; nothing was removed").hint("--yes does not ask"));
    }
    let report = remove(&uninstall).await;
    show(ctx, &report)
}

/// Removes until it is done, or somebody interrupts.
async fn remove(uninstall: &Uninstall) -> UninstallReport {
    tokio::select! {
        report = uninstall.leave() => report,
        () = super::install::interrupted() => uninstall.so_far(),
    }
}

fn confirmed(ctx: &Context, planned: &UninstallReport) -> Result<bool, CliError> {
    if !ctx.can_ask() {
        return Ok(true);
    }
    if ctx.globals.quiet {
        return Err(CliError::usage("--quiet leaves no question to answer").hint("add --yes"));
    }
    ctx.out.note(planned.plan_text().trim_end());
    ctx.ask("Uninstall?").map_err(|e| e.hint("add --yes"))
}

fn show(ctx: &Context, report: &UninstallReport) -> Outcome {
    for cluster in &report.clusters {
        for kept in &cluster.kept {
            ctx.out.note(&format!("{}: {} stays: {}", cluster.cluster, kept.object, kept.why));
        }
        if let Some(error) = &cluster.error {
            ctx.out.warning(&format!("uninstalling from cluster {} failed: {error}", cluster.cluster));
            cluster.hint.iter().for_each(|hint| ctx.out.hint(hint));
        }
    }
    let shown = report.report().map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?;
    match (report.dry_run, ctx.format()) {
        (true, Format::Table) => ctx.out.data(&report.plan_text())?,
        (_, format) => ctx.out.report(&shown, format)?,
    }
    if report.dry_run {
        ctx.out.note("nothing was removed: that is what would go");
    }
    Ok(if report.failed() { Exit::No } else { Exit::Yes })
}
