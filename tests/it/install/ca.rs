//! The CA of an installation: the folder's, verified and never printed; and what happens where there is none.

use serde_json::Value;

use super::{APP, Bench, CANARY, files, rows};

#[test]
fn install_never_makes_a_root_and_names_secrets_by_key_and_hash() {
    let bench = Bench::new();
    let report: Value = serde_json::from_str(&bench.install(&["-o", "json"]).ok()).unwrap();
    let secret = &report["clusters"][0]["secrets"][0];
    assert_eq!(secret["keys"], serde_json::json!(["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"]));
    let sum = std::process::Command::new("sha256sum").arg(bench.path("mesh-ca/root-cert.pem")).output().unwrap();
    let hash = &String::from_utf8(sum.stdout).unwrap()[..64];
    assert_eq!(
        secret["sha256"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["ca-cert.pem", "cert-chain.pem", "root-cert.pem"]
    );
    assert!(secret["sha256"]["root-cert.pem"].as_str() == Some(hash), "{secret}");
    for (path, bytes) in bench.files() {
        let text = String::from_utf8(bytes).unwrap();
        // the inventory names one, as an entry of a list
        let secret = text.lines().any(|line| line == "kind: Secret");
        assert!(!secret && !text.contains(CANARY), "{}", path.display());
    }
    for args in [&["--dry-run", "-o", "yaml"][..], &["--dry-run", "-o", "json"], &["--dry-run"], &[]] {
        let run = bench.install(args);
        assert!(!run.out.contains(CANARY) && !run.err.contains(CANARY), "{args:?}");
    }

    // nothing was installed, and nothing is known of a CA
    let bench = Bench::new();
    let other = bench.path("other-ca");
    std::fs::rename(bench.path("mesh-ca"), &other).unwrap();
    let before = bench.files();
    bench.install(&[]).fails(2, &["there is no CA folder", "mesh-ca", "gke was not installed yet", "meshctl ca init"]);
    bench.install(&["--ca", "mars"]).fails(2, &["there is no CA folder mars", "--ca names it", "meshctl ca init"]);
    assert!(!bench.path("mesh-ca").exists() && bench.files() == before);
    bench.install(&["--ca", "other-ca"]).ok();
    bench.write("kubeconf/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\ncaDir: ../other-ca\n");
    bench.install(&[]).ok();
    std::fs::remove_file(bench.path("other-ca/gke/ca-key.pem")).unwrap();
    bench.install(&[]).fails(2, &["gke/ca-key.pem: reading: it does not exist", "meshctl ca init"]);
}

#[test]
fn install_verifies_the_bundle_of_every_cluster() {
    let bench = Bench::new();
    bench.run(&["ca", "init", "--dir", "other", "--cluster", "on-prem"]).ok();
    let before = bench.files();
    let copy = |from: &str, to: &str| bench.write(to, &bench.read(from));
    let file = |name: &str| format!("mesh-ca/on-prem/{name}");
    for (name, breaks, words) in [
        // each alone was a certificate in the right place
        (file("root-cert.pem"), "other/root-cert.pem", "on-prem/ca-cert.pem: signature: "),
        (
            file("root-cert.pem"),
            "other/root-cert.pem",
            "on-prem/root-cert.pem: root: on-prem and the mesh have different",
        ),
        (
            file("ca-cert.pem"),
            "mesh-ca/root-cert.pem",
            "the chain must begin with the certificate in on-prem/ca-cert.pem",
        ),
        (file("cert-chain.pem"), "mesh-ca/gke/cert-chain.pem", "on-prem/cert-chain.pem: certificate 1: "),
        (file("root-cert.pem"), "mesh-ca/gke/ca-cert.pem", "is no root"),
        ("mesh-ca/root-cert.pem".to_owned(), "other/root-cert.pem", "have different roots"),
        (file("cert-chain.pem"), "other/root-key.pem", "there is a private key at line 1"),
    ] {
        let good = bench.read(&name);
        copy(breaks, &name);
        let run = bench.install(&[]);
        assert!(!run.err.contains("PRIVATE"), "{run:?}");
        run.fails(2, &["mesh-ca cannot be used", words, "meshctl ca verify"]);
        bench.write(&name, &good);
    }
    // a whole bundle of another mesh
    for name in ["ca-cert.pem", "cert-chain.pem", "root-cert.pem"] {
        copy(&format!("other/on-prem/{name}"), &file(name));
    }
    bench.install(&[]).fails(2, &["on-prem and the mesh have different roots"]);
    assert_eq!(bench.files(), before);
}

#[test]
fn a_ca_that_a_cluster_holds_is_told_from_ours() {
    use meshctl::data::model::{Secret, Timestamp};
    use meshctl::pure::ca::{Severity, same_root};
    use meshctl::workflows::install::{HeldCa, SecretData};

    let bench = Bench::new();
    for dir in ["ours", "foreign"] {
        bench.run(&["ca", "init", "--dir", dir, "--cluster", "a", "--cluster", "b"]).ok();
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let names = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"];
    let data = |from: &str, names: &[(&str, &str)]| -> SecretData {
        Secret::new(
            names.iter().map(|(k, f)| ((*k).to_owned(), bench.read(&format!("{from}/{f}")).into_bytes())).collect(),
        )
    };
    let whole = |from: &str| data(from, &names.map(|name| (name, name)));
    let held = |held: &SecretData| HeldCa::of("cluster x", held, Timestamp(now));
    let ours = held(&whole("ours/a"));
    let trusts = |held: &HeldCa| {
        let both = [held.verified.clone(), ours.verified.clone()];
        !both[0].roots.is_empty() && same_root(&both).iter().all(|f| f.severity != Severity::Error)
    };
    let told = |held: &HeldCa| (trusts(held), held.errors.is_empty());

    assert_eq!(told(&ours), (true, true));
    // another intermediate of our root, under its own names and under those of a TLS Secret
    assert_eq!(told(&held(&whole("ours/b"))), (true, true));
    let tls = [("tls.crt", "ca-cert.pem"), ("tls.key", "ca-key.pem"), ("ca.crt", "root-cert.pem")];
    assert_eq!(told(&held(&data("ours/b", &tls))), (true, true));
    assert_eq!(told(&held(&whole("foreign/a"))), (false, true));
    assert_eq!(told(&held(&data("foreign/a", &tls))), (false, true));
    // ours in part, and ours that is over
    let part = held(&data("ours/a", &[("ca-cert.pem", "ca-cert.pem"), ("root-cert.pem", "root-cert.pem")]));
    assert_eq!(told(&part), (true, false));
    assert!(part.errors.iter().any(|e| e == "cacerts/ca-key.pem: file: it is missing"), "{part:?}");
    let over = HeldCa::of("cluster x", &whole("ours/a"), Timestamp(now + 366 * 86_400));
    assert!(trusts(&over) && over.errors.iter().any(|e| e.contains("validity.notAfter")), "{over:?}");
    // nothing of a CA at all
    let nothing = held(&Secret::new(std::collections::BTreeMap::new()));
    assert_eq!(told(&nothing), (false, false));
}

#[test]
fn without_a_folder_a_file_cluster_that_was_installed_goes_on() {
    let bench = Bench::new();
    bench.install(&["--clusters", "gke"]).ok();
    std::fs::rename(bench.path("mesh-ca"), bench.path("away")).unwrap();
    let note =
        "gke: whether Secret/istio-system/cacerts will stand beside its objects was not checked: there is no CA folder";
    let diff = bench.run(&["diff", "--tag", "dev", "--clusters", "gke"]);
    assert!(diff.err.contains(note), "{diff:?}");
    diff.ok();
    let run = bench.install(&["--clusters", "gke", "-o", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&report["clusters"][0]["state"], run.code), (&"unchanged".into(), 0), "{run:?}");
    assert_eq!(report["clusters"][0]["secrets"][0]["sha256"], serde_json::json!({}), "{report}");
    // the other one is new: its CA is to be had first
    bench.install(&[]).fails(2, &["the file cluster on-prem was not installed yet"]);
    // an empty folder is as good as none, and one that has a part of one cluster alone does for the rest
    std::fs::create_dir(bench.path("mesh-ca")).unwrap();
    bench.run(&["diff", "--tag", "dev", "--clusters", "gke"]).ok();
    std::fs::remove_dir(bench.path("mesh-ca")).unwrap();
    std::fs::rename(bench.path("away"), bench.path("mesh-ca")).unwrap();
    std::fs::remove_dir_all(bench.path("mesh-ca/gke")).unwrap();
    let run = bench.install(&[]);
    assert!(run.err.contains("was not checked: the CA folder"), "{run:?}");
    assert_eq!(rows(&run.out).iter().map(|r| r[2]).collect::<Vec<_>>(), ["unchanged", "written"], "{run:?}");
    std::fs::rename(bench.path("mesh-ca/on-prem"), bench.path("mesh-ca/west")).unwrap();
    std::fs::remove_dir_all(bench.path("kubeconf/on-prem/meshctl")).unwrap();
    bench.install(&[]).fails(2, &["on-prem/ca-cert.pem: file: it is missing", "meshctl ca init"]);
}

#[test]
fn create_ca_makes_what_is_missing_and_no_more() {
    let bench = Bench::new();
    std::fs::remove_dir_all(bench.path("mesh-ca")).unwrap();
    bench.install(&["--create-ca", "--dry-run"]).fails(2, &["cannot be used with"]);
    bench.install(&["--create-ca", "--clusters", "mars"]).fails(2, &["\"mars\""]);
    assert!(!bench.path("mesh-ca").exists(), "a plan that is none makes no root");
    let run = bench.install(&["--create-ca", "--clusters", "gke"]);
    assert!(
        run.err.contains("a root was made in") && run.err.contains("mesh-ca/root-key.pem: keep it safe"),
        "{run:?}"
    );
    run.ok();
    // as ca init: for every cluster of the registry
    let made = files(&bench.path("mesh-ca"));
    assert!(made.contains_key(&bench.path("mesh-ca/on-prem/ca-key.pem")), "{:?}", made.keys());
    bench.run(&["ca", "verify", "mesh-ca"]).ok();
    bench.install(&["--create-ca"]).ok();
    assert_eq!(files(&bench.path("mesh-ca")), made, "nothing was missing");
    bench.write("kubeconf/west/app.yaml", APP);
    bench.install(&[]).fails(2, &["west/ca-cert.pem: file: it is missing"]);
    let run = bench.install(&["--create-ca"]);
    assert!(run.err.contains("an intermediate was made in") && run.err.contains(" for west\n"), "{run:?}");
    run.ok();
    let all = files(&bench.path("mesh-ca"));
    assert!(made.iter().all(|(path, bytes)| all.get(path) == Some(bytes)) && all.len() == made.len() + 4);
}
