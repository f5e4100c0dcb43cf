//! One stream without IO: the rules X1–X16, X18, X21 and X22 of the protocol, delta and state of the world (SotW), each a test
//! named after it, with a real catalog behind the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshctl::pure::mesh::Change;
use meshctl::pure::xds::{
    DeltaRequest, Entry, HOLD, Interest, Reject, Request, Response, Session, SotwRequest, Type, Update, ViewId,
};
use prost::Message;
use serde_json::json;

use crate::world::{Obj, World, ep, feed, slice, svc, view};

const BOTH: [bool; 2] = [true, false];

/// A stream of the sidecar view of cluster `a` in namespace `n`.
struct Stream {
    world: World,
    view: ViewId,
    session: Session,
    delta: bool,
    now: Instant,
    /// The last response of each type.
    last: BTreeMap<Type, Response>,
}

fn x() -> Vec<Obj> {
    service("x", "10.9.0.1", "10.0.0.1")
}

fn y() -> Vec<Obj> {
    service("y", "10.9.0.2", "10.0.0.2")
}

fn service(name: &str, vip: &str, address: &str) -> Vec<Obj> {
    vec![
        svc("n", name, vip, &[("http", 80)]),
        slice("n", &format!("{name}-1"), name, &[("http", 80)], &[ep(address, "")]),
    ]
}

const X: &str = "outbound|80||x.n.svc.cluster.local";
const Y: &str = "outbound|80||y.n.svc.cluster.local";
const Z: &str = "outbound|80||z.n.svc.cluster.local";

fn stream(delta: bool, clusters: &[(&str, Vec<Obj>)]) -> Stream {
    let mut world = World::of(clusters);
    let id = world.attach(view("a", "n"));
    Stream { world, view: id, session: Session::new(id, delta), delta, now: Instant::now(), last: BTreeMap::new() }
}

impl Stream {
    /// A new stream to the same world.
    fn again(mut self) -> Stream {
        self.session = Session::new(self.view, self.delta);
        self.last.clear();
        self
    }

    fn sotw(&mut self, r: SotwRequest) -> Vec<Interest> {
        self.session.handle(Request::Sotw(r), self.now).expect("taken")
    }

    fn delta(&mut self, r: DeltaRequest) -> Vec<Interest> {
        self.session.handle(Request::Delta(r), self.now).expect("taken")
    }

    /// The first request of a type, or another one that names these (SotW: just these).
    fn subscribe(&mut self, ty: Type, names: &[&str]) {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let (type_url, nonce) =
            (ty.url().to_owned(), self.last.get(&ty).map(|r| r.nonce.to_string()).unwrap_or_default());
        if self.delta {
            self.delta(DeltaRequest { type_url, subscribe: names, ..Default::default() });
        } else {
            let version = self.last.get(&ty).map(|r| r.version.clone()).unwrap_or_default();
            self.sotw(SotwRequest { type_url, names, nonce, version, ..Default::default() });
        }
    }

    /// Answers a response; SotW repeats the names.
    fn answer(&mut self, response: &Response, error: Option<&str>, names: &[&str]) {
        let (type_url, nonce) = (response.ty.url().to_owned(), response.nonce.to_string());
        let error = error.map(str::to_owned);
        if self.delta {
            self.delta(DeltaRequest { type_url, nonce, error, ..Default::default() });
        } else {
            let names = names.iter().map(|n| (*n).to_owned()).collect();
            self.sotw(SotwRequest { type_url, nonce, error, names, version: response.version.clone() });
        }
    }

