//! `meshctl uninstall`

use std::pin::pin;

use crate::cli::{CliError, Context, Exit, Format, Outcome, Question, interrupted};
use crate::workflows::install::{Leave, PlanInput, UninstallReport, prepare_uninstall, unplanned_uninstall};

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
    // from now on: what comes between two steps is not lost
    let mut interrupt = pin!(interrupted());
    let uninstall = tokio::select! {
        prepared = prepare_uninstall(&input, &leave) => prepared?,
        () = &mut interrupt => return show(ctx, &unplanned_uninstall(&input, &leave, args.dry_run)?),
    };
    let planned = uninstall.dry_run();
    if args.dry_run {
        let shown = show(ctx, &planned)?;
        ctx.out.note("nothing was removed: that is what would go");
        return Ok(shown);
    }
    let told = || [planned.plan_text()];
    let question = Question {
        asks: "Uninstall?",
        unconfirmed: "uninstalling was not confirmed",
        untouched: "nothing was removed",
    };
    if !args.yes && !planned.is_absent() && !ctx.confirmed(told, &question, interrupt.as_mut()).await? {
        show(ctx, &uninstall.so_far())?;
        ctx.out.note(&question.interrupted());
        return Ok(Exit::No);
    }
    // what is under way when somebody interrupts is removed or not: the report says what is known
    let report = tokio::select! {
        report = uninstall.leave() => report,
        () = &mut interrupt => uninstall.so_far(),
    };
    show(ctx, &report)
}

fn show(ctx: &Context, report: &UninstallReport) -> Outcome {
    for cluster in &report.clusters {
        for note in &cluster.notes {
            ctx.out.note(&format!("{}: {note}", cluster.cluster));
        }
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
    Ok(if report.failed() { Exit::No } else { Exit::Yes })
}
