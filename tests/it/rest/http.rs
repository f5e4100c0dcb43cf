//! The v1 REST API as it is served: by URL, from a cache that tells what it did, the same wherever it listens.

use meshctl::roles::discovery::Listen;
use meshctl::workflows::demo::files;
use tempfile::TempDir;

use super::*;
use crate::discovery::{Pilot, write};

const REVIEWS: &str = "/v1/registration/reviews.istio-system.svc.cluster.local%7Chttp";

/// A discovery over the talk's two clusters, with the API on two ports.
async fn pilot() -> Pilot {
    let dir = TempDir::new().unwrap();
    for (path, text) in [FixtureSet::Base, FixtureSet::OnPremLater].into_iter().flat_map(files) {
        write(dir.path(), path, text);
    }
    // the talk's values; the default of today is ten seconds
    let values = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: 'connectTimeout: 1s'}\n";
    write(dir.path(), "gke/istio.yaml", values);
    let pilot = Pilot::over(dir, Listen { rest: vec!["127.0.0.1:0".parse().unwrap()], ..Listen::default() }).await;
    pilot.shows("meshctl_cluster_state{cluster=\"on-prem\",state=\"synced\"} 1").await;
    pilot.is_quiet().await;
    pilot
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

impl Pilot {
    /// Waits until nothing new has been published for a while: each publication empties the cache.
    async fn is_quiet(&self) {
        let sequence = || self.discovery.engine.published().snapshot.sequence;
        crate::serve::wire::eventually("no more publications", async || {
            let before = sequence();
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            if sequence() == before { Ok(()) } else { Err("there was one more".to_owned()) }
        })
        .await;
    }

