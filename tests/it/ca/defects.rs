//! Every defect of a CA bundle, made for real, and the sentence that names it with file and field.

use super::Bench;
use super::openssl::{self, CA, GOOD, Pki};

/// Verifies `dir` and wants one row with these: result, file, field, and words of the message.
fn finds(bench: &Bench, targets: &str, [result, file, field, words]: [&str; 4]) {
    let said = bench.ca(&format!("verify {targets} -o json"));
    assert_eq!(said.code, i32::from(result == "error"), "{targets}\n{}{}", said.out, said.err);
    let report = said.json();
    let findings = report["findings"].as_array().unwrap();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let found = findings.iter().any(|f| {
        text(f, "severity") == result
            && text(f, "file") == file
            && text(f, "field") == field
            && text(f, "message").contains(words)
    });
    assert!(found, "want {result} {file} {field} {words}\n{}", said.out);
    // people get the same
    let table = bench.ca(&format!("verify {targets}")).out;
    assert!(table.lines().any(|l| l.starts_with(result) && l.contains(file) && l.contains(words)), "{table}");
}

#[test]
fn each_defect_is_named_with_file_and_field() {
    if !openssl::found() {
        return;
    }
    let bench = Bench::new();
    let pki = Pki::new(&bench);
    pki.ca("root", "P-256", None);
    pki.ca("other", "P-256", None);
    pki.ca("ca", "P-256", Some("root"));
    pki.ca("low", "P-256", Some("ca"));
    pki.key("spare", "rsa2048");

    // the key is another one's
    pki.bundle("key", [&["ca.crt"], &["spare.key"], &["ca.crt"], &["root.crt"]]);
    finds(
        &bench,
        "key",
        ["error", "key/ca-key.pem", "privateKey", "the key (RSA 2048) does not match the certificate (EC P-256)"],
    );

    // the chain: out of order, of somebody else, without its middle
    pki.bundle("order", [&["low.crt"], &["low.key"], &["low.crt", "root.crt", "ca.crt"], &["root.crt"]]);
    finds(
        &bench,
        "order",
        [
            "error",
            "order/cert-chain.pem",
            "certificate 1: issuer",
            "out of order: CN=low is issued by CN=ca, but the next certificate is CN=root",
        ],
    );
    pki.bundle("begin", [&["low.crt"], &["low.key"], &["ca.crt", "low.crt"], &["root.crt"]]);
    finds(
        &bench,
        "begin",
        [
            "error",
            "begin/cert-chain.pem",
            "certificate 1",
            "must begin with the certificate in begin/ca-cert.pem (CN=low), but begins with CN=ca",
        ],
    );
    pki.bundle("middle", [&["low.crt"], &["low.key"], &["low.crt"], &["root.crt"]]);
    finds(
        &bench,
        "middle",
        [
            "error",
            "middle/ca-cert.pem",
            "issuer",
            "CN=low is issued by CN=ca, which is neither in the chain nor in middle/root-cert.pem",
        ],
    );

    // the root: missing, somebody else's, of the same name, not a root
    pki.bundle("rootless", [&["ca.crt"], &["ca.key"], &["ca.crt"], &[]]);
    finds(&bench, "rootless", ["error", "rootless/root-cert.pem", "file", "it is missing"]);
    pki.bundle("foreign", [&["ca.crt"], &["ca.key"], &["ca.crt"], &["other.crt"]]);
    finds(
        &bench,
        "foreign",
        ["error", "foreign/ca-cert.pem", "issuer", "neither in the chain nor in foreign/root-cert.pem"],
    );
    bench.write("pki/keep.crt", pki.read("root.crt"));
    pki.ca("root", "P-256", None);
    pki.bundle("twin", [&["ca.crt"], &["ca.key"], &["ca.crt"], &["root.crt"]]);
    finds(&bench, "twin", ["error", "twin/ca-cert.pem", "signature", "that root's key did not sign it"]);
    bench.write("pki/root.crt", pki.read("keep.crt"));
    pki.bundle("no-root", [&["low.crt"], &["low.key"], &["low.crt"], &["ca.crt"]]);
    finds(&bench, "no-root", ["error", "no-root/root-cert.pem", "issuer", "CN=ca is no root: it is issued by CN=root"]);
    finds(&bench, "pki/ca.crt", ["error", "pki/ca.crt", "root", "there is no root among these files"]);
}

