//! Looking into the proxies of both clusters, and asking pilot about them, by port-forward through real kubelets.

use serde_json::Value;

use crate::bookinfo::NAMESPACE;
use crate::harness::Ran;
use crate::mesh::Operator;
use crate::objects::{LONG, addresses};
use crate::pair::Pair;
use crate::wait::eventually;

/// What an operator sees once the application runs: what the proxies of both clusters hold is what pilot sent them, and that is
/// every pod of both clusters.
pub async fn shows_one_mesh(pair: &Pair, operator: &Operator) {
    let here = addresses(&pair.gke, NAMESPACE, "app=reviews").await;
    let reviews = [here.clone(), addresses(&pair.on_prem, NAMESPACE, "app=reviews").await].concat();
    let name = format!("outbound|9080||reviews.{NAMESPACE}.svc.cluster.local");
    for (word, cluster) in [("deploy/productpage-v1", "gke"), ("deploy/reviews-v3", "on-prem")] {
        // a live cluster's proxy is asked itself where nobody says otherwise
        for (source, told) in [
            ("", format!("from the Envoy of {cluster}/{NAMESPACE}/")),
            ("--from pilot", "from the pilot gke/istio-system/istio-pilot-".to_owned()),
            ("--from registry", String::new()),
        ] {
            let line = format!("proxy-config endpoints {word} -n {NAMESPACE} {source} --cluster {name} -o wide");
            let ran = operator.run(&line).exits(0);
            assert!(ran.stderr.contains(&told), "{}", ran.stderr);
            let rows: Vec<&str> = ran.stdout.lines().skip(1).collect();
            assert_eq!(rows.len(), reviews.len(), "{line}: {}", ran.stdout);
            for address in &reviews {
                let row = rows
                    .iter()
                    .find(|row| row.contains(&format!("{address}:")) || row.contains(&format!("{address} ")));
                let of = if here.contains(address) { "gke" } else { "on-prem" };
                let right = row.is_some_and(|row| row.split_whitespace().any(|cell| cell == of));
                assert!(right, "{line}: {address} of {of} is not in {}", ran.stdout);
            }
        }
        let clusters = operator.run(&format!("proxy-config clusters {word} -n {NAMESPACE} -o name")).exits(0);
        assert!(clusters.stdout.lines().any(|line| line == name), "{word}: {}", clusters.stdout);
        operator.run(&format!("proxy-status {word} -n {NAMESPACE}")).exits(0);
    }
    is_in_sync(operator).await;
    let productpage = format!("deploy/productpage-v1.{NAMESPACE}");
    let compared =
        operator.run(&format!("endpoints reviews.{NAMESPACE} --compare --proxy {productpage}")).exits(0).stdout;
    assert!(reviews.iter().all(|address| compared.contains(address)), "{compared}");
    // set by one run, and seen by the next
    let log = format!("proxy-config log {productpage}");
    for (line, level) in [(format!("{log} --level upstream:debug"), "debug"), (log, "debug")] {
        let loggers = operator.run(&line).exits(0);
        let upstream = loggers.stdout.lines().find(|row| row.starts_with("upstream "));
        assert!(upstream.is_some_and(|row| row.ends_with(level)), "{line}: {}", loggers.stdout);
    }
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

/// What the README's block of looking around prints: proxies of both clusters, the endpoints of both (as one proxy holds them, and
/// compared), what install did, and in the end that there is nothing left to do in either.
pub async fn is_what_the_readme_shows(pair: &Pair, ran: &Ran) {
    let out = &ran.stdout;
    for (proxy, cluster) in [("productpage-v1-", "gke"), ("reviews-v3-", "on-prem")] {
        let row = out.lines().find(|row| row.starts_with(proxy) && row.split_whitespace().any(|cell| cell == cluster));
        assert!(row.is_some(), "no row of {proxy} in {cluster}: {out}");
    }
    let name = format!("outbound|9080||reviews.{NAMESPACE}.svc.cluster.local");
    let told = out.lines().filter(|row| row.contains(&name)).count();
    for cluster in pair.both() {
        for address in addresses(cluster, NAMESPACE, "app=reviews").await {
            let rows = out.lines().filter(|row| {
                row.split_whitespace().any(|cell| cell == address || cell.starts_with(&format!("{address}:")))
            });
            // in `proxy-config endpoints`, and in the comparison
            assert!(rows.count() >= 2 && told >= 3, "{address} of {} is not in {out}", cluster.name());
        }
    }
    let (_, end) = out.rsplit_once("gke (primary) ").unwrap_or_else(|| panic!("no plan at the end of {out}"));
    let (gke, on_prem) = end.split_once("\non-prem (remote) ").unwrap_or_else(|| panic!("no remote in {end}"));
    for plan in [gke, on_prem] {
        let objects: Vec<&str> = plan.trim_end().lines().skip(1).collect();
        assert!(objects.len() == 1 && objects[0].ends_with(" unchanged"), "{objects:?} of {out}");
    }
}
