//! The archive of a release: what is in it, and that the same binary gives the same archive.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::harness::program;

/// Packs a program that runs the test binary: that one itself is large.
fn pack(folder: &TempDir, to: &str, date: &str) -> PathBuf {
    let runs = format!("#!/bin/sh\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_meshctl"));
    program(&folder.path().join("meshctl"), &runs);
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("release"));
    command.arg(to).args(["--binary", "./meshctl"]).current_dir(folder.path()).env("SOURCE_DATE_EPOCH", date);
    let output = command.env("HOME", folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
    let name = said.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(
        name.starts_with(concat!("meshctl-", env!("CARGO_PKG_VERSION"), "-")) && name.ends_with(".tar.gz"),
        "{name}"
    );
    assert_eq!(said.parent().unwrap(), folder.path().canonicalize().unwrap().join(to));
    said
}

fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(folder).env("HOME", folder).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_release_has_all_that_a_user_needs_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let archive = pack(&folder, "out/new", "1700000000");
    let unpacked = folder.path().join("unpacked");
    std::fs::create_dir(&unpacked).unwrap();
    run(&unpacked, "tar", &["-xzf", archive.to_str().unwrap()]);
    let root = unpacked.join(archive.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz"));

    // what the binary itself says there is
    let man = folder.path().join("man");
    std::fs::create_dir(&man).unwrap();
    run(folder.path(), env!("CARGO_BIN_EXE_meshctl"), &["man", "man"]);
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    };
    let pages = names(&man);
    assert!(pages.len() > 15, "{pages:?}");
    let mut wanted: BTreeSet<String> = pages.iter().map(|page| format!("man/{page}")).collect();
    wanted.extend(["bash", "fish", "zsh"].map(|shell| format!("completions/meshctl.{shell}")));
    wanted.extend(["LICENSE", "README.md", "meshctl"].map(str::to_owned));
    let sums = std::fs::read_to_string(root.join("SHA256SUMS")).unwrap();
    let summed: BTreeSet<String> = sums.lines().map(|l| l.split_once("  ").unwrap().1.to_owned()).collect();
    assert_eq!(summed, wanted);
    assert_eq!(run(&root, "sha256sum", &["-c", "--quiet", "SHA256SUMS"]), "");
    wanted.insert("SHA256SUMS".into());
    let found = run(&root, "find", &[".", "-type", "f"]);
    let found: BTreeSet<String> = found.lines().map(|l| l.trim_start_matches("./").to_owned()).collect();
    assert_eq!(found, wanted);

    // it works from there, and its completions are its own
    assert_eq!(std::fs::metadata(root.join("meshctl")).unwrap().permissions().mode() & 0o777, 0o755);
    for shell in ["bash", "fish", "zsh"] {
        let said = run(&root, "./meshctl", &["completion", shell]);
        assert_eq!(
            said,
            std::fs::read_to_string(root.join(format!("completions/meshctl.{shell}"))).unwrap(),
            "{shell}"
        );
    }
}

#[test]
fn the_same_binary_gives_the_same_archive() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |to: &str, date: &str| std::fs::read(pack(&folder, to, date)).unwrap();
    let first = bytes("one", "1700000000");
    assert!(first == bytes("two", "1700000000"), "two runs differ");
    assert!(first != bytes("three", "1700000001"), "the date is that of the source");
    let listed = run(folder.path(), "tar", &["-tvzf", pack(&folder, "one", "1700000000").to_str().unwrap()]);
    let names: Vec<&str> = listed.lines().filter_map(|l| l.split_whitespace().last()).collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    assert!(listed.lines().all(|l| l.contains(" 0/0 ") && l.contains("2023-11-1")), "{listed}");
}