    fn ack(&mut self, response: &Response) {
        let names: Vec<String> = self.named(response.ty);
        self.answer(response, None, &names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    fn nack(&mut self, response: &Response) {
        let names: Vec<String> = self.named(response.ty);
        self.answer(response, Some("no"), &names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The names that the stream is subscribed to explicitly.
    fn named(&self, ty: Type) -> Vec<String> {
        let interests = self.session.interests();
        let all = interests.contains(&Interest::All(ty));
        let of = |i: Interest| match i {
            Interest::Names(of, names) if of == ty => names,
            _ => Vec::new(),
        };
        let mut names: Vec<String> = interests.into_iter().flat_map(of).map(|n| n.to_string()).collect();
        if all && !names.is_empty() {
            names.push("*".to_owned());
        }
        names
    }

    fn next(&mut self) -> Option<Response> {
        let response = self.session.next(&self.world.snapshot(), self.now)?;
        // what is written is what was meant, in both variants
        let bytes = response.to_bytes();
        assert_eq!(bytes.len(), response.encoded_len());
        if self.delta {
            use meshctl_proto::envoy::service::discovery::v3::DeltaDiscoveryResponse;
            assert_eq!(DeltaDiscoveryResponse::decode(bytes).unwrap().resources.len(), response.resources.len());
        } else {
            use meshctl_proto::envoy::service::discovery::v3::DiscoveryResponse;
            assert_eq!(DiscoveryResponse::decode(bytes).unwrap().resources.len(), response.resources.len());
        }
        let names: BTreeSet<_> = response.resources.iter().map(|e| &e.name).chain(&response.removed).collect();
        assert_eq!(
            names.len(),
            response.resources.len() + response.removed.len(),
            "X9: a name stands twice in {response:?}"
        );
        self.last.insert(response.ty, response.clone());
        Some(response)
    }

    /// The next response in short; `None` as `-`.
    fn says(&mut self) -> String {
        self.next().map_or("-".to_owned(), |r| short(&r))
    }

    /// Everything that there is to say, each response accepted at once.
    fn flush(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        while let Some(response) = self.next() {
            out.push(short(&response));
            self.ack(&response);
            assert!(out.len() < 50, "it never ends: {out:?}");
        }
        out
    }

    /// The world changes, and the stream is told.
    fn change(&mut self, change: impl FnOnce(&mut World) -> Vec<Update>) {
        let updates = change(&mut self.world);
        let snapshot = self.world.snapshot();
        let mine =
            updates.iter().filter(|u| snapshot.tables(self.view, u.touched.ty).contains(&u.table)).map(|u| &u.touched);
        let mine: Vec<_> = mine.cloned().collect();
        self.session.touched(&mine);
    }

    fn put(&mut self, objects: &[Obj]) {
        for object in objects {
            self.change(|w| w.put("a", object));
        }
    }

    fn remove(&mut self, objects: &[Obj]) {
        for object in objects {
            self.change(|w| w.remove("a", object));
        }
    }

    fn later(&mut self, by: Duration) {
        self.now += by;
    }

    /// What the client holds, for a resume.
    fn versions(&self, ty: Type) -> BTreeMap<String, String> {
        self.world.snapshot().all(self.view, ty).map(|e| (e.name.to_string(), e.version_text())).collect()
    }

    fn resume(&mut self, ty: Type, subscribe: &[&str], initial: BTreeMap<String, String>) {
        let subscribe = subscribe.iter().map(|n| (*n).to_owned()).collect();
        self.delta(DeltaRequest { type_url: ty.url().to_owned(), subscribe, initial, ..Default::default() });
    }

    fn resume_sotw(&mut self, ty: Type, names: &[&str], version: &str) {
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        self.sotw(SotwRequest {
            type_url: ty.url().to_owned(),
            names,
            version: version.to_owned(),
            ..Default::default()
        });
    }
}

/// `CDS +x -y`: services by name, without the clusters and listeners that everybody has.
fn short(r: &Response) -> String {
    let name = |n: &str| n.split("||").nth(1).map_or(n.to_owned(), |h| h.split('.').next().unwrap_or(h).to_owned());
    let builtin = ["BlackHoleCluster", "InboundPassthroughCluster", "PassthroughCluster", "virtualOutbound"];
    let shown = |n: &str| !builtin.contains(&n);
    let mut out = r.ty.short().to_owned();
    for entry in r.resources.iter().filter(|e| shown(&e.name)) {
        out.push_str(&format!(" +{}", name(&entry.name)));
    }
    for removed in &r.removed {
        out.push_str(&format!(" -{}", name(removed)));
    }
    out
}

fn all() -> Vec<Obj> {
    [x(), y()].concat()
}

/// The slice of x with another address.
fn x_moved() -> Obj {
    slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.0.9", "")])
}

/// The service x as another one under the same name: its cluster changes.
fn x_http2() -> Obj {
    svc("n", "x", "10.9.0.1", &[("http", 80)]).set("/spec/ports/0/appProtocol", json!("kubernetes.io/h2c"))
}

/// Subscribes to everything as Envoy does, and takes all.
fn settle(s: &mut Stream) {
    s.subscribe(Type::Cluster, &[]);
    s.flush();
    s.subscribe(Type::Endpoint, &[X, Y]);
    s.flush();
    s.subscribe(Type::Listener, &[]);
    s.flush();
    s.subscribe(Type::Route, &["80"]);
    s.flush();
    assert_eq!(s.says(), "-");
}

#[test]
fn x1_a_rejected_version_is_not_sent_again_until_it_changes() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        s.put(&[x_moved()]);
        let response = s.next().unwrap();
        assert_eq!(short(&response), "EDS +x");
        s.nack(&response);
        assert_eq!(s.says(), "-", "delta {delta}");
        let status = s.session.status().into_iter().find(|t| t.ty == Type::Endpoint).unwrap();
        assert_eq!(status.nack.unwrap().reason, "no");
        // other types go on, and so does this one with new content
        s.put(&[svc("n", "z", "10.9.0.3", &[("http", 80)])]);
        assert!(s.flush().iter().any(|r| r.contains("+z")), "delta {delta}");
        s.put(&[slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.0.8", "")])]);
        assert_eq!(s.flush(), ["EDS +x"], "delta {delta}");
        let status = s.session.status().into_iter().find(|t| t.ty == Type::Endpoint).unwrap();
        assert_eq!(status.nack, None);
    }
}

#[test]
fn x1_a_rejection_holds_nothing_up() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        // one change of a cluster, one of a listener and a route
        s.put(&[x_http2(), svc("n", "z", "10.9.0.3", &[("tcp-z", 90)])]);
        let response = s.next().unwrap();
        assert_eq!(response.ty, Type::Cluster);
        s.nack(&response);
        assert!(s.flush().iter().any(|r| r.starts_with("LDS") && r.contains("10.9.0.3_90")), "delta {delta}");
        assert_eq!(s.session.expired_waits(), 0);
    }
}

#[test]
fn x2_sotw_requests_with_an_old_nonce_are_ignored() {
    let mut s = stream(false, &[("a", all())]);
    s.subscribe(Type::Endpoint, &[X]);
    let first = s.next().unwrap();
    s.put(&[x_moved()]);
    s.now += HOLD;
    let second = s.next().unwrap();
    // the answer to the first comes late, and names y too
    s.answer(&first, None, &[X, Y]);
    assert_eq!(s.says(), "-");
    let status = &s.session.status()[0];
    assert_eq!((status.sent, status.answered, status.names), (second.nonce, 0, 1));
    s.answer(&second, None, &[X, Y]);
    assert_eq!(s.says(), "EDS +y");
}

#[test]
fn x2_sotw_a_nonce_of_an_earlier_stream_is_none() {
    let mut s = stream(false, &[("a", all())]);
    s.sotw(SotwRequest {
        type_url: Type::Endpoint.url().into(),
        names: vec![X.into()],
        nonce: "17".into(),
        ..Default::default()
    });
    assert_eq!(s.flush(), ["EDS +x"]);
}

#[test]
fn x3_delta_subscriptions_count_whatever_the_nonce() {
    let mut s = stream(true, &[("a", all())]);
    settle(&mut s);
    s.delta(DeltaRequest {
        type_url: Type::Endpoint.url().into(),
        nonce: "1".into(),
        unsubscribe: vec![Y.into()],
        ..Default::default()
    });
    s.put(&[slice("n", "y-1", "y", &[("http", 80)], &[])]);
    assert_eq!(s.says(), "-");
    for nonce in ["", "0", "-1", "99999", "18446744073709551616", "\u{0}", "x"] {
        s.delta(DeltaRequest {
            type_url: Type::Endpoint.url().into(),
            nonce: nonce.into(),
            subscribe: vec![Y.into()],
            ..Default::default()
        });
        assert_eq!(s.flush(), ["EDS +y"], "nonce {nonce:?}");
    }
}

#[test]
fn x4_a_rejection_may_change_the_subscription() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        s.subscribe(Type::Endpoint, &[X]);
        let response = s.next().unwrap();
        let (type_url, nonce) = (Type::Endpoint.url().to_owned(), response.nonce.to_string());
        let error = Some("no".to_owned());
        if delta {
            s.delta(DeltaRequest { type_url, nonce, error, subscribe: vec![Y.into()], ..Default::default() });
        } else {
            s.sotw(SotwRequest { type_url, nonce, error, names: vec![X.into(), Y.into()], ..Default::default() });
        }
        assert_eq!(s.flush(), ["EDS +y"], "delta {delta}");
    }
}

#[test]
fn x5_delta_subscribing_again_is_answered_again() {
    let mut s = stream(true, &[("a", all())]);
    settle(&mut s);
    s.subscribe(Type::Endpoint, &[X]);
    assert_eq!(s.flush(), ["EDS +x"]);
    s.subscribe(Type::Endpoint, &[Z]);
    assert_eq!(s.flush(), ["EDS -z"]);
    s.subscribe(Type::Endpoint, &[Z]);
    assert_eq!(s.flush(), ["EDS -z"]);
}

#[test]
fn x6_delta_a_name_that_does_not_exist_is_answered_once_and_sent_when_it_does() {
    let mut s = stream(true, &[("a", all())]);
    s.subscribe(Type::Endpoint, &[Z]);
    assert_eq!(s.flush(), ["EDS -z"]);
    let z = service("z", "10.9.0.3", "10.0.0.3");
    s.put(&z);
    assert_eq!(s.flush(), ["EDS +z"]);
    s.remove(&z);
    assert_eq!(s.flush(), ["EDS -z"]);
    s.put(&z);
    assert_eq!(s.flush(), ["EDS +z"]);
}

#[test]
fn x6_sotw_a_name_that_does_not_exist_is_sent_when_it_does() {
    let mut s = stream(false, &[("a", all())]);
    s.subscribe(Type::Endpoint, &[X, Z]);
    assert_eq!(s.flush(), ["EDS +x"]);
    s.put(&service("z", "10.9.0.3", "10.0.0.3"));
    assert_eq!(s.flush(), ["EDS +z"]);
}

#[test]
fn x7_an_empty_first_request_means_everything_until_names_were_sent() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        s.subscribe(Type::Cluster, &[]);
        assert_eq!(s.flush(), ["CDS +x +y"], "delta {delta}");
        // it goes on to mean everything
        s.put(&service("z", "10.9.0.3", "10.0.0.3"));
        assert_eq!(s.flush(), [if delta { "CDS +z" } else { "CDS +x +y +z" }]);
        // endpoints and routes have no such form
        let mut s = stream(delta, &[("a", all())]);
        s.subscribe(Type::Endpoint, &[]);
        assert!(s.flush().iter().all(|r| r == "EDS"), "delta {delta}");
    }
}

