//! The protocol of one stream, as a value: requests in, responses out, no IO and no clock.
//!
//! The rules are those of the xDS protocol document, numbered X1–X22 where a test proves one. Order on a stream: clusters,
//! then endpoints, then (clusters answered) listeners and routes, then (those answered) removals. A wait ends after
//! [`HOLD`]: the rest is sent, and counted. A NACK holds nothing up. What changes by itself also waits for the answer to the
//! type's last response: so a client that is slow, or stands still, is sent the newest state, and not every state.

use std::time::{Duration, Instant};

use super::request::{DeltaRequest, Request, SotwRequest};
use super::response::Response;
use super::snapshot::{Snapshot, ViewId};
use super::subscription::{Nack, Scope, Subscription, WILDCARD};
use super::types::{Entry, Type};
use crate::data::model::Name;

/// How long a response waits for the answer to one that must come before it.
pub const HOLD: Duration = Duration::from_secs(5);
/// How many names a stream may subscribe to, per type.
const MAX_NAMES: usize = 100_000;

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
    /// The last rejection, unless a later response was accepted.
    pub nack: Option<Nack>,
}

/// One stream.
#[derive(Debug)]
pub struct Session {
    view: ViewId,
    delta: bool,
    types: [Subscription; 4],
    nonce: u64,
    /// The client held something when the stream began: see `held_back`.
    resuming: bool,
    /// Something was not sent because of a missing cluster.
    held_back: bool,
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
            resuming: false,
            held_back: false,
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

    /// Takes a request, and says what the stream is interested in from now on. A type that is not served is ignored.
    ///
    /// # Errors
    /// [`Reject`], which ends the stream.
    pub fn handle(&mut self, request: Request, _now: Instant) -> Result<Vec<Interest>, Reject> {
        let Some(ty) = Type::from_url(request.type_url()) else { return Ok(Vec::new()) };
        match request {
            Request::Sotw(r) => self.handle_sotw(ty, r),
            Request::Delta(r) => self.handle_delta(ty, r),
        }
    }

    fn handle_sotw(&mut self, ty: Type, r: SotwRequest) -> Result<Vec<Interest>, Reject> {
        let sub = &mut self.types[ty.index()];
        // before the first request nothing can be answered: that nonce is of a stream that is over
        if sub.started && !r.nonce.is_empty() {
            // X2: what answers an older response says nothing about now
            if r.nonce.parse() != Ok(sub.last_nonce) {
                return Ok(Vec::new());
            }
            sub.answered(sub.last_nonce, r.error.as_deref());
        } else if !sub.started || sub.last_nonce == 0 {
            sub.answer = true;
            sub.dirty = Scope::All;
            if !r.version.is_empty() {
                sub.resumed = true;
                sub.resumed_version = Some(r.version);
                self.resuming = true;
            }
        }
        sub.curious |= !sub.started;
        sub.started = true;
        let mut interests = Vec::new();
        // X4: a NACK may change the names too
        let mut names: std::collections::BTreeSet<Name> = r.names.iter().map(|n| n.as_str().into()).collect();
        let wildcard = names.remove(WILDCARD) || (names.is_empty() && !sub.named_once && ty.is_wildcard_by_default());
        sub.named_once |= !r.names.is_empty();
        if wildcard != sub.wildcard {
            interests.push(if wildcard { Interest::All(ty) } else { Interest::NotAll(ty) });
            sub.wildcard = wildcard;
            sub.answer = true;
            sub.dirty = Scope::All;
        }
        let gone: Vec<Name> = sub.names.difference(&names).cloned().collect();
        let new: Vec<Name> = names.difference(&sub.names).cloned().collect();
        for name in gone.iter().filter(|_| !wildcard) {
            sub.forget(name);
        }
        for name in &new {
            sub.dirty.add(name.clone());
        }
        sub.answer |= !new.is_empty();
        sub.curious |= sub.answer;
        sub.names = names;
        if !wildcard {
            sub.end_wildcard();
        }
        if !gone.is_empty() {
            interests.push(Interest::NotNames(ty, gone));
        }
        if !new.is_empty() {
            interests.push(Interest::Names(ty, new));
        }
        self.checked(ty, interests)
    }

