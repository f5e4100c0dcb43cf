//! `meshctl endpoints SERVICE`

use crate::cli::commands::proxy_config::{pilots, silent};
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::workflows::proxies::{
    self, EndpointComparison, EndpointError, EndpointQuery, Envoy, Pilots, Reach, SourceError, Target, TargetQuery,
};

/// Show the endpoints of a service, merged over all clusters, and where each of them runs
///
/// The service is a name, NAME.NS or a host, with :PORT for one port; or the talk's HOST|PORTNAME. With --compare: what the
/// registry's clusters give, what every pilot pushes, and what each proxy of --proxy holds; exit 1 where they differ. Exit 2 where a
/// cluster or a pilot could not be asked; -o json says which, and why.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl endpoints reviews
  meshctl endpoints reviews.istio-system:9080 --cluster on-prem
  meshctl endpoints reviews --compare --proxy productpage
  meshctl endpoints 'reviews.istio-system.svc.cluster.local|http' -o v1")]
pub(crate) struct Args {
    /// NAME, NAME.NS, HOST, each with :PORT; or HOST|PORTNAME
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The service's namespace
    #[arg(short = 'n', long, value_name = "NS")]
    namespace: Option<String>,
    /// Only the endpoints of this cluster of the mesh
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
    /// Compare with what pilot pushes: at PILOT_URL, else by port-forward
    #[arg(long, conflicts_with = "cluster")]
    compare: bool,
    /// Compare with what the proxy of this pod, workload or service holds; may be repeated
    #[arg(long, value_name = "TARGET", requires = "compare")]
    proxy: Vec<String>,
    /// The pilot's HTTP address, with or without http://
    #[arg(long = "pilot", env = "PILOT_URL", value_name = "URL")]
    pilot: Option<String>,
    /// The admin address of the Envoy of --proxy, where port-forward does not lead to it
    #[arg(long, value_name = "URL", requires = "proxy")]
    admin: Option<String>,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    if args.compare {
        return compare(ctx, args).await;
    }
    if ctx.is_given("pilot") {
        return Err(CliError::usage(
            "--pilot has no meaning without --compare: the clusters are asked, and no pilot is",
        )
        .hint("add --compare, or leave --pilot out"));
    }
    let query = EndpointQuery { text: args.service, namespace: args.namespace, cluster: args.cluster };
    let (mesh, unread) = ctx.mesh_as_read().await?;
    let unread = unread.within(query.cluster.as_deref());
    let exit = if unread.is_empty() { Exit::Yes } else { Exit::Unasked };
    if ctx.format() == Format::V1 {
        ctx.out.data(&proxies::endpoint_v1(&mesh, &query).map_err(|e| e.without(&unread))?)?;
        return Ok(exit);
    }
    let report = match proxies::endpoint_rows(&mesh, &query, &unread) {
        Ok(report) => report,
        Err(error) => {
            // programs read on stdout who was not asked
            if !unread.is_empty() && matches!(ctx.format(), Format::Json | Format::Yaml) {
                ctx.out.report(&proxies::no_endpoints(&unread)?, ctx.format())?;
            }
            return Err(error.into());
        }
    };
    if report.names.is_empty() {
        let whole = if unread.is_empty() { "" } else { " in what could be read" };
        ctx.out.note(&format!("{} has no endpoints{whole}", proxies::query_host(&query)));
    }
    ctx.out.report(&report, ctx.format())?;
    if !unread.is_empty() {
        ctx.out.hint(&format!("endpoints may be missing, since not all could be read: {}", unread.names()));
    }
    Ok(exit)
}

