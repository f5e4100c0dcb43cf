//! Install that is cut off: by SIGKILL between any two writes, and by Ctrl-C while it plans, writes and verifies. What was done is
//! told where anybody still can, nothing red looks green, and the same command completes it.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::bad_days::{outside_the_inventory, there};
use super::bench::{Bench, SYSTEM, actions, cluster, kubelet, outlive, probes, versions};
use super::line::{End, Line, Rule, Seen};
use super::verified::installed_without_pilot;
use crate::pair::{Pair, alone, patient};

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::killed_between_two_writes", async |pair| killed(pair, 4).await),
        patient("api::install::killed_after_any_write", async |pair| killed(pair, 1).await),
        alone("api::install::killed_while_it_looks_for_pilot", killed_while_it_looks_for_pilot),
        alone(
            "api::install::a_pod_whose_making_was_not_answered_is_taken_back",
            a_pod_whose_making_was_not_answered_is_taken_back,
        ),
        alone("api::install::an_interrupt_still_reports", an_interrupt_still_reports),
        alone(
            "api::install::an_interrupt_before_it_was_verified_is_no_success",
            an_interrupt_before_it_was_verified_is_no_success,
        ),
        alone(
            "api::install::an_interrupt_while_it_is_planned_reports_too",
            an_interrupt_while_it_is_planned_reports_too,
        ),
        alone("api::install::an_interrupt_tells_what_a_stage_wrote", an_interrupt_tells_what_a_stage_wrote),
    ]
}

