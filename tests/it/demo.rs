//! `meshctl demo`, as a newcomer runs it: with a real Envoy and without one, to its end and not.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command};
use std::time::{Duration, Instant};

use crate::envoy::envoys;
use crate::harness::{Meshctl, Ran, finish, have};

/// A home whose temporary folder is its own, and where no Envoy is.
fn home() -> Meshctl {
    let mut meshctl = Meshctl::new();
    let tmp = meshctl.home().join("tmp");
    std::fs::create_dir(&tmp).unwrap();
    meshctl.env("TMPDIR", tmp.to_str().unwrap()).env("PATH", "/nonexistent");
    meshctl
}

/// The processes that were started with this home's environment, by their command lines.
fn processes(meshctl: &Meshctl) -> Vec<String> {
    let mark = meshctl.home().to_str().unwrap();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let text = |path: &Path, file: &str| {
        std::fs::read(path.join(file)).map(|b| String::from_utf8_lossy(&b).replace('\0', " ")).unwrap_or_default()
    };
    entries.map(|e| e.path()).filter(|p| text(p, "environ").contains(mark)).map(|p| text(&p, "cmdline")).collect()
}

#[track_caller]
fn nothing_is_left(meshctl: &Meshctl) {
    let left: Vec<_> = std::fs::read_dir(meshctl.home().join("tmp")).unwrap().flatten().map(|e| e.path()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(processes(meshctl), Vec::<String>::new());
}

/// The line of a table that starts with these cells, as cells.
#[track_caller]
fn row<'t>(text: &'t str, cells: &[&str]) -> Vec<&'t str> {
    let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().find(|row| row.starts_with(cells)).unwrap_or_else(|| panic!("no row {cells:?} in\n{text}"))
}

/// The part of the tour from one heading to the next.
#[track_caller]
fn step<'t>(text: &'t str, heading: &str) -> &'t str {
    let at = text.find(heading).unwrap_or_else(|| panic!("no step {heading} in\n{text}"));
    let rest = &text[at..];
    rest.find("\n== ").map_or(rest, |end| &rest[..end])
}

/// What a cluster of the talk is in its JSON, without its layout.
fn talks_cluster(host: &str) -> String {
    format!(
        r#"{{"name":"out.{host}|http","service_name":"{host}|http","connect_timeout_ms":1000,"type":"sds","lb_type":"round_robin""#
    )
}

