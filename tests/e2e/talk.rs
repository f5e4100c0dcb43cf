//! The talk, on two real clusters: installed from a folder of kubeconfigs, pilot in the primary gives the proxies of both
//! clusters the endpoints of both, and goes on doing so while things move.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::{Api, ListParams, Patch, PatchParams};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::bookinfo::{self, NAMESPACE};
use crate::cluster::Cluster;
use crate::howto::HowTo;
use crate::image::{HUB, TAGS};
use crate::mesh::{Operator, PILOT, SYSTEM, moved, pilot_is_known_everywhere};
use crate::neighbour::Neighbour;
use crate::objects::{LONG, Server, ready, rolled_out};
use crate::pair::{Pair, shared};
use crate::unmoved::versions;
use crate::wait::eventually;
use crate::{inspection, removal, renewal, succession};

pub fn trials() -> Vec<Trial> {
    vec![shared("e2e::talk::one_mesh_on_two_clusters", one_mesh_on_two_clusters)]
}

/// One mesh, from its beginning to its end: each step stands on the one before.
async fn one_mesh_on_two_clusters(pair: Arc<Pair>) {
    let walk = Walk { start: Instant::now() };
    let neighbour = Neighbour::moves_in(&pair).await;
    let operator = Operator::new();
    let mut howto = HowTo::new(&operator, &pair);
    walk.did("another mesh is there");
    howto.goes_on(&operator);
    walk.did("install");
    pilot_is_known_everywhere(&pair).await;
    walk.did("pilot ready, and known in the remote");
    bookinfo::deploy(&pair).await;
    let proxies = Proxies::find(&pair).await;
    walk.did("the application is ready");
    proxies.reach(&[("gke", "v1"), ("gke", "v2"), ("on-prem", "v3")]).await;
    ratings_are_reached_from_where_there_are_none(&proxies).await;
    walk.did("calls from both clusters reach both");
    inspection::shows_one_mesh(&pair, &operator).await;
    walk.did("inspection");
    scaling_is_seen_in_the_other_cluster(&pair, &proxies).await;
    walk.did("scaling");
    names_of_the_other_cluster_resolve(&pair, &operator, &mut howto, &proxies).await;
    walk.did("stub services");
    the_second_install_moves_nothing(&pair, &operator).await;
    walk.did("an install that changes nothing");
    succession::is_followed(&pair).await;
    // a change that only the new pods can have told
    scaling_is_seen_in_the_other_cluster(&pair, &proxies).await;
    walk.did("pilot moved");
    an_image_that_is_not_there_is_told_by_the_kubelet(&operator);
    walk.did("a tag that is not there");
    operator.install(TAGS[1]);
    pilot_is_known_everywhere(&pair).await;
    let images = images(&pair.gke, SYSTEM, PILOT).await;
    assert!(images.iter().all(|i| i.ends_with(&format!("/meshctl:{}", TAGS[1]))), "{images:?}");
    proxies.reach(&[("gke", "v1"), ("gke", "v2"), ("on-prem", "v3")]).await;
    walk.did("the upgrade");
    drift_is_seen(&pair, &operator).await;
    walk.did("diff");
    renewal::of_tokens(&pair, &operator).await;
    walk.did("tokens are renewed");
    neighbour.is_as_it_was(&pair).await;
    removal::of_the_remote(&pair, &operator).await;
    let in_gke = [("gke", "v1"), ("gke", "v2")];
    proxies.productpage_reaches(&in_gke).await;
    walk.did("the remote is removed");
    removal::leaves_what_is_not_ours(&pair, &operator).await;
    // proxies go on with what they know
    proxies.productpage_reaches(&in_gke).await;
    walk.did("uninstall");
    removal::of_everything(&pair, &operator, &mut howto).await;
    neighbour.is_as_it_was(&pair).await;
    walk.did("nothing is left but the neighbour");
}

/// Says on stderr how long the steps took; nothing is asserted of it.
struct Walk {
    start: Instant,
}

impl Walk {
    fn did(&self, what: &str) {
        eprintln!("{:5.1} s  {what}", self.start.elapsed().as_secs_f64());
    }
}

/// The servers that have an Envoy beside them: one in each cluster.
struct Proxies {
    productpage: Server,
    reviews: Server,
}

impl Proxies {
    async fn find(pair: &Pair) -> Self {
        for (cluster, name) in [
            (&pair.gke, "details-v1"),
            (&pair.gke, "reviews-v1"),
            (&pair.gke, "reviews-v2"),
            (&pair.gke, "ratings-v1"),
            (&pair.gke, "productpage-v1"),
            (&pair.on_prem, "reviews-v3"),
        ] {
            rolled_out(cluster, NAMESPACE, name).await;
        }
        let (productpage, reviews) = tokio::join!(server(&pair.gke, "productpage"), server(&pair.on_prem, "reviews"));
        Self { productpage, reviews }
    }

    /// Waits until calls of `reviews` through the Envoys of both clusters are answered by just these.
    async fn reach(&self, want: &[(&str, &str)]) {
        for from in [&self.productpage, &self.reviews] {
            reaches(from, want).await;
        }
    }

    /// The same for the Envoy in gke alone.
    async fn productpage_reaches(&self, want: &[(&str, &str)]) {
        reaches(&self.productpage, want).await;
    }
}

