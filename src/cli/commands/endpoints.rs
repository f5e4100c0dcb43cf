//! `meshctl endpoints SERVICE`

use crate::cli::{Context, Exit, Format, Outcome};
use crate::workflows::proxies::{self, EndpointQuery};

/// Show the endpoints of a service, merged over all clusters, and where each of them runs
///
/// The service is a name, NAME.NS or a host, with :PORT for one port; or the talk's HOST|PORTNAME.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl endpoints reviews
  meshctl endpoints reviews.istio-system:9080 --cluster on-prem
  meshctl endpoints 'reviews.istio-system.svc.cluster.local|http' -o v1")]
pub(crate) struct Args {
    /// NAME, NAME.NS, HOST, each with :PORT; or HOST|PORTNAME
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The service's namespace
    #[arg(short = 'n', long, value_name = "NS")]
    namespace: Option<String>,
    /// Only the endpoints of this cluster
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let Args { service: text, namespace, cluster } = args;
    let query = EndpointQuery { text, namespace, cluster };
    let mesh = ctx.mesh().await?;
    if ctx.format() == Format::V1 {
        ctx.out.data(&proxies::endpoint_v1(&mesh, &query)?)?;
        return Ok(Exit::Yes);
    }
    let report = proxies::endpoint_rows(&mesh, &query)?;
    if report.names.is_empty() {
        ctx.out.note(&format!("{} has no endpoints", proxies::query_host(&query)));
    }
    ctx.out.report(&report, ctx.format())?;
    Ok(Exit::Yes)
}