#[test]
fn x7_the_explicit_wildcard_stands_beside_names() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        s.subscribe(Type::Cluster, &[X]);
        assert_eq!(s.flush(), ["CDS +x"], "delta {delta}");
        s.subscribe(Type::Cluster, &["*", X]);
        // subscribing again asks for x again (X5)
        assert_eq!(s.flush(), ["CDS +x +y"], "delta {delta}");
        if delta {
            s.delta(DeltaRequest {
                type_url: Type::Cluster.url().into(),
                unsubscribe: vec!["*".into()],
                ..Default::default()
            });
        } else {
            s.subscribe(Type::Cluster, &[X]);
        }
        s.flush();
        // x stays, y is nobody's business any more
        s.put(&[x_http2(), svc("n", "y", "10.9.0.2", &[("http", 80), ("more", 81)])]);
        assert_eq!(s.flush(), ["CDS +x"], "delta {delta}");
        assert_eq!(s.session.status()[0].held, 1, "delta {delta}");
    }
}

#[test]
fn x7_sotw_an_empty_list_after_names_means_none() {
    let mut s = stream(false, &[("a", all())]);
    s.subscribe(Type::Cluster, &[X]);
    assert_eq!(s.flush(), ["CDS +x"]);
    s.subscribe(Type::Cluster, &[]);
    s.put(&[x_http2()]);
    assert!(s.flush().iter().all(|r| r == "CDS"));
    assert!(s.session.interests().is_empty());
}

#[test]
fn x8_delta_unsubscribing_what_the_wildcard_covers_is_answered() {
    let mut s = stream(true, &[("a", all())]);
    s.subscribe(Type::Cluster, &["*", X, Z]);
    assert_eq!(s.flush(), ["CDS +x +y -z"]);
    let unsubscribe = |names: &[&str]| DeltaRequest {
        type_url: Type::Cluster.url().into(),
        unsubscribe: names.iter().map(|n| (*n).to_owned()).collect(),
        ..Default::default()
    };
    s.delta(unsubscribe(&[X]));
    assert_eq!(s.flush(), ["CDS +x"]);
    s.delta(unsubscribe(&[Z]));
    assert_eq!(s.flush(), ["CDS -z"]);
    s.put(&[x_http2()]);
    assert_eq!(s.flush(), ["CDS +x"]);
}

#[test]
fn x9_delta_a_phantom_unsubscribe_is_nothing() {
    let mut s = stream(true, &[("a", all())]);
    settle(&mut s);
    let before = s.session.status();
    for ty in Type::ALL {
        let unsubscribe = vec![Z.into(), "".into(), "nobody".into()];
        s.delta(DeltaRequest { type_url: ty.url().into(), unsubscribe, ..Default::default() });
    }
    assert_eq!(s.says(), "-");
    assert_eq!(s.session.status(), before);
    // nor does a name that is there twice come twice
    s.subscribe(Type::Endpoint, &[X, X]);
    assert_eq!(s.flush(), ["EDS +x"]);
}

#[test]
fn x10_sotw_clusters_and_listeners_are_always_complete() {
    let mut s = stream(false, &[("a", all())]);
    settle(&mut s);
    s.put(&[svc("n", "z", "10.9.0.3", &[("tcp-z", 90)])]);
    let said = s.flush();
    assert_eq!(said, ["CDS +x +y +z", "LDS +0.0.0.0_80 +10.9.0.3_90"]);
    s.remove(&[svc("n", "z", "10.9.0.3", &[("tcp-z", 90)])]);
    assert_eq!(s.flush(), ["LDS +0.0.0.0_80", "CDS +x +y"]);
    // for other types absence means nothing: what changed goes alone
    s.put(&[x_moved()]);
    assert_eq!(s.flush(), ["EDS +x"]);
    // nothing at all is an answer too
    let mut empty = stream(false, &[("a", vec![])]);
    empty.subscribe(Type::Cluster, &[]);
    assert_eq!(empty.flush(), ["CDS"]);
}

#[test]
fn x11_only_the_newest_state_is_sent() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        for n in 1..100 {
            s.put(&[slice("n", "x-1", "x", &[("http", 80)], &[ep(&format!("10.0.1.{n}"), "")])]);
        }
        let response = s.next().unwrap();
        assert!(address_of(&response.resources[0]).contains("10.0.1.99"), "delta {delta}");
        s.ack(&response);
        assert_eq!(s.says(), "-");
        // there and back again is no change, and what came and went was never there
        s.put(&[x_moved()]);
        s.put(&[slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.1.99", "")])]);
        let z = service("z", "10.9.0.3", "10.0.0.3");
        s.put(&z);
        s.remove(&z);
        assert_eq!(s.says(), "-", "delta {delta}");
    }
}

fn address_of(entry: &Entry) -> String {
    use meshctl_proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
    format!("{:?}", ClusterLoadAssignment::decode(entry.body.concat().as_slice()).unwrap())
}

#[test]
fn x12_listeners_and_routes_wait_for_the_answer_to_clusters() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        let z = [svc("n", "z", "10.9.0.3", &[("http", 80), ("tcp-z", 90)])];
        s.put(&z);
        let clusters = s.next().unwrap();
        assert_eq!(clusters.ty, Type::Cluster);
        assert_eq!(s.says(), "-", "delta {delta}");
        assert_eq!(s.session.wake_at(), Some(s.now + HOLD));
        s.ack(&clusters);
        assert_eq!(s.session.wake_at(), Some(s.now + HOLD));
        let rest = s.flush();
        assert_eq!(rest.iter().map(|r| &r[..3]).collect::<Vec<_>>(), ["LDS", "RDS"], "delta {delta}: {rest:?}");
        assert_eq!((s.session.wake_at(), s.session.expired_waits()), (None, 0));
    }
}

#[test]
fn x12_a_wait_ends_after_the_hold_and_is_counted() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        s.put(&[svc("n", "z", "10.9.0.3", &[("tcp-z", 90)])]);
        assert!(s.says().starts_with("CDS"));
        s.later(HOLD - Duration::from_millis(1));
        assert_eq!(s.says(), "-");
        s.later(Duration::from_millis(1));
        assert!(s.says().starts_with("LDS"), "delta {delta}");
        assert_eq!(s.session.expired_waits(), 1);
        assert_eq!(s.says(), "-");
    }
}

#[test]
fn x12_removals_go_last_once_nothing_names_them() {
    for delta in BOTH {
        let z = svc("n", "z", "10.9.0.3", &[("http", 80), ("tcp-z", 90)]);
        let mut s = stream(delta, &[("a", [all(), vec![z.clone()]].concat())]);
        settle(&mut s);
        s.subscribe(Type::Endpoint, &[X, Y, Z]);
        s.flush();
        s.remove(&[z]);
        // the listener of port 90 goes and the route of port 80 changes; both are sent, and not answered yet
        let route = s.next().unwrap();
        let listener = s.next().unwrap();
        let mut types = [route.ty, listener.ty];
        types.sort();
        assert_eq!(types, [Type::Listener, Type::Route], "delta {delta}");
        assert_eq!(s.says(), "-", "neither cluster nor endpoint set goes before that, delta {delta}");
        s.ack(&route);
        assert_eq!(s.says(), "-", "delta {delta}");
        s.ack(&listener);
        let rest = s.flush();
        let expected: &[&str] = if delta { &["CDS -z -z", "EDS -z"] } else { &["CDS +x +y"] };
        assert_eq!(rest, expected);
    }
}