/// Kills install while the answer to its first, its second, … write in a cluster is on its way, `step` writes apart: so many
/// writes stand there, and no other.
async fn killed(pair: Arc<Pair>, step: usize) {
    for at in ["gke", "on-prem"] {
        for last in (1..).step_by(step) {
            let bench = Bench::new(Arc::clone(&pair)).await;
            let (cluster, direct) = there(&pair, at);
            let line = Line::silent_after(cluster, last).await;
            bench.through(at, &line);
            let args = ["install", "--registry", "kubeconf", "--tag", "dev", "--yes", "--no-wait"];
            let mut child = bench.home.command(args).spawn().unwrap();
            let end = crate::wait::eventually("the last write stands, or all do", Duration::from_secs(60), || {
                let exited = if line.has_ended() { Some(None) } else { child.try_wait().unwrap().map(Some) };
                std::future::ready(exited.ok_or("not yet"))
            });
            if let Some(status) = end.await {
                assert!(status.success() && line.seen() < last, "{status} after {} writes", line.seen());
                assert!(last > 8, "it was killed after no more than {last} writes in {at}");
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            for (id, listing) in ["gke", "on-prem"].into_iter().zip(bench.listings().await) {
                assert_eq!(outside_the_inventory(&listing), [] as [String; 0], "{id}, killed after {last} in {at}");
            }
            bench.kubeconfig(at, &direct);
            bench.install(&[]).await.exits(0);
            bench.run(&["diff", "--tag", "dev"]).await.exits(0);
            for (id, listing) in ["gke", "on-prem"].into_iter().zip(bench.listings().await) {
                assert_eq!(outside_the_inventory(&listing), [] as [String; 0], "{id}, completed after {last} in {at}");
            }
        }
    }
}

/// Installs, then looks for pilot from on-prem until the pod that does so stands; nobody runs it, so that it goes on for long.
/// The run, the line to on-prem and what else it needs, and the pod's name.
async fn looking_for_pilot(bench: &Bench) -> (std::process::Child, [Line; 2], String) {
    let [line, gke] = installed_without_pilot(bench).await;
    let args = ["install", "--registry", "kubeconf", "--tag", "dev", "--yes", "--clusters", "on-prem", "--verify"];
    let child = bench.home.command(args).args(["-o", "json"]).spawn().unwrap();
    let pod = its_pod(bench).await;
    // install has heard of it: it asks how it is
    asked_for(&line, &format!("/pods/{pod}")).await;
    (child, [line, gke], pod)
}

/// Waits for the pod in on-prem that looks for pilot; its name.
async fn its_pod(bench: &Bench) -> String {
    crate::wait::eventually("the pod that looks for pilot", Duration::from_secs(60), async || {
        probes(&bench.pair.on_prem).await.into_iter().find_map(|pod| pod.metadata.name).ok_or("not yet")
    })
    .await
}

async fn killed_while_it_looks_for_pilot(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let (mut child, lines, pod) = looking_for_pilot(&bench).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let key = format!("Pod/{SYSTEM}/{pod}");
    let [_, on_prem] = bench.listings().await;
    assert_eq!(outside_the_inventory(&on_prem), [key.as_str()], "nothing else is outside");
    // while it is young it may be of a run that is under way
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
    bench.install(&[]).await.exits(0);
    assert!(bench.listings().await[1].contains_key(&key));
    outlive(&lines[0], &bench.pair.on_prem, &pod).await;
    let plan = bench.run(&["diff", "--tag", "dev"]).await.exits(1);
    assert!(plan.stdout.contains(&format!("- {key}")), "{}", plan.stdout);
    let (report, ran) = bench.report(&[]).await;
    assert_eq!(ran.code, 0, "{report}");
    assert!(actions(&report, "on-prem").contains(&format!("pruned Pod/{pod}")), "{report}");
    assert_eq!(cluster(&report, "gke")["state"], "unchanged", "{report}");
    let [_, on_prem] = bench.listings().await;
    assert_eq!(outside_the_inventory(&on_prem), [] as [String; 0]);
    bench.run(&["diff", "--tag", "dev"]).await.exits(0);
}

async fn an_interrupt_before_it_was_verified_is_no_success(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let (child, _lines, _) = looking_for_pilot(&bench).await;
    let ran = interrupt(child).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let row = cluster(&report, "on-prem");
    let said = "it was interrupted before it was verified";
    assert_eq!((&row["state"], &row["error"]), (&"failed".into(), &said.into()), "{report}");
    assert!(ran.stderr.contains(said) && ran.stderr.contains("meshctl install --verify looks again"), "{}", ran.stderr);
    assert!(probes(&bench.pair.on_prem).await.is_empty(), "it cleans up what it made");
}

/// Its name is drawn before it is made: where nothing says that it was, it is found all the same.
async fn a_pod_whose_making_was_not_answered_is_taken_back(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let on_prem = &bench.pair.on_prem;
    let [line, _gke] = installed_without_pilot(&bench).await;
    let makes = format!("POST /api/v1/namespaces/{SYSTEM}/pods?");
    // the line breaks on the answer: the run goes on with the pod, which is its own
    line.rule(&makes, Rule::Lose(End::Breaks));
    let verify = ["install", "--tag", "dev", "--yes", "--clusters", "on-prem", "--verify"];
    let done = json!({"phase": "Succeeded"});
    let (ran, _) = tokio::join!(bench.run(&verify), kubelet(on_prem, &done));
    ran.exits(0);
    assert!(probes(on_prem).await.is_empty(), "it is removed");
    // somebody interrupts the run before the answer
    line.obey();
    line.rule(&makes, Rule::Lose(End::Silence));
    let child = bench.home.command(verify).args(["--registry", "kubeconf"]).spawn().unwrap();
    its_pod(&bench).await;
    let ran = interrupt(child).await.exits(1);
    assert!(ran.stderr.contains("it was interrupted before it was verified"), "{}", ran.stderr);
    assert!(probes(on_prem).await.is_empty(), "it cleans up what it may have made");
}

async fn an_interrupt_while_it_is_planned_reports_too(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.on_prem).await;
    bench.kubeconfig("on-prem", &line.kubeconfig());
    let inventory = "/configmaps/meshctl-inventory";
    line.rule(inventory, Rule::Stall);
    let empty = bench.listings().await.each_ref().map(versions);
    let said = "it was interrupted while it was planned; nothing was written";
    let install = ["install", "--registry", "kubeconf", "--tag", "dev"];
    for (more, code) in [
        (&["--yes", "-o", "json"][..], 1),
        (&["--dry-run", "-o", "json"], 1),
        (&["--dry-run", "-o", "yaml"], 1),
        (&["--dry-run"], 1),
    ] {
        line.take_requests();
        let child = bench.home.command([&install[..], more].concat()).spawn().unwrap();
        asked_for(&line, inventory).await;
        let ran = interrupt(child).await.exits(code);
        assert!(ran.stderr.contains(said), "{more:?}: {}", ran.stderr);
        match more.last() {
            Some(&"json") => {
                let report: Value = serde_json::from_str(&ran.stdout).unwrap();
                for id in ["gke", "on-prem"] {
                    let row = cluster(&report, id);
                    assert_eq!((&row["state"], &row["error"]), (&"failed".into(), &said.into()), "{report}");
                }
            }
            // what it prints is applied
            Some(&"yaml") => assert_eq!(ran.stdout, ""),
            _ => assert_eq!(ran.stdout.matches(said).count(), 2, "{}", ran.stdout),
        }
    }
    line.take_requests();
    let child = bench.home.command(["diff", "--registry", "kubeconf", "--tag", "dev", "-o", "json"]).spawn().unwrap();
    asked_for(&line, inventory).await;
    let ran = interrupt(child).await.exits(2);
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    assert_eq!(bench.listings().await.each_ref().map(versions), empty);
}

