//! `meshctl install`

use std::path::PathBuf;
use std::pin::pin;

use super::manifest::{StubArgs, ValueArgs};
use crate::adapters::registry::Inside;
use crate::cli::{CliError, Context, Exit, Format, Outcome, Question, interrupted};
use crate::data::model::ClusterRole;
use crate::workflows::install::{
    CaAt, Consent, InstallReport, Options, PlanInput, Prepared, Verify, Waiting, prepare, unplanned,
};

/// Install the control plane in every cluster of the registry
///
/// Compares what each cluster shall hold with what stands there, asks on a terminal, and writes what differs. In a file cluster
/// it writes FOLDER/meshctl/ and touches no other file. A second run finds everything unchanged.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl install --registry ./kubeconf --dry-run\n  meshctl install --registry ./kubeconf --tag 0.1.0 --yes\n  meshctl install --create-ca --tag 0.1.0\n  meshctl install --dry-run -o yaml > what-is-applied.yaml"
)]
pub(crate) struct Args {
    /// Write nothing: print the plan, or with -o yaml exactly what would be applied
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short = 'y', long)]
    yes: bool,
    /// Wait until what was written is ready; this is what happens without a flag
    #[arg(long, conflicts_with_all = ["no_wait", "only"])]
    wait: bool,
    /// Do not wait until what was written is ready
    #[arg(long)]
    no_wait: bool,
    /// How long to wait, in each cluster
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = crate::cli::duration, conflicts_with = "no_wait")]
    timeout: std::time::Duration,
    /// Look for pilot from every remote, also where nothing was written
    #[arg(long, conflicts_with_all = ["no_verify", "no_wait", "only"])]
    verify: bool,
    /// Do not ask pilot what it sees, nor look for it from the remotes
    #[arg(long)]
    no_verify: bool,
    /// Place only the Secrets: where the objects come from manifest generate and a pipeline
    #[arg(long, value_name = "WHAT")]
    only: Option<Only>,
    /// Only these clusters
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    clusters: Vec<String>,
    /// The primary cluster
    #[arg(long, value_name = "ID")]
    primary: Option<String>,
    /// Take another primary than the one that was installed
    #[arg(long)]
    move_primary: bool,
    /// Take back fields of ours that somebody else has changed in a live cluster
    #[arg(long)]
    force_conflicts: bool,
    #[command(flatten)]
    stubs: StubArgs,
    /// Let this version replace a newer one
    #[arg(long)]
    allow_downgrade: bool,
    /// Make the accounts anew by which pilot reads the remotes: every token it holds is worth nothing from then on
    #[arg(long, conflicts_with = "only")]
    revoke_credentials: bool,
    /// The folder of the CA; else caDir of mesh.yaml, else mesh-ca beside the registry
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,
    /// Make the CA first, as meshctl ca init does, where the folder lacks a part, or there is none and no cluster holds one
    #[arg(long, conflicts_with = "dry_run")]
    create_ca: bool,
    #[command(flatten)]
    values: ValueArgs,
}

/// What alone is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// The CA, and what pilot needs to read remote clusters; with the namespace and the inventory's entries where they are missing
    Secrets,
}

impl Args {
    /// Secrets alone start nothing.
    fn waiting(&self) -> Waiting {
        if self.no_wait || self.only.is_some() { Waiting::No } else { Waiting::Until(self.timeout) }
    }

    fn verify(&self) -> Verify {
        match (self.waiting(), self.verify, self.no_verify) {
            (Waiting::No, ..) | (.., true) => Verify::No,
            (_, true, _) => Verify::All,
            _ => Verify::Changed,
        }
    }

    fn options(&self, ctx: &Context) -> Result<Options, CliError> {
        Ok(Options {
            layers: self.values.layers()?,
            only: self.clusters.clone(),
            only_secrets: self.only == Some(Only::Secrets),
            writes: true,
            stub_services: self.stubs.wanted(),
            waits: self.waiting() != Waiting::No,
            verify: self.verify(),
            now: ctx.now(),
        })
    }

    fn consent(&self) -> Consent {
        Consent {
            force_conflicts: self.force_conflicts,
            move_primary: self.move_primary,
            allow_downgrade: self.allow_downgrade,
            revoke_credentials: self.revoke_credentials,
        }
    }
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let input = PlanInput::read(&ctx.registry_dir()?, args.primary.as_deref())?;
    for note in &input.notes {
        ctx.out.note(note);
    }
    inside(ctx)?;
    let options = args.options(ctx)?;
    // from now on: what comes between two steps is not lost
    let mut interrupt = pin!(interrupted());
    let ca = CaAt { dir: args.ca.as_deref(), now: ctx.now() };
    let prepared = tokio::select! {
        prepared = planned(ctx, &args, &input, &options, ca) => prepared?,
        () = &mut interrupt => return not_planned(ctx, &unplanned(&input, &options, args.dry_run)?),
    };
    if args.revoke_credentials {
        revocable(ctx, &prepared)?;
    }
    if prepared.plan.serves_no_proxy && args.only.is_none() {
        ctx.out.note(&format!(
            "pilot of {} will serve no proxy: set discovery.tls.secretName, or discovery.openPorts.xds=true",
            prepared.plan.primary
        ));
    }
    if args.dry_run {
        return dry_run(ctx, &prepared);
    }
    let told = || [headline(&prepared), prepared.dry_run().plan_text()];
    let question = Question {
        asks: "Install?",
        unconfirmed: "installing was not confirmed",
        untouched: "nothing was written in any cluster",
    };
    if !args.yes && !prepared.is_settled() && !ctx.confirmed(told, &question, interrupt.as_mut()).await? {
        show(ctx, &prepared.so_far())?;
        ctx.out.note(&question.interrupted());
        return Ok(Exit::No);
    }
    let say = |text: &str| ctx.out.note(&format!("• {text}"));
    // what is under way when somebody interrupts is finished or not: the report says what is known
    let report = tokio::select! {
        report = prepared.apply(args.waiting(), options.verify, &say) => report,
        () = &mut interrupt => {
            prepared.clean_up().await;
            prepared.so_far()
        }
    };
    show(ctx, &report)
}