#[test]
fn x12_sotw_what_is_leaving_stays_in_the_whole_even_if_the_stream_looked_in_between() {
    let z = svc("n", "z", "10.9.0.3", &[("http", 80)]);
    let mut s = stream(false, &[("a", [all(), vec![z.clone()]].concat())]);
    settle(&mut s);
    // the state is published, the stream is asked for another reason, and only then told
    let updates = s.world.remove("a", &z);
    assert_eq!(s.says(), "-");
    let touched: Vec<_> = updates.into_iter().map(|u| u.touched).collect();
    s.session.touched(&touched);
    s.put(&service("w", "10.9.0.4", "10.0.0.4"));
    assert_eq!(s.says(), "CDS +w +x +y +z");
}

#[test]
fn x12_what_comes_back_before_it_went_is_no_removal() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        s.remove(&y());
        let route = s.next().unwrap();
        assert_eq!(route.ty, Type::Route);
        s.put(&y());
        s.ack(&route);
        let rest = s.flush();
        assert!(rest.iter().all(|r| !r.contains("-y") && !r.starts_with("CDS")), "delta {delta}: {rest:?}");
        assert!(rest.iter().any(|r| r.starts_with("RDS")), "delta {delta}: {rest:?}");
    }
}

#[test]
fn x13_a_changed_cluster_owes_its_endpoint_set() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        s.put(&[x_http2()]);
        let said = s.flush();
        assert_eq!(said[1], "EDS +x", "delta {delta}: {said:?}");
    }
}

#[test]
fn x13_it_is_owed_whatever_versions_a_resuming_client_claims() {
    let mut s = stream(true, &[("a", all())]);
    let (clusters, endpoints) = (s.versions(Type::Cluster), s.versions(Type::Endpoint));
    s.put(&[x_http2()]);
    for endpoints_first in BOTH {
        s = s.again();
        if endpoints_first {
            s.resume(Type::Endpoint, &[X, Y], endpoints.clone());
            assert_eq!(s.says(), "-");
        }
        s.resume(Type::Cluster, &[], clusters.clone());
        let response = s.next().unwrap();
        assert_eq!(short(&response), "CDS +x");
        if !endpoints_first {
            s.resume(Type::Endpoint, &[X, Y], endpoints.clone());
        }
        assert_eq!(s.says(), "EDS +x", "endpoints first: {endpoints_first}");
        assert_eq!(s.says(), "-");
    }
}

#[test]
fn x13_it_is_owed_whatever_version_a_resuming_client_claims_sotw() {
    let mut s = stream(false, &[("a", all())]);
    settle(&mut s);
    let version = |s: &Stream, ty| s.last[&ty].version.clone();
    let (clusters, endpoints) = (version(&s, Type::Cluster), version(&s, Type::Endpoint));
    s.put(&[x_http2()]);
    for endpoints_first in BOTH {
        s = s.again();
        if endpoints_first {
            s.resume_sotw(Type::Endpoint, &[X, Y], &endpoints);
            assert_eq!(s.says(), "-");
        }
        s.resume_sotw(Type::Cluster, &[], &clusters);
        assert_eq!(s.says(), "CDS +x +y");
        if !endpoints_first {
            s.resume_sotw(Type::Endpoint, &[X, Y], &endpoints);
        }
        assert_eq!(s.says(), "EDS +x +y", "endpoints first: {endpoints_first}");
        assert_eq!(s.says(), "-");
    }
}

#[test]
fn x14_a_resume_sends_what_differs() {
    let mut s = stream(true, &[("a", all())]);
    let (clusters, mut endpoints) = (s.versions(Type::Cluster), s.versions(Type::Endpoint));
    s = s.again();
    s.resume(Type::Cluster, &[], clusters.clone());
    s.resume(Type::Endpoint, &[X, Y], endpoints.clone());
    assert_eq!(s.says(), "-", "an unchanged fleet costs nothing");
    assert_eq!(s.session.status()[0].held, clusters.len());

    s.put(&[x_moved()]);
    s.put(&service("z", "10.9.0.3", "10.0.0.3"));
    s.remove(&y());
    endpoints.insert(Z.into(), "not ours".into());
    s = s.again();
    s.resume(Type::Cluster, &[], clusters);
    s.resume(Type::Endpoint, &[X, Y, Z], endpoints);
    let said = s.flush();
    assert_eq!(said, ["CDS +z", "EDS +x +z", "CDS -y", "EDS -y"]);
}

#[test]
fn x14_hostile_versions_are_no_versions() {
    for version in ["", "+1", "-1", &"f".repeat(33), &"f".repeat(1 << 20), "\u{0}", "x", "é"] {
        let mut s = stream(true, &[("a", all())]);
        let initial = [(X.to_owned(), version.to_owned()), ("\u{0}".to_owned(), version.to_owned())].into();
        s.resume(Type::Endpoint, &[X], initial);
        assert_eq!(s.flush(), ["EDS +x"]);
        let mut s = stream(false, &[("a", all())]);
        s.resume_sotw(Type::Endpoint, &[X], version);
        assert_eq!(s.flush(), ["EDS +x"]);
    }
}

#[test]
fn x15_x18_types_share_a_stream_and_foreign_ones_are_ignored() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        for url in ["", "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", "x"] {
            let interests = if delta {
                s.delta(DeltaRequest { type_url: url.into(), subscribe: vec!["a".into()], ..Default::default() })
            } else {
                s.sotw(SotwRequest { type_url: url.into(), names: vec!["a".into()], ..Default::default() })
            };
            assert!(interests.is_empty());
            assert_eq!(s.says(), "-");
        }
        // endpoints are answered while clusters are not answered yet
        s.subscribe(Type::Cluster, &[]);
        assert!(s.says().starts_with("CDS"));
        s.subscribe(Type::Endpoint, &[X]);
        assert_eq!(s.says(), "EDS +x", "delta {delta}");
    }
}

#[test]
fn x21_equal_content_has_equal_versions_in_another_world() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        let versions: BTreeMap<Type, _> = Type::ALL.into_iter().map(|ty| (ty, s.versions(ty))).collect();
        let whole: BTreeMap<Type, _> = s.last.iter().map(|(ty, r)| (*ty, r.version.clone())).collect();
        // another process, which got the same objects in another order
        let mut again = stream(delta, &[("a", all().into_iter().rev().collect())]);
        for ty in Type::ALL {
            let names: &[&str] = match ty {
                Type::Endpoint => &[X, Y],
                Type::Route => &["80"],
                _ => &[],
            };
            if delta {
                again.resume(ty, names, versions[&ty].clone());
            } else {
                again.resume_sotw(ty, names, &whole[&ty]);
            }
            assert_eq!(again.says(), "-", "delta {delta}, {ty:?}");
        }
        // it is followed from there
        again.put(&[x_moved()]);
        assert_eq!(again.flush(), ["EDS +x"], "delta {delta}");
    }
}

