//! Who a proxy is: X16, the first request says so; X17, a certificate bounds what it may say.

use meshctl::adapters::serve::TlsFiles;
use time::Duration;
use tonic::Code;

use super::*;
use crate::serve::pki::{Ca, Leaf};
use crate::serve::tls::channel;

/// The account of [`NODE`].
pub(super) const OURS: &str = "spiffe://cluster.local/ns/default/sa/client";

#[tokio::test(flavor = "multi_thread")]
async fn x16_the_first_request_says_who_it_is() {
    let pilot = pilot(Listen::default()).await;
    for delta in BOTH {
        let nameless = Node { cluster: "client".to_owned(), ..Node::default() };
        for node in [None, Some(nameless)] {
            let mut s = Stream::of_node(plain(&pilot).await, delta, node).await;
            s.subscribe(Type::Cluster, &[]).await;
            let status = s.ended().await;
            assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
            assert_eq!(status.message(), "the first request of a stream must carry node.id");
        }
        for id in ["x", "sidecar~nowhere~a.b~c", "sidecar~10.0.0.1~a.b", "king~10.0.0.1~a.b~b.svc.cluster.local"] {
            let mut s = Stream::open(plain(&pilot).await, delta, Some(id)).await;
            s.subscribe(Type::Cluster, &[]).await;
            let status = s.ended().await;
            assert_eq!(status.code(), Code::InvalidArgument, "{id}: {status:?}");
        }
        // later ones need not say it again, and may say nothing else
        let mut s = Stream::open(plain(&pilot).await, delta, Some(NODE)).await;
        s.subscribe(Type::Cluster, &[]).await;
        assert_eq!(s.takes().await, "CDS +x +y");
        s.subscribe(Type::Endpoint, &[X]).await;
        assert_eq!(s.takes().await, "EDS +x");
        s.node = Some(Node { id: "sidecar~10.0.0.1~other.n~n.svc.cluster.local".into(), ..Node::default() });
        s.subscribe(Type::Endpoint, &[Y]).await;
        assert_eq!(s.takes().await, "EDS +y");
        let (_, streams) = pilot.page("http", "/debug/syncz").await;
        assert!(streams.contains("client.default") && !streams.contains("other.n"), "{streams}");
    }
}

/// A discovery that serves mutual TLS beside plain text, and its authority.
pub(super) async fn over_tls() -> (Pilot, Ca, TempDir) {
    let (root, dir) = (Ca::root("root"), TempDir::new().unwrap());
    let certificate: TlsFiles = root.good().write(&root, dir.path());
    let secure = vec!["127.0.0.1:0".parse().unwrap()];
    let pilot = pilot(Listen { secure, certificate: Some(certificate), ..Listen::default() }).await;
    (pilot, root, dir)
}

pub(super) async fn secure(pilot: &Pilot, root: &Ca, client: &Leaf) -> Channel {
    channel(pilot.discovery.address("grpc-tls").unwrap(), root, client).await
}

#[tokio::test(flavor = "multi_thread")]
async fn x17_a_certificate_bounds_what_a_proxy_says_of_itself() {
    let (pilot, root, _dir) = over_tls().await;
    let day = Duration::hours(24);
    const OTHER: &str = "spiffe://cluster.local/ns/other/sa/client";
    const TWO: [&str; 2] = ["spiffe://cluster.local/ns/default/sa/a", "spiffe://cluster.local/ns/default/sa/b"];
    let cases: [(&[&str], &str, &str); 7] = [
        (&[OTHER], "default", "is of namespace other, and the node id claims default"),
        (&[OURS], "other", "is of namespace default, and the node id claims other"),
        (&["spiffe://elsewhere/ns/default/sa/client"], "default", "is not of the trust domain cluster.local"),
        (&["spiffe://cluster.local.elsewhere/ns/default/sa/client"], "default", "is not of the trust domain"),
        (&["spiffe://cluster.local/workload"], "default", "names no service account"),
        (&TWO, "default", "names no service account"),
        (&[], "default", "names no service account"),
    ];
    for delta in BOTH {
        for (uris, namespace, words) in cases {
            let node = NODE.replace("default", namespace);
            let leaf = root.leaf(uris, day);
            let mut s = Stream::open(secure(&pilot, &root, &leaf).await, delta, Some(&node)).await;
            s.subscribe(Type::Cluster, &[]).await;
            let status = s.ended().await;
            assert_eq!(status.code(), Code::PermissionDenied, "{uris:?} {node}: {status:?}");
            assert!(status.message().contains(words), "{uris:?} {node}: {status:?}");
        }
        let leaf = root.leaf(&[OURS], day);
        let mut s = Stream::open(secure(&pilot, &root, &leaf).await, delta, Some(NODE)).await;
        s.subscribe(Type::Cluster, &[]).await;
        assert_eq!(s.takes().await, "CDS +x +y", "delta {delta}");
    }
}
