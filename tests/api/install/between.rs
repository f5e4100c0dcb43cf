//! What stands between install and an API server: a webhook that says no in words, and a proxy that says no to connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::{Json, Router};
use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use libtest_mimic::Trial;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::bad_days::{ca_of, completes, refused};
use super::bench::{Bench, listing, put, versions};
use crate::cluster::Cluster;
use crate::pair::{Pair, alone};
use crate::pki;
use crate::wait::eventually;

pub fn trials() -> Vec<Trial> {
    vec![
        alone("api::install::a_webhook_that_denies_is_quoted", a_webhook_that_denies_is_quoted),
        alone("api::install::a_cluster_behind_a_proxy", a_cluster_behind_a_proxy),
    ]
}

/// A listener for TLS, as API servers want webhooks.
struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, peer) = self.listener.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A webhook that denies one resource in the control plane's namespace.
struct Denial {
    hooks: kube::Api<ValidatingWebhookConfiguration>,
    asked: Arc<AtomicUsize>,
    server: tokio::task::JoinHandle<()>,
}

impl Denial {
    /// Every write of `resource` is denied with these words, and with all that the object holds.
    async fn of(cluster: &Cluster, resource: &str, words: &'static str) -> Self {
        let pki = pki::make("webhook", "127.0.0.1");
        let chain =
            CertificateDer::pem_slice_iter(pki.server.certificate.as_bytes()).collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(pki.server.key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let deny = async move |State(counted): State<Arc<AtomicUsize>>, Json(review): Json<Value>| {
            counted.fetch_add(1, Ordering::SeqCst);
            let (uid, asked) = (&review["request"]["uid"], &review["request"]);
            let data = [&asked["object"]["data"], &asked["oldObject"]["data"]].into_iter().find(|d| !d.is_null());
            let data = data.unwrap_or(&Value::Null);
            let message = if data.is_null() { words.to_owned() } else { format!("{words}: {data}") };
            let response = json!({"uid": uid, "allowed": false, "status": {"code": 403, "message": message}});
            Json(json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}))
        };
        let router = Router::new().fallback(deny).with_state(counted);
        let tls = Tls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
        let server = tokio::spawn(async move { axum::serve(tls, router).await.unwrap() });
        let config = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "owners"}, "webhooks": [{"name": "owners.example.com", "admissionReviewVersions": ["v1"],
            "sideEffects": "None", "failurePolicy": "Fail",
            "clientConfig": {"url": format!("https://{address}/"), "caBundle": ByteString(pki.ca.into_bytes())},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE", "DELETE"],
            "resources": [resource]}]}]});
        let hooks: kube::Api<ValidatingWebhookConfiguration> = kube::Api::all(cluster.client());
        hooks.create(&Default::default(), &serde_json::from_value(config).unwrap()).await.unwrap();
        let denial = Self { hooks, asked, server };
        denial.in_force(cluster, resource, true).await;
        denial
    }

    /// Waits until the API server asks the webhook, or does not any more: it hears of it by a watch.
    async fn in_force(&self, cluster: &Cluster, resource: &str, yes: bool) {
        let probe = json!({"metadata": {"name": "probe"}, "spec": {"ports": [{"port": 1}]}}).to_string();
        eventually("the webhook's denials", Duration::from_secs(30), async || {
            let path = format!("/api/v1/namespaces/default/{resource}?dryRun=All");
            let request = http::Request::post(path).header("content-type", "application/json");
            let answer = cluster.client().request::<Value>(request.body(probe.clone().into_bytes()).unwrap()).await;
            match answer.as_ref().is_err_and(|e| e.to_string().contains("owners.example.com")) == yes {
                true => Ok(()),
                false => Err(format!("{answer:?}")),
            }
        })
        .await;
    }

    async fn lift(self, cluster: &Cluster, resource: &str) {
        self.hooks.delete("owners", &Default::default()).await.unwrap();
        self.in_force(cluster, resource, false).await;
        self.server.abort();
    }
}

