//! Discovery (the talk's pilot): watches the clusters of a registry, and serves xDS, the talk's v1 REST, debug and metrics.

mod credentials;
mod debug;
mod events;
mod http;
mod rest;
mod slices;
mod stats;
mod strangers;
mod streams;
mod troubles;
mod upkeep;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::adapters::grpc::AdsService;
use crate::adapters::registry::{self, Origin, Registry, RegistryError};
use crate::adapters::serve::{self, ConnectionLimit, Metrics, ServeError, TlsFiles, TlsIdentity};
use crate::engine::{Engine, Feeds, Options};
use crate::pure::xds::Type;

use http::Pages;
pub use stats::Counts;
use stats::{OfListener, Standing, Stats};
use streams::{DiscoveryStreams, OpenStreams};
pub use upkeep::Duties;
use upkeep::Upkeep;

/// How many connections a gRPC listener holds where nobody says otherwise: more proxies than one pilot is meant for.
pub const MAX_CONNECTIONS: u32 = 10_000;

/// What discovery serves, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the registry comes from.
    pub registry: Origin,
    /// Where it listens.
    pub listen: Listen,
    /// Keep the restart hold.
    pub hold: bool,
    /// What it must know of itself where it runs in a cluster.
    pub duties: Duties,
}

/// Where discovery listens: what serves at each of the addresses.
#[derive(Debug, Clone)]
pub struct Listen {
    /// gRPC xDS in plain text.
    pub grpc: Vec<SocketAddr>,
    /// gRPC xDS over mutual TLS.
    pub secure: Vec<SocketAddr>,
    /// v1 REST and `/debug`, in plain text.
    pub http: Vec<SocketAddr>,
    /// v1 REST alone, in plain text.
    pub rest: Vec<SocketAddr>,
    /// v1 REST alone, over mutual TLS.
    pub secure_rest: Vec<SocketAddr>,
    /// `/ready` and `/metrics`.
    pub monitoring: Vec<SocketAddr>,
    /// How many connections the gRPC listeners of a kind hold at a time, together; more are refused.
    pub max_connections: u32,
    /// The certificate for mutual TLS; without one `secure` and `secure_rest` are not served.
    pub certificate: Option<TlsFiles>,
}

impl Default for Listen {
    /// Nowhere, with room for [`MAX_CONNECTIONS`].
    fn default() -> Self {
        Self {
            grpc: Vec::new(),
            secure: Vec::new(),
            http: Vec::new(),
            rest: Vec::new(),
            secure_rest: Vec::new(),
            monitoring: Vec::new(),
            max_connections: MAX_CONNECTIONS,
            certificate: None,
        }
    }
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
    /// Binds addresses, and keeps what serves at each.
    async fn add<F>(
        &mut self,
        what: &'static str,
        addresses: &[SocketAddr],
        server: impl Fn(TcpListener) -> F,
    ) -> Result<(), DiscoveryError>
    where
        F: Future<Output = Result<(), ServeError>> + Send + 'static,
    {
        for address in addresses {
            let listener = serve::bind(*address).await?;
            let bound = listener.local_addr().unwrap_or(*address);
            self.listening.push((what, bound));
            self.run.push(Box::pin(server(listener)));
        }
        Ok(())
    }
}

