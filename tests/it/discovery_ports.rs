//! `meshctl discovery`'s addresses: each flag may come several times, and what the manifests render is what it serves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::Duration;

use meshctl::data::yaml;
use serde_json::Value;

use crate::harness::Meshctl;
use crate::serve::pki::Ca;

const APP: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: default}\nspec: {clusterIP: 10.0.0.9, ports: [{name: http, port: 9080}]}\n";

/// The flags that name an address, and what the program calls what it serves there.
const FLAGS: [(&str, &str); 6] = [
    ("grpc", "grpc"),
    ("secure", "grpc-tls"),
    ("http", "http"),
    ("rest", "rest"),
    ("secure-rest", "rest-tls"),
    ("monitoring", "monitoring"),
];

fn home() -> Meshctl {
    let meshctl = Meshctl::new();
    meshctl.file("kubeconf/gke/app.yaml", APP);
    meshctl.file("kubeconf/on-prem/app.yaml", APP);
    meshctl
}

/// The manifests of all clusters with these values.
fn manifests(meshctl: &Meshctl, set: &str) -> Vec<Value> {
    let ran = meshctl.run(["manifest", "generate", "--tag", "dev", "--set", set]).exits(0);
    yaml::documents(&ran.stdout).unwrap()
}

fn of_kind<'a>(all: &'a [Value], kind: &str) -> &'a Value {
    all.iter().find(|d| d["kind"] == kind && d["metadata"]["name"] == "istio-pilot").unwrap()
}

/// The ports of a list.
fn ports(list: &Value, field: &str) -> BTreeSet<u16> {
    list.as_array().unwrap().iter().map(|p| u16::try_from(p[field].as_u64().unwrap()).unwrap()).collect()
}

#[test]
fn what_is_rendered_is_what_it_serves() {
    let meshctl = home();
    let values =
        ["openPorts.xds=true", "openPorts.rest=true", "openPorts.monitoring=true", "tls.secretName=certificate"];
    // every combination of the values that open ports
    for chosen in 0..1_u8 << values.len() {
        let set: Vec<String> = (0..values.len())
            .filter(|i| chosen >> i & 1 == 1)
            .map(|i| format!("discovery.{}", values[i]))
            .chain(["discovery.replicas=2".to_owned()])
            .collect();
        let all = manifests(&meshctl, &set.join(","));
        let pod = &of_kind(&all, "Deployment")["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let args: Vec<String> = serde_json::from_value(container["args"].clone()).unwrap();
        let parsed = meshctl::cli::command()
            .try_get_matches_from(std::iter::once("meshctl".to_owned()).chain(args.iter().cloned()))
            .unwrap_or_else(|e| panic!("{args:?}: {e}"));
        let Some(("discovery", parsed)) = parsed.subcommand() else { panic!("{args:?}") };
        let addresses = FLAGS.iter().flat_map(|(flag, _)| {
            parsed.get_many::<SocketAddr>(&flag.replace('-', "_")).into_iter().flatten().copied()
        });
        let served: BTreeSet<u16> = addresses.filter(|a| !a.ip().is_loopback()).map(|a| a.port()).collect();
        assert_eq!(served, ports(&of_kind(&all, "Service")["spec"]["ports"], "port"), "{set:?}");
        assert_eq!(served, ports(&container["ports"], "containerPort"), "{set:?}");
        // its certificate's files are where they are mounted from
        let files: Vec<&String> = args.iter().filter(|a| a.starts_with("--tls-")).collect();
        let mounts = container["volumeMounts"].as_array().unwrap();
        assert_eq!(files.len(), 3 * mounts.len());
        for (mount, volume) in mounts.iter().zip(pod["volumes"].as_array().unwrap()) {
            assert_eq!((&mount["name"], &volume["secret"]["secretName"]), (&volume["name"], &"certificate".into()));
            let folder = format!("={}/", mount["mountPath"].as_str().unwrap());
            assert!(files.iter().all(|f| f.contains(&folder)), "{files:?}");
        }
    }
}

/// What runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn every_address_serves_what_its_flag_says() {
    let (meshctl, root) = (home(), Ca::root("root"));
    let issuer = root.intermediate("issuer", Some(0));
    let files = issuer.good().write(&root, meshctl.home());
    let mut args = vec!["discovery".to_owned(), "--registry".into(), "kubeconf".into()];
    args.extend(FLAGS.iter().flat_map(|(flag, _)| vec![format!("--{flag}=127.0.0.1:0"); 2]));
    for (flag, file) in [("cert", &files.certificate), ("key", &files.key), ("root", &files.root)] {
        args.push(format!("--tls-{flag}={}", file.display()));
    }
    let mut child = meshctl.command(&args).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let _running = Running(child);
    let mut at: BTreeMap<String, Vec<SocketAddr>> = BTreeMap::new();
    for line in out.lines().take(2 * FLAGS.len()) {
        let line = line.unwrap();
        let (what, address) = line.split_once(' ').unwrap();
        at.entry(what.to_owned()).or_default().push(address.parse().unwrap());
    }
    assert!(FLAGS.iter().all(|(_, what)| at[*what].len() == 2), "{at:?}");

    let client = issuer.good();
    let identity = format!("{}{}", client.chain_pem(), client.key_pem());
    let plain = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20));
    let secure = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .tls_certs_only([reqwest::Certificate::from_pem(root.pem().as_bytes()).unwrap()])
        .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)));
    let anonymous = secure.build().unwrap();
    let secure = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .tls_certs_only([reqwest::Certificate::from_pem(root.pem().as_bytes()).unwrap()])
        .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)))
        .identity(reqwest::Identity::from_pem(identity.as_bytes()).unwrap())
        .build()
        .unwrap();
    let plain = plain.build().unwrap();
    let status = async |client: &reqwest::Client, url: String| {
        client.get(&url).send().await.map(|a| a.status().as_u16()).map_err(|e| format!("{url}: {e:?}"))
    };
    for i in [0, 1] {
        // v1 REST everywhere; the pages that name workloads only where --http says so
        for (what, debug) in [("http", 200), ("rest", 404)] {
            let address = at[what][i];
            assert_eq!(status(&plain, format!("http://{address}/v1/registration")).await, Ok(200), "{what}");
            assert_eq!(status(&plain, format!("http://{address}/debug/clusterz")).await, Ok(debug), "{what}");
        }
        let port = at["rest-tls"][i].port();
        assert_eq!(status(&secure, format!("https://localhost:{port}/v1/registration")).await, Ok(200));
        assert_eq!(status(&secure, format!("https://localhost:{port}/debug/clusterz")).await, Ok(404));
        assert!(status(&anonymous, format!("https://localhost:{port}/v1/registration")).await.is_err());
        let ready = status(&plain, format!("http://{}/metrics", at["monitoring"][i])).await;
        assert_eq!(ready, Ok(200));
        // gRPC answers an unknown method with its own status
        for what in ["grpc", "grpc-tls"] {
            let tls = what == "grpc-tls";
            let scheme = if tls { "https" } else { "http" };
            let mut endpoint = tonic::transport::Endpoint::from_shared(format!("{scheme}://{}", at[what][i])).unwrap();
            if tls {
                let config = tonic::transport::ClientTlsConfig::new()
                    .ca_certificate(tonic::transport::Certificate::from_pem(root.pem()))
                    .identity(tonic::transport::Identity::from_pem(client.chain_pem(), client.key_pem()))
                    .domain_name("localhost");
                endpoint = endpoint.tls_config(config).unwrap();
            }
            endpoint
                .connect_timeout(Duration::from_secs(20))
                .connect()
                .await
                .unwrap_or_else(|e| panic!("{what}: {e:?}"));
        }
    }
}

