//! How much memory the binary takes at most while it reads a dump.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs the binary on a dump, and returns the largest VmHWM seen, in KiB, with its output. Standard input is held open at the
/// end of the dump, so that the process still stands when it is looked at.
pub(crate) fn peak(mut meshctl: Command, dump: &Path, args: &[&str]) -> (u64, String) {
    let mut child = meshctl
        .args(args)
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut stdout = child.stdout.take().unwrap();
    let text = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        text
    });
    let mut input = child.stdin.take().unwrap();
    let mut file = std::fs::File::open(dump).unwrap();
    std::io::copy(&mut file, &mut input).unwrap();
    input.write_all(b"\n").unwrap();
    // the pipe holds 64 KiB at most: all but that has been read
    let hwm = || {
        let text = std::fs::read_to_string(&status).ok()?;
        text.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    let mut most = hwm().unwrap();
    drop(input);
    let until = Instant::now() + Duration::from_secs(120);
    while child.try_wait().unwrap().is_none() {
        most = most.max(hwm().unwrap_or_default());
        assert!(Instant::now() < until, "still running");
        std::thread::sleep(Duration::from_millis(1));
    }
    (most, text.join().unwrap())
}