#[test]
fn x21_sotw_a_client_that_drops_names_is_told_the_version_of_the_rest() {
    // somebody drops what stands, or what has gone
    for goes in BOTH {
        let z = service("z", "10.9.0.3", "10.0.0.3");
        let other = svc("n", "w", "10.9.0.4", &[("http", 90)]);
        let mut s = stream(false, &[("a", [all(), z.clone(), vec![other.clone()]].concat())]);
        settle(&mut s);
        for (ty, names) in [(Type::Endpoint, &[X, Y, Z][..]), (Type::Route, &["80", "90"])] {
            s.subscribe(ty, names);
            assert!(s.flush()[0].starts_with(ty.short()));
        }
        if goes {
            s.remove(&[z, vec![other]].concat());
            let said = s.flush();
            assert!(!said.iter().any(|r| r.starts_with("EDS")), "of endpoint sets absence says nothing: {said:?}");
        }
        for (ty, names) in [(Type::Endpoint, &[X, Y][..]), (Type::Route, &["80"])] {
            let before = s.last[&ty].version.clone();
            s.subscribe(ty, names);
            let answer = s.next().unwrap();
            assert_eq!((short(&answer), answer.resources.len()), (ty.short().to_owned(), 0), "goes {goes}");
            assert_ne!(answer.version, before);
            s.ack(&answer);
            assert_eq!(s.says(), "-", "goes {goes}");
            // it is answered once, and not where the same is said again
            s.subscribe(ty, names);
            assert_eq!(s.says(), "-", "goes {goes}");
        }
        // so that a resume costs nothing
        let (endpoints, routes) = (s.last[&Type::Endpoint].version.clone(), s.last[&Type::Route].version.clone());
        s = s.again();
        s.resume_sotw(Type::Endpoint, &[X, Y], &endpoints);
        s.resume_sotw(Type::Route, &["80"], &routes);
        assert_eq!(s.says(), "-", "goes {goes}");
    }
}

#[test]
fn x21_sotw_a_client_that_drops_all_names_is_not_answered() {
    let mut s = stream(false, &[("a", all())]);
    settle(&mut s);
    s.subscribe(Type::Endpoint, &[]);
    assert_eq!(s.says(), "-", "Envoy does not answer for a type that it watches nothing of");
    // what it names next is sent, and versions count on
    s.subscribe(Type::Endpoint, &[X]);
    assert_eq!(s.flush(), ["EDS +x"]);
    let version = s.last[&Type::Endpoint].version.clone();
    s = s.again();
    s.resume_sotw(Type::Endpoint, &[X], &version);
    assert_eq!(s.says(), "-");
    // nor is one on a stream that needed no answer yet
    s.resume_sotw(Type::Endpoint, &[], &version);
    assert_eq!(s.says(), "-");
    assert!(s.session.status().iter().all(|t| t.unanswered_since.is_none()));
    // what it dropped and names again is sent, though the version is the same
    s.resume_sotw(Type::Endpoint, &[X], &version);
    assert_eq!(s.says(), "EDS +x");
}

#[test]
fn x22_names_that_nobody_has_end_the_stream() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        let mut ask = |ty: Type, names: Vec<String>, initial: BTreeMap<String, String>| {
            let type_url = ty.url().to_owned();
            let request = if delta {
                Request::Delta(DeltaRequest { type_url, subscribe: names, initial, ..Default::default() })
            } else {
                Request::Sotw(SotwRequest { type_url, names, ..Default::default() })
            };
            s.session.handle(request, s.now)
        };
        let names = |n: usize, len: usize| (0..n).map(|i| format!("{i:0len$}")).collect::<Vec<String>>();
        assert!(ask(Type::Endpoint, names(10, 1024), BTreeMap::new()).is_ok());
        assert_eq!(ask(Type::Endpoint, names(1, 1025), BTreeMap::new()), Err(Reject::LongName("EDS")));
        if delta {
            let held = [("h".repeat(1025), "0".repeat(32))].into();
            assert_eq!(ask(Type::Listener, vec![], held), Err(Reject::LongName("LDS")));
        }
        // the types of a stream count together
        assert!(ask(Type::Endpoint, names(9_000, 1_000), BTreeMap::new()).is_ok(), "delta {delta}");
        let error = ask(Type::Route, names(9_000, 1_000), BTreeMap::new());
        assert_eq!(error, Err(Reject::TooManyBytes("RDS")), "delta {delta}");
        // and so does what a client says that it holds
        if delta {
            let mut s = stream(delta, &[("a", all())]);
            let initial = names(18_000, 1_000).into_iter().map(|n| (n, "0".repeat(32))).collect();
            let type_url = Type::Cluster.url().to_owned();
            let request = Request::Delta(DeltaRequest { type_url, initial, ..Default::default() });
            assert_eq!(s.session.handle(request, s.now), Err(Reject::TooManyBytes("CDS")));
        }
    }
}

#[test]
fn x22_too_many_names_end_the_stream() {
    for delta in BOTH {
        let names = |n: usize| (0..n).map(|i| format!("name-{i}")).collect::<Vec<String>>();
        let mut s = stream(delta, &[("a", all())]);
        let mut ask = |names: Vec<String>| {
            let type_url = Type::Endpoint.url().to_owned();
            let request = if delta {
                Request::Delta(DeltaRequest { type_url, subscribe: names, ..Default::default() })
            } else {
                Request::Sotw(SotwRequest { type_url, names, ..Default::default() })
            };
            s.session.handle(request, s.now)
        };
        assert!(ask(names(100_000)).is_ok());
        assert_eq!(ask(names(100_001)), Err(Reject::TooManyNames("EDS")));
    }
}

#[test]
fn x22_a_client_that_does_not_answer_is_sent_the_newest_state_once() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        let moved = |n: u32| slice("n", "x-1", "x", &[("http", 80)], &[ep(&format!("10.0.1.{n}"), "")]);
        s.put(&[moved(1)]);
        let first = s.next().unwrap();
        assert_eq!(short(&first), "EDS +x", "delta {delta}");
        for n in 2..100 {
            s.put(&[moved(n)]);
            assert_eq!(s.says(), "-", "delta {delta}");
        }
        if delta {
            // who asks is answered all the same, and has the newest of everything
            s.subscribe(Type::Endpoint, &[Y]);
            let asked = s.next().unwrap();
            assert_eq!(short(&asked), "EDS +x +y");
            s.put(&[moved(100)]);
            s.ack(&first);
            assert_eq!(s.says(), "-", "the later response is not answered yet");
            s.ack(&asked);
        } else {
            s.ack(&first);
        }
        let last = s.next().unwrap();
        assert_eq!(short(&last), "EDS +x", "delta {delta}");
        assert!(s.session.wake_at().is_none() && s.next().is_none(), "delta {delta}");
        assert_eq!(s.session.expired_waits(), 0);
    }
}

#[test]
fn x22_names_that_come_and_go_leave_nothing_behind() {
    let mut s = stream(true, &[("a", all())]);
    s.subscribe(Type::Cluster, &[]);
    s.flush();
    for n in 0..20 {
        let z = service(&format!("z{n}"), "10.9.0.3", "10.0.0.3");
        s.put(&z);
        s.remove(&z);
        assert_eq!(s.says(), "-");
        s.put(&z);
        s.flush();
        s.remove(&z);
        s.flush();
    }
    assert_eq!(s.session.status()[0].held, 5);
    let debug = format!("{:?}", s.session);
    assert!(!debug.contains("z1"), "it remembers: {debug}");
}

/// Two clusters: x is in both, y in a alone, z in b alone.
fn far() -> Vec<Obj> {
    [service("x", "10.8.0.1", "10.1.0.1"), service("z", "10.8.0.3", "10.1.0.3")].concat()
}

