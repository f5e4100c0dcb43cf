//! `meshctl completion SHELL`

use crate::cli::{Context, Exit, Outcome};

/// Print the completions of a shell
///
/// The same text is in the folder completions/ of a release, and of the sources.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  source <(meshctl completion bash)\n  meshctl completion fish > ~/.config/fish/completions/meshctl.fish"
)]
pub(crate) struct Args {
    /// bash, zsh or fish
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    use clap_complete::shells;
    let mut text = Vec::new();
    let mut tree = crate::cli::shown_command();
    match args.shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut tree, "meshctl", &mut text),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut tree, "meshctl", &mut text),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut tree, "meshctl", &mut text),
    }
    ctx.out.bytes(&text)?;
    Ok(Exit::Yes)
}
