//! What stands while the tour goes on: the folder, pilot, the proxy. Everything is ended by its handle.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::error::DemoError;
use super::folder::Folder;
use super::proxy::{Proxy, ProxyError};
use super::story;
use crate::adapters::registry::{Origin, ReadOptions, Trust};
use crate::engine::FeedState;
use crate::roles::discovery::{Config, Discovery, Listen};

/// How long anything is waited for.
const DEADLINE: Duration = Duration::from_secs(15);
/// How often it is looked at.
const PAUSE: Duration = Duration::from_millis(5);
/// How long servers may take to end.
const FAREWELL: Duration = Duration::from_secs(2);

/// What stands. The folder goes last.
pub(super) struct Scene {
    proxy: Option<Proxy>,
    pilot: Option<(Discovery, CancellationToken)>,
    envoy: Option<PathBuf>,
    /// The demo's folder.
    pub(super) folder: Folder,
}

impl Scene {
    /// Nothing stands but the folder. `envoy` is the program that shall be the proxy.
    pub(super) fn new(folder: Folder, envoy: Option<PathBuf>) -> Self {
        Self { proxy: None, pilot: None, envoy, folder }
    }

    /// Starts pilot on free ports of loopback, and waits until it has read both clusters.
    pub(super) async fn start_pilot(&mut self) -> Result<(), DemoError> {
        let any = || vec![SocketAddr::from(([127, 0, 0, 1], 0))];
        let config = Config {
            registry: Origin::Folder(self.folder.registry(), ReadOptions { primary: None, trust: Trust::Terminal }),
            listen: Listen { grpc: any(), http: any(), monitoring: any(), ..Listen::default() },
            hold: true,
            duties: Default::default(),
        };
        let stop = CancellationToken::new();
        let discovery = Discovery::start(config, stop.clone()).await?;
        let feeds = discovery.feeds.clone();
        self.pilot = Some((discovery, stop));
        eventually("pilot has read both clusters", async || {
            let status = feeds.status();
            let read = status.iter().filter(|s| s.state == FeedState::Synced).count();
            Ok(if read == story::CLUSTERS.len() { Ok(()) } else { Err(format!("{read} are read")) })
        })
        .await
    }

    /// Where pilot listens for this.
    pub(super) fn pilot(&self, what: &str) -> Option<SocketAddr> {
        self.pilot.as_ref().and_then(|(discovery, _)| discovery.address(what))
    }

    /// Starts the proxy, and waits until it has its configuration. Returns why a given Envoy was not taken.
    pub(super) async fn start_proxy(&mut self) -> Result<Option<ProxyError>, DemoError> {
        let Some(pilot) = self.pilot("grpc") else { return Ok(None) };
        let (dir, mut refused) = (self.folder.proxy(), None);
        let real = match &self.envoy {
            Some(program) => Some(Proxy::envoy(program, pilot, &dir).await),
            None => None,
        };
        let mut proxy = match real {
            Some(Ok(envoy)) => envoy,
            Some(Err(late @ ProxyError::Late { .. })) => return Err(late.into()),
            other => {
                refused = other.and_then(Result::err);
                Proxy::client(pilot, &dir).await?
            }
        };
        let ready = eventually("the proxy has all of its clusters", async || {
            let (held, warming) = (proxy.endpoints(story::REVIEWS).await?, proxy.warming().await?);
            let last = format!("{} endpoints of reviews, {warming} clusters without endpoints", held.len());
            Ok(if held.is_empty() || warming > 0 { Err(last) } else { Ok(()) })
        })
        .await;
        self.proxy = Some(proxy);
        ready.map(|()| refused)
    }

    /// What the proxy is, for people.
    pub(super) fn what_proxy(&self) -> String {
        self.proxy.as_ref().map(Proxy::what).unwrap_or_default()
    }

    /// How `proxy-config` reaches the proxy.
    pub(super) fn proxy_words(&self) -> Vec<String> {
        self.proxy.as_ref().map(|p| p.words().to_vec()).unwrap_or_default()
    }

    /// Waits until the proxy has the endpoint of reviews-v3, or has it no more.
    pub(super) async fn reviews_v3(&mut self, there: bool) -> Result<(), DemoError> {
        let Some(proxy) = &mut self.proxy else { return Ok(()) };
        let (endpoint, says) = (story::REVIEWS_V3, if there { "has" } else { "no longer has" });
        eventually(&format!("the proxy {says} {endpoint}"), async || {
            let held = proxy.endpoints(story::REVIEWS).await?;
            let is = held.iter().any(|e| e == endpoint);
            Ok(if is == there { Ok(()) } else { Err(format!("it has {}", held.join(", "))) })
        })
        .await
    }

    /// Ends what stands: the proxy, pilot, and with the value the folder.
    pub(super) async fn end(mut self) {
        if let Some(proxy) = self.proxy.take() {
            proxy.end().await;
        }
        if let Some((discovery, stop)) = self.pilot.take() {
            stop.cancel();
            // somebody else's open connection must not hold the end up
            let _ = tokio::time::timeout(FAREWELL, discovery.ended()).await;
        }
    }
}

/// Looks until it is there, or the deadline is over; the error tells what was there last.
async fn eventually(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Result<(), String>, DemoError>,
) -> Result<(), DemoError> {
    let mut last = String::new();
    let all = async {
        loop {
            match look().await? {
                Ok(()) => return Ok(()),
                Err(now) => last = now,
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let ended = tokio::time::timeout(DEADLINE, all).await;
    ended.unwrap_or_else(|_| Err(DemoError::Late { what: what.to_owned(), seconds: DEADLINE.as_secs(), last }))
}
