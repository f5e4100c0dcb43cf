//! Discovery (the talk's pilot): watches the clusters of a registry, and serves xDS, the talk's v1 REST, debug and metrics.

mod debug;
mod http;
mod rest;
mod stats;
mod streams;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::adapters::grpc::AdsService;
use crate::adapters::registry::{self, ReadOptions, Registry, RegistryError};
use crate::adapters::serve::{self, Metrics, ServeError, TlsFiles, TlsIdentity};
use crate::engine::{Engine, Feeds, Options};
use crate::pure::xds::Type;

use http::Pages;
pub use stats::Counts;
use stats::Stats;
use streams::{DiscoveryStreams, OpenStreams};

/// What discovery serves, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// The registry's directory.
    pub registry: PathBuf,
    /// How it is read.
    pub read: ReadOptions,
    /// gRPC xDS in plain text.
    pub grpc: Option<SocketAddr>,
    /// gRPC xDS over mutual TLS, with the files of its certificate.
    pub secure: Option<(SocketAddr, TlsFiles)>,
    /// v1 REST and `/debug`, in plain text.
    pub http: Option<SocketAddr>,
    /// `/ready` and `/metrics`.
    pub monitoring: Option<SocketAddr>,
    /// Keep the restart hold.
    pub hold: bool,
}

/// Why discovery does not start, or ends.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// The registry's directory cannot be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// An address cannot be listened on, or a certificate's files cannot be used.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The system gives no thread.
    #[error("starting the writer failed: {0}")]
    Thread(std::io::Error),
}

/// A running discovery.
pub struct Discovery {
    /// Where it listens: what for, and the address with its real port.
    pub listening: Vec<(&'static str, SocketAddr)>,
    /// The engine behind it.
    pub engine: Engine,
    /// Its feeds.
    pub feeds: Feeds,
    /// What was wrong with the registry at the start; later problems are logged, and stand in `/debug/clusterz`.
    pub problems: Vec<registry::Problem>,
    stats: Arc<Stats>,
    tasks: JoinSet<Result<(), ServeError>>,
}

type Server = Pin<Box<dyn Future<Output = Result<(), ServeError>> + Send>>;

/// The servers that are to run, and where each listens.
#[derive(Default)]
struct Servers {
    listening: Vec<(&'static str, SocketAddr)>,
    run: Vec<Server>,
}

impl Servers {
    /// Binds an address, and keeps what serves there.
    async fn add<F>(
        &mut self,
        what: &'static str,
        address: Option<SocketAddr>,
        server: impl FnOnce(TcpListener) -> F,
    ) -> Result<(), DiscoveryError>
    where
        F: Future<Output = Result<(), ServeError>> + Send + 'static,
    {
        let Some(address) = address else { return Ok(()) };
        let listener = serve::bind(address).await?;
        let bound = listener.local_addr().unwrap_or(address);
        self.listening.push((what, bound));
        self.run.push(Box::pin(server(listener)));
        Ok(())
    }
}

impl Discovery {
    /// Reads the registry, binds every address, and starts to serve: whatever the clusters do.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    pub async fn start(config: Config, stop: CancellationToken) -> Result<Self, DiscoveryError> {
        let registry = Registry::read(&config.registry, &config.read)?;
        let options = Options { hold: config.hold };
        let engine = Engine::start(registry.settings(), options).map_err(DiscoveryError::Thread)?;
        let feeds = Feeds::new(engine.clone(), stop.clone());
        let stats = Arc::new(Stats::default());
        let servers = servers(&config, &engine, &feeds, &stats, &stop).await?;
        let mut tasks = JoinSet::new();
        for server in servers.run {
            let stop = stop.clone();
            tasks.spawn(async move {
                let ended = server.await;
                // what is left of a pilot without one of its servers helps nobody
                stop.cancel();
                ended
            });
        }
        let problems = registry.problems.clone();
        let follow = follow(feeds.clone(), registry, config, stop.clone());
        tasks.spawn(async move {
            follow.await;
            // it ends with the writer, without which nothing is true any more
            stop.cancel();
            Ok(())
        });
        Ok(Self { listening: servers.listening, engine, feeds, problems, stats, tasks })
    }

    /// Waits until every server has ended.
    ///
    /// # Errors
    /// The first server's that ended by itself.
    pub async fn ended(mut self) -> Result<(), DiscoveryError> {
        let mut first = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            if let Ok(Err(error)) = ended
                && first.is_ok()
            {
                first = Err(DiscoveryError::Serve(error));
            }
        }
        first
    }

    /// What the streams did with a type so far: what `/metrics` says, without a request.
    pub fn counts(&self, ty: Type) -> Counts {
        self.stats.of(ty)
    }

    /// How often streams were woken by a change so far.
    pub fn wakeups(&self) -> u64 {
        self.stats.wakeups.get()
    }

    /// The address of one of [`Discovery::listening`].
    pub fn address(&self, what: &str) -> Option<SocketAddr> {
        self.listening.iter().find(|(name, _)| *name == what).map(|(_, address)| *address)
    }
}

/// Keeps the feeds in line with the directory.
async fn follow(feeds: Feeds, first: Registry, config: Config, stop: CancellationToken) {
    let mut changes = registry::watch(&config.registry, config.read, stop);
    let mut next = Some(first);
    while let Some(registry) = next {
        if feeds.take(&registry).await.is_err() {
            return;
        }
        next = changes.recv().await;
    }
}

/// Binds every address of the configuration.
async fn servers(
    config: &Config,
    engine: &Engine,
    feeds: &Feeds,
    stats: &Arc<Stats>,
    stop: &CancellationToken,
) -> Result<Servers, DiscoveryError> {
    let open = Arc::new(OpenStreams::default());
    let metrics = Metrics::new();
    stats.register(&metrics);
    let identity = config.secure.as_ref().map(|(_, files)| TlsIdentity::load(files.clone())).transpose()?.map(Arc::new);
    identity.iter().for_each(|identity| identity.register(&metrics));
    let pages =
        Arc::new(Pages { engine: engine.clone(), feeds: feeds.clone(), open: open.clone(), tls: identity.clone() });
    let streams = Arc::new(DiscoveryStreams { engine: engine.clone(), open, stats: stats.clone(), stop: stop.clone() });
    let ads = |trusted| Routes::new(AdsService::server(streams.clone(), trusted));
    let mut servers = Servers::default();
    servers
        .add("grpc", config.grpc, |listener| {
            serve::grpc(ads(false), serve::plain_incoming(listener, stop.clone()), stop.clone())
        })
        .await?;
    if let Some(((address, _), identity)) = config.secure.as_ref().zip(identity) {
        let watched = identity.clone();
        let stopped = stop.clone();
        servers
            .add("grpc-tls", Some(*address), |listener| {
                serve::grpc(ads(true), serve::tls_incoming(listener, identity, stop.clone()), stop.clone())
            })
            .await?;
        servers.run.push(Box::pin(async move {
            watched.watch(stopped).await;
            Ok(())
        }));
    }
    let debug = http::debug_router(pages.clone()).merge(rest::router(engine.clone()));
    servers.add("http", config.http, |listener| serve::http(debug, listener, stop.clone())).await?;
    let monitoring = http::monitoring_router(pages).merge(metrics.route());
    servers.add("monitoring", config.monitoring, |listener| serve::http(monitoring, listener, stop.clone())).await?;
    Ok(servers)
}
