//! Signals, sent to a process of the test's own: this program, asked to run one test.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use meshctl::adapters::serve::on_signals;

use super::wire::DEADLINE;

const FOLDER: &str = "MESHCTL_TEST_SIGNALS";

/// The process that gets the signals: nothing at all where no folder is named to it.
#[test]
fn in_a_process_of_its_own() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stop = on_signals().unwrap();
        std::fs::write(folder.join("ready"), "").unwrap();
        stop.cancelled().await;
        std::fs::write(folder.join("stopping"), "").unwrap();
        // a server that does not end
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
}

#[test]
fn the_first_signal_asks_and_the_second_ends() {
    for (first, second) in [("TERM", "INT"), ("INT", "INT")] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "serve::signals::in_a_process_of_its_own"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        await_file(&mut child, &folder.path().join("ready"));
        signal(&child, first);
        await_file(&mut child, &folder.path().join("stopping"));
        assert_eq!(child.try_wait().unwrap(), None, "one signal does not end it");
        signal(&child, second);
        assert_eq!(end(&mut child).code(), Some(1));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

fn await_file(child: &mut Child, path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < DEADLINE, "no {}", path.display());
        assert_eq!(child.try_wait().unwrap(), None, "it has ended without {}", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn end(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > DEADLINE {
            let _ = child.kill();
            panic!("it has not ended");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
