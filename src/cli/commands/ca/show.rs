//! `meshctl ca show`

use std::path::PathBuf;

use super::report::Survey;
use super::{ca_dir, shown, whole};
use crate::cli::{Context, Exit, Outcome};

/// Show the CA: its root and intermediates, their keys, ends and fingerprints
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl ca show
  meshctl ca show --dir ./mesh-ca -o json")]
pub(super) struct Args {
    /// The CA folder [default: caDir of mesh.yaml, or mesh-ca beside the registry]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(ctx: &Context, args: &Args) -> Outcome {
    let dir = ca_dir(ctx, args.dir.as_ref())?;
    let read = whole(&dir, args.dir.is_some())?;
    let survey = Survey::of_folder(&read, &shown(&dir), ctx.now());
    ctx.out.report(&survey.report()?, ctx.format())?;
    let good = survey.errors().next().is_none();
    if !good {
        ctx.out.hint(&format!("see what is wrong: meshctl ca verify {}", shown(&dir)));
    }
    Ok(if good { Exit::Yes } else { Exit::No })
}
