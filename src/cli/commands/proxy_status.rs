//! `meshctl proxy-status`

use crate::cli::commands::proxy_config::{pilots, silent};
use crate::cli::{CliError, Context, Exit, Format, Outcome};
use crate::workflows::proxies::{self, Envoy, Pilots, ProxyState, Reach, Target, TargetError, TargetQuery};

/// Show whether every proxy has what it was sent; with TARGET, what differs in one
///
/// Every pilot is asked: the one at PILOT_URL, or those of the primary by port-forward. Exit 1 where anything is not in sync,
/// 2 where a pilot could not be asked. HELD: pilot keeps something newer from the proxy until it has read what REASON names.
/// FROZEN: the proxy's cluster is not in pilot's registry, so that it is told nothing. Neither is in sync.
/// With TARGET, what pilot sent is compared with what the proxy's Envoy holds, endpoints included.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  meshctl proxy-status
  meshctl ps --cluster on-prem -o json
  meshctl ps productpage
  meshctl ps productpage --admin 127.0.0.1:15000")]
pub(crate) struct Args {
    /// The proxy to compare: POD, POD.NS, KIND/NAME[.NS], CLUSTER/NS/POD, an app label or a service
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    /// Only proxies of this namespace
    #[arg(short = 'n', long, value_name = "NS")]
    namespace: Option<String>,
    /// Only proxies of this cluster of the mesh
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
    /// The pilot's HTTP address, with or without http://
    #[arg(long = "pilot", env = "PILOT_URL", value_name = "URL")]
    pilot: Option<String>,
    /// The admin address of TARGET's Envoy, where port-forward does not lead to it
    #[arg(long, value_name = "URL", requires = "target")]
    admin: Option<String>,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let url = args.pilot.clone().filter(|url| !url.is_empty());
    let pilots = pilots(ctx, url.as_deref()).await?;
    match args.target.clone() {
        None => all(ctx, &args, &pilots).await,
        Some(text) => one(ctx, args, text, pilots).await,
    }
}

/// Every stream of every pilot.
async fn all(ctx: &Context, args: &Args, pilots: &Pilots) -> Outcome {
    let (mut states, asked) = proxies::proxy_states(pilots).await?;
    let missing: Vec<&String> = asked.iter().filter_map(|p| p.reason.as_ref()).collect();
    for reason in &missing {
        ctx.out.warning(reason);
    }
    // a pilot that is silent may know the cluster
    if let Some(cluster) = args.cluster.as_ref().filter(|_| missing.is_empty()) {
        known(cluster, pilots, &states).await?;
    }
    let in_namespace = |proxy: &str, n: &String| proxy.rsplit_once('.').is_some_and(|(_, ns)| ns == n);
    states.retain(|s| {
        args.cluster.as_ref().is_none_or(|c| s.cluster == *c)
            && args.namespace.as_ref().is_none_or(|n| in_namespace(&s.proxy, n))
    });
    if states.is_empty() {
        let narrow = args.cluster.is_some() || args.namespace.is_some();
        ctx.out.note(if narrow { "no connected proxy matches" } else { "no proxy is connected" });
    }
    let report = proxies::status_report(&states, &asked, wide(ctx))
        .map_err(|e| CliError::failed(format!("writing the states failed: {e}")))?;
    ctx.out.report(&report, ctx.format())?;
    // as diff and cluster list: whoever could not be asked counts before a no
    Ok(match () {
        () if !missing.is_empty() => Exit::Unasked,
        () if states.iter().any(|s| !s.in_sync) => Exit::No,
        () => Exit::Yes,
    })
}

fn wide(ctx: &Context) -> bool {
    ctx.format() == Format::Wide
}

/// Refuses a cluster that neither a pilot nor a proxy knows; where no pilot says which there are, nobody can tell.
async fn known(cluster: &str, pilots: &Pilots, states: &[ProxyState]) -> Result<(), CliError> {
    if states.iter().any(|s| s.cluster == cluster) {
        return Ok(());
    }
    let mut known = pilots.clusters().await;
    if known.is_empty() {
        return Ok(());
    }
    known.extend(states.iter().map(|s| s.cluster.clone()).filter(|c| !c.is_empty()));
    if known.contains(cluster) {
        return Ok(());
    }
    Err(TargetError::NoCluster { cluster: cluster.to_owned(), known: known.into_iter().collect() }.into())
}

/// What was sent against what is held.
async fn one(ctx: &Context, args: Args, text: String, mut pilots: Pilots) -> Outcome {
    let Args { namespace, cluster, admin, .. } = args;
    let query = TargetQuery { text, namespace, cluster, all: false };
    let targets = pilots.resolve(&query).await??;
    silent(ctx, &pilots);
    let Some(target) = targets.chosen.first() else { return Ok(Exit::Unasked) };
    let pilot = pilots.of(target)?;
    ctx.out.note(&format!("{target}{}, from {}", count(targets.of), pilot.origin()));
    if !pilots.is_connected(target) && !pilots.silent().is_empty() {
        return Err(CliError::usage(format!(
            "comparing the proxy of {target} failed: it is connected to none of the pilots that answered, and {} did not",
            pilots.silent().len()
        ))
        .hint("meshctl proxy-status lists the proxies that are connected, and the pilots that do not answer"));
    }
    if !pilots.is_connected(target) {
        return Err(CliError::failed(format!(
            "the proxy of {target} is connected to none of the pilots that were asked"
        ))
        .hint("meshctl proxy-status lists those that are"));
    }
    let envoy = match admin {
        Some(url) => Envoy::at(&url)?,
        None => by_forward(ctx, target).await?,
    };
    let comparison = proxies::compare(pilot, &envoy, target).await?;
    let report =
        comparison.report(wide(ctx)).map_err(|e| CliError::failed(format!("writing the comparison failed: {e}")))?;
    if let Some(kept) = &comparison.kept {
        ctx.out.warning(&format!("{} keeps what is newer from {target}: {kept}", pilot.origin()));
    }
    if let Some(withheld) = &comparison.withheld {
        ctx.out.warning(withheld);
    } else if comparison.is_in_sync() {
        let sent: Vec<_> = comparison.sent.iter().map(|(section, n)| format!("{n} {section}")).collect();
        ctx.out.note(&format!("in sync: {} were sent and are held as they were sent", sent.join(", ")));
    }
    ctx.out.report(&report, ctx.format())?;
    Ok(match () {
        () if comparison.withheld.is_some() => Exit::Unasked,
        () if comparison.is_in_sync() => Exit::Yes,
        () => Exit::No,
    })
}

async fn by_forward(ctx: &Context, target: &Target) -> Result<Envoy, CliError> {
    let registry = ctx.whole_registry()?;
    let envoy = Envoy::of_pod(&Reach::new(&registry), target).await;
    envoy.map_err(|e| CliError::from(e).hint("or name its admin address: --admin 127.0.0.1:15000"))
}

fn count(of: usize) -> String {
    if of > 1 { format!(" (1 of {of})") } else { String::new() }
}
