//! What an identity is made of, and what is refused, file by file.

use meshctl::adapters::serve::{ServeError, TlsFiles, TlsIdentity};
use time::Duration;

use super::pki::{Ca, REVIEWS};
use super::wire::Server;

fn refused(files: &TlsFiles) -> ServeError {
    match TlsIdentity::load(files.clone()) {
        Ok(_) => panic!("loaded"),
        Err(e) => e,
    }
}

#[test]
fn each_defect_is_named_with_its_file() {
    let (root, foreign, dir) = (Ca::root("root"), Ca::root("foreign"), tempfile::tempdir().unwrap());
    let issuer = root.intermediate("issuer", Some(0));
    let good = issuer.good();
    let files = good.write(&root, dir.path());
    assert!(TlsIdentity::load(files.clone()).is_ok());

    std::fs::write(&files.key, issuer.good().key_pem()).unwrap();
    let error = refused(&files);
    assert!(matches!(&error, ServeError::Key { .. }), "{error}");
    assert!(error.to_string().ends_with("it is the key of another certificate"), "{error}");

    good.write(&foreign, dir.path());
    let error = refused(&files);
    assert!(matches!(&error, ServeError::Chain { .. }), "{error}");
    assert!(error.to_string().contains("does not lead to any of the roots"), "{error}");

    issuer.leaf(&[REVIEWS], Duration::minutes(30)).write(&root, dir.path());
    let error = refused(&files);
    assert!(matches!(&error, ServeError::Chain { .. }), "{error}");
    assert!(error.to_string().contains("xpired"), "{error}");

    good.write(&root, dir.path());
    let without_issuer = good.chain_pem().split_inclusive("-----END CERTIFICATE-----\n").next().unwrap().to_owned();
    std::fs::write(&files.certificate, without_issuer).unwrap();
    assert!(matches!(refused(&files), ServeError::Chain { .. }));

    for (file, what) in [(&files.certificate, "certificate"), (&files.key, "private key"), (&files.root, "certificate")]
    {
        good.write(&root, dir.path());
        std::fs::write(file, "not a PEM\n").unwrap();
        let error = refused(&files).to_string();
        assert_eq!(error, format!("reading {} failed: it holds no {what} in PEM", file.display()));
        std::fs::remove_file(file).unwrap();
        assert!(refused(&files).to_string().contains(&file.display().to_string()));
    }
}

#[test]
fn no_error_shows_a_byte_of_the_key() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let good = root.good();
    let files = good.write(&root, dir.path());
    let key = good.key_pem();
    let secret: Vec<&str> = key.lines().filter(|l| !l.starts_with("--")).collect();
    let spoilt = [
        key.replace("-----END PRIVATE KEY-----", ""),
        key.replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----"),
        key.replacen(secret[0], &format!("{}!", secret[0]), 1),
        key.replacen(secret[1], "", 1),
        key.replace("PRIVATE KEY", "CERTIFICATE"),
    ];
    for text in spoilt {
        std::fs::write(&files.key, &text).unwrap();
        let error = refused(&files);
        let shown = format!("{error} {error:?}");
        // as text or as the numbers of a byte string
        let numbers = format!("{:?}", secret[0].as_bytes());
        assert!(!shown.contains(&secret[0][..16]) && !shown.contains(numbers.trim_matches(['[', ']'])), "{shown}");
    }
}

#[tokio::test]
async fn keys_in_every_encoding_serve() {
    if !openssl(&["version"]) {
        let reason = "no openssl to write keys in other encodings";
        assert!(std::env::var("MESHCTL_TESTS").as_deref() != Ok("require"), "{reason}");
        eprintln!("skip: {reason}");
        return;
    }
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let leaf = root.good();
    let files = leaf.write(&root, dir.path());
    let key = files.key.to_str().unwrap();
    assert!(openssl(&["ec", "-in", key, "-out", key]));
    assert!(std::fs::read_to_string(key).unwrap().contains("BEGIN EC PRIVATE KEY"));
    let server = Server::start(files).await;
    assert_eq!(server.leaf(&root, &root.good()).await.unwrap(), leaf.der());

    let rsa = tempfile::tempdir().unwrap();
    let at = |name: &str| rsa.path().join(name).to_str().unwrap().to_owned();
    let (key, certificate) = (at("tls.key"), at("tls.crt"));
    assert!(openssl(&["genrsa", "-traditional", "-out", &key, "2048"]));
    assert!(std::fs::read_to_string(&key).unwrap().contains("BEGIN RSA PRIVATE KEY"));
    let request = ["req", "-x509", "-new", "-key", &key, "-out", &certificate, "-days", "1", "-subj", "/CN=own"];
    let end = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
    assert!(openssl(&[&request[..], &end[..]].concat()));
    // its own root, beside the mesh's
    let both = format!("{}{}", std::fs::read_to_string(&certificate).unwrap(), root.pem());
    std::fs::write(at("ca.crt"), both).unwrap();
    let loaded = TlsIdentity::load(super::pki::files(rsa.path()));
    assert!(loaded.is_ok(), "{:?}", loaded.err());
}

fn openssl(args: &[&str]) -> bool {
    let run = std::process::Command::new("openssl").args(args).output();
    run.is_ok_and(|out| out.status.success())
}
