//! A full disk and a kill: no truncated or loose file is ever to be seen, and the next run completes what is there.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Bench, hermetic};

/// Every visible PEM file is whole, keys are 0600, folders 0700; hidden leftovers of keys are 0600 too. Returns the files.
fn whole(bench: &Bench, dir: &str) -> BTreeMap<String, Vec<u8>> {
    let root = bench.path(dir);
    let files = bench.files(&root);
    for (name, bytes) in &files {
        let mode = std::fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o777;
        if name.contains("key.pem") {
            assert_eq!(mode, 0o600, "{name}");
        }
        if name.ends_with(".pem") {
            let text = String::from_utf8_lossy(bytes);
            let label = if name.ends_with("key.pem") { "PRIVATE KEY" } else { "CERTIFICATE" };
            assert!(text.starts_with(&format!("-----BEGIN {label}-----\n")), "{name}");
            assert!(text.ends_with(&format!("-----END {label}-----\n")), "{name} ends too early");
        }
    }
    for folder in [root.clone(), root.join("a"), root.join("b")] {
        if let Ok(meta) = std::fs::metadata(&folder) {
            assert_eq!(meta.permissions().mode() & 0o777, 0o700, "{}", folder.display());
        }
    }
    files
}

/// Nothing hidden is left but what keeps git away.
fn swept(files: &BTreeMap<String, Vec<u8>>) {
    let hidden: Vec<_> = files.keys().filter(|f| f.rsplit('/').next().unwrap().starts_with('.')).collect();
    assert_eq!(hidden, [".gitignore"]);
}

