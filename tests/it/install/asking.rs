//! The question that install, uninstall and a removal ask on a terminal.

use super::{Bench, MESHCTL};

/// Runs a command on a terminal, gives these keys as soon as it asks, and then says how it ended and what was on the screen.
fn asked_on_a_terminal(bench: &Bench, words: &str, keys: &[u8]) -> (Option<i32>, String) {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &format!("exec {MESHCTL} {words}"), "/dev/null"])
        .current_dir(bench.dir.path())
        .env("HOME", bench.dir.path())
        .env_remove("MESHCTL_REGISTRY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, screen) = std::sync::mpsc::channel();
    let mut out = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n) = out.read(&mut bytes) {
            if n == 0 || send.send(bytes[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    let (mut shown, mut keys) = (String::new(), Some(keys));
    let mut input = child.stdin.take().unwrap();
    loop {
        match screen.recv_timeout(std::time::Duration::from_secs(60)) {
            Ok(bytes) => shown.push_str(&String::from_utf8_lossy(&bytes)),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            Err(e) => {
                child.kill().unwrap();
                panic!("{e}: {shown}");
            }
        }
        if shown.contains("[y/N]")
            && let Some(keys) = keys.take()
        {
            input.write_all(keys).unwrap();
        }
    }
    (child.wait().unwrap().code(), shown)
}

#[test]
fn a_question_is_answered_by_yes_and_by_ctrl_c() {
    if !crate::harness::have("script", "the question that install asks on a terminal") {
        return;
    }
    let bench = Bench::new();
    let before = bench.files();
    let (code, shown) = asked_on_a_terminal(&bench, "install --tag dev", b"n\n");
    assert!(shown.contains("installing was not confirmed; nothing was written"), "{shown}");
    assert_eq!((code, bench.files()), (Some(1), before.clone()));
    let (code, shown) = asked_on_a_terminal(&bench, "install --tag dev", b"\x03");
    assert!(
        shown.contains("nothing was written in any cluster: it was interrupted before that was confirmed"),
        "{shown}"
    );
    assert!(!shown.contains("not confirmed"), "{shown}");
    assert_eq!((code, bench.files()), (Some(1), before.clone()));
    let (code, shown) = asked_on_a_terminal(&bench, "install --tag dev", b"y\n");
    assert_eq!(code, Some(0), "{shown}");
    assert_ne!(bench.files(), before);
}

/// Whoever reads stdout gets a report of it, as from a run that was interrupted later.
#[test]
fn ctrl_c_at_the_question_reports() {
    if !crate::harness::have("script", "the question that is asked on a terminal") {
        return;
    }
    let bench = Bench::new();
    let interrupted = |words: &str| {
        let before = bench.files();
        let (code, shown) = asked_on_a_terminal(&bench, &format!("{words} -o json > report.json"), b"\x03");
        assert_eq!((code, bench.files()), (Some(1), before), "{shown}");
        let report: serde_json::Value = serde_json::from_str(&bench.read("report.json")).unwrap();
        report
    };
    let said = "it was interrupted";
    let both = |report: &serde_json::Value| {
        let rows = report["clusters"].as_array().unwrap();
        assert_eq!((rows.len(), &report["dryRun"]), (2, &false.into()), "{report}");
        for row in rows {
            assert_eq!((&row["state"], &row["error"]), (&"failed".into(), &said.into()), "{report}");
        }
    };
    both(&interrupted("install --tag dev"));
    bench.install(&[]).ok();
    both(&interrupted("uninstall"));
    let report = interrupted("cluster remove on-prem");
    assert_eq!((&report["kind"], &report["files"]), (&"ClusterRemoved".into(), &serde_json::json!([])), "{report}");
    for row in [&report["others"][0], &report["itself"]] {
        assert_eq!((&row["error"], &row["removed"]), (&said.into(), &serde_json::json!([])), "{report}");
    }
}
