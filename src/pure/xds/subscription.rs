//! What one stream wants and holds of one type.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::types::Entry;
use crate::data::model::Name;

/// The explicit wildcard.
pub(super) const WILDCARD: &str = "*";

/// What must be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Scope {
    #[default]
    Nothing,
    Names(BTreeSet<Name>),
    All,
}

impl Scope {
    pub(super) fn add(&mut self, name: Name) {
        match self {
            Scope::All => {}
            Scope::Names(names) => drop(names.insert(name)),
            Scope::Nothing => *self = Scope::Names([name].into()),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Scope::Nothing
    }
}

/// Why a client rejected a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nack {
    /// The client's words, cut at 2,048 bytes.
    pub reason: String,
    /// The response's nonce.
    pub nonce: u64,
    /// When it came.
    pub at: Instant,
}

impl Nack {
    pub(super) fn new(reason: &str, nonce: u64, at: Instant) -> Self {
        let end = (0..=reason.len().min(2048)).rev().find(|i| reason.is_char_boundary(*i)).unwrap_or(0);
        Self { reason: reason[..end].to_owned(), nonce, at }
    }
}

/// What a client holds of one name. It keeps no bytes that the published state does not keep too, but for those that this very
/// client still has to be told to replace.
#[derive(Debug)]
pub(super) enum Held {
    /// What it was sent last.
    Sent(Arc<Entry>),
    /// It said so when the stream began, with this version; a box, since a reference is all that there is of the other.
    Claimed(Box<u128>),
}

impl Held {
    pub(super) fn version(&self) -> u128 {
        match self {
            Held::Sent(entry) => entry.version,
            Held::Claimed(version) => **version,
        }
    }

    /// What was sent; none for a claim.
    pub(super) fn sent(&self) -> Option<&Arc<Entry>> {
        match self {
            Held::Sent(entry) => Some(entry),
            Held::Claimed(_) => None,
        }
    }
}

/// One type of one stream.
#[derive(Debug, Default)]
pub(super) struct Subscription {
    /// There was a request.
    pub(super) started: bool,
    /// Subscribed to everything.
    pub(super) wildcard: bool,
    /// State of the world: names were sent once, so that an empty list means none (X7).
    pub(super) named_once: bool,
    /// Subscribed to by name.
    pub(super) names: BTreeSet<Name>,
    /// What the client was sent, or says it holds. State of the world: what is leaving is sent along until it may go.
    pub(super) sent: BTreeMap<Name, Held>,
    /// To be sent although the version is the same.
    pub(super) forced: BTreeSet<Name>,
    /// Names that do not exist, and of which the client has been told so (X6).
    pub(super) told: BTreeSet<Name>,
    /// What the client holds and does not exist any more: removals, which go last.
    pub(super) leaving: BTreeSet<Name>,
    pub(super) dirty: Scope,
    /// The next response must go, even an empty one.
    pub(super) answer: bool,
    /// A request wants to know something: that does not wait for the answer to an earlier response.
    pub(super) curious: bool,
    /// The client held something when the stream began.
    pub(super) resumed: bool,
    /// Incremental: what the client held when the stream began; empty once the restart hold is over.
    pub(super) claimed: BTreeSet<Name>,
    /// Something is not sent because of a missing cluster, or was not since the client waits for one.
    pub(super) held_back: bool,
    /// State of the world: the version that the client has counts names that it was not told to drop. The next request that
    /// drops some is answered, or the client would come again with a version that nothing has, and be sent everything.
    pub(super) outdated: bool,
    /// State of the world: the version that the resuming client has.
    pub(super) resumed_version: Option<String>,
    pub(super) last_nonce: u64,
    pub(super) answered_nonce: u64,
    /// When the last response went, while it is waited for.
    pub(super) sent_at: Option<Instant>,
    /// When the first response went that has not been answered, nor any after it.
    pub(super) unanswered_since: Option<Instant>,
    pub(super) nack: Option<Nack>,
}

impl Subscription {
    /// Whether a response has not been answered yet.
    pub(super) fn is_pending(&self) -> bool {
        self.started && self.last_nonce > self.answered_nonce
    }

