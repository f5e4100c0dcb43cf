//! Calls into a pod over IPv6, through a real Envoy in a network namespace whose loopback has the address `::6`, as a pod's
//! set-up adds it. The workload must see that address, by which iptables let the proxy's own calls pass.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use meshctl::data::model::AppProtocol;
use meshctl::pure::xds::build::{self, Families};
use meshctl_proto::envoy::config::bootstrap::v3::Bootstrap;
use meshctl_proto::envoy::config::cluster::v3::Cluster;
use meshctl_proto::envoy::config::core::v3::{Address, SocketAddress, address, socket_address};

use super::traffic::{backend_at, free_port, redirected, start_at, talk_to};
use super::{boot, decode, inbound_port, ip, write};
use crate::envoy::envoys;

/// Set where the test has started itself again inside of the namespace.
const INSIDE: &str = "MESHCTL_TEST_INSIDE";
/// The namespace is there, and cannot be set up.
const NOT_HERE: i32 = 77;
const SET_UP: &str = "ip link set lo up && ip -6 addr add ::6/128 dev lo nodad || exit 77; exec \"$@\"";
/// The ways to a network namespace: without root, as root.
const NAMESPACES: [&[&str]; 2] = [&["--user", "--map-root-user", "--net"], &["--net"]];

#[test]
fn calls_to_the_workload_come_from_the_proxys_own_address() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    for namespace in NAMESPACES {
        let probe = Command::new("unshare").args(namespace).arg("true").stderr(Stdio::null()).status();
        if !probe.is_ok_and(|s| s.success()) {
            continue;
        }
        let name = concat!(module_path!(), "::calls_to_the_workload_come_from_the_proxys_own_address");
        let (_, name) = name.split_once("::").unwrap();
        let again = Command::new("unshare")
            .args(namespace)
            .args(["sh", "-c", SET_UP, "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        if again.status.code() == Some(NOT_HERE) {
            continue;
        }
        let said = [again.stdout, again.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat();
        assert!(again.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    eprintln!("skip: no network namespace with IPv6 is to be had here");
}

fn inside() {
    let local = |port: u16| SocketAddr::new(ip("::1"), port);
    for envoy in envoys() {
        let (own, other) = (backend_at(local(0), "caller", None), backend_at(local(0), "caller", None));
        let port = inbound_port(own.port(), AppProtocol::Http);
        let back = free_port();
        let mut listener = redirected(&build::virtual_inbound(std::slice::from_ref(&port), Families::V6), back);
        let socket = SocketAddress {
            address: "::1".into(),
            port_specifier: Some(socket_address::PortSpecifier::PortValue(back.into())),
            ..Default::default()
        };
        listener.address = Some(Address { address: Some(address::Address::SocketAddress(socket)) });
        let mut clusters: Vec<Cluster> = build::builtin().iter().map(|(_, b)| decode(b)).collect();
        clusters.push(decode(&build::inbound(&port, own.ip())));
        let dir = tempfile::tempdir().unwrap();
        let boot = Bootstrap { dynamic_resources: None, ..boot(clusters, vec![listener]) };
        let _envoy = start_at(&envoy, &write(dir.path(), &boot), local(back));
        // the port that a service leads to, and one that none does
        for to in [own, other] {
            let header = format!("PROXY TCP6 fd00::9 {} 40000 {}\r\n", to.ip(), to.port());
            let request = format!("{header}GET / HTTP/1.1\r\nhost: reviews\r\n\r\n");
            let got = talk_to(local(back), request.as_bytes(), "\r\n\r\n::6");
            assert!(got.ends_with("::6"), "{to}: {got:?}");
        }
    }
}
