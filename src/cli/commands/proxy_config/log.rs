//! `meshctl proxy-config log`: an Envoy's loggers, and their levels.

use std::fmt;

use futures::future::join_all;
use serde::Serialize;

use super::source::found;
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::data::model::{Report, Table, plain};
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

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.logger {
            Some(logger) => write!(f, "{logger}:{}", self.level),
            None => f.write_str(self.level),
        }
    }
}

#[derive(Serialize)]
struct Data<'a> {
    items: &'a [Loggers],
}

#[derive(Serialize)]
struct Loggers {
    /// `CLUSTER/NAMESPACE/POD`, or an admin address.
    proxy: String,
    loggers: Vec<Logger>,
    /// Why they are not known, or not set as was asked for.
    reason: Option<String>,
}

#[derive(Serialize)]
struct Logger {
    name: String,
    level: String,
}

/// An Envoy that is meant.
struct Meant {
    proxy: String,
    /// Which of how many, for the note.
    count: String,
    envoy: Result<Envoy, SourceError>,
}

/// An Envoy's loggers and their levels.
type Levels = Vec<(String, String)>;

/// Why an Envoy's levels are not known, or not set; and which were set before.
struct Failure {
    error: SourceError,
    before: Vec<String>,
}

pub(super) async fn run(ctx: &Context, args: Args) -> Outcome {
    if ctx.format() == Format::V1 {
        return Err(CliError::usage("the talk's pilot has no such view, so there is no -o v1 of it")
            .hint("-o table, json, yaml or name"));
    }
    let settings = args.level.iter().map(|text| Setting::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let meant = envoys(ctx, args).await?;
    for Meant { count, envoy, .. } in &meant {
        if let Ok(envoy) = envoy {
            ctx.out.note(&format!("{count}from {}", envoy.origin()));
        }
    }
    // before anything is set anywhere
    let before: Vec<Result<Levels, Failure>> = join_all(meant.iter().map(|m| async {
        match &m.envoy {
            Ok(envoy) => envoy.loggers().await.map_err(|error| Failure { error, before: Vec::new() }),
            Err(_) => Ok(Vec::new()),
        }
    }))
    .await;
    for (Meant { envoy, .. }, loggers) in meant.iter().zip(&before) {
        if let (Ok(envoy), Ok(loggers)) = (envoy, loggers) {
            settings.iter().filter_map(|s| s.logger.as_deref()).try_for_each(|name| known(name, envoy, loggers))?;
        }
    }
    let done = meant.into_iter().zip(before).map(|(Meant { proxy, envoy, .. }, before)| async {
        let levels = match (envoy, before) {
            (Err(error), _) => Err(Failure { error, before: Vec::new() }),
            (Ok(envoy), Ok(levels)) => set(&envoy, &settings, levels).await,
            (Ok(_), Err(failure)) => Err(failure),
        };
        (proxy, levels)
    });
    shown(ctx, join_all(done).await, !settings.is_empty())
}

/// Sets levels one after the other; all as they then are.
async fn set(envoy: &Envoy, settings: &[Setting], mut levels: Levels) -> Result<Levels, Failure> {
    let mut before = Vec::new();
    for setting in settings {
        match envoy.set_level(setting.logger.as_deref(), setting.level).await {
            Ok(all) => levels = all,
            Err(error) => return Err(Failure { error, before }),
        }
        before.push(setting.to_string());
    }
    Ok(levels)
}

/// Shows what there is, and what failed. Setting levels is an action, and showing them a question (DESIGN §7).
fn shown(ctx: &Context, all: Vec<(String, Result<Levels, Failure>)>, is_action: bool) -> Outcome {
    let (mut items, mut errors) = (Vec::new(), Vec::new());
    for (proxy, result) in all {
        let (levels, failure) = match result {
            Ok(levels) => (levels, None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        let reason = failure.as_ref().map(Failure::reason);
        errors.extend(failure.map(|f| f.told(is_action)));
        let loggers = levels.into_iter().map(|(name, level)| Logger { name, level }).collect();
        items.push(Loggers { proxy, loggers, reason });
    }
    let alone = items.len() == 1;
    // of one that failed there is nothing to read but the error; programs read on stdout what became of it
    if !alone || errors.is_empty() || matches!(ctx.format(), Format::Json | Format::Yaml) {
        ctx.out.report(&report(&items)?, ctx.format())?;
    }
    if alone && let Some(error) = errors.pop() {
        return Err(error);
    }
    for item in &items {
        if let Some(reason) = &item.reason {
            ctx.out.warning(&format!("{}: {reason}", item.proxy));
        }
    }
    Ok(match (errors.is_empty(), is_action) {
        (true, _) => Exit::Yes,
        (false, true) => Exit::No,
        (false, false) => Exit::Unasked,
    })
}

fn report(items: &[Loggers]) -> Result<Report, CliError> {
    let several = items.len() > 1;
    let failed = items.iter().any(|i| i.reason.is_some());
    let mut columns = if several { vec!["PROXY", "LOGGER", "LEVEL"] } else { vec!["LOGGER", "LEVEL"] };
    columns.extend(failed.then_some("REASON"));
    let mut table = Table::new(&columns, &[]);
    for Loggers { proxy, loggers, reason } in items {
        let first = || several.then_some(proxy.as_str()).into_iter();
        for logger in loggers {
            table.row(first().chain([logger.name.as_str(), logger.level.as_str()]).chain(failed.then_some("")));
        }
        if let Some(reason) = reason {
            table.row(first().chain(["-", "-", reason.as_str()]));
        }
    }
    let mut report = Report::of_kind("LoggerList", &Data { items }, table)
        .map_err(|e| CliError::failed(format!("writing the loggers failed: {e}")))?;
    report.names = items.iter().flat_map(|i| i.loggers.iter().map(|l| l.name.clone())).collect();
    Ok(report)
}

impl Failure {
    fn reason(&self) -> String {
        match &self.before[..] {
            [] => self.error.to_string(),
            [one] => format!("{}; {one} was set before", self.error),
            several => format!("{}; {} were set before", self.error, several.join(", ")),
        }
    }

    /// As the user reads it, where it is all there is to say.
    fn told(self, is_action: bool) -> CliError {
        let reason = self.reason();
        let error = match self.error {
            SourceError::NoWay { .. } => CliError::usage(reason.clone())
                .hint("loggers are an Envoy's own: ask one that runs with --admin HOST:PORT"),
            error => error.into(),
        };
        let error = error.saying(reason);
        if is_action { error.of_action() } else { error }
    }
}

/// Refuses a logger that an Envoy has not. Envoy's own word for that says neither which, nor what there is.
fn known(logger: &str, envoy: &Envoy, loggers: &[(String, String)]) -> Result<(), CliError> {
    if loggers.iter().any(|(name, _)| name == logger) {
        return Ok(());
    }
    let near = loggers.iter().filter(|(name, _)| alike(logger, name)).take(5);
    let hints: Vec<String> = near.map(|(name, _)| format!("perhaps {}", plain(name))).collect();
    let error = CliError::usage(format!("{} has no logger \"{logger}\", so no level was set", envoy.origin()));
    let error = hints.into_iter().fold(error, CliError::hint);
    Err(error.hint("without --level the same command lists its loggers; a level alone is for all: --level debug"))
}

/// The Envoys that are meant.
async fn envoys(ctx: &Context, args: Args) -> Result<Vec<Meant>, CliError> {
    let Args { words, namespace, in_cluster, all, admin, level: _ } = args;
    if let Some(url) = admin {
        let proxy = url.trim_start_matches("http://").to_owned();
        return Ok(vec![Meant { proxy, count: String::new(), envoy: Ok(Envoy::at(&url)?) }]);
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
    let count = if targets.chosen.len() < targets.of { format!(" (1 of {})", targets.of) } else { String::new() };
    let (reach, count) = (&reach, &count);
    Ok(join_all(targets.chosen.iter().map(|target| async move {
        let envoy = Envoy::of_pod(reach, target).await;
        Meant { proxy: target.to_string(), count: format!("{target}{count}, "), envoy }
    }))
    .await)
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
