//! `meshctl cluster list`: a row for each cluster: whether it answers, until when its credential lasts, what is installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::join_all;
use serde::Serialize;

use crate::adapters::k8s::{identity, version, within};
use crate::adapters::registry::{Entry, Problem, ReadOptions, Registry, Source, Trust, load_folder};
use crate::cli::{CliError, Context, Exit, Outcome, duration};
use crate::data::kinds::ClusterOverride;
use crate::data::model::{ClusterId, ClusterRole, Report, Table, Timestamp};
use crate::pure::ca::utc;
use crate::workflows::install::{Installed, installed_in_folder, installed_live};

/// List the clusters: role, source, server, version, and whether each answers
///
/// All clusters are asked side by side, each with its own deadline: a dead one costs its own row and exit code 1.
/// What is wrong with the registry itself is said on stderr, all of it, with exit code 2. A cluster that the mesh knows and
/// the registry does not has a row, too.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl cluster list --registry ./kubeconf\n  meshctl cluster list --offline -o name\n  meshctl cluster list -o json --timeout 2s"
)]
pub(super) struct Args {
    /// Ask no cluster: show what the directory says
    #[arg(long, conflicts_with = "timeout")]
    offline: bool,
    /// How long each cluster may take to answer, e.g. 5s or 500ms
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    timeout: Duration,
}

/// A row, as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: String,
    /// `None` where nobody can tell which cluster is the primary
    role: Option<ClusterRole>,
    /// What the entry is; `None` where the registry has none
    source: Option<&'static str>,
    file: Option<String>,
    server: Option<String>,
    network: String,
    pilot: PilotOf,
    version: Option<String>,
    credential: Option<&'static str>,
    #[serde(serialize_with = "as_utc")]
    credential_expires: Option<Timestamp>,
    /// The version of meshctl that installed there last
    installed_version: Option<String>,
    /// UID of `kube-system`
    uid: Option<String>,
    state: State,
    reason: Option<String>,
}

/// What `mesh.yaml` says of pilot in the cluster and this cluster.
#[derive(Default, Serialize)]
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
    NotInRegistry,
}

fn as_utc<S: serde::Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    at.map(utc).serialize(to)
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

pub(super) async fn run(ctx: &Context, args: &Args) -> Outcome {
    let dir = ctx.registry_dir()?;
    let mut registry = Registry::read(&dir, &ReadOptions { primary: None, trust: Trust::Terminal })?;
    let known = registry.primary.is_some();
    let asked = join_all(registry.entries.iter().map(|entry| row(entry, known, args))).await;
    let (mut items, installed): (Vec<Row>, Vec<Installed>) = asked.into_iter().unzip();
    for note in &registry.notes {
        ctx.out.note(note);
    }
    ctx.note_empty(&registry);
    same_cluster(&mut registry, &items);
    for (id, role) in strangers(&registry, &installed) {
        ctx.out.note(&format!(
            "{id} is in the mesh and not in the registry; to take it out: meshctl cluster remove {id} --dead"
        ));
        items.push(stranger(&id, role));
    }
    let all_well = items.iter().all(|row| row.state != State::Failed);
    ctx.out.report(&report(&registry, items, ctx.now())?, ctx.format())?;
    if !registry.problems.is_empty() {
        return Err(CliError::registry_problems(&registry));
    }
    Ok(if all_well { Exit::Yes } else { Exit::No })
}

/// A cluster's row, and what is installed there; a live one is asked unless offline. `known`: somebody is the primary.
async fn row(entry: &Entry, known: bool, args: &Args) -> (Row, Installed) {
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
    let credential = entry.source.credential();
    let row = Row {
        name: entry.id.to_string(),
        role: known.then_some(entry.role),
        source: Some(source),
        file: Some(entry.file.display().to_string()),
        server,
        network: entry.overrides.network.clone(),
        pilot: PilotOf::of(entry),
        version: answer.version,
        credential: credential.map(|c| c.kind),
        credential_expires: credential.and_then(|c| c.expires),
        installed_version: answer.installed.version().map(str::to_owned),
        uid: answer.uid,
        state,
        reason,
    };
    (row, answer.installed)
}

/// The clusters that the mesh knows and the registry does not: those whose credentials the primary holds, and those that
/// inventories call the primary. An entry whose file is broken is in the registry.
fn strangers(registry: &Registry, installed: &[Installed]) -> BTreeMap<ClusterId, ClusterRole> {
    let remotes = installed.iter().flat_map(|i| &i.remotes).map(|id| (id.clone(), ClusterRole::Remote));
    let primaries =
        installed.iter().filter_map(|i| i.inventory.as_ref()).filter_map(|i| ClusterId::parse(&i.primary).ok());
    let broken = |id: &ClusterId| {
        let stem = |file: &Path| file.to_string_lossy().split('.').next().map(str::to_owned);
        registry.problems.iter().any(|p| stem(&p.file).as_deref() == Some(id.as_str()))
    };
    remotes
        .chain(primaries.map(|id| (id, ClusterRole::Primary)))
        .filter(|(id, _)| registry.entry(id).is_none() && !broken(id))
        .collect()
}

