//! `meshctl manifest`

use std::path::PathBuf;

use serde_json::json;

use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::data::kinds::MeshFile;
use crate::data::model::{Report, Table};
use crate::pure::manifest::{ClusterManifests, Layer};
use crate::workflows::install;

/// Show the control plane's manifests without touching a cluster
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Generate(GenerateArgs),
    Images(ImagesArgs),
}

/// Values and image, as every command that renders takes them.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ValueArgs {
    /// A file of values, over those of mesh.yaml; the later one wins
    #[arg(short = 'f', long = "values", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A value, over those of files: discovery.replicas=3, a.b={x,y}; the later one wins
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Registry and path of the control plane's image, without its name
    #[arg(long, value_name = "HUB")]
    hub: Option<String>,
    /// Tag of the control plane's image
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Digest of the control plane's image, sha256:…
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
}

impl ValueArgs {
    /// The layers in their order: files, `--set`, then the image's flags.
    pub(super) fn layers(&self) -> Result<Vec<Layer>, CliError> {
        let mut layers = self.files.iter().map(|f| install::values_file(f)).collect::<Result<Vec<_>, _>>()?;
        for text in &self.set {
            layers.push(Layer::of_set(text).map_err(install::InstallError::from)?);
        }
        // a digest wins over a tag: one that was pinned elsewhere must not outlive a flag
        let digest = self.digest.clone().or_else(|| self.tag.as_ref().or(self.hub.as_ref()).map(|_| String::new()));
        let image = json!({"image": {"hub": self.hub, "tag": self.tag, "digest": digest}});
        layers.push(Layer::of_file("--hub, --tag, --digest", image));
        Ok(layers)
    }
}

/// Whether there shall be stub Services, as every command that plans takes it.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct StubArgs {
    /// Make a Service without selector wherever a service of the mesh is missing, so that DNS answers; remembered by each cluster,
    /// and also stubServices of mesh.yaml
    #[arg(long)]
    stub_services: bool,
    /// Make none, and remove those of earlier runs
    #[arg(long, conflicts_with = "stub_services")]
    no_stub_services: bool,
}

impl StubArgs {
    /// What was said; `None`: nothing.
    pub(super) fn wanted(&self) -> Option<bool> {
        (self.stub_services || self.no_stub_services).then_some(self.stub_services)
    }
}

/// Render every cluster's objects
///
/// With --out, a folder per cluster and a file per object, the same bytes in every run; without, one stream of documents, each
/// cluster's led by a comment, or with -o name or table the objects by name. Secrets are never rendered: the ConfigMap meshctl-inventory names those that must stand beside
/// the objects.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl manifest generate --registry ./kubeconf --out manifests\n  meshctl manifest generate --clusters gke --tag 0.1.0 | kubectl --context gke apply -f -\n  meshctl manifest generate --set discovery.replicas=3 -f values.yaml"
)]
struct GenerateArgs {
    /// Write to this folder; it must be empty, or written by this command
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only these clusters
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    clusters: Vec<String>,
    /// The primary cluster
    #[arg(long, value_name = "ID")]
    primary: Option<String>,
    #[command(flatten)]
    values: ValueArgs,
}

/// List the images that the manifests name, one a line
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl manifest images --registry ./kubeconf\n  meshctl manifest images --hub registry.example.com/mesh --tag 0.1.0 | xargs -n1 docker pull"
)]
struct ImagesArgs {
    #[command(flatten)]
    values: ValueArgs,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    match args.command {
        Command::Generate(args) => generate(ctx, &args).await,
        Command::Images(args) => images(ctx, &args),
    }
}

async fn generate(ctx: &Context, args: &GenerateArgs) -> Outcome {
    let input = install::PlanInput::read(&ctx.registry_dir()?, args.primary.as_deref())?;
    for note in &input.notes {
        ctx.out.note(note);
    }
    // manifests do not depend on what the clusters hold
    ctx.warn_of_inside(&ctx.registry(None)?);
    let (layers, only) = (args.values.layers()?, args.clusters.clone());
    let options = install::Options {
        layers,
        only,
        only_secrets: false,
        writes: false,
        stub_services: None,
        waits: false,
        verify: install::Verify::No,
        now: ctx.now(),
    };
    let plan = install::Plan::of(&input, &options)?;
    let Some(out) = &args.out else {
        let manifests = plan.clusters.iter().map(|c| &c.manifests);
        match ctx.globals.output.unwrap_or(Format::Yaml) {
            format @ (Format::Name | Format::Table | Format::Wide) => ctx.out.report(&listed(manifests)?, format)?,
            Format::Json => {
                let objects =
                    manifests.map(|m| Ok((m.cluster.to_string(), m.all()?.into_iter().map(|o| o.value).collect())));
                let by_cluster: serde_json::Map<_, _> = objects.collect::<Result<_, install::InstallError>>()?;
                ctx.out.json(&by_cluster)?;
            }
            _ => ctx.out.data(&install::stream(manifests)?)?,
        }
        return Ok(Exit::Yes);
    };
    let report = install::generate(&plan, out).await?;
    for cluster in &report.clusters {
        if let Some(error) = &cluster.error {
            ctx.out.warning(&format!("cluster {}: {error}", cluster.cluster));
        }
    }
    let shown =
        report.report("ManifestReport").map_err(|e| CliError::failed(format!("writing the report failed: {e}")))?;
    ctx.out.report(&shown, ctx.format())?;
    Ok(if report.failed() { Exit::No } else { Exit::Yes })
}

/// The objects by name, a row each.
fn listed<'a>(clusters: impl Iterator<Item = &'a ClusterManifests>) -> Result<Report, CliError> {
    let mut table = Table::new(&["CLUSTER", "KIND", "NAMESPACE", "NAME"], &["FILE"]);
    let mut names = Vec::new();
    for cluster in clusters {
        for object in cluster.all().map_err(install::InstallError::from)? {
            let key = object.key;
            let namespace = if key.namespace.is_empty() { "-" } else { &key.namespace };
            table.row([cluster.cluster.as_str(), &key.kind, namespace, &key.name, &key.file_name()]);
            names.push(format!("{}/{key}", cluster.cluster));
        }
    }
    Ok(Report { data: serde_json::Value::Null, table, names })
}

fn images(ctx: &Context, args: &ImagesArgs) -> Outcome {
    // without a registry the flags and the build still name images
    let mesh = match ctx.registry_dir() {
        Ok(dir) => install::PlanInput::read(&dir, None)?.sound()?.mesh,
        Err(_) => MeshFile::default(),
    };
    let image = install::image(&mesh, &args.values.layers()?)?;
    match ctx.format() {
        Format::Table | Format::Wide | Format::Name => ctx.out.data(&format!("{image}\n"))?,
        format => {
            let report = Report::of_kind("ImageList", &vec![image], Table::default());
            let report = report.map_err(|e| CliError::failed(format!("writing the list of images failed: {e}")))?;
            ctx.out.report(&report, format)?;
        }
    }
    Ok(Exit::Yes)
}