/// Every value is the talk's: its last slides, and `kubectl get services` of both clusters.
fn tells_the_talks_story(text: &str) {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let registry = step(text, "== 1. ");
    for (cluster, role) in [("gke", "primary"), ("on-prem", "remote")] {
        let row = row(registry, &[cluster]);
        assert_eq!((&row[..6], row[7]), (&[cluster, role, "folder", "-", "-", "-"][..], "ok"));
        // what is installed there: nothing yet, or in a folder that is used again what the demo put there
        assert!(["-", env!("CARGO_PKG_VERSION")].contains(&row[6]), "{row:?}");
    }

    let install = step(text, "== 3. ");
    assert_eq!(row(install, &["reviews"]), ["reviews", "ClusterIP", "10.125.59.1", "9080/TCP"]);
    assert_eq!(row(install, &["istio-citadel"])[1..], ["ClusterIP", "10.125.46.223", "8060/TCP,9093/TCP"]);
    let (_, on_prem) = install.split_once("--context on-prem").unwrap();
    assert_eq!(row(on_prem, &["istio-citadel"])[1..], ["ClusterIP", "10.101.29.255", "8060/TCP,9093/TCP"]);
    for (name, ports) in [
        ("istio-pilot", "15003/TCP,15005/TCP,15007/TCP,15010/TCP,15011/TCP,8080/TCP,9093/TCP"),
        ("istio-policy", "9091/TCP,15004/TCP,9093/TCP,9094/TCP,9102/TCP,9125/UDP,42422/TCP"),
        ("istio-statsd-prom-bridge", "9102/TCP,9125/UDP"),
    ] {
        let row = row(on_prem, &[name, "ClusterIP", "None"]);
        let listed: Vec<&str> = row[3].split(',').collect();
        assert!(ports.split(',').all(|p| listed.contains(&p)), "{name}: {listed:?}");
    }

    let proxy = step(text, "== 4. ");
    row(proxy, &["reviews.istio-system.svc.cluster.local", "9080", "-", "outbound", "EDS"]);
    row(proxy, &["sleep.default.svc.cluster.local", "80", "-", "outbound", "EDS"]);
    for host in ["reviews.istio-system.svc.cluster.local", "sleep.default.svc.cluster.local"] {
        assert!(bare(proxy).contains(&talks_cluster(host)), "{proxy}");
    }
    assert!(!proxy.contains("192.170.228.84"), "reviews-v3 is not there yet:\n{proxy}");

    let joined = step(text, "== 5. ");
    let host = |ip: &str, tags: &str| format!(r#"{{"ip_address":"{ip}","port":9080{tags}}}"#);
    let az = r#","tags":{"az":"us-west1/us-west1-a"}"#;
    let hosts = [host("10.124.0.19", az), host("10.124.1.18", az), host("10.124.2.34", az), host("192.170.228.84", "")];
    assert!(bare(joined).contains(&format!(r#"{{"hosts":[{}]}}"#, hosts.join(","))), "{joined}");
    let merged = row(joined, &["192.170.228.84"]);
    assert_eq!(merged[1..3], ["9080", "on-prem"]);
    assert_eq!(merged[6..], ["k8s-demo", "v3", "HEALTHY"]);
    row(joined, &["192.170.228.84:9080", "HEALTHY"]);
    assert_eq!(row(joined, &["reviews"]), ["reviews", "ClusterIP", "10.111.253.54", "9080/TCP"]);
    assert_eq!(row(joined, &["ratings"]), ["ratings", "ClusterIP", "10.110.96.10", "9080/TCP"]);

    let left = step(text, "== 6. ");
    row(left, &["10.124.2.34:9080", "HEALTHY"]);
    assert!(!left.contains("192.170.228.84:9080   HEALTHY"), "{left}");
    assert!(left.contains("no longer has 192.170.228.84:9080: "), "{left}");
    row(step(text, "== 7. "), &["192.170.228.84:9080", "HEALTHY"]);
}

/// At the end of the tour, unless it is a quiet one, it says what is not the talk's.
fn marks_what_is_ours(text: &str) {
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for ours in ["the names of both details pods and that one is v2", "meshctl installs no citadel yet"] {
        assert!(told.contains(ours), "{ours}:\n{text}");
    }
}

#[test]
fn without_an_envoy_the_story_is_told() {
    let meshctl = home();
    let ran = meshctl.run(["demo"]).exits(0);
    tells_the_talks_story(&ran.stdout);
    marks_what_is_ours(&ran.stdout);
    assert!(ran.stdout.contains("an ADS client of ours"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    nothing_is_left(&meshctl);
}

#[test]
fn with_a_real_envoy_the_story_is_told() {
    for envoy in envoys() {
        let mut meshctl = home();
        meshctl.env("ENVOY", envoy.to_str().unwrap());
        let ran = meshctl.run(["demo"]).exits(0);
        tells_the_talks_story(&ran.stdout);
        assert!(ran.stdout.contains("a real Envoy") && ran.stdout.contains("--admin"), "{}", ran.stdout);
        assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
        nothing_is_left(&meshctl);
    }
}

#[test]
fn an_envoy_that_does_not_start_is_told_of_and_replaced() {
    for (envoy, why) in [("/nonexistent/envoy", "No such file"), ("/bin/false", "ended by itself")] {
        let mut meshctl = home();
        meshctl.env("ENVOY", envoy);
        let ran = meshctl.run(["demo", "--quiet"]).exits(0);
        assert!(ran.stderr.contains(why) && ran.stderr.contains(envoy), "{}", ran.stderr);
        assert!(!ran.stderr.contains("envoy.log"), "that file is gone:\n{}", ran.stderr);
        tells_the_talks_story(&ran.stdout);
        assert!(!ran.stdout.contains("A directory is the mesh"), "quiet explains nothing:\n{}", ran.stdout);
        nothing_is_left(&meshctl);
    }
}

/// A program that is started as Envoy, and then says nothing.
fn silent_envoy(meshctl: &mut Meshctl) {
    use std::os::unix::fs::PermissionsExt;
    let script = meshctl.file("envoy", "#!/bin/sh\nexec /bin/sleep 1000\n");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = script.to_str().unwrap().to_owned();
    meshctl.env("ENVOY", &path);
}

#[test]
fn a_wait_that_is_over_says_which_and_exits_1() {
    let mut meshctl = home();
    silent_envoy(&mut meshctl);
    let ran = meshctl.run(["demo", "-q"]).exits(1);
    assert!(ran.stderr.contains("waiting for the admin address of") && ran.stderr.contains("15 s"), "{}", ran.stderr);
    nothing_is_left(&meshctl);
}

/// A running demo, whose stdout is read line by line.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn start(meshctl: &Meshctl, args: &[&str]) -> Self {
        let mut child = meshctl.command(args).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The lines up to one that holds this.
    #[track_caller]
    fn until(&mut self, what: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.out.read_line(&mut line).unwrap() > 0, "it ended before {what}:\n{}", lines.concat());
            lines.push(line);
            if lines.last().is_some_and(|l| l.contains(what)) {
                return lines;
            }
        }
    }

    /// As Ctrl-C.
    fn interrupt(mut self, signal: &str) -> Ran {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        // `finish` wants an output to drain
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let status = self.child.wait().unwrap();
        Ran { code: status.code().unwrap_or(-1), stdout: rest, stderr: err }
    }
}

#[test]
fn an_interrupt_in_the_middle_ends_everything() {
    for signal in ["INT", "TERM", "HUP"] {
        let mut meshctl = home();
        silent_envoy(&mut meshctl);
        let mut demo = Running::start(&meshctl, &["demo"]);
        demo.until("Pilot has read both clusters");
        // the one that will never answer is started a moment later
        let start = Instant::now();
        while !processes(&meshctl).iter().any(|p| p.contains("sleep 1000")) {
            assert!(start.elapsed() < Duration::from_secs(10), "no proxy was started: {:?}", processes(&meshctl));
            std::thread::sleep(Duration::from_millis(10));
        }
        let ran = demo.interrupt(signal).exits(1);
        assert!(ran.stderr.contains("the demo was interrupted"), "{}", ran.stderr);
        nothing_is_left(&meshctl);
    }
}

#[test]
fn without_a_reader_it_ends_as_ever_and_says_no_word() {
    let meshctl = home();
    let mut demo = Running::start(&meshctl, &["demo", "-q"]);
    demo.until("== 1. ");
    let Running { mut child, out } = demo;
    drop(out);
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    nothing_is_left(&meshctl);
}

/// Runs what the demo offers, as a user who pastes it into a shell.
fn every_offer_works(mut meshctl: Meshctl, with_envoy: bool) {
    let own = Path::new(env!("CARGO_BIN_EXE_meshctl")).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    let mut demo = Running::start(&meshctl, &["demo", "--keep"]);
    demo.until("In another terminal:");
    let offers = demo.until("debug/syncz");
    assert_eq!(processes(&meshctl).iter().any(|p| p.contains("--admin-address-path")), with_envoy);
    meshctl.env("PATH", &path);
    let lines = offers.iter().map(|l| l.trim()).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let mut tried = 0;
    for line in lines {
        if line.starts_with("curl") && !have("curl", "asking the demo's pilot with curl") {
            continue;
        }
        let shell =
            Command::new("sh").args(["-c", line]).env_clear().env("PATH", &path).env("HOME", meshctl.home()).output();
        let out = shell.unwrap();
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success(), "{line}\n{text}\n{}", String::from_utf8_lossy(&out.stderr));
        let expected = if line.contains("syncz") { "productpage-v1-597789bc47-ssmls" } else { "reviews" };
        let expected = if line.contains("endpoints") { "192.170.228.84" } else { expected };
        let expected = if line.contains("listeners") { "0.0.0.0_9080" } else { expected };
        assert!(text.contains(expected), "{line}\n{text}");
        tried += 1;
    }
    assert!(tried >= 4, "{offers:?}");
    demo.interrupt("INT").exits(0);
    nothing_is_left(&meshctl);
}

#[test]
fn what_keep_offers_works() {
    every_offer_works(home(), false);
}

#[test]
fn what_keep_offers_works_with_a_real_envoy() {
    for envoy in envoys() {
        let mut meshctl = home();
        meshctl.env("ENVOY", envoy.to_str().unwrap());
        every_offer_works(meshctl, true);
    }
}

#[test]
fn a_named_folder_is_kept_and_can_be_used_again() {
    let meshctl = home();
    let first = meshctl.run(["demo", "-q", "--dir", "here"]).exits(0);
    assert_eq!(row(&first.stdout, &["gke", "primary", "written"])[3], "11");
    let registry = meshctl.home().join("here/registry");
    let root = std::fs::read(meshctl.home().join("here/mesh-ca/root-cert.pem")).unwrap();
    assert!(registry.join("on-prem/reviews.yaml").is_file() && registry.join("gke/meshctl").is_dir());
    let listed = meshctl.run(["endpoints", "reviews", "--registry", "here/registry", "-o", "name"]).exits(0);
    assert!(listed.stdout.contains("192.170.228.84:9080"), "{}", listed.stdout);

    let second = meshctl.run(["demo", "-q", "--dir", "here"]).exits(0);
    tells_the_talks_story(&second.stdout);
    assert_eq!(row(&second.stdout, &["on-prem", "remote", "unchanged"])[5], "11");
    assert_eq!(
        std::fs::read(meshctl.home().join("here/mesh-ca/root-cert.pem")).unwrap(),
        root,
        "a root is never replaced"
    );
    nothing_is_left(&meshctl);
}

#[test]
fn edits_of_a_user_are_not_discarded_without_a_word() {
    let meshctl = home();
    meshctl.run(["demo", "-q", "--dir", "here"]).exits(0);
    let edited = meshctl.file("here/registry/gke/details.yaml", "kind: Service\n");
    meshctl.file("here/values.yaml", &"# mine\n".repeat(1000));
    let ran = meshctl.run(["demo", "-q", "--dir", "here"]).exits(2);
    assert!(ran.stderr.contains("registry/gke/details.yaml, values.yaml\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: --force discards the edits"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&edited).unwrap(), "kind: Service\n");
    meshctl.run(["demo", "-q", "--dir", "here", "--force"]).exits(0);
    assert!(std::fs::read_to_string(&edited).unwrap().contains("name: details"));
    nothing_is_left(&meshctl);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_a_slip() {
    let meshctl = home();
    meshctl.file("plain", "x");
    for args in [&["demo", "--dir", "plain"][..], &["ca", "init", "--cluster", "a", "--dir", "plain"]] {
        let ran = meshctl.run(args).exits(2);
        assert!(
            ran.stderr.contains("plain failed: it is a file, not a folder\nhint: name a new folder"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_folder_of_somebody_else_is_refused() {
    let meshctl = home();
    let file = meshctl.file("mine/thesis.txt", "years of work");
    let ran = meshctl.run(["demo", "--dir", "mine"]).exits(2);
    assert!(
        ran.stderr.contains("mine holds other things than a demo") && ran.stderr.contains("hint:"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.is_empty());
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    nothing_is_left(&meshctl);
}

#[test]
fn one_folder_holds_one_demo() {
    let meshctl = home();
    let mut first = Running::start(&meshctl, &["demo", "-q", "--keep", "--dir", "here"]);
    first.until("In another terminal:");
    let second = finish(meshctl.command(["demo", "-q", "--dir", "here"]).spawn().unwrap()).exits(1);
    assert!(second.stderr.contains("another run of meshctl is writing to"), "{}", second.stderr);
    first.interrupt("INT").exits(0);
}
