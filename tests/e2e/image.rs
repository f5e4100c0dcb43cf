//! Images without a daemon and without a base: one archive that containerd imports, made from the file lists.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::pair::where_possible;
use crate::{app, world};

/// Holds the namespaces of every pod.
pub const PAUSE: &str = "registry.test/pause:1";
/// The tests' own server.
pub const APP: &str = "registry.test/app:1";
/// The hub of our image, which is loaded under two tags: the README's.
pub const HUB: &str = "registry.example.com/mesh";
/// The tags of our image: the same content twice.
pub const TAGS: [&str; 2] = ["0.1.0", "0.2.0"];

pub fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("e2e::image::every_program_runs", || where_possible(|_| every_program_runs()))]
}

/// The program of the newest Envoy that is here. The one in a virtual environment is a script beside the real one.
pub fn envoy() -> Option<PathBuf> {
    crate::envoy::found().ok()?.into_iter().find_map(|found| {
        let start = std::fs::read(&found).ok()?;
        if start.starts_with(b"\x7fELF") {
            return Some(found);
        }
        let libraries = found.parent()?.parent()?.join("lib");
        let pythons = std::fs::read_dir(libraries).ok()?.flatten();
        let mut programs = pythons.map(|python| python.path().join("site-packages/envoy/_bin/envoy"));
        programs.find(|program| program.is_file())
    })
}

/// The archive of all images, made once, when the first cluster asks.
#[derive(Clone, Default)]
pub struct Archive(Arc<OnceLock<Result<PathBuf, String>>>);

impl Archive {
    /// Where it is.
    pub fn path(&self) -> Result<PathBuf, String> {
        self.0.get_or_init(|| pack(&world::folder().join("images"))).clone()
    }
}

fn pack(folder: &Path) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let envoy = envoy().ok_or("there is no Envoy for the image")?;
    let app = layer(folder, "app", "tests/e2e/node/app-files.txt", &[("APP", &own)])?;
    let meshctl = Path::new(env!("CARGO_BIN_EXE_meshctl"));
    let mesh = layer(folder, "mesh", "image/files.txt", &[("MESHCTL", meshctl), ("ENVOY", &envoy)])?;
    let role = |role: &str| json!({"Entrypoint": ["/app"], "Env": [format!("{}={role}", app::ROLE)]});
    let tags = TAGS.map(|tag| format!("{HUB}/meshctl:{tag}"));
    let mut manifest = Vec::new();
    for (name, tags, layer, config) in [
        ("pause", vec![PAUSE.to_owned()], &app, role("pause")),
        ("app", vec![APP.to_owned()], &app, role("app")),
        ("meshctl", tags.to_vec(), &mesh, dockerfile()?),
    ] {
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
        let config = json!({"architecture": architecture, "os": "linux", "config": config,
            "rootfs": {"type": "layers", "diff_ids": [layer.digest]}});
        let file = format!("{name}.json");
        std::fs::write(folder.join(&file), config.to_string()).map_err(|e| e.to_string())?;
        manifest.push(json!({"Config": file, "RepoTags": tags, "Layers": [layer.file]}));
    }
    std::fs::write(folder.join("manifest.json"), json!(manifest).to_string()).map_err(|e| e.to_string())?;
    let files = ["manifest.json", "pause.json", "app.json", "meshctl.json", &app.file, &mesh.file];
    run(Command::new("tar").current_dir(folder).args(["-cf", "images.tar"]).args(files))?;
    Ok(folder.join("images.tar"))
}

struct Layer {
    file: String,
    digest: String,
}

/// Gathers the files of a list and packs them; the same files give the same bytes.
fn layer(folder: &Path, name: &str, list: &str, given: &[(&str, &Path)]) -> Result<Layer, String> {
    let (root, file) = (folder.join(name), format!("{name}.tar"));
    gather(&root, list, given)?;
    let tar = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-cf", &file, "-C", name, "."];
    run(Command::new("tar").current_dir(folder).args(tar))?;
    std::fs::remove_dir_all(&root).map_err(|e| e.to_string())?;
    let sum = run(Command::new("sha256sum").current_dir(folder).arg(&file))?;
    let sum = sum.split_whitespace().next().unwrap_or_default();
    Ok(Layer { file, digest: format!("sha256:{sum}") })
}

/// Puts the files of a list together in a folder.
fn gather(root: &Path, list: &str, given: &[(&str, &Path)]) -> Result<(), String> {
    let mut gather = Command::new("image/gather");
    gather.current_dir(env!("CARGO_MANIFEST_DIR")).arg(list).arg(root);
    run(gather.args(given.iter().map(|(name, path)| format!("{name}={}", path.display())))).map(drop)
}

/// How the `Dockerfile` has the image run.
fn dockerfile() -> Result<Value, String> {
    let text = include_str!("../../Dockerfile");
    let word = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix(name));
        line.map(str::trim).ok_or(format!("the Dockerfile has no {name}"))
    };
    let entrypoint: Value = serde_json::from_str(word("ENTRYPOINT ")?).map_err(|e| e.to_string())?;
    Ok(json!({"User": word("USER ")?, "Entrypoint": entrypoint}))
}

/// Each program of the image finds its libraries there, and runs as somebody who may nothing.
fn every_program_runs() -> Result<(), Failed> {
    let folder = world::folder().join("programs");
    std::fs::create_dir_all(&folder)?;
    let envoy = envoy().ok_or("there is no Envoy for the image")?;
    let meshctl = Path::new(env!("CARGO_BIN_EXE_meshctl"));
    gather(&folder, "image/files.txt", &[("MESHCTL", meshctl), ("ENVOY", &envoy)])?;
    for (program, says) in [
        ("/usr/local/bin/meshctl", concat!("meshctl ", env!("CARGO_PKG_VERSION"))),
        ("/usr/local/bin/envoy", "/BoringSSL"),
        ("/usr/sbin/iptables-restore", "iptables-restore v"),
        ("/usr/sbin/ip6tables-restore", "ip6tables-restore v"),
        ("/usr/sbin/nft", "nftables v"),
    ] {
        let mut inside = Command::new("chroot");
        inside.args(["--userspec=1337:1337", "--groups="]).arg(&folder).args([program, "--version"]);
        let said = run(&mut inside)?;
        if !said.contains(says) {
            return Err(format!("{program} says {said}").into());
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Runs a command to its end; its output.
fn run(command: &mut Command) -> Result<String, String> {
    let done = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr)));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
