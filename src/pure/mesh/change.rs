//! What feeds say, and what becomes dirty by it.

use std::collections::{BTreeMap, BTreeSet};

use super::merged::Service;
use crate::data::model::{ClusterId, Fact, FactKey, Kind, MeshSettings, ServiceId, Timestamp, WorkloadId};

/// One thing that a feed says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An object is new or different.
    Put(Fact),
    /// An object is gone.
    Remove(FactKey),
    /// All objects of a kind: a relist. Whatever it does not name is gone.
    Replace(Kind, Vec<Fact>),
    /// Everything has been said once, or again after a loss.
    Synced,
    /// The cluster does not answer.
    Stale {
        /// When it was last heard.
        since: Timestamp,
    },
    /// The source has left the registry.
    Retired,
}

/// Which parts of a service changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aspects {
    /// Its definition: kind, ports, addresses, existence.
    pub spec: bool,
    /// Its endpoints.
    pub endpoints: bool,
    /// The identities behind it.
    pub accounts: bool,
}

impl Aspects {
    /// Everything changed.
    pub const ALL: Aspects = Aspects { spec: true, endpoints: true, accounts: true };

    /// Whether anything did.
    pub fn any(self) -> bool {
        self.spec || self.endpoints || self.accounts
    }

    /// The parts in which two versions of a service differ.
    pub(super) fn between(old: &Service, new: &Service) -> Self {
        let Service { id: _, hostname: _, defined_by, kind, ports, local, endpoints, accounts, conflicts } = new;
        Self {
            spec: old.defined_by != *defined_by
                || old.kind != *kind
                || old.ports != *ports
                || old.local != *local
                || old.conflicts != *conflicts,
            endpoints: old.endpoints != *endpoints,
            accounts: old.accounts != *accounts,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            spec: self.spec || other.spec,
            endpoints: self.endpoints || other.endpoints,
            accounts: self.accounts || other.accounts,
        }
    }
}

/// What a change, or several, made dirty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dirty {
    /// Services and their parts.
    pub services: BTreeMap<ServiceId, Aspects>,
    /// Pods.
    pub workloads: BTreeSet<WorkloadId>,
    /// Clusters whose state, role or network changed.
    pub clusters: BTreeSet<ClusterId>,
    /// The settings in force changed.
    pub settings: bool,
    /// Which of the settings changed that resources are built from.
    pub built_from: BuiltFrom,
}

/// The settings that resources are built from. All others, the clusters among them, decide what the services, the pods and the
/// clusters of the mesh are, and show as these do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BuiltFrom {
    /// The gateways of networks: endpoint sets.
    pub networks: bool,
    /// What becomes of unknown calls: listeners and routes.
    pub outbound: bool,
    /// The time that a connection may take: clusters.
    pub connect_timeout: bool,
}

impl BuiltFrom {
    /// Whether any of them changed.
    pub fn any(self) -> bool {
        let Self { networks, outbound, connect_timeout } = self;
        networks || outbound || connect_timeout
    }

    /// Where two settings differ.
    pub(super) fn between(old: &MeshSettings, new: &MeshSettings) -> Self {
        let MeshSettings {
            clusters: _,
            trust_domain: _,
            system_namespace: _,
            open_namespaces: _,
            cluster_local: _,
            unread: _,
            networks,
            outbound,
            connect_timeout,
        } = new;
        Self {
            networks: old.networks != *networks,
            outbound: old.outbound != *outbound,
            connect_timeout: old.connect_timeout != *connect_timeout,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            networks: self.networks || other.networks,
            outbound: self.outbound || other.outbound,
            connect_timeout: self.connect_timeout || other.connect_timeout,
        }
    }
}

impl Dirty {
    /// Whether nothing is dirty.
    pub fn is_empty(&self) -> bool {
        let Self { services, workloads, clusters, settings, built_from } = self;
        services.is_empty() && workloads.is_empty() && clusters.is_empty() && !settings && !built_from.any()
    }

    /// Takes another's dirt on.
    pub fn merge(&mut self, other: Dirty) {
        let Dirty { services, workloads, clusters, settings, built_from } = other;
        for (id, aspects) in services {
            self.service(id, aspects);
        }
        self.workloads.extend(workloads);
        self.clusters.extend(clusters);
        self.settings |= settings;
        self.built_from = self.built_from.or(built_from);
    }

    pub(super) fn service(&mut self, id: ServiceId, aspects: Aspects) {
        if aspects.any() {
            let entry = self.services.entry(id).or_default();
            *entry = entry.or(aspects);
        }
    }
}
