//! Pilots that go: deleted, which says goodbye, and killed, which does not. The remote's slice follows.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams};

use crate::mesh::{PILOT, SYSTEM, pilot_is_known_everywhere, slice_of_pilot};
use crate::objects::{LONG, addresses};
use crate::pair::Pair;
use crate::wait::eventually;

/// Twice the one goes that keeps the slice, so that in the end both pods are others.
pub async fn is_followed(pair: &Pair) {
    let before = pilot_is_known_everywhere(pair).await;
    let pods: Api<Pod> = Api::namespaced(pair.gke.client(), SYSTEM);

    let first = holder(pair).await;
    let gone = address(&pods, &first).await;
    let start = Instant::now();
    pods.delete(&first, &DeleteParams::default()).await.unwrap();
    let followed = Followed::by_the_slice(pair, &gone, start).await;
    eprintln!("        deleted: {followed}");

    let second = holder(pair).await;
    assert_ne!(first, second);
    let gone = address(&pods, &second).await;
    let start = Instant::now();
    kill(&second);
    // and it does not come back under its name: whoever is next has to wait until the Lease has run out
    pods.delete(&second, &DeleteParams::default().grace_period(0)).await.unwrap();
    let followed = Followed::by_the_slice(pair, &gone, start).await;
    eprintln!("        killed:  {followed}");
    assert_ne!(holder(pair).await, second);

    let now = pilot_is_known_everywhere(pair).await;
    assert!(!now.iter().any(|address| before.contains(address)), "{before:?} {now:?}");
}

/// The pod that holds pilot's Lease.
async fn holder(pair: &Pair) -> String {
    let leases: Api<Lease> = Api::namespaced(pair.gke.client(), SYSTEM);
    eventually("somebody holds the Lease", LONG, async || {
        let lease = leases.get("istio-pilot").await.map_err(|e| e.to_string())?;
        lease.spec.and_then(|s| s.holder_identity).ok_or_else(|| "nobody".to_owned())
    })
    .await
}

async fn address(pods: &Api<Pod>, name: &str) -> String {
    pods.get(name).await.unwrap().status.and_then(|s| s.pod_ip).unwrap()
}

/// When, after a pod had to go.
struct Followed {
    /// Two others were ready.
    ready: Duration,
    /// The remote's slice had just them.
    right: Duration,
}

impl Followed {
    async fn by_the_slice(pair: &Pair, gone: &str, start: Instant) -> Self {
        let mut ready = None;
        loop {
            let pods = addresses(&pair.gke, SYSTEM, PILOT).await;
            match pods.len() == 2 && !pods.iter().any(|address| address == gone) {
                true => drop(ready.get_or_insert_with(|| start.elapsed())),
                false => ready = None,
            }
            let slice = slice_of_pilot(&pair.on_prem).await;
            if let Some(ready) = ready
                && slice == pods
            {
                return Self { ready, right: start.elapsed() };
            }
            assert!(start.elapsed() < LONG, "without {gone}: pods {pods:?}, slice {slice:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl std::fmt::Display for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { ready, right } = self;
        let late = right.saturating_sub(*ready).as_secs_f64();
        let (ready, right) = (ready.as_secs_f64(), right.as_secs_f64());
        write!(
            f,
            "the successor ready after {ready:.1} s, the remote's slice right after {right:.1} s, {late:.2} s later"
        )
    }
}

/// Ends the pilot of a pod with SIGKILL: the kernel's number for it is told by the pod's name in its environment.
fn kill(pod: &str) {
    let named = format!("POD_NAME={pod}");
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let has = |path: &std::path::Path, file: &str, word: &str| {
        let text = std::fs::read(path.join(file)).unwrap_or_default();
        text.split(|byte| *byte == 0).any(|part| part == word.as_bytes())
    };
    let of_pod: Vec<String> = processes
        .filter(|path| has(path, "environ", &named) && has(path, "cmdline", "discovery"))
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect();
    let [pid] = of_pod.as_slice() else { panic!("the processes of {pod}: {of_pod:?}") };
    assert!(std::process::Command::new("kill").args(["-9", pid]).status().unwrap().success());
}
