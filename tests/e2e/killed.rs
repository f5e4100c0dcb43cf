//! A test run that is killed leaves nothing behind: no process, no folder, no control group, no network namespace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use crate::assets::Assets;
use crate::cluster::Cluster;
use crate::image::Archive;
use crate::objects::Server;
use crate::pair::{GKE, runtime, where_possible};
use crate::world;

pub fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("e2e::killed::leaves_nothing_behind", || where_possible(leaves_nothing_behind))]
}

/// With this in the environment this program is not a test run but the one that gets killed: it writes where its world is
/// to the file that is named, once its cluster runs a pod.
pub const VICTIM: &str = "MESHCTL_E2E_VICTIM";

/// What a killed run does before it is killed.
pub fn be_the_victim() -> ! {
    let (assets, file) = (world::needs().unwrap(), std::env::var_os(VICTIM).unwrap());
    runtime().block_on(async {
        let cluster = Cluster::start(GKE, &assets, Archive::default()).await.unwrap();
        cluster.namespace("victim").await;
        Server::start(&cluster, "victim", "pod").await;
        let known = format!("{}\n{}\n", world::folder().display(), world::group().display());
        let new = Path::new(&file).with_extension("new");
        std::fs::write(&new, known).unwrap();
        std::fs::rename(new, file).unwrap();
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
}

fn wait<T>(what: &str, ask: impl Fn() -> Result<T, String>) -> Result<T, Failed> {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(value) => return Ok(value),
            Err(state) if start.elapsed() > Duration::from_secs(120) => {
                return Err(Failed::from(format!("waited 120 s for: {what}\nlast state: {state}")));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// The processes whose command line names a folder.
fn processes(folder: &str) -> Vec<String> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|l| l.contains(folder)).collect()
}

fn leaves_nothing_behind(_: &Assets) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("known");
    let mut victim = Command::new(std::env::current_exe()?);
    world::leave(&mut victim);
    let mut victim = victim.env(VICTIM, &file).stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let started = wait("a pod of the run that is to be killed", || {
        std::fs::read_to_string(&file).map_err(|e| format!("{e}; {:?}", processes("meshctl-e2e-").len()))
    });
    let running = started.as_deref().map_or(0, |known| processes(known.lines().next().unwrap_or_default()).len());
    victim.kill()?;
    victim.wait()?;
    let known = started?;
    let known: Vec<PathBuf> = known.lines().map(PathBuf::from).collect();
    let [folder, group] = known.as_slice() else { return Err(Failed::from(format!("{known:?}"))) };
    assert!(running > 8, "a whole cluster ran, and {running} processes knew its folder");
    wait("everything to go, after the test process was killed", || {
        let left = processes(&folder.display().to_string());
        let there = [folder, group].into_iter().filter(|path| path.exists()).collect::<Vec<_>>();
        if left.is_empty() && there.is_empty() { Ok(()) } else { Err(format!("{left:?} {there:?}")) }
    })?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo")?;
    assert!(!mounts.contains(&folder.display().to_string()), "{mounts}");
    Ok(())
}