    /// A page that is there.
    async fn v1(&self, path: &str) -> String {
        let (status, text) = self.page("http", path).await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// What the cache counts of a URL: hits and misses.
    async fn counted(&self, url: &str) -> Option<(u64, u64)> {
        let all = json(&self.v1("/cache_stats").await);
        let of = all["cache_stats"].get(url)?.clone();
        Some((of["hit"].as_u64().unwrap(), of["miss"].as_u64().unwrap()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_as_in_the_talk() {
    let pilot = pilot().await;
    assert_eq!(pilot.v1(REVIEWS).await, reviews_of_the_talk());
    for all in ["/v1/registration", "/v1/registration/"] {
        let all = json(&pilot.v1(all).await);
        let keys: Vec<&str> = all.as_array().unwrap().iter().map(|s| s["service-key"].as_str().unwrap()).collect();
        assert!(keys.is_sorted() && keys.contains(&"reviews.istio-system.svc.cluster.local|http"), "{keys:?}");
    }
    let of = |what: &str, node: &str| format!("/v1/{what}/istio-proxy/{node}");
    let clusters = pilot.v1(&of("clusters", PRODUCTPAGE)).await;
    assert!(clusters.contains(&clusters_of_the_talk()), "{clusters}");

    // reference §3.1: the virtual listener first, and each HTTP port's after it
    let listeners = json(&pilot.v1(&of("listeners", PRODUCTPAGE)).await);
    let listeners = listeners["listeners"].as_array().unwrap();
    let is = |l: &Value| (l["name"].as_str().unwrap().to_owned(), l["address"].as_str().unwrap().to_owned());
    assert_eq!(is(&listeners[0]), ("virtual".to_owned(), "tcp://0.0.0.0:15001".to_owned()));
    let http = ("http_0.0.0.0_9080".to_owned(), "tcp://0.0.0.0:9080".to_owned());
    assert!(listeners.iter().any(|l| is(l) == http), "{listeners:?}");

    // the talk: each cluster has an address of its own of reviews
    for (node, vip) in [(PRODUCTPAGE, "10.125.59.1"), (REVIEWS_V3, "10.111.253.54")] {
        let routes = json(&pilot.v1(&of("routes/9080", node)).await);
        assert_eq!(routes["validate_clusters"], true);
        let hosts = routes["virtual_hosts"].as_array().unwrap();
        let reviews = hosts.iter().find(|h| h["name"] == "reviews.istio-system.svc.cluster.local|http").unwrap();
        assert_eq!(reviews["domains"].as_array().unwrap().last().unwrap(), vip);
        assert_eq!(reviews["routes"][0]["cluster"], "out.reviews.istio-system.svc.cluster.local|http");
    }
    assert_eq!(pilot.v1(&of("az", PRODUCTPAGE)).await, "us-west1/us-west1-a");
    assert_eq!(pilot.v1(&of("az", REVIEWS_V3)).await, "");
}

/// Reference §3.1: errors are plain text.
#[tokio::test(flavor = "multi_thread")]
async fn errors_are_the_plain_text_of_2018() {
    let pilot = pilot().await;
    let nobody = "sidecar~10.9.9.9~a.b~b.svc.cluster.local";
    for (path, status, text) in [
        ("/v1/clusters/istio-proxy/x", 404, "CDS unexpected service-node:  missing parts in the service node \"x\""),
        ("/v1/listeners/istio-proxy/x", 404, "LDS unexpected service-node:  missing parts in the service node \"x\""),
        ("/v1/routes/80/istio-proxy/x", 404, "RDS unexpected service-node:  missing parts in the service node \"x\""),
        (
            &format!("/v1/routes/http/istio-proxy/{PRODUCTPAGE}"),
            503,
            "RDS strconv.Atoi: parsing \"http\": invalid syntax",
        ),
        (&format!("/v1/az/istio-proxy/{nobody}"), 404, "AvailabilityZone couldn't find the given cluster node"),
        ("/v1/nothing", 404, "404: Page Not Found"),
        ("/", 404, "404: Page Not Found"),
    ] {
        for port in ["http", "rest"] {
            assert_eq!(pilot.page(port, path).await, (status, text.to_owned()), "{port} {path}");
        }
        assert_eq!(pilot.counted(path).await, None, "an error is not kept");
    }
    let nothing = "/v1/registration/nobody.default.svc.cluster.local%7Chttp";
    assert_eq!(pilot.v1(nothing).await, "{\n  \"hosts\": []\n }");
    assert_eq!(pilot.counted(nothing).await, None, "nor what says nothing");
}

/// Golden `cache-cleared.json`: keys are URLs as they were asked, escaped.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_kept_until_the_mesh_changes() {
    let pilot = pilot().await;
    assert_eq!(pilot.counted(REVIEWS).await, None);
    for (asked, counted) in [(1, (0, 1)), (2, (1, 1)), (3, (2, 1))] {
        // wherever it is asked for, it is one cache
        let (status, text) = pilot.page(if asked == 2 { "rest" } else { "http" }, REVIEWS).await;
        assert_eq!((status, text), (200, reviews_of_the_talk()));
        assert_eq!(pilot.counted(REVIEWS).await, Some(counted), "asked {asked} times");
    }
    // another query is the same URL, and another spelling another
    pilot.v1(&format!("{REVIEWS}?x=y")).await;
    assert_eq!(pilot.counted(REVIEWS).await, Some((3, 1)));
    let spelt = REVIEWS.replace("%7C", "%7c");
    assert_eq!(pilot.v1(&spelt).await, reviews_of_the_talk());
    assert_eq!((pilot.counted(&spelt).await, pilot.counted(REVIEWS).await), (Some((0, 1)), Some((3, 1))));

    // reviews-v3 leaves: what was kept is not said any more
    std::fs::remove_file(pilot.registry().join("on-prem/reviews.yaml")).unwrap();
    let without = crate::serve::wire::eventually("an answer without reviews-v3", async || {
        let text = pilot.v1(REVIEWS).await;
        if text.contains("192.170.228.84") { Err(text) } else { Ok(text) }
    });
    let without = json(&without.await);
    assert_eq!(without["hosts"].as_array().unwrap().len(), 3, "{without}");
    let (hits, misses) = pilot.counted(REVIEWS).await.unwrap();
    assert!(hits >= 3 && misses >= 2, "{hits} {misses}");
    pilot.is_quiet().await;
    pilot.v1(REVIEWS).await;

    assert_eq!(pilot.page("http", "/cache_stats_delete").await.0, 405, "it is posted");
    assert_eq!(pilot.post("rest", "/cache_stats_delete").await, 200);
    assert_eq!(pilot.counted(REVIEWS).await, Some((0, 0)));
    pilot.v1(REVIEWS).await;
    assert_eq!(pilot.counted(REVIEWS).await, Some((1, 0)), "the answers themselves stay");
}
