//! The files that the programs of a cluster are started with: certificates, kubeconfigs and settings.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use crate::kubeconfig;
use crate::pki::{self, Member, Pair, Pki};
use crate::world;

/// What is fixed about a cluster. Nobody outside the run's world sees these addresses.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub name: &'static str,
    /// 1 or 2
    pub number: u8,
}

impl Settings {
    /// The address of its one node, and of its API server.
    pub fn node(&self) -> Ipv4Addr {
        Ipv4Addr::new(172, 30, 0, self.number)
    }

    pub fn pods(&self) -> String {
        format!("10.244.{}.0/24", self.number)
    }

    pub fn services(&self) -> String {
        format!("10.{}.0.0/16", 95 + self.number)
    }

    /// The address of `kubernetes.default`: the first of the services.
    fn kubernetes(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 95 + self.number, 0, 1)
    }

    pub fn server(&self) -> String {
        format!("https://{}:6443", self.node())
    }
}

/// Writes them all into `folder`; returns an administrator's kubeconfig.
pub fn write(settings: &Settings, folder: &Path) -> Result<String, String> {
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| format!("writing {} failed: {e}", path.display()))
    };
    let node = settings.node().into();
    let organisation = Some("system:nodes");
    let kubelet = if settings.number == 1 { "system:node:gke-node" } else { "system:node:on-prem-node" };
    let member = |name, organisation, addresses| Member { name, organisation, addresses };
    let members = [
        member("system:kube-scheduler", None, Vec::new()),
        member(kubelet, organisation, vec![node]),
        member("system:kube-proxy", None, Vec::new()),
        member("apiserver-kubelet-client", Some("system:masters"), Vec::new()),
    ];
    let addresses = [node, settings.kubernetes().into()];
    let (pki, of_members) = pki::make_for(settings.name, &addresses, &members);
    let config = |who: &Pair| kubeconfig::text(settings.name, &settings.server(), &pki.ca, who);
    certificates(&pki, &put)?;
    let names = ["kube-scheduler", "kubelet", "kube-proxy", "kubelet-client"];
    for (name, pair) in names.into_iter().zip(&of_members) {
        put(&format!("{name}.crt"), &pair.certificate)?;
        put(&format!("{name}.key"), &pair.key)?;
        put(&format!("{name}.kubeconfig"), &config(pair))?;
    }
    put("kube-controller-manager.kubeconfig", &config(&pki.controllers))?;
    let admin = config(&pki.admin);
    put("admin.kubeconfig", &admin)?;
    std::fs::create_dir_all(folder.join("cni")).map_err(|e| e.to_string())?;
    for (name, text) in texts()? {
        put(name, &filled(text, settings, folder))?;
    }
    Ok(admin)
}

fn certificates(pki: &Pki, put: &dyn Fn(&str, &str) -> Result<(), String>) -> Result<(), String> {
    for (name, text) in [
        ("ca.crt", &pki.ca),
        ("ca.key", &pki.ca_key),
        ("server.crt", &pki.server.certificate),
        ("server.key", &pki.server.key),
        ("accounts.key", &pki.accounts_private),
        ("accounts.pub", &pki.accounts_public),
    ] {
        put(name, text)?;
    }
    Ok(())
}

fn texts() -> Result<[(&'static str, &'static str); 5], String> {
    let version = Command::new("containerd").arg("--version").output().map_err(|e| e.to_string())?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    // the second major version calls its plugins by other names
    let one = version.split_whitespace().any(|word| word.trim_start_matches('v').starts_with("1."));
    let containerd = if one { include_str!("node/containerd-1.toml") } else { include_str!("node/containerd-2.toml") };
    Ok([
        ("containerd.toml", containerd),
        ("kubelet.yaml", include_str!("node/kubelet.yaml")),
        ("kube-proxy.yaml", include_str!("node/kube-proxy.yaml")),
        ("Corefile", include_str!("node/Corefile")),
        ("cni/10-pods.conflist", include_str!("node/pods.conflist")),
    ])
}

fn filled(text: &str, settings: &Settings, folder: &Path) -> String {
    let cni = world::cni().map(|f| f.display().to_string()).unwrap_or_default();
    text.replace("@FOLDER@", &folder.display().to_string())
        .replace("@NODE@", &settings.node().to_string())
        .replace("@NAME@", settings.name)
        .replace("@PODS@", &settings.pods())
        .replace("@CNI@", &cni)
}
