//! `meshctl cluster`: the clusters of the registry, and whether they answer.

use std::time::Duration;

use futures::future::join_all;
use serde::Serialize;

use crate::adapters::k8s::{identity, version, within};
use crate::adapters::registry::{Entry, Problem, ReadOptions, Registry, Source, Trust, load_folder};
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::data::kinds::ClusterOverride;
use crate::data::model::{ClusterRole, Report, Table, parse_duration};

/// Show the clusters of the registry
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    /// List the clusters: role, source, server, version, and whether each answers
    ///
    /// All clusters are asked side by side, each with its own deadline: a dead one costs its own row and exit code 1.
    /// What is wrong with the registry itself is said on stderr, all of it, with exit code 2.
    #[command(
        after_help = "Examples:\n  meshctl cluster list --registry ./kubeconf\n  meshctl cluster list --offline -o name\n  meshctl cluster list -o json --timeout 2s"
    )]
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Ask no cluster: show what the directory says
    #[arg(long)]
    offline: bool,
    /// How long each cluster may take to answer, e.g. 5s or 500ms
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    timeout: Duration,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    match args.command {
        Sub::List(args) => list(ctx, &args).await,
    }
}

/// A row, as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: String,
    /// `None` where nobody can tell which cluster is the primary
    role: Option<ClusterRole>,
    source: &'static str,
    file: String,
    server: Option<String>,
    network: String,
    pilot: PilotOf,
    version: Option<String>,
    /// UID of `kube-system`
    uid: Option<String>,
    state: State,
    reason: Option<String>,
}

/// What `mesh.yaml` says of pilot in the cluster and this cluster.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PilotOf {
    /// The API server's URL that pilot uses
    server: Option<String>,
    /// The name that it wants in the API server's certificate
    tls_server_name: Option<String>,
    /// The file with the CA that it trusts there, as `mesh.yaml` names it
    ca_file: Option<String>,
    /// The address that this cluster uses for pilot
    address: Option<String>,
}

