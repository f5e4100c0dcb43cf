//! `meshctl discovery`

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::adapters::registry::ReadOptions;
use crate::adapters::serve::{self, TlsFiles};
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::data::model::ClusterId;
use crate::roles::discovery::{Config, Discovery, MAX_CONNECTIONS};

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
    /// Where to serve gRPC xDS over mutual TLS; a proxy's certificate must chain to the root
    #[arg(long, value_name = "ADDRESS", requires_all = ["tls_cert", "tls_key", "tls_root"])]
    secure: Option<SocketAddr>,
    /// The certificate chain for --secure, PEM, leaf first; it may change at run time
    #[arg(long, value_name = "FILE", requires = "secure")]
    tls_cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "secure")]
    tls_key: Option<PathBuf>,
    /// The root certificates that proxies' certificates must chain to, PEM
    #[arg(long, value_name = "FILE", requires = "secure")]
    tls_root: Option<PathBuf>,
    /// Where to serve the v1 REST API and /debug in plain text
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// Where to serve /ready and /metrics
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:15014")]
    monitoring: SocketAddr,
    /// How many connections each gRPC listener holds at a time; more are refused, and counted in /metrics
    #[arg(long, value_name = "N", default_value_t = MAX_CONNECTIONS, value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: u32,
    /// The primary cluster, where the registry does not say
    #[arg(long, value_name = "ID", value_parser = ClusterId::parse)]
    primary: Option<ClusterId>,
    /// Send removals and changes to resuming proxies although clusters have not been read yet
    #[arg(long)]
    no_restart_hold: bool,
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let files = match (args.tls_cert, args.tls_key, args.tls_root) {
        (Some(certificate), Some(key), Some(root)) => Some(TlsFiles { certificate, key, root }),
        _ => None,
    };
    let config = Config {
        registry: ctx.registry_dir()?,
        read: ReadOptions { primary: args.primary, trust: ctx.trust() },
        grpc: Some(args.grpc),
        secure: args.secure.zip(files),
        http: Some(args.http),
        monitoring: Some(args.monitoring),
        max_connections: args.max_connections,
        hold: !args.no_restart_hold,
    };
    let stop = serve::on_signals()?;
    if let Some(primary) = &config.read.primary
        && ctx.registry(None)?.entry(primary).is_none()
    {
        return Err(CliError::usage(format!("--primary names {primary}, which is no cluster of the registry"))
            .hint("show the clusters: meshctl cluster list"));
    }
    let discovery = Discovery::start(config, stop.clone()).await?;
    for (what, address) in &discovery.listening {
        ctx.out.data(&format!("{what} {address}\n"))?;
    }
    for problem in &discovery.problems {
        ctx.out.warning(&format!("{}: {}", problem.file.display(), problem.reason));
    }
    discovery.ended().await?;
    Ok(Exit::Yes)
}