/// Expected, pushed, held.
async fn compare(ctx: &Context, args: Args) -> Outcome {
    if ctx.format() == Format::V1 {
        return Err(CliError::usage("the talk's pilot compares nothing").hint("-o json"));
    }
    if args.admin.is_some() && args.proxy.len() > 1 {
        return Err(CliError::usage("--admin is the address of one Envoy, and several proxies were named")
            .hint("one --proxy a call, or leave --admin out"));
    }
    let query = EndpointQuery { text: args.service.clone(), namespace: args.namespace.clone(), cluster: None };
    let mut looked = look(ctx, &args, &query).await?;
    // clusters, pilots and proxies are asked one after the other: what changes meanwhile is no difference
    if looked.comparison.is_whole() && !looked.comparison.agrees() {
        tokio::time::sleep(proxies::AGAIN).await;
        looked = look(ctx, &args, &query).await?;
    }
    let Looked { comparison, notes } = looked;
    for note in &notes {
        ctx.out.note(note);
    }
    if comparison.items.is_empty() {
        ctx.out.note(&format!("{} has no endpoints", proxies::query_host(&query)));
    }
    let report = comparison.report().map_err(|e| CliError::failed(format!("writing the comparison failed: {e}")))?;
    ctx.out.report(&report, ctx.format())?;
    // what a cluster has that was not asked looks pushed and not expected
    Ok(match (comparison.is_whole(), comparison.agrees()) {
        (false, _) => Exit::Unasked,
        (true, true) => Exit::Yes,
        (true, false) => Exit::No,
    })
}

/// A look at all who have a say.
struct Looked {
    comparison: EndpointComparison,
    notes: Vec<String>,
}

async fn look(ctx: &Context, args: &Args, query: &EndpointQuery) -> Result<Looked, CliError> {
    let (mesh, unread) = ctx.mesh_as_read().await?;
    let of_service = |e: EndpointError| CliError::from(e.without(&unread));
    let mut pilots = pilots(ctx, args.pilot.as_deref().filter(|url| !url.is_empty())).await?;
    let (mut comparison, mut notes) = (EndpointComparison::default(), Vec::new());
    if args.proxy.is_empty() {
        comparison = proxies::compare_mesh(&mesh, query, &pilots).await?.map_err(of_service)?;
        silent_of(ctx, &comparison);
        let answered = comparison.pilots.iter().filter(|p| p.reason.is_none());
        notes.push(format!("from {}", answered.map(|p| p.pilot.as_str()).collect::<Vec<_>>().join(", ")));
    }
    for word in &args.proxy {
        let targets = pilots.resolve(&TargetQuery { text: word.clone(), ..TargetQuery::default() }).await??;
        silent(ctx, &pilots);
        for target in &targets.chosen {
            notes.push(format!("{target}, from {}", pilots.of(target)?.origin()));
            if !pilots.is_connected(target) {
                return Err(not_connected(&pilots, target));
            }
            let envoy = match &args.admin {
                Some(url) => Envoy::at(url)?,
                None => Envoy::of_pod(&Reach::new(&ctx.registry(None)?), target)
                    .await
                    .map_err(|e| CliError::from(e).hint("or name its admin address: --admin 127.0.0.1:15000"))?,
            };
            let of_proxy = proxies::compare_proxy(&mesh, query, &pilots, target, &envoy).await?;
            let of_proxy = of_proxy.map_err(of_service)?;
            silent_of(ctx, &of_proxy);
            comparison.extend(of_proxy);
        }
    }
    // those that did not answer while a proxy was looked for
    comparison.pilots.extend(pilots.silent().iter().map(SourceError::unanswered));
    comparison.unread = unread;
    Ok(Looked { comparison, notes })
}

/// What a pilot would push to a proxy that it does not serve was never pushed.
fn not_connected(pilots: &Pilots, target: &Target) -> CliError {
    let whom = match pilots.silent().len() {
        0 => "none of the pilots that were asked".to_owned(),
        n => format!("none of the pilots that answered, and {n} did not"),
    };
    CliError::usage(format!("comparing the endpoints of the proxy of {target} failed: it is connected to {whom}"))
        .hint("meshctl proxy-status lists the proxies that are connected, and the pilots that do not answer")
        .hint("without --proxy, what the pilots have merged is compared")
}

/// Says which pilots did not answer, or not for everything.
fn silent_of(ctx: &Context, comparison: &EndpointComparison) {
    for reason in comparison.pilots.iter().filter_map(|p| p.reason.as_ref()) {
        ctx.out.warning(reason);
    }
}
