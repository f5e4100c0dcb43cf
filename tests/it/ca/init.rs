//! What `ca init` makes, and what it leaves alone.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Bench, openssl};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// OpenSSL's strictest reading of what we made.
fn strict(bench: &Bench, dir: &str, clusters: &[&str]) {
    for cluster in clusters {
        let args = format!("verify -x509_strict -check_ss_sig -CAfile {dir}/root-cert.pem {dir}/{cluster}/ca-cert.pem");
        assert!(openssl::run(bench.dir.path(), &args).contains("OK"));
    }
}

#[test]
fn openssl_accepts_what_we_make() {
    if !openssl::found() {
        return;
    }
    let bench = Bench::new();
    for (flags, root, intermediate) in [
        ("", "EC P-384", "EC P-256"),
        ("--key p256", "EC P-256", "EC P-256"),
        ("--key p384", "EC P-384", "EC P-384"),
        ("--key rsa2048", "RSA 2048", "RSA 2048"),
        ("--key rsa4096", "RSA 4096", "RSA 4096"),
    ] {
        let dir = format!("ca{}", flags.replace("--key ", "-"));
        let report = bench.ok(&format!("init --dir {dir} --cluster gke --cluster on-prem {flags} -o json")).json();
        assert_eq!((report["kind"].as_str(), report["apiVersion"].as_str()), (Some("CAReport"), Some("meshctl/v1")));
        assert_eq!(
            (report["root"]["key"].as_str(), report["clusters"][1]["key"].as_str()),
            (Some(root), Some(intermediate))
        );
        strict(&bench, &dir, &["gke", "on-prem"]);
        bench.ok(&format!("verify {dir}"));
        // what OpenSSL reads: names, limits, lifetimes, fingerprints
        let print =
            openssl::run(bench.dir.path(), &format!("x509 -in {dir}/gke/ca-cert.pem -noout -fingerprint -sha256"));
        let print = print.trim().rsplit('=').next().unwrap().replace(':', "").to_lowercase();
        assert_eq!(report["clusters"][0]["fingerprint"].as_str(), Some(print.as_str()));
    }
    let text = openssl::run(bench.dir.path(), "x509 -in ca/gke/ca-cert.pem -noout -text");
    for words in [
        "CN = intermediate CA gke",
        "CA:TRUE, pathlen:0",
        "X509v3 Basic Constraints: critical",
        "X509v3 Key Usage: critical",
        "Certificate Sign, CRL Sign",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
        "DNS:istio-citadel.istio-system.svc",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let ends = |file: &str, days: u64| {
        let check = |seconds| {
            let args = format!("x509 -in ca/{file} -noout -checkend {seconds}");
            std::process::Command::new("openssl")
                .current_dir(bench.dir.path())
                .args(args.split(' '))
                .output()
                .unwrap()
                .status
        };
        check(days * 86_400 - 3600).success() && !check(days * 86_400 + 3600).success()
    };
    assert!(ends("root-cert.pem", 3650) && ends("gke/ca-cert.pem", 365));
}

#[test]
fn keys_are_private_and_the_folder_ignores_itself() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("mesh-ca")).unwrap();
    std::fs::set_permissions(bench.path("mesh-ca"), std::fs::Permissions::from_mode(0o755)).unwrap();
    bench.ok("init --cluster gke");
    assert_eq!((mode(&bench.path("mesh-ca")), mode(&bench.path("mesh-ca/gke"))), (0o700, 0o700));
    assert_eq!(
        (mode(&bench.path("mesh-ca/root-key.pem")), mode(&bench.path("mesh-ca/gke/ca-key.pem"))),
        (0o600, 0o600)
    );
    assert_eq!(bench.read("mesh-ca/.gitignore"), b"*\n");
    assert!(!bench.path("mesh-ca/gke/root-key.pem").exists());
    assert_eq!(bench.read("mesh-ca/gke/root-cert.pem"), bench.read("mesh-ca/root-cert.pem"));
    // a folder with other things in it is nobody's CA
    bench.write("home/thesis.txt", "mine");
    bench.ca("init --dir home --cluster gke").says(2, &["home holds other things than a CA", "--dir"]);
    assert_ne!(mode(&bench.path("home")), 0o700);
}

