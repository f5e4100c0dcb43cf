//! `meshctl man DIR`: the man pages, for whoever packages meshctl

use std::path::PathBuf;

use crate::adapters::files;
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
    if !files::is_dir(&args.dir) {
        return Err(CliError::usage(format!("writing the man pages to {shown} failed: it is not a folder"))
            .hint(format!("mkdir -p {shown}")));
    }
    let mut tree = crate::cli::command().disable_help_subcommand(true);
    tree.build();
    let mut pages = Vec::new();
    render(tree, &mut pages).map_err(|e| CliError::failed(format!("writing the man pages to {shown} failed: {e}")))?;
    for (name, text) in pages {
        files::write_public(&args.dir.join(name), &text)?;
    }
    ctx.out.note(&format!("the man pages are in {shown}"));
    Ok(Exit::Yes)
}

/// The pages of a command and of those below it that are shown: name and text.
fn render(command: clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for below in command.get_subcommands().filter(|c| !c.is_hide_set()).cloned() {
        render(below, pages)?;
    }
    let page = clap_mangen::Man::new(command);
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.push((page.get_filename(), text));
    Ok(())
}
