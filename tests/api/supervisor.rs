//! Processes that cannot outlive the test: each runs under a shell whose standard input is a pipe from this process.
//!
//! However this process ends, the kernel closes the pipe, the shell reads the end of it and kills its child. Where PID
//! namespaces are to be had, the shell is the first process of one, and whatever the child had started goes with it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// Reads names of signals from standard input, passes them on and says so on standard output; ends its child when there is no more to read, and takes
/// the folder of its cluster away where it is told to: the test process may be gone and cannot.
const SHELL: &str = r#"
"$@" </dev/null >>"$LOG" 2>&1 &
child=$!
while read -r signal; do kill -s "$signal" "$child"; echo sent; done
kill -s KILL "$child" 2>/dev/null
wait "$child" 2>/dev/null
if [ -n "$REMOVE_AT_END" ]; then
  # the other processes of the cluster end at the same moment, and may still write
  rm -rf "$REMOVE_AT_END" 2>/dev/null || { sleep 0.3; rm -rf "$REMOVE_AT_END"; }
fi
"#;

/// The ways to a PID namespace, best first: without root, as root, none.
const NAMESPACES: &[&[&str]] = &[
    &["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"],
    &["unshare", "--pid", "--fork", "--kill-child"],
    &[],
];

fn namespace() -> &'static [&'static str] {
    static FOUND: OnceLock<&[&str]> = OnceLock::new();
    FOUND.get_or_init(|| {
        let works = |way: &[&str]| {
            let Some((program, args)) = way.split_first() else { return true };
            let mut probe = Command::new(program);
            probe.args(args).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            probe.status().is_ok_and(|s| s.success())
        };
        NAMESPACES.iter().copied().find(|way| works(way)).unwrap_or_default()
    })
}

/// A process that ends when this value is dropped, or when the test process is gone.
pub struct Supervised {
    shell: Child,
    answers: BufReader<ChildStdout>,
}

impl Supervised {
    /// Starts a program in `folder`; its output goes to the end of `log`.
    pub fn start(program: &Path, args: &[String], folder: &Path, log: &Path) -> Result<Self, String> {
        Self::start_with(program, args, folder, log, "")
    }

    /// The same, and `folder` goes when the program does.
    pub fn start_owning(program: &Path, args: &[String], folder: &Path, log: &Path) -> Result<Self, String> {
        Self::start_with(program, args, folder, log, &folder.display().to_string())
    }

    fn start_with(program: &Path, args: &[String], folder: &Path, log: &Path, remove: &str) -> Result<Self, String> {
        let say = |e: std::io::Error| format!("starting {} failed: {e}", program.display());
        let words: Vec<&str> = namespace().iter().copied().chain(["sh", "-c", SHELL, "sh"]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(program).args(args).current_dir(folder);
        command.env("REMOVE_AT_END", remove).env("LOG", log);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().map_err(say)?;
        let answers = BufReader::new(shell.stdout.take().expect("it is piped"));
        Ok(Self { shell, answers })
    }

    /// Sends a signal (`STOP`, `CONT`, `TERM`) and returns when it is sent.
    pub fn signal(&mut self, name: &str) {
        let pipe = self.shell.stdin.as_mut().unwrap();
        writeln!(pipe, "{name}").and_then(|()| pipe.flush()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, "sent\n", "the supervisor has gone");
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