#[test]
fn each_defect_of_a_certificate_is_named() {
    if !openssl::found() {
        return;
    }
    let no_path = CA.replace("CA:TRUE", "CA:TRUE,pathlen:0");
    let no_sign = CA.replace("keyCertSign,", "");
    let leaf = "basicConstraints=critical,CA:FALSE\n";
    let loose = CA.replace("=critical,CA", "=CA");
    for (name, kind, extensions, dates, result, field, words) in [
        ("leaf", "P-256", leaf, GOOD, "error", "basicConstraints.cA", "CN=leaf is not a CA: it must say CA:TRUE"),
        ("none", "P-256", "subjectKeyIdentifier=hash", GOOD, "error", "basicConstraints.cA", "is not a CA"),
        (
            "usage",
            "P-256",
            no_sign.as_str(),
            GOOD,
            "error",
            "keyUsage",
            "may not sign certificates: keyCertSign is missing",
        ),
        (
            "small",
            "rsa1024",
            CA,
            GOOD,
            "error",
            "subjectPublicKeyInfo",
            "the key is RSA with 1024 bits; 2048 are the least",
        ),
        (
            "over",
            "P-256",
            CA,
            (GOOD.0, "20210101000000Z"),
            "error",
            "validity.notAfter",
            "CN=over expired at 2021-01-01T00:00:00Z",
        ),
        (
            "early",
            "P-256",
            CA,
            ("20980101000000Z", GOOD.1),
            "error",
            "validity.notBefore",
            "CN=early is not valid yet: it begins at 2098-01-01T00:00:00Z",
        ),
        ("loose", "P-256", loose.as_str(), GOOD, "warning", "basicConstraints", "the extension is not critical"),
        ("low", "P-256", CA, GOOD, "ok", "", ""),
        ("soon", "P-256", CA, GOOD, "warning", "validity.notAfter", "CN=soon expires in "),
    ] {
        let bench = Bench::new();
        let pki = Pki::new(&bench);
        pki.ca("root", "P-256", None);
        pki.key(name, kind);
        let dates =
            if name == "soon" { (GOOD.0.to_owned(), in_days(30)) } else { (dates.0.to_owned(), dates.1.to_owned()) };
        pki.cert(name, Some("root"), extensions, (&dates.0, &dates.1));
        let own = format!("{name}.crt");
        pki.bundle(name, [&[&own], &[&format!("{name}.key")], &[&own], &["root.crt"]]);
        if result == "ok" {
            bench.ok(&format!("verify {name}"));
        } else {
            finds(&bench, name, [result, &format!("{name}/ca-cert.pem"), field, words]);
        }
    }
    // a path length that is too short stands in the issuer
    let bench = Bench::new();
    let pki = Pki::new(&bench);
    pki.ca("root", "P-256", None);
    pki.key("ca", "P-256");
    pki.cert("ca", Some("root"), &no_path, GOOD);
    pki.ca("low", "P-256", Some("ca"));
    pki.bundle("path", [&["low.crt"], &["low.key"], &["low.crt", "ca.crt"], &["root.crt"]]);
    let field = "certificate 2: basicConstraints.pathLenConstraint";
    finds(&bench, "path", ["error", "path/cert-chain.pem", field, "CN=ca allows 0 CAs below it, but the chain has 1"]);
    // a small key alone is named too, and a root that is over
    pki.key("tiny", "rsa1024");
    pki.bundle("tiny", [&["low.crt"], &["tiny.key"], &["low.crt", "ca.crt"], &["root.crt"]]);
    finds(&bench, "tiny", ["error", "tiny/ca-key.pem", "privateKey", "the key is RSA with 1024 bits"]);
    pki.cert("root", None, CA, (GOOD.0, "20210101000000Z"));
    pki.bundle("dead", [&["low.crt"], &["low.key"], &["low.crt", "ca.crt"], &["root.crt"]]);
    finds(&bench, "dead", ["error", "dead/root-cert.pem", "validity.notAfter", "CN=root expired at 2021"]);
}

