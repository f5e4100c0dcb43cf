//! The namespaces of one cluster, and programs in them. When the first process ends, so do all.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::world;

const INIT: &str = include_str!("node/init.sh");

/// Joins a control group, takes it as the root that is to be seen, and goes on in a group below it: a group with processes
/// cannot pass controllers on.
const JOIN: &str = r#"
set -e
group=$1; shift
mkdir -p "$group/node"
echo $$ >"$group/cgroup.procs"
exec unshare --cgroup sh -c 'echo $$ >"$0/node/cgroup.procs"; exec "$@"' "$group" "$@"
"#;

/// Namespaces for network, mounts, processes and control groups. They end with this value.
pub struct Namespaces {
    name: &'static str,
    /// `unshare`, whose standard input the first process reads
    unshare: Child,
    /// the first process, as this process knows it
    first: u32,
    folder: PathBuf,
}

impl Namespaces {
    /// New ones in the network namespace `name`; programs run in `folder`, and their output goes to files in its `log`.
    pub fn start(name: &'static str, folder: &Path) -> Result<Self, String> {
        let say = |e: std::io::Error| format!("starting the namespaces of {name} failed: {e}");
        let mut command = Command::new("sh");
        command.args(["-c", JOIN, "sh"]).arg(world::group().join(name));
        command.arg("nsenter").arg(format!("--net=/run/netns/{name}"));
        command.args(["unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation", "private"]);
        command.args(["--mount-proc", "sh", "-c", INIT, "init"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut unshare = command.spawn().map_err(say)?;
        let mut answer = String::new();
        BufReader::new(unshare.stdout.take().expect("it is piped")).read_line(&mut answer).map_err(say)?;
        if answer != "up\n" {
            return Err(format!("the namespaces of {name} did not come up: {answer:?}"));
        }
        let children = format!("/proc/{0}/task/{0}/children", unshare.id());
        let children = std::fs::read_to_string(children).map_err(say)?;
        let first = children.trim().parse().map_err(|_| format!("the first process of {name} is {children:?}"))?;
        Ok(Self { name, unshare, first, folder: folder.to_owned() })
    }

    /// A command in them, in the cluster's control group.
    pub fn command(&self, program: &Path) -> Command {
        const ENTER: &str = r#"echo $$ >"$0/node/cgroup.procs"; exec nsenter "$@""#;
        let mut command = Command::new("sh");
        command.args(["-c", ENTER]).arg(world::group().join(self.name));
        command.args(["--target", &self.first.to_string(), "--net", "--pid", "--mount", "--cgroup", "--"]);
        // entering a mount namespace leads to its root
        command.arg("env").arg("--chdir").arg(&self.folder).arg(program);
        command.stdin(Stdio::null());
        command
    }

    /// Starts a program that runs as long as the cluster does; it logs to a file of its name.
    pub fn run(&self, program: &Path, args: &[String]) -> Result<(), String> {
        let say = |e: std::io::Error| format!("starting {} failed: {e}", program.display());
        let log = std::fs::File::create(self.log_of(program)).map_err(say)?;
        let mut command = self.command(program);
        command.args(args).stdout(log.try_clone().map_err(say)?).stderr(log);
        command.spawn().map(drop).map_err(say)
    }

    /// Where a program logs to.
    pub fn log_of(&self, program: &Path) -> PathBuf {
        self.folder.join("log").join(program.with_extension("log").file_name().unwrap_or_default())
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        drop(self.unshare.stdin.take());
        let _ = self.unshare.wait();
    }
}