    fn handle_delta(&mut self, ty: Type, r: DeltaRequest) -> Result<Vec<Interest>, Reject> {
        let sub = &mut self.types[ty.index()];
        if let Ok(nonce) = r.nonce.parse() {
            sub.answered(nonce, r.error.as_deref());
        }
        let first = !sub.started;
        sub.curious |= first || !r.subscribe.is_empty() || !r.unsubscribe.is_empty();
        sub.started = true;
        let mut interests = Vec::new();
        // X7: an empty first subscription means everything
        if first && r.subscribe.is_empty() && ty.is_wildcard_by_default() {
            sub.wildcard = true;
            interests.push(Interest::All(ty));
        }
        if first {
            sub.dirty = Scope::All;
            sub.answer = sub.wildcard && r.initial.is_empty();
        }
        // X3: changes of the subscription count whatever the nonce
        let mut new = Vec::new();
        for name in &r.subscribe {
            if name == WILDCARD {
                sub.answer |= !sub.wildcard && r.initial.is_empty();
                sub.wildcard = true;
                sub.dirty = Scope::All;
                interests.push(Interest::All(ty));
            } else {
                let name: Name = name.as_str().into();
                sub.subscribe(&name);
                new.push(name);
            }
        }
        // X14: what the client holds, after the subscription, which would ask for it again
        if first && !r.initial.is_empty() {
            sub.resumed = true;
            self.resuming = true;
            for (name, version) in &r.initial {
                sub.claimed.insert(name.as_str().into());
                // a version that is not ours equals none
                sub.sent.insert(name.as_str().into(), u128::from_str_radix(version, 16).unwrap_or(0));
            }
        }
        let mut gone = Vec::new();
        for name in &r.unsubscribe {
            if name == WILDCARD {
                sub.end_wildcard();
                interests.push(Interest::NotAll(ty));
            } else {
                let name: Name = name.as_str().into();
                sub.unsubscribe(&name);
                gone.push(name);
            }
        }
        if !new.is_empty() {
            interests.push(Interest::Names(ty, new));
        }
        if !gone.is_empty() {
            interests.push(Interest::NotNames(ty, gone));
        }
        self.checked(ty, interests)
    }