/// Waits until calls of `reviews` from a pod are answered by just these.
async fn reaches(from: &Server, want: &[(&str, &str)]) {
    let want: BTreeSet<(String, String)> = want.iter().map(|(c, v)| ((*c).to_owned(), (*v).to_owned())).collect();
    eventually(&format!("reviews are answered by {want:?}"), LONG, async || {
        let mut found = BTreeSet::new();
        // the balancer goes round: this many calls come to everybody
        for _ in 0..want.len() * 4 {
            let answer = call(from, "reviews").await?;
            let part = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
            found.insert((part("cluster"), part("version")));
        }
        if found == want { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
}

/// The one ready pod of a service in a cluster.
async fn server(cluster: &Cluster, service: &str) -> Server {
    let pods: Api<Pod> = Api::namespaced(cluster.client(), NAMESPACE);
    let all = pods.list(&ListParams::default().labels(&format!("app={service}"))).await.unwrap().items;
    let name = all.first().and_then(|p| p.metadata.name.clone()).unwrap();
    Server { address: ready(cluster, NAMESPACE, &name).await, port: 9081 }
}

/// Calls a service from a pod, through the Envoy beside it.
async fn call(from: &Server, service: &str) -> Result<Value, String> {
    let answer = from.get("/fetch", &[("url", "http://127.0.0.1:9080/health"), ("host", service)]).await?;
    serde_json::from_str(&answer).map_err(|e| format!("{answer}: {e}"))
}

async fn ratings_are_reached_from_where_there_are_none(proxies: &Proxies) {
    let answer = eventually("reviews v3 reach ratings", LONG, async || call(&proxies.reviews, "ratings").await).await;
    assert_eq!((&answer["service"], &answer["cluster"]), (&json!("ratings"), &json!("gke")));
}

async fn scaling_is_seen_in_the_other_cluster(pair: &Pair, proxies: &Proxies) {
    bookinfo::run(&pair.gke, "reviews", "v1", false, 0).await;
    proxies.reach(&[("gke", "v2"), ("on-prem", "v3")]).await;
    bookinfo::run(&pair.gke, "reviews", "v1", false, 1).await;
    proxies.reach(&[("gke", "v1"), ("gke", "v2"), ("on-prem", "v3")]).await;
}

/// The talk's ratings: DNS on premises answers only once `install` has made a Service there.
async fn names_of_the_other_cluster_resolve(pair: &Pair, operator: &Operator, howto: &mut HowTo, proxies: &Proxies) {
    let before = proxies.reviews.get("/resolve", &[("name", "ratings")]).await;
    assert!(before.as_ref().is_err_and(|e| e.starts_with("404")), "{before:?}");
    inspection::is_in_sync(operator).await;
    let ran = howto.goes_on(operator);
    inspection::is_what_the_readme_shows(pair, &ran).await;
    let services: Api<Service> = Api::namespaced(pair.on_prem.client(), NAMESPACE);
    let stub = services.get("ratings").await.unwrap().spec.unwrap();
    assert_eq!(stub.selector, None);
    let want = json!([stub.cluster_ip.unwrap()]).to_string();
    eventually("DNS has ratings where there are none", LONG, async || {
        let answer = proxies.reviews.get("/resolve", &[("name", "ratings")]).await?;
        if answer == want { Ok(()) } else { Err(answer) }
    })
    .await;
}

async fn the_second_install_moves_nothing(pair: &Pair, operator: &Operator) {
    pilot_is_known_everywhere(pair).await;
    let before = versions(pair).await;
    assert!(before.values().all(|objects| objects.len() > 8), "{before:?}");
    let report = operator.install(TAGS[0]);
    assert_eq!(report["clusters"].as_array().map(Vec::len), Some(2), "{report}");
    assert_eq!(moved(&report), Vec::<String>::new());
    assert_eq!(versions(pair).await, before);
}

/// The old pods go on; the next command with a tag that is there completes it, although a pod is still stuck when it begins.
fn an_image_that_is_not_there_is_told_by_the_kubelet(operator: &Operator) {
    let ran = operator.run(&format!("install --hub {HUB} --tag 9.9.9 --yes --timeout 100s")).exits(1);
    let said = "installing in cluster gke failed: waiting until Deployment/istio-system/istio-pilot is ready failed: pod istio-pilot-";
    let image = format!("{HUB}/meshctl:9.9.9");
    for words in [said, ": container discovery: ImagePullBackOff: Back-off pulling image", &image, "; event Failed: "] {
        assert!(ran.stderr.contains(words), "\"{words}\" is missing in {}", ran.stderr);
    }
}

/// `diff` asks whether the clusters hold what install would put there.
async fn drift_is_seen(pair: &Pair, operator: &Operator) {
    operator.diff(TAGS[1]).exits(0);
    let other = operator.diff(TAGS[0]).exits(1);
    assert!(other.stdout.contains(&format!("meshctl:{}", TAGS[0])), "{}", other.stdout);
    let edited = json!({"spec": {"replicas": 1}});
    let deployments: Api<Deployment> = Api::namespaced(pair.gke.client(), SYSTEM);
    deployments.patch("istio-pilot", &PatchParams::default(), &Patch::Merge(edited)).await.unwrap();
    let drifted = operator.diff(TAGS[1]).exits(1);
    assert!(drifted.stdout.contains("istio-pilot"), "{}", drifted.stdout);
}

/// The images of the pods with a label.
async fn images(cluster: &Cluster, namespace: &str, label: &str) -> Vec<String> {
    let pods: Api<Pod> = Api::namespaced(cluster.client(), namespace);
    let all = pods.list(&ListParams::default().labels(label)).await.unwrap().items;
    let live = all.into_iter().filter(|p| p.metadata.deletion_timestamp.is_none()).filter_map(|p| p.spec);
    live.flat_map(|s| s.containers).filter_map(|c| c.image).collect()
}