impl PilotOf {
    fn of(entry: &Entry) -> Self {
        let ClusterOverride { network: _, server, tls_server_name, ca_file, pilot_address } = &entry.overrides;
        let said = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            server: said(server),
            tls_server_name: said(tls_server_name),
            ca_file: said(ca_file),
            address: said(pilot_address),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum State {
    Ok,
    Failed,
    NotAsked,
}

/// The report, as programs see it.
#[derive(Serialize)]
struct ClusterList {
    registry: String,
    primary: Option<PrimaryOf>,
    items: Vec<Row>,
    problems: Vec<ProblemOf>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct PrimaryOf {
    id: String,
    why: &'static str,
}

#[derive(Serialize)]
struct ProblemOf {
    file: String,
    reason: String,
}

async fn list(ctx: &Context, args: &ListArgs) -> Outcome {
    let dir = ctx.registry_dir()?;
    let mut registry = Registry::read(&dir, &ReadOptions { primary: None, trust: Trust::Terminal })?;
    let known = registry.primary.is_some();
    let items = join_all(registry.entries.iter().map(|entry| row(entry, known, args))).await;
    for note in &registry.notes {
        ctx.out.note(note);
    }
    if items.is_empty() && registry.problems.is_empty() {
        ctx.out.note(&format!("the registry {} holds no clusters", dir.display()));
    }
    same_cluster(&mut registry, &items);
    let all_well = items.iter().all(|row| row.state != State::Failed);
    ctx.out.report(&report(&registry, items)?, ctx.format())?;
    if !registry.problems.is_empty() {
        return Err(CliError::registry_problems(&registry));
    }
    Ok(if all_well { Exit::Yes } else { Exit::No })
}

/// A cluster's row; a live one is asked unless offline. `known`: somebody is the primary.
async fn row(entry: &Entry, known: bool, args: &ListArgs) -> Row {
    let (source, server) = match (&entry.source, &entry.named) {
        (Source::Folder(_), _) => ("folder", None),
        (Source::Live { server, .. }, Some(_)) => ("descriptor", Some(server.clone())),
        (Source::Live { server, .. }, None) => ("kubeconfig", Some(server.clone())),
    };
    let (answer, state, reason) = match ask(entry, args).await {
        None => (Answer::default(), State::NotAsked, None),
        Some(Ok(answer)) => (answer, State::Ok, None),
        Some(Err(reason)) => (Answer::default(), State::Failed, Some(reason)),
    };
    Row {
        name: entry.id.to_string(),
        role: known.then_some(entry.role),
        source,
        file: entry.file.display().to_string(),
        server,
        network: entry.overrides.network.clone(),
        pilot: PilotOf::of(entry),
        version: answer.version,
        uid: answer.uid,
        state,
        reason,
    }
}

/// Two entries that turn out to be one cluster are a problem of the registry, as the same URL would be.
fn same_cluster(registry: &mut Registry, items: &[Row]) {
    for (at, row) in items.iter().enumerate().filter(|(_, row)| row.uid.is_some()) {
        if let Some(first) = items.iter().take(at).find(|other| other.uid == row.uid) {
            let reason = format!("it is the same cluster as {}: kube-system has the same UID in both", first.file);
            registry.problems.push(Problem { file: row.file.clone().into(), reason });
        }
    }
}

/// What a cluster says of itself.
#[derive(Default)]
struct Answer {
    version: Option<String>,
    uid: Option<String>,
}

/// Asks a cluster; `None` where it is not to be asked.
async fn ask(entry: &Entry, args: &ListArgs) -> Option<Result<Answer, String>> {
    if let Source::Folder(path) = &entry.source {
        return Some(folder(path.clone()).await);
    }
    if args.offline {
        return None;
    }
    let connector = entry.source.connector()?;
    let answer = within(args.timeout, async {
        let (_, client) = connector.client().await?;
        let both = futures::future::try_join(version(&client, args.timeout), identity(&client, args.timeout));
        let (version, uid) = both.await?;
        Ok(Answer { version: Some(version), uid })
    });
    Some(answer.await.map_err(|e| e.to_string()))
}

/// A folder answers where everything in it can be read.
async fn folder(path: std::path::PathBuf) -> Result<Answer, String> {
    let read = tokio::task::spawn_blocking(move || load_folder(&path)).await;
    let folder = match read {
        Ok(Ok(folder)) => folder,
        Ok(Err(e)) => return Err(format!("its folder cannot be read: {}", e.reason())),
        Err(_) => return Err("reading its folder broke off".into()),
    };
    let said: Vec<String> = folder.bad.iter().map(|b| format!("{}: {}", b.file.display(), b.reason)).collect();
    match said.is_empty() {
        true => Ok(Answer::default()),
        false => Err(said.join("; ")),
    }
}

fn report(registry: &Registry, items: Vec<Row>) -> Result<Report, CliError> {
    let mut table = Table::new(
        &["NAME", "ROLE", "SOURCE", "SERVER", "VERSION", "STATE"],
        &["FILE", "NETWORK", "PILOT-SERVER", "PILOT-TLS-NAME", "PILOT-CA", "PILOT-ADDRESS"],
    );
    for row in &items {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let state = match (row.state, &row.reason) {
            (State::Ok, _) => "ok".to_owned(),
            (State::NotAsked, _) => "not asked".to_owned(),
            (State::Failed, reason) => or_dash(reason),
        };
        let network = if row.network.is_empty() { "-".to_owned() } else { row.network.clone() };
        table.row([
            row.name.clone(),
            row.role.map_or_else(|| "-".to_owned(), |role| role.to_string()),
            row.source.to_owned(),
            or_dash(&row.server),
            or_dash(&row.version),
            state,
            row.file.clone(),
            network,
            or_dash(&row.pilot.server),
            or_dash(&row.pilot.tls_server_name),
            or_dash(&row.pilot.ca_file),
            or_dash(&row.pilot.address),
        ]);
    }
    let names = items.iter().map(|row| row.name.clone()).collect();
    let data = ClusterList {
        registry: registry.dir.display().to_string(),
        // one whose own file is broken is nobody's primary yet
        primary: registry
            .primary
            .as_ref()
            .filter(|_| registry.primary_entry().is_some())
            .map(|p| PrimaryOf { id: p.id.to_string(), why: p.why }),
        items,
        problems: registry
            .problems
            .iter()
            .map(|p| ProblemOf { file: p.file.display().to_string(), reason: p.reason.clone() })
            .collect(),
        notes: registry.notes.clone(),
    };
    let report = Report::of_kind("ClusterList", &data, table)
        .map_err(|e| CliError::failed(format!("writing the list of clusters failed: {e}")))?;
    Ok(Report { names, ..report })
}

/// A time; a bare number means seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if digits.parse::<f64>().is_ok_and(|n| n == 0.0) {
        return Err("within no time nobody can answer; it must be more than zero, e.g. 500ms".to_owned());
    }
    let seconds = if text.ends_with(|c: char| c.is_ascii_digit()) { "s" } else { "" };
    parse_duration(&format!("{text}{seconds}")).ok_or_else(|| "it is no time such as 5s, 500ms or 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_seconds() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("5"), Ok(Duration::from_secs(5)));
        for bad in ["", "s", "0", "-1", "5h", "5ms2"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        for zero in ["0", "0s", "0.0ms"] {
            assert!(duration(zero).is_err_and(|e| e.contains("more than zero")), "{zero}");
        }
    }
}
