//! `tests/run` on machines where things are missing: what it asks for, what it skips, and what it does not let pass.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::harness::program;

/// The tools of every system that the script needs before anything else.
const TOOLS: [&str; 16] = [
    "bash", "cat", "cksum", "dirname", "getconf", "grep", "ls", "mkdir", "mktemp", "mv", "rm", "sed", "sleep", "sort",
    "tail", "uname",
];

/// A machine that has nothing but these tools, and what a test puts there.
struct Machine(TempDir);

impl Machine {
    /// `user` is 0 for root; `go` is the version of golang-go that apt-get would install.
    fn new(user: u32, go: &str) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let path = std::env::var_os("PATH").unwrap();
        for tool in TOOLS {
            let found = std::env::split_paths(&path).map(|d| d.join(tool)).find(|p| p.is_file());
            let to = machine.path("bin").join(tool);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            symlink(found.unwrap_or_else(|| panic!("{tool} is on every system")), to).unwrap();
        }
        machine.program("bin/id", &format!("echo {user}"));
        machine.program("bin/cargo", "echo cargo \"$@\"");
        let record = machine.path("apt");
        machine.program("bin/apt-get", &format!("echo \"$@\" >>{}", record.display()));
        machine.program("bin/apt-cache", &format!("echo '  Installed: (none)'; echo '  Candidate: {go}'"));
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn program(&self, name: &str, does: &str) {
        program(&self.path(name), &format!("#!{}\n{does}\n", self.path("bin/bash").display()));
    }

    fn run(&self, set: &[(&str, &str)]) -> (Output, String) {
        self.run_with(&["--lib"], set)
    }

    fn command(&self) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
        let mut command = Command::new(self.path("bin/bash"));
        command.arg(script).env_clear().env("PATH", self.path("bin")).env("HOME", self.0.path());
        command
    }

    fn run_with(&self, args: &[&str], set: &[(&str, &str)]) -> (Output, String) {
        let output = self.command().args(args).envs(set.iter().copied()).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output, said)
    }

    /// What apt-get was called with.
    fn installed(&self) -> String {
        fs::read_to_string(self.path("apt")).unwrap_or_default()
    }
}

/// The one line that begins so.
#[track_caller]
fn line<'a>(said: &'a str, start: &str) -> &'a str {
    let mut found = said.lines().filter(|l| l.starts_with(start));
    let first = found.next().unwrap_or_else(|| panic!("no line begins with {start:?}\n{said}"));
    assert_eq!(found.next(), None, "{said}");
    first
}

#[test]
fn on_an_empty_machine_it_says_what_to_install_and_runs_what_can_run() {
    let machine = Machine::new(1000, "2:1.19~1");
    machine.program("bin/envoy", "exit 0");
    let (output, said) = machine.run(&[]);
    assert!(output.status.success(), "{said}");
    // one that is named is enough here
    assert!(line(&said, "the tests use ").contains("bin/envoy"), "{said}");
    assert!(!said.contains("skip: Envoy"), "{said}");
    let go = line(&said, "skip: golang-go: ");
    assert!(go.contains("2:1.19~1") && go.contains("2:1.21 or newer") && go.contains("https://go.dev/dl"), "{go}");
    let packages = line(&said, "skip: gcc libc6-dev openssl python3-venv curl");
    assert!(packages.contains("as root: apt-get update && apt-get install"), "{packages}");
    assert!(!packages.contains("golang-go"), "what is too old is not offered: {packages}");
    assert!(line(&said, "skip: etcd kube-apiserver").contains("https://go.dev/dl"), "{said}");
    assert!(line(&said, "skip: clusters with nodes").contains("need root"), "{said}");
    assert_eq!(said.lines().last(), Some("cargo test --workspace --locked --lib"), "{said}");
    assert_eq!(machine.installed(), "", "never without being root");
}

#[test]
fn where_all_is_required_one_envoy_of_any_version_is_not_enough() {
    let machine = Machine::new(1000, "2:1.19~1");
    machine.program("bin/envoy", "exit 0");
    let named = machine.path("bin/envoy");
    for set in
        [&[("MESHCTL_TESTS", "require")][..], &[("MESHCTL_TESTS", "require"), ("ENVOY", named.to_str().unwrap())]]
    {
        let (output, said) = machine.run(set);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(line(&said, "skip: Envoy 1.40.0: ").contains("no python3"), "{said}");
        assert!(line(&said, "skip: Envoy 1.36.4: ").contains("no python3"), "{said}");
        assert!(said.contains("MESHCTL_TESTS=require, and the parts above are missing"), "{said}");
        assert!(!said.contains("cargo test"), "{said}");
    }
}