fn stranger(id: &ClusterId, role: ClusterRole) -> Row {
    Row {
        name: id.to_string(),
        role: Some(role),
        source: None,
        file: None,
        server: None,
        network: String::new(),
        pilot: PilotOf::default(),
        version: None,
        credential: None,
        credential_expires: None,
        installed_version: None,
        uid: None,
        state: State::NotInRegistry,
        reason: None,
    }
}

/// Two entries that turn out to be one cluster are a problem of the registry, as the same URL would be.
fn same_cluster(registry: &mut Registry, items: &[Row]) {
    for (at, row) in items.iter().enumerate().filter(|(_, row)| row.uid.is_some()) {
        if let Some(first) = items.iter().take(at).find(|other| other.uid == row.uid) {
            let (file, first) = (row.file.clone().unwrap_or_default(), first.file.clone().unwrap_or_default());
            let reason = format!("it is the same cluster as {first}: kube-system has the same UID in both");
            registry.problems.push(Problem { file: file.into(), reason, install_only: false });
        }
    }
}

/// What a cluster says of itself.
#[derive(Default)]
struct Answer {
    version: Option<String>,
    uid: Option<String>,
    installed: Installed,
}

/// Asks a cluster; `None` where it is not to be asked.
async fn ask(entry: &Entry, args: &Args) -> Option<Result<Answer, String>> {
    if let Source::Folder(path) = &entry.source {
        return Some(folder(path.clone()).await);
    }
    if args.offline {
        return None;
    }
    let connector = entry.source.connector()?;
    let answer = within(args.timeout, async {
        let (_, client) = connector.client().await?;
        let (version, uid, installed) = futures::try_join!(
            version(&client, args.timeout),
            identity(&client, args.timeout),
            installed_live(&client, args.timeout),
        )?;
        Ok(Answer { version: Some(version), uid, installed })
    });
    Some(answer.await.map_err(|e| e.to_string()))
}

/// A folder answers where everything in it can be read.
async fn folder(path: PathBuf) -> Result<Answer, String> {
    let read = tokio::task::spawn_blocking(move || (load_folder(&path), installed_in_folder(&path))).await;
    let (folder, installed) = match read {
        // an inventory that cannot be read stops an installation, not this look
        Ok((Ok(folder), installed)) => (folder, installed.unwrap_or_default()),
        Ok((Err(e), _)) => return Err(format!("its folder cannot be read: {}", e.reason())),
        Err(_) => return Err("reading its folder broke off".into()),
    };
    let said: Vec<String> = folder.bad.iter().map(|b| format!("{}: {}", b.file.display(), b.reason)).collect();
    match said.is_empty() {
        true => Ok(Answer { installed, ..Answer::default() }),
        false => Err(said.join("; ")),
    }
}

/// A table of the rows, and all of it for programs.
fn report(registry: &Registry, items: Vec<Row>, now: Timestamp) -> Result<Report, CliError> {
    let columns = ["NAME", "ROLE", "SOURCE", "SERVER", "VERSION", "CREDENTIAL EXPIRES", "INSTALLED VERSION", "STATE"];
    let more = ["FILE", "NETWORK", "CREDENTIAL", "PILOT-SERVER", "PILOT-TLS-NAME", "PILOT-CA", "PILOT-ADDRESS"];
    let mut table = Table::new(&columns, &more);
    for row in &items {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let state = match (row.state, &row.reason) {
            (State::Ok, _) => "ok".to_owned(),
            (State::NotAsked, _) => "not asked".to_owned(),
            (State::NotInRegistry, _) => "not in the registry".to_owned(),
            (State::Failed, reason) => or_dash(reason),
        };
        let network = if row.network.is_empty() { "-".to_owned() } else { row.network.clone() };
        table.row([
            row.name.clone(),
            row.role.map_or_else(|| "-".to_owned(), |role| role.to_string()),
            row.source.unwrap_or("-").to_owned(),
            or_dash(&row.server),
            or_dash(&row.version),
            or_dash(&row.credential_expires.map(|at| ends(at, now))),
            or_dash(&row.installed_version),
            state,
            or_dash(&row.file),
            network,
            row.credential.unwrap_or("-").to_owned(),
            or_dash(&row.pilot.server),
            or_dash(&row.pilot.tls_server_name),
            or_dash(&row.pilot.ca_file),
            or_dash(&row.pilot.address),
        ]);
    }
    let named = items.iter().filter(|row| row.state != State::NotInRegistry);
    let names = named.map(|row| row.name.clone()).collect();
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

/// When a credential ends, and that it has where it has.
pub(super) fn ends(at: Timestamp, now: Timestamp) -> String {
    if at <= now { format!("expired {}", utc(at)) } else { utc(at) }
}
