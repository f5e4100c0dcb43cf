//! `meshctl cluster remove`

use std::pin::pin;

use crate::adapters::registry::{Entry, ReadOptions, Registry, Trust, files_of, set_aside};
use crate::cli::{CliError, Context, Exit, Outcome, Question, interrupted};
use crate::data::model::{ClusterId, ClusterRole};
use crate::workflows::install::{PlanInput, RemovalReport, Removing, prepare_removal, unplanned_removal};

/// Take a cluster out of the mesh
///
/// Removes its credential, the slices that lead to it and its entries in inventories from every other cluster, and looks again
/// that they are gone; then uninstalls it. Its kubeconfig is set aside as a hidden file of the registry.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl cluster remove on-prem --dry-run\n  meshctl cluster remove on-prem --yes\n  meshctl cluster remove on-prem --dead"
)]
pub(super) struct Args {
    /// The cluster's id
    #[arg(value_name = "ID")]
    id: String,
    /// It does not answer and never will: do not try to uninstall it
    #[arg(long)]
    dead: bool,
    /// Even while pods with a sidecar run in it
    #[arg(long)]
    force: bool,
    /// Remove nothing: print what would go
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short = 'y', long)]
    yes: bool,
}

pub(super) async fn run(ctx: &Context, args: &Args) -> Outcome {
    let input = PlanInput::read(&ctx.registry_dir()?, None)?;
    ctx.warn_of_inside(&ctx.registry(None)?);
    let leave = Removing { dead: args.dead, force: args.force };
    // from now on: what comes between two steps is not lost
    let mut interrupt = pin!(interrupted());
    let removal = tokio::select! {
        prepared = prepare_removal(&input, &args.id, leave) => prepared?,
        () = &mut interrupt => return show(ctx, &unplanned_removal(&input, &args.id, leave, args.dry_run)?),
    };
    let entry = entry_of(&input, &args.id)?;
    let mut planned = removal.dry_run();
    let files = entry.iter().flat_map(|entry| files_of(&input.dir, entry));
    planned.files = files.map(|f| f.display().to_string()).collect();
    if args.dry_run {
        if let Some(entry) = entry.filter(|_| planned.files.is_empty()) {
            folder_stays(ctx, &input, &entry);
        }
        let shown = show(ctx, &planned)?;
        ctx.out.note("nothing was removed: that is what would go");
        return Ok(shown);
    }
    let told = || [planned.plan_text()];
    let question =
        Question { asks: "Remove?", unconfirmed: "the removal was not confirmed", untouched: "nothing was removed" };
    if !args.yes && !ctx.confirmed(told, &question, interrupt.as_mut()).await? {
        show(ctx, &removal.so_far())?;
        ctx.out.note(&question.interrupted());
        return Ok(Exit::No);
    }
    let mut report = tokio::select! {
        report = removal.carry_out() => report,
        () = &mut interrupt => removal.so_far(),
    };
    if !report.failed() {
        report.files = forget(ctx, &input, &args.id)?;
    }
    let shown = show(ctx, &report)?;
    if let Some(entry) = entry.filter(|_| !report.rest().is_empty()) {
        still_stands(ctx, &input, &entry, &report);
    }
    Ok(shown)
}

/// The cluster is out of the mesh, and other clusters could not be cleared of it: what that means for its file.
fn still_stands(ctx: &Context, input: &PlanInput, entry: &Entry, report: &RemovalReport) {
    let (name, rest) = (&report.name, report.rest());
    let file = input.dir.join(&entry.file);
    ctx.out.note(&format!("{} still stands, and the next installation would add {name} again", file.display()));
    ctx.out.hint(&format!("run this again once {} can be cleared of it", rest.join(" and ")));
    let removable =
        |other: &&&str| input.clusters.iter().any(|c| c.id.as_str() == **other && c.role != ClusterRole::Primary);
    for other in rest.iter().filter(removable) {
        ctx.out.hint(&format!("if {other} will never answer again, first: meshctl cluster remove {other} --dead"));
    }
}

/// The registry's entry of a cluster, where it has one.
fn entry_of(input: &PlanInput, name: &str) -> Result<Option<Entry>, CliError> {
    let registry = Registry::read(&input.dir, &ReadOptions { primary: None, trust: Trust::Terminal })?;
    Ok(ClusterId::parse(name).ok().and_then(|id| registry.entry(&id).cloned()))
}

fn folder_stays(ctx: &Context, input: &PlanInput, entry: &Entry) {
    ctx.out.note(&format!(
        "its folder {} is yours and stays: move it out of the registry, or the next installation adds it again",
        input.dir.join(&entry.file).display()
    ));
}

/// Sets the cluster's files aside, and says what the user has to do.
fn forget(ctx: &Context, input: &PlanInput, name: &str) -> Result<Vec<String>, CliError> {
    let mut files = Vec::new();
    if let Some(entry) = entry_of(input, name)? {
        files = set_aside(&input.dir, &entry)?.iter().map(|f| f.display().to_string()).collect();
        if files.is_empty() {
            folder_stays(ctx, input, &entry);
        }
    }
    for file in &files {
        ctx.out.note(&format!("{file} is set aside as a hidden file beside it"));
    }
    if input.mesh.clusters.contains_key(name) {
        ctx.out.note(&format!("take clusters.{name} out of mesh.yaml: it names no cluster of the registry any more"));
    }
    Ok(files)
}

fn show(ctx: &Context, report: &RemovalReport) -> Outcome {
    let notes = report.others.iter().map(|o| (&o.cluster, &o.notes));
    for (cluster, notes) in notes.chain(report.itself.iter().map(|i| (&i.cluster, &i.notes))) {
        notes.iter().for_each(|note| ctx.out.note(&format!("{cluster}: {note}")));
    }
    let others = report.others.iter().map(|o| (&o.cluster, &o.error));
    for (cluster, error) in others.chain(report.itself.iter().map(|i| (&i.cluster, &i.error))) {
        if let Some(error) = error {
            ctx.out.warning(&format!("removing {} from cluster {cluster} failed: {error}", report.name));
        }
    }
    for kept in report.itself.iter().flat_map(|i| &i.kept) {
        ctx.out.note(&format!("{}: {} stays: {}", report.name, kept.object, kept.why));
    }
    let hint = report.itself.as_ref().filter(|itself| itself.error.is_some()).and_then(|itself| itself.hint.as_ref());
    hint.into_iter().for_each(|hint| ctx.out.hint(hint));
    let shown = report.report().map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?;
    match (report.dry_run, ctx.format()) {
        (true, crate::cli::Format::Table) => ctx.out.data(&report.plan_text())?,
        (_, format) => ctx.out.report(&shown, format)?,
    }
    Ok(if report.failed() { Exit::No } else { Exit::Yes })
}
