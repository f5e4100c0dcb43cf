//! `meshctl discovery`

use std::net::SocketAddr;

use tokio_util::sync::CancellationToken;

use crate::adapters::registry::{ReadOptions, Trust};
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::data::model::ClusterId;
use crate::roles::discovery::{Config, Discovery};

/// Watch the clusters of a registry, and serve xDS to their proxies
///
/// Serves on loopback until an address says otherwise; a port of 0 takes a free one. It prints where it listens, a line
/// each, and runs until it is interrupted. A cluster that does not answer delays nobody, and kubeconfigs that are added,
/// rotated or removed take effect without a restart.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  meshctl discovery --registry ./kubeconf\n  meshctl discovery --registry ./kubeconf --grpc 127.0.0.1:0 --http 127.0.0.1:0 --monitoring 127.0.0.1:0"
)]
pub(crate) struct Args {
    /// Where to serve gRPC xDS in plain text
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:15010")]
    grpc: SocketAddr,
    /// Where to serve the v1 REST API and /debug in plain text
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// Where to serve /ready and /metrics
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:15014")]
    monitoring: SocketAddr,
    /// The primary cluster, where the registry does not say
    #[arg(long, value_name = "ID", value_parser = ClusterId::parse)]
    primary: Option<ClusterId>,
    /// Send removals and changes to resuming proxies although clusters have not been read yet
    #[arg(long)]
    no_restart_hold: bool,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let config = Config {
        registry: ctx.registry_dir()?,
        read: ReadOptions { primary: args.primary, trust: Trust::Terminal },
        grpc: Some(args.grpc),
        http: Some(args.http),
        monitoring: Some(args.monitoring),
        hold: !args.no_restart_hold,
    };
    let stop = CancellationToken::new();
    let discovery = Discovery::start(config, stop.clone()).await?;
    for (what, address) in &discovery.listening {
        ctx.out.data(&format!("{what} {address}\n"))?;
    }
    for problem in discovery.feeds.problems() {
        ctx.out.warning(&format!("{}: {}", problem.file.display(), problem.reason));
    }
    if tokio::signal::ctrl_c().await.is_err() {
        return Err(CliError::failed("waiting for an interrupt failed"));
    }
    stop.cancel();
    discovery.ended().await;
    Ok(Exit::Yes)
}
