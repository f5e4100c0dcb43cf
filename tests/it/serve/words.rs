//! What is said of certificates and keys that cannot be used: the file, the reason and what helps, in words.

use std::path::Path;

use meshctl::adapters::serve::{ServeError, TlsFiles, TlsIdentity};
use rcgen::ExtendedKeyUsagePurpose;
use time::{Duration, OffsetDateTime};

use super::pilot;
use super::pki::{Ca, Leaf, REVIEWS, files, pem};

/// The names that the library's code has for what is wrong.
const JARGON: [&str; 12] = [
    "CaUsed",
    "EndEntity",
    "InvalidCertificate",
    "BadEncoding",
    "UnknownIssuer",
    "BadSignature",
    "PathLen",
    "Other(",
    "invalid peer",
    "Context",
    "UnixTime",
    "KeyMismatch",
];

fn said(files: TlsFiles) -> (String, &'static str) {
    let error = TlsIdentity::load(files).unwrap_err();
    let hint = match &error {
        ServeError::Chain { why, .. } | ServeError::Key { why, .. } | ServeError::Root { why, .. } => why.hint(),
        _ => "",
    };
    (error.to_string(), hint)
}

/// The files as a test wants them.
fn write(dir: &Path, certificate: &str, key: &str, root: &str) -> TlsFiles {
    let files = files(dir);
    std::fs::write(&files.certificate, certificate).unwrap();
    std::fs::write(&files.key, key).unwrap();
    std::fs::write(&files.root, root).unwrap();
    files
}

#[test]
fn each_way_a_certificate_fails_has_its_sentence() {
    let (root, twin, other) = (Ca::root("root"), Ca::root("root"), Ca::root("other"));
    let issuer = root.intermediate("issuer", Some(0));
    let day = Duration::hours(24);
    let good = issuer.good();
    let early = issuer.leaf_with(&[REVIEWS], day, |p| p.not_before = OffsetDateTime::now_utc() + Duration::hours(5));
    let client = issuer.leaf_with(&[REVIEWS], day, |p| {
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let junk = pem("CERTIFICATE", b"0\x03\x02\x01\x05");
    let chain = |leaf: &Leaf| leaf.chain_pem();
    let lone = pem("CERTIFICATE", good.der());
    for (certificate, ca, words, hint) in [
        (issuer.pem() + &root.pem(), &root, "it is the certificate of a CA (CA:TRUE)", "put it first"),
        (chain(&root.impostor("leaf").good()), &root, "is not a CA (CA:FALSE)", "then each one's issuer: a CA"),
        (chain(&issuer.leaf(&[REVIEWS], Duration::minutes(30))), &root, "expired at 20", "ca init --renew"),
        (chain(&early), &root, "is not valid before 20", "clock"),
        (chain(&good), &other, "does not lead to any of the roots", "root-cert.pem"),
        (lone, &root, "an issuer is missing", "then each one's issuer"),
        (chain(&root.good()), &twin, "is not signed by the key of its issuer", "has another key"),
        (chain(&issuer.intermediate("low", None).good()), &root, "allows fewer CAs below it (pathlen)", "ca verify"),
        (chain(&client), &root, "serverAuth is missing from its extended key usage", "with that purpose"),
        (junk.clone(), &root, "it is no valid X.509 certificate", "openssl x509"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (sentence, why) = said(write(dir.path(), &certificate, &good.key_pem(), &ca.pem()));
        assert!(sentence.contains("tls.crt") && sentence.contains("ca.crt") && sentence.contains(words), "{sentence}");
        assert!(why.contains(hint), "{sentence}: {why}");
        assert!(!JARGON.iter().any(|word| sentence.contains(word)), "{sentence}");
    }
    let dir = tempfile::tempdir().unwrap();
    let (sentence, _) = said(write(dir.path(), &good.chain_pem(), &good.key_pem(), &junk));
    assert!(sentence.contains("ca.crt failed: it is no valid X.509 certificate"), "{sentence}");
}

#[test]
fn each_way_a_key_fails_has_its_sentence() {
    let root = Ca::root("root");
    let good = root.good();
    for (key, words, hint) in [
        (root.good().key_pem(), "it is the key of another certificate", "issued for"),
        (pem("PRIVATE KEY", b"0\x03\x02\x01\x05"), "it is broken, or of a kind that TLS does not use", "PKCS#8"),
        (pem("ENCRYPTED PRIVATE KEY", b"0\x03\x02\x01\x05"), "it is encrypted", "openssl pkey"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (sentence, why) = said(write(dir.path(), &good.chain_pem(), &key, &root.pem()));
        assert!(sentence.contains("tls.key") && sentence.contains(words), "{sentence}");
        assert!(why.contains(hint), "{sentence}: {why}");
        assert!(!JARGON.iter().any(|word| sentence.contains(word)), "{sentence}");
    }
}

#[test]
fn discovery_says_it_with_its_hint_and_exits_2() {
    let (root, dir, home) = (Ca::root("root"), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let issuer = root.intermediate("issuer", Some(0));
    let files = write(dir.path(), &issuer.pem(), &issuer.good().key_pem(), &root.pem());
    let output = pilot::command(&files, &home).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("tls.crt does not verify up to") && said.contains("it is the certificate of a CA"), "{said}");
    assert!(said.contains("hint: issue a certificate for this server by that CA"), "{said}");
}
