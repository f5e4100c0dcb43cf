//! The README's commands, run as they stand: every `sh` block in order, in one folder, by one shell.
//!
//! The two commands before them are not run here: `tests/run` is what runs this, and the demo has tests of its own.

use std::net::TcpListener;
use std::process::{Command, Stdio};

const README: &str = include_str!("../../README.md");

/// The lines of all `sh` blocks, in order.
fn commands() -> Vec<&'static str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in README.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => lines.push(line),
            _ => {}
        }
    }
    lines
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The script: each command is named before it runs, the first that fails ends it, and what runs on is ended last.
fn script() -> String {
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n");
    for line in commands() {
        script.push_str(&format!("echo '+ {}' >&2\n{line}\n", line.replace('\'', "'\\''")));
        if line.ends_with('&') {
            // what was started needs a moment before it is asked
            script.push_str(
                "for i in $(seq 300); do curl -sf http://127.0.0.1:15014/ready >/dev/null && break; sleep 0.1; done\n",
            );
        }
    }
    // the README's ports may be taken here
    for port in ["15010", "8080", "15014"] {
        script = script.replace(&format!("127.0.0.1:{port}"), &format!("127.0.0.1:{}", free_port()));
    }
    script
}

/// Whether the programs that the commands call are here; says so where one is not, and fails where tests are required.
fn has_programs(path: &str, require: bool) -> bool {
    let missing: Vec<&str> = ["bash", "curl"]
        .into_iter()
        .filter(|program| !std::env::split_paths(path).any(|folder| folder.join(program).is_file()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    let reason = format!("the README's commands need {}: tests/run installs it", missing.join(" and "));
    assert!(!require, "{reason}");
    eprintln!("skip: {reason}");
    false
}

#[test]
fn without_curl_the_commands_are_skipped_unless_tests_are_required() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("bash"), "").unwrap();
    assert!(!has_programs(path, false));
    let failed = std::panic::catch_unwind(|| has_programs(path, true)).unwrap_err();
    let said = failed.downcast_ref::<String>().unwrap();
    assert!(said.contains("need curl"), "{said}");
    std::fs::write(folder.path().join("curl"), "").unwrap();
    assert!(has_programs(path, true));
}

#[test]
fn every_command_of_the_readme_works() {
    let require = std::env::var("MESHCTL_TESTS").as_deref() == Ok("require");
    if !has_programs(&std::env::var("PATH").unwrap(), require) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_meshctl"), bin.join("meshctl")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let output = Command::new("bash")
        .arg("-c")
        .arg(script())
        .current_dir(&work)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the README's commands end with {}:\n{stderr}\n{stdout}", output.status);
    // they say what the text around them claims
    for wanted in [
        "192.170.228.84",
        "\"out.reviews.istio-system.svc.cluster.local|http\"",
        "registry.example.com/mesh",
        "\"restartHold\"",
    ] {
        assert!(stdout.contains(wanted), "{wanted} is missing:\n{stdout}");
    }
}

#[test]
fn the_readme_names_the_two_commands_for_newcomers() {
    for command in ["    cargo run --release -- demo\n", "    tests/run\n"] {
        assert!(README.contains(command), "{command}");
    }
    assert!(commands().len() > 20, "the blocks are found");
}