/// Who gives the files of a certificate wants them served: on 15012, unless an address says otherwise.
#[test]
fn a_certificate_alone_serves_xds_where_proxies_look_for_it() {
    let (meshctl, root) = (home(), Ca::root("root"));
    let files = root.good().write(&root, meshctl.home());
    let mut args: Vec<String> = ["discovery", "--registry", "kubeconf"].map(str::to_owned).into();
    args.extend(["grpc", "http", "monitoring"].map(|flag| format!("--{flag}=127.0.0.1:0")));
    for (flag, file) in [("cert", &files.certificate), ("key", &files.key), ("root", &files.root)] {
        args.push(format!("--tls-{flag}={}", file.display()));
    }
    let lines = |args: &[String], n: usize| -> (Vec<String>, String) {
        let mut child = meshctl.command(args).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut error = child.stderr.take().unwrap();
        let _running = Running(child);
        let lines: Vec<String> = out.lines().take(n).map(Result::unwrap).collect();
        let mut said = String::new();
        if lines.len() < n {
            error.read_to_string(&mut said).unwrap();
        }
        (lines, said)
    };
    // somebody else on this machine may have the port
    let (said, error) = lines(&args, 4);
    let served = said.iter().any(|line| line == "grpc-tls 127.0.0.1:15012");
    assert!(served || error.contains("listening on 127.0.0.1:15012 failed"), "{said:?} {error}");
    // an address of either kind is all that is served then
    for (flag, what) in [("secure", "grpc-tls"), ("secure-rest", "rest-tls")] {
        let (said, error) = lines(&[&args[..], &[format!("--{flag}=127.0.0.1:0")]].concat(), 4);
        let tls: Vec<&String> = said.iter().filter(|line| line.contains("-tls ")).collect();
        assert_eq!((said.len(), tls.len()), (4, 1), "{said:?} {error}");
        assert!(tls[0].starts_with(&format!("{what} ")) && !tls[0].ends_with(":15012"), "{said:?}");
    }
}

#[test]
fn a_pod_that_is_none_is_told_so() {
    let mut meshctl = Meshctl::new();
    let args = ["discovery", "--in-cluster", "--cluster-id", "gke"];
    let ran = meshctl.run(args).exits(2);
    assert!(
        ran.stderr.contains("KUBERNETES_SERVICE_HOST is not set") && ran.stderr.contains("hint:"),
        "{}",
        ran.stderr
    );
    meshctl.env("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    let ran = meshctl.run(args).exits(2);
    assert!(ran.stderr.contains("POD_NAME is not set"), "{}", ran.stderr);
    meshctl.env("POD_NAME", "pilot-1");
    let ran = meshctl.run(args.iter().copied().chain(["--registry", "."])).exits(2);
    assert!(ran.stderr.contains("name two registries"), "{}", ran.stderr);
    // due at once, again and again
    for (after, words) in [("999ms", "want at least 1s"), ("0s", "want a duration"), ("soon", "want a duration")] {
        let ran = meshctl.run(args.iter().copied().chain(["--token-renew-after", after, "--registry", "."])).exits(2);
        assert!(ran.stderr.contains(words), "{after}: {}", ran.stderr);
    }
    let ran = meshctl.run(args.iter().copied().chain(["--token-renew-after", "8h", "--registry", "."])).exits(2);
    assert!(ran.stderr.contains("name two registries"), "the time is one: {}", ran.stderr);
    // what belongs to a pod needs one
    for args in
        [&["--cluster-id", "gke"][..], &["--token-renew-after", "1h"], &["--in-cluster"], &["--secure", "127.0.0.1:0"]]
    {
        meshctl.run(["discovery"].iter().chain(args)).exits(2);
    }
}
