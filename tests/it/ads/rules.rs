//! The rules of the protocol (X1–X22 of the session's tests) as a client on a connection sees them. That nothing comes is
//! proven by the answer to what is asked next.

use super::*;

/// What Envoy asks for in a mesh of x and y, in its order.
const EVERYTHING: [(Type, &[&str]); 4] =
    [(Type::Cluster, &[]), (Type::Endpoint, &[X, Y]), (Type::Listener, &[]), (Type::Route, &["80"])];

async fn start(delta: bool) -> (Pilot, Stream) {
    let pilot = pilot(Listen::default()).await;
    let stream = Stream::open(plain(&pilot).await, delta, Some(NODE)).await;
    (pilot, stream)
}

/// Subscribes to everything as Envoy does, and takes all; the versions by type, as a resume claims them.
async fn settle(s: &mut Stream) -> BTreeMap<Type, Said> {
    let mut all = BTreeMap::new();
    for (ty, names) in EVERYTHING {
        s.subscribe(ty, names).await;
        let said = s.said().await;
        assert_eq!(said.url, ty.url());
        s.answer(&said, None, &[]).await;
        all.insert(ty, said);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_x4_a_rejected_version_waits_for_another_and_the_subscription_changes() {
    for delta in BOTH {
        let (pilot, mut s) = start(delta).await;
        s.subscribe(Type::Endpoint, &[X]).await;
        let first = s.said().await;
        assert_eq!(first.short(), "EDS +x");
        s.answer(&first, Some("no such thing"), &[Y]).await;
        assert_eq!(s.takes().await, "EDS +y", "delta {delta}");
        pilot.shows("meshctl_xds_rejections_total{type=\"EDS\"} 1").await;
        pilot.write("gke/x.yaml", &x_at("10.0.0.9"));
        assert_eq!(s.takes().await, "EDS +x", "delta {delta}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_sotw_an_answer_to_an_older_response_says_nothing() {
    let (pilot, mut s) = start(false).await;
    s.subscribe(Type::Endpoint, &[X]).await;
    let first = s.said().await;
    s.answer(&first, None, &[]).await;
    pilot.write("gke/x.yaml", &x_at("10.0.0.9"));
    let second = s.said().await;
    assert_eq!(second.short(), "EDS +x");
    s.answer(&first, None, &[Y]).await;
    s.subscribe(Type::Listener, &[]).await;
    assert_eq!(s.takes().await, "LDS +0.0.0.0_80", "y was asked for under a nonce that is over");
    s.answer(&second, None, &[Y]).await;
    assert_eq!(s.takes().await, "EDS +y");
}

#[tokio::test(flavor = "multi_thread")]
async fn x3_x5_x6_x9_delta_names_come_and_go() {
    let (pilot, mut s) = start(true).await;
    s.subscribe(Type::Endpoint, &[X, Z]).await;
    assert_eq!(s.takes().await, "EDS +x -z", "X6");
    s.subscribe(Type::Endpoint, &[X]).await;
    assert_eq!(s.takes().await, "EDS +x", "X5");
    for nonce in ["1", "0", "99999", "x"] {
        s.ask(Ask { nonce: nonce.into(), subscribe: owned(&[Y]), ..of(Type::Endpoint) }).await;
        assert_eq!(s.takes().await, "EDS +y", "X3: {nonce}");
    }
    // X9: names that nobody subscribed to, and a name twice
    s.ask(Ask { unsubscribe: owned(&["nobody", ""]), ..of(Type::Endpoint) }).await;
    s.subscribe(Type::Listener, &["0.0.0.0_80", "0.0.0.0_80"]).await;
    assert_eq!(s.takes().await, "LDS +0.0.0.0_80");
    pilot.write("gke/z.yaml", &service("z", "10.96.0.3", "10.0.0.3"));
    assert_eq!(s.takes().await, "EDS +z", "X6");
    s.ask(Ask { unsubscribe: owned(&[Z]), ..of(Type::Endpoint) }).await;
    pilot.write("gke/z.yaml", &service("z", "10.96.0.3", "10.0.0.4"));
    pilot.write("gke/x.yaml", &x_at("10.0.0.9"));
    assert_eq!(s.takes().await, "EDS +x", "z is nobody's business any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn x7_x10_everything_and_its_absence() {
    for delta in BOTH {
        let (pilot, mut s) = start(delta).await;
        s.subscribe(Type::Cluster, &[]).await;
        assert_eq!(s.takes().await, "CDS +x +y", "delta {delta}");
        pilot.write("gke/z.yaml", &service("z", "10.96.0.3", "10.0.0.3"));
        assert_eq!(s.takes().await, if delta { "CDS +z" } else { "CDS +x +y +z" });
        std::fs::remove_file(pilot.registry().join("gke/y.yaml")).unwrap();
        assert_eq!(s.takes().await, if delta { "CDS -y" } else { "CDS +x +z" });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x12_x13_x18_types_share_a_stream_in_an_order_that_breaks_nothing() {
    for delta in BOTH {
        let (pilot, mut s) = start(delta).await;
        s.subscribe(Type::Cluster, &[]).await;
        let clusters = s.said().await;
        assert_eq!(clusters.short(), "CDS +x +y");
        // clusters are not answered: listeners wait, endpoints do not
        s.subscribe(Type::Listener, &[]).await;
        s.subscribe(Type::Endpoint, &[X, Y]).await;
        assert_eq!(s.takes().await, "EDS +x +y", "delta {delta}");
        s.answer(&clusters, None, &[]).await;
        assert_eq!(s.takes().await, "LDS +0.0.0.0_80", "delta {delta}");
        s.subscribe(Type::Route, &["80"]).await;
        assert_eq!(s.takes().await, "RDS +80");
        // X13: a cluster that changes owes its endpoints, though they are the same
        let mut http2 = x();
        http2[0]["spec"]["ports"][0]["appProtocol"] = "kubernetes.io/h2c".into();
        pilot.write("gke/x.yaml", &http2);
        assert_eq!(s.takes().await, if delta { "CDS +x" } else { "CDS +x +y" });
        assert_eq!(s.takes().await, "EDS +x", "delta {delta}");
        // a removal goes last, once no route names it
        std::fs::remove_file(pilot.registry().join("gke/y.yaml")).unwrap();
        assert_eq!(s.takes().await, "RDS +80", "delta {delta}");
        assert_eq!(s.takes().await, if delta { "CDS -y" } else { "CDS +x" });
        if delta {
            assert_eq!(s.takes().await, "EDS -y");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x14_x21_a_resume_after_a_restart_costs_nothing() {
    for delta in BOTH {
        let (first, mut s) = start(delta).await;
        let held = settle(&mut s).await;
        drop((first, s));
        let (pilot, mut s) = start(delta).await;
        for (ty, names) in EVERYTHING {
            let (subscribe, said) = (s.more(ty.url(), names), &held[&ty]);
            let (initial, version) = (said.versions(), said.version.clone());
            let initial = if delta { initial } else { BTreeMap::new() };
            assert!(initial.values().all(|v| v.len() == 32), "{initial:?}");
            s.ask(Ask { subscribe, initial, version, ..of(ty) }).await;
        }
        pilot.write("gke/x.yaml", &x_at("10.0.0.9"));
        assert_eq!(s.takes().await, "EDS +x", "delta {delta}: what changed, and nothing before it");
        for ty in [Type::Cluster, Type::Listener, Type::Route] {
            assert_eq!(pilot.discovery.counts(ty).responses, 0, "delta {delta}, {ty:?}");
        }
    }
}

/// Resources on demand: a client that wants none at first, and then some by name, gets those; what such clients ask for beside
/// it, virtual hosts by themselves, is not served, and costs nobody anything.
#[tokio::test(flavor = "multi_thread")]
async fn x19_on_demand_is_names_without_the_wildcard_and_virtual_hosts_are_not_served() {
    let (_pilot, mut s) = start(true).await;
    s.ask(Ask { unsubscribe: owned(&["*"]), ..of(Type::Cluster) }).await;
    let none = s.said().await;
    assert_eq!((none.url.as_str(), none.resources.len(), none.removed.len()), (Type::Cluster.url(), 0, 0));
    s.answer(&none, None, &[]).await;
    let url = "type.googleapis.com/envoy.config.route.v3.VirtualHost".to_owned();
    s.ask(Ask { url, subscribe: owned(&["80/x.default.svc.cluster.local"]), ..Ask::default() }).await;
    s.subscribe(Type::Cluster, &[Y]).await;
    assert_eq!(s.takes().await, "CDS +y");
}

/// Whatever a client declares, nothing that it is sent ends by itself, so nothing needs a heartbeat.
#[tokio::test(flavor = "multi_thread")]
async fn x20_no_resource_has_a_time_to_live() {
    for delta in BOTH {
        let pilot = pilot(Listen::default()).await;
        let features = vec!["xds.config.supports-resource-ttl".to_owned()];
        let node = Node { id: NODE.to_owned(), client_features: features, ..Node::default() };
        let mut s = Stream::of_node(plain(&pilot).await, delta, Some(node)).await;
        let all = settle(&mut s).await;
        assert!(all.values().all(|said| !said.ttl && !said.resources.is_empty()), "delta {delta}");
    }
}

/// X22, and the figure of the issue: a change wakes those that watch it, whatever the number of the others.
#[tokio::test(flavor = "multi_thread")]
async fn proxies_that_do_not_watch_a_changed_endpoint_are_not_woken() {
    let pilot = pilot(Listen::default()).await;
    let mut idle = Vec::new();
    for delta in [true, false, true, false, true, false] {
        let mut s = Stream::open(plain(&pilot).await, delta, Some(NODE)).await;
        for (ty, names) in EVERYTHING {
            // not x
            let names = if ty == Type::Endpoint { &[Y] } else { names };
            s.subscribe(ty, names).await;
            s.takes().await;
        }
        idle.push(s);
    }
    let mut watching = Stream::open(plain(&pilot).await, true, Some(NODE)).await;
    watching.subscribe(Type::Endpoint, &[X]).await;
    assert_eq!(watching.takes().await, "EDS +x");
    let counts = || Type::ALL.map(|ty| pilot.discovery.counts(ty));
    let (woken, sent) = (pilot.discovery.wakeups(), counts());

    pilot.write("gke/x.yaml", &x_at("10.0.0.9"));
    assert_eq!(watching.takes().await, "EDS +x");
    // what comes later has come to them all, and nothing before it
    pilot.write("gke/y.yaml", &service("y", "10.96.0.2", "10.0.0.8"));
    for s in &mut idle {
        assert_eq!(s.takes().await, "EDS +y");
    }
    let others = idle.len() as u64;
    assert_eq!(pilot.discovery.wakeups() - woken, 1 + others, "one for x, one each for y");
    for (ty, (before, after)) in Type::ALL.into_iter().zip(sent.iter().zip(counts())) {
        let wanted = if ty == Type::Endpoint { 1 + others } else { 0 };
        assert_eq!(after.responses - before.responses, wanted, "{ty:?}");
    }
}
