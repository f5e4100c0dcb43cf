//! The world of a run: namespaces for network, mounts and processes, in which the tests run themselves.
//!
//! The program that cargo starts stays outside and only waits, and between the two stands a shell, `janitor.sh`. Whoever
//! is killed, the kernel ends everything in the world: processes, mounts, interfaces, rules. What it does not end, a
//! folder and the control groups, the janitor takes away. Nobody outside can see the fixed addresses, so that runs do
//! not disturb one another.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::assets::Assets;

/// In the environment of those in the world: the folder of the run.
const FOLDER: &str = "MESHCTL_E2E_FOLDER";
/// The name of the run's control group.
const GROUP: &str = "MESHCTL_E2E_GROUP";

const JANITOR: &str = include_str!("node/janitor.sh");
const NETWORK: &str = include_str!("node/network.sh");

/// The programs of Kubernetes that clusters with nodes need.
pub const PROGRAMS: &[&str] =
    &["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "coredns"];
/// Programs of Debian packages that are needed, too.
const TOOLS: &[&str] = &[
    "unshare",
    "setpriv",
    "nsenter",
    "mount",
    "ip",
    "containerd",
    "ctr",
    "runc",
    "iptables-restore",
    "ip6tables-restore",
    "nft",
    "ldd",
    "tar",
    "sha256sum",
];

/// Whether this process is in a world.
pub fn inside() -> bool {
    std::env::var_os(FOLDER).is_some()
}

/// A command of this program that knows nothing of the world, and so makes one of its own.
pub fn leave(command: &mut Command) {
    command.env_remove(FOLDER).env_remove(GROUP);
}

/// The folder of the run; it goes with the world.
pub fn folder() -> PathBuf {
    std::env::var_os(FOLDER).expect("only those in a world ask").into()
}

/// The run's control group, as a path in the world.
pub fn group() -> PathBuf {
    PathBuf::from("/sys/fs/cgroup").join(std::env::var_os(GROUP).expect("only those in a world ask"))
}

/// Where a program is on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The folder of the CNI plugins.
pub fn cni() -> Option<PathBuf> {
    ["/usr/lib/cni", "/opt/cni/bin"].map(PathBuf::from).into_iter().find(|f| f.join("bridge").is_file())
}

/// What is missing here for clusters with nodes, and how to get it.
pub fn needs() -> Result<Assets, String> {
    let assets = Assets::find(PROGRAMS)?;
    let missing: Vec<&str> = TOOLS.iter().copied().filter(|tool| on_path(tool).is_none()).collect();
    if !missing.is_empty() || cni().is_none() {
        let plugins = if cni().is_none() { " CNI plugins" } else { "" };
        return Err(format!("no {}{plugins} here; tests/packages.txt has the packages", missing.join(", ")));
    }
    if crate::image::envoy().is_none() {
        return Err("no Envoy for the image: set ENVOY to the program, or run tests/run, which fetches one".to_owned());
    }
    if inside() {
        return Ok(assets);
    }
    let mut probe = Command::new("unshare");
    probe.args(["--net", "--pid", "--fork", "--mount", "--cgroup", "--mount-proc", "true"]).stdin(Stdio::null());
    match probe.stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(assets),
        _ => Err("clusters with nodes need root, and namespaces of the kernel".to_owned()),
    }
}

/// Runs this program again, with the same arguments, in a world of its own, and ends as it does.
pub fn enter() -> ExitCode {
    let mut janitor = in_a_world().stdin(Stdio::piped()).spawn().expect("unshare was here a moment ago");
    // while this end is open, the world lasts; waiting would close it
    let held = janitor.stdin.take();
    let code = janitor.wait().ok().and_then(|status| status.code());
    drop(held);
    ExitCode::from(code.and_then(|c| u8::try_from(c).ok()).unwrap_or(1))
}

/// The command that runs this program in a world, which ends when its standard input does.
fn in_a_world() -> Command {
    // numbers of processes repeat from namespace to namespace
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("meshctl-e2e-{}-{}", std::process::id(), since.as_micros());
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", JANITOR, "janitor"]);
    command.arg(std::env::current_exe().expect("it runs")).args(std::env::args_os().skip(1));
    command.env(FOLDER, std::env::temp_dir().join(&name)).env(GROUP, &name);
    command
}

/// Lays the network of the world: a bridge, and a namespace for each cluster.
pub fn prepare() {
    let laid = Command::new("sh").args(["-c", NETWORK]).stdin(Stdio::null()).output().expect("sh runs");
    assert!(laid.status.success(), "laying the network failed: {}", String::from_utf8_lossy(&laid.stderr));
}
