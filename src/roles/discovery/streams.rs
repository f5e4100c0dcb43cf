//! One task per stream: it pumps requests into a session and responses out of it, and holds no rule of the protocol itself.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::mpsc::Permit;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::adapters::grpc::{Frame, Peer, Requests, Responses, Streams, Variant, XdsRequest};
use crate::adapters::serve;
use crate::data::model::{Name, SpiffeId, Timestamp};
use crate::engine::{Engine, News, Subscriber};
use crate::pure::mesh::Missing;
use crate::pure::xds::{Entry, Proxy, Reject, Request, Session, Type, TypeStatus};

use super::stats::Stats;
use super::strangers::Strangers;

/// How a stream is, for `/debug/syncz`.
#[derive(Debug, Clone)]
pub(super) struct StreamStatus {
    pub(super) proxy: Proxy,
    pub(super) delta: bool,
    pub(super) peer: Option<String>,
    pub(super) connected: Timestamp,
    pub(super) types: Vec<TypeStatus>,
    /// Something newer than what the proxy has is not sent for now.
    pub(super) held_back: bool,
    /// What must be known before it is.
    pub(super) waits_for: Arc<Missing>,
    /// Its cluster is not in the registry (any more): the proxy keeps what it has.
    pub(super) frozen: bool,
    pub(super) expired_waits: u64,
    pub(super) bytes: u64,
    questions: mpsc::Sender<oneshot::Sender<Sent>>,
}

impl StreamStatus {
    /// What its proxy was sent; `None` where the stream has ended, or does not answer in time.
    pub(super) async fn sent(&self) -> Option<Sent> {
        let (reply, sent) = oneshot::channel();
        let asked = async {
            self.questions.send(reply).await.ok()?;
            sent.await.ok()
        };
        tokio::time::timeout(ANSWER, asked).await.ok()?
    }
}

/// How long a stream's task may take to say what was sent: it waits for nothing but the writer.
const ANSWER: Duration = Duration::from_secs(5);

/// What a stream's proxy was sent, whatever has been published since.
pub(super) struct Sent {
    /// Last of each name.
    pub(super) resources: BTreeMap<Type, Vec<Arc<Entry>>>,
    /// What it said that it holds, and was sent nothing of.
    pub(super) claimed: BTreeMap<Type, Vec<Name>>,
    /// The types that it holds from an earlier stream, and of which nobody here knows a single resource.
    pub(super) unknown: Vec<Type>,
    /// Something newer than what the proxy has is still to be sent, or is held back.
    pub(super) pending: bool,
}

impl Sent {
    fn of(session: &Session, ready: bool) -> Self {
        let claimed = Type::ALL.into_iter().map(|ty| (ty, session.claimed(ty).cloned().collect::<Vec<_>>()));
        Self {
            resources: Type::ALL.into_iter().map(|ty| (ty, session.sent(ty).cloned().collect())).collect(),
            claimed: claimed.filter(|(_, names)| !names.is_empty()).collect(),
            unknown: Type::ALL.into_iter().filter(|ty| session.is_unknown(*ty)).collect(),
            pending: ready || session.is_held_back() || session.wake_at().is_some(),
        }
    }
}

/// The streams that are open.
#[derive(Default)]
pub(super) struct OpenStreams {
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, StreamStatus>>,
    /// Whose proxies were refused.
    pub(super) strangers: Strangers,
}

impl OpenStreams {
    pub(super) fn all(&self) -> Vec<StreamStatus> {
        self.lock().values().cloned().collect()
    }

