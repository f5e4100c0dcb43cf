//! Looking into the proxies of both clusters, and asking pilot about them, by port-forward through real kubelets.

use serde_json::Value;

use crate::bookinfo::NAMESPACE;
use crate::mesh::Operator;
use crate::objects::LONG;
use crate::wait::eventually;

/// What an operator sees once the application runs: what the proxies of both clusters hold is what pilot sent them.
pub async fn shows_one_mesh(operator: &Operator) {
    let reviews = format!("reviews.{NAMESPACE}.svc.cluster.local");
    let productpage = format!("deploy/productpage-v1.{NAMESPACE}");
    for (word, cluster) in [(productpage.clone(), "gke"), (format!("deploy/reviews-v3.{NAMESPACE}"), "on-prem")] {
        // a live cluster's proxy is asked itself where nobody says otherwise
        let held = operator.run(&format!("proxy-config endpoints {word} --cluster {reviews} -o wide")).exits(0);
        assert!(held.stderr.contains(&format!("from the Envoy of {cluster}/{NAMESPACE}/")), "{}", held.stderr);
        let of = |id: &str| held.stdout.lines().filter(|row| row.split_whitespace().any(|cell| cell == id)).count();
        assert!(of("gke") >= 2 && of("on-prem") >= 1, "{}", held.stdout);
        let sent = operator.run(&format!("proxy-config clusters {word} --from pilot -o name")).exits(0);
        assert!(sent.stderr.contains("from the pilot gke/istio-system/istio-pilot-"), "{}", sent.stderr);
        assert!(sent.stdout.contains(&reviews), "{}", sent.stdout);
    }
    is_in_sync(operator).await;
    operator.run(&format!("proxy-status {productpage}")).exits(0);
    operator.run(&format!("endpoints {reviews} --compare --proxy {productpage}")).exits(0);
    let loggers = operator.run(&format!("proxy-config log {productpage} --level upstream:debug")).exits(0);
    let upstream = loggers.stdout.lines().find(|row| row.starts_with("upstream "));
    assert!(upstream.is_some_and(|row| row.ends_with("debug")), "{}", loggers.stdout);
}

/// Waits until every proxy has what it was sent; there are some in both clusters.
pub async fn is_in_sync(operator: &Operator) {
    eventually("every proxy is in sync", LONG, async || {
        let ran = operator.run("proxy-status -o json");
        let report: Value = serde_json::from_str(&ran.stdout).map_err(|e| format!("{e}: {}", ran.stderr))?;
        let rows = report["items"].as_array().cloned().unwrap_or_default();
        let of = |cluster: &str| rows.iter().any(|row| row["cluster"] == cluster);
        if ran.code == 0 && of("gke") && of("on-prem") { Ok(()) } else { Err(report.to_string()) }
    })
    .await;
}
