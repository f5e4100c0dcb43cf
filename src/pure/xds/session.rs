//! The protocol of one stream, as a value: requests in, responses out, no IO and no clock.
//!
//! The rules are those of the xDS protocol document, numbered X1–X22 where a test proves one. Order on a stream: clusters,
//! then endpoints, then (clusters answered) listeners and routes, then (those answered) removals. A wait ends after
//! [`HOLD`]: the rest is sent, and counted. A NACK holds nothing up. What changes by itself also waits for the answer to the
//! type's last response: so a client that is slow, or stands still, is sent the newest state, and not every state.

mod say;
mod take;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::snapshot::ViewId;
use super::subscription::{Held, Nack, Scope, Subscription};
use super::types::{Entry, Type};
use crate::data::model::Name;
use crate::pure::mesh::Missing;

/// How long a response waits for the answer to one that must come before it.
pub const HOLD: Duration = Duration::from_secs(5);
/// How many names a stream may subscribe to, per type.
const MAX_NAMES: usize = 100_000;
/// How long a name may be, in bytes: the longest that is served, `outbound|PORT|SUBSET|HOST`, is far shorter.
const MAX_NAME: usize = 1024;
/// How many bytes the names of a stream may have together, of all types.
const MAX_BYTES: usize = 16 << 20;

/// What a stream wants to be woken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interest {
    /// Everything of a type.
    All(Type),
    /// Not everything of a type any more.
    NotAll(Type),
    /// Names of a type, existing or not.
    Names(Type, Vec<Name>),
    /// Not these names any more.
    NotNames(Type, Vec<Name>),
}

impl Interest {
    /// The type it is about.
    pub fn ty(&self) -> Type {
        match self {
            Interest::All(ty) | Interest::NotAll(ty) | Interest::Names(ty, _) | Interest::NotNames(ty, _) => *ty,
        }
    }
}

/// Why a stream ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The client subscribes to more than anybody needs.
    #[error("more than {MAX_NAMES} names of {0} are subscribed to")]
    TooManyNames(&'static str),
    /// No resource has such a name.
    #[error("a name of {0} is longer than {MAX_NAME} bytes")]
    LongName(&'static str),
    /// The names of all types together are more than anybody needs.
    #[error("the names of this stream have more than {MAX_BYTES} bytes, the last ones of {0}")]
    TooManyBytes(&'static str),
}

/// A resource that changed, appeared or vanished.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// Its type.
    pub ty: Type,
    /// Its name.
    pub name: Name,
}

/// How far a type of a stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeStatus {
    /// Its type.
    pub ty: Type,
    /// Subscribed to everything.
    pub wildcard: bool,
    /// How many names are subscribed to explicitly.
    pub names: usize,
    /// How many resources the client was sent, or says it holds.
    pub held: usize,
    /// The last response's nonce; 0 for none.
    pub sent: u64,
    /// The last answered response's nonce.
    pub answered: u64,
    /// Since when responses have gone without an answer.
    pub unanswered_since: Option<Instant>,
    /// The last rejection, unless a later response was accepted.
    pub nack: Option<Nack>,
    /// Something of it is not sent because of a missing cluster, or was not while the client waits for one.
    pub held_back: bool,
}

/// Who must have been heard before a client is told more than what is new to it: until then it keeps what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum KeptFor {
    /// Nobody.
    Nobody,
    /// Its own cluster, which has come back to the registry. What others have said while it was gone counts for the client as
    /// it does for all.
    Own,
    /// Every cluster: nobody knows what the client was told before (DESIGN §4, the restart hold).
    All,
}

/// One stream.
#[derive(Debug)]
pub struct Session {
    view: ViewId,
    delta: bool,
    types: [Subscription; 4],
    nonce: u64,
    /// Whom the client waits for.
    kept_for: KeptFor,
    /// Who of these was missing when that was judged last.
    missing: Arc<Missing>,
    /// The view's cluster has left the registry: the client keeps what it has, and is told nothing.
    frozen: bool,
    /// The view's cluster was in the registry and not heard yet, when that was looked at last.
    awaited: bool,
    /// When the wait that holds a response up ends.
    waits_until: Option<Instant>,
    /// How many waits ended without an answer.
    expired: u64,
}

impl Session {
    /// A stream of a view; `delta` for the incremental variant.
    pub fn new(view: ViewId, delta: bool) -> Self {
        Self {
            view,
            delta,
            types: Default::default(),
            nonce: 0,
            kept_for: KeptFor::Nobody,
            missing: Arc::default(),
            frozen: false,
            awaited: false,
            waits_until: None,
            expired: 0,
        }
    }

    /// The stream's view.
    pub fn view(&self) -> ViewId {
        self.view
    }