#[test]
fn a_full_disk_leaves_no_truncated_file() {
    for key in ["p256", "rsa2048"] {
        let mut cut_off = 0;
        let bench = Bench::new();
        // the shell counts in blocks of 512 bytes; what the limit cuts off gets EFBIG, as ENOSPC from a full disk
        for blocks in 0..6 {
            let binary = env!("CARGO_BIN_EXE_meshctl");
            let script =
                format!("trap '' XFSZ; ulimit -f {blocks}; exec {binary} ca init --cluster a --cluster b --key {key}");
            let mut shell = Command::new("sh");
            hermetic(&mut shell, bench.dir.path());
            let output = shell.args(["-c", &script]).output().unwrap();
            let files = whole(&bench, "mesh-ca");
            if !output.status.success() {
                cut_off += 1;
                assert_eq!(output.status.code(), Some(1));
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(said.contains("failed: File too large") && said.contains("writing mesh-ca"), "{said}");
                // the temporary file is gone too
                assert!(files.keys().all(|f| !f.contains(".tmp-")), "{:?}", files.keys());
            }
        }
        assert!(cut_off > 1, "the limit cut nothing off");
        bench.ok("init --cluster a --cluster b");
        bench.ok("verify");
        swept(&whole(&bench, "mesh-ca"));
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_folder_that_the_next_run_completes() {
    let (mut killed, mut amid) = (0, 0);
    // on a busy machine many come too early or too late: some rounds more, then
    for round in 0..40 {
        if round >= 8 && amid >= 5 {
            break;
        }
        let flags = ["--key p256", "--shared", "--key rsa2048", ""][round % 4];
        let bench = Bench::new();
        let args = format!("init --cluster a --cluster b {flags}");
        let began = Instant::now();
        bench.ok(&format!("{args} --dir measured"));
        let whole_run = began.elapsed();
        let mut before = BTreeMap::new();
        for attempt in 0..8 {
            let mut child = bench.command();
            child.arg("ca").args(args.split_whitespace()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = child.spawn().unwrap();
            // by the clock, or as soon as some more files are to be seen, half-written ones included
            let at = whole_run.mul_f64(fraction(round * 8 + attempt));
            if attempt % 2 == 0 {
                std::thread::sleep(at);
            } else {
                let (more, began) = (1 + round % 3, Instant::now());
                while entries(&bench) < before.len() + more
                    && began.elapsed() < 2 * whole_run
                    && child.try_wait().unwrap().is_none()
                {
                    std::thread::sleep(at / 1000);
                }
            }
            child.kill().unwrap();
            let was_killed = child.wait().unwrap().signal() == Some(9);
            killed += u32::from(was_killed);
            if bench.path("mesh-ca").exists() {
                let now = whole(&bench, "mesh-ca");
                // what was there stays as it was
                for (name, bytes) in before.iter().filter(|(name, _): &(&String, _)| name.ends_with(".pem")) {
                    assert_eq!(now.get(name), Some(bytes), "{name} changed");
                }
                let complete = now.keys().filter(|name| name.ends_with(".pem")).count() == 10;
                amid += u32::from(was_killed && now.len() > before.len() && !complete);
                before = now;
                if complete {
                    break;
                }
            }
        }
        bench.ok(&args);
        bench.ok("verify");
        let after = whole(&bench, "mesh-ca");
        swept(&after);
        assert!(before.iter().all(|(name, bytes)| !name.ends_with(".pem") || after.get(name) == Some(bytes)));
    }
    eprintln!("{killed} runs were killed while they ran, {amid} of them between their first file and their last");
    assert!(amid >= 5, "only {amid} runs were killed between their first file and their last");
}

/// How many files are in the folder, hidden ones included.
fn entries(bench: &Bench) -> usize {
    let count = |dir: &str| {
        std::fs::read_dir(bench.path(dir)).map_or(0, |entries| entries.flatten().filter(|e| e.path().is_file()).count())
    };
    ["mesh-ca", "mesh-ca/a", "mesh-ca/b"].map(count).iter().sum()
}

/// From 0 to 1, spread evenly, the same in every run.
fn fraction(nth: usize) -> f64 {
    f64::from(u32::try_from(nth * 7919 % 1000).unwrap()) / 1000.0
}

/// The order in which files appear, so that every point at which a run can be cut off is tried, not only those a kill hits.
#[test]
fn every_cut_off_point_is_completed() {
    for shared in ["", "--shared"] {
        let bench = Bench::new();
        let args = format!("init --cluster a --cluster b {shared}");
        bench.ok(&args);
        let whole = bench.files(&bench.path("mesh-ca"));
        let folders = ["a", "b"]
            .map(|c| ["ca-key.pem", "ca-cert.pem", "cert-chain.pem", "root-cert.pem"].map(|f| format!("{c}/{f}")));
        let mut order = vec!["root-key.pem".to_owned(), "root-cert.pem".to_owned()];
        order.extend(folders.into_iter().flatten());
        assert_eq!(order.len() + 1, whole.len());
        for cut in 0..=order.len() {
            let bench = Bench::new();
            bench.write("mesh-ca/.gitignore", "*\n");
            for file in &order[..cut] {
                bench.write(&format!("mesh-ca/{file}"), &whole[file]);
            }
            if let Some(next) = order.get(cut) {
                // the temporary file of the next one
                let hidden =
                    next.rsplit_once('/').map_or(format!(".{next}.tmp-1-0"), |(dir, f)| format!("{dir}/.{f}.tmp-1-0"));
                bench.write(&format!("mesh-ca/{hidden}"), "-----BEGIN PRIV");
            }
            bench.ok(&args);
            bench.ok("verify");
            let now = bench.files(&bench.path("mesh-ca"));
            swept(&now);
            assert!(order[..cut].iter().all(|file| now[file] == whole[file]), "{shared} cut off after {cut}");
        }
    }
}

#[test]
fn a_run_that_waits_for_nobody_ends() {
    // a named pipe under a file's name must not hold anybody up
    let bench = Bench::new();
    bench.ok("init --cluster a");
    std::fs::remove_file(bench.path("mesh-ca/a/cert-chain.pem")).unwrap();
    assert!(Command::new("mkfifo").arg(bench.path("mesh-ca/a/cert-chain.pem")).status().unwrap().success());
    let began = Instant::now();
    bench.ca("init --cluster a").says(2, &["a/cert-chain.pem: reading: it is a named pipe"]);
    assert!(began.elapsed() < Duration::from_secs(20));
}
