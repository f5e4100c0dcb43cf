//! Bad input: each with file and reason, all at once, and no word of a secret.

use super::*;

/// Reads a directory with these files; gives the problems, in which no canary may stand.
fn problems_of(files: &[(&str, &str)]) -> Vec<String> {
    let dir = TempDir::new().unwrap();
    files.iter().for_each(|(name, text)| put(dir.path(), name, text));
    let registry = read(dir.path());
    let found = problems(&registry);
    assert!(!format!("{found:?}{registry:?}").contains(CANARY), "{found:?}");
    found
}

#[test]
fn files_that_are_no_clusters() {
    let truncated = kubeconfig("https://a").split("contexts:").next().unwrap().to_owned() + "contexts: [{name: 'x";
    let secret_kind = format!("kind: {CANARY}\ntoken: {CANARY}\n");
    for (name, text, reason) in [
        ("a.yaml", "", "it is empty"),
        ("a.yaml", "---\n# nothing\n", "it is empty"),
        ("a.yaml", &truncated, "it is no valid YAML of its kind at line"),
        ("a.yaml", &format!("token: {CANARY}\n  x: - {CANARY}\n"), "it is no valid YAML of its kind at line"),
        ("a.yaml", &secret_kind, "its kind is neither Config (a kubeconfig) nor Cluster (a descriptor)"),
        ("a.yaml", "[1]", "its kind is neither Config (a kubeconfig) nor Cluster (a descriptor)"),
        ("a.yaml", &format!("{0}---\n{0}", kubeconfig("https://a")), "it holds more than one document"),
        ("Not_a-label.yaml", &kubeconfig("https://a"), "its cluster's id \"Not_a-label\" is not a DNS-1123 label"),
    ] {
        let found = problems_of(&[(name, text)]);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].starts_with(&format!("{name}: {reason}")), "{text}: {found:?}");
    }
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("a.yaml"), b"\xff\xfek\0").unwrap();
    assert_eq!(problems(&read(dir.path())), ["a.yaml: it is no UTF-8 text"]);
}

