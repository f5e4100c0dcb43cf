//! `meshctl proxy-config`

mod filters;
mod log;
mod show;
mod source;
mod tell;
mod words;

use std::path::PathBuf;

use crate::cli::{CliError, Context, Outcome};
use crate::pure::inspect::{Filter, Section};
pub(in crate::cli::commands) use source::{pilots, silent};

use filters::{Asked, DIRECTIONS, STATUSES, TYPES};
use words::Words;

/// Show what a proxy knows: its clusters, endpoints, listeners, routes, bootstrap
///
/// The proxy is found by pod, app label, workload or service name in any cluster of the mesh, or read from a file or an
/// Envoy's admin address. Without --from, -f or --admin the source is pilot where PILOT_URL is set, else the Envoy itself in
/// a live cluster, and the registry for a file cluster.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl proxy-config clusters productpage
  meshctl proxy-config endpoints productpage --cluster 'outbound|9080||reviews.default.svc.cluster.local'
  meshctl proxy-config routes deploy/productpage-v1.default --name 9080
  meshctl proxy-config listeners -f dump.json -o wide
  meshctl proxy-config clusters --admin 127.0.0.1:15000 --fqdn 'reviews.*'
  PILOT_URL=127.0.0.1:8080 meshctl proxy-config c s productpage")]
pub(crate) struct Args {
    #[command(subcommand)]
    view: View,
}

#[derive(Debug, clap::Subcommand)]
enum View {
    /// Clusters (CDS)
    #[command(visible_aliases = ["cluster", "c", "cds"], after_help = "Examples:
  meshctl proxy-config clusters productpage --direction outbound
  meshctl proxy-config clusters productpage --fqdn 'reviews.*' -o json")]
    Clusters(Clusters),
    /// Endpoints (EDS) and their health
    #[command(visible_aliases = ["endpoint", "ep", "eds"], after_help = "Examples:
  meshctl proxy-config endpoints productpage --status healthy -o wide
  meshctl proxy-config endpoints productpage --cluster 'out.reviews.default.svc.cluster.local|http'")]
    Endpoints(Endpoints),
    /// Listeners (LDS) and where their filter chains lead
    #[command(visible_aliases = ["listener", "l", "lds"], after_help = "Examples:
  meshctl proxy-config listeners productpage --port 9080
  meshctl proxy-config listeners --admin 127.0.0.1:15000 --type TCP")]
    Listeners(Listeners),
    /// Routes (RDS)
    #[command(visible_aliases = ["route", "r", "rds"], after_help = "Examples:
  meshctl proxy-config routes productpage --name 9080
  meshctl proxy-config r s 9080 productpage -o v1")]
    Routes(Routes),
    /// The bootstrap (JSON, unless -o says otherwise)
    #[command(
        visible_alias = "b",
        after_help = "Examples:
  meshctl proxy-config bootstrap --admin 127.0.0.1:15000
  meshctl proxy-config bootstrap -f dump.json -o yaml"
    )]
    Bootstrap(Bootstrap),
    /// Everything
    #[command(
        visible_alias = "a",
        after_help = "Examples:
  meshctl proxy-config all productpage
  meshctl proxy-config all productpage -o json"
    )]
    All(All),
    /// The loggers of the Envoy and their levels; --level sets them
    #[command(
        visible_alias = "o",
        after_help = "Examples:
  meshctl proxy-config log productpage
  meshctl proxy-config log productpage --level http:debug,upstream:trace
  meshctl proxy-config log --admin 127.0.0.1:15000 --level warning"
    )]
    Log(log::Args),
    /// The talk's `s KEY`: the endpoints of a service key such as reviews.default.svc.cluster.local|http
    #[command(name = "s", aliases = ["sds", "secret", "secrets"], after_help = "Examples:
  meshctl proxy-config s 'reviews.default.svc.cluster.local|http' -o v1")]
    Lone(Lone),
}

