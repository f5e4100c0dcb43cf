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

use crate::adapters::grpc::AdsService;
use crate::adapters::registry::{self, ReadOptions, Registry, RegistryError};
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
    /// An address cannot be listened on.
    #[error("listening on {address} for {what} failed: {reason}")]
    Listen {
        /// What for.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not.
        reason: std::io::Error,
    },
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
    stats: Arc<Stats>,
    tasks: JoinSet<()>,
}

type Server = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Discovery {
    /// Reads the registry, binds every address, and starts to serve: whatever the clusters do.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    pub async fn start(config: Config, stop: CancellationToken) -> Result<Self, DiscoveryError> {
        let registry = Registry::read(&config.registry, &config.read)?;
        let engine =
            Engine::start(registry.settings(), Options { hold: config.hold }).map_err(DiscoveryError::Thread)?;
        let feeds = Feeds::new(engine.clone(), stop.clone());
        let open = Arc::new(OpenStreams::default());
        let stats = Arc::new(Stats::default());
        let mut metrics = prometheus_client::registry::Registry::default();
        stats.register(&mut metrics);
        let pages = Arc::new(Pages { engine: engine.clone(), feeds: feeds.clone(), open: open.clone(), metrics });
        let streams = Arc::new(DiscoveryStreams { engine: engine.clone(), open, stats: stats.clone() });

        let mut listening = Vec::new();
        let mut servers: Vec<Server> = Vec::new();
        if let Some((listener, address)) = bind("xDS", config.grpc).await? {
            listening.push(("grpc", address));
            servers.push(Box::pin(serve_grpc(streams.clone(), listener, stop.clone())));
        }
        if let Some((listener, address)) = bind("HTTP", config.http).await? {
            listening.push(("http", address));
            servers.push(Box::pin(serve_http(
                http::debug_router(pages.clone()).merge(rest::router(engine.clone())),
                listener,
                stop.clone(),
            )));
        }
        if let Some((listener, address)) = bind("monitoring", config.monitoring).await? {
            listening.push(("monitoring", address));
            servers.push(Box::pin(serve_http(http::monitoring_router(pages), listener, stop.clone())));
        }
        let mut tasks = JoinSet::new();
        for server in servers {
            tasks.spawn(server);
        }
        tasks.spawn(follow(feeds.clone(), registry, config, stop));
        Ok(Self { listening, engine, feeds, stats, tasks })
    }

    /// Waits until every server has ended.
    pub async fn ended(mut self) {
        while self.tasks.join_next().await.is_some() {}
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

async fn bind(
    what: &'static str,
    address: Option<SocketAddr>,
) -> Result<Option<(TcpListener, SocketAddr)>, DiscoveryError> {
    let Some(address) = address else { return Ok(None) };
    let failed = |reason| DiscoveryError::Listen { what, address, reason };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok(Some((listener, bound)))
}

async fn serve_grpc(streams: Arc<DiscoveryStreams>, listener: TcpListener, stop: CancellationToken) {
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(std::time::Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(std::time::Duration::from_secs(10)))
        .add_service(AdsService::server(streams, false))
        .serve_with_incoming_shutdown(incoming, stop.cancelled_owned());
    if let Err(error) = server.await {
        tracing::error!("serving xDS ended: {error}");
    }
}

async fn serve_http(router: axum::Router, listener: TcpListener, stop: CancellationToken) {
    let server = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = server.await {
        tracing::error!("serving HTTP ended: {error}");
    }
}