impl Discovery {
    /// Reads the registry, binds every address, and starts to serve: whatever the clusters do.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    pub async fn start(config: Config, stop: CancellationToken) -> Result<Self, DiscoveryError> {
        let registry = config.registry.read()?;
        let options = Options { hold: config.hold };
        let engine = Engine::start(registry.settings(), options).map_err(DiscoveryError::Thread)?;
        let feeds = Feeds::new(engine.clone(), stop.clone());
        let stats = Arc::new(Stats::default());
        let (changes, holdings) = config.registry.watch(&registry, stop.clone());
        let (known, current) = watch::channel(None);
        let upkeep = match (&config.registry, holdings) {
            (Origin::Cluster(own), Some(holdings)) => {
                Some(Arc::new(Upkeep::new(own.clone(), config.duties.clone(), holdings, current, feeds.clone())))
            }
            _ => None,
        };
        let open = Arc::new(OpenStreams::default());
        let tls = config.listen.certificate.clone().map(TlsIdentity::load).transpose()?;
        let pages = Arc::new(Pages {
            engine: engine.clone(),
            feeds: feeds.clone(),
            open,
            dumps: tokio::sync::Mutex::default(),
            tls: tls.map(Arc::new),
            upkeep: upkeep.clone(),
        });
        let servers = servers(&config.listen, pages, &stats, &stop).await?;
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
        if let Some(upkeep) = upkeep {
            let stop = stop.clone();
            tasks.spawn(async move {
                upkeep.run(stop).await;
                Ok(())
            });
        }
        let problems = registry.problems.clone();
        feeds.told(&problems);
        // a cluster's registry is not known before it was asked: until then nothing is called complete
        let first = matches!(config.registry, Origin::Folder(..)).then_some(registry);
        let follow = follow(feeds.clone(), first, changes, known);
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

/// Keeps the feeds in line with the registry, and says which one is in force.
async fn follow(
    feeds: Feeds,
    first: Option<Registry>,
    mut changes: mpsc::Receiver<Registry>,
    known: watch::Sender<Option<Registry>>,
) {
    let first = match first {
        Some(first) => Some(first),
        None => changes.recv().await,
    };
    let Some(mut registry) = first else { return };
    loop {
        if feeds.take(&registry).await.is_err() {
            return;
        }
        known.send_replace(Some(feeds.distinct(&registry)));
        tokio::select! {
            next = changes.recv() => match next {
                Some(next) => registry = next,
                None => return,
            },
            () = feeds.disputed() => {}
        }
    }
}

/// Binds every address of the configuration.
async fn servers(
    listen: &Listen,
    pages: Arc<Pages>,
    stats: &Arc<Stats>,
    stop: &CancellationToken,
) -> Result<Servers, DiscoveryError> {
    let metrics = Metrics::new();
    stats.register(&metrics);
    metrics.collect(Standing { engine: pages.engine.clone(), feeds: pages.feeds.clone(), open: pages.open.clone() });
    pages.tls.iter().for_each(|identity| identity.register(&metrics));
    let engine = pages.engine.clone();
    let streams = Arc::new(DiscoveryStreams {
        engine: engine.clone(),
        open: pages.open.clone(),
        stats: stats.clone(),
        stop: stop.clone(),
    });
    let ads = |trusted| Routes::new(AdsService::server(streams.clone(), trusted));
    let limit = |listener| {
        let refused = stats.refused.get_or_create(&OfListener { listener }).clone();
        ConnectionLimit::new(listen.max_connections as usize, refused)
    };
    let mut servers = Servers::default();
    let held = limit("grpc");
    let plain =
        |listener| serve::grpc(ads(false), serve::plain_incoming(listener, stop.clone()), held.clone(), stop.clone());
    servers.add("grpc", &listen.grpc, plain).await?;
    let answers = Arc::new(rest::Rest::new(engine));
    let rest = || rest::router(answers.clone());
    if let Some(identity) = pages.tls.clone() {
        let incoming = |listener| serve::tls_incoming(listener, identity.clone(), stop.clone());
        let held = limit("grpc-tls");
        let xds = |listener| serve::grpc(ads(true), incoming(listener), held.clone(), stop.clone());
        servers.add("grpc-tls", &listen.secure, xds).await?;
        let v1 = |listener| serve::http(rest(), incoming(listener), stop.clone());
        servers.add("rest-tls", &listen.secure_rest, v1).await?;
        let (watched, stopped) = (identity.clone(), stop.clone());
        servers.run.push(Box::pin(async move {
            watched.watch(stopped).await;
            Ok(())
        }));
    }
    let plain = |router: &dyn Fn() -> Router, listener| {
        serve::http(router(), serve::plain_incoming(listener, stop.clone()), stop.clone())
    };
    let debug = || http::debug_router(pages.clone()).merge(rest());
    servers.add("http", &listen.http, |listener| plain(&debug, listener)).await?;
    servers.add("rest", &listen.rest, |listener| plain(&rest, listener)).await?;
    let monitoring = || http::monitoring_router(pages.clone()).merge(metrics.route());
    servers.add("monitoring", &listen.monitoring, |listener| plain(&monitoring, listener)).await?;
    Ok(servers)
}
