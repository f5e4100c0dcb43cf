//! `meshctl endpoints`

use crate::cli::{CliError, Context, Outcome};

/// (being built)
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_ctx: &Context, _args: Args) -> Outcome {
    Err(CliError::usage("this command is being built"))
}