/// Tells what was done.
fn show(ctx: &Context, report: &InstallReport) -> Outcome {
    talk(ctx, report, "installing in");
    let shown =
        report.report("InstallReport").map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?;
    ctx.out.report(&shown, ctx.format())?;
    Ok(exit(report))
}

/// Plans; where that fails for want of a CA, and the flag allows it, with a new one.
async fn planned(
    ctx: &Context,
    args: &Args,
    input: &PlanInput,
    options: &Options,
    ca: CaAt<'_>,
) -> Result<Prepared, CliError> {
    match prepare(input, options, ca, args.consent()).await {
        Err(why) if args.create_ca && why.wants_ca() => {
            let clusters = input.clusters.iter().map(|c| c.id.clone()).collect();
            super::ca::create(ctx, ca.dir.unwrap_or(&input.ca_dir), clusters)?;
            Ok(prepare(input, options, ca, args.consent()).await?)
        }
        prepared => Ok(prepared?),
    }
}

/// A file of a file cluster that cannot be read may define what install is about to define: one is enough to do nothing anywhere
/// (DESIGN §2). A bad object costs only itself, and what stands in our own folder is written anew.
fn inside(ctx: &Context) -> Result<(), CliError> {
    let registry = ctx.registry(None)?;
    let (stop, warn): (Vec<_>, Vec<_>) = registry.inside().into_iter().partition(Inside::stops_install);
    for inside in warn {
        ctx.out.warning(&inside.problem.to_string());
    }
    // problems of the registry itself are told first, and all together
    if stop.is_empty() || !registry.problems.is_empty() {
        return Ok(());
    }
    let stop: Vec<String> = stop.iter().map(|inside| inside.problem.to_string()).collect();
    Err(CliError::broken_files(&registry.dir, &stop))
}

/// Pilot holds credentials of live remotes alone.
fn revocable(ctx: &Context, prepared: &Prepared) -> Result<(), CliError> {
    let (live, folders): (Vec<_>, Vec<_>) =
        prepared.clusters().filter(|c| c.role == ClusterRole::Remote).partition(|c| c.place.server().is_some());
    if live.is_empty() {
        return Err(CliError::usage(
            "revoking credentials failed: none of the clusters is a live remote, so pilot holds no credential for any",
        )
        .hint("leave --revoke-credentials out, or name a live remote with --clusters"));
    }
    for cluster in folders {
        ctx.out.note(&format!("{}: it is a folder of files: there is no credential to revoke", cluster.id));
    }
    Ok(())
}

fn dry_run(ctx: &Context, prepared: &Prepared) -> Outcome {
    let report = prepared.dry_run();
    talk(ctx, &report, "installing in");
    match ctx.format() {
        Format::Yaml => ctx.out.data(&prepared.stream()?)?,
        Format::Table | Format::Wide => {
            ctx.out.note(&headline(prepared));
            ctx.out.data(&report.plan_text())?;
            ctx.out.note("nothing was written");
        }
        format => {
            let shown = report
                .report("InstallReport")
                .map_err(|e| CliError::failed(format!("writing the plan failed: {e}")))?;
            ctx.out.report(&shown, format)?;
        }
    }
    Ok(exit(&report))
}

/// Nothing was planned to its end.
fn not_planned(ctx: &Context, report: &InstallReport) -> Outcome {
    talk(ctx, report, "installing in");
    match (report.dry_run, ctx.format()) {
        // what it prints is applied
        (true, Format::Yaml) => {}
        (true, Format::Table | Format::Wide) => ctx.out.data(&report.plan_text())?,
        (_, format) => {
            let shown = report.report("InstallReport");
            ctx.out.report(&shown.map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?, format)?;
        }
    }
    Ok(exit(report))
}

/// Says on stderr what is in no table.
pub(super) fn talk(ctx: &Context, report: &InstallReport, doing: &str) {
    for cluster in &report.clusters {
        for note in &cluster.notes {
            ctx.out.note(&format!("{}: {note}", cluster.cluster));
        }
        for warning in &cluster.warnings {
            ctx.out.warning(&format!("{}: {}", cluster.cluster, warning.text));
            ctx.out.hint(&warning.hint);
        }
        if let Some(error) = &cluster.error {
            ctx.out.warning(&format!("{doing} cluster {} failed: {error}", cluster.cluster));
            cluster.hint.iter().for_each(|hint| ctx.out.hint(hint));
        }
    }
    if report.clusters.iter().any(|cluster| cluster.error.is_some()) {
        ctx.out.hint("mend what is named, and run the same command again: what is in order stays as it is");
    }
}

fn headline(prepared: &Prepared) -> String {
    let plan = &prepared.plan;
    format!("primary {} ({}), image {}", plan.primary, plan.primary_reason, plan.image)
}

fn exit(report: &InstallReport) -> Exit {
    if report.failed() { Exit::No } else { Exit::Yes }
}