async fn a_webhook_that_denies_is_quoted(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    // the namespace stands: what is in one that is new is not asked about before it is written
    let home = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "istio-system"}});
    put(&pair.on_prem, "kubectl", home.clone()).await;
    let denial = Denial::of(&pair.on_prem, "services", "no Service without a cost centre").await;
    let before = denial.asked.load(Ordering::SeqCst);
    let error = refused(&bench, "denied the request: no Service without a cost centre").await;
    assert!(error.contains("Service/istio-system/istio-pilot"), "{error}");
    assert!(denial.asked.load(Ordering::SeqCst) > before);
    denial.lift(&pair.on_prem, "services").await;
    completes(&bench).await;

    // of a Secret nothing is repeated but who denied it: the webhook quotes the CA's key, and `Bench::run` looks for that
    for stands in [true, false] {
        let bench = Bench::new(Arc::clone(&pair)).await;
        if stands {
            put(&pair.on_prem, "kubectl", home.clone()).await;
        }
        let denial = Denial::of(&pair.on_prem, "secrets", "no Secret like this").await;
        let before = versions(&listing(&pair.on_prem).await);
        let error = refused(&bench, "owners.example.com").await;
        assert!(error.contains("Secret/istio-system/cacerts") && !error.contains("like this"), "{error}");
        let after = versions(&listing(&pair.on_prem).await);
        assert_eq!(after == before, stands, "it was asked before anything was written, unless the namespace is new");
        denial.lift(&pair.on_prem, "secrets").await;
        completes(&bench).await;
    }

    // and the inventory is asked about like the rest
    let bench = Bench::new(Arc::clone(&pair)).await;
    put(&pair.on_prem, "kubectl", home).await;
    let denial = Denial::of(&pair.on_prem, "configmaps", "no ConfigMap without a cost centre").await;
    let before = versions(&listing(&pair.on_prem).await);
    let error = refused(&bench, "denied the request: no ConfigMap without a cost centre").await;
    assert!(error.contains("ConfigMap/istio-system/meshctl-inventory"), "{error}");
    assert_eq!(versions(&listing(&pair.on_prem).await), before, "nothing moved");
    denial.lift(&pair.on_prem, "configmaps").await;
    completes(&bench).await;

    // nor when it goes, or loses a key
    let denial = Denial::of(&pair.gke, "secrets", "no Secret goes").await;
    for args in [&["cluster", "remove", "on-prem", "--yes"][..], &["uninstall", "--purge", "--yes"]] {
        let ran = bench.run(args).await.exits(1);
        assert!(ran.stderr.contains("owners.example.com"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("goes") && !ran.stdout.contains("goes"), "{}\n{}", ran.stdout, ran.stderr);
    }
    denial.lift(&pair.gke, "secrets").await;
    bench.run(&["uninstall", "--purge", "--yes"]).await.exits(0);
}

/// An HTTP proxy for CONNECT.
struct Tunnel {
    address: std::net::SocketAddr,
    /// Where it was asked to connect to.
    asked: Arc<std::sync::Mutex<Vec<String>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Tunnel {
    /// One that answers with this status, and connects where that is 200.
    async fn answering(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::default());
        let noted: Arc<std::sync::Mutex<Vec<String>>> = Arc::clone(&asked);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(tunnel(stream, status, Arc::clone(&noted)));
            }
        });
        Self { address, asked, server }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn tunnel(stream: TcpStream, status: &str, asked: Arc<std::sync::Mutex<Vec<String>>>) -> Option<()> {
    let mut client = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await.ok()?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line);
    }
    let target = head.first()?.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    asked.lock().unwrap().push(target.clone());
    let server = if status.starts_with("200") { Some(TcpStream::connect(&target).await.ok()?) } else { None };
    client.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.ok()?;
    copy_bidirectional(&mut client, &mut server?).await.ok().map(drop)
}

async fn a_cluster_behind_a_proxy(pair: Arc<Pair>) {
    let bench = Bench::new(Arc::clone(&pair)).await;
    let direct = pair.on_prem.kubeconfig();
    let behind = |address| {
        let through =
            direct.replace("cluster: {server:", &format!("cluster: {{proxy-url: \"http://{address}\", server:"));
        assert_ne!(through, direct);
        through
    };
    // pilot has no proxy: it needs another way there
    bench.home.file("ca.pem", &ca_of(&direct));
    let way = "clusters: {on-prem: {server: 'https://192.0.2.2:6443', caFile: ../ca.pem}}";
    bench.home.file("kubeconf/mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n{way}\n"));

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench.kubeconfig("on-prem", &behind(closed));
    refused(&bench, "its proxy cannot be used: ").await;
    for (status, words) in [
        ("403 Forbidden", "the API server cannot be reached: its proxy refuses to connect to it"),
        ("407 Proxy Authentication Required", "the API server cannot be reached: its proxy asks for credentials (407)"),
    ] {
        let tunnel = Tunnel::answering(status).await;
        bench.kubeconfig("on-prem", &behind(tunnel.address));
        refused(&bench, words).await;
        assert!(!tunnel.asked.lock().unwrap().is_empty());
    }
    let tunnel = Tunnel::answering("200 OK").await;
    bench.kubeconfig("on-prem", &behind(tunnel.address));
    completes(&bench).await;
    let server = format!("127.0.0.1:{}", pair.on_prem.port());
    let asked = tunnel.asked.lock().unwrap().clone();
    assert!(!asked.is_empty() && asked.iter().all(|target| *target == server), "{asked:?}");
}