#[test]
fn kubeconfigs_that_lack_or_confuse_something() {
    let good = kubeconfig("https://a");
    for (from, to, reason) in [
        ("current-context: ctx", "", "it has no current-context"),
        ("current-context: ctx", "current-context: gone", "its current-context \"gone\" is not among its contexts"),
        (
            "context: {cluster: c, user: u}",
            "context: {cluster: gone, user: u}",
            "its cluster \"gone\" is not among its clusters",
        ),
        (
            "context: {cluster: c, user: u}",
            "context: {cluster: c, user: gone}",
            "its user \"gone\" is not among its users",
        ),
        ("server: 'https://a'", "x: y", "its cluster names no server"),
        ("https://a", "ftp://a", "its server is no http or https URL"),
        ("https://a", "https://user:CANARY-token-3f7a@a", "its server is a URL that holds credentials"),
        (
            "https://a",
            "https://a/?x=CANARY-token-3f7a",
            "its server is a URL with a query or a fragment, which no API server's has",
        ),
        (
            "token: CANARY-token-3f7a",
            "token: [CANARY-token-3f7a]",
            "users[0].user.token is missing or has the wrong type",
        ),
        ("token: CANARY-token-3f7a", "exec: CANARY-token-3f7a", "users[0].user.exec is missing or has the wrong type"),
        (
            "server: 'https://a'",
            "server: {CANARY-token-3f7a: 1}",
            "clusters[0].cluster.server is missing or has the wrong type",
        ),
        ("users:", "users: CANARY-token-3f7a\nusers2:", "users is no list"),
        (
            "token: CANARY-token-3f7a",
            "tokenFile: gone",
            "the file that its tokenFile names cannot be used: it does not exist",
        ),
        (
            "token: CANARY-token-3f7a",
            "client-key: '.'",
            "the file that its client-key names cannot be used: it is a folder, not a file",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let found = problems_of(&[("a.yaml", &good.replace(from, to))]);
        assert_eq!(found, [format!("a.yaml: {reason}")], "{to}");
    }
}

#[test]
fn clashes_between_entries_name_both() {
    let found = problems_of(&[
        ("a.yaml", &kubeconfig("https://API.example:443/")),
        ("b.yaml", &kubeconfig("https://api.example")),
        ("c.yaml", &kubeconfig("https://c")),
        ("c.yml", &kubeconfig("https://d")),
    ]);
    assert_eq!(
        found,
        [
            "b.yaml: it is the same cluster as a.yaml: both have the API server https://api.example:443",
            "c.yml: its id c is already that of c.yaml",
        ]
    );
}

#[test]
fn descriptors_that_are_bad() {
    let outside = TempDir::new().unwrap();
    put(outside.path(), "kube", &kubeconfig("https://x"));
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    std::os::unix::fs::symlink(outside.path().join("kube"), d.join("link")).unwrap();
    put(d, "one.yaml", &descriptor("one", "true", "k1"));
    put(d, "k1", &kubeconfig("https://one"));
    put(d, "two.yaml", &descriptor("two", "True", "k2"));
    put(d, "k2", &kubeconfig("https://two"));
    put(d, "gone.yaml", &descriptor("gone", "false", "nowhere"));
    std::os::unix::fs::symlink("gone-target", d.join("dangling")).unwrap();
    put(d, "dang.yaml", &descriptor("dang", "false", "dangling"));
    put(d, "same.yaml", &descriptor("same", "false", "k6"));
    put(d, "k6", &kubeconfig("https://ONE/"));
    put(d, "up.yaml", &descriptor("up", "false", "../kube"));
    put(d, "abs.yaml", &descriptor("abs", "false", "/etc/passwd"));
    put(d, "linked.yaml", &descriptor("linked", "false", "link"));
    put(d, "maybe.yaml", &descriptor("maybe", CANARY, "k3"));
    put(d, "k3", &kubeconfig("https://three"));
    put(d, "none.yaml", "kind: Cluster\nmetadata: {name: none}\n");
    put(d, "wrong.yaml", &format!("kind: Cluster\nmetadata: {{name: x, annotations: {{a: [{CANARY}]}}}}\n"));
    put(d, "label.yaml", &descriptor("No Label", "false", "k4"));
    put(d, "k4", &kubeconfig("https://four"));
    put(d, "inner.yaml", &descriptor("inner", "false", "k5"));
    put(d, "k5", "kind: [");
    let registry = read(d);
    let found = problems(&registry);
    assert_eq!(
        found,
        [
            "abs.yaml: the kubeconfig /etc/passwd that it names lies outside of the registry",
            "dang.yaml: the kubeconfig dangling that it names is a symbolic link to gone-target, which does not exist",
            "dangling: it is a symbolic link to gone-target, which does not exist",
            "gone.yaml: the kubeconfig nowhere that it names does not exist",
            "k5: it is no valid YAML of its kind at line 1, column 7",
            "label.yaml: its cluster's id \"No Label\" is not a DNS-1123 label: 1 to 63 lower-case letters, digits and '-', starting and ending with a letter or digit",
            "linked.yaml: the kubeconfig link that it names lies outside of the registry",
            "maybe.yaml: its annotation config.istio.io/pilotCfgStore is no boolean",
            "none.yaml: it names no kubeconfig: the annotation config.istio.io/accessConfigFile is missing",
            "same.yaml: it is the same cluster as one.yaml (its kubeconfig k1): both have the API server https://one:443",
            "two.yaml: it marks a second primary; one.yaml marks one too",
            "up.yaml: the kubeconfig ../kube that it names lies outside of the registry",
            "wrong.yaml: its metadata has a field of the wrong type",
        ]
    );
    assert_eq!(registry.primary.map(|p| p.id.to_string()), Some("one".into()));
}

#[test]
fn things_that_are_no_files_or_too_much() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    assert!(std::process::Command::new("mkfifo").arg(d.join("fifo")).status().unwrap().success());
    std::os::unix::fs::symlink("round.yaml", d.join("round.yaml")).unwrap();
    std::os::unix::fs::symlink(".", d.join("self")).unwrap();
    fs::File::create(d.join("sparse.yaml")).unwrap().set_len(1 << 30).unwrap();
    let mut bomb = String::from("kind: Config\na: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 10].join(", ")));
    }
    put(d, "zbomb.yaml", &bomb);
    let found = problems(&read(d));
    assert_eq!(
        found[..4],
        [
            "fifo: it is a named pipe, not a file",
            "round.yaml: its symbolic links form a loop",
            "self: it is a symbolic link to a folder that contains it",
            "sparse.yaml: it is larger than 16 MiB",
        ]
    );
    assert!(
        found[4].starts_with("zbomb.yaml: its aliases (*name) stand for more than 20000 nodes: it is an alias bomb")
            && found.len() == 5,
        "{found:?}"
    );
}

