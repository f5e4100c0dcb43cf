//! `meshctl ca` through the binary: what it makes, what it says of bundles that OpenSSL made, and what a full disk or a kill
//! leaves behind.

mod bundles;
mod crash;
mod defects;
mod folder;
mod init;
mod openssl;
mod place;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder of its own for a test, with the binary at hand.
struct Bench {
    dir: TempDir,
}

/// What a run of the binary said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The binary, in this folder and in an environment that holds nothing of the user's.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
        hermetic(&mut command, self.dir.path());
        command
    }

    /// Runs `meshctl ca …`. Whatever is run: no output ever holds a line of a private key.
    fn ca(&self, args: &str) -> Said {
        let output = self.command().arg("ca").args(args.split_whitespace()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said = Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        let all = format!("{}{}", said.out, said.err);
        for (path, bytes) in self.files(self.dir.path()) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if text.contains("PRIVATE KEY") {
                for line in text.lines().filter(|l| l.len() > 30 && !l.starts_with("-----")) {
                    assert!(!all.contains(&line[..30]), "{args}: a line of {path} is in the output");
                }
            }
        }
        said
    }

    /// As [`Bench::ca`], where it must end well.
    fn ok(&self, args: &str) -> Said {
        let said = self.ca(args);
        assert_eq!(said.code, 0, "meshctl ca {args}\n{}{}", said.out, said.err);
        said
    }

    /// All files under a folder with their bytes, hidden ones too; not those that no CA file is as large as.
    fn files(&self, dir: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            // a folder or file may go while a killed run's neighbours are being looked at
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && entry.metadata().unwrap().len() < 1 << 20 {
                    found.insert(path.strip_prefix(dir).unwrap().display().to_string(), std::fs::read(&path).unwrap());
                }
            }
        }
        found
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), bytes).unwrap();
    }
}

fn hermetic(command: &mut Command, dir: &Path) {
    command.current_dir(dir).env("HOME", dir).env("NO_COLOR", "1");
    for name in ["KUBECONFIG", "PILOT_URL", "MESHCTL_REGISTRY"] {
        command.env_remove(name);
    }
}

impl Said {
    /// The JSON of the answer.
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}\n{}", self.out))
    }

    /// Asserts that some line of the answer holds all of these.
    fn shows(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        let found = self.out.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(found, "no line holds {words:?}\n{}", self.out);
    }

    /// Asserts that stderr holds all of these.
    fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "\"{word}\" is not in\n{}", self.err);
        }
    }
}