#[test]
fn a_second_run_changes_nothing_and_a_new_cluster_adds_its_own() {
    let bench = Bench::new();
    bench.ok("init --cluster gke");
    let before = bench.files(&bench.path("mesh-ca"));
    let said = bench.ok("init --cluster gke");
    assert!(said.out.lines().skip(1).all(|l| l.ends_with("unchanged")), "{}", said.out);
    assert_eq!(bench.files(&bench.path("mesh-ca")), before);
    bench.ok("init --cluster gke --cluster on-prem --key rsa2048");
    let after = bench.files(&bench.path("mesh-ca"));
    assert!(before.iter().all(|(file, bytes)| after.get(file) == Some(bytes)));
    assert_eq!(after.len(), before.len() + 4);
    bench.ok("verify");
}

/// A kubeconfig of a server of this name.
pub(super) fn kubeconfig(server: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: a, cluster: {{server: 'https://{server}'}}}}]\n\
        contexts: [{{name: a, context: {{cluster: a, user: a}}}}]\nusers: [{{name: a, user: {{}}}}]\ncurrent-context: a\n"
    )
}

#[test]
fn the_registry_says_which_clusters_and_where() {
    let bench = Bench::new();
    for entry in ["gke.yaml", "on-prem.kube.conf", "local"] {
        bench.write(&format!("mesh/kubeconf/{entry}"), kubeconfig(entry));
    }
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    for (entry, text) in [("README.md", ""), (".hidden", ""), ("files/service.yaml", service)] {
        bench.write(&format!("mesh/kubeconf/{entry}"), text);
    }
    let said = bench.ok("init --registry mesh/kubeconf -o name");
    assert_eq!(said.out, "files\ngke\nlocal\non-prem\n");
    assert!(bench.path("mesh/mesh-ca/on-prem/ca-cert.pem").exists());
    bench.write("mesh/kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\ncaDir: ../elsewhere\n");
    bench.ok("init --registry mesh/kubeconf");
    assert!(bench.path("mesh/elsewhere/gke/ca-cert.pem").exists());
    bench.ca("init").says(2, &["no registry was named", "--cluster ID"]);
    bench.write("mesh/kubeconf/UPPER.yaml", kubeconfig("upper"));
    bench.ca("init --registry mesh/kubeconf").says(2, &["UPPER.yaml", "not a DNS-1123 label"]);
}

#[test]
fn the_root_is_never_replaced() {
    let bench = Bench::new();
    bench.ok("init --cluster gke");
    let root = bench.read("mesh-ca/root-cert.pem");
    // the key is away: nothing to do is fine, a new cluster is not
    std::fs::rename(bench.path("mesh-ca/root-key.pem"), bench.path("safe.pem")).unwrap();
    bench.ok("init --cluster gke");
    bench
        .ca("init --cluster gke --cluster new")
        .says(2, &["the root key root-key.pem is not there", "--root-key FILE"]);
    bench.ok("init --cluster gke --cluster new --root-key safe.pem");
    assert!(!bench.path("mesh-ca/root-key.pem").exists());
    // another root's key
    bench.ok("init --dir other --cluster x");
    bench
        .ca("init --cluster more --root-key other/root-key.pem")
        .says(2, &["the root key other/root-key.pem does not match root-cert.pem"]);
    bench.ca("init --cluster more --root-key nowhere.pem").says(2, &["the root key nowhere.pem is not there"]);
    assert!(!bench.path("nowhere.pem").exists());
    assert_eq!(bench.read("mesh-ca/root-cert.pem"), root);
    // a lost root is asked for, not made again
    std::fs::remove_file(bench.path("mesh-ca/root-cert.pem")).unwrap();
    bench.ca("init --cluster gke").says(2, &["root-cert.pem is missing", "cp mesh-ca/gke/root-cert.pem"]);
    assert!(!bench.path("mesh-ca/root-cert.pem").exists());
    bench.ok("show --dir other");
}