/// Verifiers do not look at a root's own signature; one that others must check is another matter.
#[test]
fn a_broken_hash_is_an_error_below_a_root_and_a_warning_in_it() {
    if !openssl::found() {
        return;
    }
    for kind in ["rsa2048", "P-256"] {
        let bench = Bench::new();
        let pki = Pki::new(&bench);
        pki.hash("sha1");
        pki.ca("root", kind, None);
        assert!(pki.run("x509 -in root.crt -noout -text").to_lowercase().contains("sha1"), "{kind}");
        pki.ca("weak", kind, Some("root"));
        pki.hash("sha256");
        pki.ca("ca", kind, Some("root"));
        let bundle = |name: &str, ca: &str| {
            pki.bundle(
                name,
                [&[&format!("{ca}.crt")], &[&format!("{ca}.key")], &[&format!("{ca}.crt")], &["root.crt"]],
            );
        };
        bundle("good", "ca");
        let words = "it signed itself with SHA-1 or MD5; verifiers do not look at a root's own signature";
        finds(&bench, "good", ["warning", "good/root-cert.pem", "signatureAlgorithm", words]);
        let said = bench.ok("verify good").out;
        assert_eq!((said.matches("error").count(), said.matches("SHA-1").count()), (0, 1), "{kind}\n{said}");
        bundle("bad", "weak");
        finds(&bench, "bad", ["error", "bad/ca-cert.pem", "signatureAlgorithm", "which verifiers refuse"]);
        assert!(!bench.ca("verify bad").out.contains("did not sign it"), "{kind}: nobody knows that");
        // the CA is the root itself
        bundle("self", "root");
        finds(&bench, "self", ["warning", "self/root-cert.pem", "signatureAlgorithm", words]);
    }
    // a root that another key signed, with a hash that can be checked, is still no root
    let bench = Bench::new();
    let pki = Pki::new(&bench);
    pki.hash("sha1");
    pki.ca("root", "rsa2048", None);
    pki.key("other", "rsa2048");
    pki.run("req -new -config openssl.cnf -key other.key -subj /CN=root -out other.csr");
    pki.run("ca -batch -notext -config openssl.cnf -in other.csr -out forged.crt -extfile extensions -startdate 20200101000000Z -enddate 20991231000000Z -cert root.crt -keyfile root.key");
    pki.bundle("forged", [&["forged.crt"], &["other.key"], &["forged.crt"], &["forged.crt"]]);
    finds(&bench, "forged", ["error", "forged/root-cert.pem", "signature", "CN=root is not signed by its own key"]);
}