#[test]
fn the_mesh_file_is_checked_by_path() {
    let with = |text: &str| {
        problems_of(&[
            ("a.yaml", &kubeconfig("https://a")),
            ("mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n{text}")),
        ])
    };
    assert_eq!(
        with("clusters:\n  gone: {network: net}\n"),
        ["mesh.yaml: clusters.gone is no cluster of this registry"]
    );
    assert_eq!(with("primary: gone\n"), ["mesh.yaml: primary names gone, which is no cluster of this registry"]);
    assert_eq!(
        with(&format!("image: {{hbu: {CANARY}}}\ncaDir: [{CANARY}]\n")),
        [
            "mesh.yaml: caDir is no text; put it in quotes",
            "mesh.yaml: image.hbu is no known key; image takes hub, tag, digest, pullSecrets",
        ]
    );
    assert_eq!(
        with(&format!("networks: {{n: {{gateways: [{{address: {CANARY}}}]}}}}\n")),
        ["mesh.yaml: networks.n.gateways[0].address is no IP address"]
    );
    assert_eq!(
        problems_of(&[("a", &kubeconfig("https://a")), ("mesh.yaml", "kind: Mush\n")]),
        ["mesh.yaml: it is not apiVersion meshctl/v1, kind Mesh"]
    );
    let dir = TempDir::new().unwrap();
    put(dir.path(), "a.yaml", &kubeconfig("https://a"));
    let flagged = Registry::read(dir.path(), &ReadOptions { primary: Some(id("gone")), ..terminal() }).unwrap();
    assert_eq!(problems(&flagged), [".: --primary names gone, which is no cluster of this registry"]);
}

#[test]
fn what_runs_or_reads_or_redirects_is_refused_off_the_terminal() {
    let dir = TempDir::new().unwrap();
    let ran = dir.path().join("ran");
    let script =
        format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: ['{}']}}", ran.display());
    let users = [
        ("exec", script.as_str()),
        ("auth-provider", "auth-provider: {name: gcp, config: {cmd-path: touch, cmd-args: CANARY-token-3f7a}}"),
        ("tokenFile", "tokenFile: /etc/hostname"),
        ("client-certificate", "client-certificate: /etc/hostname"),
        ("client-key", "client-key: /etc/hostname"),
    ];
    let clusters = [
        ("certificate-authority", "/etc/hostname"),
        ("proxy-url", "http://evil:1"),
        ("insecure-skip-tls-verify", "true"),
    ];
    let mut all: Vec<(&str, String)> = users.iter().map(|(f, u)| (*f, kubeconfig_of("https://a", u))).collect();
    all.extend(
        clusters.iter().map(|(f, v)| (*f, kubeconfig("https://a").replace("server:", &format!("{f}: {v}, server:")))),
    );
    for (field, text) in all {
        put(dir.path(), "a.yaml", &text);
        let sanitised = Registry::read(dir.path(), &ReadOptions::default()).unwrap();
        assert_eq!(
            problems(&sanitised),
            [format!("a.yaml: its field {field} is refused: this kubeconfig does not come from a terminal")]
        );
        assert_eq!(problems(&read(dir.path())), [""; 0], "{field} is in order on a terminal");
    }
    assert!(!ran.exists(), "reading a registry runs nothing");
}

#[test]
fn a_directory_that_is_none_is_an_error() {
    let dir = TempDir::new().unwrap();
    let error = Registry::read(&dir.path().join("gone"), &terminal()).unwrap_err().to_string();
    assert!(error.ends_with("gone cannot be read: it does not exist"), "{error}");
}

