//! Finds real Envoys to test with.

use std::env;
use std::path::{Path, PathBuf};

/// The Envoys to test with: `ENVOY` if it is set; else the one on `PATH`; else every one in the tests' cache folder
/// (`MESHCTL_TEST_CACHE`, default `~/.cache/meshctl-tests`, a folder `envoy-VERSION` each, newest first).
///
/// None: one printed line says so; with `MESHCTL_TESTS=require` that is a failure.
pub(crate) fn envoys() -> Vec<PathBuf> {
    let named = env::var_os("ENVOY").map(PathBuf::from).or_else(on_path);
    let found = named.map_or_else(cached, |envoy| vec![envoy]);
    if found.is_empty() {
        let reason = "no Envoy: set ENVOY, or run tests/run, which fetches one";
        assert!(env::var("MESHCTL_TESTS").as_deref() != Ok("require"), "{reason}");
        eprintln!("skip: {reason}");
    }
    found
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
