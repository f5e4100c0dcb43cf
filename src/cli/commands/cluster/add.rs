//! `meshctl cluster add`

use std::path::PathBuf;

use serde::Serialize;

use crate::adapters::registry::{ReadOptions, Registry, Trust, add};
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::data::model::{ClusterId, Report, Table};
use crate::pure::ca::utc;

/// Add a cluster: one context of your kubeconfig, as a file of the registry
///
/// The new file ID.yaml holds that context alone, readable by you only, with certificate files inside; a credential plugin
/// stays one. Your own kubeconfig is only read. Nobody is asked.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl cluster add gke --context gke_my-project_us-west1_prod\n  meshctl cluster add on-prem --context admin@on-prem --kubeconfig ./admin.conf --registry ./kubeconf"
)]
pub(super) struct Args {
    /// The cluster's id in the mesh: lower-case letters, digits and '-'
    #[arg(value_name = "ID")]
    id: String,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    context: String,
    /// The kubeconfig; else the files of KUBECONFIG, else ~/.kube/config
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
}

/// What was added, as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterAdded {
    name: String,
    context: String,
    server: String,
    file: String,
    /// What proves its user.
    credential: String,
    credential_expires: Option<String>,
    /// The primary of the registry as it is now.
    primary: Option<String>,
    notes: Vec<String>,
}

pub(super) fn run(ctx: &Context, args: &Args) -> Outcome {
    let id = ClusterId::parse(&args.id)
        .map_err(|e| CliError::usage(format!("adding the cluster \"{}\" failed: its id {e}", args.id)))
        .map_err(|e| e.hint("choose an id such as gke or on-prem; the context keeps its own name"))?;
    let files = match &args.kubeconfig {
        Some(file) => vec![file.clone()],
        None => ctx.kubeconfigs()?,
    };
    let dir = ctx.globals.registry.clone().unwrap_or_else(|| PathBuf::from("kubeconf"));
    let added = add(&dir, &id, &args.context, &files)?;
    let registry = Registry::read(&dir, &ReadOptions { primary: None, trust: Trust::Terminal })?;
    let credential = registry.entry(&id).and_then(|e| e.source.credential());
    for note in &added.notes {
        ctx.out.note(&format!("{id}: {note}"));
    }
    let primary = registry.primary.as_ref().map(|p| p.id.to_string());
    if let Some(p) = registry.primary.as_ref().filter(|_| registry.entries.len() > 1) {
        ctx.out.note(&format!("the primary is {} ({})", p.id, p.why));
    }
    let data = ClusterAdded {
        name: id.to_string(),
        context: args.context.clone(),
        server: added.server,
        file: added.file.display().to_string(),
        credential: credential.map_or("none", |c| c.kind).to_owned(),
        credential_expires: credential.and_then(|c| c.expires).map(utc),
        primary,
        notes: added.notes,
    };
    ctx.out.report(&report(&data)?, ctx.format())?;
    Ok(Exit::Yes)
}

fn report(data: &ClusterAdded) -> Result<Report, CliError> {
    let mut table = Table::new(&["NAME", "SERVER", "CREDENTIAL", "CREDENTIAL EXPIRES", "FILE"], &["CONTEXT"]);
    let expires = data.credential_expires.clone().unwrap_or_else(|| "-".into());
    let cells = [&data.name, &data.server, &data.credential, &expires, &data.file, &data.context];
    table.row(cells.map(String::as_str));
    let report = Report::of_kind("ClusterAdded", data, table)
        .map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?;
    Ok(Report { names: vec![data.name.clone()], ..report })
}