/// What a client holds, by type: name and version.
type Held = BTreeMap<Type, BTreeMap<String, String>>;

/// A restart: `a` has been heard, `b` has not.
fn restarted(delta: bool, near: Vec<Obj>) -> (Stream, Held, BTreeMap<Type, String>) {
    let mut before = stream(delta, &[("a", all()), ("b", far())]);
    before.subscribe(Type::Cluster, &[]);
    before.flush();
    before.subscribe(Type::Endpoint, &[X, Y, Z]);
    before.flush();
    let versions = [Type::Cluster, Type::Endpoint].map(|ty| (ty, before.versions(ty))).into();
    let whole = before.last.iter().map(|(ty, r)| (*ty, r.version.clone())).collect();
    let mut s = stream(delta, &[]);
    s.world = World::new(crate::world::settings(&["a", "b"]));
    s.world.load("a", 1, &near);
    s.view = s.world.attach(view("a", "n"));
    (s.again(), versions, whole)
}

fn hear_b(s: &mut Stream, objects: &[Obj]) {
    for object in objects {
        s.change(|w| w.put("b", object));
    }
    s.change(|w| w.apply(&feed("b", 1), Change::Synced));
}

#[test]
fn the_restart_hold_gives_a_resuming_delta_stream_additions_only() {
    let near = [all(), service("w", "10.9.0.4", "10.0.0.4")].concat();
    let (mut s, versions, _) = restarted(true, near);
    s.resume(Type::Cluster, &[], versions[&Type::Cluster].clone());
    s.resume(Type::Endpoint, &[X, Y, Z], versions[&Type::Endpoint].clone());
    // x has lost an endpoint and z is gone, as far as is known; w is new
    assert_eq!(s.flush(), ["CDS +w"]);
    assert!(s.session.is_held_back());
    s.put(&[x_moved()]);
    assert_eq!(s.says(), "-");
    // b answers: what is the same again was never sent
    hear_b(&mut s, &far());
    assert_eq!(s.flush(), ["EDS +x"]);
    assert!(!s.session.is_held_back());
}

#[test]
fn the_restart_hold_ends_when_the_missing_cluster_has_left_the_registry() {
    let (mut s, versions, _) = restarted(true, all());
    s.resume(Type::Cluster, &[], versions[&Type::Cluster].clone());
    s.resume(Type::Endpoint, &[X, Y, Z], versions[&Type::Endpoint].clone());
    assert_eq!(s.says(), "-");
    s.change(|w| w.configure(crate::world::settings(&["a"])));
    assert_eq!(s.flush(), ["EDS +x", "CDS -z", "EDS -z"]);
}

#[test]
fn the_restart_hold_withholds_the_whole_state_of_a_resuming_sotw_stream() {
    let near = [all(), service("w", "10.9.0.4", "10.0.0.4")].concat();
    let (mut s, _, whole) = restarted(false, near);
    s.resume_sotw(Type::Cluster, &[], &whole[&Type::Cluster]);
    s.resume_sotw(Type::Endpoint, &[X, Y, Z], &whole[&Type::Endpoint]);
    assert_eq!(s.says(), "-");
    assert!(s.session.is_held_back());
    hear_b(&mut s, &far());
    let said = s.flush();
    assert_eq!(said[0], "CDS +w +x +y +z");
    assert!(!s.session.is_held_back());
}

#[test]
fn the_restart_hold_does_not_concern_a_fresh_stream() {
    for delta in BOTH {
        let (mut s, ..) = restarted(delta, all());
        s.subscribe(Type::Cluster, &[]);
        assert_eq!(s.flush(), ["CDS +x +y"]);
        s.put(&[x_http2()]);
        assert_eq!(s.flush(), [if delta { "CDS +x" } else { "CDS +x +y" }]);
        s.remove(&y());
        assert_eq!(s.flush(), [if delta { "CDS -y" } else { "CDS +x" }]);
    }
}

#[test]
fn the_restart_hold_does_not_come_back_with_a_cluster_that_never_answers() {
    for delta in BOTH {
        let (mut s, versions, whole) = restarted(delta, all());
        if delta {
            s.resume(Type::Endpoint, &[X, Y, Z], versions[&Type::Endpoint].clone());
        } else {
            s.resume_sotw(Type::Endpoint, &[X, Y, Z], &whole[&Type::Endpoint]);
        }
        hear_b(&mut s, &far());
        assert_eq!(s.flush(), [] as [&str; 0], "delta {delta}");
        s.change(|w| w.configure(crate::world::settings(&["a", "b", "black-hole"])));
        if !delta {
            // whoever needed no answer has no nonce: it says its version again when it wants other names
            s.resume_sotw(Type::Endpoint, &[X, Y], &whole[&Type::Endpoint]);
        }
        s.put(&[x_moved()]);
        assert_eq!(s.flush(), ["EDS +x"], "delta {delta}");
        assert!(!s.session.is_held_back(), "delta {delta}");
        // nor for what it asks for late
        if !delta {
            s.resume_sotw(Type::Cluster, &[], "some version");
            assert_eq!(s.says(), "-");
            s.put(&[slice("n", "y-1", "y", &[("http", 80)], &[])]);
            assert_eq!(s.flush(), ["EDS +y"], "the hold of clusters is not that of endpoints");
        }
    }
}

/// A service that no other cluster has a part in, with an endpoint at this address.
fn dns(address: &str) -> [Obj; 2] {
    let ports = [("tcp-dns", 53)];
    [svc("kube-system", "dns", "10.9.0.10", &ports), slice("kube-system", "dns-1", "dns", &ports, &[ep(address, "")])]
}

#[test]
fn the_restart_hold_lets_through_what_no_missing_cluster_can_feed() {
    const DNS: &str = "outbound|53||dns.kube-system.svc.cluster.local";
    let near = [all(), dns("10.0.0.53").to_vec()].concat();
    let before = stream(true, &[("a", near.clone()), ("b", far())]);
    let (clusters, endpoints) = (before.versions(Type::Cluster), before.versions(Type::Endpoint));
    let mut s = stream(true, &[]);
    s.world = World::new(crate::world::settings(&["a", "b"]));
    // its endpoint moved while nobody looked, and so did x's
    s.world.load("a", 1, &[near, dns("10.0.0.54").to_vec(), vec![x_moved()]].concat());
    s.view = s.world.attach(view("a", "n"));
    s = s.again();
    s.resume(Type::Cluster, &[], clusters);
    s.resume(Type::Endpoint, &[X, Y, Z, DNS], endpoints);
    assert_eq!(s.flush(), ["EDS +dns"]);
    assert!(s.session.is_held_back(), "x may have more endpoints");
    s.put(&dns("10.0.0.55"));
    assert_eq!(s.flush(), ["EDS +dns"]);
    // all of them gone is a change of it as well; the service gone is a removal, and waits
    s.put(&[slice("kube-system", "dns-1", "dns", &[("tcp-dns", 53)], &[])]);
    assert_eq!(s.flush(), ["EDS +dns"]);
    s.remove(&dns("10.0.0.55"));
    assert_eq!(s.says(), "-");
    hear_b(&mut s, &far());
    assert_eq!(s.flush(), ["EDS +x", "CDS -dns", "EDS -dns"]);
}