    fn checked(&self, ty: Type, interests: Vec<Interest>) -> Result<Vec<Interest>, Reject> {
        let sub = &self.types[ty.index()];
        if sub.weight() > MAX_NAMES {
            return Err(Reject::TooManyNames(ty.short()));
        }
        Ok(interests)
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

    /// The next response, from the newest state; `None` where nothing is to be said now. Call it only when the stream can take
    /// one: then nothing queues, and what was overtaken is never sent (X11, X22).
    pub fn next(&mut self, snapshot: &Snapshot, now: Instant) -> Option<Response> {
        self.waits_until = None;
        // once everybody has been heard the hold is over for good: a cluster that is registered later, and may never answer,
        // must not freeze what this client gets
        self.resuming &= !snapshot.missing.is_empty();
        let hold = self.resuming;
        if !hold {
            self.types.iter_mut().for_each(|sub| sub.claimed.clear());
        }
        if !hold && std::mem::take(&mut self.held_back) {
            for sub in &mut self.types {
                sub.dirty = Scope::All;
            }
        }
        self.next_change(snapshot, now, hold).or_else(|| self.next_removal(snapshot, now, hold))
    }

    /// When to ask [`Session::next`] again, although nothing happened.
    pub fn wake_at(&self) -> Option<Instant> {
        self.waits_until
    }

    /// Whether something is not sent because a cluster has not been heard yet.
    pub fn is_held_back(&self) -> bool {
        self.held_back
    }

    /// How many waits for an answer ended without it.
    pub fn expired_waits(&self) -> u64 {
        self.expired
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
                nack: sub.nack.clone(),
            })
            .collect()
    }

    /// What is new or different, type by type.
    fn next_change(&mut self, snapshot: &Snapshot, now: Instant, hold: bool) -> Option<Response> {
        for ty in Type::ALL {
            let sub = &self.types[ty.index()];
            if !sub.started || (sub.dirty.is_nothing() && !sub.answer) {
                continue;
            }
            // X11, X22: what is overtaken while the client is busy is never sent
            if !sub.curious && self.waits(&[ty], now) {
                continue;
            }
            // X12: listeners and routes name clusters, which must be there first
            if ty > Type::Endpoint && self.waits(&[Type::Cluster], now) {
                continue;
            }
            // the restart hold: what a resuming client has of the whole state stands
            if hold && !self.delta && self.types[ty.index()].resumed {
                self.held_back = true;
                continue;
            }
            let found = self.collect(ty, snapshot, hold);
            if let Some(response) = self.respond(ty, found, snapshot, now) {
                return Some(response);
            }
        }
        None
    }

    /// Whether the last response of one of these types still waits for its answer. Counts the wait that ends without one.
    fn waits(&mut self, types: &[Type], now: Instant) -> bool {
        let mut waiting = false;
        for ty in types {
            let sub = &mut self.types[ty.index()];
            let Some(sent_at) = sub.sent_at.filter(|_| sub.is_pending()) else { continue };
            let end = sent_at + HOLD;
            if now >= end {
                sub.sent_at = None;
                self.expired += 1;
            } else {
                self.waits_until = Some(self.waits_until.map_or(end, |w| w.min(end)));
                waiting = true;
            }
        }
        waiting
    }

    /// Takes what is dirty of a type: what is to be sent, while what is gone is noted as leaving.
    fn collect(&mut self, ty: Type, snapshot: &Snapshot, hold: bool) -> Found {
        let (view, delta) = (self.view, self.delta);
        let sub = &mut self.types[ty.index()];
        sub.curious = false;
        let mut found = Found::default();
        let names: Vec<Name> = match std::mem::take(&mut sub.dirty) {
            Scope::Nothing => Vec::new(),
            Scope::Names(names) => names.into_iter().collect(),
            Scope::All if sub.wildcard => {
                let all: std::collections::BTreeSet<Name> = snapshot.all(view, ty).map(|e| e.name.clone()).collect();
                let held = sub.sent.keys().chain(&sub.names).filter(|n| !all.contains(*n)).cloned();
                let held: std::collections::BTreeSet<Name> = held.collect();
                all.into_iter().chain(held).collect()
            }
            Scope::All => sub.names.iter().cloned().collect(),
        };
        for name in names {
            if !sub.wants(&name) {
                continue;
            }
            let held = sub.sent.get(&name).copied();
            match snapshot.find(view, ty, &name) {
                Some(entry) if held == Some(entry.version) && !sub.forced.contains(&name) => {
                    sub.leaving.remove(&name);
                }
                // the restart hold: of what the client came with, nothing changes, since a missing cluster may have more to
                // say; what is new to it goes on as ever
                Some(entry) if hold && sub.claimed.contains(&name) && held.is_some_and(|v| v != entry.version) => {
                    self.held_back = true;
                }
                Some(entry) => found.changed.push(entry.clone()),
                None if hold && sub.claimed.contains(&name) && held.is_some() => self.held_back = true,
                None if held.is_some() => {
                    sub.leaving.insert(name);
                }
                // X6, X8: a name that was asked for and does not exist is answered once, and remembered
                None if delta && sub.asked(&name) && !sub.told.contains(&name) => found.missing.push(name),
                None => {}
            }
        }
        found
    }

    fn respond(&mut self, ty: Type, found: Found, snapshot: &Snapshot, now: Instant) -> Option<Response> {
        let sub = &mut self.types[ty.index()];
        let must = std::mem::take(&mut sub.answer);
        let whole = !self.delta && ty.is_wildcard_by_default();
        // listeners need no make-before-break of their own: their whole state goes at once
        let shrinks = whole && ty == Type::Listener && !sub.leaving.is_empty();
        let owed = found.changed.iter().any(|e| sub.forced.contains(&e.name));
        if found.changed.is_empty() && found.missing.is_empty() && !must && !shrinks {
            return None;
        }
        for entry in &found.changed {
            sub.sent.insert(entry.name.clone(), entry.version);
            sub.forced.remove(&entry.name);
            sub.told.remove(&entry.name);
            sub.leaving.remove(&entry.name);
            if !self.delta && ty == Type::Cluster {
                sub.bodies.insert(entry.name.clone(), entry.clone());
            }
        }
        for name in &found.missing {
            sub.forced.remove(name);
            if sub.names.contains(name) {
                sub.told.insert(name.clone());
            }
        }
        if shrinks {
            for name in std::mem::take(&mut sub.leaving) {
                sub.forget(&name);
            }
        }
        let version = if self.delta { String::new() } else { sub.state_version() };
        // X21: a resuming client that has just this state already needs no answer, unless X13 owes it one
        let resumed_version = sub.resumed_version.take();
        if !self.delta && !owed && resumed_version.as_deref() == Some(version.as_str()) {
            return None;
        }
        self.owe(ty, &found.changed);
        let resources = if whole { self.whole(ty, snapshot) } else { found.changed };
        Some(self.send(ty, version, resources, found.missing, now))
    }

    /// X13: a cluster sent on this stream owes one endpoint set, whatever versions the client claims; without it Envoy keeps
    /// the cluster warming, and withholds its answers.
    fn owe(&mut self, ty: Type, changed: &[Entry]) {
        if ty != Type::Cluster {
            return;
        }
        let endpoints = &mut self.types[Type::Endpoint.index()];
        for name in changed.iter().flat_map(|e| e.refs.iter()) {
            // who subscribes later gets it anyway, unless the first request claims to have it
            if endpoints.started && !endpoints.wants(name) {
                continue;
            }
            endpoints.forced.insert(name.clone());
            if endpoints.started {
                endpoints.dirty.add(name.clone());
            }
        }
    }

    /// The whole state of a type, with what is leaving but may still be named.
    fn whole(&self, ty: Type, snapshot: &Snapshot) -> Vec<Entry> {
        let sub = &self.types[ty.index()];
        let current = snapshot.all(self.view, ty).filter(|e| sub.wants(&e.name)).cloned();
        let leaving = sub.leaving.iter().filter_map(|name| sub.bodies.get(name)).cloned();
        current.chain(leaving).collect()
    }

    /// Removals, once nothing that the client was sent names them any more.
    fn next_removal(&mut self, snapshot: &Snapshot, now: Instant, hold: bool) -> Option<Response> {
        for ty in [Type::Listener, Type::Route, Type::Cluster, Type::Endpoint] {
            let view = self.view;
            let sub = &mut self.types[ty.index()];
            // what came back is no removal
            sub.leaving.retain(|name| snapshot.find(view, ty, name).is_none());
            if sub.leaving.is_empty() || (hold && sub.resumed) {
                continue;
            }
            // the type's own news go first: the whole state would carry them along, without what they owe
            let own = [ty];
            let before: &[Type] =
                if ty == Type::Cluster { &[Type::Listener, Type::Route, Type::Cluster] } else { &own };
            // nor does an endpoint set go before its cluster
            if self.waits(before, now) || self.has_news_of(before) {
                return None;
            }
            let sub = &mut self.types[ty.index()];
            let removed: Vec<Name> = std::mem::take(&mut sub.leaving).into_iter().collect();
            for name in &removed {
                let named = sub.names.contains(name);
                sub.forget(name);
                if named {
                    sub.told.insert(name.clone());
                }
            }
            if ty == Type::Cluster {
                let endpoints = &mut self.types[Type::Endpoint.index()];
                endpoints.forced.retain(|name| endpoints.started || !removed.contains(name));
            }
            if self.delta {
                return Some(self.send(ty, String::new(), Vec::new(), removed, now));
            }
            // X10: only clusters and listeners are removed by absence
            if ty.is_wildcard_by_default() {
                let version = self.types[ty.index()].state_version();
                let resources = self.whole(ty, snapshot);
                return Some(self.send(ty, version, resources, Vec::new(), now));
            }
        }
        None
    }

    /// Whether a change of one of these types still waits to be sent.
    fn has_news_of(&self, types: &[Type]) -> bool {
        types.iter().any(|ty| {
            let sub = &self.types[ty.index()];
            sub.started && !sub.dirty.is_nothing()
        })
    }

    fn send(&mut self, ty: Type, version: String, resources: Vec<Entry>, removed: Vec<Name>, now: Instant) -> Response {
        self.nonce += 1;
        let sub = &mut self.types[ty.index()];
        sub.last_nonce = self.nonce;
        sub.sent_at = Some(now);
        Response { ty, delta: self.delta, nonce: self.nonce, version, resources, removed }
    }
}

/// What is to be said of a type.
#[derive(Debug, Default)]
struct Found {
    changed: Vec<Entry>,
    missing: Vec<Name>,
}
