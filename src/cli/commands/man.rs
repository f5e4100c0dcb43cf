//! `meshctl man DIR`: the man pages, for whoever packages meshctl

use std::path::PathBuf;

use crate::cli::{CliError, Context, Exit, Outcome};

/// Write the man pages of meshctl into a folder
///
/// One page for each command: meshctl.1, meshctl-cluster.1, meshctl-cluster-list.1 and so on.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  mkdir man && meshctl man man && man ./man/meshctl.1")]
pub(crate) struct Args {
    /// The folder to write to, which must be there; pages of the same name are replaced
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let shown = args.dir.display();
    if !args.dir.is_dir() {
        return Err(CliError::usage(format!("writing the man pages to {shown} failed: it is not a folder"))
            .hint(format!("mkdir -p {shown}")));
    }
    clap_mangen::generate_to(crate::cli::command(), &args.dir)
        .map_err(|e| CliError::failed(format!("writing the man pages to {shown} failed: {e}")))?;
    ctx.out.note(&format!("the man pages are in {shown}"));
    Ok(Exit::Yes)
}