/// Whom a stream waits for.
fn waits_for(s: &Stream) -> Vec<String> {
    s.session.waits_for().names().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_held_back_is_looked_at_again_when_less_is_missing() {
    const DNS: &str = "outbound|53||dns.kube-system.svc.cluster.local";
    let unread = || {
        let mut settings = crate::world::settings(&["a", "b", "c"]);
        settings.unread.insert("mesh.yaml".into());
        settings
    };
    for delta in BOTH {
        let near = [all(), dns("10.0.0.53").to_vec()].concat();
        let before = stream(delta, &[("a", near.clone()), ("b", far())]);
        let (clusters, endpoints) = (before.versions(Type::Cluster), before.versions(Type::Endpoint));
        let mut s = stream(delta, &[]);
        s.world = World::new(unread());
        s.world.load("a", 1, &[near, dns("10.0.0.54").to_vec(), vec![x_moved()]].concat());
        s.view = s.world.attach(view("a", "n"));
        s = s.again();
        if delta {
            s.resume(Type::Cluster, &[], clusters);
            s.resume(Type::Endpoint, &[X, Y, Z, DNS], endpoints);
        } else {
            s.resume_sotw(Type::Cluster, &[], "some version");
            s.resume_sotw(Type::Endpoint, &[X, Y, Z, DNS], "some version");
        }
        let held = |s: &Stream| {
            let types = s.session.status().into_iter().filter(|t| t.held_back).map(|t| t.ty);
            (waits_for(s), types.collect::<Vec<_>>())
        };
        let both = vec![Type::Cluster, Type::Endpoint];
        // what the settings say may be in anything
        assert_eq!(s.says(), "-", "delta {delta}");
        assert_eq!(held(&s), (vec!["b".to_owned(), "c".to_owned(), "mesh.yaml".to_owned()], both.clone()));
        // they are mended: no row changes, and what is this cluster's alone is free
        let updates = s.world.configure(crate::world::settings(&["a", "b", "c"]));
        assert_eq!(updates, [], "nobody is told of any row");
        assert_eq!(s.flush(), if delta { vec!["EDS +dns"] } else { vec![] });
        assert_eq!(held(&s), (vec!["b".to_owned(), "c".to_owned()], both.clone()), "delta {delta}");
        // one of two is heard, which is not enough for the rest
        hear_b(&mut s, &far());
        assert_eq!(s.says(), "-", "delta {delta}");
        // of the clusters all stand again; the state of the world is kept back whole
        let kept = if delta { vec![Type::Endpoint] } else { both };
        assert_eq!(held(&s), (vec!["c".to_owned()], kept), "delta {delta}");
        // the other one leaves, and with it the hold
        assert_eq!(s.world.configure(crate::world::settings(&["a", "b"])), []);
        let said = s.flush();
        assert!(said.iter().any(|r| r.starts_with("EDS") && r.contains("+x")), "delta {delta}: {said:?}");
        assert_eq!(held(&s), (vec![], vec![]), "delta {delta}");
        assert!(!s.session.is_held_back());
    }
}

#[test]
fn a_type_of_which_nothing_is_held_back_any_more_is_not_called_held() {
    const DNS: &str = "outbound|53||dns.kube-system.svc.cluster.local";
    let near = |address: &str| [all(), dns(address).to_vec()].concat();
    let endpoints = stream(true, &[("a", near("10.0.0.53"))]).versions(Type::Endpoint);
    let mut s = stream(true, &[]);
    let mut settings = crate::world::settings(&["a", "black-hole"]);
    settings.unread.insert("mesh.yaml".into());
    s.world = World::new(settings);
    s.world.load("a", 1, &near("10.0.0.54"));
    s.view = s.world.attach(view("a", "n"));
    s = s.again();
    s.resume(Type::Endpoint, &[X, DNS], endpoints);
    assert_eq!(s.says(), "-");
    assert!(s.session.is_held_back(), "the settings may say anything");
    // mended: what is of this cluster alone is sent, and the one that never answers holds nothing
    s.world.configure(crate::world::settings(&["a", "black-hole"]));
    assert_eq!(s.flush(), ["EDS +dns"]);
    assert!(!s.world.snapshot().missing.is_empty());
    assert!(!s.session.is_held_back() && waits_for(&s).is_empty());
}

#[test]
fn a_proxy_whose_cluster_is_back_waits_for_that_one_alone() {
    // where it leaves and comes back between two looks, nobody saw that it was away
    for (delta, seen) in BOTH.into_iter().flat_map(|delta| [(delta, true), (delta, false)]) {
        let mut s = stream(delta, &[("b", far()), ("a", all())]);
        settle(&mut s);
        s.change(|w| w.configure(crate::world::settings(&["b"])));
        if seen {
            assert_eq!(s.says(), "-", "delta {delta}");
            assert!(s.session.is_frozen() && waits_for(&s).is_empty(), "nobody who is registered is waited for");
        }
        // it is back; and with it one comes that never answers, and settings that nobody can read
        let mut settings = crate::world::settings(&["b", "a", "black-hole"]);
        settings.unread.insert("mesh.yaml".into());
        s.change(|w| w.configure(settings));
        s.change(|w| w.put("b", &slice("n", "x-1", "x", &[("http", 80)], &[ep("10.1.0.9", "")])));
        s.change(|w| w.remove("b", &service("z", "10.8.0.3", "10.1.0.3")[0]));
        assert_eq!(s.says(), "-", "it may have more of x, delta {delta}");
        assert!(s.session.is_held_back() && !s.session.is_frozen());
        assert_eq!(waits_for(&s), ["a"], "delta {delta}");
        // it has been heard, and y has gone: all of that is told, whoever else is missing
        for object in x() {
            s.change(|w| w.apply(&feed("a", 2), Change::Put(object.fact())));
        }
        s.change(|w| w.apply(&feed("a", 2), Change::Synced));
        assert!(!s.world.snapshot().missing.is_empty());
        let said = s.flush();
        assert!(said.contains(&"EDS +x".to_owned()), "delta {delta}: {said:?}");
        assert!(!s.session.is_held_back() && waits_for(&s).is_empty(), "delta {delta}");
        for ty in [Type::Cluster, Type::Listener] {
            let (sent, standing) = told(&s, ty);
            assert_eq!(sent, standing, "delta {delta} {ty:?}");
        }
        assert!(!told(&s, Type::Cluster).0.contains_key(Y), "delta {delta}");
    }
}

#[test]
fn a_proxy_whose_cluster_is_back_still_waits_for_whom_it_resumed_with() {
    let (mut s, versions, _) = restarted(true, all());
    s.resume(Type::Cluster, &[], versions[&Type::Cluster].clone());
    s.resume(Type::Endpoint, &[X, Y, Z], versions[&Type::Endpoint].clone());
    assert_eq!(s.says(), "-");
    s.change(|w| w.configure(crate::world::settings(&["b"])));
    assert_eq!(s.says(), "-");
    s.change(|w| w.configure(crate::world::settings(&["a", "b"])));
    for object in all() {
        s.change(|w| w.apply(&feed("a", 2), Change::Put(object.fact())));
    }
    s.change(|w| w.apply(&feed("a", 2), Change::Synced));
    assert_eq!(s.says(), "-", "b has not been heard since the restart");
    assert_eq!(waits_for(&s), ["b"]);
    hear_b(&mut s, &far());
    assert_eq!(s.flush(), [] as [&str; 0]);
    assert!(!s.session.is_held_back());
}

#[test]
fn a_proxy_whose_cluster_has_left_the_registry_keeps_what_it_has() {
    for delta in BOTH {
        let mut s = stream(delta, &[("b", far()), ("a", all())]);
        settle(&mut s);
        let before = Type::ALL.map(|ty| told(&s, ty).0);
        s.change(|w| w.configure(crate::world::settings(&["b"])));
        // whatever others are told meanwhile
        s.change(|w| w.put("b", &slice("n", "x-1", "x", &[("http", 80)], &[ep("10.1.0.9", "")])));
        s.change(|w| w.put("b", &svc("n", "w", "10.8.0.4", &[("http", 80)])));
        assert_eq!(s.says(), "-", "delta {delta}");
        assert!(s.session.is_frozen() && s.session.is_held_back());
        assert_eq!(Type::ALL.map(|ty| told(&s, ty).0), before);
        // it comes anew, with what it has or with nothing
        let mut fresh = Session::new(s.view, delta);
        std::mem::swap(&mut s.session, &mut fresh);
        s.last.clear();
        s.subscribe(Type::Cluster, &[]);
        assert_eq!(s.says(), "-", "delta {delta}");
        std::mem::swap(&mut s.session, &mut fresh);
        // its cluster is back, and has said nothing yet: nothing goes that may be there
        s.change(|w| w.configure(crate::world::settings(&["b", "a"])));
        let said = s.flush();
        assert!(said.iter().all(|r| *r == "CDS +w"), "delta {delta}: {said:?}");
        assert_eq!(said.is_empty(), !delta, "what is new to it goes on, where single resources can be added");
        assert!(!s.session.is_frozen() && s.session.is_held_back());
        for object in all() {
            s.change(|w| w.apply(&feed("a", 2), Change::Put(object.fact())));
        }
        s.change(|w| w.apply(&feed("a", 2), Change::Synced));
        let said = s.flush();
        assert!(said.contains(&"EDS +x".to_owned()), "delta {delta}: {said:?}");
        assert!(!said.iter().any(|r| r.contains('-')), "nothing has gone, delta {delta}: {said:?}");
        assert!(!s.session.is_held_back());
        for ty in Type::ALL {
            let (sent, standing) = told(&s, ty);
            let named = s.named(ty);
            let standing: BTreeMap<_, _> =
                standing.into_iter().filter(|(n, _)| named.is_empty() || named.contains(n)).collect();
            assert_eq!(sent, standing, "delta {delta} {ty:?}");
        }
    }
}

#[test]
fn a_proxy_that_turns_out_to_be_another_gets_the_difference() {
    for delta in BOTH {
        let local = svc("default", "kubernetes", "10.9.9.1", &[("https", 443)]);
        let mut s = stream(delta, &[("a", all()), ("b", vec![local])]);
        s.subscribe(Type::Cluster, &[]);
        assert_eq!(s.flush(), ["CDS +x +y"]);
        let other = s.world.attach(view("b", "n"));
        s.session.set_view(other);
        assert_eq!(s.flush(), [if delta { "CDS +kubernetes" } else { "CDS +kubernetes +x +y" }]);
        let back = s.view;
        s.session.set_view(back);
        assert_eq!(s.flush(), [if delta { "CDS -kubernetes" } else { "CDS +x +y" }]);
    }
}

/// What a stream was sent of a type, and what stands: name → version.
fn told(s: &Stream, ty: Type) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    (s.session.sent(ty).map(|e| (e.name.to_string(), e.version_text())).collect(), s.versions(ty))
}

