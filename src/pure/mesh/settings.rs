//! The settings in force: the registry's, with the primary's ConfigMap `istio` over them; and what they say of merging.

use std::collections::BTreeMap;

use crate::data::model::{MeshSettings, Name, OutboundPolicy, hostname, parse_duration};

/// Lays what the ConfigMap says over the registry's settings. A value that is not understood changes nothing.
pub(super) fn effective(base: &MeshSettings, config: Option<&BTreeMap<Name, Name>>) -> MeshSettings {
    let mut settings = base.clone();
    let Some(config) = config else { return settings };
    match config.get("outboundTrafficPolicy.mode").map(Name::as_str) {
        Some("REGISTRY_ONLY") => settings.outbound = OutboundPolicy::RegistryOnly,
        Some("ALLOW_ANY") => settings.outbound = OutboundPolicy::AllowAny,
        _ => {}
    }
    if let Some(timeout) = config.get("connectTimeout").and_then(|t| parse_duration(t)) {
        settings.connect_timeout = timeout;
    }
    settings
}

/// Whether the services and pods of the mesh are the same under both settings, as far as these decide.
pub(super) fn mean_the_same(old: &MeshSettings, new: &MeshSettings) -> bool {
    let MeshSettings {
        // what they are to the mesh stands in the states of the clusters
        clusters: _,
        trust_domain,
        system_namespace,
        open_namespaces,
        cluster_local,
        networks,
        // whether it is known says nothing of what it is
        unread: _,
        // these are the proxies' affair
        outbound: _,
        connect_timeout: _,
    } = new;
    old.trust_domain == *trust_domain
        && old.system_namespace == *system_namespace
        && old.open_namespaces == *open_namespaces
        && old.cluster_local == *cluster_local
        && old.networks == *networks
}

/// Whether a service never merges (DESIGN §4, Merging; Istio's `clusterLocal` defaults).
pub(super) fn is_cluster_local(settings: &MeshSettings, namespace: &Name, name: &Name, ours: bool) -> bool {
    let system = *namespace == settings.system_namespace;
    (namespace == "default" && name == "kubernetes")
        || namespace == "kube-system"
        || (system && (ours || !settings.open_namespaces.contains(namespace)))
        || settings.cluster_local.contains(&hostname(name, namespace))
        || settings.cluster_local.contains(&hostname("*", namespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_namespace_opens_but_not_for_what_is_ours() {
        let mut settings = MeshSettings::default();
        let local = |s: &MeshSettings, ns: &str, n: &str, ours| is_cluster_local(s, &ns.into(), &n.into(), ours);
        assert!(local(&settings, "istio-system", "reviews", false));
        settings.open_namespaces.insert("istio-system".into());
        assert!(!local(&settings, "istio-system", "reviews", false));
        assert!(local(&settings, "istio-system", "istio-pilot", true));
        assert!(local(&settings, "default", "kubernetes", false));
        assert!(!local(&settings, "default", "reviews", false));
        settings.cluster_local.insert("*.default.svc.cluster.local".into());
        assert!(local(&settings, "default", "reviews", false));
    }
}