#[test]
fn a_root_key_elsewhere_is_made_there_and_never_copied() {
    let bench = Bench::new();
    bench.ok("init --cluster gke --root-key usb.pem");
    assert_eq!(mode(&bench.path("usb.pem")), 0o600);
    let body = bench.read("usb.pem");
    assert!(bench.files(&bench.path("mesh-ca")).values().all(|bytes| *bytes != body));
    let said = bench.ok("init --cluster gke --cluster two --root-key usb.pem");
    assert!(!said.err.contains("warning"), "{}", said.err);
    bench.ok("verify");
    // a key that others can read is one wherever it lives
    std::fs::set_permissions(bench.path("usb.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = bench.ok("init --cluster gke --cluster three --root-key usb.pem");
    said.says(
        0,
        &["warning: usb.pem: mode: its mode is 0644, so others than its owner can read the key: chmod 600 usb.pem"],
    );
}

#[test]
fn a_shared_intermediate_is_the_same_everywhere_and_stays_so() {
    let bench = Bench::new();
    let report = bench.ok("init --shared --cluster a --cluster b -o json").json();
    assert_eq!(report["shared"], true);
    bench.ok("init --shared --cluster a --cluster b --cluster c");
    for file in ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"] {
        assert_eq!(bench.read(&format!("mesh-ca/a/{file}")), bench.read(&format!("mesh-ca/c/{file}")));
    }
    bench.ca("init --cluster a --cluster b").says(2, &["one intermediate for all clusters", "add --shared"]);
    bench.ok("init --dir own --cluster a");
    bench
        .ca("init --dir own --shared --cluster a")
        .says(2, &["one intermediate per cluster (a has its own)", "leave --shared out"]);
    bench.ok("verify");
}

#[test]
fn what_is_due_is_renewed_when_asked_with_the_key_it_has() {
    if !openssl::found() {
        return;
    }
    for shared in ["", "--shared"] {
        let bench = Bench::new();
        bench.ok(&format!("init --cluster a --cluster b {shared}"));
        let clusters: &[&str] = if shared.is_empty() { &["a"] } else { &["a", "b"] };
        bench.write("ext", openssl::CA.replace("CA:TRUE", "CA:TRUE,pathlen:0"));
        let cn = if shared.is_empty() { "a" } else { "shared" };
        let run = |args: &str| openssl::run(bench.dir.path(), args);
        run(&format!("req -new -key mesh-ca/a/ca-key.pem -subj /CN={cn} -out csr"));
        run(
            "x509 -req -in csr -CA mesh-ca/root-cert.pem -CAkey mesh-ca/root-key.pem -CAcreateserial -CAserial serial -days 30 -extfile ext -out due.pem",
        );
        for cluster in clusters {
            bench.write(&format!("mesh-ca/{cluster}/ca-cert.pem"), bench.read("due.pem"));
            bench.write(&format!("mesh-ca/{cluster}/cert-chain.pem"), bench.read("due.pem"));
        }
        let b = bench.read("mesh-ca/b/ca-key.pem");
        let said = bench.ok(&format!("init --cluster a --cluster b {shared}"));
        said.says(0, &["the intermediate of a ends within 60 days", "meshctl ca init --renew"]);
        assert_eq!(bench.read("mesh-ca/a/ca-cert.pem"), bench.read("due.pem"));
        let key = bench.read("mesh-ca/a/ca-key.pem");
        let said = bench.ok(&format!("init --cluster a --cluster b {shared} --renew"));
        assert!(said.out.contains("renewed"), "{}", said.out);
        assert_eq!((bench.read("mesh-ca/a/ca-key.pem"), bench.read("mesh-ca/b/ca-key.pem")), (key, b));
        assert_eq!(bench.read("mesh-ca/a/cert-chain.pem"), bench.read("mesh-ca/a/ca-cert.pem"));
        strict(&bench, "mesh-ca", &["a", "b"]);
        // a renewal that was cut off before the chain
        bench.write("mesh-ca/a/cert-chain.pem", bench.read("due.pem"));
        let said = bench.ca("verify");
        assert!(said.code == 1 && said.out.contains("as a renewal that was cut off leaves it"), "{}", said.out);
        bench.ok(&format!("init --cluster a --cluster b {shared}"));
        bench.ok("verify");
    }
}

#[test]
fn show_tells_what_is_there() {
    let bench = Bench::new();
    bench.ca("show").says(2, &["there is no CA in mesh-ca", "meshctl ca init"]);
    bench.ok("init --cluster gke");
    let said = bench.ok("show");
    let lines: Vec<Vec<&str>> = said.out.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["CLUSTER", "SUBJECT", "KEY", "NOT", "AFTER", "FINGERPRINT", "STATE"]);
    assert_eq!((lines[1][0], lines[2][0], *lines[2].last().unwrap()), ("(root)", "gke", "ok"));
    std::fs::remove_file(bench.path("mesh-ca/gke/ca-key.pem")).unwrap();
    let said = bench.ca("show");
    assert!(said.code == 1 && said.out.contains("incomplete"), "{}", said.out);
    bench.ca("init --cluster gke").says(2, &["gke/ca-key.pem is missing", "rm mesh-ca/gke/ca-cert.pem"]);
}

#[test]
fn two_runs_do_not_write_at_once() {
    let bench = Bench::new();
    bench.ok("init --cluster gke");
    let held = std::fs::File::open(bench.path("mesh-ca")).unwrap();
    held.lock().unwrap();
    bench.ca("init --cluster gke").says(1, &["another run of meshctl is writing to mesh-ca"]);
    drop(held);
    bench.ok("init --cluster gke");
}
