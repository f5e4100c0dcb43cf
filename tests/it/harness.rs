//! Runs the real binary in a home of its own: a temporary folder, a clean environment, a deadline.
#![allow(unreachable_pub, dead_code, reason = "two test binaries share it, and neither uses all of it")]

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A command that runs longer than this hangs.
const DEADLINE: Duration = Duration::from_secs(120);

/// Makes a program of a script. Another process writes it: a process that another test starts just then would inherit the open
/// file, and while one has it open for writing it does not run.
pub fn program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let from = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(from.path(), text).unwrap();
    let done = Command::new("install").args(["-m", "755"]).arg(from.path()).arg(path).status().unwrap();
    assert!(done.success(), "{}", path.display());
}

/// `meshctl` in a temporary home; the working folder is the home, too.
pub struct Meshctl {
    home: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Data.
    pub stdout: String,
    /// Talk.
    pub stderr: String,
}

impl Ran {
    /// The run itself, if it exited with `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }
}

impl Meshctl {
    /// A fresh home.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    /// The temporary folder, where the commands also run.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sets a variable for all runs from here on.
    pub fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file below the home, folders included, and returns its path.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The command, not yet started: nothing of our own environment but PATH.
    pub fn command<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
        command
            .env_clear()
            .current_dir(self.home())
            .env("HOME", self.home())
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C.UTF-8");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Ran {
        finish(self.command(args).spawn().unwrap())
    }

    /// Runs it to its end with something on standard input.
    #[track_caller]
    pub fn run_with_input<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>, input: &str) -> Ran {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // a command that does not read its input is none of our business here
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        finish(child)
    }
}

fn drain(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for a child with its output piped; one that outlives the deadline is killed, and the test fails.
#[track_caller]
pub fn finish(mut child: Child) -> Ran {
    let (out, err) = (drain(child.stdout.take().unwrap()), drain(child.stderr.take().unwrap()));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > DEADLINE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("still running after {DEADLINE:?}\n{}\n{}", out.join().unwrap(), err.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ran { code: status.code().unwrap_or(-1), stdout: out.join().unwrap(), stderr: err.join().unwrap() }
}

/// Whether a program of `tests/packages.txt` is there. Where it is not: one line that says so, or, with
/// `MESHCTL_TESTS=require`, a failure.
#[track_caller]
pub fn have(program: &str, for_what: &str) -> bool {
    let mut probe = Command::new(program);
    probe.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if probe.status().is_ok() {
        return true;
    }
    let line = format!("skip: {for_what}: there is no {program} here; tests/packages.txt has its package");
    assert!(std::env::var("MESHCTL_TESTS").as_deref() != Ok("require"), "{line}");
    eprintln!("{line}");
    false
}
