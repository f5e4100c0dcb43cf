//! What a client is told: a session's next response, in an order in which nothing that it names is missing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::super::response::Response;
use super::super::snapshot::Snapshot;
use super::super::subscription::{Held, Scope, Subscription};
use super::super::types::{Entry, Type};
use super::{HOLD, KeptFor, Session};
use crate::data::model::Name;
use crate::pure::mesh::Missing;

/// What is to be said of a type.
#[derive(Debug, Default)]
struct Found {
    changed: Vec<Arc<Entry>>,
    missing: Vec<Name>,
}

impl Session {
    /// The next response, from the newest state; `None` where nothing is to be said now. Call it only when the stream can take
    /// one: then nothing queues, and what was overtaken is never sent (X11, X22).
    pub fn next(&mut self, snapshot: &Snapshot, now: Instant) -> Option<Response> {
        self.waits_until = None;
        if self.is_kept(snapshot) {
            return None;
        }
        let missing = self.judge(snapshot);
        self.next_change(snapshot, now, &missing).or_else(|| self.next_removal(snapshot, now, &missing))
    }

    /// Whether the client keeps what it has, since its cluster is not in the registry: what stands of its view is what the
    /// clusters that are left say, and its own addresses, services and endpoints are not among that. A cluster that comes back
    /// has said nothing at first: its clients keep what they have until it has, as those that resume do until all have. For
    /// other clusters they wait no more than their neighbours, whom nothing was kept from: one that never answers must not
    /// freeze them.
    fn is_kept(&mut self, snapshot: &Snapshot) -> bool {
        let was = std::mem::replace(&mut self.frozen, snapshot.is_unregistered(self.view));
        // it may have left and come back between two looks: then that it has not been heard is all that can be seen of it
        let awaits = snapshot.awaits_own(self.view);
        let left = was || (awaits && !self.awaited);
        self.awaited = awaits;
        if self.frozen || left {
            self.types.iter_mut().for_each(|sub| sub.dirty = Scope::All);
        }
        if left && !self.frozen {
            self.types.iter_mut().for_each(Subscription::resume);
            self.kept_for = self.kept_for.max(KeptFor::Own);
        }
        self.frozen
    }

    /// What is missing of those that the client waits for. Where that is less than it was, what is held back is looked at again.
    fn judge(&mut self, snapshot: &Snapshot) -> Arc<Missing> {
        let missing = match self.kept_for {
            KeptFor::Nobody => self.missing.clone(),
            KeptFor::Own => Arc::new(snapshot.missing_of_own(self.view)),
            KeptFor::All => snapshot.missing.clone(),
        };
        // what is missing no longer may be all that held something back
        if self.holds_back() && *self.missing != *missing {
            self.types.iter_mut().for_each(|sub| sub.dirty = Scope::All);
        }
        // once everybody has been heard the hold is over for good: a cluster that is registered later, and may never answer,
        // must not freeze what this client gets. Until then it stands that something is held
        if missing.is_empty() {
            self.kept_for = KeptFor::Nobody;
            self.types.iter_mut().for_each(Subscription::end_resume);
        }
        self.missing = missing.clone();
        missing
    }

