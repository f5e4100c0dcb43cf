//! A proxy without iptables: services that share a port meet on loopback, where Envoy takes one listener.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::backends::{free_port, greeting, tcp};
use super::mesh::{Mesh, Port, service, slice};
use super::pilot::Pilot;
use super::proxy::Proxy;
use super::{Mode, becomes, on_every_envoy};

/// The services that `/debug/warningz` says a bound port is not theirs of.
fn losers(pilot: &Pilot) -> BTreeSet<String> {
    let warnings = pilot.debug("warningz");
    let of_ports = |w: &&Value| w["reason"].as_str().is_some_and(|r| r.contains("INTERCEPTION_MODE NONE"));
    let rows = warnings.as_array().unwrap().iter().filter(of_ports);
    rows.map(|w| w["service"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_registry_of_the_demo_is_taken() {
    on_every_envoy(|envoy: &Path, mode: Mode| {
        let mesh = Mesh::of_demo();
        let pilot = Pilot::start(&mesh, 0);
        assert_eq!(losers(&pilot), BTreeSet::new(), "no such proxy is connected");
        let proxy = Proxy::start(envoy, mode, "client", pilot.xds(), mesh.home());
        pilot.synced(&proxy.id);
        proxy.rejected_nothing();
        let listeners = proxy.dump().listeners();
        assert!(listeners.len() > 10 && listeners.keys().all(|l| l.starts_with("127.0.0.1_")), "{listeners:?}");
        // 443 of the gateways is istio-egressgateway's, 9091 and 15004 are istio-policy's
        let losers = losers(&pilot);
        let named = |name: &str| losers.iter().any(|l| l.contains(name));
        assert!(["istio-ingressgateway", "istio-ingress", "istio-telemetry"].into_iter().all(named), "{losers:?}");
        assert!(!["istio-egressgateway", "istio-policy"].into_iter().any(named), "{losers:?}");
    });
}

#[test]
fn a_port_goes_to_the_next_where_its_holder_goes() {
    on_every_envoy(|envoy: &Path, mode: Mode| {
        let port = Port { number: free_port(), protocol: Some("tcp") };
        let of = |name: &'static str, vip: &str| vec![service(name, vip, port), slice(name, "v1", tcp(name))];
        let mesh = Mesh::of(&[("gke/b", of("b", "10.96.0.2")), ("gke/c", of("c", "10.96.0.3"))]);
        let pilot = Pilot::start(&mesh, 0);
        let proxy = Proxy::start(envoy, mode, "client", pilot.xds(), mesh.home());
        for (change, holder) in [(None, "b"), (Some(true), "a"), (Some(false), "b")] {
            match change {
                Some(true) => mesh.put("gke/a", &of("a", "10.96.0.1")),
                Some(false) => mesh.remove("gke/a"),
                None => {}
            }
            becomes("the port is the first one's", Ok(holder.to_owned()), || greeting(port.number));
        }
        becomes("it has answered", "SYNCED".to_owned(), || pilot.states(&proxy.id)["LDS"].clone());
        proxy.rejected_nothing();
    });
}