#[test]
fn as_root_it_installs_what_debian_has() {
    let machine = Machine::new(0, "2:1.24~2");
    machine.program("bin/envoy", "exit 0");
    let (_, said) = machine.run(&[]);
    let installed = machine.installed();
    let calls: Vec<&str> = installed.lines().collect();
    assert_eq!(calls.len(), 2, "{calls:?}\n{said}");
    assert_eq!(calls[0], "update");
    assert!(calls[1].starts_with("install -y --no-install-recommends gcc libc6-dev golang-go openssl"), "{calls:?}");
    assert!(!said.contains("skip: golang-go"), "{said}");
}

#[test]
fn no_go_is_needed_where_nothing_is_built() {
    let machine = Machine::new(1000, "2:1.19~1");
    machine.program("bin/envoy", "exit 0");
    for part in ["etcd", "kube-apiserver", "kube-controller-manager"] {
        machine.program(&format!("assets/{part}"), "exit 0");
    }
    let assets = machine.path("assets");
    let (_, said) = machine.run(&[("KUBEBUILDER_ASSETS", assets.to_str().unwrap())]);
    assert!(!said.contains("golang-go") && !said.contains("skip: etcd"), "{said}");
}

/// What a run of everything calls: all test programs of the package, each once.
#[test]
fn all_tiers_are_run_and_what_fails_is_said() {
    let machine = Machine::new(1000, "2:1.24~2");
    machine.program("bin/envoy", "exit 0");
    let calls = machine.path("calls");
    let fails = "case \"$*\" in *--no-run*) ;; *--test\\ e2e*) echo 'a test of e2e broke'; exit 101 ;; esac";
    machine.program("bin/cargo", &format!("echo \"$*\" >>{}\n{fails}", calls.display()));
    let (output, said) = machine.run_with(&[], &[]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("a test of e2e broke"), "what the background says is shown: {said}");
    assert_eq!(said.lines().last(), Some("error: tests failed: e2e"), "{said}");
    let calls = fs::read_to_string(calls).unwrap();
    let runs: Vec<&str> = calls.lines().filter(|call| !call.contains("--no-run")).collect();
    let manifest = include_str!("../../Cargo.toml");
    let programs = manifest.split("[[test]]\n").skip(1).filter_map(|table| table.split('"').nth(1));
    let mut wanted: Vec<String> = programs.map(|name| format!("--test {name}")).collect();
    assert!(wanted.len() >= 3, "{wanted:?}");
    wanted.extend(["--lib", "--bins", "--doc"].map(str::to_owned));
    for what in wanted {
        let all: Vec<_> = runs.iter().filter(|run| run.contains(&what)).collect();
        assert_eq!(all.len(), 1, "{what}: {runs:?}");
    }

    machine.program("bin/cargo", "exit 0");
    let (output, said) = machine.run_with(&[], &[]);
    assert!(output.status.success() && !said.contains("error"), "{said}");
}

#[test]
fn a_run_that_is_ended_leaves_nothing_behind_and_tells_how_far_it_was() {
    let machine = Machine::new(1000, "2:1.24~2");
    machine.program("bin/envoy", "exit 0");
    let pids = machine.path("pids");
    // each tier is a program under cargo, as it is in truth
    let tier = format!("echo \"$*\"; bash -c 'echo $$ >>{}; exec sleep 60'", pids.display());
    machine.program("bin/cargo", &format!("case \"$*\" in *--no-run*) ;; *) {tier} ;; esac"));
    let run = machine.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = || fs::read_to_string(&pids).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    let end = Instant::now() + Duration::from_secs(60);
    while started().len() < 3 {
        assert!(Instant::now() < end, "api, e2e and the others: {:?}", started());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").arg(run.id().to_string()).status().unwrap().success());
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(said.contains("the last of e2e:\ntest --locked --test e2e\n"), "{said}");
    for pid in started() {
        // one that has ended may wait for a parent that asks for it
        let runs = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
        while runs() {
            assert!(Instant::now() < end, "{pid} still runs");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The versions that the tests take are those that it fetches.
#[test]
fn it_fetches_the_envoys_that_the_tests_want() {
    let script = include_str!("../run");
    for version in crate::envoy::VERSIONS {
        assert!(script.contains(&format!("get_envoy envoy-{version} {version}.")), "{version}");
    }
    assert_eq!(script.matches("    get_envoy envoy-").count(), crate::envoy::VERSIONS.len());
}
