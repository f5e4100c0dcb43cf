//! The tour itself: walks the story, and makes each act happen.

use std::future::Future;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::error::DemoError;
use super::excerpt::{grep, line};
use super::fixtures::FixtureSet;
use super::folder::Folder;
use super::scene::Scene;
use super::services;
use super::story::{self, Act, FINE_PRINT, OFFERS, STORY, Step};
use crate::adapters::serve;
use crate::data::model::{NodeId, Table, WorkloadId};
use crate::workflows::proxies::{Pilot, Target};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Where the files go and stay; else a temporary folder.
    pub dir: Option<PathBuf>,
    /// Discard what was edited in that folder.
    pub force: bool,
    /// Stay up after the tour, until told to stop.
    pub keep: bool,
    /// The Envoy that shall be productpage's proxy; else a client of ours.
    pub envoy: Option<PathBuf>,
}

/// A piece of the tour, to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A step begins: its number and title.
    Heading(usize, &'static str),
    /// What a newcomer must know.
    Explain(String),
    /// The command that shows what follows, as it is typed.
    Command(String),
    /// What it shows.
    Table(Table),
    /// What it shows.
    Text(String),
    /// What has just happened.
    Event(String),
    /// What is being done, for who waits.
    Progress(String),
    /// Something that went on although it is not right.
    Warning(String),
    /// The end: what is not the talk's.
    FinePrint(&'static str),
    /// A command to try, and what it shows.
    Offer(&'static str, String),
}

/// Who shows the tour.
pub trait Stage {
    /// Shows a piece.
    ///
    /// # Errors
    /// [`DemoError::Stage`] where it cannot be shown.
    fn show(&mut self, piece: Piece) -> Result<(), DemoError>;

    /// Runs a command of meshctl, given by its words, and shows what it shows.
    ///
    /// # Errors
    /// [`DemoError::Stage`] where it fails.
    fn command(&mut self, words: &[String]) -> impl Future<Output = Result<(), DemoError>>;
}

/// Sets everything up, walks the story, and takes everything down, however it ends.
///
/// # Errors
/// [`DemoError`]; being stopped before the end of the story is one, too.
pub async fn run(request: Request, stage: &mut impl Stage, stop: CancellationToken) -> Result<(), DemoError> {
    let folder = Folder::set_up(request.dir.as_deref(), request.force)?;
    stage.show(Piece::Progress(format!("the demo's files are in {}", folder.path().display())))?;
    let mut tour = Tour { scene: Scene::new(folder, request.envoy), stage };
    let mut ended = stop.run_until_cancelled(tour.walk(request.keep)).await.unwrap_or(Err(DemoError::Interrupted));
    if ended.is_ok() && request.keep {
        ended = tour.stay(&stop).await;
    }
    tour.scene.end().await;
    ended
}

struct Tour<'s, S> {
    scene: Scene,
    stage: &'s mut S,
}

impl<S: Stage> Tour<'_, S> {
    async fn walk(&mut self, keep: bool) -> Result<(), DemoError> {
        for (at, Step { title, text, acts }) in STORY.iter().enumerate() {
            self.stage.show(Piece::Heading(at + 1, title))?;
            self.stage.show(Piece::Explain((*text).to_owned()))?;
            for act in *acts {
                self.act(act).await?;
            }
        }
        self.stage.show(Piece::FinePrint(FINE_PRINT))?;
        if keep { self.offer() } else { Ok(()) }
    }

    async fn act(&mut self, act: &Act) -> Result<(), DemoError> {
        match act {
            Act::Say(text) => self.stage.show(Piece::Explain((*text).to_owned())),
            Act::Run(words) => self.command(words).await,
            Act::Ask(words) => self.ask(words).await,
            Act::TalksClusters(needle) => self.talks_clusters(needle).await,
            Act::Services(cluster) => self.services(cluster),
            Act::ControlPlane => Ok(self.scene.folder.write(FixtureSet::ControlPlane, None)?),
            Act::StartPilot => self.start_pilot().await,
            Act::StartProxy => self.start_proxy().await,
            Act::Apply(set, only) => {
                self.scene.folder.write(*set, *only)?;
                self.reviews_v3(true).await
            }
            Act::Delete(file) => {
                self.scene.folder.remove_one(file)?;
                self.reviews_v3(false).await
            }
        }
    }

    /// Words with what they stand for.
    fn words(&self, words: &[&str]) -> Vec<String> {
        let folder = &self.scene.folder;
        let mut all = Vec::new();
        for word in words {
            match *word {
                "{registry}" => all.push(folder.registry().display().to_string()),
                "{values}" => all.push(folder.values().display().to_string()),
                "{proxy}" => all.extend(self.scene.proxy_words()),
                word => all.push(word.replace("{pilot}", &self.pilot())),
            }
        }
        all
    }

    fn pilot(&self) -> String {
        self.scene.pilot("http").map(|a| a.to_string()).unwrap_or_default()
    }

    async fn command(&mut self, words: &[&str]) -> Result<(), DemoError> {
        let words = self.words(words);
        self.stage.show(Piece::Command(format!("meshctl {}", line(&words))))?;
        self.stage.command(&words).await
    }

    async fn ask(&mut self, words: &[&str]) -> Result<(), DemoError> {
        let (mut words, pilot) = (self.words(words), self.pilot());
        self.stage.show(Piece::Command(format!("PILOT_URL={pilot} meshctl {}", line(&words))))?;
        words.extend(["--pilot".to_owned(), pilot]);
        self.stage.command(&words).await
    }

    async fn talks_clusters(&mut self, needle: &str) -> Result<(), DemoError> {
        let pilot = self.pilot();
        let shell = format!("meshctl proxy-config c s productpage -o v1 | grep -A 10 -B 1 {needle}");
        self.stage.show(Piece::Command(format!("PILOT_URL={pilot} {shell}")))?;
        let text = Pilot::new(&pilot)?.v1("clusters", &target()?).await?;
        self.stage.show(Piece::Text(grep(&text, needle, 10, 1)))
    }

    fn services(&mut self, cluster: &str) -> Result<(), DemoError> {
        let folder = self.scene.folder.registry().join(cluster);
        let table = services::table(&folder, story::NAMESPACE)?;
        self.stage.show(Piece::Command(format!("kubectl --context {cluster} get services -n {}", story::NAMESPACE)))?;
        self.stage.show(Piece::Table(table))
    }

    async fn start_pilot(&mut self) -> Result<(), DemoError> {
        self.stage.show(Piece::Progress("starting pilot".to_owned()))?;
        self.scene.start_pilot().await?;
        let port = |what| self.scene.pilot(what).map(|a| a.to_string()).unwrap_or_default();
        let (xds, http) = (port("grpc"), port("http"));
        self.stage.show(Piece::Event(format!("Pilot has read both clusters; it serves xDS on {xds}, HTTP on {http}.")))
    }

    async fn start_proxy(&mut self) -> Result<(), DemoError> {
        self.stage.show(Piece::Progress("starting productpage's proxy".to_owned()))?;
        let refused = self.scene.start_proxy().await?;
        if let Some(why) = refused {
            self.stage.show(Piece::Warning(format!("{why}; the demo goes on with a client of its own")))?;
        }
        self.stage.show(Piece::Event(self.scene.what_proxy()))
    }

    /// Waits for the proxy, and says how long that took since the file was written or removed.
    async fn reviews_v3(&mut self, there: bool) -> Result<(), DemoError> {
        let start = serve::instant();
        self.scene.reviews_v3(there).await?;
        let took = serve::instant().duration_since(start).as_millis();
        let (endpoint, verb) = (story::REVIEWS_V3, if there { "has" } else { "no longer has" });
        let done = if there { "written" } else { "removed" };
        self.stage.show(Piece::Event(format!("The proxy {verb} {endpoint}: {took} ms after the file was {done}.")))
    }

    /// Offers what may be tried.
    fn offer(&mut self) -> Result<(), DemoError> {
        for offer in OFFERS {
            let words = line(&self.words(offer.words));
            let before = if offer.pilot { format!("PILOT_URL={} ", self.pilot()) } else { String::new() };
            self.stage.show(Piece::Offer(offer.why, format!("{before}{words}")))?;
        }
        Ok(())
    }

    /// Stays until told to stop.
    async fn stay(&mut self, stop: &CancellationToken) -> Result<(), DemoError> {
        let registry = self.scene.folder.registry();
        let hint = format!("edit the files in {} and ask again; Ctrl-C ends the demo", registry.display());
        self.stage.show(Piece::Progress(hint))?;
        stop.cancelled().await;
        Ok(())
    }
}

/// productpage's sidecar, whom pilot is asked about.
fn target() -> Result<Target, DemoError> {
    let node = NodeId::parse(story::NODE)?;
    let cluster = crate::data::model::ClusterId::parse(story::CLUSTERS[0]).unwrap_or_default();
    let id = WorkloadId { cluster, namespace: node.namespace, name: node.pod };
    Ok(Target { id, address: Some(node.address), ready: true })
}
