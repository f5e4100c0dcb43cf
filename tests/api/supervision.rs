//! A test run that is killed leaves no process and no folder behind.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use crate::supervisor::Supervised;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("api::supervision::ends_with_its_handle", ends_with_its_handle),
        Trial::test("api::supervision::ends_with_a_killed_test", ends_with_a_killed_test),
    ]
}

/// With this in the environment this program is not a test run but the one that gets killed: it starts a supervised
/// process that writes to the file `alive` in the folder, again and again.
pub const VICTIM: &str = "MESHCTL_SUPERVISION_VICTIM";

const BEAT: &str = "while :; do date +%s%N >alive; sleep 0.02; done";

fn beat(folder: &Path) -> Supervised {
    let args = ["-c".to_owned(), BEAT.to_owned()];
    Supervised::start_owning(Path::new("sh"), &args, folder, &folder.join("log")).unwrap()
}

/// What a killed run does before it is killed.
pub fn be_the_victim(folder: &Path) -> ! {
    let _alive = beat(folder);
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn wait(what: &str, so: impl Fn() -> bool) -> Result<(), Failed> {
    let start = Instant::now();
    while !so() {
        if start.elapsed() > Duration::from_secs(20) {
            return Err(Failed::from(format!("waited 20 s for: {what}")));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn ends_with_its_handle() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let running = beat(folder.path());
    wait("the first beat", || folder.path().join("alive").exists())?;
    drop(running);
    // it cannot come back: what wrote it is gone
    assert!(!folder.path().exists(), "the folder outlived its owner");
    Ok(())
}

fn ends_with_a_killed_test() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut victim = Command::new(std::env::current_exe()?);
    victim.env(VICTIM, folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
    let mut victim = victim.spawn()?;
    let started = wait("the first beat", || folder.path().join("alive").exists());
    victim.kill()?;
    victim.wait()?;
    started?;
    wait("the folder to go, after the test process was killed", || !folder.path().exists())?;
    std::thread::sleep(Duration::from_millis(200));
    assert!(!folder.path().exists(), "something still writes");
    Ok(())
}
