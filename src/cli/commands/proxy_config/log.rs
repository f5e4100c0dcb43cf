//! `meshctl proxy-config log`: an Envoy's loggers, and their levels.

use serde::Serialize;

use super::source::found;
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::data::model::{Report, Table};
use crate::workflows::proxies::{Envoy, Reach, SourceError, TargetQuery, alike};

/// The levels of Envoy's loggers, the most talkative first.
const LEVELS: [&str; 7] = ["trace", "debug", "info", "warning", "error", "critical", "off"];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The proxy: POD, POD.NS, KIND/NAME[.NS], CLUSTER/NS/POD, an app label or a service
    #[arg(value_name = "TARGET")]
    words: Vec<String>,
    /// Look for the proxy in this namespace only
    #[arg(short = 'n', long, value_name = "NS")]
    namespace: Option<String>,
    /// Look for the proxy in this cluster of the mesh only
    #[arg(long = "cluster", value_name = "CLUSTER")]
    in_cluster: Option<String>,
    /// All matching proxies, not the first
    #[arg(long)]
    all: bool,
    /// Ask an Envoy at its admin address
    #[arg(long, value_name = "URL", conflicts_with = "words")]
    admin: Option<String>,
    /// Set levels: LEVEL for every logger, LOGGER:LEVEL for one; several with commas
    #[arg(long, value_name = "[LOGGER:]LEVEL", value_delimiter = ',')]
    level: Vec<String>,
}

/// One level to set.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    logger: Option<String>,
    level: &'static str,
}

impl Setting {
    fn parse(text: &str) -> Result<Self, CliError> {
        let (logger, word) = match text.rsplit_once(':') {
            Some((logger, level)) => (Some(logger.to_owned()), level),
            None => (None, text),
        };
        let word = if word.eq_ignore_ascii_case("warn") { "warning" } else { word };
        let level = LEVELS.into_iter().find(|level| level.eq_ignore_ascii_case(word));
        match level {
            Some(level) if logger.as_ref().is_none_or(|l| !l.is_empty()) => Ok(Self { logger, level }),
            _ => Err(CliError::usage(format!("--level \"{text}\" names no level"))
                .hint(format!("LEVEL or LOGGER:LEVEL, where LEVEL is one of {}", LEVELS.join(", ")))),
        }
    }
}

#[derive(Serialize)]
struct Data<'a> {
    items: &'a [Loggers],
}

#[derive(Serialize)]
struct Loggers {
    proxy: String,
    loggers: Vec<Logger>,
}

#[derive(Serialize)]
struct Logger {
    name: String,
    level: String,
}

pub(super) async fn run(ctx: &Context, args: Args) -> Outcome {
    if ctx.format() == Format::V1 {
        return Err(CliError::usage("the talk's pilot has no such view, so there is no -o v1 of it")
            .hint("-o table, json, yaml or name"));
    }
    let settings = args.level.iter().map(|text| Setting::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mut proxies = Vec::new();
    let envoys = envoys(ctx, args).await?;
    // before anything is set anywhere
    for logger in settings.iter().filter_map(|s| s.logger.as_deref()) {
        for (_, envoy) in &envoys {
            known(logger, envoy).await?;
        }
    }
    for (name, envoy) in envoys {
        ctx.out.note(&format!("{name}from {}", envoy.origin()));
        let mut loggers = None;
        for setting in &settings {
            loggers = Some(envoy.set_level(setting.logger.as_deref(), setting.level).await?);
        }
        let loggers = match loggers {
            Some(loggers) => loggers,
            None => envoy.loggers().await?,
        };
        let loggers = loggers.into_iter().map(|(name, level)| Logger { name, level }).collect();
        proxies.push(Loggers { proxy: envoy.origin().to_string(), loggers });
    }
    let several = proxies.len() > 1;
    let mut table =
        if several { Table::new(&["PROXY", "LOGGER", "LEVEL"], &[]) } else { Table::new(&["LOGGER", "LEVEL"], &[]) };
    let mut names = Vec::new();
    for proxy in &proxies {
        for logger in &proxy.loggers {
            let first = several.then(|| proxy.proxy.clone());
            table.row(first.into_iter().chain([logger.name.clone(), logger.level.clone()]));
            names.push(logger.name.clone());
        }
    }
    let mut report = Report::of_kind("LoggerList", &Data { items: &proxies }, table)
        .map_err(|e| CliError::failed(format!("writing the loggers failed: {e}")))?;
    report.names = names;
    ctx.out.report(&report, ctx.format())?;
    Ok(Exit::Yes)
}

/// Whether an Envoy has a logger. Envoy's own word for one it has not says neither which, nor what there is.
async fn known(logger: &str, envoy: &Envoy) -> Result<(), CliError> {
    let loggers = envoy.loggers().await?;
    if loggers.iter().any(|(name, _)| name == logger) {
        return Ok(());
    }
    let near = loggers.iter().filter(|(name, _)| alike(logger, name)).take(5);
    let hints: Vec<String> = near.map(|(name, _)| format!("perhaps {name}")).collect();
    let error = CliError::usage(format!("{} has no logger \"{logger}\", so no level was set", envoy.origin()));
    let error = hints.into_iter().fold(error, CliError::hint);
    Err(error.hint("without --level the same command lists its loggers; a level alone is for all: --level debug"))
}

/// The Envoys that are meant, each with its name for the note.
async fn envoys(ctx: &Context, args: Args) -> Result<Vec<(String, Envoy)>, CliError> {
    let Args { words, namespace, in_cluster, all, admin, level: _ } = args;
    if let Some(url) = admin {
        return Ok(vec![(String::new(), Envoy::at(&url)?)]);
    }
    let text = match &words[..] {
        [target] => target.clone(),
        [] => {
            return Err(CliError::usage("no proxy was named")
                .hint("name a pod, an app label, a workload or a service, or --admin URL"));
        }
        [target, extra, ..] => {
            return Err(CliError::usage(format!("\"{extra}\" is one word too many"))
                .hint(format!("levels are set by an option: meshctl proxy-config log {target} --level debug")));
        }
    };
    let registry = ctx.whole_registry()?;
    let reach = Reach::new(&registry);
    let targets = found(ctx, &registry, &TargetQuery { text, namespace, cluster: in_cluster, all }).await?;
    let mut found = Vec::new();
    for target in &targets.chosen {
        let count = if targets.chosen.len() < targets.of { format!(" (1 of {})", targets.of) } else { String::new() };
        let envoy = Envoy::of_pod(&reach, target).await.map_err(|e| match e {
            SourceError::NoWay { .. } => CliError::usage(e.to_string())
                .hint("loggers are an Envoy's own: ask one that runs with --admin HOST:PORT"),
            e => e.into(),
        })?;
        found.push((format!("{target}{count}, "), envoy));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_envoys_words() {
        assert_eq!(Setting::parse("DEBUG").unwrap(), Setting { logger: None, level: "debug" });
        let one = Setting { logger: Some("http".into()), level: "warning" };
        assert_eq!(Setting::parse("http:warn").unwrap(), one);
        for bad in ["", "loud", "http:", ":debug"] {
            assert!(Setting::parse(bad).is_err(), "{bad}");
        }
    }
}