/// A date some days from now, as OpenSSL wants it.
fn in_days(days: u64) -> String {
    let output =
        std::process::Command::new("date").args(["-u", "-d", &format!("+{days} days"), "+%Y%m%d%H%M%SZ"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn broken_files_are_named_with_their_line() {
    if !openssl::found() {
        return;
    }
    let bench = Bench::new();
    let pki = Pki::new(&bench);
    pki.ca("root", "P-256", None);
    pki.ca("ca", "P-256", Some("root"));
    pki.run("pkey -in ca.key -aes128 -passout pass:secret -out locked.key");
    pki.run("ec -in ca.key -aes128 -passout pass:secret -out old-locked.key");
    pki.run("x509 -in ca.crt -outform DER -out binary.crt");
    let text = |file: &str| String::from_utf8(pki.read(file)).unwrap();
    let half = |file: &str| text(file)[..200].to_owned();
    let glued = text("ca.crt").trim_end().to_owned() + &text("root.crt");
    let flipped = text("ca.key").replace("MIGH", "MIGX");
    for (file, bytes, field, words) in [
        ("ca-cert.pem", pki.read("binary.crt"), "PEM", "it holds no PEM block"),
        (
            "ca-cert.pem",
            half("ca.crt").into_bytes(),
            "PEM",
            "the block \"CERTIFICATE\" that begins at line 1 does not end",
        ),
        (
            "ca-cert.pem",
            pki.read("ca.csr"),
            "PEM",
            "the block at line 1 is a \"CERTIFICATE REQUEST\", want \"CERTIFICATE\"",
        ),
        ("ca-cert.pem", pki.read("ca.key"), "PEM", "there is a private key at line 1"),
        ("cert-chain.pem", glued.into_bytes(), "PEM", "a line break is missing between two blocks"),
        ("root-cert.pem", Vec::new(), "PEM", "it holds no PEM block"),
        ("ca-key.pem", half("ca.key").into_bytes(), "privateKey", "does not end"),
        ("ca-key.pem", flipped.into_bytes(), "privateKey", "the key is neither a valid RSA"),
        ("ca-key.pem", pki.read("ca.crt"), "privateKey", "it holds a block \"CERTIFICATE\", want \"PRIVATE KEY\""),
        ("ca-key.pem", pki.read("locked.key"), "privateKey", "the key is encrypted; decrypt it first: openssl pkey"),
        ("ca-key.pem", pki.read("old-locked.key"), "privateKey", "the key is encrypted"),
        (
            "ca-key.pem",
            [pki.read("ca.key"), pki.read("root.key")].concat(),
            "privateKey",
            "it holds 2 private keys, want one",
        ),
    ] {
        pki.bundle("x", [&["ca.crt"], &["ca.key"], &["ca.crt"], &["root.crt"]]);
        bench.write(&format!("x/{file}"), bytes);
        finds(&bench, "x", ["error", &format!("x/{file}"), field, words]);
    }
}

#[test]
fn different_roots_are_seen() {
    let bench = Bench::new();
    bench.ok("init --dir one --cluster a --cluster b");
    bench.ok("init --dir two --cluster c");
    bench.ok("verify one/a one/b");
    finds(&bench, "one/a two/c", ["error", "two/c/root-cert.pem", "root", "two/c and one/a have different roots"]);
    finds(
        &bench,
        "one/a/root-cert.pem two/c/root-cert.pem",
        ["error", "two/c/root-cert.pem", "root", "have different roots"],
    );
    // a cluster's copy of the root was changed
    bench.write("one/b/root-cert.pem", bench.read("two/root-cert.pem"));
    finds(&bench, "one", ["error", "one/b/root-cert.pem", "root", "b and the mesh have different roots"]);
    // both know both: they trust each other
    let both = [bench.read("one/root-cert.pem"), bench.read("two/root-cert.pem")].concat();
    bench.write("one/a/root-cert.pem", &both);
    finds(&bench, "one/a two/c", ["error", "two/c/root-cert.pem", "root", "different roots"]);
    bench.write("two/c/root-cert.pem", [bench.read("two/root-cert.pem"), bench.read("one/root-cert.pem")].concat());
    bench.ok("verify one/a two/c");
    // the root's key is another's
    bench.ok("init --dir three --cluster a");
    bench.write("three/root-key.pem", bench.read("two/root-key.pem"));
    finds(&bench, "three", ["error", "three/root-key.pem", "privateKey", "the key (EC P-384) does not match"]);
}

#[test]
fn what_cannot_be_read_is_no_answer() {
    let bench = Bench::new();
    assert!(std::process::Command::new("mkfifo").arg(bench.path("fifo.pem")).status().unwrap().success());
    bench.ca("verify fifo.pem").shows(2, &["error", "fifo.pem", "reading", "it is a named pipe, not a file"]);
    bench.ca("verify nothing.pem").says(2, &["ca verify ./mesh-ca"]);
    let said = bench.ca("verify fifo.pem nothing.pem");
    said.shows(2, &["error", "fifo.pem", "reading", "it is a named pipe, not a file"]);
    said.shows(2, &["error", "nothing.pem", "reading", "it does not exist"]);
    std::fs::File::create(bench.path("big.pem")).unwrap().set_len(1 << 30).unwrap();
    bench.ca("verify big.pem").shows(2, &["error", "big.pem", "reading", "it is larger than 1 MiB"]);
    bench.ca("verify").says(2, &["there is no CA in mesh-ca", "meshctl ca init"]);
    bench.ok("init --cluster gke");
    std::fs::remove_file(bench.path("mesh-ca/gke/ca-key.pem")).unwrap();
    std::fs::create_dir(bench.path("mesh-ca/gke/ca-key.pem")).unwrap();
    bench.ca("verify").shows(2, &["error", "mesh-ca/gke/ca-key.pem", "reading", "it is a folder, not a file"]);
}

#[test]
fn what_cannot_be_read_costs_its_own_row_only() {
    let bench = Bench::new();
    bench.ok("init --cluster gke --cluster on-prem");
    let key = bench.path("mesh-ca/gke/ca-key.pem");
    std::fs::remove_file(&key).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&key).status().unwrap().success());
    bench.write("mesh-ca/on-prem/cert-chain.pem", "");
    for said in [bench.ca("verify"), bench.ca("verify mesh-ca/gke mesh-ca/on-prem")] {
        said.shows(2, &["error", "mesh-ca/gke/ca-key.pem", "reading", "it is a named pipe, not a file"]);
        said.shows(2, &["error", "mesh-ca/on-prem/cert-chain.pem", "PEM", "it holds no PEM block"]);
        assert_eq!(said.out.matches("gke/").count(), 1, "{}", said.out);
    }
    let said = bench.ca("show");
    assert!(
        said.code == 1 && said.out.lines().any(|l| l.starts_with("gke ") && l.ends_with("unreadable")),
        "{}",
        said.out
    );
    // what is to be made must be readable, and says which file is not
    bench.ca("init --cluster gke").says(2, &["gke/ca-key.pem: reading: it is a named pipe, not a file"]);
}

#[test]
fn a_key_that_others_can_read_is_a_warning() {
    let bench = Bench::new();
    bench.ok("init --cluster gke");
    let chmod = |file: &str, mode| {
        std::fs::set_permissions(bench.path(file), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    assert!(!bench.ok("verify").out.contains("warning"));
    for (mode, words) in
        [(0o640, "its mode is 0640, so others than its owner can read the key"), (0o604, "0604"), (0o620, "change")]
    {
        for key in ["mesh-ca/root-key.pem", "mesh-ca/gke/ca-key.pem"] {
            chmod(key, mode);
            bench.ca("verify").shows(0, &["warning", key, "mode", words, &format!("chmod 600 {key}")]);
            chmod(key, 0o600);
        }
    }
    // certificates are for everybody, and loose files have modes too
    chmod("mesh-ca/gke/ca-key.pem", 0o644);
    let said = bench.ok("verify mesh-ca/gke/ca-key.pem mesh-ca/gke/ca-cert.pem mesh-ca/root-cert.pem");
    said.shows(0, &["warning", "mesh-ca/gke/ca-key.pem", "mode", "0644"]);
    assert_eq!(said.out.matches("warning").count(), 1, "{}", said.out);
}