    /// Whether a name is subscribed to.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.started && (self.wildcard || self.names.contains(name))
    }

    /// Whether the client named it, and so hears of it even where it does not exist.
    pub(super) fn asked(&self, name: &Name) -> bool {
        self.names.contains(name) || self.forced.contains(name)
    }

    /// Notes an ACK or NACK of a response.
    pub(super) fn answered(&mut self, nonce: u64, error: Option<&str>, now: Instant) {
        if nonce > self.last_nonce {
            return;
        }
        if nonce == self.last_nonce {
            self.unanswered_since = None;
        }
        self.answered_nonce = self.answered_nonce.max(nonce);
        match error {
            Some(reason) => self.nack = Some(Nack::new(reason, nonce, now)),
            None if self.nack.as_ref().is_some_and(|n| n.nonce < nonce) => self.nack = None,
            None => {}
        }
    }

    /// Takes a resource's own name for the equal one that came over the wire: a thousand proxies then share its bytes.
    pub(super) fn share(&mut self, name: &Name) {
        if self.names.get(name).is_some_and(|held| !held.is_same(name)) {
            self.names.replace(name.clone());
        }
        if self.sent.get_key_value(name).is_some_and(|(held, _)| !held.is_same(name))
            && let Some(held) = self.sent.remove(name)
        {
            self.sent.insert(name.clone(), held);
        }
    }

    /// Subscribes to a name; being subscribed already asks for it again (X5).
    pub(super) fn subscribe(&mut self, name: &Name) {
        self.names.insert(name.clone());
        self.told.remove(name);
        if self.sent.contains_key(name) {
            self.forced.insert(name.clone());
        }
        self.dirty.add(name.clone());
    }

    /// Unsubscribes from a name. One that the wildcard still covers is answered (X8); a phantom is nothing (X9).
    pub(super) fn unsubscribe(&mut self, name: &Name) {
        if !self.names.remove(name) {
            return;
        }
        if self.wildcard {
            self.forced.insert(name.clone());
            self.told.remove(name);
            self.dirty.add(name.clone());
        } else {
            self.forget(name);
        }
    }

    /// The client dropped a name: nothing is known of it any more.
    pub(super) fn forget(&mut self, name: &Name) {
        self.sent.remove(name);
        self.forced.remove(name);
        self.told.remove(name);
        self.leaving.remove(name);
        if let Scope::Names(names) = &mut self.dirty {
            names.remove(name);
        }
    }

    /// State of the world: the names that a request gives are all that are subscribed to. Says which are gone, and which new.
    pub(super) fn rename(&mut self, names: BTreeSet<Name>) -> (Vec<Name>, Vec<Name>) {
        let gone: Vec<Name> = self.names.difference(&names).cloned().collect();
        let new: Vec<Name> = names.difference(&self.names).cloned().collect();
        if !self.wildcard {
            self.outdated |= gone.iter().any(|name| self.sent.contains_key(name));
            self.answer |= self.outdated && !gone.is_empty();
            gone.iter().for_each(|name| self.forget(name));
        }
        for name in &new {
            self.dirty.add(name.clone());
        }
        self.answer |= !new.is_empty();
        self.names = names;
        (gone, new)
    }

    /// How much a client makes us remember of a type.
    pub(super) fn weight(&self) -> usize {
        let dirty = match &self.dirty {
            Scope::Names(names) => names.len(),
            Scope::Nothing | Scope::All => 0,
        };
        self.names.len().max(self.forced.len()).max(self.told.len()).max(dirty).max(self.sent.len() / 2)
    }

    /// How many bytes the names have that the client gave: those it subscribes to, asks for once more, or came with.
    pub(super) fn bytes(&self) -> usize {
        let named = |name: &&Name| !self.names.contains(*name);
        let others = self.forced.iter().filter(named).chain(self.claimed.iter().filter(named));
        self.names.iter().chain(others).map(|name| name.len()).sum()
    }

    /// What the client came with counts for nothing more than what it was sent.
    pub(super) fn end_resume(&mut self) {
        self.resumed = false;
        self.held_back = false;
        self.claimed.clear();
    }

    /// The client comes with these versions of these names (X14).
    pub(super) fn claim(&mut self, initial: &BTreeMap<String, String>) {
        self.resumed = true;
        for (name, version) in initial {
            self.claimed.insert(name.as_str().into());
            // a version that is not ours equals none
            let version = u128::from_str_radix(version, 16).unwrap_or(0);
            self.sent.insert(name.as_str().into(), Held::Claimed(Box::new(version)));
        }
    }

    /// The client is to be treated as one that comes with all that it was sent.
    pub(super) fn resume(&mut self) {
        self.resumed |= self.started && !self.sent.is_empty();
        self.claimed.extend(self.sent.keys().cloned());
    }

    /// The wildcard ends: only what is named explicitly is held on to.
    pub(super) fn end_wildcard(&mut self) {
        self.wildcard = false;
        let dropped: Vec<Name> = self.sent.keys().filter(|n| !self.names.contains(*n)).cloned().collect();
        for name in dropped {
            self.forget(&name);
        }
    }

    /// The version of everything the client holds, for the state of the world: equal contents have equal versions, in any
    /// process (X21).
    pub(super) fn state_version(&self) -> String {
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        for (name, held) in &self.sent {
            hash.update(name.as_bytes());
            hash.update(&[0]);
            hash.update(&held.version().to_le_bytes());
        }
        format!("{:032x}", hash.digest128())
    }
}