#[test]
fn problems_of_the_mesh_file_hide_neither_each_other_nor_the_primary() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    for name in ["a", "b"] {
        put(d, &format!("{name}.yaml"), &kubeconfig(&format!("https://{name}")));
    }
    put(d, "key.pem", &format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n"));
    put(d, "none.pem", CANARY);
    let mesh = |text: &str| put(d, "mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n{text}"));
    mesh(
        "primary: b\ntrustDomain: ''\nimage: {hbu: x}\nnetworks: {n: {gateways: [{address: 1.1.1.1, port: 0}]}}\n\
         clusters:\n  gone: {}\n  a: {server: 'https://a?x=CANARY-token-3f7a', tlsServerName: 'a b', caFile: key.pem}\n  \
         b: {server: 'http://b', caFile: none.pem}\n",
    );
    let registry = read(d);
    assert_eq!(
        problems(&registry),
        [
            "mesh.yaml: clusters.a.caFile names key.pem, which cannot be used: it holds a private key, where only certificates belong",
            "mesh.yaml: clusters.a.server is a URL with a query or a fragment, which no API server's has",
            "mesh.yaml: clusters.a.tlsServerName is neither a DNS name nor an IP address",
            "mesh.yaml: clusters.b.caFile names none.pem, which cannot be used: it holds no certificate in PEM",
            "mesh.yaml: clusters.b.server is no https URL",
            "mesh.yaml: clusters.gone is no cluster of this registry",
            "mesh.yaml: image.hbu is no known key; image takes hub, tag, digest, pullSecrets",
            "mesh.yaml: networks.n.gateways[0].port is 0; want a port number, 1 to 65535",
            "mesh.yaml: trustDomain is \"\"; want a SPIFFE trust domain: 1 to 255 lower-case letters, digits, '.', '-' and '_'",
        ]
    );
    let primary = |registry: &Registry| registry.primary.as_ref().map(|p| (p.id.to_string(), p.why));
    assert_eq!(primary(&registry), Some(("b".into(), "named by mesh.yaml")));
    assert_eq!((ids(&registry), registry.entries[0].role), (vec!["b", "a"], ClusterRole::Primary));
    // a broken file that names nobody leaves the first by name; one that may name somebody does not
    mesh("trustDomain: 'bad domain!'\n");
    assert_eq!(primary(&read(d)), Some(("a".into(), "first by name")));
    mesh("primary: [b]\n");
    assert_eq!(primary(&read(d)), None);
    // nothing of a broken file is in force
    assert!(read(d).entries.iter().all(|e| e.pilot.is_empty()));
}

#[test]
fn how_pilot_reaches_a_cluster_is_read_with_its_bundle() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    let bundle = rcgen::CertificateParams::new(vec!["ca".to_owned()])
        .unwrap()
        .self_signed(&rcgen::KeyPair::generate().unwrap())
        .unwrap()
        .pem();
    put(d, "reg/a.yaml", &kubeconfig("https://a"));
    put(d, "reg/b.yaml", &kubeconfig("https://b"));
    put(d, "ca.pem", &bundle);
    put(
        d,
        "reg/mesh.yaml",
        "apiVersion: meshctl/v1\nkind: Mesh\nclusters:\n  a: {server: 'https://10.0.0.1:6443', tlsServerName: api.example, caFile: ../ca.pem}\n",
    );
    let registry = read(&d.join("reg"));
    assert_eq!(problems(&registry), [""; 0]);
    let access = &registry.entries[0].pilot;
    assert_eq!(
        (access.server.as_deref(), access.tls_server_name.as_deref(), access.ca_bundle.as_deref()),
        (Some("https://10.0.0.1:6443"), Some("api.example"), Some(bundle.as_bytes()))
    );
    assert!(registry.entries[1].pilot.is_empty());
    // the registry's own readers go on using the kubeconfig
    assert!(matches!(&registry.entries[0].source, Source::Live { server, .. } if server == "https://a"));
    fs::remove_file(d.join("ca.pem")).unwrap();
    assert_eq!(
        problems(&read(&d.join("reg"))),
        ["mesh.yaml: clusters.a.caFile names ../ca.pem, which cannot be used: it does not exist"]
    );
}
