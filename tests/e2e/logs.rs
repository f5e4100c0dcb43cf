//! What the pods have said, for the one who reads why a test failed.

use std::path::{Path, PathBuf};

use crate::world;

/// The end of every container's log: this many lines.
const LINES: usize = 25;

/// Runs a test; if it panics, what the pods of both clusters have logged lately comes after its message.
pub fn told_on_panic(test: impl FnOnce()) {
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(test));
    if let Err(panic) = ran {
        let mut files = Vec::new();
        for cluster in ["gke", "on-prem"] {
            below(&world::folder().join(cluster).join("pod-logs"), &mut files);
        }
        files.sort();
        for file in files {
            tell(&file);
        }
        std::panic::resume_unwind(panic);
    }
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            below(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn tell(file: &Path) {
    let text = std::fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return;
    }
    let name = file.strip_prefix(world::folder()).unwrap_or(file);
    eprintln!("--- {}\n{}", name.display(), lines[lines.len().saturating_sub(LINES)..].join("\n"));
}
