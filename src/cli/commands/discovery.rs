//! `meshctl discovery`

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use crate::adapters::registry::{InCluster, Origin, ReadOptions};
use crate::adapters::serve::{self, TlsFiles};
use crate::cli::{CliError, Context, Exit, Outcome};
use crate::data::model::{ClusterId, parse_duration};
use crate::roles::discovery::{Config, Discovery, Duties, Listen, MAX_CONNECTIONS};
use crate::workflows::install::InstallError;

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
    /// Where to serve gRPC xDS in plain text; this and the other addresses may be given several times
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:15010")]
    grpc: Vec<SocketAddr>,
    /// Where to serve gRPC xDS over mutual TLS; a proxy's certificate must chain to the root
    ///
    /// Where the three files are given, and neither this nor --secure-rest: 127.0.0.1:15012.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "tls_cert")]
    secure: Vec<SocketAddr>,
    /// Where to serve the v1 REST API over mutual TLS
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "tls_cert")]
    secure_rest: Vec<SocketAddr>,
    /// The certificate chain for mutual TLS, PEM, leaf first; it may change at run time
    #[arg(long, value_name = "FILE", requires_all = ["tls_key", "tls_root"])]
    tls_cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The root certificates that proxies' certificates must chain to, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_root: Option<PathBuf>,
    /// Where to serve the v1 REST API and /debug in plain text
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:8080")]
    http: Vec<SocketAddr>,
    /// Where to serve the v1 REST API alone in plain text
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    rest: Vec<SocketAddr>,
    /// Where to serve /ready and /metrics
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:15014")]
    monitoring: Vec<SocketAddr>,
    /// How many connections each kind of gRPC listener holds at a time; more are refused, and counted in /metrics
    #[arg(long, value_name = "N", default_value_t = MAX_CONNECTIONS, value_parser = connections)]
    max_connections: u32,
    /// The primary cluster, where the registry does not say
    #[arg(long, value_name = "ID", value_parser = ClusterId::parse, conflicts_with = "in_cluster")]
    primary: Option<ClusterId>,
    /// Send removals and changes to resuming proxies although clusters have not been read yet
    #[arg(long)]
    no_restart_hold: bool,
    #[command(flatten)]
    pod: Pod,
}

/// Of a pilot that runs in a cluster.
#[derive(Debug, clap::Args)]
struct Pod {
    /// Run as a pod of the primary: its cluster by the service account, the remotes by the Secret istio-remote-clusters,
    /// the settings by the ConfigMap istio
    #[arg(long, requires = "cluster_id")]
    in_cluster: bool,
    /// The id of the cluster that the pod runs in
    #[arg(long, value_name = "ID", value_parser = ClusterId::parse, requires = "in_cluster")]
    cluster_id: Option<ClusterId>,
    /// The control plane's namespace
    #[arg(long, value_name = "NAMESPACE", default_value = "istio-system", requires = "in_cluster")]
    namespace: String,
    /// Renew the remotes' tokens so long after they were issued, instead of at a third of their life: 10m, 8h. At least 1s,
    /// and never later than two thirds of their life
    #[arg(long, value_name = "DURATION", value_parser = renewal, requires = "in_cluster")]
    token_renew_after: Option<Duration>,
    /// The pod's name, by which it holds the Lease
    #[arg(long, env = "POD_NAME", value_name = "NAME", hide = true)]
    pod_name: Option<String>,
    /// The folder with the service account's token and ca.crt
    #[arg(long, value_name = "DIR", hide = true, default_value = "/var/run/secrets/kubernetes.io/serviceaccount")]
    service_account_dir: PathBuf,
    /// The API server's host, as the kubelet tells every pod
    #[arg(long, env = "KUBERNETES_SERVICE_HOST", value_name = "HOST", hide = true)]
    api_host: Option<String>,
    /// Its port
    #[arg(long, env = "KUBERNETES_SERVICE_PORT", value_name = "PORT", hide = true)]
    api_port: Option<u16>,
}

/// A number of connections: with none, nobody is served.
fn connections(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("want a whole number from 1 to {}", u32::MAX))
}

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, String> {
    const WANT: &str = "want an IP address and a port, e.g. 127.0.0.1:15010 or [::1]:15010";
    text.parse().map_err(|_| match text.rsplit_once(':') {
        Some(("", port)) if port.parse::<u16>().is_ok() => {
            format!(
                "it names no IP address; 127.0.0.1:{port} is this machine alone, 0.0.0.0:{port} every network of it"
            )
        }
        Some((host, port)) if port.parse::<u16>().is_ok() && !host.contains([':', '[']) => {
            format!("\"{host}\" is no IP address, and a name may mean several; {WANT}")
        }
        Some((host, port)) if host.parse::<std::net::Ipv4Addr>().is_ok() => {
            format!("\"{port}\" is no port, 0 to 65535; {WANT}")
        }
        _ => WANT.to_owned(),
    })
}

