//! Bundles that others made: every form of key, RSA and EC, chains with and without the root, several roots.

use super::Bench;
use super::openssl::{self, Pki};

/// Root, intermediate, and the three forms of the intermediate's key.
fn pki<'a>(bench: &'a Bench, kind: &str) -> Pki<'a> {
    let pki = Pki::new(bench);
    pki.ca("root", kind, None);
    pki.ca("ca", kind, Some("root"));
    pki
}

#[test]
fn every_form_of_key_and_chain_verifies() {
    if !openssl::found() {
        return;
    }
    for (kind, traditional, label) in [
        ("rsa2048", "rsa -traditional", "BEGIN RSA PRIVATE KEY"),
        ("P-256", "ec", "BEGIN EC PRIVATE KEY"),
        ("P-384", "ec", "BEGIN EC PRIVATE KEY"),
        ("P-521", "ec", "BEGIN EC PRIVATE KEY"),
    ] {
        let bench = Bench::new();
        let pki = pki(&bench, kind);
        assert!(String::from_utf8(pki.read("ca.key")).unwrap().contains("BEGIN PRIVATE KEY"));
        pki.run(&format!("{traditional} -in ca.key -out old.key"));
        assert!(String::from_utf8(pki.read("old.key")).unwrap().contains(label), "{kind}");
        for key in ["ca.key", "old.key"] {
            pki.bundle("chain", [&["ca.crt"], &[key], &["ca.crt"], &["root.crt"]]);
            pki.bundle("with-root", [&["ca.crt"], &[key], &["ca.crt", "root.crt"], &["root.crt"]]);
            let said = bench.ca("verify chain with-root");
            assert_eq!(
                (said.code, said.out.matches("\nok ").count()),
                (0, 2),
                "{kind} {key}\n{}{}",
                said.out,
                said.err
            );
        }
    }
}

#[test]
fn other_shapes_of_bundles_verify() {
    if !openssl::found() {
        return;
    }
    let bench = Bench::new();
    let pki = pki(&bench, "P-256");
    // SEC1 as `ecparam -genkey` writes it: parameters first
    pki.run("ecparam -name prime256v1 -genkey -out params.key");
    pki.cert("params", Some("root"), openssl::CA, openssl::GOOD);
    pki.bundle("parameters", [&["params.crt"], &["params.key"], &["params.crt"], &["root.crt"]]);
    // several roots, of which one is used, and one is over
    pki.key("gone", "P-256");
    pki.cert("gone", None, openssl::CA, ("20100101000000Z", "20150101000000Z"));
    pki.bundle("several", [&["ca.crt"], &["ca.key"], &["ca.crt"], &["gone.crt", "root.crt"]]);
    let said = bench.ok("verify several");
    assert!(
        said.out.contains("warning") && said.out.contains("CN=gone expired at 2015-01-01T00:00:00Z"),
        "{}",
        said.out
    );
    // three levels
    pki.ca("low", "P-256", Some("ca"));
    pki.bundle("deep", [&["low.crt"], &["low.key"], &["low.crt", "ca.crt", "root.crt"], &["root.crt"]]);
    // the CA is the root itself, as citadel makes it on its own
    pki.bundle("self", [&["root.crt"], &["root.key"], &["root.crt"], &["root.crt"]]);
    // text around the blocks, and Windows' line ends
    pki.run("x509 -in ca.crt -text -out text.crt");
    let dos = String::from_utf8(pki.read("ca.key")).unwrap().replace('\n', "\r\n");
    bench.write("pki/dos.key", dos);
    pki.bundle("text", [&["text.crt"], &["dos.key"], &["text.crt"], &["root.crt"]]);
    for dir in ["parameters", "deep", "self", "text"] {
        bench.ok(&format!("verify {dir}"));
    }
    // loose files under other names, in any order
    bench.ok("verify pki/root.crt pki/ca.key pki/ca.crt");
    // root and intermediate of different kinds, and an Ed25519 one
    pki.ca("rsa", "rsa2048", Some("root"));
    pki.ca("ed", "ED25519", Some("root"));
    bench.ok("verify pki/rsa.crt pki/rsa.key pki/root.crt");
    bench.ok("verify pki/ed.crt pki/ed.key pki/root.crt");
}

#[test]
fn the_talks_way_and_istios_tools_lay_out_what_we_read() {
    if !openssl::found() {
        return;
    }
    let bench = Bench::new();
    let pki = pki(&bench, "rsa2048");
    // tools/certs/Makefile.selfsigned.mk: the root beside folders of clusters; chain is intermediate and root
    bench.write("certs/root-cert.pem", pki.read("root.crt"));
    bench.write("certs/root-key.pem", pki.read("root.key"));
    for cluster in ["cluster1", "cluster2"] {
        pki.ca(cluster, "rsa2048", Some("root"));
        let own = format!("{cluster}.crt");
        pki.bundle(
            &format!("certs/{cluster}"),
            [&[&own], &[&format!("{cluster}.key")], &[&own, "root.crt"], &["root.crt"]],
        );
    }
    bench.ok("verify certs");
    let before = bench.files(&bench.path("certs"));
    // and init goes on from there: theirs stay, the new one is by their root
    let report = bench.ok("init --dir certs --cluster cluster1 --cluster cluster2 --cluster on-prem -o json").json();
    let actions: Vec<_> =
        report["clusters"].as_array().unwrap().iter().map(|c| c["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["unchanged", "unchanged", "created"]);
    let after = bench.files(&bench.path("certs"));
    assert!(before.iter().all(|(file, bytes)| after[file] == *bytes));
    let args = "verify -x509_strict -CAfile certs/root-cert.pem certs/on-prem/ca-cert.pem";
    assert!(openssl::run(bench.dir.path(), args).contains("OK"));
}
