//! What a client asks for: requests into a session.

use std::collections::BTreeSet;
use std::time::Instant;

use super::super::request::{DeltaRequest, Request, SotwRequest};
use super::super::subscription::{Scope, Subscription, WILDCARD};
use super::super::types::Type;
use super::{Interest, KeptFor, MAX_BYTES, MAX_NAME, MAX_NAMES, Reject, Session};
use crate::data::model::Name;

impl Session {
    /// Takes a request, and says what the stream is interested in from now on. A type that is not served is ignored.
    ///
    /// # Errors
    /// [`Reject`], which ends the stream.
    pub fn handle(&mut self, request: Request, now: Instant) -> Result<Vec<Interest>, Reject> {
        let Some(ty) = Type::from_url(request.type_url()) else { return Ok(Vec::new()) };
        if request.names().any(|name| name.len() > MAX_NAME) {
            return Err(Reject::LongName(ty.short()));
        }
        match request {
            Request::Sotw(r) => self.handle_sotw(ty, r, now),
            Request::Delta(r) => self.handle_delta(ty, r, now),
        }
    }

    fn handle_sotw(&mut self, ty: Type, r: SotwRequest, now: Instant) -> Result<Vec<Interest>, Reject> {
        if !self.answers_sotw(ty, &r, now) {
            return Ok(Vec::new());
        }
        let sub = &mut self.types[ty.index()];
        sub.curious |= !sub.started;
        sub.started = true;
        let mut interests = Vec::new();
        // X4: a NACK may change the names too
        let mut names: BTreeSet<Name> = r.names.iter().map(|n| n.as_str().into()).collect();
        let wildcard = names.remove(WILDCARD) || (names.is_empty() && !sub.named_once && ty.is_wildcard_by_default());
        sub.named_once |= !r.names.is_empty();
        if wildcard != sub.wildcard {
            interests.push(if wildcard { Interest::All(ty) } else { Interest::NotAll(ty) });
            sub.wildcard = wildcard;
            sub.answer = true;
            sub.dirty = Scope::All;
        }
        let (gone, new) = sub.rename(names);
        // who names nothing any more does not come again for this type, and may not answer either
        sub.answer &= wildcard || !sub.names.is_empty() || !sub.named_once;
        sub.curious |= sub.answer;
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

    /// Notes what a request of the state of the world answers, or that it comes with something. Whether it counts.
    fn answers_sotw(&mut self, ty: Type, r: &SotwRequest, now: Instant) -> bool {
        let sub = &mut self.types[ty.index()];
        // before the first request nothing can be answered: that nonce is of a stream that is over
        if sub.started && !r.nonce.is_empty() {
            // X2: what answers an older response says nothing about now
            let newest = r.nonce.parse() == Ok(sub.last_nonce);
            if newest {
                sub.answered(sub.last_nonce, r.error.as_deref(), now);
            }
            return newest;
        }
        if !sub.started || sub.last_nonce == 0 {
            sub.answer = true;
            sub.dirty = Scope::All;
            if !r.version.is_empty() {
                // whoever needed no answer says the same again when it wants other names: it began to resume long ago
                if !sub.started {
                    sub.resumed = true;
                    self.kept_for = KeptFor::All;
                }
                sub.resumed_version = Some(r.version.clone());
            }
        }
        true
    }

    fn handle_delta(&mut self, ty: Type, r: DeltaRequest, now: Instant) -> Result<Vec<Interest>, Reject> {
        let sub = &mut self.types[ty.index()];
        if let Ok(nonce) = r.nonce.parse() {
            sub.answered(nonce, r.error.as_deref(), now);
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
        let new = subscribe(sub, ty, &r, &mut interests);
        // X14: what the client holds, after the subscription, which would ask for it again
        if first && !r.initial.is_empty() {
            sub.claim(&r.initial);
            self.kept_for = KeptFor::All;
        }
        let gone = unsubscribe(&mut self.types[ty.index()], ty, &r, &mut interests);
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
        if self.weighs() > MAX_BYTES {
            return Err(Reject::TooManyBytes(ty.short()));
        }
        Ok(interests)
    }
}

/// Takes what a request subscribes to, and gives its names.
fn subscribe(sub: &mut Subscription, ty: Type, r: &DeltaRequest, interests: &mut Vec<Interest>) -> Vec<Name> {
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
    new
}

/// Takes what a request unsubscribes from, and gives its names.
fn unsubscribe(sub: &mut Subscription, ty: Type, r: &DeltaRequest, interests: &mut Vec<Interest>) -> Vec<Name> {
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
    gone
}
