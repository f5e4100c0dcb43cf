//! A client's certificate that ends while its stream is open.

use std::time::{SystemTime, UNIX_EPOCH};

use meshctl::adapters::serve::not_after;
use time::Duration;

use super::pilot::Pilot;
use super::pki::{Ca, Leaf, REVIEWS};
use super::tls::{channel, open};
use super::wire::{DEADLINE, connect};

fn is_over(leaf: &Leaf) -> bool {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() > not_after(leaf.der()).unwrap().0
}

#[tokio::test]
async fn a_stream_and_its_connection_end_with_the_clients_certificate() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let issuer = root.intermediate("issuer", Some(0));
    let pilot = Pilot::start(&issuer.good().write(&root, dir.path()));
    let address = pilot.address("grpc-tls");
    let good = issuer.good();
    let _stays = open(channel(address, &root, &good).await).await;
    let mut stays = connect(address, &root, Some(&good), rustls::ALL_VERSIONS).await.unwrap();

    let end = std::time::Duration::from_secs(30) + DEADLINE;
    for life in [5, 30] {
        let leaf = issuer.leaf(&[REVIEWS], Duration::hours(1) + Duration::seconds(life));
        let mut stream = open(channel(address, &root, &leaf).await).await;
        let mut link = match connect(address, &root, Some(&leaf), rustls::ALL_VERSIONS).await {
            Ok(link) => link,
            // a machine that is busy took longer than this certificate lives
            Err(_) if is_over(&leaf) && life < 30 => continue,
            Err(e) => panic!("{e}"),
        };
        let status = tokio::time::timeout(end, stream.message()).await.expect("the end of the stream").unwrap_err();
        assert_eq!(status.code(), tonic::Code::Unauthenticated, "{status:?}");
        assert!(status.message().contains("your certificate is over"), "{status:?}");
        assert!(is_over(&leaf), "it ended early");
        // the connection goes too: a proxy would open its next stream on it, with the same certificate
        let closed = tokio::time::timeout(end, async { while link.frame().await.is_ok() {} }).await;
        closed.expect("the end of the connection");
        stays.ping().await.expect("a client whose certificate is good stays");
        assert_eq!(pilot.json("/debug/syncz").await.as_array().unwrap().len(), 1);
        return;
    }
}

#[tokio::test]
async fn new_files_that_cannot_be_used_are_shown_while_they_are_there() {
    let (root, dir) = (Ca::root("root"), tempfile::tempdir().unwrap());
    let (old, new) = (root.good(), root.good());
    let files = old.write(&root, dir.path());
    let pilot = Pilot::start(&files);
    let end = not_after(old.der()).unwrap().0;
    let tls = pilot.json("/debug/clusterz").await["tls"].clone();
    assert_eq!((&tls["problem"], tls["notAfter"].as_u64()), (&serde_json::Value::Null, Some(end)), "{tls}");
    let metrics = pilot.page("monitoring", "/metrics").await;
    assert!(metrics.contains("\nmeshctl_tls_problem 0\n"), "{metrics}");
    assert!(metrics.contains(&format!("\nmeshctl_tls_not_after_seconds {end}\n")), "{metrics}");

    std::fs::write(&files.key, new.key_pem()).unwrap();
    let shown = super::wire::eventually("the problem", async || {
        let problem = pilot.json("/debug/clusterz").await["tls"]["problem"].clone();
        problem.as_str().map(str::to_owned).ok_or_else(|| problem.to_string())
    });
    let shown = shown.await;
    assert!(shown.contains("tls.key") && shown.contains("it is the key of another certificate"), "{shown}");
    assert!(pilot.page("monitoring", "/metrics").await.contains("\nmeshctl_tls_problem 1\n"));

    new.write(&root, dir.path());
    super::wire::eventually("no problem", async || {
        let tls = pilot.json("/debug/clusterz").await["tls"].clone();
        let new_end = not_after(new.der()).unwrap().0;
        if tls["problem"].is_null() && tls["notAfter"].as_u64() == Some(new_end) {
            Ok(())
        } else {
            Err(tls.to_string())
        }
    })
    .await;
    assert!(pilot.page("monitoring", "/metrics").await.contains("\nmeshctl_tls_problem 0\n"));
    let log = pilot.log();
    assert_eq!(log.matches("it is the key of another certificate").count(), 1, "{log}");
}
