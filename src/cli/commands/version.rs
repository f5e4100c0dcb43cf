//! `meshctl version`

use std::path::PathBuf;
use std::time::Duration;

use futures::future::join_all;
use serde::Serialize;

use crate::adapters::k8s::{version, within};
use crate::adapters::registry::{Entry, Source};
use crate::cli::{CliError, Context, Exit, Outcome, duration};
use crate::data::model::{ClusterRole, Report, Table};
use crate::workflows::install::{Installed, installed_in_folder, installed_live};

/// Show the version of this program, and in every cluster that of Kubernetes, of what is installed, and its image
///
/// Clusters are asked side by side, each with its own deadline; one that cannot be asked costs its own row and exit code 2.
/// Where no registry is named and there is no folder ./kubeconf, only the client's version is shown.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl version\n  meshctl version --client\n  meshctl version --registry ./kubeconf -o json"
)]
pub(crate) struct Args {
    /// Ask no cluster
    #[arg(long, conflicts_with = "timeout")]
    client: bool,
    /// How long each cluster may take to answer, e.g. 5s or 500ms
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    timeout: Duration,
}

/// The report, as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionReport {
    client: Client,
    clusters: Vec<Row>,
}

#[derive(Serialize)]
struct Client {
    version: &'static str,
}

/// A cluster, as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    cluster: String,
    role: ClusterRole,
    /// Of the API server; `None` for a folder
    kubernetes: Option<String>,
    /// The version of meshctl that installed there last
    installed: Option<String>,
    /// The control plane's image, where it runs there
    image: Option<String>,
    /// Why the cluster could not be asked
    reason: Option<String>,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let named = ctx.globals.registry.is_some() || ctx.registry_dir().is_ok();
    let (mut clusters, mut problems) = (Vec::new(), None);
    if named && !args.client {
        let registry = ctx.registry(None)?;
        ctx.note_empty(&registry);
        ctx.warn_of_inside(&registry);
        clusters = join_all(registry.entries.iter().map(|entry| row(entry, args.timeout))).await;
        problems = (!registry.problems.is_empty()).then(|| CliError::registry_problems(&registry));
    }
    let all_answered = clusters.iter().all(|c| c.reason.is_none());
    let data = VersionReport { client: Client { version: env!("CARGO_PKG_VERSION") }, clusters };
    ctx.out.report(&report(&data)?, ctx.format())?;
    match problems {
        Some(error) => Err(error),
        None => Ok(if all_answered { Exit::Yes } else { Exit::Unasked }),
    }
}

async fn row(entry: &Entry, timeout: Duration) -> Row {
    let asked = match &entry.source {
        Source::Folder(folder) => folder_of(folder.clone()).await,
        Source::Live { .. } => live(entry, timeout).await,
    };
    let (kubernetes, installed, reason) = match asked {
        Ok((kubernetes, installed)) => (kubernetes, installed, None),
        Err(reason) => (None, Installed::default(), Some(reason)),
    };
    Row {
        cluster: entry.id.to_string(),
        role: entry.role,
        kubernetes,
        installed: installed.version().map(str::to_owned),
        image: installed.image,
        reason,
    }
}

async fn folder_of(folder: PathBuf) -> Result<(Option<String>, Installed), String> {
    let read = tokio::task::spawn_blocking(move || installed_in_folder(&folder)).await;
    read.unwrap_or_else(|_| Err("reading its folder broke off".into())).map(|installed| (None, installed))
}

async fn live(entry: &Entry, timeout: Duration) -> Result<(Option<String>, Installed), String> {
    let Some(connector) = entry.source.connector() else { return Ok((None, Installed::default())) };
    let asked = within(timeout, async {
        let (_, client) = connector.client().await?;
        futures::try_join!(version(&client, timeout), installed_live(&client, timeout))
    });
    asked.await.map(|(version, installed)| (Some(version), installed)).map_err(|e| e.to_string())
}

fn report(data: &VersionReport) -> Result<Report, CliError> {
    let mut table = Table::new(&["NAME", "ROLE", "KUBERNETES", "MESHCTL", "IMAGE", "STATE"], &[]);
    table.row(["(client)", "-", "-", data.client.version, "-", "ok"]);
    for row in &data.clusters {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let state = row.reason.clone().unwrap_or_else(|| "ok".into());
        let installed = or_dash(&row.installed);
        table.row([
            row.cluster.clone(),
            row.role.to_string(),
            or_dash(&row.kubernetes),
            installed,
            or_dash(&row.image),
            state,
        ]);
    }
    let report = Report::of_kind("VersionReport", data, table)
        .map_err(|e| CliError::failed(format!("writing the versions failed: {e}")))?;
    Ok(Report { names: vec![data.client.version.to_owned()], ..report })
}
