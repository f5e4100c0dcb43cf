//! `meshctl cluster list`: rows, exit codes, formats, and what a dead cluster costs.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use assert_cmd::Command;
use serde_json::Value;

use super::*;

fn meshctl(dir: &TempDir, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
    for name in ["KUBECONFIG", "PILOT_URL", "MESHCTL_REGISTRY", "HTTPS_PROXY", "https_proxy"] {
        command.env_remove(name);
    }
    let registry = dir.path().join("reg");
    let output = command
        .env("HOME", dir.path())
        .current_dir(dir.path())
        .args(["cluster", "list", "--registry", registry.to_str().unwrap()])
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains(CANARY) && !err.contains(CANARY), "{out}{err}");
    (output.status.code().unwrap(), out, err)
}

/// An API server that knows `/version` and `kube-system`; it wants the token.
fn version_server() -> String {
    server_of("")
}

fn server_of(uid: &str) -> String {
    let uid = format!(r#"{{"metadata":{{"name":"kube-system","uid":"{uid}"}}}}"#);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let request = head(&mut stream).to_lowercase();
            let (status, body) = match request.contains(&format!("authorization: bearer {CANARY}").to_lowercase()) {
                true if request.contains("kube-system") => ("200 OK", uid.as_str()),
                true => ("200 OK", r#"{"major":"1","minor":"35","gitVersion":"v1.35.0"}"#),
                false => {
                    ("401 Unauthorized", r#"{"kind":"Status","code":401,"message":"Unauthorized","status":"Failure"}"#)
                }
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

fn head(stream: &mut TcpStream) -> String {
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        text.push(byte[0]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_row_for_each_cluster_and_a_dead_one_costs_its_own() {
    let dir = TempDir::new().unwrap();
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    // nobody listens there, and no other test can come to
    let closed = "127.0.0.1:1";
    let server = version_server();
    put(dir.path(), "reg/gke.yaml", &kubeconfig(&server));
    put(dir.path(), "reg/hole.yaml", &kubeconfig(&format!("http://{}", hole.local_addr().unwrap())));
    put(dir.path(), "reg/shut.yaml", &kubeconfig(&format!("http://{closed}")));
    put(dir.path(), "reg/wrong.yaml", &kubeconfig_of(&format!("{server}/else"), "token: other"));
    put(dir.path(), "reg/on-prem/app.yaml", &service("reviews"));
    let start = Instant::now();
    let (code, out, err) = meshctl(&dir, &["--timeout", "5s"]);
    assert!(start.elapsed() < Duration::from_secs(20), "no cluster holds the others up: {:?}", start.elapsed());
    assert_eq!((code, err.as_str()), (1, ""));
    let rows: Vec<String> = out.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rows[0], "NAME ROLE SOURCE SERVER VERSION CREDENTIAL EXPIRES INSTALLED VERSION STATE");
    assert_eq!(rows[1], format!("gke primary kubeconfig {server} v1.35.0 - - ok"));
    assert!(
        rows[2].starts_with("hole remote") && rows[2].ends_with("- the API server did not answer within 5 s"),
        "{}",
        rows[2]
    );
    assert_eq!(rows[3], "on-prem remote folder - - - - ok");
    assert!(rows[4].contains("the API server cannot be reached: Connection refused"), "{}", rows[4]);
    assert!(rows[5].ends_with("- the API server does not accept the credentials (401)"), "{}", rows[5]);
}

#[test]
fn all_well_is_zero_and_offline_asks_nobody() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "reg/gke.yaml", &kubeconfig(&version_server()));
    put(dir.path(), "reg/on-prem/app.yaml", &service("reviews"));
    assert_eq!(meshctl(&dir, &[]).0, 0);
    put(dir.path(), "reg/dead.yaml", &kubeconfig("http://127.0.0.1:9"));
    let (code, out, _) = meshctl(&dir, &["--offline", "-o", "wide"]);
    assert_eq!(code, 0);
    assert!(out.lines().any(|l| l.starts_with("dead") && l.contains("not asked") && l.contains("dead.yaml")), "{out}");
    assert_eq!(meshctl(&dir, &["--offline", "-o", "name"]).1, "dead\ngke\non-prem\n");
}

#[test]
fn problems_are_told_together_and_the_other_rows_shown() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "reg/gke.yaml", &kubeconfig(&version_server()));
    put(dir.path(), "reg/bad.yaml", &format!("token: [{CANARY}"));
    put(dir.path(), "reg/empty.yaml", "");
    let (code, out, err) = meshctl(&dir, &[]);
    assert_eq!(code, 2);
    assert!(out.contains("v1.35.0"));
    assert!(
        err.contains("bad.yaml: it is no valid YAML")
            && err.contains("empty.yaml: it is empty")
            && err.contains("hint:"),
        "{err}"
    );
    let (code, out, _) = meshctl(&dir, &["-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 2);
    assert_eq!((&report["apiVersion"], &report["kind"]), (&"meshctl/v1".into(), &"ClusterList".into()));
    assert_eq!(report["items"][0]["name"], "gke");
    assert_eq!((&report["items"][0]["state"], &report["items"][0]["version"]), (&"ok".into(), &"v1.35.0".into()));
    assert_eq!(report["problems"].as_array().unwrap().len(), 2);
    assert_eq!(report["problems"][1], serde_json::json!({"file": "empty.yaml", "reason": "it is empty"}));
}

#[test]
fn a_bad_manifest_is_its_clusters_state() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "reg/gke/app.yaml", "kind: [");
    let (code, out, _) = meshctl(&dir, &[]);
    assert_eq!(code, 1);
    assert!(out.contains("app.yaml: it is no valid YAML of its kind"), "{out}");
}

#[test]
fn usage_and_missing_directories_are_two_with_a_hint() {
    let dir = TempDir::new().unwrap();
    let (code, out, err) = meshctl(&dir, &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("reg cannot be read: it does not exist") && err.contains("hint: name the directory"), "{err}");
    assert_eq!(meshctl(&dir, &["--timeout", "soon"]).0, 2);
    let (code, _, err) = meshctl(&dir, &["--timeout", "0s"]);
    assert!(code == 2 && err.contains("it must be more than zero") && err.contains("hint:"), "{err}");
    let (code, help, _) = meshctl(&dir, &["--help"]);
    assert!(code == 0 && help.contains("--offline") && help.contains("Examples:"), "{help}");
}

#[test]
fn a_plugin_runs_once_with_its_input_closed_and_its_words_are_kept() {
    let dir = TempDir::new().unwrap();
    let script = dir.path().join("plugin.sh");
    let log = dir.path().join("log");
    let plugin = |answer: &str| {
        put(dir.path(), "plugin.sh", &format!("cat >/dev/null\necho ran >> {}\n{answer}\n", log.display()));
        let user = format!(
            "exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['{}'], env: [{{name: X, value: {CANARY}}}]}}",
            script.display()
        );
        put(dir.path(), "reg/gke.yaml", &kubeconfig_of(&version_server(), &user));
        meshctl(&dir, &["--timeout", "5s"])
    };
    let good = format!("echo '{{\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"{CANARY}\"}}}}'");
    assert_eq!(plugin(&good).0, 0);
    assert_eq!(fs::read_to_string(&log).unwrap(), "ran\n", "kube would run it three times");
    let (code, out, err) = plugin(&format!("echo {CANARY}; echo {CANARY} >&2; exit 3"));
    assert!(code == 1 && out.contains("the credential plugin ended with exit status: 3"), "{out}{err}");
    assert!(plugin("echo no-json").1.contains("the credential plugin printed no ExecCredential"));
}

#[test]
fn two_entries_that_are_one_cluster_are_found_by_its_uid() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "reg/gke.yaml", &kubeconfig(&server_of("u-1")));
    put(dir.path(), "reg/other.yaml", &kubeconfig(&server_of("u-2")));
    assert_eq!(meshctl(&dir, &[]).0, 0);
    put(dir.path(), "reg/twin.yaml", &kubeconfig(&server_of("u-1")));
    let (code, _, err) = meshctl(&dir, &[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("twin.yaml: it is the same cluster as gke.yaml: kube-system has the same UID in both"),
        "{err}"
    );
}

/// A TLS server with this certificate, which only shakes hands.
fn tls_server(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> String {
    let der = certificate.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![der], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
        }
    });
    url
}