    /// What is new or different, type by type.
    fn next_change(&mut self, snapshot: &Snapshot, now: Instant, missing: &Missing) -> Option<Response> {
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
            if self.is_withheld(ty) {
                self.types[ty.index()].held_back = true;
                continue;
            }
            let found = self.collect(ty, snapshot, missing);
            if let Some(response) = self.respond(ty, found, now) {
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
    fn collect(&mut self, ty: Type, snapshot: &Snapshot, missing: &Missing) -> Found {
        let (view, delta, hold) = (self.view, self.delta, !missing.is_empty());
        let sub = &mut self.types[ty.index()];
        sub.curious = false;
        let mut found = Found::default();
        let scope = std::mem::take(&mut sub.dirty);
        if matches!(scope, Scope::All) {
            // what is still kept back says so again below
            sub.held_back = false;
        }
        let names: Vec<Name> = match scope {
            Scope::Nothing => Vec::new(),
            Scope::Names(names) => names.into_iter().collect(),
            Scope::All if sub.wildcard => {
                let all: BTreeSet<Name> = snapshot.all(view, ty).map(|e| e.name.clone()).collect();
                let held = sub.sent.keys().chain(&sub.names).filter(|n| !all.contains(*n)).cloned();
                let held: BTreeSet<Name> = held.collect();
                all.into_iter().chain(held).collect()
            }
            Scope::All => sub.names.iter().cloned().collect(),
        };
        for name in names {
            if !sub.wants(&name) {
                continue;
            }
            let held = sub.sent.get(&name).map(Held::version);
            let entry = snapshot.find(view, ty, &name);
            if let Some(entry) = entry {
                sub.share(&entry.name);
            }
            match entry {
                Some(entry) if held == Some(entry.version) && !sub.forced.contains(&name) => {
                    sub.leaving.remove(&name);
                    // a claim is as good as sent; and of equal bytes only those are kept that are kept anyway
                    sub.sent.insert(name, Held::Sent(entry.clone()));
                }
                // the restart hold: of what the client came with, nothing changes that a missing cluster may have more to say
                // about; what is new to it goes on as ever
                Some(entry)
                    if hold
                        && sub.claimed.contains(&name)
                        && held.is_some_and(|v| v != entry.version)
                        && missing.may_feed(entry.own.as_ref()) =>
                {
                    sub.held_back = true;
                }
                Some(entry) => found.changed.push(entry.clone()),
                None if hold && sub.claimed.contains(&name) && held.is_some() => sub.held_back = true,
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

    fn respond(&mut self, ty: Type, found: Found, now: Instant) -> Option<Response> {
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
            sub.sent.insert(entry.name.clone(), Held::Sent(entry.clone()));
            sub.forced.remove(&entry.name);
            sub.told.remove(&entry.name);
            sub.leaving.remove(&entry.name);
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
        // X21: a resuming client that has just this state already needs no answer, unless X13 owes it one, or
        // it dropped what it had of that without an answer
        let resumed_version = sub.resumed_version.take();
        let is_known = !owed && !sub.outdated && resumed_version.as_deref() == Some(version.as_str());
        if !self.delta && is_known {
            return None;
        }
        self.owe(ty, &found.changed);
        let resources = if whole { self.whole(ty) } else { found.changed };
        Some(self.send(ty, version, resources, found.missing, now))
    }

    /// X13: a cluster sent on this stream owes one endpoint set, whatever versions the client claims; without it Envoy keeps
    /// the cluster warming, and withholds its answers.
    fn owe(&mut self, ty: Type, changed: &[Arc<Entry>]) {
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
    ///
    /// Of what stands and was not looked at yet nothing is carried along: it goes with its own news, and with what that owes.
    fn whole(&self, ty: Type) -> Vec<Arc<Entry>> {
        self.sent(ty).cloned().collect()
    }

    /// Removals, once nothing that the client was sent names them any more.
    fn next_removal(&mut self, snapshot: &Snapshot, now: Instant, missing: &Missing) -> Option<Response> {
        for ty in [Type::Listener, Type::Route, Type::Cluster, Type::Endpoint] {
            let view = self.view;
            let sub = &mut self.types[ty.index()];
            // what came back is no removal
            sub.leaving.retain(|name| snapshot.find(view, ty, name).is_none());
            if sub.leaving.is_empty() {
                continue;
            }
            if sub.resumed && !missing.is_empty() {
                sub.held_back = true;
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
                let resources = self.whole(ty);
                return Some(self.send(ty, version, resources, Vec::new(), now));
            }
            // nobody is told of the others: the version that the client has counts them still
            self.types[ty.index()].outdated = true;
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

    fn send(
        &mut self,
        ty: Type,
        version: String,
        resources: Vec<Arc<Entry>>,
        removed: Vec<Name>,
        now: Instant,
    ) -> Response {
        self.nonce += 1;
        let sub = &mut self.types[ty.index()];
        sub.last_nonce = self.nonce;
        sub.outdated = false;
        sub.sent_at = Some(now);
        sub.unanswered_since.get_or_insert(now);
        Response { ty, delta: self.delta, nonce: self.nonce, version, resources, removed }
    }
}