/// Which proxy, and who is asked.
#[derive(Debug, clap::Args)]
struct Common {
    /// The proxy: POD, POD.NS, KIND/NAME[.NS], CLUSTER/NS/POD, an app label or a service; s|i before it as in the talk
    #[arg(value_name = "TARGET")]
    words: Vec<String>,
    /// Look for the proxy in this namespace only
    #[arg(short = 'n', long, value_name = "NS")]
    namespace: Option<String>,
    /// All matching proxies, not the first
    #[arg(long)]
    all: bool,
    /// Whom to ask
    #[arg(long, value_enum, value_name = "SOURCE")]
    from: Option<From>,
    /// Read a dump from a file; - is standard input
    #[arg(short = 'f', long, value_name = "FILE", conflicts_with = "admin")]
    file: Option<PathBuf>,
    /// Ask an Envoy at its admin address
    #[arg(long, value_name = "URL")]
    admin: Option<String>,
    /// The pilot's HTTP address, with or without http://
    #[arg(long = "pilot", env = "PILOT_URL", value_name = "URL")]
    pilot: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum From {
    /// The Envoy itself, by port-forward or at --admin
    Envoy,
    /// Pilot, at PILOT_URL or by port-forward
    Pilot,
    /// A file (-f)
    File,
    /// Computed here
    Registry,
}

#[derive(Debug, clap::Args)]
struct InCluster {
    /// Look for the proxy in this cluster of the mesh only
    #[arg(long = "cluster", alias = "in-cluster", value_name = "CLUSTER")]
    in_cluster: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Clusters {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: InCluster,
    /// Only this host; * stands for any text
    #[arg(long, value_name = "HOST")]
    fqdn: Option<String>,
    /// Only this port
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Only outbound, inbound or inbound-vip
    #[arg(long, value_name = "DIRECTION")]
    direction: Option<String>,
    /// Only this subset
    #[arg(long, value_name = "SUBSET")]
    subset: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Endpoints {
    #[command(flatten)]
    common: Common,
    /// Look for the proxy in this cluster of the mesh only (--cluster of the other views)
    #[arg(long = "in-cluster", value_name = "CLUSTER")]
    in_cluster: Option<String>,
    /// Only this address; * stands for any text
    #[arg(long, value_name = "IP")]
    address: Option<String>,
    /// Only this port
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Only this xDS cluster: outbound|9080||HOST, HOST, or the talk's out.HOST|http; not one of the mesh
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Only this health: healthy, unhealthy, draining, degraded, timeout
    #[arg(long, value_name = "HEALTH")]
    status: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Listeners {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: InCluster,
    /// Only this address; * stands for any text
    #[arg(long, value_name = "IP")]
    address: Option<String>,
    /// Only this port
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Only HTTP, TCP, HTTP+TCP or UNKNOWN
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Routes {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: InCluster,
    /// Only the route of this name; * stands for any text
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Bootstrap {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: InCluster,
}

#[derive(Debug, clap::Args)]
struct All {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: InCluster,
}

#[derive(Debug, clap::Args)]
struct Lone {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: InCluster,
}

/// What is asked, of which proxy.
struct Plan {
    sections: Vec<Section>,
    filter: Filter,
    asked: Asked,
    words: Words,
    common: Common,
    in_cluster: Option<String>,
}

impl View {
    /// Words → plan.
    fn plan(self) -> Result<Plan, CliError> {
        let mut asked = Asked::default();
        let (sections, mut filter, common, in_cluster) = match self {
            View::Clusters(Clusters { common, place, fqdn, port, direction, subset }) => {
                // a name with bars is a whole cluster's, or one of the talk's
                let (whole, fqdn) =
                    fqdn.map_or((None, None), |f| if f.contains('|') { (Some(f), None) } else { (None, Some(f)) });
                let filter = Filter {
                    cluster: asked.cluster("--fqdn", whole),
                    fqdn: asked.text("--fqdn", fqdn),
                    port: asked.port(port)?,
                    direction: asked.word("--direction", direction, &DIRECTIONS)?,
                    subset: asked.text("--subset", subset),
                    ..Filter::default()
                };
                (vec![Section::Clusters], filter, common, place.in_cluster)
            }
            View::Endpoints(Endpoints { common, in_cluster, address, port, cluster, status }) => {
                let filter = Filter {
                    address: asked.text("--address", address),
                    port: asked.port(port)?,
                    cluster: asked.cluster("--cluster", cluster),
                    status: asked.word("--status", status, &STATUSES)?,
                    ..Filter::default()
                };
                (vec![Section::Endpoints], filter, common, in_cluster)
            }
            View::Listeners(Listeners { common, place, address, port, kind }) => {
                let filter = Filter {
                    address: asked.text("--address", address),
                    port: asked.port(port)?,
                    kind: asked.word("--type", kind, &TYPES)?,
                    ..Filter::default()
                };
                (vec![Section::Listeners], filter, common, place.in_cluster)
            }
            View::Routes(Routes { common, place, name }) => {
                let filter = Filter { name: asked.text("--name", name), ..Filter::default() };
                (vec![Section::Routes], filter, common, place.in_cluster)
            }
            View::Bootstrap(Bootstrap { common, place }) => {
                (vec![Section::Bootstrap], Filter::default(), common, place.in_cluster)
            }
            View::All(All { common, place }) => (Section::ALL.to_vec(), Filter::default(), common, place.in_cluster),
            // it asks for no part of a dump
            View::Log(_) => return Err(CliError::usage("loggers are no part of a dump")),
            View::Lone(Lone { common, place }) => (Vec::new(), Filter::default(), common, place.in_cluster),
        };
        let words = Words::read(&sections, &common.words)?;
        if let Some(key) = &words.cluster {
            filter.cluster = asked.cluster("", Some(key.clone()));
        }
        if let Some(route) = &words.route {
            filter.name = asked.text("", Some(route.clone()));
        }
        Ok(Plan { sections, filter, asked, words, common, in_cluster })
    }
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let view = match args.view {
        View::Log(args) => return log::run(ctx, args).await,
        view => view,
    };
    let plan = view.plan()?;
    if plan.sections.is_empty() {
        return source::registration(ctx, &plan).await;
    }
    source::run(ctx, plan).await
}
