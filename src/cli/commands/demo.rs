//! `meshctl demo`

use std::path::PathBuf;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::table::render;
use crate::cli::{CliError, Context, Exit, Outcome, within_tour};
use crate::workflows::demo::{self, DemoError, Piece, Request, Stage};

/// How wide the explanations are, in characters.
const WIDTH: usize = 100;

/// A guided tour of the mesh: two clusters, a pilot and a proxy, all on this machine
///
/// Writes the talk's two clusters as folders of manifests, makes a CA, installs, starts pilot on free ports of loopback, and
/// a proxy: a real Envoy, where ENVOY or PATH has one. Then it shows what that proxy knows, while an endpoint comes and goes.
/// Nothing outside of its folder is touched, no image is pulled, and everything is taken down at the end.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl demo
  meshctl demo --keep
  meshctl demo --dir ./meshctl-demo --quiet
  ENVOY=/usr/local/bin/envoy meshctl demo")]
pub(crate) struct Args {
    /// Stay up after the tour until Ctrl-C, and print commands to try in another terminal
    #[arg(long)]
    keep: bool,
    /// Keep the files in this folder: a new one, an empty one, or that of a demo before
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Set the folder up anew although its files were edited; the edits are lost
    #[arg(long, requires = "dir")]
    force: bool,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let request = Request { dir: args.dir, force: args.force, keep: args.keep, envoy: ctx.envoy() };
    let stop = interrupted()?;
    let mut stage = Terminal { ctx, error: None, offered: false };
    match demo::run(request, &mut stage, stop).await {
        Ok(()) => Ok(Exit::Yes),
        Err(DemoError::Stage) => Err(stage.error.unwrap_or_else(|| CliError::failed("showing the demo failed"))),
        Err(e) => Err(e.into()),
    }
}

/// Tells of Ctrl-C, and of the other ways to be asked to end.
fn interrupted() -> Result<CancellationToken, CliError> {
    let failed = |e: std::io::Error| CliError::failed(format!("waiting for an interrupt failed: {e}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(failed)?;
    let stop = CancellationToken::new();
    let tell = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        tell.cancel();
    });
    Ok(stop)
}

/// Shows the tour on stdout; with `--quiet` only headings, results and events.
struct Terminal<'c> {
    ctx: &'c Context,
    error: Option<CliError>,
    offered: bool,
}

impl Terminal<'_> {
    /// Keeps the error, which the demo does not know.
    fn noted<T>(&mut self, result: Result<T, CliError>) -> Result<T, DemoError> {
        result.map_err(|e| {
            self.error = Some(e);
            DemoError::Stage
        })
    }

    /// A piece as a text; `None` where it belongs elsewhere, or to nobody.
    fn text(&mut self, piece: Piece) -> Option<String> {
        let quiet = self.ctx.globals.quiet;
        Some(match piece {
            Piece::Heading(at, title) => format!("{}== {at}. {title} ==\n", if at > 1 { "\n" } else { "" }),
            Piece::Explain(_) | Piece::FinePrint(_) if quiet => return None,
            Piece::Explain(text) => format!("\n{}", wrapped(&text)),
            Piece::Command(line) => format!("\n$ {line}\n"),
            Piece::Table(table) => render(&table, false),
            Piece::Text(text) => text,
            Piece::Event(text) => format!("\n{}", wrapped(&format!("-> {text}"))),
            Piece::FinePrint(text) => format!("\n{}", wrapped(text)),
            Piece::Offer(why, line) => {
                let first = if self.offered { "" } else { "\nThe mesh stays up. In another terminal:\n" };
                self.offered = true;
                format!("{first}\n  # {why}\n  {line}\n")
            }
            Piece::Progress(text) => {
                self.ctx.out.note(&text);
                return None;
            }
            Piece::Warning(text) => {
                self.ctx.out.warning(&text);
                return None;
            }
        })
    }
}

impl Stage for Terminal<'_> {
    fn show(&mut self, piece: Piece) -> Result<(), DemoError> {
        let shown = match self.text(piece) {
            Some(text) => self.ctx.out.data(&text),
            None => Ok(()),
        };
        self.noted(shown)
    }

    async fn command(&mut self, words: &[String]) -> Result<(), DemoError> {
        // a command inside of a command: its future has no size of its own
        let ran: std::pin::Pin<Box<dyn Future<Output = Outcome> + '_>> = Box::pin(within_tour(words));
        let outcome = match ran.await {
            Ok(Exit::Yes) => Ok(()),
            Ok(exit) => {
                let line = words.join(" ");
                Err(CliError::failed(format!("the tour's command meshctl {line} ended with {}", exit.code())))
            }
            Err(e) => Err(e),
        };
        self.noted(outcome)
    }
}

/// A text in lines of [`WIDTH`] characters at most, where its words allow.
fn wrapped(text: &str) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for word in text.split_whitespace() {
        let needs = word.chars().count();
        if length > 0 && length + 1 + needs > WIDTH {
            out.push('\n');
            length = 0;
        } else if length > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += needs;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explanations_are_wrapped_at_words() {
        let text = wrapped(&"word ".repeat(40));
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [99, 99]);
        assert_eq!(wrapped("a b"), "a b\n");
    }
}
