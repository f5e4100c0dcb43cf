//! The shell: words in, plans out; results in, words out.
//!
//! One file per command under `commands/`: an args struct whose rustdoc is the help, and `async fn run(ctx, args)`. The
//! tree below is flat: a command is a variant and a line of the match.

mod commands;
mod context;
mod duration;
mod error;
mod interrupt;
mod output;
mod table;

use clap::{FromArgMatches, Parser, Subcommand};

pub use context::{Context, Globals, Question};
pub use error::CliError;
pub use output::{Format, Output};

use duration::duration;
use interrupt::interrupted;

/// How a command ended, where it ended well enough to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// An action is done; the answer to a question is yes, same, healthy. 0
    Yes,
    /// An action is not fully done; the answer is no, different, unhealthy. 1
    No,
    /// Somebody could not be asked, or the input could not be read. 2
    Unasked,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Unasked => 2,
        }
    }
}

/// What every command returns.
pub type Outcome = Result<Exit, CliError>;

/// Stretches one service mesh over many Kubernetes clusters, and shows what every proxy in it sees.
#[derive(Debug, Parser)]
#[command(name = "meshctl", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Ca(commands::ca::Args),
    Cluster(commands::cluster::Args),
    Completion(commands::completion::Args),
    Demo(commands::demo::Args),
    Diff(commands::diff::Args),
    Discovery(commands::discovery::Args),
    #[command(visible_alias = "ep")]
    Endpoints(commands::endpoints::Args),
    Install(commands::install::Args),
    #[command(hide = true)]
    Man(commands::man::Args),
    Manifest(commands::manifest::Args),
    #[command(hide = true)]
    Probe(commands::probe::Args),
    #[command(visible_alias = "pc")]
    ProxyConfig(commands::proxy_config::Args),
    #[command(visible_alias = "ps")]
    ProxyStatus(commands::proxy_status::Args),
    Uninstall(commands::uninstall::Args),
    Version(commands::version::Args),
}

impl Command {
    /// Refuses the flags of every command that this one would take and ignore.
    fn refuse_ignored(&self, ctx: &Context) -> Result<(), CliError> {
        let (name, prints, why) = match self {
            Command::Completion(_) => ("completion", "the completions of a shell", "it looks at no cluster"),
            Command::Demo(_) => ("demo", "a tour in words", "it sets up a registry of its own"),
            Command::Man(_) => ("man", "man pages", "it looks at no cluster"),
            Command::Probe(_) => ("probe", "nothing", "it asks the address that it is given"),
            Command::Discovery(_) if ctx.globals.output.is_some() => ("discovery", "where it listens, a line each", ""),
            _ => return Ok(()),
        };
        if ctx.globals.output.is_some() {
            return Err(CliError::usage(format!("--output has no meaning here: meshctl {name} prints {prints}"))
                .hint("leave -o out"));
        }
        if ctx.is_given("registry") {
            let error = CliError::usage(format!("--registry has no meaning for meshctl {name}: {why}"));
            return Err(match self {
                Command::Demo(_) => error.hint("--dir DIR says where the tour keeps its own"),
                _ => error.hint("leave --registry out"),
            });
        }
        Ok(())
    }
}

/// Parses the arguments, runs the command, and says how it ended.
pub async fn run(args: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    let args: Vec<std::ffi::OsString> = args.into_iter().collect();
    let parsed = command().try_get_matches_from(&args).and_then(|m| Ok((Cli::from_arg_matches(&m)?, m)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return error::usage(&error, &called(&args), &Output::new(false)),
    };
    let globals = match cli.globals.given(&matches) {
        Ok(globals) => globals,
        Err(error) => return error.show(&Output::new(false)),
    };
    let ctx = Context::new(globals);
    let outcome = dispatch(&ctx, cli.command).await;
    match outcome {
        Ok(exit) => exit.code(),
        Err(error) => error.show(&ctx.out),
    }
}

/// The command that these arguments call, as its words: as far down the tree as they lead.
fn called(args: &[std::ffi::OsString]) -> String {
    let tree = command();
    let (mut at, mut words) = (&tree, vec![tree.get_name()]);
    for arg in args.iter().skip(1) {
        if let Some(sub) = at.find_subcommand(arg) {
            words.push(sub.get_name());
            at = sub;
        }
    }
    words.join(" ")
}

async fn dispatch(ctx: &Context, command: Command) -> Outcome {
    let talks = matches!(command, Command::ProxyConfig(_) | Command::Endpoints(_));
    if ctx.format() == Format::V1 && !talks {
        return Err(CliError::usage(
            "-o v1 is what the talk's pilot says of a proxy, and this command asks about none",
        )
        .hint("-o json; -o v1 is for proxy-config and endpoints"));
    }
    command.refuse_ignored(ctx)?;
    match command {
        Command::Ca(args) => commands::ca::run(ctx, args).await,
        Command::Cluster(args) => commands::cluster::run(ctx, args).await,
        Command::Completion(args) => commands::completion::run(ctx, args).await,
        Command::Demo(args) => commands::demo::run(ctx, args).await,
        Command::Diff(args) => commands::diff::run(ctx, args).await,
        Command::Discovery(args) => commands::discovery::run(ctx, args).await,
        Command::Endpoints(args) => commands::endpoints::run(ctx, args).await,
        Command::Install(args) => commands::install::run(ctx, args).await,
        Command::Man(args) => commands::man::run(ctx, args).await,
        Command::Manifest(args) => commands::manifest::run(ctx, args).await,
        Command::Probe(args) => commands::probe::run(ctx, args).await,
        Command::ProxyConfig(args) => commands::proxy_config::run(ctx, args).await,
        Command::ProxyStatus(args) => commands::proxy_status::run(ctx, args).await,
        Command::Uninstall(args) => commands::uninstall::run(ctx, args).await,
        Command::Version(args) => commands::version::run(ctx, args).await,
    }
}

/// Runs a command of a guided tour, given by its words without `meshctl`, with nothing but its result and its warnings.
async fn within_tour(words: &[String]) -> Outcome {
    let all = std::iter::once("meshctl").chain(words.iter().map(String::as_str));
    let cli = Cli::try_parse_from(all).map_err(|e| CliError::failed(format!("the tour's own command failed: {e}")))?;
    let ctx = Context::new(Globals { quiet: true, ..cli.globals });
    dispatch(&ctx, cli.command).await
}

/// The command tree as people see it, for completions: their generators list hidden commands too.
fn shown_command() -> clap::Command {
    let whole = command();
    let shown: Vec<_> = whole.get_subcommands().filter(|c| !c.is_hide_set()).cloned().collect();
    clap::Command::new("meshctl")
        .version(env!("CARGO_PKG_VERSION"))
        .args(whole.get_arguments().cloned())
        .subcommands(shown)
}

/// The whole command tree, for man pages.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
