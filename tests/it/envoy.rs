//! Finds real Envoys to test with, and runs them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The versions that `tests/run` fetches, each into `envoy-VERSION` of the cache folder; newest first.
pub(crate) const VERSIONS: [&str; 2] = ["1.40", "1.36"];

/// The Envoys to test with: `ENVOY` if it is set; else the one on `PATH`; else every one in the tests' cache folder (a
/// folder `envoy-VERSION` each, newest first).
///
/// None: one printed line says so. With `MESHCTL_TESTS=require` the tests run with both [`VERSIONS`] and with the one that
/// is named besides; one that is missing is a failure.
pub(crate) fn envoys() -> Vec<PathBuf> {
    found().unwrap_or_else(|why| {
        assert!(!is_required(), "{why}");
        eprintln!("skip: {why}");
        Vec::new()
    })
}

/// The same, where nobody is told that there is none.
pub(crate) fn found() -> Result<Vec<PathBuf>, String> {
    choose(named(), cached(), is_required())
}

fn is_required() -> bool {
    env::var("MESHCTL_TESTS").as_deref() == Ok("require")
}

/// Which of them: see [`envoys`]. Those of the cache folder stand with their versions.
fn choose(named: Option<PathBuf>, cached: Vec<(String, PathBuf)>, require: bool) -> Result<Vec<PathBuf>, String> {
    let missing: Vec<&str> = VERSIONS.into_iter().filter(|v| !cached.iter().any(|(have, _)| have == v)).collect();
    if require && !missing.is_empty() {
        let which = missing.join(" and ");
        return Err(format!("Envoy {which} is not in the cache folder: run tests/run, which fetches it"));
    }
    let mut found: Vec<PathBuf> = match named {
        Some(_) if !require => Vec::new(),
        _ => cached.into_iter().map(|(_, envoy)| envoy).collect(),
    };
    found.extend(named);
    if found.is_empty() { Err("no Envoy: set ENVOY, or run tests/run, which fetches one".into()) } else { Ok(found) }
}

/// Where `tests/run` keeps what it fetches and builds.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    set("MESHCTL_TEST_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("meshctl-tests")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/meshctl-tests")))
}

fn named() -> Option<PathBuf> {
    env::var_os("ENVOY").filter(|e| !e.is_empty()).map(PathBuf::from).or_else(on_path)
}

fn cached() -> Vec<(String, PathBuf)> {
    let entries = cache_folder().and_then(|cache| std::fs::read_dir(cache).ok());
    let mut found: Vec<(String, PathBuf)> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| {
            let version = e.file_name().to_string_lossy().strip_prefix("envoy-")?.to_owned();
            Some((version, e.path().join("bin/envoy")))
        })
        .filter(|(_, envoy)| envoy.is_file())
        .collect();
    found.sort();
    found.reverse();
    found
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join("envoy")).find(|envoy| envoy.is_file())
}

/// A running Envoy, ended with the value.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts Envoy with this bootstrap and these arguments; it logs into a file beside the bootstrap.
    pub(crate) fn start(envoy: &Path, boot: &Path, arguments: &[&str]) -> Self {
        let log = boot.with_extension("log");
        let child = Command::new(envoy)
            .args(["--use-dynamic-base-id", "--disable-hot-restart", "--concurrency", "1"])
            .args(arguments)
            .arg("-c")
            .arg(boot)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self { child, log }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn where_tests_are_required_both_versions_run_and_the_named_one_besides() {
    let path = PathBuf::from;
    let both = || VERSIONS.map(|v| (v.to_owned(), path(v))).to_vec();
    let one = || both().into_iter().take(1).collect::<Vec<_>>();
    let named = || Some(path("mine"));
    assert_eq!(choose(named(), both(), false), Ok(vec![path("mine")]));
    assert_eq!(choose(None, one(), false), Ok(vec![path("1.40")]));
    assert!(choose(None, Vec::new(), false).is_err_and(|why| why.contains("set ENVOY")));
    assert_eq!(choose(None, both(), true), Ok(vec![path("1.40"), path("1.36")]));
    assert_eq!(choose(named(), both(), true), Ok(vec![path("1.40"), path("1.36"), path("mine")]));
    for named in [None, named()] {
        assert!(choose(named.clone(), one(), true).is_err_and(|why| why.starts_with("Envoy 1.36 is not in")));
        assert!(choose(named, Vec::new(), true).is_err_and(|why| why.starts_with("Envoy 1.40 and 1.36 is not in")));
    }
}
