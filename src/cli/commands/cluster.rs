//! `meshctl cluster`: the clusters of the registry: shown, added, removed.

mod add;
mod list;
mod remove;

use crate::cli::{Context, Outcome};

/// Show the clusters of the registry, add one, remove one
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    List(list::Args),
    Add(add::Args),
    Remove(remove::Args),
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    match args.command {
        Sub::List(args) => list::run(ctx, &args).await,
        Sub::Add(args) => add::run(ctx, &args),
        Sub::Remove(args) => remove::run(ctx, &args).await,
    }
}