    /// Looks at each, without a copy.
    pub(super) fn each(&self, look: impl FnMut(&StreamStatus)) {
        self.lock().values().for_each(look);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, StreamStatus>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream's line in [`OpenStreams`], for as long as it is open.
struct Registered {
    streams: Arc<OpenStreams>,
    id: u64,
}

impl Registered {
    fn new(streams: Arc<OpenStreams>, status: StreamStatus) -> Self {
        let id = streams.next.fetch_add(1, Ordering::Relaxed);
        streams.lock().insert(id, status);
        Self { streams, id }
    }

    fn update(&self, change: impl FnOnce(&mut StreamStatus)) {
        if let Some(status) = self.streams.lock().get_mut(&self.id) {
            change(status);
        }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.streams.lock().remove(&self.id);
    }
}

/// Serves streams from an engine.
pub(super) struct DiscoveryStreams {
    pub(super) engine: Engine,
    pub(super) open: Arc<OpenStreams>,
    pub(super) stats: Arc<Stats>,
    pub(super) stop: CancellationToken,
}

impl Streams for DiscoveryStreams {
    async fn serve(&self, variant: Variant, peer: Peer, mut requests: Requests, responses: Responses) {
        if let Err(status) = self.run(variant, &peer, &mut requests, &responses).await {
            let _ = responses.send(Err(status)).await;
        }
    }
}

impl DiscoveryStreams {
    async fn run(
        &self,
        variant: Variant,
        peer: &Peer,
        requests: &mut Requests,
        responses: &Responses,
    ) -> Result<(), Status> {
        let late = |_| Status::deadline_exceeded("no first request came");
        let first = tokio::time::timeout(FIRST_REQUEST, requests.next()).await.map_err(late)??;
        let Some(first) = first else { return Ok(()) };
        let proxy = self.admit(&first, peer)?;
        let subscriber = self.engine.subscribe(proxy.clone()).await.map_err(|_| stopping())?;
        let delta = variant == Variant::Delta;
        let (questions, asked) = mpsc::channel(4);
        let line = Registered::new(
            self.open.clone(),
            StreamStatus {
                proxy,
                delta,
                peer: peer.address.map(|a| a.to_string()),
                connected: serve::now(),
                types: Vec::new(),
                held_back: false,
                waits_for: Arc::default(),
                frozen: false,
                expired_waits: 0,
                bytes: 0,
                questions,
            },
        );
        let session = Session::new(subscriber.view(), delta);
        let stats = self.stats.clone();
        let mut pump = Pump { session, subscriber, line, stats, asked, expired: 0, ready: true };
        pump.take(first).await?;
        // at the end each proxy is told at once, and finds another pilot
        tokio::select! {
            // a certificate that is over gets nothing more
            biased;
            () = expiry(peer) => Err(Status::unauthenticated("your certificate is over: connect again with a new one")),
            () = self.stop.cancelled() => Err(stopping()),
            ended = pump.run(requests, responses) => ended,
        }
    }
}

impl DiscoveryStreams {
    /// The proxy, where it is to be served. One of a cluster that the registry does not have is refused: another cluster's
    /// addresses would be wrong for it, and its own services and endpoints are not known. It keeps what it has, if it has
    /// anything, and asks again until its cluster is registered.
    fn admit(&self, first: &XdsRequest, peer: &Peer) -> Result<Proxy, Status> {
        let published = self.engine.published();
        let proxy = identify(first, peer, &published.mesh.settings.trust_domain)?;
        let Some(cluster) = proxy.unregistered_cluster(&published.mesh) else { return Ok(proxy) };
        self.open.strangers.note(cluster, serve::now());
        Err(Status::failed_precondition(format!(
            "the proxy {} says that it runs in the cluster {cluster} (CLUSTER_ID), which this pilot does not follow: it is not in its \
             registry, or has the API server of another entry (/debug/clusterz)",
            proxy.node
        )))
    }
}

/// How long a stream may take to say who it is.
const FIRST_REQUEST: Duration = Duration::from_secs(15);

/// Waits until the certificate that the client showed is over; one that showed none has no such end.
async fn expiry(peer: &Peer) {
    match peer.certificates.first().and_then(|leaf| serve::not_after(leaf)) {
        Some(end) => serve::until(end).await,
        None => pending().await,
    }
}

/// Who the proxy is. X16: the first request says so; X17: a certificate bounds what it may say.
fn identify(first: &XdsRequest, peer: &Peer, trust_domain: &str) -> Result<Proxy, Status> {
    let node = first.node().filter(|n| !n.id.is_empty());
    let node = node.ok_or_else(|| Status::invalid_argument("the first request of a stream must carry node.id"))?;
    let mut proxy = Proxy::read(node).map_err(|e| Status::invalid_argument(e.to_string()))?;
    let Some(leaf) = peer.certificates.first() else { return Ok(proxy) };
    let id = serve::spiffe_id(leaf);
    let namespace = id.as_ref().and_then(SpiffeId::account).map(|(namespace, _)| namespace.to_owned());
    let (Some(id), Some(namespace)) = (id, namespace) else {
        return Err(Status::permission_denied("the certificate names no service account (one SPIFFE id)"));
    };
    if !id.0.starts_with(&format!("spiffe://{trust_domain}/")) {
        return Err(Status::permission_denied(format!(
            "the certificate {id} is not of the trust domain {trust_domain}"
        )));
    }
    if proxy.node.namespace != namespace.as_str() {
        let claimed = &proxy.node.namespace;
        return Err(Status::permission_denied(format!(
            "the certificate is of namespace {namespace}, and the node id claims {claimed}"
        )));
    }
    proxy.principal = Some(id);
    Ok(proxy)
}

struct Pump {
    session: Session,
    subscriber: Subscriber,
    line: Registered,
    stats: Arc<Stats>,
    asked: mpsc::Receiver<oneshot::Sender<Sent>>,
    /// How many waits without an answer have been counted.
    expired: u64,
    /// The session may have something to say.
    ready: bool,
}

impl Pump {
    async fn run(&mut self, requests: &mut Requests, responses: &Responses) -> Result<(), Status> {
        loop {
            let wake = self.session.wake_at();
            tokio::select! {
                request = requests.next() => match request? {
                    Some(request) => self.take(request).await?,
                    None => return Ok(()),
                },
                news = self.subscriber.news() => self.look(news).await?,
                Some(reply) = self.asked.recv() => self.tell(reply).await?,
                () = until(wake), if wake.is_some() => self.ready = true,
                permit = responses.reserve(), if self.ready => match permit {
                    Ok(permit) => self.say(permit),
                    Err(_) => return Ok(()),
                },
            }
        }
    }

    async fn take(&mut self, request: XdsRequest) -> Result<(), Status> {
        let request = match request {
            XdsRequest::Sotw(r) => Request::from(*r),
            XdsRequest::Delta(r) => Request::from(*r),
        };
        if let Some(ty) = Type::from_url(request.type_url()) {
            self.stats.request(ty, request.error().is_some());
        }
        let seen = self.subscriber.published().snapshot.sequence;
        let interests = self.session.handle(request, serve::instant()).map_err(rejected)?;
        self.subscriber.interested(interests, seen).await.map_err(|_| stopping())?;
        self.ready = true;
        self.note();
        Ok(())
    }

    async fn look(&mut self, news: News) -> Result<(), Status> {
        self.stats.wakeups.inc();
        // which clusters are missing, or registered, stands in the published state
        let News { touched, types, clusters: _, review } = news;
        self.session.touched(&touched);
        for ty in types {
            self.session.recheck(ty);
        }
        if review {
            let view = self.subscriber.current_view().await.map_err(|_| stopping())?;
            if view != self.session.view() {
                self.session.set_view(view);
            }
        }
        self.ready = true;
        Ok(())
    }

    /// Says what is newest, with a permit in hand: so nothing queues.
    fn say(&mut self, permit: Permit<'_, Result<Frame, Status>>) {
        let published = self.subscriber.published();
        match self.session.next(&published.snapshot, serve::instant()) {
            Some(response) => {
                let len = response.encoded_len();
                self.stats.response(response.ty, response.resources.len(), len);
                permit.send(Ok(Frame::new(len, response.into_pieces())));
                self.line.update(|line| line.bytes += len as u64);
            }
            None => self.ready = false,
        }
        self.note();
    }

    /// Says what was sent. News that has arrived by now is looked at first, or the proxy would count as up to date.
    async fn tell(&mut self, reply: oneshot::Sender<Sent>) -> Result<(), Status> {
        let news = self.subscriber.news().now_or_never();
        if let Some(news) = news {
            self.look(news).await?;
        }
        let sent = Sent::of(&self.session, self.ready);
        // whoever asked may be gone
        let _ = reply.send(sent);
        Ok(())
    }

    fn note(&mut self) {
        let session = &self.session;
        let expired = session.expired_waits();
        self.stats.expired_waits.inc_by(expired.saturating_sub(self.expired));
        self.expired = expired;
        self.line.update(|line| {
            line.types = session.status();
            line.held_back = session.is_held_back();
            line.waits_for = session.waits_for();
            line.frozen = session.is_frozen();
            line.expired_waits = session.expired_waits();
        });
    }
}

fn stopping() -> Status {
    Status::unavailable("this pilot is stopping")
}

fn rejected(reject: Reject) -> Status {
    Status::resource_exhausted(reject.to_string())
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => pending().await,
    }
}