    /// The proxy turned out to be another: everything is looked at again. What the client holds is remembered.
    pub fn set_view(&mut self, view: ViewId) {
        self.view = view;
        for sub in &mut self.types {
            sub.dirty = Scope::All;
        }
    }

    /// Everything that the stream wants to be woken for.
    pub fn interests(&self) -> Vec<Interest> {
        let mut out = Vec::new();
        for ty in Type::ALL {
            let sub = &self.types[ty.index()];
            if sub.wildcard {
                out.push(Interest::All(ty));
            }
            if !sub.names.is_empty() {
                out.push(Interest::Names(ty, sub.names.iter().cloned().collect()));
            }
        }
        out
    }

    /// Resources changed: those that the stream wants are looked at again.
    pub fn touched<'a>(&mut self, resources: impl IntoIterator<Item = &'a Touched>) {
        for touched in resources {
            let sub = &mut self.types[touched.ty.index()];
            if sub.wants(&touched.name) {
                sub.dirty.add(touched.name.clone());
            }
        }
    }

    /// A type is looked at again, all of it.
    pub fn recheck(&mut self, ty: Type) {
        self.types[ty.index()].dirty = Scope::All;
    }

    /// When to ask [`Session::next`] again, although nothing happened.
    pub fn wake_at(&self) -> Option<Instant> {
        self.waits_until
    }

    /// Whether something is not sent because a cluster has not been heard yet, or is not in the registry (any more).
    pub fn is_held_back(&self) -> bool {
        self.frozen || self.holds_back()
    }

    /// What must be known before the rest is sent; nothing where nothing is held back, or where all is (see
    /// [`Session::is_frozen`]).
    pub fn waits_for(&self) -> Arc<Missing> {
        if self.holds_back() && !self.frozen { self.missing.clone() } else { Arc::default() }
    }

    fn holds_back(&self) -> bool {
        self.types.iter().any(|sub| sub.held_back)
    }

    /// Whether the client is told nothing, because its cluster is not in the registry (any more).
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// How many waits for an answer ended without it.
    pub fn expired_waits(&self) -> u64 {
        self.expired
    }

    /// What the client was sent last of each name of a type, and was not told to drop; and of what it said that it holds, what
    /// stands just so.
    pub fn sent(&self, ty: Type) -> impl Iterator<Item = &Arc<Entry>> {
        self.types[ty.index()].sent.values().filter_map(Held::sent)
    }

    /// What the client said that it holds, and was sent nothing of: other versions than those that stand, so that nobody here
    /// knows their bytes.
    pub fn claimed(&self, ty: Type) -> impl Iterator<Item = &Name> {
        self.types[ty.index()].sent.iter().filter(|(_, held)| held.sent().is_none()).map(|(name, _)| name)
    }

    /// Whether nobody here knows what the client holds of a type: its state of the world is one of an earlier stream, and
    /// nothing of it is sent before every cluster has been heard.
    pub fn is_unknown(&self, ty: Type) -> bool {
        self.is_withheld(ty) && self.types[ty.index()].sent.is_empty()
    }

    /// The restart hold in the state of the world: a client that resumes says one version for all that it holds of a type, so
    /// nobody can tell which of its resources differ. Clusters and listeners would be removed by absence; an endpoint set that
    /// is sent may lack a missing cluster's endpoints, and a route the hosts that it alone defines. So nothing of the type goes.
    fn is_withheld(&self, ty: Type) -> bool {
        !self.delta && self.kept_for != KeptFor::Nobody && self.types[ty.index()].resumed
    }

    /// The names that the client made us remember, in bytes: those it subscribes to, and those it says it holds.
    fn weighs(&self) -> usize {
        let subs = || self.types.iter();
        // most streams have so few that they need not be counted
        let most = subs().map(|sub| sub.names.len() + sub.forced.len() + sub.claimed.len()).sum::<usize>() * MAX_NAME;
        if most <= MAX_BYTES { most } else { subs().map(Subscription::bytes).sum() }
    }

    /// How far each type that was asked for is.
    pub fn status(&self) -> Vec<TypeStatus> {
        let of = |ty: Type| (ty, &self.types[ty.index()]);
        let started = Type::ALL.into_iter().map(of).filter(|(_, sub)| sub.started);
        started
            .map(|(ty, sub)| TypeStatus {
                ty,
                wildcard: sub.wildcard,
                names: sub.names.len(),
                held: sub.sent.len(),
                sent: sub.last_nonce,
                answered: sub.answered_nonce,
                unanswered_since: sub.unanswered_since,
                nack: sub.nack.clone(),
                held_back: sub.held_back,
            })
            .collect()
    }
}
