//! Whose folder it is, whose key, and whose trouble: what `ca init` lets stand in its way, and what it does not.

use super::Bench;
use super::init::kubeconfig;

#[test]
fn a_folder_that_keeps_itself_out_of_git_is_not_a_ca_for_that() {
    let bench = Bench::new();
    // as a virtual environment of Python lies about
    bench.write("venv/.gitignore", "*\n");
    bench.write("venv/pyvenv.cfg", "home = /usr/bin\n");
    bench.ca("init --dir venv --cluster gke").says(2, &["venv holds other things than a CA", "--dir"]);
    bench.write("nested/.gitignore", "*\n");
    bench.write("nested/lib/site.py", "");
    bench.ca("init --dir nested --cluster gke").says(2, &["nested holds other things than a CA"]);
    // what our own runs leave that were cut off
    bench.write("begun/.gitignore", "*\n");
    bench.write("begun/.root-key.pem.tmp-1-0", "half");
    bench.ok("init --dir begun --cluster gke");
    // a CA whose root is away says so, rather than that it is none
    bench.ok("init --dir away --cluster gke --root-key usb.pem");
    std::fs::remove_file(bench.path("away/root-cert.pem")).unwrap();
    bench.ca("init --dir away --cluster gke --root-key usb.pem").says(2, &["root-cert.pem is missing", "cp away/gke"]);
}

#[test]
fn a_named_pipe_among_leftovers_stops_nobody() {
    let bench = Bench::new();
    bench.ok("init --cluster gke");
    for pipe in ["mesh-ca/.root-cert.pem.tmp-1-0", "mesh-ca/gke/.ca-key.pem.tmp-1-0"] {
        assert!(std::process::Command::new("mkfifo").arg(bench.path(pipe)).status().unwrap().success());
    }
    let mut child = bench.command();
    child.args(["ca", "init", "--cluster", "gke", "--cluster", "two"]).stdout(std::process::Stdio::null());
    let mut child = child.spawn().unwrap();
    let start = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > std::time::Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it waits for somebody to write to a pipe");
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    assert!(status.success());
}

#[test]
fn only_what_concerns_a_run_fails_it() {
    let bench = Bench::new();
    bench.write("kubeconf/gke.yaml", kubeconfig("gke"));
    bench.write("kubeconf/on-prem.yaml", kubeconfig("on-prem"));
    bench.ok("init");
    // an entry of the registry that is broken: what is there can be renewed all the same
    bench.write("kubeconf/west.yaml", "kind: [");
    bench.ca("init").says(2, &["west.yaml"]);
    bench.ok("init --renew").says(0, &["not part of this run: kubeconf/west.yaml: "]);
    // a cluster of the CA folder that this run is not about
    bench.write("mesh-ca/on-prem/ca-key.pem", "no key");
    std::fs::remove_file(bench.path("kubeconf/west.yaml")).unwrap();
    for flags in ["", " --renew"] {
        let words = "not part of this run: mesh-ca/on-prem/ca-key.pem: privateKey: it holds no PEM block";
        bench.ok(&format!("init --cluster gke{flags}")).says(0, &[words]);
        bench.ca(&format!("init --cluster on-prem{flags}")).says(1, &["warning: mesh-ca/on-prem/ca-key.pem"]);
    }
    // where the settings are broken, nobody knows which folder is the CA's
    bench.write("kubeconf/mesh.yaml", "kind: [");
    bench.ca("init --renew").says(2, &["mesh.yaml"]);
}

#[test]
fn trouble_with_a_root_key_elsewhere_names_that_file() {
    let bench = Bench::new();
    bench.ok("init --cluster gke --root-key usb.pem");
    let root = bench.read("mesh-ca/root-cert.pem");
    for (name, bytes, words) in [
        ("cert.pem", root.clone(), "the root key cert.pem cannot be used: it holds a block \"CERTIFICATE\""),
        ("empty.pem", Vec::new(), "the root key empty.pem cannot be used: it holds no PEM block"),
        ("other.pem", bench.read("mesh-ca/gke/ca-key.pem"), "the root key other.pem does not match root-cert.pem"),
    ] {
        bench.write(name, bytes);
        let said = bench.ca(&format!("init --cluster gke --cluster two --root-key {name}"));
        said.says(2, &[words, "hint:", "--root-key FILE"]);
        assert!(!said.err.contains("root-key.pem"), "{}", said.err);
    }
    bench
        .ca("init --cluster gke --root-key mesh-ca")
        .says(2, &["reading mesh-ca failed: it is a folder", "--root-key FILE"]);
    bench.ca("init --cluster two").says(2, &["the root key root-key.pem is not there", "--root-key FILE"]);
}

#[test]
fn a_kind_of_keys_that_changes_nothing_is_said() {
    let bench = Bench::new();
    assert!(!bench.ok("init --cluster gke").err.contains("stays"));
    assert!(!bench.ok("init --cluster gke").err.contains("stays"));
    let said = bench.ok("init --cluster gke --cluster two --key rsa2048");
    said.says(
        0,
        &[
            "the key of the root stays EC P-384: --key rsa2048 is for new keys only",
            "the key of gke stays EC P-256",
            "meshctl ca init --key rsa2048 --dir NEW-FOLDER",
            "move mesh-ca/gke away, then meshctl ca init --key rsa2048",
        ],
    );
    assert!(!said.err.contains("the key of two"), "{}", said.err);
    // what the hint says is true
    std::fs::rename(bench.path("mesh-ca/gke"), bench.path("old-gke")).unwrap();
    let report = bench.ok("init --cluster gke --cluster two --key rsa2048 -o json").json();
    assert_eq!(report["clusters"][0]["key"], "RSA 2048");
    bench.ok("verify old-gke mesh-ca/gke");
}