#[test]
fn what_was_sent_is_known_whatever_has_been_published_since() {
    for delta in BOTH {
        let mut s = stream(delta, &[("a", all())]);
        settle(&mut s);
        let before = Type::ALL.map(|ty| told(&s, ty).0);
        assert_eq!(before, Type::ALL.map(|ty| s.versions(ty)), "delta {delta}: all of it was sent");
        // published, and not sent; the news may have come to the stream or not
        s.put(&[x_http2(), x_moved()]);
        s.remove(&y());
        assert_eq!(Type::ALL.map(|ty| told(&s, ty).0), before, "delta {delta}");
        let body = |s: &Stream| s.session.sent(Type::Cluster).find(|e| &*e.name == X).unwrap().body.concat();
        let published = |s: &Stream| s.world.snapshot().find(s.view, Type::Cluster, X).unwrap().body.concat();
        assert_ne!(body(&s), published(&s), "the bytes that were sent");
        // the first response has gone and is not answered: its type is told as new, the others as before
        let response = s.next().unwrap();
        assert_eq!(response.ty, Type::Cluster);
        assert_eq!(body(&s), published(&s));
        let (sent, standing) = told(&s, Type::Cluster);
        assert_eq!(sent[X], standing[X]);
        assert!(sent.contains_key(Y) && !standing.contains_key(Y), "a removal goes last");
        assert_eq!(told(&s, Type::Listener).0, before[Type::Listener as usize]);
        // a stream that fell behind keeps bytes that nobody else does, and one that did not keeps none
        s.ack(&response);
        s.flush();
        assert_eq!(s.says(), "-", "delta {delta}");
        let snapshot = s.world.snapshot();
        for ty in Type::ALL {
            let (sent, standing) = told(&s, ty);
            assert_eq!(sent, standing, "delta {delta} {ty:?}");
            let of = |e: &Arc<Entry>| Arc::ptr_eq(e, snapshot.find(s.view, ty, &e.name).unwrap());
            assert!(s.session.sent(ty).all(of), "delta {delta} {ty:?}: bytes of its own");
        }
    }
}

#[test]
fn what_a_resuming_state_of_the_world_stream_holds_is_unknown_until_the_hold_is_over() {
    let (mut s, _, whole) = restarted(false, all());
    s.resume_sotw(Type::Cluster, &[], &whole[&Type::Cluster]);
    s.resume_sotw(Type::Endpoint, &[X, Y, Z], &whole[&Type::Endpoint]);
    s.subscribe(Type::Listener, &[]);
    assert_eq!(s.flush().len(), 1, "the listeners are new to it");
    let unknown = |s: &Stream| Type::ALL.into_iter().filter(|ty| s.session.is_unknown(*ty)).collect::<Vec<_>>();
    assert_eq!(unknown(&s), [Type::Cluster, Type::Endpoint]);
    assert!(told(&s, Type::Cluster).0.is_empty() && !told(&s, Type::Listener).0.is_empty());
    hear_b(&mut s, &far());
    s.flush();
    assert_eq!(unknown(&s), []);
    assert_eq!(told(&s, Type::Cluster).0, s.versions(Type::Cluster));
}

#[test]
fn a_claim_that_differs_from_what_stands_counts_as_unknown() {
    let (mut s, versions, _) = restarted(true, all());
    s.resume(Type::Cluster, &[], versions[&Type::Cluster].clone());
    s.resume(Type::Endpoint, &[X, Y, Z], versions[&Type::Endpoint].clone());
    assert_eq!(s.says(), "-");
    let names = |s: &Stream, ty| s.session.claimed(ty).map(|n| n.to_string()).collect::<Vec<_>>();
    // z is gone and x has lost an endpoint, as far as is known; the rest stands just so
    assert_eq!((names(&s, Type::Cluster), names(&s, Type::Endpoint)), (vec![Z.to_owned()], vec![X.into(), Z.into()]));
    assert_eq!(told(&s, Type::Endpoint).0.keys().collect::<Vec<_>>(), [Y]);
    hear_b(&mut s, &far());
    assert_eq!(s.flush(), [] as [&str; 0]);
    assert_eq!((names(&s, Type::Cluster), names(&s, Type::Endpoint)), (vec![], vec![]));
    assert_eq!(told(&s, Type::Endpoint).0, versions[&Type::Endpoint]);
}