#[test]
fn a_certificate_that_expired_or_is_a_strangers_is_named_so() {
    let dir = TempDir::new().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let stranger = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
    params.not_before = rcgen::date_time_ymd(2019, 1, 1);
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let issuer = rcgen::Issuer::from_params(&params, &key);
    let leaf_key = rcgen::KeyPair::generate().unwrap();
    let server = |until: i32| {
        let mut leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        leaf.not_before = rcgen::date_time_ymd(2019, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(until, 1, 1);
        tls_server(&leaf.signed_by(&leaf_key, &issuer).unwrap(), &leaf_key)
    };
    let with = |server: &str, ca: &rcgen::Certificate| {
        put(dir.path(), "reg/ca.pem", &ca.pem());
        put(
            dir.path(),
            "reg/gke.yaml",
            &kubeconfig(server).replace("server:", "certificate-authority: ca.pem, server:"),
        );
        let (code, out, err) = meshctl(&dir, &["-q"]);
        assert_eq!((code, err.as_str()), (1, ""));
        out
    };
    let expired = with(&server(2020), &params.self_signed(&key).unwrap());
    assert!(
        expired.contains("the TLS connection to the API server failed: its certificate expired")
            && expired.contains("days ago"),
        "{expired}"
    );
    let unknown = with(&server(2100), &stranger);
    assert!(
        unknown.contains("its certificate is from another issuer than the one of that name in the kubeconfig"),
        "{unknown}"
    );
}

#[test]
fn nobody_is_called_remote_or_primary_where_that_is_unknown() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "reg/a.yaml", &kubeconfig("https://a"));
    put(dir.path(), "reg/b.yaml", &kubeconfig("https://b"));
    put(dir.path(), "reg/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: gone\n");
    let (code, out, err) = meshctl(&dir, &["--offline"]);
    assert_eq!(code, 2, "{err}");
    let roles = out.lines().skip(1).map(|l| l.split_whitespace().nth(1).unwrap()).collect::<Vec<_>>();
    assert_eq!(roles, ["-", "-"], "{out}");
    let json = |code: i32| {
        let (ended, out, _) = meshctl(&dir, &["--offline", "-o", "json"]);
        assert_eq!(ended, code, "{out}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    assert_eq!((&json(2)["primary"], &json(2)["items"][0]["role"]), (&Value::Null, &Value::Null));
    // a cluster whose own file is broken is nobody's primary yet, though it keeps its place
    put(dir.path(), "reg/mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: a\n");
    assert_eq!(json(0)["primary"]["id"], "a");
    put(dir.path(), "reg/a.yaml", "kind: [");
    assert_eq!((&json(2)["primary"], &json(2)["items"][0]["role"]), (&Value::Null, &"remote".into()));
}

#[test]
fn what_pilot_uses_instead_is_listed() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "reg/a.yaml", &kubeconfig("https://a"));
    put(
        dir.path(),
        "reg/mesh.yaml",
        "apiVersion: meshctl/v1\nkind: Mesh\nclusters:\n  a: {server: 'https://10.0.0.1', tlsServerName: api.example, pilotAddress: 10.1.1.1}\n",
    );
    let (code, out, _) = meshctl(&dir, &["--offline", "-o", "wide"]);
    let rows: Vec<Vec<&str>> = out.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(code, 0);
    assert!(rows[0].ends_with(&["PILOT-SERVER", "PILOT-TLS-NAME", "PILOT-CA", "PILOT-ADDRESS"]), "{out}");
    assert!(rows[1].ends_with(&["https://10.0.0.1", "api.example", "-", "10.1.1.1"]), "{out}");
    let report: Value = serde_json::from_str(&meshctl(&dir, &["--offline", "-o", "json"]).1).unwrap();
    assert_eq!(
        report["items"][0]["pilot"],
        serde_json::json!({"server": "https://10.0.0.1", "tlsServerName": "api.example", "caFile": null, "address": "10.1.1.1"})
    );
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_the_kubeconfigs_fault() {
    let dir = TempDir::new().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (user, why) in [
        // base64 of `canary`
        (
            "client-certificate-data: Y2FuYXJ5, client-key-data: Y2FuYXJ5",
            "its client-certificate-data holds no certificate in PEM",
        ),
        ("client-certificate-data: Y2FuYXJ5", "it has a client certificate without a client key"),
        ("client-key: own.pem, client-certificate: own.pem", "its client-certificate holds no certificate in PEM"),
    ] {
        put(dir.path(), "reg/own.pem", CANARY);
        put(dir.path(), "reg/gke.yaml", &kubeconfig_of(&format!("https://{closed}"), user));
        let (code, out, err) = meshctl(&dir, &["-q"]);
        assert_eq!(code, 1, "{out}{err}");
        assert!(out.contains(&format!("the kubeconfig makes no client: {why}")), "{out}");
    }
}