/// Waits until a request came whose path ends so.
pub async fn asked_for(line: &Line, path: &str) {
    crate::wait::eventually("the request", Duration::from_secs(60), async || {
        line.requests().iter().any(|seen| seen.path.ends_with(path)).then_some(()).ok_or("not yet")
    })
    .await;
}

/// Ends a command as Ctrl-C does.
pub async fn interrupt(child: std::process::Child) -> crate::harness::Ran {
    let pid = child.id().to_string();
    tokio::task::spawn_blocking(move || {
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        crate::harness::finish(child)
    })
    .await
    .unwrap()
}

async fn an_interrupt_still_reports(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    let home = Arc::clone(&bench.home);
    // nobody runs the Deployment, so that it waits
    let args = ["install", "--registry", "kubeconf", "--tag", "dev", "--yes", "-o", "json", "--timeout", "100s"];
    let child = home.command(args).spawn().unwrap();
    // once it has heard that the Deployment is written it asks how that comes up
    let waits = async || {
        let seen = line.requests();
        let deployment = |seen: &&Seen, method: &str| {
            seen.method == method && seen.path.ends_with("/deployments/istio-pilot") && !seen.query.contains("dryRun")
        };
        let mut since = seen.iter().skip_while(|seen| !deployment(seen, "PATCH"));
        since.any(|seen| deployment(&seen, "GET")).then_some(()).ok_or("not yet")
    };
    crate::wait::eventually("it waits for the Deployment", Duration::from_secs(60), waits).await;
    let ran = interrupt(child).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    for id in ["gke", "on-prem"] {
        assert_eq!(
            (&cluster(&report, id)["state"], &cluster(&report, id)["error"]),
            (&"failed".into(), &"it was interrupted".into())
        );
    }
    assert!(actions(&report, "gke").contains(&"created Deployment/istio-pilot".to_owned()), "{report}");
    bench.install(&[]).await.exits(0);
}

async fn an_interrupt_tells_what_a_stage_wrote(pair: Arc<Pair>) {
    let bench = Bench::new(pair).await;
    let line = Line::counting(&bench.pair.gke).await;
    bench.kubeconfig("gke", &line.kubeconfig());
    // one object of a stage is not answered, the others of it are
    let account = "ServiceAccount/istio-system/istio-pilot-service-account";
    line.rule("PATCH /api/v1/namespaces/istio-system/serviceaccounts/istio-pilot-service-account", Rule::Stall);
    let home = Arc::clone(&bench.home);
    let args =
        ["install", "--registry", "kubeconf", "--tag", "dev", "--yes", "-o", "json", "--no-wait", "--clusters", "gke"];
    let child = home.command(args).spawn().unwrap();
    let written = async || {
        let answered = line.answered();
        let is_written = |path: &str| {
            let is =
                |seen: &Seen| seen.method == "PATCH" && seen.path.ends_with(path) && !seen.query.contains("dryRun");
            answered.iter().any(is)
        };
        let all = ["/roles/istio-pilot".to_owned(), format!("/clusterroles/istio-pilot-{SYSTEM}")];
        all.iter().all(|path| is_written(path)).then_some(()).ok_or("not yet")
    };
    crate::wait::eventually("the rest of the stage is answered", Duration::from_secs(60), written).await;
    // and is read
    tokio::time::sleep(Duration::from_millis(500)).await;
    let ran = interrupt(child).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let done = actions(&report, "gke");
    for object in ["created Role/istio-pilot".to_owned(), format!("created ClusterRole/istio-pilot-{SYSTEM}")] {
        assert!(done.contains(&object), "{object} is missing in {report}");
    }
    let notes = cluster(&report, "gke")["notes"].to_string();
    assert!(notes.contains(&format!("it was interrupted while it wrote {account}")), "{notes}");
    line.obey();
    bench.install(&[]).await.exits(0);
}
