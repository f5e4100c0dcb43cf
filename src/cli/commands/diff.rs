//! `meshctl diff`

use std::path::PathBuf;

use super::manifest::{StubArgs, ValueArgs};
use crate::adapters::registry::Inside;
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::workflows::install::{CaAt, Consent, InstallReport, Options, PlanInput, Verify, prepare, unplanned};

/// Show what install would change, and what others have changed of ours
///
/// Asks every cluster by a dry run and writes nothing. Exits 0 where everything is as planned, 1 where something differs, 2 where
/// a cluster could not be asked, or a file of a file cluster cannot be read.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl diff --registry ./kubeconf --tag 0.1.0\n  meshctl diff --tag 0.1.0 --clusters on-prem -o json"
)]
pub(crate) struct Args {
    /// Only these clusters
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    clusters: Vec<String>,
    /// The primary cluster
    #[arg(long, value_name = "ID")]
    primary: Option<String>,
    #[command(flatten)]
    stubs: StubArgs,
    /// The folder of the CA; else caDir of mesh.yaml, else mesh-ca beside the registry
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    values: ValueArgs,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let input = PlanInput::read(&ctx.registry_dir()?, args.primary.as_deref())?;
    for note in &input.notes {
        ctx.out.note(note);
    }
    // a file that cannot be read may define what is about to be compared (install does nothing then)
    let inside = ctx.registry(None)?.inside();
    for bad in &inside {
        ctx.out.warning(&bad.problem.to_string());
    }
    let unread = inside.iter().any(Inside::stops_install);
    let options = Options {
        layers: args.values.layers()?,
        only: args.clusters.clone(),
        only_secrets: false,
        writes: false,
        waits: false,
        verify: Verify::No,
        stub_services: args.stubs.wanted(),
        now: ctx.now(),
    };
    // what others have changed is what is asked about, and stops nothing here
    let consent = Consent { force_conflicts: true, ..Consent::default() };
    let ca = CaAt { dir: args.ca.as_deref(), now: ctx.now() };
    let prepared = tokio::select! {
        prepared = prepare(&input, &options, ca, consent) => Some(prepared?),
        () = crate::cli::interrupted() => None,
    };
    let report = match &prepared {
        Some(prepared) => prepared.dry_run(),
        None => unplanned(&input, &options, true)?,
    };
    super::install::talk(ctx, &report, "comparing with");
    drift(ctx, &report);
    match ctx.format() {
        Format::Table | Format::Wide => ctx.out.data(&report.plan_text())?,
        format => {
            let shown = report
                .report("InstallReport")
                .map_err(|e| CliError::failed(format!("writing the comparison failed: {e}")))?;
            ctx.out.report(&shown, format)?;
        }
    }
    let Some(prepared) = prepared else { return Ok(Exit::Unasked) };
    Ok(match (prepared.was_asked() && !unread, prepared.is_settled()) {
        (false, _) => Exit::Unasked,
        // nothing would be written where something could not be looked at
        (true, true) if report.failed() => Exit::Unasked,
        (true, true) => Exit::Yes,
        (true, false) => Exit::No,
    })
}

/// Says who has changed what is ours, and how it is taken back.
fn drift(ctx: &Context, report: &InstallReport) {
    let changed = report.clusters.iter().filter_map(|c| Some((&c.cluster, c.drift()?)));
    let said: Vec<_> = changed.map(|(cluster, drift)| format!("{cluster}: {drift}")).collect();
    said.iter().for_each(|text| ctx.out.note(text));
    if !said.is_empty() {
        ctx.out.hint("meshctl install --force-conflicts takes these fields back");
    }
}
