//! Objects that a pipeline applies, and Secrets that install places beside them: in either order, and nobody needs force.

use std::sync::Arc;

use kube::api::{Patch, PatchParams};
use libtest_mimic::Trial;
use meshctl::data::yaml;
use meshctl::pure::manifest::Resource;
use serde_json::Value;

use super::bench::{Bench, SYSTEM, api, cluster};
use crate::pair::{Pair, alone};

pub fn trials() -> Vec<Trial> {
    vec![alone("api::install::secrets_and_a_pipeline_go_in_either_order", secrets_and_a_pipeline)]
}

/// As `kubectl apply --server-side` does, without force.
async fn apply(bench: &Bench) {
    for (id, cluster) in ["gke", "on-prem"].into_iter().zip(bench.clusters()) {
        let text = bench.run(&["manifest", "generate", "--tag", "dev", "--clusters", id]).await.exits(0).stdout;
        for object in yaml::documents(&text).unwrap() {
            let text = |p: &str| object.pointer(p).and_then(Value::as_str).unwrap_or_default().to_owned();
            let group = text("/apiVersion").rsplit_once('/').map_or(String::new(), |(g, _)| g.to_owned());
            let row = Resource::of(&group, &text("/kind")).unwrap();
            let to = api(cluster, row, &text("/metadata/namespace"));
            let applied =
                to.patch(&text("/metadata/name"), &PatchParams::apply("kubectl"), &Patch::Apply(&object)).await;
            applied.unwrap_or_else(|e| panic!("{id}: {} {}: {e}", text("/kind"), text("/metadata/name")));
        }
    }
}

/// What `cluster list` and `version` say is installed, by cluster.
async fn installed(bench: &Bench) -> Vec<Value> {
    let list: Value =
        serde_json::from_str(&bench.run(&["cluster", "list", "-o", "json"]).await.exits(0).stdout).unwrap();
    let versions: Value = serde_json::from_str(&bench.run(&["version", "-o", "json"]).await.exits(0).stdout).unwrap();
    let of_list = list["items"].as_array().unwrap().iter().map(|row| row["installedVersion"].clone());
    let of_versions = versions["clusters"].as_array().unwrap().iter().map(|row| row["installed"].clone());
    of_list.chain(of_versions).collect()
}

async fn secrets_and_a_pipeline(pair: Arc<Pair>) {
    let secrets = ["--only", "secrets"];
    for secrets_first in [true, false] {
        let bench = Bench::new(Arc::clone(&pair)).await;
        if secrets_first {
            bench.install(&secrets).await.exits(0);
            assert_eq!(installed(&bench).await, [(); 4].map(|()| Value::Null), "Secrets alone are no installation");
        }
        apply(&bench).await;
        assert_eq!(installed(&bench).await, [(); 4].map(|()| Value::from(env!("CARGO_PKG_VERSION"))));
        let (report, ran) = bench.report(&secrets).await;
        assert_eq!(ran.code, 0, "{report}");
        for (id, listing) in ["gke", "on-prem"].into_iter().zip(bench.listings().await) {
            let inventory = &listing[&format!("ConfigMap/{SYSTEM}/meshctl-inventory")]["data"];
            assert!(inventory["inventory.yaml"].as_str().unwrap().contains("kind: Service\n"), "{inventory}");
            assert_eq!(inventory["secrets.yaml"].is_string(), secrets_first, "{inventory}");
            assert!(listing.contains_key(&format!("Secret/{SYSTEM}/cacerts")), "{id}");
        }
        // and the pipeline's next run
        apply(&bench).await;
        let (report, ran) = bench.report(&secrets).await;
        assert_eq!(ran.code, 0, "{report}");
        assert_eq!(cluster(&report, "on-prem")["state"], "unchanged", "{report}");
        // who goes over to install takes back what the pipeline said
        bench.install(&["--force-conflicts"]).await.exits(0);
        bench.run(&["diff", "--tag", "dev"]).await.exits(0);
        bench.run(&["uninstall", "--yes", "--purge"]).await.exits(0);
    }
}
