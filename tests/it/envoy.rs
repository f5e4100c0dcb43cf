//! Finds real Envoys to test with, and runs them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The Envoys to test with: `ENVOY` if it is set; else the one on `PATH`; else every one in the tests' cache folder
/// (`MESHCTL_TEST_CACHE`, default `~/.cache/meshctl-tests`, a folder `envoy-VERSION` each, newest first).
///
/// None: one printed line says so; with `MESHCTL_TESTS=require` that is a failure.
pub(crate) fn envoys() -> Vec<PathBuf> {
    let found = found();
    if found.is_empty() {
        let reason = "no Envoy: set ENVOY, or run tests/run, which fetches one";
        assert!(env::var("MESHCTL_TESTS").as_deref() != Ok("require"), "{reason}");
        eprintln!("skip: {reason}");
    }
    found
}

/// The same, where nobody is told that there is none.
pub(crate) fn found() -> Vec<PathBuf> {
    let named = env::var_os("ENVOY").filter(|e| !e.is_empty()).map(PathBuf::from).or_else(on_path);
    named.map_or_else(cached, |envoy| vec![envoy])
}

fn cached() -> Vec<PathBuf> {
    let cache = env::var_os("MESHCTL_TEST_CACHE")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache/meshctl-tests")));
    let mut found: Vec<PathBuf> = cache
        .and_then(|cache| std::fs::read_dir(cache).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with("envoy-"))
        .map(|e| e.path().join("bin/envoy"))
        .filter(|envoy| envoy.is_file())
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