/// Tokens tell their age in whole seconds: one that is due sooner is due at once, again and again.
fn renewal(text: &str) -> Result<Duration, String> {
    let after = parse_duration(text).ok_or_else(|| "want a duration: 90s, 10m, 8h".to_owned())?;
    match after < Duration::from_secs(1) {
        true => Err("want at least 1s: tokens tell their age in whole seconds".to_owned()),
        false => Ok(after),
    }
}

impl Pod {
    /// The cluster that this pod runs in; `None` where it was not asked for.
    fn own(&self) -> Result<Option<(InCluster, Duties)>, CliError> {
        let Some(id) = self.cluster_id.clone().filter(|_| self.in_cluster) else { return Ok(None) };
        let missing = |variable: &str| {
            CliError::usage(format!("running in the cluster {id} failed: the variable {variable} is not set")).hint(
                "--in-cluster is for pods, as meshctl manifest generate renders them; elsewhere name a --registry",
            )
        };
        let host = self.api_host.clone().ok_or_else(|| missing("KUBERNETES_SERVICE_HOST"))?;
        let pod = self.pod_name.clone().filter(|p| !p.is_empty()).ok_or_else(|| missing("POD_NAME"))?;
        let own = InCluster {
            id: id.clone(),
            namespace: self.namespace.as_str().into(),
            host,
            port: self.api_port.unwrap_or(443),
            account: self.service_account_dir.clone(),
        };
        Ok(Some((own, Duties { pod, renew_after: self.token_renew_after })))
    }
}

/// Where proxies find xDS over mutual TLS.
const SECURE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 15012));

impl Args {
    /// Where to listen, and with what certificate.
    fn listen(self) -> Listen {
        let certificate = match (self.tls_cert, self.tls_key, self.tls_root) {
            (Some(certificate), Some(key), Some(root)) => Some(TlsFiles { certificate, key, root }),
            _ => None,
        };
        // who gives the files wants them served
        let nowhere = certificate.is_some() && self.secure.is_empty() && self.secure_rest.is_empty();
        Listen {
            grpc: self.grpc,
            secure: if nowhere { vec![SECURE] } else { self.secure },
            http: self.http,
            rest: self.rest,
            secure_rest: self.secure_rest,
            monitoring: self.monitoring,
            max_connections: self.max_connections,
            certificate,
        }
    }
}

pub(crate) async fn run(ctx: &Context, args: Args) -> Outcome {
    let own = args.pod.own()?;
    let folder = if own.is_none() { Some(ctx.registry(None)?) } else { None };
    let (registry, duties) = match own {
        Some(_) if ctx.globals.registry.is_some() => {
            return Err(CliError::usage("--in-cluster and --registry (or MESHCTL_REGISTRY) name two registries")
                .hint("leave one of them out"));
        }
        Some((own, duties)) => (Origin::Cluster(own), duties),
        None => (origin(ctx, args.primary.clone())?, Duties::default()),
    };
    let stop = serve::on_signals()?;
    let hold = !args.no_restart_hold;
    let config = Config { registry, listen: args.listen(), hold, duties };
    let discovery = Discovery::start(config, stop).await?;
    for (what, address) in &discovery.listening {
        ctx.out.data(&format!("{what} {address}\n"))?;
    }
    for problem in &discovery.problems {
        ctx.out.warning(&problem.to_string());
    }
    if let Some(registry) = folder {
        ctx.note_empty(&registry);
    }
    discovery.ended().await?;
    Ok(Exit::Yes)
}

/// The directory that is the mesh.
fn origin(ctx: &Context, primary: Option<ClusterId>) -> Result<Origin, CliError> {
    if let Some(name) = &primary {
        let registry = ctx.registry(Some(name.clone()))?;
        if registry.primary.is_none() {
            let known: Vec<String> = registry.entries.iter().map(|e| e.id.to_string()).collect();
            return Err(InstallError::UnknownPrimary { name: name.to_string(), known: known.join(", ") }.into());
        }
    }
    Ok(Origin::Folder(ctx.registry_dir()?, ReadOptions { primary, trust: ctx.trust() }))
}
