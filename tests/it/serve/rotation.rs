//! Certificates, keys and roots that change while a server serves with them.

use std::os::unix::fs::symlink;

use super::pki::{Ca, files};
use super::wire::{Server, eventually};

#[tokio::test]
async fn a_mounted_secret_that_changes_serves_without_a_restart() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let (old, new, client) = (root.good(), root.good(), root.good());
    // as the kubelet lays out a volume: the files are links through `..data`, which it swaps by a rename
    for (version, leaf) in [("..1", &old), ("..2", &new)] {
        std::fs::create_dir(dir.path().join(version)).unwrap();
        leaf.write(&root, &dir.path().join(version));
    }
    symlink("..1", dir.path().join("..data")).unwrap();
    for name in ["tls.crt", "tls.key", "ca.crt"] {
        symlink(format!("..data/{name}"), dir.path().join(name)).unwrap();
    }
    let server = Server::start(files(dir.path())).await;
    let mut before = server.connect(&root, Some(&client)).await.unwrap();
    assert_eq!(before.leaf, old.der());

    symlink("..2", dir.path().join("..data_tmp")).unwrap();
    std::fs::rename(dir.path().join("..data_tmp"), dir.path().join("..data")).unwrap();
    eventually("the new certificate", async || {
        let leaf = server.leaf(&root, &client).await?;
        if leaf == new.der() { Ok(()) } else { Err("still the old one".to_owned()) }
    })
    .await;
    before.ping().await.expect("the old connection stays");
}

#[tokio::test]
async fn a_new_root_decides_who_gets_through() {
    let (old, new, dir) = (Ca::root("old"), Ca::root("new"), tempfile::tempdir().unwrap());
    let server = Server::start(old.good().write(&old, dir.path())).await;
    let (old_client, new_client) = (old.good(), new.good());
    let mut before = server.connect(&old, Some(&old_client)).await.unwrap();

    new.good().write(&new, dir.path());
    eventually("the new root", async || server.leaf(&new, &new_client).await).await;
    // it trusts the server's new chain, and is refused by the server
    let refused = server.leaf(&new, &old_client).await.unwrap_err();
    assert!(refused.contains("UnknownCA"), "{refused}");
    before.ping().await.expect("the old connection stays");
}

#[tokio::test]
async fn broken_files_change_nothing_until_they_are_mended() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let (old, new, other, client) = (root.good(), root.good(), root.good(), root.good());
    let files = old.write(&root, dir.path());
    let server = Server::start(files.clone()).await;
    assert_eq!(server.identity.problem(), None);

    let foreign = Ca::root("foreign");
    let breakages: [(&str, &dyn Fn()); 4] = [
        ("tls.key", &|| std::fs::write(&files.key, other.key_pem()).unwrap()),
        ("tls.crt", &|| std::fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\nMII").unwrap()),
        ("ca.crt", &|| std::fs::write(&files.root, foreign.pem()).unwrap()),
        ("tls.key", &|| std::fs::remove_file(&files.key).unwrap()),
    ];
    for (file, breaks) in breakages {
        breaks();
        let problem = eventually("a problem", async || server.identity.problem().ok_or("none".to_owned())).await;
        assert!(problem.contains(file), "{problem}");
        assert!(!problem.contains("PRIVATE") && !problem.contains("MII"), "{problem}");
        assert_eq!(server.leaf(&root, &client).await.unwrap(), old.der(), "{problem}");
        old.write(&root, dir.path());
        eventually("no problem", async || server.identity.problem().map_or(Ok(()), |p| Err(p.to_string()))).await;
    }
    new.write(&root, dir.path());
    eventually("the new certificate", async || {
        let leaf = server.leaf(&root, &client).await?;
        if leaf == new.der() { Ok(()) } else { Err("still the old one".to_owned()) }
    })
    .await;
}
