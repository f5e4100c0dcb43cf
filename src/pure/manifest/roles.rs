//! The table of the control plane's roles: what each renders, where, when, and in which order it is applied.

use super::render::Facts;
use super::values::DiscoveryValues;
use crate::data::model::ClusterRole;

/// When an object is applied within its cluster: earlier stages first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The namespace.
    Namespace,
    /// The CA's Secret.
    Secrets,
    /// Definitions of custom resources.
    Definitions,
    /// Accounts and rights.
    Rights,
    /// Who has them: an API server looks at the rights that are given away.
    Bindings,
    /// ConfigMaps.
    Config,
    /// Services.
    Services,
    /// Slices, which their Services own.
    Slices,
    /// Deployments.
    Workloads,
    /// Webhooks, after the server that answers them.
    Webhooks,
}

/// A part of the control plane.
pub struct Role {
    /// The subcommand that its pods run; empty for what belongs to none.
    pub name: &'static str,
    /// Its templates.
    pub(super) templates: &'static [Template],
}

/// A template: one or more documents that are rendered together or not at all.
pub(super) struct Template {
    /// How errors name it.
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) stage: Stage,
    /// Whether this cluster gets it.
    pub(super) when: fn(&Facts) -> bool,
}

macro_rules! template {
    ($stage:ident, $name:literal, $when:expr) => {
        Template {
            name: $name,
            text: include_str!(concat!("../../../templates/", $name)),
            stage: Stage::$stage,
            when: $when,
        }
    };
}

fn primary(f: &Facts) -> bool {
    f.role == ClusterRole::Primary
}

fn remote(f: &Facts) -> bool {
    f.role == ClusterRole::Remote
}

/// Citadel and the injector join here, a row each.
pub static ROLES: [Role; 2] = [
    Role { name: "", templates: &[template!(Namespace, "namespace.yaml", |_| true)] },
    Role {
        name: "discovery",
        templates: &[
            template!(Rights, "discovery/rbac.yaml", primary),
            template!(Rights, "discovery/reader.yaml", remote),
            template!(Rights, "discovery/reader-slices.yaml", |f| remote(f) && f.fills_slices()),
            template!(Config, "discovery/config.yaml", primary),
            template!(Services, "discovery/service.yaml", primary),
            template!(Services, "discovery/remote-service.yaml", |f| remote(f) && f.pilot_host.is_empty()),
            template!(Services, "discovery/remote-hostname.yaml", |f| remote(f) && !f.pilot_host.is_empty()),
            template!(Services, "discovery/remote-slices.yaml", |f| remote(f) && f.pilot_host.is_empty()),
            template!(Workloads, "discovery/workload.yaml", primary),
        ],
    },
];

/// A port of pilot: one row makes the argument that serves it, and its line in the Service.
#[derive(Debug, Clone, Copy)]
pub struct PortRow {
    /// Its name, which also tells its protocol.
    pub name: &'static str,
    /// Its number, on the Service and on the pod: a headless Service translates nothing.
    pub port: u16,
    /// The flag of `meshctl discovery` that serves it.
    pub flag: &'static str,
    /// Whether the pod's address serves it.
    pub open: fn(&DiscoveryValues) -> bool,
}

/// The ports of `istio-pilot`, named as in Istio (`charts/pilot` of 0.8 and 1.0; 15014 and 15012 as istiod's). Mutual TLS
/// needs a certificate; plain text stays on loopback until a value opens it; the kubelet asks 15014.
pub static PORTS: [PortRow; 9] = [
    PortRow { name: "http-old-discovery", port: 15003, flag: "rest", open: |v| v.open_ports.rest },
    PortRow { name: "https-discovery", port: 15005, flag: "secure-rest", open: DiscoveryValues::has_certificate },
    PortRow { name: "http-discovery", port: 15007, flag: "rest", open: |v| v.open_ports.rest },
    PortRow { name: "grpc-xds", port: 15010, flag: "grpc", open: |v| v.open_ports.xds },
    PortRow { name: "https-xds", port: 15011, flag: "secure", open: DiscoveryValues::has_certificate },
    PortRow { name: "https-dns", port: 15012, flag: "secure", open: DiscoveryValues::has_certificate },
    PortRow { name: "http-legacy-discovery", port: 8080, flag: "http", open: |v| v.open_ports.rest },
    PortRow { name: "http-old-monitoring", port: 9093, flag: "monitoring", open: |v| v.open_ports.monitoring },
    PortRow { name: "http-monitoring", port: 15014, flag: "monitoring", open: |_| true },
];
