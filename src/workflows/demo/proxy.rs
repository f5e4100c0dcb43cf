//! productpage's proxy: a real Envoy where there is one, else a client of ours; both are looked into in the same way.

mod client;
mod envoy;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::adapters::files::FilesError;
use crate::adapters::grpc::ClientError;
use crate::pure::inspect::{ClusterPattern, DumpError, Filter, Form, Group, Rows, Section, read_rows};
use crate::workflows::proxies::{self, Dump, Holds, SourceError};

use client::Client;
use envoy::Envoy;

/// Why there is no proxy, or it cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// Envoy cannot be started.
    #[error("starting {} failed: {why}", .envoy.display())]
    Start {
        /// The program.
        envoy: PathBuf,
        /// Why.
        why: String,
    },
    /// Envoy was started, and says nothing.
    #[error("waiting for the admin address of {} failed: it has none after {seconds} s", .envoy.display())]
    Late {
        /// The program.
        envoy: PathBuf,
        /// For how long, in seconds.
        seconds: u64,
    },
    /// Envoy was started, and is no more.
    #[error("{} ended by itself ({status}){said}{}", .envoy.display(), log_is(.log.as_deref()))]
    Ended {
        /// The program.
        envoy: PathBuf,
        /// How it ended.
        status: String,
        /// What it said last, as a part of the sentence.
        said: String,
        /// Its log, where that stays.
        log: Option<PathBuf>,
    },
    /// Our client is not connected, or no more.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Our client is connected no more.
    #[error("the demo's proxy has lost pilot: {0}")]
    Lost(String),
    /// Its admin address does not answer.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What it holds cannot be read.
    #[error("reading what the demo's proxy holds failed: {0}")]
    Dump(#[from] DumpError),
    /// Its files cannot be written.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// A thread broke off.
    #[error("looking into the demo's proxy broke off")]
    BrokenOff,
}

fn log_is(log: Option<&Path>) -> String {
    log.map(|log| format!("; its log is {}", log.display())).unwrap_or_default()
}

/// The proxy.
pub(super) enum Proxy {
    /// A real one.
    Envoy(Box<Envoy>),
    /// Ours.
    Client(Client),
}

impl Proxy {
    /// Starts an Envoy that connects to pilot; its files go into `dir`.
    /// `kept`: they stay when the demo ends.
    pub(super) async fn envoy(program: &Path, pilot: SocketAddr, dir: &Path, kept: bool) -> Result<Self, ProxyError> {
        Ok(Self::Envoy(Box::new(Envoy::start(program, pilot, dir, kept).await?)))
    }

    /// Connects a client of ours to pilot; what it holds goes into a file in `dir`.
    pub(super) async fn client(pilot: SocketAddr, dir: &Path) -> Result<Self, ProxyError> {
        Ok(Self::Client(Client::start(pilot, dir.join("config_dump.json")).await?))
    }

    /// What it is, for people.
    pub(super) fn what(&self) -> String {
        match self {
            Self::Envoy(envoy) => format!(
                "The proxy is a real Envoy, {}. It takes clusters and endpoints but no listeners, so that it opens no port \
                 here but its admin address on loopback.",
                envoy.program.display()
            ),
            Self::Client(_) => {
                "No Envoy runs here (ENVOY or PATH would name one), so the proxy is an ADS client of ours: it \
                                takes what an Envoy takes, and keeps it in the shape of Envoy's config dump."
                    .to_owned()
            }
        }
    }

    /// How `proxy-config` reaches it.
    pub(super) fn words(&self) -> [String; 2] {
        match self {
            Self::Envoy(envoy) => ["--admin".to_owned(), envoy.admin.to_string()],
            Self::Client(client) => ["--file".to_owned(), client.file.display().to_string()],
        }
    }

    /// The endpoints of a cluster that it holds, by address and port.
    pub(super) async fn endpoints(&mut self, cluster: &str) -> Result<Vec<String>, ProxyError> {
        let filter = Filter { cluster: Some(ClusterPattern::new(cluster)), ..Filter::default() };
        let rows = self.rows(Section::Endpoints, filter).await?;
        Ok(rows.cells.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect())
    }

    /// How many of its clusters still wait for their endpoints.
    pub(super) async fn warming(&mut self) -> Result<u64, ProxyError> {
        Ok(self.rows(Section::Clusters, Filter::default()).await?.hidden)
    }

    async fn rows(&mut self, section: Section, filter: Filter) -> Result<Rows, ProxyError> {
        let dump = match self {
            Self::Envoy(envoy) => {
                envoy.lives()?;
                proxies::Envoy::at(&envoy.admin.to_string())?.dump(&[section], &filter, false).await?
            }
            Self::Client(client) => client.dump()?,
        };
        // reading may wait for the peer
        let read = tokio::task::spawn_blocking(move || read(dump, section, &filter)).await;
        Ok(read.map_err(|_| ProxyError::BrokenOff)??)
    }

    /// Ends it.
    pub(super) async fn end(self) {
        match self {
            Self::Envoy(envoy) => envoy.end().await,
            Self::Client(client) => client.end().await,
        }
    }
}

/// The rows of one section.
fn read(dump: Dump, section: Section, filter: &Filter) -> Result<Rows, DumpError> {
    let mut all = Rows::default();
    for mut part in dump.parts {
        let group = (part.holds == Holds::Warming).then_some(Group::Warming);
        let (mut found, _) = read_rows(&mut part.bytes, &[section], filter, Form::Table, group)?;
        if let Some(rows) = found.remove(&section) {
            all.merge(section, rows);
        }
    }
    Ok(all)
}
